"""Which task does which kind of job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from workers.jobs import Job, Service
from workers.retry import RetryPolicy


class PermanentError(Exception):
    """Trying again cannot help: the job goes to the dead letters at once."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a task may use."""

    service: Service


Task = Callable[[Context, Job], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Registered:
    """A task and how it is run."""

    run: Task
    timeout: timedelta = timedelta(seconds=30)
    at_once: int = 20  # in one worker, for tasks that need much memory
    retry: RetryPolicy = field(default_factory=RetryPolicy)


def find(tasks: Mapping[str, Registered], job: Job) -> Registered:
    """The task of a job's kind. Raises `PermanentError` when this release has none."""
    try:
        return tasks[job.kind]
    except KeyError:
        raise PermanentError(f"no task does {job.kind!r}") from None
