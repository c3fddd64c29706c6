"""Known answers: what the providers' own signatures must look like."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from backend.channels.base import Channel, Credentials, WebhookRejected, WebhookRequest
from backend.channels.instagram import Instagram
from backend.channels.line import Line
from backend.channels.messenger import Messenger
from backend.channels.telegram import Telegram
from backend.channels.tiktok import TikTok
from tests.channels.payloads import payload, post
from tests.channels.support import body_of

VECTORS: list[dict[str, Any]] = body_of("_signatures", "vectors.json")


def vector(provider: str) -> dict[str, Any]:
    """The vector of this provider."""
    [found] = [one for one in VECTORS if one["provider"].startswith(provider)]
    return found


def request(one: dict[str, Any], **headers: str) -> WebhookRequest:
    """The vector as a delivery, with its own headers or these."""
    given = headers or {name.lower(): value for name, value in one["headers"].items()}
    return post(one.get("raw_body", "{}").encode(), given)


def inbox(**secrets: str) -> Credentials:
    """An inbox with these secrets."""
    return Credentials(address="x", secrets=secrets)


@pytest.mark.parametrize("channel", [Messenger(), Instagram()])
def test_46_metas_signature_is_of_the_raw_bytes_and_must_be_there(channel: Channel) -> None:
    one = vector("meta")
    credentials = inbox(app_secret=one["secret"])
    channel.verify(request(one), credentials)
    rewritten = json.dumps(json.loads(one["raw_body"])).encode()
    for wrong in (
        request(one, **{"x-hub-signature": one["headers"]["X-Hub-Signature"]}),  # SHA-1 alone
        request(one, **{"x-hub-signature-256": one["negative"]["re_serialised_body_must_fail"]}),
        post(rewritten, {"x-hub-signature-256": one["headers"]["X-Hub-Signature-256"]}),
        request(one, other="header"),
    ):
        with pytest.raises(WebhookRejected):
            channel.verify(wrong, credentials)


def test_instagram_takes_the_signature_of_either_product() -> None:
    one = vector("meta")
    Instagram().verify(request(one), inbox(app_secret="another", facebook_app_secret=one["secret"]))
    Instagram().verify(request(one), inbox(facebook_app_secret=one["secret"]))


def test_telegrams_secret_is_compared_as_it_is() -> None:
    one = vector("telegram")
    Telegram().verify(request(one), inbox(webhook_secret=one["secret_token"]))
    with pytest.raises(WebhookRejected):
        Telegram().verify(request(one), inbox(webhook_secret=one["secret_token"].lower()))


def test_lines_signature_is_base_64_of_the_raw_bytes() -> None:
    one = vector("line")
    credentials = inbox(channel_secret=one["channel_secret"])
    Line().verify(request(one), credentials)
    with pytest.raises(WebhookRejected):
        Line().verify(post(one["raw_body"].encode() + b" ", dict(one["headers"])), credentials)


def test_tiktoks_signature_covers_the_time_and_grows_old() -> None:
    one = vector("tiktok")
    credentials = inbox(app_secret=one["app_secret"])
    at = 1789041600
    for now in (at, at + 299, at - 299):
        TikTok(partial(int, now)).verify(request(one), credentials)
    with pytest.raises(WebhookRejected, match="too old"):
        TikTok(lambda: at + 301).verify(request(one), credentials)
    for wrong in ("t=1789041601,s=", "t=,s=", "s=", "t=1789041600"):
        signed = one["headers"]["TikTok-Signature"].partition("s=")[2]
        with pytest.raises(WebhookRejected):
            TikTok(lambda: at).verify(
                request(one, **{"tiktok-signature": wrong + signed}), credentials
            )


@pytest.mark.parametrize(
    ("provider", "channel", "token", "challenge"),
    [
        ("messenger", Messenger(), "page-verify", "884422110"),
        ("instagram", Instagram(), "ig-verify", "771100"),
    ],
)
def test_metas_handshake_echoes_the_challenge_for_the_right_token_only(
    provider: str, channel: Channel, token: str, challenge: str
) -> None:
    text = payload(provider, "verify_get.txt").decode()
    url = text.split(" ")[1]
    query = dict(part.split("=") for part in url.partition("?")[2].split("&"))
    asked = WebhookRequest(method="GET", url=url, query=query, headers={}, body=b"")
    assert channel.handshake(asked, inbox(verify_token=token)) == challenge
    for credentials in (inbox(verify_token="other"), inbox(verify_token=""), inbox()):
        with pytest.raises(WebhookRejected):
            channel.handshake(asked, credentials)
    without = {name: value for name, value in query.items() if name != "hub.verify_token"}
    with pytest.raises(WebhookRejected):
        channel.handshake(
            WebhookRequest(method="GET", url=url, query=without, headers={}, body=b""),
            inbox(verify_token=token),
        )
    assert channel.handshake(post(b"{}"), inbox(verify_token=token)) is None


@pytest.mark.parametrize("channel", [Telegram(), Line(), TikTok()])
def test_the_others_have_no_handshake(channel: Channel) -> None:
    asked = WebhookRequest(method="GET", url="", query={}, headers={}, body=b"")
    assert channel.handshake(asked, inbox()) is None
