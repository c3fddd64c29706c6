"""The one way Auth fails: a status, a stable code and a sentence, in one of two shapes."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from aiohttp import web

API_VERSION = "2024-01-01"  # from this version on, `code` is the string code
_VERSION_HEADER = "X-Supabase-Api-Version"
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_log = logging.getLogger("auth")


class AuthError(Exception):
    """A refusal; `extra` are further keys of its body."""

    def __init__(
        self, status: int, code: str, message: str, extra: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.extra = extra or {}


class EmailTaken(AuthError):
    """Somebody else has this address."""

    def __init__(self) -> None:
        super().__init__(
            422,
            "email_exists",
            "A user with this email address has already been registered",
        )


def invalid(message: str, status: int = 400) -> AuthError:
    """The error for a request that makes no sense."""
    return AuthError(status, "validation_failed", message)


def not_emulated(feature: str) -> AuthError:
    """The error for what the real Auth can do and this one cannot."""
    return AuthError(
        501,
        "not_implemented",
        f"{feature} is not emulated by the local Auth; see devstack/README.md",
    )


@contextmanager
def database_error(message: str) -> Iterator[None]:
    """Turn what the database refuses, mostly a user's trigger, into a 500 with this message."""
    try:
        yield
    except psycopg.OperationalError:
        raise  # a lost connection: the request is run again
    except psycopg.Error as error:
        _log.warning("%s: %s", message, error.diag.message_primary or error)
        raise AuthError(500, "unexpected_failure", message) from error


def error_response(request: web.Request, error: AuthError) -> web.Response:
    """Write the error in the shape the client's API version asks for."""
    headers = {"x-sb-error-code": error.code}
    asked = request.headers.get(_VERSION_HEADER, "")
    if _DATE.fullmatch(asked) and asked >= API_VERSION:
        headers[_VERSION_HEADER] = API_VERSION
        body: dict[str, Any] = {"code": error.code, "message": error.message}
    else:
        body = {"code": error.status, "error_code": error.code, "msg": error.message}
    return web.json_response({**body, **error.extra}, status=error.status, headers=headers)
