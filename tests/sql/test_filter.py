"""Conversations by conditions."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.support.database import Connection, acting_as, call, refused
from tests.support.make import Account, Make, User


def condition(key: str, operator: str, *values: Any, then: str | None = None) -> dict[str, Any]:
    """One condition of a filter."""
    return {
        "attribute_key": key, "filter_operator": operator, "values": list(values), "query_operator": then,
    }  # fmt: skip


def filtered(db: Connection, who: User, account: Account, *conditions: Any) -> list[int]:
    """The numbers of the conversations that meet them; as many as are counted."""
    with acting_as(db, who):
        row = db.execute(
            "select public.conversation_filter(%s, %s::jsonb, 'created_oldest')",
            (account.id, json.dumps(conditions)),
        ).fetchone()
    assert row is not None
    found = sorted(r["display_id"] for r in row[0]["rows"])
    assert row[0]["counts"]["all"] == len(found)
    return found


def test_and_binds_closer_than_or(db: Connection, make: Make) -> None:
    """Worked example 10."""
    account = make.account()
    inbox = make.inbox(account)
    agent = make.agent(inbox)
    for columns in (
        {"status": "open"},
        {"status": "resolved", "labels": ["vip"], "priority": "urgent"},
        {"status": "resolved", "labels": ["vip"]},
        {"status": "resolved", "priority": "urgent"},
    ):
        make.conversation(inbox, **columns)
    assert filtered(
        db, agent, account,
        condition("status", "equal_to", "open", then="or"),
        condition("labels", "equal_to", "vip", then="and"),
        condition("priority", "equal_to", "urgent"),
    ) == [1, 2]  # fmt: skip


def test_every_attribute_is_compared_by_its_operators(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    agent = make.agent(inbox)
    for key, kind in (
        ("plan", "text"),
        ("seats", "number"),
        ("since", "date"),
        ("paid", "checkbox"),
    ):
        make.custom_attribute(account, key, "conversation_attribute", display_type=kind)
    make.conversation(
        inbox, assignee_id=agent.id, labels=["vip"], created_at="2020-01-01",
        additional_attributes={"referer": "https://shop.example/Cart", "country_code": "PT"},
        custom_attributes={"plan": "Pro 100%", "seats": 5, "since": "2021-05-01", "paid": True},
    )  # fmt: skip
    make.conversation(inbox, custom_attributes={"seats": "many", "since": "soon", "plan": "free"})
    make.conversation(inbox)
    for wanted, expected in (
        (condition("status", "equal_to", "all"), [1, 2, 3]),
        (condition("status", "not_equal_to", "open"), []),
        (condition("assignee_id", "equal_to", str(agent.id)), [1]),
        (condition("assignee_id", "is_not_present"), [2, 3]),
        (condition("inbox_id", "not_equal_to", str(inbox.id)), []),
        (condition("team_id", "is_present"), []),
        (condition("display_id", "equal_to", 2, "3"), [2, 3]),
        (condition("display_id", "contains", "1"), [1]),
        (condition("labels", "not_equal_to", "vip"), [2, 3]),
        (condition("labels", "is_present"), [1]),
        (condition("referer", "contains", "CART"), [1]),
        (condition("country_code", "equal_to", "PT"), [1]),
        (condition("created_at", "is_less_than", "2021-01-01"), [1]),
        (condition("created_at", "days_before", "30"), [1]),
        (condition("last_activity_at", "is_greater_than", "2021-01-01"), [1, 2, 3]),
        (condition("plan", "equal_to", "pro 100%"), [1]),
        (condition("plan", "contains", "%"), [1]),
        (condition("plan", "not_equal_to", "free"), [1, 3]),
        (condition("plan", "does_not_contain", "pro"), [2, 3]),
        (condition("seats", "equal_to", 5), [1]),
        (condition("seats", "not_equal_to", 5), [2, 3]),
        (condition("since", "is_greater_than", "2021-01-01"), [1]),
        (condition("since", "is_not_present"), [2, 3]),
        (condition("paid", "equal_to", True), [1]),
    ):
        assert filtered(db, agent, account, wanted) == expected, wanted


def test_a_filter_shows_no_more_than_the_lists(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    make.conversation(inbox)
    make.conversation(make.inbox(make.account()))
    everything = (
        condition("status", "equal_to", "open", then="or"),
        condition("status", "equal_to", "all"),
    )
    assert filtered(db, make.agent(inbox), account, *everything) == [1]
    assert filtered(db, make.agent(account), account, *everything) == []
    stranger = make.administrator(make.account())
    with refused("account_not_found"):
        filtered(db, stranger, account, *everything)


@pytest.mark.parametrize(
    ("conditions", "code"),
    [
        ([], "invalid_argument"),
        ({"a": 1}, "invalid_argument"),
        ([condition("status", "equal_to", "open")] * 51, "invalid_argument"),
        (["status"], "filter_attribute_unknown"),
        ([condition("1=1); drop table x --", "equal_to", "x")], "filter_attribute_unknown"),
        ([condition("status", "contains", "x")], "filter_operator_invalid"),
        ([condition("status", "= 1 or", "x")], "filter_operator_invalid"),
        ([condition("status", "equal_to")], "filter_value_invalid"),
        ([condition("labels", "equal_to", ["x"])], "filter_value_invalid"),
        ([condition("assignee_id", "equal_to", "x' or true")], "filter_value_invalid"),
        ([condition("display_id", "equal_to", "many")], "filter_value_invalid"),
        ([condition("created_at", "is_less_than", "soon")], "filter_value_invalid"),
        ([condition("created_at", "days_before", "9" * 20)], "filter_value_invalid"),
        ([condition("status", "equal_to", "open", then="or true or"),
          condition("status", "equal_to", "open")], "filter_query_operator_invalid"),
    ],
)  # fmt: skip
def test_hostile_filters_are_refused(
    db: Connection, make: Make, conditions: Any, code: str
) -> None:
    account = make.account()
    agent = make.agent(account)
    if isinstance(conditions, dict):
        with refused(code), acting_as(db, agent):
            call(db, "public.conversation_filter", p_account_id=account.id, p_conditions=conditions)
    else:
        with refused(code):
            filtered(db, agent, account, *conditions)


def test_values_are_values_whatever_they_say(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    make.conversation(inbox)
    agent = make.agent(inbox)
    for value in ("open') or true --", "{open}", "$1", "%s", "'", "\\", str(uuid4())):
        assert filtered(db, agent, account, condition("status", "equal_to", value)) == []
        assert filtered(db, agent, account, condition("labels", "equal_to", value)) == []
