"""Telegram: what bots are sent, and what they send."""

from __future__ import annotations

import pytest

from backend.channels.base import Credentials
from backend.channels.telegram import Telegram
from tests.channels.support import assert_golden, names, parsed, payload

BOT = Credentials(
    address="7012345678",
    secrets={"bot_token": "7012345678:AA", "webhook_secret": "Zk3_random-A-Za-z0-9_-"},
)


@pytest.mark.parametrize("name", names("telegram", "in_"))
def test_every_update_is_understood(name: str) -> None:
    assert_golden("telegram", name, parsed(Telegram(), BOT, payload("telegram", name)))
