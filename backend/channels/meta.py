"""What Messenger and Instagram have in common: the envelope, the attachments and the way events are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from backend.channels import signatures
from backend.channels.base import (
    ContactUpdate,
    Credentials,
    DeliveryStatus,
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
    StatusUpdate,
    WebhookRejected,
    WebhookRequest,
)
from backend.channels.media import host_allowed
from backend.channels.payload import (
    each,
    integer,
    items,
    loads,
    must_obj,
    number,
    obj,
    objects,
    parse_body,
    required,
    text,
    timestamp,
)

WEBHOOK_BYTES = 3 * 1024 * 1024
GRAPH_VERSION = "v24.0"
MEDIA_HOSTS = (".fbcdn.net", ".fbsbx.com", ".cdninstagram.com")
STORY_LIFETIME = timedelta(hours=24)

_FILES = {"image", "video", "audio", "file"}
_LINKS = {"share", "post", "reel", "ig_reel", "ig_post", "ig_story", "story_share", "fallback"}
_PRODUCT: tuple[str, ...] = ("id", "retailer_id", "subtitle")
_KNOWN = {*_FILES, *_LINKS, "sticker", "story_mention", "location", "template", "product"}
_TWICE = {"image", "video", "share"}  # kinds that come beside a more telling one of the same URL


def handshake(request: WebhookRequest, credentials: Credentials) -> str | None:
    """The challenge to echo when Meta checks a callback URL; None for any other request."""
    if request.method != "GET" or request.query.get("hub.mode") != "subscribe":
        return None
    signatures.require(
        request.query.get("hub.verify_token", ""), signatures.secret(credentials, "verify_token")
    )
    return request.query.get("hub.challenge", "")


def verify(request: WebhookRequest, secrets: Iterable[str]) -> None:
    """Raise `WebhookRejected` unless Meta signed these bytes with one of the apps' secrets."""
    signatures.check_size(request, WEBHOOK_BYTES)
    given = signatures.header(request.headers, "x-hub-signature-256")
    matches = [
        signatures.same(given, "sha256=" + signatures.hmac_hex(secret, request.body))
        for secret in secrets
    ]
    if not any(matches):
        raise WebhookRejected("The signature does not match.")


def keys(request: WebhookRequest) -> tuple[str, ...]:
    """The pages or Instagram accounts a delivery is about."""
    try:
        envelope = obj(loads(request.body))
    except ValueError:
        return ()
    found = (text(entry.get("id")) for entry in objects(envelope.get("entry")))
    return tuple(dict.fromkeys(key for key in found if key))


def parse(
    request: WebhookRequest,
    credentials: Credentials,
    *,
    change: Callable[[Json], Iterable[Event]] | None = None,
) -> list[Event]:
    """The events of this inbox's `entry[].messaging[]`, oldest first, and of its `changes[]`."""
    reader = _Reader(credentials)

    def entry_events(entry: Json) -> list[Event]:
        if text(must_obj(entry).get("id")) != credentials.address:
            return []
        found = sorted(items(entry.get("messaging")), key=_when)
        events = each(found, reader.read)
        if change is not None:
            events += each(items(entry.get("changes")), change)
        if items(entry.get("standby")):
            events.append(Ignored(reason="another app has this conversation"))
        return events

    return parse_body(
        request.body, lambda body: each(items(must_obj(body).get("entry")), entry_events)
    )


def _when(item: Any) -> float:
    return number(obj(item).get("timestamp")) or 0.0


class _Reader:
    """Reads one item of `messaging[]` for one inbox."""

    def __init__(self, credentials: Credentials) -> None:
        self._own_app = credentials.settings.get("app_id")

    def read(self, item: Json) -> Iterable[Event]:
        sender = text(obj(must_obj(item).get("sender")).get("id"))
        at = timestamp(item.get("timestamp"))
        if "message" in item:
            return [self._message(item, obj(item.get("message")), at)]
        if "delivery" in item or "read" in item:
            return self._receipt(item, sender, at)
        if "pass_thread_control" in item or "take_thread_control" in item:
            return [InboxUpdate(kind="thread_control", details=item)]
        if "policy_enforcement" in item or "policy-enforcement" in item:
            return [InboxUpdate(kind="policy_enforcement", details=item)]
        for name in ("optin", "request_thread_control", "account_linking", "app_roles"):
            if name in item:
                return [Ignored(reason=name)]
        contact = InboundContact(source_id=required(obj(item.get("sender")).get("id"), "id"))
        if "postback" in item:
            return [self._postback(item, obj(item.get("postback")), contact, at)]
        if "reaction" in item:
            found = obj(item.get("reaction"))
            taken_back = text(found.get("action")) == "unreact"
            emoji = text(found.get("emoji")) or text(found.get("reaction"))
            return [
                Reaction(
                    message_source_id=required(found.get("mid"), "mid"),
                    contact=contact,
                    emoji=None if taken_back else emoji,
                    reacted_at=at,
                )
            ]
        if "message_edit" in item:
            return [self._edit(item, obj(item.get("message_edit")), contact, at)]
        if "referral" in item:
            known = InboundContact(
                source_id=contact.source_id, attributes={"referral": item["referral"]}
            )
            return [ContactUpdate(source_id=contact.source_id, contact=known)]
        return [self._unknown(item, contact, at)]

    def _message(self, item: Json, message: Json, at: datetime | None) -> Event:
        mid = required(message.get("mid"), "mid")
        echo = message.get("is_echo") is True
        if message.get("is_self") is True:
            return Ignored(reason="the business wrote to itself")
        if message.get("is_deleted") is True:
            return MessageDeletion(source_id=mid, deleted_at=at, erase=True)
        who = required(obj(item.get("recipient" if echo else "sender")).get("id"), "id")
        found = attachments(message, at)
        heart = any(one.kind == "like_heart" for one in found)
        found = tuple(one for one in found if one.kind != "like_heart")
        content = text(message.get("text")) or ("❤️" if heart else "")
        return InboundMessage(
            source_id=mid,
            contact=InboundContact(source_id=who),
            content=content,
            content_attributes=self._attributes(message, echo),
            attachments=found,
            sent_at=at,
            in_reply_to=text(obj(message.get("reply_to")).get("mid")),
            echo=echo,
            unsupported=message.get("is_unsupported") is True
            or not (content or any(can_show(one) for one in found)),
            raw=item,
        )

    def _attributes(self, message: Json, echo: bool) -> Json:
        attributes: Json = {}
        if referral := obj(message.get("referral")):
            attributes["referral"] = referral
        if pressed := text(obj(message.get("quick_reply")).get("payload")):
            attributes["payload"] = pressed
        if story := obj(obj(message.get("reply_to")).get("story")):
            attributes["story_id"] = text(story.get("id"))
            attributes["story_url"] = text(story.get("url"))
        if echo:
            ours = text(message.get("metadata"))
            app = text(message.get("app_id"))
            attributes["external_echo"] = not ours and (app is None or app != str(self._own_app))
            if ours:
                attributes["echo_of"] = ours
        return attributes

    def _postback(
        self, item: Json, postback: Json, contact: InboundContact, at: datetime | None
    ) -> Event:
        pressed = text(postback.get("payload"))
        stamp = text(item.get("timestamp"))
        attributes: Json = {"payload": pressed} if pressed else {}
        if referral := obj(postback.get("referral")):
            attributes["referral"] = referral
        return InboundMessage(
            source_id=text(postback.get("mid"))
            or f"postback:{contact.source_id}:{stamp}:{pressed}",
            contact=contact,
            content=text(postback.get("title")) or pressed or "",
            content_attributes=attributes,
            sent_at=at,
            unsupported=not (text(postback.get("title")) or pressed),
            raw=item,
        )

    def _edit(
        self, item: Json, edit: Json, contact: InboundContact, at: datetime | None
    ) -> MessageEdit:
        mid = required(edit.get("mid"), "mid")
        now = text(edit.get("text"))
        return MessageEdit(
            source_id=mid,
            content=now,
            edited_at=at,
            revision=integer(edit.get("num_edit")),
            message=InboundMessage(
                source_id=mid, contact=contact, content=now or "", sent_at=at, raw=item
            )
            if now
            else None,
            raw=item,
        )

    def _receipt(self, item: Json, sender: str | None, at: datetime | None) -> list[Event]:
        who = sender or required(obj(item.get("sender")).get("id"), "id")
        status = DeliveryStatus.READ if "read" in item else DeliveryStatus.DELIVERED
        receipt = obj(item.get("read" if "read" in item else "delivery"))
        mids = [mid for mid in items(receipt.get("mids")) if isinstance(mid, str) and mid]
        events: list[Event] = [
            StatusUpdate(status=status, source_id=mid, contact_source_id=who, at=at) for mid in mids
        ]
        if mid := text(receipt.get("mid")):
            events.append(
                StatusUpdate(
                    status=status, source_id=mid, contact_source_id=who, and_earlier=True, at=at
                )
            )
        if until := timestamp(receipt.get("watermark")):
            events.append(
                StatusUpdate(status=status, contact_source_id=who, watermark=until, at=at)
            )
        if not events:
            raise ValueError(f"A {status} receipt for nothing.")
        return events

    def _unknown(self, item: Json, contact: InboundContact, at: datetime | None) -> Event:
        names = sorted(set(item) - {"sender", "recipient", "timestamp"})
        if not names:
            raise ValueError("An event without content.")
        return InboundMessage(
            source_id=f"{names[0]}:{contact.source_id}:{text(item.get('timestamp'))}",
            contact=contact,
            sent_at=at,
            unsupported=True,
            raw=item,
        )


def attachments(message: Json, at: datetime | None) -> tuple[InboundAttachment, ...]:
    """What came with a message, each thing once.

    Meta sends some things twice: a sticker also as an image, a shared post also as a plain share.
    """
    found: list[InboundAttachment] = []
    places: dict[str, int] = {}
    for item in objects(message.get("attachments")):
        url = text(obj(item.get("payload")).get("url"))
        for one in _attachment(item, text(message.get("mid")), at):
            place = places.get(url) if url else None
            if place is None:
                if url:
                    places[url] = len(found)
                found.append(one)
            elif found[place].kind in _TWICE and one.kind != found[place].kind:
                found[place] = one
    return tuple(found)


def can_show(attachment: InboundAttachment) -> bool:
    """Whether an agent can see what this is."""
    return attachment.kind in _KNOWN and (
        attachment.media is not None
        or attachment.latitude is not None
        or bool(attachment.url or attachment.title)
    )


def _attachment(item: Json, mid: str | None, at: datetime | None) -> list[InboundAttachment]:
    kind = text(item.get("type")) or "unknown"
    inside = obj(item.get("payload"))
    url = text(inside.get("url")) or text(item.get("url"))
    title = text(inside.get("title")) or text(item.get("title"))
    if sticker := text(inside.get("sticker_id")):
        return [InboundAttachment(kind="sticker", media=_media(url), meta={"sticker_id": sticker})]
    if kind in _FILES and url:
        return [InboundAttachment(kind=kind, media=_media(url, named=kind == "file"))]
    if kind == "story_mention":
        meta = {"expires_at": (at + STORY_LIFETIME).isoformat()} if at else {}
        return [InboundAttachment(kind=kind, media=_media(url, message_id=mid), meta=meta)]
    if kind == "location":
        place = obj(inside.get("coordinates"))
        return [
            InboundAttachment(
                kind=kind,
                title=title,
                url=url,
                latitude=number(place.get("lat")),
                longitude=number(place.get("long")),
            )
        ]
    if kind == "template":
        return _cards(inside, title)
    rest = {key: value for key, value in inside.items() if key not in {"url", "title"}}
    if kind in _LINKS and url and is_media_url(url):
        return [InboundAttachment(kind=kind, media=_media(url), title=title, meta=rest)]
    return [InboundAttachment(kind=kind, title=title, url=url, meta=rest)]


def _cards(inside: Json, title: str | None) -> list[InboundAttachment]:
    """Products and other cards; a template without any is shown by its title."""
    elements = objects(obj(inside.get("product")).get("elements"))
    elements += objects(obj(inside.get("generic")).get("elements"))
    found = []
    for element in elements:
        meta: Json = {name: element[name] for name in _PRODUCT if name in element}
        found.append(
            InboundAttachment(
                kind="product",
                media=_media(text(element.get("image_url"))),
                title=text(element.get("title")),
                meta=meta,
            )
        )
    return found or [InboundAttachment(kind="template", title=title, meta=inside)]


def _media(
    url: str | None, *, named: bool = False, message_id: str | None = None
) -> MediaSource | None:
    """A file on Meta's servers; only documents carry a name worth keeping in their path."""
    if url is None:
        return None
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    name = PurePosixPath(unquote(path)).name if named else ""
    return MediaSource(url=url, media_id=message_id, file_name=name if "." in name else None)


def is_media_url(url: str) -> bool:
    """Whether a URL leads to one of Meta's file servers, not to a page."""
    try:
        return host_allowed(urlsplit(url).hostname or "", MEDIA_HOSTS)
    except ValueError:
        return False


def event_key(request: WebhookRequest) -> str:
    """Meta repeats a delivery byte for byte and gives it no id."""
    return signatures.body_hash(request.body)
