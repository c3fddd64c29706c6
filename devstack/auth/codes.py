"""One-time codes: six digits for people, a hash of them in the database and in links.

A code is kept in a column of auth.users, which says until when it is good, and in
auth.one_time_tokens. Whoever knows the code or the hash is who the mail was sent to.
"""

from __future__ import annotations

import hashlib
import math
import secrets
import uuid
from dataclasses import dataclass
from enum import StrEnum

from psycopg import sql

from devstack.auth import users
from devstack.auth.errors import AuthError
from devstack.auth.service import Connection, expired, now
from devstack.auth.users import User
from devstack.config import AuthSettings

PKCE_PREFIX = "pkce_"


class Kind(StrEnum):
    """What a code is for; the name of its column and of its one_time_token_type."""

    CONFIRMATION = "confirmation_token"
    RECOVERY = "recovery_token"
    REAUTHENTICATION = "reauthentication_token"
    EMAIL_CHANGE_NEW = "email_change_token_new"
    EMAIL_CHANGE_CURRENT = "email_change_token_current"

    @property
    def sent_at(self) -> str:
        """The column that says when the code was made."""
        if self in (Kind.EMAIL_CHANGE_NEW, Kind.EMAIL_CHANGE_CURRENT):
            return "email_change_sent_at"
        return self.replace("_token", "_sent_at")


@dataclass(frozen=True, slots=True)
class Code:
    """A fresh code and the hash that the database knows it by."""

    otp: str
    hash: str


def code_hash(address: str, otp: str) -> str:
    """The hash of a code that was sent to this address."""
    return hashlib.sha224((address + otp).encode()).hexdigest()


async def issue(
    conn: Connection,
    user: User,
    kind: Kind,
    settings: AuthSettings,
    *,
    address: str | None = None,
    pkce: bool = False,
) -> tuple[User, Code]:
    """Make a code for the user's address (or another one) in place of an earlier one."""
    address = address or user["email"] or ""
    otp = "".join(secrets.choice("0123456789") for _ in range(settings.otp_length))
    token = (PKCE_PREFIX if pkce else "") + code_hash(address, otp)
    user = await users.update(conn, user, **{kind.value: token, kind.sent_at: now()})
    await conn.execute(
        """
        insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to)
        values (%(id)s, %(user)s, %(kind)s, %(hash)s, %(address)s)
        on conflict (user_id, token_type) do update
        set id = excluded.id, token_hash = excluded.token_hash,
            relates_to = excluded.relates_to, created_at = now(), updated_at = now()
        """,
        {
            "id": uuid.uuid4(),
            "user": user["id"],
            "kind": kind.value,
            "hash": token,
            "address": address,
        },
    )
    return user, Code(otp, token)


def check_frequency(user: User, kind: Kind, settings: AuthSettings) -> None:
    """Refuse a second mail too soon after the first."""
    sent = user[kind.sent_at]
    if not expired(sent, settings.max_frequency):
        left = settings.max_frequency - (now() - sent).total_seconds()
        raise AuthError(
            429,
            "over_email_send_rate_limit",
            "For security purposes, you can only request this after"
            f" {max(1, math.ceil(left))} seconds.",
        )


async def find(
    conn: Connection, token: str, kinds: tuple[Kind, ...], settings: AuthSettings
) -> tuple[User, Kind] | None:
    """Who this hash was sent to and what for; None when it is wrong, used or too old."""
    for kind in kinds:
        query = sql.SQL("select * from auth.users where {} = %s for update").format(
            sql.Identifier(kind.value)
        )
        user = await (await conn.execute(query, (token,))).fetchone()
        if user is not None and not expired(user[kind.sent_at], settings.otp_expiry):
            return user, kind
    return None


async def spend(conn: Connection, user: User, kind: Kind) -> User:
    """End a code."""
    await users.forget_tokens(conn, user, kind)
    return await users.update(conn, user, **{kind.value: ""})
