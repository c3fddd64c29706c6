"""The recorded mails and webhooks, and what they must become.

`python -m tests.channels.mail.payloads` writes the golden files anew; read the difference before committing.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from backend.channels.base import Credentials, WebhookRequest
from backend.channels.mail.channel import MailChannel
from backend.channels.mail.imap import Fetched, as_request
from backend.channels.mail.mailbox import Mailbox
from backend.channels.mail.mailgun import Mailgun
from backend.channels.mail.postmark import Postmark
from backend.channels.mail.sendgrid import SendGrid

PAYLOADS = Path(__file__).parents[2] / "fixtures" / "payloads"
GOLDEN = Path(__file__).parents[1] / "golden" / "email"
NOW = datetime(2026, 9, 10, 12, 0, 3, tzinfo=UTC)  # when the recorded webhooks were signed
CONVERSATION = "6bf5928c-9eb9-4f32-b8bc-c37b7c1369a5"

INBOX = Credentials(
    address="support@shop.example.com",
    settings={
        "account_id": 1,
        "inbox_id": 3,
        "inbound_domain": "in.shop.example.com",
        "aliases": ["support@in.shop.example.com"],
        "business_name": "Loja",
        "inbox_name": "Loja Support",
    },
    secrets={
        "reply_token": "fake_reply_token",
        "webhook_secret": "fake_webhook_secret",
        "signing_key": "fake_mailgun_webhook_signing_key",
        "api_key": "fake_api_key",
    },
)

UNSET: tuple[Any, ...] = (None, False, "", (), {})
BOUNDARY = "xYzInboundBoundary"


def clock() -> float:
    """The time in all tests that verify recorded signatures."""
    return NOW.timestamp()


def mails() -> list[str]:
    """The names of the recorded mails that come in."""
    return sorted(
        path.stem for path in (PAYLOADS / "email").glob("*.eml") if not path.stem.startswith("out_")
    )


def raw_mail(name: str) -> bytes:
    return (PAYLOADS / "email" / f"{name}.eml").read_bytes()


def webhooks() -> dict[str, tuple[MailChannel, WebhookRequest]]:
    """The recorded webhooks by name, with the adapter that reads them."""
    found: dict[str, tuple[MailChannel, WebhookRequest]] = {}
    adapters: dict[str, MailChannel] = {
        "sendgrid": SendGrid(clock),
        "mailgun": Mailgun(clock),
        "postmark": Postmark(clock),
    }
    for folder, adapter in adapters.items():
        for path in sorted((PAYLOADS / folder).iterdir()):
            if path.stem.startswith(("in_", "event_")):
                kind = (
                    f"multipart/form-data; boundary={BOUNDARY}"
                    if path.suffix == ".txt"
                    else "application/json"
                )
                found[f"{folder}__{path.stem}"] = (adapter, post(path.read_bytes(), kind))
    return found


def post(body: bytes, content_type: str = "application/json", **headers: str) -> WebhookRequest:
    """A delivery of this body."""
    return WebhookRequest(
        method="POST",
        url="https://desk.example.com/webhooks/email",
        query={},
        headers={
            "content-type": content_type,
            **{key.replace("_", "-"): value for key, value in headers.items()},
        },
        body=body,
    )


def mailbox_request(raw: bytes) -> WebhookRequest:
    """A mail as IMAP hands it over."""
    return as_request(Fetched(uid=1, raw=raw, size=len(raw)), INBOX)


def normalised(value: Any) -> Any:
    """Events as JSON: bytes become their length; raw events and what was not set are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        given = {field.name: getattr(value, field.name) for field in fields(value)}
        shown = {
            key: normalised(item)
            for key, item in given.items()
            if key != "raw" and item not in UNSET
        }
        return {"event": type(value).__name__, **shown}
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: normalised(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [normalised(item) for item in value]
    return value


def results() -> dict[str, Any]:
    """Everything that was recorded, as it is understood now, by the name of its golden file."""
    mailbox = Mailbox(clock)
    found = {name: mailbox.parse(mailbox_request(raw_mail(name)), INBOX) for name in mails()}
    found |= {
        name: adapter.parse(request, INBOX) for name, (adapter, request) in webhooks().items()
    }
    return {name: normalised(list(events)) for name, events in found.items()}


def main() -> None:
    """Write the golden files."""
    GOLDEN.mkdir(exist_ok=True)
    for name, events in results().items():
        text = json.dumps(events, indent=2, ensure_ascii=False)
        (GOLDEN / f"{name}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
