"""What TikTok gets from us, and what its answers mean."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from backend.channels.base import Credentials, ErrorCategory, MediaSource, SendError
from backend.channels.tiktok import TikTok
from tests.channels.payloads import payload
from tests.channels.provider import Answer, Asked, Provider
from tests.channels.support import (
    answer_of,
    body_of,
    file,
    offering,
    outgoing,
    refused,
)

CONVERSATION = "u5JhpselBAhoPOlnH0tZ9y07kgExample=="
UPLOADED = Answer(json={"code": 0, "data": {"media_id": "media-upload-1"}})


@pytest.fixture
def business(provider: Provider) -> Credentials:
    """A business whose API is on loopback."""
    return Credentials(
        address="_000bKuSsLcVoJnUqK7mQkX9aBcDeFgHi",
        secrets={"access_token": "token"},
        base_url=provider.url,
    )


def body(asked: Asked) -> Any:
    """What was asked for."""
    return json.loads(asked.body)


async def test_text_is_sent_as_documented(
    provider: Provider, business: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [answer_of("tiktok", "resp_send_ok.json")]
    message = outgoing(CONVERSATION, "Olá Ana!", in_reply_to="mid-text-1")
    result = await TikTok().send(message, business, http)
    assert result.source_ids == ("mid-ours-1",)
    [asked] = provider.asked
    documented = payload("tiktok", "out_text.txt").decode()
    assert documented.startswith(f"{asked.method} {asked.path} HTTP/1.1")
    assert asked.headers["access-token"] == "token"
    assert body(asked) == body_of("tiktok", "out_text.txt")


async def test_76_text_and_pictures_go_apart_and_pictures_are_uploaded_first(
    provider: Provider, business: Credentials, http: httpx.AsyncClient
) -> None:
    sent = answer_of("tiktok", "resp_send_ok.json")
    provider.answers = [sent, UPLOADED, sent]
    message = outgoing(
        CONVERSATION, "Olá", attachments=(file("https://f.example.com/label.jpg", data=b"jpeg"),)
    )
    await TikTok().send(message, business, http)
    text, upload, picture = provider.asked
    assert body(text)["message_type"] == "TEXT"
    assert upload.path == "/open_api/v1.3/business/message/media/upload/"
    assert upload.multipart["media_type"].get_payload() == "IMAGE"
    assert upload.multipart["file"].get_filename() == "label.jpg"
    assert body(picture) == body_of("tiktok", "out_image.json")


async def test_what_tiktok_does_not_take_is_said_before_anything_is_sent_of_it(
    provider: Provider, business: Credentials, http: httpx.AsyncClient
) -> None:
    paper = (file("https://f.example.com/a.pdf", "application/pdf"),)
    error = await refused(TikTok(), outgoing(CONVERSATION, attachments=paper), business, http)
    assert error.category is ErrorCategory.INVALID_CONTENT
    assert provider.asked == []


@pytest.mark.parametrize("hours", [None, 48.1])
async def test_the_window_is_48_hours(
    provider: Provider, business: Credentials, http: httpx.AsyncClient, hours: float | None
) -> None:
    written = None if hours is None else datetime.now(UTC) - timedelta(hours=hours)
    message = outgoing(CONVERSATION, "hi", last_incoming_at=written)
    error = await refused(TikTok(), message, business, http)
    assert error.category is ErrorCategory.WINDOW_CLOSED
    assert provider.asked == []


@pytest.mark.parametrize(
    ("answer", "category"),
    [
        (answer_of("tiktok", "resp_error_rate.json"), ErrorCategory.RATE_LIMITED),
        (answer_of("tiktok", "resp_error_token.json"), ErrorCategory.AUTH),
        (Answer(json={"code": 40002, "message": "bad"}), ErrorCategory.INVALID_CONTENT),
        (Answer(status=503, body=b""), ErrorCategory.TRANSIENT),
        (Answer(fault="reset"), ErrorCategory.UNCERTAIN),
    ],
)
async def test_refusals_are_understood_though_the_status_is_200(
    provider: Provider,
    business: Credentials,
    http: httpx.AsyncClient,
    answer: Answer,
    category: ErrorCategory,
) -> None:
    provider.answers = [answer]
    error = await refused(TikTok(), outgoing(CONVERSATION, "hi"), business, http)
    assert error.category is category


async def test_options_are_written_out(
    provider: Provider, business: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answer = lambda _: answer_of("tiktok", "resp_send_ok.json")
    message = offering(CONVERSATION, "**Which**?", ("Blue", "b"), ("Red", "r"))
    await TikTok().send(message, business, http)
    [asked] = provider.asked
    assert body(asked)["text"]["body"] == "Which?\n\n1. Blue\n2. Red"


async def test_a_picture_is_asked_for_by_conversation_message_and_media(
    provider: Provider, business: Credentials, http: httpx.AsyncClient
) -> None:
    url = f"{provider.url}/picture"
    provider.answers = [
        Answer(json={"code": 0, "data": {"download_url": url}}),
        Answer(body=b"jpeg", headers={"content-type": "image/jpeg"}),
        Answer(json={"code": 0, "data": {"download_url": "https://evil.example.com/x"}}),
    ]
    source = MediaSource(media_id=f"{CONVERSATION}|mid-img-1|media-991")
    assert (await TikTok().fetch(source, business, http)).data == b"jpeg"
    assert body(provider.asked[0]) == {
        "business_id": business.address,
        "conversation_id": CONVERSATION,
        "message_id": "mid-img-1",
        "media_id": "media-991",
        "media_type": "IMAGE",
    }
    with pytest.raises(SendError) as failure:
        await TikTok().fetch(source, business, http)
    assert failure.value.category is ErrorCategory.INVALID_CONTENT


async def test_48_a_check_asks_for_the_business(
    provider: Provider, business: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [
        Answer(json={"code": 0, "data": {"username": "loja"}}),
        answer_of("tiktok", "resp_error_token.json"),
    ]
    [step] = await TikTok().check(business, http)
    assert (step.ok, step.detail) == (True, "loja")
    assert provider.asked[0].method == "GET"
    [step] = await TikTok().check(business, http)
    assert not step.ok


async def test_the_webhook_is_set_for_the_app(
    provider: Provider, business: Credentials, http: httpx.AsyncClient
) -> None:
    with pytest.raises(SendError) as failure:
        await TikTok().set_webhook("https://desk.example/w", business, http)
    assert (failure.value.category, provider.asked) == (ErrorCategory.CONFIG, [])
    provider.answers = [Answer(json={"code": 0})]
    known = replace(
        business, settings={"app_id": "74"}, secrets={**business.secrets, "app_secret": "s"}
    )
    await TikTok().set_webhook("https://desk.example/w", known, http)
    [asked] = provider.asked
    assert asked.path == "/open_api/v1.3/business/webhook/update/"
    assert json.loads(asked.body) == {
        "app_id": "74",
        "secret": "s",
        "event_type": "DIRECT_MESSAGE",
        "callback_url": "https://desk.example/w",
    }


async def test_no_more_than_ten_go_out_until_the_customer_answers(
    provider: Provider, business: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [answer_of("tiktok", "resp_send_ok.json")]
    await TikTok().send(outgoing(CONVERSATION, "tenth", unanswered=9), business, http)
    with pytest.raises(SendError) as failure:
        await TikTok().send(outgoing(CONVERSATION, "eleventh", unanswered=10), business, http)
    assert failure.value.category is ErrorCategory.WINDOW_CLOSED
    assert len(provider.asked) == 1
