"""An inbox as tasks see it: its adapter, and what it speaks for itself with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from backend.channels import base
from backend.channels.mail import website
from backend.channels.registry import CHANNELS
from workers.registry import Context


@dataclass(frozen=True, slots=True)
class Connected:
    """An inbox that is connected to a provider."""

    type: str
    account_id: str
    channel: base.Channel
    credentials: base.Credentials
    state: str = "connected"
    expires_at: datetime | None = None  #: of its access token


async def connected(context: Context, inbox_id: str) -> Connected | None:
    """The inbox's connection; None when it is gone, or has none."""
    found = await context.service.call_service("channel_credentials", {"p_inbox_id": inbox_id})
    if found is None:
        return None
    kind: str = found["channel_type"]
    return Connected(
        kind,
        found["account_id"],
        CHANNELS[kind],
        base.Credentials(
            address=found["address"],
            settings=found["settings"],
            secrets=found["secrets"],
            base_url=context.base_urls.get(kind),
            mail_hosts=context.mail_hosts,
        ),
        found["state"],
        datetime.fromisoformat(found["expires_at"]) if found["expires_at"] else None,
    )


async def website_by_mail(context: Context, inbox_id: str) -> Connected | None:
    """A website inbox whose visitors answer digests by mail; None when it is none, or no mail comes in."""
    if context.inbound_domain is None:
        return None
    found = await context.service.call_service("website_by_mail", {"p_inbox_id": inbox_id})
    if found is None:
        return None
    return Connected(
        "email",
        found["account_id"],
        CHANNELS["email_raw"],
        website.credentials_of(found, context.inbound_domain, None),
    )
