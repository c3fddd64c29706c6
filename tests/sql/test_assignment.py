"""Whose turn it is, and what teams do to assignees."""

from __future__ import annotations

from uuid import UUID

from tests.support.database import (
    Connection,
    Database,
    acting_as,
    acting_as_visitor,
    call,
    column,
    run,
    value,
)
from tests.support.make import Conversation, Inbox, Make, User
from tests.support.together import together


def online(db: Connection, *users: User, status: str = "online") -> None:
    """They sit in front of their screens, without a heartbeat to ask for."""
    for user in users:
        run(
            db,
            "update public.account_users set availability = %s, auto_offline = false where user_id = %s",
            status,
            user.id,
        )


def queue_of(db: Connection, make: Make, inbox: Inbox, count: int) -> list[User]:
    """Members who joined the inbox one after the other, all online."""
    members = [make.agent(inbox, f"Agent {number + 1}") for number in range(count)]
    for minute, member in enumerate(members):
        run(
            db,
            "update public.inbox_members set created_at = now() - interval '1 day' + %s * interval '1 minute'"
            " where user_id = %s",
            minute,
            member.id,
        )
    online(db, *members)
    return members


def assignee(db: Connection, conversation: Conversation) -> UUID | None:
    """Whose it is."""
    found = value(db, "select assignee_id from public.conversations where id = %s", conversation.id)
    assert found is None or isinstance(found, UUID)
    return found


def test_round_robin_takes_members_in_turn_and_skips_the_busy(db: Connection, make: Make) -> None:
    """Worked example 8."""
    inbox = make.inbox(make.account())
    one, two, three = queue_of(db, make, inbox, 3)
    got = [assignee(db, make.conversation(inbox)) for _ in range(4)]
    assert got == [one.id, two.id, three.id, one.id]
    online(db, two, status="busy")
    assert assignee(db, make.conversation(inbox)) == three.id
    online(db, two)
    assert assignee(db, make.conversation(inbox)) == two.id  # kept the place


def test_a_new_member_waits_until_the_others_had_their_turn(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    one, two = queue_of(db, make, inbox, 2)
    late = make.agent(inbox)
    online(db, late)
    got = [assignee(db, make.conversation(inbox)) for _ in range(3)]
    assert got == [one.id, two.id, late.id]


def test_a_team_takes_the_conversation_from_outsiders_and_gives_it_to_its_own(
    db: Connection, make: Make
) -> None:
    """Worked example 9."""
    account = make.account()
    inbox = make.inbox(account)
    outsider, member, away = (make.agent(inbox) for _ in range(3))
    elsewhere = make.agent(account)
    online(db, member, elsewhere)
    team = make.team(account, member, away, elsewhere)
    conversation = make.conversation(inbox, assignee_id=outsider.id)
    with acting_as(db, outsider):
        call(db, "public.set_team", p_conversation_id=conversation.id, p_team_id=team.id)
    assert assignee(db, conversation) == member.id
    lines = column(db, "select content_attributes -> 'activity' ->> 'key' from public.messages")
    assert lines == ["team.assigned_with_assignee"]

    online(db, member, status="offline")
    another = make.conversation(inbox, assignee_id=outsider.id)
    with acting_as(db, outsider):
        call(db, "public.set_team", p_conversation_id=another.id, p_team_id=team.id)
    assert assignee(db, another) is None

    kept = make.conversation(inbox, assignee_id=away.id)
    with acting_as(db, outsider):
        call(db, "public.set_team", p_conversation_id=kept.id, p_team_id=team.id)
    assert assignee(db, kept) == away.id


def test_a_team_that_assigns_nobody_leaves_it_open_to_all(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    outsider, member = make.agent(inbox), make.agent(inbox)
    team = make.team(account, member, allow_auto_assign=False)
    conversation = make.conversation(inbox, assignee_id=outsider.id)
    online(db, member)
    with acting_as(db, outsider):
        call(db, "public.set_team", p_conversation_id=conversation.id, p_team_id=team.id)
    assert assignee(db, conversation) is None


def test_nobody_gets_more_open_conversations_than_the_inbox_allows(
    db: Connection, make: Make
) -> None:
    inbox = make.inbox(make.account(), auto_assignment_config='{"max_assignment_limit": 2}')
    one, two = queue_of(db, make, inbox, 2)
    got = [assignee(db, make.conversation(inbox)) for _ in range(5)]
    assert got == [one.id, two.id, one.id, two.id, None]
    run(db, "update public.conversations set status = 'resolved' where assignee_id = %s", one.id)
    assert assignee(db, make.conversation(inbox)) == one.id


def test_an_inbox_may_leave_it_to_people(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account(), enable_auto_assignment=False)
    queue_of(db, make, inbox, 1)
    assert assignee(db, make.conversation(inbox)) is None


def test_only_what_becomes_open_is_given_away(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    members = queue_of(db, make, inbox, 1)
    conversation = make.conversation(inbox, status="pending")
    assert assignee(db, conversation) is None
    run(db, "update public.conversations set status = 'open'")
    assert assignee(db, conversation) == members[0].id


def test_a_visitor_s_reopening_is_no_deed_of_theirs_in_the_thread(
    db: Connection, make: Make
) -> None:
    inbox = make.inbox(make.account())
    visitor = make.visitor(inbox)
    conversation = make.conversation(inbox, visitor, status="resolved")
    members = queue_of(db, make, inbox, 1)
    with acting_as_visitor(db, visitor):
        call(
            db, "public.widget_send_message", p_conversation_id=conversation.id,
            p_id=value(db, "select private.uuid_v7()"), p_content="Again me",
        )  # fmt: skip
    assert assignee(db, conversation) == members[0].id
    assert column(db, "select message_type from public.messages") == ["incoming"]


def test_conversations_that_open_at_once_are_shared_out(database: Database) -> None:
    with database.connect() as conn:
        make = Make(conn)
        inbox = make.inbox(make.account())
        queue_of(conn, make, inbox, 4)

    def write(_: int, conn: Connection) -> None:
        for _ in range(5):
            Make(conn).conversation(inbox)

    assert together(database, 4, write) == [None] * 4
    with database.connect() as conn:
        shares = column(
            conn, "select count(*) from public.conversations group by assignee_id order by 1"
        )
    assert sum(shares) == 20
    assert len(shares) == 4
