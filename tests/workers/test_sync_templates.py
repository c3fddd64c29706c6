"""Templates end to end: copied from the simulated provider, and sent when nothing else may be."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

import httpx
import psycopg
import pytest

from desk.channels import DEMOS
from tests.channels.payloads import payload_json
from tests.support.simulator import Simulator, eventually, somebody
from tests.workers.test_channels import Desk, conn, desk, simulator

__all__ = ["conn", "desk", "simulator"]

CHANNELS = ("whatsapp_cloud", "whatsapp_360dialog", "twilio_whatsapp")


def listed(desk: Desk, inbox: str) -> dict[str, Any]:
    """What an agent is shown, once a copy is there and none is under way."""

    def look() -> dict[str, Any] | None:
        answer = desk.agent.rpc("template_list", p_inbox_id=inbox)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        ready = not found["syncing"] and (found["synced_at"] or found["error"])
        return found if ready else None

    return eventually(look, 60)


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_inboxes_of_the_demo_have_the_providers_templates(desk: Desk, channel: str) -> None:
    found = listed(desk, desk.inbox(channel))
    assert found["error"] is None
    statuses = {one["name"]: (one["status"], one["reason"]) for one in found["templates"]}
    assert statuses["order_on_its_way"] == ("approved", None)
    assert statuses["spring_sale"] == ("rejected", "TAG_CONTENT_MISMATCH")
    assert len(statuses) == (3 if channel == "twilio_whatsapp" else 4)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_template_reaches_a_customer_who_has_not_written_for_long(
    desk: Desk, simulator: Simulator, channel: str
) -> None:
    listed(desk, desk.inbox(channel))
    person = somebody()
    conversation = desk.greet(channel, person)
    desk.conn.execute(
        "update messages set created_at = now() - interval '3 days' where conversation_id = %s",
        (conversation,),
    )
    message = str(uuid.uuid4())

    def send(**more: Any) -> httpx.Response:
        return desk.agent.rpc(
            "send_message",
            p_conversation_id=conversation,
            p_id=message,
            **{"p_content": "", **more},
        )

    refused = send(p_content="Still there?")
    assert (refused.status_code, refused.json()["code"]) == (409, "window_closed")
    order = secrets.token_hex(4)
    sent = send(
        p_content_attributes={
            "template_params": {
                "name": "order_on_its_way",
                "language": "en",
                "processed_params": {"body": {"1": "Mia", "2": order, "3": "Friday"}},
            }
        }
    )
    assert sent.status_code == 200, sent.text
    words = f"Hello Mia, your order {order} is on its way. It arrives on Friday."
    content = sent.json()["content"]
    assert content.startswith(words)
    desk.reaches(message, "delivered")
    assert simulator.shown(channel, person) == [content]


def test_a_refused_token_asks_for_a_new_one_and_then_the_templates_come(
    desk: Desk, conn: psycopg.Connection
) -> None:
    answer = desk.agent.rpc(
        "connect_channel",
        p_account_id=account_of(conn),
        p_name="Second number",
        p_channel_type="whatsapp_360dialog",
        p_address=f"1{secrets.randbelow(10**14):014}",
        p_secrets={"api_key": "wrong", "webhook_secret": secrets.token_hex(16)},
    )
    assert answer.status_code == 200, answer.text
    inbox = answer.json()["id"]
    found = listed(desk, inbox)
    assert (found["connection_state"], found["templates"]) == ("reauthorization_required", [])
    assert "Invalid api key" in found["error"]
    key = conn.execute(
        """
        select secrets ->> 'api_key' from private.channel_secrets
        where inbox_id = %s
        """,
        (desk.inbox("whatsapp_360dialog"),),
    ).fetchone()
    assert key is not None
    again = desk.agent.rpc("reconnect_channel", p_inbox_id=inbox, p_secrets={"api_key": key[0]})
    assert again.is_success, again.text
    eventually(lambda: listed(desk, inbox)["templates"] or None, 60)
    # Other tests mean the demo's one inbox of this kind.
    conn.execute("delete from inboxes where id = %s", (inbox,))


def test_news_of_a_template_have_them_copied_again(desk: Desk, simulator: Simulator) -> None:
    inbox = desk.inbox("whatsapp_cloud")
    before = listed(desk, inbox)["synced_at"]
    news = payload_json("whatsapp_cloud", "account_template_status_update.json")
    [business] = [one for one in DEMOS if one.channel == "whatsapp_cloud"]
    news["entry"][0]["id"] = business.settings["business_account_id"]
    played = simulator.play("whatsapp_cloud", None, "raw", body=news)
    assert played["statuses"] == [200]
    eventually(lambda: listed(desk, inbox)["synced_at"] > before or None, 60)


def account_of(conn: psycopg.Connection) -> str:
    """The demo's account."""
    row = conn.execute("select id from accounts where name = 'Fernweh Coffee'").fetchone()
    assert row is not None
    return str(row[0])
