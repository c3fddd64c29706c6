"""postgres_changes: which channels asked for which changes, and what each of them gets to see.

Rows arrive one by one and are worked on in batches, so that a large transaction costs a few queries
rather than a few per row.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import psycopg

from devstack.context import Pool
from devstack.realtime import rows
from devstack.realtime.bindings import ANY, Binding, BindingError, Filter
from devstack.realtime.database import condition, patiently
from devstack.realtime.frames import dumps
from devstack.realtime.pgoutput import Relation, Row, Tuple
from devstack.realtime.rows import Connection, Rendered, Table
from devstack.realtime.tokens import Claims

if TYPE_CHECKING:
    from devstack.realtime.channel import Channel

PUBLICATION = "supabase_realtime"
MAX_RECORD = 1024 * 1024  # bytes of a row that is sent whole
SMALL_VALUE = 64  # bytes of a value that is sent of a larger row
_BATCH = 200  # rows
_BATCH_BYTES = 4 * 1024 * 1024
_BACKLOG_BYTES = 32 * 1024 * 1024  # waiting rows; beyond, the stream is held up
_ROW_OVERHEAD = 200  # bytes
_SETTLE = 1.0  # seconds to wait for a commit to become visible
_SLICE = 0.005  # seconds of sending before others get a turn

log = logging.getLogger("devstack.realtime")


@dataclass(frozen=True, slots=True, eq=False)
class Subscription:
    """One binding of one channel, with the rights it is served with."""

    channel: Channel
    id: int
    binding: Binding
    role: str
    claims: str  # JSON


# Those who may see the same: a role with its claims.
Viewer = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sight:
    """Which rows of a batch row level security lets a viewer see."""

    places: Collection[int] | None = None  # None: all, there is no row level security
    failed: bool = False  # a policy raised an error, which the viewer is told instead of the row

    def sees(self, place: int) -> bool:
        """Whether the viewer hears of this row."""
        return self.failed or self.places is None or place in self.places


class Changes:
    """Hears every change of a published table and sends it to those who asked and may see it."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._by_table: dict[tuple[str, str], dict[Subscription, None]] = defaultdict(dict)
        self._queue: asyncio.Queue[Row] = asyncio.Queue()
        self._waiting = 0  # bytes in the queue
        self._taken = asyncio.Event()

    async def subscribe(
        self, channel: Channel, bindings: Sequence[tuple[int, Binding]], claims: Claims
    ) -> list[Subscription]:
        """Let a channel hear its bindings, all or none. Raises `BindingError`."""

        async def check() -> None:
            async with self._pool.connection() as conn:
                for _, binding in bindings:
                    await _check(conn, binding, claims["role"])

        await patiently(check)
        made = [
            Subscription(channel, number, binding, claims["role"], dumps(claims))
            for number, binding in bindings
        ]
        for subscription in made:
            key = subscription.binding.schema, subscription.binding.table
            self._by_table[key][subscription] = None
        return made

    def unsubscribe(self, subscriptions: Iterable[Subscription]) -> None:
        """Hear these no longer."""
        for subscription in subscriptions:
            key = subscription.binding.schema, subscription.binding.table
            self._by_table[key].pop(subscription, None)
            if not self._by_table[key]:
                del self._by_table[key]

    async def put(self, row: Row) -> None:
        """Take a row in; waits while too many are waiting already."""
        if not any(key in self._by_table for key in _keys(row.relation)):
            return
        while self._waiting > _BACKLOG_BYTES:
            self._taken.clear()
            await self._taken.wait()
        self._waiting += row.size + _ROW_OVERHEAD
        self._queue.put_nowait(row)

    async def run(self) -> None:
        """Work on the rows for ever."""
        while True:
            batch = [await self._queue.get()]
            size = batch[0].size
            while len(batch) < _BATCH and size < _BATCH_BYTES and not self._queue.empty():
                batch.append(self._queue.get_nowait())
                size += batch[-1].size
            self._waiting -= sum(row.size + _ROW_OVERHEAD for row in batch)
            self._taken.set()
            for relation, run in groupby(batch, lambda row: row.relation):
                try:
                    await self._serve(relation, list(run))
                except psycopg.Error as error:
                    log.warning("changes.lost table=%s error=%s", relation.name, error)

    async def _serve(self, relation: Relation, batch: list[Row]) -> None:
        actions = {row.action for row in batch}
        interested = [
            s
            for key in _keys(relation)
            for s in self._by_table.get(key, ())
            if any(s.binding.hears(action) for action in actions)
        ]
        if not interested:
            return
        roles = {s.role for s in interested}
        async with self._pool.connection() as conn:
            table = await rows.describe(conn, relation.schema, relation.name, roles)
            if table is None:
                return
            filters = list({f: None for s in interested for f in s.binding.filters})
            old, new = await _render(conn, table, relation, batch, filters)
            sights = await _sights(conn, table, batch, interested)
        turn_ends = time.monotonic() + _SLICE
        for place, row in enumerate(batch):
            view = _View(table, row, new[place], old[place])
            wanted: dict[tuple[Channel, str], list[int]] = {}
            for s in interested:
                if not s.binding.hears(row.action) or not view.passes(s.binding.filters):
                    continue
                sight = sights.get((s.role, s.claims), Sight())
                if row.action != "DELETE" and not sight.sees(place):
                    continue
                failed = row.action != "DELETE" and sight.failed
                data = view.data(s.role, s.binding.select, failed=failed)
                ids = wanted.setdefault((s.channel, data), [])
                if s.id not in ids:
                    ids.append(s.id)
            for (channel, data), ids in wanted.items():
                channel.push("postgres_changes", f'{{"ids":{dumps(ids)},"data":{data}}}')
                if time.monotonic() > turn_ends:
                    await asyncio.sleep(0)
                    turn_ends = time.monotonic() + _SLICE


class _View:
    """One change, as different readers get to see it."""

    def __init__(self, table: Table, row: Row, new: Rendered | None, old: Rendered | None) -> None:
        self._table = table
        self._row = row
        self._new = new
        self._old = old
        self._tested = (old if row.action == "DELETE" else new) or Rendered({}, {})
        self._data: dict[object, str] = {}

    def passes(self, filters: Iterable[Filter]) -> bool:
        """Whether the new row (of a DELETE: the old one) passes all filters."""
        return all(self._tested.passes.get(f, False) for f in filters)

    def data(self, role: str, select: frozenset[str] | None, *, failed: bool) -> str:
        """JSON text of `data` for a role that asked for these columns."""
        key = role, select, failed
        if key not in self._data:
            self._data[key] = self._compose(role, select, failed)
        return self._data[key]

    def _compose(self, role: str, select: frozenset[str] | None, failed: bool) -> str:
        row, primary = self._row, self._table.primary_key
        known = {"schema": row.relation.schema, "table": row.relation.name, "type": row.action}
        error = None
        if row.action != "DELETE" and not _has_key(self._table, row):
            error = "Error 400: Bad Request, no primary key"
        elif row.action != "DELETE" and not all(role in column.readers for column in primary):
            error = "Error 401: Unauthorized"
        elif failed:
            error = "Error 500: Internal Server Error, RLS policy evaluation failed"
        if error:
            return dumps(known | {"errors": [error]})
        columns = [
            column
            for column in self._table.columns.values()
            if role in column.readers
            and (select is None or column.name in select or column.primary)
        ]
        names = {column.name for column in columns}
        large = row.size > MAX_RECORD
        at = row.committed_at
        parts = {
            **{name: dumps(value) for name, value in known.items()},
            "commit_timestamp": dumps(f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"),
            "columns": dumps([{"name": c.name, "type": c.type_name} for c in columns]),
        }
        if self._new is not None:
            parts["record"] = _object(self._new, names, large)
        if row.action != "INSERT":
            if row.action == "DELETE" and self._table.secured:
                names &= {column.name for column in primary}
            parts["old_record"] = _object(self._old or Rendered({}, {}), names, large)
        parts["errors"] = dumps(["Error 413: Payload Too Large"] if large else None)
        return "{" + ",".join(f"{dumps(name)}:{text}" for name, text in parts.items()) + "}"


def _object(row: Rendered, names: set[str], small: bool) -> str:
    members = (
        f"{dumps(name)}:{value}"
        for name, value in row.values.items()
        if name in names and not (small and len(value.encode()) > SMALL_VALUE)
    )
    return "{" + ",".join(members) + "}"


def _has_key(table: Table, row: Row) -> bool:
    key = table.primary_key
    return bool(key) and all(column.name in (row.new or ()) for column in key)


async def _render(
    conn: Connection, table: Table, relation: Relation, batch: list[Row], filters: list[Filter]
) -> tuple[list[Rendered | None], list[Rendered | None]]:
    """The old and the new tuples of a batch, place by place."""
    tuples: list[Tuple] = [t for row in batch for t in (row.old, row.new) if t is not None]

    async def attempt(usable: list[Filter]) -> list[Rendered]:
        async with conn.transaction():
            await conn.execute("select set_config('timezone', 'UTC', true)")
            return await rows.render(conn, table, relation, tuples, usable)

    try:
        rendered = iter(await attempt(filters))
    except psycopg.Error as error:
        if conn.closed or not filters:
            raise
        # A filter made for a column that has changed since must not cost others the row.
        log.warning("changes.filter_failed table=%s error=%s", relation.name, error)
        rendered = iter(await attempt([]))
    old, new = [], []
    for row in batch:
        old.append(next(rendered) if row.old is not None else None)
        new.append(next(rendered) if row.new is not None else None)
    return old, new


async def _sights(
    conn: Connection, table: Table, batch: list[Row], interested: list[Subscription]
) -> dict[Viewer, Sight]:
    """What row level security lets each viewer see of the new rows."""
    places = [n for n, row in enumerate(batch) if row.action != "DELETE" and _has_key(table, row)]
    if not table.secured or not places:
        return {}
    await _settle(conn, {batch[n].xid for n in places})
    tuples = [new for n in places if (new := batch[n].new) is not None]
    sights: dict[Viewer, Sight] = {}
    for role, claims in {(s.role, s.claims): None for s in interested}:
        if not all(role in column.readers for column in table.primary_key):
            continue  # is told "Unauthorized" instead of any row
        try:
            seen = await rows.visible(conn, table, tuples, role, claims)
        except psycopg.Error as error:
            if conn.closed:
                raise
            log.warning("changes.policy_failed role=%s error=%s", role, error)
            sights[role, claims] = Sight(failed=True)
        else:
            sights[role, claims] = Sight({places[n] for n in seen})
    return sights


async def _settle(conn: Connection, xids: set[int]) -> None:
    """Wait until other sessions see what these transactions did."""
    deadline = time.monotonic() + _SETTLE
    while await rows.unfinished(conn, xids) and time.monotonic() < deadline:
        await asyncio.sleep(0.001)


def _keys(relation: Relation) -> tuple[tuple[str, str], ...]:
    """Where bindings that hear of this table are kept."""
    schema, table = relation.schema, relation.name
    return (schema, table), (schema, ANY), (ANY, table), (ANY, ANY)


async def _check(conn: Connection, binding: Binding, role: str) -> None:
    """Raises `BindingError` unless this can be heard by this role."""
    schema = None if binding.schema == ANY else binding.schema
    name = None if binding.table == ANY else binding.table
    try:
        found = await rows.published(conn, PUBLICATION, schema, name)
        if not found:
            raise BindingError(
                "Unable to subscribe to changes with given parameters. Please check Realtime is"
                f" enabled for the given connect parameters: [{binding}]"
            )
        if not binding.filters and not binding.select:
            return
        for schema_name, table_name in found:
            table = await rows.describe(conn, schema_name, table_name, [role])
            if table and (problem := await _problem(conn, table, binding, role)):
                raise _unable(binding, "P0001", "raise_exception", problem)
    except psycopg.Error as error:
        if conn.closed:
            raise
        text = error.diag.message_primary or str(error)
        raise _unable(binding, error.sqlstate, condition(error), text) from None


async def _problem(conn: Connection, table: Table, binding: Binding, role: str) -> str | None:
    for f in binding.filters:
        column = table.columns.get(f.column)
        if column is None or role not in column.readers:
            return f"invalid column for filter {f.column}"
        if problem := await rows.check_filter(conn, column, f):
            return problem
    for name in sorted(binding.select or ()):
        if name not in table.columns or role not in table.columns[name].readers:
            return f"invalid column for select {name}"
    return None


def _unable(binding: Binding, state: str | None, name: str, text: str) -> BindingError:
    return BindingError(
        "Unable to subscribe to changes with given parameters. An exception happened so please"
        f" check your connect parameters: [{binding}]. Exception: ERROR {state} ({name}) {text}"
    )
