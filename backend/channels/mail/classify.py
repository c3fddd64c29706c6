"""What kind of mail this is: machines must not talk to machines, and bounces belong to the failed message."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from backend.channels.base import ErrorCategory
from backend.channels.mail.address import domain_of, read_addresses
from backend.channels.mail.mime import Mail, message_ids
from backend.channels.mail.threading import is_ours

LOOP_HEADER = "X-Inbox-Loop"
MAX_REPORT_LINES = 2000


class Kind(StrEnum):
    """What a mail is."""

    HUMAN = "human"
    AUTO_REPLY = "auto_reply"  #: a machine answered; shown, and nothing automatic answers it
    BULK = "bulk"  #: lists, newsletters, no-reply senders; shown, and nothing automatic answers it
    BOUNCE = "bounce"  #: a mail of ours did not arrive, or is late
    COMPLAINT = "complaint"  #: the recipient called a mail of ours spam
    RECEIPT = "receipt"  #: a mail of ours was opened
    OWN = "own"  #: we sent it ourselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """How an inbox knows itself in mails."""

    address: str
    aliases: frozenset[str] = frozenset()  #: the forwarding address, other names of the mailbox
    loop_mark: str | None = None  #: what our own mails carry in `X-Inbox-Loop`

    @property
    def addresses(self) -> frozenset[str]:
        """All of them, in lower case."""
        return frozenset({self.address.lower(), *(alias.lower() for alias in self.aliases)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What a mail server said about a mail of ours."""

    permanent: bool
    message_id: str | None  #: of the mail that did not arrive
    recipient: str | None = None
    status: str | None = None  #: `5.1.1`
    text: str = ""


_MACHINE = re.compile(r"^(?:mailer-daemon|mail-daemon|postmaster)@", re.IGNORECASE)
_NO_REPLY = re.compile(
    r"^(?:no|do-?not|ne-?pas|nao|noreply)[-_.]?(?:reply|respond|repondre|responda)?(?:[-_.+].*)?@",
    re.I,
)
_FAILED_SUBJECT = re.compile(
    r"undeliver|delivery (?:status|failure|has failed|incomplete)|failure notice|returned mail"
    r"|mail delivery"
    r"|não entregue|no se ha podido entregar|unzustellbar|non remis|mancato recapito|недоставлен",
    re.IGNORECASE,
)
_FAILED_TEXT = re.compile(
    r"qmail-send program|could not be delivered|user unknown|no longer accepts mail"
    r"|mailbox (?:unavailable|full)"
    r"|permanent (?:fatal )?error|address not found|delivery to the following recipients? failed",
    re.IGNORECASE,
)
_DELAYED = re.compile(r"delay|still trying|will (?:be )?retr|temporar", re.IGNORECASE)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_OUR_ID = re.compile(r"^\s*message-id:\s*(<[^<>\n]{1,900}>)", re.IGNORECASE | re.MULTILINE)
_AUTO_PRECEDENCE = {"auto_reply", "auto-reply", "bulk", "junk"}


def classify(mail: Mail, own: Own) -> Kind:
    """The kind of this mail, seen from this inbox."""
    if mail.report_type == "delivery-status" or "message/delivery-status" in mail.reports:
        return Kind.BOUNCE
    if mail.report_type == "feedback-report" or "message/feedback-report" in mail.reports:
        return Kind.COMPLAINT
    if mail.report_type == "disposition-notification":
        return Kind.RECEIPT
    if _is_own(mail, own):
        return Kind.OWN
    if _reads_as_bounce(mail):
        return Kind.BOUNCE
    if _is_auto_reply(mail):
        return Kind.AUTO_REPLY
    if _is_bulk(mail, own):
        return Kind.BULK
    return Kind.HUMAN


def bounces(mail: Mail) -> list[Bounce]:
    """What a bounce reports, one per recipient."""
    original = _original_id(mail)
    found = []
    for fields in _blocks(mail.reports.get("message/delivery-status", "")):
        action = fields.get("action", "").lower()
        status_match = _STATUS.search(fields.get("status", ""))
        status = status_match[1] if status_match else None
        if (not action and not status) or action in ("delivered", "relayed", "expanded"):
            continue
        permanent = status.startswith("5") if status else action == "failed"
        if action == "delayed":
            permanent = False
        elif action == "failed":
            permanent = True  # a 4.x.x that was given up on
        found.append(
            Bounce(
                permanent=permanent,
                message_id=original,
                recipient=_recipient(fields),
                status=status,
                text=_typed(fields.get("diagnostic-code", "")) or mail.text.strip()[:500],
            )
        )
    return found or [_bounce_of_text(mail, original)]


def bounce_category(bounce: Bounce) -> ErrorCategory:
    """Why it did not arrive, in our words."""
    if not bounce.permanent:
        return ErrorCategory.TRANSIENT
    return category_of_status(bounce.status)


def category_of_status(status: str | None) -> ErrorCategory:
    """What an enhanced status code (RFC 3463) of a permanent failure means to an agent."""
    detail = (status or "").partition(".")[2]
    if detail.startswith("7."):
        return ErrorCategory.POLICY
    if detail in ("3.4", "2.3"):
        return ErrorCategory.INVALID_CONTENT  # too large
    if detail.startswith("6."):
        return ErrorCategory.INVALID_CONTENT
    return ErrorCategory.RECIPIENT_UNREACHABLE


def complainant(mail: Mail) -> str | None:
    """Who complained, if the report says so. Anybody can write a report: it must name a mail of ours."""
    original = _original_id(mail)
    if original is None or not is_ours(original):
        return None
    for fields in _blocks(mail.reports.get("message/feedback-report", "")):
        found = read_addresses(fields.get("original-rcpt-to", ""))
        if found:
            return found[0].email
    return None


def opened(mail: Mail) -> str | None:
    """The Message-ID of the mail that this receipt says was displayed."""
    for fields in _blocks(mail.reports.get("message/disposition-notification", "")):
        ids = message_ids(fields.get("original-message-id", ""))
        if ids and "displayed" in fields.get("disposition", "").lower():
            return ids[0]
    return None


def _is_own(mail: Mail, own: Own) -> bool:
    mark = mail.header(LOOP_HEADER.lower())
    if own.loop_mark and mark.startswith(own.loop_mark):
        return True
    sender = mail.sender.email if mail.sender else ""
    if is_ours(mail.message_id) and domain_of(mail.message_id) == domain_of(own.address):
        return True
    if sender not in own.addresses:
        return False
    # A form on the website writes as the inbox itself and puts the visitor in Reply-To.
    strangers = [one for one in mail.reply_to if one.email not in own.addresses]
    return not strangers or bool(mark)


def _reads_as_bounce(mail: Mail) -> bool:
    sender = mail.sender.email if mail.sender else ""
    machine = bool(_MACHINE.match(sender) or _MACHINE.match(mail.return_path or ""))
    if not machine:
        return False
    return bool(_FAILED_SUBJECT.search(mail.subject) or _FAILED_TEXT.search(mail.text[:5000]))


def _is_auto_reply(mail: Mail) -> bool:
    submitted = mail.header("auto-submitted").split(";")[0].strip().lower()
    if submitted == "no":
        return False
    suppress = {one.strip().lower() for one in mail.header("x-auto-response-suppress").split(",")}
    return bool(
        submitted
        or mail.header("x-autoreply")
        or mail.header("x-autorespond")
        or (suppress & {"oof", "all"} and mail.in_reply_to)
        or mail.header("precedence").strip().lower() in _AUTO_PRECEDENCE
        or mail.return_path == ""
    )


def _is_bulk(mail: Mail, own: Own) -> bool:
    if mail.sender and _NO_REPLY.match(mail.sender.email):
        return True
    if mail.header("precedence").strip().lower() == "list" or mail.header("list-unsubscribe"):
        return not is_own_group(mail, own.addresses)
    return bool(mail.header("list-id")) and not is_own_group(mail, own.addresses)


def is_own_group(mail: Mail, addresses: Collection[str]) -> bool:
    """Whether the list is a group that only forwards to this inbox: its members are customers."""
    list_id = mail.header("list-id").rpartition("<")[2].partition(">")[0].strip().lower()
    posted = read_addresses(mail.header("list-post").replace("mailto:", ""))
    return list_id in {address.replace("@", ".") for address in addresses} or any(
        one.email in addresses for one in posted
    )


def _blocks(report: str) -> Iterator[dict[str, str]]:
    """The groups of `Name: value` lines in a report; later groups inherit nothing."""
    fields: dict[str, str] = {}
    name = ""
    for line in [*report.split("\n")[:MAX_REPORT_LINES], ""]:
        if not line.strip():
            if fields:
                yield fields
            fields, name = {}, ""
        elif line[0] in " \t" and name:
            fields[name] += " " + line.strip()
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields.setdefault(name, value.strip())


def _typed(value: str) -> str:
    """The value behind its type: `smtp; 550 User unknown`."""
    kind, semicolon, rest = value.partition(";")
    return rest.strip() if semicolon and kind.strip().replace("-", "").isalnum() else value.strip()


def _recipient(fields: dict[str, str]) -> str | None:
    for name in ("original-recipient", "final-recipient"):
        found = read_addresses(_typed(fields.get(name, "")))
        if found:
            return found[0].email
    return None


def _original_id(mail: Mail) -> str | None:
    """The id of our mail in a bounce or complaint: from its headers that came along, or from the text."""
    for source in (mail.reports.get("text/rfc822-headers", ""), mail.text):
        for found in _OUR_ID.findall(source):
            return message_ids(found)[0]
    ours = [one for one in (*mail.in_reply_to, *mail.references) if is_ours(one)]
    return ours[-1] if ours else None


def _bounce_of_text(mail: Mail, original: str | None) -> Bounce:
    said = mail.text[:5000]
    status = _STATUS.search(said)
    delayed = _DELAYED.search(mail.subject) or (status and status[1].startswith("4"))
    before = re.split(r"^-{3,}", said, maxsplit=1, flags=re.MULTILINE)[0]
    recipients = read_addresses(",".join(re.findall(r"<[^<>\s]{3,320}>", before)))
    return Bounce(
        permanent=not delayed,
        message_id=original,
        recipient=recipients[0].email if recipients else None,
        status=status[1] if status else None,
        text=before.strip()[:500],
    )
