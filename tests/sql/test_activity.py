"""The system's own lines in a thread."""

from __future__ import annotations

import pytest

from tests.support.database import Connection, acting_as, call, column, rows
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
    assert keys == ["status.pending", "status.snoozed", "status.resolved", "status.open"]


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
