"""Participants, mentions and notifications: who is told of what, and who is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.support.database import (
    Connection,
    acting_as,
    acting_as_service,
    broadcasts,
    call,
    column,
    refused,
    rows,
    run,
    tell_new_conversation,
    tell_new_conversations,
    value,
)
from tests.support.make import Account, Conversation, Inbox, Make, Team, User


@pytest.fixture
def inbox(make: Make) -> Inbox:
    """An inbox."""
    return make.inbox(make.account())


@pytest.fixture
def ana(make: Make, inbox: Inbox) -> User:
    """Who works it."""
    return make.agent(inbox, "Ana")


@pytest.fixture
def ben(make: Make, inbox: Inbox) -> User:
    """And a colleague."""
    return make.agent(inbox, "Ben")


def participants(db: Connection, conversation: Conversation) -> set[UUID]:
    """Who follows it."""
    query = "select user_id from public.conversation_participants where conversation_id = %s"
    return set(column(db, query, conversation.id))


def told(db: Connection, user: User) -> list[str]:
    """The types of a user's notifications, newest first."""
    tell_new_conversations(db)
    query = "select notification_type from public.notifications where user_id = %s order by created_at desc"
    return column(db, query, user.id)


def forget(db: Connection) -> None:
    """So that a test sees only what comes after."""
    tell_new_conversations(db)
    run(db, "delete from public.notifications")


def mention(user: User | Team) -> str:
    """As the editor writes it."""
    kind = "team" if isinstance(user, Team) else "user"
    return f"Look [@x](mention://{kind}/{user.id}/x) please"


# Participants.


def test_assignees_follow_what_they_were_given(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    conversation = make.conversation(inbox, assignee_id=ana.id)
    run(db, "update public.conversations set assignee_id = %s", ben.id)
    assert participants(db, conversation) == {ana.id, ben.id}


def test_agents_add_and_remove_participants(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    conversation = make.conversation(inbox)
    with acting_as(db, ana):
        for follows, expected in ((True, [str(ben.id)]), (True, [str(ben.id)]), (False, [])):
            answer = call(
                db, "public.set_participant", p_conversation_id=conversation.id,
                p_user_id=ben.id, p_participant=follows,
            )  # fmt: skip
            assert answer == {"participants": expected}


def test_participants_work_the_inbox_or_the_team(
    db: Connection, make: Make, inbox: Inbox, ana: User
) -> None:
    account = Account(inbox.account_id)
    conversation, outsider = make.conversation(inbox), make.agent(account)
    stranger = make.user()
    for user in (outsider, stranger):
        with refused("participant_not_in_inbox"), acting_as(db, ana):
            call(
                db, "public.set_participant", p_conversation_id=conversation.id,
                p_user_id=user.id, p_participant=True,
            )  # fmt: skip
    run(
        db,
        "update public.conversations set team_id = %s",
        make.team(account, outsider).id,
    )
    with acting_as(db, ana):
        call(
            db, "public.set_participant", p_conversation_id=conversation.id,
            p_user_id=outsider.id, p_participant=True,
        )  # fmt: skip
    with refused("conversation_not_found"), acting_as(db, stranger):
        call(
            db, "public.set_participant", p_conversation_id=conversation.id,
            p_user_id=stranger.id, p_participant=True,
        )  # fmt: skip


def test_who_took_part_with_a_narrow_role_hears_no_more_after_removal(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    make.role_of(Account(inbox.account_id), ben, "conversation_participating_manage")
    conversation = make.conversation(inbox, assignee_id=ana.id)
    make.participant(conversation, ben)
    topic = value(db, "select private.topic_of(c) from public.conversations c")
    with acting_as(db, ben):
        assert call(db, "private.may_hear", p_topic=topic) is True
    with acting_as(db, ana):
        call(
            db, "public.set_participant", p_conversation_id=conversation.id, p_user_id=ben.id,
            p_participant=False,
        )  # fmt: skip
    assert value(db, "select private.topic_of(c) from public.conversations c") != topic
    with acting_as(db, ben):
        assert call(db, "private.may_hear", p_topic=topic) is False


# Mentions.


def test_mentions_in_notes_are_kept_for_those_who_work_the_conversation(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    account = Account(inbox.account_id)
    boss, outsider = make.administrator(account), make.agent(account)
    conversation = make.conversation(inbox)
    text = " ".join(mention(who) for who in (ben, boss, outsider, make.user(), ana))
    make.note(conversation, ana, text)
    assert set(column(db, "select user_id from public.mentions")) == {ben.id, boss.id}
    assert participants(db, conversation) == {ben.id, boss.id}
    assert told(db, ben) == told(db, boss) == ["conversation_mention"]
    assert told(db, outsider) == []
    assert told(db, ana) == ["conversation_creation"]


def test_a_team_is_mentioned_as_its_members(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    team = make.team(Account(inbox.account_id), ben, ana, make.agent(Account(inbox.account_id)))
    theirs = make.team(make.account())
    make.note(make.conversation(inbox), ana, mention(team) + mention(theirs))
    assert column(db, "select user_id from public.mentions") == [ben.id]


def test_mentioning_again_refreshes_the_one_row(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    conversation = make.conversation(inbox)
    make.note(conversation, ana, mention(ben))
    second = make.note(conversation, ana, mention(ben))
    assert column(db, "select message_id from public.mentions") == [second]


def test_replies_and_malformed_mentions_mention_nobody(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    conversation = make.conversation(inbox)
    make.outgoing(conversation, ana, mention(ben))
    make.incoming(conversation, mention(ben))
    for text in (
        "(mention://user/x/x)",
        f"(mention://group/{ben.id}/x)",
        f"mention://user/{ben.id}/x",
        f"(mention://user/{ben.id})",
        "(mention://user/" * 1000,
    ):
        make.note(conversation, ana, text)
    assert column(db, "select user_id from public.mentions") == []


def test_agents_read_their_own_mentions_and_no_others(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    make.note(make.conversation(inbox), ana, mention(ben))
    with acting_as(db, ben):
        assert column(db, "select user_id from public.mentions") == [ben.id]
    for user in (ana, make.administrator(make.account())):
        with acting_as(db, user):
            assert column(db, "select user_id from public.mentions") == []


# Notifications: who gets what.


def test_members_are_told_of_a_new_conversation(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    boss = make.administrator(Account(inbox.account_id))
    narrow = make.agent(inbox)
    make.role_of(Account(inbox.account_id), narrow, "conversation_participating_manage")
    make.conversation(inbox)
    assert told(db, ana) == told(db, ben) == ["conversation_creation"]
    assert told(db, boss) == told(db, narrow) == []


def asked_to_tell(db: Connection) -> list[dict[str, Any]]:
    """What the jobs say that wait."""
    return column(
        db,
        "select payload from private.jobs where kind = 'tell_new_conversation' and status = 'queued'",
    )


def test_members_are_told_of_a_new_conversation_by_a_job_and_once(
    db: Connection, make: Make, inbox: Inbox, ana: User
) -> None:
    conversation = make.conversation(inbox)
    assert column(db, "select user_id from public.notifications") == []
    [payload] = asked_to_tell(db)
    tell_new_conversation(db, payload)
    run(db, "update public.notifications set read_at = now()")
    tell_new_conversation(db, payload)  # the worker that did it died before it could say so
    assert value(db, "select read_at is not null from public.notifications")
    assert len(broadcasts(db, f"user:{ana.id}", "notification.created")) == 1
    run(db, "delete from public.conversations where id = %s", conversation.id)
    tell_new_conversation(db, payload)
    assert told(db, ana) == []


def test_members_are_told_of_a_new_conversation_as_things_are_by_then(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    stranger = make.agent(make.inbox(make.account()))
    conversation, resolved, gone = (make.conversation(inbox) for _ in range(3))
    left = make.agent(inbox)
    run(db, "delete from public.inbox_members where user_id = %s", left.id)
    with acting_as(db, ben):
        call(
            db,
            "public.assign_conversation",
            p_conversation_id=conversation.id,
            p_assignee_id=ben.id,
        )
    run(db, "update public.conversations set status = 'resolved' where id = %s", resolved.id)
    run(db, "delete from public.conversations where id = %s", gone.id)
    tell_new_conversations(db)
    assert rows(db, "select conversation_id, user_id from public.notifications") == [
        (conversation.id, ana.id)
    ]
    assert told(db, stranger) == told(db, left) == told(db, ben) == []


def test_what_was_said_since_stays_when_members_are_told_of_a_new_conversation(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    conversation = make.conversation(inbox)
    make.note(conversation, ben, mention(ana))
    assert told(db, ana) == ["conversation_mention"]


def test_who_opened_a_new_conversation_before_they_were_told_is_not_told(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    boss = make.administrator(Account(inbox.account_id))
    conversation = make.conversation(inbox)
    for user in (ana, boss):
        with acting_as(db, user):
            call(db, "public.mark_conversation_read", p_conversation_id=conversation.id)
    tell_new_conversations(db)
    unread = "select user_id from public.notifications where read_at is null"
    assert column(db, unread) == [ben.id]
    assert told(db, boss) == []
    assert broadcasts(db, f"user:{ana.id}", "notification.created") == []


def test_pending_conversations_are_told_when_the_bot_hands_them_over(
    db: Connection, make: Make, inbox: Inbox, ana: User
) -> None:
    conversation = make.conversation(inbox, status="pending")
    assert told(db, ana) == []
    run(db, "update public.conversations set assignee_id = %s", ana.id)
    assert told(db, ana) == []
    run(db, "update public.conversations set assignee_id = null")
    run(db, "update public.conversations set status = 'open' where id = %s", conversation.id)
    assert told(db, ana) == ["conversation_creation"]


def test_an_assignee_is_told_unless_they_took_it_themselves(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    conversation = make.conversation(inbox)
    forget(db)
    arguments = {"p_conversation_id": conversation.id}
    with acting_as(db, ana):
        call(db, "public.assign_conversation", **arguments, p_assignee_id=ana.id)
    assert told(db, ana) == []
    with acting_as(db, ana):
        call(db, "public.assign_conversation", **arguments, p_assignee_id=ben.id)
    assert told(db, ben) == ["conversation_assignment"]
    assert told(db, ana) == []
    assert value(db, "select actor_user_id from public.notifications") == ana.id


def test_assignee_and_participants_are_told_of_messages_of_others(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    conversation = make.conversation(inbox, assignee_id=ana.id)
    make.participant(conversation, ben)
    forget(db)
    make.incoming(conversation)
    assert told(db, ana) == ["assigned_conversation_new_message"]
    assert told(db, ben) == ["participating_conversation_new_message"]
    forget(db)
    make.outgoing(conversation, ana)
    assert told(db, ana) == []
    assert told(db, ben) == ["participating_conversation_new_message"]
    forget(db)
    make.note(conversation, ben, mention(ana))
    assert told(db, ana) == ["conversation_mention"]
    forget(db)
    make.outgoing(conversation, None)
    make.outgoing(conversation, None, message_type="template")
    assert told(db, ana) == told(db, ben) == []


def test_of_a_blocked_contact_only_mentions_are_told(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    contact = make.contact(inbox, blocked=True)
    conversation = make.conversation(inbox, contact, assignee_id=ana.id)
    make.incoming(conversation)
    assert told(db, ana) == told(db, ben) == []
    make.note(conversation, ana, mention(ben))
    assert told(db, ben) == ["conversation_mention"]


def test_who_lost_the_conversation_is_told_nothing(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    conversation = make.conversation(inbox)
    make.participant(conversation, ben)
    run(db, "delete from public.inbox_members where user_id = %s", ben.id)
    forget(db)
    make.note(conversation, ana, mention(ben))
    make.incoming(conversation)
    assert told(db, ben) == []


def test_there_is_one_line_per_conversation_and_it_is_unread_again(
    db: Connection, make: Make, inbox: Inbox, ana: User
) -> None:
    conversation = make.conversation(inbox, assignee_id=ana.id)
    make.incoming(conversation)
    run(db, "update public.notifications set read_at = now(), snoozed_until = now()")
    last = make.incoming(conversation)
    query = "select message_id, read_at, snoozed_until from public.notifications where user_id = %s"
    assert rows(db, query, ana.id) == [(last, None, None)]


def test_a_notification_is_told_to_its_owner_s_topic(
    db: Connection, make: Make, inbox: Inbox, ana: User
) -> None:
    conversation = make.conversation(inbox)
    make.conversation(inbox)
    tell_new_conversations(db)
    said = broadcasts(db, f"user:{ana.id}", "notification.created")
    assert [payload["unread_count"] for payload in said] == [1, 2]
    assert said[0]["notification"]["conversation_id"] == str(conversation.id)
    assert said[0]["notification"]["conversation"]["display_id"] is not None


# Reading them.


def test_the_list_pages_and_counts_what_is_unread(
    db: Connection, make: Make, inbox: Inbox, ana: User
) -> None:
    made = [make.conversation(inbox) for _ in range(5)]
    tell_new_conversations(db)
    account = {"p_account_id": inbox.account_id}
    with acting_as(db, ana):
        first = call(db, "public.notification_list", **account, p_limit=3)
        rest = call(
            db, "public.notification_list", **account, p_limit=3, p_cursor=first["next_cursor"]
        )
        ids = [row["conversation_id"] for row in first["rows"] + rest["rows"]]
        assert ids == [str(c.id) for c in reversed(made)]
        assert rest["next_cursor"] is None
        assert first["unread_count"] == 5
        read = [UUID(row["id"]) for row in rest["rows"]]
        assert call(db, "public.mark_notifications_read", **account, p_ids=read) == {
            "unread_count": 3
        }
        unread = call(db, "public.notification_list", **account, p_unread=True)
        assert len(unread["rows"]) == 3
        assert call(db, "public.mark_notifications_read", **account) == {"unread_count": 0}
        assert call(db, "public.delete_notifications", **account, p_ids=read[:1])
        assert len(call(db, "public.notification_list", **account)["rows"]) == 4
        call(db, "public.delete_notifications", **account, p_read_only=True)
        assert call(db, "public.notification_list", **account)["rows"] == []
    assert broadcasts(db, f"user:{ana.id}", "notification.updated")[-1]["unread_count"] == 0


def test_snoozed_notifications_are_hidden_until_their_time(
    db: Connection, make: Make, inbox: Inbox, ana: User
) -> None:
    make.conversation(inbox)
    tell_new_conversations(db)
    account = {"p_account_id": inbox.account_id}
    with acting_as(db, ana):
        for hours, shown in ((1, 0), (-1, 1)):
            run(
                db,
                "update public.notifications set snoozed_until = now() + %s",
                timedelta(hours=hours),
            )
            page = call(db, "public.notification_list", **account)
            assert (len(page["rows"]), page["unread_count"]) == (shown, shown)


def test_opening_a_conversation_reads_its_notification(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    conversation = make.conversation(inbox)
    tell_new_conversations(db)
    with acting_as(db, ana):
        call(db, "public.mark_conversation_read", p_conversation_id=conversation.id)
    query = "select read_at is not null from public.notifications where user_id = %s"
    assert value(db, query, ana.id) is True
    assert value(db, query, ben.id) is False


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"p_limit": 0}, "invalid_argument"),
        ({"p_limit": 101}, "invalid_argument"),
        ({"p_limit": None}, "invalid_argument"),
        ({"p_cursor": {"at": "x"}}, "invalid_cursor"),
        ({"p_account_id": None}, "account_not_found"),
    ],
)
def test_hostile_pages_are_refused(
    db: Connection, inbox: Inbox, ana: User, arguments: dict[str, Any], code: str
) -> None:
    with refused(code), acting_as(db, ana):
        call(db, "public.notification_list", **{"p_account_id": inbox.account_id, **arguments})


def test_notifications_and_settings_are_their_owner_s_alone(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    make.conversation(inbox)
    tell_new_conversations(db)
    boss, stranger = make.administrator(Account(inbox.account_id)), make.user()
    with acting_as(db, ana):
        assert column(db, "select user_id from public.notifications") == [ana.id]
        assert run(db, "update public.notifications set read_at = now()") == 1
        assert run(db, "update public.notification_settings set email = '{}'") == 1
        assert column(db, "select user_id from public.notification_settings") == [ana.id]
    with acting_as(db, stranger):
        for table in ("notifications", "notification_settings"):
            assert column(db, f"select user_id from public.{table}") == []
    with acting_as(db, boss):
        assert column(db, "select user_id from public.notifications") == []
        assert run(db, "update public.notification_settings set push = '{}'") == 1  # their own
    assert value(
        db, "select push from public.notification_settings where user_id = %s", ben.id
    ) == ["conversation_assignment"]


def test_settings_know_their_types(db: Connection, ana: User) -> None:
    with refused("23514"), acting_as(db, ana):
        run(db, "update public.notification_settings set email = '{everything}'")


# E-mail.


def emails(db: Connection) -> list[dict[str, Any]]:
    """What the queued jobs would mail."""
    return [
        call(
            db,
            "service.notification_email",
            p_notification_id=UUID(payload["notification_id"]),
            p_created_at=payload["created_at"],
        )
        for payload in column(
            db,
            "select payload from private.jobs where kind = 'send_notification_email' order by id",
        )
    ]


def test_an_email_is_asked_for_where_the_settings_say_so(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    conversation = make.conversation(inbox)
    assert emails(db) == []
    run(db, "update public.conversations set assignee_id = %s", ana.id)
    (mail,) = emails(db)
    assert mail["to"] == ana.email
    assert mail["notification_type"] == "conversation_assignment"
    make.incoming(conversation, "one two three four five six seven eight nine ten eleven")
    assert emails(db) == [None]  # replaced by a newer one, which is not mailed
    run(
        db,
        "update public.notification_settings set email = '{assigned_conversation_new_message}'"
        " where user_id = %s",
        ana.id,
    )
    make.incoming(conversation, "one two three four five six seven eight nine ten eleven")
    assert emails(db)[-1]["excerpt"] == "one two three four five six seven eight nine ten"


def test_a_note_is_not_mailed_to_who_lost_the_conversation(
    db: Connection, make: Make, inbox: Inbox, ana: User, ben: User
) -> None:
    run(db, "update public.notification_settings set email = '{conversation_mention}'")
    make.note(make.conversation(inbox), ana, mention(ben) + " SECRET")
    with acting_as_service(db):
        pass
    assert "SECRET" in str(emails(db))
    run(db, "delete from public.inbox_members where user_id = %s", ben.id)
    assert emails(db) == [None]


def test_what_was_read_is_not_mailed(db: Connection, make: Make, inbox: Inbox, ana: User) -> None:
    make.conversation(inbox, assignee_id=ana.id)
    assert len(emails(db)) == 1
    run(db, "update public.notifications set read_at = now()")
    assert emails(db) == [None]
