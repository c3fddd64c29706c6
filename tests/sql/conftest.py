"""A real Postgres for all tests of `sql/`."""

from __future__ import annotations

from tests.support.fixtures import database, db, make

__all__ = ["database", "db", "make"]
