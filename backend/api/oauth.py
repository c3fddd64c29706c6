"""Signing in to mailboxes at Google and Microsoft: there, back through the dashboard, and done.

The code comes back to whoever's browser was sent there. It counts only when the administrator who began the
sign-in hands it in with their own token: a stranger talked into agreeing connects nothing to anybody.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from backend.access import Caller, agent_token, serves
from backend.channels.base import ErrorCategory, SendError
from backend.channels.mail import oauth
from backend.channels.mail.sign_in import SignIn, sign_ins
from backend.db import Database
from backend.errors import SupadeskError
from backend.settings import Settings

router = APIRouter(prefix="/oauth", tags=["oauth"])
TIMEOUT = 15.0  # seconds for the provider's answer

Text = Annotated[str, Query(max_length=4000)]


class ProviderName(StrEnum):
    """Whose mailboxes can be opened this way."""

    GOOGLE = "google"
    MICROSOFT = "microsoft"


class Providers(BaseModel):
    """Where one can sign in."""

    providers: list[ProviderName]


class Started(BaseModel):
    """Where to go now."""

    url: str = Field(description="The provider's page; open it in the same browser.")


class FinishRequest(BaseModel):
    """What came back in the address of the dashboard's page."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(min_length=1, max_length=4000)]
    state: Annotated[str, Field(min_length=20, max_length=200)]


class Finished(BaseModel):
    """The inbox that is connected now."""

    account_id: str
    inbox_id: str
    address: str


@router.get("/providers", operation_id="list_mailbox_providers")
@serves(Caller.PUBLIC)
async def providers(request: Request) -> Providers:
    """Say whose mailboxes can be opened by signing in: where this installation has a client."""
    return Providers(
        providers=[ProviderName(name) for name in sign_ins(request.app.state.settings)]
    )


@router.get("/{provider}/start", operation_id="start_mailbox_sign_in")
@serves(Caller.AGENT)
async def start(
    request: Request,
    provider: ProviderName,
    account_id: UUID,
    inbox_id: UUID | None = None,
    name: Annotated[str | None, Query(max_length=100)] = None,
) -> Started:
    """Begin to connect a mailbox: a new inbox of this name, or an inbox again. Administrators only.

    Good for ten minutes, once, and for the caller alone. Fails with `oauth_not_configured`, `not_authorized`,
    `account_not_found`, `not_administrator`, `inbox_not_found`, `name_invalid`.
    """
    token = agent_token(request)
    signing = _configured(request, provider)
    state, verifier = secrets.token_urlsafe(32), oauth.new_verifier()
    begun = await _database(request).call_as(
        token,
        "begin_mailbox_sign_in",
        {
            "p_account_id": str(account_id),
            "p_provider": provider,
            "p_state_hash": _hash(state),
            "p_verifier": verifier,
            "p_inbox_id": str(inbox_id) if inbox_id else None,
            "p_inbox_name": name,
        },
    )
    url = oauth.authorization_url(
        signing.provider,
        signing.client,
        state=state,
        verifier=verifier,
        login_hint=begun["address"],
    )
    return Started(url=url)


@router.get("/{provider}/callback", operation_id="mailbox_sign_in_callback")
@serves(Caller.PUBLIC)
async def callback(
    request: Request,
    provider: ProviderName,
    state: Text = "",
    code: Text = "",
    error: Text = "",
) -> Response:
    """Where the provider sends the browser: on to the dashboard, which hands the code in; nothing else."""
    settings: Settings = request.app.state.settings
    given = {"code": code, "state": state} if code and not error else {"error": error or "no_code"}
    return RedirectResponse(
        f"{settings.dashboard}/oauth/{provider}?{urlencode(given)}",
        status_code=303,
        headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
    )


@router.post("/{provider}/finish", operation_id="finish_mailbox_sign_in")
@serves(Caller.AGENT)
async def finish(request: Request, provider: ProviderName, body: FinishRequest) -> Finished:
    """Connect the mailbox, by whoever began. The same state never works twice.

    Fails with `oauth_not_configured`, `not_authorized`, `sign_in_expired`, `not_administrator`,
    `sign_in_refused`, `wrong_mailbox`, `address_taken`.
    """
    token = agent_token(request)
    signing = _configured(request, provider)
    database = _database(request)
    begun = await database.call_as(
        token, "take_mailbox_sign_in", {"p_provider": provider, "p_state_hash": _hash(body.state)}
    )
    tokens = await _exchange(signing, body.code, begun["verifier"])
    address = tokens.email
    if address is None:
        raise SupadeskError(502, "sign_in_refused", "The provider did not say whose mailbox it is.")
    if begun["address"] not in (None, address):
        raise SupadeskError(
            409,
            "wrong_mailbox",
            "This is another mailbox than the inbox's.",
            hint=f"Sign in as {begun['address']}.",
        )
    inbox_id = await _connect(database, token, signing, begun, tokens, address)
    return Finished(account_id=begun["account_id"], inbox_id=inbox_id, address=address)


async def _exchange(signing: SignIn, code: str, verifier: str) -> oauth.Tokens:
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as http:
            return await oauth.exchange(
                signing.provider,
                signing.client,
                http,
                code=code,
                verifier=verifier,
                now=datetime.now(UTC),
            )
    except SendError as error:
        if error.category is ErrorCategory.TRANSIENT:
            raise SupadeskError(
                503, "unavailable", "The provider does not answer.", hint="Sign in again."
            ) from None
        raise SupadeskError(502, "sign_in_refused", str(error)) from None


async def _connect(
    database: Database,
    token: str,
    signing: SignIn,
    begun: dict[str, Any],
    tokens: oauth.Tokens,
    address: str,
) -> str:
    """A new inbox or the old one again, with the administrator's own rights."""
    provider = signing.provider
    settings = {
        "oauth": provider.name,
        "imap_host": provider.imap_host,
        "imap_security": "tls",
        "imap_user": address,
        "smtp_host": provider.smtp_host,
        "smtp_security": "starttls",
        "smtp_user": address,
    }
    given = {"access_token": tokens.access_token, "refresh_token": tokens.refresh_token}
    inbox_id = begun["inbox_id"]
    if inbox_id is None:
        made = await database.call_as(
            token,
            "connect_channel",
            {
                "p_account_id": begun["account_id"],
                "p_name": begun["inbox_name"],
                "p_channel_type": "email",
                "p_address": address,
                "p_settings": settings,
                "p_secrets": given,
            },
        )
        inbox_id = made["id"]
    else:
        await database.call_as(
            token,
            "reconnect_channel",
            {"p_inbox_id": inbox_id, "p_settings": settings, "p_secrets": given},
        )
    await database.call_service(
        "save_channel_secrets",
        {
            "p_inbox_id": inbox_id,
            "p_secrets": given,
            "p_expires_at": tokens.expires_at.isoformat(),
        },
    )
    return str(inbox_id)


def _configured(request: Request, provider: ProviderName) -> SignIn:
    found = sign_ins(request.app.state.settings).get(provider)
    if found is None:
        raise SupadeskError(
            404,
            "oauth_not_configured",
            f"This installation has no client at {provider.title()}.",
            hint=f"Set {provider.upper()}_CLIENT_ID and {provider.upper()}_CLIENT_SECRET.",
        )
    return found


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
