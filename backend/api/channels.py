"""Proving that an inbox works: asking its provider, telling it where to report, sending a test.

The database says whether the caller may; the credentials are read by the service and never shown. What a
provider says is passed on in its own words, without the secrets that some of them repeat.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, TypeVar
from urllib.parse import quote
from uuid import UUID, uuid4

import structlog
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from backend import mail
from backend.access import Caller, agent_token, serves
from backend.channels.base import ErrorCategory, OutboundMessage, SendError, SetsWebhook
from backend.channels.health import Checks, Step
from backend.channels.mail.address import is_address
from backend.connection import (
    Connected,
    Doors,
    connected,
    connected_with_token,
    without_secrets,
)
from backend.db import Database
from backend.errors import SupadeskError
from backend.settings import Settings

router = APIRouter(prefix="/channels", tags=["channels"])
_log = structlog.get_logger()

PATIENCE = 25.0  # seconds for all that a provider is asked
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
#: Trying again later may help.
_PASSING = {ErrorCategory.TRANSIENT, ErrorCategory.RATE_LIMITED, ErrorCategory.UNCERTAIN}
#: Steps whose answer is the name by which the provider knows us.
_NAMING = {"number", "bot", "page", "account"}

T = TypeVar("T")


class CheckedStep(BaseModel):
    """One thing that must be right."""

    name: str = Field(description="number, account, bot, page, webhook, imap, smtp or token.")
    ok: bool
    detail: str = Field(description="What the provider said, in its own words.")


class Checked(BaseModel):
    """Whether the inbox works, up to the first step that does not."""

    ok: bool
    category: str | None = Field(description="Why not: auth, config, transient, rate_limited …")
    account_name: str | None = Field(description="How the provider calls us.")
    steps: list[CheckedStep]


class Webhook(BaseModel):
    """Where the provider reports to now."""

    url: str


class TestRequest(BaseModel):
    """Whom to write to."""

    model_config = ConfigDict(extra="forbid")

    to: Annotated[str, Field(min_length=1, max_length=320)]
    locale: Annotated[str, Field(max_length=20)] = "en"


class Sent(BaseModel):
    """The provider took the message."""

    to: str
    ids: list[str] = Field(description="The provider's ids of it.")


@router.post("/{inbox_id}/check", operation_id="check_channel")
@serves(Caller.AGENT)
async def check(request: Request, inbox_id: UUID) -> Checked:
    """Ask the provider whether all is right, and keep what it says; administrators only.

    Refused credentials hold the inbox until it is reconnected; when all is right again it goes on.
    Fails with `not_authorized`, `inbox_not_found`, `not_administrator`, `inbox_not_connected`,
    `too_many_requests`.
    """
    await _begin(request, inbox_id, "check")
    doors: Doors = request.app.state.doors
    inbox = _there(await connected(doors, str(inbox_id)))
    try:
        inbox, steps = await _patiently(lambda: _steps(doors, inbox_id))
    except SendError as error:
        steps = [Step(name="token", ok=False, detail=str(error), category=error.category)]
    result = _result(steps, inbox)
    await doors.service.call_service(
        "record_channel_check",
        {
            "p_inbox_id": str(inbox_id),
            "p_changed_at": inbox.changed_at,
            "p_result": result.model_dump(),
        },
    )
    _log.info("channel.checked", channel=inbox.type, ok=result.ok, category=result.category)
    return result


@router.post("/{inbox_id}/webhook", operation_id="set_channel_webhook")
@serves(Caller.AGENT)
async def set_webhook(request: Request, inbox_id: UUID) -> Webhook:
    """Have the provider report to this installation, where its API lets us; administrators only.

    Fails as checking does, and with `webhook_by_hand`, `provider_refused`, `provider_unavailable`.
    """
    await _begin(request, inbox_id, "webhook")
    doors: Doors = request.app.state.doors
    inbox = _there(await connected(doors, str(inbox_id)))
    channel = inbox.channel
    if not isinstance(channel, SetsWebhook):
        raise SupadeskError(
            409,
            "webhook_by_hand",
            "This provider's API does not set webhooks.",
            hint="Paste the inbox's webhook address into the provider's console.",
        )
    url = webhook_url(request.app.state.settings, inbox)
    await _told(
        doors, inbox_id, inbox, lambda: channel.set_webhook(url, inbox.credentials, doors.http)
    )
    return Webhook(url=url)


@router.post("/{inbox_id}/test", operation_id="test_channel")
@serves(Caller.AGENT)
async def test(request: Request, inbox_id: UUID, body: TestRequest) -> Sent:
    """Send one message of ours; administrators only.

    By mail and SMS to whomever one names, elsewhere to somebody who wrote to the inbox: providers allow
    nothing else. Fails as setting the webhook does, and with `address_invalid`, `recipient_unknown`.
    """
    await _begin(request, inbox_id, "test")
    doors: Doors = request.app.state.doors
    inbox = _there(await connected(doors, str(inbox_id)))
    message = await _test_message(doors, inbox_id, inbox, body)

    async def send() -> list[str]:
        ready = _there(await connected_with_token(doors, str(inbox_id)))
        with ready.discreetly():  # its token may be newer than the one we began with
            sent = await ready.channel.send(message, ready.credentials, doors.http)
        return list(sent.source_ids)

    ids = await _told(doors, inbox_id, inbox, send)
    await doors.service.call_service("record_channel_test", {"p_inbox_id": str(inbox_id)})
    return Sent(to=body.to, ids=ids)


def webhook_url(settings: Settings, inbox: Connected) -> str:
    """Where the provider of this inbox reports to."""
    base = str(settings.public_url).rstrip("/")
    return f"{base}/webhooks/{inbox.type}/{quote(inbox.credentials.address, safe='@:+')}"


async def _begin(request: Request, inbox_id: UUID, action: str) -> None:
    database: Database = request.app.state.database
    await database.call_as(
        agent_token(request),
        "begin_channel_action",
        {"p_inbox_id": str(inbox_id), "p_action": action},
    )


def _there(inbox: Connected | None) -> Connected:
    """The inbox, unless it was deleted meanwhile."""
    if inbox is None:
        raise SupadeskError(404, "inbox_not_found", "There is no such inbox.")
    return inbox


async def _steps(doors: Doors, inbox_id: UUID) -> tuple[Connected, list[Step]]:
    """The inbox, its token perhaps renewed, and what its provider says."""
    inbox = _there(await connected_with_token(doors, str(inbox_id)))
    assert isinstance(inbox.channel, Checks), inbox.type
    return inbox, await inbox.channel.check(inbox.credentials, doors.http)


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """What the provider answers. Raises `SendError`, also when it takes too long or answers nonsense."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await ask()
    except TimeoutError:
        raise SendError(ErrorCategory.TRANSIENT, "The provider takes too long.") from None
    except ValueError as error:
        raise SendError(
            ErrorCategory.UNCERTAIN, f"The provider's answer makes no sense: {error}"
        ) from None


async def _told(
    doors: Doors, inbox_id: UUID, inbox: Connected, tell: Callable[[], Awaitable[T]]
) -> T:
    """What came of telling the provider something. Raises our error for its refusal."""
    try:
        return await _patiently(tell)
    except SendError as error:
        words = without_secrets(str(error), inbox.credentials.secrets)
        _log.info("channel.refused", channel=inbox.type, category=error.category)
        if error.category is ErrorCategory.AUTH:
            await doors.service.call_service(
                "set_connection_state",
                {
                    "p_inbox_id": str(inbox_id),
                    "p_state": "reauthorization_required",
                    "p_reason": words,
                },
            )
        if error.category in _PASSING:
            wait = int(error.retry_after or 10)
            raise SupadeskError(
                503,
                "provider_unavailable",
                words,
                details=error.category,
                hint="Try again in a moment.",
                headers={"Retry-After": str(wait)},
            ) from None
        raise SupadeskError(502, "provider_refused", words, details=error.category) from None


def _result(steps: list[Step], inbox: Connected) -> Checked:
    secrets = inbox.credentials.secrets
    failed = next((step for step in steps if not step.ok), None)
    named = (step.detail for step in steps if step.ok and step.name in _NAMING)
    return Checked(
        ok=failed is None,
        category=failed.category if failed else None,
        account_name=next(named, None) or (inbox.credentials.address if not failed else None),
        steps=[
            CheckedStep(name=step.name, ok=step.ok, detail=without_secrets(step.detail, secrets))
            for step in steps
        ],
    )


async def _test_message(
    doors: Doors, inbox_id: UUID, inbox: Connected, body: TestRequest
) -> OutboundMessage:
    to = body.to.strip()
    writes_first = inbox.channel.capabilities.writes_first
    if writes_first:
        if not (is_address(to) if inbox.type == "email" else _NUMBER.fullmatch(to)):
            raise SupadeskError(
                400,
                "address_invalid",
                "This is no address of this channel.",
                hint="An e-mail address, or a phone number that begins with + and the country's code.",
            )
        known = None
    else:
        known = await doors.service.call_service(
            "channel_test_recipient", {"p_inbox_id": str(inbox_id), "p_to": to}
        )
        if known is None:
            raise SupadeskError(
                409,
                "recipient_unknown",
                "On this channel one can only answer people.",
                hint="Write to the inbox yourself, and then send the test to yourself.",
            )
    words = mail.texts()[mail.language(body.locale)]
    name = str(inbox.credentials.settings.get("inbox_name") or "")
    return OutboundMessage(
        id=str(uuid4()),
        to=to,
        content=words["channel_test"].format(inbox_name=mail.line(name)),
        last_incoming_at=datetime.fromisoformat(known["last_incoming_at"])
        if known and known["last_incoming_at"]
        else None,
        thread={
            "conversation_id": str(uuid4()),
            "subject": words["channel_test_subject"],
            **(known["context"] if known else {}),
        },
    )
