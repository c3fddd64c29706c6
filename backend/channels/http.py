"""One request to a provider, and what its silence means."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx

from backend.channels.base import ErrorCategory, Json, SendError

TIMEOUT = httpx.Timeout(20.0, connect=5.0)  # seconds; providers answer in one or two
LONGEST_RETRY_AFTER = 3600.0  # seconds; what a provider asks for beyond that is asked again

Part = TypeVar("Part")

#: Nothing of the request left this machine.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
#: We could not even try: the address is wrong.
_NO_REQUEST = (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError)


async def request(
    http: httpx.AsyncClient, method: str, url: str, *, repeatable: bool, **arguments: Any
) -> httpx.Response:
    """Send one request and return whatever the provider answered.

    `repeatable` says that doing it twice does no harm: then silence is `TRANSIENT`, else `UNCERTAIN`.
    """
    arguments.setdefault("timeout", TIMEOUT)
    try:
        response = await http.request(method, url, follow_redirects=False, **arguments)
    except _NOT_SENT as error:
        raise SendError(ErrorCategory.TRANSIENT, f"No connection: {_words(error)}") from error
    except _NO_REQUEST as error:
        raise SendError(
            ErrorCategory.CONFIG, f"The request cannot be made: {_words(error)}"
        ) from error
    except httpx.HTTPError as error:
        raise SendError(silence(repeatable), f"No answer: {_words(error)}") from error
    if response.status_code == httpx.codes.GATEWAY_TIMEOUT and not repeatable:
        raise SendError(
            ErrorCategory.UNCERTAIN, "The provider's gateway got no answer.", code="504"
        )
    return response


def silence(repeatable: bool) -> ErrorCategory:
    """Return what an unanswered request is."""
    return ErrorCategory.TRANSIENT if repeatable else ErrorCategory.UNCERTAIN


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


def retry_after(response: httpx.Response, now: datetime | None = None) -> float | None:
    """Return the seconds of a Retry-After header, in either notation; None without one."""
    value = response.headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    if seconds != seconds:  # "nan" is a float to Python
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)


def json_object(response: httpx.Response) -> Json:
    """Return the answer's JSON object, or an empty one."""
    try:
        value = response.json()
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def category_of_status(status: int) -> ErrorCategory:
    """Return what an answer means by its status alone, when the provider's own code says nothing."""
    if status == httpx.codes.UNAUTHORIZED:
        return ErrorCategory.AUTH
    if status == httpx.codes.FORBIDDEN:
        return ErrorCategory.CONFIG
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return ErrorCategory.RATE_LIMITED
    if status == httpx.codes.REQUEST_TIMEOUT or status >= 500:
        return ErrorCategory.TRANSIENT
    return ErrorCategory.INVALID_CONTENT


async def send_parts(
    parts: Iterable[Part], already_sent: Iterable[str], send: Callable[[Part], Awaitable[str]]
) -> tuple[str, ...]:
    """Send the parts one after the other, each when the one before was taken; return all their ids.

    The first parts were sent by an earlier attempt when `already_sent` holds their ids. A failure
    carries the ids of those that went out, so that the next attempt goes on from there.
    """
    ids = list(already_sent)
    for part in list(parts)[len(ids) :]:
        try:
            ids.append(await send(part))
        except SendError as error:
            error.sent_parts = tuple(ids)
            raise
    return tuple(ids)
