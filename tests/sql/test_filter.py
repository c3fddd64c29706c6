"""Conversations and contacts by conditions."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.support.database import Connection, acting_as, call, column, refused
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


def test_ids_narrow_a_filter_to_themselves(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    agent = make.agent(inbox)
    urgent = [make.conversation(inbox, priority="urgent") for _ in range(2)]
    calm = make.conversation(inbox)
    with acting_as(db, agent):
        page = call(
            db, "public.conversation_filter", p_account_id=account.id,
            p_conditions=[condition("priority", "equal_to", "urgent")],
            p_ids=[urgent[0].id, calm.id],
        )  # fmt: skip
    assert [row["id"] for row in page["rows"]] == [str(urgent[0].id)]
    with refused("invalid_argument"), acting_as(db, agent):
        call(
            db, "public.conversation_filter", p_account_id=account.id,
            p_conditions=[condition("priority", "equal_to", "urgent")],
            p_ids=[uuid4() for _ in range(201)],
        )  # fmt: skip


# Views.


def contacts(
    db: Connection, who: User, account: Account, *wanted: Any, sort: str = "name", **more: Any
) -> list[str]:
    """The names of the contacts that meet the conditions, over all pages of two."""
    names: list[str] = []
    cursor = None
    while True:
        with acting_as(db, who):
            page = call(
                db, "public.contact_filter", p_account_id=account.id, p_conditions=list(wanted),
                p_sort=sort, p_cursor=cursor, p_limit=2, **more,
            )  # fmt: skip
        names += [row["name"] for row in page["rows"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return names


def three_contacts(make: Make) -> Account:
    """Ada, who has everything; Bob, who has little; and Cleo, who has next to nothing."""
    account = make.account()
    inbox = make.inbox(account)
    for key, kind in (("plan", "text"), ("seats", "number"), ("since", "date")):
        make.custom_attribute(account, key, "contact_attribute", display_type=kind)
    make.contact(
        inbox, name="Ada Ångström", email="ada@shop.example", phone_number="+351911222333", identifier="A-1",
        labels=["vip"], blocked=True, created_at="2020-01-01", last_activity_at="2020-02-01",
        additional_attributes={
            "country": "PT", "city": "Porto", "company_name": "Fado Lda", "referer": "https://x.example/a",
        },
        custom_attributes={"plan": "Pro 100%", "seats": 5, "since": "2021-05-01"},
    )  # fmt: skip
    make.contact(inbox, name="Bob", email="bob@shop.example", custom_attributes={"plan": "free"})
    make.contact(inbox, name="Cleo", phone_number="+4915112345678")
    make.contact(inbox, name="Nobody whom one could reach")
    return account


def test_contacts_are_compared_by_every_attribute_they_have(db: Connection, make: Make) -> None:
    account = three_contacts(make)
    agent = make.agent(account)
    for wanted, expected in (
        (condition("name", "contains", "angstrom"), "A"),
        (condition("name", "equal_to", "bob", "CLEO"), "BC"),
        (condition("name", "does_not_contain", "B"), "AC"),
        (condition("email", "contains", "@shop.example"), "AB"),
        (condition("email", "equal_to", "Bob@Shop.example"), "B"),
        (condition("email", "not_equal_to", "bob@shop.example"), "AC"),
        (condition("email", "is_not_present"), "C"),
        (condition("phone_number", "contains", "+351"), "A"),
        (condition("phone_number", "does_not_contain", "+351"), "BC"),
        (condition("phone_number", "is_present"), "AC"),
        (condition("identifier", "equal_to", "a-1"), "A"),
        (condition("company_name", "contains", "fado"), "A"),
        (condition("company_name", "is_not_present"), "BC"),
        (condition("country_code", "equal_to", "pt"), "A"),
        (condition("country_code", "not_equal_to", "PT"), "BC"),
        (condition("city", "contains", "port"), "A"),
        (condition("referer", "contains", "x.example"), "A"),
        (condition("blocked", "equal_to", "true"), "A"),
        (condition("blocked", "equal_to", False), "BC"),
        (condition("labels", "equal_to", "vip", "other"), "A"),
        (condition("labels", "is_not_present"), "BC"),
        (condition("created_at", "is_less_than", "2021-01-01"), "A"),
        (condition("created_at", "days_before", "30"), "A"),
        (condition("last_activity_at", "is_greater_than", "2020-01-15"), "A"),
        (condition("plan", "contains", "100%"), "A"),
        (condition("plan", "not_equal_to", "free"), "AC"),
        (condition("seats", "equal_to", 5), "A"),
        (condition("since", "is_greater_than", "2021-01-01"), "A"),
    ):
        found = contacts(db, agent, account, wanted)
        assert "".join(name[0] for name in found) == expected, wanted
    either = (
        condition("labels", "equal_to", "vip", then="or"),
        condition("email", "is_not_present", then="and"),
        condition("phone_number", "contains", "+49"),
    )
    assert contacts(db, agent, account, *either) == ["Ada Ångström", "Cleo"]
    assert contacts(db, agent, account, *either, p_query="cleo") == ["Cleo"]
    assert contacts(db, agent, account, *either, sort="-last_activity_at")[0] == "Ada Ångström"


def test_a_filter_of_contacts_shows_those_of_ones_own_account(db: Connection, make: Make) -> None:
    account = three_contacts(make)
    elsewhere = three_contacts(make)
    everybody = condition("blocked", "equal_to", "true", "false")
    assert len(contacts(db, make.agent(account), account, everybody)) == 3
    with refused("account_not_found"):
        contacts(db, make.administrator(elsewhere), account, everybody)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (condition("status", "equal_to", "all"), "filter_attribute_unknown"),
        (condition("search_text", "contains", "x"), "filter_attribute_unknown"),
        (condition("email", "like", "x"), "filter_operator_invalid"),
        (condition("blocked", "contains", "x"), "filter_operator_invalid"),
        (condition("email", "equal_to"), "filter_value_invalid"),
        (condition("created_at", "is_less_than", "soon"), "filter_value_invalid"),
        (condition("seats", "equal_to", "many"), "filter_value_invalid"),
    ],
)
def test_hostile_filters_of_contacts_are_refused(
    db: Connection, make: Make, wanted: Any, code: str
) -> None:
    account = three_contacts(make)
    agent = make.agent(account)
    with refused(code):
        contacts(db, agent, account, wanted)
    for value in ("x') or true --", "{x}", "$1", "%s", "%1$s", "'", "\\"):
        for key in ("name", "email", "country_code", "labels", "plan"):
            assert contacts(db, agent, account, condition(key, "equal_to", value)) == []
    with refused("invalid_cursor"), acting_as(db, agent):
        call(
            db, "public.contact_filter", p_account_id=account.id, p_cursor={"id": "x"},
            p_conditions=[condition("email", "is_present")],
        )  # fmt: skip


def test_what_contacts_are_called_is_found_by_the_index_of_the_search(
    db: Connection, make: Make
) -> None:
    account = three_contacts(make)
    db.execute(
        "insert into public.contacts (account_id, name, email)"
        " select %s, 'Customer ' || n, n || '@crowd.example' from generate_series(1, 2000) as n",
        (account.id,),
    )
    # What was only just written waits beside the index.
    db.execute("select gin_clean_pending_list('public.contacts_search_idx')")
    db.execute("analyze public.contacts")
    db.execute("set local enable_seqscan = off")
    for wanted in (
        condition("email", "equal_to", "bob@shop.example"),
        condition("name", "contains", "angstr"),
        condition("phone_number", "contains", "+49151"),
    ):
        (predicate,) = column(
            db, "select private.filter_predicate(%s, 'contact', %s::jsonb)",
            account.id, json.dumps([wanted]),
        )  # fmt: skip
        plan = [
            line
            for (line,) in db.execute(
                "explain select from public.contacts as contact"
                f" where account_id = '{account.id}' and ({predicate})".encode()
            )
        ]
        assert any("Index Cond" in line and "search_text ~~" in line for line in plan), wanted


def saved(
    db: Connection, who: User, account: Account, name: str, id_: Any = None, *, shared: bool = False,
    conditions: Any = None, **more: Any,
) -> Any:  # fmt: skip
    """Save a view as this person."""
    with acting_as(db, who):
        return call(
            db, "public.save_custom_filter", p_account_id=account.id, p_id=id_, p_name=name,
            p_conditions=conditions or [condition("priority", "equal_to", "urgent")], p_shared=shared, **more,
        )  # fmt: skip


def views(db: Connection, who: User) -> list[str]:
    """The names of the views that this person reads."""
    with acting_as(db, who):
        return column(db, "select name from public.custom_filters order by name")


def test_a_view_is_its_owners_until_it_is_shared(db: Connection, make: Make) -> None:
    account = make.account()
    admin, agent = make.administrator(account), make.agent(account)
    stranger = make.administrator(make.account("Other"))
    mine = saved(db, admin, account, " Burning ")
    assert (mine["name"], mine["user_id"]) == ("Burning", str(admin.id))
    assert (views(db, admin), views(db, agent), views(db, stranger)) == (["Burning"], [], [])

    changed = saved(db, admin, account, "Burning", mine["id"], shared=True)
    assert (changed["id"], changed["user_id"]) == (mine["id"], None)
    assert (views(db, admin), views(db, agent), views(db, stranger)) == (
        ["Burning"], ["Burning"], [],
    )  # fmt: skip
    with refused("not_administrator"):
        saved(db, agent, account, "Mine", mine["id"])
    with refused("not_administrator"), acting_as(db, agent):
        call(db, "public.delete_custom_filter", p_id=mine["id"])
    with refused("filter_not_found"), acting_as(db, stranger):
        call(db, "public.delete_custom_filter", p_id=mine["id"])
    with acting_as(db, admin):
        call(db, "public.delete_custom_filter", p_id=mine["id"])
    assert views(db, admin) == []


def test_nobody_else_changes_a_view(db: Connection, make: Make) -> None:
    account = make.account()
    agent, colleague = make.agent(account), make.agent(account)
    admin, stranger = make.administrator(account), make.user()
    view = make.custom_filter(account, "Mine", agent)
    for other, code in (
        (colleague, "filter_not_found"),
        (admin, "filter_not_found"),
        (stranger, "account_not_found"),
    ):
        with refused(code):
            saved(db, other, account, "Theirs", view)
    with refused("filter_not_found"), acting_as(db, admin):
        call(db, "public.delete_custom_filter", p_id=view)
    for statement in (
        "update public.custom_filters set name = 'x'",
        "delete from public.custom_filters",
        "insert into public.custom_filters (account_id, name, conditions)"
        " select id, 'x', '[]' from public.accounts",
    ):
        with refused("42501"), acting_as(db, agent):
            db.execute(statement)
    assert views(db, agent) == ["Mine"]
    saved(db, agent, account, "Still mine", view)
    assert views(db, agent) == ["Still mine"]
    with acting_as(db, agent):
        call(db, "public.delete_custom_filter", p_id=view)
    assert views(db, agent) == []


def test_a_view_has_a_name_of_its_own_and_conditions_that_can_be_asked(
    db: Connection, make: Make
) -> None:
    account = make.account()
    agent, colleague = make.agent(account), make.agent(account)
    saved(db, agent, account, "Urgent")
    saved(db, colleague, account, "Urgent")
    with refused("name_taken"):
        saved(db, agent, account, "urgent")
    for name in ("", "  ", "x" * 101):
        with refused("name_invalid"):
            saved(db, agent, account, name)
    with refused("not_administrator"):
        saved(db, agent, account, "Everybody", shared=True)
    with refused("filter_attribute_unknown"):
        saved(db, agent, account, "Odd", conditions=[condition("colour", "equal_to", "red")])
    with refused("invalid_argument"):
        saved(db, agent, account, "Odd", conditions={"status": "open"})


def test_a_view_of_contacts_is_one_of_contacts(db: Connection, make: Make) -> None:
    account = make.account()
    agent = make.agent(account)
    about = [condition("email", "is_present")]
    ours = saved(db, agent, account, "Urgent", conditions=about, p_type="contact")
    assert ours["filter_type"] == "contact"
    assert saved(db, agent, account, "Urgent")["filter_type"] == "conversation"
    with refused("filter_attribute_unknown"):
        saved(db, agent, account, "Odd", p_type="contact")
    with refused("filter_not_found"):
        saved(db, agent, account, "Turned", ours["id"])
    with refused("invalid_argument"):
        saved(db, agent, account, "Odd", p_type="report")


def test_a_person_has_a_thousand_views_at_most(db: Connection, make: Make) -> None:
    account = make.account()
    agent = make.agent(account)
    db.execute(
        "insert into public.custom_filters (account_id, user_id, name, conditions)"
        " select %s, %s, 'View ' || n, '[]' from generate_series(1, 1000) as n",
        (account.id, agent.id),
    )
    with refused("too_many_filters"):
        saved(db, agent, account, "One more")


def test_ones_own_views_leave_with_the_member(db: Connection, make: Make) -> None:
    account = make.account()
    admin, agent = make.administrator(account), make.agent(account)
    make.custom_filter(account, "Own", agent)
    make.custom_filter(account, "Shared")
    with acting_as(db, admin):
        call(db, "public.remove_member", p_account_id=account.id, p_user_id=agent.id)
    assert column(db, "select name from public.custom_filters") == ["Shared"]
