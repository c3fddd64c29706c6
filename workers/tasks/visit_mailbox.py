"""Reads what is new in one mailbox. Each mail is stored together with the cursor behind it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import structlog

from backend.channels import base
from backend.channels.mail import imap
from backend.channels.registry import CHANNELS
from backend.connection import Connected, connected_with_token
from backend.errors import SupadeskError, Unavailable
from workers.jobs import Job
from workers.registry import Context, PermanentError

_log = structlog.get_logger()
CHANNEL = "email_raw"  # how stored mails are read: as they are, the recipient beside them


async def run(context: Context, job: Job) -> None:
    """Visit it, unless it is gone or waits for an administrator. A server's trouble is noted, not raised.

    Each visit has a number: one that was thought dead stores nothing any more.
    """
    inbox_id = job.payload.get("inbox_id")
    if not isinstance(inbox_id, str):
        raise PermanentError("the job names no inbox")
    opened = await context.service.call_service("begin_visit", {"p_inbox_id": inbox_id})
    if opened is None:
        return
    ids = {"p_inbox_id": inbox_id, "p_visit": opened["visit"]}
    cursor = as_cursor(opened["cursor"])
    now = datetime.now(UTC)

    async def store(fetched: imap.Fetched, behind: imap.Cursor) -> None:
        assert inbox is not None
        await _store(context, ids, inbox, fetched, behind)

    try:
        inbox = await connected_with_token(context, inbox_id)
        if inbox is None:
            return
        with inbox.discreetly():
            cursor = await imap.visit(inbox.credentials, cursor, store, now=now)
    except base.SendError as error:
        _log.info("mailbox.failed", reason=str(error.category))
        kept = error.cursor if isinstance(error, imap.Interrupted) else None
        ended = {
            "p_cursor": as_json(kept) if kept else None,
            "p_category": error.category,
            "p_text": str(error),
        }
        await context.service.call_service("end_visit", {**ids, **ended})
        return
    more = cursor.visited_at != now
    await context.service.call_service(
        "end_visit", {**ids, "p_cursor": as_json(cursor), "p_more": more}
    )


async def _store(
    context: Context,
    ids: Mapping[str, Any],
    inbox: Connected,
    fetched: imap.Fetched,
    behind: imap.Cursor,
) -> None:
    request = imap.as_request(fetched, inbox.credentials)
    key = f"{CHANNEL}:{CHANNELS[CHANNEL].event_key(request)}"
    if fetched.poison:
        # What could be had of several bad mails may be the same: nothing.
        key = f"poison:{behind.uidvalidity}:{fetched.uid}"
    try:
        await context.service.call_service(
            "record_mail",
            {
                **ids,
                "p_event_key": key,
                "p_request": {
                    "channel": CHANNEL,
                    "method": request.method,
                    "url": request.url,
                    "query": dict(request.query),
                    "headers": dict(request.headers),
                },
                "p_body": base64.b64encode(request.body).decode(),
                "p_cursor": as_json(behind),
                "p_poison": fetched.poison,
            },
        )
    except SupadeskError as error:
        # Not this mail's fault; anything else counts against it.
        if isinstance(error, Unavailable) or error.body.code == "visit_lost":
            raise imap.StoreUnavailable(error.body.code) from error
        raise


def as_cursor(kept: Mapping[str, Any]) -> imap.Cursor:
    """The cursor as the database keeps it."""
    visited = kept.get("visited_at")
    pending = {int(uid): int(strikes) for uid, strikes in (kept.get("pending") or {}).items()}
    return imap.Cursor(
        uidvalidity=kept.get("uidvalidity"),
        last_uid=int(kept.get("last_uid") or 0),
        visited_at=datetime.fromisoformat(visited) if visited else None,
        pending=MappingProxyType(pending),
    )


def as_json(cursor: imap.Cursor) -> dict[str, Any]:
    """The cursor for the database."""
    return {
        "uidvalidity": cursor.uidvalidity,
        "last_uid": cursor.last_uid,
        "visited_at": cursor.visited_at.isoformat() if cursor.visited_at else None,
        "pending": {str(uid): strikes for uid, strikes in cursor.pending.items()},
    }
