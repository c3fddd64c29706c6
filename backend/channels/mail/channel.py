"""What all ways of getting mail have in common: how it is answered, and how it is told apart."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

import httpx

from backend.channels.base import (
    Capabilities,
    Credentials,
    ErrorCategory,
    Event,
    Ignored,
    Media,
    MediaSource,
    OutboundMessage,
    Quarantined,
    Repeatability,
    SendError,
    SendResult,
    WebhookRejected,
    WebhookRequest,
)
from backend.channels.mail.address import domain_of, read_addresses, without_tag
from backend.channels.mail.message import events_of, own_of
from backend.channels.mail.mime import MAX_MAIL, Mail
from backend.channels.mail.outgoing import build
from backend.channels.mail.smtp import deliver
from backend.channels.mail.threading import may_be_ours, reply_token
from backend.channels.media import download

MAX_TEXT = 150_000  # characters of a message
MAX_DOWNLOAD = MAX_MAIL
MAX_FILE = 40 * 1024 * 1024  # bytes; what does not fit into the mail goes as a link

#: What reading a request that is not what it should be may raise.
_RUBBISH = (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError)

CAPABILITIES = Capabilities(
    # The Message-ID is the same for every attempt, but no mail server promises to look at it.
    repeatability=Repeatability.BLIND,
    text_limit=MAX_TEXT,
    attachment_types=dict.fromkeys(("image", "audio", "video", "file"), MAX_FILE),
    attachments_per_message=15,
    read_receipts=False,
    sends_per_second=1.0,
    writes_first=True,
)


class MailChannel(ABC):
    """A way to get mail. `clock` says what time it is, for signatures and reply addresses that expire."""

    type: str
    capabilities = CAPABILITIES
    max_body = MAX_MAIL  #: bytes of a request; base64 inside JSON needs more
    media_hosts: tuple[
        str, ...
    ] = ()  #: where files may be fetched from, a leading dot means all below

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock

    def now(self) -> datetime:
        """What time it is."""
        return datetime.fromtimestamp(self._clock(), UTC)

    def handshake(self, request: WebhookRequest, credentials: Credentials) -> str | None:  # noqa: ARG002
        """No mail service asks for one."""
        return None

    def keys(self, request: WebhookRequest) -> tuple[str, ...]:
        """The inboxes this may be for, from the envelope: see `address_keys`."""
        if len(request.body) > self.max_body:
            return ()
        try:
            return address_keys(self.recipients(request))
        except _RUBBISH:
            return ()

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        """Raise `WebhookRejected` unless the service sent this for this inbox."""
        if len(request.body) > self.max_body:
            raise WebhookRejected(f"The mail is larger than {self.max_body} bytes.")
        self.prove(request, credentials)

    def event_key(self, request: WebhookRequest) -> str:
        """What makes this delivery the same as an earlier one; for rubbish its bytes."""
        try:
            return self.identify(request)
        except _RUBBISH:
            return body_key(request.body)

    def parse(self, request: WebhookRequest, credentials: Credentials) -> Sequence[Event]:
        """The events in one delivery."""
        try:
            if not self._is_for(request, credentials):
                return [Ignored(reason="for another inbox")]
            return self.events(request, credentials)
        except _RUBBISH as error:
            return [Quarantined(error=f"{type(error).__name__}: {error}"[:500])]

    @staticmethod
    def concerns(keys: Iterable[str], credentials: Credentials) -> bool:
        """Whether a mail to these addresses is this inbox's; reply addresses are known by their domain."""
        domains = (credentials.settings.get("inbound_domain"), domain_of(credentials.address))
        mine = {*_addresses_of(credentials), *(f"@{str(one).lower()}" for one in domains if one)}
        return not mine.isdisjoint(keys)

    def _is_for(self, request: WebhookRequest, credentials: Credentials) -> bool:
        if unquote(urlsplit(request.url).path.rpartition("/")[2]) == credentials.address:
            return True  # the URL names the inbox, whatever address was forwarded to it
        keys = self.keys(request)
        if not keys or not _addresses_of(credentials).isdisjoint(keys):
            return True
        if not self.concerns(keys, credentials):
            return False
        # Inboxes may share a domain for replies: whose this one is says the signature in the address.
        replies = [one for one in self.recipients(request) if reply_token(one)]
        secret = credentials.secrets.get("reply_token")
        return not replies or any(may_be_ours(one, secret) for one in replies)

    async def send(
        self, message: OutboundMessage, credentials: Credentials, http: httpx.AsyncClient
    ) -> SendResult:
        """Write the mail and hand it to the inbox's mail server."""
        mail = build(message, credentials, self.now())
        await deliver(mail, credentials, http)
        return SendResult(source_ids=(mail.message_id,))

    async def fetch(
        self, source: MediaSource, credentials: Credentials, http: httpx.AsyncClient
    ) -> Media:
        """The file that came with a mail, or that its service keeps for us."""
        if source.data is not None:
            return Media(
                data=source.data, content_type=source.content_type, file_name=source.file_name
            )
        if not source.url:
            raise SendError(ErrorCategory.INVALID_CONTENT, "The file has no address.")
        auth = self.download_auth(credentials)
        headers = {}
        if auth:
            headers["authorization"] = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
        media = await download(
            http,
            source.url,
            hosts=self.media_hosts,
            credentials=credentials,
            headers=headers,
            max_bytes=MAX_DOWNLOAD,
        )
        return replace(
            media,
            content_type=source.content_type or media.content_type,
            file_name=source.file_name or media.file_name,
        )

    def download_auth(self, credentials: Credentials) -> tuple[str, str] | None:  # noqa: ARG002
        """User and password for files the service keeps."""
        return None

    @abstractmethod
    def recipients(self, request: WebhookRequest) -> Sequence[str]:
        """Where the mail was really delivered to. May raise on rubbish."""

    @abstractmethod
    def prove(self, request: WebhookRequest, credentials: Credentials) -> None:
        """Raise `WebhookRejected` unless the service sent this for this inbox. The size is fine."""

    @abstractmethod
    def identify(self, request: WebhookRequest) -> str:
        """What makes this delivery the same as an earlier one. May raise on rubbish."""

    @abstractmethod
    def events(self, request: WebhookRequest, credentials: Credentials) -> Sequence[Event]:
        """The events in one delivery. May raise on rubbish."""

    def events_of(self, mail: Mail, credentials: Credentials) -> Sequence[Event]:
        """What a mail means to this inbox."""
        return events_of(mail, credentials, self.now())


def _addresses_of(credentials: Credentials) -> frozenset[str]:
    return own_of(credentials).addresses


def address_keys(recipients: Iterable[str]) -> tuple[str, ...]:
    """Under which names to look for the inbox of a mail.

    The address itself, without its plus tag, and for reply addresses `@domain`: the conversation in them
    is only trusted after `verify`. Where only a domain is known, recipients hold `@domain` already.
    """
    given = list(recipients)
    keys = [one.lower() for one in given if one.startswith("@")]
    for address in read_addresses(", ".join(given)):
        if reply_token(address.email):
            keys.append(f"@{domain_of(address.email)}")
        else:
            keys += [address.email, without_tag(address.email)]
    return tuple(dict.fromkeys(keys))


def body_key(*parts: bytes) -> str:
    """A key for deliveries that have no id."""
    return "sha256:" + hashlib.sha256(b"\0".join(parts)).hexdigest()


def check_secret(request: WebhookRequest, credentials: Credentials) -> None:
    """Services that do not sign: a secret in the URL or in the Authorization header."""
    secret = credentials.secrets.get("webhook_secret")
    if not secret:
        raise WebhookRejected("This inbox has no webhook secret.")
    given = [
        request.query.get("secret", ""),
        *_authorization(request.headers.get("authorization", "")),
    ]
    if not any(hmac.compare_digest(one.encode(), secret.encode()) for one in given):
        raise WebhookRejected("The webhook secret is missing or wrong.")


def _authorization(header: str) -> list[str]:
    """The bearer token, or the password of basic authentication."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return [value.strip()]
    if scheme.lower() != "basic":
        return []
    try:
        decoded = base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return []
    return [decoded.partition(":")[2]]
