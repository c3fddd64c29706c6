"""Facebook Messenger and Instagram Direct."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from aiohttp import web

from devstack.simulator.post import Post
from devstack.simulator.provider import Handler, Outgoing, digits, fetched, json_body
from devstack.simulator.providers.meta import VERSION, MetaProvider, graph_error
from devstack.simulator.world import BUSINESS, Business, Button, Chat, Entry, File, Json


class Messenger(MetaProvider):
    """A page's conversations."""

    channel = "messenger"
    title = "Messenger"
    abilities = frozenset({"photo", "react", "edit", "press", "read"})
    receipts: tuple[str, ...] = ("delivered", "read")
    object = "page"

    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        """The calls a business makes, and the files anybody may fetch."""
        return (
            ("POST", f"{VERSION}/{{page}}/messages", self.api(self._messages)),
            ("GET", f"{VERSION}/{{page}}/subscribed_apps", self.api(self._apps)),
            ("POST", f"{VERSION}/{{page}}/subscribed_apps", self.api(self._apps)),
            ("GET", f"{VERSION}/{{person}}", self.api(self._profile)),
            ("GET", "/files/{id}/{name}", self._file),
        )

    def new_id(self) -> str:
        """A message id."""
        return f"m_{secrets.token_urlsafe(36)}"

    def person_id(self, name: str) -> str:
        """An id that counts for this page only."""
        return digits(f"{self.channel}:{name}", 16)

    # What comes from the business.

    async def _messages(self, request: web.Request, business: Business) -> web.Response:
        body = await json_body(request)
        to = str((body.get("recipient") or {}).get("id") or "")
        if not to or request.match_info["page"] != business.address:
            return graph_error(400)
        if action := body.get("sender_action"):
            return self._action(business, to, str(action), body.get("payload") or {})
        message = body.get("message") or {}
        template = (message.get("attachment") or {}).get("payload") or {}
        outgoing = Outgoing(
            to=to,
            text=message.get("text") or template.get("text") or _titles(template),
            files=[await fetched(self.world, template["url"])] if "url" in template else [],
            buttons=_buttons(message),
            reply_to=(body.get("reply_to") or {}).get("mid"),
            body=body,
            extra={"metadata": message.get("metadata")},
        )

        def answer(entries: list[Entry]) -> web.Response:
            return web.json_response({"recipient_id": to, "message_id": entries[0].id})

        return await self.accept(request, business, [outgoing], answer)

    def _action(self, business: Business, to: str, action: str, payload: Json) -> web.Response:
        chat = self.world.chat_with(business, to)
        if action in {"react", "unreact"}:
            entry = chat.find(payload["message_id"])
            entry.reactions.pop(BUSINESS, None)
            if action == "react":
                entry.reactions[BUSINESS] = "❤️"
            self.world.changed(chat)
        return web.json_response({"recipient_id": to})

    async def _apps(self, request: web.Request, business: Business) -> web.Response:
        return web.json_response({"success": True, "data": [{"id": "670000000000001"}]})

    async def _profile(self, request: web.Request, business: Business) -> web.Response:
        person_id = request.match_info["person"]
        chat = self.world.chats.get((self.channel, business.address, person_id))
        if chat is None:
            return graph_error(400)
        first, _, last = chat.person.name.partition(" ")
        return web.json_response(
            {"id": person_id, "name": chat.person.name, "first_name": first, "last_name": last}
        )

    async def _file(self, request: web.Request) -> web.StreamResponse:
        file = self.world.files.get(request.match_info["id"])
        if file is None:
            raise web.HTTPNotFound
        return web.Response(body=file.data, content_type=file.content_type)

    # What goes to the business.

    def _event(self, chat: Chat, rest: Json, *, echo: bool = False) -> list[Post]:
        ours, theirs = {"id": chat.business.address}, {"id": chat.person.id}
        now = int(time.time() * 1000)
        item = {
            "sender": ours if echo else theirs,
            "recipient": theirs if echo else ours,
            "timestamp": now,
            **rest,
        }
        entry = {"id": chat.business.address, "time": now, "messaging": [item]}
        return [self.sign(chat.business, {"object": self.object, "entry": [entry]})]

    def written(self, chat: Chat, entry: Entry) -> list[Post]:
        """A message with its text or its files; text below a file is a message of its own there."""
        message: Json = {"mid": entry.id}
        if entry.text:
            message["text"] = entry.text
        if entry.files:
            message["attachments"] = [self._attachment(self.world.files[id]) for id in entry.files]
        if entry.reply_to:
            message["reply_to"] = {"mid": entry.reply_to}
        return self._event(chat, {"message": message})

    def _attachment(self, file: File) -> Json:
        family = file.content_type.partition("/")[0]
        kind = family if family in {"image", "video", "audio"} else "file"
        url = f"{self.url}/files/{file.id}/{quote(file.name, safe='')}"
        return {"type": kind, "payload": {"url": url}}

    def reacted(self, chat: Chat, entry: Entry, emoji: str) -> list[Post]:
        """Put on or taken off."""
        reaction: Json = {"mid": entry.id, "action": "react" if emoji else "unreact"}
        if emoji:
            reaction |= {"reaction": "other", "emoji": emoji}
        return self._event(chat, {"reaction": reaction})

    def edited(self, chat: Chat, entry: Entry) -> list[Post]:
        """The new text and how many edits there were."""
        entry.extra["edits"] = entry.extra.get("edits", 0) + 1
        edit = {"mid": entry.id, "text": entry.text, "num_edit": entry.extra["edits"]}
        return self._event(chat, {"message_edit": edit})

    def pressed(self, chat: Chat, entry: Entry, button: Button, answer: Entry) -> list[Post]:
        """A quick reply writes its title."""
        message = {
            "mid": answer.id,
            "text": button.label,
            "quick_reply": {"payload": button.value},
        }
        return self._event(chat, {"message": message})

    async def report(self, chat: Chat, entries: Sequence[Entry]) -> None:
        """First an echo of the message to the app that sent it, then the receipts."""
        for entry in entries:
            message: Json = {"mid": entry.id, "is_echo": True, **self._echo(entry)}
            if entry.text:
                message["text"] = entry.text
            if entry.files:
                files = [self.world.files[id] for id in entry.files]
                message["attachments"] = [self._attachment(file) for file in files]
            posts = self._event(chat, {"message": message}, echo=True)
            await self.postman.send(chat.business, posts)
        await super().report(chat, entries)

    def _echo(self, entry: Entry) -> Json:
        named = {"metadata": entry.extra["metadata"]} if entry.extra.get("metadata") else {}
        return {"app_id": 670000000000001, **named}

    def receipt(self, chat: Chat, entries: Sequence[Entry], step: str) -> list[Post]:
        """All until a moment was delivered or read."""
        now = int(time.time() * 1000)
        if step == "read":
            return self._event(chat, {"read": {"watermark": now}})
        mids = [entry.id for entry in entries]
        return self._event(chat, {"delivery": {"mids": mids, "watermark": now}})


class Instagram(Messenger):
    """Direct messages to a professional account."""

    channel = "instagram"
    title = "Instagram"
    receipts: tuple[str, ...] = ("read",)  # nothing is told about delivery
    object = "instagram"

    def new_id(self) -> str:
        """A message id, opaque and long."""
        return f"aWdfZAG1f{secrets.token_urlsafe(60)}"

    def _echo(self, entry: Entry) -> Json:
        return {}

    def receipt(self, chat: Chat, entries: Sequence[Entry], step: str) -> list[Post]:
        """All up to a message was read."""
        if step != "read":
            return []
        return self._event(chat, {"read": {"mid": entries[-1].id}})


def _buttons(message: Json) -> list[Button]:
    payload = (message.get("attachment") or {}).get("payload") or {}
    buttons: list[Any] = [*message.get("quick_replies", []), *payload.get("buttons", [])]
    for element in payload.get("elements", []):
        buttons += element.get("buttons", [])
    return [Button(one["title"], one["payload"]) for one in buttons if one.get("payload")]


def _titles(template: Json) -> str:
    return "\n".join(str(element.get("title", "")) for element in template.get("elements", []))
