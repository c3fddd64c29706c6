"""What the system says by itself, forms, and variables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb

from tests.support.database import (
    Connection,
    acting_as,
    acting_as_service,
    acting_as_visitor,
    broadcasts,
    call,
    column,
    refused,
    rows,
    run,
    value,
)
from tests.support.make import Conversation, Inbox, Make, User, Visitor

DAY = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def inbox(db: Connection, make: Make) -> Inbox:
    """A website inbox that closes at 18:00 and says so, greets, and asks for no address."""
    run(
        db,
        """
        create or replace function private.is_out_of_office(p_inbox_id uuid, p_at timestamptz)
        returns boolean language sql stable security definer set search_path = ''
        as $$ select extract(hour from p_at at time zone 'UTC') not between 9 and 17 $$
        """,
    )
    return make.inbox(
        make.account(),
        working_hours_enabled=True,
        out_of_office_message="We are back tomorrow.",
        greeting_enabled=True,
        greeting_message="Welcome",
        enable_email_collect=False,
    )


@pytest.fixture
def agent(make: Make, inbox: Inbox) -> User:
    """An agent who works it."""
    return make.agent(inbox, "Ana Duarte")


@pytest.fixture
def visitor(make: Make, inbox: Inbox) -> Visitor:
    """A visitor of it."""
    return make.visitor(inbox)


@pytest.fixture
def conversation(make: Make, inbox: Inbox, visitor: Visitor) -> Conversation:
    """Their conversation."""
    return make.conversation(inbox, visitor)


def at(hour: int, minute: int = 0, day: int = 0) -> datetime:
    """A moment of the day."""
    return DAY + timedelta(days=day, hours=hour, minutes=minute)


def hear(db: Connection, make: Make, conversation: Conversation, when: datetime) -> list[str]:
    """The contact writes at a time; what the system answers, at the same time."""
    run(db, "delete from private.jobs")
    message_id = make.incoming(conversation, at=when)
    if not column(db, "select id from private.jobs where kind = 'send_templates'"):
        return []
    arguments = {"p_conversation_id": conversation.id, "p_message_id": message_id}
    with acting_as_service(db):
        due: list[str] = call(db, "service.send_templates", **arguments)
    run(
        db,
        "update public.messages set created_at = %s where message_type = 'template' and created_at = now()",
        when,
    )
    with acting_as_service(db):
        assert call(db, "service.send_templates", **arguments) == []
    return due


def templates(db: Connection, conversation: Conversation) -> list[tuple[str, str]]:
    """(content type, content) of what the system said."""
    return [
        (kind, content)
        for kind, content in rows(
            db,
            """
            select content_type, content from public.messages
            where conversation_id = %s and message_type = 'template' order by seq
            """,
            conversation.id,
        )
    ]


def test_out_of_office_is_said_once_a_day_and_not_into_a_running_talk(
    db: Connection, make: Make, agent: User, conversation: Conversation
) -> None:
    """Worked example 11."""
    make.incoming(conversation, at=at(17, 50))
    make.outgoing(conversation, agent, at=at(17, 58))
    assert hear(db, make, conversation, at(18, 1)) == []
    assert hear(db, make, conversation, at(18, 10)) == ["out_of_office"]
    assert hear(db, make, conversation, at(18, 20)) == []
    assert hear(db, make, conversation, at(20, 0, day=1)) == ["out_of_office"]
    assert templates(db, conversation) == [("text", "We are back tomorrow.")] * 2


def test_a_first_message_while_closed_is_never_greeted(
    db: Connection, make: Make, conversation: Conversation
) -> None:
    """Worked example 11, its last sentence."""
    assert hear(db, make, conversation, at(20)) == ["out_of_office"]
    assert hear(db, make, conversation, at(10, day=1)) == []


def test_a_first_message_while_open_is_greeted_once(
    db: Connection, make: Make, conversation: Conversation
) -> None:
    assert hear(db, make, conversation, at(10)) == ["greeting"]
    assert hear(db, make, conversation, at(11)) == []
    assert templates(db, conversation) == [("text", "Welcome")]


def test_the_day_is_the_inbox_s(
    db: Connection, make: Make, inbox: Inbox, conversation: Conversation
) -> None:
    run(db, "update public.inboxes set timezone = 'Asia/Tokyo' where id = %s", inbox.id)
    assert hear(db, make, conversation, at(8)) == ["out_of_office"]
    # 23:59 there, then midnight.
    assert hear(db, make, conversation, at(18, 0)) == ["out_of_office"]


def test_an_answered_conversation_is_not_greeted(
    db: Connection, make: Make, agent: User, inbox: Inbox
) -> None:
    answered = make.conversation(inbox)
    make.outgoing(answered, agent, at=at(9))
    assert hear(db, make, answered, at(10)) == []
    noted = make.conversation(inbox)
    make.note(noted, agent, at=at(9))
    assert hear(db, make, noted, at(10)) == ["greeting"]


def test_an_answer_that_is_faster_than_the_worker_stops_the_greeting(
    db: Connection, make: Make, agent: User, conversation: Conversation
) -> None:
    message_id = make.incoming(conversation, at=at(10))
    make.outgoing(conversation, agent, at=at(10))
    with acting_as_service(db):
        assert call(
            db, "service.send_templates", p_conversation_id=conversation.id, p_message_id=message_id
        ) == []  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        "update public.contacts set blocked = true",
        "update public.conversations set additional_attributes = '{\"campaign_id\": 1}'",
        "update public.conversations set status = 'pending'",
        "update public.inboxes set greeting_enabled = false, out_of_office_message = ' '",
    ],
)
def test_some_conversations_get_no_answer_of_the_system(
    db: Connection, make: Make, conversation: Conversation, change: str
) -> None:
    run(db, change)
    for when in (at(10), at(20)):
        assert hear(db, make, conversation, when) == []


def test_an_automatic_answer_is_not_answered(
    db: Connection, make: Make, conversation: Conversation
) -> None:
    make.outgoing(
        conversation, None, at=at(20), message_type="incoming",
        content_attributes={"email": {"auto_reply": True}},
    )  # fmt: skip
    assert column(db, "select kind from private.jobs where kind = 'send_templates'") == []


def test_templates_of_a_message_that_is_gone_are_nobody_s(db: Connection) -> None:
    with acting_as_service(db):
        for _ in range(2):
            assert call(
                db, "service.send_templates", p_conversation_id=uuid4(), p_message_id=uuid4()
            ) == []  # fmt: skip


# Asking for an address.


def asked(db: Connection, make: Make, conversation: Conversation) -> UUID:
    """Let the system ask for an e-mail address; the box's id."""
    run(
        db,
        "update public.inboxes set enable_email_collect = true, greeting_enabled = false where id = %s",
        conversation.inbox_id,
    )
    assert hear(db, make, conversation, at(10)) == ["email_collect"]
    id_ = value(
        db,
        "select id from public.messages where content_type = 'input_email' and conversation_id = %s",
        conversation.id,
    )
    assert isinstance(id_, UUID)
    return id_


def submit(db: Connection, conversation: Conversation, id_: UUID, **values: Any) -> Any:
    """Fill in a form as the visitor who acts."""
    return call(
        db, "public.widget_submit_form", p_conversation_id=conversation.id, p_message_id=id_,
        p_values=values,
    )  # fmt: skip


def test_an_address_is_asked_for_once(
    db: Connection, make: Make, conversation: Conversation
) -> None:
    """Worked example 12, the asking."""
    asked(db, make, conversation)
    assert hear(db, make, conversation, at(11)) == []
    assert templates(db, conversation) == [
        ("text", "Leave us a way to reach you, in case you have to go."),
        ("input_email", "Get our answer by e-mail"),
    ]


@pytest.mark.parametrize(
    ("locale", "text"),
    [("es", "Recibe nuestra respuesta por correo"), ("pt_BR", "Receba nossa resposta por e-mail"),
     ("ar", "احصل على ردنا عبر البريد الإلكتروني"), ("xx", "Get our answer by e-mail")],
)  # fmt: skip
def test_the_question_is_in_the_account_s_language(
    db: Connection, make: Make, conversation: Conversation, locale: str, text: str
) -> None:
    run(db, "update public.accounts set locale = %s", locale)
    asked(db, make, conversation)
    assert templates(db, conversation)[1] == ("input_email", text)


def test_who_has_an_address_and_who_writes_elsewhere_is_not_asked(
    db: Connection, make: Make, inbox: Inbox
) -> None:
    run(db, "update public.inboxes set enable_email_collect = true, greeting_enabled = false")
    known = make.conversation(inbox, make.contact(inbox, email="mia@example.net"))
    assert hear(db, make, known, at(10)) == []
    api = make.inbox(make.account(), "api", enable_email_collect=True)
    assert hear(db, make, make.conversation(api), at(10)) == []


def test_a_new_address_becomes_the_contact_s(
    db: Connection, make: Make, visitor: Visitor, conversation: Conversation
) -> None:
    id_ = asked(db, make, conversation)
    with acting_as_visitor(db, visitor):
        message = submit(db, conversation, id_, email=" Mia@Example.net ")
        assert submit(db, conversation, id_, email="mia@example.net") == message
    assert message["content_attributes"] == {"submitted_email": "mia@example.net"}
    assert rows(db, "select email, name, identified, contact_type from public.contacts") == [
        ("mia@example.net", "mia", "claimed", "lead")
    ]
    assert broadcasts(db, f"visitor:{visitor.contact_inbox_id}", "message.updated")
    with refused("already_submitted"), acting_as_visitor(db, visitor):
        submit(db, conversation, id_, email="other@example.net")


def test_an_address_of_another_contact_makes_them_one(
    db: Connection, make: Make, inbox: Inbox, visitor: Visitor, conversation: Conversation
) -> None:
    """Worked example 12, the merging."""
    known = make.contact(inbox, email="mia@example.net", name="Mia")
    theirs = make.conversation(inbox, known)
    make.incoming(theirs, "CANARY")
    id_ = asked(db, make, conversation)
    with acting_as_visitor(db, visitor):
        submit(db, conversation, id_, email="mia@example.net")
    assert column(db, "select id from public.contacts") == [known.id]
    assert column(
        db, "select contact_id from public.conversations where id = %s", conversation.id
    ) == [known.id]  # fmt: skip
    # Their earlier conversations stay closed to whoever typed the address.
    with acting_as_visitor(db, visitor):
        mine = call(db, "public.widget_conversations")
        call(
            db, "public.widget_send_message", p_conversation_id=conversation.id, p_id=uuid4(),
            p_content="still here",
        )  # fmt: skip
    assert [c["id"] for c in mine["conversations"]] == [str(conversation.id)]
    with refused("conversation_not_found"), acting_as_visitor(db, visitor):
        call(db, "public.widget_messages", p_conversation_id=theirs.id)


@pytest.mark.parametrize(
    "email", ["", "mia", "a@b", "a b@c.example", "x" * 250 + "@a.example", None, 1, []]
)
def test_what_is_no_address_is_refused(
    db: Connection, make: Make, visitor: Visitor, conversation: Conversation, email: Any
) -> None:
    id_ = asked(db, make, conversation)
    with refused("email_invalid"), acting_as_visitor(db, visitor):
        submit(db, conversation, id_, email=email)


def test_nobody_fills_in_what_is_not_theirs_or_no_form(
    db: Connection,
    make: Make,
    inbox: Inbox,
    agent: User,
    visitor: Visitor,
    conversation: Conversation,
) -> None:
    id_ = asked(db, make, conversation)
    note = make.note(conversation, agent)
    reply = make.outgoing(conversation, agent)
    with refused("conversation_not_found"), acting_as_visitor(db, make.visitor(inbox)):
        submit(db, conversation, id_, email="a@b.example")
    for hidden in (note, uuid4(), make.incoming(conversation, at=at(12))):
        with refused("message_not_found"), acting_as_visitor(db, visitor):
            submit(db, conversation, hidden, email="a@b.example")
    with refused("not_a_form"), acting_as_visitor(db, visitor):
        submit(db, conversation, reply, email="a@b.example")
    with refused("42501"), acting_as(db, agent):
        submit(db, conversation, id_, email="a@b.example")


SIZE = {"items": [{"title": "Small", "value": "s"}, {"title": "Large", "value": "l"}]}
FORM = {"items": [{"name": "city", "required": True}, {"name": "street"}]}


@pytest.mark.parametrize(
    ("kind", "attributes", "values", "kept"),
    [
        ("input_text", {}, {"value": "blue"}, [{"value": "blue"}]),
        ("input_select", SIZE, {"values": [{"value": "l"}]}, [{"title": "Large", "value": "l"}]),
        ("form", FORM, {"values": [{"name": "city", "value": "Rome", "more": 1}]},
         [{"name": "city", "value": "Rome"}]),
    ],
)  # fmt: skip
def test_a_form_keeps_what_was_filled_in(
    db: Connection, make: Make, visitor: Visitor, conversation: Conversation, kind: str,
    attributes: dict[str, Any], values: dict[str, Any], kept: list[Any],
) -> None:  # fmt: skip
    id_ = make.outgoing(conversation, None, content_type=kind, content_attributes=attributes)
    with acting_as_visitor(db, visitor):
        message = submit(db, conversation, id_, **values)
    assert message["content_attributes"]["submitted_values"] == kept


@pytest.mark.parametrize(
    ("kind", "attributes", "values"),
    [
        ("input_text", {}, {}),
        ("input_text", {}, {"value": " "}),
        ("input_text", {}, {"value": "x" * 10_001}),
        ("input_select", SIZE, {"values": [{"value": "xl"}]}),
        ("input_select", SIZE, {"values": []}),
        ("input_select", SIZE, {"values": "l"}),
        ("input_select", {}, {"values": [{"value": "l"}]}),
        ("form", FORM, {"values": [{"name": "street", "value": "x"}]}),
        ("form", FORM, {"values": [{"name": "city", "value": " "}]}),
        ("form", FORM, {"values": [{"name": "city", "value": "Rome"}, {"name": "is_admin", "value": "1"}]}),
        ("form", FORM, {"values": [{"name": "city", "value": {"a": 1}}]}),
        ("form", FORM, {"values": ["city"]}),
        ("form", FORM, {"values": [{"name": "city", "value": "x" * 70_000}]}),
        ("form", FORM, {}),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_are_refused(
    db: Connection, make: Make, visitor: Visitor, conversation: Conversation, kind: str,
    attributes: dict[str, Any], values: dict[str, Any],
) -> None:  # fmt: skip
    id_ = make.outgoing(conversation, None, content_type=kind, content_attributes=attributes)
    with refused("values_invalid"), acting_as_visitor(db, visitor):
        submit(db, conversation, id_, **values)


def test_values_are_an_object(
    db: Connection, make: Make, visitor: Visitor, conversation: Conversation
) -> None:
    id_ = asked(db, make, conversation)
    with refused("values_invalid"), acting_as_visitor(db, visitor):
        call(
            db, "public.widget_submit_form", p_conversation_id=conversation.id, p_message_id=id_,
            p_values=Jsonb(["a@b.example"]),
        )  # fmt: skip


# Variables.


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("Hi {{contact.name}}", "Hi Mia Lee"),
        ("Hi {{ contact.first_name }} {{contact.last_name}}!", "Hi Mia Lee!"),
        ("I am {{agent.first_name}} of {{account.name}}", "I am Ana of Acme"),
        ("{{contact.email}} {{contact.phone_number}}.", "mia@example.net ."),
        ("{{contact.phone_number | default: 'no number'}}", "no number"),
        ("{{contact.custom_attribute.plan}} {{conversation.custom_attribute.order}}", "gold 7"),
        ("{{inbox.name}}", "Support"),
        ("{{contact.nickname}}.", "."),
        ("{{order.id}} {{ }} {{contact}} {{", "{{order.id}} {{ }} {{contact}} {{"),
        ("`{{contact.name}}` {{contact.name}}", "`{{contact.name}}` Mia Lee"),
        ("```\n{{contact.name}}\n``` {{contact.name}}", "```\n{{contact.name}}\n``` Mia Lee"),
        ("a ` {{contact.name}}", "a ` Mia Lee"),
        ("{{contact.custom_attribute.trap}}", "{{contact.email}}"),
        ("{{contact.custom_attribute.lines}}", "a b"),
        ("no variables", "no variables"),
    ],
)  # fmt: skip
def test_an_agent_s_variables_are_filled_in(
    db: Connection, make: Make, inbox: Inbox, agent: User, written: str, sent: str
) -> None:
    contact = make.contact(
        inbox, name="Mia Lee", email="mia@example.net",
        custom_attributes={"plan": "gold", "trap": "{{contact.email}}", "lines": "a\r\nb"},
    )  # fmt: skip
    conversation = make.conversation(inbox, contact, custom_attributes={"order": 7})
    with acting_as(db, agent):
        message = call(
            db, "public.send_message", p_conversation_id=conversation.id, p_id=uuid4(),
            p_content=written,
        )  # fmt: skip
    assert message["content"] == sent


def test_a_visitor_s_variables_stay_words(
    db: Connection, visitor: Visitor, conversation: Conversation
) -> None:
    with acting_as_visitor(db, visitor):
        message = call(
            db, "public.widget_send_message", p_conversation_id=conversation.id, p_id=uuid4(),
            p_content="{{account.name}}",
        )  # fmt: skip
    assert message["content"] == "{{account.name}}"


def test_the_greeting_knows_the_contact(
    db: Connection, make: Make, inbox: Inbox, conversation: Conversation
) -> None:
    run(
        db,
        "update public.inboxes set greeting_message = 'Hello {{contact.name | default: \"there\"}}'",
    )
    assert hear(db, make, conversation, at(10)) == ["greeting"]
    assert templates(db, conversation) == [("text", "Hello there")]
