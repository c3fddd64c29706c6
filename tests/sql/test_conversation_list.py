"""Lists by team, label, view and priority; what agents start, change in bulk, and delete."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.database import (
    Connection,
    acting_as,
    broadcasts,
    call,
    column,
    refused,
    rows,
    run,
    value,
)
from tests.support.make import Account, Contact, Conversation, Make, User


def ask(db: Connection, who: User, function: str, **arguments: Any) -> Any:
    """Call a function as this person."""
    with acting_as(db, who):
        return call(db, f"public.{function}", **arguments)


def listed(db: Connection, who: User, account_id: UUID, **arguments: Any) -> tuple[set[UUID], Any]:
    """The ids on the first page, and the counts."""
    page = ask(db, who, "conversation_list", p_account_id=account_id, p_tab="all", **arguments)
    return {UUID(row["id"]) for row in page["rows"]}, page["counts"]


def ids(*conversations: Conversation) -> set[UUID]:
    """Their ids."""
    return {conversation.id for conversation in conversations}


def test_lists_are_narrowed_by_team_label_priority_assignee_and_view(
    db: Connection, make: Make
) -> None:
    account = make.account()
    inbox = make.inbox(account)
    agent, other = make.agent(inbox), make.agent(inbox)
    team = make.team(account, other)
    plain = make.conversation(inbox, waiting_since=None, first_reply_created_at="2026-01-01")
    teamed = make.conversation(inbox, team_id=team.id, assignee_id=other.id)
    labelled = make.conversation(inbox, labels=["new", "vip"], priority="urgent")
    joined = make.conversation(inbox)
    make.participant(joined, agent)
    for arguments, expected in (
        ({}, ids(plain, teamed, labelled, joined)),
        ({"p_team_id": team.id}, ids(teamed)),
        ({"p_labels": ["vip", "x"]}, ids(labelled)),
        ({"p_labels": ["x'] or true --"]}, set()),
        ({"p_priority": "urgent"}, ids(labelled)),
        ({"p_priority": "none"}, ids(plain, teamed, joined)),
        ({"p_assignee_id": other.id}, ids(teamed)),
        ({"p_view": "participating"}, ids(joined)),
        ({"p_view": "unattended"}, ids(teamed, labelled, joined)),
        ({"p_labels": ["vip"], "p_priority": "low"}, set()),
    ):
        for sort in ("newest", "priority"):
            found, counts = listed(db, agent, account.id, p_sort=sort, **arguments)
            assert found == expected, arguments
            assert counts["all"] == len(expected), arguments


def test_the_mentions_are_those_of_the_one_who_asks_and_only_what_they_still_see(
    db: Connection, make: Make
) -> None:
    account = make.account()
    inbox, closed = make.inbox(account), make.inbox(account)
    agent, other = make.agent(inbox), make.agent(inbox)
    make.member(closed, agent)
    make.member(closed, other)
    asked, elsewhere, unasked = (make.conversation(i) for i in (inbox, closed, inbox))
    make.participant(unasked, agent)
    for conversation, whom in ((asked, agent), (elsewhere, agent), (unasked, other)):
        writer = other if whom is agent else agent
        make.note(conversation, writer, f"[@you](mention://user/{whom.id}/you), please look")
    for sort in ("newest", "waiting", "priority"):
        found, counts = listed(db, agent, account.id, p_view="mention", p_sort=sort)
        assert (found, counts["all"]) == (ids(asked, elsewhere), 2)
    assert listed(db, other, account.id, p_view="mention")[0] == ids(unasked)
    assert listed(db, agent, account.id, p_view="mention", p_inbox_id=inbox.id)[0] == ids(asked)
    run(db, "delete from public.inbox_members where inbox_id = %s", closed.id)
    assert listed(db, agent, account.id, p_view="mention")[0] == ids(asked)
    stranger = make.administrator(make.account())
    with refused("account_not_found"):
        ask(db, stranger, "conversation_list", p_account_id=account.id, p_view="mention")


@pytest.mark.parametrize(
    "arguments",
    [{"p_view": "everything"}, {"p_priority": "very"}, {"p_labels": ["x"] * 101}],
)
def test_unknown_views_and_priorities_are_refused(
    db: Connection, make: Make, arguments: dict[str, Any]
) -> None:
    account = make.account()
    agent = make.agent(account)
    with refused("invalid_argument"):
        ask(db, agent, "conversation_list", p_account_id=account.id, **arguments)


def test_a_team_shows_its_conversations_once_and_counts_them_once(
    db: Connection, make: Make
) -> None:
    account = make.account()
    inbox, closed = make.inbox(account), make.inbox(account)
    agent = make.agent(inbox)
    team = make.team(account, agent)
    both = make.conversation(inbox, team_id=team.id, assignee_id=agent.id)
    mine = make.conversation(inbox)
    there = make.conversation(closed, team_id=team.id)
    make.conversation(closed)
    found, counts = listed(db, agent, account.id)
    assert found == ids(both, mine, there)
    assert counts == {"mine": 1, "unassigned": 2, "all": 3}
    page = ask(db, agent, "conversation_list", p_account_id=account.id, p_tab="all", p_limit=2)
    rest = ask(
        db, agent, "conversation_list",
        p_account_id=account.id, p_tab="all", p_limit=2, p_cursor=page["next_cursor"],
    )  # fmt: skip
    assert len(page["rows"]) + len(rest["rows"]) == 3
    assert listed(db, agent, account.id, p_inbox_id=closed.id)[0] == ids(there)
    assert listed(db, agent, account.id, p_inbox_id=inbox.id)[0] == ids(both, mine)


@pytest.mark.parametrize(
    ("permission", "seen"),
    [
        ("conversation_manage", {"free", "own", "joined", "other"}),
        ("conversation_unassigned_manage", {"free", "own"}),
        ("conversation_participating_manage", {"own", "joined"}),
        ("contact_manage", set()),
    ],
)
def test_a_custom_role_lists_what_it_may_see(
    db: Connection, make: Make, permission: str, seen: set[str]
) -> None:
    account = make.account()
    inbox = make.inbox(account)
    agent, other = make.agent(inbox), make.agent(inbox)
    make.role_of(account, agent, permission)
    all_of_them = {
        "free": make.conversation(inbox),
        "own": make.conversation(inbox, assignee_id=agent.id),
        "joined": make.conversation(inbox, assignee_id=other.id),
        "other": make.conversation(inbox, assignee_id=other.id),
    }
    make.participant(all_of_them["joined"], agent)
    found, counts = listed(db, agent, account.id)
    assert found == ids(*(all_of_them[name] for name in seen))
    assert counts["all"] == len(seen)


# Starting.


def test_an_agent_writes_first_and_trying_again_writes_once(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account, "api")
    agent, boss = make.agent(inbox), make.administrator(account)
    contact = make.contact(make.inbox(account))
    team = make.team(account, agent)
    arguments = {
        "p_account_id": account.id, "p_contact_id": contact.id, "p_inbox_id": inbox.id,
        "p_message_id": uuid4(), "p_content": "Hello", "p_assignee_id": boss.id, "p_team_id": team.id,
    }  # fmt: skip
    row = ask(db, agent, "start_conversation", **arguments)
    assert (row["assignee_id"], row["team_id"]) == (str(boss.id), str(team.id))
    assert (row["preview"]["content"], row["status"]) == ("Hello", "open")
    again = ask(db, agent, "start_conversation", **arguments)
    assert again["id"] == row["id"]
    sent = "select count(*) from public.messages where message_type = 'outgoing'"
    assert value(db, sent) == 1
    another = ask(db, agent, "start_conversation", **{**arguments, "p_message_id": uuid4()})
    assert another["id"] != row["id"]
    run(db, "update public.inboxes set lock_to_single_conversation = true")
    locked = ask(db, agent, "start_conversation", **{**arguments, "p_message_id": uuid4()})
    assert locked["id"] == another["id"]


def test_whom_and_where_one_may_write_first(db: Connection, make: Make) -> None:
    account = make.account()
    inbox, web = make.inbox(account, "api"), make.inbox(account)
    agent = make.agent(inbox)
    make.member(web, agent)
    contact = make.contact(inbox)
    theirs = make.contact(make.inbox(make.account()))
    hidden = make.inbox(account)
    given = {"p_account_id": account.id, "p_contact_id": contact.id, "p_inbox_id": inbox.id}
    for change, code in (
        ({"p_contact_id": theirs.id}, "contact_not_found"),
        ({"p_account_id": theirs.account_id}, "contact_not_found"),
        ({"p_inbox_id": hidden.id}, "inbox_not_found"),
        ({"p_inbox_id": web.id}, "contact_not_reachable"),
        ({"p_content": "x"}, "invalid_argument"),
        ({"p_content": " ", "p_message_id": uuid4()}, "message_empty"),
        ({"p_team_id": uuid4()}, "team_not_found"),
        ({"p_assignee_id": uuid4()}, "assignee_not_in_inbox"),
    ):
        with refused(code):
            ask(db, agent, "start_conversation", **{**given, **change})
    assert column(db, "select id from public.conversations") == []


ADDRESSES = {
    "email": "ana@example.com",
    "twilio_sms": "+5511987654321",
    "bandwidth_sms": "+5511987654321",
    "twilio_whatsapp": "whatsapp:+5511987654321",
    "whatsapp_cloud": "5511987654321",
    "whatsapp_360dialog": "5511987654321",
}


def test_the_inboxes_through_which_one_may_write_first_are_those_where_it_works(
    db: Connection, make: Make
) -> None:
    account = make.account()
    inboxes = {channel: make.connection(account, channel, channel) for channel in ADDRESSES}
    inboxes |= {
        "api": make.inbox(account, "api"),
        "telegram": make.connection(account, "telegram", "7"),
    }
    web, gone = make.inbox(account), make.inbox(account, "api", deleted_at="now")
    boss, agent = make.administrator(account), make.agent(inboxes["api"])
    contact = make.contact(web, email="ana@example.com", phone_number="+5511987654321")

    def offered(who: User, contact: Contact) -> dict[str, Any]:
        found = ask(db, who, "contactable_inboxes", p_contact_id=contact.id)["rows"]
        assert str(gone.id) not in {row["inbox_id"] for row in found}
        return {row["inbox_id"]: row["source_id"] for row in found}

    addresses = {str(inboxes[channel].id): address for channel, address in ADDRESSES.items()}
    everywhere = offered(boss, contact)
    known = value(db, "select source_id from public.contact_inboxes where inbox_id = %s", web.id)
    assert everywhere == addresses | {str(inboxes["api"].id): None, str(web.id): known}
    assert offered(agent, contact) == {str(inboxes["api"].id): None}
    # What is offered works, and what is not is refused.
    for channel, inbox in inboxes.items():
        given = {"p_account_id": account.id, "p_contact_id": contact.id, "p_inbox_id": inbox.id}
        if channel == "telegram":
            with refused("contact_not_reachable"):
                ask(db, boss, "start_conversation", **given)
        else:
            assert ask(db, boss, "start_conversation", **given)["inbox_id"] == str(inbox.id)
    query = "select source_id from public.contact_inboxes where inbox_id = %s"
    for channel, address in ADDRESSES.items():
        assert value(db, query, inboxes[channel].id) == address, channel
    # Who opted out there, or left no address, is not offered.
    run(
        db,
        "update public.contact_inboxes set opted_out_at = now() where inbox_id = %s",
        inboxes["email"].id,
    )
    assert str(inboxes["email"].id) not in offered(boss, contact)
    telegram = inboxes.pop("telegram")
    assert reasons(db, boss, contact) == {
        inboxes["email"].id: "opted_out", telegram.id: "must_write_first",
    }  # fmt: skip
    nobody = make.contact(make.inbox(account))
    assert reasons(db, boss, nobody) == {
        web.id: "must_write_first", telegram.id: "must_write_first", inboxes["email"].id: "no_email",
    } | {
        inbox.id: "no_phone_number"
        for channel, inbox in inboxes.items()
        if channel not in {"api", "email"}
    }  # fmt: skip
    assert set(offered(boss, nobody)) == {str(inboxes["api"].id), str(nobody.inbox_id)}
    stranger = make.administrator(make.account())
    with refused("contact_not_found"):
        ask(db, stranger, "contactable_inboxes", p_contact_id=contact.id)


def reasons(db: Connection, who: User, contact: Contact) -> dict[UUID, str]:
    """Why the contact cannot be written to by the other inboxes."""
    found = ask(db, who, "contactable_inboxes", p_contact_id=contact.id)["unreachable"]
    return {UUID(row["inbox_id"]): row["reason"] for row in found}


def test_who_wrote_too_long_ago_is_written_to_by_template_or_not_at_all(
    db: Connection, make: Make
) -> None:
    account = make.account()
    boss = make.administrator(account)
    whatsapp = make.connection(account, "whatsapp_cloud", "1")
    messenger = make.connection(account, "messenger", "2")

    def needs_template(contact: Contact) -> dict[UUID, bool]:
        found = ask(db, boss, "contactable_inboxes", p_contact_id=contact.id)["rows"]
        return {UUID(row["inbox_id"]): row["needs_template"] for row in found}

    for inbox, needs in ((whatsapp, {whatsapp.id: False}), (messenger, {messenger.id: False})):
        contact = make.contact(inbox)
        conversation = make.conversation(inbox, contact)
        message = make.incoming(conversation)
        assert needs_template(contact) == needs
        run(
            db,
            "update public.messages set created_at = now() - interval '25 hours' where id = %s",
            message,
        )
        # Another conversation that they said nothing in changes nothing.
        make.conversation(inbox, contact)
        if inbox is whatsapp:
            assert needs_template(contact) == {whatsapp.id: True}
            assert reasons(db, boss, contact) == {messenger.id: "must_write_first"}
        else:
            assert needs_template(contact) == {}
            assert reasons(db, boss, contact) == {
                whatsapp.id: "no_phone_number", messenger.id: "window_closed",
            }  # fmt: skip
    stranger = make.contact(make.inbox(account), phone_number="+5511912345678")
    assert needs_template(stranger)[whatsapp.id] is True


# In bulk.


def test_many_are_changed_alike(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    for title in ("a", "b"):
        make.label(account, title)
    agent = make.agent(inbox)
    team = make.team(account, agent)
    pair = [make.conversation(inbox, labels=["a"]), make.conversation(inbox)]
    found = ask(
        db, agent, "bulk_update", p_ids=[c.id for c in pair],
        p_changes={"status": "resolved", "assignee_id": str(agent.id), "team_id": str(team.id),
                   "priority": "high", "add_labels": ["b"], "remove_labels": ["a"]},
    )  # fmt: skip
    assert [
        (r["status"], r["assignee_id"], r["team_id"], r["priority"], r["labels"]) for r in found
    ] == [("resolved", str(agent.id), str(team.id), "high", ["b"])] * 2


def test_a_bulk_change_is_all_or_nothing(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    agent = make.agent(inbox)
    mine, hidden = make.conversation(inbox), make.conversation(make.inbox(account))
    for changed, changes, code in (
        ([mine.id, hidden.id], {"priority": "low"}, "conversation_not_found"),
        ([], {"priority": "low"}, "invalid_argument"),
        ([uuid4() for _ in range(101)], {"priority": "low"}, "invalid_argument"),
        ([mine.id], {"account_id": "x"}, "invalid_argument"),
        ([mine.id], {"assignee_id": "x"}, "invalid_argument"),
        ([mine.id], {"add_labels": "vip"}, "invalid_argument"),
        ([mine.id], {"add_labels": ["vip"]}, "label_not_found"),
        ([mine.id], {"status": "snoozed", "snoozed_until": "soon"}, "invalid_argument"),
        ([mine.id], None, "invalid_argument"),
    ):
        with refused(code):
            ask(db, agent, "bulk_update", p_ids=changed, p_changes=changes)
    assert column(db, "select distinct priority from public.conversations") == [None]


def test_each_of_many_changes_or_says_why_not(db: Connection, make: Make) -> None:
    account = make.account()
    inbox, other = make.inbox(account), make.inbox(account)
    agent = make.agent(inbox)
    make.member(other, agent)
    colleague = make.agent(inbox)
    first, second = make.conversation(inbox), make.conversation(other)
    hidden = make.conversation(make.inbox(account))
    answer = ask(
        db, agent, "bulk_update_each", p_ids=[first.id, second.id, hidden.id],
        p_changes={"priority": "low", "assignee_id": str(colleague.id)},
    )  # fmt: skip
    assert [(r["id"], r["priority"], r["assignee_id"]) for r in answer["rows"]] == [
        (str(first.id), "low", str(colleague.id)),
        (str(second.id), None, None),
    ]
    assert {(e["id"], e["code"]) for e in answer["errors"]} == {
        (str(second.id), "assignee_not_in_inbox"),
        (str(hidden.id), "conversation_not_found"),
    }
    assert all(e["message"] for e in answer["errors"])
    with refused("invalid_argument"):
        ask(db, agent, "bulk_update_each", p_ids=[], p_changes={"priority": "low"})


# Deleting.


def test_administrators_delete_conversations_and_the_lists_hear_of_it(
    db: Connection, make: Make
) -> None:
    account = make.account()
    inbox = make.inbox(account)
    conversation = make.conversation(inbox)
    make.incoming(conversation)
    boss, agent = make.administrator(account), make.agent(inbox)
    stranger = make.administrator(make.account())
    for who, code in ((agent, "not_administrator"), (stranger, "conversation_not_found")):
        with refused(code):
            ask(db, who, "delete_conversation", p_conversation_id=conversation.id)
    ask(db, boss, "delete_conversation", p_conversation_id=conversation.id)
    assert rows(db, "select id from public.messages") == []
    assert listed(db, boss, account.id)[1]["all"] == 0
    heard = broadcasts(db, f"inbox:{inbox.id}:1", "conversation.deleted")
    assert [payload["conversation_id"] for payload in heard] == [str(conversation.id)]


def test_an_account_goes_with_its_conversations(db: Connection, make: Make) -> None:
    account: Account = make.account()
    make.incoming(make.conversation(make.inbox(account)))
    run(db, "delete from public.accounts where id = %s", account.id)
    assert rows(db, "select id from public.conversations") == []
