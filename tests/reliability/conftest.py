"""One stack for all tests of this folder, and databases for the races."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.fixtures import database, db, make
from tests.support.stack import RunningStack, running_stack

__all__ = ["database", "db", "make"]


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    """A migrated database behind PostgREST; the tests here start the workers themselves."""
    with running_stack() as running:
        yield running
