"""Proving that an inbox works: who may have its provider asked, and what its answers change."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.support.database import (
    Connection,
    acting_as,
    acting_as_service,
    call,
    refused,
    rows,
    run,
    value,
)
from tests.support.make import Account, Inbox, Make, User


@pytest.fixture
def account(make: Make) -> Account:
    return make.account()


@pytest.fixture
def inbox(make: Make, account: Account) -> Inbox:
    return make.connection(account, "telegram", "4711", {"bot_token": "t"})


@pytest.fixture
def boss(make: Make, account: Account) -> User:
    return make.administrator(account)


def checked(db: Connection, inbox: Inbox, *, at: Any = None, **result: Any) -> tuple[Any, ...]:
    """Record a check; state, reason and result afterwards."""
    with acting_as_service(db):
        known = call(db, "service.channel_credentials", p_inbox_id=inbox.id)
        call(
            db,
            "service.record_channel_check",
            p_inbox_id=inbox.id,
            p_changed_at=at or known["changed_at"],
            p_result=Jsonb({"steps": [{"name": "bot", "detail": "Unauthorized"}], **result}),
        )
    [row] = rows(
        db,
        "select state, state_reason, check_result ->> 'ok' from public.channel_connections"
        " where inbox_id = %s",
        inbox.id,
    )
    return tuple(row)


def begin(db: Connection, inbox: Inbox, action: str = "check") -> Any:
    return call(db, "public.begin_channel_action", p_inbox_id=inbox.id, p_action=action)


def test_administrators_have_the_provider_asked_and_nobody_else(
    db: Connection, make: Make, account: Account, inbox: Inbox, boss: User
) -> None:
    with acting_as(db, boss):
        begin(db, inbox)
    with refused("not_administrator"), acting_as(db, make.agent(inbox)):
        begin(db, inbox)
    with refused("inbox_not_found"), acting_as(db, make.administrator(make.account())):
        begin(db, inbox)
    with refused("invalid_argument"), acting_as(db, boss):
        begin(db, inbox, "delete")
    website = make.inbox(account)
    with refused("inbox_not_connected"), acting_as(db, boss):
        begin(db, website)


def test_nobody_asks_for_ever(db: Connection, make: Make, account: Account, boss: User) -> None:
    one, other = (make.connection(account, "telegram", address) for address in ("1", "2"))
    with refused("too_many_requests"), acting_as(db, boss):
        for _ in range(11):
            begin(db, one)
    # Test messages are counted by account: they go to whomever one names.
    with refused("too_many_requests"), acting_as(db, boss):
        for turn in range(11):
            begin(db, (one, other)[turn % 2], "test")


def test_refused_credentials_hold_the_inbox_and_good_ones_let_it_go_on(
    db: Connection, inbox: Inbox
) -> None:
    held = ("reauthorization_required", "Unauthorized", "false")
    assert checked(db, inbox, ok=False, category="auth") == held
    assert checked(db, inbox, ok=False, category="transient") == held
    assert checked(db, inbox, ok=True) == ("connected", None, "true")
    assert checked(db, inbox, ok=False, category="config")[0] == "connected"


def test_an_answer_about_replaced_credentials_says_nothing(db: Connection, inbox: Inbox) -> None:
    before = "2020-01-01T00:00:00Z"
    assert checked(db, inbox, at=before, ok=False, category="auth") == ("connected", None, None)


def test_a_closed_connection_is_not_opened_by_a_check(db: Connection, inbox: Inbox) -> None:
    run(db, "update public.channel_connections set state = 'disconnected'")
    assert checked(db, inbox, ok=True)[0] == "disconnected"


def test_new_credentials_are_not_proven_by_old_checks(
    db: Connection, inbox: Inbox, boss: User
) -> None:
    checked(db, inbox, ok=True)
    with acting_as(db, boss):
        call(db, "public.reconnect_channel", p_inbox_id=inbox.id, p_secrets={"bot_token": "new"})
    assert value(db, "select checked_at from public.channel_connections") is None


def test_when_a_token_ends_that_somebody_brought_is_not_known(
    db: Connection, inbox: Inbox, boss: User
) -> None:
    run(db, "update public.channel_connections set expires_at = '2020-01-01'")

    def reconnect(name: str) -> bool:
        with acting_as(db, boss):
            call(db, "public.reconnect_channel", p_inbox_id=inbox.id, p_secrets={name: "new"})
        return value(db, "select expires_at from public.channel_connections") is None

    assert [reconnect("bot_token"), reconnect("access_token")] == [False, True]


def test_those_who_wrote_lately_can_be_sent_a_test(
    db: Connection, make: Make, account: Account, inbox: Inbox, boss: User
) -> None:
    for name, opted_out in (("Mia", None), ("Silent", None), ("Gone", "2020-01-01")):
        conversation = make.conversation(inbox, make.contact(inbox, name=name))
        if name != "Silent":
            make.incoming(conversation)
        run(
            db,
            "update public.contact_inboxes set source_id = %s, opted_out_at = %s where id = %s",
            name.lower(),
            opted_out,
            conversation.contact_inbox_id,
        )

    def recipients() -> list[tuple[str, str]]:
        found = call(db, "public.channel_test_recipients", p_inbox_id=inbox.id)
        return [(one["to"], one["name"]) for one in found]

    with acting_as(db, boss):
        assert recipients() == [("mia", "Mia")]
    with refused("not_administrator"), acting_as(db, make.agent(inbox)):
        recipients()
    with refused("inbox_not_found"), acting_as(db, make.administrator(make.account())):
        recipients()
    with acting_as_service(db):
        known = call(db, "service.channel_test_recipient", p_inbox_id=inbox.id, p_to="mia")
        stranger = call(db, "service.channel_test_recipient", p_inbox_id=inbox.id, p_to="x")
    assert (known["last_incoming_at"] is not None, known["context"], stranger) == (True, {}, None)


def test_what_went_out_since_the_contact_wrote_is_counted(
    db: Connection, make: Make, account: Account
) -> None:
    tiktok = make.connection(account, "tiktok", "open-id")
    agent = make.agent(tiktok)
    conversation = make.conversation(tiktok)
    make.outgoing(conversation, agent, "long ago", status="sent")
    make.incoming(conversation)
    make.outgoing(conversation, agent, "written in the app", status="read")
    make.outgoing(conversation, agent, "refused", status="failed")
    make.note(conversation, agent)
    long = make.outgoing(conversation, agent, "two parts", status="sent")
    for part in (1, 2):
        run(
            db,
            "insert into private.message_parts (account_id, inbox_id, source_id, conversation_id,"
            " message_id, part) values (%s, %s, %s, %s, %s, %s)",
            account.id, tiktok.id, f"m{part}", conversation.id, long, part,
        )  # fmt: skip
    last = make.outgoing(conversation, agent, "now", status="queued")
    with acting_as_service(db):
        found = call(
            db,
            "service.message_to_deliver",
            p_conversation_id=conversation.id,
            p_message_id=last,
        )
    assert found["unanswered"] == 3


def test_what_the_provider_did_not_take_in_a_day_is_counted(
    db: Connection, make: Make, inbox: Inbox, boss: User
) -> None:
    agent = make.agent(inbox)
    conversation = make.conversation(inbox)
    for status in ("failed", "failed", "unknown", "sent"):
        make.outgoing(conversation, agent, "Hello", status=status)
    old = make.outgoing(conversation, agent, "Long ago", status="failed")
    run(db, "update public.messages set created_at = now() - interval '25 h' where id = %s", old)
    other = make.connection(make.account(), "telegram", "4712", {"bot_token": "t"})
    make.outgoing(make.conversation(other), make.agent(other), "Elsewhere", status="failed")

    def failures() -> Any:
        return call(db, "public.connection_failures", p_inbox_id=inbox.id)

    with acting_as(db, boss):
        assert failures() == {"failed": 2, "unknown": 1}
    with refused("not_administrator"), acting_as(db, agent):
        failures()
    with refused("inbox_not_found"), acting_as(db, make.administrator(make.account())):
        failures()
