"""A mail to events: the one way in for IMAP and for every webhook."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from backend.channels.base import (
    ContactUpdate,
    Credentials,
    DeliveryStatus,
    Event,
    Ignored,
    InboundAttachment,
    InboundContact,
    InboundMessage,
    Json,
    MediaSource,
    StatusUpdate,
)
from backend.channels.mail import classify
from backend.channels.mail.address import Address, domain_of, emails, read_addresses
from backend.channels.mail.classify import Kind, Own, is_own_group
from backend.channels.mail.clean import cid_url
from backend.channels.mail.mime import File, Mail
from backend.channels.mail.quote import Split, split_html, split_text
from backend.channels.mail.threading import Candidate, candidates, reply_token

MAX_CONTENT = 150_000  # characters of a message
MAX_KEPT = (
    170_000  # bytes of both forms together; with its ids a mail stays below the 256 kB of a message
)
MAX_DATE_ERROR = timedelta(hours=24)
UNKNOWN = Address("unknown@missing")


_DMARC = re.compile(r"\bdmarc=(pass|fail)\b", re.IGNORECASE)


def events_of(mail: Mail, credentials: Credentials, now: datetime) -> list[Event]:
    """What a mail means to this inbox."""
    own = own_of(credentials)
    kind = classify.classify(mail, own)
    if kind is Kind.OWN:
        return [Ignored(reason="our own mail came back")]
    if kind is Kind.BOUNCE:
        return _bounced(mail)
    if kind is Kind.COMPLAINT:
        return _complained(mail)
    if kind is Kind.RECEIPT:
        opened = classify.opened(mail)
        if opened is None:
            return [Ignored(reason="receipt that names no mail of ours")]
        return [StatusUpdate(status=DeliveryStatus.READ, source_id=opened, at=mail.date)]
    return [_message(mail, kind, own, credentials, now)]


def own_of(credentials: Credentials) -> Own:
    """How this inbox knows itself in mails. Settings: `aliases`, `account_id`, `inbox_id`."""
    aliases = credentials.settings.get("aliases") or ()
    return Own(
        address=credentials.address.lower(),
        aliases=frozenset(str(alias).lower() for alias in aliases),
        loop_mark=loop_mark(credentials),
    )


def loop_mark(credentials: Credentials) -> str | None:
    """What our mails carry in `X-Inbox-Loop`."""
    account, inbox = (credentials.settings.get(key) for key in ("account_id", "inbox_id"))
    return f"acct={account}; inbox={inbox}" if account and inbox else None


def author(mail: Mail, own: Own, contact_forms: bool = True) -> Address:
    """Who wrote a mail, where From only says who passed it on."""
    sender = mail.sender or (Address(mail.return_path) if mail.return_path else UNKNOWN)
    original = read_addresses(mail.header("x-original-sender"))
    through_group = mail.header("x-google-group-id") or is_own_group(mail, own.addresses)
    if original and through_group:
        named = read_addresses(mail.header("x-original-from"))
        return Address(original[0].email, named[0].name if named else _without_via(sender.name))
    ours = domain_of(own.address)
    strangers = [one for one in mail.reply_to if domain_of(one.email) != ours]
    if contact_forms and domain_of(sender.email) == ours and strangers and not mail.in_reply_to:
        return strangers[0]
    return sender


def sent_at(mail: Mail, now: datetime) -> datetime:
    """When a mail was written, or when it arrived where its own date is beyond belief."""
    received = min(mail.received or now, now)
    if mail.date is None or abs(mail.date - received) > MAX_DATE_ERROR:
        return received
    return mail.date


def reply_recipients(email: Json, own: Own) -> tuple[list[str], list[str]]:
    """To and Cc of the answer to a mail, from what `events_of` kept of it. Never its Bcc."""
    author_email = str((email.get("sender") or {}).get("email") or "")
    to = [*(email.get("reply_to") or ()), author_email][:1] or []
    leave_out = {*own.addresses, *to, author_email}
    cc = [
        one
        for one in dict.fromkeys([*(email.get("to") or ()), *(email.get("cc") or ())])
        if one.lower() not in leave_out and reply_token(one) is None
    ]
    return [one for one in to if one], cc


def _bounced(mail: Mail) -> list[Event]:
    events: list[Event] = []
    for bounce in classify.bounces(mail):
        if bounce.message_id is None:
            events.append(Ignored(reason="bounce that names no mail of ours"))
            continue
        said = bounce.text or mail.subject
        events.append(
            StatusUpdate(
                # A delay changes nothing: sent stays sent, and the text says what is going on.
                status=DeliveryStatus.FAILED if bounce.permanent else DeliveryStatus.SENT,
                source_id=bounce.message_id,
                at=mail.date,
                error_category=classify.bounce_category(bounce),
                error_code=bounce.status,
                error_text=f"{bounce.recipient}: {said}" if bounce.recipient else said,
            )
        )
    return events


def _complained(mail: Mail) -> list[Event]:
    address = classify.complainant(mail)
    if address is None:
        return [Ignored(reason="complaint that names nobody")]
    return [ContactUpdate(source_id=address, opted_out=True)]


def _message(
    mail: Mail, kind: Kind, own: Own, credentials: Credentials, now: datetime
) -> InboundMessage:
    forms = bool(credentials.settings.get("contact_form_reply_to", True))
    sender = author(mail, own, forms)
    images = {
        file.content_id: cid_url(file.content_id)
        for file in mail.files
        if file.inline and file.content_id
    }
    html, html_reply = split_html(mail.html, images) if mail.html else (Split("", ""), "")
    text = split_text(mail.text)
    visible = html_reply if html.quoted and not text.quoted else text.reply
    content = _with_images(visible, [file for file in mail.files if file.inline])
    content = content.strip() or mail.subject or ("" if mail.files else "(empty mail)")
    threads = candidates(mail, credentials.secrets.get("reply_token"), now)
    email = _email(mail, kind, sender, text, html, threads)
    email["truncated"] = max(len(content), len(html.full), len(text.full)) > MAX_CONTENT
    attributes: Json = {"email": email}
    if kind is not Kind.HUMAN:
        attributes["automatic"] = True  # nothing automatic may answer this
    return InboundMessage(
        source_id=mail.message_id,
        contact=InboundContact(
            source_id=sender.email, name=sender.name or None, email=sender.email
        ),
        content=content[:MAX_CONTENT],
        content_type="incoming_email",
        content_attributes=attributes,
        attachments=tuple(_attachment(file) for file in mail.files),
        sent_at=sent_at(mail, now),
        in_reply_to=mail.in_reply_to[0] if mail.in_reply_to else None,
        thread_key=threads[0].value if threads else None,
    )


def _email(
    mail: Mail,
    kind: Kind,
    sender: Address,
    text: Split,
    html: Split,
    threads: Sequence[Candidate],
) -> Json:
    """What is kept of a mail beside its visible text (`content_attributes.email`)."""
    return {
        "subject": mail.subject,
        "from": [mail.sender.email] if mail.sender else [],
        "sender": {"name": sender.name, "email": sender.email},
        "reply_to": emails(mail.reply_to),
        "to": emails(mail.to),
        "cc": emails(mail.cc),
        "bcc": emails(mail.bcc),
        "date": mail.date.isoformat() if mail.date else None,
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to[0] if mail.in_reply_to else None,
        "references": list(mail.references),
        "kind": str(kind),
        "sender_verified": _verified(mail),
        "auto_reply": kind is Kind.AUTO_REPLY,
        "threads": [
            {"kind": one.kind, "value": one.value, "proven": one.proven} for one in threads
        ],
        **_kept(text, html),
        "skipped_attachments": mail.skipped_files,
        "complete": mail.complete,
    }


def _verified(mail: Mail) -> bool | None:
    """What the inbox's own server found out about the sender (DMARC), if it says."""
    result = _DMARC.search(mail.header("authentication-results"))
    return None if result is None else result[1].lower() == "pass"


def _kept(text: Split, html: Split) -> Json:
    """Both forms, as far as there is room: what the rest makes up goes first, the reply last."""
    kept = {
        "text_content": {"full": text.full, "reply": text.reply, "quoted": text.quoted},
        "html_content": {"full": html.full, "reply": html.reply, "quoted": html.quoted},
    }
    for form, part in (
        ("html_content", "full"),
        ("text_content", "full"),
        ("html_content", "quoted"),
        ("text_content", "quoted"),
        ("html_content", "reply"),
        ("text_content", "reply"),
    ):
        if _size(kept) <= MAX_KEPT:
            break
        kept[form][part] = ""
    return kept


def _size(kept: Json) -> int:
    """Bytes it takes in the database, about."""
    return len(json.dumps(kept, ensure_ascii=False).encode())


def _with_images(text: str, images: Sequence[File]) -> str:
    """The text with a mark for each picture it does not mention."""
    marks = [f"[image: {image.name}]" for image in images]
    return "\n".join([text.rstrip(), *(mark for mark in marks if mark not in text)])


def _attachment(file: File) -> InboundAttachment:
    major = file.content_type.partition("/")[0]
    return InboundAttachment(
        kind=major if major in ("image", "audio", "video") else "file",
        media=MediaSource(
            content_type=file.content_type,
            file_name=file.name,
            byte_size=len(file.data),
            data=file.data,
        ),
        title=file.name,
        meta={"content_id": file.content_id, "inline": file.inline} if file.content_id else {},
    )


def _without_via(name: str) -> str:
    """The name of who wrote to a group, out of "'Ana Prado' via Support"."""
    return name.partition(" via ")[0].strip("'\" ")
