"""Reading mails that are not what they should be, and cleaning what they hold."""

from __future__ import annotations

import json
import time
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.channels.base import InboundMessage, Quarantined
from backend.channels.mail.address import Address, is_address, read_addresses
from backend.channels.mail.charset import decode
from backend.channels.mail.classify import Kind, Own, bounces, classify
from backend.channels.mail.clean import clean_html, text_of_html
from backend.channels.mail.header import read_header
from backend.channels.mail.mailbox import Mailbox
from backend.channels.mail.mime import MAX_MAIL, message_ids, read_mail
from backend.channels.mail.quote import split_html, split_text
from tests.channels.mail.payloads import INBOX, clock, mailbox_request, mails, raw_mail

OWN = Own(address="support@shop.example.com")
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def bare(headers: str, body: str = "Hi") -> bytes:
    return f"{headers}\n\n{body}\n".replace("\n", "\r\n").encode()


# Never raises


def reads(raw: bytes) -> None:
    """Whatever these bytes are, they become events that JSON, and so the database, takes."""
    for event in Mailbox(clock).parse(mailbox_request(raw), INBOX):
        assert not isinstance(event, Quarantined), event.error
        if isinstance(event, InboundMessage):
            kept = [event.content, event.content_attributes, event.contact.name, event.source_id]
            text = json.dumps(kept, ensure_ascii=False)
            assert "\\u0000" not in text
            text.encode()  # fails on half a character
            assert event.source_id
            assert event.contact.source_id


@FUZZ
@given(st.binary(max_size=3000))
def test_any_bytes_are_read(raw: bytes) -> None:
    reads(raw)


@FUZZ
@given(st.sampled_from(mails()), st.data())
def test_any_damaged_mail_is_read(name: str, data: st.DataObject) -> None:
    raw = bytearray(raw_mail(name))
    for _ in range(data.draw(st.integers(1, 8))):
        start = data.draw(st.integers(0, len(raw)))
        end = min(len(raw), start + data.draw(st.integers(0, 40)))
        raw[start:end] = data.draw(
            st.binary(max_size=20)
            | st.sampled_from(
                [b"\r\n\r\n", b"\r\n", b"--b1--", b"=?utf-8?B?", b"\0", b"\xff\xfe", b"<", b">"]
            )
        )
    reads(bytes(raw))


@FUZZ
@given(
    st.sampled_from(mails()), st.sampled_from(mails()), st.integers(0, 2000), st.integers(0, 2000)
)
def test_any_two_mails_run_together_are_read(one: str, other: str, cut: int, start: int) -> None:
    reads(raw_mail(one)[:cut] + raw_mail(other)[start:])


@FUZZ
@given(st.binary(max_size=400), st.text(max_size=20))
def test_any_bytes_under_any_label_are_text(data: bytes, label: str) -> None:
    decode(data, label).encode()


def nested(depth: int) -> bytes:
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)
        for level in range(depth)
    )
    return (
        b"From: a@b.c\r\nMessage-ID: <x@y>\r\n" + head + b"Content-Type: text/plain\r\n\r\ndeep\r\n"
    )


def forwarded(depth: int) -> bytes:
    return (
        b"From: a@b.c\r\nMessage-ID: <x@y>\r\n"
        + b"Content-Type: message/rfc822\r\n\r\n" * depth
        + b"deep\r\n"
    )


@pytest.mark.parametrize(
    "raw",
    [
        nested(100),
        nested(5000),
        forwarded(100),
        forwarded(3000),
        b"From: a@b.c\r\n" + b"X: y\r\n" * 100_000 + b"\r\nHi",
        bare("From: a@b.c\nReferences: " + "<a@b> " * 20_000),
        bare("From: a@b.c\nMessage-ID: <" + "x" * 10_000 + "@y>"),
        bare("From: a@b.c\nTo: " + ", ".join(f"a{n}@b.c" for n in range(20_000))),
        bare("From: a@b.c", "\n" * 200_000),
        bare("From: a@b.c", "> " * 100_000),
        bare("From: a@b.c", "On 1 x@y " * 50_000 + "wrote:"),
        bare("From: a@b.c", ("On 1 x@y wrote:\n" * 15_000) + "x"),
        bare("From: a@b.c", ("From: a\n" * 15_000) + "x"),
        bare("From: a@b.c\nContent-Type: text/html", "<div>" * 60_000 + "x"),
        bare("From: a@b.c\nContent-Type: text/html", "<p>x<table><tr><td>" * 20_000),
        bare("From: a@b.c\nContent-Type: text/html", "<" * 200_000),
        bare("From: a@b.c\nContent-Type: text/html", "<script" * 50_000),
        bare("From: a@b.c\nContent-Type: text/html", '<img src="cid:' * 50_000),
        bare(
            "From: a@b.c\nContent-Type: text/html", "<blockquote type=cite>x</blockquote>" * 10_000
        ),
        bare("From: a@b.c\nSubject: " + "=?utf-8?Q?" * 20_000),
        bare("From: " + "(" * 50_000 + "a@b.c"),
        bare(
            "From: a@b.c\nContent-Transfer-Encoding: x-uuencode",
            "begin 644 x\n" + "M" * 5000 + "\nend",
        ),
    ],
    ids=range(22),
)
def test_mails_made_to_hurt_are_read_in_time(raw: bytes) -> None:
    started = time.process_time()
    reads(raw)
    assert time.process_time() - started < 5


def test_of_a_mail_that_is_too_large_the_headers_are_kept() -> None:
    mail = read_mail(bare("From: a@b.c\nSubject: big\nMessage-ID: <x@y>") + b"x" * MAX_MAIL)
    assert (mail.complete, mail.subject, mail.text) == (False, "big", "")


def test_a_long_id_is_replaced_by_one_of_the_same_meaning() -> None:
    long = "x" * 10_000
    assert message_ids(f"<{long}@y>") == message_ids(f"<{long}@y>")
    assert len(message_ids(f"<{long}@y>")[0]) < 100


# Headers


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"=?UTF-8?B?YcM=?= =?UTF-8?B?p8Ojbw==?=", "ação"),
        (b"=?utf-8?q?a_b?= c =?utf-8?q?d?=", "a b c d"),
        (b"=?utf-8?q?broken?", "broken"),
        (b"=?x-nonsense?q?caf=E9?=", "café"),
        (b"=?utf-8*en?q?x?=", "x"),
        ("réclamation".encode(), "réclamation"),
        ("réclamation".encode("latin-1"), "réclamation"),
        (b"a\r\n b", "a b"),
        (b"a\x00b\x1bc", "abc"),
        (b"=?utf-8?b?!!!?=", "!!!"),
    ],
)
def test_headers_are_read_as_they_were_meant(raw: bytes, text: str) -> None:
    assert read_header(raw) == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ana Prado <ANA@X.y>", [Address("ana@x.y", "Ana Prado")]),
        ('"Prado, Ana" <a@x.y>, b@x.y', [Address("a@x.y", "Prado, Ana"), Address("b@x.y")]),
        ("b@x.y (Bob)", [Address("b@x.y", "Bob")]),
        ("Team: a@x.y, b@x.y;", [Address("a@x.y"), Address("b@x.y")]),
        ("undisclosed-recipients:;", []),
        ("a@x.y; b@x.y", [Address("a@x.y"), Address("b@x.y")]),
        ('"a\\"b" <a@x.y>', [Address("a@x.y", 'a"b')]),
        ("evil@x.y <a@x.y>", [Address("a@x.y", "evil@x.y")]),
        ("<a@x.y>, <A@x.y>", [Address("a@x.y")]),
        ("nobody", []),
    ],
)
def test_addresses_are_read(text: str, found: list[Address]) -> None:
    assert list(read_addresses(text)) == found


def test_only_a_single_bare_address_is_one() -> None:
    assert is_address("a@b.c")
    assert not any(map(is_address, ["a@b.c\n", "a@b.c,d@e.f", "<a@b.c>", "a@b@c", "@b", "a@"]))


# Parts


def test_a_forwarded_mail_is_one_file_and_not_our_text() -> None:
    inner = EmailMessage()
    inner["Subject"] = "Rechnung"
    inner.set_content("inner text")
    outer = EmailMessage()
    outer["From"] = "a@b.c"
    outer.set_content("see below")
    outer.add_attachment(inner)
    mail = read_mail(outer.as_bytes())
    assert mail.text == "see below"
    assert [(file.name, file.content_type) for file in mail.files] == [
        ("Rechnung.eml", "message/rfc822")
    ]


def test_file_names_have_no_path_and_no_tricks() -> None:
    raw = bare(
        "From: a@b.c\nContent-Type: application/pdf\n"
        "Content-Disposition: attachment; filename*=utf-8''..%2F..%2Fe%E2%80%AEvil%00.pdf"
    )
    assert [file.name for file in read_mail(raw).files] == ["evil.pdf"]


def test_a_signature_file_is_not_shown() -> None:
    raw = bare("From: a@b.c\nContent-Type: application/pkcs7-signature; name=smime.p7s")
    assert read_mail(raw).files == ()


# What is new


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("Yes\n\nOn Mon, 1 Sep 2026 at 10:00, Bob <b@x.y> wrote:\n> no", "Yes"),
        ("Ja\n\nAm 01.09.2026 um 10:00 schrieb Bob:\n> nein", "Ja"),
        ("Oui\n\nLe lun. 1 sept. 2026 à 10:00, Bob a écrit :\n> non", "Oui"),
        ("Sí\n\nEl 1 sept 2026, a las 10:00, Bob escribió:\n> no", "Sí"),
        ("نعم\n\nفي 1 سبتمبر 2026، كتب Bob:\n> لا", "نعم"),
        ("是\n\n2026年9月1日 10:00，Bob 写道：\n> 不", "是"),
        ("Ok\n\n-----Original Message-----\nFrom: x\n\nold", "Ok"),
        ("Ok\n\nVon: x\nGesendet: y\nAn: z\nBetreff: b\n\nold", "Ok"),
        ("Ok\n\nDe: x\nEnviado: y\nPara: z\nAssunto: b\n\nold", "Ok"),
        ("Ok\n> old\n> older", "Ok"),
        ("Thanks\n\nSent from my iPhone", "Thanks"),
        ("Thanks\n-- \nAna\nAcme", "Thanks"),
        # Nothing is cut when in doubt.
        ("> q1\nanswer 1\n> q2\nanswer 2", "> q1\nanswer 1\n> q2\nanswer 2"),
        ("On 1 Sep Bob <b@x> wrote:\n> q1\na1", "On 1 Sep Bob <b@x> wrote:\n> q1\na1"),
        ("> all quoted", "> all quoted"),
        ("FYI\n\n---------- Forwarded message ---------\nFrom: x\nTo: y\nDate: z\n\nbill",) * 2,
        ("Bob wrote: hello",) * 2,
        ("From: the bottom of my heart",) * 2,
        ("-- \nonly a signature",) * 2,
    ],
)
def test_the_new_part_of_a_text_is_found(text: str, reply: str) -> None:
    split = split_text(text)
    assert split.reply == reply
    assert split.full == text


CITE = '<blockquote type="cite">old</blockquote>'


@pytest.mark.parametrize(
    ("html", "reply"),
    [
        (
            '<p>new</p><div class="gmail_quote">On 1 wrote:<blockquote>old</blockquote></div>',
            "<p>new</p>",
        ),
        (f"<p>new</p>{CITE}", "<p>new</p>"),
        (
            '<p>new</p><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">From: x</div>old',
            "<p>new</p>",
        ),
        ('<p>new</p><div class="moz-cite-prefix">On 1 wrote:</div>' + CITE, "<p>new</p>"),
        ('<p>new</p><div class="yahoo_quoted">old</div>', "<p>new</p>"),
        ('<p>new</p><div class="protonmail_quote">old</div>', "<p>new</p>"),
        ("<p>new</p><div data-inbox-quote>old</div>", "<p>new</p>"),
        (
            "<p>new</p><p><b>From:</b> x<br><b>Sent:</b> y<br><b>To:</b> z</p><p>old</p>",
            "<p>new</p>",
        ),
    ],
)
def test_the_new_part_of_html_is_found(html: str, reply: str) -> None:
    split, text = split_html(html, {})
    assert (split.reply, text) == (reply, "new")
    assert "old" in split.full
    assert split.quoted


@pytest.mark.parametrize(
    "html",
    [
        f"<p>a</p>{CITE}<p>b</p>",
        f"{CITE}<p>below</p>",
        CITE,
        '<p>fyi</p><div class="gmail_quote">---------- Forwarded message ---------<br>x</div>',
    ],
)
def test_html_is_not_cut_when_in_doubt(html: str) -> None:
    split, _ = split_html(html, {})
    assert split.reply == split.full
    assert split.quoted == ""


# Cleaning


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href=" jAvAsCrIpT:alert(1)">x</a>',
        '<a href="//evil.example">x</a>',
        '<a href="/admin">x</a>',
        '<a href="data:text/html,x">x</a>',
        '<form action="https://evil.example"><input name=p><button>x</button></form>',
        '<meta http-equiv="refresh" content="0;url=https://evil.example">',
        '<base href="https://evil.example">',
        "<iframe src=https://evil.example></iframe><object data=x></object><embed src=x>",
        '<link rel=stylesheet href="https://evil.example/x.css">',
        "<style>*{background:url(https://evil.example)}</style>",
        '<div style="position:fixed;inset:0;z-index:9">x</div>',
        '<div style="background-color:url(https://evil.example)">x</div>',
        '<td background="https://evil.example/x.png">x</td>',
        '<img srcset="https://evil.example/x.png 2x">',
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
        '<img src="https://evil.example/pixel.gif">',
        '<video poster="https://evil.example/x.png"></video>',
        '<div id="root" class="app">x</div>',
    ],
)
def test_nothing_in_a_mail_runs_loads_or_escapes(hostile: str) -> None:
    html = clean_html(f"<p>before</p>{hostile}")
    for needle in (
        *(
            "<script",
            "onerror",
            "javascript",
            "<form",
            "<input",
            "<button",
            "<meta",
            "<base",
            "<iframe",
        ),
        *(
            "<object",
            "<embed",
            "<link",
            "<style",
            "position",
            "url(",
            "background=",
            "srcset",
            "<svg",
        ),
        *("<math", " src=", "poster", 'href="/', "data:text", " id=", " class="),
    ):
        assert needle not in html, needle
    assert "before" in html


@pytest.mark.parametrize("char", ["&#0;", "&#1;", "&#xffff;", "&#xd800;", "\uffff", "\x1b"])
def test_no_character_a_database_refuses_hides_in_an_entity(char: str) -> None:
    html = (
        f'<p title="{char}">a{char}</p><img src="https://x.example/{char}"><img src="cid:{char}">'
    )
    cleaned = clean_html(html)
    assert not set(cleaned + text_of_html(html)) & set("\0\1\x1b\uffff")
    assert "a" in cleaned


FRAGMENTS = (
    *(
        "<p>",
        "</p>",
        '<div class="gmail_quote">',
        "</div>",
        '<blockquote type="cite">',
        "</blockquote>",
    ),
    *("text", "<br>", '<img src="cid:x">', '<img src="http://x">', "<table>", "<td>", "</table>"),
    *('<div id="divRplyFwdMsg">', "<b>From:</b> a<br>", "Sent: x<br>", "To: y<br>", "&#0;", "</a>"),
    *(
        '<a href="http://y">',
        "<li>",
        "<ul>",
        "\uffff",
        "<!--",
        "-->",
        "<![CDATA[",
        "<svg>",
        "</svg>",
    ),
)


@FUZZ
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25))
def test_html_of_any_shape_is_split(fragments: list[str]) -> None:
    split, _ = split_html("".join(fragments), {"x": "cid:x"})
    assert split.reply or not split.full


def test_remote_pictures_wait_until_they_are_asked_for() -> None:
    assert clean_html('<img src="https://x.example/p.gif" width="1">') == (
        '<img width="1" data-remote-src="https://x.example/p.gif">'
    )
    assert clean_html('<img data-remote-src="javascript:x">') == "<img>"


def test_pictures_that_came_along_point_to_them_and_others_nowhere() -> None:
    html = '<img src="cid:A%2FB"><img src="CID:other">'
    assert clean_html(html, {"a/b": "cid:a%2Fb"}) == '<img src="cid:a%2Fb"><img>'


def test_what_mails_are_made_of_stays() -> None:
    html = '<table width="600"><tbody><tr><td align="center" style="color:red">x</td></tr></tbody></table>'
    assert clean_html(html) == html
    styled = '<p style="line-height:1.5;max-width:600px;text-align:center;width:90%">x</p>'
    assert clean_html(styled) == styled
    assert clean_html('<a href="mailto:a@b.c">m</a>') == (
        '<a href="mailto:a@b.c" target="_blank" rel="noopener noreferrer nofollow">m</a>'
    )


@FUZZ
@given(st.text(alphabet="<>/=\"' abdivmgsrcp:\n&;!-", max_size=300))
def test_cleaning_twice_changes_nothing(html: str) -> None:
    once = clean_html(html)
    assert clean_html(once) == once
    text_of_html(html)


@pytest.mark.parametrize(
    ("html", "shown"), [(60_000, True), (120_000, True), (900_000, False)], ids=str
)
def test_a_large_mail_fits_into_a_message_and_keeps_what_is_new_longest(
    html: int, shown: bool
) -> None:
    body = "<p>Neuigkeiten für Sie</p>" + '<p>äöü "x"</p>' * (html // 15)
    mail = EmailMessage()
    mail["From"], mail["To"] = "ana@example.net", "support@shop.example.com"
    mail["References"] = " ".join(f"<{number:0380}@x.example>" for number in range(100))
    mail.set_content("Neuigkeiten für Sie")
    mail.add_alternative(body, subtype="html")
    (event,) = Mailbox(clock).parse(mailbox_request(mail.as_bytes()), INBOX)
    assert isinstance(event, InboundMessage)
    assert len(json.dumps(event.content_attributes, ensure_ascii=False).encode()) < 262_144
    email = event.content_attributes["email"]
    assert bool(email["html_content"]["reply"]) is shown
    assert email["text_content"]["reply"].strip() == "Neuigkeiten für Sie"


# What kind of mail


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ("From: ana@x.y", Kind.HUMAN),
        ("From: ana@x.y\nAuto-Submitted: no", Kind.HUMAN),
        ("From: ana@x.y\nAuto-Submitted: auto-replied (vacation)", Kind.AUTO_REPLY),
        ("From: ana@x.y\nX-Auto-Response-Suppress: All", Kind.HUMAN),
        ("From: ana@x.y\nX-Auto-Response-Suppress: OOF, DR\nIn-Reply-To: <a@b>", Kind.AUTO_REPLY),
        ("From: ana@x.y\nPrecedence: bulk", Kind.AUTO_REPLY),
        ("Return-Path: <>\nFrom: ana@x.y", Kind.AUTO_REPLY),
        ("From: ana@x.y\nPrecedence: list", Kind.BULK),
        ("From: ana@x.y\nList-Id: <news.x.y>", Kind.BULK),
        ("From: ana@x.y\nList-Id: <support.shop.example.com>", Kind.HUMAN),
        ("From: no-reply@x.y", Kind.BULK),
        ("From: noreply@x.y", Kind.BULK),
        ("From: do-not-reply@x.y", Kind.BULK),
        ("From: norah@x.y", Kind.HUMAN),
        ("From: noreen.plyer@x.y", Kind.HUMAN),
        ("From: MAILER-DAEMON@x.y\nSubject: Undelivered Mail", Kind.BOUNCE),
        ("From: postmaster@x.y\nSubject: about our contract", Kind.HUMAN),
        ("From: support@shop.example.com", Kind.OWN),
        ("From: support@shop.example.com\nReply-To: ana@x.y", Kind.HUMAN),
        (
            "From: ana@x.y\nMessage-ID: <conversation/0191d2b0/messages/1@shop.example.com>",
            Kind.OWN,
        ),
        ("From: ana@x.y\nMessage-ID: <conversation/0191d2b0/messages/1@other.example>", Kind.HUMAN),
    ],
)
def test_each_kind_of_mail_is_told_apart(headers: str, kind: Kind) -> None:
    assert classify(read_mail(bare(headers)), OWN) is kind


def dsn(fields: str, original: str = "Message-ID: <m@shop.example.com>") -> bytes:
    return (
        "From: MAILER-DAEMON@x.y\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\n\nfailed\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n{fields}\n"
        f"--b\nContent-Type: text/rfc822-headers\n\n{original}\n--b--\n"
    ).encode()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            "Action: failed\nStatus: 5.1.1\nFinal-Recipient: rfc822; a@b.c",
            [(True, "5.1.1", "a@b.c")],
        ),
        (
            "Action: failed\nStatus: 4.4.7\nFinal-Recipient: rfc822; a@b.c",
            [(True, "4.4.7", "a@b.c")],
        ),
        ("Action: delayed\nStatus: 4.4.1", [(False, "4.4.1", None)]),
        (
            "Action: failed\nStatus: 5.1.1\nFinal-Recipient: rfc822; a@b.c\n\n"
            "Action: delivered\nStatus: 2.0.0\nFinal-Recipient: rfc822; d@e.f\n\n"
            "Action: failed\nStatus: 5.7.1\nFinal-Recipient: rfc822; g@h.i",
            [(True, "5.1.1", "a@b.c"), (True, "5.7.1", "g@h.i")],
        ),
    ],
)
def test_bounces_are_read_per_recipient(
    fields: str, expected: list[tuple[bool, str, str | None]]
) -> None:
    found = bounces(read_mail(dsn(fields)))
    assert [(one.permanent, one.status, one.recipient) for one in found] == expected
    assert {one.message_id for one in found} == {"m@shop.example.com"}


def test_a_bounce_or_complaint_that_names_no_mail_of_ours_does_nothing() -> None:
    for raw in (
        dsn("Action: failed\nStatus: 5.1.1", "Subject: x"),
        raw_mail("complaint_arf").replace(b"conversation/", b"c/"),
        raw_mail("read_receipt_mdn").replace(b"displayed", b"deleted"),
    ):
        (event,) = Mailbox(clock).parse(mailbox_request(raw), INBOX)
        assert type(event).__name__ == "Ignored"
