"""The one door of the local Supabase: keys, CORS, and the way to each service.

`/rest/v1` is passed to PostgREST; Auth, Realtime and Storage are mounted as sub-applications
of this process. As Supabase's local gateway it checks no key itself: the service behind it
judges the token.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import uvloop
from aiohttp import ClientConnectionError, ClientSession, ClientTimeout, TCPConnector, web
from multidict import CIMultiDict
from psycopg import AsyncConnection, OperationalError
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool
from yarl import URL

from devstack import auth, realtime, storage
from devstack.config import StackConfig
from devstack.context import CONTEXT, Context, Pool
from devstack.keys import Keys
from devstack.spec import read_spec

METHODS = "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS"
EXPOSED = (
    "Content-Range,Content-Location,Location,X-Total-Count,Link,X-Supabase-Api-Version,"
    "x-sb-error-code,ETag,Content-Length,Content-Profile,Preference-Applied"
)
_HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailers",
    "transfer-encoding",
    "upgrade",
    "host",
}
_OUT_OF_SCOPE = {
    "functions/v1": "Edge Functions",
    "graphql/v1": "GraphQL",
    "pg": "postgres-meta",
}

_SESSION: web.AppKey[ClientSession] = web.AppKey("session", ClientSession)
_log = logging.getLogger("gateway")


@web.middleware
async def keys_and_cors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer preflights, and settle which token the request carries (`request["token"]`)."""
    if request.method == "OPTIONS":
        asked = request.headers.get("Access-Control-Request-Headers", "*")
        return web.Response(
            status=200,
            headers={
                "Access-Control-Allow-Methods": METHODS,
                "Access-Control-Allow-Headers": asked,
                "Access-Control-Max-Age": "3600",
            },
        )
    request["token"] = effective_token(request)
    return await handler(request)


def effective_token(request: web.Request) -> str | None:
    """The user's token when there is one, else the API key as a legacy JWT, else None."""
    keys = request.config_dict[CONTEXT].keys
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() == "bearer" and token and not token.startswith("sb_"):
        return token
    key = request.headers.get("apikey") or request.query.get("apikey") or token
    return keys.as_jwt(key) if key else None


async def _add_cors(_: web.Request, response: web.StreamResponse) -> None:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = EXPOSED


async def rest(request: web.Request) -> web.StreamResponse:
    """Pass the request to PostgREST, the path undecoded, and stream its answer back."""
    context = request.config_dict[CONTEXT]
    raw = request.raw_path.removeprefix("/rest/v1") or "/"
    target = URL(
        f"http://127.0.0.1:{context.config.ports.postgrest}{raw if raw[0] == '/' else '/' + raw}",
        encoded=True,
    )
    headers = CIMultiDict(
        (name, value)
        for name, value in request.headers.items()
        if name.lower() not in _HOP_BY_HOP | {"authorization", "content-length"}
    )
    if request["token"]:
        headers["Authorization"] = f"Bearer {request['token']}"
    body = await request.read() if request.can_read_body else None
    session = request.config_dict[_SESSION]
    try:
        async with session.request(
            request.method, target, headers=headers, data=body, allow_redirects=False
        ) as answer:
            payload = await answer.read()
            kept = CIMultiDict(
                (name, value)
                for name, value in answer.headers.items()
                if name.lower() not in _HOP_BY_HOP | {"content-length", "date"}
                and not name.lower().startswith("access-control-")
            )
            response = web.Response(status=answer.status, headers=kept, body=payload)
            if request.method == "HEAD" and "Content-Length" in answer.headers:
                response.headers["Content-Length"] = answer.headers["Content-Length"]
            return response
    except (TimeoutError, ClientConnectionError) as error:
        _log.warning("PostgREST did not answer: %s", error)
        return web.json_response(
            {"message": "An invalid response was received from the upstream server"}, status=502
        )


async def not_emulated(request: web.Request) -> web.Response:
    """Say plainly which Supabase product is missing here."""
    for prefix, feature in _OUT_OF_SCOPE.items():
        if request.path.startswith(f"/{prefix}"):
            return web.json_response(
                {
                    "code": "not_emulated",
                    "message": f"{feature} is not part of the local devstack.",
                    "details": None,
                    "hint": "Use `supabase start` or a hosted project for it.",
                },
                status=501,
            )
    return web.json_response({"message": "no Route matched with those values"}, status=404)


class LivePool(AsyncConnectionPool[AsyncConnection[DictRow]]):
    """A pool that looks at a connection before it hands it out.

    `reset` cuts all connections at once; the library's own check would wait longer and longer
    after each dead one it finds.
    """

    async def getconn(self, timeout: float | None = None) -> AsyncConnection[DictRow]:
        """A connection that answers."""
        while True:
            conn = await super().getconn(timeout)
            try:
                await conn.execute("")
            except OperationalError:
                await self.putconn(conn)
            else:
                return conn


async def _pool(app: web.Application) -> AsyncIterator[None]:
    await app[CONTEXT].pool.open(wait=True, timeout=20)
    connector = TCPConnector(limit=100, keepalive_timeout=15)
    app[_SESSION] = ClientSession(
        connector=connector, auto_decompress=False, timeout=ClientTimeout(total=60)
    )
    yield
    await app[_SESSION].close()
    await app[CONTEXT].pool.close()


def create_app(config: StackConfig, keys: Keys) -> web.Application:
    """The gateway with everything behind it."""
    pool: Pool = LivePool(
        config.dsn("supabase_admin"),
        min_size=2,
        max_size=12,
        open=False,
        kwargs={"autocommit": True, "row_factory": dict_row},
        reconnect_timeout=60,
    )
    context = Context(config, keys, pool)
    app = web.Application(middlewares=[keys_and_cors], client_max_size=64 * 1024 * 1024)
    app[CONTEXT] = context
    app.cleanup_ctx.append(_pool)
    app.on_response_prepare.append(_add_cors)
    app.router.add_route("*", "/rest/v1", rest)
    app.router.add_route("*", "/rest/v1/{path:.*}", rest)
    app.add_subapp("/auth/v1", auth.create_app(context))
    app.add_subapp("/realtime/v1", realtime.create_app(context))
    app.add_subapp("/storage/v1", storage.create_app(context))
    app.router.add_route("*", "/{path:.*}", not_emulated)
    return app


def main() -> None:
    """Serve the stack described by a spec file (written by the supervisor)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spec", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(name)s: %(message)s")
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    logging.getLogger("psycopg.pool").setLevel(
        logging.ERROR
    )  # says the same thing many times a reset
    config = read_spec(arguments.spec)
    app = create_app(config, Keys.load(config.folder))
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    web.run_app(app, host="127.0.0.1", port=config.ports.gateway, print=None, shutdown_timeout=1.0)


if __name__ == "__main__":
    main()
