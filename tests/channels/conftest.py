"""What the tests of the adapters share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.channels.provider import Provider, running_provider


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    """A provider's API on loopback."""
    async with running_provider() as running:
        yield running


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """The client every adapter is given."""
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client
