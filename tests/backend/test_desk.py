"""The `desk` command as an operator uses it, against a real database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner, Result

from desk.cli import app
from tests.support.database import Database, column, copied_database, rows, run, value
from tests.support.make import Make

Desk = Callable[..., Result]


@pytest.fixture
def database() -> Iterator[Database]:
    """A database of the test's own."""
    with copied_database() as copied:
        yield copied


@pytest.fixture
def desk(database: Database) -> Desk:
    """Run `desk <arguments>` with the project's connection string in the environment."""

    def command(*arguments: str) -> Result:
        return CliRunner().invoke(
            app, arguments, env={"DATABASE_URL": database.config.dsn(database=database.name)}
        )

    return command


def test_dead_jobs_are_listed_and_tried_again(database: Database, desk: Desk) -> None:
    with database.connect() as db:
        for number in range(3):
            run(
                db,
                """
                insert into private.jobs (kind, status, attempt, last_error, finished_at)
                values (%s, %s, 8, %s, now())
                """,
                f"kind_{'abc'[number]}", "done" if number == 0 else "dead", "two\nlines\tof it",
            )  # fmt: skip
        (_, first, second) = column(db, "select id from private.jobs order by id")
        listed = desk("dead")
        assert listed.exit_code == 0
        assert [line.split("\t")[:3] for line in listed.stdout.splitlines()] == [
            [str(second), "kind_c", "8"], [str(first), "kind_b", "8"],
        ]  # fmt: skip
        assert listed.stdout.splitlines()[0].endswith("\ttwo lines of it")
        page = json.loads(desk("dead", "--before", str(second), "--limit", "1", "--json").stdout)
        assert [job["id"] for job in page] == [first]

        tried = desk("requeue", str(first), "999999")
        assert tried.exit_code == 1
        assert tried.stdout == f"{first}\tqueued\n999999\tthere is no such dead job\n"
        assert desk("requeue", str(second)).exit_code == 0
        assert desk("requeue", str(second)).exit_code == 1, "it waits already"
        states = "select status, attempt from private.jobs order by id"
        assert rows(db, states) == [("done", 8), ("queued", 8), ("queued", 8)]
        assert desk("queue").exit_code == 0, "nothing is dead any more"
        assert desk("dead").stdout == ""


def test_a_request_that_could_not_be_read_is_listed_without_its_words_and_read_again(
    database: Database, desk: Desk
) -> None:
    with database.connect() as db:
        inbox = Make(db).connection(Make(db).account(), "telegram", "7000000009")
        for status in ("quarantined", "processed"):
            run(
                db,
                """
                insert into private.provider_events
                    (account_id, inbox_id, event_key, request, body, status, error, processed_at)
                values (%s, %s, %s, '{}', 'CANARY', %s, 'no message in it', now())
                """,
                inbox.account_id, inbox.id, status, status,
            )  # fmt: skip
        (kept, read) = column(db, "select id from private.provider_events order by id")
        listed = desk("quarantined")
        fields = listed.stdout.strip().split("\t")
        assert fields[:4] == [str(kept), "telegram", str(inbox.id), "6"]
        assert fields[-1] == "no message in it"
        assert "CANARY" not in listed.stdout + desk("quarantined", "--json").stdout

        assert desk("replay", str(read)).exit_code == 1, "what was read is not read twice"
        assert desk("replay", str(kept)).stdout == f"{kept}\tqueued\n"
        query = "select status from private.provider_events where id = %s"
        assert value(db, query, kept) == "received"
        assert column(db, "select lock from private.jobs where kind = 'receive_events'") == [
            f"receive:{inbox.id}"
        ]


def test_an_unreachable_database_is_one_sentence(desk: Desk) -> None:
    answer = desk("dead", "--database-url", "postgresql://nobody@127.0.0.1:1/none")
    assert answer.exit_code == 1
    assert "desk: " in answer.output
    assert "Traceback" not in answer.output
