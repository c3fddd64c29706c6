"""Twilio's content templates: one set of numbered variables for all parts, and a type for each shape."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from backend.channels.base import ChannelTemplate, Json
from backend.channels.payload import items, obj, text
from backend.channels.whatsapp_template import parameter_format, variables

#: Shapes whose every part has a place among Meta's components.
_SHAPES = (
    "whatsapp/card",
    "twilio/card",
    "twilio/call-to-action",
    "twilio/quick-reply",
    "twilio/media",
    "twilio/text",
)


def next_page(page: Json) -> dict[str, str] | None:
    """Return what to ask the next page by. Its host is not followed, only its query."""
    url = text(obj(page.get("meta")).get("next_page_url"))
    return dict(parse_qsl(urlsplit(url).query)) if url else None


def templates_of(page: Json) -> list[ChannelTemplate]:
    """Return the templates on one page."""
    return [_template(content) for content in map(obj, items(page.get("contents")))]


def _template(content: Json) -> ChannelTemplate:
    approval = obj(content.get("approval_requests"))
    components = _components(obj(content.get("types")), obj(content.get("variables")))
    return ChannelTemplate(
        name=text(content.get("friendly_name")) or text(approval.get("name")) or "",
        language=text(content.get("language")) or "en",
        category=(text(approval.get("category")) or "utility").lower(),
        status=(text(approval.get("status")) or "unsubmitted").lower(),
        components=components,
        parameter_format=parameter_format(components),
        provider_id=text(content.get("sid")),
        reason=text(approval.get("rejection_reason")) or None,
    )


def _components(types: Json, examples: Json) -> list[Json]:
    shape = next((obj(types[name]) for name in _SHAPES if name in types), None)
    if shape is None:  # a list, a carousel, a form: nothing that is filled in as a text
        return [{"type": name} for name in types]
    components: list[Json] = []
    media = text(next(iter(items(shape.get("media"))), None))
    if media is not None and variables(media):
        return [{"type": "MEDIA"}]  # which file is shown depends on a value
    if header := text(shape.get("header_text")):
        components.append(_text("HEADER", header, examples))
    written = text(shape.get("body")) or text(shape.get("title"))
    if written:
        components.append(_text("BODY", written, examples))
    if footer := text(shape.get("footer")) or text(shape.get("subtitle")):
        components.append({"type": "FOOTER", "text": footer})
    buttons = [_button(obj(action), examples) for action in items(shape.get("actions"))]
    if buttons:
        components.append({"type": "BUTTONS", "buttons": buttons})
    return components


def _text(kind: str, written: str, examples: Json) -> Json:
    component: Json = {"type": kind, "text": written}
    names = variables(written)
    if names:
        part = kind.lower()
        component["example"] = {
            f"{part}_text_named_params": [
                {"param_name": name, "example": text(examples.get(name)) or ""} for name in names
            ]
        }
    return component


def _button(action: Json, examples: Json) -> Json:
    button: Json = {
        "type": str(action.get("type") or "QUICK_REPLY").upper(),
        "text": text(action.get("title")) or text(action.get("text")) or "",
    }
    if url := text(action.get("url")):
        button["url"] = url
        button["example"] = [text(examples.get(name)) or "" for name in variables(url)]
    return button


def values_of(template: Json) -> Any:
    """Return all values of a message's template under Twilio's one numbering."""
    given = obj(template.get("processed_params"))
    if "body" not in given and "header" not in given and "buttons" not in given:
        return given
    if isinstance(given.get("body"), list):
        return given["body"]
    values = {**obj(given.get("header")), **obj(given.get("body"))}
    for component in map(obj, items(obj(template.get("definition")).get("components"))):
        for button, value in zip(
            map(obj, items(component.get("buttons"))),
            map(obj, items(given.get("buttons"))),
            strict=False,
        ):
            for name in variables(button.get("url")):
                values[name] = value.get("parameter")
    return values
