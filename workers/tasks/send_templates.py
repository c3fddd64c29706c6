"""Answers a contact by itself: out of office, a greeting, a box for an e-mail address."""

from __future__ import annotations

from workers.jobs import Job
from workers.registry import Context, PermanentError


async def run(context: Context, job: Job) -> None:
    """Write what should follow a message.

    The database decides that under the conversation's lock, so a second run does nothing.
    """
    conversation_id = job.payload.get("conversation_id")
    message_id = job.payload.get("message_id")
    if not isinstance(conversation_id, str) or not isinstance(message_id, str):
        raise PermanentError("the job names no message")
    await context.service.call_service(
        "send_templates", {"p_conversation_id": conversation_id, "p_message_id": message_id}
    )
