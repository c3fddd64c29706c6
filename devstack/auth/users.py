"""Rows of auth.users and auth.identities: find, make, change, and show them."""

from __future__ import annotations

import hashlib
import uuid
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from devstack.auth.errors import AuthError, EmailTaken, database_error
from devstack.auth.service import Connection, now

User = DictRow  # one row of auth.users

AUDIENCE = "authenticated"
ROLE = "authenticated"
_NO_INSTANCE = uuid.UUID(int=0)
_LOCK = {False: sql.SQL(""), True: sql.SQL("for update")}
_TOKENS = (
    "confirmation_token",
    "recovery_token",
    "email_change_token_new",
    "email_change_token_current",
    "reauthentication_token",
    "phone_change_token",
)
# Shown only when they have a value.
_OPTIONAL = (
    "email_confirmed_at",
    "phone_confirmed_at",
    "confirmed_at",
    "confirmation_sent_at",
    "recovery_sent_at",
    "email_change_sent_at",
    "invited_at",
    "reauthentication_sent_at",
    "last_sign_in_at",
    "banned_until",
    "deleted_at",
)


async def find_by_id(conn: Connection, user_id: uuid.UUID, *, lock: bool = False) -> User | None:
    """The user with this id; `lock` keeps others from changing the row meanwhile."""
    query = sql.SQL("select * from auth.users where id = %s {}").format(_LOCK[lock])
    return await (await conn.execute(query, (user_id,))).fetchone()


async def find_by_email(conn: Connection, email: str, *, lock: bool = False) -> User | None:
    """The user with this address, which must be in lower case."""
    query = sql.SQL("select * from auth.users where email = %s and not is_sso_user {}").format(
        _LOCK[lock]
    )
    return await (await conn.execute(query, (email,))).fetchone()


async def create(conn: Connection, **columns: Any) -> User:
    """Insert a user; a trigger that refuses it is a 500, a taken address `EmailTaken`."""
    stamp = now()
    columns = {
        "instance_id": _NO_INSTANCE,
        "id": uuid.uuid4(),
        "aud": AUDIENCE,
        "role": ROLE,
        "raw_app_meta_data": {},
        "raw_user_meta_data": {},
        "encrypted_password": "",
        "email_change": "",
        "created_at": stamp,
        "updated_at": stamp,
        **dict.fromkeys(_TOKENS, ""),
        **columns,
    }
    query = sql.SQL("insert into auth.users ({}) values ({}) returning id").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(sql.Placeholder() * len(columns)),
    )
    with database_error("Database error saving new user"):
        try:
            await conn.execute(query, [_adapt(value) for value in columns.values()])
        except psycopg.errors.UniqueViolation as error:
            if error.diag.constraint_name == "users_email_partial_key":
                raise EmailTaken from None
            raise
    # Read again: a trigger may have changed the row after it was inserted.
    user = await find_by_id(conn, columns["id"], lock=True)
    if user is None:
        raise AuthError(500, "unexpected_failure", "Database error saving new user")
    return user


async def create_with_email(
    conn: Connection,
    email: str,
    *,
    password_hash: str = "",
    data: dict[str, Any] | None = None,
    **columns: Any,
) -> User:
    """Insert an unconfirmed user with an address, and the identity that goes with it."""
    app_data = {"provider": "email", "providers": ["email"]}
    user = await create(
        conn,
        email=email,
        encrypted_password=password_hash,
        raw_user_meta_data=data or {},
        raw_app_meta_data=app_data,
        **columns,
    )
    await _create_identity(conn, user, email, verified=False, data=data)
    return user


async def update(conn: Connection, user: User, **columns: Any) -> User:
    """Change columns of a user; the row as it is then."""
    columns["updated_at"] = now()
    query = sql.SQL("update auth.users set {} where id = %s returning *").format(
        sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder()) for name in columns
        )
    )
    values = [_adapt(value) for value in columns.values()]
    with database_error("Database error updating user"):
        try:
            changed = await (await conn.execute(query, [*values, user["id"]])).fetchone()
        except psycopg.errors.UniqueViolation as error:
            if error.diag.constraint_name == "users_email_partial_key":
                raise EmailTaken from None
            raise
    if changed is None:
        raise AuthError(404, "user_not_found", "User not found")
    return changed


def merged(old: dict[str, Any] | None, new: dict[str, Any]) -> dict[str, Any]:
    """Metadata after an update: key by key, null deletes."""
    both = {**(old or {}), **new}
    return {key: value for key, value in both.items() if value is not None}


async def update_metadata(
    conn: Connection,
    user: User,
    *,
    data: dict[str, Any] | None = None,
    app_data: dict[str, Any] | None = None,
) -> User:
    """Merge into user_metadata and app_metadata."""
    columns: dict[str, Any] = {}
    if data is not None:
        columns["raw_user_meta_data"] = merged(user["raw_user_meta_data"], data)
    if app_data is not None:
        columns["raw_app_meta_data"] = merged(user["raw_app_meta_data"], app_data)
    return await update(conn, user, **columns) if columns else user


async def confirm(conn: Connection, user: User, *, by_mail: bool) -> User:
    """Mark the address as the user's own; `by_mail` when a code that was sent there proved it."""
    if by_mail and user["email"]:
        await _update_identity(conn, user, {"email_verified": True})
    await forget_tokens(conn, user, "confirmation_token")
    return await update(
        conn,
        user,
        email_confirmed_at=now(),
        confirmation_token="",
        raw_user_meta_data=merged(user["raw_user_meta_data"], {"email_verified": True}),
    )


async def set_email(conn: Connection, user: User, email: str, *, verified: bool) -> User:
    """Give the user this address at once, with its identity and provider."""
    details: dict[str, Any] = {"email": email} | ({"email_verified": True} if verified else {})
    if not await _update_identity(conn, user, details):
        await _create_identity(conn, user, email, verified=verified)
    app_data = dict(user["raw_app_meta_data"] or {})
    providers = list(app_data.get("providers") or [])
    if "email" not in providers:
        app_data |= {"providers": [*providers, "email"]}
        app_data.setdefault("provider", "email")
    return await update(conn, user, email=email, raw_app_meta_data=app_data)


async def clear_tokens(conn: Connection, user: User) -> dict[str, str]:
    """The columns that end every pending code; the rows in one_time_tokens go at once."""
    await forget_tokens(conn, user, *_TOKENS)
    return dict.fromkeys(_TOKENS, "")


async def forget_tokens(conn: Connection, user: User, *kinds: str) -> None:
    """Delete rows of one_time_tokens; the columns of auth.users are the caller's."""
    await conn.execute(
        "delete from auth.one_time_tokens where user_id = %s and token_type::text = any (%s)",
        (user["id"], list(kinds)),
    )


async def soft_delete(conn: Connection, user: User) -> None:
    """Empty the user but keep the row; the address becomes free again."""
    if user["deleted_at"] is not None:
        return

    def hidden(text: str | None) -> str | None:
        digest = hashlib.sha256(f"{user['id']}{text}".encode()).digest()
        return urlsafe_b64encode(digest).decode() if text else text

    await conn.execute("delete from auth.sessions where user_id = %s", (user["id"],))
    await conn.execute("delete from auth.mfa_factors where user_id = %s", (user["id"],))
    tokens = await clear_tokens(conn, user)
    await update(
        conn,
        user,
        email=hidden(user["email"]),
        phone=hidden(user["phone"]),
        email_change=hidden(user["email_change"]),
        phone_change=hidden(user["phone_change"]),
        encrypted_password="",
        raw_user_meta_data={},
        raw_app_meta_data={},
        deleted_at=now(),
        **tokens,
    )
    await conn.execute(
        """
        update auth.identities
        set provider_id = encode(sha256(convert_to(id::text || provider_id, 'UTF8')), 'hex'),
            identity_data = '{}'
        where user_id = %s
        """,
        (user["id"],),
    )


async def _create_identity(
    conn: Connection,
    user: User,
    email: str,
    *,
    verified: bool,
    data: dict[str, Any] | None = None,
) -> None:
    stamp = now()
    details = {
        **(data or {}),
        "sub": str(user["id"]),
        "email": email,
        "email_verified": verified,
        "phone_verified": False,
    }
    with database_error("Database error saving new user"):
        await conn.execute(
            """
            insert into auth.identities (provider_id, user_id, identity_data, provider,
                last_sign_in_at, created_at, updated_at, id)
            values (%s, %s, %s, 'email', %s, %s, %s, %s)
            """,
            (str(user["id"]), user["id"], Jsonb(details), stamp, stamp, stamp, uuid.uuid4()),
        )


async def _update_identity(conn: Connection, user: User, details: dict[str, Any]) -> bool:
    """Merge into the data of the user's e-mail identity; whether there is one."""
    cursor = await conn.execute(
        """
        update auth.identities set identity_data = identity_data || %s, updated_at = %s
        where user_id = %s and provider = 'email'
        """,
        (Jsonb(details), now(), user["id"]),
    )
    return cursor.rowcount > 0


def _adapt(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict) else value


def rfc3339(moment: datetime) -> str:
    """A time as the clients read it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


async def user_json(conn: Connection, user: User) -> dict[str, Any]:
    """The user as the clients see it, with identities."""
    rows = await conn.execute(
        "select * from auth.identities where user_id = %s order by created_at, id", (user["id"],)
    )
    return as_json(user, [_identity_json(row) async for row in rows])


def as_json(user: User, identities: list[dict[str, Any]]) -> dict[str, Any]:
    """The fields of a user that leave the server."""
    shown: dict[str, Any] = {
        "id": str(user["id"]),
        "aud": user["aud"] or "",
        "role": user["role"] or "",
        "email": user["email"] or "",
        "phone": user["phone"] or "",
    }
    shown |= {name: rfc3339(user[name]) for name in _OPTIONAL if user[name] is not None}
    if user["email_change"]:
        shown["new_email"] = user["email_change"]
    if user["phone_change"]:
        shown["new_phone"] = user["phone_change"]
    return {
        **shown,
        "app_metadata": user["raw_app_meta_data"] or {},
        "user_metadata": user["raw_user_meta_data"] or {},
        "identities": identities,
        "created_at": rfc3339(user["created_at"] or datetime.fromtimestamp(0, UTC)),
        "updated_at": rfc3339(user["updated_at"] or datetime.fromtimestamp(0, UTC)),
        "is_anonymous": user["is_anonymous"],
    }


def _identity_json(row: DictRow) -> dict[str, Any]:
    times = ("last_sign_in_at", "created_at", "updated_at")
    shown = {
        "identity_id": str(row["id"]),
        "id": row["provider_id"],
        "user_id": str(row["user_id"]),
        "identity_data": row["identity_data"],
        "provider": row["provider"],
        **{name: rfc3339(row[name]) for name in times if row[name] is not None},
    }
    return {**shown, "email": row["email"]} if row["email"] else shown
