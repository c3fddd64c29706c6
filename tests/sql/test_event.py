"""The outbox of what happened."""

from __future__ import annotations

from tests.support.database import (
    Connection,
    acting_as,
    acting_as_visitor,
    call,
    refused,
    rows,
    value,
)
from tests.support.make import Make


def test_messages_and_conversations_are_recorded_with_their_actor(
    db: Connection, make: Make
) -> None:
    inbox = make.inbox(make.account())
    agent = make.agent(inbox)
    conversation = make.conversation(inbox)
    with acting_as(db, agent):
        call(
            db,
            "public.send_message",
            p_conversation_id=conversation.id,
            p_id=value(db, "select private.uuid_v7()"),
            p_content="Hi",
        )
    found = rows(
        db, "select name, actor ->> 'type', actor ->> 'id' from private.events order by id"
    )
    assert found == [
        ("agent.added", "system", None),
        ("contact.created", "system", None),
        ("conversation.created", "system", None),
        ("conversation.updated", "user", str(agent.id)),
        ("first_reply.created", "user", str(agent.id)),
        ("message.created", "user", str(agent.id)),
    ]


def test_a_visitor_is_recorded_as_the_contact(db: Connection, make: Make) -> None:
    visitor = make.visitor(make.inbox(make.account()))
    with acting_as_visitor(db, visitor):
        call(
            db,
            "public.widget_start_conversation",
            p_message_id=value(db, "select gen_random_uuid()"),
            p_content="Hi",
        )
    assert set(rows(db, "select actor ->> 'type', actor ->> 'id' from private.events")) == {
        ("contact", str(visitor.contact_id))
    }


def test_events_carry_what_changed_and_no_words(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    conversation = make.conversation(inbox)
    make.incoming(conversation, "CANARY")
    db.execute("update public.conversations set priority = 'high'")
    assert (
        value(db, "select count(*) from private.events where payload::text like '%%CANARY%%'") == 0
    )
    assert value(
        db, "select payload from private.events where name = 'conversation.updated'"
    ) == {"changed": {"priority": [None, "high"]}}  # fmt: skip


def test_an_unchanged_conversation_is_no_event(db: Connection, make: Make) -> None:
    make.conversation(make.inbox(make.account()))
    db.execute("update public.conversations set status = status, agent_last_seen_at = now()")
    assert rows(db, "select name from private.events") == [
        ("contact.created",),
        ("conversation.created",),
    ]


def test_what_is_undone_is_no_event(db: Connection, make: Make) -> None:
    conversation = make.conversation(make.inbox(make.account()))
    with refused("23514"), db.transaction():
        make.incoming(conversation)
        make.incoming(conversation, "x" * 150_001)
    assert value(db, "select count(*) from private.events where name = 'message.created'") == 0
