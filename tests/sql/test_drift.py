"""The migrations and the declared schema give the same database."""

from __future__ import annotations

from tests.support.database import Connection, column
from tools import schema


def test_migrations_and_declared_schema_describe_the_same_database() -> None:
    assert schema.difference() == ""


def test_migrations_leave_nothing_invalid(db: Connection) -> None:
    assert column(db, "select indexrelid::regclass::text from pg_index where not indisvalid") == []
    assert column(db, "select conname from pg_constraint where not convalidated") == []
