"""Writes Auth's mails and hands them to the local mail catcher, without making anyone wait."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from html import escape

import aiosmtplib

SENDER = "Supabase Auth <auth@supabase.local>"
SMTP_TIMEOUT = 10.0  # seconds
_CLOSE_TIMEOUT = 2.0  # seconds
_log = logging.getLogger("auth")

# Kind of mail: subject, what it says before the link, the words of the link.
_TEXTS = {
    "signup": (
        "Confirm Your Signup",
        "Follow this link to confirm your user:",
        "Confirm your email",
    ),
    "invite": (
        "You have been invited",
        "You have been invited to create a user. Follow this link to accept the invite:",
        "Accept the invite",
    ),
    "magiclink": ("Your Magic Link", "Follow this link to log in:", "Log in"),
    "recovery": (
        "Reset Your Password",
        "Follow this link to reset the password for your user:",
        "Reset password",
    ),
    "email_change": (
        "Confirm Email Change",
        "Follow this link to confirm the update of your email address:",
        "Change email",
    ),
    "reauthentication": ("Confirm Reauthentication", "Confirm that it is you.", ""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail: who gets it, which kind it is, and the secret it carries twice."""

    to: str
    kind: str
    otp: str
    link: str = ""


def compose(mail: Mail) -> EmailMessage:
    """The mail as a message with a text and an HTML part."""
    subject, sentence, label = _TEXTS[mail.kind]
    text, html = [sentence], [f"<h2>{escape(subject)}</h2>", f"<p>{escape(sentence)}</p>"]
    if mail.link:
        text.append(mail.link)
        html.append(f'<p><a href="{escape(mail.link)}">{escape(label)}</a></p>')
    text.append(f"Alternatively, enter the code: {mail.otp}" if mail.link else f"Code: {mail.otp}")
    html.append(f"<p>Alternatively, enter the code: {mail.otp}</p>" if mail.link else mail.otp)
    message = EmailMessage()
    message["From"] = SENDER
    message["To"] = mail.to
    message["Subject"] = subject
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = make_msgid(domain="supabase.local")
    message.set_content("\n\n".join(text) + "\n")
    message.add_alternative("\n".join(html) + "\n", subtype="html")
    return message


class Mailer:
    """Sends in the background; a mail that cannot be delivered is logged and forgotten."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._sending: set[asyncio.Task[None]] = set()

    def send(self, *mails: Mail) -> None:
        """Start sending; call it after the transaction that stored the code has ended."""
        for mail in mails:
            task = asyncio.create_task(self._deliver(mail))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def close(self) -> None:
        """Give the mails under way a moment to leave."""
        if self._sending:
            _, late = await asyncio.wait(self._sending, timeout=_CLOSE_TIMEOUT)
            for task in late:
                task.cancel()

    async def _deliver(self, mail: Mail) -> None:
        try:
            await aiosmtplib.send(
                compose(mail),
                hostname="127.0.0.1",
                port=self._port,
                start_tls=False,
                timeout=SMTP_TIMEOUT,
            )
        except (OSError, ValueError, aiosmtplib.SMTPException) as error:
            _log.warning("a %s mail could not be sent: %s", mail.kind, error)
