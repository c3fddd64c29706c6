"""The screens as people meet them: languages, themes, sizes, keyboard, and no serious finding of axe."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.journeys.people import AgentAtDesk, VisitorOnPage
from tests.support.local import PASSWORD, LocalProduct

Agents = Callable[..., AgentAtDesk]
Visitors = Callable[..., VisitorOnPage]
Contexts = Callable[..., BrowserContext]


def test_axe_finds_nothing_serious_on_the_agents_screens(
    product: LocalProduct, context: Contexts, agent: Agents
) -> None:
    stranger = AgentAtDesk(product, context().new_page())
    for path in ("sign-in", "sign-up", "forgot-password"):
        stranger.page.goto(f"{product.dashboard_url}/{path}")
        expect(stranger.page.get_by_role("heading", level=1)).to_be_visible()
        stranger.picture(path)
        assert stranger.serious_findings() == []
    for scheme in ("light", "dark"):
        ana = agent(color_scheme=scheme)
        ana.view("All")
        ana.rows.first.click()
        expect(ana.messages).to_be_visible()
        ana.picture(f"inbox-{scheme}")
        assert ana.serious_findings() == []


def test_axe_finds_nothing_serious_in_the_chat(visitor: Visitors) -> None:
    for scheme in ("light", "dark"):
        customer = visitor(color_scheme=scheme)
        assert customer.serious_findings() == []
        customer.launcher.click()
        expect(customer.panel.get_by_role("button", name="Send us a message")).to_be_visible()
        customer.picture(f"widget-home-{scheme}")
        assert customer.serious_findings(customer.panel_frame()) == []
        customer.panel.get_by_role("button", name="Send us a message").click()
        customer.write(f"hello {secrets.token_hex(4)}")
        customer.sees("Thanks for writing!")
        customer.picture(f"widget-chat-{scheme}")
        assert customer.serious_findings(customer.panel_frame()) == []


def test_the_dashboard_reads_from_right_to_left_in_arabic(agent: Agents) -> None:
    ana = agent(locale="ar")
    assert ana.page.evaluate("document.documentElement.dir") == "rtl"
    ana.page.locator("a[href*='/inbox/all']").first.click()
    ana.page.locator("ul li a").filter(has_text=re.compile(".+")).first.wait_for()
    ana.picture("inbox-rtl")
    list_box = ana.page.locator("h1").first.bounding_box()
    assert list_box is not None
    assert list_box["x"] > 700, "the list stands at the right"
    assert ana.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_chat_reads_from_right_to_left_in_arabic(
    product: LocalProduct, context: Contexts
) -> None:
    customer = VisitorOnPage(product, context(locale="ar").new_page())
    customer.page.goto(f"{product.demo_url}/?locale=ar")
    customer.launcher.click()
    expect(customer.panel.get_by_role("button").first).to_be_visible()
    customer.picture("widget-rtl")
    assert customer.panel_frame().evaluate("document.documentElement.dir") == "rtl"


@pytest.mark.parametrize(
    ("name", "width", "height"),
    [("phone", 390, 844), ("narrow", 320, 640)],
)
def test_both_screens_fit_a_phone(
    agent: Agents, visitor: Visitors, name: str, width: int, height: int
) -> None:
    ana = agent(viewport={"width": width, "height": height})
    ana.picture(f"inbox-{name}")
    assert ana.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    ana.rows.first.click()
    expect(ana.composer).to_be_visible()
    ana.picture(f"thread-{name}")
    assert ana.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    customer = visitor(viewport={"width": width, "height": height})
    customer.open_chat()
    customer.picture(f"widget-{name}")
    assert customer.panel_frame().evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_agent_works_with_the_keyboard_alone(agent: Agents, visitor: Visitors) -> None:
    ana = agent()
    ana.view("All")
    customer = visitor()
    customer.open_chat()
    mark = secrets.token_hex(4)
    customer.write(f"keys {mark}")
    expect(ana.row(f"keys {mark}")).to_be_visible()
    ana.page.keyboard.press("j")
    ana.page.keyboard.press("Enter")
    expect(ana.messages).to_be_visible()
    ana.sees(f"keys {mark}")
    ana.page.keyboard.press("r")
    expect(ana.composer).to_be_focused()
    ana.page.keyboard.type(f"by hand {mark}")
    ana.page.keyboard.press("Control+Enter")
    customer.sees(f"by hand {mark}")
    ana.page.keyboard.press("Escape")
    ana.page.keyboard.press("e")
    expect(ana.page.get_by_role("button", name="Reopen", exact=True)).to_be_visible()


def test_escape_closes_the_chat_and_gives_the_focus_back(visitor: Visitors) -> None:
    customer = visitor()
    customer.launcher.focus()
    customer.page.keyboard.press("Enter")
    expect(customer.panel.get_by_role("button", name="Send us a message")).to_be_visible()
    customer.page.keyboard.press("Tab")
    customer.page.keyboard.press("Escape")
    expect(customer.page.locator("iframe")).not_to_be_visible()
    expect(customer.launcher).to_be_focused()


def test_nothing_is_stored_or_asked_for_before_the_chat_is_opened(
    product: LocalProduct, context: Contexts
) -> None:
    profile = context()
    page = profile.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    customer = VisitorOnPage(product, page)
    customer.arrive()
    page.wait_for_timeout(1000)
    ours = [url for url in asked if not url.startswith(product.demo_url)]
    assert sorted(url.removeprefix(product.api_url).split("/")[1] for url in ours) == [
        "widget",
        "widget.js",
    ]
    assert profile.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_a_new_company_signs_up_and_gets_a_working_desk(
    product: LocalProduct, context: Contexts
) -> None:
    page = context().new_page()
    page.goto(f"{product.dashboard_url}/sign-up")
    address = f"owner-{secrets.token_hex(4)}@example.org"
    page.get_by_label("Your name").fill("Dana Newman")
    page.get_by_label("Workspace name").fill("Newman & Sons")
    page.get_by_label("E-mail").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create workspace").click()
    page.wait_for_url(re.compile(r"/a/[0-9a-f-]+/inbox"))
    expect(page.get_by_text("Newman & Sons").first).to_be_visible()
    AgentAtDesk(product, page).picture("new-workspace")


def test_a_wrong_password_is_said_plainly(product: LocalProduct, context: Contexts) -> None:
    page = context().new_page()
    page.goto(product.dashboard_url)
    page.locator("input[type=email]").fill("admin@example.com")
    page.locator("input[type=password]").fill("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_text("E-mail or password is wrong.")).to_be_visible()
    AgentAtDesk(product, page).picture("sign-in-error")
