"""Instagram: what Meta sends us, and what it gets from us."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from backend.channels.base import Credentials, Ignored, InboundMessage
from backend.channels.instagram import Instagram
from tests.channels.contract import ChannelContract
from tests.channels.payloads import CREDENTIALS, payload
from tests.channels.support import hub_signature, parsed

ACCOUNT = CREDENTIALS["instagram"]


class TestContract(ChannelContract):
    provider = "instagram"
    secret_name = "app_secret"

    def sign(self, body: bytes, credentials: Credentials) -> Mapping[str, str]:
        return {"x-hub-signature-256": hub_signature(credentials.secrets["app_secret"], body)}


def read(item: dict[str, Any], credentials: Credentials = ACCOUNT) -> list[Any]:
    """The events of one item as an account gets it."""
    about = {"sender": {"id": "8123456789012345"}, "timestamp": 1789041600123, **item}
    entry = {"id": credentials.address, "messaging": [about]}
    return parsed(Instagram(), credentials, json.dumps({"entry": [entry]}).encode())


def message(**more: Any) -> Any:
    """A message as Instagram sends it, parsed."""
    [event] = read({"message": {"mid": "m_1", **more}})
    return event


@pytest.mark.parametrize("kind", ["ig_story", "ephemeral", "hologram", "unsupported_type"])
def test_60_what_instagram_invents_next_is_a_placeholder(kind: str) -> None:
    found = message(attachments=[{"type": kind}])
    assert found.unsupported
    assert found.attachments[0].kind == kind


def test_60_a_reel_on_metas_servers_is_kept_and_a_page_linked() -> None:
    cdn = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=7"
    reel = {"type": "ig_reel", "payload": {"reel_video_id": 1, "title": "How", "url": cdn}}
    [kept] = message(attachments=[reel]).attachments
    assert (kept.kind, kept.title, kept.media.url, kept.url) == ("ig_reel", "How", cdn, None)
    page = {"type": "share", "payload": {"url": "https://www.instagram.com/p/1"}}
    [linked] = message(attachments=[page]).attachments
    assert (linked.media, linked.url) == (None, "https://www.instagram.com/p/1")


def test_61_an_answer_to_a_story_says_to_which() -> None:
    found = message(text="Love it", reply_to={"story": {"id": "17", "url": "https://s"}})
    assert found.content_attributes == {"story_id": "17", "story_url": "https://s"}


def test_62_a_story_mention_is_a_message_of_the_customer_and_expires() -> None:
    body = payload("instagram", "in_story_mention.json")
    [event] = parsed(Instagram(), ACCOUNT, body)
    assert isinstance(event, InboundMessage)
    assert not event.echo
    assert not event.unsupported
    assert event.attachments[0].meta["expires_at"] == "2026-09-11T12:00:00.123000+00:00"


@pytest.mark.parametrize(
    "more", [{"is_unsupported": True}, {"attachments": [{"type": "unsupported_type"}]}, {}]
)
def test_66_nothing_is_an_empty_bubble(more: dict[str, Any]) -> None:
    assert message(**more).unsupported


def test_a_like_is_a_heart() -> None:
    found = message(attachments=[{"type": "like_heart"}])
    assert (found.content, found.attachments, found.unsupported) == ("❤️", (), False)


def test_what_the_business_writes_to_itself_is_ignored() -> None:
    assert isinstance(message(text="note", is_self=True), Ignored)


def test_seen_means_that_message_and_those_before_it() -> None:
    [event] = read({"read": {"mid": "m_9"}})
    assert event.status == "read"
    assert (event.source_id, event.and_earlier) == ("m_9", True)
    assert event.contact_source_id == "8123456789012345"


def test_comments_are_conversations_where_that_was_asked_for() -> None:
    wanted = replace(ACCOUNT, settings={"comments": True})
    [event] = parsed(Instagram(), wanted, payload("instagram", "comment_change.json"))
    assert isinstance(event, InboundMessage)
    assert (event.content, event.thread_key) == ("price?", "comment:17865799348089039")
    assert event.content_attributes["comment_id"] == "17865799348089039"
    assert event.contact.username == "ana.prado"


def test_the_test_button_of_metas_console_does_no_harm() -> None:
    body = payload("instagram", "dashboard_test_changes.json")
    [event] = parsed(Instagram(), replace(ACCOUNT, address="0"), body)
    assert isinstance(event, Ignored)
