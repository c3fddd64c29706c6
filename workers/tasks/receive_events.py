"""Reads what a provider sent: each stored request becomes messages, receipts and changes, oldest first."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog

from backend.channels import base
from backend.channels.registry import CHANNELS
from backend.connection import Connected, connected, without_secrets
from workers.inbox import website_by_mail
from workers.jobs import Job
from workers.registry import Context, PermanentError

_log = structlog.get_logger()
BATCH = 50  # requests a call


async def run(context: Context, job: Job) -> None:
    """Drain the inbox. Each request is closed when all of it is in; read again, it changes nothing."""
    inbox_id = job.payload.get("inbox_id")
    if not isinstance(inbox_id, str):
        raise PermanentError("the job names no inbox")
    inbox = await connected(context, inbox_id) or await website_by_mail(context, inbox_id)
    if inbox is None:
        return
    while True:
        events = await context.service.call_service(
            "next_provider_events", {"p_inbox_id": inbox_id, "p_limit": BATCH}
        )
        if not events:
            return
        for event in events:
            await _read(context, inbox_id, inbox, event)


async def _read(
    context: Context, inbox_id: str, inbox: Connected, event: Mapping[str, Any]
) -> None:
    stored = event["request"]
    request = base.WebhookRequest(
        method=stored["method"],
        url=stored["url"],
        query=stored["query"],
        headers=stored["headers"],
        body=base64.b64decode(event["body"]),
    )
    problems: list[str] = []
    try:
        items = CHANNELS[stored["channel"]].parse(request, inbox.credentials)
    except Exception as error:
        # An adapter must not raise; when one does, its request waits for a release that knows better.
        items, problems = (), [f"{type(error).__name__} while parsing"]
    secrets = inbox.credentials.secrets
    for item in items:
        if isinstance(item, base.Quarantined):
            problems.append(item.error)
            continue
        try:
            await _apply(context, inbox_id, inbox, item)
        except base.SendError as error:
            problems.append(str(error))
        except Exception as error:
            if getattr(error, "status", 503) >= 500:
                raise  # our own database is away: the job is tried again, and finds what is done already
            problems.append(f"{type(item).__name__}: {error}")
    await context.service.call_service(
        "close_provider_event",
        {
            "p_id": event["id"],
            "p_status": "quarantined" if problems else "processed",
            "p_error": without_secrets("; ".join(problems), secrets) or None,
        },
    )
    if problems:
        _log.warning("event.quarantined", event_id=event["id"], channel=stored["channel"])


async def _apply(context: Context, inbox_id: str, inbox: Connected, item: base.Event) -> None:
    call = context.service.call_service
    match item:
        case base.InboundMessage():
            answer = await call(
                "receive_message", {"p_inbox_id": inbox_id, "p_message": as_json(item)}
            )
            await _keep_files(context, item, answer.get("attachments") or [])
            await _acknowledge(context, inbox, item)
        case base.MessageEdit():
            await call("edit_received_message", {"p_inbox_id": inbox_id, "p_edit": as_json(item)})
        case base.MessageDeletion():
            await call(
                "delete_received_message",
                {"p_inbox_id": inbox_id, "p_source_id": item.source_id, "p_erase": item.erase},
            )
        case base.Reaction():
            await call("react_to_message", {"p_inbox_id": inbox_id, "p_reaction": as_json(item)})
        case base.StatusUpdate():
            await call("update_delivery", {"p_inbox_id": inbox_id, "p_status": as_json(item)})
        case base.ContactUpdate():
            await call(
                "update_contact_address", {"p_inbox_id": inbox_id, "p_update": as_json(item)}
            )
        case base.InboxUpdate():
            await call("update_inbox", {"p_inbox_id": inbox_id, "p_update": as_json(item)})
        case _:
            pass


async def _acknowledge(context: Context, inbox: Connected, item: base.InboundMessage) -> None:
    """Let a button that the contact pressed stop spinning. It is a courtesy: failing at it costs nothing."""
    if isinstance(inbox.channel, base.Acknowledges):
        try:
            await inbox.channel.acknowledge(item, inbox.credentials, context.http)
        except base.SendError as error:
            _log.info("event.not_acknowledged", reason=str(error.category))


async def _keep_files(
    context: Context, item: base.InboundMessage, stored: list[dict[str, Any]]
) -> None:
    """Put into Storage what came inside the event itself (mails carry their files)."""
    for given, row in zip(item.attachments, stored, strict=False):
        if given.media is None or given.media.data is None or row["state"] != "pending":
            continue
        await context.service.upload(
            "attachments",
            row["storage_path"],
            given.media.data,
            given.media.content_type or "application/octet-stream",
        )
        await context.service.call_service("attachment_arrived", {"p_attachment_id": row["id"]})


def as_json(item: Any) -> Any:
    """A normalised item as the database takes it: no bytes, no raw event, times in ISO 8601."""
    match item:
        case datetime():
            return item.isoformat()
        case str():
            # Postgres keeps neither NUL nor half of a surrogate pair.
            return item.replace("\0", "").encode("utf-8", "replace").decode()
        case bytes():
            return None
        case Mapping():
            return {str(key): as_json(value) for key, value in item.items()}
        case list() | tuple():
            return [as_json(value) for value in item]
    if dataclasses.is_dataclass(item):
        return {
            field.name: as_json(getattr(item, field.name))
            for field in dataclasses.fields(item)
            if field.name != "raw"
        }
    return item
