"""An assignee gets a mail, in the account's language, by the real worker and SMTP."""

from __future__ import annotations

import time
from typing import Any

import httpx
import psycopg

from tests.support.local import LocalProduct
from tests.support.make import Make


def mails_to(product: LocalProduct, address: str) -> list[dict[str, Any]]:
    """What the mail catcher has for this address, after a moment."""
    for _ in range(200):
        caught = httpx.get(f"{product.status['mail_url']}/api/mails", timeout=10).json()
        mine = [mail for mail in caught if address in mail["to"]]
        if mine:
            return mine
        time.sleep(0.1)
    return []


def test_an_assignee_gets_a_mail_in_the_account_s_language(product: LocalProduct) -> None:
    with psycopg.connect(product.database_url, autocommit=True) as conn:
        make = Make(conn)
        account = make.account("Casa & Café", locale="es")
        inbox = make.inbox(account)
        agent = make.agent(inbox)
        contact = make.contact(inbox, name="Mía")
        make.conversation(inbox, contact, assignee_id=agent.id)
    (mail,) = mails_to(product, agent.email)
    assert mail["subject"].startswith("Se te asignó la conversación n.º 1 con Mía")
    assert f"{product.dashboard_url}/a/{account.id}/inbox/all/1" in mail["text"]
    assert "Casa &amp; Café" in mail["html"]
