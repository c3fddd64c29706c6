"""An agent at the dashboard answers customers who write on their phones: WhatsApp, Telegram, e-mail."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.journeys.people import AgentAtDesk, Person
from tests.journeys.test_conversation import unique
from tests.support.local import LocalProduct
from tests.support.simulator import somebody

Agents = Callable[..., AgentAtDesk]


class Customer(Person):
    """Somebody at the simulator's page."""

    def __init__(self, product: LocalProduct, page: Page, channel: str) -> None:
        super().__init__(product, page)
        self.name = somebody()
        page.goto(str(product.status["simulator_url"]))
        page.get_by_role("navigation", name="Channels").get_by_role(
            "button", name=channel, exact=True
        ).click()
        expect(
            page.get_by_role("heading", name=re.compile(f"on {re.escape(channel)}$"))
        ).to_be_visible()
        page.get_by_label("You are").fill(self.name)
        page.get_by_role("button", name="Switch").click()
        expect(self.log.get_by_role("listitem")).to_have_count(0)

    @property
    def log(self) -> Locator:
        """What was said."""
        return self.page.get_by_role("log", name="Messages")

    def write(self, text: str) -> None:
        """Write and send."""
        self.page.get_by_role("textbox", name="Message").fill(text)
        self.page.get_by_role("button", name="Send", exact=True).click()

    def sees(self, text: str) -> Locator:
        """This message stands in the chat, once; the message."""
        message = self.log.get_by_role("listitem").filter(has_text=text)
        expect(message).to_have_count(1)
        return message


@pytest.fixture
def customer(
    product: LocalProduct, context: Callable[..., BrowserContext]
) -> Callable[..., Customer]:
    """Takes up a phone."""

    def arrive(channel: str, **options: object) -> Customer:
        return Customer(product, context(**options).new_page(), channel)

    return arrive


@pytest.mark.parametrize("channel", ["WhatsApp", "Telegram", "E-mail"])
def test_an_agent_answers_a_customer(
    agent: Agents, customer: Callable[..., Customer], channel: str
) -> None:
    ana, mia = agent(), customer(channel)
    ana.view("All conversations")
    question = unique("Is the big grinder in stock?")
    mia.write(question)
    expect(ana.row(question)).to_be_visible()
    ana.open(question)
    expect(ana.messages.get_by_text(question).first).to_be_visible()

    answer = unique("It is, and ships today.")
    ana.reply(answer)
    mia.sees(answer)
    ana.sees(answer)

    thanks = unique("Wonderful, thanks!")
    mia.write(thanks)
    expect(ana.messages.get_by_text(thanks).first).to_be_visible()
    ana.picture(f"channel-{channel.lower()}")
    mia.picture(f"simulator-{channel.lower()}")
    ana.assert_nothing_broke()
    mia.assert_nothing_broke()


def test_a_customer_edits_and_an_agent_is_read(
    agent: Agents, customer: Callable[..., Customer]
) -> None:
    ana, mia = agent(), customer("WhatsApp")
    ana.view("All conversations")
    before, after = unique("Two bags"), unique("Three bags")
    mia.write(before)
    ana.open(before)
    mia.page.once("dialog", lambda dialog: dialog.accept(after))
    mia.sees(before).get_by_role("button", name="Edit this message").click()
    expect(ana.messages.get_by_text(after).first).to_be_visible()
    ana.reply(answer := unique("Three it is."))
    expect(mia.sees(answer)).to_contain_text("read")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_serves_everybody(customer: Callable[..., Customer], width: int) -> None:
    mia = customer("Messenger", viewport={"width": width, "height": 800})
    mia.write(unique("Hello"))
    expect(mia.log.get_by_role("listitem")).to_have_count(1)
    assert mia.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    mia.picture(f"simulator-{width}")
    assert mia.serious_findings() == []
    mia.assert_nothing_broke()
