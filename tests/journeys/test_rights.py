"""Each agent's screen shows what is theirs to see, and nothing else, also as it changes."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

import psycopg
from playwright.sync_api import expect

from tests.journeys.people import AgentAtDesk, VisitorOnPage
from tests.support.local import LocalProduct

Agents = Callable[..., AgentAtDesk]
Visitors = Callable[..., VisitorOnPage]


def test_an_agent_sees_only_the_inboxes_they_work(agent: Agents) -> None:
    ana, ben = agent(), agent("agent@example.com")
    for person, sees_orders in ((ana, 1), (ben, 0)):
        views = person.page.get_by_role("navigation", name="Views")
        expect(views.get_by_role("link", name="Website")).to_have_count(1)
        expect(views.get_by_role("link", name="Order desk (API)")).to_have_count(sees_orders)


def test_another_company_neither_hears_nor_opens_a_conversation(
    agent: Agents, visitor: Visitors
) -> None:
    ana, chiara = agent(), agent("other@example.com")
    ana.view("All")
    chiara.view("All")
    customer = visitor()
    customer.open_chat()
    question = f"For Fernweh only {secrets.token_hex(4)}"
    customer.write(question)
    expect(ana.row(question)).to_be_visible()
    ana.open(question)
    chiara.page.wait_for_timeout(2000)
    expect(chiara.page.get_by_text(question)).to_have_count(0)

    # The address of Ana's screen leads Chiara nowhere.
    chiara.page.goto(ana.page.url)
    expect(chiara.page.get_by_text(question)).to_have_count(0)
    chiara.picture("no-access")


def test_another_visitor_sees_nothing_of_it(visitor: Visitors) -> None:
    one, other = visitor(), visitor()
    one.open_chat()
    other.open_chat()
    secret = f"my secret {secrets.token_hex(4)}"
    one.write(secret)
    one.sees(secret)
    other.page.wait_for_timeout(1500)
    expect(other.panel.get_by_text(secret)).to_have_count(0)


def test_an_agent_who_is_taken_out_of_an_inbox_hears_nothing_more(
    product: LocalProduct, agent: Agents, visitor: Visitors
) -> None:
    ben = agent("agent@example.com")
    ben.view("All")
    customer = visitor()
    customer.open_chat()
    mark = secrets.token_hex(4)
    customer.write(f"before {mark}")
    ben.open(f"before {mark}")
    member = (
        "(select inbox_id from channel_web_widgets where website_token = %s),"
        " (select id from users where email = 'agent@example.com')"
    )
    with psycopg.connect(product.database_url, autocommit=True) as conn:
        conn.execute(
            f"delete from inbox_members where (inbox_id, user_id) = ({member})",
            (product.website_token,),
        )
        try:
            customer.write(f"after {mark}")
            customer.sees(f"after {mark}")
            ben.page.wait_for_timeout(2000)
            expect(ben.page.get_by_text(f"after {mark}")).to_have_count(0)
            expect(
                ben.page.get_by_role("navigation", name="Views").get_by_role("link", name="Website")
            ).to_have_count(0)
            ben.picture("access-lost")
        finally:
            conn.execute(
                "insert into inbox_members (account_id, inbox_id, user_id)"
                f" select account_id, m.* from (select {member}) as m (inbox_id, user_id)"
                " join inboxes on inboxes.id = m.inbox_id",
                (product.website_token,),
            )


def test_an_agent_whose_role_shows_a_part_is_live_and_asks_for_lists(
    product: LocalProduct, agent: Agents
) -> None:
    ben = "select id from users where email = 'agent@example.com'"
    with psycopg.connect(product.database_url, autocommit=True) as conn:
        conn.execute(
            "with role as (insert into custom_roles (account_id, name, permissions)"
            " select account_id, 'Unassigned only', array['conversation_unassigned_manage']"
            f" from account_users where user_id = ({ben}) returning id)"
            f" update account_users set custom_role_id = role.id from role where user_id = ({ben})"
        )
        try:
            person = agent("agent@example.com")
            # The topics of whole inboxes are not for them: no reason to say that the line is bad.
            expect(person.page.get_by_role("button", name=re.compile("Live"))).to_be_visible()
            with person.page.expect_request(re.compile("/rpc/conversation_list")):
                pass
            expect(person.page.get_by_role("button", name=re.compile("Live"))).to_be_visible()
        finally:
            conn.execute(f"update account_users set custom_role_id = null where user_id = ({ben})")
            conn.execute("delete from custom_roles where name = 'Unassigned only'")
