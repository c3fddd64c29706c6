"""Removes files whose rows are gone."""

from __future__ import annotations

from workers.jobs import Job
from workers.registry import Context, PermanentError


async def run(context: Context, job: Job) -> None:
    """Remove them; what is gone already is no failure."""
    bucket, paths = job.payload.get("bucket"), job.payload.get("paths")
    if not isinstance(bucket, str) or not isinstance(paths, list):
        raise PermanentError("the job names no objects")
    await context.service.remove(bucket, [str(path) for path in paths if path])
