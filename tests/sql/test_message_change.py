"""Messages after they were sent: edited, deleted, sent again; answers to one of them."""

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
from tests.support.make import Account, Conversation, Inbox, Make, User, Visitor


@pytest.fixture
def inbox(make: Make) -> Inbox:
    """A website inbox."""
    return make.inbox(make.account())


@pytest.fixture
def agent(make: Make, inbox: Inbox) -> User:
    """An agent who works it."""
    return make.agent(inbox, "Ana")


@pytest.fixture
def visitor(make: Make, inbox: Inbox) -> Visitor:
    """A visitor of it."""
    return make.visitor(inbox)


@pytest.fixture
def conversation(make: Make, inbox: Inbox, visitor: Visitor) -> Conversation:
    """Their conversation."""
    return make.conversation(inbox, visitor)


def send(db: Connection, conversation: Conversation, content: str = "Hi", **more: Any) -> Any:
    """Send as whoever acts."""
    arguments = {"p_id": uuid4(), "p_content": content, **more}
    return call(db, "public.send_message", p_conversation_id=conversation.id, **arguments)


def edit(db: Connection, conversation: Conversation, id_: Any, content: str | None) -> Any:
    """Edit as whoever acts."""
    return call(
        db, "public.edit_message", p_conversation_id=conversation.id, p_id=id_, p_content=content
    )


def delete(db: Connection, conversation: Conversation, id_: Any) -> Any:
    """Delete as whoever acts."""
    return call(db, "public.delete_message", p_conversation_id=conversation.id, p_id=id_)


def retry(db: Connection, conversation: Conversation, id_: Any) -> Any:
    """Send again as whoever acts."""
    return call(db, "public.retry_message", p_conversation_id=conversation.id, p_id=id_)


def test_an_edit_keeps_what_was_said_before(
    db: Connection, agent: User, conversation: Conversation
) -> None:
    with acting_as(db, agent):
        message = send(db, conversation, "Helo")
        edited = edit(db, conversation, message["id"], "Hello")
        assert edit(db, conversation, message["id"], "Hello") == edited
        edit(db, conversation, message["id"], "Hello!")
        assert column(db, "select content from public.message_versions order by id") == [
            "Helo",
            "Hello",
        ]
    assert (edited["content"], edited["edited_at"] is None) == ("Hello", False)
    assert edited["updated_seq"] == message["updated_seq"] + 1
    assert value(db, "select preview ->> 'content' from public.conversations") == "Hello!"


def test_an_edit_is_told_to_agents_and_visitor(
    db: Connection, agent: User, visitor: Visitor, conversation: Conversation
) -> None:
    with acting_as(db, agent):
        edit(db, conversation, send(db, conversation, "Helo")["id"], "Hello")
    topic = f"visitor:{visitor.contact_inbox_id}"
    [payload] = broadcasts(db, topic, "message.updated")
    assert payload["message"]["content"] == "Hello"
    assert payload["message"]["edited_at"] is not None
    with acting_as_visitor(db, visitor):
        page = call(db, "public.widget_messages", p_conversation_id=conversation.id)
    assert "Helo" not in str(page)


def test_an_older_message_s_edit_leaves_the_preview(
    db: Connection, make: Make, agent: User, conversation: Conversation
) -> None:
    first = make.outgoing(conversation, agent, "first")
    make.outgoing(conversation, agent, "second")
    with acting_as(db, agent):
        edit(db, conversation, first, "1st")
    assert value(db, "select preview ->> 'content' from public.conversations") == "second"


def test_only_the_writer_edits(
    db: Connection, make: Make, inbox: Inbox, agent: User, conversation: Conversation
) -> None:
    mine = make.outgoing(conversation, agent)
    theirs = make.incoming(conversation)
    admin = make.administrator(Account(inbox.account_id))
    for who, id_ in ((admin, mine), (agent, theirs)):
        with refused("not_your_message") as error, acting_as(db, who):
            edit(db, conversation, id_, "x")
        assert error["status"] == 403
    with refused("message_not_found"), acting_as(db, agent):
        edit(db, conversation, uuid4(), "x")
    with refused("conversation_not_found"), acting_as(db, make.user()):
        edit(db, conversation, mine, "x")


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "message_empty"), ("\u200b", "message_empty"), (None, "message_empty"),
     ("x" * 150_001, "message_too_long")],
)  # fmt: skip
def test_an_edit_obeys_the_rules_of_sending(
    db: Connection,
    make: Make,
    agent: User,
    conversation: Conversation,
    content: str | None,
    code: str,
) -> None:
    id_ = make.outgoing(conversation, agent)
    with refused(code), acting_as(db, agent):
        edit(db, conversation, id_, content)


def test_history_is_for_those_who_see_the_conversation(
    db: Connection, make: Make, inbox: Inbox, agent: User, conversation: Conversation
) -> None:
    make.version(conversation, make.outgoing(conversation, agent))
    query = "select content from public.message_versions"
    with acting_as(db, agent):
        assert column(db, query) == ["Before."]
    outsider = make.agent(Account(inbox.account_id))
    for stranger in (outsider, make.administrator(make.account())):
        with acting_as(db, stranger):
            assert column(db, query) == []
    with refused("42501"), acting_as_visitor(db, make.visitor(inbox)):
        rows(db, query)
    with refused("42501"), acting_as(db, agent):
        run(db, "update public.message_versions set content = 'x'")


def test_deleting_leaves_a_line_and_nothing_of_the_words(
    db: Connection, make: Make, agent: User, visitor: Visitor, conversation: Conversation
) -> None:
    with acting_as(db, agent):
        id_ = send(db, conversation, "SECRET")["id"]
        edit(db, conversation, id_, "SECRET 2")
        deleted = delete(db, conversation, id_)
        assert delete(db, conversation, id_) == deleted
    assert deleted["content"] == "This message was deleted"
    assert deleted["content_attributes"] == {"deleted": True}
    assert deleted["deleted_at"] is not None
    with acting_as_visitor(db, visitor):
        page = call(db, "public.widget_messages", p_conversation_id=conversation.id)
    assert page["messages"][0]["content_attributes"] == {"deleted": True}
    for table in ("messages", "message_versions", "conversations"):
        assert "SECRET" not in str(rows(db, f"select t::text from public.{table} t")), table
    with refused("message_deleted"), acting_as(db, agent):
        edit(db, conversation, id_, "again")


@pytest.mark.parametrize(
    ("locale", "text"),
    [("es", "Este mensaje fue eliminado"), ("pt-BR", "Esta mensagem foi apagada"),
     ("ar", "تم حذف هذه الرسالة"), ("xx", "This message was deleted")],
)  # fmt: skip
def test_the_line_is_in_the_account_s_language(
    db: Connection, make: Make, agent: User, conversation: Conversation, locale: str, text: str
) -> None:
    run(db, "update public.accounts set locale = %s", locale)
    id_ = make.incoming(conversation)
    with acting_as(db, agent):
        assert delete(db, conversation, id_)["content"] == text


def test_activity_lines_are_not_deleted_and_strangers_delete_nothing(
    db: Connection, make: Make, agent: User, conversation: Conversation
) -> None:
    line = make.outgoing(conversation, None, message_type="activity")
    with refused("message_not_deletable"), acting_as(db, agent):
        delete(db, conversation, line)
    reply = make.outgoing(conversation, agent)
    with refused("conversation_not_found"), acting_as(db, make.administrator(make.account())):
        delete(db, conversation, reply)


@pytest.mark.parametrize("status", ["failed", "unknown"])
def test_a_failed_message_is_sent_again(
    db: Connection, make: Make, agent: User, conversation: Conversation, status: str
) -> None:
    id_ = make.outgoing(
        conversation, agent, status=status,
        content_attributes={"external_error": "131047", "cc_emails": ["a@b.example"]},
    )  # fmt: skip
    with acting_as(db, agent):
        again = retry(db, conversation, id_)
    assert again["status"] == "sent"
    assert again["content_attributes"] == {"cc_emails": ["a@b.example"]}
    with refused("message_not_failed") as error, acting_as(db, agent):
        retry(db, conversation, id_)
    assert error["status"] == 409


def test_what_did_not_fail_is_not_sent_again(
    db: Connection, make: Make, agent: User, conversation: Conversation
) -> None:
    for id_ in (
        make.incoming(conversation),
        make.note(conversation, agent),
        make.outgoing(conversation, agent, status="delivered"),
    ):
        with refused("message_not_failed"), acting_as(db, agent):
            retry(db, conversation, id_)
    failed = make.outgoing(conversation, agent, status="failed")
    with refused("conversation_not_found"), acting_as(db, make.user()):
        retry(db, conversation, failed)


def test_an_answer_names_the_message_it_answers_both_ways(
    db: Connection, make: Make, inbox: Inbox, agent: User, conversation: Conversation
) -> None:
    asked = make.incoming(conversation)
    run(db, "update public.messages set source_id = 'wamid.1' where id = %s", asked)
    with acting_as(db, agent):
        answer = send(db, conversation, p_in_reply_to=asked)
    assert answer["content_attributes"] == {
        "in_reply_to": str(asked),
        "in_reply_to_external_id": "wamid.1",
    }
    inbound = make.outgoing(
        conversation, None, message_type="incoming",
        content_attributes={"in_reply_to_external_id": "wamid.1"},
    )  # fmt: skip
    assert value(
        db,
        "select content_attributes ->> 'in_reply_to' from public.messages where id = %s",
        inbound,
    ) == str(asked)


def test_an_answer_to_something_unknown_is_refused(
    db: Connection, make: Make, agent: User, conversation: Conversation
) -> None:
    elsewhere = make.incoming(make.conversation(make.inbox(make.account())))
    for target in (elsewhere, uuid4(), make.note(conversation, agent)):
        with refused("reply_target_not_found"), acting_as(db, agent):
            send(db, conversation, p_in_reply_to=target)
    note = make.note(conversation, agent)
    with acting_as(db, agent):
        send(db, conversation, p_in_reply_to=note, p_private=True)
    with refused("reply_target_not_found"), acting_as(db, agent):
        send(db, conversation, p_content_attributes=Jsonb({"in_reply_to": "no uuid"}))


def test_an_agent_gives_recipients_that_the_visitor_does_not_see(
    db: Connection, agent: User, visitor: Visitor, conversation: Conversation
) -> None:
    given = {"cc_emails": ["boss@shop.example"]}
    with acting_as(db, agent):
        assert send(db, conversation, p_content_attributes=given)["content_attributes"] == given
    with acting_as_visitor(db, visitor):
        page = call(db, "public.widget_messages", p_conversation_id=conversation.id)
    assert page["messages"][0]["content_attributes"] == {}


@pytest.mark.parametrize(
    "given",
    [
        {"automation_rule_id": str(UUID(int=1))},
        {"external_error": "x"},
        {"deleted": True},
        {"in_reply_to_external_id": "x"},
        {"cc_emails": "boss@shop.example"},
        {"cc_emails": ["no address"]},
        {"cc_emails": ["a@b.example\r\nBcc: c@d.example"]},
        {"cc_emails": [{"a": 1}]},
        {"bcc_emails": ["a@b.example"] * 51},
        {"template_params": {}},
        {"template_params": {"name": "hello"}},
        {"items": "Yes"},
        {"items": []},
        {"items": ["Yes"]},
        {"items": [{"value": "yes"}]},
        {"items": [{"title": " "}]},
        {"items": [{"title": "Yes", "url": "x"}]},
        {"items": [{"title": "Yes", "value": 1}]},
        {"items": [{"title": "Yes"}, {"title": "Yes", "value": "no"}]},
        {"items": [{"title": "Yes", "value": "a"}, {"title": "No", "value": "a"}]},
        {"items": [{"title": "Yes"}], "template_params": {"name": "hello", "language": "en"}},
        [],
        "x",
    ],
)
def test_other_attributes_are_refused(
    db: Connection, agent: User, conversation: Conversation, given: Any
) -> None:
    with refused("content_attributes_invalid"), acting_as(db, agent):
        send(db, conversation, p_content_attributes=Jsonb(given))


LIMITS = [
    ("whatsapp_cloud", 10, 24, 200), ("messenger", 13, 20, 200), ("line", 13, 20, 200),
    ("telegram", 20, 60, 64), ("twilio_sms", 20, 100, 200), ("web_widget", 20, 100, 200),
]  # fmt: skip


@pytest.mark.parametrize(("channel", "most", "longest", "largest"), LIMITS)
def test_answers_to_choose_from_fit_the_channel(
    db: Connection, channel: str, most: int, longest: int, largest: int
) -> None:
    def offer(count: int, title: int, size: int) -> Any:
        numbers = [f"{number:02}" for number in range(count)]
        items = [{"title": one.ljust(title, "x"), "value": one.ljust(size, "y")} for one in numbers]
        assert value(db, "select private.options_of(%s, %s)", Jsonb(items), channel) == items

    offer(most, longest, largest)
    for beyond in ((most + 1, 5, 5), (2, longest + 1, 5), (2, 5, largest + 1)):
        with refused("content_attributes_invalid"), db.transaction():
            offer(*beyond)


def test_an_answer_without_a_value_stands_for_itself_and_notes_offer_none(
    db: Connection, agent: User, conversation: Conversation
) -> None:
    items = [{"title": "Yes"}, {"title": "No", "value": "n", "description": "Not now"}]
    with acting_as(db, agent):
        sent = send(db, conversation, p_content_attributes={"items": items})
    assert sent["content_type"] == "input_select"
    assert sent["content_attributes"]["items"] == [{"title": "Yes", "value": "Yes"}, items[1]]
    with refused("content_attributes_invalid"), acting_as(db, agent):
        send(db, conversation, p_private=True, p_content_attributes={"items": items})


def test_a_note_has_no_recipients(db: Connection, agent: User, conversation: Conversation) -> None:
    with refused("content_attributes_invalid"), acting_as(db, agent):
        send(db, conversation, p_private=True, p_content_attributes={"cc_emails": ["a@b.example"]})


def test_two_edits_at_once_both_count(
    db: Connection, agent: User, conversation: Conversation
) -> None:
    with acting_as(db, agent):
        id_ = send(db, conversation, "a")["id"]
        edit(db, conversation, id_, "b")
        edit(db, conversation, id_, "c")
    assert rows(db, "select last_seq, last_visitor_seq from public.conversations") == [(3, 3)]
