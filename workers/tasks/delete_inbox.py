"""Removes a deleted inbox with its conversations, batch by batch."""

from __future__ import annotations

from workers.jobs import Job
from workers.registry import Context, PermanentError


async def run(context: Context, job: Job) -> None:
    """Remove the next batch; the database asks for another job while there is more.

    What is gone is gone, so a second run goes on where the first ended.
    """
    inbox_id = job.payload.get("inbox_id")
    if not isinstance(inbox_id, str):
        raise PermanentError("the job names no inbox")
    await context.service.call_service("delete_inbox", {"p_inbox_id": inbox_id})
