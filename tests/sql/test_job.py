"""The queue: each job once, in order, fairly, and never lost."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb

from tests.support.database import Connection, Database, call, column, refused, rows, run, value
from tests.support.make import Make
from tests.support.together import together

KINDS = ["test"]


def add(db: Connection, account: UUID | None = None, lock: str | None = None, **more: Any) -> int:
    """Add a job; its id."""
    account = account or UUID(int=0)
    call(
        db,
        "private.enqueue",
        p_kind="test",
        p_payload={},
        p_account_id=account,
        p_lock=lock,
        **more,
    )
    return int(value(db, "select max(id) from private.jobs"))


def claim(db: Connection, limit: int = 20, lease: int = 60) -> list[tuple[int, int]]:
    """Claim jobs: (id, attempt), in the order of their ids."""
    found = rows(
        db,
        "select id, attempt from service.claim_jobs('w', %s, %s, %s) order by id",
        KINDS,
        limit,
        lease,
    )
    return [(id_, attempt) for id_, attempt in found]


def finish(db: Connection, *held: tuple[int, int]) -> int:
    """Mark jobs done; how many were still held."""
    jobs = [{"id": id_, "attempt": attempt} for id_, attempt in held]
    return int(value(db, "select service.finish_jobs(%s)", Jsonb(jobs)))


def expire(db: Connection) -> None:
    """Let every lease run out."""
    run(db, "update private.jobs set lease_until = now() - interval '1 s' where status = 'running'")


def test_jobs_are_claimed_by_priority_then_age(db: Connection) -> None:
    late = add(db, p_priority=100)
    first = add(db, p_priority=10)
    assert claim(db, 1) == [(first, 1)]
    assert claim(db, 1) == [(late, 1)]
    assert claim(db) == []


def test_only_asked_for_kinds_and_due_jobs_are_claimed(db: Connection) -> None:
    call(db, "private.enqueue", p_kind="other", p_payload={})
    add(db, p_run_at=value(db, "select now() + interval '1 hour'"))
    assert claim(db) == []


def test_accounts_take_turns_however_much_one_of_them_has(db: Connection) -> None:
    busy, quiet = uuid4(), uuid4()
    for _ in range(50):
        add(db, busy)
    wanted = [add(db, quiet), add(db, quiet)]
    claimed = [id_ for id_, _ in claim(db, 4)]
    assert set(wanted) <= set(claimed)


def test_what_one_account_leaves_of_its_share_goes_to_the_others(db: Connection) -> None:
    quiet = add(db, uuid4())
    other = uuid4()
    many = [add(db, other) for _ in range(10)]
    assert [id_ for id_, _ in claim(db, 8)] == [quiet, *many[:7]]


def test_jobs_with_a_lock_run_one_at_a_time_in_order(db: Connection) -> None:
    first, second = add(db, lock="c"), add(db, lock="c", p_priority=1)
    free = add(db)
    assert claim(db) == [(first, 1), (free, 1)]
    assert claim(db) == []
    finish(db, (first, 1))
    assert claim(db) == [(second, 1)]


def test_a_job_that_waits_to_be_tried_again_holds_back_its_successors(db: Connection) -> None:
    first = add(db, lock="c")
    second = add(db, lock="c")
    claim(db)
    call(db, "service.fail_job", p_id=first, p_attempt=1, p_error="x", p_retry_after_seconds=60.0)
    assert claim(db) == []
    run(db, "update private.jobs set run_at = now() where id = %s", first)
    assert claim(db) == [(first, 2)]
    call(db, "service.fail_job", p_id=first, p_attempt=2, p_error="x")
    assert claim(db) == [(second, 1)]


def test_two_running_jobs_never_share_a_lock(db: Connection) -> None:
    add(db, lock="c")
    add(db, lock="c")
    with refused("23505"), db.transaction():
        run(db, "update private.jobs set status = 'running', lease_until = now()")


def test_a_job_with_a_known_key_is_added_once_while_it_exists(db: Connection) -> None:
    for _ in range(2):
        add(db, p_dedupe_key="k")
    assert value(db, "select count(*) from private.jobs") == 1
    finish(db, *claim(db))
    add(db, p_dedupe_key="k")
    assert value(db, "select count(*) from private.jobs") == 1
    assert call(db, "service.purge_jobs") == 0
    run(db, "update private.jobs set finished_at = now() - interval '2 days'")
    assert call(db, "service.purge_jobs") == 1
    add(db, p_dedupe_key="k")
    assert len(claim(db)) == 1


def test_what_asked_for_a_job_and_was_undone_leaves_none(db: Connection) -> None:
    with db.transaction(force_rollback=True):
        add(db)
    assert claim(db) == []


def test_a_lease_that_ran_out_gives_the_job_to_another(db: Connection) -> None:
    id_ = add(db)
    claim(db)
    assert claim(db) == []
    expire(db)
    assert claim(db) == [(id_, 2)]
    assert column(db, "select last_error from private.jobs") == ["the lease ran out"]


def test_a_worker_thought_dead_cannot_undo_its_successor(db: Connection) -> None:
    id_ = add(db)
    claim(db)
    expire(db)
    claim(db)
    assert finish(db, (id_, 1)) == 0
    assert call(db, "service.fail_job", p_id=id_, p_attempt=1, p_error="late") is None
    assert value(
        db, "select service.heartbeat_jobs(%s)", Jsonb([{"id": id_, "attempt": 1}])
    ) == []  # fmt: skip
    assert rows(db, "select status, attempt from private.jobs") == [("running", 2)]
    assert finish(db, (id_, 2)) == 1


def test_a_heartbeat_prolongs_the_lease(db: Connection) -> None:
    id_ = add(db)
    claim(db, lease=1)
    held = value(db, "select service.heartbeat_jobs(%s, 600)", Jsonb([{"id": id_, "attempt": 1}]))
    assert held == [id_]
    assert value(db, "select lease_until > now() + interval '9 minutes' from private.jobs")


def test_a_job_is_dead_after_its_last_attempt_and_can_be_replayed(db: Connection) -> None:
    id_ = add(db)
    run(db, "update private.jobs set max_attempts = 2")
    for attempt in (1, 2):
        assert claim(db) == [(id_, attempt)]
        expire(db)
    assert claim(db) == []
    assert column(db, "select status from private.jobs") == ["dead"]
    assert call(db, "service.purge_jobs", p_older_than="0") == 0
    assert call(db, "service.job_stats")["dead"] == 1
    assert call(db, "service.requeue_job", p_id=id_) is True
    assert call(db, "service.requeue_job", p_id=id_) is False
    # All its tries are new; the number of the lease goes on, so that no worker of old can write back.
    for attempt in (3, 4):
        assert claim(db) == [(id_, attempt)]
        expire(db)
    assert claim(db) == []
    assert column(db, "select status from private.jobs") == ["dead"]


@pytest.mark.parametrize(("limit", "lease"), [(0, 60), (501, 60), (1, 0), (1, 3601)])
def test_unreasonable_claims_are_refused(db: Connection, limit: int, lease: int) -> None:
    with refused("invalid_argument"), db.transaction():
        claim(db, limit, lease)


def test_a_job_is_small_and_has_a_plain_name(db: Connection) -> None:
    for kind, payload in (("x'; --", {}), ("test", {"x": "x" * 70_000})):
        with refused("23514"), db.transaction():
            call(db, "private.enqueue", p_kind=kind, p_payload=payload)


def test_jobs_of_a_deleted_account_do_not_keep_it(db: Connection, make: Make) -> None:
    account = make.account()
    add(db, account.id)
    run(db, "delete from public.accounts where id = %s", account.id)
    assert len(claim(db)) == 1


def test_eight_workers_do_two_thousand_jobs_once_each_and_in_order(database: Database) -> None:
    with database.connect() as conn:
        run(
            conn,
            """
            insert into private.jobs (kind, account_id, lock)
            select 'test', ('00000000-0000-0000-0000-00000000000' || n % 5)::uuid,
                case when n % 4 = 0 then 'lock' || n % 40 end
            from generate_series(1, 2000) as n
            """,
        )
        lock_of = dict(rows(conn, "select id, lock from private.jobs"))
    done: list[int] = []
    seen: list[int] = []
    guard = threading.Lock()

    def work(_: int, conn: Connection) -> None:
        while len(done) < 2000:
            held = claim(conn, 20)
            with guard:
                seen.extend(id_ for id_, _ in held)
            finished = finish(conn, *held)
            assert finished == len(held)
            with guard:
                done.extend(id_ for id_, _ in held)

    assert together(database, 8, work) == [None] * 8
    assert set(Counter(seen).values()) == {1}
    assert len(seen) == 2000
    for lock in {lock for lock in lock_of.values() if lock}:
        order = [id_ for id_ in seen if lock_of[id_] == lock]
        assert order == sorted(order), lock


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ('{"x-request-id": "abc-12345678"}', "abc-12345678"),
        ('{"x-request-id": "a\\nb; drop"}', None),
        ('{"x-request-id": "short"}', None),
        ("{}", None),
        ("", None),
    ],
)
def test_a_job_remembers_the_request_that_asked_for_it(
    db: Connection, headers: str, kept: str | None
) -> None:
    run(db, "select set_config('request.headers', %s, true)", headers)
    add(db)
    assert column(db, "select request_id from private.jobs") == [kept]
    assert column(db, "select request_id from service.claim_jobs('w', %s)", KINDS) == [kept]


def test_a_job_asked_for_by_fifty_at_once_is_there_once(database: Database) -> None:
    def ask(_: int, conn: Connection) -> None:
        call(conn, "private.enqueue", p_kind="test", p_payload={}, p_dedupe_key="event-1")

    assert together(database, 50, ask) == [None] * 50
    with database.connect() as conn:
        assert len(claim(conn)) == 1
        assert claim(conn) == []


def test_a_poisoned_job_never_holds_up_the_others(db: Connection) -> None:
    poison = add(db, p_priority=1)
    others = [add(db) for _ in range(20)]
    for attempt in range(1, 9):
        claim(db, 1)
        last = attempt == 8
        call(
            db, "service.fail_job", p_id=poison, p_attempt=attempt, p_error="bad",
            p_retry_after_seconds=None if last else 0.0,
        )  # fmt: skip
        run(db, "update private.jobs set run_at = now() - interval '1 s'")
    assert column(db, "select id from private.jobs where status = 'dead'") == [poison]
    assert [id_ for id_, _ in claim(db, 50)] == others


def test_a_worker_that_always_dies_uses_the_attempts_up(db: Connection) -> None:
    id_ = add(db)
    for attempt in range(1, 9):
        assert claim(db) == [(id_, attempt)]
        expire(db)
    assert claim(db) == []
    assert rows(db, "select status, last_error from private.jobs") == [
        ("dead", "the lease ran out")
    ]


def test_leases_and_due_times_are_by_the_database_s_clock(db: Connection) -> None:
    # Nothing a worker says about time is taken: only how long, never when.
    names = column(
        db,
        """
        select unnest(proargnames) from pg_proc
        where pronamespace = 'service'::regnamespace
            and proname in ('claim_jobs', 'heartbeat_jobs', 'fail_job', 'finish_jobs', 'take_chore')
        """,
    )
    assert not [
        name for name in names if name.startswith("p_") and name.endswith(("_at", "_until"))
    ]
    add(db)
    claim(db, lease=60)
    assert value(
        db,
        """
        select lease_until between clock_timestamp() + interval '50 s' and clock_timestamp() + interval '61 s'
        from private.jobs
        """,
    )


def test_a_hundred_thousand_waiting_jobs_do_not_slow_the_claim_of_twenty(db: Connection) -> None:
    busy, quiet = uuid4(), uuid4()
    run(
        db,
        """
        insert into private.jobs (account_id, kind, payload)
        select %s, 'test', '{}' from generate_series(1, 100000)
        """,
        busy,
    )
    run(db, "analyze private.jobs")
    wanted = add(db, quiet)
    read = """
        select seq_tup_read + idx_tup_fetch from pg_stat_xact_all_tables
        where relid = 'private.jobs'::regclass
    """
    before = value(db, read)
    assert wanted in [id_ for id_, _ in claim(db)]
    assert value(db, read) - before < 1000  # rows, of a hundred thousand
