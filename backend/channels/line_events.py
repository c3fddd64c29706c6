"""Reading LINE's events."""

from __future__ import annotations

from backend.channels.base import (
    ContactUpdate,
    Event,
    Ignored,
    InboundAttachment,
    InboundContact,
    InboundMessage,
    Json,
    MediaSource,
    MessageDeletion,
)
from backend.channels.payload import (
    integer,
    items,
    must_obj,
    number,
    obj,
    required,
    text,
    timestamp,
)

STICKER = "https://stickershop.line-scdn.net/stickershop/v1/sticker/{id}/android/sticker.png"

_FILES = {"image": "image", "video": "video", "audio": "audio", "file": "file"}
_UNINTERESTING = {
    "accountLink", "beacon", "join", "leave", "memberJoined", "memberLeft", "membership",
    "things", "videoPlayComplete", "module", "activated", "deactivated", "botSuspended",
    "botResumed", "delivery",
}  # fmt: skip


def when(event: object) -> float:
    return number(obj(event).get("timestamp")) or 0.0


def read_event(event: Json, groups: bool) -> Event:
    kind = required(must_obj(event).get("type"), "type")
    source = obj(event.get("source"))
    if kind in _UNINTERESTING:
        return Ignored(reason=kind)
    if text(source.get("type")) in {"group", "room"} and not groups:
        return Ignored(reason="a group")
    if kind == "unsend":
        message_id = required(obj(event.get("unsend")).get("messageId"), "messageId")
        return MessageDeletion(
            source_id=message_id, deleted_at=timestamp(event.get("timestamp")), erase=True
        )
    contact = InboundContact(source_id=_chat(source))
    if kind in {"follow", "unfollow"}:
        return ContactUpdate(
            source_id=contact.source_id, unreachable=kind == "unfollow", contact=contact
        )
    if kind == "message":
        return _message(event, obj(event.get("message")), contact)
    if kind == "postback":
        return _postback(event, obj(event.get("postback")), contact)
    return InboundMessage(
        source_id=required(event.get("webhookEventId"), "webhookEventId"),
        contact=contact,
        sent_at=timestamp(event.get("timestamp")),
        unsupported=True,
        raw=event,
    )


def _chat(source: Json) -> str:
    """Who is answered: the group or room, or else the person."""
    found = text(source.get("groupId")) or text(source.get("roomId"))
    return found or required(source.get("userId"), "userId")


def _attributes(event: Json) -> Json:
    """What an answer needs, and who of a group it was."""
    source, message = obj(event.get("source")), obj(event.get("message"))
    found: Json = {
        "reply_token": text(event.get("replyToken")),
        "quote_token": text(message.get("quoteToken")),
        "mark_as_read_token": text(message.get("markAsReadToken")),
    }
    if text(source.get("type")) in {"group", "room"}:
        found["sender"] = {"id": text(source.get("userId"))}
    if text(event.get("mode")) == "standby":
        found["standby"] = True
    pictures = obj(message.get("imageSet"))
    if pictures:
        found["image_set"] = pictures
    return {name: value for name, value in found.items() if value is not None}


def _message(event: Json, message: Json, contact: InboundContact) -> InboundMessage:
    content = text(message.get("text")) or ""
    found = _attachment(message)
    return InboundMessage(
        source_id=required(message.get("id"), "id"),
        contact=contact,
        content=content,
        content_attributes=_attributes(event),
        attachments=(found,) if found else (),
        sent_at=timestamp(event.get("timestamp")),
        in_reply_to=text(message.get("quotedMessageId")),
        unsupported=not content and found is None,
        raw=event,
    )


def _attachment(message: Json) -> InboundAttachment | None:
    kind = text(message.get("type"))
    if kind in _FILES:
        provider = obj(message.get("contentProvider"))
        outside = text(provider.get("type")) == "external"
        duration = integer(message.get("duration"))
        return InboundAttachment(
            kind=kind,
            media=None
            if outside
            else MediaSource(
                media_id=required(message.get("id"), "id"),
                file_name=text(message.get("fileName")),
                byte_size=integer(message.get("fileSize")),
            ),
            url=text(provider.get("originalContentUrl")) if outside else None,
            meta={"duration_ms": duration} if duration is not None else {},
        )
    if kind == "location":
        address = text(message.get("address"))
        return InboundAttachment(
            kind=kind,
            title=text(message.get("title")),
            latitude=number(message.get("latitude")),
            longitude=number(message.get("longitude")),
            meta={"address": address} if address else {},
        )
    if kind == "sticker":
        return _sticker(message)
    return None


def _sticker(message: Json) -> InboundAttachment:
    """A sticker by its address: LINE's art is shown, not copied. Its words stand in where it is not."""
    sticker = required(message.get("stickerId"), "stickerId")
    words = [word for word in items(message.get("keywords")) if isinstance(word, str)]
    return InboundAttachment(
        kind="sticker",
        title=text(message.get("text")) or ", ".join(words) or None,
        url=STICKER.format(id=sticker) if sticker.isascii() and sticker.isdigit() else None,
        meta={"package_id": text(message.get("packageId")), "sticker_id": sticker},
    )


def _postback(event: Json, postback: Json, contact: InboundContact) -> InboundMessage:
    """A pressed button. LINE sends its data only; picked dates are what the customer said."""
    data = required(postback.get("data"), "data")
    params = obj(postback.get("params"))
    picked = [text(params.get(name)) for name in ("datetime", "date", "time")]
    said = next((one for one in picked if one), None)
    attributes = _attributes(event) | {"payload": data}
    if params:
        attributes["params"] = params
    return InboundMessage(
        source_id=required(event.get("webhookEventId"), "webhookEventId"),
        contact=contact,
        content=said or data,
        content_attributes=attributes,
        sent_at=timestamp(event.get("timestamp")),
        raw=event,
    )
