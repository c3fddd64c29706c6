"""Raw mail: read by IMAP, or posted by whatever can post a file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import httpx

from backend.channels.base import (
    Credentials,
    Event,
    WebhookRejected,
    WebhookRequest,
)
from backend.channels.health import Step, run
from backend.channels.mail import imap, smtp
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

    def prove(self, request: WebhookRequest, credentials: Credentials) -> None:
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

    def prove(self, request: WebhookRequest, credentials: Credentials) -> None:  # noqa: ARG002
        raise WebhookRejected("Mailboxes are read by us; nothing is posted to them.")

    async def check(
        self,
        credentials: Credentials,
        http: httpx.AsyncClient,  # noqa: ARG002
    ) -> list[Step]:
        """Log in where mails are read, unless they are forwarded to us, and where they go out."""

        async def reading() -> str:
            return f"INBOX: {await imap.check_login(credentials)}"

        async def writing() -> str:
            await smtp.check_login(credentials)
            return str(credentials.settings.get("smtp_host") or "")

        steps: dict[str, Callable[[], Awaitable[str]]] = {}
        if credentials.settings.get("imap_host"):
            steps["imap"] = reading
        # A token for Microsoft's own door opens nothing but sending itself.
        if credentials.settings.get("delivery") != "graph":
            steps["smtp"] = writing
        return await run(steps)
