"""E-mail: mailboxes and a service that posts what comes in, and the stack's own catcher for what goes out."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack
from email import message_from_string
from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr, localtime, parseaddr
from typing import Any

import aiohttp
from aiohttp import web

from devstack.simulator.imap import ImapServer, running_imap
from devstack.simulator.post import Post
from devstack.simulator.provider import Handler, Provider, basic
from devstack.simulator.world import BUSINESS, CUSTOMER, Business, Call, Chat, Entry, Json, Mistake

_LOOK_EVERY = 0.5  # seconds
_TIMEOUT = aiohttp.ClientTimeout(total=5)
_DOMAIN = "customers.example"
_log = logging.getLogger("simulator")


class Email(Provider):
    """A customer's mail is posted by Postmark's inbound webhook, or waits in the business's mailbox."""

    channel = "email"
    title = "E-mail"
    abilities = frozenset({"photo", "subject", "bounce"})

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._last_id = 0
        self._mailboxes = {
            one.address: ImapServer(
                port=int(one.settings["imap_port"]),
                user=one.address,
                password=one.secrets["imap_password"],
                uidvalidity=int(
                    time.time()
                ),  # the mails of the last start are gone, and their numbers
            )
            for one in self.world.businesses
            if one.channel == self.channel and one.settings.get("imap_port")
        }

    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        """None: mails go out over SMTP."""
        return ()

    def refusal(self, status: int, retry_after: float | None) -> web.Response:
        """Never asked for."""
        raise NotImplementedError

    def new_id(self) -> str:
        """A Message-ID without its brackets."""
        return f"{secrets.token_hex(12)}@{_DOMAIN}"

    def person_id(self, name: str) -> str:
        """An address; whoever is named by one keeps it."""
        if "@" in name:
            return name.lower()
        plain = "".join(one if one.isascii() and one.isalnum() else "." for one in name.lower())
        known = plain.strip(".") or hashlib.sha256(name.encode()).hexdigest()[:8]
        return f"{known}@{_DOMAIN}"

    # What comes from the business.

    async def watch(self) -> None:
        """Open the mailboxes, and take what the catcher caught of our businesses' mails, until stopped."""
        async with AsyncExitStack() as open_mailboxes:
            for mailbox in self._mailboxes.values():
                await open_mailboxes.enter_async_context(running_imap(state=mailbox))
            await self._watch_catcher()
            await asyncio.Event().wait()  # nothing goes out, and mailboxes are still read

    async def _watch_catcher(self) -> None:
        mine = [one for one in self.world.businesses if one.channel == self.channel]
        catcher = {str(one.settings["catcher_url"]) for one in mine}
        if not catcher:
            return
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
            while True:
                for url in catcher:
                    try:
                        async with session.get(f"{url}/api/mails") as answer:
                            self._take(await answer.json())
                    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                        _log.warning("the mail catcher does not answer: %s", type(error).__name__)
                await asyncio.sleep(_LOOK_EVERY)

    def _take(self, mails: list[Json]) -> None:
        fresh = [mail for mail in reversed(mails) if mail["id"] > self._last_id]
        for mail in fresh:
            self._last_id = mail["id"]
            for business in self.world.businesses:
                if business.channel == self.channel and business.address == mail["from"]:
                    self._enter_mail(business, mail)

    def _enter_mail(self, business: Business, mail: Json) -> None:
        headers = mail["headers"]
        message_id = headers.get("message-id", "").strip(" <>") or self.new_id()
        for to in mail["to"]:
            chat = self.world.chat_with(business, to.lower())
            if any(entry.id == message_id for entry in chat.entries):
                continue
            extra = {
                "subject": mail["subject"],
                "reply_to": parseaddr(headers.get("reply-to", ""))[1],
                "references": headers.get("references", ""),
            }
            entry = Entry(
                id=message_id, by=BUSINESS, text=mail["text"].strip(), status="sent", extra=extra
            )
            chat.entries.append(entry)
            self.world.calls.append(
                Call(
                    channel=self.channel,
                    address=business.address,
                    to=chat.person.id,
                    text=entry.text,
                    path="smtp",
                    body=mail,
                    outcome="accepted",
                    ids=[message_id],
                )
            )
            self.world.changed(chat)

    # What goes to the business.

    def sign(self, business: Business, body: Any) -> Post:
        """Postmark does not sign: a password in the webhook's address proves who it is."""
        proof = basic("postmark", business.secrets["webhook_secret"])
        return self.json_post(business, body, authorization=proof)

    def _inbound(self, chat: Chat, mail: Message, recipient: str, by: str) -> list[Post]:
        if by == "imap":
            mailbox = self._mailboxes.get(chat.business.address)
            if mailbox is None:
                raise Mistake("This business has no mailbox.")
            mailbox.add(mail.as_bytes(policy=mail.policy.clone(linesep="\r\n")))
            return []
        if by != "webhook":
            raise Mistake("A mail comes by webhook or imap.")
        body = {
            "FromFull": {"Email": chat.person.id, "Name": chat.person.name},
            "To": str(mail["To"]),
            "OriginalRecipient": recipient,
            "Subject": str(mail["Subject"]),
            "MessageID": secrets.token_hex(16),
            "RawEmail": mail.as_bytes().decode("utf-8", "surrogateescape"),
        }
        return [self.sign(chat.business, body)]

    def written(self, chat: Chat, entry: Entry) -> list[Post]:
        """A mail; an answer goes where the business asked for it and names what it answers."""
        answered = self._answered(chat, entry)
        extra = answered.extra if answered else {}
        recipient = extra.get("reply_to") or chat.business.address
        mail = EmailMessage()
        self._head(mail, formataddr((chat.person.name, chat.person.id)), recipient, entry.id)
        subject = str(extra.get("subject") or entry.extra.get("subject") or "A question")
        plain = subject.removeprefix("Re: ")
        mail["Subject"] = f"Re: {plain}" if answered else subject
        if answered:
            mail["In-Reply-To"] = f"<{answered.id}>"
            mail["References"] = f"{extra.get('references', '')} <{answered.id}>".strip()
        mail.set_content(entry.text or "(see the file)")
        for file in (self.world.files[id] for id in entry.files):
            major, _, minor = file.content_type.partition("/")
            mail.add_attachment(file.data, maintype=major, subtype=minor, filename=file.name)
        return self._inbound(chat, mail, recipient, str(entry.extra.get("by") or "webhook"))

    def _answered(self, chat: Chat, entry: Entry) -> Entry | None:
        """The mail it answers: the one that was chosen, else the last of the business, else the last."""
        earlier = [one for one in chat.entries if one is not entry]
        theirs = [one for one in earlier if one.by == BUSINESS]
        chosen = [one for one in earlier if one.id == entry.reply_to]
        found = chosen or theirs or earlier
        return found[-1] if found else None

    def _head(self, mail: Message, sender: str, recipient: str, message_id: str) -> None:
        mail["From"] = sender
        mail["To"] = recipient
        mail["Message-ID"] = f"<{message_id}>"
        mail["Date"] = format_datetime(localtime())

    def bounced(self, chat: Chat, entry: Entry) -> list[Post]:
        """A report that the customer's mailbox does not exist; it comes as their last mail came."""
        ways = [one.extra.get("by") for one in chat.entries if one.by == CUSTOMER]
        by = str(ways[-1] or "webhook") if ways else "webhook"
        mail = MIMEMultipart("report", report_type="delivery-status")
        self._head(
            mail,
            f"Mail Delivery System <mailer-daemon@{_DOMAIN}>",
            chat.business.address,
            self.new_id(),
        )
        mail["Subject"] = "Undelivered Mail Returned to Sender"
        mail["Return-Path"] = "<>"
        mail["Auto-Submitted"] = "auto-replied"
        words = f"Your message to {chat.person.id} could not be delivered."
        report = _STATUS.format(domain=_DOMAIN, recipient=chat.person.id)
        original = f"Message-ID: <{entry.id}>\nSubject: {entry.extra.get('subject', '')}\n"
        mail.attach(MIMEText(words))
        mail.attach(_part("message/delivery-status", report))
        mail.attach(_part("text/rfc822-headers", original))
        return self._inbound(chat, mail, chat.business.address, by)


_STATUS = """Reporting-MTA: dns; mx.{domain}

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{recipient}>: there is no such mailbox here
"""


def _part(content_type: str, text: str) -> Message:
    return message_from_string(f"Content-Type: {content_type}\n\n{text}")
