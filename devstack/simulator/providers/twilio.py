"""Twilio: SMS, and WhatsApp behind the same API."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from devstack.simulator.post import Post
from devstack.simulator.provider import (
    Handler,
    Outgoing,
    Provider,
    fetched,
    phone,
    user_and_password,
)
from devstack.simulator.templates import TEMPLATES, shown
from devstack.simulator.world import Business, Button, Chat, Entry, Json

_API = "/2010-04-01/Accounts/{account}"
_ERRORS = {
    400: (21211, "The 'To' number is not a valid phone number."),
    401: (20003, "Authenticate"),
    404: (20404, "The requested resource was not found"),
    429: (20429, "Too Many Requests"),
    500: (20500, "An internal server error has occurred"),
}


class TwilioSms(Provider):
    """Text messages and MMS."""

    channel = "twilio_sms"
    title = "SMS (Twilio)"
    abilities = frozenset({"photo"})
    receipts: tuple[str, ...] = ("sent", "delivered")
    prefix = ""  #: before a number in `To` and `From`

    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        """The calls a business makes."""
        return (
            ("POST", f"{_API}/Messages.json", self.api(self._create)),
            ("GET", f"{_API}/Messages/{{message}}/Media/{{id}}", self.api(self._media)),
            ("GET", f"{_API}.json", self.api(self._account)),
            ("POST", "/v2/Indicators/Typing.json", self.api(self._typing)),
        )

    def business_of(self, request: web.Request) -> Business | None:
        """Whose account and token are in the Authorization header."""
        user, password = user_and_password(request)
        found = self.world.by_secret(self.channel, "auth_token", password)
        same = found is not None and found.settings.get("account_sid") == user
        return found if same else None

    def refusal(self, status: int, retry_after: float | None) -> web.Response:
        """Twilio's error object."""
        code, words = _ERRORS[status]
        headers = {} if retry_after is None else {"retry-after": f"{retry_after:g}"}
        body = {"code": code, "message": words, "status": status}
        return web.json_response(body, status=status, headers=headers)

    def new_id(self) -> str:
        """A message's SID."""
        return f"SM{secrets.token_hex(16)}"

    def person_id(self, name: str) -> str:
        """A phone number."""
        return f"{self.prefix}+{phone(name)}"

    # What comes from the business.

    async def _create(self, request: web.Request, business: Business) -> web.Response:
        form = await request.post()
        fields = {name: str(value) for name, value in form.items()}
        sender = fields.get("From") or fields.get("MessagingServiceSid") or ""
        if not fields.get("To") or sender not in {
            f"{self.prefix}{business.address.removeprefix(self.prefix)}",
            str(business.settings.get("messaging_service_sid")),
        }:
            return self.refusal(400, None)
        urls = [str(url) for url in form.getall("MediaUrl", [])]
        words, buttons = _template(fields)
        outgoing = Outgoing(
            to=fields["To"],
            text=fields.get("Body") or words,
            buttons=buttons,
            files=[await fetched(self.world, url) for url in urls],
            body=fields,
            extra={"callback": fields.get("StatusCallback"), "from": sender},
        )

        def answer(entries: list[Entry]) -> web.Response:
            message = {
                "sid": entries[0].id,
                "status": "queued",
                "to": outgoing.to,
                "from": sender,
                "body": outgoing.text,
                "account_sid": business.settings.get("account_sid"),
                "num_media": str(len(urls)),
                "error_code": None,
                "error_message": None,
            }
            return web.json_response(message, status=201)

        return await self.accept(request, business, [outgoing], answer)

    async def _media(self, request: web.Request, business: Business) -> web.Response:
        file = self.world.files.get(request.match_info["id"].removeprefix("ME"))
        if file is None:
            return self.refusal(404, None)
        return web.Response(body=file.data, content_type=file.content_type)

    async def _account(self, request: web.Request, business: Business) -> web.Response:
        return web.json_response({"status": "active", "friendly_name": business.name})

    async def _typing(self, request: web.Request, business: Business) -> web.Response:
        return web.json_response({"success": True})

    # What goes to the business.

    def sign(self, business: Business, body: Any) -> Post:
        """A form, and a signature over the address and all its parameters."""
        fields = {str(name): str(value) for name, value in body.items()}
        return self._signed(business, business.webhook, fields)

    def _signed(self, business: Business, url: str, fields: dict[str, str]) -> Post:
        data = url + "".join(name + value for name, value in sorted(fields.items()))
        key = business.secrets["auth_token"].encode()
        signature = base64.b64encode(hmac.new(key, data.encode(), hashlib.sha1).digest()).decode()
        headers = {
            "content-type": "application/x-www-form-urlencoded; charset=utf-8",
            "x-twilio-signature": signature,
            "i-twilio-idempotency-token": secrets.token_hex(16),
        }
        return Post(url, urlencode(fields).encode(), headers)

    def _fields(self, chat: Chat, entry: Entry) -> dict[str, str]:
        account = str(chat.business.settings.get("account_sid", ""))
        fields = {
            "MessageSid": entry.id,
            "SmsSid": entry.id,
            "SmsMessageSid": entry.id,
            "SmsStatus": "received",
            "AccountSid": account,
            "From": chat.person.id,
            "To": chat.business.address,
            "Body": entry.text,
            "NumSegments": "1",
            "NumMedia": str(len(entry.files)),
            "ApiVersion": "2010-04-01",
        }
        for place, file in enumerate(self.world.files[id] for id in entry.files):
            api = f"{self.url}{_API.format(account=account)}"
            fields[f"MediaUrl{place}"] = f"{api}/Messages/{entry.id}/Media/ME{file.id}"
            fields[f"MediaContentType{place}"] = file.content_type
        return fields

    def written(self, chat: Chat, entry: Entry) -> list[Post]:
        """A message."""
        return [self.sign(chat.business, self._fields(chat, entry))]

    def receipt(self, chat: Chat, entries: Sequence[Entry], step: str) -> list[Post]:
        """To the address that the message itself named; to none when it named none."""
        posts = []
        for entry in entries:
            if url := entry.extra.get("callback"):
                fields = {
                    "SmsSid": entry.id,
                    "SmsStatus": step,
                    "MessageStatus": step,
                    "MessageSid": entry.id,
                    "To": chat.person.id,
                    "From": str(entry.extra["from"]),
                    "AccountSid": str(chat.business.settings.get("account_sid", "")),
                    "ApiVersion": "2010-04-01",
                }
                posts.append(self._signed(chat.business, str(url), fields))
        return posts


class TwilioWhatsApp(TwilioSms):
    """WhatsApp by Twilio."""

    channel = "twilio_whatsapp"
    title = "WhatsApp (Twilio)"
    abilities = frozenset({"photo", "press", "read"})
    receipts: tuple[str, ...] = ("sent", "delivered", "read")
    prefix = "whatsapp:"

    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        """The calls a business makes."""
        return (*super().routes(), ("GET", "/v1/ContentAndApprovals", self.api(self._contents)))

    async def _contents(self, request: web.Request, business: Business) -> web.Response:
        contents = [_content(one) for one in TEMPLATES if one["components"][0]["type"] == "BODY"]
        return web.json_response({"contents": contents, "meta": {"next_page_url": None}})

    def _fields(self, chat: Chat, entry: Entry) -> dict[str, str]:
        fields = super()._fields(chat, entry) | {
            "ProfileName": chat.person.name,
            "WaId": chat.person.id.removeprefix("whatsapp:+"),
            "MessageType": "text",
        }
        if entry.files:
            fields["MessageType"] = self.world.files[entry.files[0]].content_type.partition("/")[0]
        if entry.reply_to:
            fields["OriginalRepliedMessageSid"] = entry.reply_to
            fields["OriginalRepliedMessageSender"] = chat.business.address
        return fields

    def pressed(self, chat: Chat, entry: Entry, button: Button, answer: Entry) -> list[Post]:
        """A quick reply."""
        fields = self._fields(chat, answer) | {
            "MessageType": "button",
            "Body": button.label,
            "ButtonText": button.label,
            "ButtonPayload": button.value,
            "OriginalRepliedMessageSid": entry.id,
            "OriginalRepliedMessageSender": chat.business.address,
        }
        return [self.sign(chat.business, fields)]


def _sid(template: Json) -> str:
    return f"HX{template['id']:0>32}"


def _content(template: Json) -> Json:
    """A template in Twilio's words: a content, and what became of it at WhatsApp."""
    parts = {component["type"]: component for component in template["components"]}
    buttons = parts.get("BUTTONS", {}).get("buttons", [])
    shape: Json = {"body": parts["BODY"]["text"]}
    if buttons:
        shape["actions"] = [
            {"id": one["text"], "title": one["text"], "type": one["type"]} for one in buttons
        ]
    examples = parts["BODY"].get("example", {}).get("body_text", [[]])[0]
    return {
        "sid": _sid(template),
        "friendly_name": template["name"],
        "language": template["language"],
        "variables": {str(place): value for place, value in enumerate(examples, 1)},
        "types": {"twilio/quick-reply" if buttons else "twilio/text": shape},
        "approval_requests": {
            "name": template["name"],
            "category": template["category"],
            "status": template["status"].lower(),
            "rejection_reason": template.get("rejected_reason", ""),
        },
    }


def _template(fields: dict[str, str]) -> tuple[str, list[Button]]:
    """A content template by its id and variables; nothing for other messages."""
    if "ContentSid" not in fields:
        return "", []
    values = json.loads(fields.get("ContentVariables") or "{}")
    known = next((one for one in TEMPLATES if _sid(one) == fields["ContentSid"]), None)
    if known is None:
        return " ".join([f"[{fields['ContentSid']}]", *map(str, values.values())]), []
    plain = [one for one in known["components"] if one["type"] in {"BODY", "BUTTONS"}]
    return shown({**known, "components": plain}, {"body": values})
