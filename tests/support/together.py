"""Several connections that do something at the same moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg

from tests.support.database import Connection, Database, error_code, value


def together(
    database: Database, count: int, act: Callable[[int, Connection], None]
) -> list[str | None]:
    """Run `act(index, connection)` on `count` connections at once; the error code of each, or None.

    Errors other than the database's own are raised.
    """
    barrier = threading.Barrier(count)

    def one(index: int) -> str | None:
        with database.connect() as conn:
            barrier.wait(30)
            try:
                act(index, conn)
            except psycopg.Error as error:
                return error_code(error)
        return None

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def wait_for_locks(conn: Connection, count: int) -> None:
    """Return once so many connections of the database wait for a lock."""
    for _ in range(300):
        waiting_now = value(
            conn,
            """
            select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'
            """,
        )
        if waiting_now >= count:
            return
        time.sleep(0.01)
    raise AssertionError(f"never saw {count} connections wait for a lock")
