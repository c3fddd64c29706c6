"""Where providers report what happened: verified over the raw bytes, stored, answered; read later."""

from __future__ import annotations

import base64
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.responses import Response

from backend.access import Caller, serves
from backend.channels import base
from backend.channels.mail import website
from backend.channels.mail.channel import MailChannel
from backend.channels.registry import CHANNELS
from backend.db import Database
from backend.errors import SupadeskError
from backend.settings import Settings

router = APIRouter(prefix="/webhooks", tags=["webhooks"])
_log = structlog.get_logger()

#: What no adapter needs later, and nobody should find in a table.
_NOT_KEPT = {"authorization", "cookie", "proxy-authorization", "x-forwarded-for"}
#: Mail comes in by several services; the inbox behind them is of one type.
_MAIL = "email"

Channel = Annotated[str, Path(pattern=r"^[a-z0-9_]{2,40}$")]
Key = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.:@+-]{1,200}$")]


@router.api_route("/{channel}", methods=["GET", "POST"], operation_id="provider_webhook")
@serves(Caller.PROVIDER)
async def receive(request: Request, channel: Channel) -> Response:
    """A provider's request. 401 `webhook_rejected` without its signature; 200 for an inbox we do not have."""
    return await _receive(request, channel, None)


@router.api_route(
    "/{channel}/{key}", methods=["GET", "POST"], operation_id="provider_webhook_of_inbox"
)
@serves(Caller.PROVIDER)
async def receive_for(request: Request, channel: Channel, key: Key) -> Response:
    """The same, where the path names the inbox's address at the provider."""
    return await _receive(request, channel, key)


async def _receive(request: Request, channel_type: str, key: str | None) -> Response:
    database: Database = request.app.state.database
    channel = CHANNELS.get(channel_type)
    if channel is None:
        raise SupadeskError(404, "channel_not_found", "There is no such kind of channel.")
    incoming = await _incoming(request)
    keys = (*channel.keys(incoming), *((key,) if key else ()))
    candidates = await database.call_service(
        "channels_for",
        {
            "p_channel_type": _MAIL if channel_type.startswith(_MAIL) else channel_type,
            "p_keys": list(dict.fromkeys(keys)),
        },
    )
    asked = [
        (
            candidate,
            base.Credentials(
                address=candidate["address"],
                settings=candidate["settings"],
                secrets=candidate["secrets"],
            ),
        )
        for candidate in candidates
    ]
    asked += await _websites(request, channel, incoming)
    accepted = []
    for candidate, credentials in asked:
        try:
            challenge = channel.handshake(incoming, credentials)
            if challenge is not None:
                return PlainTextResponse(challenge)
            channel.verify(incoming, credentials)
        except base.WebhookRejected:
            continue
        accepted.append(candidate)
    if asked and not accepted:
        _log.warning("webhook.rejected", channel=channel_type)
        raise SupadeskError(
            401, "webhook_rejected", "This request does not carry the provider's signature."
        )
    if not accepted:
        # A refusal would make the provider repeat it for days, or switch the subscription off.
        _log.info("webhook.unknown_inbox", channel=channel_type)
        return JSONResponse({"status": "ignored"})
    if incoming.method != "GET":
        await _store(database, channel, channel_type, incoming, accepted)
    return JSONResponse({"status": "ok"})


async def _websites(
    request: Request, channel: base.Channel, incoming: base.WebhookRequest
) -> list[tuple[dict[str, Any], base.Credentials]]:
    """The website inboxes whose visitors answer a digest with this mail."""
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    domain, secret = settings.inbound_email_domain, settings.inbound_email_secret
    if not isinstance(channel, MailChannel) or not domain or secret is None:
        return []
    found: dict[str, tuple[dict[str, Any], base.Credentials]] = {}
    for conversation in website.answered(channel, incoming, domain):
        known = await database.call_service("website_by_mail", {"p_conversation_id": conversation})
        if known is not None:
            credentials = website.credentials_of(known, domain, secret.get_secret_value())
            found[known["inbox_id"]] = (known, credentials)
    return list(found.values())


async def _incoming(request: Request) -> base.WebhookRequest:
    settings: Settings = request.app.state.settings
    body = await request.body()
    path = request.url.path
    query = f"?{request.url.query}" if request.url.query else ""
    return base.WebhookRequest(
        method=request.method,
        # From our own setting, never from Host: signatures cover the public address.
        url=f"{str(settings.public_url).rstrip('/')}{path}{query}",
        query=dict(request.query_params),
        headers={key.lower(): value for key, value in request.headers.items()},
        body=body,
    )


async def _store(
    database: Database,
    channel: base.Channel,
    channel_type: str,
    incoming: base.WebhookRequest,
    accepted: list[dict[str, Any]],
) -> None:
    stored = {
        "channel": channel_type,
        "method": incoming.method,
        "url": incoming.url,
        "query": dict(incoming.query),
        "headers": {key: value for key, value in incoming.headers.items() if key not in _NOT_KEPT},
    }
    body = base64.b64encode(incoming.body).decode()
    key = f"{channel_type}:{channel.event_key(incoming)}"
    for candidate in accepted:
        await database.call_service(
            "record_provider_event",
            {
                "p_inbox_id": candidate["inbox_id"],
                "p_event_key": key,
                "p_request": stored,
                "p_body": body,
            },
        )
