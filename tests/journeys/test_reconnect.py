"""Cuts and restarts: whatever was written meanwhile arrives, once and in order."""

from __future__ import annotations

import os
import re
import secrets
import signal
import time
from collections.abc import Callable

import psycopg
from playwright.sync_api import WebSocketRoute, expect

from tests.journeys.people import AgentAtDesk, VisitorOnPage
from tests.support.local import LocalProduct

Agents = Callable[..., AgentAtDesk]
Visitors = Callable[..., VisitorOnPage]


def stored(product: LocalProduct, mark: str) -> list[str]:
    """What the database holds of one test's messages, in order."""
    with psycopg.connect(product.database_url) as conn:
        rows = conn.execute(
            "select content from messages where content like %s order by seq", (f"%{mark}%",)
        ).fetchall()
    return [row[0] for row in rows]


def get_through(ana: AgentAtDesk, text: str, mark: str, seconds: float = 90) -> None:
    """Wait until the agent's reply is stored.

    Both wrote at the same time: when the visitor's message came first, the agent is asked whether
    hers is still what she wants to say, and it is.
    """
    anyway = ana.page.get_by_role("button", name="Send anyway")
    end = time.monotonic() + seconds
    while text not in stored(ana.product, mark):
        assert time.monotonic() < end, "the reply was never sent"
        if anyway.is_visible():
            anyway.click()
        ana.page.wait_for_timeout(250)


def test_an_agent_who_was_cut_off_gets_what_was_missed(
    product: LocalProduct, agent: Agents, visitor: Visitors
) -> None:
    """R36: after any cut the screen shows what a fresh load shows."""
    ana = agent()
    ana.view("All")
    customer = visitor()
    customer.open_chat()
    mark = secrets.token_hex(4)
    customer.write(f"first {mark}")
    ana.open(f"first {mark}")

    ana.page.context.set_offline(True)
    expect(ana.page.get_by_role("button", name=re.compile("Offline|Reconnecting"))).to_be_visible()
    for number in range(3):
        customer.write(f"missed {number} {mark}")
        customer.sees(f"missed {number} {mark}")
    ana.picture("offline")
    ana.page.context.set_offline(False)
    for number in range(3):
        ana.sees(f"missed {number} {mark}")
    expect(ana.page.get_by_role("button", name=re.compile("Live|Caught up"))).to_be_visible(
        timeout=30_000
    )
    customer.write(f"after {mark}")
    ana.sees(f"after {mark}")
    assert stored(product, mark) == [
        f"first {mark}",
        *(f"missed {number} {mark}" for number in range(3)),
        f"after {mark}",
    ]


def test_what_is_written_offline_is_sent_in_order_when_back(
    product: LocalProduct, agent: Agents, visitor: Visitors
) -> None:
    """R36: from both sides, nothing lost and nothing twice."""
    ana = agent()
    ana.view("All")
    customer = visitor()
    customer.open_chat()
    mark = secrets.token_hex(4)
    customer.write(f"hello {mark}")
    ana.open(f"hello {mark}")

    customer.page.context.set_offline(True)
    for number in range(3):
        customer.write(f"visitor {number} {mark}")
    expect(customer.panel.get_by_text("Waiting to be sent").first).to_be_visible()
    customer.picture("widget-offline")
    customer.page.context.set_offline(False)
    for number in range(3):
        ana.sees(f"visitor {number} {mark}")

    ana.page.context.set_offline(True)
    for number in range(3):
        ana.reply(f"agent {number} {mark}")
    ana.page.context.set_offline(False)
    for number in range(3):
        customer.sees(f"agent {number} {mark}")
    assert stored(product, mark) == [
        f"hello {mark}",
        *(f"visitor {number} {mark}" for number in range(3)),
        *(f"agent {number} {mark}" for number in range(3)),
    ]


def test_a_network_that_hangs_for_thirty_seconds_loses_nothing(
    product: LocalProduct, agent: Agents, visitor: Visitors
) -> None:
    ana = agent()
    ana.view("All")
    customer = visitor()
    customer.open_chat()
    mark = secrets.token_hex(4)
    customer.write(f"before {mark}")
    ana.open(f"before {mark}")

    # A gateway that is stopped but not gone is what a dead network looks like: nothing answers.
    gateway = product.pid("gateway")
    os.kill(gateway, signal.SIGSTOP)
    try:
        customer.write(f"visitor during {mark}")
        ana.reply(f"agent during {mark}")
        time.sleep(30)
    finally:
        os.kill(gateway, signal.SIGCONT)
    get_through(ana, f"agent during {mark}", mark)
    for text in (f"visitor during {mark}", f"agent during {mark}"):
        expect(ana.messages.get_by_text(text, exact=True)).to_have_count(1, timeout=60_000)
        expect(customer.log.get_by_role("listitem").filter(has_text=text)).to_have_count(
            1, timeout=60_000
        )
    customer.write(f"after {mark}")
    expect(ana.messages.get_by_text(f"after {mark}", exact=True)).to_have_count(1, timeout=60_000)
    texts = stored(product, mark)
    assert sorted(texts) == sorted(set(texts))
    assert len(texts) == 4


def test_without_realtime_both_sides_go_on_by_asking(
    product: LocalProduct, agent: Agents, visitor: Visitors
) -> None:
    """R40: no socket opens; the desk says so, both see each other's messages, and it heals by itself."""
    refused = True

    def door(socket: WebSocketRoute) -> None:
        if refused:
            socket.close()
        else:
            socket.connect_to_server()

    ana = agent()
    customer = visitor()
    for page in (ana.page, customer.page):
        page.context.route_web_socket(re.compile("/realtime/"), door)
        page.reload()
    ana.view("All")
    customer.open_chat()
    mark = secrets.token_hex(4)
    customer.write(f"first {mark}")
    in_list = ana.page.get_by_text(f"first {mark}").first
    expect(in_list).to_be_visible(timeout=60_000)
    ana.open(f"first {mark}")
    unsteady = re.compile("Connection: (Connecting|Reconnecting|Offline)")
    expect(ana.page.get_by_role("button", name=unsteady)).to_be_visible(timeout=30_000)
    customer.write(f"second {mark}")
    expect(ana.messages.get_by_text(f"second {mark}", exact=True)).to_have_count(1, timeout=60_000)
    ana.reply(f"answer {mark}")
    answer = customer.log.get_by_role("listitem").filter(has_text=f"answer {mark}")
    expect(answer).to_have_count(1, timeout=60_000)

    refused = False
    expect(ana.page.get_by_role("button", name=re.compile("Live|Caught up"))).to_be_visible(
        timeout=90_000
    )
    customer.write(f"third {mark}")
    expect(ana.messages.get_by_text(f"third {mark}", exact=True)).to_have_count(1, timeout=60_000)
    assert stored(product, mark) == [
        f"{word} {mark}" for word in ("first", "second", "answer", "third")
    ]
