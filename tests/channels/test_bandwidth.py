"""SMS by Bandwidth."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from backend.channels.bandwidth_sms import BandwidthSms, category_of
from backend.channels.base import (
    Credentials,
    ErrorCategory,
    InboundMessage,
    MediaSource,
    OutboundAttachment,
    OutboundMessage,
    Quarantined,
    SendError,
)
from backend.channels.signatures import basic_header
from tests.channels.contract import ChannelContract
from tests.channels.payloads import CREDENTIALS, payload, payload_json, post
from tests.channels.provider import Answer, Provider

SMS = BandwidthSms()
INBOX = CREDENTIALS["bandwidth_sms"]


class TestContract(ChannelContract):
    provider = "bandwidth_sms"
    secret_name = "webhook_password"
    is_sms = True
    signs_body = False

    def sign(self, body: bytes, credentials: Credentials) -> Mapping[str, str]:  # noqa: ARG002
        secrets = credentials.secrets
        return {
            "authorization": basic_header(secrets["webhook_username"], secrets["webhook_password"])
        }


def inbox(provider: Provider) -> Credentials:
    return dataclasses.replace(INBOX, base_url=provider.url)


def outgoing(**fields: Any) -> OutboundMessage:
    return OutboundMessage(**{"id": "msg_01J8Z3K4", "to": "+12025550143", **fields})


def picture(name: str) -> OutboundAttachment:
    return OutboundAttachment(
        kind="image",
        file_name=name,
        content_type="image/jpeg",
        url=f"https://files.example.com/a/{name}",
        data=b"",
    )


ACCEPTED = payload_json("bandwidth_sms", "resp_accepted_202.json")


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("out_sms.json", {"content": "Hi Ana, it **ships** today."}),
        ("out_mms.json", {"content": "label", "attachments": (picture("1.jpg"), picture("2.jpg"))}),
    ],
)
async def test_what_is_sent_is_what_the_provider_documents(
    provider: Provider, http: httpx.AsyncClient, name: str, fields: dict[str, Any]
) -> None:
    provider.answers = [Answer(status=202, json=ACCEPTED)]
    result = await SMS.send(outgoing(**fields), inbox(provider), http)
    (asked,) = provider.asked
    assert asked.path == "/api/v2/users/9900000/messages"
    assert asked.headers["authorization"] == basic_header("api-user", "api-password")
    assert json.loads(asked.body) == payload_json("bandwidth_sms", name)
    assert result.source_ids == ("bw-out-0001",)


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("resp_error_400_validation.json", ErrorCategory.INVALID_CONTENT),
        ("resp_error_401_unauthorized.json", ErrorCategory.AUTH),
        ("resp_error_403_forbidden.json", ErrorCategory.CONFIG),
        ("resp_error_429_too_many.json", ErrorCategory.RATE_LIMITED),
    ],
)
async def test_refusals_are_understood(
    provider: Provider, http: httpx.AsyncClient, name: str, category: ErrorCategory
) -> None:
    body = payload_json("bandwidth_sms", name)
    provider.answers = [Answer(status=body.pop("_http_status"), json=body)]
    with pytest.raises(SendError) as failure:
        await SMS.send(outgoing(content="x"), inbox(provider), http)
    assert failure.value.category is category
    assert str(failure.value) == body["description"]


async def test_a_lost_answer_is_uncertain(provider: Provider, http: httpx.AsyncClient) -> None:
    provider.answers = [Answer(fault="reset")]
    with pytest.raises(SendError) as failure:
        await SMS.send(outgoing(content="x"), inbox(provider), http)
    assert failure.value.category is ErrorCategory.UNCERTAIN


async def test_a_long_text_is_split(provider: Provider, http: httpx.AsyncClient) -> None:
    provider.answer = lambda _: Answer(status=202, json=ACCEPTED)
    files = tuple(picture(f"{number}.jpg") for number in range(11))
    await SMS.send(outgoing(content="word " * 500, attachments=files), inbox(provider), http)
    bodies = [json.loads(asked.body) for asked in provider.asked]
    assert [len(body.get("media", [])) for body in bodies] == [0, 10, 1]
    assert all(len(body.get("text", "")) <= 1600 for body in bodies)


async def test_files_are_fetched_with_the_api_s_credentials_and_from_bandwidth_only(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(body=b"photo", headers={"content-type": "image/jpeg"})]
    media = await SMS.fetch(
        MediaSource(url=provider.url + "/a.jpg", file_name="a.jpg"), inbox(provider), http
    )
    assert (media.data, media.content_type, media.file_name) == (b"photo", "image/jpeg", "a.jpg")
    assert provider.asked[0].headers["authorization"] == basic_header("api-user", "api-password")
    with pytest.raises(SendError):
        await SMS.fetch(MediaSource(url="https://evil.example.org/a.jpg"), INBOX, http)


def test_one_bad_item_never_costs_its_siblings() -> None:
    (good,) = payload_json("bandwidth_sms", "in_sms.json")
    body = json.dumps([None, {"type": "message-received"}, good, 3]).encode()
    events = SMS.parse(post(body), INBOX)
    assert [type(event) for event in events].count(Quarantined) == 3
    assert len([event for event in events if isinstance(event, InboundMessage)]) == 1


def test_events_about_other_numbers_are_not_ours() -> None:
    request = post(payload("bandwidth_sms", "in_sms.json"))
    assert SMS.parse(request, dataclasses.replace(INBOX, address="+19990000000")) == []


@pytest.mark.parametrize(
    ("code", "category"),
    [
        (4405, ErrorCategory.CONFIG),
        (4301, ErrorCategory.INVALID_CONTENT),
        (4702, ErrorCategory.RECIPIENT_UNREACHABLE),
        (5100, ErrorCategory.TRANSIENT),
        (9999, ErrorCategory.UNCERTAIN),
        (None, ErrorCategory.UNCERTAIN),
        (7, ErrorCategory.INVALID_CONTENT),
    ],
)
def test_codes_without_an_entry_mean_what_their_family_means(
    code: int | None, category: ErrorCategory
) -> None:
    assert category_of(code) is category


@pytest.mark.parametrize(
    ("answer", "ok", "detail"),
    [
        (Answer(json=[]), True, "9900000"),
        (Answer(status=401, json={"description": "Denied"}), False, "Denied"),
    ],
)
async def test_the_health_check_asks_for_the_account(
    provider: Provider, http: httpx.AsyncClient, answer: Answer, ok: bool, detail: str
) -> None:
    provider.answers = [answer]
    (step,) = await SMS.check(inbox(provider), http)
    assert (step.ok, step.detail) == (ok, detail)
