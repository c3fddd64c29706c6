"""A provider on loopback: it records what it was asked, and answers or misbehaves as it was told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, cast
from urllib.parse import parse_qsl

from aiohttp import web


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str  #: query included
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode(), keep_blank_values=True)

    @property
    def multipart(self) -> dict[str, Message]:
        """The parts of a multipart body by name."""
        head = b"content-type: " + self.headers["content-type"].encode() + b"\r\n\r\n"
        message = BytesParser(policy=HTTP).parsebytes(head + self.body)
        return {
            str(part.get_param("name", header="content-disposition")): part
            for part in cast("list[Message]", message.get_payload())
        }


@dataclass
class Answer:
    """What to say; `fault` is `hang`, `reset` (take the request, then cut the line) or nothing."""

    status: int = 200
    json: Any = None
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""


@dataclass
class Provider:
    """The server's memory: requests in, answers out, the last answer again and again."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    answer: Callable[[Asked], Answer | None] = lambda _: None

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        asked = Asked(
            request.method,
            request.raw_path,
            {name.lower(): value for name, value in request.headers.items()},
            await request.content.read(),
        )
        self.asked.append(asked)
        answer = self.answer(asked) or (self.answers.pop(0) if self.answers else Answer(json={}))
        if answer.fault == "hang":
            await asyncio.sleep(30)
        if answer.fault == "reset":
            assert request.transport is not None
            request.transport.abort()
        if answer.body is not None:
            return web.Response(status=answer.status, body=answer.body, headers=answer.headers)
        return web.json_response(answer.json, status=answer.status, headers=answer.headers)


@asynccontextmanager
async def running_provider() -> AsyncIterator[Provider]:
    """A provider that listens on a free port for as long as the block lasts."""
    provider = Provider()
    server = web.Server(provider.handle)
    runner = web.ServerRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    provider.url = f"http://{host}:{port}"
    try:
        yield provider
    finally:
        await runner.cleanup()
