"""An administrator connects channels, and sees at each step that it works, or why it does not."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

import psycopg
from playwright.sync_api import Page, expect

from tests.journeys.people import AgentAtDesk
from tests.journeys.test_settings import open_settings
from tests.support.local import LocalProduct
from tests.support.simulator import somebody

Agents = Callable[..., AgentAtDesk]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def step(page: Page, name: str) -> None:
    """The way to the inbox has come here."""
    current = page.get_by_role("list", name="Steps of the setup").locator("[aria-current=step]")
    expect(current).to_contain_text(name)


def test_a_telegram_bot_is_connected_with_proof_at_each_step(
    product: LocalProduct, agent: Agents
) -> None:
    ana, simulator = agent(), product.simulator
    page = ana.page
    bot = str(secrets.randbelow(10**9) + 10**9)
    token, wrong = f"{bot}:AAHright{secrets.token_hex(8)}", f"{bot}:AAHwrong{secrets.token_hex(8)}"
    simulator.register("telegram", bot, bot_token=token)
    open_settings(ana, "inboxes/new")
    step(page, "Channel")
    page.get_by_role("link", name=re.compile("^Telegram")).click()
    step(page, "Credentials")
    expect(page.get_by_text("Write /newbot to @BotFather")).to_be_visible()
    page.get_by_label("Name of the inbox").fill(f"Bot {bot}")
    page.get_by_label("Bot token").fill(wrong)
    ana.picture("connect-credentials")
    press(page, "Create inbox")

    # The provider is asked at once, and does not know this token.
    step(page, "Check")
    refusal = page.get_by_text("The provider refuses our credentials. Replace them.")
    expect(refusal).to_be_visible()
    expect(page.get_by_text("Unauthorized")).to_be_visible()
    assert wrong not in page.content()
    ana.picture("connect-refused")
    press(page, "Reconnect")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Bot token").fill(token)
    dialog.get_by_role("button", name="Reconnect").click()

    # Now it is the right bot, but nobody has told Telegram where to report.
    expect(page.get_by_text("Telegram sends this bot's updates nowhere.")).to_be_visible()
    with psycopg.connect(product.database_url) as conn:
        row = conn.execute(
            "select state, secrets ->> 'bot_token' = %s, secrets ? 'webhook_secret'"
            " from channel_connections join private.channel_secrets using (inbox_id)"
            " where address = %s",
            (token, bot),
        ).fetchone()
    assert row == ("connected", True, True)
    press(page, "Continue anyway")
    step(page, "Webhook")
    webhook = f"{product.api_url}/webhooks/telegram/{bot}"
    expect(page.get_by_text(webhook)).to_be_visible()
    press(page, "Set webhook")
    expect(page.get_by_text("All is right: the provider knows us as")).to_be_visible()
    ana.picture("connect-webhook")
    assert ana.serious_findings() == []
    press(page, "Continue")
    step(page, "Members")
    expect(page.get_by_role("checkbox", name=re.compile("Ana"))).to_be_checked()
    press(page, "Continue")
    step(page, "Done")
    expect(page.get_by_text("On this channel one can only answer.")).to_be_visible()

    # A customer writes; then there is somebody to answer.
    mia = somebody()
    simulator.play("telegram", mia, text="Hello?", address=bot)
    expect(page.get_by_label("Answer to")).to_contain_text(mia)
    press(page, "Send test")
    expect(page.get_by_text("The provider took it. Did it arrive?")).to_be_visible()
    ana.picture("connect-done")
    chat = simulator.chat("telegram", mia, bot)["messages"]
    assert chat[-1]["text"].startswith(f"Test message from “Bot {bot}”")

    press(page, "Go to the inbox")
    page.get_by_role("link", name="Connection", exact=True).click()
    expect(page.get_by_text("The connection works.")).to_be_visible()
    ana.picture("settings-connection")
    assert ana.serious_findings() == []
    ana.assert_nothing_broke()


def test_a_mailbox_is_opened_by_signing_in(product: LocalProduct, agent: Agents) -> None:
    ana = agent()
    page, mark = ana.page, secrets.token_hex(4)

    def begin() -> None:
        open_settings(ana, "inboxes/new/email")
        page.get_by_label("Name of the inbox").fill(f"Mail {mark}")
        press(page, "Sign in with Google")
        expect(page.get_by_role("heading", name="Simulated sign-in")).to_be_visible()

    begin()
    page.get_by_role("link", name="Deny").click()
    expect(page.get_by_text("You did not agree, so nothing was connected.")).to_be_visible()
    ana.picture("oauth-denied")
    assert ana.serious_findings() == []
    press(page, "To the dashboard")
    expect(page).to_have_url(re.compile("/inbox/"))

    begin()
    mailbox = page.locator("b").inner_text()
    page.get_by_role("link", name="Allow").click()
    # Handed in, connected, and on to the proof that it works.
    step(page, "Check")
    expect(page.get_by_role("heading", name=f"Mail {mark}")).to_be_visible()
    ana.picture("oauth-connected")
    with psycopg.connect(product.database_url, autocommit=True) as conn:
        row = conn.execute(
            "select inbox_id::text, settings ->> 'oauth', expires_at > now()"
            " from channel_connections where address = %s",
            (mailbox,),
        ).fetchone()
        assert row is not None
        # Its servers are out in the world: nobody is to go on visiting them.
        conn.execute("update inboxes set deleted_at = now() where id = %s", (row[0],))
    assert row[1:] == ("google", True)

    # The same answer a second time connects nothing.
    page.goto(f"{product.dashboard_url}/oauth/google?code=c&state={'s' * 30}")
    expect(page.get_by_text("This sign-in was used already")).to_be_visible()
