"""Every channel there is, by its type."""

from __future__ import annotations

from backend.channels.base import Channel
from backend.channels.instagram import Instagram
from backend.channels.line import Line
from backend.channels.messenger import Messenger
from backend.channels.telegram import Telegram
from backend.channels.tiktok import TikTok

CHANNELS: dict[str, Channel] = {
    channel.type: channel
    for channel in (
        Instagram(),
        Line(),
        Messenger(),
        Telegram(),
        TikTok(),
    )
}
