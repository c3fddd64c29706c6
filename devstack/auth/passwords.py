"""Passwords: how strong, how they are kept, and whether one matches."""

from __future__ import annotations

import asyncio
import re
import secrets

import argon2
import bcrypt

from devstack.auth.errors import AuthError, invalid
from devstack.config import AuthSettings

MAX_BYTES = 72  # what bcrypt looks at
# Supabase uses 10. Local passwords guard nothing, and tests sign up often.
BCRYPT_COST = 6
_BCRYPT = re.compile(r"\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}")
_ARGON2 = re.compile(r"\$argon2(i|id)\$v=19\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+")


def weakness(password: str, settings: AuthSettings) -> dict[str, object] | None:
    """Why a password is too weak, as the clients expect it; None when it is not."""
    if len(password.encode()) >= settings.minimum_password_length:
        return None
    return {
        "message": f"Password should be at least {settings.minimum_password_length} characters.",
        "reasons": ["length"],
    }


def check_password(password: str, settings: AuthSettings) -> None:
    """Refuse a new password that is too long or too weak."""
    if len(password.encode()) > MAX_BYTES:
        raise invalid(f"Password cannot be longer than {MAX_BYTES} characters")
    if weak := weakness(password, settings):
        raise AuthError(
            422, "weak_password", str(weak["message"]), {"weak_password": {"reasons": ["length"]}}
        )


def check_hash(text: str) -> None:
    """Refuse a hash made elsewhere that could never match."""
    if not (_BCRYPT.fullmatch(text) or _ARGON2.fullmatch(text)):
        raise invalid("Password hash must be a valid bcrypt or argon2 (version 19) hash")


def random_password() -> str:
    """A password nobody knows, for users who never had one."""
    return secrets.token_urlsafe(48)


async def hash_password(password: str) -> str:
    """What `auth.users.encrypted_password` keeps."""
    salt = bcrypt.gensalt(BCRYPT_COST, prefix=b"2a")
    return (await asyncio.to_thread(bcrypt.hashpw, password.encode(), salt)).decode()


async def password_matches(password: str, stored: str | None) -> bool:
    """Whether this password made that hash; never true for an unknown kind of hash."""
    if not stored or not password:
        return False
    return await asyncio.to_thread(_matches, password, stored)


def _matches(password: str, stored: str) -> bool:
    if _BCRYPT.fullmatch(stored):
        return bcrypt.checkpw(password.encode()[:MAX_BYTES], stored.encode())
    if _ARGON2.fullmatch(stored):
        try:
            return argon2.PasswordHasher().verify(stored, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False
    return False
