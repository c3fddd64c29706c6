"""Proving that an inbox works: the real routes and database, providers on loopback."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from backend.channels.health import Checks
from backend.channels.registry import CHANNELS
from backend.settings import Settings
from devstack.config import free_ports
from tests.channels.provider import Answer, Asked, Provider
from tests.support.make import Account, Inbox, Make, User
from tests.support.serving import as_user, code_of, settings_of
from tests.support.stack import RunningStack

TOKEN = "4711:a-token-that-nobody-sees"
BOT = {"id": 4711, "is_bot": True, "first_name": "Shop", "username": "shop_bot"}
DOWN = f"http://127.0.0.1:{free_ports(1)[0]}"
DESK = "https://desk.example"


@pytest.fixture
def settings(stack: RunningStack, provider: Provider) -> Settings:
    elsewhere = ("telegram", "twilio_sms", "bandwidth_sms", "google")
    return settings_of(
        stack,
        public_url=DESK,
        channel_base_urls={**dict.fromkeys(elsewhere, provider.url), "line": DOWN},
        google_client_id="id",
        google_client_secret="secret",
    )


@pytest.fixture
def bot_id() -> str:
    """Addresses are taken once in the whole database."""
    return str(secrets.randbelow(10**12))


@pytest.fixture
def bot(conn: psycopg.Connection, account: Account, bot_id: str) -> Inbox:
    return Make(conn).connection(
        account, "telegram", bot_id, {"bot_token": TOKEN, "webhook_secret": "s" * 20}
    )


def telegram(bot_id: str, webhook: str | None = None) -> Any:
    """Telegram, as it answers about this bot."""

    def answer(asked: Asked) -> Answer:
        url = f"{DESK}/webhooks/telegram/{bot_id}" if webhook is None else webhook
        return {
            "getMe": Answer(json={"ok": True, "result": {**BOT, "id": int(bot_id)}}),
            "getWebhookInfo": Answer(json={"ok": True, "result": {"url": url}}),
            "sendMessage": Answer(
                json={"ok": True, "result": {"message_id": 7, "chat": {"id": 5}}}
            ),
        }.get(asked.path.rpartition("/")[2], Answer(json={"ok": True, "result": True}))

    return answer


async def ask(
    client: httpx.AsyncClient,
    inbox: Inbox | UUID,
    action: str,
    headers: dict[str, str],
    **body: Any,
) -> httpx.Response:
    inbox_id = inbox.id if isinstance(inbox, Inbox) else inbox
    return await client.post(f"/channels/{inbox_id}/{action}", json=body, headers=headers)


def kept(conn: psycopg.Connection, inbox: Inbox) -> dict[str, Any]:
    row = conn.execute(
        "select state, state_reason, checked_at is not null, check_result ->> 'ok', last_sent_at is not null"
        " from public.channel_connections where inbox_id = %s",
        (inbox.id,),
    ).fetchone()
    assert row is not None
    return dict(zip(("state", "reason", "checked", "ok", "sent"), row, strict=True))


async def test_what_the_provider_says_is_shown_and_kept(
    client: httpx.AsyncClient, stack: RunningStack, conn: psycopg.Connection,
    provider: Provider, bot: Inbox, bot_id: str, boss: User,
) -> None:  # fmt: skip
    provider.answer = telegram(bot_id)
    answer = await ask(client, bot, "check", as_user(stack, boss))
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "ok": True,
        "category": None,
        "account_name": "@shop_bot",
        "steps": [
            {"name": "bot", "ok": True, "detail": "@shop_bot"},
            {"name": "webhook", "ok": True, "detail": f"{DESK}/webhooks/telegram/{bot_id}"},
        ],
    }
    assert kept(conn, bot) == {
        "state": "connected", "reason": None, "checked": True, "ok": "true", "sent": False,
    }  # fmt: skip


async def test_a_wrong_token_holds_the_inbox_until_it_is_right_again(
    client: httpx.AsyncClient, stack: RunningStack, conn: psycopg.Connection,
    provider: Provider, bot: Inbox, bot_id: str, boss: User,
) -> None:  # fmt: skip
    # Some providers repeat the token that they do not like.
    said = {"ok": False, "error_code": 401, "description": f"Unauthorized: {TOKEN}"}
    provider.answers = [Answer(status=401, json=said)]
    answer = await ask(client, bot, "check", as_user(stack, boss))
    assert answer.status_code == 200, answer.text
    assert (answer.json()["ok"], answer.json()["category"]) == (False, "auth")
    assert TOKEN not in answer.text
    assert kept(conn, bot)["state"] == "reauthorization_required"
    assert kept(conn, bot)["reason"] == "Unauthorized: …"
    provider.answer = telegram(bot_id)
    await ask(client, bot, "check", as_user(stack, boss))
    assert (kept(conn, bot)["state"], kept(conn, bot)["reason"]) == ("connected", None)


async def test_updates_that_go_elsewhere_are_found_and_set_right(
    client: httpx.AsyncClient, stack: RunningStack, conn: psycopg.Connection,
    provider: Provider, bot: Inbox, bot_id: str, boss: User,
) -> None:  # fmt: skip
    provider.answer = telegram(bot_id, webhook="https://old.example/bot")
    answer = await ask(client, bot, "check", as_user(stack, boss))
    assert [step["ok"] for step in answer.json()["steps"]] == [True, False]
    # Nobody's credentials are at fault: messages go on.
    assert kept(conn, bot)["state"] == "connected"
    done = await ask(client, bot, "webhook", as_user(stack, boss))
    assert done.json() == {"url": f"{DESK}/webhooks/telegram/{bot_id}"}
    told = provider.asked[-1]
    assert told.path.endswith("/setWebhook")
    assert f'"url":"{DESK}/webhooks/telegram/{bot_id}"' in told.body.decode()


async def test_a_provider_that_is_down_is_nobodys_fault(
    client: httpx.AsyncClient, stack: RunningStack, conn: psycopg.Connection,
    account: Account, boss: User,
) -> None:  # fmt: skip
    line = Make(conn).connection(
        account, "line", f"U{secrets.token_hex(16)}", {"channel_token": "t" * 20}
    )
    answer = await ask(client, line, "check", as_user(stack, boss))
    assert (answer.json()["ok"], answer.json()["category"]) == (False, "transient")
    assert kept(conn, line)["state"] == "connected"
    refusal = await ask(client, line, "webhook", as_user(stack, boss))
    assert code_of(refusal) == (503, "provider_unavailable")
    assert refusal.headers["retry-after"]


async def test_only_the_accounts_administrators_have_a_provider_asked(
    client: httpx.AsyncClient, stack: RunningStack, conn: psycopg.Connection,
    provider: Provider, bot: Inbox,
) -> None:  # fmt: skip
    make = Make(conn)
    agent, stranger = make.agent(bot), make.administrator(make.account())
    for action in ("check", "webhook", "test"):
        body = {"to": "5"} if action == "test" else {}
        for headers, code in (
            (as_user(stack, agent), (403, "not_administrator")),
            (as_user(stack, stranger), (404, "inbox_not_found")),
            ({}, (401, "not_authorized")),
        ):
            assert code_of(await ask(client, bot, action, headers, **body)) == code
    assert provider.asked == []


async def test_an_inbox_without_a_provider_has_nobody_to_ask(
    client: httpx.AsyncClient, stack: RunningStack, conn: psycopg.Connection,
    provider: Provider, account: Account, bot: Inbox, boss: User,
) -> None:  # fmt: skip
    website = Make(conn).inbox(account)
    answer = await ask(client, website, "check", as_user(stack, boss))
    assert code_of(answer) == (409, "inbox_not_connected")
    conn.execute("update public.accounts set status = 'suspended' where id = %s", (account.id,))
    answer = await ask(client, bot, "check", as_user(stack, boss))
    assert code_of(answer) == (404, "inbox_not_found")
    assert provider.asked == []


async def test_a_console_is_for_people(
    client: httpx.AsyncClient, stack: RunningStack, conn: psycopg.Connection,
    account: Account, boss: User,
) -> None:  # fmt: skip
    sms = Make(conn).connection(account, "bandwidth_sms", f"+1{secrets.randbelow(10**10):010}")
    answer = await ask(client, sms, "webhook", as_user(stack, boss))
    assert code_of(answer) == (409, "webhook_by_hand")
    assert answer.json()["hint"]


async def test_a_test_goes_to_any_number_and_to_nothing_else(
    client: httpx.AsyncClient, stack: RunningStack, conn: psycopg.Connection,
    provider: Provider, account: Account, boss: User,
) -> None:  # fmt: skip
    number = f"+1{secrets.randbelow(10**10):010}"
    sms = Make(conn).connection(
        account, "twilio_sms", number, {"auth_token": "x" * 32}, {"account_sid": "AC1"}
    )
    headers = as_user(stack, boss)
    for wrong in ("0151 1234", "mia@example.com", "+1"):
        assert code_of(await ask(client, sms, "test", headers, to=wrong)) == (
            400,
            "address_invalid",
        )
    assert provider.asked == []
    provider.answers = [Answer(status=201, json={"sid": "SM1", "status": "queued"})]
    answer = await ask(client, sms, "test", headers, to="+4915112345678", locale="es")
    assert answer.json() == {"to": "+4915112345678", "ids": ["SM1"]}
    form = dict(provider.asked[0].form)
    assert form["To"] == "+4915112345678"
    assert form["Body"].startswith("Mensaje de prueba de «Channel»")
    assert kept(conn, sms)["sent"] is True
    # What the provider refuses is shown in its words, without the token.
    provider.answers = [
        Answer(status=400, json={"code": 21211, "message": f"Invalid 'To' ({'x' * 32})"})
    ]
    refusal = await ask(client, sms, "test", headers, to="+4915112345678")
    assert code_of(refusal) == (502, "provider_refused")
    assert "Invalid 'To' (…)" in refusal.json()["message"]
    provider.answers = [Answer(status=401, json={"code": 20003, "message": "Authenticate"})]
    await ask(client, sms, "test", headers, to="+4915112345678")
    assert kept(conn, sms)["state"] == "reauthorization_required"


async def test_elsewhere_a_test_answers_somebody_who_wrote(
    client: httpx.AsyncClient, stack: RunningStack, conn: psycopg.Connection,
    provider: Provider, bot: Inbox, bot_id: str, boss: User,
) -> None:  # fmt: skip
    headers = as_user(stack, boss)
    assert code_of(await ask(client, bot, "test", headers, to="5")) == (409, "recipient_unknown")
    assert provider.asked == []
    make = Make(conn)
    conversation = make.conversation(bot)
    make.incoming(conversation)
    conn.execute(
        "update public.contact_inboxes set source_id = '5' where id = %s",
        (conversation.contact_inbox_id,),
    )
    provider.answer = telegram(bot_id)
    answer = await ask(client, bot, "test", headers, to="5")
    assert answer.status_code == 200, answer.text
    assert "Test message from" in provider.asked[0].body.decode()


async def test_the_connection_goes_to_no_mail_server_inside(
    client: httpx.AsyncClient, stack: RunningStack, conn: psycopg.Connection,
    account: Account, boss: User,
) -> None:  # fmt: skip
    mailbox = Make(conn).connection(
        account, "email", f"{secrets.token_hex(6)}@shop.example",
        settings={"smtp_host": "127.0.0.1", "smtp_port": 25, "smtp_security": "none"},
    )  # fmt: skip
    answer = await ask(client, mailbox, "check", as_user(stack, boss))
    assert (answer.json()["ok"], answer.json()["category"]) == (False, "config")
    refusal = await ask(client, mailbox, "test", as_user(stack, boss), to="mia@example.com")
    assert code_of(refusal) == (502, "provider_refused")


async def test_a_token_that_ended_is_renewed_before_anything_is_asked(
    client: httpx.AsyncClient, stack: RunningStack, conn: psycopg.Connection,
    provider: Provider, account: Account, boss: User,
) -> None:  # fmt: skip
    mailbox = Make(conn).connection(
        account, "email", f"{secrets.token_hex(6)}@shop.example",
        {"access_token": "old", "refresh_token": "r" * 20},
        {"oauth": "google", "imap_host": "127.0.0.1", "smtp_host": "127.0.0.1"},
    )  # fmt: skip

    async def after_its_end(answer: Answer) -> Any:
        conn.execute(
            "update public.channel_connections set expires_at = now() where inbox_id = %s",
            (mailbox.id,),
        )
        provider.answers = [answer]
        return (await ask(client, mailbox, "check", as_user(stack, boss))).json()

    fresh = {"access_token": "new", "refresh_token": "next", "expires_in": 3600}
    result = await after_its_end(Answer(json=fresh))
    assert [step["name"] for step in result["steps"]] == ["imap"]
    assert (kept(conn, mailbox)["checked"], kept(conn, mailbox)["state"]) == (True, "connected")
    result = await after_its_end(Answer(status=400, json={"error": "invalid_grant"}))
    assert [(step["name"], step["ok"]) for step in result["steps"]] == [("token", False)]
    assert kept(conn, mailbox)["state"] == "reauthorization_required"


def test_every_kind_of_inbox_can_be_checked(stack: RunningStack) -> None:
    with psycopg.connect(stack.owner_url) as conn:
        row = conn.execute(
            "select pg_get_constraintdef(oid) from pg_constraint"
            " where conname = 'channel_connections_channel_type_check'"
        ).fetchone()
    assert row is not None
    kinds = [kind for kind in CHANNELS if f"'{kind}'" in row[0]]
    assert len(kinds) == 11
    assert all(isinstance(CHANNELS[kind], Checks) for kind in kinds)
