"""Mints visitors' tokens. The one place that holds a signing key.

A visitor's token says role `visitor` and four ids, all decided by the database; nothing a
browser sends gets into it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt
from jwt import PyJWK

from backend.settings import Settings

TOKEN_LIFETIME = timedelta(minutes=30)  # at most an hour (D5); short, because it cannot be revoked
ISSUER = "supadesk"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorIdentity:
    """Whose token it is."""

    account_id: str
    inbox_id: str
    contact_id: str
    contact_inbox_id: str


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A signed token and when it ends (Unix seconds)."""

    token: str
    expires_at: int


class VisitorTokens:
    """Signs tokens with the project's own ES256 key or, for old projects, its HS256 secret."""

    def __init__(self, settings: Settings) -> None:
        self._headers: dict[str, str] = {}
        self._key: Any
        if settings.supabase_jwt_signing_key is not None:
            jwk = json.loads(settings.supabase_jwt_signing_key.get_secret_value())
            self._key, self._algorithm = PyJWK(jwk, algorithm="ES256").key, "ES256"
            self._headers = {"kid": jwk["kid"]}
        else:
            assert settings.supabase_jwt_secret is not None  # load_settings sees to it
            self._key = settings.supabase_jwt_secret.get_secret_value()
            self._algorithm = "HS256"

    def mint(self, visitor: VisitorIdentity, *, now: float | None = None) -> AccessToken:
        """A token for this visitor."""
        issued = int(time.time() if now is None else now)
        expires = issued + int(TOKEN_LIFETIME.total_seconds())
        claims = {
            "iss": ISSUER,
            "aud": visitor.inbox_id,
            "sub": visitor.contact_inbox_id,
            "role": "visitor",
            "account_id": visitor.account_id,
            "inbox_id": visitor.inbox_id,
            "contact_id": visitor.contact_id,
            "contact_inbox_id": visitor.contact_inbox_id,
            "iat": issued,
            "exp": expires,
        }
        token = jwt.encode(claims, self._key, algorithm=self._algorithm, headers=self._headers)
        return AccessToken(token, expires)


def new_refresh_token() -> str:
    """An opaque token for the browser; we keep only its hash."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """SHA-256 in hex: the tokens are random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
