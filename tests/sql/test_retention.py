"""What nobody needs any more goes, a batch at a time; all else stays."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from devstack.config import ROOT
from tests.support.database import (
    Connection,
    Database,
    acting_as,
    acting_as_service,
    call,
    column,
    refused,
    run,
    value,
)
from tests.support.make import Make
from tests.support.together import together
from workers.schedule import CHORES

FUNCTIONS = (
    "purge_events", "purge_notifications", "purge_audit_log", "purge_dead_letters",
    "purge_invitations", "purge_contacts",
)  # fmt: skip


def purge(db: Connection, function: str, **arguments: Any) -> int:
    """Call it as the worker does; how many rows went."""
    with acting_as_service(db):
        return int(call(db, f"service.{function}", **arguments))


def old_id(db: Connection, days: int) -> UUID:
    """An id that was made so many days ago."""
    made = value(db, "select private.uuid_v7(now() - %s)", timedelta(days=days))
    assert isinstance(made, UUID)
    return made


def test_events_go_after_ninety_days_oldest_first(db: Connection, make: Make) -> None:
    account = make.account()
    for days in (200, 120, 91, 89, 0):
        run(
            db,
            "insert into private.events (account_id, name, created_at) values (%s, %s, now() - %s)",
            account.id, f"test.d{'_' * days}", timedelta(days=days),
        )  # fmt: skip
    ages = "select length(name) - 6 from private.events order by id"
    assert purge(db, "purge_events", p_limit=1) == 1
    assert column(db, ages) == [120, 91, 89, 0]
    assert purge(db, "purge_events") == 2
    assert column(db, ages) == [89, 0]
    assert purge(db, "purge_events") == 0


def test_notifications_go_after_ninety_days_without_news(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    agent = make.agent(inbox)
    kept = {}
    for first, last in ((200, 100), (200, 1), (1, 1)):
        conversation = make.conversation(inbox)
        kept[first, last] = conversation.id
        run(
            db,
            """
            insert into public.notifications
                (id, account_id, user_id, notification_type, conversation_id, created_at)
            values (%s, %s, %s, 'conversation_mention', %s, now() - %s)
            on conflict (conversation_id, user_id) do update
            set id = excluded.id, created_at = excluded.created_at
            """,
            old_id(db, first), account_of(inbox), agent.id, conversation.id, timedelta(days=last),
        )  # fmt: skip
    assert purge(db, "purge_notifications") == 1
    left = column(
        db, "select conversation_id from public.notifications where user_id = %s", agent.id
    )
    assert set(left) == {kept[200, 1], kept[1, 1]}


def account_of(owned: Any) -> UUID:
    """Whose it is."""
    found = owned.account_id
    assert isinstance(found, UUID)
    return found


def test_the_audit_log_keeps_two_years(db: Connection, make: Make) -> None:
    account = make.account()
    for days in (800, 700, 0):
        run(
            db,
            """
            insert into public.audit_log (id, account_id, action, auditable_type, changes)
            values (%s, %s, 'update', 'accounts', jsonb_build_object('days', %s::int))
            """,
            old_id(db, days), account.id, days,
        )  # fmt: skip
    assert purge(db, "purge_audit_log") == 1
    left = column(db, "select (changes ->> 'days')::int from public.audit_log order by id")
    assert left == [700, 0]


def test_dead_letters_wait_ninety_days_for_somebody(db: Connection, make: Make) -> None:
    inbox = make.connection(make.account(), "telegram", "7000000009")
    for number, (job, event, days) in enumerate(
        (("dead", "quarantined", 91), ("dead", "quarantined", 89), ("done", "processed", 91))
    ):
        age = timedelta(days=days)
        run(
            db,
            "insert into private.jobs (kind, status, finished_at) values ('test', %s, now() - %s)",
            job, age,
        )  # fmt: skip
        run(
            db,
            """
            insert into private.provider_events
                (account_id, inbox_id, event_key, request, body, status, processed_at)
            values (%s, %s, %s, '{}', '', %s, now() - %s)
            """,
            inbox.account_id, inbox.id, str(number), event, age,
        )  # fmt: skip
    assert purge(db, "purge_dead_letters") == 2
    for table, dead, done in (
        ("jobs", "dead", "done"),
        ("provider_events", "quarantined", "processed"),
    ):
        left = column(db, f"select status from private.{table} order by id")
        assert left == [dead, done], table


def test_invitations_nobody_took_are_forgotten(db: Connection, make: Make) -> None:
    account = make.account()
    for number, (days, accepted) in enumerate(((31, False), (29, False), (31, True))):
        run(
            db,
            """
            insert into public.invitations (account_id, email, token_hash, expires_at, accepted_at)
            values (%s, %s, %s, now() - %s, case when %s then now() end)
            """,
            account.id, f"p{number}@example.com", f"h{number}", timedelta(days=days), accepted,
        )  # fmt: skip
    assert purge(db, "purge_invitations") == 1
    left = column(db, "select email from public.invitations order by email")
    assert left == ["p1@example.com", "p2@example.com"]


def test_only_contacts_without_a_trace_go(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())

    def contact(name: str, days: int = 31, **columns: Any) -> UUID:
        id_ = old_id(db, days)
        run(
            db,
            """
            insert into public.contacts (id, account_id, name, created_at)
            values (%s, %s, %s, now() - %s)
            """,
            id_, inbox.account_id, name, timedelta(days=days),
        )  # fmt: skip
        for key, new in columns.items():
            run(db, f"update public.contacts set {key} = %s where id = %s", new, id_)
        return id_

    contact("nobody")
    contact("new", days=29)
    contact("mail", email="a@example.com")
    contact("phone", phone_number="+4915112345678")
    contact("known", identifier="u1")
    contact("labelled", labels=["vip"])
    noted, talks = contact("noted"), contact("talks")
    run(
        db,
        "insert into public.notes (account_id, contact_id, content) values (%s, %s, 'Kind.')",
        inbox.account_id, noted,
    )  # fmt: skip
    conversation = make.conversation(inbox)
    run(db, "update public.conversations set contact_id = %s where id = %s", talks, conversation.id)
    assert purge(db, "purge_contacts") == 1
    left = column(db, "select name from public.contacts where name <> '' order by name")
    assert "nobody" not in left
    assert {"known", "labelled", "mail", "new", "noted", "phone", "talks"} <= set(left)
    assert purge(db, "purge_contacts") == 0


def test_two_workers_that_purge_at_once_remove_each_row_once(database: Database) -> None:
    with database.connect() as db:
        account = Make(db).account()
        run(
            db,
            """
            insert into private.events (account_id, name, created_at)
            select %s, 'test.old', now() - interval '1 year' from generate_series(1, 500)
            """,
            account.id,
        )
    removed: list[int] = []

    def work(_: int, conn: Connection) -> None:
        removed.append(value(conn, "select service.purge_events(p_limit => 100)"))

    assert together(database, 4, work) == [None] * 4
    with database.connect() as db:
        assert 500 - sum(removed) == value(
            db, "select count(*) from private.events where name = 'test.old'"
        )


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nobody_but_our_servers_removes_anything(db: Connection, make: Make, function: str) -> None:
    boss = make.administrator(make.account())
    with refused("42501"), acting_as(db, boss):
        db.execute(f"select service.{function}()".encode())


def test_each_chore_is_a_function_that_is_documented_with_its_time(db: Connection) -> None:
    page = (ROOT / "docs" / "queue.md").read_text()
    documented = dict(re.findall(r"^\| `service\.(\w+)`.*\| (\d+ \w+) \|$", page, re.MULTILINE))
    units = {"s": 1, "min": 60, "h": 3600}
    for chore in CHORES:
        number, unit = documented.pop(chore.function).split()
        assert int(number) * units[unit] == chore.every.total_seconds(), chore.function
        with acting_as_service(db):
            db.execute(f"select service.{chore.function}()".encode())
    assert documented == {}
    assert set(FUNCTIONS) <= {chore.function for chore in CHORES}
