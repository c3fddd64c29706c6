"""The mails we build: the recorded shapes, safe headers, stable ids."""

from __future__ import annotations

from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.channels.base import (
    Credentials,
    ErrorCategory,
    OutboundAttachment,
    OutboundMessage,
    SendError,
)
from backend.channels.mail import outgoing
from backend.channels.mail.classify import Kind, Own, classify
from backend.channels.mail.message import events_of
from backend.channels.mail.mime import Mail, read_mail
from backend.channels.mail.outgoing import OutgoingMail, build, clean_name, subject
from backend.channels.mail.render import to_html, to_text
from backend.channels.mail.threading import candidates
from tests.channels.mail.payloads import CONVERSATION, INBOX, NOW, raw_mail

REPLY = OutboundMessage(
    id="1589",
    to="ana.prado@example.net",
    content="É o pedido **4417**?",
    in_reply_to="a1.4417@mail.example.net",
    thread={
        "conversation_id": "0191d2b0-6c2e",
        "subject": "Pedido 4417",
        "sender_name": "Carla",
        "message_ids": ["a1.4417@mail.example.net"],
    },
    content_attributes={
        "to_emails": ["Ana Prado <ana.prado@example.net>"],
        "cc_emails": ["Jill <jill@example.org>"],
    },
)


def built(
    message: OutboundMessage = REPLY, inbox: Credentials = INBOX
) -> tuple[OutgoingMail, Mail, EmailMessage]:
    """The mail, as we read mails, and as the standard library does."""
    mail = build(message, inbox, NOW)
    parsed = BytesParser(policy=policy.default).parsebytes(mail.content)
    assert isinstance(parsed, EmailMessage)
    assert parsed.defects == []
    return mail, read_mail(mail.content), parsed


def with_thread(**changes: Any) -> OutboundMessage:
    return replace(REPLY, thread={**REPLY.thread, **changes})


def addressed(**fields: Any) -> OutboundMessage:
    return replace(
        REPLY, content_attributes={f"{name}_emails": value for name, value in fields.items()}
    )


def test_an_agents_reply_is_what_was_recorded() -> None:
    recorded = read_mail(raw_mail("out_agent_reply"))
    _, ours, parsed = built()
    for name in ("message_id", "subject", "sender", "to", "cc", "in_reply_to", "content_type"):
        assert getattr(ours, name) == getattr(recorded, name), name
    assert (ours.text, ours.html.strip()) == (recorded.text, recorded.html.strip())
    assert ours.header("x-inbox-loop") == recorded.header("x-inbox-loop")
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    # Beside the recorded chain stands the conversation's own id: relays replace the Message-ID.
    assert ours.references[1:] == recorded.references
    # The recorded reply address is not signed yet; ours is.
    (address,) = ours.reply_to
    assert address.email.startswith("reply+0191d2b0-6c2e.")
    assert address.email.endswith("@in.shop.example.com")
    assert parsed["auto-submitted"] is None


def test_an_automatic_mail_is_what_was_recorded() -> None:
    recorded = read_mail(raw_mail("out_auto_reply"))
    message = replace(
        with_thread(sender_name=None),
        id="1588",
        content="We received your request.",
        content_attributes={"to_emails": "Ana Prado <ana.prado@example.net>"},
        by_human=False,
    )
    inbox = replace(INBOX, settings={**INBOX.settings, "business_name": "Loja Support"})
    _, ours, _ = built(message, inbox)
    for name in (
        "message_id",
        "subject",
        "sender",
        "to",
        "in_reply_to",
        "content_type",
        "text",
        "html",
    ):
        assert getattr(ours, name) == getattr(recorded, name), name
    for header in ("auto-submitted", "x-auto-response-suppress", "precedence", "x-inbox-loop"):
        assert ours.header(header) == recorded.header(header), header


def test_each_attempt_has_the_same_id() -> None:
    assert built()[0].message_id == built()[0].message_id
    assert built()[0].message_id == "conversation/0191d2b0-6c2e/messages/1589@shop.example.com"


def test_our_own_mail_is_known_when_it_comes_back() -> None:
    _, ours, _ = built()
    assert classify(ours, Own(address=INBOX.address)) is Kind.OWN


def test_the_answer_to_our_mail_finds_its_conversation_by_proof() -> None:
    _, ours, _ = built(with_thread(conversation_id=CONVERSATION))
    answer = read_mail(f"From: ana@x.y\nTo: {ours.reply_to[0].email}\n\nHi".encode())
    best = candidates(answer, INBOX.secrets["reply_token"], NOW)[0]
    assert (best.value, best.proven) == (CONVERSATION, True)


def test_another_desks_automatic_mail_is_not_answered_automatically() -> None:
    _, ours, _ = built(replace(REPLY, by_human=False))
    theirs = Credentials(address="help@other.example", settings={"account_id": 2, "inbox_id": 9})
    (event,) = events_of(ours, theirs, NOW)
    assert event.content_attributes["automatic"] is True  # type: ignore[union-attr]


def test_only_reply_to_has_the_token() -> None:
    """From must be the mailbox: `SendAsDenied` otherwise."""
    mail, ours, _ = built()
    assert ours.sender is not None
    assert ours.sender.email == INBOX.address == mail.sender


def test_without_an_inbound_domain_answers_go_to_the_mailbox() -> None:
    settings = {key: value for key, value in INBOX.settings.items() if key != "inbound_domain"}
    _, ours, _ = built(inbox=replace(INBOX, settings=settings))
    assert ours.reply_to == ()


@pytest.mark.parametrize(
    ("text", "first", "expected"),
    [
        ("Pedido", True, "Pedido"),
        ("Pedido", False, "Re: Pedido"),
        ("RE: re: Pedido", False, "Re: Pedido"),
        ("AW: Antw: Bestellung", False, "Re: Bestellung"),
        ("Re[2]: x", False, "Re: x"),
        ("Reorder: x", False, "Re: Reorder: x"),
        ("a\r\nBcc: evil@x.y", False, "Re: a Bcc: evil@x.y"),
        (None, False, "Re:"),
        ("注文\u2028について", True, "注文 について"),
    ],
)
def test_the_subject_stays_one_thread(text: str | None, first: bool, expected: str) -> None:
    assert subject(text, first) == expected


@pytest.mark.parametrize("kind", ["friendly", "professional"])
def test_the_senders_name_is_friendly_or_professional(kind: str) -> None:
    inbox = replace(INBOX, settings={**INBOX.settings, "sender_name_type": kind})
    _, ours, _ = built(inbox=inbox)
    assert ours.sender is not None
    assert ours.sender.name == {"friendly": "Carla from Loja", "professional": "Loja"}[kind]


def test_names_cannot_be_taken_for_addresses() -> None:
    assert clean_name('"Bank" <bank@evil.example>\r\nBcc: x') == "Bank bank evil.example Bcc x"
    assert len(clean_name("x" * 500)) == 100


HOSTILE = [
    "Ana\r\nBcc: evil@x.y",
    "x\n\nbody",
    "a\0b",
    '"; <evil@x.y>, ',
    "Ana\u2028Bcc: evil@x.y",
    "ü" * 300,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_adds_headers_or_recipients(text: str) -> None:
    inbox = replace(INBOX, settings={**INBOX.settings, "business_name": text})
    message = with_thread(subject=text, sender_name=text, message_ids=[text, f"<{text}@x>"])
    mail, _, parsed = built(replace(message, in_reply_to=text), inbox)
    assert mail.recipients == ("ana.prado@example.net", "jill@example.org")
    assert parsed["bcc"] is None
    assert parsed["in-reply-to"] is None
    assert len(parsed.get_all("to") or []) == 1


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=80), st.text(max_size=2000))
def test_any_text_makes_a_sound_mail(title: str, name: str, content: str) -> None:
    message = replace(with_thread(subject=title, sender_name=name), content=content)
    mail, ours, parsed = built(message)
    assert mail.recipients == ("ana.prado@example.net", "jill@example.org")
    assert ours.message_id == mail.message_id
    assert parsed["bcc"] is None
    assert max(len(line) for line in mail.content.split(b"\r\n")) <= 998


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b@c",
        "a b@c.d",
        "a@b.c\r\nBcc: x@y.z",
        "<a@b.c>, <d@e.f>",
        "a@b.c, d@e.f",
        "ü@x.y",
        "a@" + "x" * 400,
    ],
)
def test_what_is_no_address_fails_the_message(address: str) -> None:
    for field in ("to", "cc", "bcc"):
        with pytest.raises(SendError) as caught:
            build(addressed(**{"to": [REPLY.to], field: [address or " x "]}), INBOX, NOW)
        assert caught.value.category is ErrorCategory.INVALID_CONTENT


def test_an_international_domain_is_spelled_out() -> None:
    assert built(addressed(to=["Ana <ana@bücher.example>"]))[0].recipients == (
        "ana@xn--bcher-kva.example",
    )


def test_the_agents_addresses_win_and_bcc_stays_hidden() -> None:
    message = replace(
        REPLY,
        content_attributes={
            "to_emails": "bob@example.org",
            "cc_emails": "Eva <eva@example.org>, bob@example.org",
            "bcc_emails": ["boss@example.org"],
        },
    )
    mail, ours, _ = built(message)
    assert mail.recipients == ("bob@example.org", "eva@example.org", "boss@example.org")
    assert [one.email for one in (*ours.to, *ours.cc)] == ["bob@example.org", "eva@example.org"]
    assert b"boss" not in mail.content


def test_too_many_recipients_are_refused() -> None:
    many = [f"a{number}@example.org" for number in range(60)]
    with pytest.raises(SendError):
        build(addressed(cc=many), INBOX, NOW)


def test_the_chain_is_kept_short_and_keeps_its_root() -> None:
    chain = [f"m{number}@{'long' * 20}.example" for number in range(60)]
    _, ours, _ = built(replace(with_thread(message_ids=chain), in_reply_to=chain[-1]))
    assert len(ours.references) == outgoing.MAX_REFERENCES + 1
    assert ours.references[0] == "account/1/conversation/0191d2b0-6c2e@shop.example.com"
    assert ours.references[1] == chain[0]
    assert ours.references[-1] == chain[-1]


def test_ids_we_made_up_are_not_quoted_to_anybody() -> None:
    _, ours, _ = built(replace(REPLY, in_reply_to="ab12@missing"))
    assert ours.in_reply_to == ()


def test_it_answers_the_customers_last_mail_unless_another_is_named() -> None:
    ids = [
        "first@x",
        "conversation/0191d2b0/messages/1@shop.example.com",
        "last@x",
        "conversation/0191d2b0/messages/2@y",
    ]
    _, ours, _ = built(replace(with_thread(message_ids=ids), in_reply_to=None))
    assert ours.in_reply_to == ("last@x",)
    assert ours.references[1:] == (ids[0], ids[1], ids[3], ids[2])
    _, ours, _ = built(replace(with_thread(message_ids=ids), in_reply_to="first@x"))
    assert ours.in_reply_to == ("first@x",)


def test_it_answers_all_unless_the_agent_says_who() -> None:
    email = {
        "sender": {"email": "ana@x.y"},
        "reply_to": [],
        "to": [INBOX.address, "bob@x.y"],
        "cc": ["eva@x.y"],
    }
    message = replace(with_thread(email=email), content_attributes={})
    assert built(message)[0].recipients == ("ana@x.y", "bob@x.y", "eva@x.y")
    chosen = replace(message, content_attributes={"cc_emails": []})
    assert built(chosen)[0].recipients == ("ana@x.y",)


def test_nothing_automatic_answers_a_machine() -> None:
    message = replace(with_thread(automatic=True), by_human=False)
    with pytest.raises(SendError) as caught:
        build(message, INBOX, NOW)
    assert caught.value.category is ErrorCategory.POLICY
    assert built(replace(message, by_human=True))


def test_the_first_mail_keeps_its_subject() -> None:
    _, ours, _ = built(replace(with_thread(message_ids=[]), in_reply_to=None))
    assert ours.subject == "Pedido 4417"
    assert ours.references == ("account/1/conversation/0191d2b0-6c2e@shop.example.com",)


def file(name: str, size: int, kind: str = "application/pdf") -> OutboundAttachment:
    return OutboundAttachment(
        kind="file",
        file_name=name,
        content_type=kind,
        url=f"https://files.example/{name}?a=1&b=2",
        data=b"x" * size,
    )


def test_files_go_along_up_to_a_size_and_larger_ones_as_links(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outgoing, "MAX_INLINE", 100)
    files = (file("a.pdf", 60), file("b.pdf", 60), file("ção.txt", 30, "text/plain"))
    _, ours, _ = built(replace(REPLY, attachments=files))
    assert [(one.name, len(one.data)) for one in ours.files] == [("a.pdf", 60), ("ção.txt", 30)]
    assert "b.pdf: https://files.example/b.pdf?a=1&b=2" in ours.text
    assert 'href="https://files.example/b.pdf?a=1&amp;b=2"' in ours.html


@pytest.mark.parametrize(
    "kind", ["", "x", "message/rfc822", "multipart/mixed", "a/b\r\nX: y", "text/html; charset=x"]
)
def test_any_declared_type_makes_a_sound_attachment(kind: str) -> None:
    _, ours, _ = built(replace(REPLY, attachments=(file('x"\r\nBcc: a.bin', 3, kind),)))
    assert len(ours.files) == 1
    assert ours.files[0].data.strip() == b"xxx"


def test_markdown_becomes_html_and_readable_text() -> None:
    content = "Hi **you**\nsecond\n\n- [site](https://x.example/?a=1&b=2)\n- <https://y.example>\n\n`code`"
    assert to_text(content) == (
        "Hi you\nsecond\n\n  * site (https://x.example/?a=1&b=2)\n  * https://y.example\n\ncode"
    )
    assert "<strong>you</strong><br>" in to_html(content).replace("\n", "")


@pytest.mark.parametrize(
    "content",
    ["<script>x</script>", "[a](javascript:x)", "![a](data:text/html,x)", "<img src=x onerror=y>"],
)
def test_agents_cannot_send_scripts(content: str) -> None:
    html = to_html(content)
    for hostile in ("<script", 'href="javascript', 'src="data', "<img src=x"):
        assert hostile not in html
