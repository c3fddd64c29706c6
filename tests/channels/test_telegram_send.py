"""What Telegram gets from us, and what its answers mean."""

from __future__ import annotations

import json
from dataclasses import replace
from email.message import Message
from typing import Any

import httpx
import pytest

from backend.channels.base import (
    Credentials,
    ErrorCategory,
    InboundContact,
    InboundMessage,
    MediaSource,
    OutboundAttachment,
    OutboundMessage,
    SendError,
    Target,
)
from backend.channels.telegram import Telegram
from backend.channels.telegram_calls import calls
from backend.channels.text import utf16
from tests.channels.payloads import PAYLOADS, payload
from tests.channels.provider import Answer, Asked, Provider
from tests.channels.support import (
    answer_of,
    body_of,
    file,
    offering,
    outgoing,
    refused,
)

ANA, GROUP = "511223344", "-1002012345678"
DONE = Answer(json={"ok": True, "result": True})


@pytest.fixture
def bot(provider: Provider) -> Credentials:
    """A bot whose API is on loopback."""
    return Credentials(
        address="7012345678",
        secrets={"bot_token": "7012345678:AAtoken", "webhook_secret": "Zk3_random-A-Za-z0-9_-"},
        base_url=provider.url,
    )


def body(asked: Asked) -> Any:
    """What was asked for."""
    return json.loads(asked.body)


def method(asked: Asked) -> str:
    """The method of the bot API."""
    return asked.path.rpartition("/")[2]


OUT: dict[str, OutboundMessage] = {
    "out_sendMessage_html.json": outgoing(
        ANA,
        "Olá **Ana**, o pedido `4417` saiu. [Rastrear](https://loja.example.com/r/4417?a=1&b=2)",
        in_reply_to=f"{ANA}:101",
    ),
    "out_sendMessage_business.json": outgoing(
        ANA, "Oi Ana!", thread={"business_connection_id": "Zb1cA-business-conn"}
    ),
    "out_sendMessage_forum_topic.json": outgoing(
        GROUP, "respondendo no tópico", thread={"message_thread_id": 17}
    ),
    "out_sendMessage_inline_keyboard.json": offering(
        ANA, "Como foi?", ("😍", "csat:5"), ("😡", "csat:1")
    ),
}


@pytest.mark.parametrize("name", OUT)
async def test_messages_are_sent_as_documented(
    name: str, provider: Provider, bot: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [answer_of("telegram", "resp_sendMessage_ok.json")]
    result = await Telegram().send(OUT[name], bot, http)
    assert result.source_ids == ("511223344:88",)
    [asked] = provider.asked
    assert asked.path == "/bot7012345678:AAtoken/sendMessage"
    assert body(asked) == body_of("telegram", name)


def form(raw: bytes, boundary: str) -> dict[str, Message]:
    """The parts of a documented upload."""
    content = raw.partition(b"\n\n")[2].replace(b"\n", b"\r\n")
    asked = Asked(
        "POST", "/", {"content-type": f"multipart/form-data; boundary={boundary}"}, content
    )
    return asked.multipart


@pytest.mark.parametrize(
    ("name", "boundary", "message"),
    [
        (
            "out_sendDocument_multipart.txt",
            "tg1",
            outgoing(
                ANA,
                "Segue a **nota**",
                attachments=(file("https://f.example.com/nota-4417.pdf", "application/pdf"),),
            ),
        ),
        (
            "out_sendMediaGroup_multipart.txt",
            "tg2",
            outgoing(
                ANA,
                "Duas fotos",
                attachments=(
                    file("https://f.example.com/a.jpg"),
                    file("https://f.example.com/b.jpg"),
                ),
            ),
        ),
    ],
)
async def test_70_files_are_uploaded_as_documented(
    name: str,
    boundary: str,
    message: OutboundMessage,
    provider: Provider,
    bot: Credentials,
    http: httpx.AsyncClient,
) -> None:
    album = "MediaGroup" in name
    answer = "resp_sendMediaGroup_ok.json" if album else "resp_sendMessage_ok.json"
    provider.answers = [answer_of("telegram", answer)]
    result = await Telegram().send(message, bot, http)
    assert result.source_ids == (("511223344:89", "511223344:90") if album else ("511223344:88",))
    [asked] = provider.asked
    raw = payload("telegram", name)
    assert asked.path.endswith(raw.split(b" ")[1].decode().rpartition("/")[2])
    expected, sent = form(raw, boundary), asked.multipart
    assert sent.keys() == expected.keys()
    for part in expected:
        assert sent[part].get_filename() == expected[part].get_filename()
        given, documented = (str(one[part].get_payload()).strip("\r\n") for one in (sent, expected))
        if part == "media":
            assert json.loads(given) == json.loads(documented)
        else:
            assert given == documented
            if expected[part].get_filename():
                assert sent[part].get_content_type() == expected[part].get_content_type()


async def test_gestures_are_what_telegram_documents(
    provider: Provider, bot: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answer = lambda _: DONE
    telegram = Telegram()
    await telegram.edit(Target(to=ANA, source_id=f"{ANA}:88"), "É o pedido **4417**?", bot, http)
    await telegram.delete(Target(to=ANA, source_id=f"{ANA}:88"), bot, http)
    await telegram.react(Target(to=ANA, source_id=f"{ANA}:101"), "👍", bot, http)
    await telegram.typing(Target(to=ANA), bot, http)
    await telegram.set_webhook("https://inbox.example.com/webhooks/telegram/6f1c2b", bot, http)
    await telegram.acknowledge(pressed("2195678901234567890"), bot, http)
    documented = (
        "editMessageText", "deleteMessage", "setMessageReaction", "sendChatAction", "setWebhook",
        "answerCallbackQuery",
    )  # fmt: skip
    assert tuple(method(asked) for asked in provider.asked) == documented
    for asked in provider.asked:
        assert body(asked) == body_of("telegram", f"out_{method(asked)}.json")


def pressed(query: str | None) -> InboundMessage:
    """A button the customer pressed, or a message without one."""
    attributes = {"callback_query_id": query} if query else {}
    return InboundMessage(
        source_id="1", contact=InboundContact(source_id=ANA), content_attributes=attributes
    )


async def test_68_a_pressed_button_is_answered_even_when_that_comes_too_late(
    provider: Provider, bot: Credentials, http: httpx.AsyncClient
) -> None:
    await Telegram().acknowledge(pressed(None), bot, http)
    assert provider.asked == []
    old = {"ok": False, "error_code": 400, "description": "Bad Request: query is too old"}
    provider.answers = [Answer(status=400, json=old)]
    await Telegram().acknowledge(pressed("1"), bot, http)
    assert len(provider.asked) == 1


async def test_69_answers_in_a_business_account_carry_its_connection(
    provider: Provider, bot: Credentials, http: httpx.AsyncClient
) -> None:
    sent = {"message_id": 9, "chat": {"id": 511223344}, "business_connection_id": "conn"}
    provider.answers = [Answer(json={"ok": True, "result": sent}), DONE, DONE, DONE]
    message = outgoing(ANA, "oi", thread={"business_connection_id": "conn"})
    [ours] = (await Telegram().send(message, bot, http)).source_ids
    assert ours == "conn:511223344:9"
    target = Target(to=ANA, source_id=ours)
    await Telegram().delete(target, bot, http)
    await Telegram().mark_read(target, bot, http)
    await Telegram().edit(target, "olá", bot, http)
    with pytest.raises(SendError, match="own chats"):
        await Telegram().react(target, "👍", bot, http)
    assert [method(asked) for asked in provider.asked[1:]] == [
        "deleteBusinessMessages",
        "readBusinessMessage",
        "editMessageText",
    ]
    assert all(body(asked)["business_connection_id"] == "conn" for asked in provider.asked)


async def test_71_what_it_answers_is_optional_and_never_fatal(
    provider: Provider, bot: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [
        answer_of("telegram", "resp_error_400_reply_not_found.json"),
        answer_of("telegram", "resp_sendMessage_ok.json"),
    ]
    await Telegram().send(outgoing(ANA, "oi", in_reply_to=f"{ANA}:1"), bot, http)
    assert body(provider.asked[0])["reply_parameters"]["allow_sending_without_reply"] is True
    assert "reply_parameters" not in body(provider.asked[1])


@pytest.mark.parametrize("answered", ["callback:77", "-5:1", "nonsense", ""])
async def test_71_a_message_of_another_chat_is_not_quoted(
    provider: Provider, bot: Credentials, http: httpx.AsyncClient, answered: str
) -> None:
    provider.answers = [answer_of("telegram", "resp_sendMessage_ok.json")]
    await Telegram().send(outgoing(ANA, "oi", in_reply_to=answered), bot, http)
    assert "reply_parameters" not in body(provider.asked[0])


async def test_refused_markup_is_sent_once_more_as_plain_text(
    provider: Provider, bot: Credentials, http: httpx.AsyncClient
) -> None:
    broken = answer_of("telegram", "resp_error_400_parse_entities.json")
    provider.answers = [broken, answer_of("telegram", "resp_sendMessage_ok.json")]
    text = "1 < 2 & [here](https://x.example.com/?a=1&b=2) **now**"
    await Telegram().send(outgoing(ANA, text), bot, http)
    first, second = (body(asked) for asked in provider.asked)
    assert first["parse_mode"] == "HTML"
    assert second == {
        "chat_id": 511223344,
        "text": "1 < 2 & here (https://x.example.com/?a=1&b=2) now",
        "link_preview_options": {"is_disabled": False},
    }
    provider.answers = [broken, broken]
    error = await refused(Telegram(), outgoing(ANA, text), bot, http)
    assert error.category is ErrorCategory.INVALID_CONTENT
    assert len(provider.asked) == 4


async def test_text_without_markup_is_no_html(
    provider: Provider, bot: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [answer_of("telegram", "resp_sendMessage_ok.json")]
    await Telegram().send(outgoing(ANA, "1 < 2 & 3 > 2"), bot, http)
    assert body(provider.asked[0]) == {"chat_id": 511223344, "text": "1 < 2 & 3 > 2"}


async def test_a_group_that_moved_is_followed(
    provider: Provider, bot: Credentials, http: httpx.AsyncClient
) -> None:
    moved = {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": -100777},
    }
    provider.answers = [
        Answer(status=400, json=moved),
        answer_of("telegram", "resp_sendMessage_ok.json"),
    ]
    result = await Telegram().send(outgoing("-777", "oi"), bot, http)
    assert body(provider.asked[1])["chat_id"] == -100777
    assert result.contact_alias == "-100777"


async def test_a_picture_of_odd_shape_goes_as_a_document(
    provider: Provider, bot: Credentials, http: httpx.AsyncClient
) -> None:
    odd = {"ok": False, "error_code": 400, "description": "Bad Request: PHOTO_INVALID_DIMENSIONS"}
    provider.answers = [
        Answer(status=400, json=odd),
        answer_of("telegram", "resp_sendMessage_ok.json"),
    ]
    picture = (file("https://f.example.com/a.jpg"),)
    await Telegram().send(outgoing(ANA, "panorama", attachments=picture), bot, http)
    assert [method(asked) for asked in provider.asked] == ["sendPhoto", "sendDocument"]
    assert provider.asked[1].multipart["document"].get_filename() == "a.jpg"


@pytest.mark.parametrize(
    ("attachment", "expected"),
    [
        (file("https://f.example.com/a.jpg"), "sendPhoto"),
        (file("https://f.example.com/a.svg", "image/svg+xml"), "sendDocument"),
        (file("https://f.example.com/a.gif", "image/gif"), "sendAnimation"),
        (file("https://f.example.com/a.mp4", "video/mp4"), "sendVideo"),
        (file("https://f.example.com/a.webm", "video/webm"), "sendDocument"),
        (file("https://f.example.com/a.ogg", "audio/ogg; codecs=opus"), "sendVoice"),
        (file("https://f.example.com/a.mp3", "audio/mpeg"), "sendAudio"),
        (file("https://f.example.com/a.wav", "audio/wav"), "sendDocument"),
    ],
)
async def test_70_what_telegram_cannot_play_goes_as_a_document(
    provider: Provider,
    bot: Credentials,
    http: httpx.AsyncClient,
    attachment: OutboundAttachment,
    expected: str,
) -> None:
    provider.answers = [answer_of("telegram", "resp_sendMessage_ok.json")]
    await Telegram().send(outgoing(ANA, attachments=(attachment,)), bot, http)
    assert [method(asked) for asked in provider.asked] == [expected]


def test_what_a_browser_recorded_goes_as_a_voice_message() -> None:
    recorded = (PAYLOADS.parent / "voice.webm").read_bytes()
    note = file("https://f.example.com/note.webm", "audio/webm;codecs=opus", recorded)
    [call] = calls(outgoing(ANA, attachments=(note,)))
    assert call.method == "sendVoice"
    sent = call.files["voice"]
    assert (sent.file_name, sent.content_type, sent.data[:4]) == ("note.ogg", "audio/ogg", b"OggS")
    broken = file("https://f.example.com/note.webm", "audio/webm", b"no webm")
    [call] = calls(outgoing(ANA, attachments=(broken,)))
    assert call.method == "sendDocument"


def test_a_picture_too_large_for_one_goes_as_a_document() -> None:
    large = file("https://f.example.com/a.jpg", data=bytes(10 * 1024 * 1024 + 1))
    [call] = calls(outgoing(ANA, attachments=(large,)))
    assert call.method == "sendDocument"


async def test_albums_do_not_mix_and_a_later_attempt_goes_on_after_the_last_whole_one(
    provider: Provider, bot: Credentials, http: httpx.AsyncClient
) -> None:
    pictures = tuple(file(f"https://f.example.com/{place}.jpg") for place in range(11))
    papers = tuple(
        file(f"https://f.example.com/{place}.pdf", "application/pdf") for place in range(2)
    )

    def album(first: int, count: int) -> Answer:
        result = [{"message_id": first + n, "chat": {"id": 511223344}} for n in range(count)]
        return Answer(json={"ok": True, "result": result})

    provider.answers = [album(1, 10), answer_of("telegram", "resp_error_429.json")]
    message = outgoing(ANA, "tudo", attachments=(*pictures, *papers))
    error = await refused(Telegram(), message, bot, http)
    assert (error.category, error.retry_after) == (ErrorCategory.RATE_LIMITED, 17.0)
    assert len(error.sent_parts) == 10
    provider.answers = [answer_of("telegram", "resp_sendMessage_ok.json"), album(20, 2)]
    result = await Telegram().send(replace(message, sent_parts=error.sent_parts), bot, http)
    assert [method(asked) for asked in provider.asked] == [
        "sendMediaGroup",
        "sendPhoto",
        "sendPhoto",
        "sendMediaGroup",
    ]
    assert len(result.source_ids) == 13
    assert "caption" not in provider.asked[2].multipart


async def test_long_text_is_split_in_units_of_utf16_and_buttons_come_last(
    provider: Provider, bot: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answer = lambda _: answer_of("telegram", "resp_sendMessage_ok.json")
    picture = (file("https://f.example.com/a.jpg"),)
    message = offering(
        ANA, "😀 " * 3000, ("a long label of one", "1"), ("another long one", "2"),
        attachments=picture, in_reply_to=f"{ANA}:1",
    )  # fmt: skip
    await Telegram().send(message, bot, http)
    assert method(provider.asked[0]) == "sendPhoto"
    assert "reply_parameters" in provider.asked[0].multipart
    texts = [body(asked) for asked in provider.asked[1:]]
    assert all(utf16(one["text"]) <= 4096 for one in texts)
    assert ["reply_markup" in one for one in texts] == [False] * (len(texts) - 1) + [True]
    assert len(texts[-1]["reply_markup"]["inline_keyboard"]) == 2
    assert all("reply_parameters" not in one for one in texts)


async def test_cards_have_their_links_as_buttons(
    provider: Provider, bot: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answer = lambda _: answer_of("telegram", "resp_sendMessage_ok.json")
    link = {"type": "link", "text": "Open", "uri": "https://x.example.com"}
    card = {
        "title": "Shoe",
        "description": "Blue",
        "media_url": "https://x/s.jpg",
        "actions": [link],
    }
    message = outgoing(ANA, content_type="cards", content_attributes={"items": [card]})
    await Telegram().send(message, bot, http)
    assert body(provider.asked[0]) == {
        "chat_id": 511223344,
        "text": "Shoe\nBlue",
        "link_preview_options": {"url": "https://x/s.jpg"},
        "reply_markup": {"inline_keyboard": [[{"text": "Open", "url": "https://x.example.com"}]]},
    }


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("400_chat_not_found", ErrorCategory.RECIPIENT_UNREACHABLE),
        ("400_file_too_big", ErrorCategory.INVALID_CONTENT),
        ("401_unauthorized", ErrorCategory.AUTH),
        ("403_blocked", ErrorCategory.RECIPIENT_UNREACHABLE),
        ("403_cant_initiate", ErrorCategory.RECIPIENT_UNREACHABLE),
        ("403_kicked", ErrorCategory.RECIPIENT_UNREACHABLE),
        ("409_conflict", ErrorCategory.CONFIG),
        ("413_entity_too_large", ErrorCategory.INVALID_CONTENT),
        ("429", ErrorCategory.RATE_LIMITED),
    ],
)
async def test_refusals_are_understood(
    provider: Provider,
    bot: Credentials,
    http: httpx.AsyncClient,
    name: str,
    category: ErrorCategory,
) -> None:
    provider.answers = [answer_of("telegram", f"resp_error_{name}.json")]
    error = await refused(Telegram(), outgoing(ANA, "oi"), bot, http)
    assert error.category is category
    assert str(error) == body_of("telegram", f"resp_error_{name}.json")["description"]
    assert error.retry_after == (17.0 if name == "429" else None)


async def test_silence_is_uncertain_and_an_error_of_theirs_transient(
    provider: Provider, bot: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(fault="reset"), Answer(status=502, body=b"Bad Gateway")]
    assert (await refused(Telegram(), outgoing(ANA, "oi"), bot, http)).category is (
        ErrorCategory.UNCERTAIN
    )
    assert (await refused(Telegram(), outgoing(ANA, "oi"), bot, http)).category is (
        ErrorCategory.TRANSIENT
    )
    assert len(provider.asked) == 2


async def test_no_failure_shows_the_token(bot: Credentials, http: httpx.AsyncClient) -> None:
    for base in ("http://127.0.0.1:1", "gopher://x", "http://[::1"):
        error = await refused(Telegram(), outgoing(ANA, "oi"), replace(bot, base_url=base), http)
        assert "AAtoken" not in str(error)


async def test_a_file_is_looked_up_and_downloaded(
    provider: Provider, bot: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [
        Answer(json={"ok": True, "result": {"file_path": "photos/file_1.jpg"}}),
        Answer(body=b"jpeg", headers={"content-type": "application/octet-stream"}),
    ]
    source = MediaSource(media_id="AgAC", content_type="image/jpeg")
    media = await Telegram().fetch(source, bot, http)
    assert (media.data, media.content_type, media.file_name) == (
        b"jpeg",
        "image/jpeg",
        "file_1.jpg",
    )
    assert body(provider.asked[0]) == {"file_id": "AgAC"}
    assert provider.asked[1].path == "/file/bot7012345678:AAtoken/photos/file_1.jpg"


async def test_a_file_too_big_for_bots_is_no_failure_to_try_again(
    provider: Provider, bot: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answers = [answer_of("telegram", "resp_error_400_file_too_big.json")]
    with pytest.raises(SendError) as failure:
        await Telegram().fetch(MediaSource(media_id="AgAC"), bot, http)
    assert failure.value.category is ErrorCategory.INVALID_CONTENT


HERE = "https://inbox.example.com/webhooks/telegram/7012345678"


@pytest.mark.parametrize(
    ("bot_id", "webhook", "failed"),
    [
        (7012345678, {"url": HERE}, None),
        (1, {"url": HERE}, "another bot"),
        (7012345678, {"url": ""}, "nowhere"),
        (7012345678, {"url": "https://evil.example.com/x"}, "elsewhere"),
        (7012345678, {"url": HERE, "last_error_message": "500", "pending_update_count": 0}, None),
        (
            7012345678,
            {"url": HERE, "last_error_message": "Wrong response: 500", "pending_update_count": 3},
            "Wrong response: 500 (3 waiting)",
        ),
    ],
)
async def test_48_a_check_names_the_step_that_fails(
    provider: Provider,
    bot: Credentials,
    http: httpx.AsyncClient,
    bot_id: int,
    webhook: dict[str, Any],
    failed: str | None,
) -> None:
    provider.answers = [
        Answer(json={"ok": True, "result": {"id": bot_id, "username": "loja_bot"}}),
        Answer(json={"ok": True, "result": webhook}),
    ]
    steps = await Telegram().check(bot, http)
    assert all(step.ok for step in steps) is (failed is None)
    assert (failed or "") in steps[-1].detail


async def test_a_reaction_may_also_be_a_message(
    provider: Provider, bot: Credentials, http: httpx.AsyncClient
) -> None:
    provider.answer = lambda _: DONE
    message = outgoing(
        ANA,
        content_type="reaction",
        content_attributes={"emoji": "👍"},
        in_reply_to=f"{ANA}:101",
    )
    assert (await Telegram().send(message, bot, http)).source_ids == ()
    assert body(provider.asked[0]) == body_of("telegram", "out_setMessageReaction.json")


async def test_words_under_a_file_are_edited_too_and_no_change_is_no_failure(
    provider: Provider, bot: Credentials, http: httpx.AsyncClient
) -> None:
    def refusal(words: str) -> Answer:
        return Answer(
            status=400,
            json={"ok": False, "error_code": 400, "description": f"Bad Request: {words}"},
        )

    target = Target(to=ANA, source_id=f"{ANA}:88")
    provider.answers = [refusal("there is no text in the message to edit"), DONE]
    await Telegram().edit(target, "novo", bot, http)
    assert [method(asked) for asked in provider.asked] == ["editMessageText", "editMessageCaption"]
    provider.answers = [refusal("message is not modified: same content")]
    await Telegram().edit(target, "novo", bot, http)
    provider.answers = [refusal("message can't be edited")]
    with pytest.raises(SendError):
        await Telegram().edit(target, "novo", bot, http)
    with pytest.raises(SendError, match="does not know"):
        await Telegram().edit(Target(to=ANA, source_id="callback:1"), "novo", bot, http)
