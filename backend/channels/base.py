"""What every channel promises, and the words they all share.

An adapter translates. `keys`, `verify` and `parse` are pure functions of their arguments; only `send` and
`fetch` touch the network, through the client they are given. Nothing here knows the database, the settings or
which inbox it works for: whoever calls passes the inbox's credentials.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeAlias, runtime_checkable

import httpx

Json = dict[str, Any]


class DeliveryStatus(StrEnum):
    """How far an outgoing message got. `FAILED` stands beside the others."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class ErrorCategory(StrEnum):
    """Why a send failed, in our words; what follows from each is decided by the worker."""

    TRANSIENT = "transient"  #: try again later
    RATE_LIMITED = "rate_limited"  #: try again after `retry_after`
    AUTH = "auth"  #: credentials are no good: the inbox must be reconnected
    WINDOW_CLOSED = (
        "window_closed"  #: the provider takes free text only for so long after the customer wrote
    )
    RECIPIENT_UNREACHABLE = "recipient_unreachable"  #: blocked us, not on the channel, deactivated
    RECIPIENT_OPTOUT = "recipient_optout"  #: asked not to be written to
    INVALID_CONTENT = "invalid_content"  #: too long, bad media, bad template
    POLICY = "policy"  #: spam, quality or integrity block
    CONFIG = "config"  #: payment, permission, number not registered
    UNCERTAIN = "uncertain"  #: sent, no answer, and no way to ask: it may have arrived


class Repeatability(StrEnum):
    """What may be done when a send got no answer."""

    IDEMPOTENT = "idempotent"  #: sending again under the same key sends once
    BLIND = "blind"  #: nobody can tell: show it as uncertain, never send again by ourselves


class WebhookRejected(Exception):
    """The provider did not sign this request, or not for this inbox. Answer 401 and store nothing."""


class SendError(Exception):
    """A provider refused, or did not answer. The text is the provider's own, fit to be shown to an agent."""

    def __init__(
        self,
        category: ErrorCategory,
        text: str,
        *,
        code: str | None = None,
        retry_after: float | None = None,
        sent_parts: Sequence[str] = (),
    ) -> None:
        super().__init__(text)
        self.category = category
        self.code = code
        self.retry_after = retry_after  # seconds
        self.sent_parts = tuple(
            sent_parts
        )  #: ids of the parts that went out before this one failed


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """An HTTP request as it came in. `url` is the public one, query included; header names are lower case."""

    method: str
    url: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


class Reach(StrEnum):
    """Which addresses a mail server that a customer named may have."""

    PUBLIC = "public"
    LOOPBACK = "loopback"  #: and this machine; for trying and tests
    PRIVATE = "private"  #: and the installation's own network


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What an inbox needs to speak for itself. Never logged: `secrets` stays out of `repr`."""

    address: (
        str  #: the inbox at the provider: phone_number_id, page id, bot id, number, channel id …
    )
    settings: Mapping[str, Any] = field(default_factory=dict)  #: what administrators may read
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    base_url: str | None = None  #: instead of the provider's own API; for simulators and proxies
    mail_hosts: Reach = Reach.PUBLIC  #: where its mail servers may be


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaSource:
    """Where a file can be fetched: a URL, or an id that the adapter's `fetch` knows how to resolve."""

    url: str | None = None
    media_id: str | None = None
    content_type: str | None = None  #: as declared; the real type is sniffed after the download
    file_name: str | None = None
    byte_size: int | None = None
    sha256: str | None = None
    data: bytes | None = field(
        default=None, repr=False
    )  #: when the event itself carries the bytes (e-mail)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundAttachment:
    """Something that came with a message. A kind is a free word: an unknown one is kept as it is."""

    kind: str  #: image, audio, video, file, location, contact, sticker, share, story_mention, fallback …
    media: MediaSource | None = None
    title: str | None = None
    url: str | None = None  #: what it links to (shares, posts, fallbacks)
    latitude: float | None = None
    longitude: float | None = None
    meta: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundContact:
    """Who wrote, as the provider knows them."""

    source_id: str  #: answered to verbatim; unique inside an inbox
    aliases: tuple[
        str, ...
    ] = ()  #: other spellings of the same address (country variants, user ids)
    name: str | None = None
    username: str | None = None
    phone_number: str | None = None  #: E.164
    email: str | None = None
    avatar_url: str | None = None
    attributes: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """A message from the contact, or (`echo`) one the business wrote outside of Supadesk."""

    source_id: str  #: the provider's id of this message; our idempotency key
    contact: InboundContact
    content: str = ""
    content_type: str = "text"
    content_attributes: Json = field(default_factory=dict)
    attachments: tuple[InboundAttachment, ...] = ()
    sent_at: datetime | None = None
    in_reply_to: str | None = None  #: the provider's id of the message it answers
    thread_key: str | None = None  #: what else decides the conversation (e-mail threading)
    echo: bool = False
    unsupported: bool = False  #: shown as a placeholder, the raw event kept
    raw: Json = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdit:
    """The contact changed what they wrote. A null `content` leaves the text alone."""

    source_id: str
    content: str | None
    edited_at: datetime | None = None
    revision: int | None = None  #: the provider's count of edits; a lower one comes too late
    message: InboundMessage | None = (
        None  #: all of it as it reads now, for when the original was never seen
    )
    raw: Json = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDeletion:
    """The contact took a message back."""

    source_id: str
    deleted_at: datetime | None = None
    erase: bool = False  #: the provider wants the content gone for agents too


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """The contact reacted to a message; no `emoji` means they took it back."""

    message_source_id: str
    contact: InboundContact
    emoji: str | None
    reacted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusUpdate:
    """How far one of our messages got; or, with a watermark, all of ours to this contact until then."""

    status: DeliveryStatus
    source_id: str | None = None
    contact_source_id: str | None = None
    watermark: datetime | None = None
    and_earlier: bool = False  #: all of ours to this contact before `source_id` got as far
    at: datetime | None = None
    error_category: ErrorCategory | None = None
    error_code: str | None = None
    error_text: str | None = None
    message_id: str | None = None  #: our own id, where the provider gives it back


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactUpdate:
    """Something about a contact's address: it changed, opted out or in, blocked or unblocked us.

    `source_id` may also be an alias of the contact; `new_source_id` then takes the alias's place.
    """

    source_id: str
    new_source_id: str | None = None
    opted_out: bool | None = None
    unreachable: bool | None = None
    contact: InboundContact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxUpdate:
    """Something about the inbox itself: `template_status`, `quality`, `disconnected`, `connected` …"""

    kind: str
    details: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """Understood, and of no interest to a support desk."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """One item that could not be understood. Its siblings go on; the raw part is kept for a replay."""

    error: str
    raw: Any = field(default=None, repr=False)


Event: TypeAlias = (
    InboundMessage
    | MessageEdit
    | MessageDeletion
    | Reaction
    | StatusUpdate
    | ContactUpdate
    | InboxUpdate
    | Ignored
    | Quarantined
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundAttachment:
    """A file of ours on its way out: the bytes, and a short-lived public URL for providers that fetch."""

    kind: str
    file_name: str
    content_type: str
    url: str
    data: bytes = field(repr=False)
    preview_url: str | None = None  #: a small picture of it, for providers that ask for one
    duration_ms: int | None = None  #: of audio and video, when known


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """What an agent (or a rule) wrote, on its way out."""

    id: str  #: our id; the idempotency key where the provider takes one
    to: str  #: the contact's source_id
    content: str = ""  #: CommonMark
    content_type: str = "text"
    content_attributes: Json = field(default_factory=dict)
    attachments: tuple[OutboundAttachment, ...] = ()
    in_reply_to: str | None = None  #: the provider's id of the message it answers
    last_incoming_at: datetime | None = (
        None  #: when the contact last wrote; decides the reply window
    )
    unanswered: int = 0  #: how many of ours went out since then, where the provider counts them
    by_human: bool = True
    template: Json | None = None  #: {name, language, category, processed_params, id, definition}
    thread: Json = field(
        default_factory=dict
    )  #: subject, message ids, addresses (e-mail); connection ids
    sent_parts: tuple[
        str, ...
    ] = ()  #: what went out before an earlier attempt failed; goes on from there
    interrupted: bool = False  #: an earlier attempt began, and nobody knows how it ended


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """The provider took it: the id of each part, in order."""

    source_ids: tuple[str, ...]
    contact_alias: str | None = None  #: the provider answers to this spelling of the address


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A downloaded file."""

    data: bytes = field(repr=False)
    content_type: str | None
    file_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What the channel can do: one table, read by the worker, the dashboard and the settings screen."""

    repeatability: Repeatability
    text_limit: int  #: in the provider's own unit; the adapter splits
    caption_limit: int = 0
    attachment_types: Mapping[str, int] = field(
        default_factory=dict
    )  #: kind -> largest size in bytes
    attachments_per_message: int = 1
    reply_window_hours: int | None = None
    human_agent_window_hours: int | None = None
    templates: bool = False
    reactions: bool = False
    edits: bool = False
    typing: bool = False
    read_receipts: bool = False
    sends_per_second: float = 10.0  #: per sender
    webhook_bytes: int = 5 * 1024 * 1024  #: the largest delivery taken; more is refused by `verify`
    writes_first: bool = False  #: whether people can be written to who never wrote to us


class Channel(Protocol):
    """One provider. Stateless: one instance serves all inboxes."""

    type: str  #: our word for it; also the last part of the webhook's path
    capabilities: Capabilities

    def handshake(self, request: WebhookRequest, credentials: Credentials) -> str | None:
        """The answer to a verification request, None when it is not one. Raises `WebhookRejected`."""

    def keys(self, request: WebhookRequest) -> tuple[str, ...]:
        """The addresses (`Credentials.address`) this request is about, before anything is trusted."""

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        """Raise `WebhookRejected` unless the provider signed these bytes for this inbox."""

    def event_key(self, request: WebhookRequest) -> str:
        """What makes this delivery the same as an earlier one: the provider's id, else a hash of the body."""

    def parse(self, request: WebhookRequest, credentials: Credentials) -> Sequence[Event]:
        """The events in one delivery that concern this inbox, oldest first.

        Never raises: what cannot be understood is `Quarantined`, beside its siblings.
        """

    async def send(
        self, message: OutboundMessage, credentials: Credentials, http: httpx.AsyncClient
    ) -> SendResult:
        """Hand the message over. Raises `SendError`; `UNCERTAIN` when there was no answer and no key."""

    async def fetch(
        self, source: MediaSource, credentials: Credentials, http: httpx.AsyncClient
    ) -> Media:
        """Download a file that came in. Raises `SendError` (`TRANSIENT` when trying again may help)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTemplate:
    """A text that a provider approved beforehand, or did not: words in lower case, parts in Meta's shape."""

    name: str
    language: str
    category: str
    status: str  #: `approved`, or the provider's word for what it is instead
    components: list[Json]
    parameter_format: str = "positional"  #: or `named`
    provider_id: str | None = None
    reason: str | None = None  #: why it was rejected


@runtime_checkable
class HasTemplates(Protocol):
    """A channel with `Capabilities.templates`."""

    async def templates(
        self, credentials: Credentials, http: httpx.AsyncClient
    ) -> list[ChannelTemplate]:
        """Everything that the provider has of this inbox, to the last page. Raises `SendError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a gesture is about: a contact and, where it takes one, a message exchanged with them."""

    to: str  #: the contact's source_id
    source_id: str | None = None  #: the provider's id of the message
    thread: Json = field(default_factory=dict)  #: as in `OutboundMessage`


@runtime_checkable
class KnowsProfiles(Protocol):
    """A channel that can be asked who somebody is."""

    async def profile(
        self, source_id: str, credentials: Credentials, http: httpx.AsyncClient
    ) -> InboundContact | None:
        """Who that is; None when the provider does not say. Raises `SendError` when asking failed."""


@runtime_checkable
class Reacts(Protocol):
    """A channel with `Capabilities.reactions`."""

    async def react(
        self, target: Target, emoji: str | None, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Put this emoji under a message, or take ours away. Raises `SendError`."""


@runtime_checkable
class Edits(Protocol):
    """A channel with `Capabilities.edits`."""

    async def edit(
        self, target: Target, content: str, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Change the text of a message of ours. Raises `SendError`."""

    async def delete(
        self, target: Target, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Take a message of ours back. Raises `SendError`."""


@runtime_checkable
class ShowsTyping(Protocol):
    """A channel with `Capabilities.typing`."""

    async def typing(
        self, target: Target, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Let the contact see, for a few seconds, that we are writing. Raises `SendError`."""


@runtime_checkable
class MarksRead(Protocol):
    """A channel where the contact can be shown that we have read them."""

    async def mark_read(
        self, target: Target, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Show the contact that we read up to this message. Raises `SendError`."""


@runtime_checkable
class Acknowledges(Protocol):
    """A channel whose clients wait for an answer to some events (a pressed button that spins)."""

    async def acknowledge(
        self, message: InboundMessage, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Tell the provider that the event is in our hands; nothing to do for most. Raises `SendError`."""


@runtime_checkable
class SetsWebhook(Protocol):
    """A channel whose provider lets its own API say where it reports to."""

    async def set_webhook(
        self, url: str, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Have the provider report to this URL, which ends with the inbox's address. Raises `SendError`."""
