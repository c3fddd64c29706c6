"""Administrators set the desk up, people join it, and agents are told what is not theirs to change."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator

import httpx
import psycopg
import pytest
from playwright.sync_api import BrowserContext, Dialog, expect

from tests.journeys.desk_setup import desk_of
from tests.journeys.people import AgentAtDesk, VisitorOnPage
from tests.support.local import PASSWORD, LocalProduct

Agents = Callable[..., AgentAtDesk]
Contexts = Callable[..., BrowserContext]
PAGES = (
    "inboxes", "inboxes/new", "inboxes/new/telegram", "inboxes/new/email", "account", "members", "roles",
    "teams", "labels", "canned", "attributes", "profile", "notifications",
)  # fmt: skip


def open_settings(person: AgentAtDesk, page: str) -> None:
    """Go to a page of the settings by its address."""
    account = person.page.url.split("/inbox/")[0].split("/settings/")[0]
    person.page.goto(f"{account}/settings/{page}")
    heading = person.page.locator("#list h2").or_(
        person.page.get_by_text("Only for administrators")
    )
    expect(heading.first).to_be_visible()


def save(person: AgentAtDesk) -> None:
    """Press what appears with the first change, until it is gone again."""
    button = person.page.get_by_role("button", name="Save", exact=True)
    button.click()
    expect(person.page.get_by_text("You have unsaved changes.")).to_have_count(0)


@pytest.fixture
def website(product: LocalProduct) -> Iterator[str]:
    """The demo's website inbox, put back as it was."""
    columns = "widget_color, welcome_title"
    with psycopg.connect(product.database_url, autocommit=True) as conn:
        before = conn.execute(
            f"select inbox_id::text, greeting_message, {columns}"
            " from channel_web_widgets join inboxes on inboxes.id = inbox_id"
            " where website_token = %s",
            (product.website_token,),
        ).fetchone()
        assert before is not None
        inbox_id, greeting, *look = before
        yield inbox_id
        conn.execute("update inboxes set greeting_message = %s where id = %s", (greeting, inbox_id))
        conn.execute(
            f"update channel_web_widgets set ({columns}) = (%s, %s) where inbox_id = %s",
            (*look, inbox_id),
        )


def test_a_visitor_sees_the_colour_and_the_greeting_that_an_administrator_chose(
    product: LocalProduct, agent: Agents, context: Contexts, website: str
) -> None:
    ana = agent()
    mark = secrets.token_hex(4)
    open_settings(ana, f"inboxes/{website}/settings")
    ana.page.get_by_label("Greeting", exact=True).fill(f"Welcome, traveller {mark}")
    save(ana)
    open_settings(ana, f"inboxes/{website}/widget")
    ana.page.get_by_role("radio", name="Violet").check()
    ana.page.get_by_label("Welcome title").fill(f"Ahoy {mark}")
    expect(ana.page.get_by_role("figure", name="Preview of the chat")).to_contain_text(
        f"Ahoy {mark}"
    )
    save(ana)

    # Another browser: nothing of it is cached there.
    visitor = VisitorOnPage(product, context().new_page())
    visitor.arrive()
    violet = "rgb(124, 58, 237)"
    expect(visitor.launcher).to_have_css("background-color", violet)
    visitor.launcher.click()
    expect(visitor.panel.get_by_text(f"Ahoy {mark}")).to_be_visible()
    visitor.panel.get_by_role("button", name=re.compile("Send us|Continue")).click()
    visitor.write(f"Hello {mark}")
    expect(visitor.log.get_by_text(f"Welcome, traveller {mark}")).to_be_visible()
    ana.assert_nothing_broke()


def test_what_the_database_refuses_is_said_beside_the_field(agent: Agents, website: str) -> None:
    ana = agent()
    open_settings(ana, f"inboxes/{website}/widget")
    colour = ana.page.get_by_label("Colour: code such as #1f5fd0")
    colour.fill("#nope")
    ana.page.get_by_role("button", name="Save", exact=True).click()
    expect(colour).to_have_attribute("aria-invalid", "true")
    expect(ana.page.get_by_text("This value is not allowed here.")).to_be_visible()

    # Leaving with it asks first; whoever stays loses nothing.
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    ana.page.once("dialog", stay)
    ana.page.get_by_role("link", name="Labels", exact=True).click()
    expect(colour).to_have_value("#nope")
    assert asked == ["Leave without saving? Your changes will be lost."]
    ana.page.get_by_role("button", name="Discard").click()
    ana.page.get_by_role("link", name="Labels", exact=True).click()
    expect(ana.page.get_by_role("heading", name="Labels")).to_be_visible()


def test_an_invited_person_joins_with_the_link_from_the_mail(
    product: LocalProduct, agent: Agents, context: Contexts
) -> None:
    ana = agent()
    address = f"invited-{secrets.token_hex(4)}@example.org"
    open_settings(ana, "members")
    ana.page.get_by_role("button", name="Invite somebody").click()
    dialog = ana.page.get_by_role("dialog")
    dialog.get_by_label("E-mail address").fill(address)
    dialog.get_by_label("Name").fill("Ines Vidal")
    dialog.get_by_role("button", name="Send invitation").click()
    expect(ana.page.get_by_text(f"A mail is on its way to {address}.")).to_be_visible()
    ana.page.get_by_role("button", name="Close").click()
    pending = ana.page.get_by_role("list", name="Pending invitations")
    expect(pending.get_by_text(address)).to_be_visible()

    guest = context().new_page()
    guest.goto(_invitation_link(product, address))
    guest.get_by_label("Password").fill(PASSWORD)
    guest.get_by_role("button", name="Join the workspace").click()
    guest.wait_for_url(re.compile(r"/a/[0-9a-f-]+/inbox"))

    # And comes back another day, with the password.
    again = context().new_page()
    again.goto(product.dashboard_url)
    again.locator("input[type=email]").fill(address)
    again.locator("input[type=password]").fill(PASSWORD)
    again.keyboard.press("Enter")
    again.wait_for_url(re.compile(r"/a/[0-9a-f-]+/inbox"))
    open_settings(ana, "members")
    expect(ana.page.get_by_role("list", name="Members").get_by_text(address)).to_be_visible()


def test_many_are_invited_at_once_and_each_is_told_apart(
    product: LocalProduct, agent: Agents
) -> None:
    desk = desk_of(product)
    role = f"Night shift {secrets.token_hex(3)}"
    desk.call(
        "save_custom_role", p_account_id=desk.account_id, p_id=None, p_name=role, p_description="",
        p_permissions=["contact_manage"],
    )  # fmt: skip
    first, second = (f"many-{secrets.token_hex(4)}@example.org" for _ in range(2))
    ana = agent()
    open_settings(ana, "members")
    ana.page.get_by_role("button", name="Invite many").click()
    dialog = ana.page.get_by_role("dialog", name="Invite many")
    dialog.get_by_role("button", name="Send invitations").click()
    expect(dialog.get_by_text("Give at least one e-mail address.")).to_be_visible()
    dialog.get_by_label("E-mail addresses").fill(
        f"Ada Lovelace <{first}>, {second.upper()}\nagent@example.com; nobody@nowhere"
    )
    status = dialog.get_by_role("status").filter(has_text="3 addresses")
    expect(status).to_contain_text("not an e-mail address: nobody@nowhere")
    dialog.get_by_label("Role").select_option(role)
    ana.picture("invite-many")
    assert ana.serious_findings() == []
    dialog.get_by_role("button", name="Send invitations").click()

    results = ana.page.get_by_role("dialog", name="What became of each address")
    expect(results.get_by_text("Invited: 2. Not invited: 2.")).to_be_focused()
    for address, outcome in (
        (first, "Invited; a mail is on its way"),
        (second, "Invited; a mail is on its way"),
        ("agent@example.com", "Is a member already"),
        ("nobody@nowhere", "Not an e-mail address"),
    ):
        expect(results.get_by_role("listitem").filter(has_text=address)).to_contain_text(outcome)
    ana.picture("invite-many-results")
    assert ana.serious_findings() == []
    results.get_by_role("button", name="Correct the others").click()
    expect(dialog.get_by_label("E-mail addresses")).to_have_value(
        "nobody@nowhere\nagent@example.com"
    )
    dialog.get_by_label("E-mail addresses").fill("")
    ana.page.keyboard.press("Escape")
    pending = ana.page.get_by_role("list", name="Pending invitations").get_by_role("listitem")
    expect(pending.filter(has_text=first)).to_contain_text(role)
    expect(pending.filter(has_text=second)).to_contain_text(role)
    assert _invitation_link(product, second)
    ana.assert_nothing_broke()


def _invitation_link(product: LocalProduct, address: str) -> str:
    mails = httpx.get(f"{product.status['mail_url']}/api/mails", timeout=20).json()
    mail = next(each for each in mails if address in json.dumps(each["to"]))
    links = re.findall(r'https?://[^\s"<>)]+', f"{mail['text']}\n{mail['html']}")
    return next(str(link).replace("&amp;", "&") for link in links if "invit" in link)


def test_a_stranger_cannot_use_an_invitation_that_is_not_theirs(
    product: LocalProduct, agent: Agents
) -> None:
    chiara = agent("other@example.com")
    chiara.page.goto(f"{product.dashboard_url}/accept-invitation?token=guessed")
    chiara.page.get_by_role("button", name="Join the workspace").click()
    expect(
        chiara.page.get_by_text("This invitation is not valid for you, or not any more.")
    ).to_be_visible()


def test_an_administrator_makes_a_team_and_a_label(agent: Agents) -> None:
    ana = agent()
    mark = secrets.token_hex(3)
    open_settings(ana, "teams")
    ana.page.get_by_role("button", name="New team").first.click()
    ana.page.get_by_role("dialog").get_by_label("Name").fill(f"Night {mark}")
    ana.page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(ana.page.get_by_role("list", name="Teams").get_by_text(f"night {mark}")).to_be_visible()
    ana.page.get_by_role("button", name=f"Members of night {mark}").click()
    ben = ana.page.get_by_role("checkbox", name=re.compile("Ben Okafor"))
    ben.check()
    expect(ben).to_be_checked()
    ana.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(ana.page.get_by_role("button", name=f"Members of night {mark}")).to_have_text(
        "Members: 1"
    )

    open_settings(ana, "labels")
    ana.page.get_by_role("button", name="New label").first.click()
    dialog = ana.page.get_by_role("dialog")
    dialog.get_by_label("Label").fill("two words")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_label("Label")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_label("Label").fill(f"refund-{mark}")
    dialog.get_by_role("radio", name="Green").check()
    dialog.get_by_role("button", name="Save").click()
    expect(
        ana.page.get_by_role("list", name="Labels").get_by_text(f"refund-{mark}")
    ).to_be_visible()
    ana.assert_nothing_broke()


def test_an_agent_is_told_that_settings_are_for_administrators(agent: Agents, website: str) -> None:
    ben = agent("agent@example.com")
    for page in ("members", "teams", "labels", "account", f"inboxes/{website}", "inboxes/new"):
        open_settings(ben, page)
        expect(ben.page.get_by_text("Only for administrators")).to_be_visible()
    ben.picture("settings-forbidden")
    navigation = ben.page.get_by_role("navigation", name="Settings")
    expect(navigation.get_by_role("link", name="Members")).to_have_count(0)
    navigation.get_by_role("link", name="Profile").click()
    signature = ben.page.get_by_label("Signature")
    signature.fill(f"Ben {secrets.token_hex(3)}")
    save(ben)
    ben.assert_nothing_broke()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("light", {}),
        ("dark", {"color_scheme": "dark"}),
        ("rtl", {"locale": "ar"}),
        ("phone", {"viewport": {"width": 390, "height": 844}}),
    ],
)
def test_axe_finds_nothing_serious_on_the_settings(
    agent: Agents, website: str, name: str, options: dict[str, object]
) -> None:
    ana = agent(**options)
    account = ana.page.url.split("/inbox/")[0]
    tabs = [f"inboxes/{website}/{tab}" for tab in ("settings", "widget", "install", "hours")]
    for path in (*PAGES, *tabs):
        ana.page.goto(f"{account}/settings/{path}")
        expect(ana.page.locator("#list h2")).to_be_visible()
        expect(ana.page.locator("[aria-busy=true]")).to_have_count(0)
        ana.picture(f"settings-{path.replace(website, 'website').replace('/', '-')}-{name}")
        assert ana.serious_findings() == [], path
        assert ana.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    ana.assert_nothing_broke()
