"""Messages in from providers and out to them: once, in order, and never backwards."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb

from tests.support.database import (
    Connection,
    Database,
    acting_as,
    acting_as_service,
    broadcasts,
    call,
    column,
    copied_database,
    refused,
    rows,
    run,
    value,
)
from tests.support.make import Account, Inbox, Make, User
from tests.support.together import together, wait_for_locks

NUMBER = "5511987654321"


@pytest.fixture
def account(make: Make) -> Account:
    return make.account()


@pytest.fixture
def inbox(make: Make, account: Account) -> Inbox:
    return make.connection(account, "whatsapp_cloud", "106853218861309", {"access_token": "t"})


@pytest.fixture
def agent(make: Make, inbox: Inbox) -> User:
    return make.agent(inbox)


def incoming(source: str = "wamid.1", text: str = "Olá", **more: Any) -> dict[str, Any]:
    contact = {"source_id": NUMBER, "name": "Ana", "phone_number": f"+{NUMBER}"}
    return {"source_id": source, "content": text, "contact": contact, **more}


def receive(db: Connection, inbox: Inbox, message: dict[str, Any]) -> dict[str, Any]:
    with acting_as_service(db):
        answer: dict[str, Any] = call(
            db, "service.receive_message", p_inbox_id=inbox.id, p_message=message
        )
        return answer


def status(db: Connection, message_id: Any) -> str:
    return str(value(db, "select status from public.messages where id = %s", message_id))


def reply(db: Connection, agent: User, conversation: Any, text: str = "Hi") -> UUID:
    id_ = uuid4()
    with acting_as(db, agent):
        call(db, "public.send_message", p_conversation_id=conversation, p_id=id_, p_content=text)
    return id_


def take(db: Connection, conversation: Any, message: Any) -> Any:
    with acting_as_service(db):
        return call(
            db, "service.message_to_deliver", p_conversation_id=conversation, p_message_id=message
        )


def told(db: Connection, inbox: Inbox, said: str, **more: Any) -> Any:
    with acting_as_service(db):
        return call(
            db, "service.update_delivery", p_inbox_id=inbox.id, p_status={"status": said, **more}
        )


def sent(db: Connection, conversation: Any, message: Any, *sources: str) -> None:
    with acting_as_service(db):
        call(
            db,
            "service.record_delivery",
            p_conversation_id=conversation,
            p_message_id=message,
            p_source_ids=list(sources),
        )


def failed(db: Connection, conversation: Any, message: Any, category: str, **more: Any) -> None:
    with acting_as_service(db):
        call(
            db,
            "service.fail_delivery",
            p_conversation_id=conversation,
            p_message_id=message,
            p_category=category,
            p_code="190",
            p_text="The token has expired.",
            **more,
        )


def jobs(db: Connection, kind: str) -> list[Any]:
    return column(db, "select payload from private.jobs where kind = %s order by id", kind)


def test_a_message_makes_contact_address_and_conversation(db: Connection, inbox: Inbox) -> None:
    answer = receive(db, inbox, incoming(sent_at="2026-09-10T12:00:00+00:00"))
    assert answer["duplicate"] is False
    row = rows(
        db,
        """
        select contact.name, contact.phone_number, address.source_id, conversation.status,
            conversation.unread_count, message.message_type,
            message.content_attributes ->> 'external_created_at'
        from public.messages as message
        join public.conversations as conversation on conversation.id = message.conversation_id
        join public.contact_inboxes as address on address.id = conversation.contact_inbox_id
        join public.contacts as contact on contact.id = address.contact_id
        where message.id = %s
        """,
        answer["message_id"],
    )
    assert row == [
        ("Ana", f"+{NUMBER}", NUMBER, "open", 1, "incoming", "2026-09-10T12:00:00+00:00")
    ]


def test_the_same_message_twice_is_there_once(db: Connection, inbox: Inbox) -> None:
    first = receive(db, inbox, incoming())
    again = receive(db, inbox, incoming())
    assert again["duplicate"] is True
    assert again["message_id"] == first["message_id"]
    assert value(db, "select count(*) from public.messages where inbox_id = %s", inbox.id) == 1


def test_fifty_copies_at_once_and_an_album_make_one_conversation() -> None:
    """R6, R8: one event fifty times at once, and ten of a new contact at once, make one of everything."""
    with copied_database() as database:
        with database.connect() as db:
            make = Make(db)
            inbox = make.connection(make.account(), "telegram", "42")

        def one(number: int) -> None:
            with database.connect() as connection:
                connection.execute(
                    "select service.receive_message(%s, %s)",
                    (inbox.id, Jsonb(incoming(f"m{number % 10}"))),
                )

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(one, range(50)))
        with database.connect() as db:
            assert value(db, "select count(*) from public.messages") == 10
            assert value(db, "select count(*) from public.conversations") == 1
            assert value(db, "select count(*) from public.contacts") == 1
            assert value(db, "select last_seq from public.conversations") == 10


def test_an_inbox_holds_ten_messages_in_hand_and_no_more(database: Database) -> None:
    with database.connect() as conn:
        make = Make(conn)
        inbox = make.connection(make.account(), "telegram", "42")
        agent = make.agent(inbox)
        waiting = []
        for number in range(14):
            mine = incoming(f"m{number}")
            mine["contact"] = {"source_id": f"{number}", "name": "Ana"}
            conversation = receive(conn, inbox, mine)["conversation_id"]
            waiting.append((conversation, reply(conn, agent, conversation)))
    answers: dict[int, Any] = {}

    def begin(index: int, conn: Connection) -> None:
        with conn.transaction():
            answers[index] = take(conn, *waiting[index])
            run(conn, "select pg_sleep(0.1)")  # the others come before this one is committed

    assert together(database, len(waiting), begin) == [None] * len(waiting)
    assert sorted("wait" in answer for answer in answers.values()) == [False] * 10 + [True] * 4
    with database.connect() as conn:
        begun = "select count(*) from public.messages where status = 'sending'"
        assert value(conn, begun) == 10


@pytest.mark.parametrize("status", ["open", "resolved"])
def test_what_comes_in_while_its_contact_is_merged_waits_and_goes_to_who_stays(
    database: Database, status: str
) -> None:
    with database.connect() as conn:
        make = Make(conn)
        inbox = make.connection(make.account(), "telegram", "42")
        agent = make.agent(inbox)
        receive(conn, inbox, incoming("first"))
        run(conn, "update public.conversations set status = %s", status)
        mergee = value(conn, "select id from public.contacts")
        base = make.contact(make.inbox(Account(inbox.account_id)), name="Ana").id

    def late() -> Any:
        with database.connect() as connection:
            return receive(connection, inbox, incoming("second"))

    with database.connect() as conn, database.connect() as watcher, ThreadPoolExecutor(1) as pool:
        with conn.transaction():
            with acting_as(conn, agent):
                call(conn, "public.merge_contacts", p_base_id=base, p_mergee_id=mergee)
            coming = pool.submit(late)
            wait_for_locks(watcher, 1)
        message = coming.result(30)["message_id"]
        found = rows(
            watcher,
            """
            select message.sender_contact_id, conversation.contact_id
            from public.messages as message
            join public.conversations as conversation on conversation.id = message.conversation_id
            where message.id = %s
            """,
            message,
        )
    assert found == [(base, base)]


def test_another_spelling_of_the_number_is_the_same_person(db: Connection, inbox: Inbox) -> None:
    first = receive(db, inbox, incoming())
    short = incoming("wamid.2")
    short["contact"] |= {"source_id": "551187654321", "aliases": [NUMBER]}
    assert receive(db, inbox, short)["conversation_id"] == first["conversation_id"]
    # And the other way round, now that the alias is known.
    bare = incoming("wamid.3")
    bare["contact"] |= {"source_id": "551187654321", "aliases": []}
    assert receive(db, inbox, bare)["conversation_id"] == first["conversation_id"]


@pytest.mark.parametrize(("channel", "known_as"), [("telegram", "verified"), ("email", "claimed")])
def test_a_channel_vouches_for_whom_it_signs_in(
    db: Connection, make: Make, account: Account, channel: str, known_as: str
) -> None:
    first = make.connection(account, channel, "help@shop.example")
    contact = {"source_id": "ana@example.org", "name": "Ana", "email": "ana@example.org"}
    receive(db, first, incoming() | {"contact": contact})
    assert column(db, "select identified from public.contacts") == [known_as]


def test_an_address_somebody_claimed_is_not_proven_by_its_owner(
    db: Connection, make: Make, account: Account, inbox: Inbox
) -> None:
    make.contact(make.inbox(account), phone_number=f"+{NUMBER}", identified="claimed")
    receive(db, inbox, incoming())
    assert column(db, "select identified from public.contacts") == ["claimed"]


def test_a_name_somebody_typed_is_not_overwritten(db: Connection, inbox: Inbox) -> None:
    receive(db, inbox, incoming() | {"contact": {"source_id": NUMBER}})
    assert value(db, "select name from public.contacts") == NUMBER
    receive(db, inbox, incoming("wamid.2"))
    assert value(db, "select name from public.contacts") == "Ana"
    run(db, "update public.contacts set name = 'Ana Prado (VIP)'")
    receive(db, inbox, incoming("wamid.3"))
    assert value(db, "select name from public.contacts") == "Ana Prado (VIP)"


@pytest.mark.parametrize(("locked", "same"), [(False, False), (True, True)])
def test_after_resolving_a_new_conversation_begins_unless_there_is_only_one(
    db: Connection, make: Make, inbox: Inbox, locked: bool, same: bool
) -> None:
    """Worked example 7."""
    run(
        db,
        "update public.inboxes set lock_to_single_conversation = %s where id = %s",
        locked,
        inbox.id,
    )
    first = receive(db, inbox, incoming())["conversation_id"]
    run(db, "update public.conversations set status = 'resolved' where id = %s", first)
    second = receive(db, inbox, incoming("wamid.2"))["conversation_id"]
    assert (first == second) is same
    assert value(db, "select status from public.conversations where id = %s", second) == "open"


def test_what_a_blocked_contact_writes_is_kept_and_opens_nothing(
    db: Connection, inbox: Inbox
) -> None:
    """Worked example 6."""
    first = receive(db, inbox, incoming())["conversation_id"]
    run(db, "update public.contacts set blocked = true")
    run(db, "update public.conversations set status = 'resolved' where id = %s", first)
    second = receive(db, inbox, incoming("wamid.2"))["conversation_id"]
    assert value(db, "select status from public.conversations where id = %s", second) == "resolved"


def test_a_message_of_the_business_from_outside_is_shown_and_not_sent(
    db: Connection, inbox: Inbox
) -> None:
    answer = receive(db, inbox, incoming(echo=True))
    assert rows(
        db,
        "select message_type, status, sender_contact_id from public.messages where id = %s",
        answer["message_id"],
    ) == [("outgoing", "delivered", None)]
    assert jobs(db, "deliver_message") == []


def test_a_reply_waits_for_its_provider_and_a_note_does_not(
    db: Connection, inbox: Inbox, agent: User
) -> None:
    conversation = receive(db, inbox, incoming())["conversation_id"]
    message = reply(db, agent, conversation)
    assert status(db, message) == "queued"
    with acting_as(db, agent):
        call(
            db,
            "public.send_message",
            p_conversation_id=conversation,
            p_id=uuid4(),
            p_content="psst",
            p_private=True,
        )
    assert [job["message_id"] for job in jobs(db, "deliver_message")] == [str(message)]


def test_a_delivery_goes_all_the_way_and_never_back(
    db: Connection, inbox: Inbox, agent: User
) -> None:
    """R14: late, doubled and unordered receipts; the furthest state stays."""
    conversation = receive(db, inbox, incoming())["conversation_id"]
    message = reply(db, agent, conversation)
    found = take(db, conversation, message)
    assert found["to"] == NUMBER
    assert found["interrupted"] is False
    assert status(db, message) == "sending"
    sent(db, conversation, message, "wamid.out")
    told(db, inbox, "read", source_id="wamid.out")
    told(db, inbox, "delivered", source_id="wamid.out")
    told(db, inbox, "sent", source_id="wamid.out")
    told(db, inbox, "failed", source_id="wamid.out", error_text="too late")
    assert status(db, message) == "read"
    assert take(db, conversation, message) is None


def test_a_receipt_that_comes_first_is_applied_later(
    db: Connection, inbox: Inbox, agent: User
) -> None:
    conversation = receive(db, inbox, incoming())["conversation_id"]
    message = reply(db, agent, conversation)
    take(db, conversation, message)
    assert told(db, inbox, "delivered", source_id="wamid.out") is False
    sent(db, conversation, message, "wamid.out")
    assert status(db, message) == "delivered"


def test_a_late_sent_does_not_undo_a_failure_and_a_receipt_does(
    db: Connection, inbox: Inbox, agent: User
) -> None:
    """R14: after a failure only proof of arrival counts."""
    conversation = receive(db, inbox, incoming())["conversation_id"]
    message = reply(db, agent, conversation)
    take(db, conversation, message)
    sent(db, conversation, message, "wamid.out")
    told(db, inbox, "failed", source_id="wamid.out", error_text="131026: not reachable")
    told(db, inbox, "sent", source_id="wamid.out")
    assert status(db, message) == "failed"
    assert "131026" in value(
        db,
        "select content_attributes ->> 'external_error' from public.messages where id = %s",
        message,
    )
    told(db, inbox, "delivered", source_id="wamid.out")
    assert rows(
        db,
        "select status, content_attributes ? 'external_error' from public.messages where id = %s",
        message,
    ) == [("delivered", False)]


def test_a_message_in_parts_is_as_far_as_its_slowest_part(
    db: Connection, inbox: Inbox, agent: User
) -> None:
    conversation = receive(db, inbox, incoming())["conversation_id"]
    message = reply(db, agent, conversation)
    take(db, conversation, message)
    sent(db, conversation, message, "p1", "p2")
    told(db, inbox, "read", source_id="p1")
    assert status(db, message) == "sent"
    told(db, inbox, "delivered", source_id="p2")
    assert status(db, message) == "delivered"
    # An echo of the second part is not another message.
    assert receive(db, inbox, incoming("p2", echo=True))["duplicate"] is True


def test_a_watermark_marks_everything_before_it(db: Connection, inbox: Inbox, agent: User) -> None:
    conversation = receive(db, inbox, incoming())["conversation_id"]
    messages = [reply(db, agent, conversation, text) for text in ("one", "two")]
    for number, message in enumerate(messages):
        take(db, conversation, message)
        sent(db, conversation, message, f"w{number}")
    told(db, inbox, "read", contact_source_id=NUMBER, watermark="2099-01-01T00:00:00Z")
    assert [status(db, message) for message in messages] == ["read", "read"]


def test_an_interrupted_send_is_told_as_such(db: Connection, inbox: Inbox, agent: User) -> None:
    conversation = receive(db, inbox, incoming())["conversation_id"]
    message = reply(db, agent, conversation)
    take(db, conversation, message)
    assert take(db, conversation, message)["interrupted"] is True
    failed(db, conversation, message, "uncertain")
    assert status(db, message) == "unknown"
    # The provider's receipt clears it up.
    sent(db, conversation, message, "wamid.out")
    assert status(db, message) == "sent"


def test_a_refused_token_holds_the_inbox_until_it_is_reconnected(
    db: Connection, make: Make, account: Account, inbox: Inbox, agent: User
) -> None:
    conversation = receive(db, inbox, incoming())["conversation_id"]
    first, second = (reply(db, agent, conversation, text) for text in ("one", "two"))
    take(db, conversation, first)
    failed(db, conversation, first, "auth")
    assert status(db, first) == "failed"
    assert rows(
        db,
        "select state, state_reason from public.channel_connections where inbox_id = %s",
        inbox.id,
    ) == [("reauthorization_required", "The token has expired.")]
    assert take(db, conversation, second) == {"held": True}
    assert status(db, second) == "queued"
    before = len(jobs(db, "deliver_message"))
    with acting_as(db, make.administrator(account)):
        call(db, "public.reconnect_channel", p_inbox_id=inbox.id, p_secrets={"access_token": "new"})
    asked = jobs(db, "deliver_message")[before:]
    assert [job["message_id"] for job in asked] == [str(second)]
    assert take(db, conversation, second)["to"] == NUMBER
    with acting_as_service(db):
        kept = call(db, "service.channel_credentials", p_inbox_id=inbox.id)
    assert kept["secrets"] == {"access_token": "new"}


def test_a_provider_that_wants_us_slower_is_left_alone(
    db: Connection, make: Make, account: Account, inbox: Inbox, agent: User
) -> None:
    conversation = receive(db, inbox, incoming())["conversation_id"]
    message = reply(db, agent, conversation)
    take(db, conversation, message)
    failed(db, conversation, message, "rate_limited", p_retry_after_seconds=30.0)
    assert status(db, message) == "queued"
    assert 0 < take(db, conversation, message)["wait"] <= 30


def test_while_a_provider_is_down_one_message_at_a_time_finds_out(
    db: Connection, make: Make, account: Account, inbox: Inbox, agent: User
) -> None:
    ours = receive(db, inbox, incoming())["conversation_id"]
    theirs = receive(
        db, inbox, incoming("wamid.2", contact={"source_id": "5511900000002", "name": "Rui"})
    )["conversation_id"]
    first, second = reply(db, agent, ours), reply(db, agent, theirs)
    for _ in range(2):
        assert "id" in take(db, ours, first)
        failed(db, ours, first, "transient")
    # Twice may be chance: everyone else still goes out.
    assert "id" in take(db, theirs, second)
    failed(db, theirs, second, "transient")
    for conversation, message in ((ours, first), (theirs, second)):
        assert 0 < take(db, conversation, message)["wait"] <= 5

    over = "update public.channel_connections set paused_until = now() where inbox_id = %s"
    for longest in (10, 20, 40, 60, 60):
        run(db, over, inbox.id)
        assert "id" in take(db, ours, first)
        assert 10 <= take(db, theirs, second)["wait"] <= 20
        failed(db, ours, first, "transient")
        assert longest - 5 < take(db, theirs, second)["wait"] <= longest

    run(db, over, inbox.id)
    run(
        db,
        "update private.jobs set run_at = now() + interval '1 hour' where kind = 'deliver_message'",
    )
    assert "id" in take(db, ours, first)
    with acting_as_service(db):
        call(
            db,
            "service.record_delivery",
            p_conversation_id=ours,
            p_message_id=first,
            p_source_ids=["wamid.3"],
        )
    # It is back: what waited is due, and nobody waits for anybody.
    due = column(
        db,
        "select lock from private.jobs where kind = 'deliver_message' and run_at <= clock_timestamp()",
    )
    assert due == [str(theirs)]
    assert "id" in take(db, theirs, second)


def test_an_outage_of_one_inbox_holds_up_no_other(
    db: Connection, make: Make, account: Account, inbox: Inbox, agent: User
) -> None:
    run(
        db,
        "update public.channel_connections set failures = 9, paused_until = now() + interval '1 minute'",
    )
    other = make.connection(account, "whatsapp_cloud", "106853218861310", {"access_token": "t"})
    conversation = receive(db, other, incoming())["conversation_id"]
    assert "id" in take(db, conversation, reply(db, make.agent(other), conversation))
    # An administrator who connects anew need not wait.
    held = receive(db, inbox, incoming())["conversation_id"]
    message = reply(db, agent, held)
    assert "wait" in take(db, held, message)
    with acting_as(db, make.administrator(account)):
        call(db, "public.reconnect_channel", p_inbox_id=inbox.id, p_secrets={"access_token": "new"})
    assert "id" in take(db, held, message)


def test_a_failed_message_is_sent_again_when_the_agent_asks(
    db: Connection, inbox: Inbox, agent: User
) -> None:
    conversation = receive(db, inbox, incoming())["conversation_id"]
    message = reply(db, agent, conversation)
    take(db, conversation, message)
    failed(db, conversation, message, "invalid_content")
    before = len(jobs(db, "deliver_message"))
    with acting_as(db, agent):
        call(db, "public.retry_message", p_conversation_id=conversation, p_id=message)
    assert status(db, message) == "queued"
    assert len(jobs(db, "deliver_message")) == before + 1


def test_the_window_closes_a_day_after_the_contact_wrote(
    db: Connection, make: Make, inbox: Inbox, agent: User
) -> None:
    conversation = receive(db, inbox, incoming())["conversation_id"]
    with acting_as(db, agent):
        window = call(db, "public.reply_window", p_conversation_id=conversation)
    assert window["can_reply"] is True
    assert window["templates"] is True
    run(db, "update public.messages set created_at = now() - interval '25 hours'")
    with acting_as(db, agent):
        assert not call(db, "public.reply_window", p_conversation_id=conversation)["can_reply"]
    stranger = make.agent(make.inbox(make.account()))
    with refused("conversation_not_found"), acting_as(db, stranger):
        call(db, "public.reply_window", p_conversation_id=conversation)


def test_files_come_with_their_message_and_are_fetched_apart(db: Connection, inbox: Inbox) -> None:
    answer = receive(
        db,
        inbox,
        incoming(
            attachments=[
                {
                    "kind": "image",
                    "media": {
                        "media_id": "900",
                        "content_type": "image/jpeg",
                        "file_name": "a/../b.jpg",
                    },
                },
                {"kind": "location", "latitude": -23.5, "longitude": -46.6, "title": "Office"},
                {"kind": "hologram", "url": "https://x.example/1"},
            ]
        ),
    )
    found = rows(
        db,
        "select file_type, state, meta ->> 'kind' from public.attachments order by created_at, id",
    )
    assert found == [
        ("image", "pending", "image"),
        ("location", "ready", "location"),
        ("fallback", "ready", "hologram"),
    ]
    fetch = [job["attachment_id"] for job in jobs(db, "fetch_media")]
    assert fetch == [answer["attachments"][0]["id"]]
    with acting_as_service(db):
        todo = call(db, "service.media_to_fetch", p_attachment_id=UUID(fetch[0]))
    assert todo["source"]["media_id"] == "900"
    assert ".." not in todo["storage_path"]
    with acting_as_service(db):
        call(db, "service.attachment_lost", p_attachment_id=UUID(fetch[0]), p_error="gone")
    assert value(db, "select state from public.attachments where id = %s", fetch[0]) == "failed"
    assert value(db, "select count(*) from public.messages") == 1


def test_an_edit_keeps_what_was_said_and_a_late_one_is_dropped(
    db: Connection, inbox: Inbox
) -> None:
    message = receive(db, inbox, incoming())["message_id"]
    for revision, text in ((2, "second"), (1, "first")):
        with acting_as_service(db):
            call(
                db,
                "service.edit_received_message",
                p_inbox_id=inbox.id,
                p_edit={"source_id": "wamid.1", "content": text, "revision": revision},
            )
    content, attributes = rows(
        db, "select content, content_attributes from public.messages where id = %s", message
    )[0]
    assert content == "second"
    assert [edit["content"] for edit in attributes["edits"]] == ["Olá"]


def test_a_reaction_comes_and_goes(db: Connection, inbox: Inbox) -> None:
    message = receive(db, inbox, incoming())["message_id"]

    def react(emoji: str | None) -> Any:
        with acting_as_service(db):
            call(
                db,
                "service.react_to_message",
                p_inbox_id=inbox.id,
                p_reaction={
                    "message_source_id": "wamid.1",
                    "emoji": emoji,
                    "contact": {"source_id": NUMBER},
                },
            )
        return value(
            db,
            "select content_attributes -> 'reactions' from public.messages where id = %s",
            message,
        )

    assert react("👍") == {NUMBER: "👍"}
    assert react(None) == {}


def test_a_contact_who_opted_out_is_marked_and_one_who_writes_is_reachable(
    db: Connection, inbox: Inbox
) -> None:
    receive(db, inbox, incoming())
    with acting_as_service(db):
        call(
            db,
            "service.update_contact_address",
            p_inbox_id=inbox.id,
            p_update={"source_id": NUMBER, "opted_out": True, "unreachable": True},
        )
    assert value(db, "select opted_out_at is not null from public.contact_inboxes")
    receive(db, inbox, incoming("wamid.2"))
    assert value(db, "select unreachable_reason from public.contact_inboxes") is None


def test_a_request_is_stored_once_and_read_once(db: Connection, inbox: Inbox) -> None:
    request = {
        "channel": "whatsapp_cloud",
        "method": "POST",
        "url": "u",
        "query": {},
        "headers": {},
    }
    body = base64.b64encode(b'{"a": "\xff"}').decode()

    def record(key: str) -> Any:
        with acting_as_service(db):
            return call(
                db,
                "service.record_provider_event",
                p_inbox_id=inbox.id,
                p_event_key=key,
                p_request=request,
                p_body=body,
            )

    assert record("one") is True
    assert record("one") is False
    assert record("two") is True
    assert len(jobs(db, "receive_events")) == 1
    with acting_as_service(db):
        waiting = call(db, "service.next_provider_events", p_inbox_id=inbox.id)
    assert [event["body"] for event in waiting] == [body, body]
    for event in waiting:
        with acting_as_service(db):
            call(db, "service.close_provider_event", p_id=event["id"], p_status="quarantined")
    with acting_as_service(db):
        assert call(db, "service.next_provider_events", p_inbox_id=inbox.id) == []
        assert call(db, "service.replay_provider_event", p_id=waiting[0]["id"]) is True
        assert len(call(db, "service.next_provider_events", p_inbox_id=inbox.id)) == 1


def test_a_suspended_account_reads_nothing(db: Connection, account: Account, inbox: Inbox) -> None:
    run(db, "update public.accounts set status = 'suspended' where id = %s", account.id)
    with acting_as_service(db):
        assert not call(
            db,
            "service.record_provider_event",
            p_inbox_id=inbox.id,
            p_event_key="k",
            p_request={},
            p_body="",
        )
    assert column(db, "select status from private.provider_events") == ["ignored"]


def test_only_administrators_connect_and_nobody_takes_anothers_address(
    db: Connection, make: Make, account: Account, inbox: Inbox, agent: User
) -> None:
    def connect(account: Account, address: str) -> Any:
        return call(
            db,
            "public.connect_channel",
            p_account_id=account.id,
            p_name="Shop",
            p_channel_type="whatsapp_cloud",
            p_address=address,
            p_secrets={"access_token": "s"},
        )

    with acting_as(db, make.administrator(account)):
        assert connect(account, "222")["id"]
    with refused("not_administrator"), acting_as(db, agent):
        connect(account, "333")
    other = make.account()
    with refused("address_taken"), acting_as(db, make.administrator(other)):
        connect(other, "106853218861309")
    assert value(db, "select count(*) from public.inboxes where account_id = %s", other.id) == 0
    with refused("account_not_found"), acting_as(db, make.administrator(other)):
        connect(account, "444")


def test_agents_read_the_connection_and_never_its_secrets(
    db: Connection, make: Make, account: Account, inbox: Inbox, agent: User
) -> None:
    with acting_as(db, agent):
        assert column(db, "select address from public.channel_connections") == ["106853218861309"]
    with acting_as(db, make.agent(make.inbox(account, "api"))):
        assert column(db, "select address from public.channel_connections") == []
    with acting_as(db, make.administrator(make.account())):
        assert column(db, "select address from public.channel_connections") == []
    with refused("42501"), acting_as(db, make.administrator(account)):
        rows(db, "select * from private.channel_secrets")


# What was said before the number was connected.


def imported(source: str, text: str, hours: int, **more: Any) -> dict[str, Any]:
    at = (datetime.now(UTC) - timedelta(hours=hours)).isoformat()
    attributes = {"history": {"status": "READ"}}
    return incoming(source, text, sent_at=at, content_attributes=attributes, **more)


def test_imported_history_is_shown_and_tells_nobody(
    db: Connection, account: Account, inbox: Inbox, agent: User, make: Make
) -> None:
    greeting = {"greeting_enabled": True, "greeting_message": "Welcome"}
    for column_name, new in (greeting | {"enable_auto_assignment": True}).items():
        run(db, f"update public.inboxes set {column_name} = %s where id = %s", new, inbox.id)
    with acting_as(db, agent):
        call(db, "public.heartbeat", p_account_id=account.id)
    live = receive(db, inbox, incoming("wamid.live", "Now"))["conversation_id"]
    run(db, "update public.conversations set agent_last_seen_at = now(), unread_count = 0")
    run(db, "update public.notifications set read_at = now()")
    run(db, "delete from private.jobs")
    run(db, "delete from private.events")
    before = rows(db, QUIET, live), broadcasts(db, f"user:{agent.id}")
    count = value(db, "select count(*) from realtime.messages where event = 'message.created'")

    first = receive(db, inbox, imported("wamid.h1", "Years ago", 50))
    second = receive(db, inbox, imported("wamid.h2", "We answered", 49, echo=True))
    again = receive(db, inbox, imported("wamid.h1", "Years ago", 50))
    assert again["duplicate"] is True
    old = first["conversation_id"]
    # A thread of its own, which is over, nobody's and read, in the order and at the time it was said.
    assert (second["conversation_id"], old != live) == (old, True)
    assert rows(
        db,
        """
        select status, assignee_id, waiting_since, unread_count, first_reply_created_at,
            last_activity_at < now() - interval '48 hours'
        from public.conversations where id = %s
        """,
        old,
    ) == [("resolved", None, None, 0, None, True)]
    said = (
        "select content, message_type from public.messages where conversation_id = %s order by seq"
    )
    assert rows(db, said, old) == [("Years ago", "incoming"), ("We answered", "outgoing")]
    assert value(
        db, "select max(created_at) < now() - interval '48 hours' from public.messages"
        " where conversation_id = %s", old,
    )  # fmt: skip
    # No notification, no template, no event that a rule or a webhook could be started by, no word on a topic.
    assert (rows(db, QUIET, live), broadcasts(db, f"user:{agent.id}")) == before
    assert column(db, "select kind from private.jobs") == []
    assert column(db, "select name from private.events") == ["conversation.created"]
    told = "select count(*) from realtime.messages where event = 'message.created'"
    assert value(db, told) == count
    assert value(db, "select count(*) from public.notifications where read_at is null") == 0


QUIET = """
    select status, assignee_id, waiting_since, unread_count, last_seq, preview, snoozed_until
    from public.conversations where id = %s
"""


@pytest.mark.parametrize("state", ["resolved", "snoozed", "pending"])
def test_imported_history_does_not_wake_the_only_thread(
    db: Connection, inbox: Inbox, agent: User, state: str
) -> None:
    run(db, "update public.inboxes set lock_to_single_conversation = true")
    thread = receive(db, inbox, incoming())["conversation_id"]
    run(db, "update public.conversations set status = %s, unread_count = 0", state)
    run(db, "delete from public.notifications")
    assert receive(db, inbox, imported("wamid.h", "Before", 9))["conversation_id"] == thread
    assert column(db, "select status from public.conversations") == [state]
    assert column(db, "select unread_count from public.conversations") == [0]
    assert column(db, "select user_id from public.notifications") == []
    # What comes in live still does.
    receive(db, inbox, incoming("wamid.2", "Hello again"))
    assert column(db, "select unread_count from public.conversations") == [1]
    assert column(db, "select status from public.conversations") == [
        "open" if state != "pending" else "pending"
    ]


def test_an_agent_cannot_pass_a_message_off_as_history(
    db: Connection, inbox: Inbox, agent: User
) -> None:
    thread = receive(db, inbox, incoming())["conversation_id"]
    with refused("content_attributes_invalid"), acting_as(db, agent):
        call(
            db, "public.send_message", p_conversation_id=thread, p_id=uuid4(), p_content="x",
            p_content_attributes={"history": {}},
        )  # fmt: skip
