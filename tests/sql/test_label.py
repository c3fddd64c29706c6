"""Labels: who keeps the list, and how what carries them follows."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.database import (
    Connection,
    acting_as,
    acting_as_service,
    acting_as_visitor,
    call,
    column,
    refused,
    rows,
    run,
    value,
)
from tests.support.make import Account, Make, User


def save(db: Connection, who: User, account: Account, title: str, **more: Any) -> Any:
    """Save a label as this person."""
    with acting_as(db, who):
        return call(
            db, "public.save_label",
            **{"p_account_id": account.id, "p_id": None, "p_title": title, **more},
        )  # fmt: skip


def test_members_read_the_labels_of_their_account(db: Connection, make: Make) -> None:
    account = make.account()
    mine = make.label(account, "vip")
    make.label(make.account(), "vip")
    with acting_as(db, make.agent(account)):
        assert column(db, "select id from public.labels") == [mine]


def test_strangers_and_visitors_read_no_labels(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    make.label(inbox, "vip")
    with acting_as(db, make.administrator(make.account())):
        assert column(db, "select id from public.labels") == []
    with refused("42501"), acting_as_visitor(db, make.visitor(inbox)):
        rows(db, "select id from public.labels")


def test_an_administrator_adds_and_changes_labels(db: Connection, make: Make) -> None:
    account = make.account()
    boss = make.administrator(account)
    saved = save(db, boss, account, " VIP ", p_description="Important")
    assert (saved["title"], saved["color"], saved["show_on_sidebar"]) == ("vip", "#1f93ff", True)
    changed = save(db, boss, account, "vip", p_id=UUID(saved["id"]), p_color="#FF0000")
    assert (changed["id"], changed["color"]) == (saved["id"], "#ff0000")
    assert changed["description"] == "Important"


@pytest.mark.parametrize(
    ("title", "more", "code"),
    [
        ("two words", {}, "title_invalid"),
        ("a,b", {}, "title_invalid"),
        (" ", {}, "title_invalid"),
        (None, {}, "title_invalid"),
        ("x" * 65, {}, "title_invalid"),
        ("vip", {}, "title_taken"),
        ("new", {"p_color": "red"}, "invalid_argument"),
        ("new", {"p_description": "x" * 501}, "invalid_argument"),
        ("new", {"p_id": uuid4()}, "label_not_found"),
    ],
)
def test_labels_that_make_no_sense_are_refused(
    db: Connection, make: Make, title: str, more: dict[str, Any], code: str
) -> None:
    account = make.account()
    make.label(account, "vip")
    boss = make.administrator(account)
    with refused(code):
        save(db, boss, account, title, **more)


def test_agents_keep_no_labels(db: Connection, make: Make) -> None:
    account = make.account()
    label = make.label(account, "vip")
    agent, stranger = make.agent(account), make.administrator(make.account())
    with refused("not_administrator"):
        save(db, agent, account, "new")
    with refused("account_not_found"):
        save(db, stranger, account, "new")
    for who, code in ((agent, "not_administrator"), (stranger, "label_not_found")):
        with refused(code), acting_as(db, who):
            call(db, "public.delete_label", p_id=label)


def test_what_carries_a_label_follows_when_it_is_renamed_or_removed(
    db: Connection, make: Make
) -> None:
    account = make.account()
    inbox = make.inbox(account)
    boss = make.administrator(account)
    label = make.label(account, "vip")
    contact = make.contact(inbox, labels=["new", "vip"])
    make.conversation(inbox, contact, labels=["urgent", "vip"])
    theirs = make.inbox(make.account())
    make.conversation(theirs, labels=["vip"])

    save(db, boss, account, "gold", p_id=label)
    assert value(db, "select labels from public.contacts where id = %s", contact.id) == [
        "gold",
        "new",
    ]
    found = "select labels from public.conversations where account_id = %s"
    assert value(db, found, account.id) == ["gold", "urgent"]
    with acting_as(db, boss):
        assert call(db, "public.delete_label", p_id=label)["title"] == "gold"
    assert value(db, found, account.id) == ["urgent"]
    assert value(db, found, theirs.account_id) == ["vip"]


def test_a_label_of_many_is_renamed_by_a_job_that_may_run_twice(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    contact = make.contact(inbox)
    for _ in range(501):
        make.conversation(inbox, contact, labels=["vip"])
    label = make.label(account, "vip")
    save(db, make.administrator(account), account, "gold", p_id=label)
    left = "select count(*) from public.conversations where labels = '{vip}'"
    assert value(db, left) == 1
    payload = value(db, "select payload from private.jobs where kind = 'relabel'")
    assert payload == {"account_id": str(account.id), "old": "vip", "new": "gold"}
    for changed in (1, 0):
        with acting_as_service(db):
            assert (
                call(db, "service.relabel", p_account_id=account.id, p_old="vip", p_new="gold")
                == changed
            )
    assert value(db, left) == 0


def test_an_account_goes_with_its_labels(db: Connection, make: Make) -> None:
    account = make.account()
    make.conversation(make.inbox(account), labels=["vip"])
    make.label(account, "vip")
    run(db, "delete from public.accounts where id = %s", account.id)
    assert rows(db, "select * from public.labels") == []
