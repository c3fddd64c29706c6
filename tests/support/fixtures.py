"""The fixtures of the tests against a real Postgres; conftest.py files import them."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from devstack.postgres import SUPERUSER
from tests.support.database import Connection, Database, cluster, copied_database
from tests.support.make import Make


@pytest.fixture
def db() -> Iterator[Connection]:
    """A connection whose every effect is undone after the test."""
    with psycopg.connect(cluster().config.dsn(SUPERUSER)) as conn:
        yield conn
        conn.rollback()


@pytest.fixture
def make(db: Connection) -> Make:
    """The factory, writing in the test's transaction."""
    return Make(db)


@pytest.fixture
def database() -> Iterator[Database]:
    """A database of the test's own, for what several connections do at once."""
    with copied_database() as copied:
        yield copied
