"""The loop of a worker: claim a batch, run it side by side, acknowledge in one call.

It polls fast while there is work and slower when there is none; nothing on the write path has
to wake it. A job that outlives its lease is stopped, so it never runs twice at once for long,
and whatever a zombie still writes back is refused by its fencing number.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from workers.jobs import Job, Queue
from workers.registry import Context, PermanentError, Registered, RetryLater, find

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How eagerly a worker works."""

    batch: int = 20
    lease: timedelta = timedelta(seconds=60)
    shortest_wait: timedelta = timedelta(milliseconds=50)
    longest_wait: timedelta = timedelta(seconds=1)


class Worker:
    """Runs jobs until told to stop."""

    def __init__(
        self, queue: Queue, context: Context, tasks: Mapping[str, Registered], pace: Pace
    ) -> None:
        self._queue = queue
        self._context = context
        self._tasks = tasks
        self._pace = pace
        self._slots = {kind: asyncio.Semaphore(task.at_once) for kind, task in tasks.items()}
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Finish what is claimed, then return from `run`."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until `stop`. An unreachable database is waited for, not died of."""
        wait = self._pace.shortest_wait
        while not self._stopping.is_set():
            try:
                busy = await self.run_once() > 0
            except Exception as error:
                _log.warning("queue.unreachable", error=type(error).__name__)
                busy = False
                wait = self._pace.longest_wait
            if busy:
                wait = self._pace.shortest_wait
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait.total_seconds())
            wait = min(wait * 1.5, self._pace.longest_wait)

    async def drain(self, budget: timedelta) -> tuple[int, bool]:
        """Work until nothing is due, `stop`, or the time is up: how many jobs, and whether all is done."""
        end = time.monotonic() + budget.total_seconds()
        done = 0
        while time.monotonic() < end and not self._stopping.is_set():
            claimed = await self.run_once()
            if claimed == 0:
                return done, True
            done += claimed
        return done, False

    async def run_once(self) -> int:
        """Claim one batch and run it; how many jobs were claimed."""
        jobs = await self._queue.claim(sorted(self._tasks), self._pace.batch)
        if not jobs:
            return 0
        running = {job.id: asyncio.create_task(self._attempt(job)) for job in jobs}
        beat = asyncio.create_task(self._keep_leases({job.id: job for job in jobs}, running))
        try:
            outcomes = await asyncio.gather(*running.values(), return_exceptions=True)
        finally:
            beat.cancel()
            await asyncio.gather(beat, return_exceptions=True)
        done = [job for job, outcome in zip(jobs, outcomes, strict=True) if outcome is True]
        if done:
            finished = await self._queue.finish(done)
            if finished < len(done):
                _log.warning("lease.lost", count=len(done) - finished)
        return len(jobs)

    async def _attempt(self, job: Job) -> bool:
        structlog.contextvars.bind_contextvars(
            job_id=job.id,
            kind=job.kind,
            attempt=job.attempt,
            account_id=job.account_id,
            # Goes on to what this job asks for; one without a request begins a chain of its own.
            request_id=job.request_id or f"job-{job.id:08}",
        )
        try:
            task = find(self._tasks, job)
            async with self._slots[job.kind], asyncio.timeout(task.timeout.total_seconds()):
                await task.run(self._context, job)
        except PermanentError as error:
            await self._give_back(job, str(error), None)
            return False
        except RetryLater as error:
            await self._give_back(job, str(error), timedelta(seconds=error.seconds))
            return False
        except Exception as error:
            # The type and our own words only: a provider's answer may quote a customer.
            reason = f"{type(error).__name__}: {error}"[:500]
            retry = self._tasks[job.kind].retry.delay_after(job.attempt, job.max_attempts)
            await self._give_back(job, reason, retry)
            return False
        _log.info("job.done")
        return True

    async def _give_back(self, job: Job, reason: str, retry: timedelta | None) -> None:
        held = await self._queue.fail(job, reason, retry)
        _log.warning(
            "job.failed" if held else "lease.lost",
            reason=reason,
            retry_seconds=retry.total_seconds() if retry else None,
        )

    async def _keep_leases(
        self, jobs: dict[int, Job], running: dict[int, asyncio.Task[bool]]
    ) -> None:
        while True:
            await asyncio.sleep(self._pace.lease.total_seconds() / 3)
            mine = [job for job_id, job in jobs.items() if not running[job_id].done()]
            if not mine:
                return
            try:
                held = await self._queue.heartbeat(mine)
            except Exception:
                _log.warning("heartbeat.failed")
                continue
            for job in mine:
                if job.id not in held:
                    running[job.id].cancel()
