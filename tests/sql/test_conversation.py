"""Conversations: their states, their lists, their counters."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.support.database import (
    Connection,
    Database,
    acting_as,
    acting_as_service,
    acting_as_visitor,
    call,
    column,
    refused,
    rows,
    run,
    tell_new_conversations,
    value,
)
from tests.support.make import Conversation, Inbox, Make, User
from tests.support.together import together, wait_for_locks

STATUSES = ["open", "pending", "snoozed", "resolved"]
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def minute(number: float) -> datetime:
    """A moment of the worked examples."""
    return EPOCH + timedelta(minutes=number)


def state(db: Connection, conversation: Conversation, *names: str) -> tuple[Any, ...]:
    """These columns of the conversation."""
    (row,) = rows(
        db, f"select {', '.join(names)} from public.conversations where id = %s", conversation.id
    )
    return row


def waiting(db: Connection, conversation: Conversation) -> tuple[float | None, float | None]:
    """(waiting_since, first_reply_created_at) in minutes."""
    since, first = state(db, conversation, "waiting_since", "first_reply_created_at")
    return (
        (since - EPOCH).total_seconds() / 60 if since else None,
        (first - EPOCH).total_seconds() / 60 if first else None,
    )


def recount(db: Connection) -> tuple[set[Any], set[Any]]:
    """The kept counters, and the same counted anew."""
    kept = rows(
        db,
        """
        select account_id, inbox_id, status, assignee_id, sum(total), sum(unread)
        from private.conversation_counters
        group by 1, 2, 3, 4 having sum(total) <> 0 or sum(unread) <> 0
        """,
    )
    counted = rows(
        db,
        """
        select account_id, inbox_id, status,
            coalesce(assignee_id, '00000000-0000-0000-0000-000000000000'),
            count(*), count(*) filter (where unread_count > 0)
        from public.conversations group by 1, 2, 3, 4
        """,
    )
    return set(kept), set(counted)


# Who reads and changes them.


def test_agents_read_the_conversations_in_their_inboxes(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    conversation = make.conversation(inbox)
    make.conversation(make.inbox(account))
    with acting_as(db, make.agent(inbox)):
        assert column(db, "select id from public.conversations") == [conversation.id]


def test_agents_outside_and_strangers_read_no_conversation(db: Connection, make: Make) -> None:
    account = make.account()
    make.conversation(make.inbox(account))
    for user in (make.agent(account), make.administrator(make.account()), make.user()):
        with acting_as(db, user):
            assert column(db, "select id from public.conversations") == []


def test_administrators_read_every_conversation_of_their_account(
    db: Connection, make: Make
) -> None:
    account = make.account()
    conversation = make.conversation(make.inbox(account))
    with acting_as(db, make.administrator(account)):
        assert column(db, "select id from public.conversations") == [conversation.id]


def test_visitors_do_not_read_conversations_directly(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    visitor = make.visitor(inbox)
    make.conversation(inbox, visitor)
    with refused("42501"), acting_as_visitor(db, visitor):
        rows(db, "select id from public.conversations")


@pytest.mark.parametrize(
    "statement",
    [
        "update public.conversations set status = 'resolved'",
        "update public.conversations set assignee_id = auth.uid()",
        "update public.conversations set account_id = gen_random_uuid()",
        "update public.conversations set display_id = 1",
        "update public.conversations set last_seq = 0",
        "delete from public.conversations",
        "insert into public.conversations (status) values ('open')",
        "truncate public.conversations",
    ],
)
def test_administrators_change_conversations_through_functions_only(
    db: Connection, make: Make, statement: str
) -> None:
    account = make.account()
    make.conversation(make.inbox(account))
    with refused("42501"), acting_as(db, make.administrator(account)):
        run(db, statement)


# Numbers.


def test_display_ids_count_per_account_from_one(db: Connection, make: Make) -> None:
    ours, theirs = make.inbox(make.account()), make.inbox(make.account())
    for inbox in (ours, ours, theirs):
        make.conversation(inbox)
    assert rows(
        db,
        "select account_id, display_id from public.conversations order by account_id, display_id",
    ) == sorted([(ours.account_id, 1), (ours.account_id, 2), (theirs.account_id, 1)])


def test_display_ids_stay_unique_when_eight_write_at_once(database: Database) -> None:
    with database.connect() as conn:
        inbox = Make(conn).inbox(Make(conn).account())

    def write(_: int, conn: Connection) -> None:
        make = Make(conn)
        for _ in range(20):
            make.conversation(inbox)

    assert together(database, 8, write) == [None] * 8
    with database.connect() as conn:
        numbers = column(conn, "select display_id from public.conversations")
    assert len(set(numbers)) == len(numbers) == 160


def test_a_conversation_is_found_by_its_number_by_those_who_may_see_it(
    db: Connection, make: Make
) -> None:
    account = make.account()
    inbox = make.inbox(account)
    conversation = make.conversation(inbox)
    with acting_as(db, make.agent(inbox)):
        found = call(
            db, "public.conversation_by_display_id", p_account_id=account.id, p_display_id=1
        )
        assert found["id"] == str(conversation.id)
    for user in (make.agent(account), make.administrator(make.account())):
        for number in (1, 2, -1):
            with refused("conversation_not_found"), acting_as(db, user):
                call(
                    db,
                    "public.conversation_by_display_id",
                    p_account_id=account.id,
                    p_display_id=number,
                )


# States.


@pytest.mark.parametrize("before", STATUSES)
@pytest.mark.parametrize("after", STATUSES)
def test_an_agent_sets_any_status(db: Connection, make: Make, before: str, after: str) -> None:
    inbox = make.inbox(make.account())
    agent = make.agent(inbox)
    conversation = make.conversation(inbox, status=before)
    with acting_as(db, agent):
        row = call(
            db,
            "public.set_conversation_status",
            p_conversation_id=conversation.id,
            p_status=after,
        )
    assert row["status"] == after
    moved = {"resolved": "conversation.resolved", "open": "conversation.opened"}
    events = column(
        db, "select name from private.events where name like 'conversation.%%' order by id"
    )
    assert events[1:] == (
        [] if before == after
        else ["conversation.updated", moved.get(after, "conversation.status_changed")]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "until", "code"),
    [
        ("closed", None, "status_invalid"),
        (None, None, "status_invalid"),
        ("open", timedelta(hours=1), "snoozed_until_invalid"),
        ("snoozed", timedelta(hours=-1), "snoozed_until_invalid"),
    ],
)
def test_impossible_states_are_refused(
    db: Connection, make: Make, status: str | None, until: timedelta | None, code: str
) -> None:
    inbox = make.inbox(make.account())
    agent = make.agent(inbox)
    conversation = make.conversation(inbox)
    with refused(code), acting_as(db, agent):
        call(
            db,
            "public.set_conversation_status",
            p_conversation_id=conversation.id,
            p_status=status,
            p_snoozed_until=datetime.now(UTC) + until if until else None,
        )


def test_leaving_snoozed_forgets_when_to_wake(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    agent = make.agent(inbox)
    conversation = make.conversation(inbox)
    until = datetime.now(UTC) + timedelta(hours=1)
    with acting_as(db, agent):
        call(
            db,
            "public.set_conversation_status",
            p_conversation_id=conversation.id,
            p_status="snoozed",
            p_snoozed_until=until,
        )
    assert state(db, conversation, "snoozed_until") == (until,)
    with acting_as(db, agent):
        call(
            db, "public.set_conversation_status", p_conversation_id=conversation.id, p_status="open"
        )
    assert state(db, conversation, "status", "snoozed_until") == ("open", None)


def test_snoozed_conversations_wake_when_their_time_has_come(db: Connection, make: Make) -> None:
    """R50: what became due while nobody looked is handled, once."""
    inbox = make.inbox(make.account())
    past = make.conversation(inbox, status="snoozed", snoozed_until=minute(0))
    future = make.conversation(
        inbox, status="snoozed", snoozed_until=datetime.now(UTC) + timedelta(hours=1)
    )
    until_reply = make.conversation(inbox, status="snoozed")
    with acting_as_service(db):
        assert call(db, "service.wake_snoozed_conversations") == 1
        assert call(db, "service.wake_snoozed_conversations") == 0
    assert state(db, past, "status", "snoozed_until") == ("open", None)
    assert state(db, future, "status") == ("snoozed",)
    assert state(db, until_reply, "status") == ("snoozed",)


@pytest.mark.parametrize(
    ("before", "blocked", "after"),
    [
        ("open", False, "open"),
        ("pending", False, "pending"),
        ("snoozed", False, "open"),
        ("resolved", False, "open"),
        ("open", True, "open"),
        ("snoozed", True, "snoozed"),
        ("resolved", True, "resolved"),
    ],
)
def test_an_incoming_message_reopens_unless_the_contact_is_blocked(
    db: Connection, make: Make, before: str, blocked: bool, after: str
) -> None:
    """Worked examples 5 and 6."""
    inbox = make.inbox(make.account())
    until = datetime.now(UTC) + timedelta(days=1) if before == "snoozed" else None
    conversation = make.conversation(inbox, status=before, snoozed_until=until)
    run(db, "update public.contacts set blocked = %s", blocked)
    make.incoming(conversation)
    assert state(db, conversation, "status", "snoozed_until") == (
        after,
        until if after == "snoozed" else None,
    )
    assert value(db, "select count(*) from public.messages") == 1


def test_a_blocked_contact_begins_resolved(db: Connection, make: Make) -> None:
    """Worked example 6."""
    inbox = make.inbox(make.account())
    conversation = make.conversation(inbox, make.contact(inbox, blocked=True))
    make.incoming(conversation)
    assert state(db, conversation, "status") == ("resolved",)
    assert value(db, "select count(*) from public.messages") == 1


@pytest.mark.parametrize("before", STATUSES)
def test_agents_messages_and_notes_never_change_the_status(
    db: Connection, make: Make, before: str
) -> None:
    inbox = make.inbox(make.account())
    agent = make.agent(inbox)
    conversation = make.conversation(inbox, status=before)
    make.outgoing(conversation, agent)
    make.note(conversation, agent)
    assert state(db, conversation, "status") == (before,)


def bot(db: Connection) -> None:
    """From here on a bot answers first in every inbox."""
    run(
        db,
        """
        create or replace function private.has_active_bot(p_inbox_id uuid) returns boolean
        language sql stable set search_path = '' as 'select true'
        """,
    )


def test_where_a_bot_answers_first_conversations_begin_and_reopen_as_pending(
    db: Connection, make: Make
) -> None:
    """Worked example 4; no bots exist yet, so this is the states alone."""
    bot(db)
    inbox = make.inbox(make.account())
    conversation = make.conversation(inbox)
    make.incoming(conversation)
    assert state(db, conversation, "status") == ("pending",)
    with acting_as_service(db):
        assert value(db, "select count(*) from public.conversations") == 1
    run(db, "update public.conversations set status = 'open'")
    assert "conversation.bot_handoff" in column(db, "select name from private.events")
    run(db, "update public.conversations set status = 'resolved'")
    make.incoming(conversation)
    assert state(db, conversation, "status") == ("pending",)
    campaign = make.conversation(inbox, additional_attributes={"campaign_id": "1"})
    assert state(db, campaign, "status") == ("open",)


def test_what_a_bot_answers_concerns_no_agent_until_it_is_handed_over(
    db: Connection, make: Make
) -> None:
    """Worked example 3; no bots exist yet, so this is the states alone."""
    bot(db)
    inbox = make.inbox(make.account())
    present, away = make.agent(inbox), make.agent(inbox)
    run(
        db, "update public.account_users set auto_offline = false where user_id = %s", present.id
    )  # fmt: skip
    conversation = make.conversation(inbox)
    make.incoming(conversation)
    assert state(db, conversation, "status", "assignee_id") == ("pending", None)
    assert column(db, "select user_id from public.notifications") == []
    run(db, "update public.conversations set status = 'open'")
    assert state(db, conversation, "status", "assignee_id") == ("open", present.id)
    tell_new_conversations(db)
    told = "select user_id, notification_type from public.notifications"
    assert dict(rows(db, told)) == {
        present.id: "conversation_assignment", away.id: "conversation_creation",
    }  # fmt: skip


@pytest.mark.parametrize("before", ["pending", "resolved"])
@pytest.mark.parametrize("role", ["agent", "administrator"])
def test_an_agent_who_opens_becomes_assignee_and_an_administrator_does_not(
    db: Connection, make: Make, before: str, role: str
) -> None:
    """Worked example 19."""
    account = make.account()
    inbox = make.inbox(account)
    other = make.agent(inbox)
    who = make.agent(inbox) if role == "agent" else make.administrator(account)
    conversation = make.conversation(inbox, status=before, assignee_id=other.id)
    with acting_as(db, who):
        call(
            db, "public.set_conversation_status", p_conversation_id=conversation.id, p_status="open"
        )
    expected = who.id if role == "agent" else other.id
    assert state(db, conversation, "assignee_id") == (expected,)


@pytest.mark.parametrize("features", [["end_conversation"], []])
def test_a_visitor_ends_the_chat_where_the_feature_is_on(
    db: Connection, make: Make, features: list[str]
) -> None:
    """Worked example 20."""
    inbox = make.inbox(make.account())
    run(db, "update public.channel_web_widgets set features = %s", features)
    visitor = make.visitor(inbox)
    conversation = make.conversation(inbox, visitor)
    if features:
        with acting_as_visitor(db, visitor):
            ended = call(db, "public.widget_end_conversation", p_conversation_id=conversation.id)
        assert (ended["status"], ended["can_end"]) == ("resolved", False)
    else:
        with refused("end_not_allowed") as error, acting_as_visitor(db, visitor):
            call(db, "public.widget_end_conversation", p_conversation_id=conversation.id)
        assert error["status"] == 403
        assert state(db, conversation, "status") == ("open",)


# Waiting and first reply: the worked examples.


def test_waiting_and_first_reply_follow_the_first_worked_example(
    db: Connection, make: Make
) -> None:
    """Worked example 1."""
    inbox = make.inbox(make.account())
    agent = make.agent(inbox)
    conversation = make.conversation(inbox, created_at=minute(0), last_activity_at=minute(0))
    assert waiting(db, conversation) == (0, None)
    make.incoming(conversation, at=minute(0))
    assert waiting(db, conversation) == (0, None)
    make.incoming(conversation, at=minute(2))
    assert waiting(db, conversation) == (0, None)
    make.note(conversation, agent, at=minute(3))
    assert waiting(db, conversation) == (0, None)
    make.outgoing(conversation, agent, at=minute(5))
    assert waiting(db, conversation) == (None, 5)
    make.incoming(conversation, at=minute(9))
    assert waiting(db, conversation) == (9, 5)
    make.outgoing(conversation, agent, at=minute(12))
    assert waiting(db, conversation) == (None, 5)
    replies = rows(
        db,
        "select name, payload ->> 'seconds' from private.events where name like '%%reply.created'",
    )
    assert [(name, float(seconds)) for name, seconds in replies] == [
        ("first_reply.created", 300),
        ("reply.created", 180),
    ]


@pytest.mark.parametrize("key", ["automation_rule_id", "campaign_id"])
def test_what_machines_send_is_no_first_reply(db: Connection, make: Make, key: str) -> None:
    """Worked example 2."""
    inbox = make.inbox(make.account())
    agent = make.agent(inbox)
    conversation = make.conversation(inbox, waiting_since=minute(0))
    make.incoming(conversation, at=minute(0))
    make.outgoing(conversation, agent, at=minute(1), content_attributes={key: "1"})
    assert waiting(db, conversation) == (0, None)
    make.outgoing(conversation, None, at=minute(2))
    assert waiting(db, conversation) == (0, None)
    make.outgoing(conversation, agent, at=minute(4))
    assert waiting(db, conversation) == (None, 4)


def test_resolving_ends_the_waiting_and_reopening_does_not_restart_it(
    db: Connection, make: Make
) -> None:
    inbox = make.inbox(make.account())
    agent = make.agent(inbox)
    conversation = make.conversation(inbox)
    make.incoming(conversation)
    for status in ("resolved", "open"):
        with acting_as(db, agent):
            call(
                db,
                "public.set_conversation_status",
                p_conversation_id=conversation.id,
                p_status=status,
            )
        assert state(db, conversation, "waiting_since") == (None,)


def test_a_contact_who_reopens_waits_from_then_on(db: Connection, make: Make) -> None:
    conversation = make.conversation(
        make.inbox(make.account()), status="resolved", waiting_since=None
    )
    make.incoming(conversation, at=minute(30))
    assert waiting(db, conversation) == (30, None)


def test_every_message_is_activity(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    agent = make.agent(inbox)
    conversation = make.conversation(inbox, last_activity_at=minute(0))
    for number, write in enumerate((make.note, make.outgoing), start=1):
        write(conversation, agent, at=minute(number))
        assert state(db, conversation, "last_activity_at") == (minute(number),)
    make.incoming(conversation, at=minute(1))  # a late one does not turn the clock back
    assert state(db, conversation, "last_activity_at") == (minute(2),)


# Assignment.


def test_conversations_go_to_members_administrators_or_nobody(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    agent, boss = make.agent(inbox), make.administrator(account)
    conversation = make.conversation(inbox)
    for assignee in (agent.id, boss.id, None):
        with acting_as(db, agent):
            row = call(
                db,
                "public.assign_conversation",
                p_conversation_id=conversation.id,
                p_assignee_id=assignee,
            )
        assert row["assignee_id"] == (str(assignee) if assignee else None)


def test_conversations_do_not_go_to_outsiders(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    agent = make.agent(inbox)
    conversation = make.conversation(inbox)
    outsiders = [make.agent(account).id, make.agent(make.account()).id, uuid4()]
    for outsider in outsiders:
        with refused("assignee_not_in_inbox") as error, acting_as(db, agent):
            call(
                db,
                "public.assign_conversation",
                p_conversation_id=conversation.id,
                p_assignee_id=outsider,
            )
        assert error["details"] is None
    assert state(db, conversation, "assignee_id") == (None,)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("assign_conversation", {"p_assignee_id": None}),
        ("set_conversation_status", {"p_status": "resolved"}),
        ("mark_conversation_read", {}),
        ("mark_conversation_unread", {}),
        ("message_page", {}),
        ("message_changes", {"p_after_seq": 0}),
        ("set_typing", {"p_typing": True}),
        ("send_message", {"p_id": "00000000-0000-7000-8000-000000000001", "p_content": "x"}),
    ],
)
def test_a_foreign_conversation_and_a_missing_one_look_the_same(
    db: Connection, make: Make, function: str, arguments: dict[str, Any]
) -> None:
    account = make.account()
    conversation = make.conversation(make.inbox(account))
    for user in (make.agent(account), make.administrator(make.account())):
        bodies = []
        for id_ in (conversation.id, uuid4(), None):
            with refused("conversation_not_found") as error, acting_as(db, user):
                call(db, f"public.{function}", p_conversation_id=id_, **arguments)
            bodies.append(dict(error))
        assert bodies[0] == bodies[1] == bodies[2]


# Read and unread.


def test_incoming_messages_count_as_unread_until_an_agent_looks(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    agent = make.agent(inbox)
    conversation = make.conversation(inbox, assignee_id=agent.id)
    for _ in range(3):
        make.incoming(conversation)
    make.note(conversation, agent)
    make.outgoing(conversation, agent)
    assert state(db, conversation, "unread_count") == (3,)
    with acting_as(db, agent):
        call(db, "public.mark_conversation_read", p_conversation_id=conversation.id)
    unread, seen, assignee_seen = state(
        db, conversation, "unread_count", "agent_last_seen_at", "assignee_last_seen_at"
    )
    assert (unread, seen) == (0, assignee_seen)
    assert seen is not None


def test_only_the_assignee_moves_the_assignees_marker(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    agent, other = make.agent(inbox), make.agent(inbox)
    conversation = make.conversation(inbox, assignee_id=agent.id)
    with acting_as(db, other):
        call(db, "public.mark_conversation_read", p_conversation_id=conversation.id)
    assert state(db, conversation, "assignee_last_seen_at") == (None,)


def test_unread_goes_back_to_the_last_incoming_message(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    agent = make.agent(inbox)
    conversation = make.conversation(inbox)
    make.incoming(conversation, at=minute(7))
    with acting_as(db, agent):
        call(db, "public.mark_conversation_read", p_conversation_id=conversation.id)
        call(db, "public.mark_conversation_unread", p_conversation_id=conversation.id)
    assert state(db, conversation, "unread_count", "agent_last_seen_at") == (
        1,
        minute(7) - timedelta(seconds=1),
    )


def test_the_preview_is_the_last_message_and_no_activity(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    agent = make.agent(inbox, "Ana")
    conversation = make.conversation(inbox)
    make.incoming(conversation, "x" * 500)
    (preview,) = state(db, conversation, "preview")
    assert preview["content"] == "x" * 200
    make.note(conversation, agent, "secret")
    with acting_as(db, agent):
        call(
            db,
            "public.set_conversation_status",
            p_conversation_id=conversation.id,
            p_status="resolved",
        )
    (preview,) = state(db, conversation, "preview")
    assert (preview["content"], preview["private"], preview["sender_name"]) == (
        "secret",
        True,
        "Ana",
    )


# Lists.


def page(db: Connection, account_id: UUID, **arguments: Any) -> dict[str, Any]:
    """One page of the list."""
    found = call(db, "public.conversation_list", p_account_id=account_id, **arguments)
    assert isinstance(found, dict)
    return found


def walk(db: Connection, account_id: UUID, **arguments: Any) -> list[str]:
    """The ids of all pages."""
    ids: list[str] = []
    cursor: dict[str, Any] | None = None
    while True:
        found = page(db, account_id, p_cursor=cursor, **arguments)
        ids += [row["id"] for row in found["rows"]]
        cursor = found["next_cursor"]
        if cursor is None:
            return ids


def many(make: Make, db: Connection, count: int) -> tuple[Inbox, User]:
    """An inbox with conversations of every kind, some at the very same moment."""
    inbox = make.inbox(make.account())
    agent = make.agent(inbox)
    chance = random.Random(7)
    for _ in range(count):
        at = minute(chance.randrange(10))
        make.conversation(
            inbox,
            status=chance.choice(STATUSES),
            assignee_id=chance.choice([None, agent.id]),
            last_activity_at=at,
            created_at=minute(chance.randrange(10)),
            waiting_since=chance.choice([None, minute(chance.randrange(10))]),
            priority=chance.choice([None, "low", "medium", "high", "urgent"]),
        )
    return inbox, agent


@pytest.mark.parametrize("status", [*STATUSES, "all"])
@pytest.mark.parametrize("tab", ["mine", "unassigned", "all"])
def test_pages_are_complete_in_order_and_without_duplicates_for_every_sort(
    db: Connection, make: Make, tab: str, status: str
) -> None:
    inbox, agent = many(make, db, 40)
    conditions = {
        "mine": f"assignee_id = '{agent.id}'",
        "unassigned": "assignee_id is null",
        "all": "true",
    }
    where = f"{conditions[tab]} and ('{status}' = 'all' or status = '{status}')"
    orders = {
        "newest": "last_activity_at desc, id desc",
        "oldest": "last_activity_at, id",
        "created": "created_at desc, id desc",
        "created_oldest": "created_at, id",
        "priority": "array_position(array['urgent', 'high', 'medium', 'low'], priority), created_at, id",
        "waiting": "waiting_since, id",
    }
    for sort, order in orders.items():
        expected = column(
            db,
            f"""
            select id::text from public.conversations
            where {where} and ('{sort}' <> 'waiting' or waiting_since is not null)
            order by {order}
            """,
        )
        with acting_as(db, agent):
            found = walk(db, inbox.account_id, p_tab=tab, p_status=status, p_sort=sort, p_limit=3)
        assert found == expected, sort


def test_the_list_holds_only_the_inboxes_one_works(db: Connection, make: Make) -> None:
    account = make.account()
    inbox, hidden = make.inbox(account), make.inbox(account)
    agent = make.agent(inbox)
    mine = make.conversation(inbox)
    make.conversation(hidden)
    with acting_as(db, agent):
        found = page(db, account.id, p_tab="all")
        assert [row["id"] for row in found["rows"]] == [str(mine.id)]
        assert found["counts"] == {"mine": 0, "unassigned": 1, "all": 1}
        empty = page(db, account.id, p_tab="all", p_inbox_id=hidden.id)
        assert (empty["rows"], empty["counts"]["all"]) == ([], 0)


def test_strangers_get_no_list(db: Connection, make: Make) -> None:
    account = make.account()
    make.conversation(make.inbox(account))
    for id_ in (account.id, uuid4(), None):
        with refused("account_not_found"), acting_as(db, make.administrator(make.account())):
            call(db, "public.conversation_list", p_account_id=id_)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"p_tab": "everything"}, "invalid_argument"),
        ({"p_tab": None}, "invalid_argument"),
        ({"p_status": "open' or 1=1 --"}, "invalid_argument"),
        ({"p_sort": "id; drop table public.messages"}, "invalid_argument"),
        ({"p_sort": None}, "invalid_argument"),
        ({"p_limit": 0}, "invalid_argument"),
        ({"p_limit": 101}, "invalid_argument"),
        ({"p_limit": None}, "invalid_argument"),
        ({"p_cursor": {}}, "invalid_cursor"),
        ({"p_cursor": {"at": "now", "id": "x"}}, "invalid_cursor"),
        ({"p_cursor": {"at": "'; select 1", "id": str(uuid4())}}, "invalid_cursor"),
        ({"p_cursor": {"at": None, "id": None}}, "invalid_cursor"),
    ],
)
def test_hostile_list_arguments_are_refused(
    db: Connection, make: Make, arguments: dict[str, Any], code: str
) -> None:
    account = make.account()
    with refused(code), acting_as(db, make.agent(account)):
        call(db, "public.conversation_list", p_account_id=account.id, **arguments)


def test_rows_are_given_in_the_order_asked_for_without_foreign_ones(
    db: Connection, make: Make
) -> None:
    inbox = make.inbox(make.account())
    agent = make.agent(inbox)
    first, second = make.conversation(inbox), make.conversation(inbox)
    foreign = make.conversation(make.inbox(make.account()))
    with acting_as(db, agent):
        found = call(
            db, "public.conversation_rows", p_ids=[second.id, foreign.id, uuid4(), first.id]
        )
    assert [row["id"] for row in found] == [str(second.id), str(first.id)]


def test_at_most_two_hundred_rows_are_given(db: Connection, make: Make) -> None:
    with refused("invalid_argument"), acting_as(db, make.user()):
        call(db, "public.conversation_rows", p_ids=[uuid4() for _ in range(201)])


def test_nothing_that_stays_put_is_missed_or_doubled_while_others_move(
    database: Database,
) -> None:
    with database.connect() as conn:
        make = Make(conn)
        inbox = make.inbox(make.account())
        agent = make.agent(inbox)
        still = [make.conversation(inbox, last_activity_at=minute(n)) for n in range(0, 60, 2)]
        moving = [make.conversation(inbox, last_activity_at=minute(n)) for n in range(1, 60, 2)]
    stop = threading.Event()

    def move() -> None:
        with database.connect() as conn:
            chance = random.Random(3)
            while not stop.is_set():
                run(
                    conn,
                    "update public.conversations set last_activity_at = %s where id = %s",
                    minute(chance.randrange(60)),
                    chance.choice(moving).id,
                )

    mover = threading.Thread(target=move)
    mover.start()
    try:
        with database.connect() as conn:
            for _ in range(5):
                ids: list[str] = []
                cursor: dict[str, Any] | None = None
                while True:  # each page in a transaction of its own, as over HTTP
                    with conn.transaction(), acting_as(conn, agent):
                        found = page(
                            conn, inbox.account_id, p_tab="all", p_cursor=cursor, p_limit=4
                        )
                    ids += [row["id"] for row in found["rows"]]
                    cursor = found["next_cursor"]
                    if cursor is None:
                        break
                for conversation in still:
                    assert ids.count(str(conversation.id)) == 1
    finally:
        stop.set()
        mover.join()


# Counters.


def test_counters_follow_every_single_change(db: Connection, make: Make) -> None:
    account = make.account()
    make.administrator(account)
    inbox = make.inbox(account)
    agent = make.agent(inbox)
    conversation = make.conversation(inbox)
    steps = [
        "update public.conversations set status = 'resolved' where id = %(id)s",
        "update public.conversations set assignee_id = %(agent)s where id = %(id)s",
        "update public.conversations set unread_count = 2 where id = %(id)s",
        "update public.conversations set status = 'open', assignee_id = null where id = %(id)s",
        "delete from public.account_users where user_id = %(agent)s",
        "delete from public.conversations where id = %(id)s",
    ]
    for step in steps:
        db.execute(step.encode(), {"id": conversation.id, "agent": agent.id})
        kept, counted = recount(db)
        assert kept == counted, step


def test_counters_equal_a_recount_after_two_thousand_concurrent_changes(
    database: Database,
) -> None:
    with database.connect() as conn:
        make = Make(conn)
        account = make.account()
        inboxes = [make.inbox(account), make.inbox(account)]
        agents = [make.agent(inboxes[0]) for _ in range(3)]
        for agent in agents:
            make.member(inboxes[1], agent)
        conversations = [make.conversation(inboxes[n % 2]) for n in range(24)]

    def mutate(index: int, conn: Connection) -> None:
        chance = random.Random(index)
        make = Make(conn)
        for _ in range(250):
            conversation = chance.choice(conversations)
            agent = chance.choice(agents)
            match chance.randrange(6):
                case 0:
                    make.incoming(conversation)
                case 1:
                    make.outgoing(conversation, agent)
                case 2:
                    with conn.transaction(), acting_as(conn, agent):
                        call(
                            conn,
                            "public.set_conversation_status",
                            p_conversation_id=conversation.id,
                            p_status=chance.choice(STATUSES),
                        )
                case 3:
                    with conn.transaction(), acting_as(conn, agent):
                        call(
                            conn,
                            "public.assign_conversation",
                            p_conversation_id=conversation.id,
                            p_assignee_id=chance.choice([None, *agents]) and agent.id,
                        )
                case 4:
                    with conn.transaction(), acting_as(conn, agent):
                        call(
                            conn,
                            "public.mark_conversation_read",
                            p_conversation_id=conversation.id,
                        )
                case _:
                    make.conversation(chance.choice(inboxes))

    assert together(database, 8, mutate) == [None] * 8
    with database.connect() as conn:
        kept, counted = recount(conn)
        assert kept == counted
        deadlocks = value(
            conn, "select deadlocks from pg_stat_database where datname = current_database()"
        )
        assert deadlocks == 0


def test_changing_many_and_assigning_one_at_once_do_not_deadlock(database: Database) -> None:
    # Two connections whose counters share a slot, and rows whose counters come in any order.
    with database.connect() as conn:
        make = Make(conn)
        inbox = make.inbox(make.account())
        agents = sorted((make.agent(inbox) for _ in range(2)), key=lambda agent: agent.id)
        for agent in (agents[1], agents[0]):
            make.conversation(
                inbox, status="snoozed", snoozed_until=minute(0 if agent is agents[1] else 1),
                assignee_id=agent.id,
            )  # fmt: skip
        # The first to wake is the higher key; the reassignment takes the lower one first.
        moved = make.conversation(inbox, status="open", assignee_id=agents[1].id)

    connections: list[Connection] = []
    try:
        first = database.connect()
        connections.append(first)
        slot = first.info.backend_pid % 8
        while True:
            second = database.connect()
            connections.append(second)
            if second.info.backend_pid % 8 == slot:
                break
        # Hold the lower key for a moment, so that both sides are under way when it is released.
        with database.connect() as holder, database.connect() as watcher:
            with holder.transaction():
                run(
                    holder,
                    """
                    insert into private.conversation_counters
                    values (%s, %s, 'open', %s, %s, 0, 0)
                    """,
                    inbox.account_id,
                    inbox.id,
                    agents[0].id,
                    slot,
                )
                errors: list[str] = []

                def act(conn: Connection, query: str, *params: Any) -> None:
                    try:
                        run(conn, query, *params)
                    except psycopg.Error as error:
                        errors.append(str(error))

                assign = threading.Thread(
                    target=act,
                    args=(
                        second,
                        "update public.conversations set assignee_id = %s where id = %s",
                        agents[0].id,
                        moved.id,
                    ),
                )
                wake = threading.Thread(
                    target=act,
                    args=(
                        first,
                        "update public.conversations set status = 'open' where status = 'snoozed'",
                    ),
                )
                assign.start()
                wait_for_locks(watcher, 1)
                wake.start()
                wait_for_locks(watcher, 2)
            assign.join()
            wake.join()
            assert errors == []
            kept, counted = recount(watcher)
            assert kept == counted
    finally:
        for conn in connections:
            conn.close()


# Plans.


def test_lists_and_messages_are_read_from_their_indexes(database: Database) -> None:
    with database.connect() as conn:
        make = Make(conn)
        account = make.account()
        inbox = make.inbox(account)
        agent = make.agent(inbox)
        contact = make.contact(inbox)
        conn.execute(
            "set session_replication_role = replica"
        )  # rows only: what triggers do is told elsewhere
        run(
            conn,
            """
            insert into public.conversations (
                account_id, inbox_id, contact_id, contact_inbox_id, display_id, status, assignee_id,
                last_activity_at, created_at, waiting_since, last_seq)
            select %s, %s, %s, %s, n, (array['open', 'pending', 'snoozed', 'resolved'])[1 + n %% 4],
                case when n %% 5 = 0 then %s::uuid end,
                now() - n * interval '1 minute', now() - n * interval '1 minute',
                case when n %% 3 = 0 then now() - n * interval '1 minute' end, 2
            from generate_series(1, 20000) as n
            """,
            account.id, inbox.id, contact.id, contact.contact_inbox_id, agent.id,
        )  # fmt: skip
        run(
            conn,
            """
            insert into public.messages (account_id, conversation_id, inbox_id, seq, updated_seq, visitor_seq)
            select account_id, id, inbox_id, n, n, n
            from public.conversations cross join generate_series(1, 2) as n
            """,
        )
        conn.execute("set session_replication_role = origin")
        conn.execute("analyze public.conversations, public.messages")
        one = value(conn, "select id from public.conversations limit 1")

        lists = {
            "last_activity_at desc, id desc": "conversations_by_activity_idx",
            "created_at desc, id desc": "conversations_by_creation_idx",
            "waiting_since, id": "conversations_by_waiting_idx",
        }
        for order, index in lists.items():
            used = plan(
                conn,
                agent,
                f"""
                select id from public.conversations
                where account_id = '{account.id}' and inbox_id = '{inbox.id}' and status = 'open'
                order by {order} limit 25
                """,
            )
            assert used == {("Index Scan", index)} or used == {("Index Only Scan", index)}, used
        assert plan(
            conn,
            agent,
            f"""
            select id from public.conversations
            where account_id = '{account.id}' and assignee_id = '{agent.id}' and status = 'open'
            order by last_activity_at desc, id desc limit 25
            """,
        ) == {("Index Scan", "conversations_by_assignee_idx")}
        for query in (
            f"select * from public.messages where conversation_id = '{one}' order by seq desc limit 30",
            f"select * from public.messages where conversation_id = '{one}' and updated_seq > 1",
            f"select * from public.messages where conversation_id = '{one}' and visitor_seq > 1",
        ):
            for kind, name in plan(conn, agent, query):
                assert kind != "Seq Scan", query
                assert name is None or name.startswith("messages_conversation_id_"), name

        # The function behind the list, seen from within: no scan of the whole table.
        with conn.transaction():
            conn.execute("load 'auto_explain'")
            conn.execute("set local auto_explain.log_nested_statements = on")
            run(
                conn, "select pg_stat_reset_single_table_counters('public.conversations'::regclass)"
            )
        before = scans(conn)
        with conn.transaction(), acting_as(conn, agent):
            assert len(page(conn, account.id, p_tab="all")["rows"]) == 25
            call(conn, "public.message_page", p_conversation_id=one)
        assert scans(conn) == before


def scans(conn: Connection) -> list[tuple[Any, ...]]:
    """How often whole tables were read."""
    run(conn, "select pg_stat_force_next_flush()")
    return rows(
        conn,
        """
        select relname, seq_scan from pg_stat_user_tables
        where relname in ('conversations', 'messages') order by relname
        """,
    )


def plan(conn: Connection, agent: User, query: str) -> set[tuple[str, str | None]]:
    """The scans an agent's query makes: (kind, index)."""
    with conn.transaction(), acting_as(conn, agent):
        tree = value(conn, f"explain (format json) {query}")
    found: set[tuple[str, str | None]] = set()

    def visit(node: dict[str, Any]) -> None:
        if "Scan" in node["Node Type"] and node.get("Relation Name") in (
            "conversations",
            "messages",
        ):
            found.add((node["Node Type"], node.get("Index Name")))
        if node["Node Type"] == "Bitmap Index Scan":
            found.add((node["Node Type"], node.get("Index Name")))
        for child in node.get("Plans", []):
            visit(child)

    visit(tree[0]["Plan"])
    return found
