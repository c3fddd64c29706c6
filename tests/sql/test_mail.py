"""Mail: what is gone stays gone, machines do not talk to machines, and a delay is news without a change."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.support.database import (
    Connection,
    acting_as,
    acting_as_service,
    call,
    column,
    run,
    value,
)
from tests.support.make import Account, Inbox, Make

PERSON = "ana@example.net"


@pytest.fixture
def account(make: Make) -> Account:
    return make.account()


@pytest.fixture
def inbox(make: Make, account: Account) -> Inbox:
    return make.connection(account, "email", "support@shop.example")


def receive(db: Connection, inbox: Inbox, number: int, **attributes: Any) -> dict[str, Any]:
    message = {
        "source_id": f"m{number}@x",
        "content": f"Hello {number}",
        "content_type": "incoming_email",
        "contact": {"source_id": PERSON, "email": PERSON},
        "content_attributes": {"email": {"subject": "Order", "threads": []}, **attributes},
    }
    with acting_as_service(db):
        return dict(call(db, "service.receive_message", p_inbox_id=inbox.id, p_message=message))


def automatic(db: Connection, conversation: str) -> UUID:
    found = value(
        db,
        "insert into public.messages (conversation_id, message_type, content)"
        " values (%s, 'template', 'We are closed.') returning id",
        conversation,
    )
    assert isinstance(found, UUID)
    return found


def deliver(db: Connection, conversation: str, message: UUID) -> bool:
    with acting_as_service(db):
        taken = call(
            db,
            "service.message_to_deliver",
            p_conversation_id=conversation,
            p_message_id=message,
        )
        if taken is None:
            return False
        call(
            db, "service.record_delivery",
            p_conversation_id=conversation, p_message_id=message, p_source_ids=[f"{message}@shop"],
        )  # fmt: skip
    return True


def test_a_deleted_conversation_is_not_imported_again(
    db: Connection, make: Make, account: Account, inbox: Inbox
) -> None:
    boss = make.administrator(account)
    make.member(inbox, boss)
    first = receive(db, inbox, 1)
    with acting_as(db, boss):
        call(db, "delete_conversation", p_conversation_id=first["conversation_id"])
    again = receive(db, inbox, 1)
    assert again == {
        "message_id": None, "conversation_id": None, "duplicate": True, "attachments": [],
    }  # fmt: skip
    assert column(db, "select id from public.conversations where inbox_id = %s", inbox.id) == []
    other = make.connection(account, "email", "sales@shop.example")
    assert receive(db, other, 1)["duplicate"] is False
    assert receive(db, inbox, 2)["duplicate"] is False


def test_an_inbox_that_is_deleted_leaves_no_tombstones(
    db: Connection, account: Account, inbox: Inbox
) -> None:
    receive(db, inbox, 1)
    run(db, "update public.inboxes set deleted_at = now() where id = %s", inbox.id)
    with acting_as_service(db):
        while not call(db, "service.delete_inbox", p_inbox_id=inbox.id):
            pass
    assert value(db, "select count(*) from private.mail_tombstones") == 0
    assert column(db, "select id from public.inboxes where id = %s", inbox.id) == []


def test_one_automatic_mail_a_day_for_a_conversation(db: Connection, inbox: Inbox) -> None:
    thread = receive(db, inbox, 1)["conversation_id"]
    assert deliver(db, thread, automatic(db, thread))
    second = automatic(db, thread)
    assert not deliver(db, thread, second)
    row = value(
        db,
        "select jsonb_build_array(status, content_attributes -> 'error_category') from public.messages"
        " where id = %s",
        second,
    )
    assert row == ["failed", "policy"]
    run(db, "update public.messages set created_at = created_at - interval '25 hours'")
    assert deliver(db, thread, automatic(db, thread))


def test_five_automatic_mails_an_hour_for_a_person(db: Connection, inbox: Inbox) -> None:
    sent = []
    for number in range(7):
        thread = receive(db, inbox, number)["conversation_id"]
        sent.append(deliver(db, thread, automatic(db, thread)))
    assert sent == [True] * 5 + [False] * 2


def test_what_people_write_is_not_counted(db: Connection, make: Make, inbox: Inbox) -> None:
    agent = make.agent(inbox)
    thread = receive(db, inbox, 1)["conversation_id"]
    for _ in range(3):
        written = value(
            db,
            "insert into public.messages (conversation_id, content, sender_user_id)"
            " values (%s, 'Hi', %s) returning id",
            thread,
            agent.id,
        )
        assert deliver(db, thread, written)
    assert deliver(db, thread, automatic(db, thread))


def test_machines_get_no_greeting(db: Connection, make: Make, account: Account) -> None:
    inbox = make.connection(account, "email", "hi@shop.example")
    run(
        db,
        "update public.inboxes set greeting_enabled = true, greeting_message = 'Hi!' where id = %s",
        inbox.id,
    )
    due = "select private.due_templates(m) from public.messages as m where id = %s"
    machine = receive(db, inbox, 1, automatic=True)
    assert value(db, due, machine["message_id"]) == []
    person = receive(db, inbox, 2)
    assert value(db, due, person["message_id"]) == ["greeting"]


def test_a_delay_shows_and_changes_no_state(db: Connection, make: Make, inbox: Inbox) -> None:
    thread = receive(db, inbox, 1)["conversation_id"]
    message = automatic(db, thread)
    assert deliver(db, thread, message)

    def told(status: str, text: str | None = None) -> list[Any]:
        news = {"status": status, "source_id": f"{message}@shop", "error_text": text}
        with acting_as_service(db):
            call(db, "service.update_delivery", p_inbox_id=inbox.id, p_status=news)
        found = value(
            db,
            "select jsonb_build_array(status, content_attributes -> 'delivery_notice',"
            " content_attributes -> 'external_error') from public.messages where id = %s",
            message,
        )
        return list(found)

    assert told("sent", "4.4.1 still trying") == ["sent", "4.4.1 still trying", None]
    assert told("failed", "5.1.1 no such user") == ["failed", None, "5.1.1 no such user"]
    assert told("sent", "4.4.1 still trying") == ["failed", None, "5.1.1 no such user"]


def test_the_bodies_of_a_mail_do_not_travel_with_the_thread(
    db: Connection, make: Make, account: Account, inbox: Inbox
) -> None:
    agent = make.agent(inbox)
    email = {
        "subject": "Order",
        "threads": [],
        "references": ["a@x"],
        "html_content": {"full": "", "reply": "<p>Hi</p>", "quoted": "<blockquote>x</blockquote>"},
        "text_content": {"full": "Hi", "reply": "Hi", "quoted": ""},
    }
    conversation = receive(db, inbox, 1, email=email)["conversation_id"]
    outline = {"subject": "Order", "has_html": True, "has_quotation": True}
    with acting_as(db, agent):
        page = call(db, "public.message_page", p_conversation_id=conversation)
        assert page["messages"][0]["content_attributes"]["email"] == outline
        changes = call(db, "public.message_changes", p_conversation_id=conversation, p_after_seq=0)
        assert changes["messages"][0]["content_attributes"]["email"] == outline
        # Whoever opens the mail reads them from the table, under its policies.
        bodies = "select content_attributes -> 'email' -> 'html_content' ->> 'reply' from messages"
        assert value(db, bodies) == "<p>Hi</p>"
    with acting_as(db, make.agent(make.account())):
        assert column(db, bodies) == []
