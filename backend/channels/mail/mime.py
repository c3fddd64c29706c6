"""Any bytes to a mail: `read_mail` never raises and never gives up on what can still be read.

The standard library only finds the parts; decoding them is done here, because its own decoding loses text
whenever a mail is not what it says it is.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import policy
from email.message import Message
from email.parser import BytesParser
from email.utils import collapse_rfc2231_value, parsedate_to_datetime
from html import escape

from backend.channels.mail.address import Address, read_addresses
from backend.channels.mail.charset import decode, tidy
from backend.channels.mail.clean import content_id, referenced_content_ids, text_of_html
from backend.channels.mail.header import base64_bytes, read_header
from backend.channels.media import file_name

MAX_MAIL = 35 * 1024 * 1024  # bytes; of larger mails only the headers are read
MAX_FILES_SIZE = 30 * 1024 * 1024  # bytes of all attachments together
MAX_FILES = 200
MAX_PARTS = 2000  # looked at, nested ones included
MAX_DEPTH = 40  # multiparts inside each other
MAX_HEADERS = 1000
MAX_IDS = 100  # message ids read from References
MAX_ID_LENGTH = 400  # longer ids are replaced by their hash, so that any index takes them
MAX_TEXT = 1024 * 1024  # characters of the text

_ID = re.compile(r"<\s*([^<>]+?)\s*>")
_NESTED = re.compile(rb"^content-type:[ \t]*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_REPORTS = {
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
    "text/rfc822-headers",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Something that came along. `inline`: the HTML shows it as a picture, under this Content-ID."""

    name: str
    content_type: str
    data: bytes = field(repr=False)
    content_id: str | None = None
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail, decoded. Ids are without angle brackets; addresses are in lower case."""

    message_id: str
    headers: Mapping[str, tuple[str, ...]] = field(repr=False)  #: lower-case names, decoded values
    subject: str = ""
    sender: Address | None = None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    return_path: str | None = None  #: empty for `<>`, None when there is none
    delivered_to: tuple[str, ...] = ()  #: where it really went, the envelope included
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    date: datetime | None = None  #: as the sender claims
    received: datetime | None = None  #: as the last server that passed it on noted
    content_type: str = "text/plain"
    report_type: str | None = None
    text: str = ""
    html: str = field(default="", repr=False)  #: as it came, not safe to show
    files: tuple[File, ...] = ()
    skipped_files: int = 0
    reports: Mapping[str, str] = field(default_factory=dict, repr=False)  #: by content type
    complete: bool = True  #: False when only the headers could be read

    def header(self, name: str) -> str:
        """The first header of this name, or nothing."""
        return next(iter(self.headers.get(name, ())), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """One piece of the text, in the order of the mail: plain, HTML, or the same in both."""

    text: str | None = None
    html: str | None = None


@dataclass(slots=True)
class _Found:
    """What a walk through the parts collects."""

    bodies: list[Body] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    reports: dict[str, str] = field(default_factory=dict)
    parts: int = 0
    size: int = 0
    skipped: int = 0


def read_mail(raw: bytes, recipients: Sequence[str] = ()) -> Mail:
    """The mail in these bytes. `recipients` are the envelope's, where they are known."""
    complete = len(raw) <= MAX_MAIL and len(_NESTED.findall(raw)) <= MAX_PARTS
    try:
        message = _parse(raw if complete else _head(raw))
        found = _Found()
        if complete:
            _walk(message, found, 0)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError):
        # The parser of the standard library stumbles over some mails; their headers can still be read.
        complete = False
        message, found = _parse(_head(raw)), _Found()
    report_type = _parameter(message, "report-type") if message.is_multipart() else None
    return assemble(
        _headers(message),
        found.bodies,
        found.files,
        recipients,
        reports=found.reports,
        report_type=report_type,
        content_type=_content_type(message),
        skipped=found.skipped,
        complete=complete,
    )


def read_headers(raw: bytes) -> dict[str, list[str]]:
    """Only the headers of a mail, decoded, by lower-case name."""
    return _headers(_parse(_head(raw)))


def assemble(
    headers: Mapping[str, Sequence[str]],
    bodies: Sequence[Body],
    files: Sequence[File],
    recipients: Sequence[str] = (),
    *,
    reports: Mapping[str, str] | None = None,
    report_type: str | None = None,
    content_type: str = "text/plain",
    skipped: int = 0,
    complete: bool = True,
) -> Mail:
    """A mail from decoded pieces, however they came: in MIME or in the fields of a webhook."""
    text, html = _joined(bodies)
    shown = referenced_content_ids(html) if html else set()
    date = _date(_first(headers, "date"))
    subject = _first(headers, "subject")
    sender = read_addresses(_first(headers, "from"))
    return_path = headers.get("return-path")
    ids = message_ids(_first(headers, "message-id"))
    return Mail(
        message_id=ids[0] if ids else _synthetic_id(headers, text or html),
        headers={name: tuple(values) for name, values in headers.items()},
        subject=subject,
        sender=sender[0] if sender else None,
        reply_to=read_addresses(_first(headers, "reply-to")),
        to=_addresses(headers, "to"),
        cc=_addresses(headers, "cc"),
        bcc=_addresses(headers, "bcc"),
        return_path=None if return_path is None else _bare(return_path[0]),
        delivered_to=_delivered_to(headers, recipients),
        in_reply_to=message_ids(_first(headers, "in-reply-to")),
        references=message_ids(_first(headers, "references")),
        date=date,
        received=_date(_first(headers, "received").rpartition(";")[2]),
        content_type=content_type,
        report_type=report_type,
        text=text[:MAX_TEXT],
        html=html,
        files=tuple(
            replace(
                file, inline=file.content_type.startswith("image/") and file.content_id in shown
            )
            for file in files
        ),
        skipped_files=skipped,
        reports=dict(reports or {}),
        complete=complete,
    )


def message_ids(text: str) -> tuple[str, ...]:
    """The ids in a Message-ID, In-Reply-To or References header, without brackets, in their order."""
    found = _ID.findall(text) or text.replace("<", " ").replace(">", " ").split()
    return tuple(dict.fromkeys(_short(one.strip()) for one in found[-MAX_IDS:] if one.strip()))


def _parse(raw: bytes) -> Message:
    return BytesParser(policy=policy.compat32).parsebytes(raw)


def _head(raw: bytes) -> bytes:
    """The headers alone."""
    ends = [end for end in (raw.find(b"\n\n"), raw.find(b"\n\r\n")) if end >= 0]
    return raw[: min([*ends, 256 * 1024])] + b"\n\n"


def _raw(value: object) -> bytes:
    """What the parser read, as it was in the mail."""
    return str(value).encode("utf-8", "surrogateescape")


def _headers(message: Message) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in list(message.raw_items())[:MAX_HEADERS]:
        found.setdefault(str(name).lower(), []).append(read_header(_raw(value)))
    return found


def _first(headers: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(headers.get(name, ())), "")


def _addresses(headers: Mapping[str, Sequence[str]], name: str) -> tuple[Address, ...]:
    return read_addresses(", ".join(headers.get(name, ())))


def _bare(text: str) -> str:
    found = read_addresses(text)
    return found[0].email if found else ""


def _delivered_to(
    headers: Mapping[str, Sequence[str]], recipients: Sequence[str]
) -> tuple[str, ...]:
    names = ("delivered-to", "x-original-to", "x-forwarded-to", "envelope-to", "x-envelope-to")
    values = [*recipients, *(value for name in names for value in headers.get(name, ()))]
    return tuple(address.email for address in read_addresses(", ".join(values)))


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _synthetic_id(headers: Mapping[str, Sequence[str]], body: str) -> str:
    """An id for a mail that has none, the same whenever and however the mail is fetched."""
    said = [_first(headers, name) for name in ("date", "from", "to", "subject")]
    return hashlib.sha256("|".join([*said, body]).encode()).hexdigest() + "@missing"


def _short(identifier: str) -> str:
    if len(identifier) <= MAX_ID_LENGTH:
        return identifier
    return hashlib.sha256(identifier.encode()).hexdigest() + "@long"


def _walk(message: Message, found: _Found, depth: int) -> None:
    """Sort the parts below into text, files and reports."""
    found.parts += 1
    if found.parts > MAX_PARTS or depth > MAX_DEPTH:
        found.skipped += 1
        return
    kind = _content_type(message)
    if kind == "message/rfc822" or (kind.startswith("message/") and kind not in _REPORTS):
        _keep_file(message, kind, found)
    elif kind in _REPORTS:
        found.reports.setdefault(kind, _report(message))
        if kind == "text/rfc822-headers" and not found.bodies and depth == 0:
            found.bodies.append(Body(text=found.reports[kind]))
    elif message.is_multipart():
        children = [part for part in message.get_payload() if isinstance(part, Message)]
        if kind == "multipart/alternative":
            _walk_alternative(children, found, depth)
        else:
            for child in children:
                _walk(child, found, depth + 1)
        if kind == "multipart/report":
            _keep_original(children, found)
    elif kind in ("text/plain", "text/html") and not _is_file(message):
        text = _text(message, kind)
        found.bodies.append(Body(text=text) if kind == "text/plain" else Body(html=text))
    else:
        _keep_file(message, kind, found)


def _walk_alternative(children: Sequence[Message], found: _Found, depth: int) -> None:
    """The same text in several forms becomes one body; whatever else is in there is kept as files."""
    inner = _Found(parts=found.parts, size=found.size, skipped=found.skipped)
    for child in children:
        _walk(child, inner, depth + 1)
    texts = [body.text for body in inner.bodies if body.text is not None]
    htmls = [body.html for body in inner.bodies if body.html is not None]
    if texts or htmls:
        found.bodies.append(
            Body(
                text="\n".join(texts) if any(text.strip() for text in texts) else None,
                html="\n".join(htmls) if htmls else None,
            )
        )
    found.files += inner.files
    found.reports |= {
        kind: text for kind, text in inner.reports.items() if kind not in found.reports
    }
    found.parts, found.size, found.skipped = inner.parts, inner.size, inner.skipped


def _keep_original(children: Sequence[Message], found: _Found) -> None:
    """The headers of the mail a report is about, when it came whole."""
    for child in children:
        if _content_type(child) == "message/rfc822":
            found.reports.setdefault("text/rfc822-headers", _report(child))


def _report(message: Message) -> str:
    """The lines of a report part, whether the parser left them as text or took them for mails."""
    if not message.is_multipart():
        return decode(_payload(message), _parameter(message, "charset"))
    blocks = []
    for part in message.get_payload():
        if isinstance(part, Message):
            fields = [f"{name}: {read_header(_raw(value))}" for name, value in part.raw_items()]
            blocks.append("\n".join(fields))
    return "\n\n".join(blocks)


def _content_type(message: Message) -> str:
    try:
        return message.get_content_type()
    except (ValueError, TypeError, AttributeError):
        return "application/octet-stream"


def _parameter(message: Message, name: str) -> str | None:
    try:
        value = message.get_param(name)
        return None if value is None else tidy(collapse_rfc2231_value(value)).strip().lower()
    except (ValueError, TypeError, AttributeError, LookupError):
        return None


def _disposition(message: Message) -> str:
    return (
        _raw(message.get("content-disposition", ""))
        .split(b";")[0]
        .strip()
        .lower()
        .decode(errors="replace")
    )


def _file_name(message: Message) -> str:
    try:
        return read_header(_raw(message.get_filename("")))
    except (ValueError, TypeError, AttributeError, LookupError):
        return ""


def _is_file(message: Message) -> bool:
    """A text part that is a document of its own rather than part of what was written."""
    if _disposition(message) == "attachment":
        return True
    return bool(_file_name(message)) and message.get("content-id") is None


def _payload(message: Message) -> bytes:
    """The bytes of a part. An unknown transfer encoding is taken as none."""
    # `get_payload` would decode by the declared charset and put replacement characters in.
    data = _raw(vars(message)["_payload"] or "")
    encoding = _raw(message.get("content-transfer-encoding", "")).strip().lower()
    try:
        if encoding == b"base64":
            return base64_bytes(data)
        if encoding == b"quoted-printable":
            return binascii.a2b_qp(data)
        if encoding in (b"x-uuencode", b"uuencode", b"x-uue", b"uue"):
            return b"".join(_uudecoded(data))
    except (binascii.Error, ValueError):
        pass
    return data


def _uudecoded(data: bytes) -> Iterator[bytes]:
    for line in data.splitlines():
        if line.startswith((b"begin ", b"end")) or not line.strip():
            continue
        length = (((line[0] - 32) & 63) * 4 + 5) // 3  # some encoders pad their lines
        yield binascii.a2b_uu(line[:length])


def _text(message: Message, kind: str) -> str:
    text = decode(_payload(message), _parameter(message, "charset"))
    if kind == "text/plain" and _parameter(message, "format") == "flowed":
        text = _unfold(text, _parameter(message, "delsp") == "yes")
    return text


def _unfold(text: str, delete_space: bool) -> str:
    """Join the lines of format=flowed that were broken only to be short (RFC 3676)."""
    lines: list[str] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        if open_depth == depth and lines and content != "-- ":
            lines[-1] += content
        else:
            lines.append(">" * depth + (" " if depth else "") + content)
        flows = content.endswith(" ") and content != "-- "
        if flows and delete_space:
            lines[-1] = lines[-1][:-1]
        open_depth = depth if flows else None
    return "\n".join(lines)


def _keep_file(message: Message, kind: str, found: _Found) -> None:
    name = _file_name(message)
    if kind == "application/pkcs7-signature" or name.lower() == "smime.p7s":
        return  # proves who sent the mail; nothing a person wants to open
    if kind.startswith("message/") and message.is_multipart():
        inner = message.get_payload(0)
        data = inner.as_bytes() if isinstance(inner, Message) else b""
        subject = read_header(_raw(inner.get("subject", ""))) if isinstance(inner, Message) else ""
        name = name or f"{subject or 'message'}.eml"
    else:
        data = _payload(message)
    if kind == "text/calendar":
        name = name or "invite.ics"
    found.size += len(data)
    if len(found.files) >= MAX_FILES or found.size > MAX_FILES_SIZE:
        found.size -= len(data)
        found.skipped += 1
        return
    identifier = read_header(_raw(message.get("content-id", "")))
    found.files.append(
        File(
            name=file_name(name, kind),
            content_type=kind,
            data=data,
            content_id=content_id(identifier) or None,
        )
    )


def _joined(bodies: Sequence[Body]) -> tuple[str, str]:
    """The whole text, and the whole HTML if any of it was HTML."""
    texts = [
        body.text if body.text is not None else text_of_html(body.html or "") for body in bodies
    ]
    text = "\n".join(part.strip("\n") for part in texts if part.strip())
    if not any(body.html for body in bodies):
        return text, ""
    pieces = [body.html or f"<pre>{escape(body.text or '')}</pre>" for body in bodies]
    return text, "\n".join(pieces)
