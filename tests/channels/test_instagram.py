"""Instagram: what Meta sends us, and what it gets from us."""

from __future__ import annotations

import json

import pytest

from backend.channels.base import Credentials, WebhookRequest
from backend.channels.instagram import Instagram
from tests.channels.contract import ChannelContract
from tests.channels.support import assert_golden, hub_signature, names, parsed, payload, post

ACCOUNT = Credentials(
    address="17841405793187218",
    secrets={
        "app_secret": "meta-app-secret",
        "verify_token": "ig-verify",
        "access_token": "an-access-token",
    },
)


@pytest.mark.parametrize(
    "name", names("instagram", "in_", "echo_", "status_", "comment_", "dashboard_")
)
def test_every_delivery_is_understood(name: str) -> None:
    assert_golden("instagram", name, parsed(Instagram(), ACCOUNT, payload("instagram", name)))


class TestContract(ChannelContract):
    channel = Instagram()
    credentials = ACCOUNT
    provider = "instagram"
    secret_names = ("app_secret", "facebook_app_secret")
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
