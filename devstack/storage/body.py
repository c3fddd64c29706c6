"""JSON bodies: read within bounds, and their fields taken out one by one.

The real server's validator turns `"60"` into 60 and `"true"` into true where a number or a
boolean is wanted, and the Python client relies on it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from devstack.storage.errors import malformed, too_large

MAX_JSON = 1024 * 1024  # bytes
_LARGEST = 2**63 - 1  # what a bigint holds


class Body:
    """An object of JSON whose fields are asked for by name and type."""

    def __init__(self, data: Mapping[str, Any], where: str = "body") -> None:
        self._data = data
        self._where = where

    def __bool__(self) -> bool:
        return bool(self._data)

    def __contains__(self, name: str) -> bool:
        return name in self._data

    def is_null(self, name: str) -> bool:
        """Whether the field is there, and null."""
        return name in self._data and self._data[name] is None

    def text(self, name: str, default: str | None = None) -> str:
        """A text; required without a default."""
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self._must(name, "string")
        return str(value)

    def integer(
        self, name: str, default: int | None = None, *, least: int = 0, most: int = _LARGEST
    ) -> int:
        """A whole number within bounds; required without a default."""
        value = self._value(name, default)
        if isinstance(value, str) and value.removeprefix("-").isdecimal() and len(value) < 20:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
            raise self._must(name, "integer")
        if value < least:
            raise malformed(f"{self._where}/{name} must be >= {least}")
        if value > most:
            raise malformed(f"{self._where}/{name} must be <= {most}")
        return int(value)

    def boolean(self, name: str, default: bool | None = None) -> bool:
        """True or false; required without a default."""
        value = self._value(name, default)
        if value in ("true", "false"):
            value = value == "true"
        if not isinstance(value, bool):
            raise self._must(name, "boolean")
        return value

    def choice(self, name: str, allowed: Sequence[str], default: str | None = None) -> str:
        """One of these texts."""
        value = self.text(name, default)
        if value not in allowed:
            raise malformed(f"{self._where}/{name} must be equal to one of the allowed values")
        return value

    def texts(self, name: str, *, least: int = 1, most: int | None = None) -> list[str]:
        """A list of texts."""
        value = self._value(name, None)
        if not isinstance(value, list):
            raise self._must(name, "array")
        if not all(isinstance(one, str) for one in value):
            raise malformed(f"{self._where}/{name} must hold strings only")
        if len(value) < least:
            raise malformed(f"{self._where}/{name} must NOT have fewer than {least} items")
        if most is not None and len(value) > most:
            raise malformed(f"{self._where}/{name} must NOT have more than {most} items")
        return value

    def part(self, name: str) -> Body:
        """A nested object; an empty one when it is missing or null."""
        value = self._data.get(name)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self._must(name, "object")
        return Body(value, f"{self._where}/{name}")

    def _value(self, name: str, default: Any) -> Any:
        value = self._data.get(name)
        if value is None:
            value = default
        if value is None:
            raise malformed(f"{self._where} must have required property '{name}'")
        return value

    def _must(self, name: str, kind: str) -> Exception:
        return malformed(f"{self._where}/{name} must be {kind}")


async def read_bytes(request: web.Request, limit: int) -> bytes:
    """The whole body, refused as soon as it is longer than this many bytes."""
    if (request.content_length or 0) > limit:
        raise too_large("body")
    read = bytearray()
    async for chunk in request.content.iter_any():
        read += chunk
        if len(read) > limit:
            raise too_large("body")
    return bytes(read)


async def read_body(request: web.Request) -> Body:
    """The body of a request, which must be an object of JSON."""
    raw = await read_bytes(request, MAX_JSON)
    try:
        data = json.loads(raw) if raw else None
    except (ValueError, RecursionError):
        raise malformed("Body is not valid JSON") from None
    if not isinstance(data, dict):
        raise malformed("body must be object")
    return Body(data)


def query_of(request: web.Request) -> Body:
    """The query string, as fields; an empty value counts as missing."""
    return Body({name: value for name, value in request.query.items() if value}, "querystring")
