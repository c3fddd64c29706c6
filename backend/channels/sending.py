"""What adapters ask of a message before they put it into a provider's words."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from backend.channels.base import (
    Credentials,
    ErrorCategory,
    Json,
    OutboundMessage,
    SendError,
    Target,
)
from backend.channels.payload import objects, text

_PICTURES = {"image/jpeg", "image/png", "image/gif", "image/webp"}


class Option(NamedTuple):
    """One of the answers a message offers."""

    title: str
    value: str


class Link(NamedTuple):
    """A button of a card: it opens a page, or sends its payload back."""

    title: str
    url: str | None
    payload: str | None


class Card(NamedTuple):
    """A picture, some words and buttons."""

    title: str
    description: str
    media_url: str | None
    links: tuple[Link, ...]


def api_secret(credentials: Credentials, name: str) -> str:
    """The secret we show to the provider. Raises `SendError` when the inbox was never connected."""
    found = credentials.secrets.get(name)
    if not found:
        raise SendError(ErrorCategory.AUTH, f"This inbox has no {name}: connect it again.")
    return found


def since_last_incoming(message: OutboundMessage) -> timedelta | None:
    """How long ago the contact last wrote; None when they never did."""
    if message.last_incoming_at is None:
        return None
    return datetime.now(UTC) - message.last_incoming_at


def window_closed(hours: int) -> SendError:
    """The refusal we can foresee: the provider would give it too, in worse words."""
    return SendError(
        ErrorCategory.WINDOW_CLOSED,
        f"The contact last wrote more than {hours} hours ago; this channel takes no message until"
        " they write again.",
    )


def nothing_to_send() -> SendError:
    """The refusal of a message without content."""
    return SendError(ErrorCategory.INVALID_CONTENT, "There is nothing to send.")


def no_id(provider: str) -> SendError:
    """What it means when a provider says yes and does not say to what."""
    return SendError(ErrorCategory.UNCERTAIN, f"{provider} gave the message no id.")


def reaction(message: OutboundMessage) -> tuple[Target, str | None]:
    """What a message of type `reaction` says: to which message, and the emoji or that it is taken back."""
    target = Target(to=message.to, source_id=message.in_reply_to, thread=message.thread)
    return target, text(message.content_attributes.get("emoji"))


def options(message: OutboundMessage) -> list[Option]:
    """The answers offered with a message (`input_select`, `input_csat`)."""
    if message.content_type not in {"input_select", "input_csat"}:
        return []
    found = []
    for item in objects(message.content_attributes.get("items")):
        title = text(item.get("title")) or text(item.get("value"))
        if title:
            found.append(Option(title, text(item.get("value")) or title))
    return found


def cards(message: OutboundMessage) -> list[Card]:
    """The cards of a message (`cards`, `article`)."""
    if message.content_type not in {"cards", "article"}:
        return []
    return [_card(item) for item in objects(message.content_attributes.get("items"))]


def _card(item: Json) -> Card:
    links = [
        Link(text(one.get("text")) or "", text(one.get("uri")), text(one.get("payload")))
        for one in objects(item.get("actions"))
    ]
    if address := text(item.get("link")):
        links.append(Link(text(item.get("title")) or address, address, None))
    return Card(
        text(item.get("title")) or "",
        text(item.get("description")) or "",
        text(item.get("media_url")),
        tuple(links),
    )


def is_picture(content_type: str) -> bool:
    """Whether every chat app shows this type as a picture."""
    return content_type.partition(";")[0].strip().lower() in _PICTURES


def shortened(label: str, limit: int) -> str:
    """A button's label in the provider's length."""
    label = re.sub(r"\s+", " ", label).strip()
    return label if len(label) <= limit else label[: limit - 1].rstrip() + "…"
