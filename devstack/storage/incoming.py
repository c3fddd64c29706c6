"""The file inside an upload request: a raw body, or the file part of a form.

Only what comes before the file in a form is known when its bytes begin, so later fields are
ignored, as by the real server.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, ClientPayloadError, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from devstack.storage.errors import no_content, too_large

MAX_USER_METADATA = 1024 * 1024  # bytes
MAX_PARTS = 1000  # of a form, before its file
_CHUNK = 64 * 1024  # bytes
_FIELDS = {"cacheControl", "metadata", "userMetadata", "contentType"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A file on its way in."""

    mime_type: str
    cache_control: str
    user_metadata: dict[str, Any] | None
    declared: int | None  #: the request's Content-Length, which a policy may look at
    framed: bool  #: whether that length counts more than the file (a form's boundaries)
    chunks: AsyncIterator[bytes]


async def incoming_file(request: web.Request) -> Incoming:
    """The file of this request; its bytes are read later, from `chunks`."""
    content_type = request.headers.get("Content-Type", "application/octet-stream")
    if content_type.lower().startswith("multipart/form-data"):
        return await _from_form(request)
    return Incoming(
        mime_type=content_type,
        cache_control=request.headers.get("Cache-Control", "no-cache"),
        user_metadata=decode_metadata(request.headers.get("x-metadata")),
        declared=request.content_length,
        framed=False,
        chunks=_raw_chunks(request),
    )


def decode_metadata(header: str | None) -> dict[str, Any] | None:
    """The user's own metadata from the header `x-metadata` (base64 of JSON)."""
    if header is None:
        return None
    try:
        return _metadata(base64.b64decode(header + "=" * (-len(header) % 4)).decode())
    except (binascii.Error, ValueError):
        return None


async def _from_form(request: web.Request) -> Incoming:
    fields: dict[str, str] = {}
    with _told_as_no_content():
        form = await request.multipart()
        for _ in range(MAX_PARTS):
            part = await form.next()
            if part is None:
                break
            if isinstance(part, MultipartReader):
                raise no_content("A form may not hold another form")
            if part.filename is None and part.name:
                await _keep_field(part, fields)
                continue
            cache_time = fields.get("cacheControl")
            content_type = part.headers.get("Content-Type", "application/octet-stream")
            return Incoming(
                mime_type=fields.get("contentType") or content_type,
                cache_control=f"max-age={cache_time}" if cache_time else "no-cache",
                user_metadata=_metadata(fields.get("metadata", fields.get("userMetadata"))),
                declared=request.content_length,
                framed=True,
                chunks=_part_chunks(form, part),
            )
    raise no_content("No content provided")


async def _keep_field(part: BodyPartReader, fields: dict[str, str]) -> None:
    if part.name not in _FIELDS:
        await part.release()
        return
    value = bytearray()
    while chunk := await part.read_chunk(_CHUNK):
        value += chunk
        if len(value) > MAX_USER_METADATA:
            raise too_large("user_metadata")
    fields[part.name] = value.decode()


def _metadata(text: str | None) -> dict[str, Any] | None:
    """An object of JSON; anything else is passed over, as by the real server."""
    try:
        value = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


async def _raw_chunks(request: web.Request) -> AsyncIterator[bytes]:
    with _told_as_no_content():
        async for chunk in request.content.iter_any():
            yield chunk


async def _part_chunks(form: MultipartReader, part: BodyPartReader) -> AsyncIterator[bytes]:
    with _told_as_no_content():
        while chunk := await part.read_chunk(_CHUNK):
            yield chunk
        # The part ends at the end of the body too; only the boundary tells that it is whole.
        await form.next()


@contextmanager
def _told_as_no_content() -> Iterator[None]:
    """Tell a client whose body is cut off or garbled that it is, in Storage's words."""
    try:
        yield
    except (
        ValueError,
        AssertionError,
        RuntimeError,
        ClientPayloadError,
        HttpProcessingError,
    ) as error:
        raise no_content(str(error) or "The body ended before it was complete") from None
