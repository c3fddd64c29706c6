"""Who is asking: a signed-in user, or an administrator."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from devstack.auth import sessions, users
from devstack.auth.errors import AuthError, invalid
from devstack.auth.service import AUTH, Connection
from devstack.auth.users import User
from devstack.keys import TokenError

ADMIN_ROLES = {"service_role", "supabase_admin"}
_REASONS = {
    "expired": "token has invalid claims: token is expired",
    "signature": "token signature is invalid: signature is invalid",
    "malformed": "token is malformed: token contains an invalid number of segments",
}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The user behind a request, and the session of the token when it names one."""

    user: User
    session_id: uuid.UUID | None


def claims_of(request: web.Request) -> dict[str, Any]:
    """The claims of the request's token, which must be one of ours."""
    token = request.get("token")
    if not token:
        raise AuthError(401, "no_authorization", "This endpoint requires a valid Bearer token")
    try:
        return request.app[AUTH].context.keys.verify(str(token))
    except TokenError as error:
        reason = _REASONS.get(error.reason, str(error))
        raise _bad_jwt(f"invalid JWT: unable to parse or verify signature, {reason}") from None


def require_admin(request: web.Request) -> None:
    """Refuse everyone but the service role."""
    role = claims_of(request).get("role")
    if not isinstance(role, str) or role not in ADMIN_ROLES:
        raise AuthError(403, "not_admin", "User not allowed")


async def signed_in(request: web.Request, conn: Connection, *, lock: bool = False) -> SignedIn:
    """The user of the request's token, who must still be there, with the session."""
    claims = claims_of(request)
    subject = claims.get("sub")
    if not subject:
        raise _bad_jwt("invalid claim: missing sub claim")
    user = await users.find_by_id(conn, _uuid(subject, "sub"), lock=lock)
    if user is None:
        raise AuthError(403, "user_not_found", "User from sub claim in JWT does not exist")
    session_id = None
    if claims.get("session_id"):
        session_id = _uuid(claims["session_id"], "session_id")
        session = await sessions.find(conn, session_id)
        if session is None or session["user_id"] != user["id"]:
            raise AuthError(
                403, "session_not_found", "Session from session_id claim in JWT does not exist"
            )
    if sessions.is_banned(user):
        raise AuthError(403, "user_banned", "User is banned")
    audience = claims.get("aud")
    if users.AUDIENCE not in (audience if isinstance(audience, list) else [audience]):
        raise invalid("Token audience doesn't match request audience")
    return SignedIn(user, session_id)


def _uuid(value: object, claim: str) -> uuid.UUID:
    try:
        return uuid.UUID(str(value))
    except ValueError:
        raise _bad_jwt(f"invalid claim: {claim} claim must be a UUID") from None


def _bad_jwt(message: str) -> AuthError:
    return AuthError(403, "bad_jwt", message)
