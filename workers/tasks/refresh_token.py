"""Renews one channel's access token before it ends."""

from __future__ import annotations

from backend.channels import base
from backend.connection import connected, is_due, renew
from workers.jobs import Job
from workers.registry import Context, PermanentError


async def run(context: Context, job: Job) -> None:
    """Renew it, unless that is done. A refusal asks an administrator to connect the inbox again."""
    inbox_id = job.payload.get("inbox_id")
    if not isinstance(inbox_id, str):
        raise PermanentError("the job names no inbox")
    inbox = await connected(context, inbox_id)
    if inbox is None or inbox.state != "connected" or not is_due(inbox):
        return
    try:
        await renew(context, inbox_id, inbox)
    except base.SendError as error:
        if error.category is not base.ErrorCategory.AUTH:
            raise RuntimeError(f"the token was not renewed: {error.category}") from None
        await context.service.call_service(
            "set_connection_state",
            {
                "p_inbox_id": inbox_id,
                "p_state": "reauthorization_required",
                "p_reason": str(error),
            },
        )
