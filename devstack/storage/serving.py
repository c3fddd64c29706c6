"""Answers with an object's bytes: conditions, ranges, and the headers that go with them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, BinaryIO
from urllib.parse import quote

from aiohttp import web

from devstack.storage.errors import StorageError, invalid_header, invalid_range
from devstack.storage.rows import Row
from devstack.storage.state import files_of

_CHUNK = 256 * 1024  # bytes
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_NOT_IN_A_HEADER = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_UNQUOTED = "!'()*"  # what encodeURIComponent leaves, besides letters, digits and _.-~


async def send_object(
    request: web.Request, row: Row, *, expires: int | None = None
) -> web.StreamResponse:
    """The bytes of an object, or as much of them as was asked for.

    `expires` (seconds since 1970) is when the signed URL ends; it takes the place of the
    object's own cache-control.
    """
    file = files_of(request).open(row["bucket_id"], row["version"])
    if file is None:
        raise StorageError(404, "Not found", "The resource was not found")
    with file:
        size = os.fstat(file.fileno()).st_size
        metadata = row["metadata"] or {}
        modified = _modified(metadata, file)
        headers = _headers(request, metadata, modified, expires)
        if _is_fresh(request, headers["ETag"], modified):
            return web.Response(status=304, headers=headers)
        start, stop = _asked_range(request, size, headers["ETag"])
        response = web.StreamResponse(headers=headers)
        response.headers["Content-Type"] = _content_type(metadata)
        response.content_length = stop - start
        if (start, stop) != (0, size):
            response.set_status(206)
            response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
        await response.prepare(request)
        if request.method != "HEAD":
            with contextlib.suppress(ConnectionError):  # who hangs up early has had enough
                await _copy(file, start, stop, response)
    return response


async def _copy(file: BinaryIO, start: int, stop: int, response: web.StreamResponse) -> None:
    file.seek(start)
    while start < stop:
        chunk = await asyncio.to_thread(file.read, min(_CHUNK, stop - start))
        if not chunk:
            break
        start += len(chunk)
        await response.write(chunk)
    await response.write_eof()


def _headers(
    request: web.Request, metadata: dict[str, Any], modified: datetime, expires: int | None
) -> dict[str, str]:
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": _header("etag", metadata.get("eTag") or '""'),
        "Last-Modified": format_datetime(modified, usegmt=True),
    }
    if expires is None:
        headers["Cache-Control"] = _header(
            "cache-control", metadata.get("cacheControl") or "no-cache"
        )
    else:
        headers["Expires"] = format_datetime(datetime.fromtimestamp(expires, UTC), usegmt=True)
    download = request.query.get("download")
    if download is not None:
        name = quote(download, safe=_UNQUOTED)
        headers["Content-Disposition"] = (
            f"attachment; filename={name}; filename*=UTF-8''{name};" if name else "attachment;"
        )
    return headers


def _header(name: str, value: object) -> str:
    """A stored value as a header; refused when it would break out of its line."""
    text = str(value)
    if _NOT_IN_A_HEADER.search(text):
        raise invalid_header(name, text)
    return text


def _content_type(metadata: dict[str, Any]) -> str:
    """The object's type; pages are served as text, so that they run nothing on this origin."""
    mime_type = _header("content-type", metadata.get("mimetype") or "application/octet-stream")
    return "text/plain" if "text/html" in mime_type else mime_type


def _modified(metadata: dict[str, Any], file: BinaryIO) -> datetime:
    try:
        moment = datetime.fromisoformat(metadata["lastModified"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError):
        moment = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
    return moment.replace(microsecond=0)


def _is_fresh(request: web.Request, etag: str, modified: datetime) -> bool:
    """Whether the client's copy is still good."""
    known = request.headers.get("If-None-Match")
    if known is not None:
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return "*" in tags or etag in tags
    since = request.headers.get("If-Modified-Since")
    if since is None:
        return False
    try:
        return modified <= parsedate_to_datetime(since).astimezone(UTC)
    except (TypeError, ValueError):
        return False


def _asked_range(request: web.Request, size: int, etag: str) -> tuple[int, int]:
    """First byte and the one after the last; all when no single range was asked for."""
    match = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    condition = request.headers.get("If-Range")
    if match is None or not any(match.groups()) or condition not in {None, etag}:
        return 0, size
    first, last = match.groups()
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(int(last) + 1 if last else size, size)
    if start >= stop:
        raise invalid_range()
    return start, stop
