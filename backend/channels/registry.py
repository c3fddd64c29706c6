"""Every channel there is, by its type."""

from __future__ import annotations

from backend.channels.bandwidth_sms import BandwidthSms
from backend.channels.base import Channel
from backend.channels.instagram import Instagram
from backend.channels.line import Line
from backend.channels.mail.mailbox import Mailbox, RawMail
from backend.channels.mail.mailgun import Mailgun
from backend.channels.mail.postmark import Postmark
from backend.channels.mail.sendgrid import SendGrid
from backend.channels.messenger import Messenger
from backend.channels.telegram import Telegram
from backend.channels.tiktok import TikTok
from backend.channels.twilio_sms import TwilioSms
from backend.channels.twilio_whatsapp import TwilioWhatsApp
from backend.channels.whatsapp_360dialog import WhatsApp360Dialog
from backend.channels.whatsapp_cloud import WhatsAppCloud

CHANNELS: dict[str, Channel] = {
    channel.type: channel
    for channel in (
        Instagram(),
        Line(),
        Messenger(),
        Telegram(),
        TikTok(),
        WhatsApp360Dialog(),
        BandwidthSms(),
        TwilioSms(),
        TwilioWhatsApp(),
        WhatsAppCloud(),
        Mailbox(),
        RawMail(),
        SendGrid(),
        Mailgun(),
        Postmark(),
    )
}
