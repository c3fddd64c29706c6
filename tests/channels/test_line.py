"""LINE: what official accounts are sent, and what they send."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from backend.channels.base import Credentials, WebhookRequest
from backend.channels.line import Line
from tests.channels.contract import ChannelContract
from tests.channels.support import assert_golden, names, parsed, payload, post

ACCOUNT = Credentials(
    address="U0b1c2d3e4f5061728394a5b6c7d8e9f0",
    secrets={"channel_secret": "fake_line_channel_secret", "channel_token": "a-channel-token"},
)


@pytest.mark.parametrize("name", names("line", "in_", "verify_"))
def test_every_delivery_is_understood(name: str) -> None:
    assert_golden("line", name, parsed(Line(), ACCOUNT, payload("line", name)))


class TestContract(ChannelContract):
    channel = Line()
    credentials = ACCOUNT
    provider = "line"
    secret_names = ("channel_secret",)
    signature = "x-line-signature"

    def signed(self, body: bytes, credentials: Credentials) -> WebhookRequest:
        key = credentials.secrets["channel_secret"]
        return post(
            body,
            {
                "x-line-signature": base64.b64encode(
                    hmac.new(key.encode(), body, hashlib.sha256).digest()
                ).decode()
            },
        )

    def with_bad_sibling(self, body: bytes) -> bytes:
        delivery = json.loads(body)
        delivery["events"] += [{"type": "message", "message": {}}, None]
        return json.dumps(delivery).encode()
