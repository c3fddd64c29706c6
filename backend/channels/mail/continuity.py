"""The mail to a chat visitor who left before the answer came: whether to send one, and what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WAIT = timedelta(
    minutes=2
)  # after the first answer nobody has seen; one digest per conversation is queued
SUMMARY = 10  # messages before the new ones
_TEMPLATES = {"text", "input_csat"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message of the conversation, as far as the digest cares."""

    id: str
    message_type: str  #: incoming, outgoing, template, activity
    content: str
    created_at: datetime
    content_type: str = "text"
    private: bool = False
    deleted: bool = False
    author: str = ""
    attachments: tuple[str, ...] = ()  #: file names


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Whom the digest would go to."""

    email: str | None
    last_seen_at: datetime | None  #: when they last looked at the conversation
    blocked: bool = False
    opted_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What to send. `earlier` is there only if the visitor does not have it in their mailbox already."""

    to: str
    new: tuple[Said, ...]
    earlier: tuple[Said, ...] = ()

    def content(self) -> str:
        """The mail's text in CommonMark: who said what, oldest first."""
        return "\n\n".join(_written(one) for one in (*self.earlier, *self.new))


def triggers(message: Said) -> bool:
    """Whether this message is one a visitor should not miss."""
    if message.private or message.deleted:
        return False
    if message.message_type == "outgoing":
        return True
    return message.message_type == "template" and message.content_type in _TEMPLATES


def due_at(first_unseen: Said) -> datetime:
    """When a digest that this message queued is sent; messages until then go along."""
    return first_unseen.created_at + WAIT


def digest(
    messages: Sequence[Said], visitor: Visitor, *, since: datetime, enabled: bool = True
) -> Digest | None:
    """The digest of what was said since then, None when there is nothing to send.

    `messages` are the conversation's, oldest first; `since` is when the message that queued this was written.
    """
    if not enabled or not visitor.email or visitor.blocked or visitor.opted_out:
        return None
    new = [one for one in messages if one.created_at >= since and triggers(one)]
    if not new:
        return None
    if visitor.last_seen_at is not None and visitor.last_seen_at >= new[-1].created_at:
        return None
    if not _needs_summary(messages):
        return Digest(to=visitor.email, new=tuple(new))
    shown = [one for one in messages if one.created_at >= since and _is_shown(one)]
    earlier = [one for one in messages if one.created_at < since and _is_shown(one)]
    return Digest(to=visitor.email, new=tuple(shown), earlier=tuple(earlier[-SUMMARY:]))


def _needs_summary(messages: Sequence[Said]) -> bool:
    """Whoever wrote last by mail has the conversation in their mailbox."""
    incoming = [one for one in messages if one.message_type == "incoming" and not one.deleted]
    return not incoming or incoming[-1].content_type != "incoming_email"


def _is_shown(message: Said) -> bool:
    return triggers(message) or (
        message.message_type == "incoming" and not message.private and not message.deleted
    )


def _written(message: Said) -> str:
    name = message.author.replace("\\", "").replace("*", "").replace("\n", " ").strip()
    text = [f"**{name}**  \n{message.content}" if name else message.content]
    return "\n\n".join([*text, *(f"[{name}]".replace("\n", " ") for name in message.attachments)])
