"""Fixtures of payloads, and events written down so that two of them can be compared by eye."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from backend.channels.base import Channel, Credentials, Event, WebhookRequest

HERE = Path(__file__).resolve().parent
PAYLOADS = HERE.parent / "fixtures" / "payloads"
GOLDEN = HERE / "golden"


def payload(provider: str, name: str) -> bytes:
    """A fixture as it comes over the wire."""
    return (PAYLOADS / provider / name).read_bytes()


def payload_json(provider: str, name: str) -> Any:
    """A fixture's JSON; of a request written out with its head, the body's."""
    raw = payload(provider, name)
    return json.loads(raw.partition(b"\n\n")[2] if name.endswith(".txt") else raw)


def names(provider: str, *prefixes: str) -> list[str]:
    """The provider's JSON fixtures whose names begin like this."""
    found = sorted(path.name for path in (PAYLOADS / provider).glob("*.json"))
    return [name for name in found if name.startswith(prefixes)]


def post(
    body: bytes,
    headers: Mapping[str, str] | None = None,
    url: str = "https://inbox.example.com/webhooks/x",
) -> WebhookRequest:
    """A webhook with this body."""
    return WebhookRequest(method="POST", url=url, query={}, headers=dict(headers or {}), body=body)


def written(events: Iterable[Event]) -> list[Any]:
    """Events as JSON: what differs from the default; the raw event only by whether it was kept."""
    return [{"event": type(event).__name__, **_fields(event)} for event in events]


def _fields(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in fields(value):
        content = getattr(value, one.name)
        default = one.default if one.default_factory is MISSING else one.default_factory()
        if content == default:
            continue
        found[one.name] = "kept" if one.name == "raw" else _plain(content)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if hasattr(value, "__dataclass_fields__"):
        return _fields(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def assert_golden(provider: str, name: str, events: Sequence[Event]) -> None:
    """The events are those of the golden file named like the fixture.

    With UPDATE_GOLDEN=1 the file is written instead: read what changed before you commit it.
    """
    path = GOLDEN / provider / f"{Path(name).stem}.json"
    found = written(events)
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    assert found == json.loads(path.read_text())


def parsed(channel: Channel, credentials: Credentials, body: bytes) -> list[Event]:
    """What the channel makes of a body."""
    return list(channel.parse(post(body), credentials))


def hub_signature(secret: str, body: bytes) -> str:
    """Meta's header, by other means than the adapter's."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
