"""Conversations and messages by the thousand, written beside the triggers that would take minutes."""

from __future__ import annotations

import psycopg

from tests.support.local import LocalProduct


def long_thread(product: LocalProduct, messages: int, title: str) -> int:
    """A conversation of Fernweh Coffee with this many messages, one a minute; returns its display id.

    Message n says "Line n."; every seventh is the contact's, some are long, and the last is a minute old.
    """
    with psycopg.connect(product.status["superuser_database_url"]) as conn:
        row = conn.execute(
            """
            with place as (
                select inbox.account_id, inbox.id as inbox_id
                from public.inboxes as inbox
                join public.accounts as account on account.id = inbox.account_id
                where account.name = 'Fernweh Coffee' and inbox.channel_type = 'web_widget'
            ),
            person as (
                insert into public.contacts (account_id, name)
                select account_id, %(title)s from place
                returning account_id, id
            ),
            address as (
                insert into public.contact_inboxes (account_id, contact_id, inbox_id, source_id)
                select person.account_id, person.id, place.inbox_id, 'bulk ' || person.id
                from person, place
                returning account_id, id, contact_id, inbox_id
            )
            insert into public.conversations (account_id, inbox_id, contact_id, contact_inbox_id)
            select account_id, inbox_id, contact_id, id from address
            returning id, account_id, inbox_id, contact_id, display_id
            """,
            {"title": title},
        ).fetchone()
        assert row is not None
        conversation, account, inbox, contact, display = row
        conn.execute("set local session_replication_role = replica")
        conn.execute(
            """
            insert into public.messages (
                account_id, conversation_id, inbox_id, seq, updated_seq, message_type, content,
                sender_contact_id, sender_user_id, created_at)
            select %(account)s, %(conversation)s, %(inbox)s, n, n,
                case when n %% 7 = 0 then 'incoming' else 'outgoing' end,
                'Line ' || n || '.' || repeat(' It goes on for a while.', n %% 5 * 3),
                case when n %% 7 = 0 then %(contact)s::uuid end,
                case when n %% 7 <> 0 then (
                    select id from public.users where email = 'agent@example.com') end,
                now() - (%(count)s - n + 1) * interval '1 minute'
            from generate_series(1, %(count)s) as n
            """,
            {
                "account": account,
                "conversation": conversation,
                "inbox": inbox,
                "contact": contact,
                "count": messages,
            },
        )
        conn.execute(
            """
            update public.conversations
            set last_seq = %(count)s,
                last_activity_at = now() - interval '1 minute',
                preview = jsonb_build_object(
                    'content', 'The end of ' || %(title)s, 'message_type', 'outgoing', 'private', false,
                    'sender_name', 'Ben Okafor', 'created_at', now())
            where id = %(conversation)s
            """,
            {"count": messages, "conversation": conversation, "title": title},
        )
        return int(display)


def many_conversations(product: LocalProduct, count: int) -> None:
    """This many open conversations for Northwind Outdoor, named "Person n", the last one newest."""
    with psycopg.connect(product.status["superuser_database_url"]) as conn:
        conn.execute("set local session_replication_role = replica")
        conn.execute(
            """
            create temporary table bulk on commit drop as
            select n, inbox.account_id, inbox.id as inbox_id, private.uuid_v7() as contact_id,
                private.uuid_v7() as address_id, now() - (%(count)s - n + 10) * interval '1 second' as at
            from generate_series(1, %(count)s) as n, public.inboxes as inbox
            join public.accounts as account on account.id = inbox.account_id
            where account.name = 'Northwind Outdoor'
            """,
            {"count": count},
        )
        conn.execute(
            """
            insert into public.contacts (id, account_id, name)
            select contact_id, account_id, 'Person ' || n from bulk
            """
        )
        conn.execute(
            """
            insert into public.contact_inboxes (id, account_id, contact_id, inbox_id, source_id)
            select address_id, account_id, contact_id, inbox_id, 'bulk ' || n from bulk
            """
        )
        conn.execute(
            """
            insert into public.conversations (
                account_id, inbox_id, contact_id, contact_inbox_id, display_id, last_activity_at,
                waiting_since, created_at, preview)
            select account_id, inbox_id, contact_id, address_id, 1000000 + n, at, at, at, jsonb_build_object(
                'content', 'Question ' || n, 'message_type', 'incoming', 'private', false,
                'sender_name', 'Person ' || n, 'created_at', at)
            from bulk
            """
        )
        conn.execute(
            """
            insert into private.conversation_counters (
                account_id, inbox_id, status, assignee_id, slot, total, unread)
            select account_id, inbox_id, 'open', '00000000-0000-0000-0000-000000000000', 0, count(*), 0
            from bulk
            group by account_id, inbox_id
            on conflict (account_id, inbox_id, status, assignee_id, slot)
                do update set total = conversation_counters.total + excluded.total
            """
        )
