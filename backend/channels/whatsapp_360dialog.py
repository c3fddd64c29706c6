"""WhatsApp through 360dialog: Meta's bodies at another address, with one key per number.

Meta's signature does not come through. What proves a delivery is a header we registered with the webhook.
Secrets: `api_key`, `webhook_secret`. `Credentials.address` is the phone number id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

from backend.channels import signatures
from backend.channels.base import Credentials, Event, InboxUpdate, Json, WebhookRequest
from backend.channels.health import Step, StepFailed, run
from backend.channels.http import request
from backend.channels.payload import items, loads, obj, text
from backend.channels.whatsapp_cloud import WhatsAppCloud
from backend.channels.whatsapp_errors import error_of
from backend.channels.whatsapp_parse import parse_change, phone_number_id

SECRET_HEADER = "X-Inbox-Webhook-Secret"  # noqa: S105
_API = "https://waba-v2.360dialog.io"
_META_FILES = "https://lookaside.fbsbx.com"
_PAGE = 100
_MOST_PAGES = 70


class WhatsApp360Dialog(WhatsAppCloud):
    """A number hosted by 360dialog."""

    type = "whatsapp_360dialog"
    media_hosts = ("waba-v2.360dialog.io",)

    def handshake(self, request: WebhookRequest, credentials: Credentials) -> str | None:  # noqa: ARG002
        """Return None: 360dialog asks for no proof of the address."""
        return None

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        """Compare the header that was registered together with the webhook."""
        signatures.check_size(request, self.capabilities.webhook_bytes)
        expected = signatures.secret(credentials, "webhook_secret")
        signatures.require(signatures.header(request.headers, SECRET_HEADER.lower()), expected)

    def keys(self, request: WebhookRequest) -> tuple[str, ...]:
        """Return the numbers a delivery is about; the partner's events hold them one level deeper."""
        try:
            payload = loads(request.body)
        except ValueError:
            return ()
        number = phone_number_id(_partner_value(payload))
        return (number,) if number is not None else super().keys(request)

    def parse(self, request: WebhookRequest, credentials: Credentials) -> Sequence[Event]:
        """Return the events; imports come in an envelope of the partner's webhook."""
        try:
            payload = loads(request.body)
        except ValueError:
            return super().parse(request, credentials)
        if "event" not in obj(payload) or "entry" in obj(payload):
            return super().parse(request, credentials)
        value = _partner_value(payload)
        if phone_number_id(value) not in (None, credentials.address):
            return []
        kind = text(payload.get("event"))
        if value:
            return parse_change(kind, value)
        return [InboxUpdate(kind="partner", details={"event": kind})]

    def headers(self, credentials: Credentials) -> dict[str, str]:
        """Return the key of this number."""
        return {"D360-API-KEY": credentials.secrets.get("api_key", "")}

    def root(self, credentials: Credentials, path: str) -> str:
        """Return an address; the key says which number is meant."""
        return f"{(credentials.base_url or _API).rstrip('/')}{path}"

    def url(self, credentials: Credentials, path: str) -> str:
        """Return an address: no number in it."""
        return self.root(credentials, path)

    def media_url(self, url: str, credentials: Credentials) -> str:
        """Return the same path on 360dialog's host: Meta's own does not know our key."""
        if url.startswith(_META_FILES + "/"):
            return self.root(credentials, url.removeprefix(_META_FILES))
        return url

    async def check(self, credentials: Credentials, http: httpx.AsyncClient) -> list[Step]:
        """Ask where deliveries go: that needs the key, and shows whether it is set."""

        async def webhook() -> str:
            url = self.root(credentials, "/v1/configs/webhook")
            where = text((await self.get(credentials, http, url)).get("url"))
            if where is None:
                raise StepFailed("No webhook is registered for this number.")
            return where

        return await run({"webhook": webhook})

    async def list_templates(self, credentials: Credentials, http: httpx.AsyncClient) -> list[Json]:
        """Return every template of the number as the provider describes it."""
        found: list[Json] = []
        for page in range(_MOST_PAGES):
            params: dict[str, Any] = {"limit": _PAGE, "offset": page * _PAGE}
            url = self.root(credentials, "/v1/configs/templates")
            listed = items((await self.get(credentials, http, url, params)).get("waba_templates"))
            found += map(obj, listed)
            if len(listed) < _PAGE:
                break
        return found

    async def set_webhook(
        self, url: str, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Tell 360dialog where to deliver, and the header to prove it with."""
        response = await request(
            http,
            "POST",
            self.root(credentials, "/v1/configs/webhook"),
            repeatable=True,
            headers=self.headers(credentials),
            json={
                "url": url,
                "headers": {SECRET_HEADER: credentials.secrets.get("webhook_secret", "")},
            },
        )
        if not response.is_success:
            raise error_of(response)


def _partner_value(payload: Any) -> Json:
    """Return the change inside `{id, event, data}`; `data` is one, or holds the usual list of entries."""
    data = obj(obj(payload).get("data"))
    for entry in map(obj, items(data.get("entry"))):
        for change in map(obj, items(entry.get("changes"))):
            return obj(change.get("value"))
    return obj(data.get("value")) or data
