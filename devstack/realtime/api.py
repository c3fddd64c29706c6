"""Broadcast over HTTP, and the health check."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from devstack.context import json_response
from devstack.realtime import authorization, frames, tokens
from devstack.realtime.authorization import BROADCAST, Caller
from devstack.realtime.database import DatabaseAwayError
from devstack.realtime.frames import Broadcast, MalformedFrameError, dumps
from devstack.realtime.room import MAX_PAYLOAD
from devstack.realtime.tokens import TokenRefusedError

if TYPE_CHECKING:
    from devstack.realtime.app import Realtime

MAX_BODY = 10 * 1024 * 1024  # bytes of a batch
_BLANK, _INVALID = "can't be blank", "is invalid"


class Api:
    """The routes below /api."""

    def __init__(self, realtime: Realtime) -> None:
        self._realtime = realtime

    async def broadcast(self, request: web.Request) -> web.Response:
        """Send a batch; private messages the caller may not write are dropped."""
        caller = self._caller(request)
        try:
            body = frames.loads(await _body(request, MAX_BODY))
        except MalformedFrameError:
            return _unprocessable({"messages": [_INVALID]})
        batch = body.get("messages") if isinstance(body, dict) else None
        if not batch:
            return _unprocessable({"messages": [_BLANK]})
        if not isinstance(batch, list):
            return _unprocessable({"messages": [_INVALID]})
        problems = [_problems(message) for message in batch]
        if any(problems):
            return _unprocessable({"messages": problems})
        for message in batch:
            private = message.get("private") is True
            if not private or await self._may_write(caller, message["topic"]):
                self._realtime.rooms.broadcast(
                    message["topic"],
                    private,
                    Broadcast.of_json(message["event"], dumps(message["payload"])),
                )
        return web.Response(status=202)

    async def broadcast_one(self, request: web.Request) -> web.Response:
        """Send one message, JSON or bytes, to the topic and under the event of the path."""
        caller = self._caller(request)
        topic, event = request.match_info["topic"], request.match_info["event"]
        private = request.query.get("private") in ("true", "1")
        body = await _body(request, MAX_PAYLOAD)
        if request.content_type == "application/octet-stream":
            message = Broadcast(event=event, data=body)
        elif request.content_type == "application/json":
            try:
                text = body.decode()
                frames.loads(text)
            except (UnicodeDecodeError, MalformedFrameError):
                return _unprocessable({"payload": [_INVALID]})
            message = Broadcast.of_json(event, text)
        else:
            return json_response({"message": "Unsupported Media Type"}, 415)
        if private and not await self._may_write(caller, topic):
            return json_response({"message": "Unauthorized"}, 403)
        self._realtime.rooms.broadcast(topic, private, message)
        return web.Response(status=202)

    async def health(self, _request: web.Request) -> web.Response:
        """Say whether changes of the database arrive; 503 while they do not."""
        connected = self._realtime.replication.ready.is_set()
        data = {
            "healthy": connected,
            "db_connected": connected,
            "replication_connected": connected,
            "connected_cluster": len(self._realtime.sockets),
        }
        return json_response({"data": data}, 200 if connected else 503)

    def _caller(self, request: web.Request) -> Caller:
        try:
            claims = tokens.check(self._realtime.keys, request.get("token") or "")
        except TokenRefusedError:
            raise web.HTTPUnauthorized(
                text=json.dumps({"message": "Unauthorized"}), content_type="application/json"
            ) from None
        return Caller(claims, headers(request))

    async def _may_write(self, caller: Caller, topic: str) -> bool:
        try:
            return await authorization.writable(self._realtime.pool, topic, caller, BROADCAST)
        except DatabaseAwayError as error:
            raise web.HTTPServiceUnavailable(
                text=json.dumps({"message": str(error)}), content_type="application/json"
            ) from None


def headers(request: web.Request) -> str:
    """The headers policies may read: JSON object of the x-* ones."""
    return dumps({k.lower(): v for k, v in request.headers.items() if k.lower().startswith("x-")})


def _problems(message: Any) -> dict[str, list[str]]:
    if not isinstance(message, dict):
        return {"message": [_INVALID]}
    found = {}
    for name, kind in (("topic", str), ("event", str), ("payload", dict)):
        value = message.get(name)
        if value is None or value == "":
            found[name] = [_BLANK]
        elif not isinstance(value, kind):
            found[name] = [_INVALID]
    if not found and len(dumps(message["payload"])) > MAX_PAYLOAD:
        found["payload"] = ["Payload size exceeds tenant limit"]
    if not isinstance(message.get("private"), bool | None):
        found["private"] = [_INVALID]
    return found


async def _body(request: web.Request, limit: int) -> bytes:
    """Read a body of at most `limit` bytes, whatever the gateway allows others."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise web.HTTPUnprocessableEntity(
                text=json.dumps({"errors": {"payload": ["Payload size exceeds tenant limit"]}}),
                content_type="application/json",
            )
    return bytes(body)


def _unprocessable(errors: dict[str, Any]) -> web.Response:
    return json_response({"errors": errors}, 422)
