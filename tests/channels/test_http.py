"""What a provider's answer, or its silence, means."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from backend.channels.base import ErrorCategory, SendError
from backend.channels.http import LONGEST_RETRY_AFTER, request, retry_after, send_parts
from tests.channels.provider import Answer, Provider

SHORT = httpx.Timeout(0.3)


@pytest.mark.parametrize("fault", ["hang", "reset"])
@pytest.mark.parametrize(
    ("repeatable", "category"),
    [(True, ErrorCategory.TRANSIENT), (False, ErrorCategory.UNCERTAIN)],
)
async def test_silence_after_sending_is_uncertain_unless_repeating_does_no_harm(
    provider: Provider, http: httpx.AsyncClient, fault: str, repeatable: bool, category: str
) -> None:
    provider.answers = [Answer(fault=fault)]
    with pytest.raises(SendError) as failure:
        await request(http, "POST", provider.url, repeatable=repeatable, timeout=SHORT, json={})
    assert failure.value.category == category
    assert len(provider.asked) == 1


async def test_no_connection_is_transient_for_everyone(http: httpx.AsyncClient) -> None:
    with pytest.raises(SendError) as failure:
        await request(http, "POST", "http://127.0.0.1:1/", repeatable=False)
    assert failure.value.category is ErrorCategory.TRANSIENT


async def test_an_address_that_is_none_is_a_matter_of_configuration(
    http: httpx.AsyncClient,
) -> None:
    with pytest.raises(SendError) as failure:
        await request(http, "POST", "gopher://x/", repeatable=False)
    assert failure.value.category is ErrorCategory.CONFIG


async def test_a_gateway_that_timed_out_may_have_passed_the_message_on(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(status=504, json={})]
    with pytest.raises(SendError) as failure:
        await request(http, "POST", provider.url, repeatable=False)
    assert failure.value.category is ErrorCategory.UNCERTAIN


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Thu, 10 Sep 2026 12:00:30 GMT", 30.0),
        ("Thu, 10 Sep 2026 11:00:00 GMT", 0.0),
        ("999999999", LONGEST_RETRY_AFTER),
        ("nan", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_notations(value: str, seconds: float | None) -> None:
    response = httpx.Response(429, headers={"retry-after": value})
    assert retry_after(response, datetime(2026, 9, 10, 12, tzinfo=UTC)) == seconds


async def test_a_later_attempt_goes_on_after_the_parts_that_went_out() -> None:
    sent: list[str] = []

    async def send(part: str) -> str:
        if part == "c" and len(sent) < 3:
            sent.append("failed")
            raise SendError(ErrorCategory.TRANSIENT, "busy")
        sent.append(part)
        return f"id-{part}"

    with pytest.raises(SendError) as failure:
        await send_parts("abc", (), send)
    assert failure.value.sent_parts == ("id-a", "id-b")
    assert await send_parts("abc", failure.value.sent_parts, send) == ("id-a", "id-b", "id-c")
    assert sent == ["a", "b", "failed", "c"]
