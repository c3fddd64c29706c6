"""Greets a contact who has just written for the first time."""

from __future__ import annotations

from workers.jobs import Job
from workers.registry import Context, PermanentError


async def run(context: Context, job: Job) -> None:
    """Write the inbox's greeting, unless someone has answered already.

    The database decides that under the conversation's lock, so a second run does nothing.
    """
    conversation_id = job.payload.get("conversation_id")
    if not isinstance(conversation_id, str):
        raise PermanentError("the job names no conversation")
    await context.service.call_service("send_greeting", {"p_conversation_id": conversation_id})
