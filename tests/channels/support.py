"""What the tests of sending share: messages to send, files to attach, answers to expect."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from backend.channels.base import (
    Channel,
    Credentials,
    Event,
    OutboundAttachment,
    OutboundMessage,
    SendError,
)
from tests.channels.payloads import payload, post
from tests.channels.provider import Answer

MESSAGE_ID = "6f1c2b1e-6a53-4d6e-9f0b-2b9b0c7c8d11"


def body_of(provider: str, name: str) -> Any:
    """A fixture's JSON; of a request written out with its head, the body's."""
    raw = payload(provider, name)
    return json.loads(raw.partition(b"\n\n")[2] if name.endswith(".txt") else raw)


def parsed(channel: Channel, credentials: Credentials, body: bytes) -> list[Event]:
    """What the channel makes of a body."""
    return list(channel.parse(post(body), credentials))


def outgoing(to: str, content: str = "", **more: Any) -> OutboundMessage:
    """A message to somebody who just wrote."""
    given = {"id": MESSAGE_ID, "last_incoming_at": datetime.now(UTC) - timedelta(minutes=1), **more}
    return OutboundMessage(to=to, content=content, **given)


def offering(to: str, content: str, *offered: tuple[str, str], **more: Any) -> OutboundMessage:
    """A message with answers to choose from: (title, value)."""
    items = [{"title": title, "value": value} for title, value in offered]
    attributes = {"items": items}
    return outgoing(to, content, content_type="input_select", content_attributes=attributes, **more)


def file(
    url: str, content_type: str = "image/jpeg", data: bytes = b"<binary>", **more: Any
) -> OutboundAttachment:
    """A file of ours, named as its URL ends."""
    name = url.rpartition("/")[2]
    kind = content_type.partition("/")[0]
    return OutboundAttachment(
        kind=kind, file_name=name, content_type=content_type, url=url, data=data, **more
    )


def answer_of(provider: str, name: str) -> Answer:
    """A provider's answer from a fixture, with the status it is given there."""
    body = body_of(provider, name)
    return Answer(status=body.pop("_http_status", body.get("error_code", 200)), json=body)


async def refused(
    channel: Channel, message: OutboundMessage, credentials: Credentials, http: httpx.AsyncClient
) -> SendError:
    """The failure of a send that must fail."""
    with pytest.raises(SendError) as failure:
        await channel.send(message, credentials, http)
    return failure.value


def hub_signature(secret: str, body: bytes) -> str:
    """Meta's header, by other means than the adapter's."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
