"""TikTok's business messaging."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Iterable, Sequence
from typing import Any

from aiohttp import web

from devstack.simulator.post import Post
from devstack.simulator.provider import Handler, Outgoing, Provider, compact, digits, json_body
from devstack.simulator.world import Business, Chat, Entry, Json

_API = "/open_api/v1.3/business/message"
_CODES = {
    400: (40002, "A parameter is wrong."),
    401: (40105, "Access token is incorrect or has been revoked."),
    429: (40064, "You are sending messages too fast. Take a rest."),
    500: (50000, "System error"),
}


class TikTok(Provider):
    """Direct messages to a business."""

    channel = "tiktok"
    title = "TikTok"
    abilities = frozenset({"photo", "read"})
    receipts: tuple[str, ...] = ("read",)

    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        """The calls a business makes, and the files."""
        return (
            ("POST", f"{_API}/send/", self.api(self._send)),
            ("POST", f"{_API}/media/upload/", self.api(self._upload)),
            ("POST", f"{_API}/media/download/", self.api(self._download)),
            ("GET", "/files/{id}", self._file),
        )

    def business_of(self, request: web.Request) -> Business | None:
        """Whose access token it is."""
        token = request.headers.get("access-token", "")
        return self.world.by_secret(self.channel, "access_token", token)

    def refusal(self, status: int, retry_after: float | None) -> web.Response:
        """A code in the body; the status is 200 whatever happened."""
        code, words = _CODES[status]
        headers = {} if retry_after is None else {"retry-after": f"{retry_after:g}"}
        return web.json_response({"code": code, "message": words, "data": {}}, headers=headers)

    def new_id(self) -> str:
        """A message id."""
        return f"mid-{secrets.token_hex(10)}"

    def person_id(self, name: str) -> str:
        """The conversation with somebody: that is what a business answers to."""
        return f"u5J{digits(f'tiktok:{name}', 20)}=="

    # What comes from the business.

    async def _send(self, request: web.Request, business: Business) -> web.Response:
        body = await json_body(request)
        to = str(body.get("recipient") or "")
        if not to or body.get("business_id") != business.address:
            return self.refusal(400, None)
        file = self.world.files.get(str((body.get("image") or {}).get("media_id")))
        outgoing = Outgoing(
            to=to,
            text=(body.get("text") or {}).get("body", ""),
            files=[file] if file else [],
            body=body,
        )

        def answer(entries: list[Entry]) -> web.Response:
            return _ok({"message": {"message_id": entries[0].id}})

        return await self.accept(request, business, [outgoing], answer)

    async def _upload(self, request: web.Request, business: Business) -> web.Response:
        field = (await request.post()).get("file")
        if not isinstance(field, web.FileField):
            return self.refusal(400, None)
        file = self.world.keep(field.file.read(), field.content_type, field.filename)
        return _ok({"media_id": file.id})

    async def _download(self, request: web.Request, business: Business) -> web.Response:
        media = str((await json_body(request)).get("media_id"))
        if media not in self.world.files:
            return self.refusal(400, None)
        return _ok({"download_url": f"{self.url}/files/{media}"})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        file = self.world.files.get(request.match_info["id"])
        if file is None:
            raise web.HTTPNotFound
        return web.Response(body=file.data, content_type=file.content_type)

    # What goes to the business.

    def sign(self, business: Business, body: Any) -> Post:
        """The time and the raw body under the app's secret."""
        raw, now = compact(body), int(time.time())
        key = business.secrets["app_secret"].encode()
        signature = hmac.new(key, f"{now}.".encode() + raw, hashlib.sha256).hexdigest()
        headers = {
            "content-type": "application/json",
            "tiktok-signature": f"t={now},s={signature}",
        }
        return Post(business.webhook, raw, headers)

    def _event(self, chat: Chat, event: str, rest: Json) -> list[Post]:
        content = {
            "conversation_id": chat.person.id,
            "timestamp": int(time.time() * 1000),
            **rest,
        }
        body = {
            "client_key": "7412345678901234567",
            "event": event,
            "create_time": int(time.time()),
            "user_openid": chat.business.address,
            "content": compact(content).decode(),  # JSON inside of JSON
        }
        return [self.sign(chat.business, body)]

    def _people(self, chat: Chat, *, echo: bool = False) -> Json:
        username = chat.person.name.lower().replace(" ", "_")
        customer = (username, {"id": f"c-{chat.person.id}", "role": "personal_account"})
        business = (chat.business.name, {"id": chat.business.address, "role": "business_account"})
        sender, recipient = (business, customer) if echo else (customer, business)
        return {
            "from": sender[0],
            "from_user": sender[1],
            "to": recipient[0],
            "to_user": recipient[1],
        }

    def _content(self, entry: Entry) -> Json:
        if entry.files:
            return {"type": "image", "image": {"media_id": entry.files[0]}}
        return {"type": "text", "text": {"body": entry.text}}

    def written(self, chat: Chat, entry: Entry) -> list[Post]:
        """A text or a picture; a text below a picture is a message of its own."""
        about = self._people(chat)
        message = {"message_id": entry.id, **self._content(entry)}
        if entry.reply_to:
            message["referenced_message_info"] = {"referenced_message_id": entry.reply_to}
        posts = self._event(chat, "im_receive_msg", {**about, **message})
        if entry.files and entry.text:
            said = {"message_id": self.new_id(), "type": "text", "text": {"body": entry.text}}
            posts += self._event(chat, "im_receive_msg", {**about, **said})
        return posts

    async def report(self, chat: Chat, entries: Sequence[Entry]) -> None:
        """An echo of every message; nothing is told about delivery."""
        for entry in entries:
            about = self._people(chat, echo=True)
            message = {"message_id": entry.id, **self._content(entry)}
            posts = self._event(chat, "im_send_msg", {**about, **message})
            await self.postman.send(chat.business, posts)

    def receipt(self, chat: Chat, entries: Sequence[Entry], step: str) -> list[Post]:
        """All until a moment was read."""
        if step != "read":
            return []
        read = {"last_read_timestamp": int(time.time() * 1000)}
        return self._event(chat, "im_mark_read_msg", {**self._people(chat), "read": read})


def _ok(data: Json) -> web.Response:
    return web.json_response({"code": 0, "message": "OK", "request_id": "sim", "data": data})
