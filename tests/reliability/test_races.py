"""Many at the same moment, in one database."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import UUID, uuid4

from tests.support.database import (
    Connection,
    Database,
    acting_as,
    acting_as_service,
    acting_as_visitor,
    call,
    column,
    refused,
    rows,
    run,
    value,
)
from tests.support.make import Make
from tests.support.together import together


def incoming(source: str, person: str = "5511987654321", **more: Any) -> dict[str, Any]:
    """What a worker read out of a provider's request."""
    contact = {"source_id": person, "name": "Ana", "phone_number": f"+{person}"}
    return {"source_id": source, "content": source, "contact": contact, **more}


def online(db: Connection, account_id: UUID) -> None:
    """All its agents sit in front of their screens."""
    query = "update public.account_users set auto_offline = false where account_id = %s"
    run(db, query, account_id)


def test_a_message_that_is_sent_five_times_at_once_is_there_once(database: Database) -> None:
    """R7: the answer is lost and the client tries again in parallel, agent and visitor alike."""
    with database.connect() as db:
        make = Make(db)
        inbox = make.inbox(make.account())
        agent, visitor = make.agent(inbox), make.visitor(inbox)
        conversation = make.conversation(inbox)
    ids = {"agent": uuid4(), "visitor": uuid4()}
    answers: dict[str, list[str]] = {"agent": [], "visitor": []}

    def agent_sends(_: int, db: Connection) -> None:
        with acting_as(db, agent):
            sent = call(
                db, "public.send_message",
                p_conversation_id=conversation.id, p_id=ids["agent"], p_content="Once",
            )  # fmt: skip
        answers["agent"].append(sent["id"])

    def visitor_sends(_: int, db: Connection) -> None:
        with acting_as_visitor(db, visitor):
            sent = call(
                db, "public.widget_start_conversation",
                p_message_id=ids["visitor"], p_content="Once",
            )  # fmt: skip
        answers["visitor"].append(sent["message"]["id"])

    assert together(database, 5, agent_sends) == [None] * 5
    assert together(database, 5, visitor_sends) == [None] * 5
    for who, id_ in ids.items():
        assert answers[who] == [str(id_)] * 5
    with database.connect() as db:
        assert value(db, "select count(*) from public.messages where content = 'Once'") == 2
        # Other words under a used id are refused, and change nothing.
        with refused("message_id_taken"), acting_as(db, agent):
            call(
                db, "public.send_message",
                p_conversation_id=conversation.id, p_id=ids["agent"], p_content="Twice",
            )  # fmt: skip
        assert value(db, "select count(*) from public.messages where content = 'Twice'") == 0


def test_a_late_or_doubled_message_neither_reopens_nor_jumps_the_queue(database: Database) -> None:
    """R19: requests arrive out of order, hours late, in the same second, and again."""
    with database.connect() as db:
        make = Make(db)
        inbox = make.connection(make.account(), "telegram", "7000000001")
        given = [
            incoming("b", sent_at="2026-01-01T10:00:02Z"),
            incoming("a", sent_at="2026-01-01T04:00:00Z"),
            incoming("c", sent_at="2026-01-01T10:00:02Z"),
        ]
        for message in given:
            with acting_as_service(db):
                call(db, "service.receive_message", p_inbox_id=inbox.id, p_message=message)
        query = """
            select content, seq, content_attributes ->> 'external_created_at', created_at > '2026-06-01'
            from public.messages order by seq
        """
        # The order is that of arrival, and so are unread and waiting; the provider's time is kept beside it.
        shown = rows(db, query)
        assert [(content, by_us) for content, _, _, by_us in shown] == [
            ("b", True), ("a", True), ("c", True),
        ]  # fmt: skip
        assert [seq for _, seq, _, _ in shown] == [1, 2, 3]
        assert shown[1][2].startswith("2026-01-01T04:00:00")
        run(db, "update public.conversations set status = 'resolved'")
        for message in given:
            with acting_as_service(db):
                again = call(db, "service.receive_message", p_inbox_id=inbox.id, p_message=message)
                assert again["duplicate"] is True
        assert column(db, "select status from public.conversations") == ["resolved"]


def test_two_tabs_write_first_and_an_agent_resolves_meanwhile(database: Database) -> None:
    """R21: one conversation for both tabs; nothing said last lies in a resolved conversation."""
    for _ in range(12):
        with database.connect() as db:
            make = Make(db)
            inbox = make.inbox(make.account())
            agent, visitor = make.agent(inbox), make.visitor(inbox)
            online(db, inbox.account_id)

        def tab(index: int, db: Connection, visitor=visitor) -> None:  # type: ignore[no-untyped-def]
            with acting_as_visitor(db, visitor):
                call(
                    db, "public.widget_start_conversation",
                    p_message_id=uuid4(), p_content=f"tab {index}",
                )  # fmt: skip

        assert together(database, 2, tab) == [None] * 2
        with database.connect() as db:
            query = "select id from public.conversations where inbox_id = %s"
            (conversation,) = column(db, query, inbox.id)

        def both(index: int, db: Connection, agent=agent, conversation=conversation) -> None:  # type: ignore[no-untyped-def]
            if index == 0:
                return tab(9, db)
            with acting_as(db, agent):
                call(
                    db, "public.set_conversation_status",
                    p_conversation_id=conversation, p_status="resolved",
                )  # fmt: skip
            return None

        assert together(database, 2, both) == [None] * 2
        with database.connect() as db:
            (same,) = column(db, query, inbox.id)
            status = value(db, "select status from public.conversations where id = %s", same)
            last = column(
                db,
                """
                select coalesce(content_attributes #>> '{activity,key}', message_type)
                from public.messages where conversation_id = %s and message_type <> 'template'
                order by seq
                """,
                same,
            )
        # Whichever came last decides: the reply after the resolving opened it again.
        assert last.count("incoming") == 3
        resolved_last = last.index("status.resolved") > max(
            i for i, kind in enumerate(last) if kind == "incoming"
        )
        assert (status == "resolved") == resolved_last, last


def test_twenty_who_assign_at_once_leave_one_line_for_each_real_change(database: Database) -> None:
    """R22: by hand, by team, by status; the last committed writer wins, and no change is told twice."""
    with database.connect() as db:
        make = Make(db)
        account = make.account()
        inbox = make.inbox(account)
        agents = [make.agent(inbox, f"Agent {number}") for number in range(4)]
        boss = make.administrator(account)
        team = make.team(account, agents[0], agents[1])
        conversation = make.conversation(inbox)
        online(db, account.id)
        db.execute("create table changes (id serial, assignee_id uuid)")
        db.execute("grant all on changes, changes_id_seq to public")
        db.execute(
            """
            create function note_change() returns trigger language plpgsql as $$
            begin
                if new.assignee_id is distinct from old.assignee_id then
                    insert into public.changes (assignee_id) values (new.assignee_id);
                end if;
                return null;
            end $$
            """
        )
        db.execute(
            "create trigger z_note after update on public.conversations"
            " for each row execute function note_change()"
        )

    def write(index: int, db: Connection) -> None:
        with acting_as(db, boss):
            id_ = conversation.id
            if index % 5 == 4:
                call(
                    db, "public.set_team", p_conversation_id=id_,
                    p_team_id=team.id if index % 2 else None,
                )  # fmt: skip
            elif index % 5 == 3:
                call(db, "public.toggle_status", p_conversation_id=id_)
            else:
                # Several want the same: who comes second changes nothing.
                call(
                    db, "public.assign_conversation", p_conversation_id=id_,
                    p_assignee_id=agents[index % 3].id,
                )  # fmt: skip

    assert together(database, 20, write) == [None] * 20
    with database.connect() as db:
        changes = column(db, "select assignee_id from public.changes order by id")
        final = column(db, "select assignee_id from public.conversations")
        told = value(
            db,
            """
            select count(*) from public.messages
            where content_attributes #>> '{activity,key}' in (
                'assignee.self', 'assignee.assigned', 'assignee.unassigned', 'team.assigned_with_assignee')
            """,
        )
    assert changes[-1:] == final
    assert all(before != after for before, after in itertools.pairwise([None, *changes]))
    assert told == len(changes)


def test_nobody_gets_more_than_the_limit_nor_after_they_left(database: Database) -> None:
    """R23: many open at once from several sides, agents go offline in the middle, the limit never breaks."""
    limit, agents_count = 5, 4
    with database.connect() as db:
        make = Make(db)
        account = make.account()
        inbox = make.inbox(account, auto_assignment_config=f'{{"max_assignment_limit": {limit}}}')
        agents = [make.agent(inbox) for _ in range(agents_count)]
        online(db, account.id)
        contact = make.contact(inbox)

    def open_some(index: int, db: Connection) -> None:
        for number in range(4):
            if index == 0 and number == 2:
                run(
                    db,
                    "update public.account_users set availability = 'offline' where user_id = %s",
                    agents[0].id,
                )
                db.execute("create table public.left_at as select clock_timestamp() as at")
            Make(db).conversation(inbox, contact)

    assert together(database, 8, open_some) == [None] * 8
    with database.connect() as db:
        shares = dict(
            rows(
                db,
                "select assignee_id, count(*) from public.conversations"
                " where assignee_id is not null group by 1",
            )
        )
        unassigned = value(
            db, "select count(*) from public.conversations where assignee_id is null"
        )
        late = value(
            db,
            """
            select count(*) from private.assignment_turns, public.left_at
            where user_id = %s and assigned_at > at + interval '1 s'
            """,
            agents[0].id,
        )
    assert max(shares.values()) <= limit, shares
    present = [shares.get(agent.id, 0) for agent in agents[1:]]
    assert present == [limit] * (agents_count - 1), "those who stayed have all they may have"
    assert sum(shares.values()) + unassigned == 32
    assert late == 0


def test_a_hot_conversation_has_no_gaps_and_holds_up_no_other(database: Database) -> None:
    """R25: two hundred messages into one conversation from all sides, while others write and read."""
    with database.connect() as db:
        make = Make(db)
        inbox = make.inbox(make.account())
        agent = make.agent(inbox)
        hot, calm = make.conversation(inbox), make.conversation(inbox)

    def act(index: int, db: Connection) -> None:
        for number in range(20):
            if index < 10:
                Make(db).incoming(hot, f"{index} {number}")
            elif index < 12:
                # While the others wait for one another; two seconds would be "somebody waits for a lock".
                with acting_as(db, agent):
                    db.execute("set local lock_timeout = '2s'")
                    call(
                        db, "public.send_message",
                        p_conversation_id=calm.id, p_id=uuid4(), p_content="calm",
                    )  # fmt: skip
            else:
                with acting_as(db, agent):
                    page = call(db, "public.message_page", p_conversation_id=hot.id, p_limit=50)[
                        "messages"
                    ]
                seqs = [message["seq"] for message in page]
                assert seqs == list(range(seqs[0], seqs[0] + len(seqs))) if seqs else True

    assert together(database, 16, act) == [None] * 16
    with database.connect() as db:
        query = "select seq from public.messages where conversation_id = %s order by seq"
        assert column(db, query, hot.id) == list(range(1, 201))
        last = "select last_seq, unread_count from public.conversations where id = %s"
        assert rows(db, last, hot.id) == [(200, 200)]
        assert len(column(db, query, calm.id)) == 40


def test_what_commits_late_is_missed_by_nobody(database: Database) -> None:
    """R39: a lower number is committed after a higher one; no consumer keeps a cursor that steps over it."""
    with database.connect() as db, database.connect() as slow, database.connect() as quick:
        make = Make(db)
        inbox = make.connection(make.account(), "telegram", "7000000001")
        early, late = make.conversation(inbox), make.conversation(inbox)
        run(db, "delete from private.jobs")
        agent = make.agent(inbox)

        def keep(conn: Connection, key: str) -> None:
            call(
                conn, "service.record_provider_event", p_inbox_id=inbox.id, p_event_key=key,
                p_request={"headers": []}, p_body="",
            )  # fmt: skip

        def claimed() -> list[str]:
            with acting_as_service(db):
                found = rows(
                    db,
                    "select kind, id, attempt from service.claim_jobs('w', %s, 20)",
                    ["receive_events", "deliver_message"],
                )
                call(
                    db, "service.finish_jobs",
                    p_jobs=[{"id": id_, "attempt": attempt} for _, id_, attempt in found],
                )  # fmt: skip
            return sorted(kind for kind, _, _ in found)

        def read() -> list[str]:
            with acting_as_service(db):
                pending = call(db, "service.next_provider_events", p_inbox_id=inbox.id)
                for event in pending:
                    call(db, "service.close_provider_event", p_id=event["id"], p_status="processed")
            return [event["id"] for event in pending]

        def write(conn: Connection, conversation: UUID) -> None:
            with acting_as(conn, agent):
                call(
                    conn, "public.send_message",
                    p_conversation_id=conversation, p_id=uuid4(), p_content="x",
                )  # fmt: skip

        with slow.transaction():
            keep(slow, "first")
            write(slow, early.id)
            keep(quick, "second")
            write(quick, late.id)
            assert claimed() == ["deliver_message", "receive_events"]
            (second,) = read()
        # The lower numbers are there now.
        assert claimed() == ["deliver_message", "receive_events"]
        (first,) = read()
        assert first < second
        # In one conversation a number is taken under its lock, so that they cannot be overtaken.
        with slow.transaction():
            write(slow, late.id)
            with refused("55P03"), acting_as(quick, agent):
                quick.execute("set local lock_timeout = '100ms'")
                call(
                    quick, "public.send_message",
                    p_conversation_id=late.id, p_id=uuid4(), p_content="y",
                )  # fmt: skip
