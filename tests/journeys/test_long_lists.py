"""Ten thousand messages and two hundred thousand conversations: they scroll, and stay in their place."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.bulk import long_thread, many_conversations
from tests.journeys.people import AgentAtDesk
from tests.support.local import LocalProduct

Agents = Callable[..., AgentAtDesk]

#: The first line in sight, and how far it stands from the top.
FIRST_LINE = """region => {
    const top = region.getBoundingClientRect().top;
    for (const article of region.querySelectorAll('article')) {
        const offset = article.getBoundingClientRect().top - top;
        const line = article.innerText.match(/Line (\\d+)\\./);
        if (offset >= 0 && line) return [Number(line[1]), Math.round(offset)];
    }
    return null;
}"""

#: Scrolls, one step a frame, until a line or row with a number at most so high stands first.
SCROLL = """async ([element, step, pattern, most]) => {
    while (true) {
        element.scrollTop += step;
        await new Promise(requestAnimationFrame);
        const top = element.getBoundingClientRect().top;
        for (const item of element.querySelectorAll('article, li')) {
            const found = item.innerText.match(new RegExp(pattern));
            if (!found || item.getBoundingClientRect().bottom < top) continue;
            if (Number(found[1]) <= most) return;
            break;
        }
    }
}"""


def scroll(region: Locator, step: int, pattern: str, most: int) -> None:
    """Scroll on and on, through pages that come by themselves. How smoothly is for `make bench` to say."""
    region.page.evaluate(SCROLL, [region.element_handle(), step, pattern, most])


def test_ten_thousand_messages_scroll_without_losing_the_place(
    product: LocalProduct, agent: Agents
) -> None:
    title = f"Long story {secrets.token_hex(4)}"
    long_thread(product, 10_000, title)
    ana = agent()
    ana.view("All")
    ana.open(f"The end of {title}")
    expect(ana.messages.get_by_text("Line 10000.", exact=True)).to_be_in_viewport()

    # A page that comes above the reader moves nothing under their eyes.
    ana.messages.hover()
    ana.page.mouse.wheel(0, -600)
    expect(ana.page.get_by_role("button", name="Latest")).to_be_visible()
    expect(ana.messages.get_by_role("status")).to_have_text("Load earlier messages")
    ana.page.wait_for_timeout(300)
    before = ana.messages.evaluate(FIRST_LINE)
    with ana.page.expect_response(re.compile("message_page")):
        ana.messages.get_by_role("button", name="Load earlier messages").dispatch_event("click")
    ana.page.wait_for_timeout(500)
    line, offset = ana.messages.evaluate(FIRST_LINE)
    assert line == before[0]
    assert abs(offset - before[1]) <= 2

    scroll(ana.messages, -250, r"Line (\d+)\.", 9_800)
    ana.picture("thread-long")

    ana.page.get_by_role("button", name="Latest").click()
    expect(ana.messages.get_by_text("Line 10000.", exact=True)).to_be_in_viewport()
    assert ana.messages.locator("article").count() < 60, "only what is near is in the page"
    ana.assert_nothing_broke()


def test_a_conversation_opened_before_is_painted_without_asking(agent: Agents) -> None:
    ana = agent()
    ana.view("All")
    first, second = ana.rows.nth(0), ana.rows.nth(1)
    for row in (first, second):
        row.click()
        expect(ana.messages.locator("article").first).to_be_visible()
    said = ana.messages.locator("article").first.inner_text()
    # Nobody answers any more: what is shown is what the page remembers.
    ana.page.route(re.compile("/rest/v1/"), lambda _: None)
    first.click()
    expect(ana.messages.locator("article").first).not_to_have_text(said)
    expect(ana.messages.locator("article").first).to_be_visible()


def resolve_all_since(agent: AgentAtDesk, since: datetime) -> None:
    """Resolve everything that a filter finds, most of which was never loaded, and take it back."""
    page = agent.page
    recent = {
        "attribute_key": "last_activity_at",
        "filter_operator": "is_greater_than",
        "values": [since.isoformat()],
    }
    is_open = {"attribute_key": "status", "filter_operator": "equal_to", "values": ["open"]}
    conditions = [{**recent, "query_operator": "and"}, {**is_open, "query_operator": None}]
    page.goto(re.sub(r"/inbox/.*", f"/inbox/all?where={quote(json.dumps(conditions))}", page.url))
    row = agent.rows.first
    expect(row).to_be_visible()
    row.hover()
    row.locator("..").get_by_role("checkbox").check()
    tools = page.get_by_role("toolbar", name="Change selected conversations")
    tools.get_by_role("button", name="Select all shown").click()
    every = tools.get_by_role("button", name=re.compile(r"Select all \d+ in this list"))
    total = re.sub(r"\D", "", every.inner_text())
    every.click()
    expect(tools).to_contain_text(f"{total} selected")
    agent.picture("bulk-everything")
    tools.get_by_role("button", name="Resolve").click()
    expect(page.get_by_text(f"{total} conversations changed")).to_be_visible(timeout=60_000)
    expect(agent.rows).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    # They wait for somebody again, though what opens is handed out.
    expect(agent.rows.first).to_contain_text("Unassigned", ignore_case=True, timeout=60_000)
    expect(agent.rows.filter(has_text="assigned to you")).to_have_count(0, timeout=60_000)


@pytest.mark.timeout(600)  # filling the database takes most of it
def test_two_hundred_thousand_conversations_scroll(product: LocalProduct, agent: Agents) -> None:
    filled = datetime.now(UTC)
    many_conversations(product, 200_000)
    chiara = agent("other@example.com")
    chiara.view("All")
    expect(chiara.row("Person 200000")).to_be_visible()
    shown = chiara.page.get_by_role("list", name="Conversations")
    scroll(shown.locator(".."), 100, r"Person (\d+)", 199_850)
    assert chiara.rows.count() < 60, "only what is near is in the page"
    chiara.picture("list-long")
    # One a second: the newest hundred and some.
    resolve_all_since(chiara, filled - timedelta(seconds=150))
    chiara.assert_nothing_broke()
