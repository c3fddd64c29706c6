"""The product's own mails: languages, hostile names, and where they are sent."""

from __future__ import annotations

import pytest

from backend import mail

WORDS = {
    "display_id": "7",
    "inbox_name": "Website",
    "account_name": "Acme",
    "contact_name": "Mia",
    "actor_name": "Ana",
}
TYPES = [
    "conversation_assignment", "conversation_creation", "conversation_mention",
    "assigned_conversation_new_message", "participating_conversation_new_message",
]  # fmt: skip


def bodies(locale: str, kind: str, excerpt: str = "Hello", **words: str) -> tuple[str, str, str]:
    """Subject, text and HTML of a notification."""
    message = mail.write(
        "notification", locale, kind, {**WORDS, **words},
        headline=kind, excerpt=excerpt, link="https://desk.example/a/1/inbox/all/7",
    )  # fmt: skip
    text, html = message.get_body(["plain"]), message.get_body(["html"])
    assert text is not None
    assert html is not None
    return str(message["Subject"]), text.get_content(), html.get_content()


@pytest.mark.parametrize("locale", ["en", "es", "pt-BR", "ar"])
@pytest.mark.parametrize("kind", TYPES)
def test_every_notification_has_words_in_every_language(locale: str, kind: str) -> None:
    subject, text, html = bodies(locale, kind)
    assert "7" in subject
    for body in (text, html):
        assert "https://desk.example/a/1/inbox/all/7" in body
        assert "Hello" in body
    assert ('dir="rtl"' in html) == (locale == "ar")


def test_every_language_says_the_same_things() -> None:
    keys = {locale: set(sentences) for locale, sentences in mail.texts().items()}
    assert set(keys) == {"en", "es", "pt-BR", "ar"}
    assert all(found == keys["en"] for found in keys.values())


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("en", "en"), ("pt_BR", "pt-BR"), ("es-MX", "es"), ("ar", "ar"), ("de", "en"), ("", "en")],
)
def test_a_locale_gets_its_language_or_english(locale: str, expected: str) -> None:
    assert mail.language(locale) == expected


def test_hostile_names_stay_words() -> None:
    subject, _, html = bodies(
        "en", "conversation_assignment",
        excerpt="<img src=x onerror=alert(1)>",
        contact_name=mail.line("Mia\r\nBcc: all@example.com <a href=//evil>Click</a> https://evil.example"),
    )  # fmt: skip
    assert "\n" not in subject
    assert "https://" not in subject
    assert "<img" not in html
    assert "<a href=//evil>" not in html


def test_placeholders_in_names_are_not_filled_in() -> None:
    assert (
        "{account_name.__class__}"
        in bodies("en", "conversation_assignment", contact_name="{account_name.__class__}")[0]
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://127.0.0.1:54325", ("127.0.0.1", 54325, False, None, None)),
        ("smtp://u%40x:p%3Aw@mail.example", ("mail.example", 587, False, "u@x", "p:w")),
        ("smtps://mail.example", ("mail.example", 465, True, None, None)),
    ],
)
def test_the_server_is_read_from_its_url(url: str, expected: tuple[object, ...]) -> None:
    server = mail.Server.parse(url)
    found = (server.host, server.port, server.tls, server.username, server.password)
    assert found == expected


@pytest.mark.parametrize("url", ["", "http://mail.example", "smtp://", "mail.example:25"])
def test_another_url_is_no_server(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL"):
        mail.Server.parse(url)
