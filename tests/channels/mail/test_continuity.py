"""The digest for visitors who left: what is in it, and when there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.channels.mail.continuity import Digest, Said, Visitor, digest, due_at, triggers

START = datetime(2026, 9, 10, 12, 0, tzinfo=UTC)
VISITOR = Visitor(email="ana@example.net", last_seen_at=None)


def said(minute: float, kind: str = "outgoing", content: str = "", **more: object) -> Said:
    return Said(
        id=f"m{minute}",
        message_type=kind,
        content=content or f"at {minute}",
        created_at=START + timedelta(minutes=minute),
        **more,  # type: ignore[arg-type]
    )


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def told(found: Digest | None) -> list[str]:
    assert found is not None
    return [one.content for one in (*found.earlier, *found.new)]


def test_an_unseen_answer_is_sent_after_two_minutes_with_what_came_before() -> None:
    messages = [said(0, "incoming"), said(5), said(6)]
    assert due_at(messages[1]) == at(7)
    found = digest(messages, VISITOR, since=at(5))
    assert told(found) == ["at 0", "at 5", "at 6"]
    assert found is not None
    assert found.to == "ana@example.net"


def test_nothing_is_sent_when_the_visitor_has_seen_the_last_answer() -> None:
    messages = [said(0, "incoming"), said(5)]
    assert digest(messages, replace(VISITOR, last_seen_at=at(5)), since=at(5)) is None
    assert digest(messages, replace(VISITOR, last_seen_at=at(4.9)), since=at(5)) is not None


@pytest.mark.parametrize(
    "visitor",
    [
        replace(VISITOR, email=None),
        replace(VISITOR, email=""),
        replace(VISITOR, blocked=True),
        replace(VISITOR, opted_out=True),
    ],
)
def test_some_get_no_mail(visitor: Visitor) -> None:
    assert digest([said(5)], visitor, since=at(5)) is None


def test_an_inbox_may_have_it_switched_off() -> None:
    assert digest([said(5)], VISITOR, since=at(5), enabled=False) is None


@pytest.mark.parametrize(
    ("message", "does"),
    [
        (said(1), True),
        (said(1, private=True), False),
        (said(1, deleted=True), False),
        (said(1, "incoming"), False),
        (said(1, "activity"), False),
        (said(1, "template"), True),
        (said(1, "template", content_type="input_csat"), True),
        (said(1, "template", content_type="input_email"), False),
    ],
)
def test_only_public_answers_trigger_it(message: Said, does: bool) -> None:
    assert triggers(message) is does
    assert (digest([message], VISITOR, since=at(0)) is not None) is does


def test_notes_and_activity_are_never_told() -> None:
    messages = [
        said(0, "incoming"),
        said(1, content="secret", private=True),
        said(2, "activity"),
        said(3, "template", content_type="input_email"),
        said(5),
        said(6, content="secret", private=True),
    ]
    assert told(digest(messages, VISITOR, since=at(5))) == ["at 0", "at 5"]


def test_at_most_ten_earlier_messages_are_repeated() -> None:
    messages = [said(minute, "incoming") for minute in range(30)] + [said(40)]
    assert told(digest(messages, VISITOR, since=at(40))) == [
        *(f"at {m}" for m in range(20, 30)),
        "at 40",
    ]


def test_who_wrote_by_mail_gets_only_what_is_new() -> None:
    messages = [
        said(0, "incoming"),
        said(1),
        said(2, "incoming", content_type="incoming_email"),
        said(5),
        said(6),
    ]
    assert told(digest(messages, VISITOR, since=at(5))) == ["at 5", "at 6"]


def test_what_the_visitor_wrote_meanwhile_is_part_of_the_summary() -> None:
    messages = [said(5), said(5.5, "incoming"), said(6)]
    assert told(digest(messages, VISITOR, since=at(5))) == ["at 5", "at 5.5", "at 6"]


def test_it_says_who_said_what() -> None:
    found = digest(
        [said(5, content="Hi", author="Car*la\n", attachments=("a.pdf",))], VISITOR, since=at(5)
    )
    assert found is not None
    assert found.content() == "**Carla**  \nHi\n\n[a.pdf]"
