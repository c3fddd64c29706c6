"""Reading what strangers sent: nothing here trusts a type, and nothing here raises on bad input.

Text is made fit for the database on the way in: no NUL, no half of a surrogate pair.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn

from backend.channels.base import Event, Json, Quarantined

#: Seconds before 1 January 2001 or after 2200 are no timestamps of a chat.
_EARLIEST, _LATEST = 978_307_200, 7_258_118_400


def clean(value: Any) -> Any:
    """Return the value with every string in it fit to be stored."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def loads(body: bytes) -> Any:
    """Parse and clean JSON. Raises `ValueError`, also for what only Python takes for JSON."""
    try:
        return clean(json.loads(body, parse_constant=_no_constant))
    except RecursionError:
        raise ValueError("The JSON is nested too deeply.") from None


def obj(value: Any) -> Json:
    """Return the object, or an empty one."""
    return value if isinstance(value, dict) else {}


def must_obj(value: Any) -> Json:
    """Return the object, or raise: without it there is nothing to read."""
    if not isinstance(value, dict):
        raise ValueError(f"An object was expected, not {type(value).__name__}.")
    return value


def items(value: Any) -> list[Any]:
    """Return the list, or an empty one."""
    return value if isinstance(value, list) else []


def objects(value: Any) -> list[Json]:
    """Return the objects of a list, without what else is in it."""
    return [item for item in items(value) if isinstance(item, dict)]


def integer(value: Any) -> int | None:
    """Return a whole number."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def text(value: Any) -> str | None:
    """Return a non-empty string (numbers count as ids), else None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value else None


def required(value: Any, name: str) -> str:
    """Return a text without which the item means nothing. Raises `ValueError`."""
    found = text(value)
    if found is None:
        raise ValueError(f"There is no {name}.")
    return found


def number(value: Any) -> float | None:
    """Return a finite number, also when it came as a string."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None


def timestamp(value: Any) -> datetime | None:
    """Return the moment of Unix seconds, milliseconds or an ISO 8601 string."""
    seconds = number(value)
    if seconds is not None:
        if seconds > _LATEST:
            seconds /= 1000
        return datetime.fromtimestamp(seconds, UTC) if _EARLIEST <= seconds <= _LATEST else None
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def each(values: Iterable[Any], parse: Callable[[Any], Iterable[Event]]) -> list[Event]:
    """Parse every item by itself: one that fails is quarantined, its siblings go on."""
    events: list[Event] = []
    for value in values:
        try:
            events.extend(parse(value))
        except Exception as error:  # whatever the item holds must not cost its siblings
            events.append(Quarantined(error=f"{type(error).__name__}: {error}", raw=value))
    return events


def parse_body(body: bytes, parse: Callable[[Any], Sequence[Event]]) -> list[Event]:
    """Parse a JSON body; one that is no JSON is quarantined whole."""
    try:
        payload = loads(body)
    except ValueError as error:
        return [Quarantined(error=str(error), raw=clean(body.decode("utf-8", "replace")))]
    return each([payload], parse)
