"""A visitor and agents talk; nothing is reloaded, lost or doubled."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.people import AgentAtDesk, VisitorOnPage

Agents = Callable[..., AgentAtDesk]
Visitors = Callable[..., VisitorOnPage]


def unique(text: str) -> str:
    """A sentence that no other test has said."""
    return f"{text} {secrets.token_hex(4)}"


def test_a_visitor_and_an_agent_talk_in_both_directions(agent: Agents, visitor: Visitors) -> None:
    ana = agent()
    ana.view("All")
    customer = visitor()
    customer.picture("demo-page")
    customer.open_chat()
    question = unique("Do you ship to Austria?")
    customer.write(question)

    expect(ana.row(question)).to_be_visible()
    ana.picture("inbox")
    ana.open(question)
    ana.sees(question)

    answer = unique("We do, it takes three days.")
    ana.reply(answer)
    customer.sees(answer)
    customer.sees(question)
    ana.sees(answer)
    expect(customer.panel.get_by_role("heading", name="Ana Duarte")).to_be_visible()

    thanks = unique("Wonderful, thanks!")
    customer.write(thanks)
    ana.sees(thanks)
    ana.picture("thread")
    customer.picture("widget-chat")
    ana.assert_nothing_broke()
    customer.assert_nothing_broke()


def test_a_visitor_is_greeted_once(visitor: Visitors) -> None:
    customer = visitor()
    customer.open_chat()
    customer.write(unique("Hello"))
    customer.sees("Thanks for writing!")
    customer.write(unique("Anyone?"))
    customer.sees("Thanks for writing!")


def test_a_note_is_for_colleagues_only(agent: Agents, visitor: Visitors) -> None:
    ana = agent()
    ana.view("All")
    customer = visitor()
    customer.open_chat()
    question = unique("Where is my parcel?")
    customer.write(question)
    ana.open(question)

    note = unique("Third time this week, be kind.")
    ana.note(note)
    ana.sees(note)
    ana.picture("note")
    ana.page.get_by_role("tab", name="Reply").click()
    answer = unique("Let me look.")
    ana.reply(answer)
    customer.sees(answer)
    expect(customer.panel.get_by_text(note)).to_have_count(0)

    # Nor does the visitor get it from history.
    customer.return_to_chat()
    customer.sees(answer)
    expect(customer.panel.get_by_text(note)).to_have_count(0)


def test_a_visitor_who_comes_back_finds_the_conversation(visitor: Visitors) -> None:
    customer = visitor()
    customer.open_chat()
    question = unique("Can I change my order?")
    customer.write(question)
    customer.sees(question)
    customer.return_to_chat()
    customer.sees(question)


def test_two_agents_see_each_other_s_work(agent: Agents, visitor: Visitors) -> None:
    ana, ben = agent(), agent("agent@example.com")
    ana.view("All")
    ben.view("All")
    customer = visitor()
    customer.open_chat()
    question = unique("Is anybody there?")
    customer.write(question)
    ana.open(question)
    ben.open(question)
    expect(ana.page.get_by_text(re.compile("Ben Okafor is viewing"))).to_be_visible()

    answer = unique("Yes, Ben here.")
    ben.reply(answer)
    ana.sees(answer)
    ana.picture("two-agents")

    ben.page.get_by_role("button", name="Resolve", exact=True).click()
    expect(ana.page.get_by_role("button", name="Reopen", exact=True)).to_be_visible()
    expect(ana.messages.get_by_text("Ben Okafor resolved the conversation")).to_be_visible()

    again = unique("One more thing...")
    customer.write(again)
    ana.sees(again)
    expect(ana.page.get_by_role("button", name="Resolve", exact=True)).to_be_visible()


def test_a_reply_that_crosses_another_is_held_back(agent: Agents, visitor: Visitors) -> None:
    ana, ben = agent(), agent("agent@example.com")
    ana.view("All")
    ben.view("All")
    customer = visitor()
    customer.open_chat()
    question = unique("Which one is sweeter?")
    customer.write(question)
    ana.open(question)
    ben.open(question)

    # Ana's connection hangs while Ben answers, so she writes without having seen it.
    ana.page.context.set_offline(True)
    hers = unique("The Huila, I would say.")
    ana.reply(hers)
    his = unique("The Sidama is sweeter.")
    ben.reply(his)
    customer.sees(his)
    ana.page.context.set_offline(False)

    dialog = ana.page.get_by_role("dialog").or_(ana.page.get_by_role("alertdialog"))
    expect(dialog.get_by_text(re.compile("replied while you were writing"))).to_be_visible()
    ana.picture("collision")
    expect(customer.panel.get_by_text(hers)).to_have_count(0)
    dialog.get_by_role("button", name="Send anyway").click()
    customer.sees(hers)
    ana.sees(his)


def test_the_agent_sees_the_visitor_type(agent: Agents, visitor: Visitors) -> None:
    ana = agent()
    ana.view("All")
    customer = visitor()
    customer.open_chat()
    question = unique("Hm")
    customer.write(question)
    ana.open(question)
    customer.panel.get_by_role("textbox").press_sequentially("let me think", delay=30)
    expect(ana.page.get_by_text(re.compile("is typing")).first).to_be_visible()


def test_what_a_visitor_writes_is_text_and_never_markup(agent: Agents, visitor: Visitors) -> None:
    ana = agent()
    ana.view("All")
    customer = visitor()
    customer.open_chat()
    mark = secrets.token_hex(4)
    evil = f'<img src=x onerror="window.hacked=1"> [x](javascript:window.hacked=1) {mark}'
    customer.write(evil)
    ana.open(mark)
    expect(ana.messages.get_by_text(mark)).to_be_visible()
    for place in (ana.page, customer.panel_frame()):
        assert place.evaluate("window.hacked") is None
    assert ana.messages.locator("img[src=x]").count() == 0
    assert ana.page.locator("a[href^='javascript']").count() == 0
    assert customer.panel.locator("a[href^='javascript']").count() == 0


def test_the_list_loads_page_after_page_and_then_rests(agent: Agents) -> None:
    ana = agent()
    asked: list[str] = []
    ana.page.on(
        "request",
        lambda request: asked.append(request.url) if "/conversation_list" in request.url else None,
    )
    ana.view("All")
    rows = ana.page.locator("li[aria-posinset]")
    expect(rows.first).to_be_visible()
    end = time.monotonic() + 60
    while rows.last.get_attribute("aria-setsize") == "-1":
        assert time.monotonic() < end, "the list never came to its end"
        rows.last.scroll_into_view_if_needed()
        ana.page.wait_for_timeout(100)
    total = int(rows.last.get_attribute("aria-setsize") or 0)
    assert total > 100
    ana.page.wait_for_timeout(1000)
    # A page of 25 each, and some more for counts and for what others do meanwhile.
    assert len(asked) < total / 25 + 15
