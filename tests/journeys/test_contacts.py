"""Contacts: looked for, filtered, kept as views, and written to first by what reaches them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.desk_setup import Desk, desk_of
from tests.journeys.people import AgentAtDesk
from tests.support.local import LocalProduct

Agents = Callable[..., AgentAtDesk]


@pytest.fixture(scope="module")
def desk(product: LocalProduct) -> Desk:
    return desk_of(product)


def test_contacts_are_filtered_kept_as_a_view_and_written_to_by_what_reaches_them(
    desk: Desk, agent: Agents
) -> None:
    company = f"Company {secrets.token_hex(4)}"
    number = f"+3519{secrets.randbelow(10**8):08}"
    for name, values in (
        ("Ada", {"email": f"ada-{secrets.token_hex(4)}@example.org"}),
        ("Bento", {"phone_number": number}),
        ("Cleo", {"identifier": secrets.token_hex(8)}),
    ):
        desk.call(
            "save_contact", p_account_id=desk.account_id, p_id=None,
            p_values={
                "name": f"{name} of {company}",
                "additional_attributes": {"company_name": company, "country": "PT"},
                **values,
            },
        )  # fmt: skip
    ana = agent()
    ana.page.get_by_role("navigation", name="Main").get_by_role("link", name="Contacts").click()
    contacts = ana.page.get_by_role("list", name="Contacts").get_by_role("link")
    expect(contacts.first).to_be_visible()

    # By conditions, and by what is typed beside them.
    ana.page.get_by_role("button", name="Filter by conditions").click()
    builder = ana.page.get_by_role("dialog", name="Filter by conditions")
    builder.get_by_role("combobox", name="What").select_option("Company")
    builder.get_by_role("combobox", name="How").select_option("is")
    builder.get_by_label("Value", exact=True).fill(company.upper())
    builder.get_by_role("button", name="Add condition").click()
    builder.get_by_role("combobox", name="What").last.select_option("Blocked")
    builder.get_by_role("combobox", name="Value").select_option("No")
    builder.get_by_role("button", name="Show", exact=True).click()
    bar = ana.page.get_by_role("region", name="Conditions")
    expect(bar).to_contain_text("Blocked is No")
    expect(contacts).to_have_count(3)
    expect(contacts.first).to_contain_text("Portugal")
    ana.page.get_by_role("searchbox", name="Search contacts").fill("bento")
    expect(contacts).to_have_count(1)
    ana.page.get_by_role("searchbox", name="Search contacts").fill("")
    expect(contacts).to_have_count(3)

    # Under a name it stays; among the views of conversations it is not.
    name = f"Ours {secrets.token_hex(3)}"
    bar.get_by_role("button", name="Save as view").click()
    ana.page.get_by_role("textbox", name="Name of the view").fill(name)
    ana.page.get_by_role("button", name="Save", exact=True).click()
    views = ana.page.get_by_role("navigation", name="Views of contacts")
    expect(views.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")
    ana.picture("contacts")
    assert ana.serious_findings() == []
    views.get_by_role("link", name="All contacts").click()
    views.get_by_role("link", name=name).click()
    expect(contacts).to_have_count(3)

    # With a phone number alone, what needs an e-mail address is not offered, and it is said why.
    contacts.filter(has_text="Bento").click()
    panel = ana.page.get_by_role("complementary", name="Contact")
    panel.get_by_role("button", name="New conversation").click()
    dialog = ana.page.get_by_role("dialog", name=re.compile("^New conversation with Bento"))
    offered = dialog.get_by_label("Through which inbox?").locator("option")
    expect(offered.filter(has_text=re.compile("^SMS$"))).to_have_count(1)
    expect(offered.filter(has_text=re.compile("mail", re.IGNORECASE))).to_have_count(0)
    dialog.get_by_text("Not offered:").click()
    expect(dialog.get_by_text("no e-mail address is known").first).to_be_visible()
    expect(dialog.get_by_text("they have to write first in this channel").first).to_be_visible()
    dialog.get_by_label("Through which inbox?").select_option("WhatsApp")
    expect(dialog.get_by_text("only an approved template")).to_be_visible()
    ana.picture("contact-start")
    assert ana.serious_findings() == []
    dialog.get_by_label("Through which inbox?").select_option("SMS")
    dialog.get_by_label("Your message").fill("Your order is ready.")
    dialog.get_by_role("button", name="Send", exact=True).click()
    ana.sees("Your order is ready.")
    expect(
        ana.page.get_by_role("navigation", name="Views").get_by_role("link", name=name)
    ).to_have_count(0)
    ana.assert_nothing_broke()


def test_one_person_twice_becomes_one_and_is_deleted_on_their_wish(
    desk: Desk, agent: Agents
) -> None:
    mark = secrets.token_hex(4)
    for name, values in (
        (f"Dora {mark}", {"email": f"dora-{mark}@example.org"}),
        (f"D. {mark}", {"phone_number": f"+3519{secrets.randbelow(10**8):08}"}),
    ):
        desk.call(
            "save_contact", p_account_id=desk.account_id, p_id=None,
            p_values={"name": name, **values},
        )  # fmt: skip
    ana = agent()
    ana.page.get_by_role("navigation", name="Main").get_by_role("link", name="Contacts").click()
    ana.page.get_by_role("searchbox", name="Search contacts").fill(mark)
    contacts = ana.page.get_by_role("list", name="Contacts").get_by_role("link")
    expect(contacts).to_have_count(2)
    contacts.filter(has_text="Dora").click()
    panel = ana.page.get_by_role("complementary", name="Contact")
    menu = panel.get_by_role("button", name="What to do with the contact")

    menu.click()
    ana.page.get_by_role("menuitem", name="Merge with another contact").click()
    dialog = ana.page.get_by_role("dialog", name=f"Merge into Dora {mark}")
    dialog.get_by_label("Who is the same person?").fill(mark)
    found = dialog.get_by_role("list", name="Contacts").get_by_role("button")
    expect(found).to_have_count(1)  # nobody is merged with themselves
    assert ana.serious_findings() == []
    found.click()
    expect(dialog.get_by_text("This cannot be undone")).to_be_visible()
    ana.picture("contact-merge")
    dialog.get_by_role("button", name="Merge", exact=True).click()
    expect(contacts).to_have_count(1)
    expect(panel.get_by_text(re.compile(r"^\+3519"))).to_be_visible()

    menu.click()
    ana.page.get_by_role("menuitem", name="Delete contact").click()
    question = ana.page.get_by_role("dialog", name=f"Delete Dora {mark}?")
    question.get_by_role("button", name="Delete", exact=True).click()
    expect(panel).to_have_count(0)
    expect(ana.page.get_by_text("Nobody matches")).to_be_visible()
    ana.assert_nothing_broke()
