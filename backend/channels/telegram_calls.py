"""Which calls of Telegram's bot API a message takes: text as HTML, files as uploads, neighbours as albums."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import unescape
from itertools import groupby

from backend.channels.base import (
    ErrorCategory,
    Json,
    OutboundAttachment,
    OutboundMessage,
    SendError,
    Target,
)
from backend.channels.sending import Link, Option, cards, is_picture, nothing_to_send, options
from backend.channels.telegram_updates import Place
from backend.channels.text import TELEGRAM, split, utf16
from backend.channels.voice import webm_to_ogg

MIB = 1024 * 1024
TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024  # UTF-16 units, after the markup is taken off
PHOTO_LIMIT, FILE_LIMIT = 10 * MIB, 50 * MIB
MOST_IN_ALBUM = 10
ROW_WIDTH = 24  # characters of button labels that fit beside each other on a phone
MOST_IN_ROW = 8

_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Call:
    """One request: a method, what it is told, and the files that go with it under their field's name."""

    method: str
    fields: Json
    files: dict[str, OutboundAttachment] = field(default_factory=dict)
    plain: Json = field(
        default_factory=dict
    )  #: what replaces the fields when the markup is refused
    messages: int = 1  #: how many it makes


def calls(message: OutboundMessage) -> list[Call]:
    """The calls it takes, in order."""
    where = where_to(message.to, message.thread)
    pieces = split(message.content, TELEGRAM, TEXT_LIMIT, utf16)
    buttons = _keyboard(options(message))
    caption = None
    fits = len(split(message.content, TELEGRAM, CAPTION_LIMIT, utf16)) == 1
    if message.attachments and fits and not buttons:
        caption, pieces = pieces[0], []
    texts = [_text_call(where, piece) for piece in pieces]
    files = _file_calls(where, [_playable(one) for one in message.attachments], caption)
    found = files + texts if buttons else texts + files
    for card in cards(message):
        extra: Json = {"reply_markup": _links(card.links)} if card.links else {}
        if card.media_url:
            extra["link_preview_options"] = {"url": card.media_url}
        words = "\n".join(line for line in (card.title, card.description) if line)
        found.append(Call("sendMessage", where | {"text": words} | extra))
    if not found:
        raise nothing_to_send()
    if buttons:
        found[-1].fields["reply_markup"] = buttons
    place = Place.of(message.in_reply_to or "")
    if place and place.chat == message.to:
        found[0].fields["reply_parameters"] = {
            "message_id": place.number,
            "allow_sending_without_reply": True,
        }
    return found


def where_to(to: str, thread: Json) -> Json:
    """The chat, and what leads into the right corner of it."""
    where: Json = {"chat_id": chat_id(to)}
    for name in ("business_connection_id", "message_thread_id"):
        if thread.get(name):
            where[name] = thread[name]
    return where


def at(place: Place) -> Json:
    where: Json = {"chat_id": chat_id(place.chat), "message_id": place.number}
    if place.connection:
        where["business_connection_id"] = place.connection
    return where


def chat_id(chat: str) -> int | str:
    try:
        return int(chat)
    except ValueError:
        return chat


def known_place(target: Target) -> Place:
    place = Place.of(target.source_id or "")
    if place is None:
        raise SendError(ErrorCategory.INVALID_CONTENT, "Telegram does not know this message.")
    return place


def _text_call(where: Json, piece: str) -> Call:
    return Call("sendMessage", where | formatted(piece), plain={"text": stripped(piece)})


def formatted(piece: str) -> Json:
    """Text with markup only where there is some: then nothing else can be taken for it."""
    if "<" not in piece:
        return {"text": stripped(piece)}
    fields: Json = {"text": piece, "parse_mode": "HTML"}
    if "<a " in piece:
        fields["link_preview_options"] = {"is_disabled": False}
    return fields


def stripped(piece: str) -> str:
    """The same without markup, links written out."""
    piece = _LINK.sub(lambda link: f"{link.group(2)} ({link.group(1)})", piece)
    return unescape(_TAG.sub("", piece))


def _keyboard(offered: list[Option]) -> Json:
    """Options beside each other when they are short, else one below the other."""
    if not offered:
        return {}
    buttons = [{"text": option.title, "callback_data": option.value} for option in offered]
    width = sum(len(option.title) for option in offered)
    short = len(offered) <= MOST_IN_ROW and width <= ROW_WIDTH
    return {"inline_keyboard": [buttons] if short else [[button] for button in buttons]}


def _links(links: Sequence[Link]) -> Json:
    rows = []
    for link in links:
        action = {"url": link.url} if link.url else {"callback_data": link.payload or link.title}
        rows.append([{"text": link.title, **action}])
    return {"inline_keyboard": rows}


def _file_calls(
    where: Json, attachments: Sequence[OutboundAttachment], caption: str | None
) -> list[Call]:
    """Neighbours of one family as an album, the others one by one; the words under the first."""
    found = []
    for (family, _), group in groupby(enumerate(attachments), _album):
        members = [one for _, one in group]
        for at in range(0, len(members), MOST_IN_ALBUM):
            some = members[at : at + MOST_IN_ALBUM]
            single = len(some) == 1 or family is None
            found.append(_single(where, some[0]) if single else _album_call(where, some))
    if caption and found:
        _put_caption(found[0], caption)
    return found


def _playable(one: OutboundAttachment) -> OutboundAttachment:
    """What a browser recorded, in the wrapping that plays as a voice message."""
    if one.content_type.partition(";")[0].strip().lower() != "audio/webm":
        return one
    ogg = webm_to_ogg(one.data)
    if ogg is None:
        return one
    name = one.file_name.removesuffix(".webm") + ".ogg"
    return replace(one, file_name=name, content_type="audio/ogg", data=ogg)


def _album(numbered: tuple[int, OutboundAttachment]) -> tuple[str | None, int]:
    """What may share an album: pictures with films, documents with documents, music with music."""
    place, one = numbered
    kind = _kind(one)
    family = {"photo": "visual", "video": "visual", "document": "document", "audio": "audio"}
    return (family[kind], 0) if kind in family else (None, place)


def _kind(one: OutboundAttachment) -> str:
    """What Telegram calls a file of this type and size."""
    main = one.content_type.partition(";")[0].strip().lower()
    if main == "image/gif":
        return "animation"
    if is_picture(main) and len(one.data) <= PHOTO_LIMIT:
        return "photo"
    if main == "audio/ogg":
        return "voice"
    if main in {"audio/mpeg", "audio/mp4", "audio/x-m4a"}:
        return "audio"
    return "video" if main == "video/mp4" else "document"


def _single(where: Json, one: OutboundAttachment) -> Call:
    kind = _kind(one)
    return Call(f"send{kind.capitalize()}", dict(where), {kind: one})


def _album_call(where: Json, some: Sequence[OutboundAttachment]) -> Call:
    files = {f"f{place}": one for place, one in enumerate(some)}
    media = [{"type": _kind(one), "media": f"attach://{name}"} for name, one in files.items()]
    return Call("sendMediaGroup", where | {"media": media}, files, messages=len(some))


def _put_caption(call: Call, caption: str) -> None:
    words = {"caption": caption, "parse_mode": "HTML"}
    if call.method == "sendMediaGroup":
        call.fields["media"][0] |= words
    else:
        call.fields.update(words)
        call.plain["caption"] = stripped(caption)
