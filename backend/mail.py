"""Sends the product's own mails: one template per mail, as text and as HTML, in the reader's language."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formataddr, formatdate, make_msgid, parseaddr
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import aiosmtplib
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from backend.settings import Settings

FOLDER = Path(__file__).parent / "mails"
TIMEOUT = 20.0  # seconds
_LINKISH = re.compile(r"https?://|www\.", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


class MailError(Exception):
    """The mail server did not take it; `permanent` when it never will."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Server:
    """Where mails go out, from SMTP_URL: smtp:// (STARTTLS when offered) or smtps://."""

    host: str
    port: int
    tls: bool
    username: str | None
    password: str | None

    @classmethod
    def parse(cls, url: str) -> Server:
        """Read `smtp[s]://[user:password@]host[:port]`. Raises `ValueError`."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("SMTP_URL looks like smtp://user:password@host:587")
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if tls else 587),
            tls=tls,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


def line(text: str, longest: int = 100) -> str:
    """What a person typed as one short line: no control characters, and nothing that mail programs link."""
    flat = " ".join(_CONTROL.sub(" ", text).split())
    return _LINKISH.sub("", flat)[:longest]


def language(locale: str) -> str:
    """Which of our languages this locale gets."""
    known = texts()
    name = locale.replace("_", "-")
    return next((found for found in (name, name.split("-", 1)[0]) if found in known), "en")


def texts() -> dict[str, dict[str, str]]:
    """Language -> key -> sentence, with {placeholders}."""
    return cast("dict[str, dict[str, str]]", json.loads((FOLDER / "texts.json").read_text("utf-8")))


_templates = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def write(
    template: str, locale: str, subject: str, words: Mapping[str, str], **more: Any
) -> EmailMessage:
    """A mail without addresses: `<template>.txt` and `<template>.html` with this language's sentences."""
    chosen = language(locale)
    sentences = texts()[chosen]

    def say(key: str) -> str:
        return sentences[key].format_map(words)

    values = {
        "t": say,
        "lang": chosen,
        "dir": "rtl" if chosen == "ar" else "ltr",
        **words,
        **more,
    }
    mail = EmailMessage()
    mail["Subject"] = line(say(subject), 200)
    mail.set_content(_templates.get_template(f"{template}.txt").render(values))
    mail.add_alternative(_templates.get_template(f"{template}.html").render(values), subtype="html")
    return mail


class Mailer:
    """Sends through one SMTP server, or does nothing where none is set."""

    def __init__(self, settings: Settings) -> None:
        self._server = (
            Server.parse(settings.smtp_url.get_secret_value()) if settings.smtp_url else None
        )
        self._sender = settings.mail_from

    @property
    def enabled(self) -> bool:
        """Whether there is a server to send through."""
        return self._server is not None

    @property
    def domain(self) -> str:
        """The domain our mails are from."""
        return parseaddr(self._sender)[1].rpartition("@")[2] or "localhost"

    async def send(self, mail: EmailMessage, to: str, *, sender_name: str | None = None) -> None:
        """Send to one address, by our name or another. Raises `MailError`."""
        if self._server is None:
            return
        name, address = parseaddr(self._sender)
        name = sender_name or name
        mail["From"] = formataddr((name, address))
        mail["To"] = to
        mail["Date"] = formatdate(localtime=False)
        if "Message-ID" not in mail:
            mail["Message-ID"] = make_msgid(domain=self.domain)
        mail["Auto-Submitted"] = "auto-generated"
        try:
            await aiosmtplib.send(
                mail,
                sender=address,
                recipients=[to],
                hostname=self._server.host,
                port=self._server.port,
                username=self._server.username,
                password=self._server.password,
                use_tls=self._server.tls,
                tls_context=ssl.create_default_context(),
                timeout=TIMEOUT,
            )
        except aiosmtplib.SMTPResponseException as error:
            raise MailError(
                f"the mail server said {error.code}", permanent=error.code >= 500
            ) from None
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            raise MailError(
                "the mail server refused the address", permanent=all(code >= 500 for code in codes)
            ) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailError(
                f"the mail server was not reached: {type(error).__name__}", permanent=False
            ) from None
