"""The edge cases 77 to 84 seen in production, by what must hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.channels.base import DeliveryStatus, Event, Ignored, InboundMessage, StatusUpdate
from backend.channels.mail.mailbox import Mailbox
from backend.channels.mail.message import own_of, reply_recipients
from backend.channels.mail.mime import read_mail
from backend.channels.mail.threading import Candidate, candidates, reply_address
from tests.channels.mail.payloads import (
    CONVERSATION,
    INBOX,
    NOW,
    clock,
    mailbox_request,
    mails,
    raw_mail,
)


def events_of(raw: bytes) -> list[Event]:
    return list(Mailbox(clock).parse(mailbox_request(raw), INBOX))


def message_of(raw: bytes) -> InboundMessage:
    (event,) = events_of(raw)
    assert isinstance(event, InboundMessage)
    return event


def recorded(name: str) -> InboundMessage:
    return message_of(raw_mail(name))


def mail(headers: str, body: str = "Hi") -> bytes:
    return f"{headers.strip()}\n\n{body}\n".replace("\n", "\r\n").encode()


def email_of(message: InboundMessage) -> dict[str, object]:
    email = message.content_attributes["email"]
    assert isinstance(email, dict)
    return email


# 77


def test_77_a_mail_without_message_id_gets_one_that_stays_the_same() -> None:
    first, again = recorded("no_message_id"), recorded("no_message_id")
    assert first.source_id == again.source_id
    assert first.source_id.endswith("@missing")
    other = message_of(raw_mail("no_message_id").replace(b"00123", b"00124"))
    assert other.source_id != first.source_id


# 78 and 79 are claims about the mailbox: see test_imap


def test_79_the_same_mail_has_the_same_id_however_often_it_is_fetched() -> None:
    name = "duplicate_same_message_id_second_copy_via_cc"
    assert recorded(name).source_id == recorded(name).source_id == "two-inboxes@mail.example.net"


# 80


@pytest.mark.parametrize(
    "name",
    [
        "alternative_gmail_reply_quoted",
        "outlook_reply_no_prefix_quote",
        "apple_mail_inline_reply_between_quotes",
        "reply_plus_address_lost_but_references_kept",
    ],
)
def test_80_a_reply_names_the_conversation_of_our_mail(name: str) -> None:
    assert recorded(name).thread_key == "0191d2b0-6c2e"


def test_80_all_references_are_tried_when_a_colleague_answered_from_outlook() -> None:
    email = email_of(recorded("reply_in_reply_to_colleague_outlook_only_references_match"))
    assert email["threads"] == [
        {"kind": "message", "value": "staff-outlook-777@shop.example.com", "proven": False},
        {"kind": "message", "value": "a1.4417@mail.example.net", "proven": False},
    ]


def test_80_a_reply_finds_its_conversation_after_a_relay_replaced_our_message_id() -> None:
    message = message_of(
        mail(
            "From: ana@example.net\nTo: support@shop.example.com\nMessage-ID: <x@y>\n"
            "In-Reply-To: <0100018@email.amazonses.com>\n"
            f"References: <account/1/conversation/{CONVERSATION}@shop.example.com>"
            " <0100018@email.amazonses.com>"
        )
    )
    assert {"kind": "conversation", "value": CONVERSATION, "proven": False} in (
        message.content_attributes["email"]["threads"]
    )


def test_80_our_reply_address_is_proof_and_comes_first() -> None:
    address = reply_address(CONVERSATION, "in.shop.example.com", "fake_reply_token", NOW)
    message = message_of(
        mail(f"From: ana@example.net\nTo: {address}\nMessage-ID: <x@y>\nIn-Reply-To: <other@z>")
    )
    assert message.content_attributes["email"]["threads"][0] == {
        "kind": "conversation",
        "value": CONVERSATION,
        "proven": True,
    }


def test_80_a_guessed_reply_address_proves_nothing() -> None:
    assert email_of(recorded("reply_from_other_sender_to_token_hijack"))["threads"] == [
        {"kind": "conversation", "value": CONVERSATION, "proven": False}
    ]


# 81


@pytest.mark.parametrize(
    "name", [name for name in mails() if name.startswith(("charset_", "header_"))]
)
def test_81_no_charset_leaves_replacement_characters(name: str) -> None:
    message = recorded(name)
    assert "\ufffd" not in message.content
    assert "\ufffd" not in str(message.contact.name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("charset_gb2312_label_gb18030_bytes", "订单還沒到 €"),
        ("charset_iso_2022_jp", "注文はまだ届きません。"),
        ("charset_label_wrong_says_utf8_is_latin1", "pedido não chegou, ação"),
        ("charset_none_8bit_utf8_headers_raw", "sem content-type, utf-8 cru: ação"),
        ("charset_unknown_label", "ação"),
        ("charset_windows_1252_smart_quotes", "Café “smart” – € 100"),
        ("bad_content_transfer_encoding", "corpo"),
        ("subject_with_nul_byte", "body with  nul"),
    ],
)
def test_81_text_is_read_whatever_the_mail_says_it_is(name: str, content: str) -> None:
    assert recorded(name).content == content


def test_81_nothing_a_database_refuses_gets_through() -> None:
    assert "\0" not in str(recorded("subject_with_nul_byte"))


# 82


@pytest.mark.parametrize("name", ["bounce_dsn_5_1_1", "bounce_non_standard_text_only"])
def test_82_a_bounce_fails_our_message_and_starts_nothing(name: str) -> None:
    (event,) = events_of(raw_mail(name))
    assert isinstance(event, StatusUpdate)
    assert event.status is DeliveryStatus.FAILED
    assert event.source_id == "conversation/0191d2b0-6c2e/messages/1589@shop.example.com"


def test_82_a_delay_is_told_and_changes_nothing() -> None:
    (event,) = events_of(raw_mail("bounce_dsn_4_4_1_delayed"))
    assert isinstance(event, StatusUpdate)
    assert (event.status, event.error_code) == (DeliveryStatus.SENT, "4.4.1")


@pytest.mark.parametrize(
    "name", ["auto_generated_notification", "auto_reply_x_autoreply_only", "mailing_list"]
)
def test_82_nothing_automatic_answers_a_machine(name: str) -> None:
    assert recorded(name).content_attributes["automatic"] is True


def test_82_our_own_mail_is_dropped_when_it_comes_back() -> None:
    assert events_of(raw_mail("our_own_message_looped_back")) == [
        Ignored(reason="our own mail came back")
    ]


def test_82_people_may_say_that_they_are_no_machine() -> None:
    raw = mail("From: ana@example.net\nMessage-ID: <x@y>\nAuto-Submitted: no")
    assert "automatic" not in message_of(raw).content_attributes


def test_82_a_mail_of_another_desk_is_not_taken_for_ours() -> None:
    raw = mail("From: other@desk.example\nMessage-ID: <x@y>\nX-Inbox-Loop: acct=1; inbox=4")
    assert message_of(raw).content == "Hi"


# 83


@pytest.mark.parametrize(
    "name",
    [
        "inline_cid_no_content_disposition_outlook",
        "inline_cid_percent_encoded_reference",
        "inline_cid_referenced",
        "bodies_deeply_nested_mixed_related_alternative",
    ],
)
def test_83_a_picture_the_text_shows_is_linked_to_its_attachment(name: str) -> None:
    message = recorded(name)
    picture = message.attachments[0]
    assert (picture.kind, picture.meta["inline"]) == ("image", True)
    html = message.content_attributes["email"]["html_content"]["full"]
    assert html.count("cid:") == 1
    assert "[image: " in message.content


@pytest.mark.parametrize(
    "name", ["inline_cid_not_referenced_apple_attachment_tag", "inline_pdf_no_cid_apple"]
)
def test_83_what_the_text_does_not_show_is_a_plain_attachment(name: str) -> None:
    (attachment,) = recorded(name).attachments
    assert not attachment.meta.get("inline")


def test_83_text_around_an_inline_file_is_all_there() -> None:
    assert recorded("inline_pdf_no_cid_apple").content == "antes\ndepois"


# 84


def test_84_an_answer_goes_to_all_who_were_written_to_but_never_to_us() -> None:
    message = message_of(
        mail(
            "From: Ana <ana@example.net>\nMessage-ID: <x@y>\n"
            "To: Support@Shop.example.com, Bob <bob@example.org>, reply+6bf5928c@in.shop.example.com\n"
            "Cc: support@in.shop.example.com, eva@example.org, ANA@example.net\nBcc: secret@example.org"
        )
    )
    assert reply_recipients(email_of(message), own_of(INBOX)) == (
        ["ana@example.net"],
        ["bob@example.org", "eva@example.org"],
    )


def test_84_an_answer_goes_to_reply_to() -> None:
    message = message_of(
        mail(
            "From: ana@example.net\nReply-To: team@example.net\nMessage-ID: <x@y>\nTo: bob@example.org"
        )
    )
    assert reply_recipients(email_of(message), own_of(INBOX)) == (
        ["team@example.net"],
        ["bob@example.org"],
    )


def test_84_each_message_names_its_own_sender() -> None:
    raw = mail("From: Bob Braun <bob@example.org>\nMessage-ID: <x@y>")
    assert email_of(message_of(raw))["sender"] == {"name": "Bob Braun", "email": "bob@example.org"}


def test_84_a_mail_through_our_google_group_is_from_who_wrote_it() -> None:
    message = message_of(
        mail(
            "From: 'Ana Prado' via Support <support@shop.example.com>\nMessage-ID: <x@y>\n"
            "X-Original-Sender: ana@example.net\nX-Google-Group-Id: 123\n"
            "Reply-To: ana@example.net\nPrecedence: list\n"
            "List-ID: <support.shop.example.com>\nList-Unsubscribe: <mailto:x@y>"
        )
    )
    assert (message.contact.source_id, message.contact.name) == ("ana@example.net", "Ana Prado")
    assert "automatic" not in message.content_attributes


def test_84_a_contact_form_of_ours_is_from_the_visitor() -> None:
    assert recorded("contact_form_reply_to").contact.source_id == "ana.prado@example.net"


def test_84_twenty_attachments_all_arrive() -> None:
    message = recorded("attachments_20_small")
    assert len(message.attachments) == 20
    assert email_of(message)["skipped_attachments"] == 0


def test_84_attachments_that_were_left_out_are_counted() -> None:
    part = b"--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n"
    raw = b"From: a@b.c\r\nMessage-ID: <x@y>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    message = message_of(raw + part * 260 + b"--b--\r\n")
    assert len(message.attachments) + int(str(email_of(message)["skipped_attachments"])) == 260


def test_84_a_mail_with_nothing_but_a_subject_still_says_something() -> None:
    assert recorded("empty_body_subject_only").content == "Me liguem por favor"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("Date: Thu, 10 Sep 2026 09:00:00 -0300", "12:00:00"),
        ("Date: yesterday", "12:00:03"),
        ("Date: Thu, 10 Sep 2099 09:00:00 +0000", "12:00:03"),
        ("Date: Thu, 1 Jan 1970 00:00:00 +0000", "12:00:03"),
        (
            "Date: 1 Jan 2000 00:00:00 +0000\nReceived: from x; Thu, 10 Sep 2026 11:00:00 +0000",
            "11:00:00",
        ),
        ("Received: from x; Thu, 10 Sep 2099 11:00:00 +0000", "12:00:03"),
    ],
)
def test_a_date_beyond_belief_does_not_sort_a_message(headers: str, expected: str) -> None:
    message = message_of(mail(f"From: ana@example.net\nMessage-ID: <x@y>\n{headers}"))
    assert message.sent_at is not None
    assert message.sent_at.isoformat() == f"2026-09-10T{expected}+00:00"


@pytest.mark.parametrize(
    ("result", "verified"),
    [("mx.x; dkim=pass; dmarc=pass (p=none)", True), ("mx.x; dmarc=fail", False), ("mx.x", None)],
)
def test_what_the_server_found_out_about_the_sender_is_kept(
    result: str, verified: bool | None
) -> None:
    raw = mail(f"From: ana@example.net\nMessage-ID: <x@y>\nAuthentication-Results: {result}")
    assert email_of(message_of(raw))["sender_verified"] is verified


# The reply address itself


SECRET = "fake_reply_token"


def proven(address: str, secret: str = SECRET, now: datetime = NOW) -> list[Candidate]:
    found = candidates(read_mail(b"From: a@b.c\r\n\r\n", [address]), secret, now)
    return [one for one in found if one.proven]


def test_a_reply_address_fits_into_an_address_and_survives_capitals() -> None:
    address = reply_address(CONVERSATION, "in.x.example", SECRET, NOW)
    assert len(address.partition("@")[0]) <= 64
    assert proven(address.upper())


@pytest.mark.parametrize("change", [("6bf5", "6bf6"), (".", ".0"), ("9a5.", "9a5")])
def test_a_changed_reply_address_proves_nothing(change: tuple[str, str]) -> None:
    address = reply_address(CONVERSATION, "in.x.example", SECRET, NOW)
    local, _, domain = address.partition("@")
    assert proven(f"{local.replace(*change, 1)}@{domain}") == []


def test_another_accounts_reply_address_is_not_even_a_claim() -> None:
    address = reply_address(CONVERSATION, "in.x.example", "their secret", NOW)
    assert candidates(read_mail(b"From: a@b.c\r\n\r\n", [address]), SECRET, NOW) == ()


def test_a_reply_address_expires() -> None:
    address = reply_address(CONVERSATION, "in.x.example", SECRET, NOW - timedelta(days=900))
    assert proven(address) == []
    assert proven(address, now=datetime(2025, 1, 1, tzinfo=UTC))


def test_an_inbox_without_secret_trusts_no_address() -> None:
    address = reply_address(CONVERSATION, "in.x.example", SECRET, NOW)
    raw = mail(f"From: ana@example.net\nTo: {address}\nMessage-ID: <x@y>")
    (event,) = Mailbox(clock).parse(mailbox_request(raw), replace(INBOX, secrets={}))
    assert isinstance(event, InboundMessage)
    assert event.thread_key is None
