"""WhatsApp's webhooks in our words. Meta and 360dialog send the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from backend.channels.base import (
    ContactUpdate,
    DeliveryStatus,
    ErrorCategory,
    Event,
    Ignored,
    InboundContact,
    InboundMessage,
    InboxUpdate,
    Json,
    MessageDeletion,
    MessageEdit,
    Reaction,
    StatusUpdate,
)
from backend.channels.payload import each, items, must_obj, number, obj, parse_body, text, timestamp
from backend.channels.phone import digits, e164, variants
from backend.channels.whatsapp_content import read
from backend.channels.whatsapp_errors import describe

#: A business-scoped user id: what is known of people who hide their number behind a username.
USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]+")

_STATUSES = {
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "played": DeliveryStatus.READ,
    "failed": DeliveryStatus.FAILED,
}
_ACCOUNT_FIELDS = {
    "message_template_status_update": "template_status",
    "message_template_quality_update": "template_quality",
    "template_category_update": "template_category",
    "phone_number_quality_update": "quality",
    "phone_number_name_update": "name",
    "account_update": "account",
    "account_review_update": "account",
    "account_alerts": "account",
    "business_capability_update": "limits",
}
_LOST = {"PARTNER_REMOVED", "PARTNER_APP_UNINSTALLED", "ACCOUNT_DELETED"}

Concerns = Callable[[str | None, Json], bool]


def changes(payload: Any) -> Iterator[tuple[str | None, Any]]:
    """Return every change of a delivery with the id of the account it happened in."""
    for entry in items(obj(payload).get("entry")):
        listed = obj(entry).get("changes")
        for change in listed if isinstance(listed, list) else [entry]:
            yield text(obj(entry).get("id")), change


def phone_number_id(value: Json) -> str | None:
    """Return the inbox a change is about; account-level changes name none."""
    return text(obj(value.get("metadata")).get("phone_number_id"))


def parse_delivery(body: bytes, concerns: Concerns) -> list[Event]:
    """Return the events of one delivery for which `concerns(account id, value)` holds."""

    def parse(payload: Any) -> list[Event]:
        if not isinstance(must_obj(payload).get("entry"), list):
            raise ValueError("The delivery has no list of entries.")
        return each(changes(payload), one)

    def one(pair: tuple[str | None, Any]) -> Iterable[Event]:
        account, change = pair
        value = must_obj(must_obj(change).get("value"))
        return parse_change(text(change.get("field")), value) if concerns(account, value) else ()

    return parse_body(body, parse)


def parse_change(kind: str | None, value: Json) -> list[Event]:
    """Return the events of one change. The lists in it decide; its name only where there is none."""
    readers: dict[str, Callable[[Any], Iterable[Event]]] = {
        "messages": partial(_message, value),
        "message_echoes": partial(_echo, value),
        "statuses": _status,
        "user_preferences": partial(_preference, value),
        "user_id_update": _user_id_update,
        "calls": partial(_call, value),
        "history": partial(_history, value),
        "state_sync": _state_sync,
    }
    events: list[Event] = []
    for name, reader in readers.items():
        given = value.get(name)
        if given is not None:
            listed = given if isinstance(given, list) else [given]
            events += each(sorted(listed, key=_when), reader)
    if items(value.get("errors")):
        events.append(InboxUpdate(kind="error", details={"errors": value["errors"]}))
    if kind in _ACCOUNT_FIELDS:
        events.append(_account(_ACCOUNT_FIELDS[kind], value))
    return events or [Ignored(reason=kind or "empty change")]


def _when(item: Any) -> float:
    return number(obj(item).get("timestamp")) or 0.0


# Who.


def _contact(
    value: Json, phone: str | None, user_id: str | None, parent: str | None
) -> InboundContact:
    """Return who is meant. Answers go to the number as it was given, else to the user id."""
    if phone is not None and USER_ID.fullmatch(phone):
        phone, user_id = None, phone
    card = _card(value, phone, user_id)
    phone = phone or text(card.get("wa_id"))
    user_id = user_id or text(card.get("user_id"))
    parent = parent or text(card.get("parent_user_id"))
    source_id = phone or user_id
    if source_id is None:
        raise ValueError("Nobody is named as the other side.")
    profile = obj(card.get("profile"))
    others = (user_id, parent, *variants(phone or ""))
    return InboundContact(
        source_id=source_id,
        aliases=tuple(dict.fromkeys(other for other in others if other and other != source_id)),
        name=text(profile.get("name")),
        username=text(profile.get("username")) or text(card.get("username")),
        phone_number=e164(phone) if phone else None,
    )


def _card(value: Json, phone: str | None, user_id: str | None) -> Json:
    """Return what the delivery says about somebody, under whichever spelling of the number."""
    cards = [obj(card) for card in items(value.get("contacts"))]
    spellings = {phone, *variants(phone)} if phone else set()
    for card in cards:
        if text(card.get("wa_id")) in spellings:
            return card
    for card in cards:
        if user_id is not None and text(card.get("user_id")) == user_id:
            return card
    return {}


def _sender(value: Json, message: Json) -> InboundContact:
    return _contact(
        value,
        text(message.get("from")),
        text(message.get("from_user_id")),
        text(message.get("from_parent_user_id")),
    )


def _recipient(value: Json, message: Json) -> InboundContact:
    return _contact(
        value,
        text(message.get("to")),
        text(message.get("to_user_id")),
        text(message.get("to_parent_user_id")),
    )


def _context(message: Json) -> tuple[str | None, Json]:
    """Return the message that is answered, and what else came around the message."""
    context = obj(message.get("context"))
    attributes: Json = {
        name: True for name in ("forwarded", "frequently_forwarded") if context.get(name) is True
    }
    for name, given in (
        ("referred_product", context.get("referred_product")),
        ("referral", message.get("referral")),
    ):
        if obj(given):
            attributes[name] = obj(given)
    return text(context.get("id")), attributes


def _id(message: Json) -> str:
    source_id = text(message.get("id"))
    if source_id is None:
        raise ValueError("A message without an id.")
    return source_id


def _build(message: Json, contact: InboundContact, *, echo: bool, extra: Json) -> InboundMessage:
    in_reply_to, attributes = _context(message)
    body = read(message)
    return InboundMessage(
        source_id=_id(message),
        contact=contact,
        content=body.content,
        content_attributes={**attributes, **body.attributes, **extra},
        attachments=body.attachments,
        sent_at=timestamp(message.get("timestamp")),
        in_reply_to=in_reply_to,
        echo=echo,
        unsupported=body.unsupported,
        raw=message,
    )


# Events.


def _message(value: Json, item: Any) -> Iterator[Event]:
    message = must_obj(item)
    kind = message.get("type")
    if kind in ("edit", "revoke"):
        yield _change_of(message)
    elif kind == "reaction":
        yield _reaction(value, message)
    elif kind == "system":
        yield _moved(message)
    elif kind == "request_welcome":
        yield Ignored(reason="request_welcome")
    else:
        yield _build(message, _sender(value, message), echo=False, extra={})


def _echo(value: Json, item: Any) -> Iterator[Event]:
    message = must_obj(item)
    kind = message.get("type")
    if kind in ("edit", "revoke"):
        yield _change_of(message)
    elif kind == "reaction":
        yield Ignored(reason="reaction of the business")
    else:
        yield _build(message, _recipient(value, message), echo=True, extra={})


def _change_of(message: Json) -> MessageEdit | MessageDeletion:
    kind = str(message.get("type"))
    part = must_obj(message.get(kind))
    target = text(part.get("original_message_id"))
    if target is None:
        raise ValueError(f"A message of type {kind} that names no message.")
    at = timestamp(message.get("timestamp"))
    if kind == "revoke":
        return MessageDeletion(source_id=target, deleted_at=at)
    edited = obj(part.get("message"))
    inner = obj(edited.get(text(edited.get("type")) or ""))
    content = inner.get("body") if edited.get("type") == "text" else inner.get("caption")
    return MessageEdit(source_id=target, content=text(content), edited_at=at, raw=message)


def _reaction(value: Json, message: Json) -> Reaction:
    part = must_obj(message.get("reaction"))
    target = text(part.get("message_id"))
    if target is None:
        raise ValueError("A reaction to nothing.")
    return Reaction(
        message_source_id=target,
        contact=_sender(value, message),
        emoji=text(part.get("emoji")),
        reacted_at=timestamp(message.get("timestamp")),
    )


def _moved(message: Json) -> Event:
    """Somebody has a new number or user id."""
    system = must_obj(message.get("system"))
    new = text(system.get("wa_id")) or text(system.get("new_wa_id")) or text(system.get("user_id"))
    if new is None:
        return Ignored(reason=f"system: {text(system.get('type'))}")
    if USER_ID.fullmatch(new):
        named = [found for found in USER_ID.findall(text(system.get("body")) or "") if found != new]
        old = text(message.get("from_user_id")) or (
            named[0] if named else text(message.get("from"))
        )
    else:
        old = text(message.get("from")) or text(message.get("from_user_id"))
    if old is None or old == new:
        raise ValueError("A changed address without the former one.")
    return ContactUpdate(source_id=old, new_source_id=new)


def _user_id_update(item: Any) -> Iterator[Event]:
    update = must_obj(item)
    ids = obj(update.get("user_id"))
    old = text(ids.get("previous")) or text(update.get("previous_user_id"))
    new = text(ids.get("current")) or text(update.get("current_user_id"))
    if old is None or new is None:
        raise ValueError("A changed user id without both of them.")
    yield ContactUpdate(source_id=old, new_source_id=new)


def _status(item: Any) -> Iterator[Event]:
    given = must_obj(item)
    status = _STATUSES.get(text(given.get("status")) or "")
    if status is None:
        yield Ignored(reason=f"status: {text(given.get('status'))}")
        return
    category, code, words = None, None, None
    if status is DeliveryStatus.FAILED:
        error = next(map(obj, items(given.get("errors"))), {})
        category, code, words = describe(error, ErrorCategory.INVALID_CONTENT)
    yield StatusUpdate(
        status=status,
        source_id=_id(given),
        contact_source_id=text(given.get("recipient_id")) or text(given.get("recipient_user_id")),
        at=timestamp(given.get("timestamp")),
        error_category=category,
        error_code=code,
        error_text=words,
        message_id=text(given.get("biz_opaque_callback_data")),
    )


def _preference(value: Json, item: Any) -> Iterator[Event]:
    given = must_obj(item)
    if given.get("category") != "marketing_messages" or given.get("value") not in (
        "stop",
        "resume",
    ):
        yield Ignored(reason=f"preference: {text(given.get('category'))}")
        return
    contact = _contact(value, text(given.get("wa_id")), text(given.get("user_id")), None)
    yield ContactUpdate(
        source_id=contact.source_id, opted_out=given["value"] == "stop", contact=contact
    )


def _call(value: Json, item: Any) -> Iterator[Event]:
    """A call that ended is a line in the conversation; ringing is not."""
    call = must_obj(item)
    if call.get("event") != "terminate" or call.get("direction") != "USER_INITIATED":
        yield Ignored(reason=f"call: {text(call.get('event'))}")
        return
    seconds = number(call.get("duration")) or 0.0
    yield InboundMessage(
        source_id=_id(call),
        contact=_sender(value, call),
        content_type="voice_call",
        content_attributes={
            "call": {"status": "completed" if seconds else "missed", "seconds": int(seconds)}
        },
        sent_at=timestamp(call.get("timestamp")),
        raw=call,
    )


def _history(value: Json, item: Any) -> Iterator[Event]:
    """What was said before the number was connected: marked, so that nobody is told of it."""
    chunk = must_obj(item)
    errors = items(chunk.get("errors"))
    if errors:
        yield InboxUpdate(kind="history_declined", details={"errors": errors})
    ours = digits(text(obj(value.get("metadata")).get("display_phone_number")) or "")
    for thread in map(obj, items(chunk.get("threads"))):
        customer = text(thread.get("id"))
        yield from each(
            items(thread.get("messages")), partial(_history_message, value, customer, ours)
        )


def _history_message(value: Json, customer: str | None, ours: str, item: Any) -> Iterator[Event]:
    message = must_obj(item)
    if message.get("type") in ("edit", "revoke", "reaction", "system"):
        yield Ignored(reason=f"history: {message['type']}")
        return
    status = text(obj(message.get("history_context")).get("status"))
    yield _build(
        message,
        _contact(value, customer, None, None),
        echo=digits(text(message.get("from")) or "") == ours,
        extra={"history": {"status": status}},
    )


def _state_sync(item: Any) -> Iterator[Event]:
    """The address book of the phone that the number is shared with."""
    given = must_obj(item)
    card = obj(given.get("contact"))
    phone = digits(text(card.get("phone_number")) or "")
    name = text(card.get("full_name")) or text(card.get("first_name"))
    if given.get("action") == "remove" or not phone or name is None:
        yield Ignored(reason=f"address book: {text(given.get('action'))}")
        return
    contact = InboundContact(
        source_id=phone, aliases=variants(phone), name=name, phone_number=e164(phone)
    )
    yield ContactUpdate(source_id=phone, contact=contact)


def _account(kind: str, value: Json) -> InboxUpdate:
    banned = obj(value.get("ban_info")).get("waba_ban_state") == "DISABLE"
    if kind == "account" and (value.get("event") in _LOST or banned):
        kind = "disconnected"
    return InboxUpdate(kind=kind, details=value)
