"""Accounts, logins and memberships."""

from __future__ import annotations

import pytest

from tests.support.database import (
    Connection,
    Database,
    acting_as,
    acting_as_anon,
    broadcasts,
    call,
    column,
    refused,
    rows,
    run,
    value,
)
from tests.support.make import Make
from tests.support.together import together


def test_members_read_their_accounts_and_no_others(db: Connection, make: Make) -> None:
    account = make.account()
    make.account("Other")
    agent = make.agent(account)

    with acting_as(db, agent):
        assert column(db, "select id from public.accounts") == [account.id]


def test_strangers_read_no_account(db: Connection, make: Make) -> None:
    make.account()
    with acting_as(db, make.user()):
        assert column(db, "select id from public.accounts") == []


def test_members_of_a_suspended_account_read_nothing_of_it(db: Connection, make: Make) -> None:
    account = make.account()
    agent = make.agent(make.inbox(account))
    run(db, "update public.accounts set status = 'suspended' where id = %s", account.id)

    with acting_as(db, agent):
        assert column(db, "select id from public.accounts") == []
        assert column(db, "select id from public.inboxes") == []
        assert column(db, "select user_id from public.account_users") == []


def test_administrators_rename_their_account(db: Connection, make: Make) -> None:
    account = make.account()
    with acting_as(db, make.administrator(account)):
        assert run(db, "update public.accounts set name = 'New' where id = %s", account.id) == 1


def test_agents_and_strangers_do_not_rename_an_account(db: Connection, make: Make) -> None:
    account = make.account()
    for user in (make.agent(account), make.administrator(make.account())):
        with acting_as(db, user):
            run(db, "update public.accounts set name = 'Mine' where id = %s", account.id)
    assert value(db, "select name from public.accounts where id = %s", account.id) == "Acme"


@pytest.mark.parametrize("column_name", ["status", "limits", "id", "created_at"])
def test_administrators_do_not_write_what_the_server_owns(
    db: Connection, make: Make, column_name: str
) -> None:
    administrator = make.administrator(make.account())
    with refused("42501"), acting_as(db, administrator):
        run(db, f"update public.accounts set {column_name} = null")


def test_members_read_the_profiles_of_colleagues_only(db: Connection, make: Make) -> None:
    account = make.account()
    ana, ben = make.agent(account), make.agent(account)
    make.agent(make.account())

    with acting_as(db, ana):
        assert set(column(db, "select id from public.users")) == {ana.id, ben.id}


def test_users_change_their_own_profile_only(db: Connection, make: Make) -> None:
    account = make.account()
    ana, ben = make.agent(account), make.agent(account)

    with acting_as(db, ana):
        assert run(db, "update public.users set name = 'Ana B' where id = %s", ana.id) == 1
        assert run(db, "update public.users set name = 'Ana B' where id = %s", ben.id) == 0


def test_users_do_not_change_their_address_past_auth(db: Connection, make: Make) -> None:
    ana = make.agent(make.account())
    with refused("42501"), acting_as(db, ana):
        run(db, "update public.users set email = 'boss@example.com'")


def test_interface_settings_are_their_owners_alone(db: Connection, make: Make) -> None:
    account = make.account()
    ana, ben = make.agent(account), make.agent(account)
    with acting_as(db, ana):
        run(db, 'update public.users set ui_settings = \'{"theme": "dark"}\' where id = %s', ana.id)
        assert call(db, "public.my_ui_settings") == {"theme": "dark"}
    with acting_as(db, ben):
        assert call(db, "public.my_ui_settings") == {}
    with refused("42501"), acting_as(db, ben):
        rows(db, "select ui_settings from public.users")


def test_members_change_their_own_availability_only(db: Connection, make: Make) -> None:
    account = make.account()
    ana, ben = make.agent(account), make.agent(account)
    with acting_as(db, ana):
        update = "update public.account_users set availability = 'busy' where user_id = %s"
        assert run(db, update, ana.id) == 1
        assert run(db, update, ben.id) == 0


def test_agents_do_not_promote_themselves(db: Connection, make: Make) -> None:
    ana = make.agent(make.account())
    with refused("42501"), acting_as(db, ana):
        run(db, "update public.account_users set role = 'administrator'")


def test_nobody_adds_members_directly(db: Connection, make: Make) -> None:
    account = make.account()
    administrator, stranger = make.administrator(account), make.user()
    for user in (administrator, stranger):
        with refused("42501"), acting_as(db, user):
            run(
                db,
                "insert into public.account_users (account_id, user_id) values (%s, %s)",
                account.id,
                stranger.id,
            )


def test_whoever_is_removed_reads_nothing_at_once(db: Connection, make: Make) -> None:
    account = make.account()
    agent = make.agent(make.inbox(account))
    run(db, "delete from public.account_users where user_id = %s", agent.id)
    with acting_as(db, agent):
        assert column(db, "select id from public.accounts") == []
        assert column(db, "select id from public.inboxes") == []
    assert broadcasts(db, f"user:{agent.id}", "access.changed")


def test_anonymous_requests_read_no_account(db: Connection, make: Make) -> None:
    make.account()
    with refused("42501"), acting_as_anon(db):
        rows(db, "select id from public.accounts")


def test_the_last_administrator_cannot_be_demoted_or_removed(db: Connection, make: Make) -> None:
    account = make.account()
    boss = make.administrator(account)
    with refused("last_administrator"), db.transaction():
        run(db, "update public.account_users set role = 'agent' where user_id = %s", boss.id)
    with refused("last_administrator"), db.transaction():
        run(db, "delete from public.account_users where user_id = %s", boss.id)


def test_one_of_two_administrators_can_be_demoted(db: Connection, make: Make) -> None:
    account = make.account()
    make.administrator(account)
    boss = make.administrator(account)
    run(db, "update public.account_users set role = 'agent' where user_id = %s", boss.id)


def test_two_administrators_cannot_demote_one_another_at_once(database: Database) -> None:
    with database.connect() as conn:
        make = Make(conn)
        account = make.account()
        bosses = [make.administrator(account), make.administrator(account)]

    def demote(index: int, conn: Connection) -> None:
        run(
            conn,
            "update public.account_users set role = 'agent' where user_id = %s",
            bosses[index].id,
        )

    errors = together(database, 2, demote)
    assert [e for e in errors if e is not None] == ["last_administrator"]


def test_an_account_can_be_deleted_with_everything_in_it(db: Connection, make: Make) -> None:
    account = make.account()
    make.administrator(account)
    inbox = make.inbox(account)
    agent = make.agent(inbox)
    conversation = make.conversation(inbox, assignee_id=agent.id)
    make.incoming(conversation)
    make.outgoing(conversation, agent)
    make.visitor(inbox)

    run(db, "delete from public.accounts where id = %s", account.id)

    for table in ("public.conversations", "public.messages", "private.conversation_counters"):
        assert value(db, f"select count(*) from {table} where account_id = %s", account.id) == 0
    assert value(
        db, "select to_regclass('private.' || private.conversation_sequence(%s))", account.id
    ) is None  # fmt: skip


def test_a_login_can_be_deleted_and_its_messages_stay(db: Connection, make: Make) -> None:
    account = make.account()
    make.administrator(account)
    inbox = make.inbox(account)
    agent = make.agent(inbox)
    conversation = make.conversation(inbox, assignee_id=agent.id)
    message = make.outgoing(conversation, agent)

    run(db, "delete from auth.users where id = %s", agent.id)

    assert rows(
        db, "select content, sender_user_id from public.messages where id = %s", message
    ) == [("Hi!", None)]
    assert rows(db, "select assignee_id from public.conversations") == [(None,)]


def test_signing_up_makes_a_profile_and_no_membership(db: Connection, make: Make) -> None:
    user = make.user("Zoe")
    assert rows(
        db, "select name, email from public.users where id = %s", user.id
    ) == [("Zoe", user.email)]  # fmt: skip
    assert value(db, "select count(*) from public.account_users where user_id = %s", user.id) == 0


def test_a_hostile_name_at_sign_up_is_cut_and_kept_as_text(db: Connection, make: Make) -> None:
    name = "<img src=x onerror=alert(1)>'; drop table users; --" + "x" * 500
    user = make.user(name)
    assert value(db, "select name from public.users where id = %s", user.id) == name[:200]


def test_what_a_login_says_of_itself_gives_no_rights(db: Connection, make: Make) -> None:
    account = make.account()
    user = make.user()
    run(
        db,
        """
        update auth.users
        set raw_user_meta_data = jsonb_build_object('role', 'administrator', 'account_id', %s::text)
        where id = %s
        """,
        account.id,
        user.id,
    )
    with acting_as(db, user):
        assert column(db, "select id from public.accounts") == []


def test_creating_an_account_makes_its_first_inbox_and_administrator(
    db: Connection, make: Make
) -> None:
    user = make.user()
    with acting_as(db, user):
        made = call(db, "public.create_account", p_name="  Shop  ")
        assert made["name"] == "Shop"
        assert rows(db, "select role from public.account_users") == [("administrator",)]
        assert len(rows(db, "select id from public.inboxes")) == 1
        assert len(rows(db, "select inbox_id from public.channel_web_widgets")) == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, None])
def test_an_account_needs_a_name(db: Connection, make: Make, name: str | None) -> None:
    with refused("name_invalid"), acting_as(db, make.user()):
        call(db, "public.create_account", p_name=name)


def test_one_login_belongs_to_fifty_accounts_at_most(db: Connection, make: Make) -> None:
    user = make.user()
    for _ in range(50):
        make.membership(make.account(), user)
    with refused("too_many_accounts") as error, acting_as(db, user):
        call(db, "public.create_account", p_name="One more")
    assert error["status"] == 429


def test_a_token_without_profile_creates_no_account(db: Connection, make: Make) -> None:
    user = make.user()
    run(db, "delete from public.users where id = %s", user.id)
    with refused("user_not_found"), acting_as(db, user):
        call(db, "public.create_account", p_name="Ghosts")
