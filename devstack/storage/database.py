"""Transactions that run as somebody: the role and the claims of the caller, set for one call.

Policies decide with exactly what they see on Supabase: the role, `request.jwt.claims` and
`storage.operation`. Nothing is remembered between two transactions, because the database may be
replaced at any moment.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow

from devstack.context import Pool
from devstack.storage.caller import Caller
from devstack.storage.errors import access_denied

Connection = AsyncConnection[DictRow]

RETRY_FOR = 5.0  # seconds in which a database that is being replaced comes back
_PAUSE = 0.1  # seconds between two attempts

# One statement. The role must be one that `authenticator` may become: a token cannot reach
# further than through PostgREST, although our own connection is a superuser's.
_BECOME = """
    select
        set_config('role', rolname, true),
        set_config('request.jwt.claims', %(claims)s, true),
        set_config('request.jwt.claim.role', rolname, true),
        set_config('request.jwt.claim.sub', %(sub)s, true),
        set_config('request.jwt', %(token)s, true),
        set_config('storage.operation', %(operation)s, true),
        set_config('storage.allow_delete_query', 'true', true)
    from pg_catalog.pg_roles
    where rolname = %(role)s and pg_has_role('authenticator', oid, 'member')
"""


@asynccontextmanager
async def acting_as(
    pool: Pool, caller: Caller, operation: str, *, rehearse: bool = False
) -> AsyncIterator[Connection]:
    """One transaction as this caller; with `rehearse` it is rolled back whatever happens.

    A rehearsal is how a write is tested against the policies before the bytes are taken.
    """
    deadline = time.monotonic() + RETRY_FOR
    while True:
        try:
            async with AsyncExitStack() as stack:
                conn = await stack.enter_async_context(pool.connection())
                await stack.enter_async_context(conn.transaction(force_rollback=rehearse))
                await _become(conn, caller, operation)
                opened = stack.pop_all()
            break
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(_PAUSE)
    async with opened:
        yield conn


async def _become(conn: Connection, caller: Caller, operation: str) -> None:
    values = {
        "role": caller.role,
        "claims": json.dumps(dict(caller.claims)),
        "sub": caller.owner_id or "",
        "token": caller.token,
        "operation": operation,
    }
    if (await conn.execute(_BECOME, values)).rowcount == 0:
        raise access_denied(f'permission denied to set role "{caller.role}"')
