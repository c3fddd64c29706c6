"""Messenger: what Meta sends us, and what it gets from us."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.channels.base import (
    Credentials,
    Ignored,
    InboundContact,
    InboundMessage,
    InboxUpdate,
    Reaction,
)
from backend.channels.messenger import Messenger
from tests.channels.contract import ChannelContract
from tests.channels.payloads import CREDENTIALS, payload, post
from tests.channels.support import hub_signature, parsed

PAGE = CREDENTIALS["messenger"]


class TestContract(ChannelContract):
    provider = "messenger"
    secret_name = "app_secret"

    def sign(self, body: bytes, credentials: Credentials) -> Mapping[str, str]:
        return {"x-hub-signature-256": hub_signature(credentials.secrets["app_secret"], body)}


def read(item: dict[str, Any], credentials: Credentials = PAGE) -> list[Any]:
    """The events of one item as a page gets it."""
    about = {
        "sender": {"id": "7712345678901234"},
        "recipient": {"id": credentials.address},
        "timestamp": 1789041600123,
        **item,
    }
    entry = {"id": credentials.address, "messaging": [about]}
    delivery = {"object": "page", "entry": [entry]}
    return parsed(Messenger(), credentials, json.dumps(delivery).encode())


def read_attachment(attachment: dict[str, Any]) -> InboundMessage:
    """A message with one attachment."""
    [event] = read({"message": {"mid": "m_1", "attachments": [attachment]}})
    assert isinstance(event, InboundMessage)
    return event


def test_29_a_reaction_is_on_its_message_and_can_be_taken_back() -> None:
    taken = {"reaction": {"mid": "m_ours", "action": "unreact", "reaction": "love", "emoji": "❤"}}
    [event] = read(taken)
    assert event == Reaction(
        message_source_id="m_ours",
        contact=InboundContact(source_id="7712345678901234"),
        emoji=None,
        reacted_at=datetime(2026, 9, 10, 12, 0, 0, 123000, tzinfo=UTC),
    )


def test_45_a_delivery_for_two_pages_gives_each_its_own() -> None:
    body = payload("messenger", "batch_two_entries.json")
    assert Messenger().keys(post(body)) == ("104837265910234", "204837265910999")
    other = replace(PAGE, address="204837265910999")
    texts = [
        [event.content for event in parsed(Messenger(), inbox, body)]  # type: ignore[union-attr]
        for inbox in (PAGE, other, replace(PAGE, address="1"))
    ]
    assert texts == [["one"], ["two"], []]


def test_56_an_echo_of_ours_says_whose_it_is() -> None:
    echo = {"mid": "m_1", "is_echo": True, "text": "hi"}
    cases: list[tuple[dict[str, Any], bool, str | None]] = [
        ({"app_id": 517238901122334, "metadata": "msg_1"}, False, "msg_1"),
        ({"app_id": 517238901122334}, False, None),
        ({"app_id": 26390203743090}, True, None),
        ({}, True, None),
    ]
    for more, external, ours in cases:
        about = {"sender": {"id": PAGE.address}, "recipient": {"id": "77"}}
        [event] = read({**about, "message": {**echo, **more}})
        assert event.echo
        assert event.contact.source_id == "77"
        assert event.content_attributes["external_echo"] is external
        assert event.content_attributes.get("echo_of") == ours


def test_57_an_answer_from_the_messenger_app_is_an_external_echo() -> None:
    body = payload("messenger", "echo_page_inbox_native.json")
    [event] = parsed(Messenger(), PAGE, body)
    assert isinstance(event, InboundMessage)
    assert event.echo
    assert event.content_attributes["external_echo"] is True


def test_58_an_unknown_attachment_does_not_cost_the_batch_and_a_sticker_is_shown_once() -> None:
    entry = {
        "id": PAGE.address,
        "messaging": [
            {
                "sender": {"id": "7"},
                "message": {"mid": "m_1", "attachments": [{"type": "hologram"}]},
            },
            {"sender": {"id": "7"}, "message": {"mid": "m_2", "text": "hello"}},
        ],
    }
    found = parsed(Messenger(), PAGE, json.dumps({"entry": [entry]}).encode())
    assert [event.unsupported for event in found] == [True, False]  # type: ignore[union-attr]
    like = {"type": "image", "payload": {"url": "https://x.fbcdn.net/1.png", "sticker_id": 369}}
    [sticker] = read_attachment(like).attachments
    assert sticker.kind == "sticker"


@pytest.mark.parametrize(
    "attachment",
    [
        {"type": "post", "payload": {"title": "Sale", "url": "https://www.facebook.com/p/1"}},
        {"type": "share", "payload": {"url": "https://www.facebook.com/p/1"}},
        {"type": "reel", "payload": {"url": "https://www.facebook.com/reel/1", "title": "x"}},
        {
            "type": "fallback",
            "title": "Shoe",
            "url": "https://l.facebook.com/l.php",
            "payload": None,
        },
    ],
)
def test_59_posts_and_links_are_cards_and_their_pages_are_not_downloaded(
    attachment: dict[str, Any],
) -> None:
    message = read_attachment(attachment)
    [card] = message.attachments
    assert not message.unsupported
    assert card.media is None
    assert card.url


def test_a_documents_name_is_in_its_address() -> None:
    url = "https://cdn.fbsbx.com/v/t59/Nota%20fiscal%204417.pdf?oh=1"
    [found] = read_attachment({"type": "file", "payload": {"url": url}}).attachments
    assert found.media is not None
    assert found.media.file_name == "Nota fiscal 4417.pdf"


def test_a_first_postback_carries_where_the_customer_came_from() -> None:
    postback = {"title": "Get Started", "payload": "START", "referral": {"ref": "qr-7"}}
    [event] = read({"postback": postback})
    assert event.content == "Get Started"
    assert event.content_attributes == {"payload": "START", "referral": {"ref": "qr-7"}}
    assert event.source_id == "postback:7712345678901234:1789041600123:START"


def test_a_quick_reply_keeps_its_payload() -> None:
    [event] = read({"message": {"mid": "m", "text": "Yes", "quick_reply": {"payload": "yes:1"}}})
    assert (event.content, event.content_attributes) == ("Yes", {"payload": "yes:1"})


def test_an_edit_says_which_one_it_is() -> None:
    [event] = read({"message_edit": {"mid": "m_1", "text": "new", "num_edit": 2}})
    assert (event.source_id, event.content, event.revision) == ("m_1", "new", 2)
    assert event.message.content == "new"


def test_what_another_app_handles_is_not_ours() -> None:
    entry = {"id": PAGE.address, "standby": [{"message": {"mid": "m", "text": "hi"}}]}
    found = parsed(Messenger(), PAGE, json.dumps({"entry": [entry]}).encode())
    assert [type(event) for event in found] == [Ignored]


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        ({"pass_thread_control": {"new_owner_app_id": 1}}, "thread_control"),
        ({"take_thread_control": {"previous_owner_app_id": 1}}, "thread_control"),
        ({"policy_enforcement": {"action": "block", "reason": "spam"}}, "policy_enforcement"),
    ],
)
def test_what_concerns_the_page_itself_is_told(item: dict[str, Any], kind: str) -> None:
    [event] = read(item)
    assert isinstance(event, InboxUpdate)
    assert event.kind == kind


def test_an_opt_in_is_of_no_interest_and_an_unknown_event_is_a_placeholder() -> None:
    assert [type(event) for event in read({"optin": {"type": "one_time"}})] == [Ignored]
    [event] = read({"hologram": {"x": 1}})
    assert event.unsupported
    assert event.source_id == "hologram:7712345678901234:1789041600123"


def test_events_come_oldest_first() -> None:
    later = {"sender": {"id": "7"}, "timestamp": 2e12, "message": {"mid": "b", "text": "2"}}
    first = {"sender": {"id": "7"}, "timestamp": 1.9e12, "message": {"mid": "a", "text": "1"}}
    entry = {"id": PAGE.address, "messaging": [later, first]}
    found = parsed(Messenger(), PAGE, json.dumps({"entry": [entry]}).encode())
    assert [event.source_id for event in found] == ["a", "b"]  # type: ignore[union-attr]
