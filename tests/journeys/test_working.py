"""A day at the desk: giving conversations away, sorting, postponing, finding, and knowing the customer."""

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


def ask(visitor: Visitors) -> str:
    """Somebody new asks something; returns what."""
    customer = visitor()
    customer.open_chat()
    question = f"A question {secrets.token_hex(4)}"
    customer.write(question)
    customer.sees(question)
    return question


def details(ana: AgentAtDesk) -> Locator:
    """The panel beside the thread."""
    return ana.page.get_by_role("region", name="Contact")


def pick(ana: AgentAtDesk, button: Locator, option: str) -> None:
    """Open a list one can search, and choose by typing."""
    button.click()
    ana.page.get_by_role("combobox").fill(option)
    expect(ana.page.get_by_role("option", name=option).first).to_be_visible()
    ana.page.keyboard.press("Enter")


def test_a_conversation_gets_assignee_team_priority_and_labels(
    desk: Desk, agent: Agents, visitor: Visitors
) -> None:
    label, team = desk.label("fragile"), desk.team("night shift")
    question = ask(visitor)
    ana = agent()
    ana.view("All")
    ana.open(question)

    pick(ana, ana.page.locator("#assignee-menu"), "Ben Okafor")
    expect(details(ana).get_by_role("button", name="Assigned to: Ben Okafor")).to_be_visible()
    expect(ana.page.get_by_text(re.compile("assigned to Ben Okafor")).first).to_be_visible()
    pick(ana, details(ana).get_by_role("button", name="Team: No team"), team)
    expect(details(ana).get_by_role("button", name=f"Team: {team}")).to_be_visible()
    ana.messages.focus()
    ana.page.keyboard.press("p")
    ana.page.get_by_role("combobox").fill("urg")
    ana.picture("picker-priority")
    ana.page.keyboard.press("Enter")
    expect(details(ana).get_by_role("button", name="Priority: Urgent")).to_be_visible()
    details(ana).get_by_role("button", name="Add label", exact=True).click()
    ana.page.get_by_role("combobox").fill(label)
    ana.page.keyboard.press("Enter")
    ana.page.keyboard.press("Escape")
    expect(details(ana).get_by_role("button", name=f"Remove label {label}")).to_be_visible()
    ana.picture("details")
    assert ana.serious_findings() == []

    # The lists by team and by label hold it, and its row says so.
    ana.page.get_by_role("navigation", name="Views").get_by_role("link", name=team).click()
    expect(ana.row(question)).to_contain_text(label)
    expect(ana.page.get_by_role("heading", name=team, level=2).last).to_be_visible()
    ana.page.get_by_role("navigation", name="Views").get_by_role("link", name=label).click()
    expect(ana.row(question)).to_be_visible()
    ana.assert_nothing_broke()


def test_snoozing_resolving_and_reopening(agent: Agents, visitor: Visitors) -> None:
    question = ask(visitor)
    ana = agent()
    ana.view("All")
    ana.open(question)
    ana.page.get_by_role("button", name="Snooze", exact=True).click()
    expect(ana.page.get_by_label("Another date and time")).to_be_visible()
    ana.picture("snooze")
    ana.page.get_by_role("button", name=re.compile("Tomorrow morning")).click()
    expect(ana.page.get_by_role("button", name="Reopen", exact=True)).to_be_visible()
    expect(ana.row(question)).to_have_count(0)
    expect(details(ana)).to_contain_text("Snoozed until")
    # The notice takes it back.
    ana.messages.focus()
    ana.page.keyboard.press("z")
    expect(ana.page.get_by_role("button", name="Resolve", exact=True)).to_be_visible()
    expect(ana.row(question)).to_be_visible()
    ana.messages.focus()
    ana.page.keyboard.press("e")
    expect(ana.page.get_by_role("button", name="Reopen", exact=True)).to_be_visible()
    ana.page.keyboard.press("Shift+O")
    expect(ana.page.get_by_role("button", name="Resolve", exact=True)).to_be_visible()


def test_many_conversations_are_changed_at_once(
    desk: Desk, agent: Agents, visitor: Visitors
) -> None:
    label = desk.label("bulk")
    questions = [ask(visitor) for _ in range(3)]
    ana = agent()
    ana.view("All")
    for question in questions:
        row = ana.row(question)
        row.hover()
        row.locator("..").get_by_role("checkbox").check()
    bar = ana.page.get_by_role("toolbar", name="Change selected conversations")
    expect(bar).to_contain_text("3 selected")
    ana.picture("bulk")
    assert ana.serious_findings() == []
    pick(ana, bar.get_by_role("button", name="Labels"), label)
    expect(bar).to_have_count(0)
    for question in questions:
        expect(ana.row(question)).to_contain_text(label)

    for question in (questions[0], questions[2]):
        row = ana.row(question)
        row.hover()
        row.locator("..").get_by_role("checkbox").check()
    bar.get_by_role("button", name="Resolve").click()
    expect(ana.row(questions[0])).to_have_count(0)
    expect(ana.row(questions[2])).to_have_count(0)
    expect(ana.row(questions[1])).to_be_visible()


def test_filters_are_in_the_address_and_can_be_taken_away(agent: Agents, visitor: Visitors) -> None:
    question = ask(visitor)
    ana = agent()
    ana.view("All")
    expect(ana.row(question)).to_be_visible()
    ana.page.get_by_role("button", name="Filter", exact=True).click()
    ana.page.get_by_label("Priority").select_option("Urgent")
    expect(ana.page).to_have_url(re.compile("priority=urgent"))
    expect(ana.row(question)).to_have_count(0)
    ana.picture("filter")
    assert ana.serious_findings() == []
    ana.page.keyboard.press("Escape")
    ana.page.reload()
    chip = ana.page.get_by_role("button", name=re.compile("Remove filter: Urgent"))
    chip.click()
    expect(ana.row(question)).to_be_visible()
    ana.page.get_by_role("navigation", name="Views").get_by_role("link", name="Unattended").click()
    expect(ana.row(question)).to_be_visible()


def test_search_finds_words_and_opens_the_message(agent: Agents, visitor: Visitors) -> None:
    word = f"zebra{secrets.token_hex(4)}"
    customer = visitor()
    customer.open_chat()
    customer.write(f"Do you sell {word} mugs?")
    customer.sees(f"Do you sell {word} mugs?")
    ana = agent()
    ana.page.keyboard.press("/")
    ana.page.get_by_role("combobox", name="Search").fill(word)
    hit = ana.page.get_by_role("option", name=re.compile(word)).first
    expect(hit).to_be_visible()
    ana.picture("search")
    assert ana.serious_findings() == []
    ana.page.get_by_role("button", name="Messages", exact=True).click()
    expect(hit).to_be_visible()
    ana.page.get_by_role("combobox", name="Search").press("Enter")
    expect(ana.page).to_have_url(re.compile("message="))
    expect(ana.messages.get_by_text(re.compile(word))).to_be_in_viewport()


def test_the_contact_is_edited_where_it_stands(
    desk: Desk, agent: Agents, visitor: Visitors
) -> None:
    mark = secrets.token_hex(4)
    desk.field("contact_attribute", f"Roast {mark}")
    question = ask(visitor)
    ana = agent()
    ana.view("All")
    ana.open(question)
    panel = details(ana)
    panel.get_by_role("button", name=re.compile("^Name:")).click()
    panel.get_by_role("textbox", name="Name").fill(f"Maria {mark}")
    ana.page.keyboard.press("Enter")
    expect(ana.row(question)).to_contain_text(f"Maria {mark}")

    # A refusal stands beside its field, and Escape leaves everything as it was.
    panel.get_by_role("button", name=re.compile("^Phone:")).click()
    panel.get_by_role("textbox", name="Phone").fill("12")
    ana.page.keyboard.press("Enter")
    expect(panel.get_by_role("alert")).to_be_visible()
    panel.get_by_role("textbox", name="Phone").press("Escape")
    expect(panel.get_by_role("alert")).to_have_count(0)

    panel.get_by_role("button", name=re.compile(f"^Roast {mark}:")).click()
    panel.get_by_role("textbox", name=f"Roast {mark}").fill("dark")
    ana.page.keyboard.press("Enter")
    expect(panel.get_by_role("button", name=re.compile(f"^Roast {mark}: dark"))).to_be_visible()

    panel.get_by_label(re.compile("Write down")).fill(f"Likes it strong {mark}")
    panel.get_by_role("button", name="Save note").click()
    expect(panel.get_by_role("article").filter(has_text=mark)).to_be_visible()
    ana.picture("contact")
    assert ana.serious_findings() == []
    ana.page.reload()
    expect(details(ana).get_by_role("article").filter(has_text=mark)).to_be_visible()


def test_availability_and_following(agent: Agents, visitor: Visitors) -> None:
    question = ask(visitor)
    ana = agent()
    ana.page.get_by_role("button", name=re.compile("Ana Duarte, .*: settings")).click()
    ana.page.get_by_role("menuitemradio", name="Busy").click()
    expect(ana.page.get_by_role("button", name=re.compile("Ana Duarte, Busy"))).to_be_visible()
    ana.page.reload()
    expect(ana.page.get_by_role("button", name=re.compile("Ana Duarte, Busy"))).to_be_visible()
    ana.page.get_by_role("button", name=re.compile("Ana Duarte, Busy")).click()
    ana.page.get_by_role("menuitemradio", name="Online").click()

    ana.view("All")
    ana.open(question)
    # Whoever a conversation is handed to follows it from the start.
    follow = ana.page.get_by_role("menuitem", name="Follow", exact=True)
    unfollow = ana.page.get_by_role("menuitem", name="Stop following")
    ana.page.get_by_role("button", name="More actions").click()
    expect(follow.or_(unfollow)).to_be_visible()
    if unfollow.is_visible():
        unfollow.click()
        ana.page.get_by_role("button", name="More actions").click()
    follow.click()
    expect(details(ana).get_by_role("listitem").filter(has_text="Ana Duarte")).to_be_visible()
    ana.page.get_by_role("navigation", name="Views").get_by_role(
        "link", name="Participating"
    ).click()
    expect(ana.row(question)).to_be_visible()


def test_only_administrators_delete_a_conversation(agent: Agents, visitor: Visitors) -> None:
    question = ask(visitor)
    ben = agent("agent@example.com")
    ben.view("All")
    ben.open(question)
    ben.page.get_by_role("button", name="More actions").click()
    expect(ben.page.get_by_role("menuitem", name="Mute contact")).to_be_visible()
    expect(ben.page.get_by_role("menuitem", name="Delete conversation")).to_have_count(0)
    ana = agent()
    ana.view("All")
    ana.open(question)
    ana.page.get_by_role("button", name="More actions").click()
    ana.page.get_by_role("menuitem", name="Delete conversation").click()
    ana.page.get_by_role("dialog").get_by_role("button", name="Delete conversation").click()
    expect(ana.row(question)).to_have_count(0)
