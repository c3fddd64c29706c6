"""The small API by which the page and tests play customers, order faults and read what was sent."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from aiohttp import web

from devstack.simulator.provider import Provider, json_body
from devstack.simulator.world import (
    BUSINESS,
    CALL_FAULTS,
    CUSTOMER,
    Business,
    Chat,
    Entry,
    Fault,
    Json,
    Mistake,
    Person,
    World,
)

MOST_COPIES = 200
_HEARTBEAT = 15.0  # seconds between two signs of life to a page that looks on
_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})

Act = Callable[[Chat, Provider, Json], Awaitable[Json]]


class Control:
    """Handlers below `/control`."""

    def __init__(self, world: World, providers: Mapping[str, Provider]) -> None:
        self._world = world
        self._providers = providers
        self._acts: dict[str, Act] = {
            "message": self._write,
            "reaction": self._react,
            "edit": self._edit,
            "press": self._press,
            "read": self._read,
            "bounce": self._bounce,
        }

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.get("/control/businesses", self.businesses),
            web.post("/control/businesses", self.register),
            web.get("/control/chats", self.chats),
            web.get("/control/chat", self.chat),
            web.get("/control/events", self.events),
            web.get("/control/files/{id}", self.file),
            web.get("/control/sent", self.sent),
            web.get("/control/faults", self.list_faults),
            web.post("/control/faults", self.order_fault),
            web.delete("/control/faults", self.withdraw_faults),
            web.post("/control/inbound", self.inbound),
        ]

    # Reading.

    async def businesses(self, _: web.Request) -> web.Response:
        """Who can be written to, and what their channels can do."""
        listed = []
        for business in self._world.businesses:
            provider = self._providers[business.channel]
            listed.append(
                {
                    "channel": business.channel,
                    "title": provider.title,
                    "name": business.name,
                    "address": business.address,
                    "abilities": sorted(provider.abilities),
                }
            )
        return web.json_response(listed)

    async def register(self, request: web.Request) -> web.Response:
        """Sign a business up: `{channel, name, address, settings, secrets}`, and its `webhook`."""
        body = await json_body(request)
        if body.get("channel") not in self._providers:
            raise Mistake("There is no such channel.")
        try:
            business = Business(**{"webhook": "", **body})
        except TypeError as error:
            raise Mistake("A business is {channel, name, address, settings, secrets}.") from error
        self._world.register(business)
        return web.json_response({}, status=201)

    async def chats(self, _: web.Request) -> web.Response:
        """Who wrote with whom."""
        return web.json_response(
            [
                {
                    "channel": chat.business.channel,
                    "address": chat.business.address,
                    "person": {"id": chat.person.id, "name": chat.person.name},
                    "messages": len(chat.entries),
                }
                for chat in self._world.chats.values()
            ]
        )

    async def chat(self, request: web.Request) -> web.Response:
        """One chat: `?channel=…&address=…&person=<name or id>`."""
        chat = self._chat_of(dict(request.query))
        return web.json_response(self._chat_json(chat))

    async def sent(self, request: web.Request) -> web.Response:
        """What the business asked to send: `?channel=…&to=…&outcome=accepted`, oldest first."""
        wanted = request.query
        return web.json_response(
            [
                asdict(call)
                for call in self._world.calls
                if all(
                    name not in wanted or wanted[name] == getattr(call, name)
                    for name in ("channel", "address", "to", "outcome")
                )
            ]
        )

    async def file(self, request: web.Request) -> web.Response:
        """A file; shown only when it is a picture, and never as a page of ours."""
        file = self._world.files.get(request.match_info["id"])
        if file is None:
            raise web.HTTPNotFound
        shown = file.content_type in _INLINE
        headers = {} if shown else {"content-disposition": "attachment"}
        kind = file.content_type if shown else "application/octet-stream"
        return web.Response(body=file.data, headers={**headers, "content-type": kind})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: which chat changed."""
        response = web.StreamResponse(
            headers={"content-type": "text/event-stream", "cache-control": "no-store"}
        )
        await response.prepare(request)
        queue = self._world.listen()
        try:
            await response.write(b": here\n\n")
            while True:
                try:
                    news = await asyncio.wait_for(queue.get(), _HEARTBEAT)
                    line = f"data: {json.dumps(news)}\n\n"
                except TimeoutError:
                    line = ": still here\n\n"
                await response.write(line.encode())
        except ConnectionError:
            return response
        finally:
            self._world.unlisten(queue)

    # Faults.

    async def list_faults(self, _: web.Request) -> web.Response:
        """The orders that are not used up."""
        return web.json_response([asdict(fault) for fault in self._world.faults])

    async def order_fault(self, request: web.Request) -> web.Response:
        """Misbehave: `{channel, kind, address?, retry_after?, count?, words?}`.

        `count: null` = until withdrawn; `words` = what a refusal says besides.
        """
        body = await json_body(request)
        business = self._world.business(str(body.get("channel")), body.get("address"))
        count, wait = body.get("count", 1), body.get("retry_after")
        if count is not None and (not isinstance(count, int) or count < 1):
            raise Mistake("count is a number from 1, or null.")
        if wait is not None and (not isinstance(wait, int | float) or wait < 0):
            raise Mistake("retry_after is a number of seconds.")
        kind = str(body.get("kind"))
        if kind in CALL_FAULTS and not list(self._providers[business.channel].routes()):
            raise Mistake(f"What goes out by {business.channel} does not pass through here.")
        fault = Fault(
            channel=business.channel,
            kind=kind,
            address=body.get("address"),
            retry_after=wait,
            count=count,
            words=str(body["words"]) if body.get("words") else None,
        )
        self._world.faults.append(fault)
        return web.json_response(asdict(fault), status=201)

    async def withdraw_faults(self, request: web.Request) -> web.Response:
        """Behave again: all, or `?channel=…`."""
        channel = request.query.get("channel")
        self._world.faults = [
            fault for fault in self._world.faults if channel not in (None, fault.channel)
        ]
        return web.Response(status=204)

    # Playing.

    async def inbound(self, request: web.Request) -> web.Response:
        """Do something as a customer: `{channel, address?, person, kind, …}`.

        `kind` is message (`text`, `files: [{name, content_type, data}]`, `reply_to`), reaction
        (`message_id`, `emoji`), edit (`message_id`, `text`), press (`message_id`, `value`), read, bounce
        (`message_id`), or raw (`body`: what the webhook shall say). Mails come `by` webhook, or by imap:
        into the business's mailbox, to be read there. `copies` posts the same bytes so
        many times at once. The answer says with which status each webhook was taken.
        """
        body = await json_body(request)
        kind = str(body.get("kind") or "message")
        if kind == "raw":
            business = self._business_of(body)
            post = self._providers[business.channel].sign(business, body.get("body"))
            postman = self._providers[business.channel].postman
            statuses = await postman.send_customers(business, [post], copies=_copies(body))
            return web.json_response({"statuses": statuses})
        act = self._acts.get(kind)
        if act is None:
            raise Mistake(f"kind is one of {', '.join(self._acts)} or raw.")
        chat = self._chat_of(body)
        return web.json_response(await act(chat, self._providers[chat.business.channel], body))

    async def _write(self, chat: Chat, provider: Provider, body: Json) -> Json:
        files = [self._file(one) for one in body.get("files") or []]
        text = str(body.get("text") or "")
        if not text and not files:
            raise Mistake("A message has a text or a file.")
        entry = Entry(
            id=provider.new_id(),
            by=CUSTOMER,
            text=text,
            files=[file.id for file in files],
            reply_to=body.get("reply_to"),
            extra={"subject": body.get("subject"), "by": body.get("by")},
        )
        chat.entries.append(entry)
        self._world.changed(chat)
        posts = provider.written(chat, entry)
        statuses = await provider.postman.send_customers(chat.business, posts, copies=_copies(body))
        return {"message": entry.as_json(self._world), "statuses": statuses}

    def _file(self, given: Json) -> Any:
        try:
            data = base64.b64decode(given["data"], validate=True)
        except (KeyError, TypeError, binascii.Error) as error:
            raise Mistake("A file is {name, content_type, data}, data in base 64.") from error
        kind = str(given.get("content_type") or "application/octet-stream")
        return self._world.keep(data, kind, str(given.get("name") or "file"))

    async def _react(self, chat: Chat, provider: Provider, body: Json) -> Json:
        entry, emoji = self._entry(chat, body), str(body.get("emoji") or "")
        posts = provider.reacted(chat, entry, emoji)
        entry.reactions.pop(CUSTOMER, None)
        if emoji:
            entry.reactions[CUSTOMER] = emoji
        return await self._done(chat, provider, posts)

    async def _edit(self, chat: Chat, provider: Provider, body: Json) -> Json:
        entry = self._entry(chat, body, by=CUSTOMER)
        before, entry.text = entry.text, str(body.get("text") or "")
        try:
            posts = provider.edited(chat, entry)
        except Mistake:
            entry.text = before
            raise
        entry.edited = True
        return await self._done(chat, provider, posts)

    async def _press(self, chat: Chat, provider: Provider, body: Json) -> Json:
        entry = self._entry(chat, body, by=BUSINESS)
        for button in entry.buttons:
            if button.value == body.get("value"):
                answer = Entry(id=provider.new_id(), by=CUSTOMER, text=button.label)
                posts = provider.pressed(chat, entry, button, answer)
                chat.entries.append(answer)
                return await self._done(chat, provider, posts)
        raise Mistake("The message has no such button.")

    async def _read(self, chat: Chat, provider: Provider, _: Json) -> Json:
        unread = [
            entry
            for entry in chat.entries
            if entry.by == BUSINESS and entry.status in {"sent", "delivered"}
        ]
        if not unread or "read" not in provider.receipts:
            return {"statuses": []}
        for entry in unread:
            provider.advance(entry, "read")
        return await self._done(chat, provider, provider.receipt(chat, unread, "read"))

    async def _bounce(self, chat: Chat, provider: Provider, body: Json) -> Json:
        entry = self._entry(chat, body, by=BUSINESS)
        posts = provider.bounced(chat, entry)
        entry.status = "bounced"
        return await self._done(chat, provider, posts)

    async def _done(self, chat: Chat, provider: Provider, posts: Any) -> Json:
        self._world.changed(chat)
        return {"statuses": await provider.postman.send_customers(chat.business, posts)}

    # Finding.

    def _business_of(self, given: Mapping[str, Any]) -> Business:
        return self._world.business(str(given.get("channel")), given.get("address"))

    def _chat_of(self, given: Mapping[str, Any]) -> Chat:
        """The chat with a person who is named, or given as {id, name}."""
        business = self._business_of(given)
        provider = self._providers[business.channel]
        wanted = given.get("person")
        described = wanted if isinstance(wanted, dict) else {"name": str(wanted or "").strip()}
        name = str(described.get("name") or described.get("id") or "")
        if not name:
            raise Mistake("Say who writes: person is a name, or {id, name}.")
        known = self._world.chats.get((business.channel, business.address, name))
        if known is not None:
            return known
        person = Person(str(described.get("id") or provider.person_id(name)), name)
        chat = self._world.chat(business, person)
        chat.person = person  # whom a business wrote to first had no name yet
        return chat

    def _entry(self, chat: Chat, body: Json, *, by: str | None = None) -> Entry:
        entry = chat.find(str(body.get("message_id")))
        if by is not None and entry.by != by:
            raise Mistake(f"That is for messages of the {by} only.")
        return entry

    def _chat_json(self, chat: Chat) -> Json:
        return {
            "channel": chat.business.channel,
            "address": chat.business.address,
            "person": {"id": chat.person.id, "name": chat.person.name},
            "messages": [entry.as_json(self._world) for entry in chat.entries],
        }


def _copies(body: Json) -> int:
    copies = body.get("copies", 1)
    if not isinstance(copies, int) or not 1 <= copies <= MOST_COPIES:
        raise Mistake(f"copies is a number from 1 to {MOST_COPIES}.")
    return copies


@contextlib.contextmanager
def mistakes_are_answers() -> Any:
    """What makes no sense is answered with 400 and the reason."""
    try:
        yield
    except Mistake as error:
        raise web.HTTPBadRequest(
            text=json.dumps({"message": str(error)}), content_type="application/json"
        ) from error
