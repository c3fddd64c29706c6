"""Signing in to mailboxes: the real routes and database, a token server on loopback."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import jwt
import psycopg
import pytest

from backend.channels.mail.sign_in import sign_ins
from backend.db import Database
from backend.settings import Settings
from tests.channels.provider import Answer, Provider
from tests.support.make import Account, Inbox, Make, User
from tests.support.serving import as_user, code_of, settings_of
from tests.support.stack import RunningStack
from workers.jobs import Job
from workers.registry import Context
from workers.tasks import refresh_token

DASHBOARD = "https://desk.example"


@pytest.fixture
def settings(stack: RunningStack, provider: Provider) -> Settings:
    return settings_of(
        stack,
        dashboard_origins=DASHBOARD,
        google_client_id="id",
        google_client_secret="secret",
        channel_base_urls={"google": provider.url},
    )


async def start(
    client: httpx.AsyncClient, account: Account, headers: dict[str, str], **more: str
) -> httpx.Response:
    asked = {"account_id": str(account.id), "name": "Support", **more}
    return await client.get("/oauth/google/start", params=asked, headers=headers)


def state_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return str(parse_qs(urlsplit(answer.json()["url"]).query)["state"][0])


def tokens(address: str, **more: Any) -> Answer:
    owner = jwt.encode({"email": address}, "k" * 32, algorithm="HS256")
    given = {"access_token": "a", "refresh_token": "r", "expires_in": 3600, "id_token": owner}
    return Answer(json={**given, **more})


async def finish(client: httpx.AsyncClient, state: str, headers: dict[str, str]) -> httpx.Response:
    return await client.post(
        "/oauth/google/finish", json={"code": "c0de", "state": state}, headers=headers
    )


def inbox_of(conn: psycopg.Connection, address: str) -> tuple[Any, ...] | None:
    return conn.execute(
        "select connection.inbox_id, settings ->> 'imap_host', expires_at > now() + interval '50 minutes',"
        " secrets ->> 'access_token', secrets ->> 'refresh_token', state"
        " from public.channel_connections as connection join private.channel_secrets using (inbox_id)"
        " where address = %s",
        (address,),
    ).fetchone()


async def test_it_says_where_one_can_sign_in(client: httpx.AsyncClient) -> None:
    assert (await client.get("/oauth/providers")).json() == {"providers": ["google"]}


async def test_an_administrator_connects_a_mailbox(
    client: httpx.AsyncClient, stack: RunningStack, conn: psycopg.Connection,
    provider: Provider, account: Account, boss: User,
) -> None:  # fmt: skip
    address = f"{uuid4().hex[:8]}@shop.example"
    state = state_of(await start(client, account, as_user(stack, boss)))
    back = await client.get("/oauth/google/callback", params={"state": state, "code": "c0de"})
    assert back.status_code == 303
    assert back.headers["location"] == f"{DASHBOARD}/oauth/google?code=c0de&state={state}"
    provider.answers = [tokens(address)]
    done = await finish(client, state, as_user(stack, boss))
    assert done.status_code == 200, done.text
    assert done.json()["address"] == address
    form = dict(provider.asked[0].form)
    assert (form["code"], len(form["code_verifier"]) >= 43) == ("c0de", True)
    found = inbox_of(conn, address)
    assert found is not None
    assert [str(found[0]), *found[1:]] == [
        done.json()["inbox_id"], "imap.gmail.com", True, "a", "r", "connected",
    ]  # fmt: skip
    again = await finish(client, state, as_user(stack, boss))
    assert code_of(again) == (410, "sign_in_expired")

    conn.execute(
        "update public.channel_connections set state = 'reauthorization_required' where address = %s",
        (address,),
    )
    inbox_id = done.json()["inbox_id"]
    for signed_in, expected in (("other@shop.example", 409), (address, 200)):
        answer = await start(client, account, as_user(stack, boss), inbox_id=inbox_id)
        asked = parse_qs(urlsplit(answer.json()["url"]).query)
        assert asked["login_hint"] == [address]
        provider.answers = [tokens(signed_in, access_token="new")]
        ended = await finish(client, state_of(answer), as_user(stack, boss))
        assert ended.status_code == expected, ended.text
    found = inbox_of(conn, address)
    assert found is not None
    assert (found[3], found[5]) == ("new", "connected")


async def test_who_did_not_begin_it_ends_nothing(
    client: httpx.AsyncClient, stack: RunningStack, conn: psycopg.Connection,
    provider: Provider, account: Account, boss: User,
) -> None:  # fmt: skip
    make = Make(conn)
    other = make.administrator(account)
    state = state_of(await start(client, account, as_user(stack, boss)))
    assert code_of(await finish(client, state, as_user(stack, other))) == (410, "sign_in_expired")
    assert code_of(await finish(client, "x" * 43, as_user(stack, boss))) == (410, "sign_in_expired")
    assert code_of(await finish(client, state, {})) == (401, "not_authorized")
    conn.execute("update private.mailbox_sign_ins set expires_at = now() - interval '1 second'")
    assert code_of(await finish(client, state, as_user(stack, boss))) == (410, "sign_in_expired")
    assert provider.asked == []


async def test_agents_strangers_and_nobody_begin_nothing(
    client: httpx.AsyncClient, stack: RunningStack, conn: psycopg.Connection, account: Account, boss: User
) -> None:  # fmt: skip
    make = Make(conn)
    for headers, expected in (
        ({}, (401, "not_authorized")),
        ({"Authorization": "Bearer nonsense"}, (401, "not_authorized")),
        (as_user(stack, make.agent(account)), (403, "not_administrator")),
        (as_user(stack, make.user()), (404, "account_not_found")),
    ):
        assert code_of(await start(client, account, headers)) == expected
    mine = as_user(stack, boss)
    strange = make.connection(make.account(), "email", f"{uuid4().hex[:8]}@x.example")
    assert code_of(await start(client, account, mine, inbox_id=str(strange.id))) == (
        404, "inbox_not_found",
    )  # fmt: skip
    assert code_of(await start(client, account, mine, name=" ")) == (400, "name_invalid")
    assert code_of(await start(client, account, mine, account_id="x")) == (422, "request_invalid")
    elsewhere = await client.get(
        "/oauth/microsoft/start",
        params={"account_id": str(account.id), "name": "x"},
        headers=mine,
    )
    assert code_of(elsewhere) == (404, "oauth_not_configured")
    unknown = await client.get("/oauth/yahoo/start", params={"account_id": str(account.id)})
    assert unknown.status_code == 422


async def test_a_refusal_comes_back_to_the_dashboard_and_leads_nowhere_else(
    client: httpx.AsyncClient,
) -> None:
    hostile = {"error": "access_denied\r\nLocation: https://evil.example", "code": "c"}
    back = await client.get("/oauth/google/callback", params=hostile)
    assert back.headers["location"].startswith(f"{DASHBOARD}/oauth/google?error=access_denied%0D")
    assert "code=" not in back.headers["location"]


async def test_a_provider_that_refuses_connects_nothing(
    client: httpx.AsyncClient, stack: RunningStack, provider: Provider, account: Account, boss: User
) -> None:
    for answer, expected in (
        (Answer(status=400, json={"error": "invalid_grant"}), (502, "sign_in_refused")),
        (Answer(json={"access_token": "a", "refresh_token": "r"}), (502, "sign_in_refused")),
    ):
        state = state_of(await start(client, account, as_user(stack, boss)))
        provider.answers = [answer]
        assert code_of(await finish(client, state, as_user(stack, boss))) == expected


RENEWED = Answer(json={"access_token": "b", "refresh_token": "r2", "expires_in": 3600})
REFUSED = Answer(status=400, json={"error": "invalid_grant"})


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(RENEWED, ("b", "r2", "connected")), (REFUSED, ("a", "r", "reauthorization_required"))],
)
async def test_tokens_are_renewed_before_they_end(
    client: httpx.AsyncClient, settings: Settings, conn: psycopg.Connection, provider: Provider,
    account: Account, answer: Answer, expected: tuple[str, str, str],
) -> None:  # fmt: skip
    address = f"{uuid4().hex[:8]}@shop.example"
    inbox = Make(conn).connection(
        account, "email", address, {"access_token": "a", "refresh_token": "r"}, {"oauth": "google"}
    )
    service: Database = client.app.state.database  # type: ignore[attr-defined]
    conn.execute("update public.channel_connections set expires_at = now() + interval '1 hour'")
    assert await service.call_service("refresh_channel_tokens", {}) == 0
    conn.execute(
        "update public.channel_connections set expires_at = now() + interval '9 minutes'"
        " where inbox_id = %s",
        (inbox.id,),
    )
    assert await service.call_service("refresh_channel_tokens", {}) == 1
    assert await service.call_service("refresh_channel_tokens", {}) == 0
    provider.answers = [answer]
    job = renewal(account, inbox)
    async with httpx.AsyncClient(trust_env=False) as http:
        context = Context(service, http, sign_ins=sign_ins(settings))
        await refresh_token.run(context, job)
        await refresh_token.run(context, job)
    assert len(provider.asked) == 1
    found = inbox_of(conn, address)
    assert found is not None
    assert (found[3], found[4], found[5]) == expected
    conn.execute("truncate private.jobs")


def renewal(account: Account, inbox: Inbox) -> Job:
    """The job that renews an inbox's token."""
    return Job(
        id=1, kind="refresh_token", account_id=str(account.id), attempt=1, max_attempts=8,
        payload={"inbox_id": str(inbox.id)},
    )  # fmt: skip


async def test_tiktok_trades_its_tokens_every_day(
    client: httpx.AsyncClient, conn: psycopg.Connection, provider: Provider, account: Account
) -> None:
    known = {"access_token": "old", "refresh_token": "year", "app_secret": "s"}
    make = Make(conn)
    by_hand = make.connection(account, "tiktok", uuid4().hex, {"access_token": "old"})
    inbox = make.connection(account, "tiktok", uuid4().hex, known, {"app_id": "74"})
    service: Database = client.app.state.database  # type: ignore[attr-defined]
    assert await service.call_service("refresh_channel_tokens", {}) == 1
    fresh = {"access_token": "new", "refresh_token": "next", "expires_in": 86_400}
    provider.answers = [Answer(json={"code": 0, "data": fresh})]
    async with httpx.AsyncClient(trust_env=False) as http:
        context = Context(service, http, {"tiktok": provider.url})
        await refresh_token.run(context, renewal(account, inbox))
        await refresh_token.run(context, renewal(account, inbox))
    [asked] = provider.asked
    assert asked.path == "/open_api/v1.3/tt_user/oauth2/refresh_token/"
    assert json.loads(asked.body) == {
        "client_id": "74",
        "client_secret": "s",
        "grant_type": "refresh_token",
        "refresh_token": "year",
    }
    kept = conn.execute(
        "select secrets ->> 'access_token', secrets ->> 'refresh_token',"
        " expires_at > now() + interval '23 hours'"
        " from private.channel_secrets join public.channel_connections using (inbox_id)"
        " where inbox_id = any (%s) order by 1",
        ([inbox.id, by_hand.id],),
    ).fetchall()
    assert kept == [("new", "next", True), ("old", None, None)]
    conn.execute("truncate private.jobs")


async def test_instagram_trades_its_token_at_day_45(
    client: httpx.AsyncClient, conn: psycopg.Connection, provider: Provider, account: Account
) -> None:
    inbox = Make(conn).connection(account, "instagram", uuid4().hex, {"access_token": "old"})
    service: Database = client.app.state.database  # type: ignore[attr-defined]
    for days, due in ((44, 0), (46, 1)):
        conn.execute(
            "update private.channel_secrets set updated_at = now() - make_interval(days => %s)"
            " where inbox_id = %s",
            (days, inbox.id),
        )
        assert await service.call_service("refresh_channel_tokens", {}) == due
    provider.answers = [Answer(json={"access_token": "new", "expires_in": 5_184_000})]
    job = renewal(account, inbox)
    async with httpx.AsyncClient(trust_env=False) as http:
        await refresh_token.run(Context(service, http, {"instagram": provider.url}), job)
    kept = conn.execute(
        "select secrets ->> 'access_token', expires_at > now() + interval '59 days'"
        " from private.channel_secrets join public.channel_connections using (inbox_id)"
        " where inbox_id = %s",
        (inbox.id,),
    ).fetchone()
    assert kept == ("new", True)
    conn.execute("truncate private.jobs")
