"""The chat's API for the page around it, and what the chat does beyond plain text."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import re
import secrets
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, FilePayload, Locator, Request, Route, expect
from psycopg.types.json import Jsonb

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


def centre_of(element: Locator) -> tuple[float, float]:
    box = element.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_button_of_a_first_visit_never_moves(product: LocalProduct, context: Contexts) -> None:
    customer = VisitorOnPage(product, context(reduced_motion="reduce").new_page())
    held: list[Route] = []
    customer.page.route("**/widget/session", lambda route: held.append(route))
    customer.arrive()
    customer.launcher.click()
    button = customer.panel.get_by_role("button", name="Send us a message")
    expect(button).to_be_visible()
    while not held:
        customer.page.wait_for_timeout(50)
    before = centre_of(button)
    with customer.page.expect_response("**/rpc/widget_conversations*"):
        held[0].continue_()
    customer.page.wait_for_load_state("networkidle")
    # A device pixel is where text may round to; what used to move it was a whole line.
    assert centre_of(button) == pytest.approx(before, abs=1)


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


def drawing(width: int, height: int) -> bytes:
    """A picture with something to see on it."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def send_file(product: LocalProduct, question: str, name: str, content: bytes) -> None:
    """An agent answers a question with a file, as the dashboard does it."""
    ana = product.sign_in()
    with psycopg.connect(product.database_url) as conn:
        row = conn.execute(
            "select conversation_id from messages where content = %s", (question,)
        ).fetchone()
    assert row is not None
    file = {
        "id": str(uuid.uuid4()),
        "file_name": name,
        "content_type": "application/pdf",
        "byte_size": len(content),
    }
    slots = ana.rpc("request_upload", p_conversation_id=str(row[0]), p_files=[file])
    path = slots.raise_for_status().json()["files"][0]["path"]
    httpx.post(
        f"{product.supabase_url}/storage/v1/object/attachments/{path}",
        headers={
            "apikey": product.publishable_key,
            "Authorization": f"Bearer {ana.token}",
            "Content-Type": "application/pdf",
        },
        content=content,
        timeout=20,
    ).raise_for_status()
    ana.rpc(
        "send_message",
        p_conversation_id=str(row[0]),
        p_id=str(uuid.uuid4()),
        p_content="",
        p_attachments=[file["id"]],
    ).raise_for_status()


def test_files_go_both_ways(product: LocalProduct, visitor: Visitors) -> None:
    customer = visitor()
    customer.open_chat()
    chooser = customer.panel.locator("input[type=file]")
    chooser.set_input_files({"name": "a.html", "mimeType": "text/html", "buffer": b"<b>"})
    expect(customer.panel.get_by_text("a.html: files of this type cannot be sent.")).to_be_visible()
    mark = secrets.token_hex(4)
    files: list[FilePayload] = [
        {"name": f"cup-{mark}.png", "mimeType": "image/png", "buffer": drawing(640, 400)},
        {"name": "order.txt", "mimeType": "text/plain", "buffer": b"two bags, please"},
    ]
    chooser.set_input_files(files)
    expect(customer.panel.get_by_role("button", name="Remove order.txt")).to_be_visible()
    customer.picture("widget-files-picked")
    customer.write(f"My order {mark}")
    picture = customer.log.get_by_role("button", name=f"Open the picture cup-{mark}.png")
    expect(picture).to_be_visible()
    expect(customer.log.get_by_role("link", name="Download order.txt")).to_have_attribute(
        "href", re.compile("token=")
    )
    expect(picture.locator("img")).to_have_js_property("naturalWidth", 250)
    send_file(product, f"My order {mark}", "invoice.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF")
    invoice = customer.log.get_by_role("link", name="Download invoice.pdf")
    expect(invoice).to_be_visible()
    fetched = httpx.get(invoice.get_attribute("href") or "", timeout=20)
    assert fetched.content.startswith(b"%PDF")
    customer.picture("widget-files")
    assert customer.serious_findings(customer.panel_frame()) == []
    picture.click()
    expect(customer.panel.get_by_role("img", name=f"cup-{mark}.png")).to_be_visible()
    customer.picture("widget-picture")
    customer.page.keyboard.press("Escape")
    expect(customer.panel.get_by_role("img", name=f"cup-{mark}.png")).to_have_count(0)
    expect(customer.launcher).to_have_attribute("aria-expanded", "true")
    customer.assert_nothing_broke()


@contextmanager
def email_collect(product: LocalProduct) -> Iterator[None]:
    """The demo's website asks for an address, for the length of the block."""
    update = (
        "update inboxes set enable_email_collect = %s where id ="
        " (select inbox_id from channel_web_widgets where website_token = %s)"
    )
    with psycopg.connect(product.database_url, autocommit=True) as conn:
        conn.execute(update, (True, product.website_token))
        try:
            yield
        finally:
            conn.execute(update, (False, product.website_token))


def test_the_visitor_leaves_an_address_and_ends_the_conversation(
    product: LocalProduct, visitor: Visitors
) -> None:
    with email_collect(product):
        leave_an_address(product, visitor())


def leave_an_address(product: LocalProduct, customer: VisitorOnPage) -> None:
    """Write, fill in the box that asks for an address, and end it."""
    customer.open_chat()
    mark = secrets.token_hex(4)
    customer.write(f"Anybody there? {mark}")
    box = customer.log.get_by_label("E-mail")
    expect(box).to_be_visible()
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
    delivery = log.get_by_role("listitem").filter(has_text="Your delivery")
    delivery.get_by_role("button", name="Submit").click()
    expect(delivery.get_by_text("Please fill this in.")).to_be_visible()
    delivery.get_by_label("Street").fill("Rua do Sol 1")
    delivery.get_by_role("button", name="Submit").click()
    expect(delivery.get_by_text("Thank you, we have it.")).to_be_visible()
    customer.picture("widget-templates-answered")
    customer.assert_nothing_broke()


def test_several_tabs_share_a_session_and_a_denied_storage_is_survived(
    product: LocalProduct, context: Contexts
) -> None:
    profile = context()
    first = VisitorOnPage(product, profile.new_page())
    first.arrive()
    first.open_chat()
    mark = secrets.token_hex(4)
    first.write(f"From one tab {mark}")
    first.sees("Thanks for writing!")
    second = VisitorOnPage(product, profile.new_page())
    second.arrive()
    second.open_chat()
    second.sees(f"From one tab {mark}")
    second.write(f"From another {mark}")
    first.sees(f"From another {mark}")

    strict = VisitorOnPage(product, context().new_page())
    strict.page.add_init_script(
        "Object.defineProperty(window, 'localStorage',"
        " { get() { throw new DOMException('denied', 'SecurityError') } })"
    )
    strict.arrive()
    strict.open_chat()
    strict.write(f"No storage {mark}")
    strict.sees("Thanks for writing!")
    strict.assert_nothing_broke()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("narrow", {"viewport": {"width": 320, "height": 640}}),
        ("zoomed", {"viewport": {"width": 720, "height": 450}, "device_scale_factor": 2}),
        ("rtl", {"locale": "ar", "viewport": {"width": 390, "height": 844}}),
    ],
)
def test_the_pre_chat_form_fits(
    product: LocalProduct, context: Contexts, name: str, options: dict[str, Any]
) -> None:
    with inbox_with(product, pre_chat_form_enabled=True, pre_chat_form_options=PRE_CHAT):
        profile = context(color_scheme="dark", reduced_motion="reduce", **options)
        customer = VisitorOnPage(product, profile.new_page())
        customer.page.goto(product.demo_url)
        customer.launcher.click()
        customer.panel.locator("button.primary").click()
        expect(customer.panel.locator("form input").first).to_be_visible()
        customer.picture(f"widget-pre-chat-{name}")
        frame = customer.panel_frame()
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert customer.serious_findings(frame) == []
        customer.assert_nothing_broke()


def test_strangers_and_other_windows_command_nothing(visitor: Visitors) -> None:
    customer = visitor()
    customer.page.evaluate(LISTEN)
    customer.open_chat()
    customer.panel.get_by_role("textbox").fill("half a thought")
    # To the page, as though the chat had spoken; to the chat, from a window that does not embed it.
    customer.page.evaluate(
        """async () => {
          for (const said of [{ type: 'close' }, { type: 'error', code: 'x', message: 'x' }]) {
            postMessage({ supadesk: said }, '*');
          }
          const other = document.createElement('iframe');
          other.srcdoc = `<script>
            const { shadowRoot } = parent.document.querySelector('#supadesk');
            const chat = shadowRoot.querySelector('iframe').contentWindow;
            chat.postMessage({ supadesk: { type: 'reset' } }, '*');
            parent.sent = true;
          </script>`;
          document.body.append(other);
          while (!window.sent) await new Promise((done) => setTimeout(done, 50));
          await new Promise((done) => setTimeout(done, 500));
          other.remove();
        }"""
    )
    assert heard(customer, "supadesk:error") == []
    expect(customer.launcher).to_have_attribute("aria-expanded", "true")
    expect(customer.panel.get_by_role("textbox")).to_have_value("half a thought")


def signed(product: LocalProduct, identifier: str) -> dict[str, str]:
    """What a site's own server gives its page for somebody who is signed in."""
    with psycopg.connect(product.database_url) as conn:
        row = conn.execute(
            "select inbox_id from channel_web_widgets where website_token = %s",
            (product.website_token,),
        ).fetchone()
    assert row is not None
    answer = product.sign_in().rpc("identity_secret", p_inbox_id=str(row[0])).raise_for_status()
    digest = hmac.new(answer.json()["secret"].encode(), identifier.encode(), hashlib.sha256)
    return {"name": "Kim Lee", "identifier_hash": digest.hexdigest()}


def test_a_signed_visitor_finds_their_conversation_on_every_device(
    product: LocalProduct, visitor: Visitors
) -> None:
    mark = secrets.token_hex(4)
    identifier = f"kim-{mark}"
    user = signed(product, identifier)
    with inbox_with(product, hmac_mandatory=True):
        stranger = visitor()
        stranger.launcher.click()
        expect(stranger.panel.get_by_text("Please sign in on this website first")).to_be_visible()
        stranger.picture("widget-sign-in-first")
        # Signing in while the chat is open is enough.
        stranger.page.evaluate("([id, user]) => supadesk.setUser(id, user)", [identifier, user])
        stranger.panel.get_by_role("button", name="Send us a message").click()
        stranger.write(f"From the laptop {mark}")
        stranger.sees("Thanks for writing!")

        phone = visitor(viewport={"width": 390, "height": 844})
        phone.page.evaluate("([id, user]) => supadesk.setUser(id, user)", [identifier, user])
        phone.open_chat()
        phone.sees(f"From the laptop {mark}")
        contact = contact_of(product, f"From the laptop {mark}")
        assert (contact["identifier"], contact["identified"]) == (identifier, "verified")
        assert contact["name"] == "Kim Lee"
        phone.assert_nothing_broke()

    # A signature that does not fit changes nothing but an error for the page.
    thief = visitor()
    thief.page.evaluate(LISTEN)
    thief.page.evaluate(
        "([id, user]) => supadesk.setUser(id, user)",
        [identifier, {**user, "identifier_hash": "0" * 64}],
    )
    thief.open_chat()
    assert [error["code"] for error in heard(thief, "supadesk:error")] == ["identity_invalid"]
    expect(thief.panel.get_by_text(f"From the laptop {mark}")).to_have_count(0)


def test_a_file_that_broke_off_is_sent_when_the_line_is_back(visitor: Visitors) -> None:
    customer = visitor()
    customer.open_chat()
    mark = secrets.token_hex(4)
    customer.write(f"Here it comes {mark}")
    customer.sees("Thanks for writing!")
    uploads = "**/storage/v1/object/attachments/**"
    customer.page.route(uploads, lambda route: route.abort())
    chooser = customer.panel.locator("input[type=file]")
    chooser.set_input_files({"name": "note.txt", "mimeType": "text/plain", "buffer": b"hello"})
    customer.panel.get_by_role("button", name="Send", exact=True).click()
    expect(customer.log.get_by_role("progressbar", name="note.txt")).to_be_visible()
    expect(customer.log.get_by_text("Waiting to be sent")).to_be_visible()
    customer.picture("widget-upload-waiting")
    customer.page.unroute(uploads)
    link = customer.log.get_by_role("link", name="Download note.txt")
    expect(link).to_be_visible(timeout=40_000)
    expect(link).to_have_count(1)


def test_emoji_go_where_the_text_cursor_is(visitor: Visitors) -> None:
    customer = visitor()
    customer.open_chat()
    writing = customer.panel.get_by_role("textbox")
    writing.fill("good coffee")
    writing.evaluate("box => box.setSelectionRange(4, 4)")
    customer.panel.get_by_role("button", name="Insert an emoji").click()
    customer.panel.get_by_role("button", name="☕").click()
    expect(writing).to_have_value("good☕ coffee")
    expect(writing).to_be_focused()


def test_files_are_dropped_and_pasted(visitor: Visitors) -> None:
    customer = visitor()
    customer.open_chat()
    give = """(box, [kind, name]) => {
      const data = new DataTransfer();
      data.items.add(new File(['hello'], name, { type: 'text/plain' }));
      const event = kind === 'paste'
        ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
        : new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
      box.dispatchEvent(event);
    }"""
    for kind in ("drop", "paste"):
        customer.panel.get_by_role("textbox").evaluate(give, [kind, f"{kind}.txt"])
        expect(customer.panel.get_by_role("button", name=f"Remove {kind}.txt")).to_be_visible()
    customer.panel.get_by_role("button", name="Remove drop.txt").click()
    expect(customer.panel.get_by_role("button", name="Remove drop.txt")).to_have_count(0)
    # Nothing written, no conversation yet: the name of the file opens one.
    customer.panel.get_by_role("button", name="Send", exact=True).click()
    link = customer.log.get_by_role("link", name="Download paste.txt")
    expect(link).to_be_visible(timeout=40_000)
    customer.assert_nothing_broke()


def test_a_page_with_a_strict_policy_needs_three_entries(
    product: LocalProduct, context: Contexts
) -> None:
    customer = VisitorOnPage(product, context().new_page())
    desk, shop = product.api_url, product.demo_url
    policy = (
        f"default-src 'none'; script-src {shop} {desk}; connect-src {desk}; frame-src {desk};"
        f" style-src {shop}; img-src {shop}"
    )
    customer.page.add_init_script(
        """if (window === top) new MutationObserver((_, observer) => {
          if (!document.head) return;
          const meta = document.createElement('meta');
          meta.httpEquiv = 'Content-Security-Policy';
          meta.content = POLICY;
          document.head.prepend(meta);
          observer.disconnect();
        }).observe(document, { childList: true, subtree: true })""".replace(
            "POLICY", json.dumps(policy)
        )
    )
    customer.arrive()
    # It holds: a style of the page's own making does not.
    customer.page.evaluate("document.body.setAttribute('style', 'color: red')")
    assert [p for p in customer.problems if "inline style" in p]
    customer.problems.clear()
    customer.open_chat()
    customer.write("Through the policy")
    customer.sees("Thanks for writing!")
    customer.assert_nothing_broke()
