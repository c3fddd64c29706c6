"""Every process is stopped and started again under open browsers; the conversation goes on."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from devstack.config import ROOT, stack_folder
from tests.journeys.people import AgentAtDesk, VisitorOnPage
from tests.journeys.test_reconnect import get_through, stored
from tests.support.local import running_product


@pytest.mark.timeout(300)
def test_a_conversation_survives_a_restart_of_every_process(
    context: Callable[..., BrowserContext],
) -> None:
    """R3, R36: everything is stopped under open browsers and started again."""
    with running_product() as product:
        ana = AgentAtDesk(product, context().new_page())
        ana.sign_in("admin@example.com")
        ana.view("All")
        customer = VisitorOnPage(product, context().new_page())
        customer.arrive()
        customer.open_chat()
        mark = secrets.token_hex(4)
        customer.write(f"before {mark}")
        ana.open(f"before {mark}")
        ana.sees(f"before {mark}")

        environment = {**os.environ, "STACK": product.name}
        subprocess.run(
            [sys.executable, "-m", "desk", "stop"],
            cwd=ROOT,
            env=environment,
            check=True,
            timeout=60,
        )
        customer.write(f"visitor meanwhile {mark}")
        ana.reply(f"agent meanwhile {mark}")
        status = stack_folder(product.name) / "status.json"
        revived = subprocess.Popen(
            [sys.executable, "-m", "desk", "up", "--fast"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            end = time.monotonic() + 90
            while not status.exists():
                assert revived.poll() is None, "it did not start again"
                assert time.monotonic() < end
                time.sleep(0.2)
            get_through(ana, f"agent meanwhile {mark}", mark)
            for text in (f"visitor meanwhile {mark}", f"agent meanwhile {mark}"):
                expect(ana.messages.get_by_text(text, exact=True)).to_have_count(1, timeout=90_000)
                expect(customer.log.get_by_role("listitem").filter(has_text=text)).to_have_count(
                    1, timeout=90_000
                )
            ana.reply(f"after {mark}")
            customer.sees(f"after {mark}")
            assert sorted(stored(product, mark)) == sorted(
                f"{word} {mark}"
                for word in ("before", "visitor meanwhile", "agent meanwhile", "after")
            )
        finally:
            revived.terminate()
            revived.wait(40)


@pytest.mark.timeout(300)
def test_a_reset_leaves_a_demo_page_on_which_one_can_write(
    context: Callable[..., BrowserContext],
) -> None:
    with running_product() as product:
        subprocess.run(
            [sys.executable, "-m", "desk", "reset"],
            cwd=ROOT,
            env={**os.environ, "STACK": product.name},
            check=True,
            timeout=120,
        )
        status = json.loads((stack_folder(product.name) / "status.json").read_text())
        assert status["website_token"] != product.website_token
        assert {**status, "website_token": product.website_token} == product.status
        customer = VisitorOnPage(product, context().new_page())
        customer.arrive()
        customer.open_chat()
        customer.write("still there?")
        customer.sees("Thanks for writing!")
        ana = AgentAtDesk(product, context().new_page())
        ana.sign_in("admin@example.com")
        ana.view("All")
        ana.open("still there?")
