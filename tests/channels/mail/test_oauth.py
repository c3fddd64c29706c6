"""Signing in to mailboxes, against a token server on loopback."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from backend.channels.base import ErrorCategory, SendError
from backend.channels.mail import oauth
from backend.channels.mail.oauth import (
    GOOGLE,
    Client,
    Tokens,
    authorization_url,
    exchange,
    microsoft,
    refresh,
)
from tests.channels.provider import Answer, Provider

NOW = datetime(2026, 9, 10, tzinfo=UTC)
CLIENT = Client(
    client_id="id", client_secret="secret", redirect_uri="https://desk.example/oauth/mail"
)
GIVEN = {"access_token": "a", "refresh_token": "r", "expires_in": 3599}


@pytest.mark.parametrize("provider", [GOOGLE, microsoft(), microsoft("tenant-1")])
def test_the_consent_page_is_asked_for_lasting_access(provider: oauth.Provider) -> None:
    url = authorization_url(provider, CLIENT, state="s", verifier="v", login_hint="a@b.c")
    asked = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith(provider.authorize_url + "?")
    assert asked["redirect_uri"] == CLIENT.redirect_uri
    assert (asked["state"], asked["response_type"], asked["login_hint"]) == ("s", "code", "a@b.c")
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"v").digest()).decode().rstrip("=")
    assert asked["code_challenge"] == challenge
    assert "offline" in asked.get("access_type", asked["scope"])
    assert "secret" not in url


def test_two_sign_ins_share_no_verifier() -> None:
    assert oauth.new_verifier() != oauth.new_verifier()


async def test_a_code_becomes_tokens(provider: Provider, http: httpx.AsyncClient) -> None:
    provider.answers = [Answer(json=GIVEN)]
    tokens = await exchange(GOOGLE.at(provider.url), CLIENT, http, code="c", verifier="v", now=NOW)
    assert tokens == Tokens(
        access_token="a", refresh_token="r", expires_at=NOW + timedelta(seconds=3599)
    )
    assert dict(provider.asked[0].form) == {
        "grant_type": "authorization_code",
        "code": "c",
        "redirect_uri": CLIENT.redirect_uri,
        "code_verifier": "v",
        "client_id": "id",
        "client_secret": "secret",
    }


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({"email": "Support@Shop.example"}, "support@shop.example"),
        ({"preferred_username": "support@shop.example"}, "support@shop.example"),
        ({"email": "x\r\nBcc: a@b.c"}, None),
        ({}, None),
    ],
)
async def test_the_sign_in_says_whose_mailbox_it_is(
    provider: Provider, http: httpx.AsyncClient, claims: dict[str, str], email: str | None
) -> None:
    token = jwt.encode(claims, "k" * 32, algorithm="HS256")
    provider.answers = [Answer(json={**GIVEN, "id_token": token})]
    found = await exchange(GOOGLE.at(provider.url), CLIENT, http, code="c", verifier="v", now=NOW)
    assert found.email == email


async def test_the_old_refresh_token_is_kept_until_there_is_a_new_one(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(json={"access_token": "b"}), Answer(json=GIVEN)]
    where = microsoft().at(provider.url)
    assert (await refresh(where, CLIENT, http, refresh_token="old", now=NOW)).refresh_token == "old"
    assert (await refresh(where, CLIENT, http, refresh_token="old", now=NOW)).refresh_token == "r"


@pytest.mark.parametrize(
    ("answer", "category"),
    [
        (Answer(status=400, json={"error": "invalid_grant"}), ErrorCategory.AUTH),
        (Answer(status=401, json={"error": "invalid_client"}), ErrorCategory.CONFIG),
        (Answer(status=503, json={}), ErrorCategory.TRANSIENT),
        (Answer(status=429, json={}), ErrorCategory.TRANSIENT),
        (Answer(fault="reset"), ErrorCategory.TRANSIENT),
        (Answer(json={"access_token": ""}), ErrorCategory.AUTH),
        (Answer(json=[]), ErrorCategory.AUTH),
        (Answer(status=400, body=b"<html>"), ErrorCategory.AUTH),
    ],
)
async def test_refusals_are_understood(
    provider: Provider, http: httpx.AsyncClient, answer: Answer, category: ErrorCategory
) -> None:
    provider.answers = [answer]
    with pytest.raises(SendError) as caught:
        await refresh(GOOGLE.at(provider.url), CLIENT, http, refresh_token="r3fresh", now=NOW)
    assert caught.value.category is category
    assert "r3fresh" not in str(caught.value)


@pytest.mark.parametrize("lifetime", ["soon", -5, 10**9, None])
async def test_odd_lifetimes_are_bounded(
    provider: Provider, http: httpx.AsyncClient, lifetime: Any
) -> None:
    provider.answers = [Answer(json={**GIVEN, "expires_in": lifetime})]
    tokens = await refresh(GOOGLE.at(provider.url), CLIENT, http, refresh_token="r", now=NOW)
    assert timedelta(seconds=60) <= tokens.expires_at - NOW <= timedelta(days=1)


def test_tokens_are_replaced_before_they_expire_and_never_shown() -> None:
    tokens = Tokens(
        access_token="s3cret", refresh_token="s3cret", expires_at=NOW + timedelta(minutes=6)
    )
    assert not tokens.is_stale(NOW)
    assert tokens.is_stale(NOW + timedelta(minutes=1))
    assert "s3cret" not in repr((tokens, CLIENT))
