"""Supabase Storage, emulated: rows in `storage.objects`, bytes in files, policies in between.

The wire contract is the real server's; what is left out answers 501 (see `missing`). Requests
know nothing of each other: every one reads its bucket and asks the policies anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from devstack.context import CONTEXT, Context
from devstack.storage import bucket, listing, missing, reading, signing, writing
from devstack.storage.errors import render_errors
from devstack.storage.files import Files
from devstack.storage.state import FILES


async def _sweep(app: web.Application) -> AsyncIterator[None]:
    await asyncio.to_thread(app[FILES].sweep)
    yield


def create_app(context: Context) -> web.Application:
    """What the gateway mounts at /storage/v1."""
    app = web.Application(middlewares=[render_errors])
    app[CONTEXT] = context
    app[FILES] = Files(context.config.folder / "storage")
    app.cleanup_ctx.append(_sweep)
    for module in (missing, bucket, listing, signing, writing, reading):
        app.add_routes(module.ROUTES)
    return app
