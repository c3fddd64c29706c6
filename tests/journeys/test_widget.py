"""The chat's API for the page around it, and what the chat does beyond plain text."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from playwright.sync_api import BrowserContext, Request, expect
from psycopg.types.json import Jsonb

from tests.journeys.people import AgentAtDesk, VisitorOnPage
from tests.support.local import LocalProduct

Agents = Callable[..., AgentAtDesk]
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


@contextmanager
def inbox_with(product: LocalProduct, **settings: Any) -> Iterator[None]:
    """The demo's website chat with other settings for the length of the block."""
    assignments = ", ".join(f"{name} = %({name})s" for name in settings)
    with psycopg.connect(product.database_url, autocommit=True) as conn:
        before = conn.execute(
            "select to_jsonb(widget) from channel_web_widgets as widget where website_token = %s",
            (product.website_token,),
        ).fetchone()
        assert before is not None
        values = {name: Jsonb(v) if isinstance(v, dict) else v for name, v in settings.items()}
        update = f"update channel_web_widgets set {assignments} where website_token = %(token)s"
        conn.execute(update, {**values, "token": product.website_token})
        try:
            yield
        finally:
            values = {
                name: Jsonb(before[0][name])
                if isinstance(before[0][name], dict)
                else before[0][name]
                for name in settings
            }
            conn.execute(update, {**values, "token": product.website_token})


PRE_CHAT = {
    "pre_chat_message": "A few things first.",
    "pre_chat_fields": [
        {"name": "fullName", "type": "text", "enabled": True, "required": False},
        {"name": "emailAddress", "type": "email", "enabled": True, "required": True},
        {"name": "phoneNumber", "type": "text", "enabled": False, "required": False},
        {
            "name": "size",
            "label": "Bag size",
            "type": "select",
            "field_type": "contact_attribute",
            "values": ["250 g", "1 kg"],
            "enabled": True,
            "required": False,
        },
        {
            "name": "consent",
            "label": "I agree that you keep what I write",
            "type": "checkbox",
            "field_type": "contact_attribute",
            "enabled": True,
            "required": True,
        },
    ],
}


def test_a_visitor_answers_the_pre_chat_form(product: LocalProduct, visitor: Visitors) -> None:
    with inbox_with(product, pre_chat_form_enabled=True, pre_chat_form_options=PRE_CHAT):
        customer = visitor()
        customer.launcher.click()
        customer.panel.get_by_role("button", name="Send us a message").click()
        form = customer.panel.get_by_role("region", name="Before we start")
        expect(form.get_by_text("A few things first.")).to_be_visible()
        form.get_by_role("button", name="Start the conversation").click()
        expect(form.get_by_role("alert")).to_have_count(3)
        expect(form.get_by_label("E-mail")).to_be_focused()
        form.get_by_label("E-mail").fill("kim@")
        form.get_by_role("button", name="Start the conversation").click()
        expect(form.get_by_text("does not look like an e-mail")).to_be_visible()
        customer.picture("widget-pre-chat")
        assert customer.serious_findings(customer.panel_frame()) == []

        mark = secrets.token_hex(4)
        form.get_by_label("E-mail").fill(f"kim-{mark}@example.com")
        form.get_by_label("Your name").fill("Kim Lee")
        form.get_by_label("Bag size").select_option("1 kg")
        form.get_by_label("I agree").check()
        form.get_by_label("Your message").fill(f"Is it fresh? {mark}")
        form.get_by_role("button", name="Start the conversation").click()
        customer.sees("Thanks for writing!")
        contact = contact_of(product, f"Is it fresh? {mark}")
        assert contact["email"] == f"kim-{mark}@example.com"
        assert contact["name"] == "Kim Lee"
        assert contact["custom_attributes"] == {"size": "1 kg", "consent": True}
        customer.assert_nothing_broke()


PIXELS = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_files_go_both_ways(agent: Agents, visitor: Visitors) -> None:
    customer = visitor()
    customer.open_chat()
    chooser = customer.panel.locator("input[type=file]")
    chooser.set_input_files({"name": "a.html", "mimeType": "text/html", "buffer": b"<b>"})
    expect(customer.panel.get_by_text("a.html: files of this type cannot be sent.")).to_be_visible()
    mark = secrets.token_hex(4)
    chooser.set_input_files(
        [
            {"name": f"cup-{mark}.png", "mimeType": "image/png", "buffer": PIXELS},
            {"name": "order.txt", "mimeType": "text/plain", "buffer": b"two bags, please"},
        ]
    )
    expect(customer.panel.get_by_role("button", name="Remove order.txt")).to_be_visible()
    customer.picture("widget-files-picked")
    customer.write(f"My order {mark}")
    picture = customer.log.get_by_role("button", name=f"Open the picture cup-{mark}.png")
    expect(picture).to_be_visible(timeout=30_000)
    expect(customer.log.get_by_role("link", name="Download order.txt")).to_have_attribute(
        "href", re.compile("token=")
    )
    customer.picture("widget-files")
    assert customer.serious_findings(customer.panel_frame()) == []
    picture.click()
    expect(customer.panel.get_by_role("img", name=f"cup-{mark}.png")).to_be_visible()
    customer.page.keyboard.press("Escape")
    expect(customer.panel.get_by_role("img", name=f"cup-{mark}.png")).to_have_count(0)
    expect(customer.launcher).to_have_attribute("aria-expanded", "true")
    customer.assert_nothing_broke()


def test_the_visitor_leaves_an_address_and_ends_the_conversation(
    product: LocalProduct, visitor: Visitors
) -> None:
    with psycopg.connect(product.database_url, autocommit=True) as conn:
        toggle = (
            "update inboxes set enable_email_collect = %s where id ="
            " (select inbox_id from channel_web_widgets where website_token = %s)"
        )
        conn.execute(toggle, (True, product.website_token))
    customer = visitor()
    customer.open_chat()
    mark = secrets.token_hex(4)
    customer.write(f"Anybody there? {mark}")
    box = customer.log.get_by_label("E-mail")
    expect(box).to_be_visible(timeout=30_000)
    box.fill("kim@")
    customer.log.get_by_role("button", name="Submit").click()
    expect(customer.log.get_by_text("does not look like an e-mail")).to_be_visible()
    customer.picture("widget-email-box")
    assert customer.serious_findings(customer.panel_frame()) == []
    box.fill(f"kim-{mark}@example.com")
    customer.log.get_by_role("button", name="Submit").click()
    expect(customer.log.get_by_text("Thank you, we have it.")).to_be_visible()
    assert contact_of(product, f"Anybody there? {mark}")["email"] == f"kim-{mark}@example.com"

    customer.panel.get_by_role("button", name="End the conversation").click()
    ask = customer.panel.get_by_role("alertdialog")
    expect(ask.get_by_role("button", name="End it")).to_be_focused()
    ask.get_by_role("button", name="End it").click()
    expect(customer.panel.get_by_role("button", name="End the conversation")).to_have_count(0)
    customer.assert_nothing_broke()


def test_choices_forms_cards_and_articles(product: LocalProduct, visitor: Visitors) -> None:
    customer = visitor()
    customer.page.evaluate(LISTEN)
    customer.open_chat()
    mark = secrets.token_hex(4)
    customer.write(f"Show me {mark}")
    customer.sees("Thanks for writing!")
    templates: list[tuple[str, str, dict[str, Any]]] = [
        (
            "input_select",
            "Which roast?",
            {"items": [{"title": "Dark", "value": "dark"}, {"title": "Light", "value": "light"}]},
        ),
        (
            "form",
            "Your delivery",
            {
                "items": [
                    {"name": "street", "label": "Street", "type": "text", "required": True},
                    {"name": "floor", "label": "Floor", "type": "number"},
                ]
            },
        ),
        (
            "cards",
            "Look at these",
            {
                "items": [
                    {
                        "title": "Huila",
                        "description": "Red apple",
                        "actions": [
                            {"type": "link", "text": "See it", "uri": "https://shop.example/huila"},
                            {"type": "link", "text": "Bad one", "uri": "javascript:alert(1)"},
                            {"type": "postback", "text": "Buy", "payload": "BUY_HUILA"},
                        ],
                    }
                ]
            },
        ),
        (
            "article",
            "Read this",
            {
                "items": [
                    {"title": "Grinding", "description": "How fine", "link": "https://a.example/g"}
                ]
            },
        ),
    ]
    with psycopg.connect(product.database_url, autocommit=True) as conn:
        conversation = conn.execute(
            "select conversation_id from messages where content = %s", (f"Show me {mark}",)
        ).fetchone()
        assert conversation is not None
        for kind, content, attributes in templates:
            conn.execute(
                "insert into messages (conversation_id, message_type, content_type, content,"
                " content_attributes) values (%s, 'template', %s, %s, %s)",
                (conversation[0], kind, content, Jsonb(attributes)),
            )
    log = customer.log
    expect(log.get_by_role("link", name="Grinding")).to_be_visible()
    customer.picture("widget-templates")
    assert customer.serious_findings(customer.panel_frame()) == []
    expect(log.get_by_role("link", name="Bad one")).to_have_count(0)
    log.get_by_role("button", name="Buy").click()
    customer.page.wait_for_function("heard.some(([name]) => name === 'supadesk:postback')")
    assert heard(customer, "supadesk:postback") == [{"payload": "BUY_HUILA"}]
    log.get_by_role("button", name="Light", exact=True).click()
    expect(log.get_by_role("button", name="Dark", exact=True)).to_have_count(0)
    log.get_by_role("button", name="Submit").click()
    expect(log.get_by_text("Please fill this in.")).to_be_visible()
    log.get_by_label("Street").fill("Rua do Sol 1")
    log.get_by_role("button", name="Submit").click()
    expect(log.get_by_text("Thank you, we have it.")).to_have_count(2)
    customer.picture("widget-templates-answered")
    customer.assert_nothing_broke()
