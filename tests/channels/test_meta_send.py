"""What Messenger and Instagram get from us, and what their answers mean."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from backend.channels.base import (
    Credentials,
    ErrorCategory,
    MediaSource,
    OutboundMessage,
    SendError,
    Target,
)
from backend.channels.instagram import Instagram
from backend.channels.messenger import Messenger
from backend.channels.text import utf8
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

PSID, IGSID = "7712345678901234", "8123456789012345"
OURS = "m_textXk9pQ2rS7vT1uW4yZ6aB8cD0eF3gH5iJ7kL9mN1oP3qR5sT"
IG_MID = "aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjtextE3ODQxNDA1NzkzMTg3MjE4OjM0MDI4MjM2Nj"
OK = Answer(json={"recipient_id": "1", "message_id": "m_1"})


def late(hours: float) -> datetime:
    """The customer wrote that long ago."""
    return datetime.now(UTC) - timedelta(hours=hours)


@pytest.fixture
def page(provider: Provider) -> Credentials:
    """A page whose Graph is on loopback."""
    return Credentials(
        address="104837265910234",
        settings={"human_agent": True},
        secrets={"access_token": "page-token"},
        base_url=provider.url,
    )


@pytest.fixture
def account(provider: Provider) -> Credentials:
    """An Instagram account whose Graph is on loopback."""
    return Credentials(
        address="17841405793187218",
        settings={"human_agent": True},
        secrets={"access_token": "ig-token"},
        base_url=provider.url,
    )


def body(asked: Asked) -> Any:
    """What was asked for."""
    return json.loads(asked.body)


CARD = {
    "items": [
        {
            "title": "Track your order",
            "actions": [
                {"type": "link", "text": "Track", "uri": "https://shop.example.com/r/1"},
                {"type": "postback", "text": "Talk to a human", "payload": "handoff"},
            ],
        }
    ]
}
MESSENGER_OUT: dict[str, OutboundMessage] = {
    "out_text_response.json": outgoing(PSID, "Yes, size 42 arrived today.", id="msg_01J8Z3K4"),
    "out_text_human_agent.json": outgoing(
        PSID,
        "Sorry for the wait over the weekend.",
        id="msg_01J8Z3K5",
        last_incoming_at=late(48),
    ),
    "out_text_reply_to.json": outgoing(PSID, "About this: yes.", in_reply_to=OURS),
    "out_quick_replies.json": offering(
        PSID, "How did we do?", ("Great 😍", "csat:5"), ("Bad", "csat:1")
    ),
    "out_attachment_url.json": outgoing(
        PSID, attachments=(file("https://files.example.com/a/invoice.pdf", "application/pdf"),)
    ),
    "out_button_template.json": outgoing(PSID, content_type="cards", content_attributes=CARD),
}
INSTAGRAM_OUT: dict[str, OutboundMessage] = {
    "out_text.json": outgoing(IGSID, "Yes, we ship to Chile 🇨🇱"),
    "out_text_human_agent.json": outgoing(IGSID, "Sorry for the delay!", last_incoming_at=late(30)),
    "out_quick_replies.json": offering(IGSID, "How did we do?", ("Great", "csat:5")),
    "out_image.json": outgoing(
        IGSID, attachments=(file("https://files.example.com/a/size-chart.jpg"),)
    ),
    "out_file_pdf.json": outgoing(
        IGSID, attachments=(file("https://files.example.com/a/invoice.pdf", "application/pdf"),)
    ),
    "out_private_reply_to_comment.json": outgoing(
        IGSID,
        "It is $59 — sent you details here.",
        thread={"comment_id": "17865799348089039"},
        last_incoming_at=None,
    ),
}


@pytest.mark.parametrize("name", MESSENGER_OUT)
async def test_messenger_gets_what_it_documents(
    name: str, provider: Provider, page: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [answer_of("messenger", "resp_send_ok.json")]
    message = MESSENGER_OUT[name]
    result = await Messenger().send(message, page, http)
    assert result.source_ids == ("m_oursXk9pQ2rS7vT1uW4yZ6aB8cD0eF3gH5iJ7kL9mN1oP3qR5sT",)
    [asked] = provider.asked
    assert (asked.method, asked.path) == ("POST", "/v24.0/104837265910234/messages")
    assert asked.headers["authorization"] == "Bearer page-token"
    expected = body_of("messenger", name)
    expected["message"]["metadata"] = message.id  # on all of ours, so that their echoes are known
    assert body(asked) == expected


@pytest.mark.parametrize("name", INSTAGRAM_OUT)
async def test_instagram_gets_what_it_documents(
    name: str, provider: Provider, account: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [answer_of("instagram", "resp_send_ok.json")]
    await Instagram().send(INSTAGRAM_OUT[name], account, http)
    [asked] = provider.asked
    assert (asked.method, asked.path) == ("POST", "/v24.0/17841405793187218/messages")
    assert asked.headers["authorization"] == "Bearer ig-token"
    assert body(asked) == body_of("instagram", name)


async def test_gestures_are_what_meta_documents(
    provider: Provider, page: Credentials, account: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answer = lambda _: OK
    await Messenger().typing(Target(to=PSID), page, http)
    await Messenger().mark_read(Target(to=PSID), page, http)
    await Instagram().mark_read(Target(to=IGSID), account, http)
    await Instagram().react(Target(to=IGSID, source_id=IG_MID), "❤", account, http)
    assert [body(asked) for asked in provider.asked] == [
        body_of("messenger", "out_sender_action_typing.json"),
        body_of("messenger", "out_sender_action_mark_seen.json"),
        body_of("instagram", "out_mark_seen.json"),
        body_of("instagram", "out_reaction.json"),
    ]
    await Instagram().react(Target(to=IGSID, source_id=IG_MID), None, account, http)
    assert body(provider.asked[-1])["sender_action"] == "unreact"
    with pytest.raises(SendError, match="heart"):
        await Instagram().react(Target(to=IGSID, source_id=IG_MID), "🚀", account, http)


async def test_53_answers_inside_the_window_are_responses_and_never_carry_a_retired_tag(
    provider: Provider, page: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answer = lambda _: OK
    await Messenger().send(outgoing(PSID, "hi", last_incoming_at=late(23.9)), page, http)
    assert body(provider.asked[0])["messaging_type"] == "RESPONSE"
    assert "tag" not in body(provider.asked[0])


@pytest.mark.parametrize(
    ("hours", "by_human", "approved"),
    [(25, False, True), (25, True, False), (24 * 7 + 1, True, True), (None, True, True)],
)
async def test_54_only_people_answer_late_and_only_for_a_week(
    provider: Provider,
    page: Credentials,
    account: Credentials,
    http: httpx.AsyncClient,
    hours: float | None,
    by_human: bool,
    approved: bool,
) -> None:
    written = None if hours is None else late(hours)
    message = outgoing(PSID, "hi", last_incoming_at=written, by_human=by_human)
    for channel, inbox in ((Messenger(), page), (Instagram(), account)):
        inbox = replace(inbox, settings={"human_agent": approved})
        error = await refused(channel, message, inbox, http)
        assert error.category is ErrorCategory.WINDOW_CLOSED
    assert provider.asked == []


def test_55_there_are_two_windows_and_the_screen_can_tell_them_apart() -> None:
    for channel in (Messenger(), Instagram()):
        assert channel.capabilities.reply_window_hours == 24
        assert channel.capabilities.human_agent_window_hours == 168


def test_67_instagram_takes_documents() -> None:
    assert "file" in Instagram.capabilities.attachment_types


@pytest.mark.parametrize(
    ("provider_name", "name", "category"),
    [
        ("messenger", "resp_error_100_1893061_retired_tag.json", ErrorCategory.INVALID_CONTENT),
        ("messenger", "resp_error_100_2018001_no_user.json", ErrorCategory.RECIPIENT_UNREACHABLE),
        ("messenger", "resp_error_1200_temporary.json", ErrorCategory.TRANSIENT),
        ("messenger", "resp_error_200_permission.json", ErrorCategory.CONFIG),
        ("messenger", "resp_error_2018047_attachment.json", ErrorCategory.INVALID_CONTENT),
        ("messenger", "resp_error_613_rate.json", ErrorCategory.RATE_LIMITED),
        (
            "instagram",
            "resp_error_100_2534025_private_reply_used.json",
            ErrorCategory.INVALID_CONTENT,
        ),
        ("instagram", "resp_error_10_2534022_window.json", ErrorCategory.WINDOW_CLOSED),
        ("instagram", "resp_error_9010_no_match.json", ErrorCategory.RECIPIENT_UNREACHABLE),
    ],
)
async def test_refusals_are_understood(
    provider: Provider,
    page: Credentials,
    http: httpx.AsyncClient,
    provider_name: str,
    name: str,
    category: ErrorCategory,
) -> None:
    provider.answers = [answer_of(provider_name, name)]
    error = await refused(Messenger(), outgoing(PSID, "hi"), page, http)
    assert error.category is category
    assert str(error) == body_of(provider_name, name)["error"]["message"]


@pytest.mark.parametrize(
    ("code", "subcode", "category"),
    [
        (190, 463, ErrorCategory.AUTH),
        (190, None, ErrorCategory.AUTH),
        (102, None, ErrorCategory.AUTH),
        (10, 2018278, ErrorCategory.WINDOW_CLOSED),
        (10, 2018065, ErrorCategory.WINDOW_CLOSED),
        (10, None, ErrorCategory.CONFIG),
        (551, 1545041, ErrorCategory.RECIPIENT_UNREACHABLE),
        (200, 1545041, ErrorCategory.RECIPIENT_UNREACHABLE),
        (100, 2534014, ErrorCategory.RECIPIENT_UNREACHABLE),
        (4, None, ErrorCategory.RATE_LIMITED),
        (4, 2018022, ErrorCategory.INVALID_CONTENT),
        (80002, None, ErrorCategory.RATE_LIMITED),
        (368, None, ErrorCategory.POLICY),
        (100, 2018109, ErrorCategory.POLICY),
        (2, 1545133, ErrorCategory.TRANSIENT),
        (31337, None, ErrorCategory.INVALID_CONTENT),
    ],
)
async def test_codes_are_understood(
    provider: Provider,
    page: Credentials,
    http: httpx.AsyncClient,
    code: int,
    subcode: int | None,
    category: ErrorCategory,
) -> None:
    error = {"message": "no", "code": code, "error_subcode": subcode}
    provider.answers = [Answer(status=400, json={"error": error})]
    failure = await refused(Messenger(), outgoing(PSID, "hi"), page, http)
    assert failure.category is category


async def test_an_answer_that_is_no_json_is_judged_by_its_status(
    provider: Provider, page: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(status=502, body=b"<html>")]
    error = await refused(Messenger(), outgoing(PSID, "hi"), page, http)
    assert error.category is ErrorCategory.TRANSIENT


async def test_silence_is_uncertain_and_nothing_is_sent_twice(
    provider: Provider, page: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(fault="reset")]
    error = await refused(Messenger(), outgoing(PSID, "hi"), page, http)
    assert error.category is ErrorCategory.UNCERTAIN
    assert len(provider.asked) == 1


async def test_an_inbox_without_a_token_must_be_connected_again(
    page: Credentials, http: httpx.AsyncClient
) -> None:
    error = await refused(Messenger(), outgoing(PSID, "hi"), replace(page, secrets={}), http)
    assert error.category is ErrorCategory.AUTH


async def test_long_text_and_files_go_apart_and_only_the_first_part_quotes(
    provider: Provider, page: Credentials, http: httpx.AsyncClient
) -> None:
    ids = iter(range(10))
    provider.answer = lambda _: Answer(json={"message_id": f"m_{next(ids)}"})
    long = outgoing(
        PSID,
        ("word " * 399 + "end.\n\n") * 2,
        in_reply_to=OURS,
        attachments=(
            file("https://files.example.com/a.mp4", "video/mp4"),
            file("https://files.example.com/a.ogg", "audio/ogg"),
        ),
    )
    result = await Messenger().send(long, page, http)
    sent = [body(asked) for asked in provider.asked]
    assert result.source_ids == ("m_0", "m_1", "m_2", "m_3")
    assert ["reply_to" in one for one in sent] == [True, False, False, False]
    assert all(len(one["message"]["text"]) <= 2000 for one in sent[:2])
    assert [one["message"]["attachment"]["type"] for one in sent[2:]] == ["video", "audio"]
    assert {one["message"]["metadata"] for one in sent} == {MESSAGE_ID}


async def test_quick_replies_come_last_or_they_would_vanish(
    provider: Provider, page: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answer = lambda _: OK
    message = offering(
        PSID,
        "Which one?",
        ("A title that is longer than twenty characters", "a"),
        attachments=(file("https://files.example.com/a.jpg"),),
    )
    await Messenger().send(message, page, http)
    first, last = (body(asked)["message"] for asked in provider.asked)
    assert "quick_replies" not in first
    [reply] = last["quick_replies"]
    assert len(reply["title"]) <= 20
    assert reply["payload"] == "a"


async def test_more_options_than_buttons_are_written_out(
    provider: Provider, page: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answer = lambda _: OK
    many = [(f"Option {number}", str(number)) for number in range(14)]
    await Messenger().send(offering(PSID, "Which?", *many), page, http)
    sent = [body(asked)["message"] for asked in provider.asked]
    assert all("quick_replies" not in one for one in sent)
    assert "14. Option 13" in sent[-1]["text"]


async def test_a_later_attempt_sends_only_what_did_not_go_out(
    provider: Provider, page: Credentials, http: httpx.AsyncClient
) -> None:
    picture = (file("https://files.example.com/a.jpg"),)
    provider.answers = [OK, answer_of("messenger", "resp_error_613_rate.json"), OK]
    message = outgoing(PSID, "hi", attachments=picture, in_reply_to=OURS)
    error = await refused(Messenger(), message, page, http)
    assert error.sent_parts == ("m_1",)
    again = replace(message, sent_parts=error.sent_parts)
    result = await Messenger().send(again, page, http)
    assert result.source_ids == ("m_1", "m_1")
    assert "attachment" in body(provider.asked[-1])["message"]
    assert "reply_to" not in body(provider.asked[-1])


async def test_instagram_counts_bytes(
    provider: Provider, account: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answer = lambda _: OK
    await Instagram().send(outgoing(IGSID, "ação " * 300), account, http)
    texts = [body(asked)["message"]["text"] for asked in provider.asked]
    assert len(texts) > 1
    assert all(utf8(one) <= 1000 for one in texts)


async def test_cards_with_pictures_become_a_row(
    provider: Provider, page: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answer = lambda _: OK
    items = [{"title": "Shoe", "description": "Blue", "media_url": "https://f.example.com/s.jpg"}]
    message = outgoing(PSID, content_type="cards", content_attributes={"items": items})
    await Messenger().send(message, page, http)
    assert body(provider.asked[0])["message"]["attachment"]["payload"] == {
        "template_type": "generic",
        "elements": [
            {"title": "Shoe", "subtitle": "Blue", "image_url": "https://f.example.com/s.jpg"}
        ],
    }


# Who they are.


async def test_63_a_profile_meta_keeps_to_itself_is_no_failure(
    provider: Provider, page: Credentials, account: Credentials, http: httpx.AsyncClient
) -> None:
    for code in (100, 230, 9010):
        provider.answers = [Answer(status=400, json={"error": {"code": code, "message": "no"}})] * 2
        assert await Messenger().profile(PSID, page, http) is None
        assert await Instagram().profile(IGSID, account, http) is None


async def test_64_an_expired_token_says_connect_again(
    provider: Provider, account: Credentials, http: httpx.AsyncClient
) -> None:
    expired = {"error": {"code": 190, "error_subcode": 463, "message": "expired"}}
    provider.answer = lambda _: Answer(status=400, json=expired)
    with pytest.raises(SendError) as failure:
        await Instagram().profile(IGSID, account, http)
    assert failure.value.category is ErrorCategory.AUTH


async def test_64_a_token_is_traded_for_a_fresh_one_before_it_expires(
    provider: Provider, account: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(json={"access_token": "fresh", "expires_in": 5_184_000})]
    token, until = await Instagram().refresh_token(account, http)
    assert token == "fresh"
    assert timedelta(days=59) < until - datetime.now(UTC) <= timedelta(days=60)


async def test_65_who_has_no_name_is_called_by_the_user_name(
    provider: Provider, account: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(json={"name": None, "username": "ana.prado"})]
    found = await Instagram().profile(IGSID, account, http)
    assert found is not None
    assert found.name == found.username == "ana.prado"
    assert provider.asked[0].path == f"/v24.0/{IGSID}?fields=name%2Cusername%2Cprofile_pic"


async def test_a_page_is_subscribed_to_all_it_takes_to_serve_it(
    provider: Provider, page: Credentials, http: httpx.AsyncClient
) -> None:
    await Messenger().set_webhook("https://desk.example/w", page, http)
    [asked] = provider.asked
    assert asked.path.startswith(
        "/v24.0/104837265910234/subscribed_apps?subscribed_fields=messages"
    )
    assert "message_echoes" in asked.path


async def test_an_account_is_subscribed_but_not_where_its_page_is(
    provider: Provider, account: Credentials, http: httpx.AsyncClient
) -> None:
    await Instagram().set_webhook("https://desk.example/w", account, http)
    [asked] = provider.asked
    assert asked.path.startswith(f"/v24.0/{account.address}/subscribed_apps?subscribed_fields=mess")
    linked = replace(account, settings={"product": "messenger"})
    with pytest.raises(SendError) as failure:
        await Instagram().set_webhook("https://desk.example/w", linked, http)
    assert failure.value.category is ErrorCategory.CONFIG
    assert len(provider.asked) == 1


async def test_48_a_check_names_the_step_that_fails(
    provider: Provider, page: Credentials, account: Credentials, http: httpx.AsyncClient
) -> None:
    app = {"id": "1", "name": "Desk", "subscribed_fields": ["messages"]}
    for channel, inbox in ((Messenger(), page), (Instagram(), account)):
        provider.answers = [Answer(json={"name": "Loja"}), Answer(json={"data": [app]})]
        assert [step.ok for step in await channel.check(inbox, http)] == [True, True]
        provider.answers = [Answer(json={"name": "Loja"}), Answer(json={"data": []})]
        assert [step.ok for step in await channel.check(inbox, http)] == [True, False]
        expired = {"error": {"code": 190, "message": "expired"}}
        provider.answers = [Answer(status=400, json=expired)]
        [step] = await channel.check(inbox, http)
        assert (step.ok, step.detail, step.category) == (False, "expired", ErrorCategory.AUTH)


# Their files.


async def test_files_come_from_meta_only(
    provider: Provider, page: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(body=b"jpeg", headers={"content-type": "image/jpeg"})]
    media = await Messenger().fetch(MediaSource(url=f"{provider.url}/a.jpg"), page, http)
    assert media.data == b"jpeg"
    for url in ("https://evil.example.com/a.jpg", "https://fbcdn.net.evil.example/a", ""):
        with pytest.raises(SendError) as failure:
            await Messenger().fetch(MediaSource(url=url), page, http)
        assert failure.value.category is ErrorCategory.INVALID_CONTENT


async def test_a_story_whose_address_is_gone_is_asked_for_by_its_message(
    provider: Provider, account: Credentials, http: httpx.AsyncClient
) -> None:
    lookup = body_of("instagram", "resp_story_lookup.json")
    lookup["story"]["mention"]["link"] = f"{provider.url}/story"
    provider.answers = [Answer(status=404), Answer(json=lookup), Answer(body=b"story")]
    source = MediaSource(url=f"{provider.url}/old", media_id=IG_MID)
    assert (await Instagram().fetch(source, account, http)).data == b"story"
    assert provider.asked[1].path == f"/v24.0/{IG_MID}?fields=story"
    provider.answers = [Answer(status=404), Answer(json={"id": IG_MID})]
    with pytest.raises(SendError, match="no longer available"):
        await Instagram().fetch(source, account, http)
