"""WhatsApp: Meta's Cloud API, and 360dialog in front of it."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Iterable, Sequence
from typing import Any

from aiohttp import web

from devstack.simulator.post import Post
from devstack.simulator.provider import Handler, Outgoing, Provider, json_body, phone
from devstack.simulator.providers.meta import VERSION, MetaProvider, graph_error
from devstack.simulator.templates import TEMPLATES, shown
from devstack.simulator.world import BUSINESS, Business, Button, Chat, Entry, File, Json

_MEDIA_KINDS = ("image", "video", "audio", "document", "sticker")
_FILES = "/whatsapp_business/attachments"
_RATE_LIMIT = 130429
_PAGE = 2  # few to a page, so that there are pages


class WhatsApp(Provider):
    """What both ways to WhatsApp have in common: the bodies."""

    abilities = frozenset({"photo", "react", "edit", "press", "read"})
    receipts: tuple[str, ...] = ("sent", "delivered", "read")

    def new_id(self) -> str:
        """A WhatsApp message id."""
        return "wamid." + base64.b64encode(secrets.token_bytes(24)).decode()

    def person_id(self, name: str) -> str:
        """A phone number without its plus, as WhatsApp spells it."""
        return phone(name)

    # What comes from the business.

    async def messages(self, request: web.Request, business: Business) -> web.Response:
        """Send a message, react to one, or show that one was read."""
        body = await json_body(request)
        if body.get("status") == "read":
            return web.json_response({"success": True})
        to = str(body.get("to") or body.get("recipient") or "").lstrip("+")
        kind = str(body.get("type") or "text")
        if not to or kind not in {*_MEDIA_KINDS, "text", "interactive", "template", "reaction"}:
            return graph_error(400)
        if kind == "reaction":
            return self._react(business, to, body["reaction"])
        outgoing = Outgoing(
            to=to,
            reply_to=(body.get("context") or {}).get("message_id"),
            body=body,
            extra={"callback_data": body.get("biz_opaque_callback_data")},
        )
        self._read(outgoing, kind, body.get(kind) or {})

        def answer(entries: list[Entry]) -> web.Response:
            return web.json_response(_accepted(to, entries[0].id))

        return await self.accept(request, business, [outgoing], answer)

    def _read(self, outgoing: Outgoing, kind: str, content: Json) -> None:
        """Put the content of a call into everybody's words."""
        if kind == "text":
            outgoing.text = content.get("body", "")
        elif kind == "interactive":
            outgoing.text = (content.get("body") or {}).get("text", "")
            outgoing.buttons = _buttons(content.get("action") or {})
        elif kind == "template":
            outgoing.text, outgoing.buttons = _filled(content)
            outgoing.files = self._header_files(content)
            outgoing.extra["template"] = content.get("name")
        else:
            outgoing.text = content.get("caption", "")
            file = self.world.files.get(str(content.get("id")))
            outgoing.files = [file] if file else []

    def _header_files(self, template: Json) -> list[File]:
        """The uploaded file that a template shows on top."""
        ids = [
            str(media.get("id"))
            for component in template.get("components", [])
            if component.get("type") == "header"
            for parameter in component.get("parameters", [])
            if isinstance(media := parameter.get(parameter.get("type")), dict)
        ]
        return [self.world.files[id] for id in ids if id in self.world.files]

    def _react(self, business: Business, to: str, reaction: Json) -> web.Response:
        chat = self.world.chat_with(business, to)
        entry = chat.find(reaction["message_id"])
        entry.reactions.pop(BUSINESS, None)
        if reaction.get("emoji"):
            entry.reactions[BUSINESS] = reaction["emoji"]
        self.world.changed(chat)
        return web.json_response(_accepted(to, self.new_id()))

    async def upload(self, request: web.Request, business: Business) -> web.Response:
        """Take a file that a message will name by its id."""
        form = await request.post()
        field = form.get("file")
        if not isinstance(field, web.FileField):
            return graph_error(400)
        file = self.world.keep(
            field.file.read(), str(form.get("type") or field.content_type), field.filename
        )
        return web.json_response({"id": file.id})

    def media(self, file: File, host: str) -> Json:
        """What one is told about a file: an address for five minutes."""
        return {
            "url": f"{host}{_FILES}/?mid={file.id}&ext={int(time.time()) + 300}",
            "mime_type": file.content_type,
            "sha256": hashlib.sha256(file.data).hexdigest(),
            "file_size": len(file.data),
            "id": file.id,
            "messaging_product": "whatsapp",
        }

    async def bytes_of(self, request: web.Request, business: Business) -> web.Response:
        """The file itself, for whoever shows the token again."""
        file = self.world.files.get(request.query.get("mid", ""))
        if file is None:
            return graph_error(400)
        return web.Response(body=file.data, content_type=file.content_type)

    # What goes to the business.

    def _value(self, chat: Chat, rest: Json) -> Json:
        business, person = chat.business, chat.person
        value = {
            "messaging_product": "whatsapp",
            "metadata": {
                "display_phone_number": str(business.settings.get("phone_number", "")).lstrip("+"),
                "phone_number_id": business.address,
            },
            "contacts": [{"profile": {"name": person.name}, "wa_id": person.id}],
            **rest,
        }
        account = str(business.settings.get("business_account_id") or business.address)
        return {
            "object": "whatsapp_business_account",
            "entry": [{"id": account, "changes": [{"value": value, "field": "messages"}]}],
        }

    def _message(self, chat: Chat, message_id: str, rest: Json) -> list[Post]:
        message = {
            "from": chat.person.id,
            "id": message_id,
            "timestamp": str(int(time.time())),
            **rest,
        }
        return [self.sign(chat.business, self._value(chat, {"messages": [message]}))]

    def written(self, chat: Chat, entry: Entry) -> list[Post]:
        """A text, or a file with its caption."""
        rest: Json = {"type": "text", "text": {"body": entry.text}}
        if entry.files:
            file = self.world.files[entry.files[0]]
            family = file.content_type.partition("/")[0]
            kind = family if family in {"image", "video", "audio"} else "document"
            media = {
                "id": file.id,
                "mime_type": file.content_type,
                "sha256": base64.b64encode(hashlib.sha256(file.data).digest()).decode(),
            }
            if entry.text:
                media["caption"] = entry.text
            if kind == "document":
                media["filename"] = file.name
            rest = {"type": kind, kind: media}
        if entry.reply_to:
            number = str(chat.business.settings.get("phone_number", "")).lstrip("+")
            rest["context"] = {"from": number, "id": entry.reply_to}
        return self._message(chat, entry.id, rest)

    def reacted(self, chat: Chat, entry: Entry, emoji: str) -> list[Post]:
        """A reaction is a message of its own; taking it back leaves the emoji out."""
        reaction = {"message_id": entry.id, **({"emoji": emoji} if emoji else {})}
        return self._message(chat, self.new_id(), {"type": "reaction", "reaction": reaction})

    def edited(self, chat: Chat, entry: Entry) -> list[Post]:
        """An edit is a message of its own, too."""
        inside = {"type": "text", "text": {"body": entry.text}}
        edit = {"original_message_id": entry.id, "message": inside}
        return self._message(chat, self.new_id(), {"type": "edit", "edit": edit})

    def pressed(self, chat: Chat, entry: Entry, button: Button, answer: Entry) -> list[Post]:
        """A reply button, or a template's quick reply."""
        number = str(chat.business.settings.get("phone_number", "")).lstrip("+")
        rest: Json = {"context": {"from": number, "id": entry.id}}
        if entry.extra.get("template"):
            rest |= {"type": "button", "button": {"text": button.label, "payload": button.value}}
        else:
            pressed = {"id": button.value, "title": button.label}
            rest |= {
                "type": "interactive",
                "interactive": {"type": "button_reply", "button_reply": pressed},
            }
        return self._message(chat, answer.id, rest)

    def receipt(self, chat: Chat, entries: Sequence[Entry], step: str) -> list[Post]:
        """One webhook per message and step."""
        posts = []
        for entry in entries:
            status: Json = {
                "id": entry.id,
                "status": step,
                "timestamp": str(int(time.time())),
                "recipient_id": chat.person.id,
            }
            if entry.extra.get("callback_data"):
                status["biz_opaque_callback_data"] = entry.extra["callback_data"]
            posts.append(self.sign(chat.business, self._value(chat, {"statuses": [status]})))
        return posts


class WhatsAppCloud(MetaProvider, WhatsApp):
    """Meta's own API."""

    channel = "whatsapp_cloud"
    title = "WhatsApp"

    def refusal(self, status: int, retry_after: float | None) -> web.Response:
        """Graph's error object, with WhatsApp's own code for its limit."""
        return graph_error(status, retry_after, limit=_RATE_LIMIT)

    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        """The calls a business makes."""
        return (
            ("POST", f"{VERSION}/{{number}}/messages", self.api(self.messages)),
            ("POST", f"{VERSION}/{{number}}/media", self.api(self.upload)),
            ("GET", f"{VERSION}/{{object}}", self.api(self._object)),
            ("GET", f"{VERSION}/{{waba}}/message_templates", self.api(self._templates)),
            ("GET", f"{VERSION}/{{waba}}/subscribed_apps", self.api(self._apps)),
            ("POST", f"{VERSION}/{{waba}}/subscribed_apps", self.api(self._subscribe)),
            ("GET", f"{_FILES}/", self.api(self.bytes_of)),
        )

    async def _object(self, request: web.Request, business: Business) -> web.Response:
        name = request.match_info["object"]
        if file := self.world.files.get(name):
            return web.json_response(self.media(file, self.url))
        if name not in {business.address, business.settings.get("business_account_id")}:
            return graph_error(400)
        return web.json_response(
            {
                "id": name,
                "name": business.name,
                "verified_name": business.name,
                "display_phone_number": business.settings.get("phone_number", ""),
                "quality_rating": "GREEN",
            }
        )

    async def _templates(self, request: web.Request, business: Business) -> web.Response:
        """A page at a time, as Graph does it: one asks on with the cursor while there is a next page."""
        page = int(request.query.get("after") or 0)
        paging: Json = {"cursors": {"after": str(page + 1)}}
        if len(TEMPLATES) > (page + 1) * _PAGE:
            paging["next"] = str(request.url.update_query(after=str(page + 1)))
        listed = TEMPLATES[page * _PAGE : (page + 1) * _PAGE]
        return web.json_response({"data": listed, "paging": paging})

    async def _apps(self, request: web.Request, business: Business) -> web.Response:
        app = {"id": "670000000000001", "name": "Simulated app"}
        return web.json_response({"data": [{"whatsapp_business_api_data": app}]})

    async def _subscribe(self, request: web.Request, business: Business) -> web.Response:
        return web.json_response({"success": True})


class Dialog360(WhatsApp):
    """360dialog: the same bodies, a key per number, and a header we registered instead of a signature."""

    channel = "whatsapp_360dialog"
    title = "WhatsApp (360dialog)"

    def business_of(self, request: web.Request) -> Business | None:
        """Whose key it is."""
        key = request.headers.get("d360-api-key", "")
        return self.world.by_secret(self.channel, "api_key", key)

    def refusal(self, status: int, retry_after: float | None) -> web.Response:
        """Its own error object for the key, Meta's for the rest."""
        if status != 401:
            return graph_error(status, retry_after, limit=_RATE_LIMIT)
        meta = {"http_code": 401, "developer_message": "Invalid api key", "success": False}
        return web.json_response({"meta": meta}, status=401)

    def sign(self, business: Business, body: Any) -> Post:
        """With the header that was registered together with the webhook."""
        return self.json_post(
            business, body, X_Inbox_Webhook_Secret=business.secrets["webhook_secret"]
        )

    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        """The calls a business makes."""
        return (
            ("POST", "/messages", self.api(self.messages)),
            ("POST", "/media", self.api(self.upload)),
            ("GET", "/v1/configs/webhook", self.api(self._webhook)),
            ("POST", "/v1/configs/webhook", self.api(self._webhook)),
            ("GET", "/v1/configs/templates", self.api(self._templates)),
            ("GET", f"{_FILES}/", self.api(self.bytes_of)),
            ("GET", "/{media}", self.api(self._media)),
        )

    async def _webhook(self, request: web.Request, business: Business) -> web.Response:
        return web.json_response({"url": business.webhook})

    async def _templates(self, request: web.Request, business: Business) -> web.Response:
        listed = [] if int(request.query.get("offset", "0")) else TEMPLATES
        return web.json_response({"waba_templates": listed, "count": len(listed)})

    async def _media(self, request: web.Request, business: Business) -> web.Response:
        file = self.world.files.get(request.match_info["media"])
        if file is None:
            return graph_error(400)
        return web.json_response(self.media(file, "https://lookaside.fbsbx.com"))


def _accepted(to: str, message_id: str) -> Json:
    return {
        "messaging_product": "whatsapp",
        "contacts": [{"input": to, "wa_id": to}],
        "messages": [{"id": message_id}],
    }


def _buttons(action: Json) -> list[Button]:
    replies = [button["reply"] for button in action.get("buttons", [])]
    rows = [row for section in action.get("sections", []) for row in section.get("rows", [])]
    return [Button(one["title"], one["id"]) for one in (*replies, *rows)]


def _filled(template: Json) -> tuple[str, list[Button]]:
    """A template's words with its parameters in them; one we do not know is shown by its name."""
    values = {
        str(component.get("type")).lower(): {
            str(parameter.get("parameter_name") or place): str(parameter.get("text", ""))
            for place, parameter in enumerate(component.get("parameters", []), 1)
        }
        for component in template.get("components", [])
        if component.get("type") in {"header", "body"}
    }
    language = (template.get("language") or {}).get("code")
    known = next(
        (
            one
            for one in TEMPLATES
            if (one["name"], one["language"]) == (template.get("name"), language)
        ),
        None,
    )
    if known is None:
        return f"[{template.get('name')}]", []
    return shown(known, values)
