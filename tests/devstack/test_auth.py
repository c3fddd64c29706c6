"""Auth beyond the conformance suite: races, hostile input, mails, and settings it does not try."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import argon2
import httpx
import jwt
import psycopg
import pytest
from aiohttp import web
from jwt import PyJWK
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from supabase import create_client

from devstack import auth
from devstack.auth.redirects import is_allowed
from devstack.config import AuthSettings, free_ports
from devstack.context import CONTEXT, Context, Pool
from devstack.gateway import keys_and_cors
from tests.support.stack import RunningStack

# The gateway keeps the token under a plain string, which aiohttp would rather have typed.
pytestmark = pytest.mark.filterwarnings("ignore::aiohttp.web_exceptions.NotAppKeyWarning")

PASSWORD = "correct-horse-1"
VERIFIER = "v" * 50
Row = dict[str, Any]


class Client:
    """Raw HTTP to one Auth, with the anon key unless another token is given."""

    def __init__(self, stack: RunningStack, http: httpx.AsyncClient) -> None:
        self.stack = stack
        self.http = http

    async def call(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, **more: Any
    ) -> httpx.Response:
        headers = {
            "apikey": self.stack.anon_key,
            "X-Supabase-Api-Version": "2024-01-01",
            **more.pop("headers", {}),
        }
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            more["json"] = body
        return await self.http.request(method, f"/auth/v1{path}", headers=headers, **more)

    async def admin(self, method: str, path: str, body: Any = None) -> Row:
        answer = await self.call(method, path, body, token=self.stack.service_role_key)
        assert answer.status_code == 200, answer.text
        found: Row = answer.json()
        return found

    async def sign_up(self, email: str = "", **fields: Any) -> Row:
        body = {"email": email or address(), "password": PASSWORD, **fields}
        answer = await self.call("POST", "/signup", body)
        assert answer.status_code == 200, answer.text
        found: Row = answer.json()
        return found

    async def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        body = {"email": email, "password": password}
        return await self.call("POST", "/token?grant_type=password", body)

    async def refresh(self, token: str) -> httpx.Response:
        return await self.call("POST", "/token?grant_type=refresh_token", {"refresh_token": token})

    async def mail_to(self, email: str, subject: str) -> Row:
        """The newest mail of this subject to this address, which may still be on its way."""
        for _ in range(100):
            mails = (await self.http.get(f"{self.stack.config.mail_url}/api/mails")).json()
            for mail in mails:
                if mail["to"] == [email] and mail["subject"] == subject:
                    found: Row = mail
                    return found
            await asyncio.sleep(0.05)
        raise AssertionError(f"no mail {subject!r} to {email}")


def address() -> str:
    return f"user-{uuid.uuid4().hex[:12]}@example.com"


def link_of(mail: Row) -> str:
    found = re.search(r"https?://\S+", mail["text"])
    assert found
    return found[0]


def code_of(mail: Row) -> str:
    found = re.search(r"\b\d{6}\b", mail["text"].rsplit("code", 1)[-1])
    assert found
    return found[0]


def fragment_of(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    fragment = urlsplit(answer.headers["Location"]).fragment
    return {key: values[0] for key, values in parse_qs(fragment).items()}


def failure(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["x-sb-error-code"] == answer.json()["code"]
    return answer.status_code, answer.json()["code"]


@pytest.fixture
async def client(stack: RunningStack) -> AsyncIterator[Client]:
    async with httpx.AsyncClient(base_url=stack.url, timeout=30) as http:
        yield Client(stack, http)


@pytest.fixture
async def db(stack: RunningStack) -> AsyncIterator[psycopg.AsyncConnection[Row]]:
    async with await psycopg.AsyncConnection.connect(
        stack.database_url, autocommit=True, row_factory=dict_row
    ) as conn:
        yield conn


WithSettings = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
def with_settings(stack: RunningStack) -> WithSettings:
    """Another Auth on the same database, with other settings, in this process."""

    @asynccontextmanager
    async def start(*, smtp: int | None = None, **settings: Any) -> AsyncIterator[Client]:
        port = free_ports(1)[0]
        config = dataclasses.replace(
            stack.config,
            ports=dataclasses.replace(
                stack.config.ports, gateway=port, smtp=smtp or stack.config.ports.smtp
            ),
            auth=dataclasses.replace(stack.config.auth, **settings),
        )
        pool: Pool = AsyncConnectionPool(
            stack.database_url + "?application_name=other-auth",
            min_size=1,
            max_size=6,
            open=False,
            kwargs={"autocommit": True, "row_factory": dict_row},
            check=AsyncConnectionPool.check_connection,
        )
        async with pool:
            app = web.Application(middlewares=[keys_and_cors])
            app[CONTEXT] = Context(config, stack.keys, pool)
            app.add_subapp("/auth/v1", auth.create_app(app[CONTEXT]))
            runner = web.AppRunner(app)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port).start()
            async with httpx.AsyncClient(base_url=config.url, timeout=30) as http:
                yield Client(stack, http)
            await runner.cleanup()

    return start


# Sign-up and the user's own triggers


async def test_of_parallel_sign_ups_with_one_address_one_succeeds(client: Client) -> None:
    body = {"email": address(), "password": PASSWORD}
    answers = await asyncio.gather(*(client.call("POST", "/signup", body) for _ in range(6)))
    outcomes = sorted(answer.status_code for answer in answers)
    assert outcomes == [200, 422, 422, 422, 422, 422]
    assert {failure(a) for a in answers if a.status_code != 200} == {(422, "user_already_exists")}


async def test_a_trigger_has_only_the_rights_of_supabase_auth_admin(
    client: Client, db: psycopg.AsyncConnection[Row]
) -> None:
    """A trigger without `security definer` fails on Supabase, so it must fail here."""
    await db.execute(
        """
        create table public.auth_test_profiles (id uuid);
        create function public.auth_test_trigger() returns trigger language plpgsql as $$
        begin
            if new.email like 'trigger-%' then
                insert into public.auth_test_profiles values (new.id);
            end if;
            return new;
        end $$;
        create trigger auth_test after insert on auth.users
            for each row execute function public.auth_test_trigger();
        """
    )
    email = f"trigger-{address()}"
    try:
        answer = await client.call("POST", "/signup", {"email": email, "password": PASSWORD})
        assert failure(answer) == (500, "unexpected_failure")
        assert answer.json()["message"] == "Database error saving new user"
        found = await db.execute("select 1 from auth.users where email = %s", (email,))
        assert await found.fetchone() is None

        await db.execute(
            "alter function public.auth_test_trigger() security definer set search_path = ''"
        )
        await client.sign_up(email)
        rows = await db.execute("select count(*) as n from public.auth_test_profiles")
        assert await rows.fetchone() == {"n": 1}
    finally:
        await db.execute("drop function public.auth_test_trigger() cascade")
        await db.execute("drop table public.auth_test_profiles")


async def test_what_a_before_insert_trigger_changes_is_in_the_session(
    client: Client, db: psycopg.AsyncConnection[Row]
) -> None:
    await db.execute(
        """
        create function public.auth_test_stamp() returns trigger language plpgsql as $$
        begin
            if new.email like 'stamp-%' then
                new.raw_app_meta_data := new.raw_app_meta_data || '{"tenant": 7}';
            end if;
            return new;
        end $$;
        create trigger auth_test_stamp before insert on auth.users
            for each row execute function public.auth_test_stamp();
        """
    )
    try:
        session = await client.sign_up(f"stamp-{address()}")
    finally:
        await db.execute("drop function public.auth_test_stamp() cascade")
    claims = jwt.decode(session["access_token"], options={"verify_signature": False})
    assert claims["app_metadata"]["tenant"] == session["user"]["app_metadata"]["tenant"] == 7


async def test_sign_up_data_cannot_overwrite_what_the_identity_says(client: Client) -> None:
    email = address()
    session = await client.sign_up(email, data={"sub": "x", "email": "y", "email_verified": True})
    data = session["user"]["identities"][0]["identity_data"]
    assert (data["sub"], data["email"], data["email_verified"]) == (
        session["user"]["id"],
        email,
        False,
    )


@pytest.mark.parametrize(
    ("settings", "body", "expected"),
    [
        ({"signup": False}, {"email": "a@b.co", "password": PASSWORD}, (422, "signup_disabled")),
        ({"signup": False}, {}, (422, "signup_disabled")),
        ({"anonymous": False}, {}, (422, "anonymous_provider_disabled")),
        (
            {"email_signup": False},
            {"email": "a@b.co", "password": PASSWORD},
            (400, "email_provider_disabled"),
        ),
        (
            {"minimum_password_length": 20},
            {"email": "a@b.co", "password": PASSWORD},
            (422, "weak_password"),
        ),
    ],
)
async def test_what_is_switched_off_is_refused(
    with_settings: WithSettings, settings: Row, body: Row, expected: tuple[int, str]
) -> None:
    async with with_settings(**settings) as client:
        assert failure(await client.call("POST", "/signup", body)) == expected


async def test_a_password_that_has_become_weak_is_told_at_sign_in(
    client: Client, with_settings: WithSettings
) -> None:
    email = address()
    await client.sign_up(email)
    async with with_settings(minimum_password_length=20) as strict:
        answer = await strict.sign_in(email)
    assert answer.status_code == 200
    assert answer.json()["weak_password"]["reasons"] == ["length"]


# Hostile input


@pytest.mark.parametrize("path", ["/signup", "/token?grant_type=password", "/otp", "/verify"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"12",
        b"\xff\xfe",
        b'{"email": 5}',
        b'{"email": ["a@b.co"]}',
        b'{"email": {"$ne": null}, "password": {"$ne": null}, "token": {}}',
        b'{"email": "a@b.co", "data": [1], "type": 3}',
        b'{"email": "a\\u0000@b.co"}',
        b'{"email": "a@b.co", "password": "secret-\\ud800", "type": "email"}',
        b'{"data": {"n": 1e999}}',
        b'{"data": {"n": NaN}}',
        b'{"data": {"\\u0000": 1}}',
        b"[" * 100_000,
        b'{"data": ' + b'{"a":' * 50_000,
        b'{"data": ' + b'{"a":' * 200 + b"1" + b"}" * 201,
        b'{"email": "' + b"a" * 300 + b'@example.com", "password": "secret-1", "type": "x"}',
        b'{"email": "a@b.co", "password": "' + b"x" * 2_000_000 + b'"}',
    ],
    ids=range(20),
)
async def test_nonsense_is_refused_politely(client: Client, path: str, content: bytes) -> None:
    answer = await client.call("POST", path, content=content)
    status, code = failure(answer)
    assert 400 <= status < 500, answer.text
    assert code
    assert answer.json()["message"]


@pytest.mark.parametrize(
    "path",
    [
        "/verify?token=%00&type=signup&redirect_to=http://127.0.0.1:3000",
        "/verify?token=%FF&type=%FF",
        "/verify?type=signup",
        "/verify?token=x",
        "/verify?token=x&type=nonsense",
        "/verify?token=pkce_x&type=magiclink&redirect_to=//evil.example",
        "/admin/users?page=-1",
        "/admin/users?page=1e3",
        "/admin/users?per_page=99999999999999999999",
        "/admin/users/%00",
        "/admin/users/not-a-uuid",
        "/authorize?provider=%00",
        "/callback",
        "/nowhere",
        "/",
    ],
)
async def test_no_address_is_a_server_error(client: Client, path: str) -> None:
    answer = await client.call("GET", path, token=client.stack.service_role_key)
    assert 300 <= answer.status_code < 500, answer.text


async def test_wrong_addresses_and_methods_are_told_so(client: Client) -> None:
    assert failure(await client.call("POST", "/nowhere", {})) == (404, "not_found")
    assert failure(await client.call("GET", "/signup")) == (405, "method_not_allowed")
    # A mail scanner's HEAD must not use the link up.
    assert (await client.call("HEAD", "/verify?token=x&type=signup")).status_code == 405


async def test_a_password_may_hold_any_letters(client: Client) -> None:
    email, password = address(), "пароль-🔑'\"\\%s"
    answer = await client.call("POST", "/signup", {"email": email, "password": password})
    assert answer.status_code == 200
    assert (await client.sign_in(email, password)).status_code == 200
    assert failure(await client.sign_in(email, password[:-1])) == (400, "invalid_credentials")
    long = await client.sign_in(email, password + "x" * 5000)
    assert failure(long) == (400, "invalid_credentials")


# Tokens


def forge(stack: RunningStack, how: str, user_id: str) -> str:
    claims: Row = {"sub": user_id, "aud": "authenticated", "role": "authenticated"}
    claims["exp"] = time.time() + (-60 if how == "expired" else 600)
    secret = stack.keys.jwt_secret
    if how == "none":
        return jwt.encode(claims, "", algorithm="none")
    if how == "other secret":
        return jwt.encode(claims, "x" * 40, algorithm="HS256")
    if how == "other algorithm":
        return jwt.encode(claims, secret * 2, algorithm="HS512")
    if how == "cut":
        return jwt.encode(claims, secret, algorithm="HS256").rsplit(".", 1)[0] + "."
    if how == "garbage":
        return "a.b.c"
    if how == "sub no uuid":
        claims["sub"] = "1 or 1=1"
    if how == "sub a list":
        claims["sub"] = [user_id]
    if how == "session no uuid":
        claims["session_id"] = "x"
    return jwt.encode(claims, secret, algorithm="HS256")


@pytest.mark.parametrize(
    "how",
    [
        *("none", "other secret", "other algorithm", "cut", "garbage", "expired"),
        *("sub no uuid", "sub a list", "session no uuid"),
    ],
)
async def test_forged_tokens_are_bad_jwts(client: Client, how: str) -> None:
    user_id = (await client.sign_up())["user"]["id"]
    token = forge(client.stack, how, user_id)
    assert failure(await client.call("GET", "/user", token=token)) == (403, "bad_jwt")
    answer = await client.call("PUT", "/user", {"data": {"a": 1}}, token=token)
    assert failure(answer) == (403, "bad_jwt")


async def test_a_token_signed_with_the_es256_key_is_good(client: Client) -> None:
    user = (await client.sign_up())["user"]
    jwk = client.stack.keys.signing_jwk
    claims = {"sub": user["id"], "aud": "authenticated", "exp": time.time() + 60}
    token = jwt.encode(claims, PyJWK(jwk), algorithm="ES256", headers={"kid": jwk["kid"]})
    answer = await client.call("GET", "/user", token=token)
    assert answer.json()["id"] == user["id"]


async def test_the_session_of_another_user_does_not_count(client: Client) -> None:
    one, two = await client.sign_up(), await client.sign_up()
    claims = jwt.decode(one["access_token"], options={"verify_signature": False})
    mixed = client.stack.keys.sign({**claims, "sub": two["user"]["id"]})
    answer = await client.call("GET", "/user", token=mixed)
    assert failure(answer) == (403, "session_not_found")


async def test_a_token_for_another_audience_is_refused(client: Client) -> None:
    user = (await client.sign_up())["user"]
    token = client.stack.keys.sign({"sub": user["id"], "aud": "other", "exp": time.time() + 60})
    assert failure(await client.call("GET", "/user", token=token)) == (400, "validation_failed")


async def test_only_the_service_role_is_admin(client: Client) -> None:
    stack = client.stack
    session = await client.sign_up()
    for token in (stack.anon_key, session["access_token"], stack.publishable_key):
        answer = await client.call("GET", "/admin/users", token=token)
        assert failure(answer) == (403, "not_admin")
    answer = await client.http.get("/auth/v1/admin/users")
    assert answer.status_code == 401
    assert answer.json()["error_code"] == "no_authorization"
    odd = stack.keys.sign({"role": ["service_role"], "exp": time.time() + 60})
    assert failure(await client.call("GET", "/admin/users", token=odd)) == (403, "not_admin")
    for key in (stack.service_role_key, stack.secret_key):
        answer = await client.http.get("/auth/v1/admin/users", headers={"apikey": key})
        assert answer.status_code == 200


async def test_user_metadata_cannot_make_an_admin(client: Client) -> None:
    session = await client.sign_up(data={"role": "service_role"})
    answer = await client.call("GET", "/admin/users", token=session["access_token"])
    assert failure(answer) == (403, "not_admin")


# Refresh tokens


async def test_parallel_refreshes_of_one_token_all_get_the_same_child(client: Client) -> None:
    session = await client.sign_up()
    answers = await asyncio.gather(*(client.refresh(session["refresh_token"]) for _ in range(6)))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


async def test_an_old_token_used_too_late_ends_the_session(with_settings: WithSettings) -> None:
    async with with_settings(reuse_interval=0) as client:
        first = (await client.sign_up())["refresh_token"]
        second = (await client.refresh(first)).json()["refresh_token"]
        third = (await client.refresh(second)).json()["refresh_token"]
        assert failure(await client.refresh(first)) == (400, "refresh_token_already_used")
        assert failure(await client.refresh(third)) == (400, "refresh_token_already_used")


async def test_the_lost_answer_of_a_refresh_can_be_fetched_again_and_again(
    with_settings: WithSettings,
) -> None:
    async with with_settings(reuse_interval=0) as client:
        first = (await client.sign_up())["refresh_token"]
        second = (await client.refresh(first)).json()["refresh_token"]
        for _ in range(3):
            assert (await client.refresh(first)).json()["refresh_token"] == second


@pytest.mark.parametrize("token", ["", "short", "x" * 12, "' or 1=1 --  ", "x" * 5000])
async def test_a_refresh_token_nobody_issued_is_refused(client: Client, token: str) -> None:
    status, code = failure(await client.refresh(token))
    assert status == 400
    assert code in ("validation_failed", "refresh_token_not_found")


async def test_a_session_past_its_end_is_expired(
    client: Client, db: psycopg.AsyncConnection[Row]
) -> None:
    session = await client.sign_up()
    await db.execute(
        "update auth.sessions set not_after = now() - interval '1 s' where user_id = %s",
        (session["user"]["id"],),
    )
    answer = await client.refresh(session["refresh_token"])
    assert failure(answer) == (400, "session_expired")


# Codes and mails


async def test_the_link_of_a_magic_link_mail_signs_in_once(client: Client) -> None:
    email = address()
    target = "http://127.0.0.1:3000/welcome?a=1"
    user = (await client.sign_up(email))["user"]
    await client.call("POST", f"/otp?redirect_to={quote(target)}", {"email": email})
    link = link_of(await client.mail_to(email, "Your Magic Link"))

    answer = await client.http.get(link)
    assert answer.headers["Location"].startswith(target + "#access_token=")
    token = fragment_of(answer)["access_token"]
    assert (await client.call("GET", "/user", token=token)).json()["id"] == user["id"]
    assert fragment_of(await client.http.get(link))["error_code"] == "otp_expired"


async def test_a_code_that_is_entered_twice_at_once_makes_one_session(client: Client) -> None:
    email = address()
    await client.sign_up(email)
    await client.call("POST", "/recover", {"email": email})
    body = {
        "email": email.upper(),
        "token": code_of(await client.mail_to(email, "Reset Your Password")),
        "type": "recovery",
    }
    answers = await asyncio.gather(*(client.call("POST", "/verify", body) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403, 403]


async def test_a_code_is_good_for_otp_expiry_only(
    client: Client, db: psycopg.AsyncConnection[Row]
) -> None:
    email = address()
    await client.sign_up(email)
    link = await client.admin("POST", "/admin/generate_link", {"type": "recovery", "email": email})
    await db.execute(
        "update auth.users set recovery_sent_at = now() - interval '61 minutes' where email = %s",
        (email,),
    )
    body = {"email": email, "token": link["email_otp"], "type": "recovery"}
    assert failure(await client.call("POST", "/verify", body)) == (403, "otp_expired")
    assert fragment_of(await client.http.get(link["action_link"]))["error_code"] == "otp_expired"


async def test_a_code_of_one_user_does_not_open_another(client: Client) -> None:
    email, other = address(), address()
    await client.sign_up(email)
    await client.sign_up(other)
    link = await client.admin("POST", "/admin/generate_link", {"type": "magiclink", "email": email})
    body = {"email": other, "token": link["email_otp"], "type": "magiclink"}
    assert failure(await client.call("POST", "/verify", body)) == (403, "otp_expired")


async def test_an_empty_token_finds_nobody(client: Client) -> None:
    """Most users have '' in their token columns."""
    for body in ({"token_hash": "", "type": "signup"}, {"token_hash": " ", "type": "signup"}):
        status, _ = failure(await client.call("POST", "/verify", body))
        assert status in (400, 403)
    for token in ("%20", "-", "pkce_"):
        answer = await client.call("GET", f"/verify?token={token}&type=recovery")
        assert "error_code=otp_expired" in answer.headers["Location"]


async def test_a_password_change_ends_pending_codes(client: Client) -> None:
    email = address()
    session = await client.sign_up(email)
    link = await client.admin("POST", "/admin/generate_link", {"type": "recovery", "email": email})
    answer = await client.call(
        "PUT", "/user", {"password": "another-horse-2"}, token=session["access_token"]
    )
    assert answer.status_code == 200
    body = {"token_hash": link["hashed_token"], "type": "recovery"}
    assert failure(await client.call("POST", "/verify", body)) == (403, "otp_expired")


async def test_a_banned_user_cannot_verify(client: Client) -> None:
    email = address()
    user = (await client.sign_up(email))["user"]
    link = await client.admin("POST", "/admin/generate_link", {"type": "magiclink", "email": email})
    await client.admin("PUT", f"/admin/users/{user['id']}", {"ban_duration": "1h30m"})
    body = {"token_hash": link["hashed_token"], "type": "magiclink"}
    assert failure(await client.call("POST", "/verify", body)) == (403, "user_banned")
    error = fragment_of(await client.http.get(link["action_link"]))
    assert (error["error"], error["error_code"]) == ("access_denied", "user_banned")


async def test_a_dead_mail_catcher_fails_no_request(with_settings: WithSettings) -> None:
    async with with_settings(smtp=free_ports(1)[0]) as client:
        email = address()
        await client.sign_up(email)
        assert (await client.call("POST", "/otp", {"email": email})).status_code == 200


async def test_an_invited_user_follows_the_mail_and_sets_a_password(client: Client) -> None:
    email = address()
    await client.admin("POST", "/invite", {"email": email, "data": {"team": "a"}})
    assert failure(await client.sign_in(email)) == (400, "invalid_credentials")

    answer = await client.http.get(link_of(await client.mail_to(email, "You have been invited")))
    fragment = fragment_of(answer)
    assert fragment["type"] == "invite"
    answer = await client.call(
        "PUT", "/user", {"password": PASSWORD}, token=fragment["access_token"]
    )
    assert answer.json()["user_metadata"] == {"team": "a", "email_verified": True}
    assert answer.json()["identities"][0]["identity_data"]["email_verified"] is True
    assert (await client.sign_in(email)).status_code == 200


# With confirmation of addresses


async def test_with_confirmations_on_a_sign_up_waits_for_the_mail(
    with_settings: WithSettings,
) -> None:
    async with with_settings(confirm_email=True) as client:
        email = address()
        user = await client.sign_up(email)
        assert user["email"] == email
        assert user["confirmation_sent_at"]
        assert "access_token" not in user
        assert failure(await client.sign_in(email)) == (400, "email_not_confirmed")
        again = await client.call("POST", "/signup", {"email": email, "password": PASSWORD})
        assert failure(again) == (429, "over_email_send_rate_limit")

        link = link_of(await client.mail_to(email, "Confirm Your Signup"))
        assert fragment_of(await client.http.get(link))["type"] == "signup"
        assert (await client.sign_in(email)).status_code == 200


async def test_with_confirmations_on_a_taken_address_looks_like_a_new_one(
    client: Client, with_settings: WithSettings
) -> None:
    email = address()
    real = (await client.sign_up(email))["user"]
    async with with_settings(confirm_email=True) as other:
        pretended = await other.sign_up(email)
        fresh = await other.sign_up(address())
    assert pretended["id"] != real["id"]
    assert pretended["identities"] == []
    assert pretended.keys() == fresh.keys()


async def test_with_confirmations_on_both_addresses_agree_to_a_change(
    client: Client, with_settings: WithSettings
) -> None:
    old, new = address(), address()
    session = await client.sign_up(old)
    async with with_settings(confirm_email=True) as other:
        token = session["access_token"]
        answer = await other.call("PUT", "/user", {"email": new}, token=token)
        assert answer.json()["email"] == old
        links = [link_of(await other.mail_to(to, "Confirm Email Change")) for to in (new, old)]

        first = fragment_of(await other.http.get(links[0]))
        assert first["message"].startswith("Confirmation link accepted")
        assert fragment_of(await other.http.get(links[0]))["error_code"] == "otp_expired"
        assert (await other.call("GET", "/user", token=token)).json()["email"] == old

        assert fragment_of(await other.http.get(links[1]))["type"] == "email_change"
        user = (await other.call("GET", "/user", token=token)).json()
    assert user["email"] == new
    assert "new_email" not in user
    assert user["identities"][0]["email"] == new


async def test_an_address_taken_meanwhile_stays_with_its_owner(client: Client) -> None:
    email, wanted = address(), address()
    session = await client.sign_up(email)
    await client.call("PUT", "/user", {"email": wanted}, token=session["access_token"])
    link = link_of(await client.mail_to(wanted, "Confirm Email Change"))
    await client.sign_up(wanted)
    assert fragment_of(await client.http.get(link))["error_code"] == "email_exists"
    user = (await client.call("GET", "/user", token=session["access_token"])).json()
    assert user["email"] == email


async def test_otp_for_a_new_address_confirms_it(with_settings: WithSettings) -> None:
    async with with_settings(confirm_email=True) as client:
        email = address()
        await client.call("POST", "/otp", {"email": email, "data": {"a": 1}})
        mail = await client.mail_to(email, "Confirm Your Signup")
        body = {"email": email, "token": code_of(mail), "type": "email"}
        answer = (await client.call("POST", "/verify", body)).json()
        assert answer["user"]["email_confirmed_at"]
        assert answer["user"]["user_metadata"] == {"a": 1, "email_verified": True}


# PKCE


async def test_a_pkce_code_ends_after_five_minutes(
    client: Client, db: psycopg.AsyncConnection[Row]
) -> None:
    email = address()
    await client.sign_up(email)
    challenge = {"code_challenge": VERIFIER, "code_challenge_method": "plain"}
    await client.call("POST", "/recover", {"email": email, **challenge})
    answer = await client.http.get(link_of(await client.mail_to(email, "Reset Your Password")))
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    await db.execute(
        "update auth.flow_state set auth_code_issued_at = now() - interval '301 s'"
        " where auth_code = %s",
        (code,),
    )
    body = {"auth_code": code, "code_verifier": VERIFIER}
    exchange = "/token?grant_type=pkce"
    assert failure(await client.call("POST", exchange, body)) == (422, "flow_state_expired")
    await db.execute(
        "update auth.flow_state set auth_code_issued_at = now() where auth_code = %s", (code,)
    )
    session = (await client.call("POST", exchange, body)).json()
    claims = jwt.decode(session["access_token"], options={"verify_signature": False})
    assert claims["amr"][0]["method"] == "recovery"


async def test_a_pkce_code_is_worth_nothing_before_the_link_is_followed(
    client: Client, db: psycopg.AsyncConnection[Row]
) -> None:
    email = address()
    user = (await client.sign_up(email))["user"]
    challenge = {"code_challenge": VERIFIER, "code_challenge_method": "plain"}
    await client.call("POST", "/otp", {"email": email, **challenge})
    found = await db.execute(
        "select auth_code from auth.flow_state where user_id = %s", (user["id"],)
    )
    row = await found.fetchone()
    assert row
    body = {"auth_code": row["auth_code"], "code_verifier": VERIFIER}
    status, _ = failure(await client.call("POST", "/token?grant_type=pkce", body))
    assert status == 422


@pytest.mark.parametrize(
    "challenge",
    [
        {"code_challenge": VERIFIER},
        {"code_challenge_method": "s256"},
        {"code_challenge": "short", "code_challenge_method": "s256"},
        {"code_challenge": "v" * 129, "code_challenge_method": "s256"},
        {"code_challenge": "ü" * 50, "code_challenge_method": "s256"},
        {"code_challenge": VERIFIER, "code_challenge_method": "md5"},
    ],
)
async def test_a_broken_pkce_challenge_is_refused(client: Client, challenge: Row) -> None:
    for path in ("/otp", "/recover"):
        answer = await client.call("POST", path, {"email": address(), **challenge})
        assert failure(answer) == (400, "validation_failed")


# Redirects


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://desk.example.com/any?x=1#y", True),
        ("http://desk.example.com", True),
        ("http://127.0.0.1:9/x", True),
        ("http://[::1]:9/x", True),
        ("https://preview-1.example.net/x", True),
        ("https://preview-1.a.example.net/x", False),
        ("https://docs.example.net/a/b/c", True),
        ("https://docs.example.net.evil.net/a", False),
        ("myapp://callback", True),
        ("myapp://callback/deeper", False),
        ("https://evil.example.net/?desk.example.com", False),
        ("https://desk.example.com@evil.net/", False),
        ("https://evil.net\\@desk.example.com/", False),
        ("https://evil.net%5C@127.0.0.1.evil.net", False),
        ("javascript://desk.example.com/%0aalert(1)", False),
        ("//evil.net", False),
        ("/relative", False),
        ("http://2130706433/", False),
        ("http://10.0.0.1/", False),
        ("http://[::ffff:10.0.0.1]/", False),
        ("http://[broken/", False),
        ("https://desk.example.com/\r\nSet-Cookie: a=b", False),
    ],
)
def test_only_the_site_loopback_and_the_list_are_redirected_to(url: str, allowed: bool) -> None:
    settings = AuthSettings(
        site_url="https://desk.example.com",
        redirect_urls=(
            "https://preview-?.example.net/*",
            "https://docs.example.net/**",
            "myapp://callback",
        ),
    )
    assert is_allowed(url, settings) is allowed


# Administration


async def test_paging_tells_how_many_there_are(client: Client) -> None:
    marker = uuid.uuid4().hex[:10]
    for number in range(3):
        body = {"email": f"{marker}-{number}@example.com", "user_metadata": {"full_name": "Ada"}}
        await client.admin("POST", "/admin/users", body)

    async def page(query: str) -> httpx.Response:
        return await client.call(
            "GET", f"/admin/users?{query}", token=client.stack.service_role_key
        )

    answer = await page(f"page=2&per_page=2&filter={marker}")
    assert [user["email"] for user in answer.json()["users"]] == [f"{marker}-0@example.com"]
    assert answer.headers["X-Total-Count"] == "3"
    assert 'rel="next"' not in answer.headers["Link"]
    assert answer.headers["Link"].endswith('/admin/users?page=2&per_page=2>; rel="last"')
    answer = await page(f"page=&per_page=&filter={marker}")
    assert len(answer.json()["users"]) == 3
    assert (await page(f"page=9&filter={marker}")).json()["users"] == []
    assert (await page("filter=%25_%25")).json()["users"] == []


@pytest.mark.parametrize(
    "duration", ["1", "h", "-1h", "1d", "99999999999999h", "1h 1m", "1e9h", "١h"]
)
async def test_a_ban_needs_a_duration(client: Client, duration: str) -> None:
    answer = await client.call(
        "POST",
        "/admin/users",
        {"email": address(), "ban_duration": duration},
        token=client.stack.service_role_key,
    )
    assert failure(answer) == (400, "validation_failed")


async def test_a_password_may_arrive_as_an_argon2_hash_but_not_as_anything(client: Client) -> None:
    email = address()
    hashed = argon2.PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)
    body = {"email": email, "email_confirm": True, "password_hash": hashed}
    await client.admin("POST", "/admin/users", body)
    assert (await client.sign_in(email)).status_code == 200
    assert failure(await client.sign_in(email, "wrong-password")) == (400, "invalid_credentials")
    for wrong in ("plain", "$2a$10$short", "$fbscrypt$v=1", "$1$abc$def"):
        answer = await client.call(
            "POST",
            "/admin/users",
            {"email": address(), "password_hash": wrong},
            token=client.stack.service_role_key,
        )
        assert failure(answer) == (400, "validation_failed")


async def test_a_soft_deleted_user_is_empty_and_cannot_come_back(
    client: Client, db: psycopg.AsyncConnection[Row]
) -> None:
    email = address()
    session = await client.sign_up(email, data={"name": "Ada"})
    user_id = session["user"]["id"]
    for _ in range(2):
        await client.admin("DELETE", f"/admin/users/{user_id}", {"should_soft_delete": True})

    gone = await client.call("GET", "/user", token=session["access_token"])
    assert failure(gone) == (403, "session_not_found")
    found = await db.execute(
        "select u.email, u.encrypted_password, u.raw_user_meta_data, i.identity_data"
        " from auth.users u join auth.identities i on i.user_id = u.id where u.id = %s",
        (user_id,),
    )
    row = await found.fetchone()
    assert row
    assert email not in str(row)
    assert (row["encrypted_password"], row["raw_user_meta_data"]) == ("", {})
    assert failure(await client.sign_in(email)) == (400, "invalid_credentials")


async def test_a_user_whom_rows_still_need_is_not_deleted(
    client: Client, db: psycopg.AsyncConnection[Row]
) -> None:
    user_id = (await client.sign_up())["user"]["id"]
    await db.execute("create table public.auth_test_owned (owner uuid references auth.users (id))")
    try:
        await db.execute("insert into public.auth_test_owned values (%s)", (user_id,))
        token = client.stack.service_role_key
        answer = await client.call("DELETE", f"/admin/users/{user_id}", token=token)
        assert failure(answer) == (500, "unexpected_failure")
        assert answer.json()["message"] == "Database error deleting user"
        await client.admin("GET", f"/admin/users/{user_id}")
    finally:
        await db.execute("drop table public.auth_test_owned")


async def test_an_administrator_moves_a_user_to_another_address(client: Client) -> None:
    one, two, new = address(), address(), address()
    user = (await client.sign_up(one))["user"]
    await client.sign_up(two)
    path, token = f"/admin/users/{user['id']}", client.stack.service_role_key
    taken = await client.call("PUT", path, {"email": two}, token=token)
    assert failure(taken) == (422, "email_exists")
    same = await client.admin("PUT", path, {"email": one.upper()})
    assert same["email"] == one
    moved = await client.admin("PUT", path, {"email": new, "role": "auditor"})
    assert (moved["email"], moved["role"]) == (new, "auditor")
    assert moved["identities"][0]["identity_data"]["email"] == new
    session = (await client.sign_in(new)).json()
    claims = jwt.decode(session["access_token"], options={"verify_signature": False})
    assert claims["role"] == "auditor"


# What is off or missing


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", "/factors", {"factor_type": "totp"}, (422, "mfa_totp_enroll_not_enabled")),
        ("POST", "/factors", {"factor_type": "x"}, (400, "validation_failed")),
        ("POST", "/factors/x/challenge", {}, (404, "mfa_factor_not_found")),
        ("DELETE", "/user/identities/x", None, (404, "manual_linking_disabled")),
        ("POST", "/sso", {"domain": "a.co"}, (404, "saml_provider_disabled")),
        ("POST", "/sso/saml/acs", {}, (404, "saml_provider_disabled")),
        ("GET", "/callback?code=x", None, (400, "bad_oauth_callback")),
        ("POST", "/token?grant_type=id_token", {}, (400, "provider_disabled")),
        ("POST", "/token?grant_type=web3", {}, (400, "web3_provider_disabled")),
        ("POST", "/otp", {"phone": "+15555550100"}, (400, "phone_provider_disabled")),
        ("PUT", "/user", {"phone": "+15555550100"}, (501, "not_implemented")),
        ("POST", "/oauth/clients/register", {}, (501, "not_implemented")),
        ("GET", "/admin/audit", None, (501, "not_implemented")),
        ("GET", "/admin/sso/providers", None, (501, "not_implemented")),
    ],
)
async def test_what_is_not_there_says_so(
    client: Client, method: str, path: str, body: Row | None, expected: tuple[int, str]
) -> None:
    token = (await client.sign_up())["access_token"]
    answer = await client.call(method, path, body, token=token)
    assert failure(answer) == expected


# The official client


def test_the_python_client_signs_up_changes_and_leaves(stack: RunningStack) -> None:
    client = create_client(stack.url, stack.publishable_key)
    email = address()
    session = client.auth.sign_up({"email": email, "password": PASSWORD}).session
    assert session
    changed = client.auth.update_user({"data": {"name": "Ada"}}).user
    assert changed.user_metadata["name"] == "Ada"
    claims = client.auth.get_claims()
    assert claims
    assert claims["claims"]["sub"] == changed.id
    client.auth.sign_out()
    assert client.auth.get_session() is None

    admin = create_client(stack.url, stack.secret_key).auth.admin
    assert admin.get_user_by_id(changed.id).user.email == email


# The database


async def test_a_database_that_cuts_its_connections_fails_no_request(
    with_settings: WithSettings, db: psycopg.AsyncConnection[Row]
) -> None:
    async with with_settings() as client:
        await client.sign_up()

        async def cut() -> None:
            for _ in range(10):
                await db.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where application_name = 'other-auth'"
                )
                await asyncio.sleep(0.03)

        async def use() -> list[int]:
            email = address()
            await client.sign_up(email)
            return [(await client.sign_in(email)).status_code for _ in range(5)]

        work: list[Awaitable[Any]] = [use(), use(), use(), cut()]
        *answers, _ = await asyncio.gather(*work)
        assert answers == [[200] * 5] * 3


async def test_a_seed_file_may_make_users_with_pgcrypto_and_null_tokens(
    client: Client, stack: RunningStack
) -> None:
    email = address()
    async with await psycopg.AsyncConnection.connect(stack.owner_url, autocommit=True) as owner:
        await owner.execute(
            "insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at)"
            " values (extensions.uuid_generate_v4(), 'authenticated', 'authenticated', %s,"
            " extensions.crypt(%s, extensions.gen_salt('bf', 4)), now())",
            (email, PASSWORD),
        )
    answer = await client.sign_in(email)
    assert answer.status_code == 200
    assert failure(await client.sign_in(email, "wrong-password")) == (400, "invalid_credentials")
    assert answer.json()["user"]["user_metadata"] == {}
    token = answer.json()["access_token"]
    assert (await client.call("GET", "/user", token=token)).status_code == 200
    assert (await client.call("POST", "/otp", {"email": email})).status_code == 200


async def test_crypt_is_bcrypt(client: Client, db: psycopg.AsyncConnection[Row]) -> None:
    email = address()
    await client.sign_up(email)
    cursor = await db.execute(
        """
        select
            extensions.crypt('U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.') as known,
            extensions.crypt('ünïcödé', '$2b$04$abcdefghijklmnopqrstuu') as letters,
            extensions.gen_salt('bf') as salt,
            encrypted_password = extensions.crypt(%s, encrypted_password) as own,
            encrypted_password = extensions.crypt('wrong', encrypted_password) as wrong
        from auth.users where email = %s
        """,
        (PASSWORD, email),
    )
    row = await cursor.fetchone()
    assert row
    assert row["known"] == "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
    assert re.fullmatch(r"\$2a\$06\$[./A-Za-z0-9]{22}", row["salt"])
    assert (row["own"], row["wrong"]) == (True, False)
    hashed = (
        await client.admin(
            "POST",
            "/admin/users",
            {"email": address(), "email_confirm": True, "password_hash": row["letters"]},
        )
    )["email"]
    assert (await client.sign_in(hashed, "ünïcödé")).status_code == 200


async def test_the_rest_of_pgcrypto_gives_known_answers(db: psycopg.AsyncConnection[Row]) -> None:
    cursor = await db.execute(
        """
        select
            encode(extensions.hmac('what do ya want for nothing?', 'Jefe', 'sha256'), 'hex') as mac,
            encode(extensions.digest('abc', 'sha512'), 'hex') as hash,
            length(extensions.gen_random_bytes(100)) as length,
            extensions.gen_random_bytes(16) <> extensions.gen_random_bytes(16) as random
        """
    )
    assert await cursor.fetchone() == {
        "mac": "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        "hash": "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "length": 100,
        "random": True,
    }
    for call in ("crypt('a', 'md5salt')", "gen_salt('md5')", "digest('a', 'crc')"):
        with pytest.raises(psycopg.Error, match=r"local|hash algorithm"):
            await db.execute(f"select extensions.{call}".encode())


@pytest.mark.parametrize("role", ["anon", "authenticated"])
@pytest.mark.parametrize("table", ["users", "identities", "sessions", "refresh_tokens"])
async def test_the_tables_of_auth_are_closed_to_the_api(
    db: psycopg.AsyncConnection[Row], role: str, table: str
) -> None:
    async with db.transaction(force_rollback=True):
        await db.execute(f"set local role {role}".encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await db.execute(f"select * from auth.{table}".encode())


async def test_postgres_may_hang_triggers_and_foreign_keys_on_users(stack: RunningStack) -> None:
    async with await psycopg.AsyncConnection.connect(stack.owner_url) as owner:
        await owner.execute(
            """
            create table public.auth_test_owner (
                id uuid primary key references auth.users (id) on delete cascade);
            create function public.auth_test_owner() returns trigger language plpgsql
                as $$ begin return new; end $$;
            create trigger auth_test_owner after insert on auth.users
                for each row execute function public.auth_test_owner();
            """
        )
        await owner.execute("select count(*) from auth.users")
        await owner.rollback()
