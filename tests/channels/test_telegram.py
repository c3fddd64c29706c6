"""Telegram: what bots are sent, and what they send."""

from __future__ import annotations

import pytest

from backend.channels.base import Credentials, WebhookRequest
from backend.channels.telegram import Telegram
from tests.channels.contract import ChannelContract
from tests.channels.support import assert_golden, names, parsed, payload, post

BOT = Credentials(
    address="7012345678",
    secrets={"bot_token": "7012345678:AA", "webhook_secret": "Zk3_random-A-Za-z0-9_-"},
)


@pytest.mark.parametrize("name", names("telegram", "in_"))
def test_every_update_is_understood(name: str) -> None:
    assert_golden("telegram", name, parsed(Telegram(), BOT, payload("telegram", name)))


class TestContract(ChannelContract):
    channel = Telegram()
    credentials = BOT
    provider = "telegram"
    secret_names = ("webhook_secret",)
    signature = "x-telegram-bot-api-secret-token"
    body_is_signed = False

    def signed(self, body: bytes, credentials: Credentials) -> WebhookRequest:
        headers = {"x-telegram-bot-api-secret-token": credentials.secrets["webhook_secret"]}
        return post(body, headers, f"https://inbox.example.com/webhooks/telegram/{BOT.address}")
