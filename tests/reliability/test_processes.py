"""Real worker processes that are killed, frozen, told to stop, or live in another time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import psycopg
import pytest

from backend.db import Database, connect
from backend.errors import SupadeskError
from backend.settings import Settings
from devstack.config import ROOT
from tests.support.database import (
    Connection,
    column,
    rows,
    run,
    value,
)
from tests.support.make import Inbox, Make, User
from tests.support.simulator import eventually
from tests.support.stack import RunningStack

GREETED: dict[str, Any] = {
    "greeting_enabled": True,
    "greeting_message": "Welcome",
    "enable_email_collect": False,
}


def environment(stack: RunningStack) -> dict[str, str]:
    """What a worker of this stack is told."""
    return {
        "PATH": os.environ["PATH"],
        "SUPABASE_URL": stack.url,
        "SUPABASE_PUBLISHABLE_KEY": stack.publishable_key,
        "SUPABASE_SECRET_KEY": stack.secret_key,
        "SUPABASE_JWT_SECRET": stack.keys.jwt_secret,
    }


class Workers:
    """Worker processes, each with what it said."""

    def __init__(self, stack: RunningStack, folder: Path) -> None:
        self._stack = stack
        self._folder = folder
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, *options: str, clock: float = 0.0) -> subprocess.Popen[bytes]:
        """Another one, its clock so many seconds off."""
        skewed = ["tests.support.skewed", str(clock)] if clock else []
        said = self._folder / f"{len(self.running)}.log"
        with said.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", *skewed, "workers", *options],
                cwd=ROOT,
                env=environment(self._stack),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.running.append(process)
        return process

    def said(self) -> str:
        """What all of them wrote."""
        return "".join(path.read_text() for path in sorted(self._folder.glob("*.log")))

    def up(self) -> None:
        """Wait until the last one works."""
        said = self._folder / f"{len(self.running) - 1}.log"
        eventually(lambda: "worker.started" in said.read_text(), 60)


@pytest.fixture
def workers(stack: RunningStack, tmp_path: Path) -> Iterator[Workers]:
    """Workers of the test's own; none outlives it."""
    started = Workers(stack, tmp_path)
    yield started
    for process in started.running:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


@pytest.fixture
def conn(stack: RunningStack) -> Iterator[Connection]:
    """The superuser's connection; the queue starts empty."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute("truncate private.jobs, private.chores")
        yield connection


@pytest.fixture
async def service(stack: RunningStack) -> AsyncIterator[Database]:
    """The database as our servers see it."""
    names = {name.lower(): new for name, new in environment(stack).items() if name != "PATH"}
    database = await connect(Settings.model_validate(names))
    yield database
    await database.close()


def token(stack: RunningStack, user: User) -> str:
    """An agent's access token."""
    claims = {"sub": str(user.id), "role": "authenticated", "aud": "authenticated"}
    return jwt.encode(claims | {"exp": time.time() + 600}, stack.keys.jwt_secret)


def waiting(conn: Connection, make: Make, count: int) -> Inbox:
    """So many visitors who wrote and are to be greeted; a job each."""
    inbox = make.inbox(make.account(), **GREETED)
    contact = make.contact(inbox)
    for _ in range(count):
        make.incoming(make.conversation(inbox, contact))
    return inbox


def greetings(conn: Connection, inbox: Inbox) -> list[int]:
    """How often each conversation was greeted."""
    return column(
        conn,
        """
        select count(message.id) from public.conversations as conversation
        left join public.messages as message
            on message.conversation_id = conversation.id and message.message_type = 'template'
        where conversation.inbox_id = %s group by conversation.id
        """,
        inbox.id,
    )


def undone(conn: Connection) -> int:
    """How many jobs are not done."""
    return int(value(conn, "select count(*) from private.jobs where status <> 'done'"))


def test_workers_whose_clocks_are_wrong_steal_no_lease_and_wake_nobody_early(
    conn: Connection, workers: Workers
) -> None:
    """R20: all timing is the database's; a worker a quarter of an hour off behaves like any other."""
    make = Make(conn)
    inbox = waiting(conn, make, 40)
    due, later = make.conversation(inbox), make.conversation(inbox)
    snoozed = "update public.conversations set status = 'snoozed', snoozed_until = now() + %s where id = %s"
    run(conn, snoozed, "10 minutes", later.id)
    run(conn, snoozed, "1 second", due.id)
    # A job somebody else holds, for half a minute longer by the database's clock.
    run(
        conn,
        """
        insert into private.jobs (kind, status, attempt, lease_until, worker)
        values ('send_templates', 'running', 1, now() + interval '10 minutes', 'another')
        """,
    )
    for clock in (900.0, -900.0):
        workers.start(clock=clock)
    eventually(lambda: undone(conn) == 1, 60)
    status = "select status from public.conversations where id = %s"
    eventually(lambda: value(conn, status, due.id) == "open", 60)
    assert value(conn, status, later.id) == "snoozed"
    assert [n for n in greetings(conn, inbox) if n] == [1] * 40
    held = "select worker, attempt from private.jobs where status = 'running'"
    assert rows(conn, held) == [("another", 1)], "its lease was not over"
    assert value(conn, "select max(attempt) from private.jobs") == 1
    assert value(conn, "select max(taken_at) <= clock_timestamp() from private.chores") is True
    assert "Traceback" not in workers.said()


def test_a_frozen_worker_that_comes_back_changes_nothing(
    conn: Connection, workers: Workers
) -> None:
    """R48: stopped beyond its lease, its jobs go to another; what it still says counts for nothing."""
    make = Make(conn)
    frozen = workers.start()
    workers.up()
    inbox = waiting(conn, make, 30)
    eventually(
        lambda: value(conn, "select count(*) from private.jobs where status = 'running'"), 30
    )
    frozen.send_signal(signal.SIGSTOP)
    held = "select count(*) from private.jobs where status = 'running'"
    run(
        conn,
        "update private.jobs set lease_until = now() - interval '1 s' where status = 'running'",
    )
    workers.start()
    eventually(lambda: undone(conn) == 0, 60)
    frozen.send_signal(signal.SIGCONT)
    frozen.send_signal(signal.SIGTERM)
    assert frozen.wait(30) == 0
    assert (value(conn, held), undone(conn)) == (0, 0)
    assert greetings(conn, inbox) == [1] * 30


def test_rolling_over_workers_loses_nothing_and_leaves_the_unknown_to_newer_ones(
    conn: Connection, workers: Workers
) -> None:
    """R49: deploys under load; each stopped worker ends its jobs, and a kind it does not know waits."""
    make = Make(conn)
    inbox = make.inbox(make.account(), **GREETED)
    contact = make.contact(inbox)
    run(conn, "insert into private.jobs (kind) values ('of_a_newer_release')")
    old = workers.start()
    workers.up()
    for _ in range(3):
        for _ in range(20):
            make.incoming(make.conversation(inbox, contact))
        new = workers.start()
        workers.up()
        old.send_signal(signal.SIGTERM)
        assert old.wait(30) == 0
        # What it had in hand it finished: no lease is left behind to run out.
        query = "select count(*) from private.jobs where status = 'running' and worker like %s"
        assert value(conn, query, f"%:{old.pid}") == 0
        old = new
    eventually(lambda: undone(conn) == 1, 60)
    assert greetings(conn, inbox) == [1] * 60
    assert value(conn, "select max(attempt) from private.jobs") == 1, "no job was begun twice"
    unknown = "select status, attempt from private.jobs where kind = 'of_a_newer_release'"
    assert rows(conn, unknown) == [("queued", 0)]
    assert "Traceback" not in workers.said()


async def test_who_loses_a_deadlock_is_tried_again_and_nobody_notices(
    stack: RunningStack, conn: Connection, service: Database
) -> None:
    """R24: merges, incoming messages and bulk changes in opposing orders; the user sees success."""
    make = Make(conn)
    inbox = make.connection(make.account(), "telegram", "7000000001")
    agent, boss = make.agent(inbox), make.agent(inbox)
    people = [f"55119000000{number:02}" for number in range(6)]

    def message(text: str, person: str) -> dict[str, Any]:
        contact = {"source_id": person, "name": "Ana", "phone_number": f"+{person}"}
        given = {"source_id": text, "content": text, "contact": contact}
        return {"p_inbox_id": str(inbox.id), "p_message": given}

    for person in people:
        await service.call_service("receive_message", message(f"first {person}", person))
    query = "select id::text from public.{} where account_id = %s order by id"
    ids, contacts = (
        column(conn, query.format(table), inbox.account_id)
        for table in ("conversations", "contacts")
    )

    async def write(turn: int) -> None:
        for number in range(6):
            person = people[(turn + number) % 6]
            await service.call_service("receive_message", message(f"{turn} {number}", person))

    async def change(turn: int) -> None:
        for number in range(6):
            given = {
                "p_ids": ids if (turn + number) % 2 else ids[::-1],
                "p_changes": {
                    "status": "resolved" if number % 2 else "open",
                    "assignee_id": str((agent, boss)[turn % 2].id),
                },
            }
            await service.call_as(token(stack, agent), "bulk_update", given)

    async def merge(turn: int) -> None:
        for number in range(5):
            pair = contacts[number], contacts[(number + turn + 1) % 6]
            given = {"p_base_id": pair[0], "p_mergee_id": pair[1]}
            try:
                await service.call_as(token(stack, boss), "merge_contacts", given)
            except SupadeskError as error:
                # Somebody merged them first: an answer, and no accident.
                if error.body.code not in ("contact_gone", "contact_not_found"):
                    raise

    await asyncio.gather(*(act(turn) for turn in range(3) for act in (write, change, merge)))
    said = "select count(*) from public.messages where message_type = 'incoming' and inbox_id = %s"
    assert value(conn, said, inbox.id) == len(people) + 3 * 6
    strays = """
        select count(*) from public.conversations as conversation
        join public.contact_inboxes as address on address.id = conversation.contact_inbox_id
        where address.contact_id <> conversation.contact_id and conversation.inbox_id = %s
    """
    assert value(conn, strays, inbox.id) == 0


async def test_a_call_that_was_sacrificed_once_succeeds_and_one_that_always_is_says_so(
    conn: Connection, service: Database
) -> None:
    """R24: the helper itself, with a function that is out of luck as often as it is told."""
    name = f"unlucky_{uuid4().hex[:8]}"
    conn.execute(f"create sequence private.{name}".encode())
    conn.execute(
        f"""
        create function service.{name}(p_times int, p_code text) returns bigint
        language plpgsql security definer as $$
        declare
            tries bigint := nextval('private.{name}');
        begin
            if tries % 100 <= p_times then
                raise exception using errcode = p_code;
            end if;
            return tries % 100;
        end $$
        """.encode()
    )
    conn.execute(f"grant execute on function service.{name} to service_role".encode())
    conn.execute("notify pgrst, 'reload schema'")

    async def ask(times: int, code: str) -> Any:
        conn.execute(f"alter sequence private.{name} restart".encode())
        return await service.call_service(name, {"p_times": times, "p_code": code})

    await _known(ask)
    for code in ("40P01", "40001", "55P03"):
        assert await ask(2, code) == 3
    with pytest.raises(SupadeskError):
        await ask(3, "40P01")
    with pytest.raises(SupadeskError):
        await ask(1, "23514")
    assert value(conn, f"select last_value from private.{name}") == 1, (
        "that one was not tried again"
    )


async def _known(ask: Any) -> None:
    """Wait until PostgREST has read the new function."""
    for _ in range(200):
        with contextlib.suppress(SupadeskError):
            await ask(0, "40P01")
            return
        await asyncio.sleep(0.05)


async def test_removing_a_member_of_many_years_gets_more_time_than_other_requests(
    stack: RunningStack, conn: Connection, service: Database
) -> None:
    """PostgREST gives a transaction the time that its function names, instead of the role's eight seconds."""
    make = Make(conn)
    account = make.account()
    boss, agent = make.administrator(account), make.agent(account)
    conn.execute(
        """
        create table private.time_given as select ''::text as statement_timeout;
        create function private.note_time() returns trigger
        language plpgsql security definer as $$
        begin
            update private.time_given set statement_timeout = current_setting('statement_timeout');
            return null;
        end $$;
        create trigger note_time after delete on public.account_users
        for each row execute function private.note_time();
        """
    )
    try:
        given = {"p_account_id": str(account.id), "p_user_id": str(agent.id)}
        await service.call_as(token(stack, boss), "remove_member", given)
        assert value(conn, "select statement_timeout from private.time_given") == "1min"
    finally:
        conn.execute("drop function private.note_time() cascade; drop table private.time_given")
