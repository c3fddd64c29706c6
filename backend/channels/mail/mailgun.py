"""Mailgun: routes that forward raw or parsed mails or store them, and its event webhook."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from backend.channels.base import (
    ContactUpdate,
    Credentials,
    DeliveryStatus,
    Event,
    Ignored,
    InboundAttachment,
    InboundMessage,
    MediaSource,
    StatusUpdate,
    WebhookRejected,
    WebhookRequest,
)
from backend.channels.mail.channel import MailChannel, body_key
from backend.channels.mail.charset import decode, tidy
from backend.channels.mail.form import Field
from backend.channels.mail.message import events_of as mail_events
from backend.channels.mail.mime import (
    Body,
    Mail,
    assemble,
    message_ids,
    read_mail,
)
from backend.channels.mail.posted import (
    failed,
    field_value,
    form_of,
    isolated,
    json_field,
    json_object,
    load_json,
    moment,
    nested,
    number,
    posted_file,
)
from backend.channels.media import file_name

MAX_AGE = timedelta(minutes=5)  # of a signature


class Mailgun(MailChannel):
    """Mailgun routes: raw (`…mime`), parsed, or stored for later."""

    type = "email_mailgun"
    media_hosts = (".mailgun.net", ".mailgun.org")

    def recipients(self, request: WebhookRequest) -> Sequence[str]:
        values = _values(request)
        event = values.get("event-data")
        if isinstance(event, Mapping):
            headers = nested(nested(event.get("message")).get("headers"))
            return [str(headers.get("from") or "")]
        return [str(values.get("recipient") or "")]

    def prove(self, request: WebhookRequest, credentials: Credentials) -> None:
        key = credentials.secrets.get("signing_key")
        if not key:
            raise WebhookRejected("This inbox has no signing key.")
        try:
            timestamp, token, signature = _signature(_values(request))
            age = self.now() - datetime.fromtimestamp(int(timestamp), UTC)
        except (ValueError, TypeError, OverflowError, OSError) as error:
            raise WebhookRejected("The request is not signed.") from error
        expected = hmac.new(key.encode(), (timestamp + token).encode(), hashlib.sha256).hexdigest()
        if not token or not hmac.compare_digest(expected.encode(), signature.lower().encode()):
            raise WebhookRejected("The signature is wrong.")
        if abs(age) > MAX_AGE:
            raise WebhookRejected("The signature is too old.")

    def identify(self, request: WebhookRequest) -> str:
        _, token, _ = _signature(_values(request))
        # The signature does not cover the body: a second one under the same token is a replay.
        return f"token:{token[:200]}" if token else body_key(request.body)

    def events(self, request: WebhookRequest, credentials: Credentials) -> Sequence[Event]:
        values = _values(request)
        event = values.get("event-data")
        if isinstance(event, Mapping):
            return [isolated(event, _event)]
        if (
            values.get("message-url")
            and not values.get("body-plain")
            and not values.get("body-html")
        ):
            return _stored_mail(values, credentials, self.now())
        return self.events_of(_mail(request), credentials)

    def download_auth(self, credentials: Credentials) -> tuple[str, str] | None:
        key = credentials.secrets.get("api_key")
        return ("api", key) if key else None


def _values(request: WebhookRequest) -> dict[str, Any]:
    """The fields as text; later ones of the same name do not hide the first."""
    if request.headers.get("content-type", "").startswith("application/json"):
        return json_object(request.body)
    values: dict[str, Any] = {}
    for field in form_of(request):
        if field.file_name is None:
            values.setdefault(field.name, decode(field.data))
    return values


def _signature(values: Mapping[str, Any]) -> tuple[str, str, str]:
    """Timestamp, token and signature: beside the fields, or in an object of their own."""
    nested = values.get("signature")
    source = nested if isinstance(nested, Mapping) else values
    timestamp, token, signature = (source.get(name) for name in ("timestamp", "token", "signature"))
    return str(timestamp or ""), str(token or ""), str(signature or "")


def _mail(request: WebhookRequest) -> Mail:
    values = _values(request)
    recipients = [str(values.get("recipient") or "")]
    if request.headers.get("content-type", "").startswith("application/json"):
        fields: list[Field] = []
    else:
        fields = form_of(request)
    raw = field_value(fields, "body-mime")
    if raw:
        return read_mail(raw, recipients)
    headers: dict[str, list[str]] = {}
    listed = load_json(str(values.get("message-headers") or "[]"))
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
        str(part): str(cid)
        for cid, part in json_field(field_value(fields, "content-id-map")).items()
    }
    files = [
        posted_file(field.file_name, field.content_type, field.data, by_part.get(field.name, ""))
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
    posted = moment(number(values.get("timestamp")))
    headers = {
        "date": [format_datetime(posted)] if posted else [],
        "from": [tidy(str(values.get("from") or values.get("sender") or ""))],
        "to": [tidy(str(values.get("recipient") or ""))],
        "subject": [tidy(str(values.get("subject") or ""))],
        "message-id": [f"<{values['Message-Id']}>" if values.get("Message-Id") else f"<{url}>"],
    }
    mail = assemble(headers, [], [], [str(values.get("recipient") or "")], complete=False)
    listed = values.get("attachments") or []
    described = load_json(listed) if isinstance(listed, str) else listed
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


def _event(event: Mapping[str, Any]) -> Event:
    kind = str(event.get("event") or "")
    headers = nested(nested(event.get("message")).get("headers"))
    ids = message_ids(str(headers.get("message-id") or ""))
    recipient = str(event.get("recipient") or "").lower()
    at = moment(event.get("timestamp"))
    if kind in ("complained", "unsubscribed") and recipient:
        return ContactUpdate(source_id=recipient, opted_out=True)
    if ids and kind == "delivered":
        return StatusUpdate(status=DeliveryStatus.DELIVERED, source_id=ids[0], at=at)
    if ids and kind == "failed" and event.get("severity") != "temporary":
        said = nested(event.get("delivery-status"))
        return failed(
            ids[0],
            at,
            recipient,
            said.get("enhanced-code"),
            said.get("message") or said.get("description"),
        )
    return Ignored(reason=f"event {kind or 'without a name'}"[:100])
