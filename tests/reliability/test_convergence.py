"""What a screen shows after listening is what it would show after loading anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.database import (
    Connection,
    acting_as,
    acting_as_service,
    acting_as_visitor,
    call,
    refused,
    rows,
    run,
    value,
)
from tests.support.make import Conversation, Make, Team, User, Visitor

State = dict[str, Any]


@dataclass
class Desk:
    """A conversation and everybody who might have to do with it."""

    db: Connection
    conversation: Conversation
    visitor: Visitor
    agent: User
    colleague: User
    boss: User
    outsider: User
    stranger: User
    team: Team
    said: dict[str, UUID] = field(default_factory=dict)

    def does(self, who: User, function: str, **arguments: Any) -> None:
        """An agent's click."""
        with acting_as(self.db, who):
            call(self.db, f"public.{function}", p_conversation_id=self.conversation.id, **arguments)

    def visitor_does(self, function: str, **arguments: Any) -> None:
        """What the visitor does in the chat."""
        with acting_as_visitor(self.db, self.visitor):
            call(self.db, f"public.{function}", p_conversation_id=self.conversation.id, **arguments)

    def agent_state(self, who: User) -> State:
        """What the dashboard loads."""
        with acting_as(self.db, who):
            (row,) = call(self.db, "public.conversation_rows", p_ids=[self.conversation.id])
            page = call(
                self.db, "public.message_page",
                p_conversation_id=self.conversation.id, p_limit=200,
            )  # fmt: skip
        return {"row": row, "messages": {m["id"]: m for m in page["messages"]}}

    def visitor_state(self) -> State:
        """What the chat loads."""
        with acting_as_visitor(self.db, self.visitor):
            (shown,) = call(self.db, "public.widget_conversations")["conversations"]
            page = call(
                self.db, "public.widget_messages",
                p_conversation_id=self.conversation.id, p_limit=100,
            )  # fmt: skip
        return {
            "status": shown["status"],
            "can_reply": shown["can_reply"],
            "messages": {m["id"]: m for m in page["messages"]},
        }

    def topics(self, who: User) -> set[str]:
        """The topics of this conversation that an agent may listen to now."""
        names = rows(
            self.db,
            """
            select private.inbox_topic(inbox.id, inbox.epoch), private.topic_of(conversation)
            from public.conversations as conversation
            join public.inboxes as inbox on inbox.id = conversation.inbox_id
            where conversation.id = %s
            """,
            self.conversation.id,
        )[0]
        teams = rows(self.db, "select private.team_topic(id, epoch) from public.teams")
        visitor = f"visitor:{self.conversation.contact_inbox_id}"
        with acting_as(self.db, who):
            return {
                name
                for name in (*names, *(team for (team,) in teams), visitor)
                if value(self.db, "select private.may_hear(%s)", name)
            }

    def since(self, mark: int) -> list[tuple[str, str, State]]:
        """What was broadcast after so many broadcasts."""
        return rows(
            self.db,
            "select topic, event, payload from realtime.messages order by inserted_at, ctid offset %s",
            mark,
        )

    def mark(self) -> int:
        """How much was broadcast so far."""
        return int(value(self.db, "select count(*) from realtime.messages"))


@pytest.fixture
def desk(db: Connection, make: Make) -> Desk:
    """A conversation with a few messages in it."""
    account = make.account()
    inbox = make.inbox(account, enable_email_collect=False)
    agent, colleague = make.agent(inbox), make.agent(inbox)
    visitor = make.visitor(inbox)
    with acting_as_visitor(db, visitor):
        started = call(
            db, "public.widget_start_conversation", p_message_id=uuid4(), p_content="Hello"
        )
    found = Desk(
        db,
        Conversation(
            UUID(started["conversation"]["id"]), account.id, inbox.id, visitor.contact_id,
            visitor.contact_inbox_id,
        ),
        visitor, agent, colleague, make.administrator(account),
        make.agent(make.inbox(account)), make.administrator(make.account()),
        make.team(account, colleague),
    )  # fmt: skip
    for name, private in (("reply", False), ("note", True), ("failed", False)):
        found.said[name] = uuid4()
        found.does(agent, "send_message", p_id=found.said[name], p_content=name, p_private=private)
    run(db, "update public.messages set status = 'failed' where id = %s", found.said["failed"])
    return found


ACTIONS: dict[str, Callable[[Desk], object]] = {
    "reply": lambda d: d.does(d.agent, "send_message", p_id=uuid4(), p_content="Hi"),
    "note": lambda d: d.does(
        d.agent, "send_message", p_id=uuid4(), p_content="Psst", p_private=True
    ),
    "edit": lambda d: d.does(d.agent, "edit_message", p_id=d.said["reply"], p_content="Better"),
    "edit_note": lambda d: d.does(d.agent, "edit_message", p_id=d.said["note"], p_content="Hm"),
    "delete": lambda d: d.does(d.agent, "delete_message", p_id=d.said["reply"]),
    "retry": lambda d: d.does(d.agent, "retry_message", p_id=d.said["failed"]),
    "assign": lambda d: d.does(d.agent, "assign_conversation", p_assignee_id=d.colleague.id),
    "set_team": lambda d: d.does(d.agent, "set_team", p_team_id=d.team.id),
    "priority": lambda d: d.does(d.agent, "set_priority", p_priority="urgent"),
    "labels": lambda d: d.does(d.agent, "set_labels", p_labels=[]),
    "attributes": lambda d: d.does(d.agent, "set_custom_attributes", p_attributes={"plan": "pro"}),
    "resolve": lambda d: d.does(d.agent, "set_conversation_status", p_status="resolved"),
    "snooze": lambda d: d.does(d.agent, "set_conversation_status", p_status="snoozed"),
    "toggle": lambda d: d.does(d.agent, "toggle_status"),
    "mute": lambda d: d.does(d.agent, "mute_contact", p_muted=True),
    "read": lambda d: d.does(d.agent, "mark_conversation_read"),
    "unread": lambda d: d.does(d.agent, "mark_conversation_unread"),
    "visitor_writes": lambda d: d.visitor_does(
        "widget_send_message", p_id=uuid4(), p_content="And?"
    ),
    "visitor_sees": lambda d: d.visitor_does("widget_mark_seen"),
    "system_line": lambda d: call_service(d, "service.auto_resolve_conversations"),
    "system_answer": lambda d: run(
        d.db,
        "insert into public.messages (conversation_id, message_type, content)"
        " values (%s, 'template', 'We are closed')",
        d.conversation.id,
    ),
}


def call_service(desk: Desk, function: str) -> None:
    """What a worker does, after the conversation was idle for as long as its account allows."""
    run(
        desk.db,
        "update public.accounts set settings = %s::jsonb where id = %s",
        json.dumps({"auto_resolve_after": 60, "auto_resolve_message": "Bye"}),
        desk.conversation.account_id,
    )
    run(
        desk.db,
        "update public.conversations set last_activity_at = now() - interval '2 days' where id = %s",
        desk.conversation.id,
    )
    with acting_as_service(desk.db):
        call(desk.db, function)


def heard(state: State, events: list[tuple[str, str, State]], topics: set[str]) -> State:
    """A screen's state after what it heard. A list takes a word of a change as a reason to fetch the row."""
    messages = dict(state["messages"])
    rest = {key: value for key, value in state.items() if key != "messages"}
    stale = False
    for topic, event, payload in events:
        if topic not in topics:
            continue
        if event in ("message.created", "message.updated"):
            messages[payload["message"]["id"]] = payload["message"]
        elif event == "conversation.updated" and "conversation" in payload:
            rest["row"] = payload["conversation"]
        elif event == "conversation.updated":
            rest |= {key: payload[key] for key in ("status", "can_reply")}
        elif event in ("conversation.changed", "topic.moved"):
            stale = True
    return {**rest, "messages": messages, "stale": stale}


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_is_heard_by_whom_it_concerns_and_by_nobody_else(
    desk: Desk, action: str
) -> None:
    """R41: state before plus events equals a fetch after, for each who may see it; others hear nothing."""
    watchers = (desk.agent, desk.colleague, desk.boss)
    before = {who.id: desk.agent_state(who) for who in watchers}
    listening = {who.id: desk.topics(who) for who in watchers}
    visitor_before = desk.visitor_state()
    for who in (desk.outsider, desk.stranger):
        assert desk.topics(who) == set()
        with refused("conversation_not_found"), acting_as(desk.db, who):
            call(desk.db, "public.message_page", p_conversation_id=desk.conversation.id)
    mark = desk.mark()

    ACTIONS[action](desk)

    events = desk.since(mark)
    for who in watchers:
        after = desk.agent_state(who)
        shown = heard(before[who.id], events, listening[who.id] | desk.topics(who))
        assert shown["messages"] == after["messages"], action
        # What the row shows, or a word that it changed: never a silent change.
        assert shown["row"] == after["row"] or shown["stale"], action
    visitor_after = desk.visitor_state()
    shown = heard(visitor_before, events, {f"visitor:{desk.conversation.contact_inbox_id}"})
    assert {key: shown[key] for key in visitor_after} == visitor_after, action
    told = json.dumps([p for t, _, p in events if t.startswith("visitor:")])
    for hidden in ("Psst", "Hm", '"activity"', str(desk.agent.id)):
        assert hidden not in told
    for who in (desk.outsider, desk.stranger):
        assert not desk.topics(who) & {topic for topic, _, _ in events}


def test_the_events_of_a_thread_carry_every_number_once(desk: Desk) -> None:
    """R38: a client that counts notices whatever is lost, doubled or overtaken on the way."""
    topics = desk.topics(desk.agent)
    thread = next(topic for topic in topics if topic.startswith("conversation:"))
    first = desk.agent_state(desk.agent)["row"]["last_seq"]
    mark = desk.mark()
    for action in ("reply", "edit", "priority", "visitor_writes", "note", "delete", "resolve"):
        ACTIONS[action](desk)
    numbers = [payload["seq"] for topic, _, payload in desk.since(mark) if topic == thread]
    last = desk.agent_state(desk.agent)["row"]["last_seq"]
    assert sorted(numbers) == list(range(first + 1, last + 1))


def test_whatever_was_missed_is_told_to_who_names_the_number_they_have(desk: Desk) -> None:
    """R37, R38: between a snapshot and its subscription nothing is lost, wherever the cut was."""
    snapshots = []
    visitor_snapshots = []
    for action in (
        "reply",
        "edit",
        "note",
        "edit_note",
        "visitor_writes",
        "delete",
        "system_answer",
    ):
        state = desk.agent_state(desk.agent)
        snapshots.append((state["row"]["last_seq"], state["messages"]))
        with acting_as_visitor(desk.db, desk.visitor):
            page = call(
                desk.db, "public.widget_messages",
                p_conversation_id=desk.conversation.id, p_limit=100,
            )  # fmt: skip
        visitor_snapshots.append((page["last_seq"], {m["id"]: m for m in page["messages"]}))
        ACTIONS[action](desk)
    final = desk.agent_state(desk.agent)["messages"]
    for seq, messages in snapshots:
        with acting_as(desk.db, desk.agent):
            missed = call(
                desk.db, "public.message_changes",
                p_conversation_id=desk.conversation.id, p_after_seq=seq,
            )  # fmt: skip
        assert missed["reset"] is False
        assert messages | {m["id"]: m for m in missed["messages"]} == final
    visible = desk.visitor_state()["messages"]
    for seq, messages in visitor_snapshots:
        with acting_as_visitor(desk.db, desk.visitor):
            missed = call(
                desk.db, "public.widget_messages",
                p_conversation_id=desk.conversation.id, p_after_change=seq, p_limit=100,
            )  # fmt: skip
        assert messages | {m["id"]: m for m in missed["messages"]} == visible
