"""An inbox as tasks see it: its adapter, and what it speaks for itself with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from backend.channels import base
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
