"""Members of an inbox are told of a new conversation by the real worker."""

from __future__ import annotations

import time

import psycopg

from tests.support.database import value
from tests.support.local import LocalProduct
from tests.support.make import Make


def test_members_are_told_of_a_new_conversation(product: LocalProduct) -> None:
    with psycopg.connect(product.database_url, autocommit=True) as conn:
        make = Make(conn)
        inbox = make.inbox(make.account())
        agent = make.agent(inbox)
        stranger = make.agent(make.inbox(make.account()))
        conversation = make.conversation(inbox)
        told = "select count(*) from public.notifications where conversation_id = %s"
        for _ in range(200):
            if value(conn, told, conversation.id):
                break
            time.sleep(0.05)
        assert value(conn, f"{told} and user_id = %s", conversation.id, agent.id) == 1
        assert value(conn, f"{told} and user_id = %s", conversation.id, stranger.id) == 0
