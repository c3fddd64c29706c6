"""Signing in to a mailbox at Google or Microsoft: the consent page, the code, and fresh tokens."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt

from backend.channels import http as web
from backend.channels.base import ErrorCategory, SendError
from backend.channels.mail.address import is_address

EARLY = timedelta(minutes=5)  # before a token expires it is replaced


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Where one signs in, and which servers the tokens open."""

    name: str
    authorize_url: str
    token_url: str
    scopes: tuple[str, ...]
    imap_host: str
    smtp_host: str
    extra: tuple[tuple[str, str], ...] = ()

    def at(self, base_url: str) -> Provider:
        """The same provider elsewhere: a simulator, a proxy."""
        base = base_url.rstrip("/")
        return replace(self, authorize_url=f"{base}/authorize", token_url=f"{base}/token")


GOOGLE = Provider(
    name="google",
    authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    token_url="https://oauth2.googleapis.com/token",  # noqa: S106
    scopes=("https://mail.google.com/", "openid", "email"),
    imap_host="imap.gmail.com",
    smtp_host="smtp.gmail.com",
    # Without both, Google gives a refresh token only the first time somebody agrees.
    extra=(("access_type", "offline"), ("prompt", "consent")),
)


def microsoft(tenant: str = "common") -> Provider:
    """Microsoft 365 and Outlook.com; organisations may name their tenant."""
    login = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
    return Provider(
        name="microsoft",
        authorize_url=f"{login}/authorize",
        token_url=f"{login}/token",
        scopes=(
            "offline_access",
            "openid",
            "email",
            "https://outlook.office.com/IMAP.AccessAsUser.All",
            "https://outlook.office.com/SMTP.Send",
        ),
        imap_host="outlook.office365.com",
        smtp_host="smtp.office365.com",
        extra=(("prompt", "consent"),),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """This installation, as the provider knows it."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What opens the mailbox. `refresh_token` may be a new one: it replaces the old."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    email: str | None = None  #: whose mailbox it is; only known right after the sign-in

    def is_stale(self, now: datetime) -> bool:
        """Whether to refresh before use."""
        return now >= self.expires_at - EARLY


def new_verifier() -> str:
    """A secret for one sign-in (PKCE); kept with the `state` until the code comes back."""
    return secrets.token_urlsafe(48)


def authorization_url(
    provider: Provider, client: Client, *, state: str, verifier: str, login_hint: str | None = None
) -> str:
    """The page where the owner of the mailbox agrees."""
    digest = hashlib.sha256(verifier.encode()).digest()
    parameters = {
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "response_type": "code",
        "scope": " ".join(provider.scopes),
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
        **dict(provider.extra),
    }
    if login_hint:
        parameters["login_hint"] = login_hint
    return f"{provider.authorize_url}?{urlencode(parameters)}"


async def exchange(
    provider: Provider,
    client: Client,
    http: httpx.AsyncClient,
    *,
    code: str,
    verifier: str,
    now: datetime,
) -> Tokens:
    """Tokens for the code that came back. Raises `SendError`."""
    return await _ask(
        provider,
        client,
        http,
        now,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
            "code_verifier": verifier,
        },
    )


async def refresh(
    provider: Provider,
    client: Client,
    http: httpx.AsyncClient,
    *,
    refresh_token: str,
    now: datetime,
) -> Tokens:
    """Fresh tokens. Raises `SendError`: `AUTH` when the owner took the permission back."""
    asked = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return await _ask(provider, client, http, now, asked)


async def _ask(
    provider: Provider,
    client: Client,
    http: httpx.AsyncClient,
    now: datetime,
    form: dict[str, str],
) -> Tokens:
    response = await web.request(
        http,
        "POST",
        provider.token_url,
        repeatable=True,
        data={**form, "client_id": client.client_id, "client_secret": client.client_secret},
    )
    answer = web.json_object(response)
    if response.status_code != httpx.codes.OK:
        code = str(answer.get("error") or response.status_code)
        # 400 with a code is the provider's no; only `temporarily_unavailable` and the like may pass.
        passing = (
            response.status_code >= 500 or response.status_code == httpx.codes.TOO_MANY_REQUESTS
        )
        client_fault = code in ("invalid_client", "unauthorized_client")
        refused = ErrorCategory.CONFIG if client_fault else ErrorCategory.AUTH
        raise SendError(
            ErrorCategory.TRANSIENT if passing else refused,
            str(answer.get("error_description") or f"{provider.name} refused the sign-in: {code}")[
                :500
            ],
            code=code,
            retry_after=web.retry_after(response),
        )
    access = answer.get("access_token")
    kept = answer.get("refresh_token") or form.get("refresh_token")
    if not isinstance(access, str) or not access or not isinstance(kept, str) or not kept:
        raise SendError(
            ErrorCategory.AUTH, f"{provider.name} gave no lasting permission: sign in again."
        )
    try:
        lifetime = timedelta(seconds=min(max(float(answer.get("expires_in") or 3600), 60), 86_400))
    except (TypeError, ValueError):
        lifetime = timedelta(hours=1)
    return Tokens(
        access_token=access,
        refresh_token=kept,
        expires_at=now + lifetime,
        email=_owner(answer.get("id_token")),
    )


def _owner(id_token: Any) -> str | None:
    """The address in an id token. It came over TLS from the provider itself: no signature to check."""
    try:
        claims = jwt.decode(str(id_token), options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return None
    address = str(claims.get("email") or claims.get("preferred_username") or "").lower()
    return address if is_address(address) else None
