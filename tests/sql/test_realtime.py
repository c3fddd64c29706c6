"""Topics: who may hear which, and what is said on them."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb

from tests.support.database import (
    Connection,
    acting_as,
    acting_as_visitor,
    broadcasts,
    call,
    column,
    refused,
    rows,
    run,
    value,
)
from tests.support.make import Conversation, Inbox, Make, User


def hears(db: Connection, who: Any, topic: str, extension: str = "broadcast") -> bool:
    """Whether the policy lets them join, asked the way Realtime asks: can they read such a row?"""
    run(
        db,
        "insert into realtime.messages (topic, extension, private) values (%s, %s, true)",
        topic,
        extension,
    )
    actor = acting_as(db, who) if isinstance(who, User) else acting_as_visitor(db, who)
    with actor:
        run(db, "select set_config('realtime.topic', %s, true)", topic)
        found = value(
            db,
            "select count(*) from realtime.messages where topic = %s and extension = %s",
            topic,
            extension,
        )
    return bool(found)


def inbox_topic(db: Connection, inbox: Inbox) -> str:
    """The inbox's topic now."""
    return str(
        value(
            db, "select private.inbox_topic(id, epoch) from public.inboxes where id = %s", inbox.id
        )
    )


def conversation_topic(db: Connection, conversation: Conversation) -> str:
    """The conversation's topic now."""
    return str(
        value(
            db,
            "select private.topic_of(c) from public.conversations c where id = %s",
            conversation.id,
        )
    )


@pytest.fixture
def inbox(make: Make) -> Inbox:
    """An inbox."""
    return make.inbox(make.account())


@pytest.fixture
def agent(make: Make, inbox: Inbox) -> User:
    """Who works it."""
    return make.agent(inbox)


@pytest.fixture
def conversation(make: Make, inbox: Inbox) -> Conversation:
    """A conversation in it."""
    return make.conversation(inbox)


def test_agents_hear_their_inbox_its_conversations_and_themselves(
    db: Connection, inbox: Inbox, agent: User, conversation: Conversation
) -> None:
    assert hears(db, agent, inbox_topic(db, inbox))
    assert hears(db, agent, conversation_topic(db, conversation))
    assert hears(db, agent, conversation_topic(db, conversation), "presence")
    assert hears(db, agent, f"user:{agent.id}")


def test_outsiders_and_strangers_hear_none_of_it(
    db: Connection, make: Make, inbox: Inbox, agent: User, conversation: Conversation
) -> None:
    strangers = [
        make.agent(_account(inbox)),
        make.administrator(make.account()),
        make.user(),
        make.visitor(inbox),
    ]
    topics = [
        inbox_topic(db, inbox),
        conversation_topic(db, conversation),
        f"user:{agent.id}",
        f"visitor:{conversation.contact_inbox_id}",
    ]
    for stranger in strangers:
        for topic in topics:
            assert not hears(db, stranger, topic), (stranger, topic)


def _account(inbox: Inbox) -> Any:
    from tests.support.make import Account

    return Account(inbox.account_id)


def test_visitors_hear_their_own_topic_and_no_other(
    db: Connection, make: Make, inbox: Inbox
) -> None:
    visitor, other = make.visitor(inbox), make.visitor(inbox)
    conversation = make.conversation(inbox, visitor)
    assert hears(db, visitor, f"visitor:{visitor.contact_inbox_id}")
    assert not hears(db, visitor, f"visitor:{visitor.contact_inbox_id}", "presence")
    assert not hears(db, other, f"visitor:{visitor.contact_inbox_id}")
    assert not hears(db, visitor, conversation_topic(db, conversation))
    assert not hears(db, visitor, inbox_topic(db, inbox))


@pytest.mark.parametrize("claim", [None, "", "x", "%", "*"])
def test_a_visitor_without_a_proper_address_hears_nothing(
    db: Connection, make: Make, inbox: Inbox, claim: str | None
) -> None:
    visitor = make.visitor(inbox)

    class Odd:
        claims: dict[str, Any] = {**visitor.claims, "contact_inbox_id": claim}

    for topic in (f"visitor:{visitor.contact_inbox_id}", "visitor:", f"visitor:{claim}"):
        assert not hears(db, Odd(), topic)


HOSTILE = [
    "", " ", "inbox", "inbox:", "inbox:{i}", "inbox:{i}:", "inbox:{i}:0", "inbox:{i}:01",
    "inbox:{i}:2", "inbox:{i}:-1", "inbox:{i}:1 ", " inbox:{i}:1", "inbox:{i}:1\n", "\ninbox:{i}:1",
    "inbox:{i}:1:x", "inbox:{I}:1", "INBOX:{i}:1", "inbox:%:1",
    "inbox:________-____-____-____-____________:1",
    "inbox:{i}:1e0", "inbox:{i}:1.0", "inbox:{i}:99999999999999999999", "inbox:{i}:999999999999999999",
    "inbox:{i}:1' or '1'='1", "conversation:{i}:1", "user:{i}", "user:{u} ", "user:{U}", "user:{u}:1",
    "visitor:{u}", "account:{a}", "realtime:inbox:{i}:1", "inbox:{i}:\u0661", "x" * 10_000,
    "inbox:{i}:1\x0bx", "inbox\u200b:{i}:1",
]  # fmt: skip


def test_a_topic_that_is_merely_similar_is_another_topic(
    db: Connection, inbox: Inbox, agent: User
) -> None:
    names: dict[str, UUID | str] = {
        "i": inbox.id,
        "I": str(inbox.id).upper(),
        "u": agent.id,
        "U": str(agent.id).upper(),
        "a": inbox.account_id,
    }
    assert value(db, "select epoch from public.inboxes where id = %s", inbox.id) == 1
    with acting_as(db, agent):
        assert call(db, "private.may_hear", p_topic=f"inbox:{inbox.id}:1") is True
        for pattern in HOSTILE:
            topic = pattern
            for key, name in names.items():
                topic = topic.replace("{" + key + "}", str(name))
            assert call(db, "private.may_hear", p_topic=topic) is False, topic
        assert call(db, "private.may_hear", p_topic=None) is False


def test_nobody_broadcasts_as_the_server(
    db: Connection, make: Make, inbox: Inbox, agent: User, conversation: Conversation
) -> None:
    visitor = make.visitor(inbox)
    topics = [inbox_topic(db, inbox), f"user:{agent.id}", f"visitor:{visitor.contact_inbox_id}"]
    for actor in (acting_as(db, agent), acting_as_visitor(db, visitor)):
        with refused("42501"), actor:
            for topic in topics:
                run(db, "select set_config('realtime.topic', %s, true)", topic)
                run(
                    db,
                    """
                    insert into realtime.messages (topic, extension, event, private, payload)
                    values (%s, 'broadcast', 'message.created', true, '{}')
                    """,
                    topic,
                )


def test_agents_show_presence_in_conversations_they_see_and_nowhere_else(
    db: Connection, make: Make, inbox: Inbox, agent: User, conversation: Conversation
) -> None:
    show = "insert into realtime.messages (topic, extension, private) values (%s, 'presence', true)"
    topic = conversation_topic(db, conversation)
    with acting_as(db, agent):
        run(db, "select set_config('realtime.topic', %s, true)", topic)
        run(db, show, topic)
    elsewhere = conversation_topic(db, make.conversation(make.inbox(make.account())))
    for name in (elsewhere, inbox_topic(db, inbox), f"user:{agent.id}"):
        with refused("42501"), acting_as(db, agent):
            run(db, "select set_config('realtime.topic', %s, true)", name)
            run(db, show, name)


def test_after_removal_the_old_topics_are_silent_and_the_new_ones_closed(
    db: Connection, make: Make, inbox: Inbox, agent: User, conversation: Conversation
) -> None:
    colleague = make.agent(inbox)
    before = [inbox_topic(db, inbox), conversation_topic(db, conversation)]
    run(db, "delete from public.inbox_members where user_id = %s", agent.id)
    said = [len(broadcasts(db, topic)) for topic in before]
    make.incoming(conversation)
    assert [len(broadcasts(db, topic)) for topic in before] == said
    for topic in (inbox_topic(db, inbox), conversation_topic(db, conversation)):
        assert broadcasts(db, topic)
        assert not hears(db, agent, topic)
        assert hears(db, colleague, topic)


def test_lists_get_no_words_and_visitors_no_notes(
    db: Connection, make: Make, inbox: Inbox, agent: User, conversation: Conversation
) -> None:
    make.incoming(conversation, "WORDS")
    make.note(conversation, agent, "NOTE")
    assert "WORDS" in str(broadcasts(db, conversation_topic(db, conversation)))
    assert "NOTE" in str(broadcasts(db, conversation_topic(db, conversation)))
    lists = str(broadcasts(db, inbox_topic(db, inbox)))
    assert "conversation_id" in lists
    assert "WORDS" not in lists
    assert "NOTE" not in lists
    visitors = str(broadcasts(db, f"visitor:{conversation.contact_inbox_id}"))
    assert "WORDS" in visitors
    assert "NOTE" not in visitors


def test_the_numbers_on_each_topic_have_no_gaps(
    db: Connection, make: Make, inbox: Inbox, agent: User, conversation: Conversation
) -> None:
    make.incoming(conversation)
    make.note(conversation, agent)
    with acting_as(db, agent):
        for status in ("resolved", "open"):
            call(
                db,
                "public.set_conversation_status",
                p_conversation_id=conversation.id,
                p_status=status,
            )
        call(
            db,
            "public.assign_conversation",
            p_conversation_id=conversation.id,
            p_assignee_id=agent.id,
        )
    run(db, "update public.conversations set status = 'resolved'")
    make.incoming(conversation)  # reopens: two changes in one update
    run(db, "update public.messages set status = 'read' where seq = 1")
    last, last_visitor = db.execute(
        "select last_seq, last_visitor_seq from public.conversations"
    ).fetchone() or (0, 0)
    agents = [p["seq"] for p in broadcasts(db, conversation_topic(db, conversation))]
    visitors = [p["seq"] for p in broadcasts(db, f"visitor:{conversation.contact_inbox_id}")]
    assert sorted(agents) == list(range(1, last + 1))
    assert sorted(visitors) == list(range(1, last_visitor + 1))


def test_an_unknown_conversation_is_no_topic(db: Connection, agent: User) -> None:
    assert not hears(db, agent, f"conversation:{uuid4()}:1")
    assert column(db, "select policyname from pg_policies where schemaname = 'realtime'")


def test_several_broadcasts_at_once_are_written_as_one_by_one(db: Connection) -> None:
    payloads = [Jsonb({"place": place}) for place in range(2)]
    topics, events = ["user:a", "user:b"], ["x.made", "x.changed"]
    for topic, event, payload in zip(topics, events, payloads, strict=True):
        run(db, "select private.broadcast(%s, %s, %s)", topic, event, payload)
    run(db, "select private.broadcast_all(%s, %s, %s)", topics, events, payloads)
    written = rows(
        db,
        """
        select topic, event, extension, private, payload - 'id', payload ->> 'id' = id::text
        from realtime.messages where topic = any (%s) order by topic
        """,
        topics,
    )
    expected = [
        (topic, event, "broadcast", True, {"place": place}, True)
        for place, (topic, event) in enumerate(zip(topics, events, strict=True))
        for _ in range(2)
    ]
    assert written == expected
