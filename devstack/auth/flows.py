"""PKCE: a mail's link gives a code that only the client who asked for the mail can exchange."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import uuid
from dataclasses import dataclass

from devstack.auth import users
from devstack.auth.body import Body
from devstack.auth.errors import AuthError, invalid
from devstack.auth.service import Connection, expired, now
from devstack.auth.users import User

CODE_LIFETIME = 300.0  # seconds from the click to the exchange
_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the client will prove it knows the origin of."""

    text: str
    method: str


def read_challenge(body: Body) -> Challenge | None:
    """The PKCE challenge of a request, None for the implicit flow."""
    text, method = body.text("code_challenge"), body.text("code_challenge_method").lower()
    if not text and not method:
        return None
    if not text or not method:
        raise invalid("PKCE flow requires code_challenge_method and code_challenge")
    if not 43 <= len(text) <= 128:
        raise invalid("code challenge has to be between 43 and 128 characters")
    if not _CHALLENGE.fullmatch(text):
        raise invalid(
            "code challenge can only contain alphanumeric characters,"
            " hyphens, periods, underscores and tildes"
        )
    if method not in ("s256", "plain"):
        raise invalid(f"unsupported code_challenge method {method}")
    return Challenge(text, method)


async def remember(conn: Connection, user: User, challenge: Challenge, method: str) -> None:
    """Keep the challenge until the user follows the link; `method` ends up in the JWT's amr."""
    await conn.execute(
        """
        insert into auth.flow_state (id, user_id, auth_code, code_challenge_method,
            code_challenge, provider_type, authentication_method, created_at, updated_at)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            uuid.uuid4(),
            user["id"],
            str(uuid.uuid4()),
            challenge.method,
            challenge.text,
            method,
            method,
            now(),
            now(),
        ),
    )


async def issue_code(conn: Connection, user: User, method: str) -> str:
    """The auth code for the newest flow of this kind."""
    stamp = now()
    row = await (
        await conn.execute(
            """
            update auth.flow_state set auth_code_issued_at = %s, updated_at = %s
            where id = (
                select id from auth.flow_state
                where user_id = %s and authentication_method = %s
                order by created_at desc limit 1)
            returning auth_code
            """,
            (stamp, stamp, user["id"], method),
        )
    ).fetchone()
    if row is None:
        raise AuthError(400, "flow_state_not_found", "No associated flow state found.")
    return str(row["auth_code"])


async def exchange(conn: Connection, auth_code: str, verifier: str) -> tuple[User, str]:
    """The user and method of a code, which is used up."""
    if not auth_code or not verifier:
        raise invalid("invalid request: both auth code and code verifier should be non-empty")
    row = await (
        await conn.execute(
            "select * from auth.flow_state where auth_code = %s for update", (auth_code,)
        )
    ).fetchone()
    user = await users.find_by_id(conn, row["user_id"], lock=True) if row else None
    if row is None or user is None:
        raise AuthError(
            404, "flow_state_not_found", "invalid flow state, no valid flow state found"
        )
    if expired(row["auth_code_issued_at"], CODE_LIFETIME):
        raise AuthError(422, "flow_state_expired", "invalid flow state, flow state has expired")
    if not _proves(verifier, row["code_challenge"], row["code_challenge_method"]):
        raise AuthError(
            400,
            "bad_code_verifier",
            "code challenge does not match previously saved code verifier",
        )
    await conn.execute("delete from auth.flow_state where id = %s", (row["id"],))
    return user, str(row["authentication_method"])


def _proves(verifier: str, challenge: str, method: str) -> bool:
    if method == "s256":
        digest = hashlib.sha256(verifier.encode()).digest()
        verifier = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return hmac.compare_digest(verifier.encode(), challenge.encode())
