"""The database itself is killed; nothing it said yes to is lost, and nothing is there twice."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from devstack import migrations
from devstack.config import load_config
from devstack.postgres import SUPERUSER, Postgres
from devstack.stack import MIGRATIONS
from tests.support.database import (
    Connection,
    acting_as,
    acting_as_service,
    call,
    column,
    rows,
    value,
)
from tests.support.make import Make
from tests.support.simulator import eventually

WRITERS = 4  # of each kind


class Server:
    """A Postgres that flushes what it commits, and that can be killed and started again."""

    def __init__(self, postgres: Postgres) -> None:
        self.postgres = postgres
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, after a crash too, and wait until it answers."""
        self._process = subprocess.Popen(
            self.postgres.command(),
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **self.postgres.identity.popen_arguments(),
        )
        eventually(self.postgres.ready, 60)

    def kill(self, how: signal.Signals) -> None:
        """SIGKILL is the postmaster dying, SIGQUIT is `pg_ctl stop -m immediate`."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(30)
        # Its children notice by themselves; the next postmaster has to wait for them.
        with contextlib.suppress(ProcessLookupError):
            if how is signal.SIGKILL:
                os.killpg(self._process.pid, signal.SIGKILL)

    def connect(self) -> Connection:
        return psycopg.connect(self.postgres.config.dsn(SUPERUSER), autocommit=True)


@pytest.fixture
def server() -> Iterator[Server]:
    """A durable server of the test's own, migrated."""
    folder = Path(tempfile.mkdtemp(prefix="supadesk-crash-"))
    folder.chmod(0o755)
    postgres = Postgres(load_config("crash", folder=folder, durable=True))
    postgres.initialise()
    running = Server(postgres)
    running.start()
    try:
        postgres.ensure_database()
        with postgres.connect_as_owner() as owner:
            migrations.apply(owner, MIGRATIONS)
        yield running
    finally:
        running.kill(signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)


class History:
    """What each writer began, and what it got an answer to."""

    def __init__(self) -> None:
        self.begun: set[str] = set()
        self.acknowledged: set[str] = set()
        self.stop = threading.Event()

    def reached(self, count: int) -> bool:
        """Whether so many were acknowledged."""
        return len(self.acknowledged) >= count


def test_what_was_acknowledged_survives_and_what_was_not_is_there_once_or_not_at_all(
    server: Server,
) -> None:
    """R3: the postmaster is killed, and stopped at once, while agents and providers write."""
    with server.connect() as db:
        make = Make(db)
        inbox = make.connection(make.account(), "telegram", "7000000001")
        agent = make.agent(inbox)
        conversations = [make.conversation(inbox) for _ in range(WRITERS)]
        before = value(db, "select count(*) from private.jobs")
        assert value(db, "show fsync") == value(db, "show synchronous_commit") == "on"
    history = History()

    def agent_writes(conversation: UUID) -> None:
        with server.connect() as db:
            while not history.stop.is_set():
                id_ = str(uuid4())
                history.begun.add(id_)
                with acting_as(db, agent):
                    call(
                        db, "public.send_message",
                        p_conversation_id=conversation, p_id=UUID(id_), p_content=id_,
                        p_private=True,
                    )  # fmt: skip
                history.acknowledged.add(id_)

    def provider_writes(_: UUID) -> None:
        with server.connect() as db:
            while not history.stop.is_set():
                key = str(uuid4())
                history.begun.add(key)
                with acting_as_service(db):
                    call(
                        db, "service.record_provider_event", p_inbox_id=inbox.id, p_event_key=key,
                        p_request={"headers": []}, p_body="",
                    )  # fmt: skip
                history.acknowledged.add(key)

    def until_cut(write, conversation: UUID) -> None:  # type: ignore[no-untyped-def]
        with contextlib.suppress(psycopg.Error):
            write(conversation)

    for how in (signal.SIGKILL, signal.SIGQUIT):
        history.stop.clear()
        target = len(history.acknowledged) + 150
        threads = [
            threading.Thread(target=until_cut, args=(write, conversation.id))
            for conversation in conversations
            for write in (agent_writes, provider_writes)
        ]
        for thread in threads:
            thread.start()
        eventually(partial(history.reached, target), 60)
        server.kill(how)
        history.stop.set()
        for thread in threads:
            thread.join(30)
        server.start()

    with server.connect() as db:
        stored = column(db, "select content from public.messages where private")
        stored += column(db, "select event_key from private.provider_events")
        assert len(stored) == len(set(stored))
        assert history.acknowledged <= set(stored) <= history.begun
        # Whoever does not know asks again, and then it is there once.
        for id_ in list(history.begun - history.acknowledged)[:8]:
            for _ in range(2):
                with acting_as_service(db):
                    call(
                        db, "service.record_provider_event", p_inbox_id=inbox.id, p_event_key=id_,
                        p_request={"headers": []}, p_body="",
                    )  # fmt: skip
            query = "select count(*) from private.provider_events where event_key = %s"
            assert value(db, query, id_) == 1
        # What belongs together is there together: no gap, and a job for what waits.
        numbers = rows(
            db,
            """
            select count(*), max(message.seq), max(conversation.last_seq)
            from public.messages as message
            join public.conversations as conversation on conversation.id = message.conversation_id
            group by conversation.id
            """,
        )
        assert all(count == seq == last for count, seq, last in numbers)
        assert value(db, "select count(*) from private.jobs where kind = 'receive_events'") >= 1
        assert value(db, "select count(*) from private.jobs") >= before
        recounted = "select sum(total) from private.conversation_counters"
        assert value(db, recounted) == WRITERS
