"""What Twilio's SMS and WhatsApp share: signatures, webhooks, sending, errors.

Settings: `account_sid`, `api_key_sid` (with an API key), `messaging_service_sid`, `status_callback`.
Secrets: `auth_token` (signs webhooks, also for inboxes that send with an API key), `api_key_secret`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

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
    InboundContact,
    InboundMessage,
    Media,
    MediaSource,
    OutboundMessage,
    SendError,
    SendResult,
    StatusUpdate,
    WebhookRejected,
    WebhookRequest,
)
from backend.channels.health import Step, StepFailed, run
from backend.channels.http import (
    json_object,
    request,
    send_parts,
)
from backend.channels.media import download, file_name
from backend.channels.payload import clean, each, loads, number, obj, text
from backend.channels.twilio_errors import category_of, error_of, words_of

_API = "https://api.twilio.com"
_MESSAGING_API = "https://messaging.twilio.com"
_MEDIA_HOSTS = ("api.twilio.com", ".twiliocdn.com", ".amazonaws.com")
_MOST_PARAMETERS = 500
_MOST_MEDIA = 10

Form = list[tuple[str, str]]

_STATUSES = {
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "undelivered": DeliveryStatus.FAILED,
    "failed": DeliveryStatus.FAILED,
}


def form(body: bytes) -> Form:
    """Return all parameters in their order, blank ones too, nothing trimmed."""
    try:
        return parse_qsl(
            body.decode("utf-8", "replace"),
            keep_blank_values=True,
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        return []


def _fields(request: WebhookRequest) -> dict[str, str]:
    """Return the parameters of a delivery, also of one in JSON."""
    if request.body.lstrip()[:1] == b"{":
        try:
            given = obj(loads(request.body))
        except ValueError:
            return {}
        return {str(key): str(value) for key, value in given.items() if value is not None}
    return {str(clean(key)): str(clean(value)) for key, value in form(request.body)}


def signature(auth_token: str, url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """Return what Twilio signs with: the URL, then every distinct parameter by name and value."""
    data = url + "".join(key + value for key, value in sorted(set(parameters)))
    return signatures.hmac_base64(auth_token, data.encode("utf-8", "surrogatepass"), "sha1")


def _spellings(url: str) -> tuple[str, ...]:
    """Return the URL with and without its default port: proxies and Twilio do not agree on it."""
    parts = urlsplit(url)
    try:
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return (url,)
    default = {"https": 443, "http": 80}.get(parts.scheme)
    if default is None or port not in (None, default):
        return (url,)
    bare = f"{parts.scheme}://{host}"
    rest = url.partition("://")[2]
    rest = rest[len(parts.netloc) :]
    return tuple(dict.fromkeys((url, bare + rest, f"{bare}:{default}{rest}")))


class Twilio:
    """The parts that do not depend on the medium."""

    type: str
    capabilities: Capabilities

    def handshake(self, request: WebhookRequest, credentials: Credentials) -> str | None:  # noqa: ARG002
        """Return None: Twilio asks for no proof of the address."""
        return None

    def keys(self, request: WebhookRequest) -> tuple[str, ...]:
        """Return the messaging service when there is one, then our number: either may be the inbox."""
        fields = _fields(request)
        ours = fields.get("From" if _is_status(fields) else "To")
        found = (fields.get("MessagingServiceSid"), ours)
        return tuple(dict.fromkeys(key for key in found if key))

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        """Compare the signature over the URL and all parameters; over the body's hash when it is JSON."""
        signatures.check_size(request, self.capabilities.webhook_bytes)
        key = signatures.secret(credentials, "auth_token")
        given = signatures.header(request.headers, "x-twilio-signature")
        parameters = form(request.body)
        hashes = parse_qs(urlsplit(request.url).query).get("bodySHA256")
        if hashes:
            signatures.require(hashes[0].lower(), signatures.body_hash(request.body))
            parameters = []
        elif request.body and not parameters:
            raise WebhookRejected("The body is not a form, and its hash is not in the address.")
        matches = [
            signatures.same(given, signature(key, url, parameters))
            for url in _spellings(request.url)
        ]
        if not any(matches):
            raise WebhookRejected("The signature does not match.")

    def event_key(self, request: WebhookRequest) -> str:
        """Return the message's id with its status: one key per step of one message."""
        fields = _fields(request)
        sid = fields.get("MessageSid") or fields.get("SmsSid")
        if not sid:
            return signatures.body_hash(request.body)
        return f"{sid}:{fields.get('MessageStatus') or 'received'}"

    def parse(self, request: WebhookRequest, credentials: Credentials) -> Sequence[Event]:
        """Return the event in one delivery."""

        def one(fields: Any) -> list[Event]:
            if not self._concerns(fields, credentials):
                return []
            return [self._status(fields)] if _is_status(fields) else self.received(fields)

        return each([_fields(request)], one)

    def _concerns(self, fields: Mapping[str, str], credentials: Credentials) -> bool:
        ours = fields.get("From" if _is_status(fields) else "To")
        service = fields.get("MessagingServiceSid")
        mine = (credentials.address, credentials.settings.get("messaging_service_sid"))
        named = [name for name in (ours, service) if name]
        return not named or any(name in mine for name in named)

    def received(self, fields: Mapping[str, str]) -> list[Event]:
        """Return what a message that came in means."""
        raise NotImplementedError

    def _status(self, fields: Mapping[str, str]) -> Event:
        given = fields["MessageStatus"]
        status = _STATUSES.get(given)
        if status is None:
            return Ignored(reason=f"status: {given}")
        sid = fields.get("MessageSid") or fields.get("SmsSid")
        if not sid:
            raise ValueError("A status of no message.")
        category, words, code = None, None, None
        if status is DeliveryStatus.FAILED:
            code = fields.get("ErrorCode") or None
            known = int(code) if code is not None and code.isdecimal() and len(code) < 9 else None
            category = category_of(known, ErrorCategory.RECIPIENT_UNREACHABLE)
            words = fields.get("ErrorMessage") or words_of(known) or given
        return StatusUpdate(
            status=status,
            source_id=sid,
            contact_source_id=fields.get("To") or None,
            error_category=category,
            error_code=code,
            error_text=words,
        )

    # What goes out.

    def root(self, credentials: Credentials) -> str:
        """Return where the account's own resources are."""
        account = quote(str(credentials.settings.get("account_sid") or ""), safe="")
        base = (credentials.base_url or _API).rstrip("/")
        return f"{base}/2010-04-01/Accounts/{account}"

    def messaging(self, credentials: Credentials) -> str:
        """Return where messaging services are."""
        return (credentials.base_url or _MESSAGING_API).rstrip("/")

    def auth(self, credentials: Credentials) -> tuple[str, str]:
        """Return the pair the inbox really uses: an API key, else the account's own token."""
        key, secret = (
            credentials.settings.get("api_key_sid"),
            credentials.secrets.get("api_key_secret"),
        )
        if key and secret:
            return str(key), secret
        account = str(credentials.settings.get("account_sid") or "")
        return account, credentials.secrets.get("auth_token", "")

    def parts(self, message: OutboundMessage) -> list[Form]:
        """Return the parameters of each request a message takes."""
        raise NotImplementedError

    async def send(
        self, message: OutboundMessage, credentials: Credentials, http: httpx.AsyncClient
    ) -> SendResult:
        """Send a message in as many requests as it takes, each after the one before was accepted."""
        parts = self.parts(message)
        if not parts:
            raise SendError(ErrorCategory.INVALID_CONTENT, "There is nothing to send.")

        async def send_part(part: Form) -> str:
            return await self._create([("To", message.to), *self._sender(credentials), *part],
                                      credentials, http)  # fmt: skip

        return SendResult(source_ids=await send_parts(parts, message.sent_parts, send_part))

    def _sender(self, credentials: Credentials) -> Form:
        settings = credentials.settings
        service = settings.get("messaging_service_sid")
        if not service and credentials.address.startswith("MG"):
            service = credentials.address
        sender = ("MessagingServiceSid", str(service)) if service else ("From", credentials.address)
        callback = settings.get("status_callback")
        return [sender, ("StatusCallback", str(callback))] if callback else [sender]

    async def _create(self, fields: Form, credentials: Credentials, http: httpx.AsyncClient) -> str:
        url = f"{self.root(credentials)}/Messages.json"
        answer = await self.post(http, url, fields, credentials)
        sid = text(answer.get("sid"))
        if sid is None:
            raise SendError(ErrorCategory.UNCERTAIN, "The provider gave no message id.")
        return sid

    async def get(
        self,
        http: httpx.AsyncClient,
        url: str,
        credentials: Credentials,
        params: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Ask Twilio for something. Raises `SendError`."""
        response = await request(
            http, "GET", url, repeatable=True, auth=self.auth(credentials), params=params
        )
        if response.is_success:
            return json_object(response)
        raise error_of(response)

    async def post(
        self, http: httpx.AsyncClient, url: str, fields: Form, credentials: Credentials
    ) -> dict[str, Any]:
        """Tell Twilio something. Raises `SendError`."""
        data: dict[str, list[str]] = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        response = await request(
            http, "POST", url, repeatable=False, auth=self.auth(credentials), data=data
        )
        if response.is_success:
            return json_object(response)
        raise error_of(response)

    async def mark_read(
        self,
        source_id: str,
        credentials: Credentials,
        http: httpx.AsyncClient,
        *,
        typing: bool = False,
    ) -> None:
        """Show that somebody is writing, where the channel can; that marks the message read as well."""
        if not (self.capabilities.typing and typing):
            return
        fields = [("messageId", source_id), ("channel", "whatsapp")]
        await self.post(
            http, f"{self.messaging(credentials)}/v2/Indicators/Typing.json", fields, credentials
        )

    async def check(self, credentials: Credentials, http: httpx.AsyncClient) -> list[Step]:
        """Ask whether the account knows us and may send."""

        async def account() -> str:
            found = await self.get(http, f"{self.root(credentials)}.json", credentials)
            if found.get("status") != "active":
                raise StepFailed(f"The account is {text(found.get('status')) or 'unknown'}.")
            return text(found.get("friendly_name")) or ""

        return await run({"account": account})

    async def fetch(
        self, source: MediaSource, credentials: Credentials, http: httpx.AsyncClient
    ) -> Media:
        """Download a file; without a password when the account asks for none and refuses one."""
        if source.url is None:
            raise SendError(ErrorCategory.INVALID_CONTENT, "The file has no address.")
        proof = signatures.basic_header(*self.auth(credentials))
        try:
            media = await self._download(source.url, credentials, http, {"authorization": proof})
        except SendError as error:
            if error.category is not ErrorCategory.AUTH:
                raise
            media = await self._download(source.url, credentials, http, {})
        content_type = source.content_type or media.content_type
        name = source.file_name or media.file_name or file_name(None, content_type)
        return Media(data=media.data, content_type=content_type, file_name=name)

    async def _download(
        self,
        url: str,
        credentials: Credentials,
        http: httpx.AsyncClient,
        headers: Mapping[str, str],
    ) -> Media:
        return await download(
            http, url, hosts=_MEDIA_HOSTS, credentials=credentials, headers=headers
        )


def _is_status(fields: Mapping[str, str]) -> bool:
    return bool(fields.get("MessageStatus"))


def message_of(
    fields: Mapping[str, str],
    contact: InboundContact,
    *,
    attributes: dict[str, Any] | None = None,
    more: Sequence[InboundAttachment] = (),
) -> InboundMessage:
    """Return a message that came in, with all its files."""
    sid = fields.get("MessageSid") or fields.get("SmsSid")
    if not sid:
        raise ValueError("A message without an id.")
    return InboundMessage(
        source_id=sid,
        contact=contact,
        content=fields.get("Body", ""),
        content_attributes=attributes or {},
        attachments=(*_files(fields), *more),
        in_reply_to=fields.get("OriginalRepliedMessageSid") or None,
        raw=dict(fields),
    )


def _files(fields: Mapping[str, str]) -> list[InboundAttachment]:
    count = int(number(fields.get("NumMedia")) or 0)
    return [
        InboundAttachment(
            kind=_kind(content_type, fields.get("MessageType")),
            media=MediaSource(url=fields[f"MediaUrl{index}"], content_type=content_type or None),
        )
        for index in range(min(max(count, 0), _MOST_MEDIA))
        if fields.get(f"MediaUrl{index}")
        for content_type in [fields.get(f"MediaContentType{index}", "")]
    ]


def _kind(content_type: str, message_type: str | None) -> str:
    main = content_type.partition(";")[0].strip().lower()
    if message_type == "sticker":
        return "sticker"
    if main in ("text/vcard", "text/x-vcard"):
        return "contact"
    family = main.partition("/")[0]
    return family if family in ("image", "audio", "video") else "file"


def content_variables(values: Any) -> str:
    """Return the variables of a content template, as the JSON string Twilio wants."""
    given = (
        {str(index): value for index, value in enumerate(values, 1)}
        if isinstance(values, list)
        else obj(values)
    )
    named = {str(name): str(value) for name, value in given.items() if value is not None}
    return json.dumps(named, ensure_ascii=False, separators=(",", ":"))
