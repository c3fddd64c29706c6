"""The channel simulator: it signs as providers do, records what it was asked, and misbehaves on request."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from aiohttp import web

from backend.channels import base
from backend.channels.mail import imap
from backend.channels.registry import CHANNELS
from backend.channels.telegram import Telegram
from desk.channels import DEMOS, connect
from devstack.config import Ports, free_ports
from devstack.simulator.server import create_app
from devstack.simulator.world import Entry, World, read_businesses
from tests.support.simulator import photo

CHANNELS_WITH_API = [demo.channel for demo in DEMOS if demo.channel != "email"]
RECEIPTS = {
    "whatsapp_cloud": ["sent", "delivered", "read"],
    "whatsapp_360dialog": ["sent", "delivered", "read"],
    "twilio_whatsapp": ["sent", "delivered", "read"],
    "twilio_sms": ["sent", "delivered"],
    "messenger": ["delivered", "read"],
    "instagram": ["read"],
    "tiktok": ["read"],
    "bandwidth_sms": ["delivered"],
}
SERVICES = {demo.channel: demo.service or demo.channel for demo in DEMOS}


@dataclass
class Playground:
    """A simulator, and somebody who takes its webhooks."""

    url: str
    world: World
    http: httpx.AsyncClient
    taken: list[base.WebhookRequest] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)  #: statuses to answer with, then 200

    def credentials(self, channel: str) -> base.Credentials:
        """What the business's own program would know."""
        business = self.world.business(channel)
        return base.Credentials(
            address=business.address,
            settings=business.settings,
            secrets=business.secrets,
            base_url=f"{self.url}/{channel}",
        )

    async def play(self, channel: str, kind: str = "message", **more: Any) -> Any:
        """Do something as Mia."""
        answer = await self.http.post(
            f"{self.url}/control/inbound",
            json={"channel": channel, "person": "Mia Stone", "kind": kind, **more},
        )
        assert answer.is_success, answer.text
        return answer.json()

    async def fault(self, channel: str, kind: str, **more: Any) -> None:
        """Order a fault."""
        order = {"channel": channel, "kind": kind, **more}
        answer = await self.http.post(f"{self.url}/control/faults", json=order)
        assert answer.status_code == 201

    async def calls(self, channel: str) -> Any:
        """What was asked to be sent."""
        answer = await self.http.get(f"{self.url}/control/sent", params={"channel": channel})
        return answer.json()

    def events(self, channel: str) -> list[base.Event]:
        """What the taken webhooks say to the business's program, each verified."""
        adapter, credentials = CHANNELS[SERVICES[channel]], self.credentials(channel)
        found: list[base.Event] = []
        for request in self.taken:
            adapter.verify(request, credentials)
            found += adapter.parse(request, credentials)
        return found

    async def reply(self, channel: str, text: str) -> base.SendResult:
        """Answer Mia as the business's program does."""
        [chat] = [one for one in self.world.chats.values() if one.business.channel == channel]
        message = base.OutboundMessage(
            id=secrets.token_hex(8),
            to=chat.person.id,
            content=text,
            last_incoming_at=datetime.now(UTC),
        )
        return await CHANNELS[channel].send(message, self.credentials(channel), self.http)


@pytest.fixture
async def playground(tmp_path: Any) -> AsyncIterator[Playground]:
    """All demo businesses, at a simulator on a free port."""
    simulator_port, taker_port = free_ports(2)
    taker_url = f"http://127.0.0.1:{taker_port}"
    mail_port, imap_port = free_ports(2)
    connect(tmp_path / "businesses.json", taker_url, Ports(mail=mail_port), imap_port)
    businesses = read_businesses(tmp_path / "businesses.json")
    world = World(businesses, f"http://127.0.0.1:{simulator_port}")
    async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
        made = Playground(world.url, world, http)

        async def take(request: web.Request) -> web.Response:
            made.taken.append(
                base.WebhookRequest(
                    method=request.method,
                    url=f"{taker_url}{request.rel_url}",
                    query=dict(request.query),
                    headers={key.lower(): value for key, value in request.headers.items()},
                    body=await request.read(),
                )
            )
            return web.Response(status=made.answers.pop(0) if made.answers else 200)

        taker = web.Application()
        taker.router.add_route("*", "/{path:.*}", take)
        runners = [web.AppRunner(taker, shutdown_timeout=0.1),
                   web.AppRunner(create_app(world), shutdown_timeout=0.1,
                                 handler_cancellation=True)]  # fmt: skip
        for runner, port in zip(runners, (taker_port, simulator_port), strict=True):
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port).start()
        yield made
        for runner in reversed(runners):
            await runner.cleanup()


async def test_a_new_bot_says_itself_where_it_is_told(playground: Playground) -> None:
    bot = {
        "channel": "telegram",
        "name": "New",
        "address": "4711",
        "secrets": {"bot_token": "4711:x"},
    }
    answer = await playground.http.post(f"{playground.url}/control/businesses", json=bot)
    assert answer.status_code == 201
    token = base.Credentials(
        address="4711",
        secrets={"bot_token": "4711:x", "webhook_secret": "s3cret"},
        base_url=f"{playground.url}/telegram",
    )
    telegram = Telegram()
    assert [step.ok for step in await telegram.check(token, playground.http)] == [True, False]
    taker = urlsplit(playground.world.business("telegram").webhook)
    webhook = f"{taker.scheme}://{taker.netloc}/webhooks/telegram/4711"
    await telegram.set_webhook(webhook, token, playground.http)
    assert [step.ok for step in await telegram.check(token, playground.http)] == [True, True]
    await playground.play("telegram", text="Hi", address="4711")
    [request] = playground.taken
    telegram.verify(request, token)
    nobody = {"channel": "pigeon"}
    refused = await playground.http.post(f"{playground.url}/control/businesses", json=nobody)
    assert refused.status_code == 400


@pytest.mark.parametrize("channel", SERVICES)
async def test_what_a_customer_writes_is_signed_for_the_business(
    playground: Playground, channel: str
) -> None:
    played = await playground.play(channel, text='Guten Tag 👋 / "quoted"')
    assert played["statuses"] == [200]
    messages = [one for one in playground.events(channel) if isinstance(one, base.InboundMessage)]
    assert [one.content for one in messages] == ['Guten Tag 👋 / "quoted"']
    [request] = playground.taken
    assert request.url.startswith(playground.world.business(channel).webhook)
    assert urlsplit(request.url).path.startswith(f"/webhooks/{SERVICES[channel]}")


@pytest.mark.parametrize("channel", CHANNELS_WITH_API)
async def test_a_photo_can_be_fetched_as_from_the_provider(
    playground: Playground, channel: str
) -> None:
    await playground.play(channel, files=[photo()])
    [message] = [one for one in playground.events(channel) if isinstance(one, base.InboundMessage)]
    [attachment] = message.attachments
    assert attachment.media is not None
    media = await CHANNELS[channel].fetch(
        attachment.media, playground.credentials(channel), playground.http
    )
    [file] = playground.world.files.values()
    assert media.data == file.data


@pytest.mark.parametrize("channel", CHANNELS_WITH_API)
async def test_an_answer_is_recorded_shown_and_receipted(
    playground: Playground, channel: str
) -> None:
    await playground.play(channel, text="Hello")
    result = await playground.reply(channel, "Good to hear from you")
    [call] = await playground.calls(channel)
    assert (call["outcome"], call["text"]) == ("accepted", "Good to hear from you")
    shown = await playground.http.get(
        f"{playground.url}/control/chat", params={"channel": channel, "person": "Mia Stone"}
    )
    assert [one["text"] for one in shown.json()["messages"]] == ["Hello", "Good to hear from you"]
    await asyncio.sleep(0.5)
    await playground.play(channel, "read")
    updates = [one for one in playground.events(channel) if isinstance(one, base.StatusUpdate)]
    assert list(dict.fromkeys(str(one.status) for one in updates)) == RECEIPTS.get(channel, [])
    assert {one.source_id for one in updates if one.source_id} <= set(result.source_ids)


@pytest.mark.parametrize("channel", CHANNELS_WITH_API)
@pytest.mark.parametrize(
    ("kind", "category"),
    [
        ("401", base.ErrorCategory.AUTH),
        ("429", base.ErrorCategory.RATE_LIMITED),
        ("500", base.ErrorCategory.TRANSIENT),
        ("reset_after_accept", base.ErrorCategory.UNCERTAIN),
    ],
)
async def test_it_misbehaves_as_ordered_and_only_so_often(
    playground: Playground, channel: str, kind: str, category: base.ErrorCategory
) -> None:
    await playground.play(channel, text="Hello")
    await playground.fault(channel, kind, retry_after=7, count=1)
    if channel == "line" and kind == "reset_after_accept":
        category = base.ErrorCategory.TRANSIENT  # pushed under a key: it may be sent again
    with pytest.raises(base.SendError) as refusal:
        await playground.reply(channel, "Once")
    assert refusal.value.category is category
    if kind == "429":
        assert refusal.value.retry_after == 7
    await playground.reply(channel, "Twice")
    outcomes = [call["outcome"] for call in await playground.calls(channel)]
    assert outcomes == ["lost" if kind == "reset_after_accept" else "refused", "accepted"]


async def test_it_hangs_until_the_caller_gives_up(playground: Playground) -> None:
    await playground.play("telegram", text="Hello")
    await playground.fault("telegram", "hang")
    business = playground.world.business("telegram")
    with pytest.raises(httpx.ReadTimeout):
        await playground.http.post(
            f"{playground.url}/telegram/bot{business.secrets['bot_token']}/sendMessage",
            json={"chat_id": next(iter(playground.world.chats))[2], "text": "Hm"},
            timeout=0.3,
        )
    [call] = await playground.calls("telegram")
    assert call["outcome"] == "hung"


async def test_it_doubles_and_reorders_what_customers_write(playground: Playground) -> None:
    await playground.fault("line", "duplicate")
    await playground.play("line", text="Twice")
    assert len(playground.taken) == 2
    assert playground.taken[0].body == playground.taken[1].body

    playground.taken.clear()
    await playground.fault("line", "reorder")
    assert (await playground.play("line", text="first"))["statuses"] == []
    await playground.play("line", text="second")
    messages = [one for one in playground.events("line") if isinstance(one, base.InboundMessage)]
    assert [one.content for one in messages] == ["second", "first"]


async def test_a_bounce_names_the_mail_that_came_back(playground: Playground) -> None:
    await playground.play("email", text="Hello")
    [chat] = playground.world.chats.values()
    chat.entries.append(Entry(id="conversation/1/messages/2@fernweh.example", by="business"))
    playground.taken.clear()
    await playground.play("email", "bounce", message_id=chat.entries[-1].id)
    [event] = playground.events("email")
    assert isinstance(event, base.StatusUpdate)
    assert (event.status, event.source_id) == (base.DeliveryStatus.FAILED, chat.entries[-1].id)
    assert event.error_category is base.ErrorCategory.RECIPIENT_UNREACHABLE


async def test_a_mail_waits_in_the_mailbox_and_so_does_the_bounce_of_its_answer(
    playground: Playground,
) -> None:
    played = await playground.play("email", text="By hand", subject="Beans", by="imap")
    assert played["statuses"] == []
    [chat] = playground.world.chats.values()
    chat.entries.append(Entry(id="conversation/1/messages/2@fernweh.example", by="business"))
    await playground.play("email", "bounce", message_id=chat.entries[-1].id)
    assert playground.taken == []

    read: list[imap.Fetched] = []

    async def store(fetched: imap.Fetched, _: imap.Cursor) -> None:
        read.append(fetched)

    credentials = replace(playground.credentials("email"), mail_hosts=base.Reach.LOOPBACK)
    await imap.visit(credentials, imap.Cursor(), store, now=datetime.now(UTC))
    parse = CHANNELS["email_raw"].parse
    [message, bounce] = [
        event
        for one in read
        for event in parse(imap.as_request(one, credentials), credentials)
        if isinstance(event, base.InboundMessage | base.StatusUpdate)
    ]
    assert isinstance(message, base.InboundMessage)
    assert message.content == "By hand"
    assert isinstance(bounce, base.StatusUpdate)
    assert bounce.source_id == chat.entries[-1].id


async def test_a_webhook_is_posted_until_it_is_taken(playground: Playground) -> None:
    playground.answers = [503, 503]
    played = await playground.play("telegram", text="Insisting")
    assert played["statuses"] == [200]
    assert len(playground.taken) == 3


@pytest.mark.parametrize("channel", CHANNELS_WITH_API)
async def test_a_wrong_token_is_refused(playground: Playground, channel: str) -> None:
    await playground.play(channel, text="Hello")
    real = playground.credentials(channel)
    wrong = base.Credentials(
        address=real.address,
        settings=real.settings,
        secrets=dict.fromkeys(real.secrets, "guess"),
        base_url=real.base_url,
    )
    [chat] = playground.world.chats.values()
    message = base.OutboundMessage(
        id="x", to=chat.person.id, content="Hi", last_incoming_at=datetime.now(UTC)
    )
    with pytest.raises(base.SendError) as refusal:
        await CHANNELS[channel].send(message, wrong, playground.http)
    assert refusal.value.category is base.ErrorCategory.AUTH
    assert await playground.calls(channel) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"channel": "fax", "person": "Mia"},
        {"channel": "telegram"},
        {"channel": "telegram", "person": "Mia"},
        {"channel": "telegram", "person": "Mia", "kind": "dance"},
        {"channel": "telegram", "person": "Mia", "text": "x", "copies": 10_000},
        {"channel": "telegram", "person": "Mia", "files": [{"data": "%"}]},
        {"channel": "telegram", "person": "Mia", "kind": "press", "message_id": "1"},
        {"channel": "twilio_sms", "person": "Mia", "kind": "edit", "message_id": "1"},
    ],
)
async def test_nonsense_is_answered_with_the_reason(
    playground: Playground, body: dict[str, Any]
) -> None:
    answer = await playground.http.post(f"{playground.url}/control/inbound", json=body)
    assert answer.status_code == 400
    assert json.loads(answer.text)["message"]
    assert playground.taken == []


@pytest.mark.parametrize(
    "order",
    [
        {"channel": "fax", "kind": "500"},
        {"channel": "telegram", "kind": "418"},
        {"channel": "telegram", "kind": "500", "count": 0},
        {"channel": "telegram", "kind": "429", "retry_after": -1},
        {"channel": "email", "kind": "500"},
    ],
)
async def test_faults_that_make_no_sense_are_not_ordered(
    playground: Playground, order: dict[str, Any]
) -> None:
    answer = await playground.http.post(f"{playground.url}/control/faults", json=order)
    assert answer.status_code == 400
    assert (await playground.http.get(f"{playground.url}/control/faults")).json() == []


async def test_other_web_pages_are_kept_out(playground: Playground) -> None:
    form = await playground.http.post(
        f"{playground.url}/control/inbound",
        content='{"channel":"telegram","person":"Mia","text":"forged"}',
        headers={"content-type": "text/plain"},
    )
    assert form.status_code == 415
    named = await playground.http.get(
        f"{playground.url}/control/businesses", headers={"host": "evil.example"}
    )
    assert named.status_code == 421
    page = await playground.http.get(f"{playground.url}/")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert playground.taken == []


def test_secrets_are_decided_once_and_kept_from_others(tmp_path: Any) -> None:
    file = tmp_path / "businesses.json"
    first = connect(file, "http://127.0.0.1:1", Ports(), 1)
    second = connect(file, "http://127.0.0.1:2", Ports(), 1)
    assert [one.secrets for one in first] == [one.secrets for one in second]
    assert all("127.0.0.1:2/" in one.webhook for one in second)
    assert file.stat().st_mode & 0o077 == 0
    assert time.time() - file.stat().st_mtime < 60
