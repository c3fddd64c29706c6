"""A visitor's first message is greeted once, by the real worker, unless someone was faster."""

from __future__ import annotations

import time
import uuid

import psycopg

from tests.support.local import LocalProduct, Visitor


def write(visitor: Visitor, text: str) -> str:
    answer = visitor.rpc(
        "widget_start_conversation", p_message_id=str(uuid.uuid4()), p_content=text
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["conversation"]["id"])


def templates(visitor: Visitor, conversation: str) -> list[str]:
    page = visitor.rpc("widget_messages", p_conversation_id=conversation).json()
    return [m["content"] for m in page["messages"] if m["message_type"] == "template"]


def wait_until_idle(product: LocalProduct, conversation: str) -> None:
    """Until no job of this conversation is left to do."""
    with psycopg.connect(product.database_url, autocommit=True) as conn:
        for _ in range(200):
            row = conn.execute(
                "select count(*) from private.jobs where lock = %s and status <> 'done'",
                (conversation,),
            ).fetchone()
            if row == (0,):
                return
            time.sleep(0.05)
    raise AssertionError("the worker did not finish")


def test_the_first_message_is_greeted_once(product: LocalProduct) -> None:
    visitor = product.open_chat()
    conversation = write(visitor, "Hello")
    write(visitor, "Anyone?")
    wait_until_idle(product, conversation)
    greetings = templates(visitor, conversation)
    assert len(greetings) == 1
    assert "Thanks for writing" in greetings[0]


def test_running_the_greeting_again_does_nothing(product: LocalProduct) -> None:
    visitor = product.open_chat()
    conversation = write(visitor, "Hello")
    wait_until_idle(product, conversation)
    with psycopg.connect(product.database_url, autocommit=True) as conn:
        row = conn.execute(
            """
            select service.send_templates(%s, id) from messages
            where conversation_id = %s and message_type = 'incoming'
            """,
            (conversation, conversation),
        ).fetchone()
    assert row == ([],)
    assert len(templates(visitor, conversation)) == 1


def test_a_greeting_is_not_sent_when_an_agent_was_faster(product: LocalProduct) -> None:
    visitor = product.open_chat()
    with psycopg.connect(product.database_url) as conn:
        # Both in one transaction: the job exists only when the agent's answer does too.
        row = conn.execute(
            "select account_id, inbox_id from channel_web_widgets where website_token = %s",
            (product.website_token,),
        ).fetchone()
        assert row is not None
        account, inbox = row
        contact = conn.execute(
            "insert into contacts (account_id) values (%s) returning id", (account,)
        ).fetchone()
        assert contact is not None
        address = conn.execute(
            "insert into contact_inboxes (id, account_id, contact_id, inbox_id, source_id)"
            " values (%s, %s, %s, %s, 'x' || gen_random_uuid()) returning id",
            (visitor.session["contact_inbox_id"], account, contact[0], inbox),
        ).fetchone()
        assert address is not None
        made = conn.execute(
            "insert into conversations (account_id, inbox_id, contact_id, contact_inbox_id)"
            " values (%s, %s, %s, %s) returning id",
            (account, inbox, contact[0], address[0]),
        ).fetchone()
        assert made is not None
        conn.execute(
            "insert into messages (conversation_id, message_type, content, sender_contact_id)"
            " values (%s, 'incoming', 'Hello', %s)",
            (made[0], contact[0]),
        )
        conn.execute(
            "insert into messages (conversation_id, content, sender_user_id)"
            " values (%s, 'I am here already', (select user_id from account_users limit 1))",
            (made[0],),
        )
    wait_until_idle(product, str(made[0]))
    assert templates(visitor, str(made[0])) == []
