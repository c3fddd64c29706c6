"""Our mails: from what an agent wrote to the bytes a mail server takes.

`OutboundMessage.thread` holds what only the conversation knows: `conversation_id`, `subject`, `message_ids`
(Message-IDs of the conversation, oldest first), `sender_name`, and `email` and `automatic` of what the
contact wrote last. `content_attributes` may say who gets the mail: `to_emails`, `cc_emails`, `bcc_emails`, as
lists or separated by commas; otherwise it answers all who were written to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from html import escape
from typing import Any

from backend.channels.base import (
    Credentials,
    ErrorCategory,
    OutboundAttachment,
    OutboundMessage,
    SendError,
)
from backend.channels.choices import as_text
from backend.channels.mail.address import Address, domain_of, is_address, read_addresses
from backend.channels.mail.classify import LOOP_HEADER, Own
from backend.channels.mail.message import loop_mark, own_of, reply_recipients
from backend.channels.mail.render import to_html, to_text
from backend.channels.mail.threading import conversation_id, is_ours, message_id, reply_address

MAX_INLINE = 20 * 1024 * 1024  # bytes of all attachments inside the mail; the others are links
MAX_RECIPIENTS = 50
MAX_REFERENCES = 20
MAX_NAME = 100  # characters
MAX_SUBJECT = 250

_REPLY_PREFIX = re.compile(
    r"^\s*(?:(?:re|aw|antw|sv|vs|odp|ynt|rif|res|ref|r|回复|答复|رد)\s*(?:\[\d+\])?\s*[:：]\s*)+",
    re.IGNORECASE,
)
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_NOT_IN_NAMES = re.compile(r"[<>@\"\\,;:()\[\]{}|/\u200b-\u200f\u202a-\u202e\u2060-\u2069]")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMail:
    """A mail ready to be handed over: the envelope and the bytes."""

    message_id: str  #: without angle brackets; the message's `source_id`
    sender: str
    recipients: tuple[str, ...]
    content: bytes = field(repr=False)


def build(message: OutboundMessage, credentials: Credentials, now: datetime) -> OutgoingMail:
    """The mail for this message. Raises `SendError` when it can go to nobody."""
    thread, domain = message.thread, domain_of(credentials.address)
    if thread.get("automatic") and not message.by_human:
        raise SendError(ErrorCategory.POLICY, "A machine wrote last: nothing automatic answers it.")
    conversation = str(thread.get("conversation_id") or "")
    to, cc, bcc = _recipients(message, own_of(credentials))
    identifier = message_id(conversation, message.id, domain)
    headers = [
        ("Date", format_datetime(now)),
        ("From", _mailbox(from_name(thread.get("sender_name"), credentials), credentials.address)),
        ("To", ",\n ".join(_mailbox(one.name, one.email) for one in to)),
    ]
    if cc:
        headers.append(("Cc", ",\n ".join(_mailbox(one.name, one.email) for one in cc)))
    reply_to = _reply_to(conversation, credentials, now)
    if reply_to:
        headers.append(("Reply-To", _mailbox(_business(credentials), reply_to)))
    headers.append(
        ("Subject", _encoded(subject(thread.get("subject"), not thread.get("message_ids"))))
    )
    headers.append(("Message-ID", f"<{identifier}>"))
    headers += _thread_headers(message, credentials, domain)
    headers += _loop_headers(message, credentials)
    content = _head(headers) + _body(message).as_bytes(policy=policy.SMTP)
    recipients = tuple(dict.fromkeys(one.email for one in (*to, *cc, *bcc)))
    return OutgoingMail(
        message_id=identifier, sender=credentials.address, recipients=recipients, content=content
    )


def subject(text: Any, first: bool) -> str:
    """The subject: as it is for the first mail, `Re: …` and otherwise unchanged for all that follow."""
    plain = _BREAKS.sub(" ", str(text or "")).strip()[:MAX_SUBJECT]
    if first:
        return plain
    return f"Re: {_REPLY_PREFIX.sub('', plain)}".strip()


def from_name(agent: Any, credentials: Credentials) -> str:
    """Who a mail is from: "Carla from Loja" (friendly), or only the business (professional)."""
    business, name = _business(credentials), clean_name(agent)
    if credentials.settings.get("sender_name_type", "friendly") == "professional" or not name:
        return business
    if not business:
        return name
    pattern = str(credentials.settings.get("friendly_name") or "{agent} from {business}")
    return clean_name(pattern.replace("{agent}", name).replace("{business}", business))


def clean_name(text: Any) -> str:
    """A display name that cannot be taken for an address and breaks no header."""
    plain = _NOT_IN_NAMES.sub(" ", _BREAKS.sub(" ", str(text or "")))
    return " ".join(plain.split())[:MAX_NAME].strip()


def _business(credentials: Credentials) -> str:
    settings = credentials.settings
    return clean_name(settings.get("business_name") or settings.get("inbox_name"))


def _recipients(
    message: OutboundMessage, own: Own
) -> tuple[list[Address], list[Address], list[Address]]:
    """To, Cc and Bcc, each address once. What is no address fails the message: nobody is left out."""
    attributes, answered = message.content_attributes, message.thread.get("email")
    all_to, all_cc = reply_recipients(answered, own) if isinstance(answered, dict) else ([], [])
    seen: set[str] = set()

    def take(given: Any) -> list[Address]:
        fresh = [one for one in _addresses(given) if one.email not in seen]
        seen.update(one.email for one in fresh)
        return fresh

    to = take(attributes.get("to_emails") or all_to or [message.to])
    chosen = "to_emails" in attributes or "cc_emails" in attributes
    cc = take((attributes.get("cc_emails") or []) if chosen else all_cc)
    bcc = take(attributes.get("bcc_emails") or [])
    if not to:
        raise SendError(ErrorCategory.INVALID_CONTENT, "The message has no recipient.")
    if len(seen) > MAX_RECIPIENTS:
        raise SendError(
            ErrorCategory.INVALID_CONTENT, f"A mail may go to {MAX_RECIPIENTS} addresses at most."
        )
    return to, cc, bcc


def _addresses(given: Any) -> list[Address]:
    items: Sequence[Any] = given.split(",") if isinstance(given, str) else list(given)
    found = []
    for item in items:
        text = str(item).strip()
        if not text:
            continue
        named = read_addresses(text) if "\n" not in text and "\r" not in text else ()
        bare = text if "<" not in text else text.rpartition("<")[2].removesuffix(">")
        if len(named) != 1 or not is_address(bare):
            raise SendError(
                ErrorCategory.INVALID_CONTENT, f"{text[:100]!r} is not an e-mail address."
            )
        found.append(Address(_wire_address(bare), clean_name(named[0].name)))
    return found


def _wire_address(address: str) -> str:
    """The address in ASCII, which every server takes: an international domain is spelled out."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise SendError(
            ErrorCategory.INVALID_CONTENT, f"{address[:100]!r} cannot be written to from here."
        ) from error


def _mailbox(name: str, address: str) -> str:
    return formataddr((name, address)) if name else address


def _reply_to(conversation: str, credentials: Credentials, now: datetime) -> str | None:
    """The reply address; From must be the mailbox itself, or servers refuse to send as somebody else."""
    domain, secret = (
        credentials.settings.get("inbound_domain"),
        credentials.secrets.get("reply_token"),
    )
    if not domain or not secret or not conversation:
        return None
    return reply_address(conversation, str(domain), secret, now)


def _thread_headers(
    message: OutboundMessage, credentials: Credentials, domain: str
) -> list[tuple[str, str]]:
    """In-Reply-To and References, with an id of the conversation's own that survives relays."""
    conversation = str(message.thread.get("conversation_id") or "")
    account = str(credentials.settings.get("account_id") or "")
    given = [str(one) for one in message.thread.get("message_ids") or []]
    theirs = [one for one in given if _is_id(one) and not is_ours(one)]
    answered = message.in_reply_to or (theirs[-1] if theirs else "")
    if answered:
        given = [*(one for one in given if one != answered), answered]
    chain = [one for one in dict.fromkeys(given) if _is_id(one)]
    if len(chain) > MAX_REFERENCES:
        chain = [chain[0], *chain[1 - MAX_REFERENCES :]]
    if account and conversation:
        chain.insert(0, conversation_id(account, conversation, domain))
    headers = []
    if _is_id(answered):
        headers.append(("In-Reply-To", f"<{answered}>"))
    if chain:
        headers.append(("References", "\n ".join(f"<{one}>" for one in chain)))
    return headers


def _is_id(text: str) -> bool:
    """Whether this can stand between angle brackets in a header; ids we made up cannot help anybody."""
    plain = text.isascii() and text.isprintable() and not set(text) & set("<> ")
    return plain and "@" in text and not text.endswith(("@missing", "@long"))


def _loop_headers(message: OutboundMessage, credentials: Credentials) -> list[tuple[str, str]]:
    mark = loop_mark(credentials) or "acct=0; inbox=0"
    if message.by_human:
        return [(LOOP_HEADER, mark)]
    return [
        ("Auto-Submitted", "auto-replied"),
        ("X-Auto-Response-Suppress", "All"),
        ("Precedence", "auto_reply"),
        (LOOP_HEADER, f"{mark}; hops=1"),
    ]


def _head(headers: Iterable[tuple[str, str]]) -> bytes:
    """The header lines. The standard library would turn long ids into encoded words, lost to everybody."""
    lines = []
    for name, value in headers:
        if re.search(r"[\x00\r]|\n(?! )", value):
            raise SendError(ErrorCategory.INVALID_CONTENT, f"The {name} of the mail is broken.")
        lines.append(f"{name}: {value}\n")
    return "".join(lines).replace("\n", "\r\n").encode("ascii")


def _encoded(text: str) -> str:
    return (
        text
        if text.isascii() and len(text) < 900
        else Header(text, "utf-8", maxlinelen=74).encode()
    )


def _body(message: OutboundMessage) -> EmailMessage:
    """The parts: plain text, and for what people write the same as HTML; then the files."""
    inside, links = _split_files(message.attachments)
    written = as_text(message)
    text, html = to_text(written), to_html(written)
    if links:
        text += "\n\n" + "\n".join(f"{one.file_name}: {one.url}" for one in links)
        html += "".join(
            f'<p><a href="{escape(one.url)}">{escape(one.file_name)}</a></p>' for one in links
        )
    mail = EmailMessage(policy=policy.SMTP)
    mail.set_content(text + "\n", cte="quoted-printable")
    if message.by_human:
        mail.add_alternative(
            f'<div dir="auto">{html}</div>\n', subtype="html", cte="quoted-printable"
        )
    for one in inside:
        major, _, minor = one.content_type.partition(";")[0].strip().lower().partition("/")
        if major in ("message", "multipart") or not re.fullmatch(r"[\w.+-]+", minor):
            major, minor = "application", "octet-stream"
        name = _BREAKS.sub(" ", one.file_name) or "file"
        mail.add_attachment(one.data, maintype=major, subtype=minor, filename=name)
    return mail


def _split_files(
    attachments: Sequence[OutboundAttachment],
) -> tuple[list[OutboundAttachment], list[OutboundAttachment]]:
    """Which files go into the mail, and which are only linked to."""
    inside: list[OutboundAttachment] = []
    links: list[OutboundAttachment] = []
    room = MAX_INLINE
    for one in attachments:
        if len(one.data) <= room:
            room -= len(one.data)
            inside.append(one)
        else:
            links.append(one)
    return inside, links
