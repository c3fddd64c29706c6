"""Answers to the digests of website chats: they come in by the installation's own domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from backend.channels.base import Credentials, WebhookRequest
from backend.channels.mail.channel import MailChannel
from backend.channels.mail.threading import reply_token

MAX_RECIPIENTS = 5  # reply addresses in one mail


def credentials_of(website: Mapping[str, Any], domain: str, secret: str | None) -> Credentials:
    """A website inbox as a mail inbox: it knows its reply addresses, and who may post to it."""
    secrets = {"reply_token": str(website["reply_token"])}
    if secret:
        secrets |= {"webhook_secret": secret, "signing_key": secret}
    return Credentials(
        address=f"replies@{domain.lower()}",
        settings={
            "inbound_domain": domain.lower(),
            "account_id": website["account_id"],
            "inbox_id": website["inbox_id"],
        },
        secrets=secrets,
    )


def answered(channel: MailChannel, request: WebhookRequest, domain: str) -> Sequence[str]:
    """The conversations whose reply addresses at this domain the mail was sent to; nothing is proven yet."""
    if f"@{domain.lower()}" not in channel.keys(request):
        return []
    found = []
    for address in channel.recipients(request):
        try:
            found.append(str(UUID(reply_token(address) or "")))
        except ValueError:
            continue
    return list(dict.fromkeys(found))[:MAX_RECIPIENTS]
