"""Templates that a provider approved: who reads them, how they are copied, and what may be sent with them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.database import (
    Connection,
    acting_as,
    acting_as_anon,
    acting_as_service,
    acting_as_visitor,
    call,
    column,
    refused,
    rows,
    run,
    value,
)
from tests.support.make import Account, Inbox, Make, User

NUMBER = "12025550111"
ORDER: dict[str, Any] = {
    "name": "order_on_its_way",
    "language": "en",
    "category": "utility",
    "status": "approved",
    "parameter_format": "positional",
    "provider_id": "1001",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": {"header_text": ["FC-1"]}},
        {
            "type": "BODY",
            "text": "Hello {{1}}, your order {{2}} comes on {{3}}. Thanks, {{1}}!",
            "example": {"body_text": [["Ana", "FC-1", "Friday"]]},
        },
        {"type": "FOOTER", "text": "Fernweh Coffee"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Thanks"},
                {"type": "URL", "text": "Track", "url": "https://fernweh.example/{{1}}", "example": ["https://fernweh.example/FC-1"]},
            ],
        },
    ],
}  # fmt: skip
HELP: dict[str, Any] = {
    "name": "may_we_help",
    "language": "pt_BR",
    "category": "marketing",
    "status": "approved",
    "parameter_format": "named",
    "components": [{"type": "BODY", "text": "Olá {{ first_name }}, podemos ajudar?"}],
}
SALE: dict[str, Any] = {
    **HELP,
    "name": "sale",
    "status": "rejected",
    "reason": "Abusive content",
    "components": [{"type": "BODY", "text": "Sale!"}],
}
PICTURE: dict[str, Any] = {
    **HELP,
    "name": "new_arrivals",
    "components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "New beans"}],
}
CAROUSEL: dict[str, Any] = {
    **HELP,
    "name": "carousel",
    "components": [{"type": "BODY", "text": "Look"}, {"type": "CAROUSEL", "cards": []}],
}
VALUES: dict[str, Any] = {
    "header": {"1": "FC-7"},
    "body": {"1": "Mia", "2": "FC-7", "3": "Monday"},
    "buttons": [{}, {"parameter": "FC-7"}],
}


@pytest.fixture
def account(make: Make) -> Account:
    return make.account()


@pytest.fixture
def inbox(make: Make, account: Account) -> Inbox:
    return make.connection(account, "whatsapp_cloud", "106853218861309", {"access_token": "t"})


@pytest.fixture
def agent(make: Make, inbox: Inbox) -> User:
    return make.agent(inbox)


def copy(db: Connection, inbox: Inbox, *templates: dict[str, Any]) -> int:
    """What a worker does after the provider listed these."""
    with acting_as_service(db):
        return int(
            call(db, "service.replace_templates", p_inbox_id=inbox.id, p_templates=list(templates))
        )


@pytest.fixture
def templates(db: Connection, inbox: Inbox) -> None:
    copy(db, inbox, ORDER, HELP, SALE, PICTURE, CAROUSEL)


def wrote(db: Connection, inbox: Inbox, ago: timedelta = timedelta()) -> UUID:
    """A contact wrote so long ago; the conversation."""
    with acting_as_service(db):
        answer = call(
            db,
            "service.receive_message",
            p_inbox_id=inbox.id,
            p_message={
                "source_id": f"wamid.{uuid4()}",
                "content": "Hi",
                "contact": {"source_id": NUMBER, "name": "Mia Chen"},
            },
        )
    run(db, "update public.messages set created_at = now() - %s", ago)
    return UUID(answer["conversation_id"])


def send(db: Connection, agent: User, conversation: UUID, **more: Any) -> dict[str, Any]:
    given = {"p_id": uuid4(), "p_content": "", **more}
    with acting_as(db, agent):
        message: dict[str, Any] = call(
            db, "public.send_message", p_conversation_id=conversation, **given
        )
        return message


def with_template(template: dict[str, Any], values: Any = None) -> dict[str, Any]:
    """The attributes of a message that sends it."""
    return {
        "template_params": {
            "name": template["name"],
            "language": template["language"],
            "processed_params": values if values is not None else {},
        }
    }


def waiting(db: Connection, inbox: Inbox) -> int:
    """How many copies are asked for."""
    return int(
        value(
            db,
            "select count(*) from private.jobs where kind = 'sync_templates'"
            " and payload ->> 'inbox_id' = %s and status = 'queued'",
            str(inbox.id),
        )
    )


# Who reads them.


@pytest.mark.usefixtures("templates")
def test_agents_of_the_inbox_read_templates_and_nobody_else_does(
    db: Connection, make: Make, account: Account, inbox: Inbox, agent: User
) -> None:
    beside = make.agent(make.inbox(account))
    stranger = make.administrator(make.account())
    visitor = make.visitor(make.inbox(account))
    for reader, expected in (
        (agent, 5),
        (make.administrator(account), 5),
        (beside, 0),
        (stranger, 0),
    ):
        with acting_as(db, reader):
            assert len(rows(db, "select * from public.channel_templates")) == expected
            assert len(rows(db, "select * from public.template_syncs")) == (1 if expected else 0)
    for client in (acting_as_visitor(db, visitor), acting_as_anon(db)):
        with refused("42501"), client:
            rows(db, "select id from public.channel_templates")
    for reader in (beside, stranger):
        for function in ("template_list", "sync_templates"):
            with refused("inbox_not_found"), acting_as(db, reader):
                call(db, f"public.{function}", p_inbox_id=inbox.id)


@pytest.mark.usefixtures("templates")
@pytest.mark.parametrize(
    "statement",
    [
        "update public.channel_templates set status = 'approved'",
        "delete from public.channel_templates",
        "update public.template_syncs set error = null",
        "insert into public.channel_templates (account_id, inbox_id, name, language, status, components)"
        " select account_id, inbox_id, 'mine', 'en', 'approved', '[]' from public.channel_templates",
    ],
)
def test_no_client_writes_templates(
    db: Connection, make: Make, account: Account, agent: User, statement: str
) -> None:
    for caller in (agent, make.administrator(account)):
        with refused("42501"), acting_as(db, caller):
            run(db, statement)


@pytest.mark.usefixtures("templates")
def test_the_list_is_searched_by_all_words(db: Connection, inbox: Inbox, agent: User) -> None:
    def found(query: str | None = None, **more: Any) -> list[str]:
        with acting_as(db, agent):
            answer = call(db, "public.template_list", p_inbox_id=inbox.id, p_query=query, **more)
        return [one["name"] for one in answer["templates"]]

    assert found() == ["carousel", "may_we_help", "new_arrivals", "order_on_its_way", "sale"]
    assert found(p_approved=True)[-1] == "order_on_its_way"
    assert found("ORDER way") == ["order_on_its_way"]
    assert found("olá pt_br") == ["may_we_help"]
    assert found("order olá") == []
    assert len(found(p_limit=2)) == 2
    with refused("invalid_argument"):
        found(p_limit=0)


@pytest.mark.usefixtures("templates")
def test_what_has_to_be_filled_in_is_worked_out(db: Connection, inbox: Inbox) -> None:
    fields = dict(
        rows(db, "select name, fields from public.channel_templates where inbox_id = %s", inbox.id)
    )
    assert [
        (one["part"], one["kind"], one.get("name"), one.get("example"))
        for one in fields["order_on_its_way"]
    ] == [
        ("header", "text", "1", "FC-1"),
        ("body", "text", "1", "Ana"),
        ("body", "text", "2", "FC-1"),
        ("body", "text", "3", "Friday"),
        ("buttons", "url", "Track", "https://fernweh.example/FC-1"),
    ]
    assert fields["may_we_help"] == [{"part": "body", "kind": "text", "name": "first_name"}]
    assert fields["new_arrivals"] == [{"part": "header", "kind": "image"}]
    assert fields["carousel"] is None


# Copying them.


def test_connecting_asks_for_a_copy_and_so_does_reconnecting(
    db: Connection, make: Make, account: Account, inbox: Inbox
) -> None:
    assert waiting(db, inbox) == 1
    run(db, "update private.jobs set status = 'done'")
    admin = make.administrator(account)
    with acting_as(db, admin):
        call(
            db,
            "public.reconnect_channel",
            p_inbox_id=inbox.id,
            p_settings={"business_account_id": "2"},
        )
    assert waiting(db, inbox) == 1
    telegram = make.connection(account, "telegram", "77", {"bot_token": "t"})
    assert waiting(db, telegram) == 0
    with refused("templates_not_offered"), acting_as(db, admin):
        call(db, "public.template_list", p_inbox_id=telegram.id)


def test_a_copy_replaces_the_one_before(db: Connection, inbox: Inbox, agent: User) -> None:
    assert copy(db, inbox, ORDER, HELP) == 2
    before = dict(rows(db, "select name, id from public.channel_templates"))
    paused = {**ORDER, "status": "paused"}
    # Of two under one name the approved one counts; what is no template is left out.
    assert copy(db, inbox, paused, SALE, {**SALE, "status": "approved"}, {"name": "x"}) == 2
    assert rows(db, "select name, status from public.channel_templates order by name") == [
        ("order_on_its_way", "paused"),
        ("sale", "approved"),
    ]
    kept = value(db, "select id from public.channel_templates where name = 'order_on_its_way'")
    assert kept == before["order_on_its_way"]
    with acting_as(db, agent):
        told = call(db, "public.template_list", p_inbox_id=inbox.id)
    assert told["synced_at"] is not None
    assert told["error"] is None
    assert told["syncing"] is True  # connecting asked for one, and no worker runs here


def test_a_failed_copy_leaves_what_there_is(db: Connection, inbox: Inbox, agent: User) -> None:
    copy(db, inbox, HELP)
    for category, state in (("config", "connected"), ("auth", "reauthorization_required")):
        with acting_as_service(db):
            call(
                db,
                "service.templates_not_synced",
                p_inbox_id=inbox.id,
                p_category=category,
                p_text="No permission.",
            )
        with acting_as(db, agent):
            told = call(db, "public.template_list", p_inbox_id=inbox.id)
        assert (told["error"], told["connection_state"]) == ("No permission.", state)
        assert [one["name"] for one in told["templates"]] == ["may_we_help"]
    with refused("inbox_not_connected"), acting_as(db, agent):
        call(db, "public.sync_templates", p_inbox_id=inbox.id)


def test_a_copy_is_asked_for_when_it_is_old_on_request_and_on_news(
    db: Connection, inbox: Inbox, agent: User
) -> None:
    def done() -> None:
        run(db, "update private.jobs set status = 'done' where kind = 'sync_templates'")

    done()
    with acting_as_service(db):
        assert call(db, "service.refresh_templates") == 0
    run(db, "update public.template_syncs set next_sync_at = now()")
    with acting_as_service(db):
        assert call(db, "service.refresh_templates") == 1
        assert call(db, "service.refresh_templates") == 0
    assert waiting(db, inbox) == 1
    done()
    for _ in range(3):
        with acting_as(db, agent):
            call(db, "public.sync_templates", p_inbox_id=inbox.id)
    assert waiting(db, inbox) == 1
    with refused("too_many_requests"), acting_as(db, agent):
        call(db, "public.sync_templates", p_inbox_id=inbox.id)
    done()
    for kind, expected in (("quality", 0), ("template_status", 1), ("template_category", 1)):
        with acting_as_service(db):
            call(db, "service.update_inbox", p_inbox_id=inbox.id, p_update={"kind": kind})
        assert waiting(db, inbox) == expected


# Sending them.


@pytest.mark.usefixtures("templates")
def test_a_template_goes_out_as_the_words_that_the_customer_reads(
    db: Connection, inbox: Inbox, agent: User
) -> None:
    conversation = wrote(db, inbox, timedelta(days=3))
    run(db, "update public.contacts set name = 'Mia {{2}}'")
    values = {
        **VALUES,
        "body": {**VALUES["body"], "1": "{{contact.name}}", "3": "Monday\n or  so", "9": "x"},
    }
    message = send(
        db,
        agent,
        conversation,
        p_content="ignored",
        p_content_attributes=with_template(ORDER, values),
    )
    assert message["status"] == "queued"
    assert message["content"] == (
        "Order FC-7\n\nHello Mia {{2}}, your order FC-7 comes on Monday or so. Thanks, Mia {{2}}!"
        "\n\nFernweh Coffee"
    )
    params = message["content_attributes"]["template_params"]
    assert params["processed_params"] == {
        "header": {"1": "FC-7"},
        "body": {"1": "Mia {{2}}", "2": "FC-7", "3": "Monday or so"},
        "buttons": [{}, {"type": "url", "parameter": "FC-7"}],
    }
    assert params["buttons"] == ["Thanks", "Track"]
    assert value(db, "select preview ->> 'content' from public.conversations").startswith(
        "Order FC-7"
    )
    with acting_as_service(db):
        taken = call(
            db,
            "service.message_to_deliver",
            p_conversation_id=conversation,
            p_message_id=message["id"],
        )
    assert taken["template"]["id"] == "1001"
    assert taken["template"]["definition"] == {"components": ORDER["components"]}
    assert taken["template"]["processed_params"] == params["processed_params"]
    with refused("message_is_template"), acting_as(db, agent):
        call(
            db,
            "public.edit_message",
            p_conversation_id=conversation,
            p_id=message["id"],
            p_content="Other words",
        )


@pytest.mark.usefixtures("templates")
@pytest.mark.parametrize(
    ("template", "values", "code"),
    [
        (ORDER, {**VALUES, "body": {"1": "Mia", "2": " ", "3": "x"}}, "template_values_missing"),
        (ORDER, {**VALUES, "buttons": []}, "template_values_missing"),
        (ORDER, {**VALUES, "header": "FC-7"}, "template_values_missing"),
        (ORDER, "x", "template_values_missing"),
        (ORDER, {**VALUES, "header": {"1": "x" * 1025}}, "template_value_too_long"),
        (PICTURE, {}, "template_values_missing"),
        (PICTURE, {"header": {"media_url": "http://a.example/b.png"}}, "template_values_missing"),
        (SALE, {}, "template_not_approved"),
        (CAROUSEL, {}, "template_unsupported"),
        ({**HELP, "name": "unknown"}, {}, "template_not_found"),
        ({**HELP, "language": "en"}, {}, "template_not_found"),
    ],
)
def test_what_the_provider_would_refuse_is_refused_at_once(
    db: Connection, inbox: Inbox, agent: User, template: dict[str, Any], values: Any, code: str
) -> None:
    conversation = wrote(db, inbox)
    with refused(code) as error:
        send(db, agent, conversation, p_content_attributes=with_template(template, values))
    if code == "template_values_missing":
        assert json.loads(error["details"])["fields"]
    assert column(db, "select message_type from public.messages") == ["incoming"]


@pytest.mark.usefixtures("templates")
def test_a_template_belongs_to_one_inbox_and_is_no_note(
    db: Connection, make: Make, account: Account, inbox: Inbox, agent: User
) -> None:
    conversation = wrote(db, inbox)
    with refused("content_attributes_invalid"):
        send(db, agent, conversation, p_private=True, p_content_attributes=with_template(SALE))
    beside = make.connection(account, "whatsapp_360dialog", "7", {"api_key": "k"})
    colleague = make.agent(beside)
    with refused("template_not_found"):
        send(
            db,
            colleague,
            wrote(db, beside),
            p_content_attributes=with_template(HELP, {"body": {"first_name": "Mia"}}),
        )


@pytest.mark.usefixtures("templates")
def test_the_header_shows_the_one_file_of_its_kind(
    db: Connection, make: Make, inbox: Inbox, agent: User
) -> None:
    conversation = wrote(db, inbox)
    linked = with_template(PICTURE, {"header": {"media_url": "https://fernweh.example/beans.jpg"}})
    message = send(db, agent, conversation, p_content_attributes=linked)
    assert message["content_attributes"]["template_params"]["processed_params"] == {
        "header": {"media_type": "image", "media_url": "https://fernweh.example/beans.jpg"}
    }

    def upload(content_type: str) -> UUID:
        id_ = uuid4()
        with acting_as(db, agent):
            granted = call(
                db,
                "public.request_upload",
                p_conversation_id=conversation,
                p_files=[
                    {
                        "id": str(id_),
                        "file_name": "beans",
                        "content_type": content_type,
                        "byte_size": 9,
                    }
                ],
            )
        make.stored(granted["files"][0]["path"])
        return id_

    picture = upload("image/jpeg")
    sent = send(
        db,
        agent,
        conversation,
        p_attachments=[picture],
        p_content_attributes=with_template(PICTURE),
    )
    assert [one["file_type"] for one in sent["attachments"]] == ["image"]
    for template, files in (
        (PICTURE, ["application/pdf"]),
        (PICTURE, ["image/png"] * 2),
        (ORDER, ["image/png"]),
    ):
        ids = [upload(one) for one in files]
        with refused("template_file_invalid"):
            send(
                db,
                agent,
                conversation,
                p_attachments=ids,
                p_content_attributes=with_template(template, VALUES),
            )


@pytest.mark.usefixtures("templates")
def test_outside_the_window_only_notes_and_templates_are_taken(
    db: Connection, make: Make, inbox: Inbox, agent: User
) -> None:
    conversation = wrote(db, inbox, timedelta(hours=25))
    with refused("window_closed") as error:
        send(db, agent, conversation, p_content="Hello?")
    assert error["status"] == 409
    send(db, agent, conversation, p_content="Nobody there.", p_private=True)
    values = {"body": {"first_name": "Mia"}}
    send(db, agent, conversation, p_content_attributes=with_template(HELP, values))
    # What the contact writes opens it again, in whichever conversation.
    newer = value(
        db,
        "insert into public.conversations (account_id, inbox_id, contact_id, contact_inbox_id)"
        " select account_id, inbox_id, contact_id, contact_inbox_id from public.conversations"
        " returning id",
    )
    with refused("window_closed"):
        send(db, agent, newer, p_content="Hello?")
    run(db, "update public.messages set created_at = now() where message_type = 'incoming'")
    send(db, agent, newer, p_content="There you are.")
    stranger = make.agent(make.inbox(make.account()))
    with refused("conversation_not_found"):
        send(db, stranger, conversation, p_content="Hello?")


@pytest.mark.usefixtures("templates")
def test_a_conversation_over_whatsapp_begins_with_a_template(
    db: Connection, make: Make, account: Account, inbox: Inbox, agent: User
) -> None:
    contact = make.contact(inbox, name="Mia", phone_number="+12025550177")
    run(db, "delete from public.contact_inboxes where contact_id = %s", contact.id)
    given = {
        "p_account_id": account.id,
        "p_contact_id": contact.id,
        "p_inbox_id": inbox.id,
        "p_message_id": uuid4(),
    }
    with refused("window_closed"), acting_as(db, agent):
        call(db, "public.start_conversation", **given, p_content="Hello")
    values = {"body": {"first_name": "{{contact.first_name}}"}}
    for _ in range(2):
        with acting_as(db, agent):
            row = call(
                db,
                "public.start_conversation",
                **given,
                p_content_attributes=with_template(HELP, values),
            )
        assert row["preview"]["content"] == "Olá Mia, podemos ajudar?"
    assert column(db, "select source_id from public.contact_inboxes") == ["12025550177"]
    assert column(db, "select status from public.messages") == ["queued"]


@pytest.mark.usefixtures("templates")
def test_a_template_that_the_provider_refuses_has_them_copied_again(
    db: Connection, inbox: Inbox, agent: User
) -> None:
    conversation = wrote(db, inbox)
    values = {"body": {"first_name": "Mia"}}
    message = send(db, agent, conversation, p_content_attributes=with_template(HELP, values))
    run(db, "update private.jobs set status = 'done' where kind = 'sync_templates'")
    with acting_as_service(db):
        call(
            db,
            "service.fail_delivery",
            p_conversation_id=conversation,
            p_message_id=message["id"],
            p_category="config",
            p_code="132015",
            p_text="Template is paused.",
        )
    assert waiting(db, inbox) == 1
