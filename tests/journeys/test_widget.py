"""The chat's API for the page around it, and what the chat does beyond plain text."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from playwright.sync_api import BrowserContext, Request, expect

from tests.journeys.people import VisitorOnPage
from tests.support.local import LocalProduct

Visitors = Callable[..., VisitorOnPage]
Contexts = Callable[..., BrowserContext]

LISTEN = """
window.heard = [];
for (const name of ['supadesk', 'chatwoot']) {
  for (const event of ['ready', 'error', 'open', 'opened', 'close', 'closed', 'message', 'on-message',
    'start', 'on-start-conversation', 'postback', 'unread']) {
    addEventListener(`${name}:${event}`, ({ detail }) => heard.push([`${name}:${event}`, detail ?? null]));
  }
}
"""


def heard(customer: VisitorOnPage, event: str) -> list[Any]:
    """What the page was told under this name."""
    said = customer.page.evaluate("heard")
    return [detail for name, detail in said if name == event]


def contact_of(product: LocalProduct, question: str) -> dict[str, Any]:
    """The contact who wrote this, as stored."""
    with psycopg.connect(product.database_url) as conn:
        row = conn.execute(
            "select to_jsonb(contacts) from contacts join conversations on contact_id = contacts.id"
            " join messages on conversation_id = conversations.id where content = %s",
            (question,),
        ).fetchone()
    assert row is not None
    return dict(row[0])


def test_nothing_is_stored_or_asked_before_the_chat_is_opened(
    product: LocalProduct, context: Contexts
) -> None:
    profile = context()
    asked: list[Request] = []
    profile.on("request", lambda request: asked.append(request))
    customer = VisitorOnPage(product, profile.new_page())
    customer.page.add_init_script(LISTEN)
    customer.arrive()
    customer.page.evaluate("supadesk.setUser('kim', {name: 'Kim'})")
    customer.page.wait_for_load_state("networkidle")
    ours = [r.url.removeprefix(product.api_url) for r in asked if r.url.startswith(product.api_url)]
    assert ours == ["/widget.js", f"/widget/config/{product.website_token}"]
    assert not [r.url for r in asked if r.url.startswith(product.supabase_url)]
    assert profile.storage_state() == {"cookies": [], "origins": []}
    assert heard(customer, "supadesk:ready") == [None]
    assert customer.page.evaluate("supadesk.hasLoaded") is True


def test_the_page_says_who_its_visitor_is(product: LocalProduct, context: Contexts) -> None:
    customer = VisitorOnPage(product, context().new_page())
    customer.page.add_init_script(LISTEN)
    # Said before the loader is there: the queue keeps it.
    mark = secrets.token_hex(4)
    customer.page.add_init_script(
        "window.supadesk = Object.assign((...call) => supadesk.q.push(call), {q: ["
        f"['setUser', 'kim-{mark}', {{name: 'Kim Lee', email: 'kim-{mark}@example.com', city: 'Porto'}}],"
        "['setCustomAttributes', {plan: 'pro'}]]})"
    )
    customer.arrive()
    customer.open_chat()
    question = f"Who am I? {mark}"
    customer.write(question)
    customer.sees("Thanks for writing!")
    contact = contact_of(product, question)
    assert contact["name"] == "Kim Lee"
    assert contact["identifier"] == f"kim-{mark}"
    assert contact["custom_attributes"] == {"plan": "pro"}
    assert contact["additional_attributes"]["city"] == "Porto"
    assert contact["identified"] == "claimed"
    customer.page.evaluate("supadesk.setLabel('vip')")
    customer.page.wait_for_function("heard.some(([name]) => name === 'supadesk:error')")
    assert heard(customer, "supadesk:error")[0]["code"] == "not_allowed"

    # Signing out leaves nothing for whoever sits down next.
    customer.page.evaluate("supadesk.reset()")
    expect(customer.launcher).to_have_attribute("aria-expanded", "false")
    customer.launcher.click()
    expect(customer.panel.get_by_role("button", name="Send us a message")).to_be_visible()
    expect(customer.panel.get_by_text(question)).to_have_count(0)
    customer.assert_nothing_broke()


def test_a_page_with_chatwoot_s_snippet_only_changes_the_address(
    product: LocalProduct, context: Contexts
) -> None:
    page = context().new_page()
    customer = VisitorOnPage(product, page)
    page.add_init_script(LISTEN)
    # The demo page without its own script, and with the other one's snippet.
    page.route("**/demo.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(product.demo_url)
    page.evaluate(
        """([base, token]) => {
          window.chatwootSettings = { position: 'left', locale: 'es', darkMode: 'dark' };
          const script = document.createElement('script');
          script.src = `${base}/packs/js/sdk.js`;
          script.onload = () => window.chatwootSDK.run({ websiteToken: token, baseUrl: base });
          document.head.append(script);
        }""",
        [product.api_url, product.website_token],
    )
    expect(customer.launcher).to_have_accessible_name("Chatea con nosotros")
    assert len(heard(customer, "chatwoot:ready")) == 1
    with pytest.raises(Exception, match="avatar_url, email, name"):
        page.evaluate("$chatwoot.setUser('kim', {})")
    page.evaluate("$chatwoot.setUser('kim', {name: 'Kim'})")
    page.evaluate("$chatwoot.toggle('open')")
    expect(customer.panel.get_by_role("button").first).to_be_visible()
    assert page.evaluate("$chatwoot.isOpen") is True
    page.evaluate("$chatwoot.setLocale('en')")
    expect(customer.panel.get_by_role("button", name="Send us a message")).to_be_visible()
    customer.picture("widget-chatwoot-left-dark")
    page.evaluate("$chatwoot.toggle('close')")
    page.evaluate("$chatwoot.toggleBubbleVisibility('hide')")
    expect(customer.launcher).to_be_hidden()
    assert len(heard(customer, "chatwoot:opened")) == 1
    assert len(heard(customer, "chatwoot:closed")) == 1
    customer.assert_nothing_broke()
