"""What the gateway hands to each emulated service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from psycopg import AsyncConnection
from psycopg.rows import DictRow
from psycopg_pool import AsyncConnectionPool

from devstack.config import StackConfig
from devstack.keys import Keys

Pool = AsyncConnectionPool[AsyncConnection[DictRow]]


@dataclass(frozen=True, slots=True)
class Context:
    """One stack's settings, keys, and a pool of superuser connections with dict rows.

    The database may be dropped and made anew at any time (`reset`), so nothing may keep a
    connection or a cached row for ever.
    """

    config: StackConfig
    keys: Keys
    pool: Pool


CONTEXT: web.AppKey[Context] = web.AppKey("context", Context)


def json_response(
    data: Any, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """A JSON answer."""
    return web.json_response(data, status=status, headers=headers)


def bearer(request: web.Request) -> str | None:
    """The token of the `Authorization` header."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
