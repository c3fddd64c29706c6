"""Digests for visitors who left: real queue, database and SMTP; answers come back by webhook."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from backend.app import create_app
from backend.db import Database
from backend.settings import Settings
from tests.support.make import Contact, Conversation, Inbox, Make, User
from tests.support.stack import RunningStack, running_stack
from workers.context import open_context
from workers.jobs import Queue
from workers.loop import Pace, Worker
from workers.tasks import TASKS

DOMAIN = "reply.desk.example"
SECRET = "s3cret-of-the-mail-service"


@pytest.fixture(scope="module")
def stack() -> Iterator[RunningStack]:
    """A migrated, empty database behind PostgREST, and the mail catcher."""
    with running_stack() as running:
        yield running


@pytest.fixture
def conn(stack: RunningStack) -> Iterator[psycopg.Connection]:
    with psycopg.connect(stack.owner_url, autocommit=True) as connection:
        connection.execute("truncate private.jobs")
        yield connection


@pytest.fixture
def settings(stack: RunningStack) -> Settings:
    return Settings.model_validate(
        {
            "supabase_url": stack.url,
            "supabase_publishable_key": stack.publishable_key,
            "supabase_secret_key": stack.secret_key,
            "supabase_jwt_secret": stack.keys.jwt_secret,
            "smtp_url": f"smtp://127.0.0.1:{stack.config.ports.smtp}",
            "mail_from": "Desk <desk@desk.example>",
            "inbound_email_domain": DOMAIN,
            "inbound_email_secret": SECRET,
        }
    )


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The service, in this process."""
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://service.test"
        ) as opened,
    ):
        opened.app = app  # type: ignore[attr-defined]
        yield opened


class Chat:
    """A website conversation whose visitor left an address and went."""

    def __init__(self, conn: psycopg.Connection) -> None:
        make = Make(conn)
        self.conn, self.make = conn, make
        self.inbox: Inbox = make.inbox(make.account("Casa"))
        self.agent: User = make.agent(self.inbox, "Carla")
        self.email = f"{uuid4().hex[:8]}@example.net"
        self.contact: Contact = make.contact(self.inbox, name="Ana", email=self.email)
        self.thread: Conversation = make.conversation(self.inbox, self.contact)
        make.incoming(self.thread, "Where is my order?")

    def says(self, content: str, **columns: Any) -> None:
        self.make.outgoing(self.thread, self.agent, content, **columns)

    def incoming(self) -> list[tuple[str, bool]]:
        """What came in: the text, and whether it is the visitor's own."""
        found = self.conn.execute(
            "select content, sender_contact_id = %s from public.messages"
            " where conversation_id = %s and message_type = 'incoming' order by seq",
            (self.contact.id, self.thread.id),
        ).fetchall()
        return [(str(content), bool(own)) for content, own in found]


@pytest.fixture
def chat(conn: psycopg.Connection) -> Chat:
    return Chat(conn)


async def work(
    client: httpx.AsyncClient,
    settings: Settings,
    conn: psycopg.Connection,
    later: str = "2 minutes",
) -> None:
    """Let so much time go by, and the worker do what is due."""
    conn.execute("update private.jobs set run_at = run_at - %s::interval", (later,))
    service: Database = client.app.state.database  # type: ignore[attr-defined]
    pace = Pace(shortest_wait=timedelta(milliseconds=5))
    async with open_context(service, settings) as context:
        await Worker(Queue(service, "t", pace.lease), context, TASKS, pace).drain(
            timedelta(seconds=30)
        )


def mails(stack: RunningStack, address: str) -> list[dict[str, Any]]:
    caught = httpx.get(f"http://127.0.0.1:{stack.config.ports.mail}/api/mails", timeout=10).json()
    return [mail for mail in caught if address in mail["to"]]


async def test_one_mail_after_two_minutes_with_all_that_was_said(
    client: httpx.AsyncClient, settings: Settings, stack: RunningStack, conn: psycopg.Connection, chat: Chat
) -> None:  # fmt: skip
    chat.says("On its way.")
    chat.says("A secret.", private=True)
    chat.says("Tomorrow, **really**. <script>alert(1)</script>")
    await work(client, settings, conn, "1 minute")
    assert mails(stack, chat.email) == []
    await work(client, settings, conn, "1 minute")
    (mail,) = mails(stack, chat.email)
    assert mail["subject"] == "Support answered you"
    for text in ("Where is my order?", "On its way.", "Tomorrow", "Answer this mail"):
        assert text in mail["text"]
    assert "secret" not in mail["text"] + mail["html"]
    assert "<strong>really</strong>" in mail["html"]
    assert "<script" not in mail["html"]
    await work(client, settings, conn)
    assert len(mails(stack, chat.email)) == 1

    chat.says("It is there.")
    await work(client, settings, conn)
    assert len(mails(stack, chat.email)) == 2


async def test_nothing_goes_to_who_saw_it_is_blocked_or_left_no_address(
    client: httpx.AsyncClient, settings: Settings, stack: RunningStack, conn: psycopg.Connection
) -> None:
    seen, blocked, switched_off, noted = (Chat(conn) for _ in range(4))
    for one in (seen, blocked, switched_off):
        one.says("On its way.")
    noted.says("Only among us.", private=True)
    conn.execute(
        "update public.conversations set visitor_unread_count = 0, contact_last_seen_at = now()"
        " where id = %s",
        (seen.thread.id,),
    )
    conn.execute("update public.contacts set blocked = true where id = %s", (blocked.contact.id,))
    conn.execute(
        "update public.channel_web_widgets set continuity_via_email = false where inbox_id = %s",
        (switched_off.inbox.id,),
    )
    await work(client, settings, conn)
    for one in (seen, blocked, switched_off, noted):
        assert mails(stack, one.email) == []


def answer(to: str, sender: str, number: str, text: str = "Thanks!") -> bytes:
    return (
        f"From: Ana <{sender}>\r\nTo: {to}\r\nMessage-ID: <{number}@x>\r\nSubject: Re: x\r\n\r\n{text}\r\n"
    ).encode()


async def post(client: httpx.AsyncClient, to: str, body: bytes, secret: str = SECRET) -> int:
    posted = await client.post(
        "/webhooks/email_raw", params={"recipient": to, "secret": secret}, content=body,
        headers={"Content-Type": "message/rfc822"},
    )  # fmt: skip
    return posted.status_code


async def test_answers_come_back_into_the_chat(
    client: httpx.AsyncClient, settings: Settings, stack: RunningStack, conn: psycopg.Connection, chat: Chat
) -> None:  # fmt: skip
    chat.says("On its way.")
    await work(client, settings, conn)
    (mail,) = mails(stack, chat.email)
    to = mail["headers"]["reply-to"]
    assert re.fullmatch(rf"reply\+{chat.thread.id}\.\w+@{DOMAIN}", to)
    number = uuid4().hex
    assert await post(client, to, answer(to, chat.email, number)) == 200
    assert await post(client, to, answer(to, chat.email, number)) == 200
    assert await post(client, to, answer(to, "friend@example.org", uuid4().hex, "Me too")) == 200
    await work(client, settings, conn)
    assert chat.incoming() == [("Where is my order?", True), ("Thanks!", True), ("Me too", False)]

    chat.says("You are welcome.")
    await work(client, settings, conn)
    newest, _ = mails(stack, chat.email)
    assert "You are welcome." in newest["text"]
    assert "Where is my order?" not in newest["text"]  # it is in their mailbox already


async def test_who_guesses_the_address_or_the_secret_writes_nothing(
    client: httpx.AsyncClient, settings: Settings, conn: psycopg.Connection, chat: Chat
) -> None:
    unsigned = f"reply+{chat.thread.id}@{DOMAIN}"
    forged = f"reply+{chat.thread.id}.zzzzaaaaaaaaaaaaaaa@{DOMAIN}"
    for to in (unsigned, forged, f"reply+{uuid4()}@{DOMAIN}", f"hello@{DOMAIN}"):
        assert await post(client, to, answer(to, chat.email, uuid4().hex)) == 200
    for secret in ("", "wrong"):
        body = answer(unsigned, chat.email, uuid4().hex)
        assert await post(client, unsigned, body, secret) == 401
    await work(client, settings, conn)
    assert chat.incoming() == [("Where is my order?", True)]
