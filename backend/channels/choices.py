"""Things to choose from, for channels that have no buttons: a numbered list to answer by hand."""

from __future__ import annotations

from backend.channels.base import OutboundMessage
from backend.channels.payload import items, obj, text


def numbered(content: str, titles: list[str]) -> str:
    """Return the text with the options below it."""
    lines = "\n".join(f"{number}. {title}" for number, title in enumerate(titles, 1))
    return f"{content}\n\n{lines}".strip()


def as_text(message: OutboundMessage) -> str:
    """Return everything a message says as CommonMark: options numbered, cards and articles with links."""
    listed = [obj(item) for item in items(message.content_attributes.get("items"))]
    match message.content_type:
        case "input_select" if listed:
            return numbered(message.content, [text(item.get("title")) or "" for item in listed])
        case "cards" | "article" if listed:
            return "\n\n".join(filter(None, [message.content, *map(_card, listed)]))
        case "reaction":
            return ""
        case _:
            return message.content


def _card(item: dict[str, object]) -> str:
    actions = [obj(action) for action in items(item.get("actions"))]
    links = [
        f"{text(action.get('text')) or ''} {text(action.get('uri')) or ''}" for action in actions
    ]
    lines = [text(item.get("title")), text(item.get("description")), text(item.get("link")), *links]
    return "\n".join(line.strip() for line in lines if line and line.strip())
