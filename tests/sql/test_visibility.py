"""Who sees which conversation: one rule, asked by tables, functions and topics alike."""

from __future__ import annotations

from dataclasses import dataclass
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
from tests.support.make import Account, Conversation, Inbox, Make, Team, User

PERMISSIONS = {
    "manage": "conversation_manage",
    "unassigned": "conversation_unassigned_manage",
    "participating": "conversation_participating_manage",
}
CALLERS = [
    "administrator", "agent", "teammate", "outsider", "manage", "unassigned", "participating", "none",
    "stranger", "nobody",
]  # fmt: skip
CONVERSATIONS = ["unassigned", "mine", "followed", "other", "team", "team_mine"]


@dataclass(frozen=True, slots=True)
class World:
    """One caller and conversations that differ in what makes them visible."""

    account: Account
    inbox: Inbox
    team: Team
    caller: User
    conversations: dict[str, Conversation]


def world(make: Make, who: str) -> World:
    """The inbox of most conversations has the caller as member when they are an agent of it.

    `team` and `team_mine` lie in another inbox and belong to a team; the teammate is in it, and so
    is everybody with a custom role.
    """
    account = make.account()
    inbox, elsewhere = make.inbox(account), make.inbox(account)
    team = make.team(account)
    colleague = make.agent(inbox)
    make.member(elsewhere, colleague)
    match who:
        case "administrator":
            caller = make.administrator(account)
        case "teammate":
            caller = make.agent(account)
        case "outsider":
            caller = make.agent(make.inbox(account))
        case "stranger":
            caller = make.administrator(make.account())
        case "nobody":
            caller = make.user()
        case _:
            caller = make.agent(inbox)
    joins = who == "teammate" or who in PERMISSIONS or who == "none"
    if joins:
        run(
            make.db,
            "insert into public.team_members (account_id, team_id, user_id) values (%s, %s, %s)",
            account.id, team.id, caller.id,
        )  # fmt: skip
    if who in PERMISSIONS:
        make.role_of(account, caller, "contact_manage", PERMISSIONS[who])
    elif who == "none":
        make.role_of(account, caller, "contact_manage", "report_manage")
    belongs = who not in ("stranger", "nobody")
    mine = caller.id if belongs else colleague.id
    conversations = {
        "unassigned": make.conversation(inbox),
        "mine": make.conversation(inbox, assignee_id=mine),
        "followed": make.conversation(inbox, assignee_id=colleague.id),
        "other": make.conversation(inbox, assignee_id=colleague.id),
        "team": make.conversation(elsewhere, team_id=team.id, assignee_id=colleague.id),
        "team_mine": make.conversation(elsewhere, team_id=team.id, assignee_id=mine),
    }
    if belongs:
        make.participant(conversations["followed"], caller)
    for conversation in conversations.values():
        make.incoming(conversation)
    return World(account, inbox, team, caller, conversations)


SEES = {
    "administrator": {*CONVERSATIONS},
    "agent": {"unassigned", "mine", "followed", "other"},
    "teammate": {"team", "team_mine"},
    "outsider": set(),
    "manage": {*CONVERSATIONS},
    "unassigned": {"unassigned", "mine", "team_mine"},
    "participating": {"mine", "followed", "team_mine"},
    "none": set(),
    "stranger": set(),
    "nobody": set(),
}


def names(w: World, ids: list[object]) -> set[str]:
    """Which of the world's conversations these are."""
    found = {c.id: name for name, c in w.conversations.items()}
    return {found[id_] for id_ in ids}  # type: ignore[index]


@pytest.mark.parametrize("who", CALLERS)
def test_everybody_reads_the_conversations_of_their_scope_and_no_others(
    db: Connection, make: Make, who: str
) -> None:
    w = world(make, who)
    with acting_as(db, w.caller):
        assert names(w, column(db, "select id from public.conversations")) == SEES[who]
        messages = column(db, "select conversation_id from public.messages")
        assert names(w, messages) == SEES[who]


@pytest.mark.parametrize("who", CALLERS)
def test_functions_and_topics_follow_the_same_rule(db: Connection, make: Make, who: str) -> None:
    w = world(make, who)
    ids = [c.id for c in w.conversations.values()]
    topics = dict(
        rows(
            db,
            "select c.id, private.topic_of(c) from public.conversations c where id = any (%s)",
            ids,
        )
    )
    with acting_as(db, w.caller):
        listed = call(db, "public.conversation_rows", p_ids=ids)
        assert {row["id"] for row in listed} == {
            str(w.conversations[name].id) for name in SEES[who]
        }
        heard = [id_ for id_ in ids if call(db, "private.may_hear", p_topic=topics[id_])]
        assert names(w, list(heard)) == SEES[who]
    for name, conversation in w.conversations.items():
        arguments = {"p_conversation_id": conversation.id, "p_id": uuid4(), "p_content": "x"}
        if name in SEES[who]:
            with acting_as(db, w.caller):
                call(db, "public.message_page", p_conversation_id=conversation.id)
                call(db, "public.send_message", **arguments)
        else:
            with refused("conversation_not_found"), acting_as(db, w.caller):
                call(db, "public.message_page", p_conversation_id=conversation.id)
            with refused("conversation_not_found"), acting_as(db, w.caller):
                call(db, "public.send_message", **arguments)
            with refused("conversation_not_found"), acting_as(db, w.caller):
                run(
                    db,
                    "insert into public.messages (id, conversation_id, content) values (%s, %s, 'x')",
                    uuid4(),
                    conversation.id,
                )


@pytest.mark.parametrize("who", CALLERS)
def test_asked_for_one_conversation_the_rule_says_the_same(
    db: Connection, make: Make, who: str
) -> None:
    w = world(make, who)
    for name, conversation in w.conversations.items():
        found = db.execute(
            """
            select exists (
                    select from private.scopes_of(%(who)s) as theirs
                    where theirs.account_id = c.account_id
                        and (theirs.inbox_id = c.inbox_id or theirs.team_id = c.team_id)
                        and (theirs.scope = 'all'
                            or c.assignee_id = %(who)s
                            or (theirs.scope = 'unassigned' and c.assignee_id is null)
                            or (theirs.scope = 'participating' and exists (
                                select from public.conversation_participants as p
                                where p.conversation_id = c.id and p.user_id = %(who)s)))),
                private.sees(%(who)s, c),
                private.viewers(array[%(who)s, %(other)s], c)
            from public.conversations as c where c.id = %(id)s
            """,
            {"who": w.caller.id, "other": uuid4(), "id": conversation.id},
        ).fetchone()
        assert found is not None
        by_scope, sees, viewers = found
        assert (by_scope, sees, viewers == [w.caller.id]) == (name in SEES[who],) * 3, name


@pytest.mark.parametrize("who", CALLERS)
def test_list_topics_are_for_those_who_see_all_that_is_said_there(
    db: Connection, make: Make, who: str
) -> None:
    w = world(make, who)
    inbox_topic, team_topic = rows(
        db,
        """
        select private.inbox_topic(inbox.id, inbox.epoch), private.team_topic(team.id, team.epoch)
        from public.inboxes as inbox, public.teams as team where inbox.id = %s and team.id = %s
        """,
        w.inbox.id,
        w.team.id,
    )[0]
    with acting_as(db, w.caller):
        hears_inbox = call(db, "private.may_hear", p_topic=inbox_topic)
        hears_team = call(db, "private.may_hear", p_topic=team_topic)
    assert hears_inbox == (who in ("administrator", "agent", "manage"))
    assert hears_team == (who in ("teammate", "manage"))


@pytest.mark.parametrize("who", CALLERS)
def test_scopes_name_inboxes_and_teams(db: Connection, make: Make, who: str) -> None:
    w = world(make, who)
    with acting_as(db, w.caller):
        run(db, "select set_config('role', 'none', true)")  # lists ask as their owner
        found = rows(
            db,
            "select inbox_id = %s, team_id = %s, scope from private.visible_scopes(%s)",
            w.inbox.id,
            w.team.id,
            w.account.id,
        )
    scope = {"manage": "all", "unassigned": "unassigned", "participating": "participating"}
    expected = {
        "administrator": {(True, None, "all"), (False, None, "all")},
        "agent": {(True, None, "all")},
        "teammate": {(None, True, "all")},
        "outsider": {(False, None, "all")},
    }.get(who, {(True, None, scope[who]), (None, True, scope[who])} if who in scope else set())
    assert set(found) == expected


@pytest.mark.parametrize("who", ["agent", "teammate", "stranger", "nobody"])
def test_participants_are_read_by_those_who_see_the_conversation(
    db: Connection, make: Make, who: str
) -> None:
    w = world(make, who)
    colleague = make.agent(w.inbox)
    make.participant(w.conversations["other"], colleague)
    with acting_as(db, w.caller):
        found = column(
            db,
            "select user_id from public.conversation_participants where conversation_id = %s",
            w.conversations["other"].id,
        )
    assert (colleague.id in found) == (who == "agent")
    assert found == [] or who == "agent"


def topic(db: Connection, conversation: Conversation) -> str:
    """The conversation's topic now."""
    query = "select private.topic_of(c) from public.conversations c where id = %s"
    return str(value(db, query, conversation.id))


LOSSES = {
    "leaves the team": (
        "teammate", "team",
        "delete from public.team_members where user_id = %(user)s",
    ),
    "the team loses the conversation": (
        "teammate", "team",
        "update public.conversations set team_id = null where id = %(conversation)s",
    ),
    "the team is deleted": ("teammate", "team", "delete from public.teams"),
    "is removed from the account": (
        "teammate", "team",
        "delete from public.account_users where user_id = %(user)s",
    ),
    "leaves the inbox": (
        "agent", "other",
        "delete from public.inbox_members where user_id = %(user)s",
    ),
    "gets a narrower role": (
        "agent", "other",
        "update public.account_users set custom_role_id = %(role)s where user_id = %(user)s",
    ),
    "is demoted to a narrow role": (
        "administrator", "other",
        "update public.account_users set role = 'agent', custom_role_id = %(role)s where user_id = %(user)s",
    ),
    "the role is narrowed": (
        "manage", "other",
        "update public.custom_roles set permissions = '{conversation_participating_manage}'",
    ),
    "the role loses all": ("participating", "mine", "update public.custom_roles set permissions = '{}'"),
    "somebody else takes it": (
        "unassigned", "unassigned",
        "update public.conversations set assignee_id = %(colleague)s where id = %(conversation)s",
    ),
}  # fmt: skip


@pytest.mark.parametrize("loss", LOSSES)
def test_whoever_loses_a_conversation_hears_nothing_more_of_it(
    db: Connection, make: Make, loss: str
) -> None:
    who, name, change = LOSSES[loss]
    w = world(make, who)
    role = make.custom_role(w.account, "conversation_participating_manage")
    boss = make.administrator(w.account)
    colleague = make.agent(w.inbox)
    conversation = w.conversations[name]
    before = topic(db, conversation)
    with acting_as(db, w.caller):
        assert call(db, "private.may_hear", p_topic=before) is True
    db.execute(
        change.encode(),
        {
            "user": w.caller.id,
            "conversation": conversation.id,
            "role": role,
            "colleague": colleague.id,
        },
    )
    after = topic(db, conversation)
    assert after != before
    with acting_as(db, w.caller):
        assert call(db, "private.may_hear", p_topic=before) is False
        assert call(db, "private.may_hear", p_topic=after) is False
    with acting_as(db, boss):
        assert call(db, "private.may_hear", p_topic=after) is True
    said = len(broadcasts(db, before))
    make.incoming(conversation)
    assert len(broadcasts(db, before)) == said
    assert broadcasts(db, after, "message.created")


def test_the_old_topic_of_a_conversation_says_that_it_moved(db: Connection, make: Make) -> None:
    w = world(make, "teammate")
    before = topic(db, w.conversations["team"])
    run(
        db,
        "update public.conversations set team_id = null where id = %s",
        w.conversations["team"].id,
    )
    assert len(broadcasts(db, before, "topic.moved")) == 1


def test_topics_keep_their_names_while_nobody_loses_anything(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    agent, conversation = make.agent(inbox), make.conversation(inbox)
    before = topic(db, conversation)
    run(db, "update public.conversations set assignee_id = %s", agent.id)
    make.team(Account(inbox.account_id), agent)
    run(db, "update public.conversations set team_id = (select id from public.teams)")
    assert topic(db, conversation) == before


def test_a_team_hears_of_its_conversations_and_of_those_it_loses(
    db: Connection, make: Make
) -> None:
    w = world(make, "teammate")
    conversation = w.conversations["team"]
    team_topic = f"team:{w.team.id}:1"
    heard = len(broadcasts(db, team_topic, "conversation.changed"))
    make.incoming(conversation, "WORDS")
    run(db, "update public.conversations set team_id = null where id = %s", conversation.id)
    said = broadcasts(db, team_topic, "conversation.changed")[heard:]
    assert [payload["conversation_id"] for payload in said] == [str(conversation.id)] * 2
    assert said[-1]["team_id"] is None
    assert "WORDS" not in str(said)


def test_widening_a_role_moves_no_topic(db: Connection, make: Make) -> None:
    w = world(make, "participating")
    before = topic(db, w.conversations["other"])
    run(db, "update public.custom_roles set permissions = '{conversation_manage}'")
    assert topic(db, w.conversations["other"]) == before
    with acting_as(db, w.caller):
        assert call(db, "private.may_hear", p_topic=before) is True
    run(db, "delete from public.custom_roles")
    assert topic(db, w.conversations["other"]) == before


def test_members_of_a_suspended_account_see_no_conversation(db: Connection, make: Make) -> None:
    w = world(make, "teammate")
    run(db, "update public.accounts set status = 'suspended' where id = %s", w.account.id)
    with acting_as(db, w.caller):
        assert column(db, "select id from public.conversations") == []


def test_deleting_an_account_takes_teams_roles_and_conversations_along(
    db: Connection, make: Make
) -> None:
    w = world(make, "unassigned")
    run(db, "delete from public.accounts where id = %s", w.account.id)
    for table in ("teams", "team_members", "custom_roles", "conversations"):
        query = f"select count(*) from public.{table} where account_id = %s"
        assert value(db, query, w.account.id) == 0
