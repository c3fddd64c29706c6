"""SMS by Bandwidth."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from aiohttp import web

from devstack.simulator.post import Post
from devstack.simulator.provider import (
    Handler,
    Outgoing,
    Provider,
    basic,
    fetched,
    json_body,
    phone,
    user_and_password,
)
from devstack.simulator.world import Business, Chat, Entry, Json

_API = "/api/v2/users/{account}"
_ERRORS = {
    400: ("request-validation", "Your request could not be accepted"),
    401: ("unauthorized", "Access is denied"),
    404: ("media-not-found", "The media does not exist"),
    429: ("too-many-requests", "Too many requests"),
    500: ("internal-server-error", "Internal server error"),
}


class Bandwidth(Provider):
    """Text messages and MMS."""

    channel = "bandwidth_sms"
    title = "SMS (Bandwidth)"
    abilities = frozenset({"photo"})
    receipts: tuple[str, ...] = ("delivered",)

    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        """The calls a business makes."""
        return (
            ("POST", f"{_API}/messages", self.api(self._create)),
            ("GET", f"{_API}/media", self.api(self._list)),
            ("GET", f"{_API}/media/{{id}}/{{name}}", self.api(self._media)),
        )

    def business_of(self, request: web.Request) -> Business | None:
        """Whose key and secret are in the Authorization header."""
        user, password = user_and_password(request)
        found = self.world.by_secret(self.channel, "api_key", user)
        good = found is not None and found.secrets.get("api_secret") == password
        return found if good else None

    def refusal(self, status: int, retry_after: float | None) -> web.Response:
        """Bandwidth's error object."""
        kind, words = _ERRORS[status]
        headers = {} if retry_after is None else {"retry-after": f"{retry_after:g}"}
        return web.json_response(
            {"type": kind, "description": words}, status=status, headers=headers
        )

    def new_id(self) -> str:
        """A message's id."""
        return f"{self.world.number()}{secrets.token_hex(6)}"

    def person_id(self, name: str) -> str:
        """A phone number."""
        return f"+{phone(name)}"

    # What comes from the business.

    async def _create(self, request: web.Request, business: Business) -> web.Response:
        body = await json_body(request)
        to = body.get("to")
        first = str(to[0] if isinstance(to, list) and to else to or "")
        if not first or body.get("from") != business.address:
            return self.refusal(400, None)
        outgoing = Outgoing(
            to=first,
            text=body.get("text", ""),
            files=[await fetched(self.world, url) for url in body.get("media") or []],
            body=body,
            extra={"tag": body.get("tag")},
        )

        def answer(entries: list[Entry]) -> web.Response:
            message = {**self._message(business, entries[0], "out", first), "tag": body.get("tag")}
            return web.json_response(message, status=202)

        return await self.accept(request, business, [outgoing], answer)

    async def _list(self, request: web.Request, business: Business) -> web.Response:
        return web.json_response([])

    async def _media(self, request: web.Request, business: Business) -> web.Response:
        file = self.world.files.get(request.match_info["id"])
        if file is None:
            return self.refusal(404, None)
        return web.Response(body=file.data, content_type=file.content_type)

    # What goes to the business.

    def sign(self, business: Business, body: Any) -> Post:
        """With the user name and password of the application's callbacks."""
        proof = basic(business.secrets["webhook_username"], business.secrets["webhook_password"])
        return self.json_post(business, body, authorization=proof)

    def _message(self, business: Business, entry: Entry, direction: str, person: str) -> Json:
        ours, theirs = business.address, person
        sender, to = (ours, theirs) if direction == "out" else (theirs, ours)
        message: Json = {
            "id": entry.id,
            "owner": ours,
            "applicationId": business.settings.get("application_id"),
            "time": _now(),
            "segmentCount": 1,
            "direction": direction,
            "to": [to],
            "from": sender,
            "text": entry.text,
        }
        if entry.files and direction == "in":
            account = str(business.settings.get("account_id", ""))
            api = f"{self.url}{_API.format(account=account)}/media"
            files = [self.world.files[id] for id in entry.files]
            message["media"] = [f"{api}/{one.id}/{quote(one.name, safe='')}" for one in files]
        return message

    def written(self, chat: Chat, entry: Entry) -> list[Post]:
        """A message that came in."""
        event = {
            "time": _now(),
            "type": "message-received",
            "to": chat.business.address,
            "description": "Incoming message received",
            "message": self._message(chat.business, entry, "in", chat.person.id),
        }
        return [self.sign(chat.business, [event])]

    def receipt(self, chat: Chat, entries: Sequence[Entry], step: str) -> list[Post]:
        """The carrier took it."""
        posts = []
        for entry in entries:
            message = self._message(chat.business, entry, "out", chat.person.id)
            event = {
                "time": _now(),
                "type": f"message-{step}",
                "to": chat.person.id,
                "description": "Message delivered to carrier.",
                "message": {**message, "tag": entry.extra.get("tag")},
            }
            posts.append(self.sign(chat.business, [event]))
        return posts


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
