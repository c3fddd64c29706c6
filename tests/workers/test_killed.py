"""Workers that are killed in the middle lose nothing and do nothing twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator

import psycopg
import pytest

from devstack.config import ROOT
from tests.support.make import Make
from tests.support.stack import RunningStack, running_stack

CONVERSATIONS = 120
KILLS = 6


@pytest.fixture(scope="module")
def stack() -> Iterator[RunningStack]:
    """A migrated, empty database behind PostgREST."""
    with running_stack() as running:
        yield running


def start(stack: RunningStack, *options: str) -> subprocess.Popen[bytes]:
    """A real worker process."""
    return subprocess.Popen(
        [sys.executable, "-m", "workers", *options],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "SUPABASE_URL": stack.url,
            "SUPABASE_PUBLISHABLE_KEY": stack.publishable_key,
            "SUPABASE_SECRET_KEY": stack.secret_key,
            "SUPABASE_JWT_SECRET": stack.keys.jwt_secret,
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_each_contact_is_greeted_once_whoever_dies(stack: RunningStack) -> None:
    """R1: killed between claim and work, at any moment; every job is done, its effect is there once."""
    chance = random.Random(7)
    with psycopg.connect(stack.database_url, autocommit=True) as conn:
        make = Make(conn)
        inbox = make.inbox(
            make.account(),
            greeting_enabled=True,
            greeting_message="Welcome",
            enable_email_collect=False,
        )
        for _ in range(CONVERSATIONS):
            make.incoming(make.conversation(inbox))

        def unfinished() -> int:
            row = conn.execute(
                "select count(*) from private.jobs where kind = 'send_templates' and status <> 'done'"
            ).fetchone()
            assert row is not None
            return int(row[0])

        assert unfinished() == CONVERSATIONS
        for _ in range(KILLS):
            workers = [start(stack), start(stack)]
            before = unfinished()
            end = time.monotonic() + 15
            while unfinished() == before > 0 and time.monotonic() < end:
                time.sleep(0.005)
            time.sleep(chance.random() * 0.05)
            for worker in workers:
                worker.kill()
                worker.wait()
            # What they held is given back when its lease is over.
            conn.execute(
                "update private.jobs set lease_until = now() - interval '1 s' where status = 'running'"
            )
        last = start(stack, "--once")
        assert last.wait(60) == 0
        assert unfinished() == 0
        greetings = conn.execute(
            """
            select count(*), count(distinct conversation_id) from messages
            where message_type = 'template'
            """
        ).fetchone()
    assert greetings == (CONVERSATIONS, CONVERSATIONS)


def test_a_worker_that_runs_once_ends_when_nothing_is_due(stack: RunningStack) -> None:
    assert start(stack, "--once").wait(60) == 0
    with psycopg.connect(stack.database_url) as conn:
        taken = conn.execute("select count(*) from private.chores").fetchone()
    assert taken is not None
    assert taken[0] > 0
