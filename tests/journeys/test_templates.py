"""A customer who has not written for long: an agent chooses an approved template, and the talk goes on."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

import psycopg
from playwright.sync_api import expect

from tests.journeys.people import AgentAtDesk
from tests.journeys.test_channels import Customer, customer
from tests.journeys.test_conversation import unique
from tests.journeys.test_writing import picture
from tests.support.local import LocalProduct
from tests.support.simulator import eventually

__all__ = ["customer"]

Agents = Callable[..., AgentAtDesk]
LONG = 60_000  # ms; receipts and answers come through queue and workers


def close_window(product: LocalProduct, text: str) -> None:
    """Let this have been written three days ago."""
    with psycopg.connect(product.database_url) as conn:
        conn.execute(
            "update messages set created_at = now() - interval '3 days' where content = %s", (text,)
        )


def test_an_agent_fills_in_a_template_when_the_window_is_closed(
    product: LocalProduct, agent: Agents, customer: Callable[..., Customer]
) -> None:
    ana, mia = agent(), customer("WhatsApp")
    ana.view("All conversations")
    question = unique("Do you still have the blue kettle?")
    mia.write(question)
    expect(ana.row(question)).to_be_visible()
    close_window(product, question)
    ana.open(question)

    # No field to write in: since when, why, and what can be done instead.
    closed = ana.page.get_by_role("region", name=re.compile("can’t write freely"))
    expect(closed).to_contain_text("for 24 hours after that")
    expect(ana.composer).to_be_hidden()
    ana.picture("window-closed")
    assert ana.serious_findings() == []
    closed.get_by_role("button", name="Choose a template").click()

    picker = ana.page.get_by_role("dialog", name="Send a template")
    templates = picker.get_by_role("list", name="Approved templates")
    expect(templates.get_by_role("button")).to_have_count(3)  # the rejected one is not offered
    picker.get_by_role("searchbox").fill("way ord")
    expect(templates.get_by_role("button")).to_have_count(1)
    templates.get_by_role("button", name=re.compile("order_on_its_way")).click()
    preview = picker.get_by_role("region", name=re.compile("will read"))
    expect(preview).to_contain_text("Hello {{1}}, your order {{2}} is on its way.")
    picker.get_by_label("{{1}}").fill("Mia")
    picker.get_by_role("button", name="Send template").click()
    expect(picker.get_by_text("Fill this in.")).to_have_count(2)
    expect(picker.get_by_label("{{2}}")).to_be_focused()
    order = f"FC-{secrets.token_hex(3)}"
    picker.get_by_label("{{2}}").fill(order)
    picker.get_by_label("{{3}}").fill("Friday")
    words = f"Hello Mia, your order {order} is on its way. It arrives on Friday."
    expect(preview).to_contain_text(words)
    ana.picture("template-picker")
    assert ana.serious_findings() == []
    picker.get_by_role("button", name="Send template").click()
    expect(picker).to_be_hidden()

    sent = ana.messages.get_by_role("article").filter(has_text=words)
    expect(sent).to_have_count(1)
    mia.sees(words)
    expect(sent.get_by_title(re.compile("Delivered|Read"))).to_be_visible(timeout=LONG)
    expect(closed).to_be_visible()  # what we send opens nothing

    # A template with answers to tap; the tap opens the window again.
    closed.get_by_role("button", name="Choose a template").click()
    picker.get_by_role("button", name=re.compile("may_we_help")).click()
    picker.get_by_role("button", name="Send template").click()
    asked = mia.sees("May we still help?")
    asked.get_by_role("button", name="Yes, please").click()
    expect(ana.composer).to_be_visible(timeout=LONG)
    expect(ana.page.get_by_text("Free reply for 23 hr")).to_be_visible()
    expect(ana.messages.get_by_role("article").filter(has_text="Yes, please").last).to_be_visible()
    ana.picture("window-open")

    # Also with the window open, and with a picture on top; the toolbar offers it.
    ana.page.get_by_role("button", name="Send a template").click()
    picker.get_by_role("button", name=re.compile("new_arrivals")).click()
    picker.get_by_label("first name").fill("Mia")
    picker.get_by_label("coffee").fill(coffee := unique("Yirgacheffe"))
    picker.locator("input[type=file]").set_input_files(picture("teal"))
    expect(picker.get_by_role("button", name="Remove teal.png")).to_be_visible()
    expect(picker.get_by_text("Uploading")).to_have_count(0)
    picker.get_by_role("button", name="Send template").click()
    shown = mia.sees(coffee)
    expect(shown.get_by_role("img")).to_be_visible()
    ana.picture("templates-sent")
    mia.picture("templates-received")
    ana.assert_nothing_broke()
    mia.assert_nothing_broke()


def copied_at(product: LocalProduct) -> Any:
    """When the demo's templates were last copied."""
    with psycopg.connect(product.database_url) as conn:
        row = conn.execute(
            """
            select sync.synced_at
            from template_syncs as sync
            join channel_connections as connection using (inbox_id)
            where connection.channel_type = 'whatsapp_cloud'
            """
        ).fetchone()
    assert row is not None
    return row[0]


def test_an_administrator_sees_what_became_of_each_template(
    product: LocalProduct, agent: Agents
) -> None:
    ana = agent()
    account = ana.page.url.split("/inbox")[0]
    ana.page.goto(f"{account}/settings/inboxes")
    ana.page.get_by_role("link", name=re.compile(r"^WhatsApp\b")).first.click()
    ana.page.get_by_role("link", name="Templates").click()
    rows = ana.page.get_by_role("list", name="Templates").get_by_role("listitem")
    expect(rows).to_have_count(4)
    rejected = rows.filter(has_text="spring_sale")
    expect(rejected).to_contain_text("Rejected")
    expect(rejected).to_contain_text("TAG_CONTENT_MISMATCH")
    expect(rows.filter(has_text="order_on_its_way")).to_contain_text("Approved")
    before = copied_at(product)
    ana.page.get_by_role("button", name="Update", exact=True).click()
    eventually(lambda: copied_at(product) > before or None, 60)
    expect(ana.page.get_by_role("status").filter(has_text="Updated")).to_be_visible(timeout=LONG)
    ana.picture("templates-settings")
    assert ana.serious_findings() == []
    ana.assert_nothing_broke()


def test_an_agent_writes_first_with_a_template(
    agent: Agents, customer: Callable[..., Customer]
) -> None:
    ana, mia = agent(), customer("WhatsApp")
    ana.view("All conversations")
    thanks = unique("Thanks, bye!")
    mia.write(thanks)
    ana.open(thanks)
    before = ana.page.url
    ana.page.get_by_role("button", name="New conversation").click()
    dialog = ana.page.get_by_role("dialog", name=re.compile("^New conversation with Mia"))
    dialog.get_by_label("Through which inbox?").select_option("SMS")
    expect(dialog.get_by_label("Your message")).to_be_visible()
    dialog.get_by_label("Through which inbox?").select_option("WhatsApp")
    dialog.get_by_role("button", name="Choose a template").click()
    picker = ana.page.get_by_role("dialog", name="Send a template")
    picker.get_by_role("button", name=re.compile("order_on_its_way")).click()
    order = f"FC-{secrets.token_hex(3)}"
    for name, value in (("{{1}}", "{{contact.first_name}}"), ("{{2}}", order), ("{{3}}", "Friday")):
        picker.get_by_label(name).fill(value)
    picker.get_by_role("button", name="Send template").click()
    ana.page.wait_for_url(lambda url: url != before)
    # Our own variables are filled in, too.
    words = f"Hello Mia, your order {order} is on its way."
    expect(ana.messages.get_by_role("article").filter(has_text=words)).to_have_count(1)
    expect(ana.messages.get_by_text(thanks)).to_have_count(0)
    mia.sees(words)
    ana.picture("template-first")
    ana.assert_nothing_broke()
