"""The whole simulator as one web application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from aiohttp import hdrs, web

from devstack.simulator.control import Control, mistakes_are_answers
from devstack.simulator.post import Postman
from devstack.simulator.providers import providers
from devstack.simulator.sign_in import SignIn
from devstack.simulator.world import World

PAGE = Path(__file__).parent / "page"
MAX_BODY = 110 * 1024 * 1024  # the largest file any provider takes, and some room
_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost"})
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self' blob:; connect-src 'self'; form-action 'none'; base-uri 'none';"
    " frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keep other web pages out: by name they get no answer, and they cannot send JSON unasked."""
    if request.url.host not in _LOCAL_HOSTS:
        raise web.HTTPMisdirectedRequest(text="The simulator answers on this machine only.")
    own = request.path.startswith("/control/")
    if own and request.method == hdrs.METH_POST and request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="JSON, please.")
    with mistakes_are_answers():
        return await handler(request)


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)


async def _index(_: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE / "index.html")


def create_app(world: World) -> web.Application:
    """Everything behind one port: each provider below its channel's name, the control API, the page."""
    app = web.Application(client_max_size=MAX_BODY, middlewares=[guard])
    postman = Postman(world)
    made = providers(world, postman)
    for provider in made.values():
        for method, path, handler in provider.routes():
            app.router.add_route(method, f"/{provider.channel}{path}", handler)
    app.add_routes(Control(world, made).routes())
    app.add_routes(SignIn().routes())
    app.router.add_get("/", _index)
    app.router.add_static("/page", PAGE)
    app.on_response_prepare.append(_add_headers)

    async def running(_: web.Application) -> AsyncIterator[None]:
        await postman.open()
        watching = [asyncio.create_task(provider.watch()) for provider in made.values()]
        yield
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
        await postman.close()

    app.cleanup_ctx.append(running)
    return app
