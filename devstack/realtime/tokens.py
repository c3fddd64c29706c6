"""What a token must be to open a socket or a channel, and the sentences that refuse it."""

from __future__ import annotations

import time
from typing import Any

from devstack.keys import Keys, TokenError

Claims = dict[str, Any]


class TokenRefusedError(Exception):
    """A token Realtime does not take; `code` and the message are Realtime's own."""

    def __init__(self, code: str, message: str, handshake: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.handshake = handshake or message  # the sentence of a refused connection

    @property
    def reason(self) -> str:
        """What an error reply to a join carries."""
        return f"{self.code}: {self}"


def check(keys: Keys, token: str) -> Claims:
    """Return the claims of a good token, with `role` and an `exp` ahead.

    Raises `TokenRefusedError`.
    """
    try:
        claims = keys.verify(token)
    except TokenError as error:
        match error.reason:
            case "expired":
                raise _expired(keys.expired_since(token)) from None
            case "signature":
                raise TokenRefusedError(
                    "JwtSignatureError", "Failed to validate JWT signature"
                ) from None
            case "malformed":
                raise TokenRefusedError(
                    "MalformedJWT", "The token provided is not a valid JWT"
                ) from None
            case _:
                raise TokenRefusedError("InvalidJWTToken", str(error)) from None
    role, exp = claims.get("role"), claims.get("exp")
    if not isinstance(role, str) or not role or not isinstance(exp, int):
        raise TokenRefusedError("InvalidJWTToken", "Fields `role` and `exp` are required in JWT")
    if exp <= time.time():
        raise _expired(int(time.time() - exp))
    return claims


def _expired(seconds: int) -> TokenRefusedError:
    return TokenRefusedError(
        "InvalidJWTToken", f"Token has expired {seconds} seconds ago", "Token has expired"
    )
