"""LINE's messaging API."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
import uuid
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from devstack.simulator.post import Post
from devstack.simulator.provider import (
    Handler,
    Outgoing,
    Provider,
    bearer,
    compact,
    fetched,
    json_body,
)
from devstack.simulator.world import Business, Button, Chat, Entry, File, Json

_REPLY_TOKEN_LIFETIME = 60.0  # seconds
_BOT = "/v2/bot"
_ERRORS = {
    400: "The request body has 1 error(s)",
    401: "Authentication failed. Confirm that the access token in the authorization header is valid.",
    404: "Not found",
    429: "You have reached the rate limit",
    500: "An internal error has occurred",
}


class Line(Provider):
    """Official accounts."""

    channel = "line"
    title = "LINE"
    abilities = frozenset({"photo", "press"})

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._reply_tokens: dict[str, tuple[str, float]] = {}  # token -> person, until when
        self._accepted: dict[str, list[Json]] = {}  # retry key -> what was answered

    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        """The calls a business makes; files are at a host of their own in reality."""
        return (
            ("POST", f"{_BOT}/message/push", self.api(self._push)),
            ("POST", f"{_BOT}/message/reply", self.api(self._reply)),
            ("GET", f"{_BOT}/message/{{id}}/content", self.api(self._content)),
            ("GET", f"{_BOT}/profile/{{person}}", self.api(self._profile)),
            ("POST", f"{_BOT}/chat/{{verb:.+}}", self.api(self._nothing)),
            ("GET", f"{_BOT}/info", self.api(self._info)),
        )

    def business_of(self, request: web.Request) -> Business | None:
        """Whose channel token it is."""
        return self.world.by_secret(self.channel, "channel_token", bearer(request))

    def refusal(self, status: int, retry_after: float | None) -> web.Response:
        """LINE's error object."""
        headers = {} if retry_after is None else {"retry-after": f"{retry_after:g}"}
        return web.json_response({"message": _ERRORS[status]}, status=status, headers=headers)

    def new_id(self) -> str:
        """A message's number."""
        return f"58{self.world.number()}"

    def person_id(self, name: str) -> str:
        """A user's id with this provider."""
        return f"U{hashlib.md5(f'line:{name}'.encode(), usedforsecurity=False).hexdigest()}"

    # What comes from the business.

    async def _push(self, request: web.Request, business: Business) -> web.Response:
        body = await json_body(request)
        key = request.headers.get("x-line-retry-key")
        if key in self._accepted:
            return web.json_response(
                {
                    "message": "The retry key is already accepted",
                    "sentMessages": self._accepted[key],
                },
                status=409,
            )
        return await self._take(request, business, str(body.get("to") or ""), body, key)

    async def _reply(self, request: web.Request, business: Business) -> web.Response:
        body = await json_body(request)
        token = str(body.get("replyToken"))
        person, until = self._reply_tokens.get(token, ("", 0.0))
        if time.time() > until:
            return web.json_response({"message": "Invalid reply token"}, status=400)
        return await self._take(request, business, person, body, None, token)

    async def _take(
        self,
        request: web.Request,
        business: Business,
        to: str,
        body: Json,
        retry_key: str | None,
        reply_token: str | None = None,
    ) -> web.Response:
        objects: list[Json] = body.get("messages") or []
        if not to or not 1 <= len(objects) <= 5:
            return self.refusal(400, None)
        messages = [await self._outgoing(to, one, body) for one in objects]

        def answer(entries: list[Entry]) -> web.Response:
            sent = [{"id": entry.id, "quoteToken": f"q{entry.id}"} for entry in entries]
            if retry_key:
                self._accepted[retry_key] = sent
            if reply_token:
                self._reply_tokens.pop(reply_token, None)
            return web.json_response({"sentMessages": sent})

        return await self.accept(request, business, messages, answer)

    async def _outgoing(self, to: str, one: Json, body: Json) -> Outgoing:
        files: list[File] = []
        if "originalContentUrl" in one:
            files = [await fetched(self.world, one["originalContentUrl"])]
        return Outgoing(
            to=to,
            text=one.get("text") or one.get("altText") or "",
            files=files,
            buttons=_buttons(one),
            body=body,
        )

    async def _content(self, request: web.Request, business: Business) -> web.Response:
        message = request.match_info["id"]
        for chat in self.world.chats.values():
            for entry in chat.entries:
                if entry.id == message and entry.files:
                    file = self.world.files[entry.files[0]]
                    return web.Response(body=file.data, content_type=file.content_type)
        return self.refusal(404, None)

    async def _profile(self, request: web.Request, business: Business) -> web.Response:
        person_id = request.match_info["person"]
        chat = self.world.chats.get((self.channel, business.address, person_id))
        if chat is None:
            return self.refusal(404, None)
        return web.json_response(
            {"userId": person_id, "displayName": chat.person.name, "language": "en"}
        )

    async def _nothing(self, request: web.Request, business: Business) -> web.Response:
        return web.json_response({}, status=202)

    async def _info(self, request: web.Request, business: Business) -> web.Response:
        return web.json_response({"userId": business.address, "displayName": business.name})

    # What goes to the business.

    def sign(self, business: Business, body: Any) -> Post:
        """The signature of the raw body, in base 64."""
        raw = compact(body)
        signature = hmac.new(business.secrets["channel_secret"].encode(), raw, hashlib.sha256)
        headers = {
            "content-type": "application/json; charset=utf-8",
            "x-line-signature": base64.b64encode(signature.digest()).decode(),
        }
        return Post(business.webhook, raw, headers)

    def _event(self, chat: Chat, rest: Json) -> list[Post]:
        token = secrets.token_hex(16)
        self._reply_tokens[token] = (chat.person.id, time.time() + _REPLY_TOKEN_LIFETIME)
        event = {
            "mode": "active",
            "timestamp": int(time.time() * 1000),
            "source": {"type": "user", "userId": chat.person.id},
            "webhookEventId": uuid.uuid4().hex[:26].upper(),
            "deliveryContext": {"isRedelivery": False},
            "replyToken": token,
            **rest,
        }
        body = {"destination": chat.business.address, "events": [event]}
        return [self.sign(chat.business, body)]

    def written(self, chat: Chat, entry: Entry) -> list[Post]:
        """A text or a file; both at once are two messages there, so the text waits its turn."""
        message: Json = {"id": entry.id, "type": "text", "text": entry.text}
        if entry.files:
            file = self.world.files[entry.files[0]]
            family = file.content_type.partition("/")[0]
            if family in {"image", "video", "audio"}:
                message = {"id": entry.id, "type": family, "contentProvider": {"type": "line"}}
            else:
                message = {
                    "id": entry.id,
                    "type": "file",
                    "fileName": file.name,
                    "fileSize": len(file.data),
                }
        else:
            message["quoteToken"] = f"q{entry.id}"
        if entry.reply_to:
            message["quotedMessageId"] = entry.reply_to
        posts = self._event(chat, {"type": "message", "message": message})
        if entry.files and entry.text:
            said = {"id": self.new_id(), "type": "text", "text": entry.text}
            posts += self._event(chat, {"type": "message", "message": said})
        return posts

    def pressed(self, chat: Chat, entry: Entry, button: Button, answer: Entry) -> list[Post]:
        """A postback."""
        return self._event(chat, {"type": "postback", "postback": {"data": button.value}})


def _buttons(one: Json) -> list[Button]:
    actions = [item["action"] for item in (one.get("quickReply") or {}).get("items", [])]
    actions += (one.get("template") or {}).get("actions", [])
    return [
        Button(action.get("label") or action.get("text", ""), action.get("data") or action["text"])
        for action in actions
        if action.get("type") in {"postback", "message"}
    ]
