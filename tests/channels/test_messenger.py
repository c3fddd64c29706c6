"""Messenger: what Meta sends us, and what it gets from us."""

from __future__ import annotations

import json

import pytest

from backend.channels.base import Credentials, WebhookRequest
from backend.channels.messenger import Messenger
from tests.channels.contract import ChannelContract
from tests.channels.support import assert_golden, hub_signature, names, parsed, payload, post

PAGE = Credentials(
    address="104837265910234",
    settings={"app_id": "517238901122334"},
    secrets={
        "app_secret": "meta-app-secret",
        "verify_token": "page-verify",
        "access_token": "an-access-token",
    },
)


@pytest.mark.parametrize("name", names("messenger", "in_", "echo_", "status_", "batch_"))
def test_every_delivery_is_understood(name: str) -> None:
    assert_golden("messenger", name, parsed(Messenger(), PAGE, payload("messenger", name)))


class TestContract(ChannelContract):
    channel = Messenger()
    credentials = PAGE
    provider = "messenger"
    secret_names = ("app_secret",)
    signature = "x-hub-signature-256"

    def signed(self, body: bytes, credentials: Credentials) -> WebhookRequest:
        return post(
            body, {"x-hub-signature-256": hub_signature(credentials.secrets["app_secret"], body)}
        )

    def with_bad_sibling(self, body: bytes) -> bytes:
        delivery = json.loads(body)
        delivery["entry"][0]["messaging"] += [{"message": {"mid": []}}, 5]
        delivery["entry"] += ["nonsense"]
        return json.dumps(delivery).encode()
