"""The loop of a worker: claim jobs while there are free slots, acknowledge together those that ended.

A slow job holds its own slot and nobody else's. It polls fast while there is work and slower when
there is none; nothing on the write path has to wake it. A job that outlives its lease is stopped,
so it never runs twice at once for long, and whatever a zombie still writes back is refused by its
fencing number.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
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

    slots: int = 60  #: jobs at the same time
    batch: int = 20  #: of them claimed in one call
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
        self._running: dict[asyncio.Task[bool], Job] = {}
        self._finished: list[Job] = []  # done, and not yet acknowledged

    def stop(self) -> None:
        """Finish what is claimed, then return from `run`."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until `stop`. An unreachable database is waited for, not died of."""
        beat = asyncio.create_task(self._keep_leases())
        wait = self._pace.shortest_wait
        try:
            while not self._stopping.is_set():
                try:
                    await self._acknowledge()
                    busy = await self._claim() > 0
                except Exception as error:
                    _log.warning("queue.unreachable", error=type(error).__name__)
                    wait = self._pace.longest_wait
                    busy = False
                wait = self._pace.shortest_wait if busy else wait
                # A job that ends makes room, and perhaps its successor may start.
                if await self._ended(wait):
                    wait = self._pace.shortest_wait
                elif not busy:
                    wait = min(wait * 1.5, self._pace.longest_wait)
            await self._finish()
        finally:
            await self._abandon(beat)

    async def _finish(self) -> None:
        """Let what is in hand end, and say so once more; without a database the leases run out instead."""
        if self._running:
            await asyncio.wait(self._running)
        try:
            await self._acknowledge()
        except Exception as error:
            # They are done once more then, by whoever claims them; tasks bear it.
            _log.warning(
                "jobs.not_acknowledged", count=len(self._finished), error=type(error).__name__
            )

    async def _abandon(self, beat: asyncio.Task[None]) -> None:
        """Leave nothing running behind that would go on without us; whose lease it is runs out."""
        tasks = [beat, *self._running]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._running:
            _log.warning("jobs.abandoned", count=len(self._running))
            self._running.clear()

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
        """Claim one batch and run it to its end; how many jobs were claimed."""
        claimed = await self._claim()
        if claimed:
            beat = asyncio.create_task(self._keep_leases())
            try:
                await asyncio.wait(self._running)
                await self._acknowledge()
            finally:
                await self._abandon(beat)
        return claimed

    async def _claim(self) -> int:
        """Start as many due jobs as there are free slots, of the kinds that have room; how many."""
        free = self._pace.slots - len(self._running)
        busy = Counter(job.kind for job in self._running.values())
        kinds = sorted(kind for kind, task in self._tasks.items() if busy[kind] < task.at_once)
        if free <= 0 or not kinds:
            return 0
        jobs = await self._queue.claim(kinds, min(free, self._pace.batch))
        for job in jobs:
            self._running[asyncio.create_task(self._attempt(job))] = job
        return len(jobs)

    async def _ended(self, wait: timedelta) -> bool:
        """Wait for a job to end or for `stop`, but not longer than this; whether a job ended."""
        stop = asyncio.create_task(self._stopping.wait())
        try:
            done, _ = await asyncio.wait(
                [*self._running, stop],
                timeout=wait.total_seconds(),
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            stop.cancel()
        return bool(done - {stop})

    async def _acknowledge(self) -> None:
        """Mark done what ended well since the last time, in one call."""
        for task in [task for task in self._running if task.done()]:
            job = self._running.pop(task)
            if not task.cancelled() and task.exception() is None and task.result():
                self._finished.append(job)
        if self._finished:
            finished = await self._queue.finish(self._finished)
            if finished < len(self._finished):
                _log.warning("lease.lost", count=len(self._finished) - finished)
            self._finished.clear()

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
            await self._give_back(
                job, str(error), timedelta(seconds=error.seconds), counts=error.counts
            )
            return False
        except Exception as error:
            # The type and our own words only: a provider's answer may quote a customer.
            reason = f"{type(error).__name__}: {error}"[:500]
            retry = self._tasks[job.kind].retry.delay_after(job.tries, job.max_attempts)
            await self._give_back(job, reason, retry)
            return False
        _log.info("job.done")
        return True

    async def _give_back(
        self, job: Job, reason: str, retry: timedelta | None, *, counts: bool = True
    ) -> None:
        """Tell the queue. If it cannot be told the lease runs out, and the job is tried again anyway."""
        try:
            held = await self._queue.fail(job, reason, retry, counts=counts)
        except Exception as error:
            _log.warning("job.not_given_back", reason=reason, error=type(error).__name__)
            return
        _log.warning(
            "job.failed" if held else "lease.lost",
            reason=reason,
            retry_seconds=retry.total_seconds() if retry else None,
        )

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(self._pace.lease.total_seconds() / 3)
            mine = {task: job for task, job in self._running.items() if not task.done()}
            if not mine:
                continue
            try:
                held = await self._queue.heartbeat([*mine.values(), *self._finished])
            except Exception:
                _log.warning("heartbeat.failed")
                continue
            for task, job in mine.items():
                if job.id not in held:
                    task.cancel()
