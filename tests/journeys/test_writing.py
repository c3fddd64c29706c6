"""Writing: canned responses, mentions, files, quotations, corrections."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, expect

from tests.journeys.desk_setup import Desk, desk_of
from tests.journeys.people import AgentAtDesk, VisitorOnPage
from tests.support.local import LocalProduct

Agents = Callable[..., AgentAtDesk]
Visitors = Callable[..., VisitorOnPage]


@pytest.fixture(scope="module")
def desk(product: LocalProduct) -> Desk:
    return desk_of(product)


def unique(text: str) -> str:
    """A sentence that no other test has said."""
    return f"{text} {secrets.token_hex(4)}"


def picture(color: str = "teal") -> FilePayload:
    """A small PNG, as a file chooser gives it."""
    content = io.BytesIO()
    Image.new("RGB", (640, 420), color).save(content, "PNG")
    return FilePayload(name=f"{color}.png", mimeType="image/png", buffer=content.getvalue())


def asked(agent: Agents, visitor: Visitors, **options: object) -> tuple[AgentAtDesk, VisitorOnPage]:
    """Ana has a visitor's new question open."""
    ana = agent(**options)
    ana.view("All")
    customer = visitor()
    customer.open_chat()
    question = unique("Can you help me?")
    customer.write(question)
    ana.open(question)
    ana.sees(question)
    return ana, customer


def test_a_slash_finds_a_canned_response_and_fills_in_names(
    desk: Desk, agent: Agents, visitor: Visitors
) -> None:
    text = unique("{{agent.first_name}} here, your parcel is on its way.")
    code = desk.canned_response(text)
    ana, customer = asked(agent, visitor)
    ana.composer.click()
    ana.page.keyboard.type(f"/{code[:7]}")
    option = ana.page.get_by_role("option", name=re.compile(code))
    expect(option).to_be_visible()
    expect(ana.page.get_by_role("combobox")).to_have_attribute("aria-expanded", "true")
    ana.picture("composer-canned")
    assert ana.serious_findings() == []
    ana.page.keyboard.type(code[7:])
    expect(ana.page.get_by_role("option")).to_have_count(1)
    ana.page.keyboard.press("Enter")
    filled = text.replace("{{agent.first_name}}", "Ana")
    expect(ana.composer).to_have_value(filled)
    ana.page.keyboard.press("Control+Enter")
    customer.sees(filled)


def test_a_mention_in_a_note_notifies_the_colleague(agent: Agents, visitor: Visitors) -> None:
    ana, _ = asked(agent, visitor)
    ben = agent("agent@example.com")
    mark = secrets.token_hex(4)
    ana.page.get_by_role("tab", name="Note").click()
    ana.composer.click()
    ana.page.keyboard.type("@ben")
    expect(ana.page.get_by_role("option", name=re.compile("Ben Okafor"))).to_be_visible()
    ana.picture("composer-mention")
    ana.page.keyboard.press("Tab")
    ana.page.keyboard.type(f"please look {mark}")
    ana.page.keyboard.press("Control+Enter")
    note = ana.messages.get_by_role("article").filter(has_text=mark)
    expect(note).to_contain_text(f"@Ben Okafor please look {mark}")

    bell = ben.page.get_by_role("button", name=re.compile("Notifications, .* unread"))
    expect(bell).to_be_visible()
    bell.click()
    line = ben.page.get_by_role("button", name=re.compile("Ana Duarte mentioned you")).first
    expect(line).to_be_visible()
    ben.picture("notifications")
    assert ben.serious_findings() == []
    line.click()
    ben_note = ben.messages.get_by_role("article").filter(has_text=mark)
    expect(ben_note).to_be_visible()
    ben.view("Mentions")
    expect(ben.row(f"please look {mark}")).to_be_visible()


def test_files_are_sent_with_a_message_and_shown(agent: Agents, visitor: Visitors) -> None:
    ana, _ = asked(agent, visitor)
    ana.page.get_by_label("Attach files").last.set_input_files([picture(), picture("tomato")])
    files = ana.page.get_by_role("list", name="Attached files").get_by_role("listitem")
    expect(files).to_have_count(2)
    expect(files.filter(has_text=re.compile("kB"))).to_have_count(2)
    ana.picture("composer-files")
    text = unique("Here are the pictures.")
    ana.reply(text)
    ana.sees(text)
    # A worker looks at them first.
    shown = ana.messages.get_by_role("button", name=re.compile(r"Open (teal|tomato)\.png"))
    expect(shown).to_have_count(2)
    expect(shown.first.locator("img")).to_be_visible()
    ana.picture("thread-pictures")
    shown.first.click()
    big = ana.page.get_by_role("dialog").get_by_role("img")
    expect(big).to_be_visible()
    ana.page.keyboard.press("ArrowRight")
    expect(ana.page.get_by_role("dialog")).to_contain_text("2 / 2")
    ana.picture("lightbox")
    ana.page.keyboard.press("Escape")
    expect(ana.page.get_by_role("dialog")).to_have_count(0)
    ana.assert_nothing_broke()


def test_an_upload_that_broke_off_can_be_tried_again(agent: Agents, visitor: Visitors) -> None:
    ana, _ = asked(agent, visitor)
    ana.page.route("**/storage/v1/object/**", lambda route: route.abort())
    ana.page.get_by_label("Attach files").last.set_input_files([picture("navy")])
    retry = ana.page.get_by_role("button", name="Upload navy.png again")
    expect(retry).to_be_visible()
    expect(ana.page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    ana.page.unroute("**/storage/v1/object/**")
    retry.click()
    expect(retry).to_have_count(0)
    expect(ana.page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    ana.page.get_by_role("button", name="Remove navy.png").click()
    expect(ana.page.get_by_role("list", name="Attached files")).to_have_count(0)


def test_a_reply_quotes_is_corrected_and_deleted(agent: Agents, visitor: Visitors) -> None:
    ana, customer = asked(agent, visitor)
    question = ana.messages.get_by_role("article").filter(has_text="Can you help me?")
    question.get_by_role("button", name=re.compile("Actions on")).click()
    ana.page.get_by_role("menuitem", name="Reply to this").click()
    expect(ana.page.get_by_role("button", name="Do not quote")).to_be_visible()
    first = unique("Yes, gladdly.")
    ana.reply(first)
    own = ana.messages.get_by_role("article").filter(has_text=first)
    expect(own.get_by_role("button", name=re.compile("Can you help me"))).to_be_visible()
    customer.sees(first)

    own.get_by_role("button", name=re.compile("Actions on")).click()
    ana.page.get_by_role("menuitem", name="Edit").click()
    second = first.replace("gladdly", "gladly")
    ana.page.get_by_role("textbox", name="Edit message").fill(second)
    ana.page.keyboard.press("Control+Enter")
    ana.sees(second)
    expect(ana.messages.get_by_text("edited", exact=True)).to_be_visible()
    customer.sees(second)

    own = ana.messages.get_by_role("article").filter(has_text=second)
    own.get_by_role("button", name=re.compile("Actions on")).click()
    ana.page.get_by_role("menuitem", name="Delete").click()
    ana.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(ana.messages.get_by_text("This message was deleted.")).to_be_visible()
    expect(customer.log.get_by_text(second)).to_have_count(0)


def test_enter_sends_when_the_agent_wants_it(agent: Agents, visitor: Visitors) -> None:
    ana, _ = asked(agent, visitor)
    ana.page.get_by_role("button", name="Ways to send").click()
    ana.page.get_by_role("menuitemradio", name="Enter", exact=True).click()
    text = unique("Sent with Enter.")
    ana.composer.fill(text)
    ana.page.keyboard.press("Shift+Enter")
    expect(ana.composer).to_have_value(f"{text}\n")
    ana.page.keyboard.press("Enter")
    ana.sees(text)


def test_an_emoji_is_written_where_the_caret_is(agent: Agents, visitor: Visitors) -> None:
    ana, _ = asked(agent, visitor)
    ana.composer.fill("Thanks !")
    ana.page.keyboard.press("ArrowLeft")
    ana.page.get_by_role("button", name="Emoji").click()
    ana.page.get_by_role("button", name="🙂", exact=True).click()
    expect(ana.composer).to_have_value("Thanks 🙂!")
    expect(ana.composer).to_be_focused()


def test_files_of_an_unsent_message_survive_a_reload_until_they_are_sent(
    agent: Agents, visitor: Visitors
) -> None:
    ana, customer = asked(agent, visitor)
    page = ana.page
    chooser = page.locator("input[type=file]")
    files = page.get_by_role("list", name="Attached files").get_by_role("listitem")
    chooser.set_input_files([picture("teal"), picture("coral")])
    expect(files).to_have_count(2)
    page.get_by_role("button", name="Remove coral.png").click()
    expect(files).to_have_count(1)
    keeps(ana, "teal.png")
    page.reload()
    expect(files).to_contain_text("teal.png")
    expect(files.get_by_text("Uploading")).to_have_count(0)
    ana.picture("draft-files")
    words = unique("As you can see")
    ana.reply(words)
    customer.sees(words)
    expect(customer.log.get_by_role("button", name="Open the picture teal.png")).to_be_visible()
    page.reload()
    ana.sees(words)
    expect(files).to_have_count(0)
    keeps(ana)

    # And whoever leaves the device takes them along.
    chooser.set_input_files(picture("gold"))
    expect(files).to_have_count(1)
    keeps(ana, "gold.png")
    page.get_by_role("button", name=re.compile(": settings$")).click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.locator("input[type=password]")).to_be_visible()
    keeps(ana)
    ana.assert_nothing_broke()


def keeps(who: AgentAtDesk, *names: str) -> None:
    """Wait until the browser keeps these files, and no others, for messages that were not sent."""
    who.page.wait_for_function(
        """(names) => new Promise((resolve, reject) => {
            const opening = indexedDB.open('supadesk-draft-files');
            opening.onerror = () => reject(opening.error);
            opening.onsuccess = () => {
                const all = opening.result.transaction('files').objectStore('files').getAll();
                all.onsuccess = () => {
                    opening.result.close();
                    resolve(String(all.result.map((kept) => kept.file.name)) === String(names));
                };
            };
        })""",
        arg=list(names),
        polling=200,
    )
