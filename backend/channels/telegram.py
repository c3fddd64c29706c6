"""Telegram bots, in their own chats and in business accounts'. `Credentials.address` is the bot's id."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx

from backend.channels.base import (
    Capabilities,
    Credentials,
    ErrorCategory,
    Event,
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
    WebhookRequest,
)
from backend.channels.health import Step, StepFailed, run
from backend.channels.media import download, file_name
from backend.channels.payload import (
    loads,
    must_obj,
    obj,
    parse_body,
    required,
    text,
)
from backend.channels.sending import api_secret, reaction
from backend.channels.signatures import body_hash, check_size, header, require, secret
from backend.channels.telegram_api import ask, base_url, insist, places
from backend.channels.telegram_calls import (
    CAPTION_LIMIT,
    FILE_LIMIT,
    MOST_IN_ALBUM,
    PHOTO_LIMIT,
    TEXT_LIMIT,
    at,
    calls,
    chat_id,
    formatted,
    known_place,
    where_to,
)
from backend.channels.telegram_updates import DOWNLOAD_LIMIT, UpdateReader
from backend.channels.text import TELEGRAM, render

UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "message_reaction",
    "my_chat_member",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
)


class Telegram:
    """Secrets: `bot_token`, `webhook_secret`. Settings: `groups` (conversations in groups, too)."""

    type = "telegram"
    capabilities = Capabilities(
        repeatability=Repeatability.BLIND,
        text_limit=TEXT_LIMIT,
        caption_limit=CAPTION_LIMIT,
        attachment_types={
            "image": PHOTO_LIMIT,
            "audio": FILE_LIMIT,
            "video": FILE_LIMIT,
            "file": FILE_LIMIT,
        },
        attachments_per_message=MOST_IN_ALBUM,
        reactions=True,
        edits=True,
        typing=True,
        sends_per_second=30,
    )

    def handshake(
        self,
        request: WebhookRequest,  # noqa: ARG002
        credentials: Credentials,  # noqa: ARG002
    ) -> str | None:
        """Telegram asks for nothing before it sends."""
        return None

    def keys(self, request: WebhookRequest) -> tuple[str, ...]:
        """The last part of the path: what `set_webhook` was given. The body does not name the bot."""
        last = urlsplit(request.url).path.rstrip("/").rpartition("/")[2]
        return (last,) if last and last != self.type else ()

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        """The secret that `set_webhook` agreed on; the body is not signed."""
        check_size(request, self.capabilities.webhook_bytes)
        given = header(request.headers, "x-telegram-bot-api-secret-token")
        require(given, secret(credentials, "webhook_secret"))

    def event_key(self, request: WebhookRequest) -> str:
        """The update's number, which only counts for one bot."""
        try:
            update = text(obj(loads(request.body)).get("update_id"))
        except ValueError:
            update = None
        return f"{'/'.join(self.keys(request))}:{update or body_hash(request.body)}"

    def parse(self, request: WebhookRequest, credentials: Credentials) -> Sequence[Event]:
        """The events of one update."""
        reader = UpdateReader(credentials)
        return parse_body(request.body, lambda body: reader.read(must_obj(body)))

    async def send(
        self, message: OutboundMessage, credentials: Credentials, http: httpx.AsyncClient
    ) -> SendResult:
        """Text as HTML, files uploaded (Telegram's own fetching fails too often), pictures as albums."""
        if message.content_type == "reaction":
            await self.react(*reaction(message), credentials, http)
            return SendResult(source_ids=())
        ids = list(message.sent_parts)
        chat = message.to
        reached = 0
        for call in calls(message):
            reached += call.messages
            if reached <= len(message.sent_parts):
                continue  # an earlier attempt got this far
            try:
                answer, chat = await insist(call, chat, credentials, http)
                ids += places(answer)
            except SendError as error:
                error.sent_parts = tuple(ids)
                raise
        return SendResult(source_ids=tuple(ids), contact_alias=chat if chat != message.to else None)

    async def fetch(
        self, source: MediaSource, credentials: Credentials, http: httpx.AsyncClient
    ) -> Media:
        """A file by its id. The URL it is at holds the bot's token: it never leaves this function."""
        answer = await ask(
            "getFile", {"file_id": source.media_id}, credentials, http, repeatable=True
        )
        path = required(obj(answer.get("result")).get("file_path"), "file_path")
        media = await download(
            http,
            f"{base_url(credentials)}/file/bot{api_secret(credentials, 'bot_token')}/{path}",
            hosts=(urlsplit(base_url(credentials)).hostname or "",),
            credentials=credentials,
            max_bytes=DOWNLOAD_LIMIT,
        )
        return Media(
            data=media.data,
            content_type=source.content_type or media.content_type,
            file_name=source.file_name or file_name(path, source.content_type),
        )

    async def react(
        self, target: Target, emoji: str | None, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Put one emoji under a message, or none. Bots cannot do it in a business account's chats."""
        place = known_place(target)
        if place.connection:
            raise SendError(
                ErrorCategory.INVALID_CONTENT,
                "Telegram lets bots react in their own chats only, not in a business account's.",
            )
        reaction = [{"type": "emoji", "emoji": emoji}] if emoji else []
        fields = {
            "chat_id": chat_id(place.chat),
            "message_id": place.number,
            "reaction": reaction,
        }
        await ask("setMessageReaction", fields, credentials, http, repeatable=True)

    async def edit(
        self, target: Target, content: str, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Change the words of a message, or those under its file."""
        place = known_place(target)
        where = at(place)
        written = formatted(render(content, TELEGRAM))
        try:
            await ask("editMessageText", where | written, credentials, http, repeatable=True)
        except SendError as error:
            if "message is not modified" in str(error):
                return
            if "no text in the message" not in str(error):
                raise
            caption = {"caption": render(content, TELEGRAM), "parse_mode": "HTML"}
            await ask("editMessageCaption", where | caption, credentials, http, repeatable=True)

    async def delete(
        self, target: Target, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Take a message back; Telegram allows it for two days."""
        place = known_place(target)
        if place.connection:
            fields: Json = {
                "business_connection_id": place.connection,
                "message_ids": [place.number],
            }
            await ask("deleteBusinessMessages", fields, credentials, http, repeatable=True)
        else:
            await ask("deleteMessage", at(place), credentials, http, repeatable=True)

    async def typing(
        self, target: Target, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Show "typing" for five seconds."""
        fields = where_to(target.to, target.thread) | {"action": "typing"}
        await ask("sendChatAction", fields, credentials, http, repeatable=True)

    async def mark_read(
        self, target: Target, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Show that we read a message in a business account's chat; a bot's own chats have no such thing."""
        place = known_place(target)
        if place.connection:
            await ask("readBusinessMessage", at(place), credentials, http, repeatable=True)

    async def acknowledge(
        self, message: InboundMessage, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Stop a pressed button from spinning."""
        query = text(message.content_attributes.get("callback_query_id"))
        if query is None:
            return
        try:
            await ask(
                "answerCallbackQuery",
                {"callback_query_id": query},
                credentials,
                http,
                repeatable=True,
            )
        except SendError as error:
            if error.category is not ErrorCategory.INVALID_CONTENT:  # too old: it spins no more
                raise

    async def set_webhook(
        self, url: str, credentials: Credentials, http: httpx.AsyncClient
    ) -> None:
        """Have Telegram send updates to this URL, whose last part is the inbox's address."""
        fields: Json = {
            "url": url,
            "secret_token": api_secret(credentials, "webhook_secret"),
            "max_connections": 40,
            "drop_pending_updates": False,
            "allowed_updates": list(UPDATES),
        }
        await ask("setWebhook", fields, credentials, http, repeatable=True)

    async def check(self, credentials: Credentials, http: httpx.AsyncClient) -> list[Step]:
        """Ask whose token this is, and whether updates are sent and taken."""

        async def bot() -> str:
            found = await self.identity(credentials, http)
            if found.source_id != credentials.address:
                raise StepFailed("This token belongs to another bot.")
            return f"@{found.username}"

        async def webhook() -> str:
            answer = await ask("getWebhookInfo", {}, credentials, http, repeatable=True)
            found = obj(answer.get("result"))
            url = text(found.get("url"))
            if url is None:
                raise StepFailed("Telegram sends this bot's updates nowhere.")
            if credentials.address not in self.keys(_asked_at(url)):
                raise StepFailed(f"Telegram sends this bot's updates elsewhere: {url}")
            words, waiting = (
                text(found.get("last_error_message")),
                found.get("pending_update_count"),
            )
            if words and waiting:  # without any waiting it was long ago and is over
                raise StepFailed(f"The last delivery failed: {words} ({waiting} waiting)")
            return url

        return await run({"bot": bot, "webhook": webhook})

    async def identity(self, credentials: Credentials, http: httpx.AsyncClient) -> InboundContact:
        """Whose token this is: the proof that it works, and the address for the inbox."""
        answer = await ask("getMe", {}, credentials, http, repeatable=True)
        bot = obj(answer.get("result"))
        return InboundContact(
            source_id=required(bot.get("id"), "id"),
            name=text(bot.get("first_name")),
            username=text(bot.get("username")),
        )


def _asked_at(url: str) -> WebhookRequest:
    return WebhookRequest(method="POST", url=url, query={}, headers={}, body=b"")
