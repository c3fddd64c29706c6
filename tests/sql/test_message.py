"""Messages: who may write and read them, and what follows from each."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.database import (
    Connection,
    Database,
    acting_as,
    acting_as_visitor,
    broadcasts,
    call,
    column,
    refused,
    rows,
    run,
)
from tests.support.make import Conversation, Make, User
from tests.support.together import together


def send(db: Connection, conversation: Conversation, content: str = "Hi", **more: Any) -> Any:
    """Send as whoever acts."""
    arguments = {"p_id": uuid4(), "p_content": content, **more}
    return call(db, "public.send_message", p_conversation_id=conversation.id, **arguments)


@pytest.fixture
def agent(make: Make) -> User:
    """An agent who works one inbox."""
    return make.agent(make.inbox(make.account()), "Ana")


@pytest.fixture
def conversation(db: Connection, make: Make, agent: User) -> Conversation:
    """A conversation in that agent's inbox."""
    inbox_id, account_id = rows(
        db, "select inbox_id, account_id from public.inbox_members where user_id = %s", agent.id
    )[0]
    contact = make.contact(_inbox(inbox_id, account_id), name="Mia")
    return make.conversation(_inbox(inbox_id, account_id), contact)


def _inbox(id_: UUID, account_id: UUID) -> Any:
    from tests.support.make import Inbox

    return Inbox(id_, account_id)


def seqs(db: Connection) -> list[tuple[int, int, int | None]]:
    """(seq, updated_seq, visitor_seq) of all messages."""
    return [
        (a, b, c)
        for a, b, c in rows(
            db, "select seq, updated_seq, visitor_seq from public.messages order by seq"
        )
    ]


def test_agents_read_and_write_in_their_inbox(
    db: Connection, agent: User, conversation: Conversation
) -> None:
    with acting_as(db, agent):
        message = send(db, conversation, "Hello")
        assert column(db, "select content from public.messages") == ["Hello"]
    assert (message["sender"]["name"], message["status"], message["private"]) == (
        "Ana",
        "sent",
        False,
    )


def test_outsiders_and_strangers_neither_read_nor_write(
    db: Connection, make: Make, conversation: Conversation
) -> None:
    make.incoming(conversation, "CANARY")
    account = make.account()
    for user in (make.agent(account), make.administrator(account), make.user()):
        with acting_as(db, user):
            assert column(db, "select content from public.messages") == []
        for id_ in (conversation.id, uuid4()):
            with refused("conversation_not_found") as error, acting_as(db, user):
                run(
                    db,
                    "insert into public.messages (conversation_id, content) values (%s, 'x')",
                    id_,
                )
            assert "CANARY" not in json.dumps(error)


def test_visitors_do_not_read_messages_directly(
    db: Connection, make: Make, conversation: Conversation
) -> None:
    visitor = make.visitor(_inbox(conversation.inbox_id, conversation.account_id))
    with refused("42501"), acting_as_visitor(db, visitor):
        rows(db, "select content from public.messages")


@pytest.mark.parametrize(
    "forged",
    [
        "sender_user_id", "sender_contact_id", "message_type", "status", "source_id", "created_at",
        "seq", "updated_seq", "visitor_seq", "content_attributes", "content_type", "account_id",
        "inbox_id", "edited_at", "deleted_at",
    ],
)  # fmt: skip
def test_agents_do_not_name_what_the_server_owns(
    db: Connection, agent: User, conversation: Conversation, forged: str
) -> None:
    with refused("42501"), acting_as(db, agent):
        run(
            db,
            f"insert into public.messages (conversation_id, content, {forged}) values (%s, 'x', null)",
            conversation.id,
        )


@pytest.mark.parametrize(
    "statement",
    [
        "update public.messages set content = 'x'",
        "update public.messages set private = false",
        "delete from public.messages",
    ],
)
def test_nobody_changes_what_was_said(
    db: Connection, make: Make, agent: User, conversation: Conversation, statement: str
) -> None:
    make.note(conversation, agent)
    with refused("42501"), acting_as(db, agent):
        run(db, statement)


@pytest.mark.parametrize("content", ["", " ", "\n\t \r", "\u200b\u200d", "\u00a0\ufeff", None])
def test_empty_messages_are_refused(
    db: Connection, agent: User, conversation: Conversation, content: str | None
) -> None:
    with refused("message_empty") as error, acting_as(db, agent):
        send(db, conversation, p_content=content)
    assert error["status"] == 400


def test_a_message_has_150000_characters_at_most(
    db: Connection, agent: User, conversation: Conversation
) -> None:
    with acting_as(db, agent):
        send(db, conversation, "😀" * 150_000)
    with refused("message_too_long"), acting_as(db, agent):
        send(db, conversation, "x" * 150_001)


@pytest.mark.parametrize(
    "content",
    [
        "<script>alert(1)</script>",
        "'; drop table public.messages; --",
        "\u202e rtl",
        "a" + "\u0301" * 10_000,
        '{"id": 1}',
        "%s %(x)s $1",
    ],
)
def test_hostile_content_is_kept_as_text(
    db: Connection, agent: User, conversation: Conversation, content: str
) -> None:
    with acting_as(db, agent):
        assert send(db, conversation, content)["content"] == content


def test_the_201st_message_within_a_minute_is_refused(
    db: Connection, make: Make, agent: User, conversation: Conversation
) -> None:
    """Worked example 18."""
    for _ in range(199):
        make.incoming(conversation)
    with acting_as(db, agent):
        send(db, conversation)
    with refused("too_many_messages") as error, acting_as(db, agent):
        send(db, conversation)
    assert error["status"] == 429


def test_sending_again_sends_once(db: Connection, agent: User, conversation: Conversation) -> None:
    id_ = uuid4()
    with acting_as(db, agent):
        first = send(db, conversation, p_id=id_)
        assert send(db, conversation, p_id=id_) == first
    assert seqs(db) == [(1, 1, 1)]


def test_other_words_under_the_same_id_are_refused(
    db: Connection, agent: User, conversation: Conversation
) -> None:
    """R7: what was said first stays, and whoever says something else hears of it."""
    id_ = uuid4()
    with acting_as(db, agent):
        send(db, conversation, "first", p_id=id_)
    for content, private in (("other words", False), ("", False), ("first", True)):
        with refused("message_id_taken"), acting_as(db, agent):
            send(db, conversation, content, p_id=id_, p_private=private)
    assert rows(db, "select content, private from public.messages") == [("first", False)]
    # A try from before an edit is the same message still.
    with acting_as(db, agent):
        run(db, "select public.edit_message(%s, %s, 'corrected')", conversation.id, id_)
        assert send(db, conversation, "first", p_id=id_)["content"] == "corrected"


def test_an_id_of_someone_elses_message_is_refused(
    db: Connection, make: Make, agent: User, conversation: Conversation
) -> None:
    taken = make.incoming(conversation)
    with refused("message_id_taken"), acting_as(db, agent):
        send(db, conversation, p_id=taken)


@pytest.mark.parametrize("suffix", ["", "on conflict do nothing"])
def test_a_repeated_direct_insert_changes_nothing(
    db: Connection, make: Make, agent: User, conversation: Conversation, suffix: str
) -> None:
    id_ = make.incoming(conversation)
    before = rows(db, "select last_seq, unread_count, preview from public.conversations")
    with refused("message_id_taken"), acting_as(db, agent):
        run(
            db,
            f"""
            insert into public.messages (id, conversation_id, content) values (%s, %s, 'again')
            {suffix}
            """,
            id_,
            conversation.id,
        )
    assert rows(db, "select last_seq, unread_count, preview from public.conversations") == before


def test_the_same_id_may_exist_in_another_conversation(
    db: Connection, make: Make, agent: User, conversation: Conversation
) -> None:
    elsewhere = make.incoming(make.conversation(make.inbox(make.account())))
    with acting_as(db, agent):
        assert send(db, conversation, p_id=elsewhere)["id"] == str(elsewhere)


def test_a_reply_that_crossed_anothers_is_refused_and_shows_what_was_missed(
    db: Connection, make: Make, agent: User, conversation: Conversation
) -> None:
    make.incoming(conversation, "one")
    make.incoming(conversation, "two")
    with refused("conversation_moved") as error, acting_as(db, agent):
        send(db, conversation, p_expected_last_seq=1)
    assert error["status"] == 409
    assert [m["content"] for m in json.loads(error["details"])["messages"]] == ["two"]
    with acting_as(db, agent):
        send(db, conversation, p_expected_last_seq=2)


def test_notes_own_messages_and_activity_do_not_count_as_crossing(
    db: Connection, make: Make, agent: User, conversation: Conversation
) -> None:
    other = make.agent(_inbox(conversation.inbox_id, conversation.account_id))
    make.note(conversation, other)
    make.outgoing(conversation, agent)
    make.outgoing(conversation, None, message_type="activity")
    with acting_as(db, agent):
        send(db, conversation, p_expected_last_seq=0)


def test_of_two_who_answer_at_once_only_one_is_sent(database: Database) -> None:
    with database.connect() as conn:
        make = Make(conn)
        inbox = make.inbox(make.account())
        agents = [make.agent(inbox), make.agent(inbox)]
        conversation = make.conversation(inbox)
        make.incoming(conversation)

    def answer(index: int, conn: Connection) -> None:
        with conn.transaction(), acting_as(conn, agents[index]):
            send(conn, conversation, p_expected_last_seq=1)

    assert sorted(str(e) for e in together(database, 2, answer)) == ["None", "conversation_moved"]


def test_places_have_no_gaps_when_eight_write_at_once(database: Database) -> None:
    """R25: the numbers of a busy conversation have no gaps."""
    with database.connect() as conn:
        make = Make(conn)
        inbox = make.inbox(make.account())
        agent = make.agent(inbox)
        conversation = make.conversation(inbox)

    def write(index: int, conn: Connection) -> None:
        make = Make(conn)
        for number in range(20):
            if (index + number) % 3 == 0:
                make.note(conversation, agent)
            elif index % 2:
                make.incoming(conversation)
            else:
                make.outgoing(conversation, agent)

    assert together(database, 8, write) == [None] * 8
    with database.connect() as conn:
        places = seqs(conn)
        assert [seq for seq, _, _ in places] == list(range(1, 161))
        seen = [visitor for _, _, visitor in places if visitor is not None]
        assert seen == list(range(1, len(seen) + 1))
        assert rows(conn, "select last_seq, last_visitor_seq from public.conversations") == [
            (160, len(seen))
        ]


def test_a_failed_insert_leaves_no_gap(
    db: Connection, make: Make, conversation: Conversation
) -> None:
    make.incoming(conversation)
    with refused("23514"), db.transaction():
        make.incoming(conversation, "x" * 150_001)
    make.incoming(conversation)
    assert seqs(db) == [(1, 1, 1), (2, 2, 2)]


def test_notes_and_activity_have_no_place_among_what_visitors_see(
    db: Connection, make: Make, agent: User, conversation: Conversation
) -> None:
    make.incoming(conversation)
    make.note(conversation, agent)
    make.outgoing(conversation, None, message_type="activity")
    make.outgoing(conversation, agent)
    assert [visitor for _, _, visitor in seqs(db)] == [1, None, None, 2]


def test_a_change_of_a_message_gets_the_next_number(
    db: Connection, make: Make, agent: User, conversation: Conversation
) -> None:
    make.outgoing(conversation, agent)
    make.note(conversation, agent)
    run(db, "update public.messages set status = 'read' where seq = 1")
    run(db, "update public.messages set status = 'read' where seq = 1")
    run(db, "update public.messages set content = 'edited' where seq = 2")
    assert seqs(db) == [(1, 3, 2), (2, 4, None)]
    assert rows(db, "select last_seq, last_visitor_seq from public.conversations") == [(4, 2)]


def test_pages_go_back_to_the_first_message_without_gaps(
    db: Connection, make: Make, agent: User, conversation: Conversation
) -> None:
    for _ in range(7):
        make.incoming(conversation)
    found: list[int] = []
    before = None
    with acting_as(db, agent):
        while True:
            page = call(
                db,
                "public.message_page",
                p_conversation_id=conversation.id,
                p_before_seq=before,
                p_limit=3,
            )
            found = [m["seq"] for m in page["messages"]] + found
            if not page["has_more"]:
                break
            before = found[0]
    assert found == list(range(1, 8))


@pytest.mark.parametrize("limit", [0, 201, -1, None])
def test_pages_have_one_to_two_hundred_messages(
    db: Connection, agent: User, conversation: Conversation, limit: int | None
) -> None:
    with refused("invalid_argument"), acting_as(db, agent):
        call(db, "public.message_page", p_conversation_id=conversation.id, p_limit=limit)


def test_changes_since_a_number_are_complete_or_a_reset(
    db: Connection, make: Make, agent: User, conversation: Conversation
) -> None:
    for _ in range(202):
        make.incoming(conversation)
    with acting_as(db, agent):
        few = call(db, "public.message_changes", p_conversation_id=conversation.id, p_after_seq=200)
        many = call(db, "public.message_changes", p_conversation_id=conversation.id, p_after_seq=1)
    assert [m["seq"] for m in few["messages"]] == [201, 202]
    assert (few["reset"], many["reset"], many["messages"]) == (False, True, [])


def test_one_provider_message_becomes_one_message_of_the_inbox(
    db: Connection, make: Make, conversation: Conversation
) -> None:
    make.outgoing(conversation, None, source_id="wamid.1")
    with refused("23505"), db.transaction():
        make.outgoing(conversation, None, source_id="wamid.1")
    other = make.conversation(make.inbox(make.account()))
    make.outgoing(other, None, source_id="wamid.1")


def test_typing_is_told_to_colleagues_and_only_public_typing_to_the_visitor(
    db: Connection, agent: User, conversation: Conversation
) -> None:
    topic = f"visitor:{conversation.contact_inbox_id}"
    with acting_as(db, agent):
        call(
            db, "public.set_typing", p_conversation_id=conversation.id, p_typing=True,
            p_private=True,
        )  # fmt: skip
    assert broadcasts(db, topic, "typing") == []
    with acting_as(db, agent):
        call(db, "public.set_typing", p_conversation_id=conversation.id, p_typing=True)
    (payload,) = broadcasts(db, topic, "typing")
    assert payload["actor"] == {"name": "Ana"}


def test_typing_is_limited(db: Connection, agent: User, conversation: Conversation) -> None:
    with refused("too_many_requests"), acting_as(db, agent):
        for _ in range(10):
            call(db, "public.set_typing", p_conversation_id=conversation.id, p_typing=True)
