"""Who asks: the role and the claims that row level security sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp import web

from devstack.context import CONTEXT
from devstack.keys import TokenError
from devstack.storage.errors import StorageError, access_denied, malformed

_MESSAGES = {
    "malformed": "Invalid Compact JWS",
    "signature": "signature verification failed",
    "expired": '"exp" claim timestamp check failed',
}


@dataclass(frozen=True, slots=True)
class Caller:
    """One token's bearer."""

    role: str
    claims: Mapping[str, Any]
    token: str

    @property
    def owner_id(self) -> str | None:
        """Whose the uploaded objects are: the token's `sub`, which API keys do not have."""
        sub = self.claims.get("sub")
        return sub if isinstance(sub, str) and sub else None


#: As whom the server itself writes, after policies were asked.
SERVICE = Caller("service_role", {"role": "service_role"}, "")


def as_uuid(text: str | None) -> UUID | None:
    """The UUID that a text is, for the deprecated `owner` columns."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def token_message(error: TokenError) -> str:
    """What the real server says about a token that it does not trust."""
    return _MESSAGES.get(error.reason, str(error))


def caller_of(request: web.Request) -> Caller:
    """The bearer of the request's token; raises when there is none or it is not good."""
    token: str | None = request["token"]
    if token is None:
        raise malformed("headers must have required property 'authorization'")
    try:
        claims = request.app[CONTEXT].keys.verify(token)
    except TokenError as error:
        raise access_denied(token_message(error)) from None
    role = claims.get("role")
    return Caller(role if isinstance(role, str) and role else "anon", claims, token)


def caller_if_any(request: web.Request) -> Caller | None:
    """The bearer of the request's token, or None when it has no good one.

    For the routes that also serve public buckets, where a stale token must not be in the way.
    """
    try:
        return caller_of(request) if request["token"] is not None else None
    except StorageError:
        return None
