"""Inboxes that speak by mail without being connected to a mailbox."""

from __future__ import annotations

from backend.channels.mail import website
from backend.channels.registry import CHANNELS
from backend.connection import Connected
from workers.registry import Context


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
