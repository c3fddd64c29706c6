"""One call of Telegram's bot API: its form, its refusals and the second try some refusals ask for."""

from __future__ import annotations

import json

import httpx

from backend.channels.base import Credentials, ErrorCategory, Json, OutboundAttachment, SendError
from backend.channels.http import category_of_status, json_object, request, retry_after
from backend.channels.media import file_name
from backend.channels.payload import integer, number, obj, objects, text
from backend.channels.sending import api_secret, no_id
from backend.channels.telegram_calls import Call, chat_id
from backend.channels.telegram_updates import required_place

HOST = "https://api.telegram.org"

#: How an error's description begins or what it contains, in lower case -> what it means.
_PHRASES: tuple[tuple[int, str, ErrorCategory], ...] = (
    (400, "chat not found", ErrorCategory.RECIPIENT_UNREACHABLE),
    (400, "user not found", ErrorCategory.RECIPIENT_UNREACHABLE),
    (400, "user is deactivated", ErrorCategory.RECIPIENT_UNREACHABLE),
    (400, "peer_id_invalid", ErrorCategory.RECIPIENT_UNREACHABLE),
    (400, "business connection not found", ErrorCategory.CONFIG),
    (400, "business_connection_invalid", ErrorCategory.CONFIG),
    (400, "not enough rights", ErrorCategory.CONFIG),
)
_STATUSES = {
    401: ErrorCategory.AUTH,
    403: ErrorCategory.RECIPIENT_UNREACHABLE,
    404: ErrorCategory.AUTH,  # a token no bot has
    409: ErrorCategory.CONFIG,
    413: ErrorCategory.INVALID_CONTENT,
    429: ErrorCategory.RATE_LIMITED,
}


async def insist(
    call: Call, chat: str, credentials: Credentials, http: httpx.AsyncClient
) -> tuple[Json, str]:
    """Make a call, and once more in another way for the refusals that name the way out."""
    fields = call.fields | {"chat_id": chat_id(chat)}
    try:
        return await ask(call.method, fields, credentials, http, call.files), chat
    except Refusal as error:
        words = str(error).lower()
        if error.moved_to is not None:
            chat = error.moved_to
            fields["chat_id"] = chat_id(chat)
        elif "can't parse entities" in words and call.plain:
            fields = {name: value for name, value in fields.items() if name != "parse_mode"}
            fields |= call.plain
        elif "message to be replied not found" in words or "message to reply not found" in words:
            fields.pop("reply_parameters", None)
        elif call.method == "sendPhoto" and "photo_invalid_dimensions" in words:
            files = {"document": call.files["photo"]}
            return await ask("sendDocument", fields, credentials, http, files), chat
        else:
            raise
    return await ask(call.method, fields, credentials, http, call.files), chat


class Refusal(SendError):
    """Telegram said no; a group that became a supergroup says where it is now."""

    moved_to: str | None = None


def refusal(response: httpx.Response) -> Refusal:
    """What Telegram's answer means."""
    answer = json_object(response)
    code = integer(answer.get("error_code")) or response.status_code
    words = text(answer.get("description")) or f"Telegram answered HTTP {response.status_code}."
    category = _STATUSES.get(code) or category_of_status(code)
    for status, phrase, meaning in _PHRASES:
        if code == status and phrase in words.lower():
            category = meaning
    parameters = obj(answer.get("parameters"))
    error = Refusal(
        category,
        words,
        code=str(code),
        retry_after=number(parameters.get("retry_after")) or retry_after(response),
    )
    error.moved_to = text(parameters.get("migrate_to_chat_id"))
    return error


def base_url(credentials: Credentials) -> str:
    return (credentials.base_url or HOST).rstrip("/")


async def ask(
    method: str,
    fields: Json,
    credentials: Credentials,
    http: httpx.AsyncClient,
    files: dict[str, OutboundAttachment] | None = None,
    *,
    repeatable: bool = False,
) -> Json:
    """Call a method of the bot API: JSON, or a form when files go along. Raises `Refusal`."""
    url = f"{base_url(credentials)}/bot{api_secret(credentials, 'bot_token')}/{method}"
    arguments: Json
    if files:
        form = {
            name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for name, value in fields.items()
        }
        uploads = {
            name: (file_name(one.file_name, one.content_type), one.data, one.content_type)
            for name, one in files.items()
        }
        arguments = {"data": form, "files": uploads}
    else:
        arguments = {"json": fields}
    response = await request(http, "POST", url, repeatable=repeatable, **arguments)
    answer = json_object(response)
    if not response.is_success or answer.get("ok") is not True:
        raise refusal(response)
    return answer


def places(answer: Json) -> list[str]:
    """The ids of the messages a call made: one, or one for each of an album."""
    result = answer.get("result")
    messages = objects(result) if isinstance(result, list) else [obj(result)]
    try:
        return [str(required_place(one)) for one in messages]
    except ValueError:
        raise no_id("Telegram") from None
