"""Access tokens that end: renewed before they do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from backend.channels import base
from backend.channels.instagram import Instagram
from backend.channels.mail import oauth
from workers.inbox import Connected, connected
from workers.registry import Context

MAIL_EARLY = timedelta(minutes=10)
INSTAGRAM_EARLY = timedelta(days=15)


async def connected_with_token(context: Context, inbox_id: str) -> Connected | None:
    """The inbox's connection, its token renewed when it has ended. Raises `SendError`.

    A worker that was away for an hour finds all of them ended; that is no refusal of anybody's login.
    """
    inbox = await connected(context, inbox_id)
    if inbox is None or inbox.expires_at is None or not inbox.credentials.settings.get("oauth"):
        return inbox
    if inbox.expires_at > datetime.now(UTC):
        return inbox
    await renew(context, inbox_id, inbox)
    return await connected(context, inbox_id)


async def renew(context: Context, inbox_id: str, inbox: Connected) -> None:
    """Trade the token for a fresh one and keep that. Raises `SendError`: `AUTH` when it is refused."""
    if isinstance(inbox.channel, Instagram):
        token, expires_at = await inbox.channel.refresh_token(inbox.credentials, context.http)
        secrets = {"access_token": token}
    else:
        name = str(inbox.credentials.settings.get("oauth"))
        signing = context.sign_ins.get(name)
        if signing is None:
            raise base.SendError(
                base.ErrorCategory.CONFIG, f"This installation has no client at {name}."
            )
        tokens = await oauth.refresh(
            signing.provider,
            signing.client,
            context.http,
            refresh_token=inbox.credentials.secrets.get("refresh_token", ""),
            now=datetime.now(UTC),
        )
        secrets = {"access_token": tokens.access_token, "refresh_token": tokens.refresh_token}
        expires_at = tokens.expires_at
    await context.service.call_service(
        "save_channel_secrets",
        {"p_inbox_id": inbox_id, "p_secrets": secrets, "p_expires_at": expires_at.isoformat()},
    )


def is_due(inbox: Connected) -> bool:
    """Whether the token is to be renewed now; one that another job just renewed is not."""
    early = INSTAGRAM_EARLY if isinstance(inbox.channel, Instagram) else MAIL_EARLY
    return inbox.expires_at is None or inbox.expires_at < datetime.now(UTC) + early
