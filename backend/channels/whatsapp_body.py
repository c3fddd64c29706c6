"""What an agent wrote, as the parts that WhatsApp takes one request each for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from backend.channels.base import (
    ErrorCategory,
    Json,
    OutboundAttachment,
    OutboundMessage,
    SendError,
)
from backend.channels.choices import as_text, numbered
from backend.channels.media import file_name
from backend.channels.payload import items, obj, text
from backend.channels.text import WHATSAPP, render, split
from backend.channels.voice import webm_to_ogg
from backend.channels.whatsapp_parse import USER_ID

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
WINDOW = timedelta(hours=24)
_BODY_LIMIT = 1024
_MOST_BUTTONS, _MOST_ROWS = 3, 10
_BUTTON_TITLE, _ROW_TITLE, _ROW_DESCRIPTION, _LIST_BUTTON, _EDGE_TEXT = 20, 24, 72, 20, 60
_CALLBACK_DATA = 512
_MEGABYTE = 1024 * 1024

#: How a file may be shown: type -> (kind, largest size). Whatever fits nowhere goes as a document.
_SHOWN: dict[str, tuple[str, int]] = {
    "image/jpeg": ("image", 5 * _MEGABYTE),
    "image/png": ("image", 5 * _MEGABYTE),
    "video/mp4": ("video", 16 * _MEGABYTE),
    "video/3gpp": ("video", 16 * _MEGABYTE),
    "audio/aac": ("audio", 16 * _MEGABYTE),
    "audio/amr": ("audio", 16 * _MEGABYTE),
    "audio/mpeg": ("audio", 16 * _MEGABYTE),
    "audio/mp4": ("audio", 16 * _MEGABYTE),
    "audio/ogg": ("audio", 16 * _MEGABYTE),
}
DOCUMENT_BYTES = 100 * _MEGABYTE
_STICKER_BYTES = 500 * 1024
#: What browsers call a type, and what WhatsApp calls it.
_ALIASES = {
    "audio/opus": "audio/ogg",
    "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/mp3": "audio/mpeg",
    "image/jpg": "image/jpeg",
}
_OPUS = "audio/ogg; codecs=opus"
_CAPTIONED = ("image", "video", "document")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One request: its type and content; a file of ours is uploaded first and then named by its id."""

    type: str
    content: Json | list[object] = field(default_factory=dict)
    upload: OutboundAttachment | None = None
    quotes: str | None = None


def window_open(message: OutboundMessage, now: datetime | None = None) -> bool:
    """Tell whether free text may still be sent: a day after the customer last wrote."""
    last = message.last_incoming_at
    return last is not None and (now or datetime.now(UTC)) - last < WINDOW


def require_window(message: OutboundMessage) -> None:
    """Raise before the provider would, in words that say what can be done."""
    if message.template is None and not window_open(message):
        raise SendError(
            ErrorCategory.WINDOW_CLOSED,
            "More than 24 hours have passed since the customer last wrote. Send a template instead.",
        )


def envelope(message: OutboundMessage, part: Part, content: Json | list[object]) -> Json:
    """Return the request for one part. User ids and numbers go into different fields."""
    body: Json = {"messaging_product": "whatsapp", "recipient_type": "individual"}
    body["recipient" if USER_ID.fullmatch(message.to) else "to"] = message.to
    if part.quotes is not None:
        body["context"] = {"message_id": part.quotes}
    body["type"] = part.type
    body[part.type] = content
    body["biz_opaque_callback_data"] = message.id[:_CALLBACK_DATA]
    return body


def parts_of(message: OutboundMessage) -> list[Part]:
    """Return the parts of anything but a template, in the order they are sent."""
    attributes = message.content_attributes
    match message.content_type:
        case "reaction":
            if message.in_reply_to is None:
                raise SendError(ErrorCategory.INVALID_CONTENT, "A reaction needs a message.")
            emoji = text(attributes.get("emoji")) or ""
            content = {"message_id": message.in_reply_to, "emoji": emoji}
            return [Part(type="reaction", content=content)]
        case "location":
            given = {name: attributes.get(name) for name in ("latitude", "longitude")}
            located: Json = {name: str(value) for name, value in given.items()}
            located |= {
                name: attributes[name] for name in ("name", "address") if attributes.get(name)
            }
            parts = [Part(type="location", content=located)]
        case "contacts":
            parts = [Part(type="contacts", content=items(attributes.get("contacts")))]
        case "location_request":
            action: Json = {"action": {"name": "send_location"}}
            parts = _interactive(message.content, "location_request_message", action)
        case "input_select":
            parts = _choices(message.content, attributes)
        case "cards":
            parts = [part for card in items(attributes.get("items")) for part in _card(obj(card))]
        case _:
            parts = _written(message)
    if not parts:
        raise SendError(ErrorCategory.INVALID_CONTENT, "There is nothing to send.")
    if message.in_reply_to is not None:
        first = parts[0]
        parts[0] = Part(
            type=first.type,
            content=first.content,
            upload=first.upload,
            quotes=message.in_reply_to,
        )
    return parts


def _texts(content: str) -> list[Part]:
    return [_text(piece) for piece in split(content, WHATSAPP, TEXT_LIMIT)]


def _text(body: str) -> Part:
    link: Json = {"preview_url": True} if "https://" in body or "http://" in body else {}
    return Part(type="text", content={**link, "body": body})


def _written(message: OutboundMessage) -> list[Part]:
    """Text and files: the text is the first file's caption when it can be, else it goes ahead."""
    shown = [how_shown(attachment) for attachment in message.attachments]
    written = as_text(message)
    caption = render(written, WHATSAPP).strip()
    captioned = (
        bool(caption)
        and len(caption) <= CAPTION_LIMIT
        and shown[:1]
        and (shown[0][0] in _CAPTIONED)
    )
    parts = [] if captioned else _texts(written)
    for index, (kind, file) in enumerate(shown):
        content: Json = {}
        if kind == "document":
            content["filename"] = file.file_name
        if kind == "audio" and file.content_type == _OPUS:
            content["voice"] = True
        if captioned and index == 0:
            content["caption"] = caption
        parts.append(Part(type=kind, content=content, upload=file))
    return parts


def how_shown(attachment: OutboundAttachment) -> tuple[str, OutboundAttachment]:
    """Return the kind a file is sent as, and the file under the type and name WhatsApp wants."""
    attachment = _playable(attachment)
    declared = attachment.content_type.partition(";")[0].strip().lower()
    main = _ALIASES.get(declared, declared)
    kind, most = _SHOWN.get(main, ("document", DOCUMENT_BYTES))
    if attachment.kind == "sticker" and main == "image/webp":
        kind, most = "sticker", _STICKER_BYTES
    if len(attachment.data) > most:
        kind = "document"
    if len(attachment.data) > DOCUMENT_BYTES:
        raise SendError(
            ErrorCategory.INVALID_CONTENT, f"{attachment.file_name} is larger than 100 MB."
        )
    return kind, OutboundAttachment(
        kind=attachment.kind,
        file_name=file_name(attachment.file_name, main),
        content_type=_OPUS if main == "audio/ogg" else main or "application/octet-stream",
        url=attachment.url,
        data=attachment.data,
    )


def _playable(attachment: OutboundAttachment) -> OutboundAttachment:
    """Return what a browser recorded in the wrapping that phones play."""
    if attachment.kind != "audio" or "webm" not in attachment.content_type:
        return attachment
    ogg = webm_to_ogg(attachment.data)
    if ogg is None:
        return attachment
    return OutboundAttachment(
        kind="audio",
        file_name=attachment.file_name.removesuffix(".webm") + ".ogg",
        content_type="audio/ogg",
        url=attachment.url,
        data=ogg,
    )


# Things to press.


def _interactive(content: str, kind: str, rest: Json) -> list[Part]:
    """Return what does not fit above the buttons as text, and then the buttons."""
    pieces = split(content, WHATSAPP, _BODY_LIMIT)
    if not pieces:
        raise SendError(ErrorCategory.INVALID_CONTENT, "Buttons need a text above them.")
    body = {"type": kind, "body": {"text": pieces[-1]}, **rest}
    return [*map(_text, pieces[:-1]), Part(type="interactive", content=body)]


def _choices(content: str, attributes: Json) -> list[Part]:
    options = [
        (
            text(item.get("title")) or "",
            text(item.get("value")) or "",
            text(item.get("description")),
        )
        for item in map(obj, items(attributes.get("items")))
    ]
    if not options:
        return _texts(content)
    if len(options) > _MOST_ROWS:
        return _texts(numbered(content, [title for title, _, _ in options]))
    around: Json = {}
    if header := text(attributes.get("header")):
        around["header"] = {"type": "text", "text": header[:_EDGE_TEXT]}
    if footer := text(attributes.get("footer")):
        around["footer"] = {"text": footer[:_EDGE_TEXT]}
    short = all(len(title) <= _BUTTON_TITLE and not note for title, _, note in options)
    if len(options) <= _MOST_BUTTONS and short:
        buttons = [
            {"type": "reply", "reply": {"id": value or title, "title": title}}
            for title, value, _ in options
        ]
        return _interactive(content, "button", {**around, "action": {"buttons": buttons}})
    section: Json = {"rows": [_row(*option) for option in options]}
    if title := text(attributes.get("section_title")):
        section["title"] = title[:_ROW_TITLE]
    label = text(attributes.get("button")) or "☰"
    action = {"button": label[:_LIST_BUTTON], "sections": [section]}
    return _interactive(content, "list", {**around, "action": action})


def _row(title: str, value: str, note: str | None) -> Json:
    if len(title) > _ROW_TITLE:  # the whole of it stands below
        note, title = title if note is None else f"{title} — {note}", title[: _ROW_TITLE - 1] + "…"
    row = {"id": value or title, "title": title}
    return {**row, "description": note[:_ROW_DESCRIPTION]} if note else row


def _card(card: Json) -> list[Part]:
    content = "\n".join(filter(None, (text(card.get("title")), text(card.get("description")))))
    actions = [obj(action) for action in items(card.get("actions"))]
    links = [action for action in actions if text(action.get("uri"))]
    if len(links) == 1 == len(actions):
        parameters = {"display_text": (text(links[0].get("text")) or "")[:_BUTTON_TITLE]}
        parameters["url"] = str(links[0]["uri"])
        action = {"name": "cta_url", "parameters": parameters}
        return _interactive(content, "cta_url", {"action": action})
    if actions and not links:
        choices = [
            {"title": action.get("text"), "value": action.get("payload")} for action in actions
        ]
        return _choices(content, {"items": choices})
    lines = [f"{text(link.get('text')) or ''} {link['uri']}".strip() for link in links]
    return _texts("\n".join([content, *lines]))
