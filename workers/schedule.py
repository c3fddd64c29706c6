"""Chores that come with time, not with an event."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from workers.jobs import Service

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Chore:
    """A function of schema `service` to call every so often, by one worker of all."""

    function: str
    every: timedelta


CHORES = (
    Chore("refresh_channel_tokens", timedelta(minutes=1)),
    Chore("poll_mailboxes", timedelta(seconds=15)),
    Chore("refresh_templates", timedelta(minutes=1)),
    Chore("wake_snoozed_conversations", timedelta(seconds=30)),
    Chore("auto_resolve_conversations", timedelta(minutes=5)),
    Chore("purge_jobs", timedelta(minutes=15)),
    Chore("purge_visitor_sessions", timedelta(hours=6)),
    Chore("purge_rate_limits", timedelta(hours=1)),
    Chore("expire_uploads", timedelta(hours=1)),
    Chore("purge_provider_events", timedelta(minutes=10)),
    Chore("purge_webhook_deliveries", timedelta(hours=6)),
    Chore("purge_events", timedelta(minutes=10)),
    Chore("purge_notifications", timedelta(hours=1)),
    Chore("purge_dead_letters", timedelta(hours=6)),
    Chore("purge_audit_log", timedelta(hours=6)),
    Chore("purge_invitations", timedelta(days=1)),
    Chore("purge_contacts", timedelta(days=1)),
)


class Schedule:
    """Calls each chore when it is due. Every worker has one; the database says whose turn it is."""

    def __init__(
        self, service: Service, worker: str = "", chores: tuple[Chore, ...] = CHORES
    ) -> None:
        self._service = service
        self._worker = worker
        self._chores = chores

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.gather(*(self._repeat(chore) for chore in self._chores))

    async def run_all_once(self) -> None:
        """Every chore that is due now: for a scheduler outside that calls from time to time."""
        for chore in self._chores:
            await self._call(chore)

    async def _repeat(self, chore: Chore) -> None:
        while True:
            await self._call(chore)
            await asyncio.sleep(chore.every.total_seconds())

    async def _call(self, chore: Chore) -> None:
        turn = {
            "p_name": chore.function,
            "p_every_seconds": int(chore.every.total_seconds()),
            "p_worker": self._worker,
        }
        try:
            if await self._service.call_service("take_chore", turn):
                await self._service.call_service(chore.function, {})
        except Exception as error:
            _log.warning("chore.failed", chore=chore.function, error=type(error).__name__)
