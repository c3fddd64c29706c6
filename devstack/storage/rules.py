"""What buckets and objects may be called, and what a bucket lets in. No I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from devstack.storage.errors import (
    StorageError,
    invalid_bucket_name,
    invalid_key,
    invalid_mime_type,
)

MAX_KEY = 1024  # bytes, S3's limit
MAX_BUCKET_NAME = 100  # characters
#: What the dashboard uploads to make an empty folder; must hold no bytes.
EMPTY_FOLDER = ".emptyFolderPlaceholder"

_BUCKET_NAME = re.compile(r"[A-Za-z0-9_!.*'() &$@=;:+,?-]+")
_KEY = re.compile(r"[A-Za-z0-9_/!.*'() &$@=;:+,?-]+")
_MIME_TYPE = re.compile(r"[A-Za-z0-9+.-]+/(\*|[A-Za-z0-9+.-]+(;\s*charset=[A-Za-z0-9-]+)?)")
_SIZE = re.compile(r"(\d{1,18}(?:\.\d{1,3})?)(gb|mb|kb|b)", re.IGNORECASE)
_UNITS = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}


def check_key(key: str) -> None:
    """Refuse a name that S3 would refuse, or that no URL can carry (dot segments)."""
    if (
        not _KEY.fullmatch(key)
        or len(key) > MAX_KEY
        or any(part in {".", ".."} for part in key.split("/"))
    ):
        raise invalid_key(key)


def check_bucket_name(name: str) -> None:
    """Refuse a bucket's name with other characters than a key may have, or with a slash."""
    if not _BUCKET_NAME.fullmatch(name) or len(name) > MAX_BUCKET_NAME or name in {".", ".."}:
        raise invalid_bucket_name()


def check_allowed_types(mime_types: Sequence[str]) -> None:
    """Refuse a list of allowed types that could never match."""
    for mime_type in mime_types:
        if not _MIME_TYPE.fullmatch(mime_type):
            raise invalid_mime_type(mime_type)


def check_type(mime_type: str, allowed: Sequence[str] | None) -> None:
    """Refuse a file of a type that the bucket does not list.

    A wildcard stands for the part after the slash. As on the real server, parameters count:
    `text/plain;charset=UTF-8` is not `text/plain`.
    """
    if not allowed:
        return
    kind, slash, detail = mime_type.partition("/")
    for one in allowed:
        allowed_kind, _, allowed_detail = one.partition("/")
        if slash and kind == allowed_kind and allowed_detail in {"*", detail}:
            return
    raise invalid_mime_type(mime_type)


def parse_limit(value: int | str) -> int:
    """Bytes in a bucket's size limit: a number, or a text such as `20MB` (decimal units)."""
    text = str(value)
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    match = _SIZE.fullmatch(text)
    if match is None:
        message = "Invalid file size format, hint: use 20GB / 20MB / 30KB / 3B"
        raise StorageError(400, "InvalidRequest", message, code="InvalidRequest")
    return int(Decimal(match[1]) * _UNITS[match[2].lower()])
