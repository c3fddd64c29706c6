"""What holds for every channel that sends."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from backend.channels.base import Edits, ErrorCategory, KnowsProfiles, Reacts, ShowsTyping
from backend.channels.registry import CHANNELS
from tests.channels.payloads import CREDENTIALS
from tests.channels.provider import Answer, Provider
from tests.channels.support import outgoing, refused

SENDERS = ["instagram", "line", "messenger", "telegram", "tiktok"]


@pytest.mark.parametrize("name", SENDERS)
async def test_a_message_without_content_is_refused_before_anybody_is_asked(
    name: str, provider: Provider, http: httpx.AsyncClient
) -> None:
    inbox = replace(CREDENTIALS[name], base_url=provider.url)
    error = await refused(CHANNELS[name], outgoing("1", " \n"), inbox, http)
    assert error.category is ErrorCategory.INVALID_CONTENT
    assert provider.asked == []


@pytest.mark.parametrize("name", sorted(set(SENDERS) - {"line"}))
async def test_a_yes_without_an_id_is_uncertain(
    name: str, provider: Provider, http: httpx.AsyncClient
) -> None:
    inbox = replace(CREDENTIALS[name], base_url=provider.url)
    provider.answers = [Answer(json={"ok": True, "code": 0})]
    error = await refused(CHANNELS[name], outgoing("1", "hi"), inbox, http)
    assert error.category is ErrorCategory.UNCERTAIN


@pytest.mark.parametrize("name", SENDERS)
async def test_an_inbox_that_was_never_connected_says_so(
    name: str, provider: Provider, http: httpx.AsyncClient
) -> None:
    inbox = replace(CREDENTIALS[name], base_url=provider.url, secrets={})
    error = await refused(CHANNELS[name], outgoing("1", "hi"), inbox, http)
    assert error.category is ErrorCategory.AUTH
    assert provider.asked == []


@pytest.mark.parametrize("name", SENDERS)
async def test_a_provider_that_is_down_is_transient(name: str, http: httpx.AsyncClient) -> None:
    inbox = replace(CREDENTIALS[name], base_url="http://127.0.0.1:1")
    error = await refused(CHANNELS[name], outgoing("1", "hi"), inbox, http)
    assert error.category is ErrorCategory.TRANSIENT


@pytest.mark.parametrize("name", SENDERS)
def test_what_a_channel_says_it_can_do_it_can(name: str) -> None:
    channel = CHANNELS[name]
    able = channel.capabilities
    assert able.reactions == isinstance(channel, Reacts)
    assert able.edits == isinstance(channel, Edits)
    assert able.typing == isinstance(channel, ShowsTyping)
    assert name in {"telegram", "tiktok"} or isinstance(channel, KnowsProfiles)
