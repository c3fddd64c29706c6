"""What tasks are given: the database's doors, and a client for everybody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from backend.channels.mail.sign_in import sign_ins
from backend.connection import mail_hosts, provider_client
from backend.db import Database
from backend.mail import Mailer
from backend.settings import Settings
from workers.registry import Context


@asynccontextmanager
async def open_context(database: Database, settings: Settings) -> AsyncIterator[Context]:
    """A context whose client for providers is closed at the end."""
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=20)
    async with provider_client(limits=limits) as http:
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
