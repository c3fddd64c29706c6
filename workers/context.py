"""What tasks are given: the database's doors, and a client for everybody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from backend.channels.base import Reach
from backend.channels.mail.sign_in import sign_ins
from backend.db import Database
from backend.mail import Mailer
from backend.settings import Settings
from workers.registry import Context

PROVIDER_TIMEOUT = httpx.Timeout(20.0, connect=5.0)  # seconds; a task has more than that


def mail_hosts(settings: Settings) -> Reach:
    """Where this installation lets customers' mail servers be."""
    if settings.allow_private_mail_hosts:
        return Reach.PRIVATE
    return Reach.LOOPBACK if settings.allow_loopback else Reach.PUBLIC


@asynccontextmanager
async def open_context(database: Database, settings: Settings) -> AsyncIterator[Context]:
    """A context whose client for providers is closed at the end. It never follows redirects by itself."""
    async with httpx.AsyncClient(
        timeout=PROVIDER_TIMEOUT,
        follow_redirects=False,
        limits=httpx.Limits(max_connections=100, max_keepalive_connections=20),
        trust_env=False,
    ) as http:
        yield Context(
            database,
            http,
            settings.channel_base_urls,
            settings.allow_loopback,
            mail_hosts=mail_hosts(settings),
            sign_ins=sign_ins(settings),
            mailer=Mailer(settings),
            inbound_domain=settings.inbound_email_domain,
            dashboard_url=settings.dashboard,
        )
