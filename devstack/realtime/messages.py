"""The table realtime.messages: its rows as broadcasts, replay, and a partition for each day."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import DictRow

from devstack.context import Pool
from devstack.realtime.database import PATIENCE, patiently
from devstack.realtime.frames import Broadcast

MAX_REPLAY = 25
DEFAULT_REPLAY = 10
KEEP = timedelta(days=3)
AHEAD = timedelta(days=3)
_DAY = re.compile(r"messages_\d{4}_\d\d_\d\d$")
_LOCK_TIMEOUT = "500ms"  # a partition can wait for the next round; inserts cannot

log = logging.getLogger("devstack.realtime")


class ReplayError(Exception):
    """A replay that cannot be given; says why."""


def as_broadcast(row: Mapping[str, str | None]) -> Broadcast | None:
    """The broadcast in a row of realtime.messages, given as text; None when it holds none."""
    event, payload, data = row["event"], row["payload"], row["binary_payload"]
    if row["extension"] != "broadcast" or event is None:
        return None
    if data is not None:
        return Broadcast(
            event=event,
            data=bytes.fromhex(data.removeprefix("\\x")),
            id=row["id"],
            meta={"id": row["id"]},
        )
    if payload is None or not payload.startswith("{"):
        return None
    return Broadcast.of_json(event, payload, id=row["id"], meta={"id": row["id"]})


async def replay(pool: Pool, topic: str, params: Any) -> list[Broadcast]:
    """Return the newest stored private broadcasts of a topic, oldest first.

    Raises `ReplayError`.
    """
    invalid = ReplayError("Replay params are not valid")
    if not isinstance(params, dict):
        raise invalid
    since, limit = params.get("since"), params.get("limit")
    since = 0 if since is None else since
    limit = DEFAULT_REPLAY if limit is None else limit
    if not (type(since) is int and type(limit) is int):
        raise invalid
    try:
        start = datetime.fromtimestamp(since / 1000, UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        raise invalid from None

    async def ask() -> list[dict[str, Any]]:
        async with pool.connection(timeout=PATIENCE) as conn:
            cursor = await conn.execute(
                "select extension, event, payload::text, binary_payload::text, id::text"
                " from realtime.messages where topic = %s and private"
                " and extension = 'broadcast' and inserted_at >= %s"
                " order by inserted_at desc limit %s",
                (topic, start, max(1, min(limit, MAX_REPLAY))),
            )
            return await cursor.fetchall()

    try:
        rows = await patiently(ask)
    except psycopg.Error:
        raise ReplayError("Realtime was unable to replay messages") from None
    found = [_as_replayed(row) for row in reversed(rows)]
    return [message for message in found if message]


def _as_replayed(row: Mapping[str, str | None]) -> Broadcast | None:
    message = as_broadcast(row)
    if message is None:
        return None
    meta = {"replayed": True, "id": message.id}
    if message.data is not None:
        return Broadcast(event=message.event, data=message.data, id=message.id, meta=meta)
    return Broadcast.of_json(message.event, row["payload"] or "", id=message.id, meta=meta)


async def keep_partitions(conn: AsyncConnection[DictRow]) -> None:
    """Make the partitions of the days ahead, and drop those of days gone by."""
    today = datetime.now(UTC).date()
    ahead = [today + timedelta(days=n) for n in range(AHEAD.days + 1)]
    oldest = today - KEEP
    cursor = await conn.execute(
        "select relname from pg_inherits join pg_class on pg_class.oid = inhrelid"
        " where inhparent = 'realtime.messages'::regclass"
    )
    present = {row["relname"] for row in await cursor.fetchall()}
    missing = [day for day in ahead if _partition(day) not in present]
    outdated = [name for name in present if _DAY.match(name) and name < _partition(oldest)]
    try:
        async with conn.transaction():  # one, so that PostgREST hears of it once
            await conn.execute("select set_config('lock_timeout', %s, true)", (_LOCK_TIMEOUT,))
            for day in missing:
                await _make_partition(conn, day)
            for name in outdated:
                table = sql.Identifier("realtime", name)
                await conn.execute(sql.SQL("drop table {}").format(table))
    except psycopg.errors.LockNotAvailable:
        log.info("partitions.busy")  # the default partition serves until the next round
    await conn.execute("delete from realtime.messages_default where inserted_at < %s", (oldest,))


async def _make_partition(conn: AsyncConnection[DictRow], day: date) -> None:
    table = sql.Identifier("realtime", _partition(day))
    bounds = sql.Literal(day), sql.Literal(day + timedelta(days=1))
    with contextlib.suppress(psycopg.errors.CheckViolation):
        # It is violated when rows of that day are in the default partition. They may stay there.
        async with conn.transaction():
            await conn.execute(
                sql.SQL(
                    "create table {} partition of realtime.messages for values from ({}) to ({})"
                ).format(table, *bounds)
            )
            await conn.execute(
                sql.SQL("alter table {} owner to supabase_realtime_admin").format(table)
            )


def _partition(day: date) -> str:
    return f"messages_{day:%Y_%m_%d}"
