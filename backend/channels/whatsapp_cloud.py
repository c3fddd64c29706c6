"""WhatsApp by Meta's Cloud API.

Settings: `business_account_id`, `phone_number`. Secrets: `access_token`, `app_secret`, `verify_token`.
`Credentials.address` is the phone number id.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from backend.channels import signatures
from backend.channels.base import (
    Capabilities,
    ChannelTemplate,
    Credentials,
    ErrorCategory,
    Event,
    Json,
    Media,
    MediaSource,
    OutboundAttachment,
    OutboundMessage,
    Repeatability,
    SendError,
    SendResult,
    WebhookRequest,
)
from backend.channels.health import Step, StepFailed, run
from backend.channels.http import json_object, request, send_parts
from backend.channels.media import download, file_name
from backend.channels.payload import items, loads, obj, text
from backend.channels.whatsapp_body import (
    CAPTION_LIMIT,
    DOCUMENT_BYTES,
    TEXT_LIMIT,
    Part,
    envelope,
    how_shown,
    parts_of,
    require_window,
)
from backend.channels.whatsapp_errors import error_of
from backend.channels.whatsapp_parse import USER_ID, changes, parse_delivery, phone_number_id
from backend.channels.whatsapp_template import fill, header_media, listed

_API = "https://graph.facebook.com"
_VERSION = "/v24.0"
_MOST_PAGES = 70  # of 100 templates each; Meta allows 6000
_TEMPLATE = "id,name,language,status,category,components,rejected_reason"

_CAPABILITIES = Capabilities(
    repeatability=Repeatability.BLIND,
    text_limit=TEXT_LIMIT,
    caption_limit=CAPTION_LIMIT,
    attachment_types={
        "image": 5 * 1024 * 1024,
        "video": 16 * 1024 * 1024,
        "audio": 16 * 1024 * 1024,
        "sticker": 500 * 1024,
        "file": DOCUMENT_BYTES,
    },
    attachments_per_message=1,
    reply_window_hours=24,
    templates=True,
    reactions=True,
    typing=True,
    read_receipts=True,
    sends_per_second=80.0,
    webhook_bytes=3 * 1024 * 1024,
)


class WhatsAppCloud:
    """One app of Meta's, any number of phone numbers behind it."""

    type = "whatsapp_cloud"
    capabilities = _CAPABILITIES
    media_hosts: tuple[str, ...] = ("lookaside.fbsbx.com",)

    # What comes in.

    def handshake(self, request: WebhookRequest, credentials: Credentials) -> str | None:
        """Answer Meta's challenge when it knows the inbox's token."""
        if request.method != "GET" or request.query.get("hub.mode") != "subscribe":
            return None
        signatures.require(
            request.query.get("hub.verify_token", ""),
            signatures.secret(credentials, "verify_token"),
        )
        return request.query.get("hub.challenge", "")

    def keys(self, request: WebhookRequest) -> tuple[str, ...]:
        """Return the numbers a delivery is about, and the account of changes that name no number."""
        try:
            payload = loads(request.body)
        except ValueError:
            return ()
        found = (phone_number_id(obj(obj(change).get("value"))) or account
                 for account, change in changes(payload))  # fmt: skip
        return tuple(dict.fromkeys(key for key in found if key))

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        """Compare the HMAC of the raw bytes under the app's secret."""
        signatures.check_size(request, self.capabilities.webhook_bytes)
        key = signatures.secret(credentials, "app_secret")
        given = signatures.header(request.headers, "x-hub-signature-256")
        signatures.require(given, f"sha256={signatures.hmac_hex(key, request.body)}")

    def event_key(self, request: WebhookRequest) -> str:
        """Return the hash of the body: a delivery may hold many events, and a retry the same bytes."""
        return signatures.body_hash(request.body)

    def parse(self, request: WebhookRequest, credentials: Credentials) -> Sequence[Event]:
        """Return the events about this number and the account it belongs to."""

        def concerns(account: str | None, value: Json) -> bool:
            number = phone_number_id(value)
            if number is not None:
                return number == credentials.address
            return account in (
                credentials.settings.get("business_account_id"),
                credentials.address,
            )

        return parse_delivery(request.body, concerns)

    # What goes out.

    def headers(self, credentials: Credentials) -> dict[str, str]:
        """Return what proves to the provider who we are."""
        return {"authorization": f"Bearer {credentials.secrets.get('access_token', '')}"}

    def url(self, credentials: Credentials, path: str) -> str:
        """Return the address of something of this number's: `/messages`, `/media`."""
        return self.root(credentials, f"/{quote(credentials.address, safe='')}{path}")

    def root(self, credentials: Credentials, path: str) -> str:
        """Return the address of something by its own id."""
        return f"{(credentials.base_url or _API).rstrip('/')}{_VERSION}{path}"

    async def send(
        self, message: OutboundMessage, credentials: Credentials, http: httpx.AsyncClient
    ) -> SendResult:
        """Send a message in as many parts as it takes, each after the one before was accepted."""
        require_window(message)
        aliases: list[str] = []
        if message.template is not None:
            parts = [await self._template(message, message.template, credentials, http)]
        else:
            parts = parts_of(message)

        async def send_part(part: Part) -> str:
            content = part.content
            if part.upload is not None and isinstance(content, dict):
                content = {"id": await self.upload(part.upload, credentials, http), **content}
            body = envelope(message, part, content)
            answer = await self._post(credentials, http, "/messages", body)
            aliases.extend(_aliases(answer, message.to))
            source_id = text(next(map(obj, items(answer.get("messages"))), {}).get("id"))
            if source_id is None:
                raise SendError(ErrorCategory.UNCERTAIN, "The provider gave no message id.")
            return source_id

        ids = await send_parts(parts, message.sent_parts, send_part)
        return SendResult(source_ids=ids, contact_alias=aliases[0] if aliases else None)

    async def _template(
        self,
        message: OutboundMessage,
        template: Json,
        credentials: Credentials,
        http: httpx.AsyncClient,
    ) -> Part:
        media_id = None
        if template.get("category") == "AUTHENTICATION" and USER_ID.fullmatch(message.to):
            raise SendError(
                ErrorCategory.INVALID_CONTENT,
                "Authentication templates need the customer's phone number.",
            )
        fill(template, media_id="checked")  # a missing value is found before anything is uploaded
        if header_media(template) is not None and message.attachments:
            _, file = how_shown(message.attachments[0])
            media_id = await self.upload(file, credentials, http)
        return Part(type="template", content=fill(template, media_id))

    async def _post(
        self, credentials: Credentials, http: httpx.AsyncClient, path: str, body: Json
    ) -> Json:
        response = await request(
            http,
            "POST",
            self.url(credentials, path),
            repeatable=False,
            headers=self.headers(credentials),
            json=body,
        )
        if response.is_success:
            return json_object(response)
        raise error_of(response)

    async def upload(
        self, file: OutboundAttachment, credentials: Credentials, http: httpx.AsyncClient
    ) -> str:
        """Upload a file and return its id. Meta fetching it by link fails too often to rely on."""
        response = await request(
            http,
            "POST",
            self.url(credentials, "/media"),
            repeatable=True,
            headers=self.headers(credentials),
            data={"messaging_product": "whatsapp", "type": file.content_type},
            files={"file": (file.file_name, file.data, file.content_type)},
        )
        if not response.is_success:
            raise error_of(response)
        media_id = text(json_object(response).get("id"))
        if media_id is None:
            raise SendError(ErrorCategory.TRANSIENT, "The upload was answered without an id.")
        return media_id

    async def mark_read(
        self,
        source_id: str,
        credentials: Credentials,
        http: httpx.AsyncClient,
        *,
        typing: bool = False,
    ) -> None:
        """Show the customer that a message was read, and that somebody is writing."""
        body: Json = {"messaging_product": "whatsapp", "status": "read", "message_id": source_id}
        if typing:
            body["typing_indicator"] = {"type": "text"}
        await self._post(credentials, http, "/messages", body)

    # What is asked for.

    async def get(
        self,
        credentials: Credentials,
        http: httpx.AsyncClient,
        url: str,
        params: Mapping[str, Any] | None = None,
    ) -> Json:
        """Read something from the provider. Raises `SendError`."""
        response = await request(
            http,
            "GET",
            url,
            repeatable=True,
            headers=self.headers(credentials),
            params=params,
        )
        if response.is_success:
            return json_object(response)
        raise error_of(response)

    async def check(self, credentials: Credentials, http: httpx.AsyncClient) -> list[Step]:
        """Ask whether the token sees the number and its account, and whether events are delivered."""
        account = self._account(credentials)

        async def number() -> str:
            fields = {"fields": "display_phone_number,verified_name,quality_rating"}
            found = await self.get(credentials, http, self.url(credentials, ""), fields)
            return text(found.get("display_phone_number")) or ""

        async def business() -> str:
            found = await self.get(credentials, http, account, {"fields": "name"})
            return text(found.get("name")) or ""

        async def webhook() -> str:
            found = await self.get(credentials, http, f"{account}/subscribed_apps")
            apps = [
                obj(obj(app).get("whatsapp_business_api_data")) for app in items(found.get("data"))
            ]
            if not apps:
                raise StepFailed("No app receives the events of this account.")
            return ", ".join(filter(None, (text(app.get("name")) for app in apps)))

        return await run({"number": number, "account": business, "webhook": webhook})

    async def set_webhook(
        self, url: str, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Have the account's events delivered to our app, at an address of this inbox's own.

        Meta asks that address at once whether it knows the verify token.
        """
        response = await request(
            http,
            "POST",
            f"{self._account(credentials)}/subscribed_apps",
            repeatable=True,
            headers=self.headers(credentials),
            json={
                "override_callback_uri": url,
                "verify_token": credentials.secrets.get("verify_token", ""),
            },
        )
        if not response.is_success:
            raise error_of(response)

    def _account(self, credentials: Credentials) -> str:
        account = str(credentials.settings.get("business_account_id") or "")
        return self.root(credentials, f"/{quote(account, safe='')}")

    async def list_templates(self, credentials: Credentials, http: httpx.AsyncClient) -> list[Json]:
        """Return every template of the account as the provider describes it."""
        url = f"{self._account(credentials)}/message_templates"
        params: dict[str, Any] = {"fields": _TEMPLATE, "limit": 100}
        found: list[Json] = []
        for _ in range(_MOST_PAGES):
            page = await self.get(credentials, http, url, params)
            found += map(obj, items(page.get("data")))
            paging = obj(page.get("paging"))
            after = text(obj(paging.get("cursors")).get("after"))
            if after is None or not paging.get("next"):
                break
            params["after"] = after
        return found

    async def templates(
        self, credentials: Credentials, http: httpx.AsyncClient
    ) -> list[ChannelTemplate]:
        """Return every template in our words."""
        described = await self.list_templates(credentials, http)
        return [one for one in map(listed, described) if one is not None]

    async def fetch(
        self, source: MediaSource, credentials: Credentials, http: httpx.AsyncClient
    ) -> Media:
        """Ask for a fresh address by the file's id (those in webhooks expire), and download it."""
        url, declared = source.url, source.content_type
        if source.media_id is not None:
            path = f"/{quote(source.media_id, safe='')}"
            found = await self.get(credentials, http, self.media_root(credentials, path))
            url = text(found.get("url"))
            declared = declared or text(found.get("mime_type"))
        if url is None:
            raise SendError(ErrorCategory.INVALID_CONTENT, "The file has no address.")
        media = await download(
            http,
            self.media_url(url, credentials),
            hosts=self.media_hosts,
            credentials=credentials,
            headers=self.headers(credentials),
        )
        if source.sha256 is not None and not _digest_matches(source.sha256, media.data):
            raise SendError(ErrorCategory.TRANSIENT, "The file arrived damaged.", code="sha256")
        content_type = declared or media.content_type
        return Media(
            data=media.data,
            content_type=content_type,
            file_name=source.file_name or file_name(None, content_type),
        )

    def media_root(self, credentials: Credentials, path: str) -> str:
        """Return where a file's address is asked for."""
        return self.root(credentials, path)

    def media_url(self, url: str, credentials: Credentials) -> str:  # noqa: ARG002
        """Return where a file is really downloaded."""
        return url


def _aliases(answer: Json, to: str) -> list[str]:
    """Return the spelling the provider answers to, when it is not ours."""
    contact = next(map(obj, items(answer.get("contacts"))), {})
    return [wa_id for wa_id in [text(contact.get("wa_id"))] if wa_id and wa_id != to]


def _digest_matches(declared: str, data: bytes) -> bool:
    """Compare digests, not strings: base 64 in webhooks, hexadecimal elsewhere. Garbage proves nothing."""
    try:
        expected = bytes.fromhex(declared) if len(declared) == 64 else base64.b64decode(declared)
    except (ValueError, binascii.Error):
        return True
    return len(expected) != 32 or expected == hashlib.sha256(data).digest()
