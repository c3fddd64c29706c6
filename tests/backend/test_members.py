"""Inviting people over HTTP: who may, what is malformed, and how the invited come in."""

from __future__ import annotations

import re
import secrets
import time
from typing import Any

import httpx
import pytest

from tests.support.local import Agent, LocalProduct


@pytest.fixture(scope="module")
def boss(product: LocalProduct) -> Agent:
    """The demo's administrator."""
    return product.sign_in()


@pytest.fixture(scope="module")
def account(product: LocalProduct, boss: Agent) -> str:
    """A new account of theirs."""
    made = boss.rpc("create_account", p_name="Invitations & Co")
    assert made.status_code == 200, made.text
    return str(made.json()["id"])


def invite(product: LocalProduct, account: str, token: str | None, **body: Any) -> httpx.Response:
    """Ask the service."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.post(
        f"{product.api_url}/accounts/{account}/invitations", json=body, headers=headers, timeout=30
    )


def mail_to(product: LocalProduct, address: str) -> dict[str, Any]:
    """The one mail to this address, after a moment."""
    for _ in range(100):
        caught = httpx.get(f"{product.status['mail_url']}/api/mails", timeout=10).json()
        mine = [mail for mail in caught if address in mail["to"]]
        if mine:
            assert len(mine) == 1
            return dict(mine[0])
        time.sleep(0.1)
    raise AssertionError("no mail came")


def test_somebody_new_gets_a_login_and_a_link(
    product: LocalProduct, account: str, boss: Agent
) -> None:
    email = f"new.{secrets.token_hex(4)}@example.com"
    answer = invite(product, account, boss.token, email=email, name="Nora")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["sent"] is True
    assert made["link"].startswith(f"{product.dashboard_url}/accept-invitation?token=")
    link = re.search(r"http\S+/verify\S+", mail_to(product, email)["text"])
    assert link is not None
    opened = httpx.get(link.group(), follow_redirects=False, timeout=20)
    assert opened.headers["location"].startswith(made["link"])
    session = re.search(r"access_token=([^&]+)", opened.headers["location"])
    assert session is not None
    nora = Agent(product, "", session.group(1))
    joined = nora.rpc("accept_invitation", p_token=made["link"].partition("token=")[2])
    assert joined.json() == {"account_id": account, "name": "Invitations & Co", "role": "agent"}


def test_somebody_with_a_login_gets_our_mail(
    product: LocalProduct, account: str, boss: Agent
) -> None:
    answer = invite(product, account, boss.token, email="other@example.com", role="administrator")
    assert answer.status_code == 201, answer.text
    mail = mail_to(product, "other@example.com")
    assert mail["subject"] == "Ana Duarte invites you to work in Invitations & Co"
    assert answer.json()["link"] in mail["text"]
    other = product.sign_in("other@example.com")
    token = answer.json()["link"].partition("token=")[2]
    assert boss.rpc("accept_invitation", p_token=token).status_code == 404
    assert other.rpc("accept_invitation", p_token=token).json()["role"] == "administrator"
    again = invite(product, account, boss.token, email="other@example.com")
    assert (again.status_code, again.json()["code"]) == (409, "already_member")


def test_agents_strangers_and_nobody_invite_nobody(
    product: LocalProduct, account: str, boss: Agent
) -> None:
    stranger = product.sign_in("agent@example.com")
    for token, status, code in (
        (None, 401, "not_authorized"),
        ("nonsense", 401, "not_authorized"),
        (product.open_chat().token, 401, "not_authorized"),
        (stranger.token, 404, "account_not_found"),
    ):
        answer = invite(product, account, token, email="x@example.com")
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "request_invalid"),
        ({"email": "x" * 300}, 422, "request_invalid"),
        ({"email": "nobody"}, 400, "email_invalid"),
        ({"email": "a@example.com\nBcc: b@example.com"}, 400, "email_invalid"),
        ({"email": "a@example.com", "role": "owner"}, 400, "role_invalid"),
        ({"email": "a@example.com", "custom_role_id": "x"}, 422, "request_invalid"),
        ({"email": "a@example.com", "admin": True}, 422, "request_invalid"),
    ],
)
def test_malformed_invitations_are_refused(
    product: LocalProduct, account: str, boss: Agent, body: dict[str, Any], status: int, code: str
) -> None:
    answer = invite(product, account, boss.token, **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert set(answer.json()) == {"code", "message", "details", "hint"}


def test_the_dashboard_may_ask_from_its_origin_and_no_other(
    product: LocalProduct, account: str
) -> None:
    ask = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    for origin, allowed in (
        (product.dashboard_url, product.dashboard_url),
        ("https://evil.example", None),
    ):
        answer = httpx.options(
            f"{product.api_url}/accounts/{account}/invitations",
            headers={"Origin": origin, **ask},
            timeout=20,
        )
        assert answer.headers.get("access-control-allow-origin") == allowed


def test_a_list_of_addresses_is_invited_one_by_one(
    product: LocalProduct, account: str, boss: Agent
) -> None:
    first, second = (f"many.{secrets.token_hex(4)}@example.com" for _ in range(2))
    url = f"{product.api_url}/accounts/{account}/invitations/bulk"
    headers = {"Authorization": f"Bearer {boss.token}"}
    emails = [first, "no address", "admin@example.com", f" {first.upper()} ", second]
    answer = httpx.post(url, json={"emails": emails}, headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [(r["email"], (r["error"] or {}).get("code")) for r in results] == [
        (first, None),
        ("no address", "email_invalid"),
        ("admin@example.com", "already_member"),
        (second, None),
    ]
    made = [r["invitation"] for r in results if r["invitation"]]
    assert [(one["name"], one["role"], one["sent"]) for one in made] == [
        (email.partition("@")[0], "agent", True) for email in (first, second)
    ]
    for email in (first, second):
        assert mail_to(product, email)["text"]
    # What concerns all of them is no answer for each.
    for body, token, status in (
        ({"emails": [first], "role": "king"}, boss.token, 400),
        ({"emails": [first]}, product.sign_in("agent@example.com").token, 404),
        ({"emails": [first]}, "x", 401),
        ({"emails": []}, boss.token, 422),
        ({"emails": [first] * 31}, boss.token, 422),
    ):
        refused = httpx.post(
            url, json=body, headers={"Authorization": f"Bearer {token}"}, timeout=30
        )
        assert refused.status_code == status, refused.text
