"""Twilio's error codes in our words."""

from __future__ import annotations

import httpx

from backend.channels.base import ErrorCategory, SendError
from backend.channels.http import category_of_status, json_object, retry_after
from backend.channels.payload import text

_CODES: dict[ErrorCategory, tuple[int, ...]] = {
    ErrorCategory.AUTH: (20003,),
    ErrorCategory.RATE_LIMITED: (20429, 21611, 30001, 63018, 63038),
    ErrorCategory.TRANSIENT: (30008, 63012),
    ErrorCategory.CONFIG: (20404, 21408, 21606, 21612, 30002, 30034, 63015),
    ErrorCategory.POLICY: (30004, 30007, 63013, 63032, 63049, 63051),
    ErrorCategory.WINDOW_CLOSED: (63016,),
    ErrorCategory.RECIPIENT_OPTOUT: (21610,),
    ErrorCategory.RECIPIENT_UNREACHABLE: (21614, 30003, 30005, 30006, 63003, 63024, 63033),
    ErrorCategory.INVALID_CONTENT: (
        *(21211, 21212, 21214, 21617, 21620, 63005, 63019, 63021, 63027, 63028),
    ),
}
_CATEGORY = {code: category for category, codes in _CODES.items() for code in codes}
#: What a code means; Twilio's own text is often empty.
_WORDS = {
    21211: "The number is not valid.",
    21408: "The account may not send to this country.",
    21606: "The sender cannot send messages.",
    21610: "The recipient has opted out.",
    21614: "The number cannot receive messages.",
    30001: "The queue is full.",
    30002: "The account is suspended.",
    30003: "The handset cannot be reached.",
    30004: "The message was blocked.",
    30005: "The number is unknown or no longer in service.",
    30006: "Landlines and some carriers cannot be reached.",
    30007: "The carrier filtered the message as spam.",
    30008: "The carrier gave no reason.",
    30034: "The sender is not registered for messages in the United States.",
    63003: "The recipient is not on this channel.",
    63015: "The recipient has not joined the sandbox.",
    63016: "More than 24 hours have passed since the customer last wrote. Send a template instead.",
    63018: "Too many messages were sent.",
    63019: "The file could not be downloaded.",
    63024: "The recipient is not valid.",
    63032: "The recipient is blocked for this sender.",
    63049: "Meta chose not to deliver this marketing message.",
}


def category_of(code: int | None, fallback: ErrorCategory) -> ErrorCategory:
    """Return what a code means; the fallback for one that is not known."""
    return _CATEGORY.get(code, fallback) if code is not None else fallback


def words_of(code: int | None) -> str | None:
    """Return what a code means, for when Twilio does not say."""
    return _WORDS.get(code) if code is not None else None


def error_of(response: httpx.Response) -> SendError:
    """Return the error a refused request stands for."""
    body = json_object(response)
    code = body.get("code")
    known = code if isinstance(code, int) else None
    words = text(body.get("message")) or words_of(known) or f"HTTP {response.status_code}"
    return SendError(
        category_of(known, category_of_status(response.status_code)),
        words,
        code=text(code) or str(response.status_code),
        retry_after=retry_after(response),
    )
