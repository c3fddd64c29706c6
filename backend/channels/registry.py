"""Every channel there is, by its type."""

from __future__ import annotations

from backend.channels.base import Channel

CHANNELS: dict[str, Channel] = {}
