"""Telegram's bot API."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from aiohttp import web

from devstack.simulator.post import Post
from devstack.simulator.provider import Handler, Outgoing, Provider, digits, json_body
from devstack.simulator.world import (
    BUSINESS,
    CUSTOMER,
    Business,
    Button,
    Chat,
    Entry,
    File,
    Json,
    Mistake,
)

_TAG = re.compile(r"<[^>]+>")
_FILES = ("photo", "document", "video", "audio", "voice", "animation", "sticker")
_ERRORS = {
    400: "Bad Request: chat not found",
    401: "Unauthorized",
    404: "Not Found",
    500: "Internal Server Error",
}


class Telegram(Provider):
    """Bots in their private chats."""

    channel = "telegram"
    title = "Telegram"
    abilities = frozenset({"photo", "react", "edit", "press"})

    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        """One path per method below the bot's token, and the files."""
        return (
            ("POST", "/bot{token}/{method}", self.api(self._method)),
            ("GET", "/bot{token}/{method}", self.api(self._method)),
            ("GET", "/file/bot{token}/{kind}/{id}", self.api(self._file)),
        )

    def business_of(self, request: web.Request) -> Business | None:
        """Whose bot's token is in the path."""
        return self.world.by_secret(self.channel, "bot_token", request.match_info["token"])

    def refusal(self, status: int, retry_after: float | None) -> web.Response:
        """Telegram's error object; a limit says in it how long to wait."""
        body: Json = {"ok": False, "error_code": status, "description": _ERRORS.get(status, "")}
        headers = {}
        if status == 429:
            wait = 1 if retry_after is None else retry_after
            body["description"] = f"Too Many Requests: retry after {wait:g}"
            body["parameters"] = {"retry_after": wait}
            headers = {"retry-after": f"{wait:g}"}
        return web.json_response(body, status=status, headers=headers)

    def new_id(self) -> str:
        """The number of a message in its chat."""
        return str(self.world.number())

    def person_id(self, name: str) -> str:
        """A user's number, which is also that of the chat with them."""
        return digits(f"telegram:{name}", 9)

    # What comes from the business.

    async def _method(self, request: web.Request, business: Business) -> web.Response:
        method = request.match_info["method"]
        fields, files = await self._fields(request)
        if method in {"getMe", "getWebhookInfo"}:
            return _ok(self._about(business, method))
        if method == "getFile":
            return self._where(str(fields.get("file_id")))
        if method.startswith("send") and method != "sendChatAction":
            return await self._send(request, business, method, fields, files)
        if method in {"editMessageText", "editMessageCaption", "deleteMessage"}:
            return self._change(business, method, fields)
        if method == "setMessageReaction":
            return self._react(business, fields)
        if method == "setWebhook":
            secret = {"webhook_secret": str(fields.get("secret_token") or "")}
            known = {**business.secrets, **secret}
            self.world.register(replace(business, webhook=str(fields.get("url")), secrets=known))
        # sendChatAction, answerCallbackQuery and the like change nothing we show.
        return _ok(True)

    async def _fields(self, request: web.Request) -> tuple[Json, dict[str, File]]:
        """What a method is told: JSON, or a form whose values may be JSON and which has the files."""
        if not request.content_type.startswith("multipart/"):
            return (
                await json_body(request) if request.method == "POST" else dict(request.query)
            ), {}
        fields: Json = {}
        files: dict[str, File] = {}
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                files[name] = self.world.keep(value.file.read(), value.content_type, value.filename)
            elif isinstance(value, str):
                fields[name] = _value(value)
        return fields, files

    def _about(self, business: Business, method: str) -> Json:
        if method == "getWebhookInfo":
            return {"url": business.webhook, "pending_update_count": 0, "max_connections": 40}
        return _bot(business)

    def _where(self, file_id: str) -> web.Response:
        file = self.world.files.get(file_id)
        if file is None:
            return self.refusal(400, None)
        path = f"files/{file.id}"
        return _ok(
            {
                "file_id": file.id,
                "file_unique_id": file.id,
                "file_size": len(file.data),
                "file_path": path,
            }
        )

    async def _file(self, request: web.Request, business: Business) -> web.Response:
        file = self.world.files.get(request.match_info["id"])
        if file is None:
            return self.refusal(404, None)
        return web.Response(body=file.data, content_type=file.content_type)

    async def _send(
        self,
        request: web.Request,
        business: Business,
        method: str,
        fields: Json,
        files: dict[str, File],
    ) -> web.Response:
        to = str(fields.get("chat_id") or "")
        if (self.channel, business.address, to) not in self.world.chats:
            return self.refusal(400, None)  # a bot cannot write first
        album = fields.get("media") if method == "sendMediaGroup" else None
        items: list[Json] = album or [fields]
        messages = []
        for item in items:
            named = [str(item.get("media", "")).removeprefix("attach://"), *_FILES]
            messages.append(
                Outgoing(
                    to=to,
                    text=_plain(item),
                    files=[files[name] for name in named if name in files][:1],
                    buttons=_buttons(item),
                    reply_to=_answered(fields),
                    body=fields,
                )
            )

        def answer(entries: list[Entry]) -> web.Response:
            chat = self.world.chat_with(business, to)
            sent = [self._message(chat, entry) for entry in entries]
            return _ok(sent if album else sent[0])

        return await self.accept(request, business, messages, answer)

    def _change(self, business: Business, method: str, fields: Json) -> web.Response:
        chat, entry = self._place(business, fields)
        if method == "deleteMessage":
            entry.deleted = True
        else:
            entry.text, entry.edited = _plain(fields), True
        self.world.changed(chat)
        return _ok(True if method == "deleteMessage" else self._message(chat, entry))

    def _react(self, business: Business, fields: Json) -> web.Response:
        chat, entry = self._place(business, fields)
        entry.reactions.pop(BUSINESS, None)
        for reaction in fields.get("reaction") or []:
            entry.reactions[BUSINESS] = str(reaction.get("emoji", ""))
        self.world.changed(chat)
        return _ok(True)

    def _place(self, business: Business, fields: Json) -> tuple[Chat, Entry]:
        chat = self.world.chat_with(business, str(fields.get("chat_id")))
        return chat, chat.find(str(fields.get("message_id")))

    # What goes to the business.

    def sign(self, business: Business, body: Any) -> Post:
        """With the secret that setWebhook was given; the body itself is not signed."""
        return self.json_post(
            business,
            body,
            X_Telegram_Bot_Api_Secret_Token=business.secrets["webhook_secret"],
        )

    def _update(self, chat: Chat, rest: Json) -> list[Post]:
        return [self.sign(chat.business, {"update_id": self.world.number(), **rest})]

    def _message(self, chat: Chat, entry: Entry) -> Json:
        """A message as updates and answers describe it."""
        user = _user(chat)
        message: Json = {
            "message_id": int(entry.id),
            "from": user if entry.by == CUSTOMER else _bot(chat.business),
            "chat": {
                **{k: v for k, v in user.items() if k in {"id", "first_name", "last_name"}},
                "type": "private",
            },
            "date": int(entry.at),
        }
        if not entry.files:
            message["text"] = entry.text
        for file in (self.world.files[id] for id in entry.files[:1]):
            described = {"file_id": file.id, "file_unique_id": file.id, "file_size": len(file.data)}
            if file.content_type == "image/jpeg":  # the only type that Telegram calls a photo
                message["photo"] = [{**described, "width": 1280, "height": 960}]
            else:
                message["document"] = {
                    **described,
                    "file_name": file.name,
                    "mime_type": file.content_type,
                }
            if entry.text:
                message["caption"] = entry.text
        if entry.reply_to:
            message["reply_to_message"] = {
                "message_id": int(entry.reply_to),
                "chat": message["chat"],
                "date": int(entry.at),
            }
        if entry.buttons:
            rows = [[{"text": one.label, "callback_data": one.value}] for one in entry.buttons]
            message["reply_markup"] = {"inline_keyboard": rows}
        return message

    def written(self, chat: Chat, entry: Entry) -> list[Post]:
        """A message."""
        return self._update(chat, {"message": self._message(chat, entry)})

    def edited(self, chat: Chat, entry: Entry) -> list[Post]:
        """The message as it reads now."""
        message = {**self._message(chat, entry), "edit_date": int(time.time())}
        return self._update(chat, {"edited_message": message})

    def reacted(self, chat: Chat, entry: Entry, emoji: str) -> list[Post]:
        """What there was, and what there is now."""
        before = entry.extra.get("reaction", "")
        entry.extra["reaction"] = emoji
        listed = [[{"type": "emoji", "emoji": one}] if one else [] for one in (before, emoji)]
        reaction = {
            "chat": self._message(chat, entry)["chat"],
            "message_id": int(entry.id),
            "user": _user(chat),
            "date": int(time.time()),
            "old_reaction": listed[0],
            "new_reaction": listed[1],
        }
        return self._update(chat, {"message_reaction": reaction})

    def pressed(self, chat: Chat, entry: Entry, button: Button, answer: Entry) -> list[Post]:
        """A tap is no message here: it is a question that waits for its answer."""
        query = {
            "id": answer.id,
            "from": _user(chat),
            "message": self._message(chat, entry),
            "chat_instance": "-77",
            "data": button.value,
        }
        return self._update(chat, {"callback_query": query})


def _ok(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _bot(business: Business) -> Json:
    return {
        "id": int(business.address),
        "is_bot": True,
        "first_name": business.name,
        "username": str(business.settings.get("username", "simulated_bot")),
    }


def _user(chat: Chat) -> Json:
    first, _, last = chat.person.name.partition(" ")
    user: Json = {
        "id": int(chat.person.id),
        "is_bot": False,
        "first_name": first,
        "language_code": "en",
    }
    return {**user, "last_name": last} if last else user


def _plain(fields: Json) -> str:
    text = str(fields.get("text") or fields.get("caption") or "")
    return html.unescape(_TAG.sub("", text)) if fields.get("parse_mode") == "HTML" else text


def _buttons(fields: Json) -> list[Button]:
    rows = (fields.get("reply_markup") or {}).get("inline_keyboard") or []
    found = [one for row in rows for one in row if one.get("callback_data")]
    return [Button(one["text"], one["callback_data"]) for one in found]


def _answered(fields: Json) -> str | None:
    number = (fields.get("reply_parameters") or {}).get("message_id")
    return None if number is None else str(number)


def _value(text: str) -> Any:
    if text[:1] not in "[{":
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise Mistake("A field begins like JSON and is none.") from error
