"""Mails a notification to an agent who wants it by e-mail."""

from __future__ import annotations

import structlog

from backend import mail
from workers.jobs import Job
from workers.registry import Context, PermanentError

_log = structlog.get_logger()


async def run(context: Context, job: Job) -> None:
    """Send it, unless it was read, replaced by a newer one, or is no longer theirs to see.

    The database decides that anew; a mail that was sent may be sent again when its job runs twice.
    """
    notification_id, created_at = job.payload.get("notification_id"), job.payload.get("created_at")
    if not isinstance(notification_id, str) or not isinstance(created_at, str):
        raise PermanentError("the job names no notification")
    if context.mailer is None or not context.mailer.enabled:
        _log.info("mail.disabled")
        return
    found = await context.service.call_service(
        "notification_email",
        {"p_notification_id": notification_id, "p_created_at": created_at},
    )
    if found is None:
        return
    words = {
        "display_id": str(found["display_id"]),
        "inbox_name": mail.line(found["inbox_name"]),
        "account_name": mail.line(found["account_name"]),
        "contact_name": mail.line(found["contact_name"] or "?"),
        "actor_name": mail.line(found["actor_name"] or found["account_name"]),
    }
    link = f"{context.dashboard_url}/a/{found['account_id']}/inbox/all/{found['display_id']}"
    kind = found["notification_type"]
    message = mail.write(
        "notification", found["locale"], kind, words,
        headline=kind, excerpt=mail.line(found["excerpt"] or "", 300), link=link,
    )  # fmt: skip
    try:
        await context.mailer.send(message, found["to"])
    except mail.MailError as error:
        if error.permanent:
            raise PermanentError(str(error)) from None
        raise
