"""The desk that is measured: a stack of its own, filled, with the ways to call it."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.benchmarks.load import PgBench, Rest
from tests.support.stack import RunningStack, running_stack

FOLDER = Path(__file__).parent
#: Kinds of bench.id in fill.sql.
ACCOUNT, USER, INBOX, CONTACT, CONTACT_INBOX, CONVERSATION = range(1, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much of everything."""

    name: str
    conversations: int
    rounds: int = 3
    calls: int = 150  #: requests per cell and round
    seconds: float = 2.0  #: of load per cell and round; 0 = a few transactions
    sockets: int = 200
    live_seconds: float = 8.0


SCALES = {
    "tiny": Scale(
        name="tiny",
        conversations=2_000,
        rounds=1,
        calls=3,
        seconds=0,
        sockets=10,
        live_seconds=0.5,
    ),
    "small": Scale(name="small", conversations=20_000),
    "full": Scale(name="full", conversations=200_000, calls=300, seconds=4.0),
}


def numbered(kind: int, number: int) -> str:
    """The id of a row, as bench.id makes it."""
    return f"019a0000-000{kind}-7000-8000-{number:012x}"


@dataclass(slots=True)
class World:
    """A running, filled stack and the agent who asks."""

    stack: RunningStack
    scale: Scale
    build_seconds: float
    messages: int
    rest: Rest
    pgbench: PgBench
    agent: str = field(default=numbered(USER, 1))
    account: str = field(default=numbered(ACCOUNT, 1))
    small_account: str = field(default=numbered(ACCOUNT, 2))

    def connect(self) -> psycopg.Connection:
        """A superuser's connection in autocommit mode."""
        return psycopg.connect(self.stack.database_url, autocommit=True)

    def conversation(self, place: int) -> int:
        """The number of one of account 1's conversations; `place` runs round."""
        return 2 * (1 + place % (self.scale.conversations // 2))

    def token(self, agent: str | None = None) -> str:
        """An agent's access token, as Auth mints it."""
        return self.stack.keys.sign(claims(agent or self.agent))


def claims(user_id: str) -> dict[str, Any]:
    """What an agent's token says."""
    expiry = int(time.time()) + 6 * 3600
    return {"sub": user_id, "role": "authenticated", "aud": "authenticated", "exp": expiry}


@contextlib.contextmanager
def filled_world(scale: Scale) -> Iterator[World]:
    """Start a stack, fill it and make it durable, for the length of the block."""
    with running_stack() as stack:
        started = time.monotonic()
        messages = _fill(stack, scale)
        seconds = time.monotonic() - started
        agent = claims(numbered(USER, 1))
        rest = Rest(stack.config.ports.postgrest, stack.keys.sign(agent))
        # An embedded select: tables are served before their relationships are known.
        rest.wait_for_schema("naive", "/messages?select=id,sender:users(id)&limit=1")
        pgbench = PgBench(stack.config, json.dumps(agent, separators=(",", ":")))
        yield World(
            stack=stack,
            scale=scale,
            build_seconds=seconds,
            messages=messages,
            rest=rest,
            pgbench=pgbench,
        )
        rest.close()


def _fill(stack: RunningStack, scale: Scale) -> int:
    with psycopg.connect(stack.database_url, autocommit=True) as conn:
        conn.execute(
            "select set_config('bench.conversations', %s, false)", [str(scale.conversations)]
        )
        conn.execute("set work_mem = '256MB'")
        for name in ("naive.sql", "fill.sql"):
            conn.execute((FOLDER / name).read_text().encode())
        conn.execute("vacuum (analyze)")
        # The tests' stack does not wait for the disk; what is measured does.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            conn.execute(f"alter system set {setting} = 'on'")
        conn.execute("select pg_reload_conf()")
        conn.execute("checkpoint")
        conn.execute(
            "alter role authenticator set pgrst.db_schemas = 'public, graphql_public, service, naive'"
        )
        conn.execute("notify pgrst, 'reload config'")
        conn.execute("notify pgrst, 'reload schema'")
        row = conn.execute("select count(*) from public.messages").fetchone()
        assert row is not None
        return int(row[0])
