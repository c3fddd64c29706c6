"""What the simulator remembers: businesses, chats, files, what was sent, and which faults are ordered."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]

CUSTOMER, BUSINESS = "customer", "business"
#: Those that happen to a call; the others happen to the webhooks that follow.
CALL_FAULTS = frozenset({"401", "429", "500", "hang", "hang_after_accept", "reset_after_accept"})
KINDS = (*sorted(CALL_FAULTS), "duplicate", "reorder")


class Mistake(Exception):
    """What was asked of the simulator makes no sense; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """Somebody's presence at a provider, and where the provider reports to."""

    channel: str
    name: str
    address: str
    webhook: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """A customer, as a provider knows them."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class File:
    """A photo or document on a provider's servers."""

    id: str
    name: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Button:
    """Something to tap below a message."""

    label: str
    value: str


@dataclass(slots=True, kw_only=True)
class Entry:
    """One message of a chat."""

    id: str
    by: str
    text: str = ""
    files: list[str] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    at: float = field(default_factory=time.time)
    status: str = ""  #: of the business's: sent, delivered, read, bounced
    reactions: dict[str, str] = field(default_factory=dict)  #: who -> emoji
    reply_to: str | None = None
    edited: bool = False
    deleted: bool = False
    extra: Json = field(default_factory=dict)  #: what the provider has to say again in its webhooks

    def as_json(self, world: World) -> Json:
        """As the page shows it."""
        return {
            "id": self.id,
            "by": self.by,
            "text": self.text,
            "files": [world.file_json(one) for one in self.files],
            "buttons": [{"label": one.label, "value": one.value} for one in self.buttons],
            "at": self.at,
            "status": self.status,
            "reactions": self.reactions,
            "reply_to": self.reply_to,
            "edited": self.edited,
            "deleted": self.deleted,
        }


@dataclass(slots=True)
class Chat:
    """What one person and one business wrote to each other."""

    business: Business
    person: Person
    entries: list[Entry] = field(default_factory=list)

    def find(self, message_id: str) -> Entry:
        """The message with this id. Raises `Mistake`."""
        for entry in self.entries:
            if entry.id == message_id:
                return entry
        raise Mistake("There is no such message in this chat.")

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from all others."""
        return (self.business.channel, self.business.address, self.person.id)


@dataclass(slots=True, kw_only=True)
class Call:
    """A message that a business asked a provider to send, and what came of it."""

    channel: str
    address: str
    to: str
    text: str
    path: str
    body: Any
    outcome: str  #: accepted, lost (accepted, but the answer never arrived), hung, refused
    status: int = 200
    ids: list[str] = field(default_factory=list)
    at: float = field(default_factory=time.time)


@dataclass(slots=True, kw_only=True)
class Fault:
    """An order to misbehave: so many times, for one channel or one address of it."""

    channel: str
    kind: str
    address: str | None = None
    retry_after: float | None = None
    count: int | None = 1  #: None = until it is withdrawn
    words: str | None = None  #: said after the provider's own words by one that refuses

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise Mistake(f"A fault is one of {', '.join(KINDS)}.")


class World:
    """All of it. Lives in memory and is gone when the process ends."""

    def __init__(self, businesses: Iterable[Business], url: str) -> None:
        self.url = url  #: where the simulator itself is reached
        self.businesses = list(businesses)
        self.chats: dict[tuple[str, str, str], Chat] = {}
        self.files: dict[str, File] = {}
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self._listeners: set[asyncio.Queue[Json]] = set()
        self._number = int(time.time())

    # Who there is.

    def business(self, channel: str, address: str | None = None) -> Business:
        """The business of a channel at this address, or the first. Raises `Mistake`."""
        for one in self.businesses:
            if one.channel == channel and address in (None, one.address):
                return one
        raise Mistake(f"Nobody is connected to {channel} at {address or 'any address'}.")

    def register(self, business: Business) -> None:
        """Let this business be known, in the place of what was known of it before."""
        for place, one in enumerate(self.businesses):
            if (one.channel, one.address) == (business.channel, business.address):
                self.businesses[place] = business
                break
        else:
            self.businesses.append(business)
        for chat in self.chats.values():
            if chat.key[:2] == (business.channel, business.address):
                chat.business = business

    def by_secret(self, channel: str, name: str, value: str) -> Business | None:
        """Whose token that is."""
        for one in self.businesses:
            if one.channel == channel and value and one.secrets.get(name) == value:
                return one
        return None

    def chat(self, business: Business, person: Person) -> Chat:
        """The chat of these two, empty when they never wrote."""
        made = Chat(business, person)
        return self.chats.setdefault(made.key, made)

    def chat_with(self, business: Business, person_id: str) -> Chat:
        """The chat with whoever has this id at the provider."""
        return self.chat(business, Person(person_id, person_id))

    # Ids and files.

    def number(self) -> int:
        """A number that was never given before."""
        self._number += 1
        return self._number

    def keep(self, data: bytes, content_type: str, name: str) -> File:
        """Put a file on the provider's servers."""
        made = File(secrets.token_hex(8), name, content_type, data)
        self.files[made.id] = made
        return made

    def file_json(self, file_id: str) -> Json:
        """A file as the page shows it."""
        file = self.files[file_id]
        return {
            "id": file.id,
            "name": file.name,
            "content_type": file.content_type,
            "byte_size": len(file.data),
            "url": f"/control/files/{file.id}",
        }

    # Faults.

    def take_fault(self, business: Business, kinds: Iterable[str]) -> Fault | None:
        """The next fault of these kinds that was ordered for this business; it is used up by that."""
        for fault in self.faults:
            mine = fault.channel == business.channel and fault.address in (None, business.address)
            if mine and fault.kind in kinds:
                if fault.count is not None:
                    fault.count -= 1
                    if fault.count <= 0:
                        self.faults.remove(fault)
                return fault
        return None

    # Telling the page.

    def changed(self, chat: Chat) -> None:
        """Tell all who look that something happened in this chat."""
        channel, address, person = chat.key
        for listener in self._listeners:
            listener.put_nowait({"channel": channel, "address": address, "person": person})

    def listen(self) -> asyncio.Queue[Json]:
        """A queue of what happens from now on."""
        queue: asyncio.Queue[Json] = asyncio.Queue()
        self._listeners.add(queue)
        return queue

    def unlisten(self, queue: asyncio.Queue[Json]) -> None:
        """Stop filling this queue."""
        self._listeners.discard(queue)


def read_businesses(path: Path) -> list[Business]:
    """Who is connected, from the file in which whoever connected them wrote it down."""
    return [Business(**one) for one in json.loads(path.read_text())["businesses"]]
