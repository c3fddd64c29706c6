"""Sessions, their refresh tokens, and the answers that carry them."""

from __future__ import annotations

import ipaddress
import secrets
import string
import time
import uuid
from datetime import timedelta
from typing import Any, LiteralString

from aiohttp import web
from psycopg.rows import DictRow

from devstack.auth import users
from devstack.auth.errors import AuthError, invalid
from devstack.auth.service import Auth, Connection, now
from devstack.auth.users import User

TOKEN_LENGTH = 12
_ALPHABET = string.ascii_lowercase + string.digits


async def sign_in(
    auth: Auth, conn: Connection, request: web.Request, user: User, method: str
) -> dict[str, Any]:
    """Start a session; the token response. `method` is how the user proved who they are."""
    stamp = now()
    user = await users.update(conn, user, last_sign_in_at=stamp)
    session_id = uuid.uuid4()
    await conn.execute(
        """
        insert into auth.sessions (id, user_id, created_at, updated_at, aal, user_agent, ip)
        values (%s, %s, %s, %s, 'aal1', %s, %s)
        """,
        (session_id, user["id"], stamp, stamp, _user_agent(request), _ip(request)),
    )
    await conn.execute(
        """
        insert into auth.mfa_amr_claims
            (id, session_id, created_at, updated_at, authentication_method)
        values (%s, %s, %s, %s, %s)
        """,
        (uuid.uuid4(), session_id, stamp, stamp, method),
    )
    token = await _add_token(conn, user["id"], session_id, parent=None)
    return await _response(auth, conn, user, session_id, token)


async def refresh(
    auth: Auth, conn: Connection, request: web.Request, token: str
) -> dict[str, Any] | AuthError:
    """The token response for a refresh token.

    A refusal is returned, not raised: the end of an abused session must be committed.
    """
    if len(token) < TOKEN_LENGTH:
        return invalid("Refresh token is not valid")
    not_found = AuthError(
        400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found"
    )
    # The lock makes two refreshes of one session wait for each other.
    session = await _one(
        conn,
        """
        select * from auth.sessions
        where id = (select session_id from auth.refresh_tokens where token = %s)
        for update
        """,
        token,
    )
    row = await _one(conn, "select * from auth.refresh_tokens where token = %s", token)
    user = await users.find_by_id(conn, session["user_id"]) if session else None
    if session is None or row is None or user is None:
        return not_found
    if is_banned(user):
        return AuthError(400, "user_banned", "Invalid Refresh Token: User Banned")
    if session["not_after"] is not None and session["not_after"] < now():
        return AuthError(400, "session_expired", "Invalid Refresh Token: Session Expired")
    session_id: uuid.UUID = session["id"]
    reuse = timedelta(seconds=auth.settings.reuse_interval)
    active = await _one(
        conn,
        "select * from auth.refresh_tokens where session_id = %s and not revoked"
        " order by id desc limit 1",
        session_id,
    )
    if row["revoked"] and active is not None and active["parent"] == token:
        issued = str(active["token"])  # the client lost the answer with its new token
    elif not row["revoked"] or row["updated_at"] + reuse > now():
        if not row["revoked"]:
            await _revoke(conn, "token = %s", token)
        issued = await _add_token(conn, user["id"], session_id, parent=token)
    else:
        await _revoke(conn, "session_id = %s", session_id)
        return AuthError(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used")
    await conn.execute(
        "update auth.sessions set refreshed_at = %s, updated_at = %s, user_agent = %s, ip = %s"
        " where id = %s",
        (now().replace(tzinfo=None), now(), _user_agent(request), _ip(request), session_id),
    )
    return await _response(auth, conn, user, session_id, issued)


async def find(conn: Connection, session_id: uuid.UUID) -> DictRow | None:
    """The session with this id."""
    return await _one(conn, "select * from auth.sessions where id = %s", session_id)


async def end_all(conn: Connection, user: User, *, but: uuid.UUID | None = None) -> None:
    """End every session of a user, or every other one."""
    await conn.execute(
        "delete from auth.sessions where user_id = %s and id is distinct from %s",
        (user["id"], but),
    )


async def end(conn: Connection, session_id: uuid.UUID) -> None:
    """End one session."""
    await conn.execute("delete from auth.sessions where id = %s", (session_id,))


def is_banned(user: User) -> bool:
    """Whether the user is kept out at this moment."""
    return user["banned_until"] is not None and user["banned_until"] > now()


async def _one(conn: Connection, query: LiteralString, value: object) -> DictRow | None:
    return await (await conn.execute(query, (value,))).fetchone()


async def _add_token(
    conn: Connection, user_id: uuid.UUID, session_id: uuid.UUID, *, parent: str | None
) -> str:
    token = "".join(secrets.choice(_ALPHABET) for _ in range(TOKEN_LENGTH))
    stamp = now()
    await conn.execute(
        """
        insert into auth.refresh_tokens
            (instance_id, token, user_id, revoked, created_at, updated_at, parent, session_id)
        values (%s, %s, %s, false, %s, %s, %s, %s)
        """,
        (uuid.UUID(int=0), token, str(user_id), stamp, stamp, parent, session_id),
    )
    return token


async def _revoke(conn: Connection, which: LiteralString, value: object) -> None:
    query = "update auth.refresh_tokens set revoked = true, updated_at = %s where not revoked and "
    await conn.execute(query + which, (now(), value))


async def _response(
    auth: Auth, conn: Connection, user: User, session_id: uuid.UUID, refresh_token: str
) -> dict[str, Any]:
    rows = await conn.execute(
        "select authentication_method, updated_at from auth.mfa_amr_claims"
        " where session_id = %s order by updated_at desc",
        (session_id,),
    )
    amr = [
        {"method": row["authentication_method"], "timestamp": int(row["updated_at"].timestamp())}
        async for row in rows
    ]
    issued_at = int(time.time())
    expires_at = issued_at + auth.settings.jwt_expiry
    access_token = auth.context.keys.sign(
        {
            "iss": auth.url,
            "sub": str(user["id"]),
            "aud": user["aud"] or users.AUDIENCE,
            "exp": expires_at,
            "iat": issued_at,
            "email": user["email"] or "",
            "phone": user["phone"] or "",
            "app_metadata": user["raw_app_meta_data"] or {},
            "user_metadata": user["raw_user_meta_data"] or {},
            "role": user["role"] or users.ROLE,
            "aal": "aal1",
            "amr": amr,
            "session_id": str(session_id),
            "is_anonymous": user["is_anonymous"],
        }
    )
    return {
        "access_token": access_token,
        "token_type": "bearer",
        "expires_in": auth.settings.jwt_expiry,
        "expires_at": expires_at,
        "refresh_token": refresh_token,
        "user": await users.user_json(conn, user),
    }


def _user_agent(request: web.Request) -> str:
    return request.headers.get("User-Agent", "").encode("utf-8", "replace").decode()


def _ip(request: web.Request) -> str | None:
    try:
        return str(ipaddress.ip_address(request.remote or ""))
    except ValueError:
        return None
