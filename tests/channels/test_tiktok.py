"""TikTok: what businesses are sent, and what they send."""

from __future__ import annotations

import pytest

from backend.channels.base import Credentials
from backend.channels.tiktok import TikTok
from tests.channels.support import assert_golden, names, parsed, payload

BUSINESS = Credentials(
    address="_000bKuSsLcVoJnUqK7mQkX9aBcDeFgHi",
    secrets={"app_secret": "fake_tiktok_app_secret", "access_token": "t"},
)


@pytest.mark.parametrize("name", names("tiktok", "in_", "echo_", "status_"))
def test_every_delivery_is_understood(name: str) -> None:
    assert_golden("tiktok", name, parsed(TikTok(), BUSINESS, payload("tiktok", name)))
