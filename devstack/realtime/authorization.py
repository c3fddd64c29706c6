"""Who may read and write a private channel: row level security on realtime.messages decides.

Reading is tried on rows written by the owner, writing by writing; both are rolled back.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow

from devstack.context import Pool
from devstack.realtime.database import PATIENCE, patiently
from devstack.realtime.frames import dumps
from devstack.realtime.tokens import Claims

BROADCAST, PRESENCE = "broadcast", "presence"
STATEMENT_TIMEOUT = 5000  # milliseconds a policy may think

log = logging.getLogger("devstack.realtime")


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a policy is asked."""

    claims: Claims
    headers: str = "{}"  # JSON object of the x-* headers


async def readable(
    pool: Pool, topic: str, caller: Caller, extensions: Collection[str]
) -> frozenset[str]:
    """Return those of `extensions` the caller may read on this topic."""

    async def ask() -> frozenset[str]:
        async with (
            pool.connection(timeout=PATIENCE) as conn,
            conn.transaction(force_rollback=True),
        ):
            made = await conn.execute(
                "insert into realtime.messages (topic, extension)"
                " select %s, unnest(%s::text[]) returning id",
                (topic, list(extensions)),
            )
            ids = [row["id"] for row in await made.fetchall()]
            await _act_as(conn, caller, topic)
            seen = await conn.execute(
                "select extension from realtime.messages where id = any(%s)", (ids,)
            )
            return frozenset(row["extension"] for row in await seen.fetchall())

    try:
        return await patiently(ask)
    except psycopg.Error as error:
        log.warning("policy.failed topic=%s error=%s", topic, error)
        return frozenset()


async def writable(pool: Pool, topic: str, caller: Caller, extension: str) -> bool:
    """Return whether the caller may write this extension on this topic."""

    async def ask() -> bool:
        async with (
            pool.connection(timeout=PATIENCE) as conn,
            conn.transaction(force_rollback=True),
        ):
            await _act_as(conn, caller, topic)
            await conn.execute(
                "insert into realtime.messages (topic, extension) values (%s, %s)",
                (topic, extension),
            )
            return True

    try:
        return await patiently(ask)
    except psycopg.errors.InsufficientPrivilege:
        return False
    except psycopg.Error as error:
        log.warning("policy.failed topic=%s error=%s", topic, error)
        return False


async def _act_as(conn: AsyncConnection[DictRow], caller: Caller, topic: str) -> None:
    """Be the caller until the transaction ends."""
    claims = caller.claims
    settings = {
        "statement_timeout": str(STATEMENT_TIMEOUT),
        "realtime.topic": topic,
        "request.jwt.claims": dumps(claims),
        "request.jwt.claim.sub": str(claims.get("sub") or ""),
        "request.jwt.claim.role": claims["role"],
        "request.headers": caller.headers,
        "role": claims["role"],
    }
    await conn.execute(
        "select set_config(name, value, true) from unnest(%s::text[], %s::text[])"
        " with ordinality as settings (name, value, n) order by n",
        (list(settings), list(settings.values())),
    )
