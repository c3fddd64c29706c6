"""Header values as people read them: encoded words, raw 8-bit text, folded lines."""

from __future__ import annotations

import base64
import binascii
import re

from backend.channels.mail.charset import decode, tidy

_WORD = re.compile(rb"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)(?:\?=|\?$)")
_FOLD = re.compile(rb"\r?\n[ \t]*")
_PLAIN_BASE64 = re.compile(rb"[A-Za-z0-9+/=\s_-]*")


def read_header(value: bytes) -> str:
    """The text of a header.

    Neighbouring encoded words are joined as bytes, because some mailers split them inside a character.
    """
    value = _FOLD.sub(b" ", value)
    parts: list[str] = []
    pending, label, end = b"", "", 0
    for word in _WORD.finditer(value):
        between = value[end : word.start()]
        charset = word[1].split(b"*")[0].decode("ascii", "replace").lower()
        payload = _payload(word[2], word[3])
        if pending and (between.strip() or charset != label):
            parts.append(decode(pending, label))
            pending = b""
        if end == 0 or between.strip():
            parts.append(decode(between))
        pending, label, end = pending + payload, charset, word.end()
    if pending:
        parts.append(decode(pending, label))
    parts.append(decode(value[end:]))
    return " ".join(tidy("".join(parts)).split())


def base64_bytes(data: bytes) -> bytes:
    """Decode base64 with wrong padding, line breaks and rubbish in it."""
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data.translate(bytes.maketrans(b"-_", b"+/")))
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return base64.b64decode(kept + b"=" * (-len(kept) % 4))


def _payload(encoding: bytes, data: bytes) -> bytes:
    if encoding in b"qQ":
        return binascii.a2b_qp(data, header=True)
    if not _PLAIN_BASE64.fullmatch(data):
        return data  # plain text that was only dressed up as base64
    return base64_bytes(data)
