"""What the mail services post, read with care: forms, JSON, times and files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from backend.channels.base import (
    DeliveryStatus,
    Event,
    Quarantined,
    StatusUpdate,
    WebhookRequest,
)
from backend.channels.mail.charset import tidy
from backend.channels.mail.classify import category_of_status
from backend.channels.mail.clean import content_id
from backend.channels.mail.form import Field, read_form
from backend.channels.mail.mime import (
    File,
)
from backend.channels.media import file_name


def form_of(request: WebhookRequest) -> list[Field]:
    """The fields of a posted form. Raises `FormError`."""
    return read_form(request.headers.get("content-type", ""), request.body)


def field_value(fields: Iterable[Field], name: str) -> bytes:
    """The first field of this name, empty when there is none."""
    return next((field.data for field in fields if field.name == name), b"")


def load_json(data: bytes | str) -> Any:
    """Any JSON. Raises `ValueError`, for what is nested too deeply as well."""
    try:
        return json.loads(data)
    except (RecursionError, UnicodeError) as error:
        raise ValueError("The JSON cannot be read.") from error


def json_list(body: bytes) -> list[dict[str, Any]] | None:
    """The events in a batch, None if this is no batch."""
    if body.lstrip()[:1] != b"[":
        return None
    found = load_json(body)
    return [item if isinstance(item, dict) else {"item": item} for item in found]


def json_object(body: bytes) -> dict[str, Any]:
    """A JSON object. Raises `ValueError` for anything else."""
    found = load_json(body)
    if not isinstance(found, dict):
        raise ValueError("The body is no JSON object.")
    return found


def nested(value: Any) -> Mapping[str, Any]:
    """A JSON object where one is expected, an empty one where there is none."""
    return value if isinstance(value, Mapping) else {}


def json_field(data: bytes) -> dict[str, Any]:
    """A field with JSON in it; an unreadable one counts as empty."""
    try:
        return json_object(data) if data else {}
    except ValueError:
        return {}


def isolated(item: Mapping[str, Any], read: Any) -> Event:
    """One event of a batch; a bad one does not take its siblings along."""
    try:
        event: Event = read(item)
        return event
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        return Quarantined(error=f"{type(error).__name__}: {error}"[:500], raw=dict(item))


def posted_file(name: str | None, kind: Any, data: bytes, identifier: str) -> File:
    """A file as it came in a form or in JSON."""
    content_type = str(kind or "application/octet-stream").split(";")[0].strip().lower()
    return File(
        name=file_name(name or "", content_type),
        content_type=content_type,
        data=data,
        content_id=content_id(identifier) or None,
    )


def failed(
    source_id: str, at: datetime | None, recipient: Any, status: Any, said: Any
) -> StatusUpdate:
    """A mail of ours did not arrive; `status` is the enhanced code, if the service tells it."""
    text = tidy(str(said or "")).strip()
    code = (
        str(status)
        if status
        else next((word for word in text.split() if word.count(".") == 2), None)
    )
    return StatusUpdate(
        status=DeliveryStatus.FAILED,
        source_id=source_id,
        at=at,
        error_category=category_of_status(code),
        error_code=code,
        error_text=f"{recipient}: {text}" if recipient else text,
    )


def number(value: Any) -> float | None:
    """A number, also when it came as text."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def moment(value: Any) -> datetime | None:
    """A time in any of the notations services use; None when it is none."""
    try:
        if isinstance(value, (int, float)):
            return datetime.fromtimestamp(value, UTC)
        return datetime.fromisoformat(str(value)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
