"""Mails a website visitor who left what was answered since."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import structlog
from markupsafe import Markup

from backend import mail
from backend.channels.mail import continuity
from backend.channels.mail.outgoing import clean_name
from backend.channels.mail.render import to_html, to_text
from backend.channels.mail.threading import conversation_id, message_id, reply_address
from workers.jobs import Job
from workers.registry import Context, PermanentError

_log = structlog.get_logger()


async def run(context: Context, job: Job) -> None:
    """Send one digest of all that is new, unless the visitor saw it. Sent twice, its id is the same."""
    conversation, since = job.payload.get("conversation_id"), job.payload.get("since")
    if not isinstance(conversation, str) or not isinstance(since, str):
        raise PermanentError("the job names no conversation")
    if context.mailer is None or not context.mailer.enabled:
        _log.info("mail.disabled")
        return
    found = await context.service.call_service(
        "take_digest", {"p_conversation_id": conversation, "p_since": since}
    )
    if found is None:
        return
    digest = continuity.digest(
        [_said(message) for message in found["messages"]],
        continuity.Visitor(
            email=found["email"],
            last_seen_at=_moment(found["last_seen_at"]),
            blocked=found["blocked"],
            opted_out=found["opted_out"],
        ),
        since=datetime.fromisoformat(found["since"]),
        enabled=found["enabled"],
    )
    if digest is None:
        return
    business = clean_name(found["business_name"])
    content = digest.content()
    message = mail.write(
        "digest", found["locale"], "digest", {"business": mail.line(business)},
        text=to_text(content), html=Markup(to_html(content)),  # noqa: S704 - cleaned by to_html
        answerable=context.inbound_domain is not None,
    )  # fmt: skip
    domain = context.inbound_domain or context.mailer.domain
    message["Message-ID"] = f"<{message_id(conversation, digest.new[-1].id, domain)}>"
    message["References"] = f"<{conversation_id(found['account_id'], conversation, domain)}>"
    if context.inbound_domain:
        message["Reply-To"] = reply_address(
            conversation, context.inbound_domain, found["reply_token"], datetime.now(UTC)
        )
    try:
        await context.mailer.send(message, digest.to, sender_name=business or None)
    except mail.MailError as error:
        if error.permanent:
            raise PermanentError(str(error)) from None
        raise
    last = max(message["seq"] for message in found["messages"])
    await context.service.call_service(
        "digest_sent", {"p_conversation_id": conversation, "p_seq": last}
    )


def _said(message: dict[str, Any]) -> continuity.Said:
    return continuity.Said(
        id=message["id"],
        message_type=message["message_type"],
        content=message["content"],
        created_at=datetime.fromisoformat(message["created_at"]),
        content_type=message["content_type"],
        deleted=message["deleted"],
        author=message["author"] or "",
        attachments=tuple(message["attachments"]),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
