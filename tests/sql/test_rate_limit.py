"""Token buckets."""

from __future__ import annotations

from tests.support.database import Connection, Database, call, refused, run, value
from tests.support.together import together


def take(db: Connection, key: str = "k") -> None:
    """Take one of three tokens, refilled one per 100 seconds."""
    run(db, "select private.take(%s, 3, 0.01)", key)


def test_a_bucket_gives_its_burst_and_then_refuses(db: Connection) -> None:
    for _ in range(3):
        take(db)
    with refused("too_many_requests") as error, db.transaction():
        take(db)
    assert (error["status"], error["hint"]) == (429, "Try again in 100 seconds.")
    take(db, "another key")


def test_a_bucket_fills_with_time_and_never_above_its_size(db: Connection) -> None:
    for _ in range(3):
        take(db)
    run(db, "update private.rate_limits set taken_at = taken_at - interval '1 day'")
    for _ in range(3):
        take(db)
    with refused("too_many_requests"), db.transaction():
        take(db)


def test_eight_at_once_get_no_more_than_the_burst(database: Database) -> None:
    errors = together(database, 8, lambda _, conn: take(conn))
    assert sorted(str(e) for e in errors) == ["None"] * 3 + ["too_many_requests"] * 5


def test_buckets_that_are_full_again_are_forgotten(db: Connection) -> None:
    take(db, "old")
    run(db, "update private.rate_limits set taken_at = now() - interval '25 hours'")
    take(db, "new")
    assert call(db, "service.purge_rate_limits") == 1
    assert value(db, "select key from private.rate_limits") == "new"
