"""What all providers do: take a call or misbehave as ordered, and report over webhooks."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from devstack.simulator.post import Post, Postman
from devstack.simulator.world import (
    BUSINESS,
    CALL_FAULTS,
    Business,
    Button,
    Call,
    Chat,
    Entry,
    Fault,
    File,
    Json,
    Mistake,
    World,
)

HANG = 3600.0  # seconds; whoever waits longer has no time-out
_FETCH = aiohttp.ClientTimeout(total=10)
_SAYING = frozenset({"message", "description", "developer_message"})  #: fields of words
_RECEIPT_PAUSE = 0.05  # seconds between two receipts of one message

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True, kw_only=True)
class Outgoing:
    """A message in a business's call, in everybody's words."""

    to: str
    text: str = ""
    files: list[File] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    reply_to: str | None = None
    body: Any = None  #: as it came
    extra: Json = field(default_factory=dict)


class Provider(ABC):
    """One provider. `channel` is also the first part of its API's path."""

    channel: str
    title: str
    #: What the page offers: photo, react, edit, press, read, bounce, subject.
    abilities: frozenset[str]
    #: How far receipts tell a message's way, in order.
    receipts: tuple[str, ...] = ()

    def __init__(self, world: World, postman: Postman) -> None:
        self.world = world
        self.postman = postman
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where its API is."""
        return f"{self.world.url}/{self.channel}"

    async def watch(self) -> None:  # noqa: B027
        """What a provider does all the time; most only answer."""

    # The API.

    @abstractmethod
    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        """Method, path below the channel's name, handler."""

    @abstractmethod
    def refusal(self, status: int, retry_after: float | None) -> web.Response:
        """How it says 401, 429 or 500."""

    def business_of(self, request: web.Request) -> Business | None:
        """Whose call it is, by the token that came with it."""
        raise NotImplementedError

    def api(self, handler: Callable[[web.Request, Business], Awaitable[web.Response]]) -> Handler:
        """A handler for whoever shows a good token; 401 for the others."""

        async def handle(request: web.Request) -> web.Response:
            business = self.business_of(request)
            if business is None:
                return self.refusal(401, None)
            return await handler(request, business)

        return handle

    async def accept(
        self,
        request: web.Request,
        business: Business,
        messages: Sequence[Outgoing],
        answer: Callable[[list[Entry]], web.Response],
    ) -> web.Response:
        """Take the messages of one call, in order, or do what a fault orders instead."""
        fault = self.world.take_fault(business, CALL_FAULTS)
        call = self._note(request, business, messages, fault)
        if fault is not None and fault.kind == "hang":
            await asyncio.sleep(HANG)
        if fault is not None and fault.kind.isdecimal():
            refused = self.refusal(int(fault.kind), fault.retry_after)
            return _with_words(refused, fault.words) if fault.words else refused
        entries = [self._enter(business, message) for message in messages]
        call.ids = [entry.id for entry in entries]
        chat = self.world.chat_with(business, messages[0].to)
        self._later(self.report(chat, entries))
        said = answer(entries)
        if fault is not None and fault.kind == "hang_after_accept":
            await asyncio.sleep(HANG)
        if fault is not None and request.transport is not None:
            request.transport.abort()
        return said

    def _note(
        self,
        request: web.Request,
        business: Business,
        messages: Sequence[Outgoing],
        fault: Fault | None,
    ) -> Call:
        outcomes = {"hang": "hung", "hang_after_accept": "lost", "reset_after_accept": "lost"}
        kind = fault.kind if fault else ""
        call = Call(
            channel=self.channel,
            address=business.address,
            to=messages[0].to,
            text="\n".join(one.text for one in messages if one.text),
            path=request.path,
            body=messages[0].body,
            outcome=outcomes.get(kind, "refused") if fault else "accepted",
            status=int(kind) if kind.isdecimal() else 200,
        )
        self.world.calls.append(call)
        return call

    def _enter(self, business: Business, message: Outgoing) -> Entry:
        chat = self.world.chat_with(business, message.to)
        entry = Entry(
            id=self.new_id(),
            by=BUSINESS,
            text=message.text,
            files=[file.id for file in message.files],
            buttons=message.buttons,
            reply_to=message.reply_to,
            status="sent",
            extra=message.extra,
        )
        chat.entries.append(entry)
        self.world.changed(chat)
        return entry

    def _later(self, work: Awaitable[None]) -> None:
        async def run() -> None:
            await work

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def report(self, chat: Chat, entries: Sequence[Entry]) -> None:
        """Tell the business how far its messages got, without the customer's doing."""
        steps = [step for step in self.receipts if step != "read"]
        if self.world.take_fault(chat.business, {"reorder"}):
            steps.reverse()
        for step in steps:
            await asyncio.sleep(_RECEIPT_PAUSE)
            for entry in entries:
                self.advance(entry, step)
            self.world.changed(chat)
            await self.postman.send(chat.business, self.receipt(chat, entries, step))

    @staticmethod
    def advance(entry: Entry, step: str) -> None:
        """Note how far a message got; never less far than before."""
        ranks = ("", "sent", "delivered", "read")
        if entry.status in ranks and ranks.index(step) > ranks.index(entry.status):
            entry.status = step

    def receipt(self, chat: Chat, entries: Sequence[Entry], step: str) -> list[Post]:
        """The webhooks that say that messages of the business got so far."""
        return []

    # What customers do.

    @abstractmethod
    def new_id(self) -> str:
        """An id for a message, of the provider's kind."""

    @abstractmethod
    def person_id(self, name: str) -> str:
        """By what the provider would know somebody of this name."""

    @abstractmethod
    def sign(self, business: Business, body: Any) -> Post:
        """A webhook with this body."""

    @abstractmethod
    def written(self, chat: Chat, entry: Entry) -> list[Post]:
        """The webhooks for a message of the customer."""

    def reacted(self, chat: Chat, entry: Entry, emoji: str) -> list[Post]:
        """The webhooks for a reaction; an empty `emoji` takes it back."""
        raise Mistake(f"Nobody can react on {self.title}.")

    def edited(self, chat: Chat, entry: Entry) -> list[Post]:
        """The webhooks for a message whose text the customer changed."""
        raise Mistake(f"Nobody can edit a message on {self.title}.")

    def pressed(self, chat: Chat, entry: Entry, button: Button, answer: Entry) -> list[Post]:
        """The webhooks for a tapped button; `answer` is the message that it writes."""
        raise Mistake(f"There are no buttons on {self.title}.")

    def bounced(self, chat: Chat, entry: Entry) -> list[Post]:
        """The webhooks for a message of the business that could not be delivered."""
        raise Mistake(f"Nothing bounces on {self.title}.")

    def json_post(self, business: Business, body: Any, **headers: str) -> Post:
        """A webhook in JSON; the headers' underscores are dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Post(business.webhook, compact(body), {"content-type": "application/json", **named})


def compact(body: Any) -> bytes:
    """JSON as most providers write it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def digits(seed: str, count: int) -> str:
    """Digits that are the same each time for the same words, and do not begin with a zero."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:16])
    return str(10 ** (count - 1) + number % (9 * 10 ** (count - 1)))


def phone(name: str) -> str:
    """An invented number in the range that is reserved for fiction."""
    return f"1202555{int(digits(name, 6)) % 9000 + 1000}"


async def fetched(world: World, url: str) -> File:
    """The file behind a link in a business's message: the provider comes for it by itself."""
    try:
        async with aiohttp.ClientSession(timeout=_FETCH) as session, session.get(url) as answer:
            answer.raise_for_status()
            name = url.partition("?")[0].rpartition("/")[2]
            return world.keep(await answer.read(), answer.content_type, name)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Mistake(f"The file could not be fetched: {type(error).__name__}") from error


def _with_words(refused: web.Response, words: str) -> web.Response:
    """A refusal that says more: some providers repeat what they were shown."""

    def more(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: more(one, key) for key, one in value.items()}
        return f"{value} {words}" if name in _SAYING else value

    refused.text = json.dumps(more(json.loads(refused.text or "{}")))
    return refused


async def json_body(request: web.Request) -> Json:
    """The request's JSON object, or an empty one."""
    try:
        found = await request.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def bearer(request: web.Request) -> str:
    """The token of the Authorization header."""
    return request.headers.get("authorization", "").removeprefix("Bearer ").strip()


def basic(user: str, password: str) -> str:
    """An Authorization header with user name and password."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def user_and_password(request: web.Request) -> tuple[str, str]:
    """What a basic Authorization header says; nothing when there is none."""
    encoded = request.headers.get("authorization", "").removeprefix("Basic ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password
