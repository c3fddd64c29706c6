"""A Postgres with the migrated schema, one for the whole test run, and how to act in it as a client."""

from __future__ import annotations

import atexit
import contextlib
import functools
import itertools
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from devstack import migrations
from devstack.config import StackConfig, load_config
from devstack.postgres import SUPERUSER, Postgres
from devstack.stack import MIGRATIONS

TEMPLATE = "migrated"
Connection = psycopg.Connection[tuple[Any, ...]]
_numbers = itertools.count(1)


class HasId(Protocol):
    """Whoever has a login."""

    @property
    def id(self) -> UUID: ...


class IsVisitor(Protocol):
    """Whose token names an address in an inbox."""

    @property
    def claims(self) -> dict[str, str]: ...


@dataclass(frozen=True, slots=True)
class Database:
    """One database of the cluster, where what is done is committed."""

    config: StackConfig
    name: str

    def connect(self) -> Connection:
        """A connection as superuser in autocommit mode."""
        return psycopg.connect(self.config.dsn(SUPERUSER, self.name), autocommit=True)


@functools.cache
def cluster() -> Postgres:
    """The running cluster; the database `postgres` and the template `migrated` have the schema."""
    folder = Path(tempfile.mkdtemp(prefix="supadesk-sql-"))
    folder.chmod(0o755)
    postgres = Postgres(load_config("sql", folder=folder, durable=False))
    postgres.initialise()
    server = subprocess.Popen(
        postgres.command(),
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **postgres.identity.popen_arguments(),
    )

    def stop() -> None:
        server.send_signal(2)
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    while not postgres.ready():
        if server.poll() is not None:
            raise RuntimeError("the tests' Postgres did not start")
        time.sleep(0.05)
    postgres.ensure_database()
    with postgres.connect_as_owner() as owner:
        migrations.apply(owner, MIGRATIONS)
    postgres.save_template(TEMPLATE)
    return postgres


@contextlib.contextmanager
def copied_database() -> Iterator[Database]:
    """A fresh copy of the migrated database, dropped afterwards."""
    postgres = cluster()
    name = f"copy_{next(_numbers)}"
    with postgres.connect("template1") as admin:
        admin.execute(
            sql.SQL("create database {} template {}").format(
                sql.Identifier(name), sql.Identifier(TEMPLATE)
            )
        )
    try:
        yield Database(postgres.config, name)
    finally:
        with postgres.connect("template1") as admin:
            admin.execute(sql.SQL("drop database {} (force)").format(sql.Identifier(name)))


def run(db: Connection, query: str, *params: Any) -> int:
    """Execute; how many rows it touched."""
    return db.execute(query.encode(), params or None).rowcount


def rows(db: Connection, query: str, *params: Any) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    return db.execute(query.encode(), params or None).fetchall()


def column(db: Connection, query: str, *params: Any) -> list[Any]:
    """The first column of a query."""
    return [row[0] for row in rows(db, query, *params)]


def value(db: Connection, query: str, *params: Any) -> Any:
    """The first column of the only row."""
    (row,) = rows(db, query, *params)
    return row[0]


def call(db: Connection, function: str, **arguments: Any) -> Any:
    """Call a function by name with named arguments, as PostgREST does."""
    names = ", ".join(f"{name} => %({name})s" for name in arguments)
    given = {k: Jsonb(v) if _is_json(v) else v for k, v in arguments.items()}
    row = db.execute(f"select {function}({names})".encode(), given).fetchone()
    assert row is not None
    return row[0]


def _is_json(given: Any) -> bool:
    return isinstance(given, dict) or (
        isinstance(given, list) and bool(given) and isinstance(given[0], dict)
    )


@contextlib.contextmanager
def _acting(db: Connection, role: str, claims: dict[str, Any]) -> Iterator[None]:
    # What PostgREST does for one request, in a savepoint: an error undoes the role as well.
    with db.transaction():
        db.execute("select set_config('request.jwt.claims', %s, true)", (json.dumps(claims),))
        db.execute("select set_config('role', %s, true)", (role,))
        yield
        db.execute("select set_config('role', 'none', true)")
        db.execute("select set_config('request.jwt.claims', '', true)")


def acting_as(db: Connection, user: HasId) -> contextlib.AbstractContextManager[None]:
    """Inside, `db` is an agent's request."""
    return _acting(db, "authenticated", {"sub": str(user.id), "role": "authenticated"})


def acting_as_visitor(
    db: Connection, visitor: IsVisitor
) -> contextlib.AbstractContextManager[None]:
    """Inside, `db` is a website visitor's request."""
    return _acting(db, "visitor", {"role": "visitor", **visitor.claims})


def acting_as_service(db: Connection) -> contextlib.AbstractContextManager[None]:
    """Inside, `db` is a request of our own servers."""
    return _acting(db, "service_role", {"role": "service_role"})


def acting_as_anon(db: Connection) -> contextlib.AbstractContextManager[None]:
    """Inside, `db` is a request of somebody without a token."""
    return _acting(db, "anon", {"role": "anon"})


def error_code(error: psycopg.Error) -> str:
    """The `code` of our one error shape, or Postgres' own code."""
    if error.sqlstate == "PGRST":
        return str(json.loads(error.diag.message_primary or "{}")["code"])
    return str(error.sqlstate)


@contextlib.contextmanager
def refused(code: str) -> Iterator[dict[str, Any]]:
    """Expect an error with this code; fills the dictionary with its shape.

    Put it outside of `acting_as`, so that the request is rolled back first.
    """
    body: dict[str, Any] = {}
    with pytest.raises(psycopg.Error) as caught:
        yield body
    assert error_code(caught.value) == code, str(caught.value)
    if caught.value.sqlstate == "PGRST":
        body |= json.loads(caught.value.diag.message_primary or "{}")
        body["status"] = json.loads(caught.value.diag.message_detail or "{}")["status"]


def tell_new_conversations(db: Connection) -> None:
    """Do the jobs that tell members of new conversations, as a worker would, and let them be done."""
    asked = column(
        db,
        """
        with asked as (
            update private.jobs set status = 'done', finished_at = now()
            where kind = 'tell_new_conversation' and status = 'queued'
            returning id, payload
        )
        select payload from asked order by id
        """,
    )
    for payload in asked:
        tell_new_conversation(db, payload)


def tell_new_conversation(db: Connection, payload: dict[str, Any]) -> None:
    """Run one such job."""
    with acting_as_service(db):
        db.execute(
            """
            select service.tell_new_conversation(
                p_conversation_id => %s::uuid, p_actor_user_id => %s::uuid, p_happened_at => %s::timestamptz)
            """,
            [payload["conversation_id"], payload["actor_user_id"], payload["happened_at"]],
        )


def broadcasts(db: Connection, topic: str, event: str | None = None) -> list[dict[str, Any]]:
    """The payloads sent to a topic so far, oldest first."""
    return column(
        db,
        """
        select payload from realtime.messages
        where topic = %s and (%s::text is null or event = %s)
        order by inserted_at, ctid
        """,
        topic,
        event,
        event,
    )
