"""The tokens inside signed URLs: a path, what it may be used for, and until when."""

from __future__ import annotations

import time
from typing import Any

from devstack.keys import Keys, TokenError
from devstack.storage.caller import token_message
from devstack.storage.errors import invalid_jwt, invalid_signature

UPLOAD_SECONDS = 2 * 60 * 60  # how long a signed upload URL is good for


def download_token(keys: Keys, path: str, expires_in: int) -> str:
    """A token to read the object at `<bucket>/<name>`."""
    return _sign(keys, {"url": path, "scope": "download"}, expires_in)


def upload_token(keys: Keys, path: str, *, owner_id: str | None, upsert: bool) -> str:
    """A token to write the object at `<bucket>/<name>` as this owner."""
    claims = {"url": path, "scope": "upload", "upsert": upsert}
    return _sign(keys, claims | ({"owner": owner_id} if owner_id else {}), UPLOAD_SECONDS)


def verify(keys: Keys, token: str, *, path: str, scope: str) -> dict[str, Any]:
    """The claims of a token that was made for this path and this use; else raises."""
    try:
        claims = keys.verify(token)
    except TokenError as error:
        raise invalid_jwt(token_message(error)) from None
    # The scope also keeps users' access tokens out, which are signed with the same key.
    if claims.get("url") != path or claims.get("scope") != scope or "exp" not in claims:
        raise invalid_signature()
    return claims


def _sign(keys: Keys, claims: dict[str, Any], expires_in: int) -> str:
    now = int(time.time())
    return keys.sign({**claims, "iat": now, "exp": now + expires_in})
