"""The website chat: everything a visitor may do, and nothing else."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.support.database import (
    Connection,
    Database,
    acting_as_visitor,
    broadcasts,
    call,
    column,
    refused,
    rows,
    run,
    value,
)
from tests.support.make import Inbox, Make, Visitor
from tests.support.together import together


@pytest.fixture
def inbox(make: Make) -> Inbox:
    """A website inbox."""
    return make.inbox(make.account())


@pytest.fixture
def visitor(make: Make, inbox: Inbox) -> Visitor:
    """Someone who opened the chat."""
    return make.visitor(inbox)


def start(db: Connection, visitor: Visitor, **arguments: Any) -> dict[str, Any]:
    """Write the first message."""
    given = {"p_message_id": uuid4(), "p_content": "Hello", **arguments}
    with acting_as_visitor(db, visitor):
        found = call(db, "public.widget_start_conversation", **given)
    assert isinstance(found, dict)
    return found


def test_looking_leaves_no_trace(db: Connection, visitor: Visitor) -> None:
    with acting_as_visitor(db, visitor):
        assert call(db, "public.widget_conversations") == {"conversations": []}
    assert value(db, "select count(*) from public.contacts") == 0


def test_the_first_message_makes_contact_and_conversation(db: Connection, visitor: Visitor) -> None:
    made = start(
        db, visitor, p_name=" Mia ", p_email="Mia@X.de", p_page_url="https://shop.example/a"
    )
    assert made["conversation"]["can_reply"] is True
    assert made["message"]["content"] == "Hello"
    assert rows(db, "select id, name, email, identified, contact_type from public.contacts") == [
        (visitor.contact_id, "Mia", "mia@x.de", "claimed", "lead")
    ]
    assert column(db, "select additional_attributes from public.conversations") == [
        {"referer": "https://shop.example/a"}
    ]


def test_starting_again_with_the_same_message_gives_the_same(
    db: Connection, visitor: Visitor
) -> None:
    id_ = uuid4()
    first = start(db, visitor, p_message_id=id_)
    assert start(db, visitor, p_message_id=id_)["message"] == first["message"]
    assert value(db, "select count(*) from public.messages") == 1


def test_two_tabs_that_start_at_once_share_one_conversation(database: Database) -> None:
    with database.connect() as conn:
        make = Make(conn)
        visitor = make.visitor(make.inbox(make.account()))

    def begin(_: int, conn: Connection) -> None:
        with conn.transaction():
            start(conn, visitor)

    assert together(database, 4, begin) == [None] * 4
    with database.connect() as conn:
        assert value(conn, "select count(*) from public.conversations") == 1
        assert value(conn, "select count(*) from public.messages") == 4


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://" + "x" * 2000, "", "ftp://x"])
def test_a_hostile_page_address_is_dropped(db: Connection, visitor: Visitor, url: str) -> None:
    start(db, visitor, p_page_url=url)
    assert column(db, "select additional_attributes from public.conversations") == [{}]


def test_a_claimed_address_takes_nothing_over(
    db: Connection, make: Make, inbox: Inbox, visitor: Visitor
) -> None:
    victim = make.contact(inbox, email="victim@x.de", name="Victim")
    make.incoming(make.conversation(inbox, victim), "SECRET")
    made = start(db, visitor, p_email="victim@x.de")
    assert "SECRET" not in str(made)
    assert "Victim" not in str(made)
    assert rows(
        db,
        """
        select email, identified, additional_attributes from public.contacts where id = %s
        """,
        visitor.contact_id,
    ) == [(None, "claimed", {"claimed_email": "victim@x.de"})]
    with acting_as_visitor(db, visitor):
        assert len(call(db, "public.widget_conversations")["conversations"]) == 1


@pytest.mark.parametrize(
    "email", ["x", "a@b", "a b@c.de", "x" * 250 + "@c.de", "a@b.de\r\nBcc: c@d.de"]
)
def test_a_wrong_address_is_refused(db: Connection, visitor: Visitor, email: str) -> None:
    with refused("email_invalid"):
        start(db, visitor, p_email=email)


def test_ids_that_no_session_reserved_plant_no_contact(
    db: Connection, make: Make, inbox: Inbox, visitor: Visitor
) -> None:
    other = make.inbox(make.account())
    forged = [
        Visitor(inbox.account_id, inbox.id, uuid4(), uuid4()),
        Visitor(inbox.account_id, inbox.id, uuid4(), visitor.contact_inbox_id),
        Visitor(other.account_id, other.id, visitor.contact_id, visitor.contact_inbox_id),
    ]
    for fake in forged:
        with refused("session_expired"):
            start(db, fake)
    assert value(db, "select count(*) from public.contacts") == 0


@pytest.mark.parametrize("claim", ["", "x", "null", "' or 1=1 --", None])
def test_a_token_without_a_proper_address_sees_nothing(
    db: Connection, visitor: Visitor, claim: str | None
) -> None:
    made = start(db, visitor)["conversation"]["id"]

    class Odd:
        claims: dict[str, Any] = {**visitor.claims, "contact_inbox_id": claim}

    with acting_as_visitor(db, Odd()):
        assert call(db, "public.widget_conversations") == {"conversations": []}
    with refused("conversation_not_found"), acting_as_visitor(db, Odd()):
        call(db, "public.widget_messages", p_conversation_id=made)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("widget_messages", {}),
        ("widget_send_message", {"p_id": uuid4(), "p_content": "x"}),
        ("widget_mark_seen", {}),
        ("widget_typing", {"p_typing": True}),
    ],
)
def test_another_visitors_conversation_and_a_missing_one_look_the_same(
    db: Connection,
    make: Make,
    inbox: Inbox,
    visitor: Visitor,
    function: str,
    arguments: dict[str, Any],
) -> None:
    theirs = start(db, visitor)["conversation"]["id"]
    for other in (make.visitor(inbox), make.visitor(make.inbox(make.account()))):
        start(db, other)
        bodies = []
        for id_ in (theirs, uuid4(), None):
            with refused("conversation_not_found") as error, acting_as_visitor(db, other):
                call(db, f"public.{function}", p_conversation_id=id_, **arguments)
            bodies.append(dict(error))
        assert bodies[0] == bodies[1] == bodies[2]


def test_visitors_see_neither_notes_nor_activity_nor_who_an_agent_is(
    db: Connection, make: Make, inbox: Inbox, visitor: Visitor
) -> None:
    agent = make.agent(inbox, "Ana")
    conversation = make.conversation(inbox, visitor)
    make.incoming(conversation)
    make.note(conversation, agent, "NOTE-CANARY")
    make.outgoing(conversation, None, "LINE-CANARY", message_type="activity")
    make.outgoing(
        conversation,
        agent,
        "Hi",
        content_attributes={"external_error": "E", "automation_rule_id": 1},
    )
    with acting_as_visitor(db, visitor):
        found = call(db, "public.widget_messages", p_conversation_id=conversation.id)
        listed = call(db, "public.widget_conversations")
    assert [m["content"] for m in found["messages"]] == ["Hello?", "Hi"]
    everything = str((found, listed, broadcasts(db, f"visitor:{visitor.contact_inbox_id}")))
    for secret in ("CANARY", str(agent.id), agent.email, "external_error", "automation_rule_id"):
        assert secret not in everything
    assert found["messages"][1]["sender"] == {"type": "user", "name": "Ana", "avatar_url": None}


def test_visitors_page_back_to_their_first_message(
    db: Connection, make: Make, inbox: Inbox, visitor: Visitor
) -> None:
    agent = make.agent(inbox)
    conversation = make.conversation(inbox, visitor)
    for _ in range(5):
        make.incoming(conversation)
        make.note(conversation, agent)
    found: list[int] = []
    before = None
    with acting_as_visitor(db, visitor):
        while True:
            page = call(
                db,
                "public.widget_messages",
                p_conversation_id=conversation.id,
                p_before_seq=before,
                p_limit=2,
            )
            found = [m["seq"] for m in page["messages"]] + found
            before = page["messages"][0]["position"]
            if not page["has_more"]:
                break
    assert found == [1, 2, 3, 4, 5]


def test_visitors_are_told_when_more_changed_than_fits(
    db: Connection, make: Make, inbox: Inbox, visitor: Visitor
) -> None:
    conversation = make.conversation(inbox, visitor)
    for _ in range(501):
        make.incoming(conversation)
    with acting_as_visitor(db, visitor):
        page = call(
            db, "public.widget_messages", p_conversation_id=conversation.id, p_after_change=0
        )
        assert (len(page["messages"]), page["has_more"]) == (500, True)
        rest = call(
            db,
            "public.widget_messages",
            p_conversation_id=conversation.id,
            p_after_change=page["messages"][-1]["seq"],
        )
        assert ([m["seq"] for m in rest["messages"]], rest["has_more"]) == ([501], False)


def test_a_visitor_sends_twenty_messages_at_once_and_no_more(
    db: Connection, visitor: Visitor
) -> None:
    id_ = start(db, visitor)["conversation"]["id"]
    with refused("too_many_requests") as error, acting_as_visitor(db, visitor):
        for _ in range(25):
            call(
                db,
                "public.widget_send_message",
                p_conversation_id=id_,
                p_id=uuid4(),
                p_content="x",
            )
    assert error["status"] == 429


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "message_empty"), ("\u200b", "message_empty"), ("x" * 10_001, "message_too_long")],
)
def test_visitors_messages_have_one_to_ten_thousand_characters(
    db: Connection, visitor: Visitor, content: str, code: str
) -> None:
    with refused(code):
        start(db, visitor, p_content=content)


def test_a_visitor_may_not_use_an_agents_message_id(
    db: Connection, make: Make, inbox: Inbox, visitor: Visitor
) -> None:
    conversation = make.conversation(inbox, visitor)
    taken = make.note(conversation, make.agent(inbox), "CANARY")
    with refused("message_id_taken") as error, acting_as_visitor(db, visitor):
        call(
            db,
            "public.widget_send_message",
            p_conversation_id=conversation.id,
            p_id=taken,
            p_content="x",
        )
    assert "CANARY" not in str(error)


def test_a_visitor_s_other_words_under_the_same_id_are_refused(
    db: Connection, make: Make, inbox: Inbox, visitor: Visitor
) -> None:
    conversation, id_ = make.conversation(inbox, visitor), uuid4()

    def say(content: str) -> Any:
        with acting_as_visitor(db, visitor):
            return call(
                db,
                "public.widget_send_message",
                p_conversation_id=conversation.id,
                p_id=id_,
                p_content=content,
            )

    first = say("first")
    assert say("first") == first
    with refused("message_id_taken"):
        say("other words")
    assert column(db, "select content from public.messages") == ["first"]


def test_a_resolved_conversation_goes_on_only_where_the_inbox_allows(
    db: Connection, make: Make, inbox: Inbox, visitor: Visitor
) -> None:
    first = start(db, visitor)["conversation"]["id"]
    run(db, "update public.conversations set status = 'resolved'")
    assert start(db, visitor)["conversation"]["id"] == first
    run(db, "update public.conversations set status = 'resolved'")
    run(db, "update public.inboxes set allow_messages_after_resolved = false")
    with refused("conversation_resolved"), acting_as_visitor(db, visitor):
        call(
            db,
            "public.widget_send_message",
            p_conversation_id=first,
            p_id=uuid4(),
            p_content="x",
        )
    assert start(db, visitor)["conversation"]["id"] != first


@pytest.mark.parametrize("allowed", [True, False])
def test_what_a_blocked_contact_writes_is_stored_and_reopens_nothing(
    db: Connection, make: Make, inbox: Inbox, visitor: Visitor, allowed: bool
) -> None:
    make.address_of(visitor)
    run(db, "update public.contacts set blocked = true")
    run(db, "update public.inboxes set allow_messages_after_resolved = %s", allowed)
    start(db, visitor)
    assert column(db, "select status from public.conversations") == ["resolved"]
    assert column(db, "select content from public.messages") == ["Hello"]


def test_seen_messages_become_read_and_are_counted_no_more(
    db: Connection, make: Make, inbox: Inbox, visitor: Visitor
) -> None:
    agent = make.agent(inbox)
    conversation = make.conversation(inbox, visitor)
    make.outgoing(conversation, agent)
    make.note(conversation, agent)
    with acting_as_visitor(db, visitor):
        assert call(db, "public.widget_conversations")["conversations"][0]["unread_count"] == 1
        call(db, "public.widget_mark_seen", p_conversation_id=conversation.id)
        assert call(db, "public.widget_conversations")["conversations"][0]["unread_count"] == 0
    assert column(db, "select status from public.messages order by seq") == ["read", "sent"]


def test_visitors_start_five_conversations_and_no_more(
    db: Connection, inbox: Inbox, visitor: Visitor
) -> None:
    run(db, "update public.inboxes set allow_messages_after_resolved = false")
    for _ in range(5):
        start(db, visitor)
        run(db, "update public.conversations set status = 'resolved'")
    with refused("too_many_requests"):
        start(db, visitor)


def test_a_contact_is_online_while_their_chat_beats(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    visitor, other = make.visitor(inbox), make.visitor(inbox)
    online = """
        select exists (
            select from public.contacts as contact
            where contact.id = %s and private.is_contact_online(contact))
    """
    with acting_as_visitor(db, visitor):
        call(db, "public.widget_heartbeat")
    assert value(db, online, visitor.contact_id) is False  # no contact yet
    make.conversation(inbox, visitor)
    with acting_as_visitor(db, visitor):
        call(db, "public.widget_heartbeat")
    assert value(db, online, visitor.contact_id) is True
    assert value(db, online, other.contact_id) is False
    run(db, "update private.contact_presence set seen_at = seen_at - interval '91 seconds'")
    assert value(db, online, visitor.contact_id) is False
