"""What every handler of Storage finds in its application."""

from __future__ import annotations

from aiohttp import web

from devstack.context import CONTEXT, Pool
from devstack.storage.files import Files

FILES: web.AppKey[Files] = web.AppKey("storage_files", Files)


def pool_of(request: web.Request) -> Pool:
    """The database connections."""
    return request.app[CONTEXT].pool


def files_of(request: web.Request) -> Files:
    """Where the bytes are."""
    return request.app[FILES]
