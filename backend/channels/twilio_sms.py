"""SMS and MMS by Twilio. `Credentials.address` is our number (`+1…`) or the messaging service's id."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import httpx

from backend.channels.base import (
    Capabilities,
    Credentials,
    ErrorCategory,
    Event,
    OutboundMessage,
    Repeatability,
    SendError,
)
from backend.channels.choices import as_text
from backend.channels.payload import objects, text
from backend.channels.sms import TEXT_LIMIT, sender_of, wishes
from backend.channels.text import PLAIN, split
from backend.channels.twilio import Form, Twilio, message_of

AGAIN = "#rc=3&rp=all"  #: has Twilio try three times more, whatever went wrong
_FILES_PER_MESSAGE = 10
_MMS_BYTES = 5 * 1024 * 1024


class TwilioSms(Twilio):
    """Text messages; files go as MMS."""

    type = "twilio_sms"
    capabilities = Capabilities(
        repeatability=Repeatability.BLIND,
        text_limit=TEXT_LIMIT,
        caption_limit=TEXT_LIMIT,
        attachment_types=dict.fromkeys(("image", "audio", "video", "file"), _MMS_BYTES),
        attachments_per_message=_FILES_PER_MESSAGE,
        sends_per_second=1.0,
        writes_first=True,
    )

    def received(self, fields: Mapping[str, str]) -> list[Event]:
        """Return the message, and the wish not to be written to when it is one."""
        sender = fields.get("From")
        if not sender:
            raise ValueError("A message from nobody.")
        contact, attributes = sender_of(sender)
        if declared := fields.get("OptOutType"):
            attributes["opt_out_type"] = declared
        return [
            message_of(fields, contact, attributes=attributes),
            *wishes(sender, fields.get("Body", ""), declared),
        ]

    def parts(self, message: OutboundMessage) -> list[Form]:
        """Return the text in as many messages as it takes, the files with the last of them."""
        parts: list[Form] = [
            [("Body", piece)] for piece in split(as_text(message), PLAIN, TEXT_LIMIT)
        ]
        urls = [("MediaUrl", attachment.url) for attachment in message.attachments]
        for start in range(0, len(urls), _FILES_PER_MESSAGE):
            batch = urls[start : start + _FILES_PER_MESSAGE]
            if start == 0 and parts:
                parts[-1] += batch
            else:
                parts.append(batch)
        return parts

    async def set_webhook(
        self, url: str, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Have Twilio report messages to our number, or to the messaging service, to this URL."""
        fragment = f"{url}{AGAIN}"
        if credentials.address.startswith("MG"):
            service = f"{self.messaging(credentials)}/v1/Services/{quote(credentials.address)}"
            fields = [("InboundRequestUrl", fragment), ("InboundMethod", "POST")]
            # Without this, each number's own address would go on to be asked.
            await self.post(
                http, service, [*fields, ("UseInboundWebhookOnNumber", "false")], credentials
            )
            return
        numbers = f"{self.root(credentials)}/IncomingPhoneNumbers"
        found = await self.get(
            http, f"{numbers}.json", credentials, {"PhoneNumber": credentials.address}
        )
        sid = next(
            (text(one.get("sid")) for one in objects(found.get("incoming_phone_numbers"))), None
        )
        if sid is None:
            raise SendError(
                ErrorCategory.CONFIG, f"{credentials.address} is not a number of this account."
            )
        await self.post(
            http,
            f"{numbers}/{sid}.json",
            [("SmsUrl", fragment), ("SmsMethod", "POST")],
            credentials,
        )
