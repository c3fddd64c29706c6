"""How soon others see a message: from its sending to a listener's socket, through the gateway."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Sequence
from statistics import median
from uuid import uuid4

import aiohttp

from tests.benchmarks.load import BenchmarkError, Cell, Timing
from tests.benchmarks.report import Ratio, Section
from tests.benchmarks.world import CONVERSATION, INBOX, USER, World, numbered

PER_SECOND = 50  # messages sent, whatever becomes of those before
AGENTS = 20  # account 1's; one socket in four also hears an inbox
_PATIENCE = 10.0  # seconds


class Audience:
    """Listeners, one socket and one conversation each, and when each message reached them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.heard: dict[str, float] = {}
        self.sent: dict[str, float] = {}
        self.deltas = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def join(self, session: aiohttp.ClientSession, place: int) -> None:
        """Open a socket and join its topics."""
        stack = self.world.stack
        url = f"{stack.url}/realtime/v1/websocket?apikey={stack.anon_key}&vsn=2.0.0"
        socket = await session.ws_connect(url, max_msg_size=0)
        conversation = numbered(CONVERSATION, self.world.conversation(place))
        topics = [f"conversation:{conversation}:1"]
        if place % 4 == 0:
            topics.append(f"inbox:{numbered(INBOX, 1 + place // 4 % 3)}:1")
        token = self.world.token(numbered(USER, 1 + place % AGENTS))
        for topic in topics:
            payload = {"config": {"private": True, "broadcast": {}}, "access_token": token}
            await socket.send_json(["j", "1", f"realtime:{topic}", "phx_join", payload])
            while True:
                frame = await socket.receive_json(timeout=_PATIENCE)
                if frame[3] == "phx_reply":
                    break
            if frame[4]["status"] != "ok":
                raise BenchmarkError(f"could not join {topic}: {frame[4]}")
        self._tasks.append(asyncio.create_task(self._listen(socket)))

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            now = time.perf_counter()
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            frame = json.loads(message.data)
            if frame[3] != "broadcast":
                continue
            if frame[4]["event"] == "message.created":
                self.heard[frame[4]["payload"]["message"]["id"]] = now
            else:
                self.deltas += 1

    async def send(self, session: aiohttp.ClientSession, place: int, intended: float) -> float:
        """Send one message; when its answer came, in ms after it should have been sent."""
        stack, key = self.world.stack, str(uuid4())
        self.sent[key] = intended
        async with session.post(
            f"{stack.url}/rest/v1/rpc/send_message",
            json={
                "p_conversation_id": numbered(CONVERSATION, self.world.conversation(place)),
                "p_id": key,
                "p_content": "Your parcel left us this morning.",
            },
            headers={
                "apikey": stack.anon_key,
                "Authorization": f"Bearer {self.world.token()}",
            },
        ) as answer:
            if answer.status != 200:
                raise BenchmarkError(f"send_message: {answer.status} {await answer.text()}")
            await answer.read()
        return (time.perf_counter() - intended) * 1000

    async def all_heard(self) -> None:
        """Wait until every message sent was heard."""
        end = time.perf_counter() + _PATIENCE
        while missing := len(self.sent.keys() - self.heard.keys()):
            if time.perf_counter() > end:
                raise BenchmarkError(f"{missing} of {len(self.sent)} messages were never heard")
            await asyncio.sleep(0.01)

    async def leave(self) -> None:
        """Stop listening."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _measure(world: World) -> tuple[dict[str, Cell], float]:
    audience, scale = Audience(world), world.scale
    posts: list[Timing] = []
    arrivals: list[Timing] = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(audience.join(session, n) for n in range(scale.sockets)))
        await asyncio.gather(
            *(audience.send(session, n % scale.sockets, time.perf_counter()) for n in range(10))
        )
        await audience.all_heard()
        started = time.perf_counter()
        for _ in range(scale.rounds):
            audience.sent.clear()
            audience.heard.clear()
            posts.append(await _send_openly(session, audience))
            await audience.all_heard()
            latencies = [(audience.heard[key] - at) * 1000 for key, at in audience.sent.items()]
            arrivals.append(Timing.of(latencies, scale.live_seconds))
        per_second = audience.deltas / (time.perf_counter() - started)
        await audience.leave()
    return {
        "POST send_message, answered": Cell(tuple(posts)),
        "POST send_message, on a listener's socket": Cell(tuple(arrivals)),
    }, per_second


async def _send_openly(session: aiohttp.ClientSession, audience: Audience) -> Timing:
    """Send at random moments, never waiting for an answer before the next."""
    scale = audience.world.scale
    latencies: list[asyncio.Task[float]] = []
    at = started = time.perf_counter()
    while at - started < scale.live_seconds:
        at += random.expovariate(PER_SECOND)
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        place = random.randrange(scale.sockets)
        latencies.append(asyncio.create_task(audience.send(session, place, at)))
    return Timing.of(await asyncio.gather(*latencies), scale.live_seconds)


def broadcast(world: World) -> Section:
    """From POST to a listener's socket, sent at 50 a second whatever happens."""
    cells, deltas = asyncio.run(_measure(world))
    post, arrival = cells.values()
    return Section(
        f"Live: {world.scale.sockets} sockets, {PER_SECOND} messages/s, through the gateway"
        " (from the intended start)",
        cells,
        [
            Ratio(
                what="p95: socket : answer", value=arrival.p95 / post.p95, bar="B14", at_most=1.5
            ),
            Ratio(
                what="p95 on the socket : 100 ms", value=arrival.p95 / 100, bar="issue", at_most=1
            ),
        ],
        [f"beside it {deltas:,.0f} list deltas/s were delivered", _spread(post, arrival)],
    )


def _spread(post: Cell, arrival: Cell) -> str:
    gaps: Sequence[float] = [
        heard.p50 - sent.p50 for sent, heard in zip(post.rounds, arrival.rounds, strict=True)
    ]
    return f"the socket hears it {median(gaps):+.1f} ms from the answer (difference of medians)"
