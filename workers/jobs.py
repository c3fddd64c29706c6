"""The queue as workers see it: five calls to `service.*`, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol


class Service(Protocol):
    """What we need of Supabase: functions of schema `service`, and files."""

    async def call_service(self, function: str, arguments: dict[str, Any]) -> Any:
        """Call it and return its answer."""

    async def download(self, bucket: str, path: str) -> bytes | None:
        """The bytes of an object, or None when there is none."""

    async def upload(self, bucket: str, path: str, data: bytes, content_type: str) -> None:
        """Write an object, in the place of an earlier one."""

    async def signed_url(self, bucket: str, path: str, seconds: int) -> str:
        """A link to an object that anybody may follow for so many seconds."""

    async def remove(self, bucket: str, paths: list[str]) -> None:
        """Remove objects; those that are gone already do not matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A claimed job. `attempt` is the fencing number of this claim."""

    id: int
    kind: str
    account_id: str
    payload: dict[str, Any]
    attempt: int
    max_attempts: int
    waits: int = 0
    lock: str | None = None
    request_id: str | None = None

    @property
    def tries(self) -> int:
        """How often it was really attempted, this time included: not when it only waited for its turn."""
        return self.attempt - self.waits

    @property
    def lease(self) -> dict[str, int]:
        """How every write-back names its claim."""
        return {"id": self.id, "attempt": self.attempt}


class Queue:
    """Claims and acknowledges for one worker."""

    def __init__(self, service: Service, worker: str, lease: timedelta) -> None:
        self._service = service
        self._worker = worker
        self._lease = int(lease.total_seconds())

    async def claim(self, kinds: Sequence[str], limit: int) -> list[Job]:
        """Up to `limit` due jobs of these kinds, leased to this worker."""
        rows = await self._service.call_service(
            "claim_jobs",
            {
                "p_worker": self._worker,
                "p_kinds": list(kinds),
                "p_limit": limit,
                "p_lease_seconds": self._lease,
            },
        )
        return [Job(**{key: row[key] for key in Job.__dataclass_fields__}) for row in rows or []]

    async def finish(self, jobs: Sequence[Job]) -> int:
        """Mark them done; how many we still held."""
        done = await self._service.call_service(
            "finish_jobs", {"p_jobs": [job.lease for job in jobs]}
        )
        return int(done)

    async def fail(
        self, job: Job, error: str, retry_after: timedelta | None, *, counts: bool = True
    ) -> bool:
        """Give a job back, to be retried after a while or never; False when the lease was lost.

        With `counts` False it was no fault of the job's, and no attempt is used up.
        """
        status = await self._service.call_service(
            "fail_job",
            {
                "p_id": job.id,
                "p_attempt": job.attempt,
                "p_error": error,
                "p_retry_after_seconds": retry_after.total_seconds() if retry_after else None,
                "p_counts": counts,
            },
        )
        return status is not None

    async def heartbeat(self, jobs: Sequence[Job]) -> set[int]:
        """Prolong the leases; the ids we still hold."""
        held = await self._service.call_service(
            "heartbeat_jobs",
            {"p_jobs": [job.lease for job in jobs], "p_lease_seconds": self._lease},
        )
        return set(held)
