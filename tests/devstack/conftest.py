"""A bare Supabase with the settings of the conformance suite, shared by the devstack's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.stack import RunningStack, running_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    """The stack; tests make their own users, topics and buckets in it."""
    with running_stack("--bare", "--conformance") as running:
        yield running
