"""What all text messages share: the words by which people ask not to be written to."""

from __future__ import annotations

from backend.channels.base import ContactUpdate, Event, InboundContact
from backend.channels.phone import e164

TEXT_LIMIT = 1600  # characters of one call; carriers cut it into segments of 160 or 70

#: What carriers take for a wish. The whole message, and nothing else.
_STOP = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
_START = {"START", "UNSTOP"}


def opted_out(body: str, declared: str | None = None) -> bool | None:
    """Tell whether a message asks us to stop (True) or to write again (False); None: neither.

    `declared` is what the provider took it for, by words that only the account knows.
    """
    word = (declared or body).strip().upper()
    if word in _STOP:
        return True
    return False if word in _START else None


def wishes(sender: str, body: str, declared: str | None = None) -> list[Event]:
    """Return the change a message makes to whether we may write."""
    wish = opted_out(body, declared)
    return [] if wish is None else [ContactUpdate(source_id=sender, opted_out=wish)]


def sender_of(address: str) -> tuple[InboundContact, dict[str, object]]:
    """Return who wrote. Names and short codes are no numbers, and take no answers."""
    number = e164(address) if address.startswith("+") else None
    contact = InboundContact(source_id=address, phone_number=number)
    return contact, {} if number is not None else {"no_reply": True}
