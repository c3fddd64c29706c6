"""Brings a file that came in from its provider into our Storage, to be looked at before anybody gets it."""

from __future__ import annotations

from backend.channels import base
from backend.connection import connected
from workers.jobs import Job
from workers.registry import Context, PermanentError, RetryLater


async def run(context: Context, job: Job) -> None:
    """Download and store it. What cannot be had is marked so, and its message stays as it is."""
    attachment_id = job.payload.get("attachment_id")
    if not isinstance(attachment_id, str):
        raise PermanentError("the job names no attachment")
    found = await context.service.call_service("media_to_fetch", {"p_attachment_id": attachment_id})
    if found is None:
        return
    inbox = await connected(context, found["inbox_id"])
    if inbox is None:
        raise PermanentError("the inbox is not connected to a provider")
    source = base.MediaSource(
        **{key: found["source"].get(key) for key in base.MediaSource.__dataclass_fields__}
    )
    try:
        with inbox.discreetly():
            media = await inbox.channel.fetch(source, inbox.credentials, context.http)
    except base.SendError as error:
        again = error.category in {base.ErrorCategory.TRANSIENT, base.ErrorCategory.RATE_LIMITED}
        if again and job.tries < job.max_attempts:
            wait = error.retry_after or 30
            raise RetryLater(f"{error.category}: {error.code}", wait, counts=True) from None
        await context.service.call_service(
            "attachment_lost",
            {"p_attachment_id": attachment_id, "p_error": str(error.code or error.category)},
        )
        return
    await context.service.upload(
        "attachments",
        found["storage_path"],
        media.data,
        media.content_type or "application/octet-stream",
    )
    await context.service.call_service("attachment_arrived", {"p_attachment_id": attachment_id})
