"""Reads what a request says: JSON fields and query parameters, where null and empty are absent."""

from __future__ import annotations

import json
import math
from typing import Any

from aiohttp import web

from devstack.auth.errors import AuthError

MAX_BODY = 1024 * 1024  # bytes
MAX_DEPTH = 100  # objects and lists inside each other


class Body:
    """The fields of a JSON object. Unknown ones are ignored, wrong types refused."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields

    def text(self, name: str) -> str:
        """A string field; empty when absent."""
        return str(self._field(name, str, "string") or "")

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean field."""
        value = self._field(name, bool, "boolean")
        return default if value is None else bool(value)

    def object(self, name: str) -> dict[str, Any] | None:
        """A field that is an object itself; None when absent."""
        value: dict[str, Any] | None = self._field(name, dict, "object")
        return value

    def _field(self, name: str, kind: type, word: str) -> Any:
        value = self._fields.get(name)
        if value is not None and not isinstance(value, kind):
            raise _bad_json(f"field {name} must be a {word}")
        return value


def _bad_json(reason: str) -> AuthError:
    return AuthError(400, "bad_json", f"Could not parse request body as JSON: {reason}")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"invalid number {name}")


def _check(value: Any, depth: int = 0) -> None:
    """Refuse what JSON can say and Postgres cannot keep."""
    if depth > MAX_DEPTH:
        raise ValueError("it is nested too deeply")
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("a string contains the character U+0000")
        value.encode()  # a lone surrogate is no text
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number is too large")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key)
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)


async def read_body(request: web.Request, *, optional: bool = False) -> Body:
    """The JSON object in the request; `optional` takes no body for an empty one."""
    if (request.content_length or 0) > MAX_BODY:
        raise web.HTTPRequestEntityTooLarge(MAX_BODY, request.content_length or 0)
    raw = await request.read()
    if len(raw) > MAX_BODY:
        raise web.HTTPRequestEntityTooLarge(MAX_BODY, len(raw))
    if optional and not raw.strip():
        return Body({})
    try:
        fields = json.loads(raw, parse_constant=_refuse_constant)
        _check(fields)
    except (ValueError, RecursionError) as error:
        raise _bad_json(str(error)) from None
    if fields is not None and not isinstance(fields, dict):
        raise _bad_json("it must be an object")
    return Body(fields or {})
