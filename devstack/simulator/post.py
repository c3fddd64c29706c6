"""Webhooks on their way: each is posted until it is taken, as providers do."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp

from devstack.simulator.world import Business, World

#: Seconds between tries. Real providers go on for hours.
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0)
_TIMEOUT = aiohttp.ClientTimeout(total=20)
_log = logging.getLogger("simulator")


@dataclass(frozen=True, slots=True)
class Post:
    """One webhook, signed and ready."""

    url: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Postman:
    """Posts webhooks in order, unless a fault orders otherwise."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._session: aiohttp.ClientSession | None = None
        self._held: dict[str, list[Post]] = {}  # by the business they go to

    async def open(self) -> None:
        """Get ready."""
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT)

    async def close(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            await self._session.close()

    async def send(
        self, business: Business, posts: Sequence[Post], *, copies: int = 1
    ) -> list[int]:
        """Post all of them, one after the other; the status of each last answer, 0 when there was none."""
        if posts and self._world.take_fault(business, {"duplicate"}):
            copies += 1
        statuses = []
        for post in posts:
            posted = await asyncio.gather(*(self._insist(post) for _ in range(copies)))
            statuses += posted
        return statuses

    async def send_customers(
        self, business: Business, posts: Sequence[Post], *, copies: int = 1
    ) -> list[int]:
        """The same for what a customer did, which the order `reorder` holds until the next thing they do."""
        key = f"{business.channel}:{business.address}"
        if self._world.take_fault(business, {"reorder"}):
            self._held.setdefault(key, []).extend(posts)
            return []
        return await self.send(business, [*posts, *self._held.pop(key, [])], copies=copies)

    async def _insist(self, post: Post) -> int:
        assert self._session is not None
        status = 0
        for pause in (*_PAUSES, 0.0):
            try:
                async with self._session.post(
                    post.url, data=post.body, headers=post.headers, allow_redirects=False
                ) as answer:
                    status = answer.status
            except (aiohttp.ClientError, TimeoutError) as error:
                status = 0
                _log.warning("%s does not answer: %s", post.url, type(error).__name__)
            if 200 <= status < 300 or 400 <= status < 500:
                break
            await asyncio.sleep(pause)
        if not 200 <= status < 300:
            _log.warning("%s answered %s", post.url, status or "nothing")
        return status
