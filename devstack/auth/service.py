"""What every endpoint of Auth works with: settings, keys, the database and the mailer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aiohttp import web
from psycopg import AsyncConnection
from psycopg.rows import DictRow

from devstack.auth.mailer import Mailer
from devstack.config import AuthSettings
from devstack.context import Context

Connection = AsyncConnection[DictRow]


@dataclass(frozen=True, slots=True)
class Auth:
    """One stack's Auth."""

    context: Context
    mailer: Mailer

    @property
    def settings(self) -> AuthSettings:
        """The `[auth]` settings of config.toml."""
        return self.context.config.auth

    @property
    def url(self) -> str:
        """Where strangers reach Auth; also the issuer of its tokens."""
        return f"{self.context.config.url}/auth/v1"

    @property
    def autoconfirm(self) -> bool:
        """Whether a sign-up needs no confirmation mail."""
        return not self.settings.confirm_email

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A transaction as the role and with the search path of the real Auth.

        A user's trigger therefore has the rights it would have on Supabase, and no more.
        """
        async with self.context.pool.connection() as conn, conn.transaction():
            await conn.execute(
                "select set_config('role', 'supabase_auth_admin', true),"
                " set_config('search_path', 'auth', true)"
            )
            yield conn


AUTH: web.AppKey[Auth] = web.AppKey("auth", Auth)


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def expired(moment: datetime | None, seconds: float) -> bool:
    """Whether what began at this moment is older than it may be; what never began is."""
    return moment is None or moment + timedelta(seconds=seconds) < now()
