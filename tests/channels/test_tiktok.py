"""TikTok: what businesses are sent, and what they send."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

import pytest

from backend.channels.base import Credentials, WebhookRequest
from backend.channels.tiktok import TikTok
from tests.channels.contract import ChannelContract
from tests.channels.support import assert_golden, names, parsed, payload, post

BUSINESS = Credentials(
    address="_000bKuSsLcVoJnUqK7mQkX9aBcDeFgHi",
    secrets={"app_secret": "fake_tiktok_app_secret", "access_token": "an-access-token"},
)


@pytest.mark.parametrize("name", names("tiktok", "in_", "echo_", "status_"))
def test_every_delivery_is_understood(name: str) -> None:
    assert_golden("tiktok", name, parsed(TikTok(), BUSINESS, payload("tiktok", name)))


class TestContract(ChannelContract):
    channel = TikTok()
    credentials = BUSINESS
    provider = "tiktok"
    secret_names = ("app_secret",)
    signature = "tiktok-signature"

    def signed(self, body: bytes, credentials: Credentials) -> WebhookRequest:
        return post(body, {"tiktok-signature": signed_at(int(time.time()), body, credentials)})

    def unpacked(self, body: Any) -> Any:
        return {**body, "content": json.loads(body["content"])}

    def packed(self, body: Any) -> Any:
        return {**body, "content": json.dumps(body["content"])}


def signed_at(at: int, body: bytes, credentials: Credentials) -> str:
    """TikTok's header for a delivery at a moment."""
    key = credentials.secrets["app_secret"].encode()
    return f"t={at},s={hmac.new(key, f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"
