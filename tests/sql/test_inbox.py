"""Inboxes, their channels and the agents who work them."""

from __future__ import annotations

import pytest

from tests.support.database import (
    Connection,
    acting_as,
    broadcasts,
    call,
    column,
    refused,
    run,
    value,
)
from tests.support.make import Inbox, Make

READABLE = ["inboxes", "inbox_members", "channel_web_widgets", "channel_apis"]


def epoch(db: Connection, inbox: Inbox) -> int:
    """The inbox's present epoch."""
    found = value(db, "select epoch from public.inboxes where id = %s", inbox.id)
    assert isinstance(found, int)
    return found


def test_members_read_their_inbox_and_its_channel(db: Connection, make: Make) -> None:
    account = make.account()
    web, api = make.inbox(account), make.inbox(account, "api")
    agent = make.agent(web)
    make.member(api, agent)
    with acting_as(db, agent):
        assert set(column(db, "select id from public.inboxes")) == {web.id, api.id}
        assert column(db, "select inbox_id from public.channel_web_widgets") == [web.id]
        assert column(db, "select inbox_id from public.channel_apis") == [api.id]
        assert set(column(db, "select inbox_id from public.inbox_members")) == {web.id, api.id}


@pytest.mark.parametrize("table", READABLE)
def test_agents_outside_an_inbox_do_not_read_it(db: Connection, make: Make, table: str) -> None:
    account = make.account()
    make.agent(make.inbox(account))
    make.agent(make.inbox(account, "api"))
    with acting_as(db, make.agent(account)):
        assert column(db, f"select account_id from public.{table}") == []


@pytest.mark.parametrize("table", READABLE)
def test_administrators_of_another_account_do_not_read_an_inbox(
    db: Connection, make: Make, table: str
) -> None:
    account = make.account()
    make.agent(make.inbox(account))
    make.agent(make.inbox(account, "api"))
    with acting_as(db, make.administrator(make.account())):
        assert column(db, f"select account_id from public.{table}") == []


def test_administrators_read_every_inbox_without_membership(db: Connection, make: Make) -> None:
    account = make.account()
    inboxes = {make.inbox(account).id, make.inbox(account, "api").id}
    with acting_as(db, make.administrator(account)):
        assert set(column(db, "select id from public.inboxes")) == inboxes


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("inboxes", "name = 'New'"),
        ("channel_web_widgets", "welcome_title = 'New'"),
        ("channel_apis", "reply_window_hours = 3"),
    ],
)
def test_only_administrators_change_inboxes(
    db: Connection, make: Make, table: str, change: str
) -> None:
    account = make.account()
    web, api = make.inbox(account), make.inbox(account, "api")
    boss, agent = make.administrator(account), make.agent(web)
    make.member(api, agent)
    stranger = make.administrator(make.account())
    for user in (agent, stranger):
        with acting_as(db, user):
            assert run(db, f"update public.{table} set {change}") == 0
    with acting_as(db, boss):
        assert run(db, f"update public.{table} set {change}") >= 1


@pytest.mark.parametrize(
    "change",
    [
        "epoch = 99",
        "account_id = gen_random_uuid()",
        "channel_type = 'api'",
        "id = gen_random_uuid()",
    ],
)
def test_administrators_do_not_write_what_the_server_owns(
    db: Connection, make: Make, change: str
) -> None:
    account = make.account()
    make.inbox(account)
    with refused("42501"), acting_as(db, make.administrator(account)):
        run(db, f"update public.inboxes set {change}")


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("widget_color", "red;}*{display:none"),
        ("widget_color", "#FFF"),
        ("widget_position", "url(javascript:alert(1))"),
        ("reply_time", "never"),
        ("allowed_domains", ["shop.example/path"]),
        ("allowed_domains", ["https://shop.example"]),
        ("allowed_domains", ['"><script>']),
        ("allowed_domains", ["x"] * 51),
        ("welcome_title", "x" * 201),
    ],
)
def test_hostile_looks_of_a_website_chat_are_refused(
    db: Connection, make: Make, name: str, bad: object
) -> None:
    account = make.account()
    make.inbox(account)
    with refused("23514"), acting_as(db, make.administrator(account)):
        run(db, f"update public.channel_web_widgets set {name} = %s", bad)


def test_administrators_make_inboxes_and_work_them(db: Connection, make: Make) -> None:
    account = make.account()
    boss = make.administrator(account)
    with acting_as(db, boss):
        made = call(
            db,
            "public.create_inbox",
            p_account_id=account.id,
            p_name=" Shop ",
            p_channel_type="web_widget",
        )
        assert column(db, "select name from public.inboxes where id = %s", made["id"]) == ["Shop"]
        assert column(db, "select user_id from public.inbox_members") == [boss.id]


def test_agents_and_strangers_do_not_make_inboxes(db: Connection, make: Make) -> None:
    account = make.account()
    agent, stranger = make.agent(account), make.administrator(make.account())
    arguments = {"p_account_id": account.id, "p_name": "Shop", "p_channel_type": "api"}
    with refused("not_administrator"), acting_as(db, agent):
        call(db, "public.create_inbox", **arguments)
    with refused("account_not_found"), acting_as(db, stranger):
        call(db, "public.create_inbox", **arguments)


@pytest.mark.parametrize(
    ("name", "channel", "code"),
    [
        ("", "api", "name_invalid"),
        ("x" * 101, "api", "name_invalid"),
        (None, "api", "name_invalid"),
        ("Shop", "fax", "channel_type_invalid"),
        ("Shop", None, "channel_type_invalid"),
        ("Shop", "web_widget'; --", "channel_type_invalid"),
    ],
)
def test_an_inbox_needs_a_name_and_a_known_channel(
    db: Connection, make: Make, name: str | None, channel: str | None, code: str
) -> None:
    account = make.account()
    with refused(code), acting_as(db, make.administrator(account)):
        call(
            db,
            "public.create_inbox",
            p_account_id=account.id,
            p_name=name,
            p_channel_type=channel,
        )


def test_administrators_add_and_remove_members(db: Connection, make: Make) -> None:
    account = make.account()
    inbox, boss, agent = make.inbox(account), make.administrator(account), make.agent(account)
    for member, expected in ((True, [agent.id]), (True, [agent.id]), (False, []), (False, [])):
        with acting_as(db, boss):
            call(
                db,
                "public.set_inbox_member",
                p_inbox_id=inbox.id,
                p_user_id=agent.id,
                p_member=member,
            )
        assert column(db, "select user_id from public.inbox_members") == expected


def test_agents_do_not_let_themselves_into_an_inbox(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    worker, outsider = make.agent(inbox), make.agent(account)
    for user in (worker, outsider):
        with refused("not_administrator"), acting_as(db, user):
            call(
                db,
                "public.set_inbox_member",
                p_inbox_id=inbox.id,
                p_user_id=outsider.id,
                p_member=True,
            )
        with refused("42501"), acting_as(db, user):
            run(
                db,
                "insert into public.inbox_members (account_id, inbox_id, user_id) values (%s, %s, %s)",
                account.id,
                inbox.id,
                outsider.id,
            )


def test_members_of_other_accounts_cannot_be_put_into_an_inbox(db: Connection, make: Make) -> None:
    account = make.account()
    inbox, boss, stranger = (
        make.inbox(account),
        make.administrator(account),
        make.agent(make.account()),
    )
    with refused("user_not_found"), acting_as(db, boss):
        call(
            db,
            "public.set_inbox_member",
            p_inbox_id=inbox.id,
            p_user_id=stranger.id,
            p_member=True,
        )


def test_member_must_be_said_plainly(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    boss, agent = make.administrator(account), make.agent(inbox)
    with refused("invalid_argument"), acting_as(db, boss):
        call(
            db,
            "public.set_inbox_member",
            p_inbox_id=inbox.id,
            p_user_id=agent.id,
            p_member=None,
        )


def test_the_epoch_moves_when_a_member_leaves(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    agent = make.agent(inbox)
    before = epoch(db, inbox)
    run(db, "delete from public.inbox_members where user_id = %s", agent.id)
    assert epoch(db, inbox) == before + 1
    assert len(broadcasts(db, f"inbox:{inbox.id}:{before}", "topic.moved")) == 1
    assert len(broadcasts(db, f"user:{agent.id}", "access.changed")) == 2


def test_the_epoch_stays_when_a_member_comes(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    before = epoch(db, inbox)
    make.agent(inbox)
    assert epoch(db, inbox) == before


def test_the_epoch_of_every_inbox_moves_when_an_administrator_is_demoted(
    db: Connection, make: Make
) -> None:
    account = make.account()
    make.administrator(account)
    boss = make.administrator(account)
    inboxes = [make.inbox(account), make.inbox(account)]
    other = make.inbox(make.account())
    before = [epoch(db, inbox) for inbox in (*inboxes, other)]
    run(db, "update public.account_users set role = 'agent' where user_id = %s", boss.id)
    after = [epoch(db, inbox) for inbox in (*inboxes, other)]
    assert after == [before[0] + 1, before[1] + 1, before[2]]


def test_the_epoch_moves_when_an_agent_or_administrator_leaves_the_account(
    db: Connection, make: Make
) -> None:
    account = make.account()
    make.administrator(account)
    inbox = make.inbox(account)
    for leaver in (make.agent(inbox), make.administrator(account)):
        before = epoch(db, inbox)
        run(db, "delete from public.account_users where user_id = %s", leaver.id)
        assert epoch(db, inbox) > before


def test_the_epoch_moves_when_an_account_is_suspended(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    before = epoch(db, inbox)
    run(db, "update public.accounts set status = 'suspended' where id = %s", account.id)
    assert epoch(db, inbox) > before
