"""TikTok Business Messaging. `Credentials.address` is the business's open id; contacts are conversations."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import httpx

from backend.channels.base import (
    Capabilities,
    Credentials,
    DeliveryStatus,
    ErrorCategory,
    Event,
    Ignored,
    InboundAttachment,
    InboundContact,
    InboundMessage,
    Json,
    Media,
    MediaSource,
    OutboundAttachment,
    OutboundMessage,
    Repeatability,
    SendError,
    SendResult,
    StatusUpdate,
    WebhookRejected,
    WebhookRequest,
)
from backend.channels.choices import as_text
from backend.channels.health import Step, run
from backend.channels.http import (
    category_of_status,
    json_object,
    request,
    retry_after,
    send_parts,
)
from backend.channels.media import download, file_name
from backend.channels.payload import (
    integer,
    loads,
    must_obj,
    obj,
    parse_body,
    required,
    text,
    timestamp,
)
from backend.channels.sending import (
    api_secret,
    no_id,
    nothing_to_send,
    since_last_incoming,
    window_closed,
)
from backend.channels.signatures import body_hash, check_size, header, hmac_hex, require, secret
from backend.channels.text import PLAIN, split

HOST = "https://business-api.tiktok.com"
MESSAGES = "/open_api/v1.3/business/message"
MEDIA_HOSTS = (
    ".tiktokcdn.com",
    ".tiktokcdn-us.com",
    ".tiktokv.com",
    ".ibyteimg.com",
    ".tiktok.com",
)
MIB = 1024 * 1024
WINDOW_HOURS = 48
MOST_UNANSWERED = 10  #: messages, each text and picture being one
MAX_SIGNATURE_AGE = 300  # seconds
IMAGE_TYPES = {"image/jpeg", "image/png"}

_CODES = {
    40001: ErrorCategory.CONFIG,
    40064: ErrorCategory.RATE_LIMITED,
    40100: ErrorCategory.RATE_LIMITED,
    40102: ErrorCategory.AUTH,
    40104: ErrorCategory.AUTH,
    40105: ErrorCategory.AUTH,
    50000: ErrorCategory.TRANSIENT,
    50002: ErrorCategory.TRANSIENT,
    51010: ErrorCategory.TRANSIENT,
}


class TikTok:
    """Secrets: `app_secret`, `access_token` and, to renew that, `refresh_token` with the setting `app_id`."""

    type = "tiktok"
    capabilities = Capabilities(
        repeatability=Repeatability.BLIND,
        text_limit=6000,
        attachment_types={"image": 3 * MIB},
        reply_window_hours=WINDOW_HOURS,
        read_receipts=True,
        sends_per_second=10,
    )

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock

    def handshake(
        self,
        request: WebhookRequest,  # noqa: ARG002
        credentials: Credentials,  # noqa: ARG002
    ) -> str | None:
        """TikTok asks for nothing before it sends."""
        return None

    def keys(self, request: WebhookRequest) -> tuple[str, ...]:
        """The business the delivery is for."""
        try:
            business = text(obj(loads(request.body)).get("user_openid"))
        except ValueError:
            return ()
        return (business,) if business else ()

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        """The app's signature over time and raw body; an old one is a recording."""
        check_size(request, self.capabilities.webhook_bytes)
        given = dict(
            part.lstrip().partition("=")[::2]
            for part in header(request.headers, "tiktok-signature").split(",")
        )
        at = given.get("t", "")
        signed = at.encode("utf-8", "surrogatepass") + b"." + request.body
        require(given.get("s", ""), hmac_hex(secret(credentials, "app_secret"), signed))
        if not at.isascii() or not at.isdigit():
            raise WebhookRejected("The signature has no time.")
        if abs(self._clock() - int(at)) > MAX_SIGNATURE_AGE:
            raise WebhookRejected("The signature is too old.")

    def event_key(self, request: WebhookRequest) -> str:
        """The body's hash: TikTok repeats a delivery as it was."""
        return body_hash(request.body)

    def parse(self, request: WebhookRequest, credentials: Credentials) -> Sequence[Event]:
        """The one event of a delivery."""

        def delivery(body: Json) -> list[Event]:
            if text(must_obj(body).get("user_openid")) != credentials.address:
                return []
            return [_event(body, _content(body))]

        return parse_body(request.body, delivery)

    async def send(
        self, message: OutboundMessage, credentials: Credentials, http: httpx.AsyncClient
    ) -> SendResult:
        """Text and each picture go apart."""
        passed = since_last_incoming(message)
        if passed is None or passed.total_seconds() > WINDOW_HOURS * 3600:
            raise window_closed(WINDOW_HOURS)
        pieces = split(as_text(message), PLAIN, self.capabilities.text_limit)
        found: list[str | OutboundAttachment] = [*pieces, *message.attachments]

        if not found:
            raise nothing_to_send()
        if message.unanswered + len(found) > MOST_UNANSWERED:
            raise SendError(
                ErrorCategory.WINDOW_CLOSED,
                f"TikTok takes {MOST_UNANSWERED} messages until the customer answers;"
                f" {message.unanswered} went out already.",
            )

        async def send_part(numbered: tuple[int, str | OutboundAttachment]) -> str:
            place, part = numbered
            call: Json = {
                "business_id": credentials.address,
                "recipient_type": "CONVERSATION",
                "recipient": message.to,
            }
            if isinstance(part, str):
                call |= {"message_type": "TEXT", "text": {"body": part}}
            else:
                media_id = await _upload(part, credentials, http)
                call |= {"message_type": "IMAGE", "image": {"media_id": media_id}}
            if message.in_reply_to and place == 0:
                call["referenced_message_info"] = {"referenced_message_id": message.in_reply_to}
            data = await _ask(f"{MESSAGES}/send/", credentials, http, json=call)
            message_id = text(obj(data.get("message")).get("message_id"))
            if message_id is None:
                raise no_id("TikTok")
            return message_id

        ids = await send_parts(list(enumerate(found)), message.sent_parts, send_part)
        return SendResult(source_ids=ids)

    async def fetch(
        self, source: MediaSource, credentials: Credentials, http: httpx.AsyncClient
    ) -> Media:
        """A picture: TikTok names a short-lived address for it."""
        conversation, message, media = _media_parts(source)
        data = await _ask(
            f"{MESSAGES}/media/download/",
            credentials,
            http,
            repeatable=True,
            json={
                "business_id": credentials.address,
                "conversation_id": conversation,
                "message_id": message,
                "media_id": media,
                "media_type": "IMAGE",
            },
        )
        url = text(data.get("download_url")) or ""
        return await download(http, url, hosts=MEDIA_HOSTS, credentials=credentials)

    async def check(self, credentials: Credentials, http: httpx.AsyncClient) -> list[Step]:
        """Ask whether the token is this business's."""

        async def account() -> str:
            query = {"business_id": credentials.address, "fields": '["username"]'}
            data = await _ask(
                "/open_api/v1.3/business/get/", credentials, http, "GET", params=query
            )
            return text(data.get("username")) or ""

        return await run({"account": account})

    async def refresh_token(
        self, credentials: Credentials, http: httpx.AsyncClient
    ) -> tuple[dict[str, str], datetime]:
        """Trade the tokens (a day, a year) for fresh ones, and say until when the access token is good."""
        app = _app(credentials)
        call = {
            "client_id": app["app_id"],
            "client_secret": app["secret"],
            "grant_type": "refresh_token",
            "refresh_token": api_secret(credentials, "refresh_token"),
        }
        data = await _ask(
            "/open_api/v1.3/tt_user/oauth2/refresh_token/", credentials, http, json=call
        )
        fresh = {name: required(data.get(name), name) for name in ("access_token", "refresh_token")}
        return fresh, datetime.now(UTC) + timedelta(seconds=integer(data.get("expires_in")) or 0)

    async def set_webhook(
        self, url: str, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Say where TikTok reports to, for all businesses that are connected through this app."""
        call = _app(credentials) | {"event_type": "DIRECT_MESSAGE", "callback_url": url}
        path = "/open_api/v1.3/business/webhook/update/"
        await _ask(path, credentials, http, repeatable=True, json=call)


def _app(credentials: Credentials) -> Json:
    """The app, as TikTok knows it. Raises `SendError`."""
    app_id = text(credentials.settings.get("app_id"))
    if app_id is None:
        raise SendError(ErrorCategory.CONFIG, "TikTok asks for the app's id: add it to the inbox.")
    return {"app_id": app_id, "secret": api_secret(credentials, "app_secret")}


# Reading.


def _content(body: Json) -> Json:
    """The event itself: JSON inside a string. Raises `ValueError`."""
    inside = body.get("content")
    return obj(loads(inside.encode("utf-8"))) if isinstance(inside, str) else obj(inside)


def _event(body: Json, content: Json) -> Event:
    kind = required(body.get("event"), "event")
    if kind == "im_receive_msg_eu":
        return Ignored(reason="TikTok withholds messages from this region")
    if kind in {"im_receive_msg", "im_send_msg"}:
        return _message(content, echo=kind == "im_send_msg", raw=body)
    if kind == "im_mark_read_msg":
        return _read(content)
    if kind.startswith("im_"):
        raise ValueError(f"An unknown event: {kind}.")
    return Ignored(reason=kind)


def _contact(content: Json, person: str) -> InboundContact:
    """The conversation is what we answer to; the person in it is known by a second id."""
    known = text(obj(content.get(f"{person}_user")).get("id"))
    username = text(content.get(person))
    return InboundContact(
        source_id=required(content.get("conversation_id"), "conversation_id"),
        aliases=(known,) if known else (),
        name=username,
        username=username,
    )


def _message(content: Json, *, echo: bool, raw: Json) -> InboundMessage:
    said = text(obj(content.get("text")).get("body")) or ""
    found = _attachment(content)
    answered = obj(content.get("referenced_message_info"))
    return InboundMessage(
        source_id=required(content.get("message_id"), "message_id"),
        contact=_contact(content, "to" if echo else "from"),
        content=said,
        content_attributes={"external_echo": True} if echo else {},
        attachments=(found,) if found else (),
        sent_at=timestamp(content.get("timestamp")),
        in_reply_to=text(answered.get("referenced_message_id")),
        echo=echo,
        unsupported=not said and found is None,
        raw=raw,
    )


def _attachment(content: Json) -> InboundAttachment | None:
    if media := text(obj(content.get("image")).get("media_id")):
        conversation, message = (
            text(content.get("conversation_id")),
            text(content.get("message_id")),
        )
        return InboundAttachment(
            kind="image", media=MediaSource(media_id=f"{conversation}|{message}|{media}")
        )
    post = obj(content.get("share_post"))
    if url := text(post.get("embed_url")):
        video = text(post.get("video_id"))
        return InboundAttachment(kind="share", url=url, meta={"video_id": video})
    return None


def _media_parts(source: MediaSource) -> tuple[str, str, str]:
    """What TikTok wants to know about a file: conversation, message and media."""
    conversation, _, rest = (source.media_id or "").partition("|")
    message, _, media = rest.partition("|")
    return conversation, message, media


def _read(content: Json) -> Event:
    """The customer read up to a moment. Our own reading is told as well, and is no news."""
    if text(obj(content.get("from_user")).get("role")) == "business_account":
        return Ignored(reason="the business read a message")
    until = timestamp(obj(content.get("read")).get("last_read_timestamp"))
    if until is None:
        raise ValueError("There is no last_read_timestamp.")
    return StatusUpdate(
        status=DeliveryStatus.READ,
        contact_source_id=required(content.get("conversation_id"), "conversation_id"),
        watermark=until,
        at=timestamp(content.get("timestamp")),
    )


# Talking to TikTok.


async def _upload(
    one: OutboundAttachment, credentials: Credentials, http: httpx.AsyncClient
) -> str:
    """Hand a picture over and return the id it is sent by."""
    if one.content_type not in IMAGE_TYPES:
        raise SendError(
            ErrorCategory.INVALID_CONTENT, "TikTok takes only JPEG and PNG pictures as attachments."
        )
    name = file_name(one.file_name, one.content_type)
    data = await _ask(
        f"{MESSAGES}/media/upload/",
        credentials,
        http,
        repeatable=True,
        data={"business_id": credentials.address, "media_type": "IMAGE"},
        files={"file": (name, one.data, one.content_type)},
    )
    media_id = text(data.get("media_id"))
    if media_id is None:
        raise SendError(ErrorCategory.TRANSIENT, "TikTok gave the picture no id.")
    return media_id


def refusal(response: httpx.Response) -> SendError:
    """What TikTok's answer means: its code counts, the status is nearly always 200."""
    answer = json_object(response)
    code = integer(answer.get("code"))
    fallback = category_of_status(response.status_code)
    category = _CODES.get(code, fallback) if code is not None else fallback
    return SendError(
        category,
        text(answer.get("message")) or f"TikTok answered HTTP {response.status_code}.",
        code=str(code if code is not None else response.status_code),
        retry_after=retry_after(response),
    )


async def _ask(
    path: str,
    credentials: Credentials,
    http: httpx.AsyncClient,
    method: str = "POST",
    *,
    repeatable: bool = False,
    **arguments: object,
) -> Json:
    """Call the business API and return its `data`. Raises `SendError`."""
    base = (credentials.base_url or HOST).rstrip("/")
    token = api_secret(credentials, "access_token")
    response = await request(
        http,
        method,
        f"{base}{path}",
        repeatable=repeatable or method == "GET",
        headers={"access-token": token},
        **arguments,
    )
    answer = json_object(response)
    if not response.is_success or integer(answer.get("code")) != 0:
        raise refusal(response)
    return obj(answer.get("data"))
