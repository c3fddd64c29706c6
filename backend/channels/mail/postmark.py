"""Postmark: inbound mails, raw or parsed, bounces and complaints."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from backend.channels.base import (
    ContactUpdate,
    Credentials,
    DeliveryStatus,
    Event,
    Ignored,
    StatusUpdate,
    WebhookRequest,
)
from backend.channels.mail.channel import MailChannel, body_key, check_secret
from backend.channels.mail.charset import tidy
from backend.channels.mail.mime import (
    Body,
    Mail,
    assemble,
    read_mail,
)
from backend.channels.mail.posted import (
    failed,
    json_object,
    moment,
    nested,
    posted_file,
)


class Postmark(MailChannel):
    """Postmark inbound, raw or parsed, and its bounce and complaint webhooks. It does not sign."""

    type = "email_postmark"
    max_body = 80 * 1024 * 1024  #: 35 MB of mail, escaped, and its attachments again in base64

    def recipients(self, request: WebhookRequest) -> Sequence[str]:
        body = json_object(request.body)
        if body.get("RecordType"):
            return [str(body.get("From") or "")]
        given = [str(body.get("OriginalRecipient") or "")]
        return given if given[0] else [str(body.get("To") or "")]

    def prove(self, request: WebhookRequest, credentials: Credentials) -> None:
        check_secret(request, credentials)

    def identify(self, request: WebhookRequest) -> str:
        body = json_object(request.body)
        identifier = body.get("ID") if body.get("RecordType") else body.get("MessageID")
        if not identifier:
            return body_key(request.body)
        return f"{body.get('RecordType') or 'Inbound'}:{identifier}"[:300]

    def events(self, request: WebhookRequest, credentials: Credentials) -> Sequence[Event]:
        body = json_object(request.body)
        if body.get("RecordType"):
            return [_event(body)]
        recipients = self.recipients(request)
        raw = body.get("RawEmail")
        if isinstance(raw, str) and raw:
            mail = read_mail(raw.encode("utf-8", "surrogateescape"), recipients)
        else:
            mail = _mail(body, recipients)
        return self.events_of(mail, credentials)


def _mail(body: Mapping[str, Any], recipients: Sequence[str]) -> Mail:
    headers: dict[str, list[str]] = {}
    for one in body.get("Headers") or []:
        headers.setdefault(str(one["Name"]).lower(), []).append(tidy(str(one["Value"])))
    for name in ("From", "To", "Cc", "Bcc", "Subject", "Date"):
        if body.get(name):
            headers[name.lower()] = [tidy(str(body[name]))]
    if body.get("ReplyTo"):
        headers["reply-to"] = [tidy(str(body["ReplyTo"]))]
    files = [
        posted_file(
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


def _event(body: Mapping[str, Any]) -> Event:
    kind = str(body.get("RecordType"))
    metadata = nested(body.get("Metadata"))
    source_id = str(metadata.get("inbox_message_id") or body.get("MessageID") or "")
    if kind == "SpamComplaint" or (kind == "SubscriptionChange" and body.get("SuppressSending")):
        return ContactUpdate(
            source_id=str(body.get("Email") or body["Recipient"]).lower(), opted_out=True
        )
    if kind == "Delivery":
        return StatusUpdate(
            status=DeliveryStatus.DELIVERED,
            source_id=source_id,
            at=moment(body.get("DeliveredAt")),
        )
    if kind == "Bounce" and body.get("Type") not in (
        "Transient",
        "AutoResponder",
        "DnsError",
        "SoftBounce",
    ):
        details = str(body.get("Details") or "").removeprefix("smtp;").strip()
        return failed(source_id, moment(body.get("BouncedAt")), body.get("Email"), None, details)
    return Ignored(reason=f"event {kind}"[:100])
