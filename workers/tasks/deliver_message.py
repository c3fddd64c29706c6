"""Hands one message to its provider, and notes what the provider said."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from backend.channels import base
from backend.connection import connected_with_token
from workers.jobs import Job
from workers.outgoing import post_signed
from workers.registry import Context, PermanentError, RetryLater

LINK_LIFETIME = 3600  # seconds; for providers that fetch files themselves
MAIL_LINK_LIFETIME = 7 * 24 * 3600  # seconds; for people who read their mail later
WAIT_AT_LEAST = 1.0  # seconds
PROGRAM_TRIES = 3
DOUBT = "It may have been delivered: the connection broke before the answer came."


async def run(context: Context, job: Job) -> None:
    """Send it, unless it is sent, gone, or held back.

    A try that was interrupted is repeated only where the provider takes an idempotency key; elsewhere
    the message becomes `unknown`, and the agent decides.
    """
    ids = {
        "p_conversation_id": job.payload.get("conversation_id"),
        "p_message_id": job.payload.get("message_id"),
    }
    if not all(isinstance(value, str) for value in ids.values()):
        raise PermanentError("the job names no message")
    found = await context.service.call_service("message_to_deliver", ids)
    if found is None or found.get("held"):
        return
    if "wait" in found:
        raise RetryLater("the provider wants us slower", max(float(found["wait"]), WAIT_AT_LEAST))
    try:
        result = await _send(context, found, job)
    except base.SendError as error:
        await _refused(context, job, ids, error)
        return
    await context.service.call_service(
        "record_delivery",
        {
            **ids,
            "p_source_ids": list(result.source_ids),
            "p_contact_alias": result.contact_alias,
        },
    )


async def _send(context: Context, found: dict[str, Any], job: Job) -> base.SendResult:
    if found["webhook"]:
        return await _tell_program(context, found, job)
    inbox = await connected_with_token(context, found["inbox_id"])
    if inbox is None:
        raise base.SendError(base.ErrorCategory.CONFIG, "The inbox is not connected.")
    blind = inbox.channel.capabilities.repeatability is base.Repeatability.BLIND
    if found["interrupted"] and blind:
        raise base.SendError(base.ErrorCategory.UNCERTAIN, DOUBT)
    _check_window(found)
    lifetime = MAIL_LINK_LIFETIME if inbox.type == "email" else LINK_LIFETIME
    outbound = await _outbound(context, found, lifetime)
    with inbox.discreetly():
        return await inbox.channel.send(outbound, inbox.credentials, context.http)


async def _tell_program(context: Context, found: dict[str, Any], job: Job) -> base.SendResult:
    """The API channel: the program behind the inbox is told, three times at most, under one delivery id."""
    webhook = found["webhook"]
    body = json.dumps(webhook["body"], ensure_ascii=False, separators=(",", ":")).encode()
    again = base.ErrorCategory.TRANSIENT if job.tries < PROGRAM_TRIES else base.ErrorCategory.CONFIG
    try:
        status = await post_signed(context, webhook["url"], webhook["secret"], found["id"], body)
    except httpx.HTTPError as error:
        raise base.SendError(
            again, f"The program did not answer ({type(error).__name__})."
        ) from None
    if not 200 <= status < 300:
        raise base.SendError(again, f"The program answered {status}.", code=str(status))
    return base.SendResult(source_ids=())


def _check_window(found: dict[str, Any]) -> None:
    """Refuse what the provider would refuse later, with a sentence that says what to do."""
    hours = found["window_hours"]
    if hours is None or found["template"]:
        return
    last = found["last_incoming_at"]
    if last is None or datetime.fromisoformat(last) + timedelta(hours=hours) < datetime.now(UTC):
        raise base.SendError(
            base.ErrorCategory.WINDOW_CLOSED,
            f"The contact last wrote more than {hours} hours ago; send an approved template instead.",
        )


async def _outbound(
    context: Context, found: dict[str, Any], link_lifetime: int
) -> base.OutboundMessage:
    attachments = []
    for file in found["attachments"]:
        data = await context.service.download("attachments", file["storage_path"])
        if data is None:
            raise base.SendError(
                base.ErrorCategory.INVALID_CONTENT, f"{file['file_name']} is not there any more."
            )
        attachments.append(
            base.OutboundAttachment(
                kind=file["file_type"],
                file_name=file["file_name"],
                content_type=file["content_type"],
                url=await context.service.signed_url(
                    "attachments", file["storage_path"], link_lifetime
                ),
                data=data,
            )
        )
    last = found["last_incoming_at"]
    return base.OutboundMessage(
        id=found["id"],
        to=found["to"],
        content=found["content"],
        content_type=found["content_type"],
        content_attributes=found["content_attributes"],
        attachments=tuple(attachments),
        in_reply_to=found["in_reply_to"],
        last_incoming_at=datetime.fromisoformat(last) if last else None,
        unanswered=found["unanswered"],
        by_human=found["by_human"],
        template=found["template"],
        thread={
            "conversation_id": found["conversation_id"],
            "subject": found["subject"],
            "message_ids": found["thread"],
            "sender_name": found["sender"]["name"],
            **found["context"],
        },
        sent_parts=tuple(found["sent_parts"]),
        interrupted=found["interrupted"],
    )


async def _refused(context: Context, job: Job, ids: dict[str, Any], error: base.SendError) -> None:
    category = error.category
    last_try = job.tries >= job.max_attempts
    if last_try and category in {base.ErrorCategory.TRANSIENT, base.ErrorCategory.RATE_LIMITED}:
        category = base.ErrorCategory.CONFIG
    await context.service.call_service(
        "fail_delivery",
        {
            **ids,
            "p_category": category,
            "p_code": error.code,
            "p_text": str(error),
            "p_retry_after_seconds": error.retry_after,
            "p_sent_parts": list(error.sent_parts),
        },
    )
    if category is base.ErrorCategory.RATE_LIMITED:
        wait = max(error.retry_after or 10.0, WAIT_AT_LEAST)
        raise RetryLater("rate limited", wait, counts=True)
    if category is base.ErrorCategory.TRANSIENT:
        raise RuntimeError(f"the provider did not take it: {json.dumps(error.code)}")
