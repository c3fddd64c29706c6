"""The worker's loop against the real queue: retries, dead letters, lost leases, a stop in the middle."""

from __future__ import annotations

import asyncio
import gc
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.types.json import Jsonb

from backend.db import Database, connect
from backend.settings import Settings
from tests.support.stack import RunningStack, running_stack
from workers.jobs import Job, Queue
from workers.loop import Pace, Worker
from workers.registry import Context, PermanentError, Registered, RetryLater
from workers.retry import RetryPolicy

Run = Callable[[Context, Job], Awaitable[None]]
QUICK = RetryPolicy(delays=(timedelta(milliseconds=2),))


@pytest.fixture(scope="module")
def stack() -> Iterator[RunningStack]:
    """A migrated, empty database behind PostgREST."""
    with running_stack() as running:
        yield running


def settings_of(stack: RunningStack) -> Settings:
    """What a worker of this stack is told."""
    return Settings.model_validate(
        {
            "supabase_url": stack.url,
            "supabase_publishable_key": stack.publishable_key,
            "supabase_secret_key": stack.secret_key,
            "supabase_jwt_secret": stack.keys.jwt_secret,
        }
    )


@pytest.fixture
async def service(stack: RunningStack) -> AsyncIterator[Database]:
    """The database as a worker sees it."""
    database = await connect(settings_of(stack))
    yield database
    await database.close()


@pytest.fixture
def conn(stack: RunningStack) -> Iterator[psycopg.Connection]:
    """The owner's connection; the queue starts empty."""
    with psycopg.connect(stack.owner_url, autocommit=True) as connection:
        connection.execute("truncate private.jobs")
        yield connection


def enqueue(
    conn: psycopg.Connection, kind: str, *, lock: str | None = None, attempts: int = 8
) -> int:
    row = conn.execute(
        "insert into private.jobs (kind, payload, lock, max_attempts) values (%s, %s, %s, %s) returning id",
        (kind, Jsonb({"key": str(uuid.uuid4())}), lock, attempts),
    ).fetchone()
    assert row is not None
    return int(row[0])


def state(conn: psycopg.Connection, job: int) -> tuple[Any, ...]:
    row = conn.execute(
        "select status, attempt, last_error from private.jobs where id = %s", (job,)
    ).fetchone()
    assert row is not None
    return row


def worker(
    service: Database, tasks: dict[str, Run], *, lease: float = 60, **options: Any
) -> Worker:
    registered = {kind: Registered(run, retry=QUICK, **options) for kind, run in tasks.items()}
    pace = Pace(lease=timedelta(seconds=lease), shortest_wait=timedelta(milliseconds=5))
    context = Context(service, httpx.AsyncClient())
    return Worker(Queue(service, "tester", pace.lease), context, registered, pace)


async def test_a_job_is_done_once_and_marked_done(
    service: Database, conn: psycopg.Connection
) -> None:
    seen: list[int] = []

    async def task(_: Context, job: Job) -> None:
        seen.append(job.id)

    job = enqueue(conn, "note")
    loop = worker(service, {"note": task})
    assert await loop.run_once() == 1
    assert await loop.run_once() == 0
    assert seen == [job]
    assert state(conn, job) == ("done", 1, None)


async def test_a_failing_job_is_tried_again_until_it_works(
    service: Database, conn: psycopg.Connection
) -> None:
    async def task(_: Context, job: Job) -> None:
        if job.attempt < 3:
            raise ConnectionError("provider down")

    job = enqueue(conn, "flaky")
    loop = worker(service, {"flaky": task})
    for _ in range(20):
        await loop.run_once()
        await asyncio.sleep(0.01)
    assert state(conn, job) == ("done", 3, None)


async def test_a_job_that_never_works_becomes_a_dead_letter_that_can_be_replayed(
    service: Database, conn: psycopg.Connection
) -> None:
    """R47: it ends among the dead letters with its error, and asking twice to replay it replays it once."""

    async def task(_: Context, __: Job) -> None:
        raise ValueError("always")

    job = enqueue(conn, "hopeless", attempts=3)
    loop = worker(service, {"hopeless": task})
    for _ in range(10):
        await loop.run_once()
        await asyncio.sleep(0.01)
    assert state(conn, job) == ("dead", 3, "ValueError: always")

    assert await service.call_service("requeue_job", {"p_id": job}) is True
    assert state(conn, job)[:2] == ("queued", 3)


async def test_a_permanent_error_is_not_tried_again(
    service: Database, conn: psycopg.Connection
) -> None:
    async def task(_: Context, __: Job) -> None:
        raise PermanentError("the job names no conversation")

    job = enqueue(conn, "malformed")
    await worker(service, {"malformed": task}).run_once()
    assert state(conn, job) == ("dead", 1, "the job names no conversation")


async def test_one_bad_job_does_not_take_its_siblings_along(
    service: Database, conn: psycopg.Connection
) -> None:
    async def good(_: Context, __: Job) -> None:
        return

    async def bad(_: Context, __: Job) -> None:
        raise PermanentError("no")

    jobs = [enqueue(conn, kind) for kind in ("good", "bad", "good", "bad", "good")]
    await worker(service, {"good": good, "bad": bad}).run_once()
    assert [state(conn, job)[0] for job in jobs] == ["done", "dead", "done", "dead", "done"]


async def test_a_task_that_hangs_is_stopped_and_tried_again(
    service: Database, conn: psycopg.Connection
) -> None:
    """R47: the time box ends it."""

    async def task(_: Context, __: Job) -> None:
        await asyncio.sleep(60)

    job = enqueue(conn, "slow")
    await worker(service, {"slow": task}, timeout=timedelta(milliseconds=50)).run_once()
    status, attempt, error = state(conn, job)
    assert (status, attempt) == ("queued", 1)
    assert "TimeoutError" in error


async def test_a_zombie_cannot_finish_what_was_given_to_another(
    service: Database, conn: psycopg.Connection
) -> None:
    """R48: what it writes back names an old attempt and counts for nothing."""
    job = enqueue(conn, "contested")
    queue = Queue(service, "zombie", timedelta(seconds=1))
    [held] = await queue.claim(["contested"], 1)
    conn.execute(
        "update private.jobs set lease_until = now() - interval '1 second' where id = %s", (job,)
    )
    [taken] = await Queue(service, "successor", timedelta(seconds=60)).claim(["contested"], 1)
    assert taken.attempt == held.attempt + 1
    assert await queue.finish([held]) == 0
    assert await queue.fail(held, "late", None) is False
    assert await queue.heartbeat([held]) == set()
    assert state(conn, job)[0] == "running"


async def test_leases_are_prolonged_while_the_task_works(
    service: Database, conn: psycopg.Connection
) -> None:
    runs = 0

    async def task(_: Context, __: Job) -> None:
        nonlocal runs
        runs += 1
        await asyncio.sleep(2.5)

    job = enqueue(conn, "long")
    first, second = (worker(service, {"long": task}, lease=1) for _ in range(2))

    async def impatient() -> None:
        for _ in range(10):
            await asyncio.sleep(0.2)
            await second.run_once()

    await asyncio.gather(first.run_once(), impatient())
    assert runs == 1
    assert state(conn, job) == ("done", 1, None)


async def test_jobs_of_one_conversation_run_in_the_order_they_were_added(
    service: Database, conn: psycopg.Connection
) -> None:
    seen: list[int] = []

    async def task(_: Context, job: Job) -> None:
        await asyncio.sleep(0.002 * (job.id % 3))
        seen.append(job.id)

    jobs = [enqueue(conn, "ordered", lock="c1") for _ in range(12)]
    workers = [worker(service, {"ordered": task}) for _ in range(4)]

    async def drain(loop: Worker) -> None:
        while len(seen) < len(jobs):
            await loop.run_once()

    await asyncio.wait_for(asyncio.gather(*map(drain, workers)), 30)
    assert seen == jobs


async def test_a_slow_job_holds_up_nobody_else(service: Database, conn: psycopg.Connection) -> None:
    async def slow(_: Context, __: Job) -> None:
        await asyncio.sleep(60)

    async def quick(_: Context, __: Job) -> None:
        return

    held = [enqueue(conn, "slow") for _ in range(3)]
    loop = worker(service, {"slow": slow, "quick": quick}, timeout=timedelta(seconds=5))
    running = asyncio.create_task(loop.run())
    await asyncio.sleep(0.3)
    later = [enqueue(conn, "quick", lock="c1") for _ in range(5)]
    for _ in range(100):
        if all(state(conn, job)[0] == "done" for job in later):
            break
        await asyncio.sleep(0.02)
    assert [state(conn, job)[0] for job in later] == ["done"] * 5
    assert [state(conn, job)[0] for job in held] == ["running"] * 3
    loop.stop()
    await asyncio.wait_for(running, 10)


async def test_a_full_kind_leaves_room_for_the_others(
    service: Database, conn: psycopg.Connection
) -> None:
    async def slow(_: Context, __: Job) -> None:
        await asyncio.sleep(2)

    async def quick(_: Context, __: Job) -> None:
        return

    for _ in range(70):
        enqueue(conn, "slow")
    loop = worker(service, {"slow": slow, "quick": quick}, at_once=4)
    running = asyncio.create_task(loop.run())
    await asyncio.sleep(0.3)
    job = enqueue(conn, "quick")
    for _ in range(50):
        if state(conn, job)[0] == "done":
            break
        await asyncio.sleep(0.02)
    assert state(conn, job)[0] == "done"
    conn.execute("delete from private.jobs where status = 'queued'")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_waiting_uses_up_no_attempts(service: Database, conn: psycopg.Connection) -> None:
    async def task(_: Context, job: Job) -> None:
        if job.attempt <= 5:
            raise RetryLater("not now", 0.001)
        # Three of these make it dead, and each waits as the schedule says for it.
        assert job.tries == job.attempt - 5
        raise RuntimeError("refused")

    job = enqueue(conn, "patient", attempts=3)
    loop = worker(service, {"patient": task})
    for _ in range(30):
        await loop.run_once()
        row = conn.execute(
            "select status, attempt, waits from private.jobs where id = %s", (job,)
        ).fetchone()
        if row is not None and row[0] == "dead":
            break
        await asyncio.sleep(0.01)
    assert row == ("dead", 8, 5)


async def test_a_stop_lets_the_job_in_hand_finish(
    service: Database, conn: psycopg.Connection
) -> None:
    started = asyncio.Event()

    async def task(_: Context, __: Job) -> None:
        started.set()
        await asyncio.sleep(0.2)

    job = enqueue(conn, "last")
    loop = worker(service, {"last": task})
    running = asyncio.create_task(loop.run())
    await asyncio.wait_for(started.wait(), 5)
    loop.stop()
    await asyncio.wait_for(running, 5)
    assert state(conn, job)[0] == "done"


@pytest.mark.parametrize("works", [True, False])
async def test_a_stop_without_a_database_is_quiet_and_the_job_is_done_later(
    stack: RunningStack,
    service: Database,
    conn: psycopg.Connection,
    works: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mine = await connect(settings_of(stack))
    gc.collect()  # what other tests left is theirs
    unhandled: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unhandled.append(context))

    async def task(_: Context, __: Job) -> None:
        await mine.close()
        loop.stop()
        if not works:
            raise ConnectionError("provider down")

    job = enqueue(conn, "orphan")
    loop = worker(mine, {"orphan": task})
    await asyncio.wait_for(loop.run(), 10)
    gc.collect()
    assert unhandled == []
    # From the output: loggers that earlier tests used cannot be captured any more.
    told = re.findall(r"jobs?\.(?:not_\w+|abandoned)|Traceback", capsys.readouterr().out)
    assert told == ["jobs.not_acknowledged" if works else "job.not_given_back"]
    assert state(conn, job)[0] == "running"

    conn.execute("update private.jobs set lease_until = now() - interval '1 s'")

    async def again(_: Context, __: Job) -> None:
        return

    assert await worker(service, {"orphan": again}).run_once() == 1
    assert state(conn, job)[:2] == ("done", 2)


async def test_a_worker_that_is_cancelled_leaves_no_job_running_behind_it(
    service: Database, conn: psycopg.Connection
) -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def task(_: Context, __: Job) -> None:
        started.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    enqueue(conn, "long")
    running = asyncio.create_task(worker(service, {"long": task}).run())
    await asyncio.wait_for(started.wait(), 5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert ended.is_set()
