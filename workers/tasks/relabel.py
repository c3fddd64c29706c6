"""Renames or removes a label in everything that carries it, batch by batch."""

from __future__ import annotations

from workers.jobs import Job
from workers.registry import Context, PermanentError


async def run(context: Context, job: Job) -> None:
    """Change the next batch; the database asks for another job while there is more.

    What is renamed carries the old title no longer, so a second run goes on where the first ended.
    """
    account_id, old = job.payload.get("account_id"), job.payload.get("old")
    if not isinstance(account_id, str) or not isinstance(old, str):
        raise PermanentError("the job names no label")
    await context.service.call_service(
        "relabel", {"p_account_id": account_id, "p_old": old, "p_new": job.payload.get("new")}
    )
