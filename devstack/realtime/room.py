"""Rooms: the channels that joined one topic, and who is present there.

A private and a public channel of one name are in different rooms.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devstack.realtime import frames
from devstack.realtime.frames import Broadcast, dumps

if TYPE_CHECKING:
    from devstack.realtime.channel import Channel

PREFIX = "realtime:"
MAX_PAYLOAD = 3_000_000 + 500  # bytes of one message


@dataclass(frozen=True, slots=True)
class Presence:
    """One tracked member: its key and what it says of itself."""

    key: str
    payload: dict[str, Any]
    meta: dict[str, Any]  # the payload, and the refs clients tell metas apart by


class Room:
    """The channels of one topic."""

    def __init__(self, name: str) -> None:
        self.topic = PREFIX + name
        self.channels: dict[Channel, None] = {}  # an ordered set
        self._present: dict[Channel, Presence] = {}

    def broadcast(self, message: Broadcast, sender: Channel | None = None) -> None:
        """Send to everybody who may hear it, but for the `sender`; encoded once a version."""
        encoded: dict[int, bytes | None] = {}
        for channel in self.channels:
            if channel is sender or not channel.takes(message):
                continue
            version = channel.socket.version
            if version not in encoded:
                encoded[version] = message.encode(version, self.topic)
            if frame := encoded[version]:
                channel.socket.write(frame)

    def state(self) -> dict[str, Any]:
        """Who is present, as `presence_state` says it."""
        return _grouped(list(self._present.values()))

    def track(self, channel: Channel, payload: dict[str, Any]) -> None:
        """Make a channel present, or change what it says of itself, and tell the room."""
        before = self._present.get(channel)
        if before and before.payload == payload:
            return
        meta = payload | {"phx_ref": secrets.token_urlsafe(9)}
        if before:
            meta["phx_ref_prev"] = before.meta["phx_ref"]
        self._present[channel] = now = Presence(channel.options.presence_key, payload, meta)
        self._tell([now], [before] if before else [])

    def untrack(self, channel: Channel) -> None:
        """Make a channel absent, and tell the room if it was present."""
        if before := self._present.pop(channel, None):
            self._tell([], [before])

    def _tell(self, joins: list[Presence], leaves: list[Presence]) -> None:
        payload = dumps({"joins": _grouped(joins), "leaves": _grouped(leaves)})
        encoded: dict[int, bytes] = {}
        for channel in self.channels:
            if channel.sees_presence:
                version = channel.socket.version
                if version not in encoded:
                    encoded[version] = frames.encode(
                        version, topic=self.topic, event="presence_diff", payload=payload
                    )
                channel.socket.write(encoded[version])


class Rooms:
    """All rooms that have somebody in them."""

    def __init__(self) -> None:
        self._rooms: dict[tuple[str, bool], Room] = {}

    def enter(self, channel: Channel) -> Room:
        """Put a channel into its room."""
        key = channel.name, channel.options.private
        room = self._rooms.setdefault(key, Room(channel.name))
        room.channels[channel] = None
        return room

    def leave(self, channel: Channel) -> None:
        """Take a channel out of its room; the last one closes the door."""
        key = channel.name, channel.options.private
        room = self._rooms.get(key)
        if room is None or channel not in room.channels:
            return
        del room.channels[channel]
        room.untrack(channel)
        if not room.channels:
            del self._rooms[key]

    def broadcast(self, name: str, private: bool, message: Broadcast) -> None:
        """Send to a room, if there is one."""
        if room := self._rooms.get((name, private)):
            room.broadcast(message)


def _grouped(members: list[Presence]) -> dict[str, Any]:
    groups: dict[str, Any] = {}
    for member in members:
        groups.setdefault(member.key, {"metas": []})["metas"].append(member.meta)
    return groups
