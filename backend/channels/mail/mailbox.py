"""Raw mail: read by IMAP, or posted by whatever can post a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backend.channels.base import (
    Credentials,
    Event,
    WebhookRejected,
    WebhookRequest,
)
from backend.channels.mail.channel import MailChannel, body_key, check_secret
from backend.channels.mail.mime import (
    read_headers,
    read_mail,
)


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
