"""A label that many carry is renamed by the real worker."""

from __future__ import annotations

import time

import psycopg

from tests.support.database import value
from tests.support.local import LocalProduct
from tests.support.make import Make


def test_every_conversation_follows_a_renamed_label(product: LocalProduct) -> None:
    with psycopg.connect(product.database_url, autocommit=True) as conn:
        make = Make(conn)
        inbox = make.inbox(make.account())
        contact, label = make.contact(inbox), make.label(inbox, "vip")
        for _ in range(510):
            make.conversation(inbox, contact, labels=["vip"])
        conn.execute("update public.labels set title = 'gold' where id = %s", (label,))
        left = (
            "select count(*) from public.conversations where account_id = %s and labels = '{vip}'"
        )
        for _ in range(200):
            if value(conn, left, inbox.account_id) == 0:
                break
            time.sleep(0.05)
        assert value(conn, left, inbox.account_id) == 0
