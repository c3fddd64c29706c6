"""Contacts and their addresses."""

from __future__ import annotations

import pytest

from tests.support.database import (
    Connection,
    acting_as,
    acting_as_visitor,
    column,
    refused,
    rows,
    run,
    value,
)
from tests.support.make import Make


def test_members_read_the_contacts_of_their_account(db: Connection, make: Make) -> None:
    account = make.account()
    contact = make.contact(make.inbox(account))
    make.contact(make.inbox(make.account()))
    with acting_as(db, make.agent(account)):
        assert column(db, "select id from public.contacts") == [contact.id]


def test_members_of_another_account_neither_read_nor_change_contacts(
    db: Connection, make: Make
) -> None:
    make.contact(make.inbox(make.account()), name="Mia")
    with acting_as(db, make.administrator(make.account())):
        assert column(db, "select id from public.contacts") == []
        assert run(db, "update public.contacts set name = 'X'") == 0
    assert column(db, "select name from public.contacts") == ["Mia"]


def test_visitors_do_not_read_contacts(db: Connection, make: Make) -> None:
    visitor = make.visitor(make.inbox(make.account()))
    for table in ("contacts", "contact_inboxes"):
        with refused("42501"), acting_as_visitor(db, visitor):
            rows(db, f"select id from public.{table}")


def test_addresses_are_read_in_the_inboxes_one_works(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    contact = make.contact(inbox)
    make.contact(make.inbox(account))
    with acting_as(db, make.agent(inbox)):
        assert column(db, "select id from public.contact_inboxes") == [contact.contact_inbox_id]
    for outsider in (make.agent(account), make.administrator(make.account())):
        with acting_as(db, outsider):
            assert column(db, "select id from public.contact_inboxes") == []


def test_members_change_contacts(db: Connection, make: Make) -> None:
    account = make.account()
    make.contact(make.inbox(account))
    with acting_as(db, make.agent(account)):
        run(
            db,
            "update public.contacts set name = ' Mia ', email = ' Mia@Example.COM ', blocked = true",
        )
    assert rows(db, "select name, email, blocked, contact_type from public.contacts") == [
        ("Mia", "mia@example.com", True, "lead")
    ]


@pytest.mark.parametrize(
    "change",
    [
        "account_id = gen_random_uuid()",
        "id = gen_random_uuid()",
        "identified = 'verified'",
        "contact_type = 'customer'",
        "last_activity_at = now()",
        "created_at = now()",
        "additional_attributes = '{}'",
    ],
)
def test_members_do_not_write_what_the_server_owns(db: Connection, make: Make, change: str) -> None:
    account = make.account()
    make.contact(make.inbox(account))
    with refused("42501"), acting_as(db, make.agent(account)):
        run(db, f"update public.contacts set {change}")


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("email", "no address"),
        ("email", "a@b"),
        ("email", "x" * 250 + "@b.de"),
        ("phone_number", "0049"),
        ("phone_number", "+1234567890123456"),
        ("avatar_url", "javascript:alert(1)"),
        ("identifier", "x" * 256),
    ],
)
def test_wrong_addresses_are_refused(db: Connection, make: Make, name: str, bad: str) -> None:
    account = make.account()
    make.contact(make.inbox(account))
    with refused("23514"), acting_as(db, make.agent(account)):
        run(db, f"update public.contacts set {name} = %s", bad)


@pytest.mark.parametrize("attributes", ["[]", '"x"', '{"a": "' + "x" * 70_000 + '"}'])
def test_attributes_are_a_small_object(db: Connection, make: Make, attributes: str) -> None:
    account = make.account()
    make.contact(make.inbox(account))
    with refused("23514"), acting_as(db, make.agent(account)):
        run(db, "update public.contacts set custom_attributes = %s::jsonb", attributes)


def test_blanks_become_null_and_do_not_collide(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    make.contact(inbox, email=" ", phone_number="", identifier=" ")
    make.contact(inbox, email=" ", phone_number="", identifier=" ")
    assert rows(db, "select distinct email, phone_number, identifier from public.contacts") == [
        (None, None, None)
    ]


@pytest.mark.parametrize(
    ("name", "same"), [("email", "a@b.de"), ("phone_number", "+4930123"), ("identifier", "u1")]
)
def test_addresses_are_unique_in_an_account_and_only_there(
    db: Connection, make: Make, name: str, same: str
) -> None:
    inbox = make.inbox(make.account())
    make.contact(inbox, **{name: same})
    make.contact(make.inbox(make.account()), **{name: same})
    with refused("23505"), db.transaction():
        make.contact(inbox, **{name: same})


def test_a_lead_never_becomes_a_visitor_again(db: Connection, make: Make) -> None:
    contact = make.contact(make.inbox(make.account()), email="a@b.de")
    run(db, "update public.contacts set email = null where id = %s", contact.id)
    assert value(db, "select contact_type from public.contacts") == "lead"


def test_an_address_cannot_join_two_accounts(db: Connection, make: Make) -> None:
    ours, theirs = make.inbox(make.account()), make.inbox(make.account())
    contact = make.contact(ours)
    with refused("23503"), db.transaction():
        run(
            db,
            """
            insert into public.contact_inboxes (account_id, contact_id, inbox_id, source_id)
            values (%s, %s, %s, 'x')
            """,
            ours.account_id,
            contact.id,
            theirs.id,
        )


def test_members_neither_add_nor_remove_contacts_directly(db: Connection, make: Make) -> None:
    account = make.account()
    make.contact(make.inbox(account))
    boss = make.administrator(account)
    with refused("42501"), acting_as(db, boss):
        run(db, "delete from public.contacts")
    with refused("42501"), acting_as(db, boss):
        run(db, "insert into public.contacts (account_id) values (%s)", account.id)
