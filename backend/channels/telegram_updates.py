"""Reading Telegram's updates: chats with the bot, and chats of a business account the bot is connected to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from backend.channels.base import (
    ContactUpdate,
    Credentials,
    Event,
    Ignored,
    InboundAttachment,
    InboundContact,
    InboundMessage,
    InboxUpdate,
    Json,
    MediaSource,
    MessageDeletion,
    MessageEdit,
    Reaction,
)
from backend.channels.payload import integer, items, number, obj, objects, required, text, timestamp
from backend.channels.phone import e164

DOWNLOAD_LIMIT = 20 * 1024 * 1024  # bytes; bots cannot fetch larger files

#: What a message may hold that says nothing to an agent.
_SERVICE = {
    "new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo",
    "group_chat_created", "supergroup_chat_created", "channel_chat_created", "pinned_message",
    "message_auto_delete_timer_changed", "migrate_from_chat_id", "forum_topic_created",
    "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened",
    "general_forum_topic_hidden", "general_forum_topic_unhidden", "write_access_allowed",
    "connected_website", "chat_background_set", "boost_added",
}  # fmt: skip
#: Updates nobody at a desk needs.
_UNINTERESTING = {
    "channel_post", "edited_channel_post", "poll", "poll_answer", "chat_member", "chat_join_request",
    "inline_query", "chosen_inline_result", "message_reaction_count", "chat_boost",
    "removed_chat_boost", "shipping_query", "pre_checkout_query", "purchased_paid_media",
}  # fmt: skip
_PLACE = re.compile(r"(?:(.+):)?(-?[0-9]+):([0-9]{1,18})")
_START = re.compile(r"/start(?:@\w+)?\s+(\S.*)", re.DOTALL)
_PAID, _CUSTOM = "⭐", "❔"  # reactions that are no character
_MARKS = {
    "bold": ("**", "**"),
    "italic": ("_", "_"),
    "strikethrough": ("~~", "~~"),
    "code": ("`", "`"),
    "pre": ("```\n", "\n```"),
}
_STICKER_TYPES = {"webp": "image/webp", "webm": "video/webm"}


class Place(NamedTuple):
    """Where a message is: its number is unique in its chat, and chats differ by who of us is in them."""

    chat: str
    number: int
    connection: str | None = None

    def __str__(self) -> str:
        """The source_id we keep."""
        chat = f"{self.chat}:{self.number}"
        return f"{self.connection}:{chat}" if self.connection else chat

    @classmethod
    def of(cls, source_id: str) -> Place | None:
        """The place a source_id names; None when it is none of ours."""
        found = _PLACE.fullmatch(source_id)
        if found is None:
            return None
        connection, chat, place = found.groups()
        return cls(chat, int(place), connection)


class UpdateReader:
    """Reads one update for one bot."""

    def __init__(self, credentials: Credentials) -> None:
        self._groups = credentials.settings.get("groups") is True

    def read(self, update: Json) -> Sequence[Event]:
        """The events of one update."""
        for name in ("message", "business_message"):
            if name in update:
                return [self._message(obj(update[name]), update)]
        for name in ("edited_message", "edited_business_message"):
            if name in update:
                return [self._edit(obj(update[name]), update)]
        if "callback_query" in update:
            return [self._callback(obj(update["callback_query"]), update)]
        if "message_reaction" in update:
            return self._reaction(obj(update["message_reaction"]))
        if "my_chat_member" in update:
            return [self._membership(obj(update["my_chat_member"]))]
        if "business_connection" in update:
            return [_connection(obj(update["business_connection"]))]
        if "deleted_business_messages" in update:
            return _deletions(obj(update["deleted_business_messages"]))
        names = set(update) - {"update_id"}
        if names and names <= _UNINTERESTING:
            return [Ignored(reason=" ".join(sorted(names)))]
        raise ValueError(f"An unknown update: {' '.join(sorted(names)) or 'empty'}.")

    def _foreign(self, chat: Json) -> bool:
        """Whether a chat is none of this inbox's business: groups, unless they were asked for."""
        kind = text(chat.get("type"))
        return kind == "channel" or (kind in {"group", "supergroup"} and not self._groups)

    def _message(self, message: Json, update: Json) -> Event:
        chat = obj(message.get("chat"))
        if self._foreign(chat):
            return Ignored(reason="a group or channel")
        if moved := text(message.get("migrate_to_chat_id")):
            return ContactUpdate(source_id=required(chat.get("id"), "id"), new_source_id=moved)
        if _SERVICE & set(message):
            return Ignored(reason=" ".join(sorted(_SERVICE & set(message))))
        return _inbound(message, update)

    def _edit(self, message: Json, update: Json) -> Event:
        if self._foreign(obj(message.get("chat"))):
            return Ignored(reason="a group or channel")
        now = _inbound(message, update)
        return MessageEdit(
            source_id=now.source_id,
            content=now.content if "text" in message or "caption" in message else None,
            edited_at=timestamp(message.get("edit_date")),
            message=now,
            raw=update,
        )

    def _callback(self, query: Json, update: Json) -> Event:
        """A pressed button: the customer's words are what stood on it."""
        message = obj(query.get("message"))
        sender = obj(query.get("from"))
        chat = obj(message.get("chat")) or sender
        if self._foreign(chat):
            return Ignored(reason="a group or channel")
        data = text(query.get("data"))
        pressed = _button(message, data) or data
        query_id = required(query.get("id"), "id")
        at = _place(message) if message else None
        attributes: Json = {"callback_query_id": query_id, "payload": data}
        attributes |= _thread(message)
        if _is_group(chat):
            attributes["sender"] = _person(sender)
        return InboundMessage(
            source_id=f"callback:{query_id}",
            contact=_contact(chat, sender),
            content=pressed or "",
            content_attributes=attributes,
            in_reply_to=str(at) if at else None,
            thread_key=_thread_key(message),
            unsupported=not pressed,
            raw=update,
        )

    def _reaction(self, change: Json) -> list[Event]:
        chat = obj(change.get("chat"))
        if self._foreign(chat):
            return [Ignored(reason="a group or channel")]
        before, now = _emoji(change.get("old_reaction")), _emoji(change.get("new_reaction"))
        shown: list[str | None] = [emoji for emoji in now if emoji not in before]
        if not shown:
            shown = [now[-1] if now else None]
        target = str(required_place(change))
        contact = _contact(chat, obj(change.get("user")))
        return [
            Reaction(
                message_source_id=target,
                contact=contact,
                emoji=emoji,
                reacted_at=timestamp(change.get("date")),
            )
            for emoji in shown
        ]

    def _membership(self, change: Json) -> Event:
        chat = obj(change.get("chat"))
        if self._foreign(chat):
            return Ignored(reason="a group or channel")
        status = required(obj(change.get("new_chat_member")).get("status"), "status")
        return ContactUpdate(
            source_id=required(chat.get("id"), "id"),
            unreachable=status in {"kicked", "left"},
        )


def _connection(connection: Json) -> InboxUpdate:
    """A business account took the bot in, changed its rights or put it out."""
    user = obj(connection.get("user"))
    rights = obj(connection.get("rights"))
    return InboxUpdate(
        kind="business_connection",
        details={
            "id": required(connection.get("id"), "id"),
            "user_id": text(user.get("id")),
            "user_name": _name(user),
            "enabled": connection.get("is_enabled") is True,
            "can_reply": (rights or connection).get("can_reply") is True,
        },
    )


def _deletions(deleted: Json) -> list[Event]:
    chat = required(obj(deleted.get("chat")).get("id"), "id")
    connection = text(deleted.get("business_connection_id"))
    numbers = (integer(item) for item in items(deleted.get("message_ids")))
    return [
        MessageDeletion(source_id=str(Place(chat, place, connection)))
        for place in numbers
        if place is not None
    ]


def _place(message: Json) -> Place | None:
    chat, place = text(obj(message.get("chat")).get("id")), integer(message.get("message_id"))
    if chat is None or place is None:
        return None
    return Place(chat, place, text(message.get("business_connection_id")))


def required_place(message: Json) -> Place:
    """Where a message is. Raises `ValueError`."""
    found = _place(message)
    if found is None:
        raise ValueError("There is no message_id, or no chat.")
    return found


def _inbound(message: Json, update: Json) -> InboundMessage:
    chat, sender = obj(message.get("chat")), obj(message.get("from"))
    place = required_place(message)
    attributes = _thread(message)
    if _is_group(chat):
        attributes["sender"] = _person(obj(message.get("sender_chat")) or sender)
    if "forward_origin" in message or "forward_date" in message:
        attributes["forwarded"] = True
    if album := text(message.get("media_group_id")):
        attributes["media_group_id"] = album
    if quote := text(obj(message.get("quote")).get("text")):
        attributes["quote"] = quote
    content = _written(message, "text", "entities") or _written(
        message, "caption", "caption_entities"
    )
    if opened := _START.match(content):
        content = "/start"
        attributes["referral"] = {"source": "deep_link", "ref": opened.group(1)}
    found = _attachments(message)
    content = content or _in_words(message)
    ours = "sender_business_bot" in message
    echo = place.connection is not None and (ours or _id(sender) not in {None, _id(chat)})
    if echo:
        attributes["external_echo"] = not ours
    return InboundMessage(
        source_id=str(place),
        contact=_contact(chat, {} if echo else sender, message),
        content=content,
        content_attributes=attributes,
        attachments=found,
        sent_at=timestamp(message.get("date")),
        in_reply_to=_answered(message),
        thread_key=_thread_key(message),
        echo=echo,
        unsupported=not (content or found),
        raw=update,
    )


def _answered(message: Json) -> str | None:
    """The message it answers. In a forum all of a topic's messages seem to answer its first one."""
    reply = obj(message.get("reply_to_message"))
    if not reply or "forum_topic_created" in reply:
        return None
    connection = text(message.get("business_connection_id"))
    place = _place({"business_connection_id": connection, **reply})
    return str(place) if place else None


def _thread(message: Json) -> Json:
    """What an answer must carry to arrive in the same place."""
    found: Json = {}
    if connection := text(message.get("business_connection_id")):
        found["business_connection_id"] = connection
    topic = integer(message.get("message_thread_id"))
    if message.get("is_topic_message") is True and topic is not None:
        found["message_thread_id"] = topic
    return found


def _thread_key(message: Json) -> str | None:
    if connection := text(message.get("business_connection_id")):
        return connection
    topic = message.get("is_topic_message") is True
    return text(message.get("message_thread_id")) if topic else None


def _is_group(chat: Json) -> bool:
    return text(chat.get("type")) in {"group", "supergroup"}


def _id(somebody: Json) -> str | None:
    return text(somebody.get("id"))


def _name(somebody: Json) -> str | None:
    names = (text(somebody.get("first_name")), text(somebody.get("last_name")))
    return " ".join(name for name in names if name) or text(somebody.get("title"))


def _person(somebody: Json) -> Json:
    return {
        "id": _id(somebody),
        "name": _name(somebody),
        "username": text(somebody.get("username")),
    }


def _contact(chat: Json, sender: Json, message: Json | None = None) -> InboundContact:
    """The chat is who we answer to; in private chats it is the person."""
    language = text(sender.get("language_code"))
    card = obj((message or {}).get("contact"))
    own = text(card.get("user_id")) is not None and text(card.get("user_id")) == _id(sender)
    return InboundContact(
        source_id=required(chat.get("id"), "id"),
        name=_name(chat) or (None if _is_group(chat) else _name(sender)),
        username=text(chat.get("username")),
        phone_number=e164(text(card.get("phone_number")) or "") if own else None,
        attributes={"language_code": language} if language and not _is_group(chat) else {},
    )


def _button(message: Json, data: str | None) -> str | None:
    """What stands on the button that sends this data."""
    for row in items(obj(message.get("reply_markup")).get("inline_keyboard")):
        for button in items(row):
            if data is not None and text(obj(button).get("callback_data")) == data:
                return text(obj(button).get("text"))
    return None


def _emoji(reactions: object) -> list[str]:
    found = []
    for reaction in objects(reactions):
        kind = text(reaction.get("type"))
        emoji = text(reaction.get("emoji"))
        found.append(emoji or (_PAID if kind == "paid" else _CUSTOM))
    return found


def _written(message: Json, name: str, entities: str) -> str:
    """The text with its formatting as CommonMark. Telegram counts in UTF-16 units."""
    words = text(message.get(name)) or ""
    raw = words.encode("utf-16-le")
    marks: list[tuple[int, int, int, str]] = []  # place, two orders at that place, what to write
    for index, entity in enumerate(objects(message.get(entities))):
        start, length = integer(entity.get("offset")), integer(entity.get("length"))
        kind = text(entity.get("type")) or ""
        opening, closing = _MARKS.get(kind, ("", ""))
        if url := text(entity.get("url")) if kind == "text_link" else None:
            opening, closing = "[", f"]({url})"
        if not opening or start is None or length is None or start < 0 or length <= 0:
            continue
        inside = raw[2 * start : 2 * (start + length)].decode("utf-16-le", "replace")
        start += len(inside) - len(inside.lstrip())
        end = start + len(inside.strip().encode("utf-16-le")) // 2
        if end <= start or 2 * end > len(raw):
            continue
        marks += [(start, -end, index, opening), (end, -len(raw) - start, -index, closing)]
    out, position = "", 0
    for place, _, _, mark in sorted(marks):
        out += raw[2 * position : 2 * place].decode("utf-16-le", "replace") + mark
        position = place
    return out + raw[2 * position :].decode("utf-16-le", "replace")


def _in_words(message: Json) -> str:
    """What can be said in words though it is no text."""
    if dice := obj(message.get("dice")):
        return f"{text(dice.get('emoji')) or '🎲'} {text(dice.get('value')) or ''}".strip()
    if poll := obj(message.get("poll")):
        answers = [text(option.get("text")) for option in objects(poll.get("options"))]
        lines = [text(poll.get("question")), *(f"- {answer}" for answer in answers if answer)]
        return "\n".join(line for line in lines if line)
    sticker = obj(message.get("sticker"))
    if sticker.get("is_animated") is True:
        return text(sticker.get("emoji")) or "🙂"
    return ""


def _attachments(message: Json) -> tuple[InboundAttachment, ...]:
    if photos := objects(message.get("photo")):
        largest = max(photos, key=lambda photo: number(photo.get("width")) or 0)
        return (_file("image", {"mime_type": "image/jpeg", **largest}),)
    if sticker := obj(message.get("sticker")):
        return (_sticker(sticker),)
    for name, kind in (
        ("animation", "video"),  # before `document`, which repeats it
        ("video", "video"),
        ("video_note", "video"),
        ("voice", "audio"),
        ("audio", "audio"),
        ("document", "file"),
    ):
        if found := obj(message.get(name)):
            meta: Json = {"voice": True} if name == "voice" else {}
            return (_file(kind, found, meta),)
    if "location" in message or "venue" in message:
        return (_location(message),)
    if card := obj(message.get("contact")):
        return (_card(card),)
    return ()


def _file(kind: str, found: Json, meta: Json | None = None) -> InboundAttachment:
    """A file, or a note that it is larger than bots may download."""
    size = integer(found.get("file_size"))
    meta = dict(meta or {})
    if duration := integer(found.get("duration")):
        meta["duration"] = duration
    if size is not None and size > DOWNLOAD_LIMIT:
        meta |= {"too_large": True, "byte_size": size}
        return InboundAttachment(kind=kind, title=text(found.get("file_name")), meta=meta)
    title = " – ".join(
        part for part in (text(found.get("performer")), text(found.get("title"))) if part
    )
    return InboundAttachment(
        kind=kind,
        media=MediaSource(
            media_id=required(found.get("file_id"), "file_id"),
            content_type=text(found.get("mime_type")),
            file_name=text(found.get("file_name")),
            byte_size=size,
        ),
        title=title or None,
        meta=meta,
    )


def _sticker(sticker: Json) -> InboundAttachment:
    """A sticker; an animated one is a vector animation no browser plays, so its emoji stands for it."""
    emoji = text(sticker.get("emoji"))
    meta: Json = {"emoji": emoji, "set_name": text(sticker.get("set_name"))}
    if sticker.get("is_animated") is True:
        return InboundAttachment(kind="sticker", title=emoji, meta=meta)
    kind = _STICKER_TYPES["webm" if sticker.get("is_video") is True else "webp"]
    found = _file("sticker", {"mime_type": kind, **sticker}, meta)
    return InboundAttachment(kind="sticker", media=found.media, title=emoji, meta=found.meta)


def _location(message: Json) -> InboundAttachment:
    venue = obj(message.get("venue"))
    place = obj(message.get("location")) or obj(venue.get("location"))
    meta: Json = {}
    if address := text(venue.get("address")):
        meta["address"] = address
    if period := integer(place.get("live_period")):
        meta["live_period"] = period
    return InboundAttachment(
        kind="location",
        title=text(venue.get("title")),
        latitude=number(place.get("latitude")),
        longitude=number(place.get("longitude")),
        meta=meta,
    )


def _card(card: Json) -> InboundAttachment:
    meta: Json = {
        name: card[name] for name in ("phone_number", "user_id", "vcard") if card.get(name)
    }
    return InboundAttachment(kind="contact", title=_name(card), meta=meta)
