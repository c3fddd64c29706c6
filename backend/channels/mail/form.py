"""The fields of a posted form as bytes: frameworks decode them as UTF-8, and mails are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

MAX_FIELDS = 1000


@dataclass(frozen=True, slots=True)
class Field:
    """One field; files have a name and a type."""

    name: str
    data: bytes
    file_name: str | None = None
    content_type: str | None = None


class FormError(ValueError):
    """This is no form."""


class _Reader:
    """Collects what the push parser finds."""

    def __init__(self) -> None:
        self.fields: list[Field] = []
        self._headers: dict[str, bytes] = {}
        self._name = self._value = b""
        self._data: list[bytes] = []

    def on_part_begin(self) -> None:
        self._headers, self._data = {}, []

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value
        self._name = self._value = b""

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._data.append(data[start:end])

    def on_part_end(self) -> None:
        if len(self.fields) >= MAX_FIELDS:
            raise FormError("The form has too many fields.")
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        name, file_name = options.get(b"name"), options.get(b"filename")
        if name is None:
            return
        kind = self._headers.get("content-type")
        self.fields.append(
            Field(
                name.decode("utf-8", "replace"),
                b"".join(self._data),
                file_name.decode("utf-8", "replace") if file_name is not None else None,
                kind.decode("latin-1") if kind else None,
            )
        )


def read_form(content_type: str, body: bytes) -> list[Field]:
    """The fields of a multipart or urlencoded body, in their order. Raises `FormError`."""
    kind, options = parse_options_header(content_type)
    if kind == b"application/x-www-form-urlencoded":
        pairs = [pair.partition(b"=") for pair in body.split(b"&", MAX_FIELDS) if pair]
        if len(pairs) > MAX_FIELDS:
            raise FormError("The form has too many fields.")
        return [
            Field(_plain(name).decode("utf-8", "replace"), _plain(value))
            for name, _, value in pairs
        ]
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise FormError("The body is no form.")
    reader = _Reader()
    names = ("part_begin", "header_field", "header_value", "header_end", "part_data", "part_end")
    try:
        callbacks: Any = {f"on_{name}": getattr(reader, f"on_{name}") for name in names}
        parser = MultipartParser(boundary, callbacks)
        parser.write(body)
        parser.finalize()
    except (MultipartParseError, ValueError) as error:
        raise FormError("The form cannot be read.") from error
    return reader.fields


def _plain(data: bytes) -> bytes:
    return unquote_to_bytes(data.replace(b"+", b" "))
