"""Facebook Messenger: a page's conversations. `Credentials.address` is the page's id."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import httpx

from backend.channels import meta, meta_send
from backend.channels.base import (
    Capabilities,
    Credentials,
    Event,
    InboundContact,
    Json,
    Media,
    MediaSource,
    OutboundMessage,
    Repeatability,
    SendError,
    SendResult,
    Target,
    WebhookRequest,
)
from backend.channels.health import Step, run
from backend.channels.http import send_parts
from backend.channels.media import download
from backend.channels.payload import text
from backend.channels.signatures import secret

HOST = "https://graph.facebook.com"
SUBSCRIBED_FIELDS = (
    "messages,messaging_postbacks,message_deliveries,message_reads,message_echoes,message_reactions,"
    "message_edits,messaging_referrals,messaging_optins,messaging_handovers,standby,"
    "messaging_policy_enforcement"
)
MIB = 1024 * 1024


class Messenger:
    """Secrets: `app_secret`, `verify_token`, `access_token` (the page's).

    Settings: `app_id` (ours, to know our own echoes), `human_agent` (Meta approved the late answers).
    """

    type = "messenger"
    capabilities = Capabilities(
        repeatability=Repeatability.BLIND,
        text_limit=2000,
        attachment_types={
            "image": 8 * MIB,
            "audio": 25 * MIB,
            "video": 25 * MIB,
            "file": 25 * MIB,
        },
        reply_window_hours=24,
        human_agent_window_hours=7 * 24,
        typing=True,
        read_receipts=True,
        sends_per_second=10,
        webhook_bytes=meta.WEBHOOK_BYTES,
    )

    def handshake(self, request: WebhookRequest, credentials: Credentials) -> str | None:
        """The challenge Meta sends when the callback URL is saved."""
        return meta.handshake(request, credentials)

    def keys(self, request: WebhookRequest) -> tuple[str, ...]:
        """The pages in the delivery."""
        return meta.keys(request)

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        """The app's signature over the raw body."""
        meta.verify(request, [secret(credentials, "app_secret")])

    def event_key(self, request: WebhookRequest) -> str:
        """The body's hash."""
        return meta.event_key(request)

    def parse(self, request: WebhookRequest, credentials: Credentials) -> Sequence[Event]:
        """What happened on this page."""
        return meta.parse(request, credentials)

    async def send(
        self, message: OutboundMessage, credentials: Credentials, http: httpx.AsyncClient
    ) -> SendResult:
        """One call per piece of text and per file, our id in each one's `metadata` for the echo."""
        right = meta_send.permission(message, credentials)

        async def send_part(numbered: tuple[int, Json]) -> str:
            place, part = numbered
            call: Json = {"recipient": {"id": message.to}, **right}
            if message.in_reply_to and place == 0:
                call["reply_to"] = {"mid": message.in_reply_to}
            call["message"] = {**part, "metadata": message.id}
            if (file := part.get("attachment")) and file["type"] != "template":
                file["payload"]["is_reusable"] = False
            answer = await meta_send.graph(
                http, "POST", HOST, f"{credentials.address}/messages", credentials, body=call
            )
            return meta_send.sent_id(answer)

        found = meta_send.parts(message, self.capabilities.text_limit)
        ids = await send_parts(list(enumerate(found)), message.sent_parts, send_part)
        return SendResult(source_ids=ids)

    async def fetch(
        self, source: MediaSource, credentials: Credentials, http: httpx.AsyncClient
    ) -> Media:
        """A file from Meta's servers, by its URL, which expires."""
        return await download(
            http, source.url or "", hosts=meta.MEDIA_HOSTS, credentials=credentials
        )

    async def profile(
        self, source_id: str, credentials: Credentials, http: httpx.AsyncClient
    ) -> InboundContact | None:
        """The name and picture of a person; Meta keeps those of many to itself."""
        try:
            answer = await meta_send.graph(
                http,
                "GET",
                HOST,
                quote(source_id, safe=""),
                credentials,
                query={"fields": "first_name,last_name,profile_pic"},
            )
        except SendError as error:
            if meta_send.is_private(error):
                return None
            raise
        names = (text(answer.get("first_name")), text(answer.get("last_name")))
        return InboundContact(
            source_id=source_id,
            name=" ".join(name for name in names if name) or None,
            avatar_url=text(answer.get("profile_pic")),
        )

    async def typing(
        self, target: Target, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Show the three dots."""
        await self._action("typing_on", target, credentials, http)

    async def mark_read(
        self, target: Target, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Show the contact that we saw their messages."""
        await self._action("mark_seen", target, credentials, http)

    async def _action(
        self, action: str, target: Target, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        body = {"recipient": {"id": target.to}, "sender_action": action}
        await meta_send.graph(
            http, "POST", HOST, f"{credentials.address}/messages", credentials, body=body
        )

    async def check(self, credentials: Credentials, http: httpx.AsyncClient) -> list[Step]:
        """Ask whether the token sees the page, and whether its events are sent to an app."""
        page_id = quote(credentials.address, safe="")

        async def page() -> str:
            found = await meta_send.graph(
                http, "GET", HOST, page_id, credentials, query={"fields": "name"}
            )
            return text(found.get("name")) or ""

        async def webhook() -> str:
            path = f"{page_id}/subscribed_apps"
            return meta_send.subscribed(await meta_send.graph(http, "GET", HOST, path, credentials))

        return await run({"page": page, "webhook": webhook})

    async def set_webhook(
        self,
        url: str,  # noqa: ARG002
        credentials: Credentials,
        http: httpx.AsyncClient,
    ) -> None:
        """Have Meta send this page's events to our app, whose console says where they go.

        Meta forgets it after long failures.
        """
        await meta_send.graph(
            http,
            "POST",
            HOST,
            f"{credentials.address}/subscribed_apps",
            credentials,
            query={"subscribed_fields": SUBSCRIBED_FIELDS},
        )
