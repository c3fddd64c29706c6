"""Attachments: who may put a file into a conversation, who may fetch it, and what becomes of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.support.database import (
    Connection,
    acting_as,
    acting_as_anon,
    acting_as_visitor,
    broadcasts,
    call,
    column,
    refused,
    rows,
    run,
    value,
)
from tests.support.make import Account, Conversation, Inbox, Make, User, Visitor

UPLOAD = "insert into storage.objects (bucket_id, name) values ('attachments', %s)"
OBJECTS = "select name from storage.objects where bucket_id = 'attachments'"


@pytest.fixture
def inbox(make: Make) -> Inbox:
    """A website inbox."""
    return make.inbox(make.account())


@pytest.fixture
def agent(make: Make, inbox: Inbox) -> User:
    """An agent who works it."""
    return make.agent(inbox, "Ana")


@pytest.fixture
def visitor(make: Make, inbox: Inbox) -> Visitor:
    """A visitor of it."""
    return make.visitor(inbox)


@pytest.fixture
def conversation(make: Make, inbox: Inbox, visitor: Visitor) -> Conversation:
    """Their conversation."""
    return make.conversation(inbox, visitor)


def file(id_: UUID | None = None, **more: Any) -> dict[str, Any]:
    """What a client says about a file."""
    given = {"file_name": "cat.png", "content_type": "image/png", "byte_size": 100}
    return {"id": str(id_ or uuid4()), **given, **more}


def ask(
    db: Connection, conversation: Conversation, *files: Any, function: str = "request_upload"
) -> Any:
    """Ask for slots as whoever acts."""
    return call(
        db,
        f"public.{function}",
        p_conversation_id=conversation.id,
        p_files=Jsonb(list(files)),
    )  # fmt: skip


def upload(
    db: Connection, conversation: Conversation, function: str = "request_upload"
) -> tuple[str, str]:
    """A slot and its upload, as whoever acts: (id, path)."""
    [slot] = ask(db, conversation, file(), function=function)["files"]
    run(db, UPLOAD, slot["path"])
    return slot["id"], slot["path"]


def send(
    db: Connection, conversation: Conversation, *ids: str, content: str = "", **more: Any
) -> Any:
    """Send with attachments as an agent."""
    return call(
        db, "public.send_message", p_conversation_id=conversation.id, p_id=uuid4(),
        p_content=content, p_attachments=[UUID(id_) for id_ in ids], **more,
    )  # fmt: skip


def finish(db: Connection, id_: Any, **result: Any) -> Any:
    """What a worker writes."""
    return call(db, "service.finish_attachment", p_id=id_, p_result=result)


def removals(db: Connection) -> list[str]:
    """The paths that workers were asked to remove."""
    return column(
        db,
        """
        select jsonb_array_elements_text(payload -> 'paths') from private.jobs
        where kind = 'remove_objects' order by 1
        """,
    )


def test_an_agent_uploads_to_the_slot_and_sends(
    db: Connection, agent: User, conversation: Conversation
) -> None:
    with acting_as(db, agent):
        id_, path = upload(db, conversation)
        message = send(db, conversation, id_)
    assert path == f"{conversation.account_id}/{conversation.id}/{id_}/cat.png"
    [attachment] = message["attachments"]
    assert (attachment["id"], attachment["state"], attachment["file_type"]) == (
        id_,
        "pending",
        "image",
    )
    asked = "select payload ->> 'attachment_id' from private.jobs where kind = 'process_attachment'"
    assert column(db, asked) == [id_]
    assert value(db, "select preview -> 'attachments' from public.conversations") is True
    topic = value(db, "select topic from realtime.messages where event = 'message.created' limit 1")
    [told] = broadcasts(db, topic, "message.created")
    assert told["message"]["attachments"] == [attachment]
    db.execute("set constraints all immediate")


def test_a_visitor_uploads_to_their_own_conversation(
    db: Connection, visitor: Visitor, conversation: Conversation
) -> None:
    with acting_as_visitor(db, visitor):
        id_, _ = upload(db, conversation, "widget_request_upload")
        message = call(
            db, "public.widget_send_message", p_conversation_id=conversation.id, p_id=uuid4(),
            p_content="", p_attachments=[UUID(id_)],
        )  # fmt: skip
    assert [a["id"] for a in message["attachments"]] == [id_]


def test_the_same_slot_may_be_asked_for_again_by_the_same_caller_only(
    db: Connection, make: Make, inbox: Inbox, agent: User, conversation: Conversation
) -> None:
    id_ = uuid4()
    with acting_as(db, agent):
        assert ask(db, conversation, file(id_)) == ask(db, conversation, file(id_))
    with refused("attachment_id_taken"), acting_as(db, make.agent(inbox)):
        ask(db, conversation, file(id_))


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([], "too_many_attachments"),
        ([file() for _ in range(16)], "too_many_attachments"),
        ([file(byte_size=41_943_041)], "file_too_large"),
        ([file(byte_size=0)], "file_invalid"),
        ([file(byte_size=-1)], "file_invalid"),
        ([file(byte_size="many")], "file_invalid"),
        ([file(byte_size=None)], "file_invalid"),
        ([{**file(), "id": "no uuid"}], "file_invalid"),
        ([{**file(), "id": None}], "file_invalid"),
        ([file(file_name=" ")], "file_invalid"),
        ([file(file_name="\u202e\u200b")], "file_invalid"),
        (["x"], "file_invalid"),
        ([file(content_type="image/svg+xml")], "file_type_not_allowed"),
        ([file(content_type="text/html")], "file_type_not_allowed"),
        ([file(content_type="TEXT/HTML; charset=utf-8")], "file_type_not_allowed"),
        ([file(content_type="application/xhtml+xml")], "file_type_not_allowed"),
        ([file(content_type="application/javascript")], "file_type_not_allowed"),
        ([file(content_type="application/octet-stream")], "file_type_not_allowed"),
        ([file(content_type="video/")], "file_type_not_allowed"),
        ([file(content_type=None)], "file_type_not_allowed"),
    ],
)  # fmt: skip
def test_slots_are_for_few_small_files_of_known_types(
    db: Connection, agent: User, conversation: Conversation, files: list[Any], code: str
) -> None:
    with refused(code), acting_as(db, agent):
        ask(db, conversation, *files)


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("../../etc/passwd", "etc_passwd"),
        ("a/../../B/x.png", "a___B_x.png"),
        ('"><img src=x onerror=alert(1)>.png', "img_src_x_onerror_alert_1_.png"),
        ("..htaccess", "htaccess"),
        ("кот.png", "png"),
        ("x" * 300 + ".png", "x" * 96 + ".png"),
        ("a\r\nX-Evil: 1.png", "a_X-Evil_1.png"),
        ("???", "file"),
    ],
)
def test_the_path_is_made_by_the_server(
    db: Connection, agent: User, conversation: Conversation, name: str, stored: str
) -> None:
    with acting_as(db, agent):
        [slot] = ask(db, conversation, file(file_name=name))["files"]
    folder, _, last = slot["path"].rpartition("/")
    assert folder == f"{conversation.account_id}/{conversation.id}/{slot['id']}"
    assert last == stored
    assert not last.startswith(".")
    kept = value(db, "select file_name from public.attachments")
    assert len(kept) <= 255
    assert "\n" not in kept


def test_nobody_uploads_without_a_fresh_slot_of_their_own(
    db: Connection,
    make: Make,
    inbox: Inbox,
    agent: User,
    visitor: Visitor,
    conversation: Conversation,
) -> None:
    with acting_as(db, agent):
        [slot] = ask(db, conversation, file())["files"]
    path = slot["path"]
    others = (
        acting_as(db, make.agent(inbox)),
        acting_as(db, make.administrator(make.account())),
        acting_as_visitor(db, visitor),
        acting_as_anon(db),
    )
    for other in others:
        with refused("42501"), other:
            run(db, UPLOAD, path)
    for made_up in (
        path + "x",
        path.replace("cat", "dog"),
        "x",
        f"{conversation.account_id}/x",
        "",
        "/".join(["a"] * 4),
    ):
        with refused("42501"), acting_as(db, agent):
            run(db, UPLOAD, made_up)
    with refused("42501"), acting_as(db, agent):
        run(db, "insert into storage.objects (bucket_id, name) values ('other', %s)", path)
    run(db, "update public.attachments set created_at = now() - interval '2 hours'")
    with refused("42501"), acting_as(db, agent):
        run(db, UPLOAD, path)


def test_an_agent_who_lost_the_inbox_cannot_use_the_slot(
    db: Connection, agent: User, conversation: Conversation
) -> None:
    with acting_as(db, agent):
        [slot] = ask(db, conversation, file())["files"]
    run(db, "delete from public.inbox_members")
    with refused("42501"), acting_as(db, agent):
        run(db, UPLOAD, slot["path"])


def test_a_sent_file_is_not_replaced_or_removed(
    db: Connection, agent: User, conversation: Conversation
) -> None:
    with acting_as(db, agent):
        id_, path = upload(db, conversation)
        send(db, conversation, id_)
    finish(db, id_, state="ready", path=path)
    with acting_as(db, agent):
        assert run(db, "update storage.objects set name = 'x' where name = %s", path) == 0
        db.execute("select set_config('storage.allow_delete_query', 'true', true)")
        assert run(db, "delete from storage.objects where name = %s", path) == 0


def test_a_file_can_be_fetched_once_it_was_looked_at_and_sent(
    db: Connection,
    make: Make,
    inbox: Inbox,
    agent: User,
    visitor: Visitor,
    conversation: Conversation,
) -> None:
    with acting_as(db, agent):
        id_, path = upload(db, conversation)
        assert column(db, OBJECTS) == []
        send(db, conversation, id_)
        assert column(db, OBJECTS) == []
    thumb = path.replace("cat.png", "thumbnail/250.webp")
    make.stored(thumb)
    finish(db, id_, state="ready", path=path, thumb_path=thumb, content_type="image/png")
    with acting_as(db, agent):
        assert sorted(column(db, OBJECTS)) == sorted([path, thumb])
    with acting_as_visitor(db, visitor):
        assert sorted(column(db, OBJECTS)) == sorted([path, thumb])
    for stranger in (make.agent(Account(inbox.account_id)), make.administrator(make.account())):
        with acting_as(db, stranger):
            assert column(db, OBJECTS) == []
            assert column(db, "select id from public.attachments") == []
    with acting_as_visitor(db, make.visitor(inbox)):
        assert column(db, OBJECTS) == []
    with acting_as_anon(db):
        assert column(db, OBJECTS) == []


def test_a_visitor_fetches_nothing_of_a_note(
    db: Connection, make: Make, agent: User, visitor: Visitor, conversation: Conversation
) -> None:
    note = make.note(conversation, agent)
    make.stored(
        value(
            db, "select storage_path from public.attachments where id = %s",
            make.attachment(conversation, note),
        )
    )  # fmt: skip
    with acting_as(db, agent):
        assert len(column(db, OBJECTS)) == 1
    with acting_as_visitor(db, visitor):
        assert column(db, OBJECTS) == []


def test_a_listing_survives_names_that_are_no_paths(
    db: Connection, make: Make, agent: User, visitor: Visitor, conversation: Conversation
) -> None:
    for name in ("x", "a/b/c/d", f"{uuid4()}/{uuid4()}/zzz/x", "%", "'"):
        make.stored(name)
    with acting_as(db, agent):
        assert column(db, OBJECTS) == []
    with acting_as_visitor(db, visitor):
        assert column(db, OBJECTS) == []


def test_files_are_bound_once_by_their_uploader_when_they_are_there(
    db: Connection, make: Make, inbox: Inbox, agent: User, conversation: Conversation
) -> None:
    with acting_as(db, agent):
        id_, _ = upload(db, conversation)
        [missing] = ask(db, conversation, file())["files"]
    elsewhere = make.conversation(inbox)
    cases = (
        (agent, conversation, [missing["id"]]),
        (agent, elsewhere, [id_]),
        (make.agent(inbox), conversation, [id_]),
        (agent, conversation, [str(uuid4())]),
        (agent, conversation, [id_, id_]),
    )
    for who, where, ids in cases:
        with refused("attachment_not_found"), acting_as(db, who):
            send(db, where, *ids, content="x")
    with acting_as(db, agent):
        send(db, conversation, id_)
    with refused("attachment_not_found"), acting_as(db, agent):
        send(db, conversation, id_)
    with refused("too_many_attachments"), acting_as(db, agent):
        send(db, conversation, *(str(uuid4()) for _ in range(16)))


def test_without_words_and_files_a_message_is_empty(
    db: Connection, agent: User, conversation: Conversation
) -> None:
    with refused("message_empty"), acting_as(db, agent):
        send(db, conversation)


def test_sending_again_with_files_sends_once(
    db: Connection, agent: User, conversation: Conversation
) -> None:
    message_id = uuid4()
    with acting_as(db, agent):
        id_, _ = upload(db, conversation)
        arguments = {"p_id": message_id, "p_content": "", "p_attachments": [UUID(id_)]}
        first = call(db, "public.send_message", p_conversation_id=conversation.id, **arguments)
        again = call(db, "public.send_message", p_conversation_id=conversation.id, **arguments)
    assert first == again


def test_what_the_worker_found_is_told(
    db: Connection, agent: User, visitor: Visitor, conversation: Conversation
) -> None:
    with acting_as(db, agent):
        id_, path = upload(db, conversation)
        message = send(db, conversation, id_)
    assert call(db, "service.attachment_to_process", p_id=id_)["path"] == path
    found = {"content_type": "image/png", "byte_size": 7, "width": 3, "height": 2}
    assert finish(db, id_, state="ready", path=path, **found) is True
    assert call(db, "service.attachment_to_process", p_id=id_) is None
    assert finish(db, id_, state="failed", error="late", path=path) is False
    [told] = broadcasts(db, f"visitor:{visitor.contact_inbox_id}", "message.updated")
    [attachment] = told["message"]["attachments"]
    assert found.items() <= attachment.items()
    assert attachment["state"] == "ready"
    with acting_as(db, agent):
        changes = call(
            db, "public.message_changes", p_conversation_id=conversation.id,
            p_after_seq=message["updated_seq"],
        )  # fmt: skip
    assert [m["id"] for m in changes["messages"]] == [message["id"]]


def test_a_refused_file_is_removed_and_its_message_stays(
    db: Connection, agent: User, conversation: Conversation
) -> None:
    with acting_as(db, agent):
        id_, path = upload(db, conversation)
        send(db, conversation, id_, content="look")
    finish(db, id_, state="failed", error="type_mismatch", path=path)
    assert removals(db) == [path]
    with acting_as(db, agent):
        page = call(db, "public.message_page", p_conversation_id=conversation.id)
    [message] = page["messages"]
    [attachment] = message["attachments"]
    assert message["content"] == "look"
    assert (attachment["state"], attachment["error"], attachment["path"]) == (
        "failed", "type_mismatch", None,
    )  # fmt: skip


def test_a_deleted_message_keeps_no_files(
    db: Connection, make: Make, agent: User, conversation: Conversation
) -> None:
    message_id = make.outgoing(conversation, agent)
    make.attachment(conversation, message_id)
    before = value(db, "select last_seq from public.conversations")
    with acting_as(db, agent):
        deleted = call(
            db, "public.delete_message", p_conversation_id=conversation.id, p_id=message_id
        )
    assert deleted["attachments"] == []
    assert len(removals(db)) == 1
    assert value(db, "select last_seq from public.conversations") == before + 1


def test_files_go_with_their_conversation(
    db: Connection, make: Make, agent: User, conversation: Conversation
) -> None:
    for _ in range(120):
        make.attachment(conversation)
    run(db, "delete from public.conversations where id = %s", conversation.id)
    assert len(removals(db)) == 120
    assert value(db, "select count(*) from private.jobs where kind = 'remove_objects'") == 2


def test_slots_that_nobody_used_are_removed_after_a_day(
    db: Connection, make: Make, agent: User, conversation: Conversation
) -> None:
    sent = make.attachment(conversation, make.outgoing(conversation, agent))
    fresh = make.attachment(conversation)
    stale = make.attachment(conversation, state="pending")
    run(
        db, "update public.attachments set created_at = now() - interval '25 hours' where id = any (%s)",
        [sent, stale],
    )  # fmt: skip
    assert call(db, "service.expire_uploads") == 1
    assert set(column(db, "select id from public.attachments")) == {sent, fresh}


def test_a_visitor_has_a_daily_quota(
    db: Connection, visitor: Visitor, conversation: Conversation
) -> None:
    big: dict[str, Any] = {"byte_size": 41_000_000}
    with acting_as_visitor(db, visitor):
        ask(db, conversation, *(file(**big) for _ in range(5)), function="widget_request_upload")
    with refused("upload_quota_exceeded") as error, acting_as_visitor(db, visitor):
        ask(db, conversation, file(**big), function="widget_request_upload")
    assert error["status"] == 429


def test_a_visitor_of_a_closed_conversation_uploads_nothing(
    db: Connection, visitor: Visitor, conversation: Conversation
) -> None:
    run(db, "update public.inboxes set allow_messages_after_resolved = false")
    run(db, "update public.conversations set last_seq = 1, status = 'resolved'")
    with refused("conversation_resolved"), acting_as_visitor(db, visitor):
        ask(db, conversation, file(), function="widget_request_upload")


@pytest.mark.parametrize(
    "path",
    ["other", "B/x", "../x", "a/b/c/d", "https://evil.example/x"],
)
def test_a_row_cannot_point_outside_its_own_folder(
    db: Connection, make: Make, conversation: Conversation, path: str
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        make.attachment(conversation, storage_path=path)


def test_nobody_writes_the_table_directly(
    db: Connection, make: Make, agent: User, conversation: Conversation
) -> None:
    make.attachment(conversation)
    for statement in (
        "insert into public.attachments (account_id) values (null)",
        "update public.attachments set state = 'ready'",
        "delete from public.attachments",
    ):
        with refused("42501"), acting_as(db, agent):
            rows(db, statement)
