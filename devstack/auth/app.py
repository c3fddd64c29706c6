"""Puts the endpoints together and turns whatever they raise into Auth's error bodies."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import psycopg
from aiohttp import web

from devstack.auth.endpoints import account, admin, info, links, mails, off, signup, token, verify
from devstack.auth.errors import AuthError, error_response
from devstack.auth.mailer import Mailer
from devstack.auth.service import AUTH, Auth
from devstack.context import Context

DATABASE_PATIENCE = 10.0  # seconds to wait for a database that is being reset
_RETRY_PAUSE = 0.2  # seconds
_log = logging.getLogger("auth")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every failure in Auth's shape."""
    try:
        return await handler(request)
    except AuthError as error:
        return error_response(request, error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status, "validation_failed")
        return error_response(request, AuthError(error.status, code, error.reason))
    except (psycopg.DataError, UnicodeError) as error:
        # A value Postgres has no room for, such as a NUL in a query parameter.
        return error_response(request, AuthError(400, "validation_failed", str(error)))
    except Exception as error:
        _log.exception("%s %s failed", request.method, request.path)
        message = (
            "Database error"
            if isinstance(error, psycopg.Error)
            else "Unexpected failure, please check server logs for more information"
        )
        return error_response(request, AuthError(500, "unexpected_failure", message))


@web.middleware
async def outlive_resets(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Run the request again when its connection died, because the database was replaced.

    Every endpoint works in transactions and mails only after the last, so nothing happens twice.
    """
    end = time.monotonic() + DATABASE_PATIENCE
    while True:
        try:
            return await handler(request)
        except psycopg.OperationalError as error:
            if time.monotonic() > end:
                raise
            _log.warning("the database is away (%s); trying again", str(error).partition("\n")[0])
            await asyncio.sleep(_RETRY_PAUSE)


async def _mail(app: web.Application) -> AsyncIterator[None]:
    yield
    await app[AUTH].mailer.close()


def create_app(context: Context) -> web.Application:
    """Auth as an application to be mounted at `/auth/v1`."""
    app = web.Application(middlewares=[answer_errors, outlive_resets])
    app[AUTH] = Auth(context, Mailer(context.config.ports.smtp))
    app.cleanup_ctx.append(_mail)
    for module in (signup, token, account, mails, verify, admin, links, info, off):
        app.add_routes(module.routes)
    return app
