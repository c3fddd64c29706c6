"""What LINE gets from us, and what its answers mean."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from backend.channels.base import Credentials, ErrorCategory, MediaSource, SendError, Target
from backend.channels.line import Line
from backend.channels.line_objects import message_objects, retry_key
from backend.channels.text import utf16
from tests.channels.payloads import payload
from tests.channels.provider import Answer, Asked, Provider
from tests.channels.support import (
    MESSAGE_ID,
    answer_of,
    body_of,
    file,
    offering,
    outgoing,
    refused,
)

USER = "U8e1f0a2b3c4d5e6f708192a3b4c5d6e7"
OK = Answer(json={"sentMessages": [{"id": "1"}]})


@pytest.fixture
def account(provider: Provider) -> Credentials:
    """An official account whose API is on loopback."""
    return Credentials(
        address="U0b1c2d3e4f5061728394a5b6c7d8e9f0",
        secrets={"channel_token": "token"},
        base_url=provider.url,
    )


def body(asked: Asked) -> Any:
    """What was asked for."""
    return json.loads(asked.body)


async def test_text_is_pushed_as_documented(
    provider: Provider, account: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [answer_of("line", "resp_push_ok.json")]
    quoting = outgoing(USER, "ของส่งวันนี้ค่ะ", thread={"quote_token": "q3Plxr4AgKd...TEXT"})
    result = await Line().send(quoting, account, http)
    assert result.source_ids == ("461230966842064897",)
    [asked] = provider.asked
    documented = payload("line", "out_push_text.txt").decode()
    assert documented.startswith(f"{asked.method} {asked.path} HTTP/1.1")
    assert f"X-Line-Retry-Key: {asked.headers['x-line-retry-key']}" in documented
    assert asked.headers["authorization"] == "Bearer token"
    assert body(asked) == body_of("line", "out_push_text.txt")


async def test_73_media_is_sent_by_address_with_a_preview(
    provider: Provider, account: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [OK]
    files = (
        file("https://files.example.com/a/o.jpg", preview_url="https://files.example.com/a/p.jpg"),
        file(
            "https://files.example.com/a/v.mp4",
            "video/mp4",
            preview_url="https://files.example.com/a/v.jpg",
        ),
        file("https://files.example.com/a/a.m4a", "audio/mp4", duration_ms=4200),
    )
    await Line().send(outgoing(USER, attachments=files), account, http)
    assert body(provider.asked[0]) == body_of("line", "out_push_media.json")


async def test_other_files_become_a_link(
    provider: Provider, account: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [OK]
    paper = file("https://files.example.com/a/nota-4417.pdf", "application/pdf")
    await Line().send(outgoing(USER, attachments=(paper,)), account, http)
    assert body(provider.asked[0]) == body_of("line", "out_push_file_as_flex_link.json")
    for unplayable in (
        file("https://f.example.com/v.mp4", "video/mp4"),
        file("https://f.example.com/a.mp3", "audio/mpeg"),
    ):
        [found] = message_objects(outgoing(USER, attachments=(unplayable,)))
        assert found["type"] == "flex"
    [picture] = message_objects(outgoing(USER, attachments=(file("https://f.example.com/a.png"),)))
    assert picture["previewImageUrl"] == picture["originalContentUrl"]


async def test_options_become_quick_replies(
    provider: Provider, account: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [OK]
    message = offering(USER, "How did we do?", ("Great", "csat:5"), ("Bad", "Bad"))
    await Line().send(message, account, http)
    assert body(provider.asked[0]) == body_of("line", "out_push_quick_reply.json")
    many = [(f"Option {number}", str(number)) for number in range(14)]
    *_, last = message_objects(offering(USER, "Which?", *many))
    assert "quickReply" not in last
    assert "14. Option 13" in last["text"]


async def test_gestures_are_what_line_documents(
    provider: Provider, account: Credentials, http: httpx.AsyncClient
) -> None:
    await Line().typing(Target(to=USER), account, http)
    await Line().mark_read(Target(to=USER, thread={"mark_as_read_token": "mr-9f3a"}), account, http)
    await Line().mark_read(Target(to=USER), account, http)  # nothing to show without a token
    assert [(asked.path, body(asked)) for asked in provider.asked] == [
        ("/v2/bot/chat/loading/start", body_of("line", "out_loading_animation.json")),
        ("/v2/bot/chat/markAsRead", body_of("line", "out_mark_as_read.json")),
    ]


async def test_a_fresh_reply_token_saves_quota_and_a_stale_one_is_replaced_by_a_push(
    provider: Provider, account: Credentials, http: httpx.AsyncClient
) -> None:
    greeting = outgoing(USER, "สวัสดีค่ะ", thread={"reply_token": "757913772c4646b784d4b7ce46d10001"})
    provider.answers = [OK]
    await Line().send(greeting, account, http)
    assert provider.asked[0].path == "/v2/bot/message/reply"
    assert body(provider.asked[0]) == body_of("line", "out_reply_text.json")
    assert "x-line-retry-key" not in provider.asked[0].headers
    provider.answers = [answer_of("line", "resp_error_400_invalid_reply_token.json"), OK]
    assert (await Line().send(greeting, account, http)).source_ids == ("1",)
    assert provider.asked[2].path == "/v2/bot/message/push"
    provider.answers = [Answer(fault="reset")]
    error = await refused(Line(), greeting, account, http)
    assert error.category is ErrorCategory.UNCERTAIN  # the token may be used up by now


async def test_an_interrupted_answer_by_reply_token_is_not_pushed_a_second_time(
    provider: Provider, account: Credentials, http: httpx.AsyncClient
) -> None:
    thread = {"reply_token": "757913772c4646b784d4b7ce46d10001"}
    again = outgoing(USER, "hi", thread=thread, interrupted=True)
    error = await refused(Line(), again, account, http)
    assert error.category is ErrorCategory.UNCERTAIN
    assert provider.asked == []
    # Without a token it was pushed under the key, which LINE knows.
    provider.answers = [OK]
    await Line().send(outgoing(USER, "hi", interrupted=True), account, http)
    assert provider.asked[0].path == "/v2/bot/message/push"


async def test_a_repeated_key_means_that_line_took_it_the_first_time(
    provider: Provider, account: Credentials, http: httpx.AsyncClient
) -> None:
    taken = {"message": "The retry key is already accepted", "sentMessages": [{"id": "7"}]}
    provider.answers = [Answer(fault="reset"), Answer(status=409, json=taken)]
    message = outgoing(USER, "hi")
    error = await refused(Line(), message, account, http)
    assert error.category is ErrorCategory.TRANSIENT  # sending again under the key does no harm
    result = await Line().send(message, account, http)
    assert result.source_ids == ("7",)
    assert {asked.headers["x-line-retry-key"] for asked in provider.asked} == {MESSAGE_ID}


def test_each_part_of_each_message_has_its_own_key() -> None:
    keys = {retry_key(message, at) for message in (MESSAGE_ID, "17", "18") for at in (0, 5, 10)}
    assert len(keys) == 9
    assert retry_key("17", 5) == retry_key("17", 5)


async def test_more_than_five_objects_take_several_calls_and_a_later_attempt_goes_on(
    provider: Provider, account: Credentials, http: httpx.AsyncClient
) -> None:
    files = tuple(file(f"https://f.example.com/{place}.jpg") for place in range(6))
    first = Answer(json={"sentMessages": [{"id": str(place)} for place in range(5)]})
    provider.answers = [first, answer_of("line", "resp_error_429_rate.json"), OK]
    message = outgoing(USER, attachments=files)
    error = await refused(Line(), message, account, http)
    assert error.category is ErrorCategory.RATE_LIMITED
    assert error.sent_parts == ("0", "1", "2", "3", "4")
    again = replace(message, sent_parts=error.sent_parts)
    assert len((await Line().send(again, account, http)).source_ids) == 6
    assert [len(body(asked)["messages"]) for asked in provider.asked] == [5, 1, 1]
    keys = [asked.headers["x-line-retry-key"] for asked in provider.asked]
    assert keys[0] != keys[1] == keys[2]


def test_long_text_is_split_in_units_of_utf16() -> None:
    found = message_objects(outgoing(USER, "😀 " * 4000, thread={"quote_token": "q"}))
    assert len(found) > 1
    assert all(utf16(one["text"]) <= 5000 for one in found)
    assert ["quoteToken" in one for one in found] == [True] + [False] * (len(found) - 1)


@pytest.mark.parametrize(
    ("answer", "category", "words"),
    [
        (
            answer_of("line", "resp_error_400_invalid.json"),
            ErrorCategory.INVALID_CONTENT,
            "messages[0].text: Length must be between 0 and 5000",
        ),
        (answer_of("line", "resp_error_429_rate.json"), ErrorCategory.RATE_LIMITED, "rate limit"),
        (
            Answer(status=429, json={"message": "You have reached your monthly limit."}),
            ErrorCategory.CONFIG,
            "monthly",
        ),
        (Answer(status=401, json={"message": "Authentication failed"}), ErrorCategory.AUTH, "Auth"),
        (Answer(status=403, json={"message": "Not allowed"}), ErrorCategory.CONFIG, "Not allowed"),
        (Answer(status=500, body=b"oops"), ErrorCategory.TRANSIENT, "HTTP 500"),
    ],
)
async def test_refusals_are_understood(
    provider: Provider,
    account: Credentials,
    http: httpx.AsyncClient,
    answer: Answer,
    category: ErrorCategory,
    words: str,
) -> None:
    provider.answers = [answer]
    error = await refused(Line(), outgoing(USER, "hi"), account, http)
    assert error.category is category
    assert words in str(error)


async def test_a_profile_is_read_and_who_blocked_us_has_none(
    provider: Provider, account: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [
        answer_of("line", "resp_profile.json"),
        Answer(status=404, json={"message": "Not found"}),
    ]
    found = await Line().profile(USER, account, http)
    assert found is not None
    assert (found.name, found.attributes) == ("ほのか", {"language_code": "th"})
    assert await Line().profile(USER, account, http) is None


async def test_a_file_that_is_still_converted_is_asked_for_again_later(
    provider: Provider, account: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [
        Answer(status=202, json=body_of("line", "resp_content_transcoding.json")),
        Answer(body=b"mp4", headers={"content-type": "video/mp4"}),
        Answer(status=404, json={"message": "Not found"}),
    ]
    source = MediaSource(media_id="580000000000008")
    with pytest.raises(SendError) as failure:
        await Line().fetch(source, account, http)
    assert failure.value.category is ErrorCategory.TRANSIENT
    assert (await Line().fetch(source, account, http)).data == b"mp4"
    assert provider.asked[1].path == "/v2/bot/message/580000000000008/content"
    assert provider.asked[1].headers["authorization"] == "Bearer token"
    with pytest.raises(SendError) as failure:
        await Line().fetch(source, account, http)
    assert failure.value.category is ErrorCategory.INVALID_CONTENT


@pytest.mark.parametrize(
    ("user_id", "active", "passed"),
    [(None, True, [True, True]), (None, False, [True, False]), ("another", True, [False])],
)
async def test_48_a_check_names_the_step_that_fails(
    provider: Provider,
    account: Credentials,
    http: httpx.AsyncClient,
    user_id: str | None,
    active: bool,
    passed: list[bool],
) -> None:
    provider.answers = [
        Answer(json={"userId": user_id or account.address, "displayName": "Shop"}),
        Answer(json={"endpoint": "https://inbox.example.com", "active": active}),
    ]
    assert [step.ok for step in await Line().check(account, http)] == passed


async def test_the_webhook_is_set(
    provider: Provider, account: Credentials, http: httpx.AsyncClient
) -> None:
    await Line().set_webhook("https://desk.example/w", account, http)
    [asked] = provider.asked
    assert (asked.method, asked.path) == ("PUT", "/v2/bot/channel/webhook/endpoint")
    assert json.loads(asked.body) == {"endpoint": "https://desk.example/w"}
