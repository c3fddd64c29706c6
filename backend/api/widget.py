"""The website chat's own routes: its settings, its frame, and a visitor's session."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from backend.access import Caller, client_address, origin, require_own_origin, serves
from backend.api.assets import WidgetAssets
from backend.auth import (
    VisitorIdentity,
    VisitorTokens,
    hash_token,
    new_refresh_token,
)
from backend.db import Database
from backend.errors import SupadeskError
from backend.settings import Settings

router = APIRouter(prefix="/widget", tags=["widget"])

WebsiteToken = Annotated[str, Field(pattern=r"^[0-9a-zA-Z]{8,64}$")]
Locale = Annotated[str, Field(pattern=r"^[a-z]{2,3}([-_][A-Za-z0-9]{2,8})?$")]
_LOCAL_HOSTS = re.compile(r"^(localhost|127\.0\.0\.1)(:|$)")


class WidgetConfig(BaseModel):
    """What the loader needs to show its button."""

    website_token: str
    color: str
    position: Literal["left", "right"]
    launcher_titles: dict[str, str] = Field(description="By language: en, es, pt, ar.")
    locale: str


class SessionRequest(BaseModel):
    """A frame asks for a visitor's token."""

    model_config = ConfigDict(extra="forbid")

    website_token: WebsiteToken
    refresh_token: Annotated[str, Field(min_length=20, max_length=200)] | None = None
    page_url: Annotated[str, Field(max_length=2000)] | None = None
    locale: Locale | None = None
    identifier: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    identifier_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        default=None,
        description="HMAC-SHA256 of the identifier in hex, by the account's own server.",
    )


class Session(BaseModel):
    """A visitor's token, how long it lasts, and how to get the next one."""

    access_token: str
    expires_at: int = Field(description="Unix seconds.")
    refresh_token: str = Field(description="Good for one renewal; each answer carries a new one.")
    contact_inbox_id: str
    topic: str = Field(description="The private realtime topic to listen to.")
    returning: bool


async def _find(request: Request, website_token: str) -> dict[str, Any]:
    database: Database = request.app.state.database
    config = await database.call_service("widget_config", {"p_website_token": website_token})
    if config is None:
        raise SupadeskError(404, "inbox_not_found", "There is no website chat with this token.")
    return dict(config)


@router.get("/config/{website_token}", operation_id="widget_config")
@serves(Caller.PUBLIC)
async def config(
    request: Request, website_token: Annotated[str, Path(pattern=r"^[0-9a-zA-Z]{8,64}$")]
) -> JSONResponse:
    """How the button looks. The only thing a page loads from us before its visitor opens the chat."""
    assets: WidgetAssets = request.app.state.assets
    found = await _find(request, website_token)
    body = WidgetConfig(
        website_token=found["website_token"],
        color=found["color"],
        position=found["position"],
        launcher_titles=assets.titles,
        locale=found["locale"],
    )
    return JSONResponse(
        body.model_dump(),
        headers={
            "Cache-Control": "public, max-age=300",
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )


@router.get("/frame", operation_id="widget_frame", response_class=HTMLResponse)
@serves(Caller.PUBLIC)
async def frame(
    request: Request,
    website_token: Annotated[str, Query(pattern=r"^[0-9a-zA-Z]{8,64}$")],
    locale: Annotated[str | None, Query(max_length=20)] = None,
) -> HTMLResponse:
    """The page inside the chat's frame, for the sites that may show it."""
    settings: Settings = request.app.state.settings
    assets: WidgetAssets = request.app.state.assets
    found = await _find(request, website_token)
    page = {
        "supabase_url": settings.url,
        "publishable_key": settings.supabase_publishable_key,
        "website_token": website_token,
        "locale": locale or found["locale"],
        "inbox": {
            key: found[key]
            for key in (
                *("name", "avatar_url", "color", "welcome_title", "welcome_tagline", "reply_time"),
                *("features", "pre_chat_form", "agents_online", "out_of_office"),
            )
        },
        "page": None,
    }
    html = assets.render(json.dumps(page), str(page["locale"]))
    return HTMLResponse(
        html,
        headers={
            "Content-Security-Policy": frame_policy(settings.url, found["allowed_domains"]),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )


def frame_policy(supabase_url: str, allowed_domains: list[str]) -> str:
    """The frame's Content-Security-Policy: our own files, our own Supabase, the inbox's sites."""
    supabase = origin(supabase_url)
    socket = supabase.replace("http", "ws", 1)
    ancestors = (
        " ".join(
            f"http://{domain}" if _LOCAL_HOSTS.match(domain) else f"https://{domain}"
            for domain in allowed_domains
        )
        or "*"
    )
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "font-src 'self'",
            f"img-src 'self' data: blob: {supabase}",
            f"media-src blob: {supabase}",
            f"connect-src 'self' {supabase} {socket}",
            "frame-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {ancestors}",
        )
    )


async def _signed_identity(database: Database, body: SessionRequest) -> str | None:
    """Who the account's server says the visitor is; None for nobody. Raises `identity_invalid`."""
    if body.identifier is None and body.identifier_hash is None:
        return None
    found = await database.call_service("identity_secret", {"p_website_token": body.website_token})
    secret = (found or {}).get("secret", "")
    identifier = body.identifier or ""
    expected = hmac.new(secret.encode(), identifier.encode(), hashlib.sha256).hexdigest()
    if (
        not secret
        or not identifier
        or not hmac.compare_digest(expected, body.identifier_hash or "")
    ):
        raise SupadeskError(
            401,
            "identity_invalid",
            "The signature does not belong to this identifier.",
            hint="Sign the identifier with the inbox's secret: HMAC-SHA256, in hex.",
        )
    return identifier


@router.post("/session", operation_id="open_widget_session")
@serves(Caller.VISITOR)
async def open_session(request: Request, body: SessionRequest) -> JSONResponse:
    """Open or renew a visitor's session.

    Fails with `inbox_not_found`, `session_expired` (ask again without a refresh token),
    `origin_not_allowed`, `identity_invalid`, `identity_required`, `too_many_requests`.
    """
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    tokens: VisitorTokens = request.app.state.visitor_tokens
    require_own_origin(request, settings)
    refresh = new_refresh_token()
    opened = await database.call_service(
        "open_visitor_session",
        {
            "p_website_token": body.website_token,
            "p_new_hash": hash_token(refresh),
            "p_refresh_hash": hash_token(body.refresh_token) if body.refresh_token else None,
            "p_client": client_address(request, settings),
            "p_per_minute": settings.sessions_per_minute,
            "p_identifier": await _signed_identity(database, body),
        },
    )
    visitor = VisitorIdentity(
        account_id=opened["account_id"],
        inbox_id=opened["inbox_id"],
        contact_id=opened["contact_id"],
        contact_inbox_id=opened["contact_inbox_id"],
    )
    access = tokens.mint(visitor)
    session = Session(
        access_token=access.token,
        expires_at=access.expires_at,
        refresh_token=refresh,
        contact_inbox_id=visitor.contact_inbox_id,
        topic=f"visitor:{visitor.contact_inbox_id}",
        returning=opened["returning"],
    )
    return JSONResponse(session.model_dump(), headers={"Cache-Control": "no-store"})
