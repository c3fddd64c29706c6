"""What every mail webhook must refuse, and what it must survive."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.channels.base import (
    Channel,
    ContactUpdate,
    Credentials,
    ErrorCategory,
    Ignored,
    InboundMessage,
    MediaSource,
    Quarantined,
    SendError,
    StatusUpdate,
    WebhookRejected,
    WebhookRequest,
)
from backend.channels.mail.channel import MailChannel
from backend.channels.mail.mailbox import Mailbox, RawMail
from backend.channels.mail.mailgun import Mailgun
from backend.channels.mail.postmark import Postmark
from backend.channels.mail.sendgrid import SendGrid
from backend.channels.mail.threading import reply_address
from backend.channels.registry import CHANNELS
from tests.channels.mail.payloads import (
    BOUNDARY,
    CONVERSATION,
    INBOX,
    NOW,
    PAYLOADS,
    clock,
    post,
    raw_mail,
    webhooks,
)
from tests.channels.provider import Answer, Provider

FORM = f"multipart/form-data; boundary={BOUNDARY}"
SENDGRID_VECTOR = {
    "key": "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+HZoizOrn8o76LesUpY3n/Q7/pYFNqIlm4laFrlI95rd"
    "lUg6lQPMJdVgfwUJk2w73qQdY81p8GIq8KSFVLBd/A==",
    "timestamp": "1789041603",
    "signature": "MEUCIQCEdlhyi3VKmCluqD0Q/VkYDUibXtrqiOFJhJ8VtcWiMAIgcaM/"
    "AdRqXF9Nvk88aPgX7kP7iHKeMOxZdAzLNlGeRAc=",
}
MAILGUN_VECTOR = {
    "timestamp": "1789041603",
    "token": "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0",
    "signature": "dfffc99e0d096737dc8cde939d9074989ceb86693838d5a6cc32fa506a0c68de",
}
SIGNING_KEY = ec.generate_private_key(ec.SECP256R1())
STRANGER = replace(
    INBOX,
    address="help@stranger.example",
    settings={},
    secrets=dict.fromkeys(INBOX.secrets, "another"),
)


def body(folder: str, name: str) -> bytes:
    return (PAYLOADS / folder / name).read_bytes()


def signed_sendgrid(data: bytes, kind: str = FORM) -> WebhookRequest:
    signature = SIGNING_KEY.sign(b"1789041603" + data, ec.ECDSA(SHA256()))
    return post(
        data,
        kind,
        x_twilio_email_event_webhook_timestamp="1789041603",
        x_twilio_email_event_webhook_signature=base64.b64encode(signature).decode(),
    )


def public_key(key: ec.EllipticCurvePrivateKey = SIGNING_KEY) -> str:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def signed_mailgun(
    fields: dict[str, Any], key: str = "fake_mailgun_webhook_signing_key"
) -> WebhookRequest:
    stamp, token = str(int(clock())), "t0ken"
    signature = hmac.new(key.encode(), (stamp + token).encode(), hashlib.sha256).hexdigest()
    fields = {**fields, "timestamp": stamp, "token": token, "signature": signature}
    return post(json.dumps(fields).encode())


def basic(secret: str) -> str:
    return "Basic " + base64.b64encode(f"user:{secret}".encode()).decode()


SENDGRID_INBOX = replace(INBOX, settings={**INBOX.settings, "public_key": public_key()})
Case = tuple[MailChannel, WebhookRequest, Credentials]

#: A good request for each adapter.
GOOD: dict[str, Callable[[], Case]] = {
    "email_sendgrid": lambda: (
        SendGrid(clock),
        signed_sendgrid(body("sendgrid", "in_raw_mime_multipart.txt")),
        SENDGRID_INBOX,
    ),
    "email_mailgun": lambda: (
        Mailgun(clock),
        signed_mailgun(json.loads(body("mailgun", "in_store_notify.json"))),
        INBOX,
    ),
    "email_postmark": lambda: (
        Postmark(clock),
        post(
            body("postmark", "in_inbound_with_raw_email.json"),
            authorization=basic("fake_webhook_secret"),
        ),
        INBOX,
    ),
    "email_raw": lambda: (
        RawMail(clock),
        replace(
            post(
                raw_mail("simple_plain"),
                "message/rfc822",
                authorization="Bearer fake_webhook_secret",
            ),
            query={"recipient": "support@shop.example.com"},
        ),
        INBOX,
    ),
}
WITHOUT_PROOF = (
    "x-twilio-email-event-webhook-signature",
    "x-twilio-email-event-webhook-timestamp",
    "authorization",
)


@pytest.fixture(params=sorted(GOOD))
def case(request: pytest.FixtureRequest) -> Case:
    return GOOD[request.param]()


def rejected(adapter: Channel, request: WebhookRequest, credentials: Credentials) -> None:
    with pytest.raises(WebhookRejected):
        adapter.verify(request, credentials)


def unsigned(request: WebhookRequest) -> WebhookRequest:
    headers = {key: value for key, value in request.headers.items() if key not in WITHOUT_PROOF}
    return replace(
        request, headers=headers, body=request.body.replace(b'"signature"', b'"nothing"')
    )


def test_a_good_request_is_taken_and_understood(case: Case) -> None:
    adapter, request, credentials = case
    adapter.verify(request, credentials)
    (event,) = adapter.parse(request, credentials)
    assert isinstance(event, InboundMessage)
    assert event.content_type == "incoming_email"


def test_the_inbox_is_found_by_the_envelope(case: Case) -> None:
    adapter, request, credentials = case
    assert adapter.concerns(adapter.keys(request), credentials)
    assert not adapter.concerns(adapter.keys(request), STRANGER)


def test_an_unsigned_request_is_refused(case: Case) -> None:
    adapter, request, credentials = case
    rejected(adapter, unsigned(request), credentials)


def test_a_request_for_another_tenant_is_refused(case: Case) -> None:
    adapter, request, _ = case
    theirs = replace(
        STRANGER, settings={"public_key": public_key(ec.generate_private_key(ec.SECP256R1()))}
    )
    rejected(adapter, request, theirs)
    assert list(adapter.parse(request, theirs)) == [Ignored(reason="for another inbox")]


def test_the_url_may_name_the_inbox_whatever_address_was_forwarded_to_it(case: Case) -> None:
    adapter, request, credentials = case
    elsewhere = replace(credentials, address="help+x@else.example", settings={})
    url = "https://desk.example.com/webhooks/email/help%2Bx%40else.example"
    (event,) = adapter.parse(replace(request, url=url), elsewhere)
    assert isinstance(event, InboundMessage)


def test_an_inbox_without_secrets_takes_nothing(case: Case) -> None:
    adapter, request, credentials = case
    rejected(adapter, request, replace(credentials, settings={}, secrets={}))


def test_an_empty_secret_opens_nothing(case: Case) -> None:
    adapter, request, credentials = case
    emptied = replace(credentials, settings={}, secrets=dict.fromkeys(credentials.secrets, ""))
    rejected(
        adapter, replace(request, headers={**request.headers, "authorization": "Bearer "}), emptied
    )


def test_an_oversize_request_is_refused_before_it_is_read(case: Case) -> None:
    adapter, request, credentials = case
    huge = replace(request, body=b"x" * (adapter.max_body + 1))
    rejected(adapter, huge, credentials)
    assert adapter.keys(huge) == ()


def test_the_same_delivery_has_the_same_key(case: Case) -> None:
    adapter, request, _ = case
    assert adapter.event_key(request) == adapter.event_key(
        replace(request, headers=dict(request.headers))
    )


@pytest.mark.parametrize(
    "rubbish",
    [
        b"",
        b"{",
        b"[",
        b"null",
        b"[1]",
        b'{"RawEmail": 5}',
        b"\xff\x00",
        b"[" * 50_000,
        b"--x",
        b'{"a":1e999}',
    ],
)
@pytest.mark.parametrize(
    "kind",
    ["application/json", FORM, "application/x-www-form-urlencoded", "", "multipart/form-data"],
)
@pytest.mark.parametrize("name", sorted(GOOD))
def test_rubbish_is_never_a_crash(name: str, kind: str, rubbish: bytes) -> None:
    adapter, _, credentials = GOOD[name]()
    request = post(rubbish, kind)
    assert isinstance(adapter.keys(request), tuple)
    assert isinstance(adapter.event_key(request), str)
    assert isinstance(list(adapter.parse(request, credentials)), list)
    rejected(adapter, request, credentials)


def test_all_adapters_are_registered() -> None:
    assert {"email", *GOOD} <= set(CHANNELS)
    assert all(CHANNELS[name].type == name for name in GOOD)


def test_nobody_posts_to_a_mailbox() -> None:
    rejected(Mailbox(), post(raw_mail("simple_plain")), INBOX)


# SendGrid


def test_sendgrids_known_signature_is_right() -> None:
    request = post(
        body("sendgrid", "in_parsed_multipart.txt"),
        FORM,
        x_twilio_email_event_webhook_timestamp=SENDGRID_VECTOR["timestamp"],
        x_twilio_email_event_webhook_signature=SENDGRID_VECTOR["signature"],
    )
    inbox = replace(INBOX, settings={"public_key": SENDGRID_VECTOR["key"]})
    SendGrid(clock).verify(request, inbox)
    rejected(
        SendGrid(clock), replace(request, body=request.body.replace(b"Pedido", b"pedido")), inbox
    )
    later = {**request.headers, "x-twilio-email-event-webhook-timestamp": "1789041604"}
    rejected(SendGrid(clock), replace(request, headers=later), inbox)


@pytest.mark.parametrize("signature", ["", "!", "AAAA", base64.b64encode(b"0" * 70).decode()])
def test_sendgrids_broken_signatures_are_refused(signature: str) -> None:
    request = signed_sendgrid(b"x")
    headers = {**request.headers, "x-twilio-email-event-webhook-signature": signature}
    rejected(SendGrid(), replace(request, headers=headers), SENDGRID_INBOX)


def test_a_broken_public_key_is_a_refusal() -> None:
    rejected(SendGrid(), signed_sendgrid(b"x"), replace(INBOX, settings={"public_key": "x"}))


def test_sendgrids_retry_in_another_boundary_is_the_same_delivery() -> None:
    data = body("sendgrid", "in_parsed_multipart.txt")
    first = post(data, FORM)
    again = post(data.replace(BOUNDARY.encode(), b"other"), "multipart/form-data; boundary=other")
    assert SendGrid().event_key(first) == SendGrid().event_key(again)


def test_a_reply_address_is_found_by_its_domain() -> None:
    assert SendGrid().keys(post(body("sendgrid", "in_parsed_multipart.txt"), FORM)) == (
        "@in.shop.example.com",
    )


@pytest.mark.parametrize(
    ("secret", "ours"), [("fake_reply_token", True), ("of another inbox", False)]
)
def test_a_domain_for_replies_may_be_shared_by_inboxes(secret: str, ours: bool) -> None:
    address = reply_address(CONVERSATION, "in.shop.example.com", secret, NOW)
    request = replace(
        post(raw_mail("simple_plain"), "message/rfc822"), query={"recipient": address}
    )
    inbox = replace(INBOX, settings={"inbound_domain": "in.shop.example.com"})
    (event,) = RawMail(clock).parse(request, inbox)
    assert isinstance(event, InboundMessage if ours else Ignored)
    if isinstance(event, InboundMessage):
        assert event.content_attributes["email"]["threads"][0]["proven"] is True


def test_one_bad_event_does_not_take_its_siblings_along() -> None:
    events = [
        {"event": "spamreport"},
        {"event": "bounce", "smtp-id": "<a@shop.example.com>", "email": "x@y.z"},
        5,
        {"event": "open"},
        {"event": "spamreport", "email": "Ana@example.net"},
    ]
    found = SendGrid().parse(post(json.dumps(events).encode()), INBOX)
    assert [type(one) for one in found] == [
        Quarantined,
        StatusUpdate,
        Ignored,
        Ignored,
        ContactUpdate,
    ]


# Mailgun


def mailgun_request(**changes: str) -> WebhookRequest:
    return post(json.dumps({"recipient": INBOX.address, **MAILGUN_VECTOR, **changes}).encode())


def test_mailguns_known_signature_is_right() -> None:
    Mailgun(clock).verify(mailgun_request(), INBOX)


@pytest.mark.parametrize(
    "changes",
    [{"token": "b"}, {"timestamp": "1789041604"}, {"signature": "0" * 64}, {"timestamp": "soon"}],
)
def test_mailguns_changed_signatures_are_refused(changes: dict[str, str]) -> None:
    rejected(Mailgun(clock), mailgun_request(**changes), INBOX)


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_mailguns_signature_is_good_for_five_minutes(seconds: int) -> None:
    rejected(Mailgun(lambda: clock() + seconds), mailgun_request(), INBOX)


def test_mailguns_token_used_again_is_the_same_delivery_whatever_it_carries() -> None:
    adapter = Mailgun(clock)
    assert adapter.event_key(mailgun_request()) == adapter.event_key(
        mailgun_request(subject="other")
    )


def test_mailguns_raw_mail_is_read() -> None:
    fields = {"recipient": INBOX.address, "body-mime": raw_mail("simple_plain").decode()}
    request = post(urlencode(fields).encode(), "application/x-www-form-urlencoded")
    (event,) = Mailgun(clock).parse(request, INBOX)
    assert isinstance(event, InboundMessage)
    assert event.source_id == "a1.4417@mail.example.net"
    assert event.content.startswith("Olá,")


def test_mailguns_fields_become_the_same_message() -> None:
    fields = {
        "recipient": INBOX.address,
        "sender": "ana@example.net",
        "from": "Ana <ana@example.net>",
        "subject": "Pedido",
        "body-plain": "Olá",
        "message-headers": json.dumps([["Message-Id", "<x@y>"], ["In-Reply-To", "<z@y>"]]),
    }
    request = post(urlencode(fields).encode(), "application/x-www-form-urlencoded")
    (event,) = Mailgun(clock).parse(request, INBOX)
    assert isinstance(event, InboundMessage)
    assert (event.source_id, event.content, event.in_reply_to) == ("x@y", "Olá", "z@y")


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"event": "failed", "severity": "permanent"}, StatusUpdate),
        ({"event": "failed", "severity": "temporary"}, Ignored),
        ({"event": "delivered"}, StatusUpdate),
        ({"event": "complained"}, ContactUpdate),
        ({"event": "clicked"}, Ignored),
    ],
)
def test_mailguns_events_are_understood(event: dict[str, str], kind: type) -> None:
    data = {
        "event-data": {
            **event,
            "recipient": "ana@example.net",
            "timestamp": 1789041603.5,
            "message": {"headers": {"message-id": "m@shop.example.com", "from": INBOX.address}},
            "delivery-status": {"message": "5.1.1 User unknown", "enhanced-code": "5.1.1"},
        }
    }
    (found,) = Mailgun(clock).parse(post(json.dumps(data).encode()), INBOX)
    assert isinstance(found, kind)


async def test_a_stored_file_is_fetched_with_the_inboxs_key(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(body=b"png")]
    media = await Mailgun(clock).fetch(
        MediaSource(url=f"{provider.url}/a/0", file_name="photo.png"),
        replace(INBOX, base_url=provider.url),
        http,
    )
    assert (media.data, media.file_name) == (b"png", "photo.png")
    assert (
        provider.asked[0].headers["authorization"]
        == "Basic " + base64.b64encode(b"api:fake_api_key").decode()
    )


async def test_files_are_only_fetched_from_the_service(http: httpx.AsyncClient) -> None:
    for url in (
        "https://evil.example/x",
        "http://127.0.0.1:1/x",
        "https://mailgun.net.evil.example/x",
    ):
        with pytest.raises(SendError) as caught:
            await Mailgun(clock).fetch(MediaSource(url=url), INBOX, http)
        assert caught.value.category is ErrorCategory.INVALID_CONTENT


# Postmark


def test_postmarks_secret_may_stand_in_the_url() -> None:
    request = post(body("postmark", "in_inbound_with_raw_email.json"))
    Postmark().verify(replace(request, query={"secret": "fake_webhook_secret"}), INBOX)
    rejected(Postmark(), replace(request, query={"secret": "wrong"}), INBOX)


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !", basic("wrong"), "Bearer wrong", "Digest x", basic("ü")]
)
def test_wrong_passwords_are_refused(header: str) -> None:
    rejected(Postmark(), post(b"{}", authorization=header), INBOX)


def test_postmarks_fields_become_a_message_with_files() -> None:
    data = {
        "From": "Ana <ana@example.net>",
        "OriginalRecipient": INBOX.address,
        "Subject": "Foto",
        "TextBody": "veja",
        "HtmlBody": '<p>veja <img src="cid:a1"></p>',
        "Headers": [{"Name": "Message-ID", "Value": "<x@y>"}],
        "Attachments": [
            {"Name": "a.png", "Content": "aGk=", "ContentType": "image/png", "ContentID": "a1"}
        ],
    }
    (event,) = Postmark().parse(post(json.dumps(data).encode()), INBOX)
    assert isinstance(event, InboundMessage)
    assert event.source_id == "x@y"
    assert event.attachments[0].meta == {"content_id": "a1", "inline": True}


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"RecordType": "Bounce", "Type": "SoftBounce", "Email": "a@b.c"}, Ignored),
        (
            {"RecordType": "Delivery", "MessageID": "x", "DeliveredAt": "2026-09-10T12:00:00Z"},
            StatusUpdate,
        ),
        ({"RecordType": "SpamComplaint", "Email": "a@b.c"}, ContactUpdate),
        ({"RecordType": "Open"}, Ignored),
    ],
)
def test_postmarks_events_are_understood(event: dict[str, str], kind: type) -> None:
    (found,) = Postmark().parse(post(json.dumps({"From": INBOX.address, **event}).encode()), INBOX)
    assert isinstance(found, kind)


def test_the_recordings_are_from_the_time_the_tests_run_in() -> None:
    assert int(MAILGUN_VECTOR["timestamp"]) == int(NOW.timestamp())
    assert webhooks()
