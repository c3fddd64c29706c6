"""SendGrid: Inbound Parse, raw or parsed, and the event webhook."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
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
    StatusUpdate,
    WebhookRejected,
    WebhookRequest,
)
from backend.channels.mail.channel import MailChannel, body_key, check_secret
from backend.channels.mail.charset import decode
from backend.channels.mail.form import Field
from backend.channels.mail.mime import (
    Body,
    Mail,
    assemble,
    message_ids,
    read_headers,
    read_mail,
)
from backend.channels.mail.posted import (
    failed,
    field_value,
    form_of,
    isolated,
    json_field,
    json_list,
    moment,
    nested,
    posted_file,
)

_FAILED_EVENTS = {"bounce", "dropped", "blocked"}


class SendGrid(MailChannel):
    """SendGrid Inbound Parse, raw or parsed, and its event webhook for bounces."""

    type = "email_sendgrid"

    def recipients(self, request: WebhookRequest) -> Sequence[str]:
        events = json_list(request.body)
        if events is not None:
            return [str(event.get("inbox_address") or _sending_domain(event)) for event in events]
        return _envelope(form_of(request))

    def prove(self, request: WebhookRequest, credentials: Credentials) -> None:
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
        events = json_list(request.body)
        if events is not None:
            return body_key(
                *(str(event.get("sg_event_id")).encode() for event in events), request.body
            )
        fields = form_of(request)
        # A retry is the same form in another boundary.
        return body_key(*(part for field in fields for part in (field.name.encode(), field.data)))

    def events(self, request: WebhookRequest, credentials: Credentials) -> Sequence[Event]:
        events = json_list(request.body)
        if events is not None:
            return [isolated(event, _event) for event in events]
        return self.events_of(_mail(form_of(request)), credentials)


def _envelope(fields: Sequence[Field]) -> list[str]:
    to = json_field(field_value(fields, "envelope")).get("to")
    if isinstance(to, list) and to:
        return [str(one) for one in to]
    return [decode(field_value(fields, "to"))]


def _sending_domain(event: Mapping[str, Any]) -> str:
    """The domain our mail was sent from, for events that only tell the mail's id."""
    ids = message_ids(str(event.get("smtp-id") or ""))
    return f"@{ids[0].rpartition('@')[2]}" if ids else ""


def _mail(fields: Sequence[Field]) -> Mail:
    recipients = _envelope(fields)
    raw = field_value(fields, "email")
    if raw:
        return read_mail(raw, recipients)
    charsets = json_field(field_value(fields, "charsets"))

    def text(name: str) -> str:
        return decode(field_value(fields, name), str(charsets.get(name) or "utf-8"))

    headers = read_headers(field_value(fields, "headers"))
    for name in ("from", "to", "cc", "subject"):
        if any(field.name == name for field in fields):
            headers[name] = [" ".join(text(name).split())]
    info = json_field(field_value(fields, "attachment-info"))
    by_part = {
        str(part): str(cid) for cid, part in json_field(field_value(fields, "content-ids")).items()
    }
    files = []
    for field in fields:
        if field.file_name is None:
            continue
        about = nested(info.get(field.name))
        identifier = by_part.get(field.name) or str(about.get("content-id") or "")
        files.append(
            posted_file(
                field.file_name, field.content_type or about.get("type"), field.data, identifier
            )
        )
    body = Body(text=text("text").strip("\n") or None, html=text("html") or None)
    return assemble(headers, [body], files, recipients)


def _event(event: Mapping[str, Any]) -> Event:
    kind = str(event.get("event") or "")
    ids = message_ids(str(event.get("smtp-id") or ""))
    source_id = ids[0] if ids else str(event.get("inbox_message_id") or "") or None
    at = moment(event.get("timestamp"))
    if kind in ("spamreport", "unsubscribe", "group_unsubscribe"):
        return ContactUpdate(source_id=str(event["email"]).lower(), opted_out=True)
    if source_id and kind == "delivered":
        return StatusUpdate(status=DeliveryStatus.DELIVERED, source_id=source_id, at=at)
    if source_id and kind in _FAILED_EVENTS:
        return failed(source_id, at, event.get("email"), event.get("status"), event.get("reason"))
    return Ignored(reason=f"event {kind or 'without a name'}"[:100])
