"""What a WhatsApp message says: text, files, places, cards, answers to buttons and forms."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from backend.channels.base import ErrorCategory, InboundAttachment, Json, MediaSource
from backend.channels.media import file_name
from backend.channels.payload import items, number, obj, text
from backend.channels.whatsapp_errors import describe


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What one message says, whoever wrote it."""

    content: str = ""
    attributes: Json = field(default_factory=dict)
    attachments: tuple[InboundAttachment, ...] = ()
    unsupported: bool = False


def _text(part: Json) -> Body:
    return Body(content=text(part.get("body")) or "")


def _media(kind: str, part: Json) -> Body:
    content_type = text(part.get("mime_type"))
    name = text(part.get("filename"))
    source = MediaSource(
        url=text(part.get("url")),
        media_id=text(part.get("id")),
        content_type=content_type,
        file_name=file_name(name, content_type) if name else None,
        sha256=text(part.get("sha256")),
    )
    meta = {name: True for name in ("voice", "animated") if part.get(name) is True}
    return Body(
        content=text(part.get("caption")) or "",
        attachments=(InboundAttachment(kind=kind, media=source, meta=meta),),
    )


def _location(part: Json) -> Body:
    latitude, longitude = number(part.get("latitude")), number(part.get("longitude"))
    if latitude is None or longitude is None:
        raise ValueError("A location without coordinates.")
    address = text(part.get("address"))
    return Body(
        attachments=(
            InboundAttachment(
                kind="location",
                title=text(part.get("name")) or address,
                url=text(part.get("url")),
                latitude=latitude,
                longitude=longitude,
                meta={"address": address} if address else {},
            ),
        )
    )


def _contacts(part: list[Any]) -> Body:
    return Body(
        attachments=tuple(
            InboundAttachment(
                kind="contact",
                title=text(obj(obj(card).get("name")).get("formatted_name")),
                meta=obj(card),
            )
            for card in part
        )
    )


def _button(part: Json) -> Body:
    return Body(
        content=text(part.get("text")) or text(part.get("payload")) or "",
        attributes={"button": {"payload": text(part.get("payload"))}},
    )


def _interactive(part: Json) -> Body | None:
    kind = text(part.get("type")) or ""
    reply = obj(part.get(kind))
    if kind in ("button_reply", "list_reply"):
        lines = (text(reply.get("title")), text(reply.get("description")))
        return Body(
            content="\n".join(line for line in lines if line),
            attributes={"interactive": {"type": kind, "id": text(reply.get("id"))}},
        )
    if kind == "nfm_reply":
        answer = _form_answer(reply.get("response_json"))
        return Body(
            content="\n".join(_form_lines(answer)) or text(reply.get("body")) or "—",
            attributes={
                "interactive": {"type": kind, "name": text(reply.get("name")), "answer": answer}
            },
        )
    if kind == "call_permission_reply":
        return Body(
            content=f"📞 {text(reply.get('response')) or '?'}",
            attributes={"interactive": {"type": kind, **reply}},
        )
    return None


def _form_answer(response_json: Any) -> Any:
    """Return the answers of a form: JSON inside a JSON string, unless it is not."""
    if not isinstance(response_json, str):
        return response_json
    try:
        return json.loads(response_json)
    except (ValueError, RecursionError):
        return response_json


def _form_lines(answer: Any, name: str = "") -> Iterator[str]:
    if isinstance(answer, dict):
        for key, value in answer.items():
            if key != "flow_token":
                yield from _form_lines(value, str(key))
    elif isinstance(answer, list) and any(isinstance(item, dict | list) for item in answer):
        for item in answer:
            yield from _form_lines(item, name)
    elif answer not in (None, "", []):
        shown = ", ".join(map(str, answer)) if isinstance(answer, list) else str(answer)
        yield f"{name}: {shown}" if name else shown


def _order(part: Json) -> Body:
    lines = [
        f"{text(item.get('quantity')) or '1'} × {text(item.get('product_retailer_id')) or '?'}"
        f" — {text(item.get('item_price')) or number(item.get('item_price'))}"
        f" {text(item.get('currency')) or ''}".rstrip()
        for item in map(obj, items(part.get("product_items")))
    ]
    return Body(
        content="\n".join([*filter(None, [text(part.get("text"))]), *lines]),
        attributes={"order": part},
    )


_READERS: dict[str, Callable[[Any], Body | None]] = {
    "text": _text,
    "image": partial(_media, "image"),
    "video": partial(_media, "video"),
    "audio": partial(_media, "audio"),
    "voice": partial(_media, "audio"),
    "document": partial(_media, "file"),
    "sticker": partial(_media, "sticker"),
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
}


def read(message: Json) -> Body:
    """Return what a message says; a placeholder for types that nobody knows yet."""
    kind = text(message.get("type")) or "unknown"
    reader = _READERS.get(kind)
    if reader is not None:
        part = message.get(kind)
        if not isinstance(part, list if kind == "contacts" else dict):
            raise ValueError(f"A message of type {kind} without its {kind}.")
        body = reader(part)
        if body is not None:
            return body
    attributes: Json = {
        "unsupported_type": text(obj(message.get("unsupported")).get("type"))
        or text(obj(message.get(kind)).get("type"))
        or kind
    }
    for error in map(obj, items(message.get("errors"))[:1]):
        _, code, words = describe(error, ErrorCategory.INVALID_CONTENT)
        attributes["error"] = {"code": code, "text": words}
    return Body(attributes=attributes, unsupported=True)
