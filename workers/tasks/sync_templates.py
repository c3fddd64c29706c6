"""Copies the templates of an inbox from its provider."""

from __future__ import annotations

import dataclasses
from typing import Any

from backend.channels import base
from backend.connection import connected_with_token
from workers.jobs import Job
from workers.registry import Context, PermanentError, RetryLater

_AGAIN = {base.ErrorCategory.TRANSIENT, base.ErrorCategory.RATE_LIMITED}


async def run(context: Context, job: Job) -> None:
    """Make ours what the provider lists. A list that broke off changes nothing, and says why."""
    inbox_id = job.payload.get("inbox_id")
    if not isinstance(inbox_id, str):
        raise PermanentError("the job names no inbox")
    try:
        templates = await _listed(context, inbox_id)
    except base.SendError as error:
        if error.category in _AGAIN and job.attempt < job.max_attempts:
            wait = error.retry_after or 30
            raise RetryLater(f"{error.category}: {error.code}", wait, counts=True) from None
        await context.service.call_service(
            "templates_not_synced",
            {"p_inbox_id": inbox_id, "p_category": error.category, "p_text": str(error)},
        )
        return
    if templates is not None:
        await context.service.call_service(
            "replace_templates", {"p_inbox_id": inbox_id, "p_templates": templates}
        )


async def _listed(context: Context, inbox_id: str) -> list[dict[str, Any]] | None:
    """What the provider has; None when there is nobody to ask."""
    inbox = await connected_with_token(context, inbox_id)
    if inbox is None or inbox.state != "connected":
        return None
    if not isinstance(inbox.channel, base.HasTemplates):
        return None
    with inbox.discreetly():
        found = await inbox.channel.templates(inbox.credentials, context.http)
    return [dataclasses.asdict(one) for one in found]
