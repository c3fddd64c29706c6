"""How people come into an account, what they may be there, how they go, and whether they are there."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.database import (
    Connection,
    acting_as,
    broadcasts,
    call,
    column,
    refused,
    rows,
    run,
    value,
)
from tests.support.make import Account, Make, User


@pytest.fixture
def account(make: Make) -> Account:
    """An account."""
    return make.account()


@pytest.fixture
def boss(make: Make, account: Account) -> User:
    """Its administrator."""
    return make.administrator(account)


EPOCH = "select epoch from public.inboxes where id = %s"


def invite(db: Connection, boss: User, account: Account, email: str, **more: Any) -> dict[str, Any]:
    """Invite as the administrator."""
    with acting_as(db, boss):
        made = call(db, "public.invite_member", p_account_id=account.id, p_email=email, **more)
    assert isinstance(made, dict)
    return made


# Invitations.


def test_who_is_invited_joins_once_with_the_role_they_were_given(
    db: Connection, make: Make, account: Account, boss: User
) -> None:
    role, person = make.custom_role(account, "conversation_manage"), make.user()
    made = invite(db, boss, account, f" {person.email.upper()} ", p_custom_role_id=role)
    assert made["email"] == person.email
    with acting_as(db, person):
        joined = call(db, "public.accept_invitation", p_token=made["token"])
        assert joined == {"account_id": str(account.id), "name": "Acme", "role": "agent"}
        query = "select role, custom_role_id from public.account_users where user_id = %s"
        assert rows(db, query, person.id) == [("agent", role)]
    assert broadcasts(db, f"user:{person.id}", "access.changed")
    with refused("invitation_not_found"), acting_as(db, person):
        call(db, "public.accept_invitation", p_token=made["token"])


def test_only_the_hash_of_a_token_is_kept(
    db: Connection, make: Make, account: Account, boss: User
) -> None:
    made = invite(db, boss, account, "new@example.com")
    assert len(made["token"]) == 64
    kept = value(db, "select token_hash from public.invitations")
    assert kept == hashlib.sha256(made["token"].encode()).hexdigest()
    assert "token_hash" not in made


@pytest.mark.parametrize(
    "fate", ["other address", "expired", "revoked", "invited again", "wrong", "null"]
)
def test_an_invitation_that_is_not_valid_lets_nobody_in(
    db: Connection, make: Make, account: Account, boss: User, fate: str
) -> None:
    person = make.user()
    made = invite(db, boss, account, person.email)
    token = made["token"]
    match fate:
        case "other address":
            person = make.user()
        case "expired":
            run(db, "update public.invitations set expires_at = now() - interval '1 second'")
        case "revoked":
            with acting_as(db, boss):
                call(db, "public.revoke_invitation", p_id=made["id"])
        case "invited again":
            invite(db, boss, account, person.email)
        case "wrong":
            token = "x" * 64
        case _:
            token = None
    with refused("invitation_not_found"), acting_as(db, person):
        call(db, "public.accept_invitation", p_token=token)
    assert column(
        db, "select user_id from public.account_users where account_id = %s", account.id
    ) == [boss.id]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"p_email": ""}, "email_invalid"),
        ({"p_email": None}, "email_invalid"),
        ({"p_email": "a@b"}, "email_invalid"),
        ({"p_email": "a@example.com\nBcc: all@example.com"}, "email_invalid"),
        ({"p_email": "<a@example.com>"}, "email_invalid"),
        ({"p_name": "x" * 101}, "email_invalid"),
        ({"p_role": "owner"}, "role_invalid"),
        ({"p_role": None}, "role_invalid"),
        ({"p_custom_role_id": uuid4()}, "custom_role_not_found"),
        ({"p_role": "administrator", "p_custom_role_id": uuid4()}, "role_invalid"),
    ],
)
def test_hostile_invitations_are_refused(
    db: Connection, account: Account, boss: User, arguments: dict[str, Any], code: str
) -> None:
    given = {"p_account_id": account.id, "p_email": "a@example.com", **arguments}
    with refused(code), acting_as(db, boss):
        call(db, "public.invite_member", **given)


def test_members_are_not_invited_again(
    db: Connection, make: Make, account: Account, boss: User
) -> None:
    agent = make.agent(account)
    with refused("already_member"), acting_as(db, boss):
        call(db, "public.invite_member", p_account_id=account.id, p_email=agent.email)


def test_only_administrators_invite_and_read_invitations(
    db: Connection, make: Make, account: Account, boss: User
) -> None:
    agent, stranger = make.agent(account), make.administrator(make.account())
    made = invite(db, boss, account, "new@example.com")
    for user, code in ((agent, "not_administrator"), (stranger, "account_not_found")):
        with refused(code), acting_as(db, user):
            call(db, "public.invite_member", p_account_id=account.id, p_email="x@example.com")
        with refused("invitation_not_found"), acting_as(db, user):
            call(db, "public.revoke_invitation", p_id=made["id"])
        with acting_as(db, user):
            assert column(db, "select email from public.invitations") == []
    with acting_as(db, boss):
        assert column(db, "select email from public.invitations") == ["new@example.com"]
    with refused("42501"), acting_as(db, boss):
        column(db, "select token_hash from public.invitations")


def test_a_plan_s_places_are_counted_with_the_invitations(
    db: Connection, make: Make, account: Account, boss: User
) -> None:
    run(db, "update public.accounts set limits = '{\"agents\": 2}' where id = %s", account.id)
    person = make.user()
    made = invite(db, boss, account, person.email)
    with refused("agent_limit_reached") as body, acting_as(db, boss):
        call(db, "public.invite_member", p_account_id=account.id, p_email="b@example.com")
    assert body["status"] == 402
    make.agent(account)
    with refused("agent_limit_reached"), acting_as(db, person):
        call(db, "public.accept_invitation", p_token=made["token"])


# Roles.


def test_administrators_change_roles_and_take_people_out(
    db: Connection, make: Make, account: Account, boss: User
) -> None:
    inbox = make.inbox(account)
    agent = make.agent(inbox)
    make.team(account, agent)
    make.conversation(inbox, assignee_id=agent.id)
    arguments = {"p_account_id": account.id, "p_user_id": agent.id}
    role = make.custom_role(account)
    with acting_as(db, boss):
        assert call(db, "public.set_member", **arguments, p_role="agent", p_custom_role_id=role)[
            "custom_role_id"
        ] == str(role)
        changed = call(db, "public.set_member", **arguments, p_role="administrator")
        assert (changed["role"], changed["custom_role_id"]) == ("administrator", None)
        call(db, "public.remove_member", **arguments)
    for table in ("account_users", "inbox_members", "team_members", "notification_settings"):
        query = f"select user_id from public.{table} where user_id = %s"
        assert column(db, query, agent.id) == [], table
    assert column(db, "select assignee_id from public.conversations") == [None]


def test_who_leaves_leaves_everything_at_once_and_stirs_up_nothing(
    db: Connection, make: Make, account: Account, boss: User
) -> None:
    inbox, other_account = make.inbox(account), make.account()
    agent, colleague = make.agent(inbox), make.agent(inbox)
    make.membership(other_account, agent)
    elsewhere = make.conversation(make.inbox(other_account), assignee_id=agent.id)
    mine, kept = (make.conversation(inbox, assignee_id=a.id) for a in (agent, colleague))
    old = make.conversation(inbox, assignee_id=agent.id, status="resolved")
    for conversation in (mine, kept):
        make.participant(conversation, agent)
    note = f"[@you](mention://user/{agent.id}/you)"
    make.note(kept, colleague, note)
    reply = make.outgoing(old, agent, "Gladly")
    run(db, "update public.conversations set last_activity_at = now() - interval '3 days'")
    run(db, "delete from private.events")
    query = "select count(*) from public.{} where account_id = %s and user_id = %s"
    tables = (
        "account_users", "inbox_members", "team_members", "conversation_participants", "mentions",
        "notifications", "notification_settings",
    )  # fmt: skip
    make.team(account, agent)
    assert all(value(db, query.format(table), account.id, agent.id) for table in tables)

    with acting_as(db, boss):
        call(db, "public.remove_member", p_account_id=account.id, p_user_id=agent.id)
    for table in tables:
        assert value(db, query.format(table), account.id, agent.id) == 0, table
    assignees = "select assignee_id from public.conversations where id = %s"
    found = [value(db, assignees, c.id) for c in (mine, old, kept, elsewhere)]
    assert found == [None, None, colleague.id, agent.id]
    # Nobody's deed in any thread, no thread on top of the lists for it; the words stay the agent's.
    assert value(db, "select count(*) from public.messages where message_type = 'activity'") == 0
    assert value(
        db,
        "select count(*) from public.conversations where last_activity_at > now() - interval '1 day'",
    ) == 0  # fmt: skip
    sender = "select sender_user_id from public.messages where id = %s"
    assert value(db, sender, reply) == agent.id
    # But the lists and the outbox hear of it.
    told = broadcasts(db, f"inbox:{inbox.id}:{value(db, EPOCH, inbox.id)}", "conversation.changed")
    told += broadcasts(
        db, f"inbox:{inbox.id}:{value(db, EPOCH, inbox.id) - 1}", "conversation.changed"
    )
    unassigned = {t["conversation_id"] for t in told if t["assignee_id"] is None}
    assert {str(mine.id), str(old.id)} <= unassigned
    names = column(db, "select name from private.events order by name")
    assert names == ["agent.removed", "conversation.updated", "conversation.updated"]
    assert value(db, "select payload from private.events where name = 'agent.removed'") == {
        "user_id": str(agent.id), "role": "agent",
    }  # fmt: skip
    assert broadcasts(db, f"user:{agent.id}", "access.changed")


def test_who_was_there_for_years_is_removed_within_the_time_it_needs(db: Connection) -> None:
    # PostgREST gives a request the time that its function names, instead of eight seconds.
    settings = value(
        db,
        "select proconfig from pg_proc where oid = 'public.remove_member(uuid, uuid)'::regprocedure",
    )
    assert "statement_timeout=60s" in settings


def test_who_comes_and_goes_is_recorded_but_not_with_the_account_itself(
    db: Connection, make: Make, account: Account
) -> None:
    agent = make.agent(account)
    query = "select payload ->> 'user_id' from private.events where name = 'agent.added'"
    assert column(db, query) == [str(agent.id)]
    run(db, "delete from public.accounts where id = %s", account.id)
    assert column(db, "select name from private.events") == []


def test_agents_and_strangers_change_no_membership(
    db: Connection, make: Make, account: Account, boss: User
) -> None:
    agent, stranger = make.agent(account), make.administrator(make.account())
    victim = {"p_account_id": account.id, "p_user_id": boss.id}
    for user, code in ((agent, "not_administrator"), (stranger, "account_not_found")):
        with refused(code), acting_as(db, user):
            call(db, "public.set_member", **victim, p_role="agent")
        with refused(code), acting_as(db, user):
            call(db, "public.remove_member", **victim)
        with refused("42501"), acting_as(db, user):
            run(db, "update public.account_users set custom_role_id = null")
    with refused("user_not_found"), acting_as(db, boss):
        call(
            db, "public.set_member", p_account_id=account.id, p_user_id=stranger.id, p_role="agent"
        )


def test_everybody_may_leave_but_the_last_administrator(
    db: Connection, make: Make, account: Account, boss: User
) -> None:
    agent = make.agent(account)
    with acting_as(db, agent):
        call(db, "public.remove_member", p_account_id=account.id, p_user_id=agent.id)
    with refused("last_administrator"), acting_as(db, boss):
        call(db, "public.remove_member", p_account_id=account.id, p_user_id=boss.id)
    with refused("last_administrator"), acting_as(db, boss):
        call(db, "public.set_member", p_account_id=account.id, p_user_id=boss.id, p_role="agent")
    with refused("user_not_found"), acting_as(db, agent):
        call(db, "public.remove_member", p_account_id=account.id, p_user_id=agent.id)


# Settings of the account and the profile.


def test_administrators_set_up_their_account(
    db: Connection, make: Make, account: Account, boss: User
) -> None:
    change = """
        update public.accounts set timezone = 'America/Sao_Paulo', domain = 'acme.example',
            support_email = 'help@acme.example', settings = '{"auto_resolve_after": 60}'
    """
    with acting_as(db, make.agent(account)):
        assert run(db, change) == 0
    with acting_as(db, boss):
        assert run(db, change) == 1


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("timezone", "Mars/Base"),
        ("timezone", "+03:00"),
        ("timezone", "CEST"),
        ("domain", "http://x"),
        ("support_email", "nobody"),
        ("settings", "[]"),
        ("settings", '{"auto_resolve_after": 9}'),
        ("settings", '{"auto_resolve_after": 1439857}'),
        ("settings", '{"auto_resolve_after": "soon"}'),
        ("settings", '{"auto_resolve_after": 1.5}'),
        ("settings", '{"auto_resolve_message": 1}'),
        ("settings", '{"auto_resolve_ignore_waiting": "yes"}'),
    ],
)
def test_hostile_account_settings_are_refused(
    db: Connection, boss: User, name: str, bad: str
) -> None:
    with refused("23514"), acting_as(db, boss):
        run(db, f"update public.accounts set {name} = %s", bad)


def test_everybody_has_a_signature_of_their_own(
    db: Connection, make: Make, account: Account
) -> None:
    agent = make.agent(account)
    with acting_as(db, agent):
        assert run(db, "update public.users set message_signature = 'A.'") == 1


# Presence.


def seen(db: Connection, user: User, seconds: int) -> None:
    """As if their screen had last spoken so long ago."""
    run(
        db,
        "update private.user_presence set seen_at = clock_timestamp() - %s where user_id = %s",
        timedelta(seconds=seconds),
        user.id,
    )


def online(db: Connection, account: Account, user: User) -> bool:
    """Whether auto assignment would ask them."""
    return bool(value(db, "select private.is_online(%s, %s)", account.id, user.id))


def test_an_agent_is_online_while_their_screen_beats(
    db: Connection, make: Make, account: Account
) -> None:
    agent = make.agent(account)
    assert not online(db, account, agent)
    with acting_as(db, agent):
        present = call(db, "public.heartbeat", p_account_id=account.id)
        assert present == {"users": {str(agent.id): "online"}}
    assert online(db, account, agent)
    seen(db, agent, 19)
    assert online(db, account, agent)
    seen(db, agent, 21)
    assert not online(db, account, agent)


def test_the_chosen_availability_counts(db: Connection, make: Make, account: Account) -> None:
    agent, colleague = make.agent(account), make.agent(account)
    with acting_as(db, agent):
        call(db, "public.heartbeat", p_account_id=account.id)
    for chosen, shown in (("busy", {str(agent.id): "busy"}), ("offline", {})):
        with acting_as(db, agent):
            call(db, "public.set_availability", p_account_id=account.id, p_availability=chosen)
        with acting_as(db, colleague):
            assert call(db, "public.online_users", p_account_id=account.id) == {"users": shown}
        assert not online(db, account, agent)


def test_without_auto_offline_the_choice_holds_without_a_heartbeat(
    db: Connection, make: Make, account: Account
) -> None:
    agent = make.agent(account)
    with acting_as(db, agent):
        run(db, "update public.account_users set auto_offline = false where user_id = %s", agent.id)
    assert online(db, account, agent)


def test_presence_is_the_account_s_own(db: Connection, make: Make, account: Account) -> None:
    stranger = make.administrator(make.account())
    for function, more in (
        ("heartbeat", {}),
        ("online_users", {}),
        ("set_availability", {"p_availability": "busy"}),
    ):
        with refused("account_not_found"), acting_as(db, stranger):
            call(db, f"public.{function}", p_account_id=account.id, **more)
    with refused("availability_invalid"), acting_as(db, make_member(make, account)):
        call(db, "public.set_availability", p_account_id=account.id, p_availability="away")


def make_member(make: Make, account: Account) -> User:
    """An agent, made before the request begins."""
    return make.agent(account)
