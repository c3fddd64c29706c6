"""WhatsApp: Meta's Cloud API and 360dialog."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from backend.channels.base import (
    ChannelTemplate,
    ContactUpdate,
    Credentials,
    DeliveryStatus,
    ErrorCategory,
    Event,
    Ignored,
    InboundMessage,
    InboxUpdate,
    MediaSource,
    MessageDeletion,
    MessageEdit,
    OutboundAttachment,
    OutboundMessage,
    Quarantined,
    Reaction,
    SendError,
    SendResult,
    StatusUpdate,
    WebhookRejected,
    WebhookRequest,
)
from backend.channels.voice import webm_to_ogg
from backend.channels.whatsapp_360dialog import WhatsApp360Dialog
from backend.channels.whatsapp_cloud import WhatsAppCloud
from tests.channels.contract import ChannelContract
from tests.channels.payloads import CREDENTIALS, PAYLOADS, payload, payload_json, post
from tests.channels.provider import Answer, Asked, Provider

CLOUD = WhatsAppCloud()
DIALOG = WhatsApp360Dialog()
INBOX = CREDENTIALS["whatsapp_cloud"]
ANA = "5511987654321"
OUR_ID = "msg_01J8Z3K4"
VECTOR = next(
    vector
    for vector in payload_json("_signatures", "vectors.json")
    if vector["provider"].startswith("meta")
)


class TestCloudContract(ChannelContract):
    provider = "whatsapp_cloud"
    secret_name = "app_secret"

    def sign(self, body: bytes, credentials: Credentials) -> Mapping[str, str]:
        digest = hmac.new(credentials.secrets["app_secret"].encode(), body, hashlib.sha256)
        return {"x-hub-signature-256": f"sha256={digest.hexdigest()}"}


class Test360DialogContract(ChannelContract):
    provider = "whatsapp_360dialog"
    secret_name = "webhook_secret"
    signs_body = False

    def sign(self, body: bytes, credentials: Credentials) -> Mapping[str, str]:  # noqa: ARG002
        return {"x-inbox-webhook-secret": credentials.secrets["webhook_secret"]}


# Proof.


def signed_vector(**changes: Any) -> tuple[WebhookRequest, Credentials]:
    headers = {name.lower(): value for name, value in VECTOR["headers"].items()}
    request = post(
        changes.get("body", VECTOR["raw_body"].encode()), changes.get("headers", headers)
    )
    return request, dataclasses.replace(INBOX, secrets={"app_secret": VECTOR["secret"]})


def test_the_known_signature_is_right() -> None:
    CLOUD.verify(*signed_vector())


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": {"x-hub-signature-256": VECTOR["negative"]["re_serialised_body_must_fail"]}},
        {"headers": {"x-hub-signature": VECTOR["headers"]["X-Hub-Signature"]}},
        {"headers": {"x-hub-signature-256": VECTOR["headers"]["X-Hub-Signature-256"].upper()}},
        {"body": json.dumps(json.loads(VECTOR["raw_body"]), ensure_ascii=False).encode()},
    ],
    ids=["another body's", "sha-1 only", "upper case", "re-serialised"],
)
def test_no_other_signature_is(changes: dict[str, Any]) -> None:
    with pytest.raises(WebhookRejected):
        CLOUD.verify(*signed_vector(**changes))


def handshake(**query: str) -> WebhookRequest:
    names = {f"hub.{name}": value for name, value in query.items()}
    return WebhookRequest(method="GET", url="", query=names, headers={}, body=b"")


def test_the_challenge_is_answered_to_those_who_know_the_token() -> None:
    good = handshake(mode="subscribe", challenge="1158201444", verify_token="9f2c1c0e-verify")
    assert b"1158201444" in payload("whatsapp_cloud", "verify_get.txt")
    assert CLOUD.handshake(good, INBOX) == "1158201444"
    assert CLOUD.handshake(post(b"{}"), INBOX) is None
    assert DIALOG.handshake(good, CREDENTIALS["whatsapp_360dialog"]) is None
    for query in ({"verify_token": "x"}, {}):
        with pytest.raises(WebhookRejected):
            CLOUD.handshake(handshake(mode="subscribe", challenge="1", **query), INBOX)
    with pytest.raises(WebhookRejected):
        CLOUD.handshake(
            handshake(mode="subscribe", verify_token=""), dataclasses.replace(INBOX, secrets={})
        )


# Reading: shapes for which there is no file.


def change(kind: str = "messages", **value: Any) -> bytes:
    """A delivery of one change about our number."""
    metadata = {"display_phone_number": "551140028922", "phone_number_id": INBOX.address}
    entry = {
        "id": "215589313241560883",
        "changes": [{"field": kind, "value": {"metadata": metadata, **value}}],
    }
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def message(**fields: Any) -> bytes:
    base = {"from": ANA, "id": "wamid.1", "timestamp": "1789041600"}
    card = {"profile": {"name": "Ana Prado"}, "wa_id": ANA}
    return change(contacts=[card], messages=[{**base, **fields}])


def parse(body: bytes, credentials: Credentials = INBOX) -> list[Event]:
    return list(CLOUD.parse(post(body), credentials))


def one(body: bytes) -> InboundMessage:
    (event,) = parse(body)
    assert isinstance(event, InboundMessage)
    return event


def test_edge_15_people_without_a_number_are_known_by_their_user_id() -> None:
    contact = {"profile": {"name": "Ana", "username": "ana.p"}, "user_id": "BR.7305118842096653"}
    given = {
        "from_user_id": "BR.7305118842096653",
        "id": "wamid.2",
        "timestamp": "1789041600",
        "type": "text",
        "text": {"body": "oi"},
    }
    event = one(change(contacts=[contact], messages=[given]))
    assert event.contact.source_id == "BR.7305118842096653"
    assert (event.contact.phone_number, event.contact.username) == (None, "ana.p")
    assert event.contact.aliases == ()


def test_edge_17_a_user_id_is_an_alias_of_the_address_not_a_property_of_the_person() -> None:
    event = one(payload("whatsapp_cloud", "in_text.json"))
    assert event.contact.aliases[0] == "BR.7305118842096653"
    assert event.contact.attributes == {}


@pytest.mark.parametrize(
    ("file", "other"),
    [
        ("in_text_brazil_without_9.json", "5588991112233"),
        ("in_text_argentina_549.json", "541123456789"),
    ],
)
def test_edges_10_and_13_the_other_spelling_of_a_number_travels_along(
    file: str, other: str
) -> None:
    assert other in one(payload("whatsapp_cloud", file)).contact.aliases


def test_edge_11_also_on_what_was_written_in_the_phone_app() -> None:
    given = {
        "from": "551140028922",
        "to": "558891112233",
        "id": "wamid.3",
        "timestamp": "1789041600",
        "type": "text",
        "text": {"body": "já saiu"},
    }
    event = one(change("smb_message_echoes", message_echoes=[given]))
    assert event.echo
    assert event.contact.source_id == "558891112233"
    assert event.contact.aliases == ("5588991112233",)


def test_a_name_is_found_under_another_spelling_of_the_number() -> None:
    card = {"profile": {"name": "João"}, "wa_id": "558891112233"}
    given = {"from": "5588991112233", "id": "w", "type": "text", "text": {"body": "oi"}}
    event = one(change(contacts=[card], messages=[given]))
    assert (event.contact.source_id, event.contact.name) == ("5588991112233", "João")


def test_edge_12_mexico() -> None:
    assert one(message(**{"from": "5215512345678"}, type="text", text={"body": "hola"})).contact.aliases == (
        "525512345678",
    )  # fmt: skip


def test_edge_28_the_answer_to_a_form_is_never_empty() -> None:
    for response, shown in (
        (
            '{"flow_token":"t","screen":"A","tags":["x","y"],"n":{"a":1}}',
            "screen: A\ntags: x, y\na: 1",
        ),
        ("not json", "not json"),
        (None, "Sent"),
    ):
        reply = {"name": "flow", "body": "Sent", "response_json": response}
        given = {"type": "nfm_reply", "nfm_reply": reply}
        assert one(message(type="interactive", interactive=given)).content == shown


def test_edge_29_a_reaction_without_an_emoji_takes_it_back() -> None:
    (event,) = parse(message(type="reaction", reaction={"message_id": "wamid.9"}))
    assert isinstance(event, Reaction)
    assert (event.message_source_id, event.emoji) == ("wamid.9", None)


def test_edge_30_places_and_contact_cards_are_shown() -> None:
    place = {"latitude": -23.56, "longitude": "-46.65", "name": "Loja", "address": "Av. 1"}
    (located,) = one(message(type="location", location=place)).attachments
    assert (located.kind, located.latitude, located.longitude) == ("location", -23.56, -46.65)
    assert (located.title, located.meta) == ("Loja", {"address": "Av. 1"})
    card = {"name": {"formatted_name": "João"}, "phones": [{"phone": "+55 88"}]}
    (contact,) = one(message(type="contacts", contacts=[card])).attachments
    assert (contact.kind, contact.title, contact.meta) == ("contact", "João", card)


def test_edge_31_a_first_message_that_cannot_be_shown_makes_a_contact_all_the_same() -> None:
    error = {"code": 131060, "title": "This message is currently unavailable."}
    event = one(message(type="unsupported", errors=[error]))
    assert event.unsupported
    assert event.contact.name == "Ana Prado"
    assert event.content_attributes["error"]["code"] == "131060"
    assert event.raw["errors"] == [error]


def test_edges_32_and_33_messages_from_the_phone_app_are_echoes_with_their_quotes() -> None:
    event = one(payload("whatsapp_cloud", "echo_smb_text_reply.json"))
    assert event.echo
    assert event.in_reply_to == "wamid.HBgNaW5ib3gtdGV4dC0wMDAx"


def test_edge_34_edits_and_deletions_name_the_message_they_change() -> None:
    (edit,) = parse(payload("whatsapp_cloud", "in_edit_caption.json"))
    (revoke,) = parse(payload("whatsapp_cloud", "in_revoke.json"))
    assert isinstance(edit, MessageEdit)
    assert isinstance(revoke, MessageDeletion)
    gone = {"original_message_id": "wamid.1", "message": {"type": "image", "image": {"id": "2"}}}
    (silent,) = parse(message(type="edit", edit=gone))
    assert isinstance(silent, MessageEdit)
    assert silent.content is None


def test_edge_35_the_ad_stays_with_its_message_and_its_click_id_is_never_made_up() -> None:
    event = one(payload("whatsapp_cloud", "in_text_ad_referral.json"))
    assert event.content_attributes["referral"]["ctwa_clid"].startswith("ARAkLkA8")
    referral = {"source_id": "1", "source_type": "ad"}
    event = one(message(type="text", text={"body": "x"}, referral=referral))
    assert "ctwa_clid" not in event.content_attributes["referral"]


def test_edge_45_a_delivery_is_routed_by_the_number_in_it() -> None:
    both = json.loads(payload("whatsapp_cloud", "in_text.json"))
    other = json.loads(payload("whatsapp_cloud", "in_voice_note.json"))
    other["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = "999"
    both["entry"] += other["entry"]
    body = json.dumps(both).encode()
    assert CLOUD.keys(post(body)) == (INBOX.address, "999")
    (mine,) = parse(body)
    (theirs,) = parse(body, dataclasses.replace(INBOX, address="999"))
    assert isinstance(mine, InboundMessage)
    assert isinstance(theirs, InboundMessage)
    assert mine.source_id != theirs.source_id


def test_account_events_reach_the_account_s_inboxes_and_no_others() -> None:
    body = payload("whatsapp_cloud", "account_template_status_update.json")
    assert CLOUD.keys(post(body)) == ("215589313241560883",)
    (event,) = parse(body)
    assert isinstance(event, InboxUpdate)
    assert event.kind == "template_status"
    stranger = dataclasses.replace(INBOX, settings={"business_account_id": "other"})
    assert parse(body, stranger) == []


def test_a_lost_account_disconnects_the_inbox() -> None:
    entry = {
        "id": "215589313241560883",
        "changes": [{"field": "account_update", "value": {"event": "PARTNER_REMOVED"}}],
    }
    (event,) = parse(json.dumps({"entry": [entry]}).encode())
    assert isinstance(event, InboxUpdate)
    assert event.kind == "disconnected"


def test_edge_71_a_quote_of_something_unknown_is_only_a_reference() -> None:
    event = one(message(type="text", text={"body": "x"}, context={"id": "wamid.unknown"}))
    assert event.in_reply_to == "wamid.unknown"


def test_one_bad_item_never_costs_its_siblings() -> None:
    good = {"from": ANA, "id": "wamid.1", "type": "text", "text": {"body": "x"}, "timestamp": "2"}
    bad = [{"type": "text"}, 7, None, {"from": ANA, "id": "w", "type": "location", "location": 3}]
    events = parse(change(messages=[bad[0], good, *bad[1:]]))
    assert [type(event) for event in events].count(Quarantined) == 4
    assert [event.source_id for event in events if isinstance(event, InboundMessage)] == ["wamid.1"]
    broken = json.loads(change(messages=[good]))
    broken["entry"] = [None, {"changes": [None, {"value": 3}]}, *broken["entry"]]
    assert any(isinstance(event, InboundMessage) for event in parse(json.dumps(broken).encode()))


def test_messages_are_read_oldest_first() -> None:
    given = [
        {"from": ANA, "id": f"wamid.{at}", "type": "text", "text": {"body": "x"}, "timestamp": at}
        for at in ("1789041602", "1789041600", "1789041601")
    ]
    read = parse(change(messages=given))
    ids = [event.source_id for event in read if isinstance(event, InboundMessage)]
    assert ids == ["wamid.1789041600", "wamid.1789041601", "wamid.1789041602"]


def test_edge_7_imported_history_is_marked_and_knows_who_wrote() -> None:
    messages = [
        {"from": ANA, "id": "w1", "timestamp": "1780000000", "type": "text", "text": {"body": "a"},
         "history_context": {"status": "READ"}},
        {"from": "551140028922", "to": ANA, "id": "w2", "timestamp": "1780000001", "type": "text",
         "text": {"body": "b"}, "history_context": {"status": "DELIVERED"}},
        {"from": ANA, "id": "w3", "timestamp": "1780000002", "type": "media_placeholder"},
    ]  # fmt: skip
    chunk = {"metadata": {"phase": 0}, "threads": [{"id": ANA, "messages": messages}]}
    events = parse(change("history", history=[chunk]))
    assert all(isinstance(event, InboundMessage) for event in events)
    imported = [event for event in events if isinstance(event, InboundMessage)]
    assert [event.echo for event in imported] == [False, True, False]
    assert [event.unsupported for event in imported] == [False, False, True]
    assert {event.contact.source_id for event in imported} == {ANA}
    assert [event.content_attributes["history"] for event in imported] == [
        {"status": "READ"},
        {"status": "DELIVERED"},
        {"status": None},
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("resume", ContactUpdate),
        ("whatever", Ignored),
    ],
)
def test_marketing_preferences(value: str, expected: type[Event]) -> None:
    given = {"wa_id": ANA, "category": "marketing_messages", "value": value}
    (event,) = parse(change("user_preferences", user_preferences=[given]))
    assert isinstance(event, expected)
    if isinstance(event, ContactUpdate):
        assert event.opted_out is False


def test_a_status_says_which_of_our_messages_it_is_about() -> None:
    (event,) = parse(payload("whatsapp_cloud", "status_late_sent_after_delivered.json"))
    assert isinstance(event, StatusUpdate)
    assert (event.status, event.message_id) == (DeliveryStatus.SENT, OUR_ID)


def test_a_failure_to_fetch_a_link_is_worth_another_try() -> None:
    details = "Media download error: http code 429 from fwdproxy"
    error = {"code": 131053, "error_data": {"details": details}}
    status = {"id": "w", "status": "failed", "errors": [error]}
    (event,) = parse(change(statuses=[status]))
    assert isinstance(event, StatusUpdate)
    assert event.error_category is ErrorCategory.TRANSIENT


def test_text_is_fit_to_be_stored() -> None:
    event = one(message(type="text", text={"body": "a\0b\ud83d c"}))
    assert event.content == "ab\ufffd c"
    json.dumps(event.raw, ensure_ascii=False).encode()


def test_imports_through_the_partner_webhook_are_unwrapped() -> None:
    declined = json.loads(change("history", history=[{"errors": [{"code": 2593109}]}]))
    value = declined["entry"][0]["changes"][0]["value"]
    inbox = CREDENTIALS["whatsapp_360dialog"]
    for data in (value, {"value": value}, {"entry": [{"changes": [{"value": value}]}]}):
        request = post(json.dumps({"id": "1", "event": "history", "data": data}).encode())
        assert DIALOG.keys(request) == (inbox.address,)
        (event,) = DIALOG.parse(request, inbox)
        assert isinstance(event, InboxUpdate)
        assert event.kind == "history_declined"


# Sending.


def inbox(provider: Provider, name: str = "whatsapp_cloud") -> Credentials:
    return dataclasses.replace(CREDENTIALS[name], base_url=provider.url)


def outgoing(**fields: Any) -> OutboundMessage:
    return OutboundMessage(
        **{"id": OUR_ID, "to": ANA, "last_incoming_at": datetime.now(UTC), **fields}
    )


def file(kind: str, name: str, content_type: str, size: int = 4) -> OutboundAttachment:
    return OutboundAttachment(
        kind=kind,
        file_name=name,
        content_type=content_type,
        url=f"https://files.example.com/a/{name}",
        data=b"x" * size,
    )


UPLOADED = {
    "image/jpeg": "1037543291543636",
    "application/pdf": "1037543291543637",
    "audio/ogg; codecs=opus": "1037543291543638",
    "video/mp4": "1037543291543639",
    "image/webp": "1037543291543640",
}


def answering(asked: Asked) -> Answer:
    """What Meta answers when all is well."""
    if asked.path.endswith("/media"):
        part = asked.multipart["type"].get_payload(decode=True)
        assert isinstance(part, bytes)
        return Answer(json={"id": UPLOADED[part.decode().strip()]})
    return Answer(json=payload_json("whatsapp_cloud", "resp_send_ok_template.json"))


async def sent(
    provider: Provider, http: httpx.AsyncClient, **fields: Any
) -> tuple[SendResult, list[Any]]:
    provider.answer = answering
    result = await CLOUD.send(outgoing(**fields), inbox(provider), http)
    bodies = [asked for asked in provider.asked if asked.path.endswith("/messages")]
    for asked in bodies:
        assert (asked.method, asked.path) == ("POST", "/v24.0/106853218861309/messages")
        assert asked.headers["authorization"] == "Bearer EAAG-token"
    return result, [json.loads(asked.body) for asked in bodies]


def expected(name: str) -> Any:
    """An `out_` file; ours always carries our own id."""
    return {"biz_opaque_callback_data": OUR_ID, **payload_json("whatsapp_cloud", name)}


RESUME = {
    "parameter_format": "NAMED",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Aqui é {{atendente}}"},
        {"type": "BODY", "text": "Olá {{cliente}}"},
    ],
}
ORDER = {
    "components": [
        {"type": "BODY", "text": "Oi {{1}}, pedido {{2}}"},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://loja.example.com/{{1}}"}]},
    ]
}
PROMO = {
    "components": [
        {"type": "HEADER", "format": "IMAGE"},
        {"type": "BODY", "text": "Hola"},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY"}, {"type": "QUICK_REPLY"}]},
    ]
}

SENT: dict[str, dict[str, Any]] = {
    "out_text.json": {"content": "Oi Ana! Já localizei: https://loja.example.com/r/4417"},
    "out_text_quoted_reply.json": {
        "content": "Sobre este pedido: ele sai hoje.",
        "in_reply_to": "wamid.HBgNaW5ib3gtdGV4dC0wMDAx",
    },
    "out_text_to_bsuid.json": {
        "to": "BR.7305118842096653",
        "content": "Entregamos aos domingos, sim!",
    },
    "out_image_by_id.json": {
        "content": "Etiqueta de devolução",
        "attachments": (file("image", "a.jpg", "image/jpeg"),),
    },
    "out_video.json": {
        "content": "Como montar",
        "attachments": (file("video", "a.mp4", "video/mp4"),),
    },
    "out_document.json": {
        "content": "Segue a nota",
        "attachments": (file("file", "nota-fiscal-4417.pdf", "application/pdf"),),
    },
    "out_audio_voice.json": {"attachments": (file("audio", "voice.ogg", "audio/opus"),)},
    "out_sticker.json": {"attachments": (file("sticker", "s.webp", "image/webp"),)},
    "out_interactive_buttons.json": {
        "content": "Como foi o atendimento?",
        "content_type": "input_select",
        "content_attributes": {
            "header": "Pesquisa",
            "footer": "Loja Exemplo",
            "items": [
                {"title": "Ótimo 😍", "value": "csat:5"},
                {"title": "Regular", "value": "csat:3"},
                {"title": "Ruim", "value": "csat:1"},
            ],
        },
    },
    "out_interactive_list.json": {
        "content": "Escolha o setor",
        "content_type": "input_select",
        "content_attributes": {
            "button": "Ver setores",
            "section_title": "Setores",
            "items": [
                {
                    "title": "Financeiro",
                    "value": "dept:billing",
                    "description": "Boletos e notas fiscais",
                },
                {"title": "Suporte", "value": "dept:support"},
            ],
        },
    },
    "out_interactive_cta_url.json": {
        "content_type": "cards",
        "content_attributes": {
            "items": [
                {
                    "title": "Acompanhe o pedido",
                    "actions": [
                        {
                            "type": "link",
                            "text": "Rastrear",
                            "uri": "https://loja.example.com/r/4417",
                        }
                    ],
                }
            ]
        },
    },
    "out_interactive_location_request.json": {
        "content_type": "location_request",
        "content": "Envie sua localização",
    },
    "out_location.json": {
        "content_type": "location",
        "content_attributes": {
            "latitude": -23.561414,
            "longitude": -46.655881,
            "name": "Loja Paulista",
            "address": "Av. Paulista, 1578",
        },
    },
    "out_contacts.json": {
        "content_type": "contacts",
        "content_attributes": {
            "contacts": [
                {
                    "name": {"formatted_name": "Suporte Loja", "first_name": "Suporte"},
                    "phones": [{"phone": "+551140028922", "type": "WORK", "wa_id": "551140028922"}],
                }
            ]
        },
    },
    "out_reaction.json": {
        "content_type": "reaction",
        "content_attributes": {"emoji": "🙏"},
        "in_reply_to": "wamid.HBgNaW5ib3gtdGV4dC0wMDAx",
    },
    "out_reaction_remove.json": {
        "content_type": "reaction",
        "in_reply_to": "wamid.HBgNaW5ib3gtdGV4dC0wMDAx",
    },
    "out_template_positional.json": {
        "last_incoming_at": None,
        "template": {
            "name": "order_update",
            "language": "pt_BR",
            "processed_params": {
                "body": {"1": "Ana", "2": "4417"},
                "buttons": [{"type": "url", "parameter": "r/4417"}],
            },
            "definition": ORDER,
        },
    },
    "out_template_named_header_and_body.json": {
        "last_incoming_at": None,
        "template": {
            "name": "retomada_horario",
            "language": "pt_BR",
            "processed_params": {"header": {"atendente": "Carla"}, "body": {"cliente": "Ana"}},
            "definition": RESUME,
        },
    },
    "out_template_image_header_quick_replies.json": {
        "last_incoming_at": None,
        "attachments": (file("image", "a.jpg", "image/jpeg"),),
        "template": {
            "name": "promo_amizade",
            "language": "es",
            "processed_params": {
                "header": {"1": "not a text"},
                "buttons": [
                    {"type": "quick_reply", "parameter": "YES"},
                    {"type": "quick_reply", "parameter": "NO"},
                ],
            },
            "definition": PROMO,
        },
    },
}
#: Not sent by `send`: reading and typing have their own call, the upload its own test, links are not used.
ELSEWHERE = {
    "out_mark_read.json",
    "out_mark_read_and_typing.json",
    "out_media_upload.txt",
    "out_image_by_link.json",
}


def test_every_outgoing_shape_is_checked() -> None:
    files = {path.name for path in (PAYLOADS / "whatsapp_cloud").glob("out_*")}
    assert files == set(SENT) | ELSEWHERE


@pytest.mark.parametrize("name", SENT)
async def test_what_is_sent_is_what_the_provider_documents(
    provider: Provider, http: httpx.AsyncClient, name: str
) -> None:
    result, bodies = await sent(provider, http, **SENT[name])
    assert bodies == [expected(name)]
    assert result.source_ids == ("wamid.HBgNaW5ib3gtb3VydG1wbC0wMDAx",)


async def test_edges_18_20_21_22_files_are_uploaded_under_the_type_whatsapp_knows(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    await sent(provider, http, attachments=(file("audio", "../voice.ogg", "audio/opus"),))
    upload, _ = provider.asked
    assert upload.path == "/v24.0/106853218861309/media"
    parts = upload.multipart
    assert {name: part.get_payload(decode=True) for name, part in parts.items()} == {
        "messaging_product": b"whatsapp",
        "type": b"audio/ogg; codecs=opus",
        "file": b"xxxx",
    }
    assert parts["file"].get_filename() == "voice.ogg"
    assert b"Content-Type: audio/ogg; codecs=opus\r\n" in upload.body


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (file("image", "big.png", "image/png", 5 * 1024 * 1024 + 1), "document"),
        (file("image", "x.heic", "image/heic"), "document"),
        (file("audio", "x.webm", "audio/webm"), "document"),
        (file("file", "x.m4a", "audio/x-m4a; codecs=mp4a"), "audio"),
    ],
    ids=lambda value: value.file_name if isinstance(value, OutboundAttachment) else value,
)
async def test_edge_19_what_cannot_be_shown_goes_as_a_document(
    provider: Provider, http: httpx.AsyncClient, given: OutboundAttachment, kind: str
) -> None:
    provider.answers = [
        Answer(json={"id": "5"}),
        Answer(json=payload_json("whatsapp_cloud", "resp_send_ok.json")),
    ]
    await CLOUD.send(outgoing(attachments=(given,)), inbox(provider), http)
    body = json.loads(provider.asked[-1].body)
    assert body["type"] == kind
    if kind == "document":
        assert body["document"] == {"id": "5", "filename": given.file_name}  # edge 27


async def test_edge_19_what_a_browser_recorded_plays_as_a_voice_note(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    recording = (PAYLOADS.parent / "voice.webm").read_bytes()
    voice = OutboundAttachment(
        kind="audio",
        file_name="voice.webm",
        content_type="audio/webm;codecs=opus",
        url="",
        data=recording,
    )
    _, (body,) = await sent(provider, http, attachments=(voice,))
    assert body == expected("out_audio_voice.json")
    uploaded = provider.asked[0].multipart
    assert uploaded["file"].get_filename() == "voice.ogg"
    assert uploaded["file"].get_payload(decode=True) == webm_to_ogg(recording)


async def test_text_that_cannot_be_a_caption_goes_ahead_and_only_the_first_part_quotes(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    _, bodies = await sent(
        provider,
        http,
        content="Ouça",
        in_reply_to="wamid.q",
        attachments=(file("audio", "v.ogg", "audio/ogg"), file("image", "a.jpg", "image/jpeg")),
    )
    assert [body["type"] for body in bodies] == ["text", "audio", "image"]
    assert ["context" in body for body in bodies] == [True, False, False]
    assert "caption" not in bodies[2]["image"]


async def test_long_text_is_split_and_buttons_come_last(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    result, bodies = await sent(provider, http, content="palavra " * 1000)
    assert len(bodies) == len(result.source_ids) == 2
    assert all(len(body["text"]["body"]) <= 4096 for body in bodies)
    provider.asked.clear()
    items = [{"title": "Sim", "value": "1"}]
    _, bodies = await sent(
        provider,
        http,
        content="palavra " * 200,
        content_type="input_select",
        content_attributes={"items": items},
    )
    assert [body["type"] for body in bodies] == ["text", "interactive"]


async def test_edge_43_markdown_becomes_whatsapp_s_own(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    _, bodies = await sent(provider, http, content="**Pronto**: [veja](https://a.example)\nok")
    assert bodies[0]["text"]["body"] == "*Pronto*: veja (https://a.example)\nok"


@pytest.mark.parametrize("age", [None, timedelta(hours=24, seconds=1)])
async def test_edges_40_and_41_after_a_day_free_text_fails_here_with_a_reason(
    provider: Provider, http: httpx.AsyncClient, age: timedelta | None
) -> None:
    last = None if age is None else datetime.now(UTC) - age
    with pytest.raises(SendError) as failure:
        await CLOUD.send(outgoing(content="x", last_incoming_at=last), inbox(provider), http)
    assert failure.value.category is ErrorCategory.WINDOW_CLOSED
    assert provider.asked == []


@pytest.mark.parametrize(
    ("definition", "params", "missing"),
    [
        (ORDER, {"body": {"1": "Ana"}, "buttons": [{"parameter": "x"}]}, "2"),
        (ORDER, {"body": ["Ana", "4417"]}, "url"),
        (RESUME, {"body": {"cliente": "Ana"}}, "atendente"),
        (PROMO, {}, "image"),
    ],
)
async def test_edges_37_to_39_a_template_with_a_value_missing_is_not_sent(
    provider: Provider, http: httpx.AsyncClient, definition: Any, params: Any, missing: str
) -> None:
    template = {"name": "t", "language": "en", "processed_params": params, "definition": definition}
    with pytest.raises(SendError, match=missing) as failure:
        await CLOUD.send(outgoing(template=template), inbox(provider), http)
    assert failure.value.category is ErrorCategory.INVALID_CONTENT
    assert provider.asked == []


RESPONSES = {
    "resp_error_131000_internal.json": ErrorCategory.TRANSIENT,
    "resp_error_131056_pair_rate.json": ErrorCategory.RATE_LIMITED,
    "resp_error_132000_param_count.json": ErrorCategory.INVALID_CONTENT,
    "resp_error_132001_template_missing.json": ErrorCategory.INVALID_CONTENT,
}


@pytest.mark.parametrize(("name", "category"), RESPONSES.items())
async def test_refusals_are_understood(
    provider: Provider, http: httpx.AsyncClient, name: str, category: ErrorCategory
) -> None:
    body = payload_json("whatsapp_cloud", name)
    provider.answers = [Answer(status=body.pop("_http_status"), json=body)]
    with pytest.raises(SendError) as failure:
        await CLOUD.send(outgoing(content="x"), inbox(provider), http)
    error = failure.value
    assert error.category is category
    assert error.code == str(body["error"]["code"])
    assert str(error) == body["error"]["error_data"]["details"]
    assert error.retry_after == (6.0 if category is ErrorCategory.RATE_LIMITED else None)


@pytest.mark.parametrize(
    ("code", "status", "category"),
    [
        (0, 401, ErrorCategory.AUTH),
        (190, 401, ErrorCategory.AUTH),
        (200, 403, ErrorCategory.CONFIG),
        (368, 403, ErrorCategory.POLICY),
        (133010, 400, ErrorCategory.CONFIG),
        (131050, 400, ErrorCategory.RECIPIENT_OPTOUT),
        (132015, 400, ErrorCategory.CONFIG),
        (424242, 400, ErrorCategory.INVALID_CONTENT),
        (424242, 503, ErrorCategory.TRANSIENT),
        (None, 429, ErrorCategory.RATE_LIMITED),
    ],
)
async def test_codes_decide_and_the_status_only_where_they_say_nothing(
    provider: Provider, http: httpx.AsyncClient, code: int, status: int, category: ErrorCategory
) -> None:
    provider.answers = [
        Answer(status=status, json={"error": {"code": code}}, headers={"retry-after": "9"})
    ]
    with pytest.raises(SendError) as failure:
        await CLOUD.send(outgoing(content="x"), inbox(provider), http)
    assert failure.value.category is category
    assert failure.value.retry_after == 9.0


async def test_a_lost_answer_is_uncertain_and_a_lost_upload_is_not(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(fault="reset"), Answer(fault="reset")]
    with pytest.raises(SendError) as failure:
        await CLOUD.send(outgoing(content="x"), inbox(provider), http)
    assert failure.value.category is ErrorCategory.UNCERTAIN
    photo = file("image", "a.jpg", "image/jpeg")
    with pytest.raises(SendError) as failure:
        await CLOUD.send(outgoing(attachments=(photo,)), inbox(provider), http)
    assert failure.value.category is ErrorCategory.TRANSIENT


async def test_a_split_message_goes_on_where_it_failed(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    ok = payload_json("whatsapp_cloud", "resp_send_ok.json")
    provider.answers = [Answer(json=ok), Answer(status=503, json={})]
    long = outgoing(content="palavra " * 1000)
    with pytest.raises(SendError) as failure:
        await CLOUD.send(long, inbox(provider), http)
    assert failure.value.sent_parts == ("wamid.HBgNaW5ib3gtb3VybXNnLTAwMDE",)
    provider.asked.clear()
    provider.answers = [Answer(json=ok)]
    again = dataclasses.replace(long, sent_parts=failure.value.sent_parts)
    result = await CLOUD.send(again, inbox(provider), http)
    assert len(provider.asked) == 1
    assert len(result.source_ids) == 2


async def test_the_spelling_the_provider_answers_to_is_learnt(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(json=payload_json("whatsapp_cloud", "resp_send_ok.json"))]
    result = await CLOUD.send(outgoing(to="5588991112233", content="x"), inbox(provider), http)
    assert result.contact_alias == "558891112233"


@pytest.mark.parametrize(
    ("typing", "name"), [(False, "out_mark_read.json"), (True, "out_mark_read_and_typing.json")]
)
async def test_reading_and_typing_are_shown(
    provider: Provider, http: httpx.AsyncClient, typing: bool, name: str
) -> None:
    await CLOUD.mark_read("wamid.HBgNaW5ib3gtdGV4dC0wMDAx", inbox(provider), http, typing=typing)
    assert json.loads(provider.asked[0].body) == payload_json("whatsapp_cloud", name)


# Files and templates.


@pytest.mark.parametrize("encode", ["hex", "base64"])
async def test_edges_23_and_24_a_file_is_asked_for_by_its_id_alone(
    provider: Provider, http: httpx.AsyncClient, encode: str
) -> None:
    digest = hashlib.sha256(b"photo").digest()
    sha256 = digest.hex() if encode == "hex" else base64.b64encode(digest).decode()
    source = MediaSource(media_id="1003", content_type="image/jpeg", sha256=sha256)
    found = Answer(json={"url": provider.url + "/file?x=1", "mime_type": "image/jpeg"})
    provider.answers = [
        found,
        Answer(status=503, body=b""),
        found,
        Answer(body=b"phot"),
        found,
        Answer(body=b"photo", headers={"content-disposition": "attachment; -filename*=x"}),
    ]
    for _ in range(2):
        with pytest.raises(SendError) as failure:
            await CLOUD.fetch(source, inbox(provider), http)
        assert failure.value.category is ErrorCategory.TRANSIENT
    media = await CLOUD.fetch(source, inbox(provider), http)
    assert (media.data, media.content_type, media.file_name) == (b"photo", "image/jpeg", "file.jpg")
    assert [asked.path for asked in provider.asked[-2:]] == ["/v24.0/1003", "/file?x=1"]
    assert {asked.headers["authorization"] for asked in provider.asked} == {"Bearer EAAG-token"}


async def test_edge_26_the_name_in_the_webhook_wins(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    provider.answers = [
        Answer(json={"url": provider.url}),
        Answer(body=b"x", headers={"content-disposition": "attachment; filename=-filename"}),
    ]
    source = MediaSource(media_id="1", file_name="nota.pdf", content_type="application/pdf")
    assert (await CLOUD.fetch(source, inbox(provider), http)).file_name == "nota.pdf"


async def test_templates_are_listed_to_the_last_page(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    provider.answers = [
        Answer(json={"data": [{"name": "a"}], "paging": {"cursors": {"after": "X"}, "next": "u"}}),
        Answer(json={"data": [{"name": "b"}], "paging": {"cursors": {"after": "Y"}}}),
    ]
    found = await CLOUD.list_templates(inbox(provider), http)
    assert [template["name"] for template in found] == ["a", "b"]
    fields = "id%2Cname%2Clanguage%2Cstatus%2Ccategory%2Ccomponents%2Crejected_reason"
    assert [asked.path for asked in provider.asked] == [
        f"/v24.0/215589313241560883/message_templates?fields={fields}&limit=100",
        f"/v24.0/215589313241560883/message_templates?fields={fields}&limit=100&after=X",
    ]


async def test_templates_are_told_in_our_words(provider: Provider, http: httpx.AsyncClient) -> None:
    body = {"type": "BODY", "text": "Olá {{first_name}}"}
    described: list[dict[str, Any]] = [
        {
            "id": "594425479261596",
            "name": "retomada",
            "language": "pt_BR",
            "status": "REJECTED",
            "category": "MARKETING",
            "rejected_reason": "INCORRECT_CATEGORY",
            "components": [body],
        },
        {"name": "hello", "status": "APPROVED", "rejected_reason": "NONE", "components": "x"},
        {"status": "APPROVED"},
    ]
    provider.answers = [Answer(json={"data": described})]
    assert await CLOUD.templates(inbox(provider), http) == [
        ChannelTemplate(
            name="retomada",
            language="pt_BR",
            category="marketing",
            status="rejected",
            components=[body],
            parameter_format="named",
            provider_id="594425479261596",
            reason="INCORRECT_CATEGORY",
        ),
        ChannelTemplate(
            name="hello", language="en", category="utility", status="approved", components=[]
        ),
    ]


APP = {"whatsapp_business_api_data": {"name": "Loja"}}


@pytest.mark.parametrize(
    ("answers", "steps"),
    [
        ([Answer(status=401, json={"error": {"code": 190, "message": "expired"}})], [("number", False)]),
        ([Answer(json={}), Answer(status=403, json={"error": {"code": 200}})],
         [("number", True), ("account", False)]),
        ([Answer(json={}), Answer(json={}), Answer(json={"data": []})],
         [("number", True), ("account", True), ("webhook", False)]),
        ([Answer(json={}), Answer(json={}), Answer(json={"data": [APP]})],
         [("number", True), ("account", True), ("webhook", True)]),
    ],
)  # fmt: skip
async def test_edge_48_the_health_check_names_the_step_that_fails(
    provider: Provider,
    http: httpx.AsyncClient,
    answers: list[Answer],
    steps: list[tuple[str, bool]],
) -> None:
    provider.answers = answers
    found = await CLOUD.check(inbox(provider), http)
    assert [(step.name, step.ok) for step in found] == steps


async def test_an_inbox_has_events_delivered_to_an_address_of_its_own(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    await CLOUD.set_webhook("https://desk.example.com/w", inbox(provider), http)
    [asked] = provider.asked
    assert asked.path == "/v24.0/215589313241560883/subscribed_apps"
    assert json.loads(asked.body) == {
        "override_callback_uri": "https://desk.example.com/w",
        "verify_token": "9f2c1c0e-verify",
    }


async def test_codes_to_sign_in_with_need_a_number(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    template = {"name": "otp", "category": "AUTHENTICATION", "processed_params": {}}
    with pytest.raises(SendError) as failure:
        await CLOUD.send(
            outgoing(to="BR.7305118842096653", template=template), inbox(provider), http
        )
    assert failure.value.category is ErrorCategory.INVALID_CONTENT
    assert provider.asked == []


# 360dialog.


@pytest.mark.parametrize(
    ("answer", "ok"),
    [
        (Answer(json={"url": "https://desk.example.com/w"}), True),
        (Answer(json={}), False),
        (Answer(status=401, json={"meta": {"developer_message": "Invalid api key"}}), False),
    ],
)
async def test_360dialog_says_where_deliveries_go(
    provider: Provider, http: httpx.AsyncClient, answer: Answer, ok: bool
) -> None:
    provider.answers = [answer]
    (step,) = await DIALOG.check(inbox(provider, "whatsapp_360dialog"), http)
    assert (step.name, step.ok) == ("webhook", ok)


def raw_request(name: str) -> tuple[str, Any]:
    """Path and body of a file that holds a whole request."""
    head, _, body = payload("whatsapp_360dialog", name).decode().partition("\n\n")
    return head.split()[1], json.loads(body)


async def test_360dialog_takes_the_same_body_at_its_own_address(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(json=payload_json("whatsapp_cloud", "resp_send_ok.json"))]
    await DIALOG.send(outgoing(content="Oi Ana!"), inbox(provider, "whatsapp_360dialog"), http)
    path, body = raw_request("out_text.txt")
    (asked,) = provider.asked
    assert (asked.path, asked.headers["d360-api-key"]) == (path, "d360-key")
    assert json.loads(asked.body) == {**body, "biz_opaque_callback_data": OUR_ID}


async def test_360dialog_is_told_where_to_deliver(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    path, body = raw_request("out_set_webhook.txt")
    await DIALOG.set_webhook(body["url"], inbox(provider, "whatsapp_360dialog"), http)
    (asked,) = provider.asked
    assert (asked.path, json.loads(asked.body)) == (path, body)


@pytest.mark.parametrize(
    ("status", "body", "category"),
    [
        (400, payload_json("whatsapp_360dialog", "resp_error_meta_passthrough.json"), "window_closed"),
        (401, {"meta": {"developer_message": "Invalid api key"}}, "auth"),
        (403, {"meta": {"developer_message": "blocked"}}, "config"),
        (400, {"meta": {"developer_message": "lack of payment"}}, "config"),
        (400, {"meta": {"developer_message": "Too high request rate"}}, "rate_limited"),
        (502, {"meta": {}}, "transient"),
    ],
)  # fmt: skip
async def test_360dialog_s_own_refusals_are_understood(
    provider: Provider, http: httpx.AsyncClient, status: int, body: Any, category: str
) -> None:
    provider.answers = [Answer(status=status, json=body)]
    with pytest.raises(SendError) as failure:
        await DIALOG.send(outgoing(content="x"), inbox(provider, "whatsapp_360dialog"), http)
    assert failure.value.category == category


async def test_360dialog_serves_meta_s_files_itself(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    provider.answers = [
        Answer(
            json={"url": "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&x=2"}
        ),
        Answer(body=b"photo"),
    ]
    source = MediaSource(media_id="1", content_type="image/jpeg")
    media = await DIALOG.fetch(source, inbox(provider, "whatsapp_360dialog"), http)
    assert media.data == b"photo"
    assert [asked.path for asked in provider.asked] == [
        "/1",
        "/whatsapp_business/attachments/?mid=1&x=2",
    ]
    assert {asked.headers["d360-api-key"] for asked in provider.asked} == {"d360-key"}


async def test_360dialog_lists_templates_to_the_last_page(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    provider.answers = [
        Answer(json={"waba_templates": [{"name": str(number)} for number in range(100)]}),
        Answer(json={"waba_templates": [{"name": "last"}]}),
    ]
    found = await DIALOG.list_templates(inbox(provider, "whatsapp_360dialog"), http)
    assert (len(found), found[-1]["name"]) == (101, "last")
