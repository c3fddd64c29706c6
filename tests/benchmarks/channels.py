"""What providers report: how fast it is accepted and read, and how soon it is on an agent's screen."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import aiohttp
import psycopg

from devstack.config import stack_folder
from devstack.simulator.post import Post, Postman
from devstack.simulator.providers import providers
from devstack.simulator.world import Chat, Entry, Person, read_businesses
from devstack.simulator.world import World as Simulated
from tests.benchmarks.load import BenchmarkError, Cell, Timing
from tests.benchmarks.report import Ratio, Section
from tests.benchmarks.world import World
from tests.support.local import LocalProduct, running_product

CLIENTS = 8
LISTENED = 20  # messages of one conversation per channel, one after the other
_PATIENCE = 120.0  # seconds


class Customers:
    """Writes webhooks as each provider would, signed, without posting them."""

    def __init__(self, product: LocalProduct) -> None:
        folder = stack_folder(product.name)
        self._world = Simulated(read_businesses(folder / "businesses.json"), "http://127.0.0.1:9")
        self._providers = providers(self._world, Postman(self._world))
        self._numbers = count(1)
        self.channels = [name for name in self._providers if self._business(name) is not None]

    def _business(self, channel: str) -> object:
        return next((one for one in self._world.businesses if one.channel == channel), None)

    def somebody(self, channel: str) -> Chat:
        """A customer who has not written before."""
        name = f"Bench {next(self._numbers)} {secrets.token_hex(3)}"
        person = Person(self._providers[channel].person_id(name), name)
        return self._world.chat(self._world.business(channel), person)

    def writes(self, chat: Chat, text: str) -> Post:
        """The webhook for a message of theirs."""
        provider = self._providers[chat.business.channel]
        entry = Entry(id=provider.new_id(), by="customer", text=text, extra={"subject": None})
        chat.entries.append(entry)
        [post] = provider.written(chat, entry)
        return post


async def _post(session: aiohttp.ClientSession, post: Post) -> None:
    async with session.post(post.url, data=post.body, headers=post.headers) as answer:
        if answer.status != 200:
            raise BenchmarkError(f"{post.url}: {answer.status} {await answer.text()}")
        await answer.read()


async def _accept(session: aiohttp.ClientSession, posts: list[Post]) -> Timing:
    """Post all of them, so many at a time."""
    waiting = iter(posts)
    latencies: list[float] = []

    async def client() -> None:
        for post in waiting:
            started = time.perf_counter()
            await _post(session, post)
            latencies.append((time.perf_counter() - started) * 1000)

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return Timing.of(latencies, time.perf_counter() - started)


def _insert(url: str, body: str, rows: int) -> Timing:
    """The limit: the same bytes into a bare table, by as many clients."""

    def client(number: int) -> list[float]:
        latencies = []
        with psycopg.connect(url, autocommit=True) as conn:
            for _ in range(number, rows, CLIENTS):
                started = time.perf_counter()
                conn.execute("insert into private.bench_bare (body) values (%s)", (body,))
                latencies.append((time.perf_counter() - started) * 1000)
        return latencies

    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        latencies = [one for found in pool.map(client, range(CLIENTS)) for one in found]
    return Timing.of(latencies, time.perf_counter() - started)


async def _until(looks: Callable[[], bool], what: str) -> None:
    end = time.perf_counter() + _PATIENCE
    while not await asyncio.to_thread(looks):
        if time.perf_counter() > end:
            raise BenchmarkError(f"{what} did not come in")
        await asyncio.sleep(0.02)


async def _frame(socket: aiohttp.ClientWebSocketResponse) -> list[Any]:
    said = await socket.receive(_PATIENCE)
    if said.type is not aiohttp.WSMsgType.TEXT:
        raise BenchmarkError(f"the socket ended: {said.data} {said.extra}")
    frame: list[Any] = json.loads(said.data)
    return frame


def _says(frame: list[Any], text: str) -> bool:
    payload = frame[4]
    return payload.get("event") == "message.created" and text in json.dumps(payload)


async def _listen(
    product: LocalProduct, conn: psycopg.Connection, customers: Customers, channel: str
) -> Timing:
    """From the webhook's posting to the socket of the agent who has the conversation open."""
    chat, agent = customers.somebody(channel), product.sign_in()
    first = secrets.token_hex(8)
    async with aiohttp.ClientSession() as session:
        await _post(session, customers.writes(chat, first))
        found = (
            "select private.conversation_topic(conversation.id, inbox.epoch + conversation.epoch)"
            " from messages as message"
            " join conversations as conversation on conversation.id = conversation_id"
            " join inboxes as inbox on inbox.id = conversation.inbox_id where message.content = %s"
        )
        await _until(lambda: conn.execute(found, (first,)).fetchone() is not None, first)
        [topic] = conn.execute(found, (first,)).fetchone() or ("",)
        url = f"{product.supabase_url}/realtime/v1/websocket?apikey={product.publishable_key}&vsn=2.0.0"
        async with session.ws_connect(url) as socket:
            config = {"config": {"private": True}, "access_token": agent.token}
            await socket.send_json(["j", "1", f"realtime:{topic}", "phx_join", config])
            while (frame := await _frame(socket))[3] != "phx_reply":
                pass
            if frame[4]["status"] != "ok":
                raise BenchmarkError(f"could not join {topic}: {frame[4]}")
            latencies: list[float] = []
            started = time.perf_counter()
            for _ in range(LISTENED):
                text = secrets.token_hex(8)
                posted = time.perf_counter()
                await _post(session, customers.writes(chat, text))
                while not _says(await _frame(socket), text):
                    pass
                latencies.append((time.perf_counter() - posted) * 1000)
        return Timing.of(latencies, time.perf_counter() - started)


def _read(conn: psycopg.Connection, prefix: str) -> int:
    row = conn.execute(
        "select count(*) from messages where message_type = 'incoming' and content like %s",
        (f"{prefix}%",),
    ).fetchone()
    return int(row[0]) if row else 0


async def _measure(
    product: LocalProduct, conn: psycopg.Connection, each: int, rounds: int
) -> tuple[Mapping[str, Cell], list[str]]:
    customers = Customers(product)
    accepted: dict[str, list[Timing]] = {channel: [] for channel in customers.channels}
    bare: list[Timing] = []
    drained: dict[str, list[float]] = {channel: [] for channel in customers.channels}
    async with aiohttp.ClientSession() as session:
        for _ in range(rounds):
            for channel in customers.channels:
                mark = secrets.token_hex(6)
                people = [customers.somebody(channel) for _ in range(max(1, each // 4))]
                posts = [
                    customers.writes(people[n % len(people)], f"{mark} {n}") for n in range(each)
                ]
                started = time.perf_counter()
                accepted[channel].append(await _accept(session, posts))
                await _until(lambda m=mark: _read(conn, m) == each, channel)  # type: ignore[misc]
                drained[channel].append(each / (time.perf_counter() - started))
            body = customers.writes(customers.somebody("whatsapp_cloud"), "bare").body.decode()
            bare.append(await asyncio.to_thread(_insert, product.database_url, body, each))
    heard = {
        channel: Cell((await _listen(product, conn, customers, channel),))
        for channel in customers.channels
    }
    cells = {"floor: bare insert": Cell(tuple(bare))}
    cells |= {f"{name}: accepted": Cell(tuple(timings)) for name, timings in accepted.items()}
    cells |= {f"{name}: on an agent's socket": cell for name, cell in heard.items()}
    notes = [
        f"{name}: {sorted(rates)[len(rates) // 2]:,.0f} messages/s from the first webhook to the last row"
        for name, rates in drained.items()
    ]
    return cells, notes


def channels(world: World) -> Section:
    """Webhooks of all channels through service, queue and worker of a product of its own."""
    each = 200 if world.scale.seconds else 8
    with (
        running_product() as product,
        psycopg.connect(product.database_url, autocommit=True) as conn,
    ):
        conn.execute(
            "create table private.bench_bare (id bigint generated always as identity, body text)"
        )
        cells, notes = asyncio.run(_measure(product, conn, each, world.scale.rounds))
    floor = cells["floor: bare insert"]
    return Section(
        f"Channels: {each} signed webhooks by {CLIENTS} clients, one API process, one worker, no fsync",
        cells,
        [
            Ratio(what=f"{name}: accepted per s : bare insert", value=cell.rate / floor.rate)
            for name, cell in cells.items()
            if name.endswith(": accepted")
        ],
        notes,
    )
