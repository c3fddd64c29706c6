"""Writing to Messenger and Instagram: the reply window, the parts of a message, and Graph's refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import httpx

from backend.channels.base import (
    Credentials,
    ErrorCategory,
    Json,
    OutboundMessage,
    SendError,
)
from backend.channels.choices import numbered
from backend.channels.health import StepFailed
from backend.channels.http import category_of_status, json_object, request, retry_after
from backend.channels.meta import GRAPH_VERSION
from backend.channels.payload import integer, items, obj, objects, text
from backend.channels.sending import (
    Card,
    api_secret,
    cards,
    is_picture,
    no_id,
    nothing_to_send,
    options,
    shortened,
    since_last_incoming,
    window_closed,
)
from backend.channels.text import PLAIN, characters, split

WINDOW = timedelta(hours=24)
HUMAN_AGENT_WINDOW = timedelta(days=7)
MOST_QUICK_REPLIES = 13
MOST_CARDS = 10
MOST_BUTTONS = 3
TITLE_LIMIT = 20  # characters of a button or quick reply
CARD_LIMIT = 80  # characters of a card's title or subtitle

Codes = Mapping[tuple[int, int | None], ErrorCategory]

#: (code, subcode) as Graph gives them; without a subcode: for all others of that code.
ERRORS: Codes = {
    (1, None): ErrorCategory.TRANSIENT,
    (2, None): ErrorCategory.TRANSIENT,
    (1200, None): ErrorCategory.TRANSIENT,
    (4, None): ErrorCategory.RATE_LIMITED,
    (17, None): ErrorCategory.RATE_LIMITED,
    (32, None): ErrorCategory.RATE_LIMITED,
    (613, None): ErrorCategory.RATE_LIMITED,
    (80002, None): ErrorCategory.RATE_LIMITED,
    (80006, None): ErrorCategory.RATE_LIMITED,
    (102, None): ErrorCategory.AUTH,
    (190, None): ErrorCategory.AUTH,
    (10, 2018065): ErrorCategory.WINDOW_CLOSED,
    (10, 2018278): ErrorCategory.WINDOW_CLOSED,
    (10, 2534022): ErrorCategory.WINDOW_CLOSED,
    (10, None): ErrorCategory.CONFIG,
    (200, 1545041): ErrorCategory.RECIPIENT_UNREACHABLE,
    (200, None): ErrorCategory.CONFIG,
    (230, None): ErrorCategory.CONFIG,
    (299, None): ErrorCategory.CONFIG,
    (551, None): ErrorCategory.RECIPIENT_UNREACHABLE,
    (9010, None): ErrorCategory.RECIPIENT_UNREACHABLE,
    (100, 2018001): ErrorCategory.RECIPIENT_UNREACHABLE,
    (100, 2534001): ErrorCategory.RECIPIENT_UNREACHABLE,
    (100, 2534014): ErrorCategory.RECIPIENT_UNREACHABLE,
    (100, 2018109): ErrorCategory.POLICY,
    (100, 2534013): ErrorCategory.RATE_LIMITED,
    (100, None): ErrorCategory.INVALID_CONTENT,
    (4, 2018022): ErrorCategory.INVALID_CONTENT,
    (368, None): ErrorCategory.POLICY,
}


def refusal(response: httpx.Response) -> SendError:
    """What Graph's answer means."""
    error = obj(json_object(response).get("error"))
    code, subcode = integer(error.get("code")), integer(error.get("error_subcode"))
    category = category_of_status(response.status_code)
    if code is not None:
        category = ERRORS.get((code, subcode)) or ERRORS.get((code, None)) or category
    words = text(error.get("error_user_msg")) or text(error.get("message"))
    shown = "/".join(str(part) for part in (code, subcode) if part is not None)
    return SendError(
        category,
        words or f"Meta answered HTTP {response.status_code}.",
        code=shown or str(response.status_code),
        retry_after=retry_after(response),
    )


async def graph(
    http: httpx.AsyncClient,
    method: str,
    host: str,
    path: str,
    credentials: Credentials,
    *,
    body: Json | None = None,
    query: Mapping[str, str] | None = None,
) -> Json:
    """Ask Graph for something. The token goes in a header, so that no log has it in a URL."""
    base = (credentials.base_url or host).rstrip("/")
    token = api_secret(credentials, "access_token")
    response = await request(
        http,
        method,
        f"{base}/{GRAPH_VERSION}/{path}",
        repeatable=method == "GET",
        json=body,
        params=query,
        headers={"authorization": f"Bearer {token}"},
    )
    answer = json_object(response)
    if not response.is_success or "error" in answer:
        raise refusal(response)
    return answer


def permission(message: OutboundMessage, credentials: Credentials) -> Json:
    """By what right we write: an answer, or a human's late one. Raises `SendError` (`WINDOW_CLOSED`).

    The tag is for people and only for late answers; anything else breaks Meta's rules.
    """
    passed = since_last_incoming(message)
    if passed is not None and passed <= WINDOW:
        return {"messaging_type": "RESPONSE"}
    late = credentials.settings.get("human_agent") is True and message.by_human
    if passed is not None and late and passed <= HUMAN_AGENT_WINDOW:
        return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    window = HUMAN_AGENT_WINDOW if late else WINDOW
    raise window_closed(int(window.total_seconds() // 3600))


def parts(
    message: OutboundMessage, limit: int, unit: Callable[[str], int] = characters
) -> list[Json]:
    """The calls it takes: text and files go apart, and quick replies are on the last."""
    offered = options(message)
    shown = cards(message)
    content = message.content
    if len(offered) > MOST_QUICK_REPLIES:
        content, offered = numbered(content, [option.title for option in offered]), []
    texts: list[Json] = [{"text": piece} for piece in split(content, PLAIN, limit, unit)]
    files: list[Json] = [
        {"attachment": {"type": kind_of(one.content_type), "payload": {"url": one.url}}}
        for one in message.attachments
    ]
    files += templates(shown)
    found = files + texts if offered else texts + files
    if not found:
        raise nothing_to_send()
    if offered:
        found[-1]["quick_replies"] = [
            {
                "content_type": "text",
                "title": shortened(option.title, TITLE_LIMIT),
                "payload": option.value,
            }
            for option in offered
        ]
    return found


def sent_id(answer: Json) -> str:
    """The id of what was sent. Raises `SendError` (`UNCERTAIN`) when Meta gave none."""
    found = text(answer.get("message_id"))
    if found is None:
        raise no_id("Meta")
    return found


def kind_of(content_type: str) -> str:
    """What Meta calls a file of this type."""
    family = content_type.partition("/")[0]
    if family in {"audio", "video"}:
        return family
    return "image" if is_picture(content_type) else "file"


def templates(shown: list[Card]) -> list[Json]:
    """Cards as Meta's templates: words with buttons, or a row of pictures."""
    if not shown:
        return []
    plain = all(
        card.links and not card.media_url and len(card.links) <= MOST_BUTTONS for card in shown
    )
    if plain:
        payloads = [
            {
                "template_type": "button",
                "text": "\n".join(line for line in (card.title, card.description) if line),
                "buttons": _buttons(card),
            }
            for card in shown
        ]
    else:
        payloads = [
            {"template_type": "generic", "elements": [_element(card) for card in row]}
            for row in (shown[at : at + MOST_CARDS] for at in range(0, len(shown), MOST_CARDS))
        ]
    return [{"attachment": {"type": "template", "payload": payload}} for payload in payloads]


def _buttons(card: Card) -> list[Json]:
    found: list[Json] = []
    for link in card.links[:MOST_BUTTONS]:
        title = shortened(link.title, TITLE_LIMIT)
        if link.url:
            found.append({"type": "web_url", "url": link.url, "title": title})
        else:
            found.append({"type": "postback", "title": title, "payload": link.payload or title})
    return found


def _element(card: Card) -> Json:
    element: Json = {"title": shortened(card.title or card.description, CARD_LIMIT)}
    if card.description and card.title:
        element["subtitle"] = shortened(card.description, CARD_LIMIT)
    if card.media_url:
        element["image_url"] = card.media_url
    if card.links:
        element["buttons"] = _buttons(card)
    return element


def is_private(error: SendError) -> bool:
    """Whether a profile was asked for that Meta does not show: the message counts all the same."""
    code = (error.code or "").partition("/")[0]
    return code in {"100", "230", "9010"}


def subscribed(answer: Json) -> str:
    """Who gets the events of a page or account. Raises `StepFailed` when nobody gets messages."""
    apps = objects(answer.get("data"))
    listening = [app for app in apps if "messages" in items(app.get("subscribed_fields"))]
    if not listening:
        raise StepFailed("No app receives the messages sent here.")
    return ", ".join(text(app.get("name")) or text(app.get("id")) or "?" for app in listening)
