"""What an agent changes about a conversation: priority, labels, attributes, the contact's silence."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.support.database import Connection, acting_as, call, refused, value
from tests.support.make import Conversation, Make, User


def change(
    db: Connection, who: User, function: str, conversation: Conversation, **arguments: Any
) -> Any:
    """Call a function about a conversation as this person."""
    with acting_as(db, who):
        return call(db, f"public.{function}", p_conversation_id=conversation.id, **arguments)


#: Each change, and the row's key that shows it.
CHANGES: dict[str, tuple[dict[str, Any], str, Any]] = {
    "set_priority": ({"p_priority": "urgent"}, "priority", "urgent"),
    "set_labels": ({"p_labels": ["VIP", "new", "vip"]}, "labels", ["new", "vip"]),
    "toggle_status": ({}, "status", "resolved"),
    "mute_contact": ({"p_muted": True}, "status", "resolved"),
    "set_custom_attributes": ({"p_attributes": {"plan": "pro"}}, "custom_attributes", {"plan": "pro"}),
}  # fmt: skip


@pytest.mark.parametrize("function", CHANGES)
def test_an_agent_changes_a_conversation_of_their_inbox_and_nobody_else_does(
    db: Connection, make: Make, function: str
) -> None:
    account = make.account()
    inbox = make.inbox(account)
    make.label(account, "vip")
    make.label(account, "new")
    conversation = make.conversation(inbox)
    arguments, key, expected = CHANGES[function]
    for stranger in (make.agent(account), make.administrator(make.account())):
        with refused("conversation_not_found"):
            change(db, stranger, function, conversation, **arguments)
    row = change(db, make.agent(inbox), function, conversation, **arguments)
    assert row[key] == expected


def test_a_change_that_changes_nothing_takes_no_number(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    make.label(inbox, "vip")
    agent = make.agent(inbox)
    conversation = make.conversation(
        inbox, labels=["vip"], priority="low", custom_attributes={"a": 1}
    )
    for function, arguments in (
        ("set_labels", {"p_labels": ["vip"]}),
        ("set_priority", {"p_priority": "low"}),
        ("set_custom_attributes", {"p_attributes": {"a": 1}}),
        ("set_team", {"p_team_id": None}),
    ):
        assert change(db, agent, function, conversation, **arguments)["last_seq"] == 0


@pytest.mark.parametrize(
    ("function", "arguments", "code"),
    [
        ("set_priority", {"p_priority": "very"}, "priority_invalid"),
        ("set_labels", {"p_labels": ["unknown"]}, "label_not_found"),
        ("set_labels", {"p_labels": ["vip'; drop table x"]}, "label_not_found"),
        ("set_labels", {"p_labels": [f"l{n}" for n in range(101)]}, "invalid_argument"),
        ("set_custom_attributes", {"p_attributes": None}, "attributes_invalid"),
        ("set_custom_attributes", {"p_attributes": {"a": "x" * 1501}}, "attributes_invalid"),
        ("set_custom_attributes", {"p_attributes": {"a": 10**10}}, "attributes_invalid"),
        ("set_custom_attributes", {"p_attributes": {"a" * 256: 1}}, "attributes_invalid"),
        ("mute_contact", {"p_muted": None}, "invalid_argument"),
    ],
)
def test_hostile_changes_are_refused(
    db: Connection, make: Make, function: str, arguments: dict[str, Any], code: str
) -> None:
    inbox = make.inbox(make.account())
    conversation = make.conversation(inbox)
    agent = make.agent(inbox)
    with refused(code):
        change(db, agent, function, conversation, **arguments)


def test_labels_of_another_account_are_unknown(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    make.label(make.account(), "theirs")
    agent, conversation = make.agent(inbox), make.conversation(inbox)
    with refused("label_not_found"):
        change(db, agent, "set_labels", conversation, p_labels=["theirs"])


@pytest.mark.parametrize("before", ["open", "pending", "snoozed", "resolved"])
def test_toggling_resolves_what_is_open_and_opens_the_rest(
    db: Connection, make: Make, before: str
) -> None:
    inbox = make.inbox(make.account())
    conversation = make.conversation(inbox, status=before)
    row = change(db, make.agent(inbox), "toggle_status", conversation)
    assert row["status"] == ("resolved" if before == "open" else "open")


def test_unmuting_only_unblocks(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    agent, conversation = make.agent(inbox), make.conversation(inbox)
    assert change(db, agent, "mute_contact", conversation, p_muted=True)["contact"]["blocked"]
    row = change(db, agent, "mute_contact", conversation, p_muted=False)
    assert (row["status"], row["contact"]["blocked"]) == ("resolved", False)
    assert value(db, "select blocked from public.contacts") is False


def test_an_unknown_conversation_is_not_found(db: Connection, make: Make) -> None:
    agent = make.agent(make.inbox(make.account()))
    with refused("conversation_not_found"), acting_as(db, agent):
        call(db, "public.toggle_status", p_conversation_id=uuid4())
