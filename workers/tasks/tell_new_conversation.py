"""Tells the members of an inbox that there is a new conversation."""

from __future__ import annotations

from workers.jobs import Job
from workers.registry import Context, PermanentError


async def run(context: Context, job: Job) -> None:
    """Have the database write their notifications, for those who see it now.

    A line that was written since stays, so a second run tells nobody again.
    """
    conversation_id = job.payload.get("conversation_id")
    happened_at = job.payload.get("happened_at")
    if not isinstance(conversation_id, str) or not isinstance(happened_at, str):
        raise PermanentError("the job names no conversation")
    await context.service.call_service(
        "tell_new_conversation",
        {
            "p_conversation_id": conversation_id,
            "p_actor_user_id": job.payload.get("actor_user_id"),
            "p_happened_at": happened_at,
        },
    )
