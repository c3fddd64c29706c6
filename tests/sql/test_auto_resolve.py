"""Idle conversations are resolved where the account wants it, once, and nothing else is touched."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.support.database import (
    Connection,
    Database,
    acting_as_service,
    call,
    column,
    rows,
    run,
    value,
)
from tests.support.make import Conversation, Make
from tests.support.together import together

HOUR: dict[str, Any] = {"auto_resolve_after": 60}


def idle(
    db: Connection, make: Make, settings: dict[str, Any], *, inbox: str = "web_widget"
) -> Conversation:
    """A conversation whose contact wrote two hours ago, in an account with these settings."""
    account = make.account(settings=settings)
    conversation = make.conversation(make.inbox(account, inbox))
    make.incoming(conversation)
    run(
        db,
        "update public.conversations set last_activity_at = now() - interval '2 hours' where id = %s",
        conversation.id,
    )
    return conversation


def resolve(db: Connection) -> int:
    """One run of the chore."""
    with acting_as_service(db):
        return int(call(db, "service.auto_resolve_conversations"))


def said(db: Connection, conversation: Conversation) -> list[tuple[str, str]]:
    """What came after the contact's message."""
    return [
        (kind, text)
        for kind, text in rows(
            db,
            """
            select message_type, content from public.messages
            where conversation_id = %s and message_type <> 'incoming' order by seq
            """,
            conversation.id,
        )
    ]


def status(db: Connection) -> str:
    """Of the only conversation."""
    return str(value(db, "select status from public.conversations"))


def test_an_idle_conversation_is_resolved_with_message_and_label(
    db: Connection, make: Make
) -> None:
    conversation = idle(
        db, make, HOUR | {"auto_resolve_message": "Bye", "auto_resolve_label": "idle"}
    )
    run(
        db, "insert into public.labels (account_id, title) values (%s, 'idle')", conversation.account_id
    )  # fmt: skip
    assert resolve(db) == 1
    assert resolve(db) == 0
    assert rows(db, "select status, labels, waiting_since from public.conversations") == [
        ("resolved", ["idle"], None)
    ]
    assert said(db, conversation) == [
        ("template", "Bye"),
        ("activity", "The system resolved the conversation after 1 hours without activity"),
    ]


def test_whoever_waits_is_left_alone_when_the_account_says_so(db: Connection, make: Make) -> None:
    conversation = idle(db, make, HOUR | {"auto_resolve_ignore_waiting": True})
    assert resolve(db) == 0
    run(db, "update public.conversations set waiting_since = null where id = %s", conversation.id)
    assert resolve(db) == 1


@pytest.mark.parametrize(
    "change",
    [
        "update public.conversations set last_activity_at = now() - interval '59 minutes'",
        "update public.conversations set status = 'pending'",
        "update public.conversations set status = 'snoozed'",
        "update public.accounts set settings = '{}'",
        "update public.accounts set status = 'suspended'",
    ],
)
def test_others_stay_as_they_are(db: Connection, make: Make, change: str) -> None:
    idle(db, make, HOUR)
    run(db, change)
    before = status(db)
    assert resolve(db) == 0
    assert status(db) == before


@pytest.mark.parametrize(
    ("after", "text"),
    [(2880, "2 days"), (120, "2 hours"), (90, "90 minutes")],
)
def test_the_line_counts_in_fitting_units(
    db: Connection, make: Make, after: int, text: str
) -> None:
    conversation = idle(db, make, {"auto_resolve_after": after})
    run(db, "update public.conversations set last_activity_at = now() - interval '9 days'")
    assert resolve(db) == 1
    assert text in said(db, conversation)[-1][1]


def test_no_message_leaves_through_a_closed_window(db: Connection, make: Make) -> None:
    conversation = idle(db, make, HOUR | {"auto_resolve_message": "Bye"}, inbox="api")
    run(db, "update public.channel_apis set reply_window_hours = 1")
    run(db, "update public.messages set created_at = now() - interval '2 hours'")
    assert resolve(db) == 1
    assert [kind for kind, _ in said(db, conversation)] == ["activity", "activity"]


def test_a_run_resolves_100_of_an_account(db: Connection, make: Make) -> None:
    first = idle(db, make, HOUR)
    account_id = first.account_id
    contact, address, inbox = rows(
        db, "select contact_id, contact_inbox_id, inbox_id from public.conversations"
    )[0]
    for _ in range(101):
        run(
            db,
            """
            insert into public.conversations (
                account_id, contact_id, contact_inbox_id, inbox_id, last_activity_at)
            values (%s, %s, %s, %s, now() - interval '3 hours')
            """,
            account_id, contact, address, inbox,
        )  # fmt: skip
    assert resolve(db) == 100
    assert resolve(db) == 2


def test_several_workers_resolve_each_once(database: Database) -> None:
    """R50: overlapping runs handle each due item once."""
    with database.connect() as db:
        make = Make(db)
        conversations = [idle(db, make, HOUR) for _ in range(6)]

    def work(_: int, conn: Connection) -> None:
        conn.execute("select service.auto_resolve_conversations()")

    assert together(database, 4, work) == [None] * 4
    with database.connect() as db:
        lines = column(
            db,
            """
            select count(*) from public.messages where message_type = 'activity'
            group by conversation_id
            """,
        )
    assert lines == [1] * len(conversations)


def test_a_chore_is_taken_once_in_its_time(database: Database) -> None:
    """R50: run twice, overlapping or after hours of nobody asking, it is one turn by the database's clock."""
    taken: list[bool] = []

    def work(index: int, conn: Connection) -> None:
        row = conn.execute("select service.take_chore('tidy', 30, %s)", (f"w{index}",)).fetchone()
        assert row is not None
        taken.append(row[0])

    assert together(database, 20, work) == [None] * 20
    assert taken.count(True) == 1
    with database.connect() as db:
        assert value(db, "select service.take_chore('tidy', 30)") is False
        # The clock is the database's: three hours of nobody asking are one turn, not 360.
        db.execute("update private.chores set taken_at = now() - interval '3 hours'")
        assert value(db, "select service.take_chore('tidy', 30)") is True
        assert value(db, "select service.take_chore('tidy', 30)") is False


def test_dead_letters_are_listed_newest_first(db: Connection) -> None:
    for number in range(3):
        run(
            db,
            """
            insert into private.jobs (kind, payload, status, last_error, finished_at)
            values ('test', %s, 'dead', 'no', now())
            """,
            Jsonb({"number": number}),
        )
    page = call(db, "service.dead_jobs", p_limit=2)["rows"]
    assert [row["payload"]["number"] for row in page] == [2, 1]
    rest = call(db, "service.dead_jobs", p_before_id=page[-1]["id"])["rows"]
    assert [row["payload"]["number"] for row in rest] == [0]
    assert call(db, "service.requeue_job", p_id=page[0]["id"]) is True
    assert call(db, "service.requeue_job", p_id=page[0]["id"]) is False
