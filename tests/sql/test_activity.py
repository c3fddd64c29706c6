"""The system's own lines in a thread."""

from __future__ import annotations

import pytest

from tests.support.database import (
    Connection,
    acting_as,
    acting_as_visitor,
    call,
    column,
    rows,
)
from tests.support.make import Make


@pytest.mark.parametrize(
    ("locale", "line"),
    [
        ("en", "Ana resolved the conversation"),
        ("es", "Ana resolvió la conversación"),
        ("pt_BR", "Ana resolveu a conversa"),
        ("ar", "قام Ana بحل المحادثة"),
        ("tlh", "Ana resolved the conversation"),
    ],
)
def test_lines_are_in_the_language_of_the_account(
    db: Connection, make: Make, locale: str, line: str
) -> None:
    inbox = make.inbox(make.account(locale=locale))
    agent = make.agent(inbox, "Ana")
    conversation = make.conversation(inbox)
    with acting_as(db, agent):
        call(
            db,
            "public.set_conversation_status",
            p_conversation_id=conversation.id,
            p_status="resolved",
        )
    assert rows(db, "select content, message_type, visitor_seq from public.messages") == [
        (line, "activity", None)
    ]


def test_assigning_names_who_and_to_whom(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    ana, ben = make.agent(inbox, "Ana"), make.agent(inbox, "Ben")
    conversation = make.conversation(inbox)
    for assignee in (ben.id, ben.id, ana.id, None):
        with acting_as(db, ana):
            call(
                db,
                "public.assign_conversation",
                p_conversation_id=conversation.id,
                p_assignee_id=assignee,
            )
    assert column(db, "select content from public.messages order by seq") == [
        "Ana assigned the conversation to Ben",
        "Ana took the conversation",
        "Ana unassigned the conversation",
    ]


def test_every_status_has_its_line(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    agent = make.agent(inbox, "Ana")
    conversation = make.conversation(inbox)
    for status in ("pending", "snoozed", "resolved", "open"):
        with acting_as(db, agent):
            call(
                db,
                "public.set_conversation_status",
                p_conversation_id=conversation.id,
                p_status=status,
            )
    keys = column(
        db,
        "select content_attributes -> 'activity' ->> 'key' from public.messages order by seq",
    )
    assert keys == [
        "status.pending",
        "status.snoozed",
        "status.resolved",
        "status.open",
        "assignee.self",
    ]


def test_the_system_writes_no_line_in_nobodys_name(db: Connection, make: Make) -> None:
    make.conversation(make.inbox(make.account()))
    db.execute("update public.conversations set status = 'resolved'")
    assert column(db, "select content from public.messages") == []


def test_a_hostile_name_stays_a_name(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    agent = make.agent(inbox, "%assignee% <b>")
    conversation = make.conversation(inbox)
    with acting_as(db, agent):
        call(
            db,
            "public.set_conversation_status",
            p_conversation_id=conversation.id,
            p_status="resolved",
        )
    assert column(db, "select content from public.messages") == [
        "%assignee% <b> resolved the conversation"
    ]


def keys(db: Connection) -> list[tuple[str, str]]:
    """(key, content) of the lines so far."""
    return rows(
        db,
        """
        select content_attributes -> 'activity' ->> 'key', content from public.messages
        where message_type = 'activity' order by seq
        """,
    )


def test_priority_has_three_lines(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account(locale="es"))
    ana = make.agent(inbox, "Ana")
    conversation = make.conversation(inbox)
    for priority in ("low", "urgent", None):
        with acting_as(db, ana):
            call(
                db,
                "public.set_priority",
                p_conversation_id=conversation.id,
                p_priority=priority,
            )
    assert keys(db) == [
        ("priority.added", "Ana estableció la prioridad en baja"),
        ("priority.changed", "Ana cambió la prioridad de baja a urgente"),
        ("priority.removed", "Ana quitó la prioridad"),
    ]


def test_labels_say_what_was_added_and_what_was_removed(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    for title in ("a", "b", "c"):
        make.label(inbox, title)
    ana = make.agent(inbox, "Ana")
    conversation = make.conversation(inbox, labels=["a"])
    with acting_as(db, ana):
        call(db, "public.set_labels", p_conversation_id=conversation.id, p_labels=["b", "c"])
    assert keys(db) == [
        ("labels.added", "Ana added the labels b, c"),
        ("labels.removed", "Ana removed the labels a"),
    ]


def test_renaming_a_label_in_the_list_is_no_line_in_a_thread(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    label = make.label(account, "vip")
    make.conversation(inbox, labels=["vip"])
    with acting_as(db, make.administrator(account)):
        call(db, "public.save_label", p_account_id=account.id, p_id=label, p_title="gold")
        call(db, "public.delete_label", p_id=label)
    assert column(db, "select labels from public.conversations") == [[]]
    assert keys(db) == []


def test_muting_and_unmuting_have_their_lines(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    ana = make.agent(inbox, "Ana")
    conversation = make.conversation(inbox)
    for muted in (True, True, False):
        with acting_as(db, ana):
            call(db, "public.mute_contact", p_conversation_id=conversation.id, p_muted=muted)
    assert [key for key, _ in keys(db)] == ["status.resolved", "contact.muted", "contact.unmuted"]


def test_a_visitor_who_ends_the_chat_is_named(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account(locale="pt_BR"))
    visitor = make.visitor(inbox)
    conversation = make.conversation(inbox, visitor)
    with acting_as_visitor(db, visitor):
        call(db, "public.widget_end_conversation", p_conversation_id=conversation.id)
    assert keys(db) == [("status.resolved", "O contato resolveu a conversa")]


@pytest.mark.parametrize("channel", ["api", "web_widget"])
def test_an_api_inbox_says_that_a_message_reopened(
    db: Connection, make: Make, channel: str
) -> None:
    inbox = make.inbox(make.account(), channel)
    conversation = make.conversation(inbox, status="resolved")
    make.incoming(conversation)
    assert keys(db) == (
        [
            (
                "status.reopened_by_message",
                "The conversation was reopened because the contact wrote again",
            )
        ]
        if channel == "api"
        else []
    )
    assert column(db, "select seq from public.messages order by seq") == (
        [2, 3] if channel == "api" else [2]
    )


def test_every_line_is_written_in_every_language(db: Connection, make: Make) -> None:
    texts = [
        column(
            db,
            "select private.activity_text(%s, key) from unnest(%s::text[]) as key",
            locale,
            ["status.reopened_by_message", "priority.changed", "team.assigned", "team.removed",
             "team.assigned_with_assignee", "labels.added", "labels.removed", "contact.muted",
             "contact.unmuted", "contact", "urgent"],
        )
        for locale in ("en", "es", "pt-BR", "ar")
    ]  # fmt: skip
    assert all(len(set(same)) > 2 for same in zip(*texts, strict=True))
