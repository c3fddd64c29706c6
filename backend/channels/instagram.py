"""Instagram Direct, by Instagram Login or through a page. `Credentials.address` is the account's id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx

from backend.channels import meta, meta_send
from backend.channels.base import (
    Capabilities,
    Credentials,
    ErrorCategory,
    Event,
    Ignored,
    InboundContact,
    InboundMessage,
    Json,
    Media,
    MediaSource,
    OutboundMessage,
    Repeatability,
    SendError,
    SendResult,
    Target,
    WebhookRejected,
    WebhookRequest,
)
from backend.channels.health import Step, run
from backend.channels.http import send_parts
from backend.channels.media import download
from backend.channels.payload import obj, required, text
from backend.channels.sending import reaction
from backend.channels.text import utf8

LOGIN_HOST = "https://graph.instagram.com"
PAGE_HOST = "https://graph.facebook.com"
APP_SECRETS = ("app_secret", "facebook_app_secret")  #: Meta signs with one or the other
SUBSCRIBED_FIELDS = (
    "messages,messaging_postbacks,messaging_seen,message_reactions,messaging_referral,message_edit,"
    "comments"
)
LOVE = {"❤", "❤️", "♥", "♥️", "💙", "💚", "💛", "🧡", "💜", "🖤", "😍", "love"}
MIB = 1024 * 1024


class Instagram:
    """Secrets: `app_secret` and, where both products are used, `facebook_app_secret`; `verify_token`,
    `access_token`.

    Settings: `product` (`messenger` for the page-linked one), `human_agent`, `comments` (comments on posts
    become conversations).
    """

    type = "instagram"
    capabilities = Capabilities(
        repeatability=Repeatability.BLIND,
        text_limit=1000,  # bytes of UTF-8
        attachment_types={
            "image": 8 * MIB,
            "audio": 25 * MIB,
            "video": 25 * MIB,
            "file": 25 * MIB,
        },
        reply_window_hours=24,
        human_agent_window_hours=7 * 24,
        reactions=True,
        typing=True,
        read_receipts=True,
        sends_per_second=10,
        webhook_bytes=meta.WEBHOOK_BYTES,
    )

    def handshake(self, request: WebhookRequest, credentials: Credentials) -> str | None:
        """The challenge Meta sends when the callback URL is saved."""
        return meta.handshake(request, credentials)

    def keys(self, request: WebhookRequest) -> tuple[str, ...]:
        """The accounts in the delivery."""
        return meta.keys(request)

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        """The signature of either product's app over the raw body."""
        secrets = [found for name in APP_SECRETS if (found := credentials.secrets.get(name))]
        if not secrets:
            raise WebhookRejected("This inbox has no app_secret.")
        meta.verify(request, secrets)

    def event_key(self, request: WebhookRequest) -> str:
        """The body's hash."""
        return meta.event_key(request)

    def parse(self, request: WebhookRequest, credentials: Credentials) -> Sequence[Event]:
        """What happened on this account."""

        def change(item: Json) -> Iterable[Event]:
            if text(item.get("field")) == "comments" and credentials.settings.get("comments"):
                return [_comment(item, credentials)]
            return [Ignored(reason=f"a change of {text(item.get('field'))}")]

        return meta.parse(request, credentials, change=change)

    async def send(
        self, message: OutboundMessage, credentials: Credentials, http: httpx.AsyncClient
    ) -> SendResult:
        """One call per piece of text and per file; a first answer to a comment goes to the comment."""
        if message.content_type == "reaction":
            await self.react(*reaction(message), credentials, http)
            return SendResult(source_ids=())
        comment = text(message.thread.get("comment_id"))
        right = {} if comment else meta_send.permission(message, credentials)
        to = {"comment_id": comment} if comment else {"id": message.to}

        async def send_part(numbered: tuple[int, Json]) -> str:
            place, part = numbered
            call: Json = {"recipient": to}
            if "tag" in right or (right and "quick_replies" in part):
                call |= right
            if message.in_reply_to and place == 0 and not comment:
                call["reply_to"] = {"mid": message.in_reply_to}
            call["message"] = part
            answer = await self._post(call, credentials, http)
            return meta_send.sent_id(answer)

        found = meta_send.parts(message, self.capabilities.text_limit, utf8)
        ids = await send_parts(list(enumerate(found)), message.sent_parts, send_part)
        return SendResult(source_ids=ids)

    async def fetch(
        self, source: MediaSource, credentials: Credentials, http: httpx.AsyncClient
    ) -> Media:
        """A file from Meta's servers; for a story mention whose URL is gone, by the message it came with."""
        try:
            return await download(
                http, source.url or "", hosts=meta.MEDIA_HOSTS, credentials=credentials
            )
        except SendError as error:
            if source.media_id is None or error.category is not ErrorCategory.INVALID_CONTENT:
                raise
        answer = await self._get(
            quote(source.media_id, safe=""), {"fields": "story"}, credentials, http
        )
        link = text(obj(obj(answer.get("story")).get("mention")).get("link"))
        if link is None:
            raise SendError(ErrorCategory.INVALID_CONTENT, "The story is no longer available.")
        return await download(http, link, hosts=meta.MEDIA_HOSTS, credentials=credentials)

    async def profile(
        self, source_id: str, credentials: Credentials, http: httpx.AsyncClient
    ) -> InboundContact | None:
        """Name, user name and picture. Many have no name: then the user name is all there is."""
        try:
            answer = await self._get(
                quote(source_id, safe=""),
                {"fields": "name,username,profile_pic"},
                credentials,
                http,
            )
        except SendError as error:
            if meta_send.is_private(error):
                return None
            raise
        username = text(answer.get("username"))
        return InboundContact(
            source_id=source_id,
            name=text(answer.get("name")) or username,
            username=username,
            avatar_url=text(answer.get("profile_pic")),
        )

    async def react(
        self, target: Target, emoji: str | None, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Instagram takes one reaction from businesses: the heart."""
        about: Json = {"message_id": target.source_id}
        if emoji is not None:
            if emoji not in LOVE:
                raise SendError(
                    ErrorCategory.INVALID_CONTENT, "Instagram takes only a heart as a reaction."
                )
            about["reaction"] = "love"
        action = "react" if emoji is not None else "unreact"
        call = {"recipient": {"id": target.to}, "sender_action": action, "payload": about}
        await self._post(call, credentials, http)

    async def typing(
        self, target: Target, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Show the three dots."""
        call = {"recipient": {"id": target.to}, "sender_action": "typing_on"}
        await self._post(call, credentials, http)

    async def mark_read(
        self, target: Target, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Show the contact that we saw their messages."""
        call = {"recipient": {"id": target.to}, "sender_action": "mark_seen"}
        await self._post(call, credentials, http)

    async def refresh_token(
        self, credentials: Credentials, http: httpx.AsyncClient
    ) -> tuple[str, datetime]:
        """Trade a token of Instagram Login (60 days) for a fresh one, and say until when that one is good."""
        answer = await self._get(
            "refresh_access_token", {"grant_type": "ig_refresh_token"}, credentials, http
        )
        lifetime = answer.get("expires_in")
        seconds = lifetime if isinstance(lifetime, int) else 0
        return required(answer.get("access_token"), "access_token"), datetime.now(UTC) + timedelta(
            seconds=seconds
        )

    async def check(self, credentials: Credentials, http: httpx.AsyncClient) -> list[Step]:
        """Ask whether the token sees the account and, with Instagram Login, whether events are sent."""
        path = quote(credentials.address, safe="")

        async def account() -> str:
            found = await self._get(path, {"fields": "username"}, credentials, http)
            return text(found.get("username")) or ""

        async def webhook() -> str:
            return meta_send.subscribed(
                await self._get(f"{path}/subscribed_apps", {}, credentials, http)
            )

        steps = {"account": account}
        if _host(credentials) == LOGIN_HOST:
            steps["webhook"] = webhook
        return await run(steps)

    async def set_webhook(
        self,
        url: str,  # noqa: ARG002
        credentials: Credentials,
        http: httpx.AsyncClient,
    ) -> None:
        """Have Meta send this account's events to our app, whose console says where they go."""
        if _host(credentials) == PAGE_HOST:
            raise SendError(
                ErrorCategory.CONFIG,
                "With Facebook Login the page is subscribed, not the account: do it in Meta's console.",
            )
        await meta_send.graph(
            http,
            "POST",
            LOGIN_HOST,
            f"{quote(credentials.address, safe='')}/subscribed_apps",
            credentials,
            query={"subscribed_fields": SUBSCRIBED_FIELDS},
        )

    async def _get(
        self,
        path: str,
        query: dict[str, str],
        credentials: Credentials,
        http: httpx.AsyncClient,
    ) -> Json:
        return await meta_send.graph(
            http, "GET", _host(credentials), path, credentials, query=query
        )

    async def _post(self, call: Json, credentials: Credentials, http: httpx.AsyncClient) -> Json:
        path = f"{credentials.address}/messages"
        return await meta_send.graph(http, "POST", _host(credentials), path, credentials, body=call)


def _host(credentials: Credentials) -> str:
    return PAGE_HOST if credentials.settings.get("product") == "messenger" else LOGIN_HOST


def _comment(item: Json, credentials: Credentials) -> Event:
    """A comment under a post; the first answer to it may be private."""
    value = obj(item.get("value"))
    sender = obj(value.get("from"))
    who = required(sender.get("id"), "id")
    if who == credentials.address:
        return Ignored(reason="the business commented itself")
    comment = required(value.get("id"), "id")
    username = text(sender.get("username"))
    return InboundMessage(
        source_id=comment,
        contact=InboundContact(source_id=who, name=username, username=username),
        content=text(value.get("text")) or "",
        content_attributes={
            "comment_id": comment,
            "post_id": text(obj(value.get("media")).get("id")),
        },
        thread_key=f"comment:{comment}",
        unsupported=text(value.get("text")) is None,
        raw=item,
    )
