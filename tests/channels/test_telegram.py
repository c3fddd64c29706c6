"""Telegram: what bots are sent, and what they send."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from backend.channels.base import (
    ContactUpdate,
    Credentials,
    Ignored,
    InboundMessage,
    Quarantined,
    WebhookRequest,
)
from backend.channels.telegram import Telegram
from tests.channels.contract import ChannelContract
from tests.channels.payloads import CREDENTIALS, payload, post
from tests.channels.support import parsed

BOT = CREDENTIALS["telegram"]


class TestContract(ChannelContract):
    provider = "telegram"
    secret_name = "webhook_secret"
    signs_body = False

    def sign(self, body: bytes, credentials: Credentials) -> Mapping[str, str]:  # noqa: ARG002
        return {"x-telegram-bot-api-secret-token": credentials.secrets["webhook_secret"]}

    def sample(self) -> WebhookRequest:
        return replace(
            super().sample(), url=f"https://inbox.example.com/webhooks/telegram/{BOT.address}"
        )


ANA = {"id": 511223344, "is_bot": False, "first_name": "Ana"}
CHAT = {"id": 511223344, "first_name": "Ana", "type": "private"}
GROUP = {"id": -100201, "title": "VIP", "type": "supergroup"}


def read(kind: str, content: Any, groups: bool = False) -> list[Any]:
    """The events of one update."""
    inbox = replace(BOT, settings={"groups": groups})
    return parsed(Telegram(), inbox, json.dumps({"update_id": 1, kind: content}).encode())


def message(**more: Any) -> dict[str, Any]:
    """A message as Telegram sends it."""
    return {"message_id": 7, "from": ANA, "chat": CHAT, "date": 1789041600, **more}


def only(events: list[Any]) -> Any:
    """The one event there is."""
    [found] = events
    return found


def test_51_an_update_has_the_same_key_each_time_but_not_for_another_bot() -> None:
    body = payload("telegram", "in_text.json")
    urls = ["https://x/webhooks/telegram/1", "https://x/webhooks/telegram/1/?a=b", "https://x/t/2"]
    keys = [Telegram().event_key(post(body, url=url)) for url in urls]
    assert keys == ["1:912000101", "1:912000101", "2:912000101"]
    assert Telegram().keys(post(body, url="https://x/webhooks/telegram")) == ()


def test_68_a_button_in_a_business_chat_is_the_customers_message() -> None:
    found = only(parsed(Telegram(), BOT, payload("telegram", "in_business_callback_query.json")))
    assert isinstance(found, InboundMessage)
    assert not found.echo
    assert found.contact.source_id == "511223344"
    assert found.content_attributes["callback_query_id"] == "2195678901234567899"


def test_69_business_messages_name_their_connection_and_who_wrote_them() -> None:
    kinds = ("customer", "from_owner_echo", "sent_by_bot_echo")
    found = [
        only(parsed(Telegram(), BOT, payload("telegram", f"in_business_message_{kind}.json")))
        for kind in kinds
    ]
    assert [one.echo for one in found] == [False, True, True]
    assert [one.content_attributes.get("external_echo") for one in found] == [None, True, False]
    assert {one.thread_key for one in found} == {"Zb1cA-business-conn"}
    assert {one.contact.source_id for one in found} == {"511223344"}


def test_71_a_quoted_message_is_named_and_its_absence_is_no_failure() -> None:
    quoted = message(reply_to_message=message(message_id=3), quote={"text": "this"}, text="yes")
    found = only(read("message", quoted))
    assert (found.in_reply_to, found.content_attributes) == ("511223344:3", {"quote": "this"})
    for odd in ({}, None, 5, {"message_id": "x"}):
        found = only(read("message", message(reply_to_message=odd, text="yes")))
        assert (found.content, found.in_reply_to) == ("yes", None)


def test_an_album_is_separate_messages_that_share_its_id() -> None:
    found = only(parsed(Telegram(), BOT, payload("telegram", "in_album_2_of_2.json")))
    assert found.content_attributes == {"media_group_id": "14000000000000001"}
    assert len(found.attachments) == 1


def emoji(*characters: str) -> list[dict[str, str]]:
    """Reactions as Telegram lists them."""
    return [{"type": "emoji", "emoji": one} for one in characters]


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (emoji(), emoji("👍"), ["👍"]),
        (emoji("👍"), emoji("❤"), ["❤"]),
        (emoji("👍"), emoji(), [None]),
        (emoji("👍", "❤"), emoji("👍"), ["👍"]),
        (emoji(), emoji("👍", "🔥"), ["👍", "🔥"]),
        (emoji(), [{"type": "paid"}], ["⭐"]),
        (emoji(), [{"type": "custom_emoji", "custom_emoji_id": "1"}], ["❔"]),
    ],
)
def test_reactions_are_what_changed(
    before: list[Any], after: list[Any], shown: list[str | None]
) -> None:
    change = {"chat": CHAT, "message_id": 9, "user": ANA, "date": 1789041600}
    found = read("message_reaction", {**change, "old_reaction": before, "new_reaction": after})
    assert [one.emoji for one in found] == shown
    assert {one.message_source_id for one in found} == {"511223344:9"}


def test_who_blocks_the_bot_is_unreachable() -> None:
    change = {"chat": CHAT, "from": ANA, "new_chat_member": {"status": "kicked"}}
    assert only(read("my_chat_member", change)).unreachable is True


def test_formatting_becomes_commonmark_by_utf16_places() -> None:
    entities = [
        {"type": "bold", "offset": 3, "length": 4},
        {"type": "italic", "offset": 3, "length": 4},
        {"type": "text_link", "offset": 8, "length": 4, "url": "https://x.example.com"},
        {"type": "code", "offset": 13, "length": 2},
        {"type": "mention", "offset": 0, "length": 2},
        {"type": "bold", "offset": 900, "length": 1},
        {"type": "bold", "offset": -1, "length": 1},
        {"type": "bold", "offset": "x"},
        None,
    ]
    found = only(read("message", message(text="😀 bold link go", entities=entities)))
    assert found.content == "😀 **_bold_** [link](https://x.example.com) `go`"


def test_underscores_of_plain_text_stay() -> None:
    assert only(read("message", message(text="nome_de_instancia"))).content == "nome_de_instancia"


@pytest.mark.parametrize(
    ("part", "content", "kind", "content_type"),
    [
        ({"sticker": {"file_id": "1", "is_animated": True, "emoji": "🎉"}}, "🎉", "sticker", None),
        ({"sticker": {"file_id": "1", "is_video": True}}, "", "sticker", "video/webm"),
        ({"voice": {"file_id": "1", "mime_type": "audio/ogg"}}, "", "audio", "audio/ogg"),
        ({"video_note": {"file_id": "1"}}, "", "video", None),
        ({"document": {"file_id": "1", "mime_type": "text/plain"}}, "", "file", "text/plain"),
    ],
)
def test_files_of_all_kinds(
    part: dict[str, Any], content: str, kind: str, content_type: str | None
) -> None:
    found = only(read("message", message(**part)))
    [attachment] = found.attachments
    assert (found.content, attachment.kind) == (content, kind)
    assert (attachment.media.content_type if attachment.media else None) == content_type
    assert not found.unsupported


def test_a_poll_is_written_out() -> None:
    poll = {"question": "Which?", "options": [{"text": "Blue"}, {"text": "Red"}]}
    assert only(read("message", message(poll=poll))).content == "Which?\n- Blue\n- Red"


def test_only_the_own_number_becomes_the_contacts() -> None:
    for user_id, number in ((511223344, "+5511987654321"), (9, None), (None, None)):
        card = {"phone_number": "5511987654321", "first_name": "B", "user_id": user_id}
        found = only(read("message", message(contact=card)))
        assert found.contact.phone_number == number


def test_a_group_is_one_conversation_where_that_was_asked_for() -> None:
    in_group = message(chat=GROUP, text="help")
    assert isinstance(only(read("message", in_group)), Ignored)
    found = only(read("message", in_group, groups=True))
    assert (found.contact.source_id, found.contact.name) == ("-100201", "VIP")
    assert found.content_attributes["sender"] == {
        "id": "511223344",
        "name": "Ana",
        "username": None,
    }
    hidden = {**in_group, "sender_chat": GROUP}
    found = only(read("message", hidden, groups=True))
    assert found.content_attributes["sender"]["name"] == "VIP"
    topic = {**in_group, "message_thread_id": 17, "is_topic_message": True}
    first = {"forum_topic_created": {"name": "x"}, "message_id": 17, "chat": GROUP}
    found = only(read("message", {**topic, "reply_to_message": first}, groups=True))
    assert (found.thread_key, found.in_reply_to) == ("17", None)
    assert found.content_attributes["message_thread_id"] == 17


def test_a_group_that_moves_keeps_its_conversation() -> None:
    moved = message(chat={**GROUP, "id": -201, "type": "group"}, migrate_to_chat_id=-100201)
    found = only(read("message", moved, groups=True))
    assert found == ContactUpdate(source_id="-201", new_source_id="-100201")


@pytest.mark.parametrize("kind", ["channel_post", "poll", "poll_answer", "chat_member"])
def test_what_no_desk_needs_is_ignored_and_what_nobody_knows_set_aside(kind: str) -> None:
    assert isinstance(only(read(kind, {})), Ignored)
    assert isinstance(only(read("hologram", {})), Quarantined)


def test_service_messages_are_no_messages() -> None:
    assert isinstance(only(read("message", message(pinned_message={}))), Ignored)
