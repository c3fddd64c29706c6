"""Meta's error codes for WhatsApp in our words. The code and its details decide, never the title."""

from __future__ import annotations

import re

import httpx

from backend.channels.base import ErrorCategory, Json, SendError
from backend.channels.http import category_of_status, json_object, retry_after
from backend.channels.payload import obj, text

#: Seconds to wait when one pair of sender and recipient was too fast; the worker doubles it.
PAIR_RATE_DELAY = 6.0
_PAIR_RATE = 131056
_MEDIA_UPLOAD = 131053
_FETCH_FAILED = re.compile(r"\b(?:429|5\d\d)\b")

_CODES: dict[ErrorCategory, tuple[int, ...]] = {
    ErrorCategory.AUTH: (0, 190),
    ErrorCategory.RATE_LIMITED: (4, 80007, 130429, _PAIR_RATE, 132069),
    ErrorCategory.TRANSIENT: (1, 2, 131000, 131016, 131052, 131057, 133004),
    ErrorCategory.POLICY: (368, 130472, 130497, 131031, 131048, 131049),
    ErrorCategory.CONFIG: (
        *(3, 10, *range(200, 300), 33, 131005, 131030, 131037, 131042, 131045),
        *(132015, 132016, 132068, 133005, 133006, 133007, 133008, 133009, 133010),
    ),
    ErrorCategory.WINDOW_CLOSED: (131047,),
    ErrorCategory.RECIPIENT_UNREACHABLE: (131026,),
    ErrorCategory.RECIPIENT_OPTOUT: (131050,),
    ErrorCategory.INVALID_CONTENT: (
        *(100, 131008, 131009, 131021, 131051, _MEDIA_UPLOAD, 131060),
        *(132000, 132001, 132005, 132007, 132012, 135000),
    ),
}
_CATEGORY = {code: category for category, codes in _CODES.items() for code in codes}


def category_of(code: int | None, details: str, fallback: ErrorCategory) -> ErrorCategory:
    """Return what a code means; the fallback for one that is not known."""
    if code == _MEDIA_UPLOAD and _FETCH_FAILED.search(details):
        return ErrorCategory.TRANSIENT  # Meta's proxy could not get the file this time
    return _CATEGORY.get(code, fallback) if code is not None else fallback


def describe(error: Json, fallback: ErrorCategory) -> tuple[ErrorCategory, str | None, str]:
    """Return category, code and words of one of Meta's error objects."""
    raw_code = error.get("code")
    code = raw_code if isinstance(raw_code, int) else None
    details = text(obj(error.get("error_data")).get("details"))
    words = details or text(error.get("message")) or text(error.get("title")) or ""
    return category_of(code, words, fallback), text(raw_code), words


def error_of(response: httpx.Response) -> SendError:
    """Return the error a refused request stands for."""
    status = response.status_code
    body = json_object(response)
    error = obj(body.get("error"))
    if not error:  # 360dialog's own, or something in between
        words = text(obj(body.get("meta")).get("developer_message")) or f"HTTP {status}"
        category = category_of_status(status)
        if status == httpx.codes.BAD_REQUEST and "payment" in words.lower():
            category = ErrorCategory.CONFIG
        elif status == httpx.codes.BAD_REQUEST and "rate" in words.lower():
            category = ErrorCategory.RATE_LIMITED
        return SendError(category, words, code=str(status), retry_after=retry_after(response))
    category, code, words = describe(error, category_of_status(status))
    delay = retry_after(response)
    if code == str(_PAIR_RATE):
        delay = max(delay or 0.0, PAIR_RATE_DELAY)
    return SendError(category, words, code=code, retry_after=delay)
