"""WhatsApp by Twilio. `Credentials.address` is our sender (`whatsapp:+1…`) or the messaging service's id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from backend.channels import twilio_content
from backend.channels.base import (
    Capabilities,
    ChannelTemplate,
    Credentials,
    ErrorCategory,
    Event,
    InboundAttachment,
    InboundContact,
    OutboundMessage,
    Repeatability,
    SendError,
)
from backend.channels.choices import as_text
from backend.channels.http import json_object, request
from backend.channels.payload import number, text
from backend.channels.phone import e164, variants
from backend.channels.text import WHATSAPP, render, split
from backend.channels.twilio import Form, Twilio, content_variables, message_of
from backend.channels.twilio_errors import error_of
from backend.channels.whatsapp_body import require_window
from backend.channels.whatsapp_parse import USER_ID

PREFIX = "whatsapp:"
TEXT_LIMIT = 1600  # of Twilio's API; WhatsApp itself would take 4096
_CONTENT_API = "https://content.twilio.com"
_PAGE = 100
_MOST_PAGES = 70
_CAPTIONED = ("image", "video", "file")
_FILE_BYTES = 16 * 1024 * 1024
#: Twilio's names for an ad, and the ones Meta uses for the same.
_REFERRAL = {
    "ReferralSourceUrl": "source_url",
    "ReferralSourceId": "source_id",
    "ReferralSourceType": "source_type",
    "ReferralHeadline": "headline",
    "ReferralBody": "body",
    "ReferralMediaContentType": "media_type",
    "ReferralMediaUrl": "media_url",
    "ReferralMediaId": "media_id",
    "ReferralCtwaClid": "ctwa_clid",
}


class TwilioWhatsApp(Twilio):
    """WhatsApp with Twilio in between: no reactions, edits or deletions come through."""

    type = "twilio_whatsapp"
    capabilities = Capabilities(
        repeatability=Repeatability.BLIND,
        text_limit=TEXT_LIMIT,
        caption_limit=1024,
        attachment_types=dict.fromkeys(("image", "audio", "video", "file"), _FILE_BYTES),
        attachments_per_message=1,
        reply_window_hours=24,
        templates=True,
        typing=True,
        read_receipts=True,
        sends_per_second=80.0,
    )

    def received(self, fields: Mapping[str, str]) -> list[Event]:
        """Return the message with what came around it."""
        return [
            message_of(
                fields, _contact(fields), attributes=_attributes(fields), more=_place(fields)
            )
        ]

    def parts(self, message: OutboundMessage) -> list[Form]:
        """Return one request per file, the text on the first where it is shown there."""
        require_window(message)
        if message.template is not None:
            return [_template(message.template)]
        content = as_text(message)
        files: list[Form] = [[("MediaUrl", file.url)] for file in message.attachments]
        caption = render(content, WHATSAPP)
        first = message.attachments[0] if message.attachments else None
        fits = bool(caption) and len(caption) <= self.capabilities.caption_limit
        if first is not None and first.kind in _CAPTIONED and fits:
            files[0].insert(0, ("Body", caption))
            return files
        texts: list[Form] = [[("Body", piece)] for piece in split(content, WHATSAPP, TEXT_LIMIT)]
        return [*texts, *files]

    async def templates(
        self, credentials: Credentials, http: httpx.AsyncClient
    ) -> list[ChannelTemplate]:
        """Return the account's content templates with what WhatsApp thinks of each."""
        url = f"{(credentials.base_url or _CONTENT_API).rstrip('/')}/v1/ContentAndApprovals"
        params: Mapping[str, str] | None = {"PageSize": str(_PAGE)}
        found: list[ChannelTemplate] = []
        for _ in range(_MOST_PAGES):
            response = await request(
                http, "GET", url, repeatable=True, auth=self.auth(credentials), params=params
            )
            if not response.is_success:
                raise error_of(response)
            page = json_object(response)
            found += twilio_content.templates_of(page)
            params = twilio_content.next_page(page)
            if params is None:
                break
        return found


def _contact(fields: Mapping[str, str]) -> InboundContact:
    """Return who wrote. People with a username may have no number: their id stands in its place."""
    sender = fields.get("From") or fields.get("ExternalUserId")
    if not sender:
        raise ValueError("A message from nobody.")
    ids = (fields.get("ExternalUserId"), fields.get("ParentExternalUserId"))
    by_id = bool(USER_ID.fullmatch(sender.removeprefix(PREFIX)))
    others = (*ids, *variants(sender))
    return InboundContact(
        source_id=sender,
        aliases=tuple(dict.fromkeys(other for other in others if other and other != sender)),
        name=fields.get("ProfileName") or None,
        phone_number=None if by_id else e164(sender),
    )


def _attributes(fields: Mapping[str, str]) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        name: True
        for name, parameter in (
            ("forwarded", "Forwarded"),
            ("frequently_forwarded", "FrequentlyForwarded"),
        )
        if fields.get(parameter) == "true"
    }
    referral = {ours: fields[theirs] for theirs, ours in _REFERRAL.items() if fields.get(theirs)}
    if referral:
        attributes["referral"] = referral
    if fields.get("ButtonPayload") or fields.get("ButtonText"):
        attributes["button"] = {"payload": fields.get("ButtonPayload") or None}
    if fields.get("ListId"):
        attributes["interactive"] = {"type": "list_reply", "id": fields["ListId"]}
    return attributes


def _place(fields: Mapping[str, str]) -> list[InboundAttachment]:
    latitude, longitude = number(fields.get("Latitude")), number(fields.get("Longitude"))
    if latitude is None or longitude is None:
        return []
    address = fields.get("Address")
    return [
        InboundAttachment(
            kind="location",
            title=fields.get("Label") or address or None,
            latitude=latitude,
            longitude=longitude,
            meta={"address": address} if address else {},
        )
    ]


def _template(template: dict[str, Any]) -> Form:
    sid = text(template.get("content_sid")) or text(template.get("id"))
    if sid is None:
        raise SendError(ErrorCategory.INVALID_CONTENT, "The template has no content id.")
    part: Form = [("ContentSid", sid)]
    values = twilio_content.values_of(template)
    if values:
        part.append(("ContentVariables", content_variables(values)))
    return part
