"""LINE official accounts. `Credentials.address` is the bot's user id, the `destination` of its webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlsplit

import httpx

from backend.channels.base import (
    Capabilities,
    Credentials,
    ErrorCategory,
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
from backend.channels.health import Step, StepFailed, run
from backend.channels.http import category_of_status, json_object, request, retry_after
from backend.channels.line_events import read_event, when
from backend.channels.line_objects import TEXT_LIMIT, message_objects, retry_key
from backend.channels.media import download
from backend.channels.payload import (
    each,
    items,
    loads,
    must_obj,
    obj,
    objects,
    parse_body,
    text,
)
from backend.channels.sending import api_secret
from backend.channels.signatures import body_hash, check_size, header, hmac_base64, require, secret

HOST = "https://api.line.me"
DATA_HOST = "https://api-data.line.me"
MIB = 1024 * 1024
MOST_OBJECTS = 5  # in one call
LOADING_SECONDS = 5
QUOTA_USED_UP = "monthly limit"


class Line:
    """Secrets: `channel_secret`, `channel_token`. Settings: `groups` (conversations in groups, too)."""

    type = "line"
    capabilities = Capabilities(
        repeatability=Repeatability.IDEMPOTENT,
        text_limit=TEXT_LIMIT,
        attachment_types={
            "image": 10 * MIB,
            "audio": 200 * MIB,
            "video": 200 * MIB,
            "file": 200 * MIB,
        },
        attachments_per_message=MOST_OBJECTS,
        typing=True,
        sends_per_second=2000,
    )

    def handshake(
        self,
        request: WebhookRequest,  # noqa: ARG002
        credentials: Credentials,  # noqa: ARG002
    ) -> str | None:
        """The console's *Verify* is a signed delivery without events: nothing special."""
        return None

    def keys(self, request: WebhookRequest) -> tuple[str, ...]:
        """The bot the delivery is for."""
        try:
            destination = text(obj(loads(request.body)).get("destination"))
        except ValueError:
            return ()
        return (destination,) if destination else ()

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        """The channel's signature over the raw body."""
        check_size(request, self.capabilities.webhook_bytes)
        given = header(request.headers, "x-line-signature")
        require(given, hmac_base64(secret(credentials, "channel_secret"), request.body))

    def event_key(self, request: WebhookRequest) -> str:
        """The events' ids: a redelivery says that it is one, so its body differs."""
        try:
            body = obj(loads(request.body))
        except ValueError:
            body = {}
        found = [text(event.get("webhookEventId")) for event in objects(body.get("events"))]
        ids = [one for one in found if one]
        if not ids or len(ids) != len(items(body.get("events"))):
            return body_hash(request.body)
        return ids[0] if len(ids) == 1 else body_hash(" ".join(ids).encode())

    def parse(self, request: WebhookRequest, credentials: Credentials) -> Sequence[Event]:
        """The events of one delivery, oldest first."""
        groups = credentials.settings.get("groups") is True

        def delivery(body: Json) -> list[Event]:
            if text(must_obj(body).get("destination")) != credentials.address:
                return []
            found = sorted(items(body.get("events")), key=when)
            return each(found, lambda event: [read_event(event, groups)])

        return parse_body(request.body, delivery)

    async def send(
        self, message: OutboundMessage, credentials: Credentials, http: httpx.AsyncClient
    ) -> SendResult:
        """Up to five objects a call. Our id is the retry key, so sending again under it sends once."""
        found = message_objects(message)
        ids = list(message.sent_parts)
        for at in range(len(ids), len(found), MOST_OBJECTS):
            some = found[at : at + MOST_OBJECTS]
            try:
                ids += await self._deliver(message, at, some, credentials, http)
            except SendError as error:
                error.sent_parts = tuple(ids)
                raise
        return SendResult(source_ids=tuple(ids))

    async def _deliver(
        self,
        message: OutboundMessage,
        at: int,
        some: list[Json],
        credentials: Credentials,
        http: httpx.AsyncClient,
    ) -> list[str]:
        """Answer by the reply token while there is a fresh one (it costs no quota), else push."""
        reply_token = text(message.thread.get("reply_token"))
        if reply_token and at == 0 and message.interrupted:
            # The token may have been taken, and a push under the key would then be a second copy.
            raise SendError(
                ErrorCategory.UNCERTAIN, "It may have been delivered by an earlier attempt."
            )
        if reply_token and at == 0:
            body: Json = {"replyToken": reply_token, "messages": some}
            try:
                answer = await _ask(
                    "POST", "/v2/bot/message/reply", credentials, http, body=body, repeatable=False
                )
                return _sent(answer)
            except SendError as error:
                if "reply token" not in str(error).lower():
                    raise
        answer = await _ask(
            "POST",
            "/v2/bot/message/push",
            credentials,
            http,
            body={"to": message.to, "messages": some},
            headers={"x-line-retry-key": retry_key(message.id, at)},
            repeatable=True,
        )
        return _sent(answer)

    async def fetch(
        self, source: MediaSource, credentials: Credentials, http: httpx.AsyncClient
    ) -> Media:
        """A file by its message's id. LINE may still be converting it, and deletes it after a while."""
        base = (credentials.base_url or DATA_HOST).rstrip("/")
        token = api_secret(credentials, "channel_token")
        try:
            return await download(
                http,
                f"{base}/v2/bot/message/{quote(source.media_id or '', safe='')}/content",
                hosts=(urlsplit(base).hostname or "",),
                credentials=credentials,
                headers={"authorization": f"Bearer {token}"},
            )
        except SendError as error:
            if error.code != "202":
                raise
            raise SendError(
                ErrorCategory.TRANSIENT, "LINE is still converting this file.", code="202"
            ) from error

    async def profile(
        self, source_id: str, credentials: Credentials, http: httpx.AsyncClient
    ) -> InboundContact | None:
        """Name, picture and language; LINE has nobody under an id that blocked us."""
        try:
            answer = await _ask(
                "GET", f"/v2/bot/profile/{quote(source_id, safe='')}", credentials, http
            )
        except SendError as error:
            if error.code == "404":
                return None
            raise
        language = text(answer.get("language"))
        return InboundContact(
            source_id=source_id,
            name=text(answer.get("displayName")),
            avatar_url=text(answer.get("pictureUrl")),
            attributes={"language_code": language} if language else {},
        )

    async def check(self, credentials: Credentials, http: httpx.AsyncClient) -> list[Step]:
        """Ask whether the token is this bot's, and whether its webhook is switched on."""

        async def bot() -> str:
            found = await _ask("GET", "/v2/bot/info", credentials, http)
            if text(found.get("userId")) != credentials.address:
                raise StepFailed("This token belongs to another bot.")
            return text(found.get("displayName")) or ""

        async def webhook() -> str:
            found = await _ask("GET", "/v2/bot/channel/webhook/endpoint", credentials, http)
            if found.get("active") is not True:
                raise StepFailed("The webhook is switched off in LINE's console.")
            return text(found.get("endpoint")) or ""

        return await run({"bot": bot, "webhook": webhook})

    async def set_webhook(
        self, url: str, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Say where LINE reports to. Whether it does is a switch in LINE's console."""
        path = "/v2/bot/channel/webhook/endpoint"
        await _ask("PUT", path, credentials, http, body={"endpoint": url})

    async def typing(
        self, target: Target, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Show the loading animation."""
        body: Json = {"chatId": target.to, "loadingSeconds": LOADING_SECONDS}
        await _ask("POST", "/v2/bot/chat/loading/start", credentials, http, body=body)

    async def mark_read(
        self, target: Target, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Show that we read up to a message, by the token that came with it."""
        token = text(target.thread.get("mark_as_read_token"))
        if token:
            await _ask(
                "POST",
                "/v2/bot/chat/markAsRead",
                credentials,
                http,
                body={"markAsReadToken": token},
            )


def refusal(response: httpx.Response) -> SendError:
    """What LINE's answer means, in its own words and those about single fields."""
    answer = json_object(response)
    status = response.status_code
    words = text(answer.get("message")) or f"LINE answered HTTP {status}."
    details = [
        f"{text(one.get('property')) or '?'}: {text(one.get('message'))}"
        for one in objects(answer.get("details"))
    ]
    category = category_of_status(status)
    if QUOTA_USED_UP in words:
        category = ErrorCategory.CONFIG
    return SendError(
        category,
        "; ".join([words, *details]),
        code=str(status),
        retry_after=retry_after(response),
    )


async def _ask(
    method: str,
    path: str,
    credentials: Credentials,
    http: httpx.AsyncClient,
    *,
    body: Json | None = None,
    headers: dict[str, str] | None = None,
    repeatable: bool = True,
) -> Json:
    """Call the messaging API. Under a retry key, "conflict" means that it was taken before: a success."""
    base = (credentials.base_url or HOST).rstrip("/")
    token = api_secret(credentials, "channel_token")
    response = await request(
        http,
        method,
        base + path,
        repeatable=repeatable,
        json=body,
        headers={"authorization": f"Bearer {token}", **(headers or {})},
    )
    taken_before = response.status_code == httpx.codes.CONFLICT and headers is not None
    if not response.is_success and not taken_before:
        raise refusal(response)
    return json_object(response)


def _sent(answer: Json) -> list[str]:
    found = (text(one.get("id")) for one in objects(answer.get("sentMessages")))
    return [one for one in found if one]
