"""Twilio: SMS and WhatsApp."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from backend.channels.base import (
    ContactUpdate,
    Credentials,
    DeliveryStatus,
    ErrorCategory,
    Event,
    InboundMessage,
    MediaSource,
    OutboundAttachment,
    OutboundMessage,
    SendError,
    StatusUpdate,
    WebhookRejected,
    WebhookRequest,
)
from backend.channels.twilio import Twilio, signature
from backend.channels.twilio_sms import TwilioSms
from backend.channels.twilio_whatsapp import TwilioWhatsApp
from tests.channels.contract import ChannelContract
from tests.channels.payloads import CREDENTIALS, payload, payload_json, post
from tests.channels.provider import Answer, Provider

SMS, WHATSAPP = TwilioSms(), TwilioWhatsApp()
INBOX = CREDENTIALS["twilio_sms"]
SERVICE = "MG0c1d2e3f405162738495a6b7c8d9e0f1"
URL = "https://inbox.example.com/webhooks/x"
VECTORS = [
    vector
    for vector in payload_json("_signatures", "vectors.json")
    if vector["provider"].startswith("twilio")
]


class _Contract(ChannelContract):
    wire = "form"
    is_sms = True
    secret_name = "auth_token"

    def sign(self, body: bytes, credentials: Credentials) -> Mapping[str, str]:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        return {"x-twilio-signature": signature(credentials.secrets["auth_token"], URL, pairs)}


class TestSmsContract(_Contract):
    provider = "twilio_sms"


class TestWhatsAppContract(_Contract):
    provider = "twilio_whatsapp"


# Proof.


def vector_request(vector: dict[str, Any]) -> tuple[WebhookRequest, Credentials]:
    if "raw_body_file" in vector:
        body = payload(*vector["raw_body_file"].split("/"))
    elif "params" in vector:
        body = urlencode([tuple(pair) for pair in vector["params"]]).encode()
    else:
        body = vector["raw_body"].encode()
    headers = {name.lower(): value for name, value in vector["headers"].items()}
    return post(body, headers, vector["url"]), dataclasses.replace(
        INBOX, secrets={"auth_token": vector["auth_token"]}
    )


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v.get("raw_body_file", v["provider"]))
def test_the_known_signatures_are_right_and_hold_for_nothing_else(vector: dict[str, Any]) -> None:
    request, credentials = vector_request(vector)
    SMS.verify(request, credentials)
    for changed in (
        dataclasses.replace(request, url=request.url + "&x=1"),
        dataclasses.replace(request, url=request.url.replace("https", "http", 1)),
        dataclasses.replace(request, body=request.body + b"&Added=1"),
        dataclasses.replace(request, body=request.body.replace(b"=", b"=x", 1) + b" "),
        dataclasses.replace(request, body=b""),
        dataclasses.replace(request, headers={}),
    ):
        with pytest.raises(WebhookRejected):
            SMS.verify(changed, credentials)


def test_blank_values_and_white_space_are_signed() -> None:
    vector = next(v for v in VECTORS if "ampersand" in v.get("raw_body_file", ""))
    request, credentials = vector_request(vector)
    for body in (request.body.replace(b"ToCity=&", b""), request.body.replace(b"+%0A", b"")):
        assert body != request.body
        with pytest.raises(WebhookRejected):
            SMS.verify(dataclasses.replace(request, body=body), credentials)


def test_the_default_port_makes_no_difference() -> None:
    request, credentials = vector_request(VECTORS[0])
    host = urlsplit(request.url).netloc
    with_port = request.url.replace(host, f"{host}:443")
    SMS.verify(dataclasses.replace(request, url=with_port), credentials)
    with pytest.raises(WebhookRejected):
        SMS.verify(
            dataclasses.replace(request, url=request.url.replace(host, f"{host}:8443")), credentials
        )


def test_json_without_its_hash_in_the_address_is_refused() -> None:
    body = b'{"MessageSid":"SM1"}'
    signed = signature(INBOX.secrets["auth_token"], URL, [])
    with pytest.raises(WebhookRejected):
        SMS.verify(post(body, {"x-twilio-signature": signed}, URL), INBOX)


# Reading.


def deliver(channel: Twilio, credentials: Credentials, **fields: str) -> list[Event]:
    base = {"MessageSid": "SM1", "From": "+12025550143", "To": credentials.address, "Body": "x"}
    return list(channel.parse(post(urlencode({**base, **fields}).encode()), credentials))


def message_in(channel: Twilio, credentials: Credentials, **fields: str) -> InboundMessage:
    (event,) = deliver(channel, credentials, **fields)
    assert isinstance(event, InboundMessage)
    return event


def test_edge_49_a_messaging_service_or_the_number_may_be_the_inbox() -> None:
    request = post(payload("twilio_sms", "in_sms_via_messaging_service.txt"))
    assert SMS.keys(request) == (SERVICE, "+12025550199")
    for address in (SERVICE, "+12025550199"):
        assert len(SMS.parse(request, dataclasses.replace(INBOX, address=address))) == 1
    assert SMS.parse(request, dataclasses.replace(INBOX, address="+19990000000")) == []
    status = post(payload("twilio_sms", "status_sent.txt"))
    assert SMS.keys(status) == ("+12025550199",)


@pytest.mark.parametrize(
    ("fields", "wish"),
    [
        ({"Body": " Stop "}, True),
        ({"Body": "STOPALL"}, True),
        ({"Body": "unstop"}, False),
        ({"Body": "BASTA", "OptOutType": "STOP"}, True),
        ({"Body": "SIM", "OptOutType": "START"}, False),
        ({"Body": "HELP", "OptOutType": "HELP"}, None),
        ({"Body": "please stop it"}, None),
        ({"Body": "STOP", "OptOutType": "HELP"}, None),
    ],
)
def test_people_may_ask_not_to_be_written_to(fields: dict[str, str], wish: bool | None) -> None:
    message, *updates = deliver(SMS, INBOX, **fields)
    assert isinstance(message, InboundMessage)
    assert [u.opted_out for u in updates if isinstance(u, ContactUpdate)] == (
        [] if wish is None else [wish]
    )


def test_a_name_as_sender_takes_no_answer() -> None:
    event = message_in(SMS, INBOX, From="BANK")
    assert event.contact.phone_number is None
    assert event.content_attributes == {"no_reply": True}


def test_files_of_every_kind_come_with_the_message() -> None:
    types = ["image/jpeg", "text/x-vcard", "application/pdf", "video/mp4", ""]
    fields = {f"MediaContentType{index}": kind for index, kind in enumerate(types)}
    fields |= {f"MediaUrl{index}": f"https://api.twilio.com/{index}" for index in range(len(types))}
    event = message_in(SMS, INBOX, NumMedia="5", **fields)
    assert [file.kind for file in event.attachments] == [
        "image",
        "contact",
        "file",
        "video",
        "file",
    ]
    assert message_in(SMS, INBOX, NumMedia="-1").attachments == ()
    assert message_in(SMS, INBOX, NumMedia="1e9").attachments == ()


W_INBOX = CREDENTIALS["twilio_whatsapp"]
LUPITA = "whatsapp:+5215512345678"


def test_edge_36_an_ad_looks_like_the_cloud_api_s() -> None:
    event = message_in(
        WHATSAPP,
        W_INBOX,
        From=LUPITA,
        ReferralSourceUrl="https://fb.me/x",
        ReferralSourceId="12",
        ReferralCtwaClid="ARA",
        ReferralHeadline="Tênis",
        ReferralNumMedia="0",
    )
    assert event.content_attributes["referral"] == {
        "source_url": "https://fb.me/x",
        "source_id": "12",
        "ctwa_clid": "ARA",
        "headline": "Tênis",
    }


def test_a_place_is_a_map_not_its_label() -> None:
    event = message_in(
        WHATSAPP,
        W_INBOX,
        From=LUPITA,
        Body="Loja",
        Latitude="-23.5",
        Longitude="-46.6",
        Label="Loja",
    )
    (place,) = event.attachments
    assert (place.kind, place.title, place.latitude, place.longitude) == (
        "location",
        "Loja",
        -23.5,
        -46.6,
    )


def test_people_with_a_username_are_known_by_their_id() -> None:
    user = "whatsapp:MX.2209811736450091"
    contact = message_in(WHATSAPP, W_INBOX, From=user, ExternalUserId=user).contact
    assert (contact.source_id, contact.phone_number, contact.aliases) == (user, None, ())


def test_edge_9_a_status_carries_what_decides_its_rank() -> None:
    (event,) = SMS.parse(post(payload("twilio_sms", "status_undelivered_30003.txt")), INBOX)
    assert isinstance(event, StatusUpdate)
    assert event.status is DeliveryStatus.FAILED
    assert event.error_category is ErrorCategory.RECIPIENT_UNREACHABLE


def test_each_step_of_a_message_is_a_delivery_of_its_own() -> None:
    keys = {
        SMS.event_key(post(payload("twilio_sms", f"status_{step}.txt")))
        for step in ("queued", "sent", "delivered")
    }
    assert len(keys) == 3


# Sending.


def inbox(provider: Provider, name: str = "twilio_sms", **settings: str) -> Credentials:
    base = CREDENTIALS[name]
    return dataclasses.replace(base, base_url=provider.url, settings={**base.settings, **settings})


def outgoing(to: str = "+12025550143", **fields: Any) -> OutboundMessage:
    return OutboundMessage(
        **{"id": "m1", "to": to, "last_incoming_at": datetime.now(UTC), **fields}
    )


def picture(name: str, kind: str = "image") -> OutboundAttachment:
    return OutboundAttachment(
        kind=kind,
        file_name=name,
        content_type="image/jpeg",
        url=f"https://files.example.com/a/{name}",
        data=b"",
    )


def expected(provider: str, name: str) -> list[tuple[str, str]]:
    """The parameters of an `out_` file, whether or not it holds the whole request."""
    text = payload(provider, name).decode().strip().rpartition("\n")[2]
    return sorted(parse_qsl(text, keep_blank_values=True))


CREATED = payload_json("twilio_sms", "resp_created_201.json")
SENT = [
    (
        SMS,
        "twilio_sms",
        "out_sms.txt",
        {"messaging_service_sid": SERVICE},
        {"content": "Hi Ana, it ships today."},
    ),
    (
        SMS,
        "twilio_sms",
        "out_mms.txt",
        {},
        {"content": "label", "attachments": (picture("1.jpg"), picture("2.jpg"))},
    ),
    (
        WHATSAPP,
        "twilio_whatsapp",
        "out_freeform.txt",
        {},
        {"to": LUPITA, "content": "**Listo**: sale hoy"},
    ),
    (
        WHATSAPP,
        "twilio_whatsapp",
        "out_content_template.txt",
        {"messaging_service_sid": SERVICE, "status_callback": ""},
        {
            "to": LUPITA,
            "last_incoming_at": None,
            "template": {
                "content_sid": "HXb5b62575e6e4ff6129ad7c8efe1f983e",
                "processed_params": {"body": {"1": "Lupita", "2": "4417"}},
            },
        },
    ),
]


@pytest.mark.parametrize(
    ("channel", "name", "file", "settings", "fields"), SENT, ids=[case[2] for case in SENT]
)
async def test_what_is_sent_is_what_the_provider_documents(
    provider: Provider,
    http: httpx.AsyncClient,
    channel: Twilio,
    name: str,
    file: str,
    settings: dict[str, str],
    fields: dict[str, Any],
) -> None:
    provider.answers = [Answer(status=201, json=CREATED)]
    result = await channel.send(outgoing(**fields), inbox(provider, name, **settings), http)
    (asked,) = provider.asked
    account = "ACb8f1d2c3e4a5968778695a4b3c2d1e0f"
    assert asked.path == f"/2010-04-01/Accounts/{account}/Messages.json"
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert base64.b64decode(asked.headers["authorization"].split()[1]).decode() == (
        f"{account}:fake_twilio_auth_token_0123456789"
    )
    assert sorted(asked.form) == expected(name, file)
    assert result.source_ids == ("SM0000000000000000000000000000004d",)


async def test_typing_is_shown_on_whatsapp_only(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    sid = "SM00000000000000000000000000000014"
    await SMS.mark_read(sid, inbox(provider), http, typing=True)
    await WHATSAPP.mark_read(sid, inbox(provider, "twilio_whatsapp"), http)
    assert provider.asked == []
    await WHATSAPP.mark_read(sid, inbox(provider, "twilio_whatsapp"), http, typing=True)
    (asked,) = provider.asked
    assert asked.path == "/v2/Indicators/Typing.json"
    assert sorted(asked.form) == expected("twilio_whatsapp", "out_typing_indicator.txt")


async def test_edge_50_an_api_key_sends_and_the_account_s_token_verifies(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    base = inbox(provider, api_key_sid="SK1")
    keyed = dataclasses.replace(base, secrets={**base.secrets, "api_key_secret": "key-secret"})
    bucket = provider.url.replace("127.0.0.1", "localhost") + "/s3"
    provider.answers = [
        Answer(status=201, json=CREATED),
        Answer(status=302, headers={"location": bucket}),
        Answer(body=b"file"),
    ]
    await SMS.send(outgoing(content="x"), keyed, http)
    media = await SMS.fetch(
        MediaSource(url=provider.url + "/m", content_type="image/jpeg"), keyed, http
    )
    assert (media.data, media.file_name) == (b"file", "file.jpg")
    proofs = [asked.headers.get("authorization") for asked in provider.asked]
    assert proofs[0] == proofs[1] == f"Basic {base64.b64encode(b'SK1:key-secret').decode()}"
    assert proofs[2] is None


async def test_edge_50_an_account_without_passwords_on_its_files_gets_none(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(status=401, body=b""), Answer(body=b"file")]
    media = await SMS.fetch(MediaSource(url=provider.url + "/m"), inbox(provider), http)
    assert media.data == b"file"
    assert ["authorization" in asked.headers for asked in provider.asked] == [True, False]


async def test_files_are_fetched_from_twilio_only(http: httpx.AsyncClient) -> None:
    with pytest.raises(SendError) as failure:
        await SMS.fetch(MediaSource(url="https://evil.example.org/m"), INBOX, http)
    assert failure.value.code == "ssrf"


async def test_edge_44_lines_and_marks_survive_on_whatsapp(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(status=201, json=CREATED)]
    content = "**a**\nb\n\n- c"
    await WHATSAPP.send(outgoing(LUPITA, content=content), inbox(provider, "twilio_whatsapp"), http)
    assert dict(provider.asked[0].form)["Body"] == "*a*\nb\n\n- c"


async def test_edge_52_whatsapp_takes_files_of_16_mb_one_per_message(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    assert WHATSAPP.capabilities.attachment_types["image"] == 16 * 1024 * 1024
    provider.answer = lambda _: Answer(status=201, json=CREATED)
    files = (picture("1.jpg"), picture("2.jpg"))
    await WHATSAPP.send(
        outgoing(LUPITA, content="duas", attachments=files),
        inbox(provider, "twilio_whatsapp"),
        http,
    )
    sent = [dict(asked.form) for asked in provider.asked]
    assert [(form.get("Body"), form["MediaUrl"][-5:]) for form in sent] == [
        ("duas", "1.jpg"),
        (None, "2.jpg"),
    ]


async def test_a_long_text_is_split_and_many_files_too(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    provider.answer = lambda _: Answer(status=201, json=CREATED)
    files = tuple(picture(f"{number}.jpg") for number in range(11))
    result = await SMS.send(
        outgoing(content="word " * 500, attachments=files), inbox(provider), http
    )
    assert len(result.source_ids) == len(provider.asked) == 3
    assert all(len(dict(asked.form).get("Body", "")) <= 1600 for asked in provider.asked)
    assert [
        len([1 for name, _ in asked.form if name == "MediaUrl"]) for asked in provider.asked
    ] == [
        0,
        10,
        1,
    ]


async def test_options_become_a_numbered_list(provider: Provider, http: httpx.AsyncClient) -> None:
    provider.answers = [Answer(status=201, json=CREATED)]
    items = [{"title": "Yes", "value": "y"}, {"title": "No", "value": "n"}]
    await SMS.send(
        outgoing(
            content="Happy?", content_type="input_select", content_attributes={"items": items}
        ),
        inbox(provider),
        http,
    )
    assert dict(provider.asked[0].form)["Body"] == "Happy?\n\n1. Yes\n2. No"


async def test_after_a_day_free_text_on_whatsapp_fails_here(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    late = datetime.now(UTC) - timedelta(hours=25)
    with pytest.raises(SendError) as failure:
        await WHATSAPP.send(
            outgoing(LUPITA, content="x", last_incoming_at=late),
            inbox(provider, "twilio_whatsapp"),
            http,
        )
    assert failure.value.category is ErrorCategory.WINDOW_CLOSED
    assert provider.asked == []


RESPONSES = [
    ("twilio_sms", "resp_error_20429_too_many.json", ErrorCategory.RATE_LIMITED),
    ("twilio_sms", "resp_error_21211_invalid_to.json", ErrorCategory.INVALID_CONTENT),
    ("twilio_sms", "resp_error_21617_too_long.json", ErrorCategory.INVALID_CONTENT),
    ("twilio_whatsapp", "resp_error_63016.json", ErrorCategory.WINDOW_CLOSED),
]


@pytest.mark.parametrize(("name", "file", "category"), RESPONSES)
async def test_refusals_are_understood(
    provider: Provider, http: httpx.AsyncClient, name: str, file: str, category: ErrorCategory
) -> None:
    body = payload_json(name, file)
    provider.answers = [Answer(status=body.pop("_http_status"), json=body)]
    with pytest.raises(SendError) as failure:
        await SMS.send(outgoing(content="x"), inbox(provider), http)
    assert failure.value.category is category
    assert failure.value.code == str(body["code"])
    assert str(failure.value) == body["message"]


@pytest.mark.parametrize(
    ("code", "status", "category"),
    [
        (20003, 401, ErrorCategory.AUTH),
        (21610, 400, ErrorCategory.RECIPIENT_OPTOUT),
        (21408, 400, ErrorCategory.CONFIG),
        (30034, 400, ErrorCategory.CONFIG),
        (None, 503, ErrorCategory.TRANSIENT),
        ("x", 400, ErrorCategory.INVALID_CONTENT),
    ],
)
async def test_codes_decide(
    provider: Provider, http: httpx.AsyncClient, code: object, status: int, category: ErrorCategory
) -> None:
    provider.answers = [Answer(status=status, json={"code": code})]
    with pytest.raises(SendError) as failure:
        await SMS.send(outgoing(content="x"), inbox(provider), http)
    assert failure.value.category is category


async def test_a_lost_answer_is_uncertain(provider: Provider, http: httpx.AsyncClient) -> None:
    provider.answers = [Answer(fault="reset"), Answer(status=201, body=b"ok")]
    for _ in range(2):
        with pytest.raises(SendError) as failure:
            await SMS.send(outgoing(content="x"), inbox(provider), http)
        assert failure.value.category is ErrorCategory.UNCERTAIN


def test_a_delivery_in_json_is_read_as_well() -> None:
    body = json.dumps({"MessageSid": "SM1", "From": "+12025550143", "Body": "hi"}).encode()
    (event,) = SMS.parse(post(body), INBOX)
    assert isinstance(event, InboundMessage)
    assert event.content == "hi"


@pytest.mark.parametrize(
    ("answer", "ok", "detail"),
    [
        (Answer(json={"status": "active", "friendly_name": "Loja"}), True, "Loja"),
        (Answer(json={"status": "suspended"}), False, "The account is suspended."),
        (
            Answer(status=401, json={"code": 20003, "message": "Authenticate"}),
            False,
            "Authenticate",
        ),
    ],
)
async def test_the_health_check_asks_for_the_account(
    provider: Provider, http: httpx.AsyncClient, answer: Answer, ok: bool, detail: str
) -> None:
    provider.answers = [answer]
    (step,) = await SMS.check(inbox(provider), http)
    assert (step.ok, step.detail) == (ok, detail)
    assert provider.asked[0].path.endswith("/Accounts/ACb8f1d2c3e4a5968778695a4b3c2d1e0f.json")


CONTENTS = {
    "meta": {
        "next_page_url": "https://content.twilio.com/v1/ContentAndApprovals?PageSize=1&PageToken=PT1"
    },
    "contents": [
        {
            "sid": "HX01",
            "friendly_name": "order_shipped",
            "language": "es",
            "variables": {"1": "Lupita", "2": "4417"},
            "types": {
                "whatsapp/card": {
                    "header_text": "Pedido",
                    "body": "Hola {{1}}, ya salió.",
                    "footer": "Café",
                    "actions": [
                        {"type": "URL", "title": "Ver", "url": "https://cafe.example/{{2}}"},
                        {"type": "QUICK_REPLY", "title": "Gracias", "id": "ok"},
                    ],
                },
                "twilio/text": {"body": "Hola"},
            },
            "approval_requests": {
                "status": "approved",
                "category": "UTILITY",
                "rejection_reason": "",
            },
        }
    ],
}


async def test_content_templates_are_told_in_the_words_of_all_channels(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    unknown = {"sid": "HX02", "friendly_name": "list", "types": {"twilio/list-picker": {}}}
    provider.answers = [
        Answer(json=CONTENTS),
        Answer(json={"meta": {"next_page_url": None}, "contents": [unknown]}),
    ]
    card, listed = await WHATSAPP.templates(inbox(provider, "twilio_whatsapp"), http)
    assert [asked.path for asked in provider.asked] == [
        "/v1/ContentAndApprovals?PageSize=100",
        "/v1/ContentAndApprovals?PageSize=1&PageToken=PT1",
    ]
    assert (
        card.name,
        card.language,
        card.status,
        card.category,
        card.provider_id,
        card.reason,
    ) == (
        *("order_shipped", "es", "approved", "utility", "HX01"),
        None,
    )
    example = {"body_text_named_params": [{"param_name": "1", "example": "Lupita"}]}
    assert card.components == [
        {"type": "HEADER", "text": "Pedido"},
        {"type": "BODY", "text": "Hola {{1}}, ya salió.", "example": example},
        {"type": "FOOTER", "text": "Café"},
        {
            "type": "BUTTONS",
            "buttons": [
                {
                    "type": "URL",
                    "text": "Ver",
                    "url": "https://cafe.example/{{2}}",
                    "example": ["4417"],
                },
                {"type": "QUICK_REPLY", "text": "Gracias"},
            ],
        },
    ]
    assert (listed.status, listed.components) == ("unsubmitted", [{"type": "twilio/list-picker"}])
    provider.answers = [Answer(status=401, json={"code": 20003, "message": "Authenticate"})]
    with pytest.raises(SendError) as refused:
        await WHATSAPP.templates(inbox(provider, "twilio_whatsapp"), http)
    assert refused.value.category is ErrorCategory.AUTH


async def test_all_values_of_a_content_template_share_one_numbering(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(status=201, json=CREATED)]
    buttons = [{"type": "URL", "text": "Ver", "url": "https://cafe.example/{{2}}"}]
    template = {
        "id": "HX01",
        "processed_params": {
            "header": {"3": "x"},
            "body": {"1": "Lupita"},
            "buttons": [{"type": "url", "parameter": "4417"}],
        },
        "definition": {"components": [{"type": "BUTTONS", "buttons": buttons}]},
    }
    await WHATSAPP.send(
        outgoing(to=LUPITA, template=template), inbox(provider, "twilio_whatsapp"), http
    )
    form = dict(provider.asked[0].form)
    assert form["ContentSid"] == "HX01"
    assert json.loads(form["ContentVariables"]) == {"1": "Lupita", "2": "4417", "3": "x"}


async def test_a_number_reports_to_us(provider: Provider, http: httpx.AsyncClient) -> None:
    provider.answers = [Answer(json={"incoming_phone_numbers": [{"sid": "PN1"}]}), Answer(json={})]
    await SMS.set_webhook("https://desk.example/w", inbox(provider), http)
    looked, told = provider.asked
    assert urlsplit(looked.path).path.endswith("/IncomingPhoneNumbers.json")
    assert dict(parse_qsl(urlsplit(looked.path).query)) == {"PhoneNumber": INBOX.address}
    assert told.path.endswith("/IncomingPhoneNumbers/PN1.json")
    assert told.form == [("SmsUrl", "https://desk.example/w#rc=3&rp=all"), ("SmsMethod", "POST")]


async def test_a_messaging_service_reports_to_us(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    service = dataclasses.replace(inbox(provider), address="MG1")
    await SMS.set_webhook("https://desk.example/w", service, http)
    [told] = provider.asked
    assert told.path == "/v1/Services/MG1"
    assert dict(told.form)["InboundRequestUrl"] == "https://desk.example/w#rc=3&rp=all"


async def test_a_number_of_another_account_is_not_ours_to_set(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(json={"incoming_phone_numbers": []})]
    with pytest.raises(SendError) as failure:
        await SMS.set_webhook("https://desk.example/w", inbox(provider), http)
    assert failure.value.category is ErrorCategory.CONFIG
