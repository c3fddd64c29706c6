"""What a request may be before any route sees it, and the headers every answer carries."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from starlette.exceptions import HTTPException

MAX_BODY = 256 * 1024  # bytes; larger things go to Storage
#: Longer bodies, and any type of content, where strangers' formats come in.
MAX_WEBHOOK = (
    40 * 1024 * 1024
)  # bytes; a mail with its files. Adapters have smaller limits of their own
_WEBHOOKS = "/webhooks/"
MAX_PATH = 8 * 1024  # bytes, with the query
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_MUTATING = {"POST", "PUT", "PATCH", "DELETE"}

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"strict-origin-when-cross-origin",
    b"strict-transport-security": b"max-age=63072000; includeSubDomains",
    b"permissions-policy": b"camera=(), geolocation=(), payment=(), usb=()",
}
#: Only for answers that set none themselves.
_API_POLICY = b"default-src 'none'; frame-ancestors 'none'"


class Limits:
    """ASGI middleware: sizes, content types, request ids and security headers."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {key.lower(): value for key, value in scope["headers"]}
        # A caller's own id goes on through our logs and jobs, when it looks like one.
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid.uuid4())
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {key.lower() for key, _ in message["headers"]}
                extra = dict(_HEADERS)
                extra[b"x-request-id"] = request_id.encode()
                if b"content-security-policy" not in present and not scope["path"].startswith(
                    ("/docs", "/redoc")
                ):
                    extra[b"content-security-policy"] = _API_POLICY
                message["headers"] = [
                    *message["headers"],
                    *((key, value) for key, value in extra.items() if key not in present),
                ]
            await send(message)

        async def refuse(status: int, code: str, text: str) -> None:
            body = json.dumps({"code": code, "message": text, "details": None, "hint": None})
            await send_with_headers(
                {
                    "type": "http.response.start",
                    "status": status,
                    "headers": [(b"content-type", b"application/json"), (b"connection", b"close")],
                }
            )
            await send({"type": "http.response.body", "body": body.encode()})

        if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_PATH:
            await refuse(414, "uri_too_long", "The address is too long.")
            return
        webhook = scope["path"].startswith(_WEBHOOKS)
        most = MAX_WEBHOOK if webhook else MAX_BODY
        if scope["method"] in _MUTATING and not webhook:
            kind = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
            if kind != b"application/json":
                await refuse(415, "unsupported_media_type", "Send application/json.")
                return

        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            if message["type"] == "http.request":
                # Counted, not read from Content-Length, which a client may leave out or get wrong.
                received += len(message.get("body", b""))
                if received > most:
                    # An HTTPException, because FastAPI turns any other one into "bad request" here.
                    raise HTTPException(413, f"A request has {most // 1024} kB at most.")
            return message

        await self.app(scope, counted, send_with_headers)
