"""Which task does which kind of job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import httpx

from backend.channels.base import Reach
from backend.channels.mail.sign_in import SignIn
from backend.mail import Mailer
from workers.jobs import Job, Service
from workers.retry import RetryPolicy


class PermanentError(Exception):
    """Trying again cannot help: the job goes to the dead letters at once."""


class RetryLater(Exception):
    """Not now, and it is known when: the job waits for so long and then tries again.

    It uses up an attempt only when it `counts`: when something was tried and refused.
    """

    def __init__(self, reason: str, seconds: float, *, counts: bool = False) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.counts = counts


@dataclass(frozen=True, slots=True)
class Context:
    """What a task may use."""

    service: Service
    http: httpx.AsyncClient  #: for providers; never for our own Supabase
    base_urls: Mapping[str, str] = field(
        default_factory=dict
    )  #: channel -> API, instead of the provider's
    local: bool = (
        False  #: whether customers' addresses may be on this machine; for trying and tests
    )
    mail_hosts: Reach = Reach.PUBLIC  #: where customers' mail servers may be
    sign_ins: Mapping[str, SignIn] = field(default_factory=dict)  #: who renews mailboxes' tokens
    mailer: Mailer | None = None
    inbound_domain: str | None = None  #: where visitors' answers to digests come back
    dashboard_url: str = ""  #: without a slash at the end


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
