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
from devstack.realtime import publication, rows
from devstack.realtime.authorization import STATEMENT_TIMEOUT
from devstack.realtime.bindings import ANY, Binding, Filter
from devstack.realtime.database import PATIENCE, patiently
from devstack.realtime.frames import dumps
from devstack.realtime.pgoutput import Relation, Row, Tuple
from devstack.realtime.rows import Connection, Rendered, Table
from devstack.realtime.tokens import Claims
from devstack.realtime.view import View, has_key

if TYPE_CHECKING:
    from devstack.realtime.channel import Channel

_BATCH = 200  # rows
_BATCH_BYTES = 4 * 1024 * 1024
_BACKLOG_BYTES = 32 * 1024 * 1024  # waiting rows; beyond, the stream is held up
_ROW_OVERHEAD = 200  # bytes
_SETTLE_TRIES, _SETTLE_PAUSE = 1000, 0.001  # seconds between looks for a commit
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
            async with self._pool.connection(timeout=PATIENCE) as conn:
                for _, binding in bindings:
                    await publication.check(conn, binding, claims["role"])

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
                except Exception:  # one row must not end the service for all others
                    log.exception("changes.failed table=%s", relation.name)

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
        async with self._pool.connection(timeout=PATIENCE) as conn:
            table = await rows.describe(conn, relation.schema, relation.name, roles)
            if table is None:
                return
            filters = list({f: None for s in interested for f in s.binding.filters})
            old, new = await _render(conn, table, relation, batch, filters)
            sights = await _sights(conn, table, batch, interested)
        turn_ends = time.monotonic() + _SLICE
        for place, row in enumerate(batch):
            view = View(table, row, new[place], old[place])
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


async def _render(
    conn: Connection, table: Table, relation: Relation, batch: list[Row], filters: list[Filter]
) -> tuple[list[Rendered | None], list[Rendered | None]]:
    """The old and the new tuples of a batch, place by place."""
    tuples: list[Tuple] = [t for row in batch for t in (row.old, row.new) if t is not None]

    async def attempt(usable: list[Filter]) -> list[Rendered]:
        async with conn.transaction():
            await conn.execute(
                "select set_config('timezone', 'UTC', true),"
                " set_config('statement_timeout', %s, true)",
                (str(STATEMENT_TIMEOUT),),
            )
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
    places = [n for n, row in enumerate(batch) if row.action != "DELETE" and has_key(table, row)]
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
    for _ in range(_SETTLE_TRIES):
        if not await rows.unfinished(conn, xids):
            break
        await asyncio.sleep(_SETTLE_PAUSE)


def _keys(relation: Relation) -> tuple[tuple[str, str], ...]:
    """Where bindings that hear of this table are kept."""
    schema, table = relation.schema, relation.name
    return (schema, table), (schema, ANY), (ANY, table), (ANY, ANY)
