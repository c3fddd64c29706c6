"""An inbox that its administrator deletes: gone from every screen at once, and then from the database."""

from __future__ import annotations

import psycopg
from psycopg.types.json import Jsonb

from tests.support.database import Connection, acting_as, call, run, value
from tests.support.local import LocalProduct
from tests.support.make import Inbox, Make
from tests.support.simulator import eventually

CONVERSATIONS = 510  # more than one batch
LEFT = "select count(*) from public.{} where inbox_id = %s"


def many(make: Make, inbox: Inbox) -> None:
    """Conversations with a message each."""
    first = make.conversation(inbox)
    make.incoming(first)
    run(
        make.db,
        """
        insert into public.conversations (account_id, inbox_id, contact_id, contact_inbox_id)
        select account_id, inbox_id, contact_id, contact_inbox_id
        from public.conversations, generate_series(2, %s) where id = %s
        """,
        CONVERSATIONS,
        first.id,
    )


def finished(conn: Connection, inbox: Inbox) -> bool:
    """Whether no job of this inbox is left to do."""
    query = (
        "select count(*) from private.jobs where kind = 'delete_inbox' and lock = %s"
        " and status <> 'done'"
    )
    return bool(value(conn, query, str(inbox.id)) == 0)


def test_a_deleted_inbox_goes_with_all_that_was_said_there_and_nothing_else(
    product: LocalProduct,
) -> None:
    with psycopg.connect(product.database_url, autocommit=True) as conn:
        make = Make(conn)
        account = make.account()
        boss = make.administrator(account)
        inbox, other = (make.inbox(account, enable_email_collect=False) for _ in range(2))
        many(make, inbox)
        kept = make.conversation(other)
        make.incoming(kept)
        with acting_as(conn, boss):
            call(conn, "public.delete_inbox", p_inbox_id=inbox.id)
            seen = "select count(*) from public.conversations where inbox_id = %s"
            assert value(conn, seen, inbox.id) == 0, "gone from the screen in the same moment"
        eventually(lambda: finished(conn, inbox), 60)
        for table in ("conversations", "messages", "contact_inboxes", "inbox_members"):
            assert value(conn, LEFT.format(table), inbox.id) == 0, table
        assert value(conn, "select count(*) from public.inboxes where id = %s", inbox.id) == 0
        assert value(conn, LEFT.format("messages"), other.id) == 1
        counted = (
            "select coalesce(sum(total), 0) from private.conversation_counters where inbox_id = %s"
        )
        assert (value(conn, counted, inbox.id), value(conn, counted, other.id)) == (0, 1)


def test_a_job_that_runs_again_or_names_a_living_inbox_removes_nothing(
    product: LocalProduct,
) -> None:
    with psycopg.connect(product.database_url, autocommit=True) as conn:
        make = Make(conn)
        living = make.inbox(make.account(), enable_email_collect=False)
        make.incoming(make.conversation(living))
        gone = Inbox(value(conn, "select gen_random_uuid()"), living.account_id)
        for inbox in (living, gone, gone):
            run(
                conn,
                "insert into private.jobs (kind, payload, lock) values ('delete_inbox', %s, %s)",
                Jsonb({"inbox_id": str(inbox.id)}),
                str(inbox.id),
            )
        for inbox in (living, gone):
            eventually(lambda inbox=inbox: finished(conn, inbox), 60)  # type: ignore[misc]
        assert value(conn, LEFT.format("messages"), living.id) == 1
