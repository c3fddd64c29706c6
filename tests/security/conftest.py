"""The same real Postgres for the attacks."""

from __future__ import annotations

from tests.support.fixtures import database, db, make

__all__ = ["database", "db", "make"]
