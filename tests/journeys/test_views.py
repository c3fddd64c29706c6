"""Filters of one's own: put together, looked at, kept as views; and bulk changes of all that they find."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.desk_setup import Desk, desk_of
from tests.journeys.people import AgentAtDesk, VisitorOnPage
from tests.support.local import LocalProduct

Agents = Callable[..., AgentAtDesk]
Visitors = Callable[..., VisitorOnPage]


@pytest.fixture(scope="module")
def desk(product: LocalProduct) -> Desk:
    return desk_of(product)


def conditions(ana: AgentAtDesk) -> Locator:
    """Open the builder."""
    ana.page.get_by_role("button", name="Filter", exact=True).click()
    ana.page.get_by_role("button", name="More conditions…").click()
    builder = ana.page.get_by_role("dialog", name="Filter by conditions")
    expect(builder).to_be_visible()
    return builder


def labelled(
    desk: Desk, product: LocalProduct, visitor: Visitors, count: int
) -> tuple[str, list[str]]:
    """A label, and questions of new people that carry it."""
    label = desk.label("view")
    questions = []
    for _ in range(count):
        customer = visitor()
        customer.open_chat()
        question = f"A question {secrets.token_hex(4)}"
        customer.write(question)
        customer.sees(question)
        questions.append(question)
    page = desk.call("conversation_list", p_account_id=desk.account_id, p_tab="all", p_limit=100)
    ids = [row["id"] for row in page["rows"] if row["preview"]["content"] in questions]
    desk.call("bulk_update", p_ids=ids, p_changes={"add_labels": [label]})
    return label, questions


def test_a_filter_becomes_a_view_and_all_it_finds_is_resolved_and_taken_back(
    product: LocalProduct, desk: Desk, agent: Agents, visitor: Visitors
) -> None:
    label, questions = labelled(desk, product, visitor, 3)
    ben, ana = agent("agent@example.com"), agent()
    builder = conditions(ben)
    builder.get_by_role("combobox", name="What").select_option("Labels")
    builder.get_by_role("combobox", name="Value").select_option(label)
    builder.get_by_role("button", name="Add condition").click()
    builder.get_by_role("combobox", name="What").last.select_option("Created")
    builder.get_by_role("combobox", name="How").last.select_option("since")
    builder.get_by_label("Value", exact=True).last.fill("2020-01-01")
    ben.picture("conditions")
    assert ben.serious_findings() == []
    builder.get_by_role("button", name="Show", exact=True).click()
    bar = ben.page.get_by_role("region", name="Conditions")
    expect(bar).to_contain_text(f"Labels is {label}")
    expect(ben.rows).to_have_count(3)

    # Under a name it is in the navigation, with how many it holds; for nobody else.
    name = f"Fragile {secrets.token_hex(3)}"
    bar.get_by_role("button", name="Save as view").click()
    ben.page.get_by_role("textbox", name="Name of the view").fill(name)
    ben.page.get_by_role("button", name="Save", exact=True).click()
    views = ben.page.get_by_role("navigation", name="Views")
    entry = views.get_by_role("link", name=name)
    expect(entry).to_contain_text("3")
    expect(ben.page.get_by_role("heading", name=name, level=2)).to_be_visible()
    ben.picture("view-saved")
    assert ben.serious_findings() == []
    ana.page.reload()
    expect(
        ana.page.get_by_role("navigation", name="Views").get_by_role("link", name="Mentions")
    ).to_be_visible()
    expect(ana.page.get_by_text(name)).to_have_count(0)

    # What a colleague changes joins the list or leaves it, as the database says.
    leaving = ben.row(questions[0])
    found = desk.call(
        "conversation_list", p_account_id=desk.account_id, p_tab="all", p_labels=[label]
    )
    gone = next(row for row in found["rows"] if row["preview"]["content"] == questions[0])
    desk.call("set_labels", p_conversation_id=gone["id"], p_labels=[])
    expect(leaving).to_have_count(0)
    desk.call("set_labels", p_conversation_id=gone["id"], p_labels=[label])
    expect(leaving).to_be_visible()

    # Everything is selected, resolved, and taken back.
    row = ben.row(questions[1])
    row.hover()
    row.locator("..").get_by_role("checkbox").check()
    tools = ben.page.get_by_role("toolbar", name="Change selected conversations")
    tools.get_by_role("button", name="Select all shown").click()
    expect(tools).to_contain_text("3 selected")
    tools.get_by_role("button", name="Resolve").click()
    expect(ben.page.get_by_text("3 conversations changed")).to_be_visible()
    open_ones = {"p_account_id": desk.account_id, "p_tab": "all", "p_labels": [label]}
    assert desk.call("conversation_list", **open_ones)["rows"] == []
    ben.page.get_by_role("button", name="Undo").click()
    expect(ben.row(questions[1])).not_to_contain_text("Resolved")
    expect(ben.page.get_by_role("status").filter(has_text="Undo")).to_have_count(0)

    # Another name, and the end of it.
    bar.get_by_role("button", name="More about this view").click()
    ben.page.get_by_role("menuitem", name="Rename").click()
    ben.page.get_by_role("textbox", name="Name of the view").fill(f"{name} things")
    ben.page.get_by_role("button", name="Save", exact=True).click()
    expect(views.get_by_role("link", name=f"{name} things")).to_be_visible()
    bar.get_by_role("button", name="More about this view").click()
    ben.page.get_by_role("menuitem", name="Delete view").click()
    ben.page.get_by_role("button", name="Delete view").click()
    expect(views.get_by_role("link", name=re.compile(name))).to_have_count(0)
    ben.assert_nothing_broke()
