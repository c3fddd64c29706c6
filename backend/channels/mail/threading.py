"""Which conversation a mail belongs to: the candidates, best first. Whether one exists is for the caller.

A reply address carries the conversation and a signature over it: `reply+<uuid>.<expiry><mac>@domain`. So
nobody can write into a conversation by guessing its id. A token without a signature, or any id that a mail
quotes, is only a claim: whoever makes it must be a participant of that conversation (`Candidate.proven`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from backend.channels.mail.mime import Mail

TOKEN_LIFE = timedelta(days=730)
MAX_CANDIDATES = 30
_MAC_LENGTH = 15  # characters of base32, 75 bits; the part before the @ may have 64
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)

_UUID = r"[0-9a-f]{8}(?:-?[0-9a-f]{4,12}){0,4}"
_TOKEN = re.compile(
    rf"reply\+({_UUID})(?:\.([0-9a-v]{{4}})([a-z2-7]{{{_MAC_LENGTH}}}))?@", re.IGNORECASE
)
_MESSAGE = re.compile(rf"conversation/({_UUID})/messages/([0-9a-z-]+)@", re.IGNORECASE)
_CONVERSATION = re.compile(rf"account/[0-9a-z-]+/conversation/({_UUID})@", re.IGNORECASE)
_BASE32 = "0123456789abcdefghijklmnopqrstuv"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reason to put a mail into a conversation.

    `kind` says what `value` is: `conversation`, the conversation's id; `message`, the Message-ID of a mail
    that is perhaps stored in this inbox. `proven`: we signed it, so anybody who holds it may write there,
    shown as a different sender. Otherwise the sender must be a participant; a stranger starts a new one.
    """

    kind: str
    value: str
    proven: bool = False


def reply_address(conversation: str, domain: str, secret: str, now: datetime) -> str:
    """Where a customer's reply comes back to this conversation."""
    expiry = _days(now + TOKEN_LIFE)
    return f"reply+{conversation}.{expiry}{_mac(conversation, expiry, secret)}@{domain}"


def message_id(conversation: str, message: str, domain: str) -> str:
    """The Message-ID of our mail, the same for every attempt to send it."""
    return f"conversation/{conversation}/messages/{message}@{domain}"


def conversation_id(account: str, conversation: str, domain: str) -> str:
    """An id that stands in References for the conversation: some relays replace Message-ID by their own."""
    return f"account/{account}/conversation/{conversation}@{domain}"


def is_ours(identifier: str) -> bool:
    """Whether this Message-ID has the form of ours."""
    return bool(_MESSAGE.match(identifier) or _CONVERSATION.match(identifier))


def reply_token(address: str) -> str | None:
    """The conversation an address claims, None when it is no reply address."""
    match = _TOKEN.fullmatch(address.partition("@")[0] + "@")
    return match[1].lower() if match else None


def may_be_ours(address: str, secret: str | None) -> bool:
    """Whether a reply address is unsigned or signed with this secret, expired or not."""
    return any(True for _ in _from_token(address, secret, _EPOCH))


def candidates(mail: Mail, secret: str | None, now: datetime) -> tuple[Candidate, ...]:
    """Where this mail may belong, best first: reply token, In-Reply-To, then References from the newest."""
    found: dict[tuple[str, str], Candidate] = {}
    addresses = [*mail.delivered_to, *(one.email for one in (*mail.to, *mail.cc, *mail.bcc))]
    for address in addresses:
        _keep(found, _from_token(address, secret, now))
    for identifier in [*mail.in_reply_to, *reversed(mail.references)]:
        _keep(found, _from_id(identifier))
    ranked = sorted(found.values(), key=lambda one: not one.proven)  # stable
    return tuple(ranked[:MAX_CANDIDATES])


def _keep(found: dict[tuple[str, str], Candidate], new: Iterable[Candidate]) -> None:
    for one in new:
        found.setdefault((one.kind, one.value), one)


def _from_token(address: str, secret: str | None, now: datetime) -> Iterable[Candidate]:
    match = _TOKEN.fullmatch(address.partition("@")[0] + "@")
    if not match:
        return
    conversation, expiry, mac = match[1].lower(), (match[2] or "").lower(), (match[3] or "").lower()
    proven = False
    if mac:
        if not secret or not hmac.compare_digest(mac, _mac(conversation, expiry, secret)):
            return  # forged, or another account's
        proven = expiry >= _days(now)
    yield Candidate("conversation", conversation, proven)


def _from_id(identifier: str) -> Iterable[Candidate]:
    match = _MESSAGE.match(identifier) or _CONVERSATION.match(identifier)
    if match:
        yield Candidate("conversation", match[1].lower())
    if not _CONVERSATION.match(identifier):
        yield Candidate("message", identifier)


def _mac(conversation: str, expiry: str, secret: str) -> str:
    said = f"reply|{conversation.lower()}|{expiry}".encode()
    digest = hmac.new(secret.encode(), said, hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:_MAC_LENGTH]


def _days(moment: datetime) -> str:
    """The day as four digits that sort as days do; addresses keep no case."""
    days = max(0, (moment - _EPOCH).days)
    return "".join(_BASE32[(days >> shift) & 31] for shift in (15, 10, 5, 0))
