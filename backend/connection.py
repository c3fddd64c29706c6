"""An inbox as whoever speaks for it sees it: its adapter, its credentials, and access tokens that end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from backend.channels import base
from backend.channels.instagram import Instagram
from backend.channels.mail import oauth
from backend.channels.mail.sign_in import SignIn, sign_ins
from backend.channels.registry import CHANNELS
from backend.channels.tiktok import TikTok
from backend.settings import Settings

MAIL_EARLY = timedelta(minutes=10)
INSTAGRAM_EARLY = timedelta(days=15)
TIKTOK_EARLY = timedelta(hours=2)
SHORTEST_SECRET = 6  # characters; shorter ones are words that mean something else
LONGEST_DETAIL = 500  # characters
PROVIDER_TIMEOUT = httpx.Timeout(20.0, connect=5.0)  # seconds; whoever waits has more than that


class Service(Protocol):
    """The database as our own server sees it."""

    async def call_service(self, function: str, arguments: dict[str, Any]) -> Any:
        """Call `service.<function>`."""


class Outside(Protocol):
    """What it takes to reach providers."""

    @property
    def service(self) -> Service:
        """Where credentials are kept."""

    @property
    def http(self) -> httpx.AsyncClient:
        """For providers; never for our own Supabase."""

    @property
    def base_urls(self) -> Mapping[str, str]:
        """Channel -> API, instead of the provider's."""

    @property
    def mail_hosts(self) -> base.Reach:
        """Where customers' mail servers may be."""

    @property
    def sign_ins(self) -> Mapping[str, SignIn]:
        """Who renews mailboxes' tokens."""


@dataclass(frozen=True, slots=True)
class Doors:
    """All of it, for whoever needs nothing else."""

    service: Service
    http: httpx.AsyncClient
    base_urls: Mapping[str, str]
    mail_hosts: base.Reach
    sign_ins: Mapping[str, SignIn]


@dataclass(frozen=True, slots=True)
class Connected:
    """An inbox that is connected to a provider."""

    type: str
    account_id: str
    channel: base.Channel
    credentials: base.Credentials
    state: str = "connected"
    expires_at: datetime | None = None  #: of its access token
    changed_at: str = ""  #: when its secrets last changed, as the database says it

    @contextmanager
    def discreetly(self) -> Iterator[None]:
        """What is raised inside names no secret of the inbox: some providers repeat what they were shown."""
        try:
            yield
        except Exception as error:
            secrets = self.credentials.secrets
            error.args = tuple(
                without_secrets(one, secrets) if isinstance(one, str) else one for one in error.args
            )
            if isinstance(error, base.SendError) and error.code is not None:
                error.code = without_secrets(error.code, secrets)
            raise


def without_secrets(words: str, secrets: Mapping[str, str]) -> str:
    """What a provider said, without the tokens that some of them repeat."""
    for secret in sorted(secrets.values(), key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            words = words.replace(secret, "…").replace(quote(secret, safe=""), "…")
    return words[:LONGEST_DETAIL]


def provider_client(**options: Any) -> httpx.AsyncClient:
    """A client for providers: it never follows redirects by itself, and obeys no proxy of the machine's."""
    return httpx.AsyncClient(
        timeout=PROVIDER_TIMEOUT, follow_redirects=False, trust_env=False, **options
    )


def mail_hosts(settings: Settings) -> base.Reach:
    """Where this installation lets customers' mail servers be."""
    if settings.allow_private_mail_hosts:
        return base.Reach.PRIVATE
    return base.Reach.LOOPBACK if settings.allow_loopback else base.Reach.PUBLIC


@asynccontextmanager
async def open_doors(service: Service, settings: Settings) -> AsyncIterator[Doors]:
    """The way to providers; it is closed at the end."""
    async with provider_client(limits=httpx.Limits(max_connections=50)) as http:
        yield Doors(
            service, http, settings.channel_base_urls, mail_hosts(settings), sign_ins(settings)
        )


async def connected(outside: Outside, inbox_id: str) -> Connected | None:
    """The inbox's connection; None when it is gone, or has none."""
    found = await outside.service.call_service("channel_credentials", {"p_inbox_id": inbox_id})
    if found is None:
        return None
    kind: str = found["channel_type"]
    return Connected(
        kind,
        found["account_id"],
        CHANNELS[kind],
        base.Credentials(
            address=found["address"],
            settings=found["settings"],
            secrets=found["secrets"],
            base_url=outside.base_urls.get(kind),
            mail_hosts=outside.mail_hosts,
        ),
        found["state"],
        datetime.fromisoformat(found["expires_at"]) if found["expires_at"] else None,
        found["changed_at"],
    )


async def connected_with_token(outside: Outside, inbox_id: str) -> Connected | None:
    """The inbox's connection, its token renewed when it has ended. Raises `SendError`.

    A worker that was away for an hour finds all of them ended; that is no refusal of anybody's login.
    """
    inbox = await connected(outside, inbox_id)
    if inbox is None or inbox.expires_at is None or inbox.expires_at > datetime.now(UTC):
        return inbox
    if not (inbox.credentials.settings.get("oauth") or _trades_daily(inbox)):
        return inbox
    await renew(outside, inbox_id, inbox)
    return await connected(outside, inbox_id)


async def renew(outside: Outside, inbox_id: str, inbox: Connected) -> None:
    """Trade the token for a fresh one and keep that. Raises `SendError`: `AUTH` when it is refused."""
    with inbox.discreetly():
        secrets, expires_at = await _fresh(outside, inbox)
    await outside.service.call_service(
        "save_channel_secrets",
        {"p_inbox_id": inbox_id, "p_secrets": secrets, "p_expires_at": expires_at.isoformat()},
    )


async def _fresh(outside: Outside, inbox: Connected) -> tuple[dict[str, str], datetime]:
    if isinstance(inbox.channel, Instagram):
        token, expires_at = await inbox.channel.refresh_token(inbox.credentials, outside.http)
        return {"access_token": token}, expires_at
    if isinstance(inbox.channel, TikTok):
        return await inbox.channel.refresh_token(inbox.credentials, outside.http)
    name = str(inbox.credentials.settings.get("oauth"))
    signing = outside.sign_ins.get(name)
    if signing is None:
        raise base.SendError(
            base.ErrorCategory.CONFIG, f"This installation has no client at {name}."
        )
    tokens = await oauth.refresh(
        signing.provider,
        signing.client,
        outside.http,
        refresh_token=inbox.credentials.secrets.get("refresh_token", ""),
        now=datetime.now(UTC),
    )
    secrets = {"access_token": tokens.access_token, "refresh_token": tokens.refresh_token}
    return secrets, tokens.expires_at


def is_due(inbox: Connected) -> bool:
    """Whether the token is to be renewed now; one that another job just renewed is not."""
    early = MAIL_EARLY
    if isinstance(inbox.channel, Instagram):
        early = INSTAGRAM_EARLY
    elif isinstance(inbox.channel, TikTok):
        early = TIKTOK_EARLY
    return inbox.expires_at is None or inbox.expires_at < datetime.now(UTC) + early


def _trades_daily(inbox: Connected) -> bool:
    """Whether this is a TikTok inbox with what it takes to renew its token."""
    credentials = inbox.credentials
    renewable = credentials.settings.get("app_id") and credentials.secrets.get("refresh_token")
    return isinstance(inbox.channel, TikTok) and bool(renewable)
