"""Mailboxes read by the worker: a real IMAP server, the real queue, the real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from backend.channels.base import Reach
from backend.db import Database, connect
from backend.errors import SupadeskError
from backend.settings import Settings
from devstack.simulator.imap import ImapServer, running_imap
from tests.support.make import Inbox, Make
from tests.support.stack import RunningStack, running_stack
from workers.jobs import Queue
from workers.loop import Pace, Worker
from workers.registry import Context
from workers.tasks import TASKS


@pytest.fixture(scope="module")
def stack() -> Iterator[RunningStack]:
    """A migrated, empty database behind PostgREST."""
    with running_stack() as running:
        yield running


@pytest.fixture
async def service(stack: RunningStack) -> AsyncIterator[Database]:
    """The database as a worker sees it."""
    settings = Settings.model_validate(
        {
            "supabase_url": stack.url,
            "supabase_publishable_key": stack.publishable_key,
            "supabase_secret_key": stack.secret_key,
            "supabase_jwt_secret": stack.keys.jwt_secret,
        }
    )
    database = await connect(settings)
    yield database
    await database.close()


@pytest.fixture
def conn(stack: RunningStack) -> Iterator[psycopg.Connection]:
    """The owner's connection; the queue starts empty, and no other test's mailbox is left."""
    with psycopg.connect(stack.owner_url, autocommit=True) as connection:
        connection.execute("truncate private.jobs")
        connection.execute("delete from public.channel_connections")
        connection.execute("delete from private.mailboxes")
        yield connection


@pytest.fixture
async def server() -> AsyncIterator[ImapServer]:
    async with running_imap() as running:
        yield running


def connected(conn: psycopg.Connection, server: ImapServer, **settings: Any) -> Inbox:
    """An e-mail inbox whose mailbox is this server's."""
    make = Make(conn)
    where = {"imap_host": "127.0.0.1", "imap_port": server.port, "imap_security": "none"}
    return make.connection(
        make.account(),
        "email",
        f"{uuid4().hex[:8]}@shop.example.com",
        {"imap_password": server.password},
        {**where, "imap_user": server.user, **settings},
    )


def mail(number: int, **headers: str) -> bytes:
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return (
        f"From: Ana <ana@example.net>\r\nMessage-ID: <m{number}@x>\r\n"
        f"Subject: Order {number}\r\n{more}\r\nHello {number}\r\n"
    ).encode()


async def poll(service: Database, conn: psycopg.Connection, reach: Reach = Reach.LOOPBACK) -> None:
    """What a minute brings: the chore, and the worker until nothing is left to do."""
    conn.execute("update private.mailboxes set next_visit_at = now()")
    await service.call_service("poll_mailboxes", {})
    async with httpx.AsyncClient(trust_env=False) as http:
        pace = Pace(shortest_wait=timedelta(milliseconds=5))
        context = Context(service, http, mail_hosts=reach)
        worker = Worker(Queue(service, "tester", pace.lease), context, TASKS, pace)
        await worker.drain(timedelta(seconds=60))


def contents(conn: psycopg.Connection, inbox: Inbox) -> list[str]:
    found = conn.execute(
        "select content from public.messages where inbox_id = %s and message_type = 'incoming'"
        " order by created_at, seq",
        (inbox.id,),
    )
    return [row[0] for row in found]


def mailbox(conn: psycopg.Connection, inbox: Inbox) -> dict[str, Any]:
    row = conn.execute(
        "select jsonb_build_object('cursor', mailbox.cursor, 'failures', mailbox.failures,"
        " 'refusals', refusals,"
        " 'wait', extract(epoch from next_visit_at - now()), 'state', state, 'reason', state_reason)"
        " from private.mailboxes as mailbox join public.channel_connections using (inbox_id)"
        " where inbox_id = %s",
        (inbox.id,),
    ).fetchone()
    assert row is not None
    return dict(row[0])


async def test_mail_becomes_conversations_once(
    service: Database, conn: psycopg.Connection, server: ImapServer
) -> None:
    inbox = connected(conn, server)
    server.add(mail(1))
    server.add(mail(2, **{"In-Reply-To": "<m1@x>"}))
    await poll(service, conn)
    await poll(service, conn)
    server.renumber(50)
    await poll(service, conn)

    assert contents(conn, inbox) == ["Hello 1", "Hello 2"]
    threads = conn.execute(
        "select count(distinct conversation_id) from public.messages where inbox_id = %s",
        (inbox.id,),
    ).fetchone()
    assert threads == (1,)
    assert mailbox(conn, inbox)["cursor"]["last_uid"] == 51
    assert 0 < mailbox(conn, inbox)["wait"] <= 60


async def test_a_dead_server_waits_longer_and_longer_and_nobody_is_asked_to_sign_in(
    service: Database, conn: psycopg.Connection, server: ImapServer
) -> None:
    inbox = connected(conn, server, imap_port=1)
    waits = []
    for _ in range(4):
        await poll(service, conn)
        waits.append(mailbox(conn, inbox)["wait"])
    assert waits == sorted(waits)
    assert 240 < waits[-1] <= 480
    assert mailbox(conn, inbox)["state"] == "connected"
    assert "broke off" in mailbox(conn, inbox)["reason"]

    conn.execute(
        "update public.channel_connections"
        " set settings = settings || jsonb_build_object('imap_port', %s::int)",
        (server.port,),
    )
    server.add(mail(1))
    await poll(service, conn)
    assert contents(conn, inbox) == ["Hello 1"]
    assert (mailbox(conn, inbox)["failures"], mailbox(conn, inbox)["reason"]) == (0, None)


async def test_the_third_refused_login_waits_for_an_administrator(
    service: Database, conn: psycopg.Connection, server: ImapServer
) -> None:
    inbox = connected(conn, server)
    server.password = "changed"
    states = []
    for _ in range(3):
        await poll(service, conn)
        states.append(mailbox(conn, inbox)["state"])
    assert states == ["connected", "connected", "reauthorization_required"]
    asked = len(server.commands)
    await poll(service, conn)
    assert len(server.commands) == asked

    conn.execute(
        'update private.channel_secrets set secrets = secrets || \'{"imap_password": "changed"}\''
    )
    conn.execute("update public.channel_connections set state = 'connected'")
    server.add(mail(1))
    await poll(service, conn)
    assert contents(conn, inbox) == ["Hello 1"]
    assert mailbox(conn, inbox)["refusals"] == 0


async def test_a_poisoned_mail_is_put_aside_and_holds_nothing_up(
    service: Database, conn: psycopg.Connection, server: ImapServer
) -> None:
    inbox = connected(conn, server)
    server.add(mail(1), refuse=True)
    server.add(mail(2), refuse=True)
    server.add(mail(3))
    for _ in range(3):
        await poll(service, conn)
    assert contents(conn, inbox) == ["Hello 3"]
    put_aside = conn.execute(
        "select event_key, error from private.provider_events where inbox_id = %s and status = 'quarantined'"
        " order by event_key",
        (inbox.id,),
    ).fetchall()
    assert [key for key, _ in put_aside] == ["poison:7:1", "poison:7:2"]
    assert all("said NO" in error for _, error in put_aside)


async def test_a_mail_on_which_the_line_always_breaks_is_put_aside_too(
    service: Database, conn: psycopg.Connection, server: ImapServer
) -> None:
    inbox = connected(conn, server)
    server.add(mail(1), drop=True)
    server.add(mail(2))
    for _ in range(6):
        await poll(service, conn)
    assert contents(conn, inbox) == ["Hello 2"]
    assert mailbox(conn, inbox)["cursor"]["pending"] == {}


async def test_a_server_that_says_nothing_delays_no_other_mailbox(
    service: Database, conn: psycopg.Connection, server: ImapServer
) -> None:
    async with AsyncExitStack() as running:
        silent = [await running.enter_async_context(running_imap()) for _ in range(12)]
        for one in silent:
            one.hang_after_login = True
            connected(conn, one)
        inbox = connected(conn, server)
        server.add(mail(1))
        going = asyncio.create_task(poll(service, conn))
        async with asyncio.timeout(15):
            while mailbox(conn, inbox)["cursor"] == {}:
                await asyncio.sleep(0.1)
        assert not going.done()
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)


async def test_a_mailbox_is_asked_for_once_while_its_visit_waits(
    service: Database, conn: psycopg.Connection, server: ImapServer
) -> None:
    connected(conn, server)
    asked = [await service.call_service("poll_mailboxes", {}) for _ in range(2)]
    conn.execute("update private.mailboxes set next_visit_at = now()")
    asked.append(await service.call_service("poll_mailboxes", {}))
    assert asked == [1, 0, 0]


async def test_a_visit_that_was_thought_dead_stores_nothing(
    service: Database, conn: psycopg.Connection, server: ImapServer
) -> None:
    inbox = connected(conn, server)
    old = await service.call_service("begin_visit", {"p_inbox_id": str(inbox.id)})
    new = await service.call_service("begin_visit", {"p_inbox_id": str(inbox.id)})
    assert new["visit"] == old["visit"] + 1
    for function, more in (
        ("record_mail", {"p_event_key": "k", "p_request": {}, "p_body": ""}),
        ("end_visit", {}),
    ):
        with pytest.raises(SupadeskError) as refused:
            await service.call_service(
                function,
                {"p_inbox_id": str(inbox.id), "p_visit": old["visit"], "p_cursor": {}, **more},
            )
        assert refused.value.body.code == "visit_lost"


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "[::1]", "::1"])
async def test_mail_servers_inside_our_network_are_not_asked(
    service: Database, conn: psycopg.Connection, server: ImapServer, host: str
) -> None:
    inbox = connected(conn, server, imap_host=host)
    await poll(service, conn, Reach.PUBLIC)
    assert server.commands == []
    assert mailbox(conn, inbox)["failures"] == 1


async def test_a_suspended_account_and_an_inbox_without_imap_are_not_visited(
    service: Database, conn: psycopg.Connection, server: ImapServer
) -> None:
    inbox = connected(conn, server)
    connected(conn, server, imap_host="")
    conn.execute(
        "update public.accounts set status = 'suspended' where id = %s", (inbox.account_id,)
    )
    await poll(service, conn)
    assert server.commands == []
