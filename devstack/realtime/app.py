"""The Realtime service: its parts, its routes, and the tasks behind them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import psycopg
from aiohttp import web
from psycopg.rows import dict_row

from devstack.context import Context, json_response
from devstack.realtime import messages, tokens
from devstack.realtime.api import Api, headers
from devstack.realtime.changes import Changes
from devstack.realtime.frames import VERSIONS
from devstack.realtime.pgoutput import Row, Unchanged
from devstack.realtime.replication import Replication
from devstack.realtime.room import MAX_PAYLOAD, Rooms
from devstack.realtime.socket import Socket
from devstack.realtime.tokens import TokenRefusedError

_KEEP_PARTITIONS_EVERY = 3600.0  # seconds

log = logging.getLogger("devstack.realtime")


class Realtime:
    """What sockets and channels share."""

    def __init__(self, context: Context) -> None:
        self.pool = context.pool
        self.keys = context.keys
        self.rooms = Rooms()
        self.changes = Changes(context.pool)
        self.sockets: set[Socket] = set()
        self._dsn = context.config.dsn("supabase_admin")
        self.replication = Replication(
            self._dsn,
            on_connect=self._keep_partitions,
            on_row=self._take,
        )

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Open a socket, or say why not."""
        token = request.get("token")
        if not token:
            return json_response({"error": "API key is missing"}, 401)
        try:
            tokens.check(self.keys, token)
        except TokenRefusedError as error:
            return json_response({"error": error.handshake}, 401)
        version = VERSIONS.get(request.query.get("vsn", "1.0.0"))
        if version is None:
            return json_response({"error": "The serializer version is not supported"}, 403)
        socket = Socket(self, request, version, token, headers(request))
        self.sockets.add(socket)
        try:
            return await socket.serve()
        finally:
            self.sockets.discard(socket)

    async def background(self, _app: web.Application) -> AsyncIterator[None]:
        """Follow the database while the service runs."""
        tasks = [
            asyncio.create_task(work)
            for work in (self.replication.run(), self.changes.run(), self._keep_house())
        ]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def stop(self, _app: web.Application) -> None:
        """Close all sockets."""
        await asyncio.gather(*(socket.end() for socket in self.sockets), return_exceptions=True)

    async def _take(self, row: Row) -> None:
        """Hand on a committed row: a broadcast to its room, anything else to `changes`."""
        relation = row.relation
        if (relation.schema, relation.name) != ("realtime", "messages"):
            await self.changes.put(row)
            return
        if row.action != "INSERT" or row.new is None:
            return
        values = {k: v for k, v in row.new.items() if not isinstance(v, Unchanged)}
        message, topic = messages.as_broadcast(values), values["topic"]
        if message is None or topic is None:
            return
        if message.size > MAX_PAYLOAD:
            log.warning("broadcast.too_large topic=%s bytes=%s", topic, message.size)
            return
        self.rooms.broadcast(topic, values["private"] == "t", message)

    async def _keep_partitions(self) -> None:
        # A connection of its own: after a reset the pool takes its time to come back.
        connection = await psycopg.AsyncConnection.connect(
            self._dsn, autocommit=True, row_factory=dict_row, connect_timeout=5
        )
        try:
            await messages.keep_partitions(connection)
        finally:
            await connection.close()

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(_KEEP_PARTITIONS_EVERY)
            with contextlib.suppress(psycopg.Error):
                await self._keep_partitions()


async def _not_emulated(request: web.Request) -> web.Response:
    return json_response({"message": f"Realtime {request.path} is not emulated"}, 501)


def create_app(context: Context) -> web.Application:
    """Build the service to be mounted at /realtime/v1."""
    realtime = Realtime(context)
    api = Api(realtime)
    app = web.Application()
    app.router.add_get("/websocket", realtime.connect)
    app.router.add_post("/api/broadcast", api.broadcast)
    app.router.add_post(r"/api/broadcast/{topic:[^/]+}/events/{event:[^/]+}", api.broadcast_one)
    app.router.add_get("/api/tenants/{tenant}/health", api.health)
    for path in ("/longpoll", "/api", "/api/{rest:.*}"):
        app.router.add_route("*", path, _not_emulated)
    app.cleanup_ctx.append(realtime.background)
    app.on_shutdown.append(realtime.stop)
    return app
