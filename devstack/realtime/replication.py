"""The stream of committed rows: one temporary logical replication slot, read as data arrives.

The slot ends with its connection, so a database can be dropped once its connections are ended; the
stream then tries to come back until there is a database again. What commits in between is missed,
as sockets miss what is sent while they are not connected.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import struct
import time
from collections.abc import AsyncGenerator, Awaitable, Callable

import psycopg
from psycopg import pq

from devstack.realtime.pgoutput import Decoder, Row

PUBLICATIONS = ("supabase_realtime", "supabase_realtime_messages_publication")
_SESSION = (
    "-c datestyle=ISO -c intervalstyle=postgres -c timezone=UTC -c extra_float_digits=1"
    " -c bytea_output=hex"
)
_STATUS_EVERY = 10.0  # seconds; Postgres gives a silent reader up after 60
_RETRY = 0.1  # seconds
_SLICE = 0.005  # seconds of decoding before others get a turn

log = logging.getLogger("devstack.realtime")


class Replication:
    """Hands every committed row of the publications to `on_row`, in commit order."""

    def __init__(
        self,
        dsn: str,
        *,
        on_connect: Callable[[], Awaitable[None]],
        on_row: Callable[[Row], Awaitable[None]],
    ) -> None:
        self.ready = asyncio.Event()
        self._dsn = dsn
        self._on_connect = on_connect
        self._on_row = on_row

    async def run(self) -> None:
        """Stream for ever, coming back after every break."""
        told = ""
        while True:
            try:
                async with contextlib.aclosing(_Stream.rows(self._dsn, self._connected)) as rows:
                    async for row in rows:
                        await self._on_row(row)
            except (psycopg.Error, OSError) as error:
                if self.ready.is_set():
                    told = ""
                reason = str(error).partition("\n")[0]
                if reason != told:
                    log.info("replication.away reason=%s", reason)
                    told = reason
            except Exception:  # one row must not end the service for all others
                log.exception("replication.failed")
            finally:
                self.ready.clear()
            await asyncio.sleep(_RETRY)

    async def _connected(self) -> None:
        await self._on_connect()
        self.ready.set()
        log.info("replication.ready")


class _Stream:
    """One replication connection, its low-level side: COPY BOTH on a non-blocking socket."""

    def __init__(self, conn: pq.abc.PGconn) -> None:
        self._conn = conn
        self._received = 0  # position in the log

    @classmethod
    async def rows(
        cls, dsn: str, connected: Callable[[], Awaitable[None]]
    ) -> AsyncGenerator[Row, None]:
        """Connect, make a slot, and yield rows until the connection breaks."""
        connection = await psycopg.AsyncConnection.connect(
            dsn, autocommit=True, replication="database", options=_SESSION, connect_timeout=5
        )
        try:
            slot = f"supabase_realtime_{secrets.token_hex(6)}"
            await connection.execute(
                f"CREATE_REPLICATION_SLOT {slot} TEMPORARY LOGICAL pgoutput (SNAPSHOT 'nothing')"
            )
            stream = cls(connection.pgconn)
            await stream._start(slot)
            await connected()
            status = asyncio.create_task(stream._report())
            try:
                async for row in stream._decode():
                    yield row
            finally:
                status.cancel()
        finally:
            await connection.close()

    async def _start(self, slot: str) -> None:
        names = ",".join(PUBLICATIONS)
        self._conn.send_query(
            f"START_REPLICATION SLOT {slot} LOGICAL 0/0"
            f" (proto_version '1', publication_names '{names}')".encode()
        )
        self._conn.flush()
        while self._conn.is_busy():
            await self._readable()
            self._conn.consume_input()
        result = self._conn.get_result()
        if result is None or result.status != pq.ExecStatus.COPY_BOTH:
            raise psycopg.OperationalError(self._conn.get_error_message())

    async def _decode(self) -> AsyncGenerator[Row, None]:
        decoder = Decoder()
        turn_ends = time.monotonic() + _SLICE
        while True:
            size, data = self._conn.get_copy_data(1)
            if size < 0:
                raise psycopg.OperationalError("the server ended the stream")
            if size == 0:
                await self._readable()
                self._conn.consume_input()
                turn_ends = time.monotonic() + _SLICE
            elif data[0] == 0x77:  # w: a piece of the log
                start, end = struct.unpack("!QQ", data[1:17])
                self._received = max(self._received, start, end)
                if row := decoder.feed(data[25:]):
                    yield row
            elif data[0] == 0x6B:  # k: are you there?
                self._received = max(self._received, int.from_bytes(data[1:9]))
                if data[17]:
                    self._confirm()
            if time.monotonic() > turn_ends:
                await asyncio.sleep(0)
                turn_ends = time.monotonic() + _SLICE

    async def _report(self) -> None:
        """Say now and then how far we are, also while a slow consumer holds the stream up."""
        while True:
            await asyncio.sleep(_STATUS_EVERY)
            self._confirm()

    def _confirm(self) -> None:
        micros = int((time.time() - 946684800) * 1_000_000)  # since 2000-01-01
        at = self._received
        self._conn.put_copy_data(struct.pack("!cQQQqB", b"r", at, at, at, micros, 0))
        self._conn.flush()

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        readable: asyncio.Future[None] = loop.create_future()
        loop.add_reader(self._conn.socket, _resolve, readable)
        try:
            await readable
        finally:
            loop.remove_reader(self._conn.socket)


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
