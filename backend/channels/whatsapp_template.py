"""Reading and filling in templates. The synced definition says what belongs where, not the caller."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from backend.channels.base import ChannelTemplate, ErrorCategory, Json, SendError
from backend.channels.payload import items, obj, text

_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_MEDIA = ("image", "video", "document")


def listed(template: Json) -> ChannelTemplate | None:
    """Return a template as Meta describes it in our words; None when it has no name."""
    name = text(template.get("name"))
    if name is None:
        return None
    components = [obj(component) for component in items(template.get("components"))]
    reason = text(template.get("rejected_reason"))
    return ChannelTemplate(
        name=name,
        language=text(template.get("language")) or "en",
        category=(text(template.get("category")) or "utility").lower(),
        status=(text(template.get("status")) or "unknown").lower(),
        components=components,
        parameter_format=parameter_format(components),
        provider_id=text(template.get("id")),
        reason=reason if reason not in (None, "NONE") else None,
    )


def parameter_format(components: list[Json]) -> str:
    """Return how values are told apart. Not every provider says it, and the texts do."""
    names = [name for one in components for name in variables(one.get("text"))]
    return "named" if any(not name.isdecimal() for name in names) else "positional"


def variables(written: object) -> list[str]:
    """Return the names between double braces, each once."""
    return list(dict.fromkeys(_VARIABLE.findall(str(written or ""))))


def header_media(template: Json) -> str | None:
    """Return the kind of file the header shows, None when it shows none."""
    definition = _definition(template, "HEADER")
    kind = text(definition.get("format"))
    if not definition:
        kind = text(obj(_given(template).get("header")).get("media_type"))
    return kind.lower() if kind is not None and kind.lower() in _MEDIA else None


def fill(template: Json, media_id: str | None = None) -> Json:
    """Return the template part of a message. Raises `SendError` when a value is missing."""
    given = _given(template)
    components: list[Json] = []
    kind = header_media(template)
    if kind is not None:
        components.append({"type": "header", "parameters": [_file(kind, given, media_id)]})
    else:
        components += _texts(template, "header", given.get("header"))
    components += _texts(template, "body", given.get("body"))
    components += _buttons(template, items(given.get("buttons")))
    filled: Json = {
        "name": text(template.get("name")) or "",
        "language": {"code": text(template.get("language")) or "en"},
    }
    return {**filled, "components": components} if components else filled


def _given(template: Json) -> Json:
    return obj(template.get("processed_params"))


def _definition(template: Json, kind: str) -> Json:
    for component in map(obj, items(obj(template.get("definition")).get("components"))):
        if str(component.get("type")).upper() == kind:
            return component
    return {}


def _values(given: Any) -> Mapping[str, str]:
    """Return values by name; a list counts from 1."""
    if isinstance(given, list):
        return {str(index): str(value) for index, value in enumerate(given, 1)}
    return {
        str(name): str(value)
        for name, value in obj(given).items()
        if value is not None and not str(name).startswith("media_")
    }


def _texts(template: Json, part: str, given: Any) -> list[Json]:
    values = _values(given)
    names = list(values)
    if obj(template.get("definition")):
        names = variables(_definition(template, part.upper()).get("text"))
    missing = [name for name in names if not values.get(name)]
    if missing:
        raise SendError(
            ErrorCategory.INVALID_CONTENT,
            f"The template's {part} needs a value for {', '.join(missing)}.",
        )
    if not names:
        return []
    named = any(not name.isdecimal() for name in names)
    if not named:
        names.sort(key=int)
    parameters: list[Json] = [
        {"type": "text", **({"parameter_name": name} if named else {}), "text": values[name]}
        for name in names
    ]
    return [{"type": part, "parameters": parameters}]


def _file(kind: str, given: Json, media_id: str | None) -> Json:
    header = obj(given.get("header"))
    source: Json = {"id": media_id} if media_id else {"link": text(header.get("media_url"))}
    if not any(source.values()):
        raise SendError(ErrorCategory.INVALID_CONTENT, f"The template's header needs a {kind}.")
    if kind == "document" and (name := text(header.get("media_name"))):
        source["filename"] = name
    return {"type": kind, kind: source}


def _buttons(template: Json, given: list[Any]) -> list[Json]:
    defined = [obj(button) for button in items(_definition(template, "BUTTONS").get("buttons"))]
    filled: list[Json] = []
    for index in range(max(len(defined), 0 if defined else len(given))):
        value = obj(given[index]) if index < len(given) else {}
        kind = str((defined[index] if defined else value).get("type")).lower()
        dynamic = not defined or bool(variables(defined[index].get("url")))
        parameter = text(value.get("parameter")) or text(value.get("payload"))
        button = _button(kind, parameter, required=bool(defined) and dynamic)
        if button is not None and not (kind == "url" and not dynamic):
            filled.append({"type": "button", "index": str(index), **button})
    return filled


def _button(kind: str, parameter: str | None, *, required: bool) -> Json | None:
    """Return what a button needs, None when it needs nothing."""
    if parameter is None:
        if (kind == "url" and required) or kind == "copy_code":
            raise SendError(
                ErrorCategory.INVALID_CONTENT, f"The template's {kind} button needs a value."
            )
        return None
    match kind:
        case "quick_reply":
            parameters = [{"type": "payload", "payload": parameter}]
        case "url":
            parameters = [{"type": "text", "text": parameter}]
        case "copy_code":
            parameters = [{"type": "coupon_code", "coupon_code": parameter}]
        case _:
            return None
    return {"sub_type": kind, "parameters": parameters}
