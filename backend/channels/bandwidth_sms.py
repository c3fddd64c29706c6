"""SMS and MMS by Bandwidth (Messaging API, version 2).

Settings: `account_id`, `application_id`. Secrets: `api_key`, `api_secret`, and the user name and password of
the application's callbacks, `webhook_username`, `webhook_password`: they are what proves a delivery.
`Credentials.address` is our number in E.164.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, unquote

import httpx

from backend.channels import signatures
from backend.channels.base import (
    Capabilities,
    Credentials,
    DeliveryStatus,
    ErrorCategory,
    Event,
    Ignored,
    InboundAttachment,
    InboundMessage,
    Json,
    Media,
    MediaSource,
    OutboundMessage,
    Repeatability,
    SendError,
    SendResult,
    StatusUpdate,
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
from backend.channels.payload import each, items, loads, must_obj, obj, parse_body, text, timestamp
from backend.channels.sms import TEXT_LIMIT, sender_of, wishes
from backend.channels.text import PLAIN, split

_API = "https://messaging.bandwidth.com"
_MEDIA_HOSTS = ("messaging.bandwidth.com",)
_FILES_PER_MESSAGE = 10
_MMS_BYTES = 3_750_000

_STATUSES = {
    "message-sending": DeliveryStatus.SENT,
    "message-delivered": DeliveryStatus.DELIVERED,
    "message-read": DeliveryStatus.READ,
    "message-failed": DeliveryStatus.FAILED,
}
_CODES: dict[ErrorCategory, tuple[int, ...]] = {
    ErrorCategory.CONFIG: (
        *(4001, 4302, 4401, 4403, 4405, 4407, 4408, 4409, 4431, 4432, 4433, 4434),
        *(4475, 4476, 4493, 4740, 4795),
    ),
    ErrorCategory.POLICY: (4470, 4481, 4482, 4492, 4750, 4770, 4771, 4772),
    ErrorCategory.RATE_LIMITED: (4780, 4781, 5600),
    ErrorCategory.RECIPIENT_OPTOUT: (4775,),
    ErrorCategory.RECIPIENT_UNREACHABLE: (4404, 4406, 4420, 4421),
    ErrorCategory.INVALID_CONTENT: (4711, 4712, 4751, 4752),
}
_CATEGORY = {code: category for category, codes in _CODES.items() for code in codes}
#: What is left, by the first digits: who refused, and whether anybody knows why.
_FAMILIES = (
    (5000, ErrorCategory.TRANSIENT),
    (4700, ErrorCategory.RECIPIENT_UNREACHABLE),
    (4000, ErrorCategory.INVALID_CONTENT),
)


def category_of(code: int | None) -> ErrorCategory:
    """Return what the code of a failed message means."""
    if code is None or code >= 9000:  # no receipt came, which is not to say that no message did
        return ErrorCategory.UNCERTAIN
    known = _CATEGORY.get(code)
    if known is not None:
        return known
    return next(
        (category for least, category in _FAMILIES if code >= least), ErrorCategory.INVALID_CONTENT
    )


class BandwidthSms:
    """Text messages; files go as MMS."""

    type = "bandwidth_sms"
    capabilities = Capabilities(
        repeatability=Repeatability.BLIND,
        text_limit=TEXT_LIMIT,
        caption_limit=TEXT_LIMIT,
        attachment_types=dict.fromkeys(("image", "audio", "video", "file"), _MMS_BYTES),
        attachments_per_message=_FILES_PER_MESSAGE,
        sends_per_second=1.0,
        writes_first=True,
    )

    # What comes in.

    def handshake(self, request: WebhookRequest, credentials: Credentials) -> str | None:  # noqa: ARG002
        """Return None: Bandwidth asks for no proof of the address."""
        return None

    def keys(self, request: WebhookRequest) -> tuple[str, ...]:
        """Return our numbers a delivery is about."""
        try:
            payload = loads(request.body)
        except ValueError:
            return ()
        owners = (_owner(obj(item)) for item in items(payload))
        return tuple(dict.fromkeys(owner for owner in owners if owner))

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        """Compare user name and password of the callbacks."""
        signatures.check_size(request, self.capabilities.webhook_bytes)
        expected = [
            signatures.secret(credentials, name)
            for name in ("webhook_username", "webhook_password")
        ]
        given = signatures.basic_auth(signatures.header(request.headers, "authorization"))
        matches = [signatures.same(*pair) for pair in zip(given, expected, strict=True)]
        signatures.require(str(all(matches)), str(True))

    def event_key(self, request: WebhookRequest) -> str:
        """Return the message's id, the step and the recipient; a hash when there are several."""
        try:
            listed = items(loads(request.body))
        except ValueError:
            listed = []
        item = obj(listed[0]) if len(listed) == 1 else {}
        source_id = text(obj(item.get("message")).get("id"))
        if source_id is None:
            return signatures.body_hash(request.body)
        return f"{source_id}:{text(item.get('type'))}:{text(item.get('to'))}"

    def parse(self, request: WebhookRequest, credentials: Credentials) -> Sequence[Event]:
        """Return the events about our number."""

        def listed(payload: Any) -> list[Event]:
            if not isinstance(payload, list):
                raise ValueError("A list was expected.")
            return each(payload, one)

        def one(item: Any) -> list[Event]:
            event = must_obj(item)
            if _owner(event) not in (None, credentials.address):
                return []
            return _event(event)

        return parse_body(request.body, listed)

    # What goes out.

    async def send(
        self, message: OutboundMessage, credentials: Credentials, http: httpx.AsyncClient
    ) -> SendResult:
        """Send a message in as many requests as it takes, each after the one before was accepted."""
        parts: list[Json] = [
            {"text": piece} for piece in split(as_text(message), PLAIN, TEXT_LIMIT)
        ]
        urls = [attachment.url for attachment in message.attachments]
        for start in range(0, len(urls), _FILES_PER_MESSAGE):
            batch = {"media": urls[start : start + _FILES_PER_MESSAGE]}
            if start == 0 and parts:
                parts[-1] |= batch
            else:
                parts.append(batch)
        if not parts:
            raise SendError(ErrorCategory.INVALID_CONTENT, "There is nothing to send.")

        async def send_part(part: Json) -> str:
            body = {
                "applicationId": str(credentials.settings.get("application_id") or ""),
                "to": [message.to],
                "from": credentials.address,
                **part,
                "tag": message.id,
            }
            return await self._create(body, credentials, http)

        return SendResult(source_ids=await send_parts(parts, message.sent_parts, send_part))

    async def _create(self, body: Json, credentials: Credentials, http: httpx.AsyncClient) -> str:
        response = await request(
            http,
            "POST",
            _url(credentials, "/messages"),
            repeatable=False,
            auth=_auth(credentials),
            json=body,
        )
        if not response.is_success:
            raise _error_of(response)
        source_id = text(json_object(response).get("id"))
        if source_id is None:
            raise SendError(ErrorCategory.UNCERTAIN, "The provider gave no message id.")
        return source_id

    async def check(self, credentials: Credentials, http: httpx.AsyncClient) -> list[Step]:
        """Ask whether the account knows us."""

        async def account() -> str:
            response = await request(
                http,
                "GET",
                _url(credentials, "/media"),
                repeatable=True,
                auth=_auth(credentials),
            )
            if not response.is_success:
                raise _error_of(response)
            return str(credentials.settings.get("account_id") or "")

        return await run({"account": account})

    async def fetch(
        self, source: MediaSource, credentials: Credentials, http: httpx.AsyncClient
    ) -> Media:
        """Download a file with the credentials of the API."""
        if source.url is None:
            raise SendError(ErrorCategory.INVALID_CONTENT, "The file has no address.")
        proof = signatures.basic_header(*_auth(credentials))
        media = await download(
            http,
            source.url,
            hosts=_MEDIA_HOSTS,
            credentials=credentials,
            headers={"authorization": proof},
        )
        name = source.file_name or media.file_name or file_name(None, media.content_type)
        return Media(data=media.data, content_type=media.content_type, file_name=name)


def _url(credentials: Credentials, path: str) -> str:
    account = quote(str(credentials.settings.get("account_id") or ""), safe="")
    return f"{(credentials.base_url or _API).rstrip('/')}/api/v2/users/{account}{path}"


def _error_of(response: httpx.Response) -> SendError:
    answer = json_object(response)
    return SendError(
        category_of_status(response.status_code),
        text(answer.get("description")) or f"HTTP {response.status_code}",
        code=text(answer.get("type")) or str(response.status_code),
        retry_after=retry_after(response),
    )


def _auth(credentials: Credentials) -> tuple[str, str]:
    return credentials.secrets.get("api_key", ""), credentials.secrets.get("api_secret", "")


def _owner(event: Json) -> str | None:
    """Return our number: the owner of the message, or whom it came to."""
    message = obj(event.get("message"))
    if text(message.get("owner")):
        return text(message.get("owner"))
    return text(message.get("from") if message.get("direction") == "out" else event.get("to"))


def _event(event: Json) -> list[Event]:
    kind = text(event.get("type")) or ""
    message = must_obj(event.get("message"))
    source_id = text(message.get("id"))
    if source_id is None:
        raise ValueError("A message without an id.")
    if kind == "message-received":
        return _received(event, message, source_id)
    status = _STATUSES.get(kind)
    if status is None:
        return [Ignored(reason=f"event: {kind}")]
    failed = status is DeliveryStatus.FAILED
    code = event.get("errorCode")
    return [
        StatusUpdate(
            status=status,
            source_id=source_id,
            contact_source_id=text(event.get("to")),
            at=timestamp(event.get("time")),
            error_category=category_of(code if isinstance(code, int) else None) if failed else None,
            error_code=text(code) if failed else None,
            error_text=text(event.get("description")) if failed else None,
            message_id=text(message.get("tag")),
        )
    ]


def _received(event: Json, message: Json, source_id: str) -> list[Event]:
    sender = text(message.get("from"))
    if sender is None:
        raise ValueError("A message from nobody.")
    contact, attributes = sender_of(sender)
    recipients = [number for number in map(text, items(message.get("to"))) if number]
    if len(recipients) > 1:
        attributes["group"] = recipients
    content = text(message.get("text")) or ""
    return [
        InboundMessage(
            source_id=source_id,
            contact=contact,
            content=content,
            content_attributes=attributes,
            attachments=tuple(
                _file(url) for url in map(text, items(message.get("media"))) if url and _worth(url)
            ),
            sent_at=timestamp(message.get("time")) or timestamp(event.get("time")),
            raw=event,
        ),
        *wishes(sender, content),
    ]


def _worth(url: str) -> bool:
    """Tell a file from the layout (SMIL) that phones add to every MMS."""
    return not url.lower().partition("?")[0].endswith((".smil", ".smi"))


def _file(url: str) -> InboundAttachment:
    name = file_name(unquote(url.partition("?")[0].rpartition("/")[2]))
    kinds = {
        "image": (".png", ".jpg", ".jpeg", ".gif", ".webp", ".heic"),
        "video": (".mp4", ".3gp", ".mov", ".3gpp"),
        "audio": (".mp3", ".amr", ".ogg", ".m4a", ".wav", ".aac"),
        "contact": (".vcf", ".vcard"),
    }
    kind = next((kind for kind, ends in kinds.items() if name.lower().endswith(ends)), "file")
    return InboundAttachment(kind=kind, media=MediaSource(url=url, file_name=name))
