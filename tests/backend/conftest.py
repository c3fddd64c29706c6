"""The service in this process, before a real database; its providers are servers on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import psycopg
import pytest

from backend.app import create_app
from backend.settings import Settings
from tests.channels.provider import Provider, running_provider
from tests.support.make import Account, Make, User
from tests.support.stack import RunningStack, running_stack


@pytest.fixture(scope="package")
def stack() -> Iterator[RunningStack]:
    """A migrated, empty database behind PostgREST."""
    with running_stack() as running:
        yield running


@pytest.fixture
def conn(stack: RunningStack) -> Iterator[psycopg.Connection]:
    with psycopg.connect(stack.owner_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with running_provider() as running:
        yield running


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The service, in this process."""
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://service.test"
        ) as opened,
    ):
        opened.app = app  # type: ignore[attr-defined]
        yield opened


@pytest.fixture
def account(conn: psycopg.Connection) -> Account:
    return Make(conn).account()


@pytest.fixture
def boss(conn: psycopg.Connection, account: Account) -> User:
    return Make(conn).administrator(account)
