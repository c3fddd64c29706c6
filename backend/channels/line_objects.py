"""Which message objects of LINE's a message takes, and the key that makes sending it again harmless."""

from __future__ import annotations

import uuid

from backend.channels.base import Json, OutboundAttachment, OutboundMessage
from backend.channels.choices import as_text
from backend.channels.payload import text
from backend.channels.sending import (
    Option,
    is_picture,
    nothing_to_send,
    options,
    shortened,
)
from backend.channels.text import PLAIN, split, utf16

TEXT_LIMIT = 5000  # UTF-16 units
MOST_QUICK_REPLIES = 13
LABEL_LIMIT = 20
ALT_TEXT_LIMIT = 400


def retry_key(message_id: str, at: int) -> str:
    """A UUID that is the same for the same part of the same message."""
    try:
        key = uuid.UUID(message_id)
    except ValueError:
        key = uuid.uuid5(uuid.NAMESPACE_OID, message_id)
    return str(key if at == 0 else uuid.uuid5(key, str(at)))


def message_objects(message: OutboundMessage) -> list[Json]:
    """The objects it takes, in order; quick replies are on the last."""
    offered = options(message)
    if len(offered) > MOST_QUICK_REPLIES:
        offered = []
    content = message.content if offered else as_text(message)
    texts: list[Json] = [
        {"type": "text", "text": piece} for piece in split(content, PLAIN, TEXT_LIMIT, utf16)
    ]
    quote = text(message.thread.get("quote_token"))
    if texts and quote:
        texts[0]["quoteToken"] = quote
    files = [_media(one) for one in message.attachments]
    found = files + texts if offered else texts + files
    if not found:
        raise nothing_to_send()
    if offered:
        found[-1]["quickReply"] = {"items": [_quick_reply(option) for option in offered]}
    return found


def _quick_reply(option: Option) -> Json:
    """A button; where the value is what is shown, the customer simply says it."""
    label = shortened(option.title, LABEL_LIMIT)
    action: Json = {"type": "message", "label": label, "text": option.title}
    if option.value != option.title:
        action = {
            "type": "postback",
            "label": label,
            "data": option.value,
            "displayText": option.title,
        }
    return {"type": "action", "action": action}


def _media(one: OutboundAttachment) -> Json:
    """A file by its address. What LINE cannot play, or lacks the preview it asks for, becomes a link."""
    family = one.content_type.partition("/")[0]
    if is_picture(one.content_type):
        return {
            "type": "image",
            "originalContentUrl": one.url,
            "previewImageUrl": one.preview_url or one.url,
        }
    if family == "video" and one.preview_url:
        return {
            "type": "video",
            "originalContentUrl": one.url,
            "previewImageUrl": one.preview_url,
        }
    if family == "audio" and one.duration_ms is not None:
        return {"type": "audio", "originalContentUrl": one.url, "duration": one.duration_ms}
    button = {"type": "uri", "label": "Download", "uri": one.url}
    body = [
        {"type": "text", "text": one.file_name, "wrap": True},
        {"type": "button", "action": button},
    ]
    return {
        "type": "flex",
        "altText": shortened(one.file_name, ALT_TEXT_LIMIT),
        "contents": {
            "type": "bubble",
            "body": {"type": "box", "layout": "vertical", "contents": body},
        },
    }
