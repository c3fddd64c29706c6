"""All providers there are, by the channel they carry."""

from __future__ import annotations

from devstack.simulator.post import Postman
from devstack.simulator.provider import Provider
from devstack.simulator.providers.bandwidth import Bandwidth
from devstack.simulator.providers.email import Email
from devstack.simulator.providers.line import Line
from devstack.simulator.providers.messenger import Instagram, Messenger
from devstack.simulator.providers.telegram import Telegram
from devstack.simulator.providers.tiktok import TikTok
from devstack.simulator.providers.twilio import TwilioSms, TwilioWhatsApp
from devstack.simulator.providers.whatsapp import Dialog360, WhatsAppCloud
from devstack.simulator.world import World

_ALL: tuple[type[Provider], ...] = (
    WhatsAppCloud,
    Telegram,
    Email,
    Messenger,
    Instagram,
    TwilioSms,
    TwilioWhatsApp,
    Line,
    Dialog360,
    TikTok,
    Bandwidth,
)


def providers(world: World, postman: Postman) -> dict[str, Provider]:
    """One of each."""
    return {made.channel: made(world, postman) for made in _ALL}
