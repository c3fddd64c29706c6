"""One inbox of each kind of channel for the demo, connected to the simulator in the real providers' place.

Addresses are invented and the same everywhere; secrets are made anew for each stack and never leave it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from devstack.config import Ports

SIGN_INS = ("google", "microsoft")  #: where mailboxes are opened by signing in
_HEX = secrets.token_hex
_APP_ID = "670000000000001"
_ACCOUNT_SID = "ACdec0de00dec0de00dec0de00dec0de00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """An inbox to make."""

    channel: str
    name: str
    address: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    secrets: tuple[str, ...]  #: their names
    service: str = ""  #: the webhook's name, when it is not the channel's
    path: str = ""  #: below the webhook's URL, for providers that name the inbox there


DEMOS = (
    Demo(
        channel="whatsapp_cloud",
        name="WhatsApp",
        address="106000000000001",
        settings={"business_account_id": "215000000000001", "phone_number": "+12025550100"},
        secrets=("access_token", "app_secret", "verify_token"),
    ),
    Demo(
        channel="telegram",
        name="Telegram",
        address="7000000001",
        settings={"username": "fernweh_demo_bot"},
        secrets=("webhook_secret",),
        path="/7000000001",
    ),
    Demo(
        channel="email",
        name="E-mail",
        address="help@fernweh.example",
        settings={
            "business_name": "Fernweh Coffee",
            "inbound_domain": "reply.fernweh.example",
            "smtp_host": "127.0.0.1",
            "smtp_security": "none",
            "imap_host": "127.0.0.1",
            "imap_security": "none",
        },
        secrets=("webhook_secret", "reply_token", "imap_password"),
        service="email_postmark",
    ),
    Demo(
        channel="messenger",
        name="Messenger",
        address="104000000000001",
        settings={"app_id": _APP_ID},
        secrets=("access_token", "app_secret", "verify_token"),
    ),
    Demo(
        channel="instagram",
        name="Instagram",
        address="17840000000000001",
        settings={"app_id": _APP_ID},
        secrets=("access_token", "app_secret", "verify_token"),
    ),
    Demo(
        channel="twilio_sms",
        name="SMS",
        address="+12025550101",
        settings={"account_sid": _ACCOUNT_SID},
        secrets=("auth_token",),
    ),
    Demo(
        channel="twilio_whatsapp",
        name="WhatsApp (Twilio)",
        address="whatsapp:+12025550102",
        settings={"account_sid": _ACCOUNT_SID},
        secrets=("auth_token",),
    ),
    Demo(
        channel="line",
        name="LINE",
        address=f"U{'0b1c2d3e' * 4}",
        secrets=("channel_token", "channel_secret"),
    ),
    Demo(
        channel="whatsapp_360dialog",
        name="WhatsApp (360dialog)",
        address="106000000000002",
        settings={"phone_number": "+12025550103"},
        secrets=("api_key", "webhook_secret"),
    ),
    Demo(
        channel="tiktok",
        name="TikTok",
        address="_000demoDemoDemoDemoDemoDemo",
        secrets=("access_token", "app_secret"),
    ),
    Demo(
        channel="bandwidth_sms",
        name="SMS (Bandwidth)",
        address="+12025550104",
        settings={
            "account_id": "9900000",
            "application_id": "93de0000-0000-4000-8000-000000000001",
        },
        secrets=("api_key", "api_secret", "webhook_username", "webhook_password"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A demo inbox with its secrets, and where its provider reports to."""

    channel: str
    name: str
    address: str
    webhook: str
    settings: dict[str, Any]
    secrets: dict[str, str] = field(repr=False)


def connect(file: Path, api_url: str, ports: Ports, imap_port: int) -> list[Connected]:
    """Decide all secrets, and write them down for the simulator; what was decided once stays."""
    known = _known(file)
    connected = [
        _connected(demo, api_url, ports, imap_port, known.get(demo.channel, {})) for demo in DEMOS
    ]
    partial = file.with_suffix(".part")
    partial.touch(mode=0o600)
    partial.write_text(json.dumps({"businesses": [asdict(one) for one in connected]}, indent=2))
    partial.replace(file)
    return connected


def _known(file: Path) -> dict[str, dict[str, str]]:
    """The secrets of an earlier start, by channel."""
    if not file.exists():
        return {}
    kept = json.loads(file.read_text())["businesses"]
    return {one["channel"]: one["secrets"] for one in kept}


def _connected(
    demo: Demo, api_url: str, ports: Ports, imap_port: int, known: Mapping[str, str]
) -> Connected:
    webhook = f"{api_url}/webhooks/{demo.service or demo.channel}{demo.path}"
    made: dict[str, Callable[[], str]] = dict.fromkeys(demo.secrets, lambda: _HEX(16))
    if demo.channel == "telegram":
        made["bot_token"] = lambda: f"{demo.address}:{_HEX(17)}"  # as the real ones look
    settings = dict(demo.settings)
    if demo.channel.startswith("twilio"):
        settings["status_callback"] = webhook  # each message says where its receipts go
    if demo.channel == "email":  # what is sent ends in the catcher
        settings |= {"smtp_port": ports.smtp, "catcher_url": f"http://127.0.0.1:{ports.mail}"}
        settings["imap_port"] = imap_port
    return Connected(
        channel=demo.channel,
        name=demo.name,
        address=demo.address,
        webhook=webhook,
        settings=settings,
        secrets={name: known.get(name) or make() for name, make in made.items()},
    )


def base_urls(simulator_url: str) -> dict[str, str]:
    """Which address stands in each provider's place."""
    named = (demo.channel for demo in DEMOS if demo.channel != "email")
    return {channel: f"{simulator_url}/{channel}" for channel in (*named, *SIGN_INS)}
