"""Tells the program behind an API inbox what happened: signed, tried again, logged."""

from __future__ import annotations

import json
from typing import Any

import httpx

from backend.channels.base import SendError
from workers.jobs import Job
from workers.outgoing import post_signed
from workers.registry import Context, PermanentError

TRIES = 3


async def run(context: Context, job: Job) -> None:
    """Post it. The same delivery id goes along on every try; after the third the log says failed."""
    delivery_id = job.payload.get("delivery_id")
    conversation_id = job.payload.get("conversation_id")
    if not isinstance(delivery_id, str) or not isinstance(conversation_id, str):
        raise PermanentError("the job names no delivery")
    found = await context.service.call_service(
        "webhook_to_deliver",
        {"p_delivery_id": delivery_id, "p_conversation_id": conversation_id},
    )
    if found is None:
        await _record(context, delivery_id, "failed", None, "there was nothing to tell any more")
        return
    body = json.dumps(found["body"], ensure_ascii=False, separators=(",", ":")).encode()
    last = job.tries >= TRIES
    try:
        status = await post_signed(context, found["url"], found["secret"], delivery_id, body)
    except (httpx.HTTPError, SendError) as error:
        await _record(
            context, delivery_id, "failed" if last else "pending", None, type(error).__name__
        )
        if last:
            raise PermanentError("the receiver did not answer") from None
        raise
    if 200 <= status < 300:
        await _record(context, delivery_id, "delivered", status, None)
        return
    await _record(context, delivery_id, "failed" if last else "pending", status, None)
    if last:
        raise PermanentError(f"the receiver answered {status}")
    raise RuntimeError(f"the receiver answered {status}")


async def _record(
    context: Context, delivery_id: str, status: str, response: int | None, error: str | None
) -> None:
    arguments: dict[str, Any] = {
        "p_delivery_id": delivery_id,
        "p_status": status,
        "p_response_status": response,
        "p_error": error,
    }
    await context.service.call_service("record_webhook", arguments)
