"""The providers' payloads, and what must come of them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from backend.channels.base import Credentials, Event, WebhookRequest

PAYLOADS = Path(__file__).parents[1] / "fixtures" / "payloads"
GOLDEN = Path(__file__).parent / "golden"
#: The first words of files that hold something a provider sends to us.
INCOMING = (
    "in_", "status_", "echo_", "account_", "calls_", "coex_", "batch_", "comment_", "dashboard_",
    "verify_console_",
)  # fmt: skip

#: The inboxes the payloads were written for.
CREDENTIALS = {
    "instagram": Credentials(
        address="17841405793187218",
        secrets={
            "app_secret": "an-instagram-app-secret",
            "verify_token": "ig-verify",
            "access_token": "IGAA-token",
        },
    ),
    "line": Credentials(
        address="U0b1c2d3e4f5061728394a5b6c7d8e9f0",
        secrets={
            "channel_secret": "fake_line_channel_secret",
            "channel_token": "a-channel-token",
        },
    ),
    "messenger": Credentials(
        address="104837265910234",
        settings={"app_id": "517238901122334"},
        secrets={
            "app_secret": "a-facebook-app-secret",
            "verify_token": "page-verify",
            "access_token": "EAAG-page-token",
        },
    ),
    "telegram": Credentials(
        address="7012345678",
        secrets={
            "bot_token": "7012345678:AAtoken",
            "webhook_secret": "Zk3_random-A-Za-z0-9_-",
        },
    ),
    "tiktok": Credentials(
        address="_000bKuSsLcVoJnUqK7mQkX9aBcDeFgHi",
        secrets={"app_secret": "fake_tiktok_app_secret", "access_token": "a-business-token"},
    ),
    "whatsapp_cloud": Credentials(
        address="106853218861309",
        settings={"business_account_id": "215589313241560883", "phone_number": "+551140028922"},
        secrets={
            "access_token": "EAAG-token",
            "app_secret": "meta-app-secret",
            "verify_token": "9f2c1c0e-verify",
        },
    ),
    "whatsapp_360dialog": Credentials(
        address="106853218861309",
        settings={"phone_number": "+551140028922"},
        secrets={"api_key": "d360-key", "webhook_secret": "s3cr3t-per-inbox"},
    ),
    "twilio_sms": Credentials(
        address="+12025550199",
        settings={
            "account_sid": "ACb8f1d2c3e4a5968778695a4b3c2d1e0f",
            "status_callback": "https://inbox.example.com/webhooks/twilio/6f1c2b/status",
        },
        secrets={"auth_token": "fake_twilio_auth_token_0123456789"},
    ),
    "twilio_whatsapp": Credentials(
        address="whatsapp:+14155238886",
        settings={
            "account_sid": "ACb8f1d2c3e4a5968778695a4b3c2d1e0f",
            "status_callback": "https://inbox.example.com/webhooks/twilio/6f1c2b/status",
        },
        secrets={"auth_token": "fake_twilio_auth_token_0123456789"},
    ),
    "bandwidth_sms": Credentials(
        address="+12025550199",
        settings={
            "account_id": "9900000",
            "application_id": "93de2206-9669-4e07-948d-329f4b722ee2",
        },
        secrets={
            "api_key": "api-user",
            "api_secret": "api-password",
            "webhook_username": "supadesk",
            "webhook_password": "hook-password",
        },
    ),
}


def payload(provider: str, name: str) -> bytes:
    """The bytes of a file."""
    return (PAYLOADS / provider / name).read_bytes()


def payload_json(provider: str, name: str) -> Any:
    """A file of JSON."""
    return json.loads(payload(provider, name))


def incoming(provider: str) -> list[str]:
    """The names of everything this provider sends to us."""
    return sorted(
        path.name for path in (PAYLOADS / provider).iterdir() if path.name.startswith(INCOMING)
    )


def post(body: bytes, headers: Mapping[str, str] | None = None, url: str = "") -> WebhookRequest:
    """A delivery."""
    return WebhookRequest(
        method="POST",
        url=url or "https://inbox.example.com/webhooks/x",
        query={},
        headers=dict(headers or {}),
        body=body,
    )


def delivery(provider: str, name: str) -> WebhookRequest:
    """A file as the provider would deliver it; one that holds a whole request is taken apart."""
    body = payload(provider, name)
    headers: dict[str, str] = {}
    if body.startswith(b"POST "):
        head, _, body = body.replace(b"\r\n", b"\n").partition(b"\n\n")
        for line in head.decode().splitlines()[1:]:
            key, _, value = line.partition(":")
            headers[key.strip().lower()] = value.strip()
    return post(body.strip(b"\n") if body.startswith((b"{", b"[")) else body, headers)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.name != "raw" and getattr(value, field.name) != _default(field)
        }
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def normalised(events: Sequence[Event]) -> list[Any]:
    """Events as JSON: what is not said is at its default, and the raw event is left out."""
    return [{"event": type(event).__name__, **_plain(event)} for event in events]


def golden_path(provider: str, name: str) -> Path:
    """Where the expected result of a file stands."""
    return GOLDEN / provider / f"{Path(name).stem}.json"


def write_golden(provider: str, name: str, events: Sequence[Event]) -> None:
    """Write down what came of a file. Read it against the specification before it is committed."""
    path = golden_path(provider, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(normalised(events), ensure_ascii=False, indent=2) + "\n")
