"""The search box: what it finds, and that it shows nobody more than the lists do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.database import Connection, acting_as, call, refused, run, value
from tests.support.make import Account, Inbox, Make, User


def search(db: Connection, who: User, account: Account, query: str, **arguments: Any) -> Any:
    """What this person finds."""
    with acting_as(db, who):
        return call(db, "public.search", p_account_id=account.id, p_query=query, **arguments)


def numbers(found: Any, kind: str) -> list[int]:
    """The conversations' numbers among the results of a kind."""
    return [row["display_id"] for row in found[kind]["rows"]]


def test_conversations_are_found_by_number_and_by_contact(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    agent = make.agent(inbox)
    first = make.conversation(inbox, make.contact(inbox, name="José", phone_number="+4930123"))
    make.conversation(inbox, make.contact(inbox, email="mia@example.com"))
    for query, expected in (
        ("1", [1]), ("#2", [2]), ("jose", [1]), ("4930", [1]), ("MIA@", [2]), ("nobody", []),
        ("%", []), ("99999999999999999999", []),
    ):  # fmt: skip
        assert numbers(search(db, agent, account, query), "conversations") == expected, query
    row = search(db, agent, account, "1", p_kind="conversations")["conversations"]["rows"][0]
    assert (row["id"], row["assignee_id"]) == (str(first.id), None)


def test_messages_are_found_by_their_words_newest_first(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    agent = make.agent(inbox)
    conversation = make.conversation(inbox)
    now = datetime.now(UTC)
    make.incoming(conversation, "Where is my crème brûlée?", at=now - timedelta(hours=2))
    make.note(conversation, agent, "They mean the CREME, I think", at=now - timedelta(hours=1))
    make.incoming(conversation, "old creme", at=now - timedelta(days=91))
    for query, expected in (
        ("creme", 2), ("Crème", 2), ("brulee", 1), ('"my creme"', 1), ("creme -think", 1),
        ("cre", 0), ("?!", 0), ("' or true --", 0),
    ):  # fmt: skip
        found = search(db, agent, account, query, p_kind="messages")["messages"]["rows"]
        assert len(found) == expected, query
    newest = search(db, agent, account, "creme")["messages"]["rows"][0]
    assert (newest["private"], newest["sender"]["name"]) == (True, agent.name)


def test_a_rare_word_is_looked_up_and_a_common_one_met_with_the_same_answer(
    db: Connection, make: Make
) -> None:
    account = make.account()
    inbox = make.inbox(account)
    agent, stranger = make.agent(inbox), make.agent(make.inbox(account))
    conversation = make.conversation(inbox)
    for place in range(30):
        make.incoming(conversation, f"about the parcel {place}")
    queries = ("parcel", "rarity", "parcel rarity", "rarity or about", "parcel -rarity")

    def found(who: User) -> list[int]:
        return [
            len(search(db, who, account, query, p_limit=50)["messages"]["rows"])
            for query in queries
        ]

    assert found(agent) == [30, 0, 0, 30, 30]
    run(db, "analyze public.messages")
    make.incoming(conversation, "about the rarity in the parcel")
    rare = [
        value(db, "select private.has_rare_word(websearch_to_tsquery('simple', %s))", query)
        for query in queries
    ]
    assert rare == [False, True, True, False, False]
    assert found(agent) == [31, 1, 1, 31, 30]
    assert found(stranger) == [0, 0, 0, 0, 0]


def test_search_repeats_every_rule_of_visibility(db: Connection, make: Make) -> None:
    account = make.account()
    inbox, closed = make.inbox(account), make.inbox(account)
    agent = make.agent(inbox)
    team = make.team(account, agent)
    contact = make.contact(inbox, name="Mia", email="mia@example.com")
    places: list[tuple[Inbox, dict[str, Any]]] = [
        (inbox, {}), (closed, {}), (closed, {"team_id": team.id}),
    ]  # fmt: skip
    for number, (place, columns) in enumerate(places, start=1):
        who = contact if place is inbox else make.contact(place, name="Mia")
        make.incoming(make.conversation(place, who, **columns), f"secret {number}")
    theirs = make.inbox(make.account())
    make.incoming(make.conversation(theirs, make.contact(theirs, name="Mia")), "secret")

    def seen(who: User) -> tuple[list[int], list[int]]:
        found = search(db, who, account, "secret")
        by_contact = search(db, who, account, "mia")
        return sorted(numbers(found, "messages")), sorted(numbers(by_contact, "conversations"))

    assert seen(agent) == ([1, 3], [1, 3])
    assert seen(make.administrator(account)) == ([1, 2, 3], [1, 2, 3])
    assert seen(make.agent(account)) == ([], [])
    scoped = make.agent(inbox)
    make.role_of(account, scoped, "conversation_participating_manage")
    assert seen(scoped) == ([], [])
    run(db, "update public.conversations set assignee_id = %s where display_id = 1 and account_id = %s",
        scoped.id, account.id)  # fmt: skip
    assert seen(scoped) == ([1], [1])
    stranger = make.administrator(make.account())
    with refused("account_not_found"):
        seen(stranger)


@pytest.mark.parametrize("kind", ["conversations", "contacts", "messages"])
def test_pages_of_results_are_complete(db: Connection, make: Make, kind: str) -> None:
    account = make.account()
    inbox = make.inbox(account)
    agent = make.agent(inbox)
    for number in range(5):
        contact = make.contact(inbox, name="Mia", email=f"mia{number}@example.com")
        make.incoming(make.conversation(inbox, contact), "Mia says hello")
    ids: list[str] = []
    cursor: Any = None
    while True:
        page = search(db, agent, account, "mia", p_kind=kind, p_limit=2, p_cursor=cursor)[kind]
        ids += [row["id"] for row in page["rows"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(ids) == len(set(ids)) == 5


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"p_query": " "}, "invalid_argument"),
        ({"p_query": None}, "invalid_argument"),
        ({"p_kind": "passwords"}, "invalid_argument"),
        ({"p_limit": 51}, "invalid_argument"),
        ({"p_cursor": {"at": "now", "id": str(uuid4())}}, "invalid_argument"),
        ({"p_kind": "messages", "p_cursor": {"at": "x", "id": "y"}}, "invalid_cursor"),
    ],
)
def test_hostile_searches_are_refused(
    db: Connection, make: Make, arguments: dict[str, Any], code: str
) -> None:
    account = make.account()
    agent = make.agent(account)
    with refused(code), acting_as(db, agent):
        call(db, "public.search", **{"p_account_id": account.id, "p_query": "x", **arguments})
