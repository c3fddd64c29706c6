"""The audit log: what is written there, and who reads it."""

from __future__ import annotations

import json

import pytest

from tests.support.database import Connection, acting_as, call, column, refused, rows, run
from tests.support.make import Account, Make, User


@pytest.fixture
def account(make: Make) -> Account:
    """An account."""
    return make.account()


@pytest.fixture
def boss(make: Make, account: Account) -> User:
    """Its administrator."""
    return make.administrator(account)


def test_what_an_administrator_changes_is_written_down(
    db: Connection, make: Make, account: Account, boss: User
) -> None:
    inbox, agent = make.inbox(account), make.agent(account)
    headers = json.dumps({"x-request-id": "abc", "x-forwarded-for": "192.0.2.7, 10.0.0.1"})
    with acting_as(db, boss):
        run(db, "select set_config('request.headers', %s, true)", headers)
        run(db, "update public.accounts set name = 'New'")
        call(db, "public.set_inbox_member", p_inbox_id=inbox.id, p_user_id=agent.id, p_member=True)
        call(
            db, "public.set_member", p_account_id=account.id, p_user_id=agent.id,
            p_role="administrator",
        )  # fmt: skip
        found = rows(
            db,
            """
            select user_id, action, auditable_type, auditable_id, changes, request_id, ip
            from public.audit_log order by id
            """,
        )
    by = ("abc", "192.0.2.7")
    assert found[0] == (
        boss.id, "update", "accounts", account.id, {"name": ["Acme", "New"]}, *by
    )  # fmt: skip
    assert found[1][1:4] == ("create", "inbox_members", agent.id)
    assert found[2][1:5] == (
        "update", "account_users", agent.id, {"role": ["agent", "administrator"]}
    )  # fmt: skip


def test_what_changes_by_itself_is_not(
    db: Connection, make: Make, account: Account, boss: User
) -> None:
    inbox = make.inbox(account)
    run(db, "update public.inboxes set name = 'By the system' where id = %s", inbox.id)
    with acting_as(db, boss):
        run(db, "update public.inboxes set name = 'By the system' where id = %s", inbox.id)
        assert column(db, "select action from public.audit_log") == []


def test_an_invitation_s_hash_is_not_written_down(
    db: Connection, account: Account, boss: User
) -> None:
    with acting_as(db, boss):
        call(db, "public.invite_member", p_account_id=account.id, p_email="a@example.com")
        (changes,) = column(db, "select changes from public.audit_log")
    assert changes["email"] == [None, "a@example.com"]
    assert "token" not in str(changes)


def test_only_administrators_read_the_log_and_nobody_writes_it(
    db: Connection, make: Make, account: Account, boss: User
) -> None:
    with acting_as(db, boss):
        run(db, "update public.accounts set name = 'New'")
    for user in (make.agent(account), make.administrator(make.account())):
        with acting_as(db, user):
            assert column(db, "select id from public.audit_log") == []
    with refused("42501"), acting_as(db, boss):
        run(db, "update public.audit_log set changes = '{}'")
    with refused("42501"), acting_as(db, boss):
        run(db, "insert into public.audit_log (account_id) values (%s)", account.id)
