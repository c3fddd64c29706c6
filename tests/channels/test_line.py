"""LINE: what official accounts are sent, and what they send."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backend.channels.base import Credentials, Ignored, InboundMessage, MediaSource
from backend.channels.line import Line
from tests.channels.contract import ChannelContract
from tests.channels.payloads import CREDENTIALS, payload, post
from tests.channels.support import parsed

ACCOUNT = CREDENTIALS["line"]


class TestContract(ChannelContract):
    provider = "line"
    secret_name = "channel_secret"

    def sign(self, body: bytes, credentials: Credentials) -> Mapping[str, str]:
        key = credentials.secrets["channel_secret"].encode()
        signature = hmac.new(key, body, hashlib.sha256).digest()
        return {"x-line-signature": base64.b64encode(signature).decode()}


def read(*events: Any, groups: bool = False) -> list[Any]:
    """What a delivery with these events comes to."""
    inbox = replace(ACCOUNT, settings={"groups": groups})
    body = {"destination": ACCOUNT.address, "events": list(events)}
    return parsed(Line(), inbox, json.dumps(body).encode())


def event(kind: str = "message", at: int = 1789041600457, **more: Any) -> dict[str, Any]:
    """An event as LINE sends it."""
    common = {"webhookEventId": "01K", "timestamp": at, "source": {"type": "user", "userId": "U1"}}
    return {"type": kind, **common, **more}


def said(text: str, message_id: str = "1") -> dict[str, Any]:
    """A text message."""
    return {"id": message_id, "type": "text", "text": text}


GROUP = {"type": "group", "groupId": "C1", "userId": "U1"}


def test_72_a_sticker_is_shown_from_its_address_and_has_words() -> None:
    [found] = parsed(Line(), ACCOUNT, payload("line", "in_sticker.json"))
    assert isinstance(found, InboundMessage)
    [sticker] = found.attachments
    assert sticker.media is None  # LINE's art is not copied
    assert sticker.url == (
        "https://stickershop.line-scdn.net/stickershop/v1/sticker/1988/android/sticker.png"
    )
    assert sticker.title == "OK, thanks"
    assert not found.unsupported
    odd = {"id": "2", "type": "sticker", "stickerId": "../../x", "text": "hi"}
    [[named]] = [one.attachments for one in read(event(message=odd))]
    assert (named.url, named.title) == (None, "hi")


def test_51_a_redelivery_has_the_key_of_the_first_delivery() -> None:
    first = json.loads(payload("line", "in_redelivered_text.json"))
    again = json.loads(payload("line", "in_redelivered_text.json"))
    first["events"][0]["deliveryContext"]["isRedelivery"] = False
    keys = {Line().event_key(post(json.dumps(one).encode())) for one in (first, again)}
    assert len(keys) == 1


def test_one_bad_event_does_not_cost_its_siblings_and_the_oldest_comes_first() -> None:
    found = read(
        event(at=1789041600900, message=said("second", "2")),
        {"type": "message", "message": {}},
        None,
        event(at=1789041600100, message=said("first", "1")),
    )
    assert [type(one).__name__ for one in found] == [
        "Quarantined",
        "Quarantined",
        "InboundMessage",
        "InboundMessage",
    ]
    assert [one.content for one in found[2:]] == ["first", "second"]


def test_groups_are_conversations_where_that_was_asked_for() -> None:
    in_group = event(source=GROUP, message=said("hi"))
    assert [type(one) for one in read(in_group)] == [Ignored]
    [found] = read(in_group, groups=True)
    assert found.contact.source_id == "C1"
    assert found.content_attributes["sender"] == {"id": "U1"}


def test_who_blocked_us_is_unreachable_until_they_follow_again() -> None:
    [gone, back] = read(event("unfollow"), event("follow", follow={"isUnblocked": True}))
    assert (gone.unreachable, back.unreachable) == (True, False)


def test_files_have_names_and_what_is_elsewhere_is_linked() -> None:
    paper = {"id": "1", "type": "file", "fileName": "a.pdf", "fileSize": 2138}
    outside = {
        "id": "2",
        "type": "image",
        "contentProvider": {"type": "external", "originalContentUrl": "https://x.example.com/1"},
    }
    [first, second] = read(event(message=paper), event(message=outside))
    assert first.attachments[0].media == MediaSource(
        media_id="1", file_name="a.pdf", byte_size=2138
    )
    assert (second.attachments[0].media, second.attachments[0].url) == (
        None,
        "https://x.example.com/1",
    )


def test_an_unknown_message_is_a_placeholder_and_standby_is_told() -> None:
    [unknown] = read(event(message={"id": "1", "type": "hologram"}, mode="standby"))
    assert unknown.unsupported
    assert unknown.raw["message"]["type"] == "hologram"
    assert unknown.content_attributes["standby"] is True


def test_another_bots_delivery_is_not_ours() -> None:
    body = {"destination": "another", "events": [event(message=said("hi"))]}
    assert parsed(Line(), ACCOUNT, json.dumps(body).encode()) == []
