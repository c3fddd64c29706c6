"""The services that post mails to us: SendGrid, Mailgun, Postmark, and anything that can post raw mail.

Raw MIME is preferred wherever it is sent; the fields that services make of a mail lose parts of it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from backend.channels.base import (
    ContactUpdate,
    Credentials,
    DeliveryStatus,
    Event,
    Ignored,
    InboundAttachment,
    InboundMessage,
    MediaSource,
    Quarantined,
    StatusUpdate,
    WebhookRejected,
    WebhookRequest,
)
from backend.channels.mail.channel import MailChannel, body_key, check_secret
from backend.channels.mail.charset import decode, tidy
from backend.channels.mail.classify import category_of_status
from backend.channels.mail.clean import content_id
from backend.channels.mail.form import Field, read_form
from backend.channels.mail.message import events_of as mail_events
from backend.channels.mail.mime import (
    Body,
    File,
    Mail,
    assemble,
    message_ids,
    read_headers,
    read_mail,
)
from backend.channels.media import file_name

MAILGUN_MAX_AGE = timedelta(minutes=5)
_FAILED_EVENTS = {"bounce", "dropped", "blocked", "failed"}


class RawMail(MailChannel):
    """Raw mail posted as it is, its recipient in `?recipient=`. IMAP hands mails over in this form too."""

    type = "email_raw"

    def recipients(self, request: WebhookRequest) -> Sequence[str]:
        given = [value for name, value in request.query.items() if name == "recipient"]
        return given or read_headers(request.body).get("delivered-to", [])[:1]

    def check(self, request: WebhookRequest, credentials: Credentials) -> None:
        check_secret(request, credentials)

    def identify(self, request: WebhookRequest) -> str:
        return body_key(request.query.get("recipient", "").encode(), request.body)

    def events(self, request: WebhookRequest, credentials: Credentials) -> Sequence[Event]:
        mail = read_mail(request.body, self.recipients(request))
        if request.query.get("headers_only"):
            mail = replace(mail, complete=False)
        return self.events_of(mail, credentials)


class Mailbox(RawMail):
    """A mailbox of the inbox's own, read by IMAP (`imap`) and answered by SMTP. Nobody may post to it."""

    type = "email"

    def check(self, request: WebhookRequest, credentials: Credentials) -> None:  # noqa: ARG002
        raise WebhookRejected("Mailboxes are read by us; nothing is posted to them.")


class SendGrid(MailChannel):
    """SendGrid Inbound Parse, raw or parsed, and its event webhook for bounces."""

    type = "email_sendgrid"

    def recipients(self, request: WebhookRequest) -> Sequence[str]:
        events = _json_list(request.body)
        if events is not None:
            return [str(event.get("inbox_address") or _sending_domain(event)) for event in events]
        return _envelope(_fields(request))

    def check(self, request: WebhookRequest, credentials: Credentials) -> None:
        key = credentials.secrets.get("public_key") or credentials.settings.get("public_key")
        if not key:
            check_secret(
                request, credentials
            )  # without the signed policy only a secret URL protects
            return
        timestamp = request.headers.get("x-twilio-email-event-webhook-timestamp", "")
        signature = request.headers.get("x-twilio-email-event-webhook-signature", "")
        if not timestamp or not signature:
            raise WebhookRejected("The request is not signed.")
        try:
            public_key = load_der_public_key(base64.b64decode(str(key), validate=True))
            if not isinstance(public_key, ec.EllipticCurvePublicKey):
                raise WebhookRejected("The inbox's public key is not an ECDSA key.")
            public_key.verify(
                base64.b64decode(signature, validate=True),
                timestamp.encode() + request.body,
                ec.ECDSA(SHA256()),
            )
        except (InvalidSignature, binascii.Error, ValueError) as error:
            raise WebhookRejected("The signature is wrong.") from error

    def identify(self, request: WebhookRequest) -> str:
        events = _json_list(request.body)
        if events is not None:
            return body_key(
                *(str(event.get("sg_event_id")).encode() for event in events), request.body
            )
        fields = _fields(request)
        # A retry is the same form in another boundary.
        return body_key(*(part for field in fields for part in (field.name.encode(), field.data)))

    def events(self, request: WebhookRequest, credentials: Credentials) -> Sequence[Event]:
        events = _json_list(request.body)
        if events is not None:
            return [_isolated(event, _sendgrid_event) for event in events]
        return self.events_of(_sendgrid_mail(_fields(request)), credentials)


class Mailgun(MailChannel):
    """Mailgun routes: raw (`…mime`), parsed, or stored for later."""

    type = "email_mailgun"
    media_hosts = (".mailgun.net", ".mailgun.org")

    def recipients(self, request: WebhookRequest) -> Sequence[str]:
        values = _mailgun_values(request)
        event = values.get("event-data")
        if isinstance(event, Mapping):
            headers = _object(_object(event.get("message")).get("headers"))
            return [str(headers.get("from") or "")]
        return [str(values.get("recipient") or "")]

    def check(self, request: WebhookRequest, credentials: Credentials) -> None:
        key = credentials.secrets.get("signing_key")
        if not key:
            raise WebhookRejected("This inbox has no signing key.")
        try:
            timestamp, token, signature = _mailgun_signature(_mailgun_values(request))
            age = self.now() - datetime.fromtimestamp(int(timestamp), UTC)
        except (ValueError, TypeError, OverflowError, OSError) as error:
            raise WebhookRejected("The request is not signed.") from error
        expected = hmac.new(key.encode(), (timestamp + token).encode(), hashlib.sha256).hexdigest()
        if not token or not hmac.compare_digest(expected.encode(), signature.lower().encode()):
            raise WebhookRejected("The signature is wrong.")
        if abs(age) > MAILGUN_MAX_AGE:
            raise WebhookRejected("The signature is too old.")

    def identify(self, request: WebhookRequest) -> str:
        _, token, _ = _mailgun_signature(_mailgun_values(request))
        # The signature does not cover the body: a second one under the same token is a replay.
        return f"token:{token[:200]}" if token else body_key(request.body)

    def events(self, request: WebhookRequest, credentials: Credentials) -> Sequence[Event]:
        values = _mailgun_values(request)
        event = values.get("event-data")
        if isinstance(event, Mapping):
            return [_isolated(event, _mailgun_event)]
        if (
            values.get("message-url")
            and not values.get("body-plain")
            and not values.get("body-html")
        ):
            return _stored_mail(values, credentials, self.now())
        return self.events_of(_mailgun_mail(request), credentials)

    def download_auth(self, credentials: Credentials) -> tuple[str, str] | None:
        key = credentials.secrets.get("api_key")
        return ("api", key) if key else None


class Postmark(MailChannel):
    """Postmark inbound, raw or parsed, and its bounce and complaint webhooks. It does not sign."""

    type = "email_postmark"
    max_body = 80 * 1024 * 1024  #: 35 MB of mail, escaped, and its attachments again in base64

    def recipients(self, request: WebhookRequest) -> Sequence[str]:
        body = _json_object(request.body)
        if body.get("RecordType"):
            return [str(body.get("From") or "")]
        given = [str(body.get("OriginalRecipient") or "")]
        return given if given[0] else [str(body.get("To") or "")]

    def check(self, request: WebhookRequest, credentials: Credentials) -> None:
        check_secret(request, credentials)

    def identify(self, request: WebhookRequest) -> str:
        body = _json_object(request.body)
        identifier = body.get("ID") if body.get("RecordType") else body.get("MessageID")
        if not identifier:
            return body_key(request.body)
        return f"{body.get('RecordType') or 'Inbound'}:{identifier}"[:300]

    def events(self, request: WebhookRequest, credentials: Credentials) -> Sequence[Event]:
        body = _json_object(request.body)
        if body.get("RecordType"):
            return [_postmark_event(body)]
        recipients = self.recipients(request)
        raw = body.get("RawEmail")
        if isinstance(raw, str) and raw:
            mail = read_mail(raw.encode("utf-8", "surrogateescape"), recipients)
        else:
            mail = _postmark_mail(body, recipients)
        return self.events_of(mail, credentials)


def _fields(request: WebhookRequest) -> list[Field]:
    return read_form(request.headers.get("content-type", ""), request.body)


def _value(fields: Iterable[Field], name: str) -> bytes:
    return next((field.data for field in fields if field.name == name), b"")


def _loads(data: bytes | str) -> Any:
    try:
        return json.loads(data)
    except (RecursionError, UnicodeError) as error:
        raise ValueError("The JSON cannot be read.") from error


def _json_list(body: bytes) -> list[dict[str, Any]] | None:
    """The events in a batch, None if this is no batch."""
    if body.lstrip()[:1] != b"[":
        return None
    found = _loads(body)
    return [item if isinstance(item, dict) else {"item": item} for item in found]


def _json_object(body: bytes) -> dict[str, Any]:
    found = _loads(body)
    if not isinstance(found, dict):
        raise ValueError("The body is no JSON object.")
    return found


def _object(value: Any) -> Mapping[str, Any]:
    """A JSON object where one is expected, an empty one where there is none."""
    return value if isinstance(value, Mapping) else {}


def _json_field(data: bytes) -> dict[str, Any]:
    """A field with JSON in it; an unreadable one counts as empty."""
    try:
        return _json_object(data) if data else {}
    except ValueError:
        return {}


def _isolated(item: Mapping[str, Any], read: Any) -> Event:
    """One event of a batch; a bad one does not take its siblings along."""
    try:
        event: Event = read(item)
        return event
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        return Quarantined(error=f"{type(error).__name__}: {error}"[:500], raw=dict(item))


# SendGrid


def _envelope(fields: Sequence[Field]) -> list[str]:
    to = _json_field(_value(fields, "envelope")).get("to")
    if isinstance(to, list) and to:
        return [str(one) for one in to]
    return [decode(_value(fields, "to"))]


def _sending_domain(event: Mapping[str, Any]) -> str:
    """The domain our mail was sent from, for events that only tell the mail's id."""
    ids = message_ids(str(event.get("smtp-id") or ""))
    return f"@{ids[0].rpartition('@')[2]}" if ids else ""


def _sendgrid_mail(fields: Sequence[Field]) -> Mail:
    recipients = _envelope(fields)
    raw = _value(fields, "email")
    if raw:
        return read_mail(raw, recipients)
    charsets = _json_field(_value(fields, "charsets"))

    def text(name: str) -> str:
        return decode(_value(fields, name), str(charsets.get(name) or "utf-8"))

    headers = read_headers(_value(fields, "headers"))
    for name in ("from", "to", "cc", "subject"):
        if any(field.name == name for field in fields):
            headers[name] = [" ".join(text(name).split())]
    info = _json_field(_value(fields, "attachment-info"))
    by_part = {
        str(part): str(cid) for cid, part in _json_field(_value(fields, "content-ids")).items()
    }
    files = []
    for field in fields:
        if field.file_name is None:
            continue
        about = _object(info.get(field.name))
        identifier = by_part.get(field.name) or str(about.get("content-id") or "")
        files.append(
            _file(field.file_name, field.content_type or about.get("type"), field.data, identifier)
        )
    body = Body(text=text("text").strip("\n") or None, html=text("html") or None)
    return assemble(headers, [body], files, recipients)


def _sendgrid_event(event: Mapping[str, Any]) -> Event:
    kind = str(event.get("event") or "")
    ids = message_ids(str(event.get("smtp-id") or ""))
    source_id = ids[0] if ids else str(event.get("inbox_message_id") or "") or None
    at = _moment(event.get("timestamp"))
    if kind in ("spamreport", "unsubscribe", "group_unsubscribe"):
        return ContactUpdate(source_id=str(event["email"]).lower(), opted_out=True)
    if source_id and kind == "delivered":
        return StatusUpdate(status=DeliveryStatus.DELIVERED, source_id=source_id, at=at)
    if source_id and kind in _FAILED_EVENTS:
        return _failed(source_id, at, event.get("email"), event.get("status"), event.get("reason"))
    return Ignored(reason=f"event {kind or 'without a name'}"[:100])


# Mailgun


def _mailgun_values(request: WebhookRequest) -> dict[str, Any]:
    """The fields as text; later ones of the same name do not hide the first."""
    if request.headers.get("content-type", "").startswith("application/json"):
        return _json_object(request.body)
    values: dict[str, Any] = {}
    for field in _fields(request):
        if field.file_name is None:
            values.setdefault(field.name, decode(field.data))
    return values


def _mailgun_signature(values: Mapping[str, Any]) -> tuple[str, str, str]:
    """Timestamp, token and signature: beside the fields, or in an object of their own."""
    nested = values.get("signature")
    source = nested if isinstance(nested, Mapping) else values
    timestamp, token, signature = (source.get(name) for name in ("timestamp", "token", "signature"))
    return str(timestamp or ""), str(token or ""), str(signature or "")


def _mailgun_mail(request: WebhookRequest) -> Mail:
    values = _mailgun_values(request)
    recipients = [str(values.get("recipient") or "")]
    if request.headers.get("content-type", "").startswith("application/json"):
        fields: list[Field] = []
    else:
        fields = _fields(request)
    raw = _value(fields, "body-mime")
    if raw:
        return read_mail(raw, recipients)
    headers: dict[str, list[str]] = {}
    listed = _loads(str(values.get("message-headers") or "[]"))
    for pair in listed if isinstance(listed, list) else []:
        if isinstance(pair, list) and len(pair) == 2:
            headers.setdefault(str(pair[0]).lower(), []).append(tidy(str(pair[1])))
    for field_name, name in (
        ("from", "from"),
        ("subject", "subject"),
        ("Message-Id", "message-id"),
    ):
        if values.get(field_name):
            headers[name] = [tidy(str(values[field_name]))]
    if values.get("sender"):
        headers.setdefault("return-path", [tidy(str(values["sender"]))])
    by_part = {
        str(part): str(cid) for cid, part in _json_field(_value(fields, "content-id-map")).items()
    }
    files = [
        _file(field.file_name, field.content_type, field.data, by_part.get(field.name, ""))
        for field in fields
        if field.file_name is not None
    ]
    body = Body(
        text=tidy(str(values.get("body-plain") or "")).strip("\n") or None,
        html=tidy(str(values.get("body-html") or "")) or None,
    )
    return assemble(headers, [body], files, recipients)


def _stored_mail(values: Mapping[str, Any], credentials: Credentials, now: datetime) -> list[Event]:
    """A mail Mailgun keeps for us: shown at once, its text and files fetched like any other file."""
    url = str(values["message-url"])
    posted = _moment(_number(values.get("timestamp")))
    headers = {
        "date": [format_datetime(posted)] if posted else [],
        "from": [tidy(str(values.get("from") or values.get("sender") or ""))],
        "to": [tidy(str(values.get("recipient") or ""))],
        "subject": [tidy(str(values.get("subject") or ""))],
        "message-id": [f"<{values['Message-Id']}>" if values.get("Message-Id") else f"<{url}>"],
    }
    mail = assemble(headers, [], [], [str(values.get("recipient") or "")], complete=False)
    listed = values.get("attachments") or []
    described = _loads(listed) if isinstance(listed, str) else listed
    attachments = [
        InboundAttachment(
            kind="file",
            title="message.eml",
            media=MediaSource(url=url, content_type="message/rfc822", file_name="message.eml"),
        )
    ]
    for one in described:
        kind = str(one.get("content-type") or "application/octet-stream")
        name = file_name(str(one.get("name") or ""), kind)
        size = one.get("size")
        attachments.append(
            InboundAttachment(
                kind="image" if kind.startswith("image/") else "file",
                title=name,
                media=MediaSource(
                    url=str(one["url"]),
                    content_type=kind,
                    file_name=name,
                    byte_size=size if isinstance(size, int) else None,
                ),
            )
        )
    events = mail_events(mail, credentials, now)
    return [
        replace(event, attachments=tuple(attachments))
        if isinstance(event, InboundMessage)
        else event
        for event in events
    ]


def _mailgun_event(event: Mapping[str, Any]) -> Event:
    kind = str(event.get("event") or "")
    headers = _object(_object(event.get("message")).get("headers"))
    ids = message_ids(str(headers.get("message-id") or ""))
    recipient = str(event.get("recipient") or "").lower()
    at = _moment(event.get("timestamp"))
    if kind in ("complained", "unsubscribed") and recipient:
        return ContactUpdate(source_id=recipient, opted_out=True)
    if ids and kind == "delivered":
        return StatusUpdate(status=DeliveryStatus.DELIVERED, source_id=ids[0], at=at)
    if ids and kind == "failed" and event.get("severity") != "temporary":
        said = _object(event.get("delivery-status"))
        return _failed(
            ids[0],
            at,
            recipient,
            said.get("enhanced-code"),
            said.get("message") or said.get("description"),
        )
    return Ignored(reason=f"event {kind or 'without a name'}"[:100])


# Postmark


def _postmark_mail(body: Mapping[str, Any], recipients: Sequence[str]) -> Mail:
    headers: dict[str, list[str]] = {}
    for one in body.get("Headers") or []:
        headers.setdefault(str(one["Name"]).lower(), []).append(tidy(str(one["Value"])))
    for name in ("From", "To", "Cc", "Bcc", "Subject", "Date"):
        if body.get(name):
            headers[name.lower()] = [tidy(str(body[name]))]
    if body.get("ReplyTo"):
        headers["reply-to"] = [tidy(str(body["ReplyTo"]))]
    files = [
        _file(
            str(one.get("Name") or ""),
            one.get("ContentType"),
            base64.b64decode(str(one.get("Content") or "")),
            str(one.get("ContentID") or ""),
        )
        for one in body.get("Attachments") or []
    ]
    text = Body(
        text=tidy(str(body.get("TextBody") or "")).strip("\n") or None,
        html=tidy(str(body.get("HtmlBody") or "")) or None,
    )
    return assemble(headers, [text], files, recipients)


def _postmark_event(body: Mapping[str, Any]) -> Event:
    kind = str(body.get("RecordType"))
    metadata = _object(body.get("Metadata"))
    source_id = str(metadata.get("inbox_message_id") or body.get("MessageID") or "")
    if kind == "SpamComplaint" or (kind == "SubscriptionChange" and body.get("SuppressSending")):
        return ContactUpdate(
            source_id=str(body.get("Email") or body["Recipient"]).lower(), opted_out=True
        )
    if kind == "Delivery":
        return StatusUpdate(
            status=DeliveryStatus.DELIVERED,
            source_id=source_id,
            at=_moment(body.get("DeliveredAt")),
        )
    if kind == "Bounce" and body.get("Type") not in (
        "Transient",
        "AutoResponder",
        "DnsError",
        "SoftBounce",
    ):
        details = str(body.get("Details") or "").removeprefix("smtp;").strip()
        return _failed(source_id, _moment(body.get("BouncedAt")), body.get("Email"), None, details)
    return Ignored(reason=f"event {kind}"[:100])


# Shared


def _file(name: str | None, kind: Any, data: bytes, identifier: str) -> File:
    content_type = str(kind or "application/octet-stream").split(";")[0].strip().lower()
    return File(
        name=file_name(name or "", content_type),
        content_type=content_type,
        data=data,
        content_id=content_id(identifier) or None,
    )


def _failed(
    source_id: str, at: datetime | None, recipient: Any, status: Any, said: Any
) -> StatusUpdate:
    text = tidy(str(said or "")).strip()
    code = (
        str(status)
        if status
        else next((word for word in text.split() if word.count(".") == 2), None)
    )
    return StatusUpdate(
        status=DeliveryStatus.FAILED,
        source_id=source_id,
        at=at,
        error_category=category_of_status(code),
        error_code=code,
        error_text=f"{recipient}: {text}" if recipient else text,
    )


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _moment(value: Any) -> datetime | None:
    try:
        if isinstance(value, (int, float)):
            return datetime.fromtimestamp(value, UTC)
        return datetime.fromisoformat(str(value)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
