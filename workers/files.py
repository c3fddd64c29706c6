"""What a file really is, by its bytes. Decides; does no I/O.

A name and a claimed type are only claims. What is not what it claims, or cannot be looked at within
limits, is refused with a reason; nothing here runs, unpacks or renders anything but the pixels of
one image.
"""

from __future__ import annotations

import contextlib
import io
import re
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import puremagic
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 40 * 1024 * 1024
MAX_PIXELS = 40_000_000  # what one image may take when unpacked: 160 MB
THUMBNAIL = 250  # pixels, the longer side
_HEAD = 4096  # bytes that magic numbers are looked for in

_IMAGES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
    "AVIF": "image/avif",
}
_USUAL = {"audio/wave": "audio/wav", "audio/x-wav": "audio/wav"}  # one name for each type
_HEIC = re.compile(rb"^.{4}ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1)", re.DOTALL)
_ACTIVE = re.compile(
    rb"^(\xef\xbb\xbf)?\s*<(!doctype|\?xml|html|head|body|script|svg|iframe|img|style|meta|link|[a-z]+:svg|!--)",
    re.IGNORECASE,
)
_OFFICE = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "word/",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xl/",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "ppt/",
}
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument.text"


class Refused(Exception):
    """The file may not be passed on. `reason` is a stable code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """A file that is what it says."""

    content_type: str
    byte_size: int
    width: int | None = None
    height: int | None = None
    thumbnail: bytes | None = None


def inspect(data: bytes, claimed: str | None) -> Inspected:
    """Look at a file that claims a type; without a claim its bytes say it. Raises `Refused`."""
    if not data:
        raise Refused("empty_file")
    if len(data) > MAX_BYTES:
        raise Refused("too_large")
    if claimed is None:
        claimed = sniff(data)
    kind = claimed.split("/")[0]
    if kind == "image":
        return _image(data, claimed)
    if kind in ("audio", "video"):
        return Inspected(content_type=_sound_or_film(data, claimed), byte_size=len(data))
    looks_right = _DOCUMENTS.get(claimed)
    if looks_right is None:
        raise Refused("type_mismatch")
    if _ACTIVE.match(data[:_HEAD]):
        raise Refused("active_content")
    if not looks_right(data):
        raise Refused("type_mismatch")
    return Inspected(content_type=claimed, byte_size=len(data))


def sniff(data: bytes) -> str:
    """What the bytes alone say that a file is."""
    head = data[:_HEAD]
    if _HEIC.match(head):
        return "image/heic"
    with contextlib.suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(data), formats=[*_IMAGES]) as image:
            return _IMAGES.get(str(image.format), "image/jpeg")
    with contextlib.suppress(puremagic.PureError):
        for match in puremagic.magic_string(data[:65536]):
            if match.mime_type.startswith(("audio/", "video/")):
                return _USUAL.get(match.mime_type) or str(match.mime_type)
    # Office files are zips too: the more telling types stand first.
    for content_type in (*_OFFICE, _OPEN_DOCUMENT, "application/pdf", *_DOCUMENTS):
        if content_type not in _TEXTS and _DOCUMENTS[content_type](data):
            return content_type
    with contextlib.suppress(UnicodeDecodeError):
        data.decode()
        return "text/plain"
    return "application/octet-stream"


def _image(data: bytes, claimed: str) -> Inspected:
    if _ACTIVE.match(data[:_HEAD]):
        raise Refused("active_content")
    if claimed in ("image/heic", "image/heif"):
        if not _HEIC.match(data[:_HEAD]):
            raise Refused("type_mismatch")
        return Inspected(content_type=claimed, byte_size=len(data))
    with warnings.catch_warnings():
        # Pillow warns where we decide ourselves.
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=[*_IMAGES]) as image:
                # A camera's JPEG with two pictures opens as MPO.
                found = _IMAGES.get(image.format or "", "image/jpeg")
                if found != claimed:
                    raise Refused("type_mismatch")
                # The size is in the header: a bomb is refused before it is unpacked.
                if image.width * image.height > MAX_PIXELS:
                    raise Refused("too_many_pixels")
                # Only the first frame, however many there are.
                upright = ImageOps.exif_transpose(image)
                width, height = upright.size
                upright.thumbnail((THUMBNAIL, THUMBNAIL))
                out = io.BytesIO()
                upright.convert("RGBA").save(out, "WEBP", quality=80)
        except Refused:
            raise
        except UnidentifiedImageError:
            raise Refused("type_mismatch") from None
        except Image.DecompressionBombError:
            raise Refused("too_many_pixels") from None
        except Exception:
            # Decoders fail in many ways on what somebody broke on purpose.
            raise Refused("unreadable") from None
    return Inspected(
        content_type=found,
        byte_size=len(data),
        width=width,
        height=height,
        thumbnail=out.getvalue(),
    )


def _sound_or_film(data: bytes, claimed: str) -> str:
    if _ACTIVE.match(data[:_HEAD]):
        raise Refused("active_content")
    try:
        found = [match.mime_type for match in puremagic.magic_string(data[:65536])]
    except puremagic.PureError:
        found = []
    for mime_type in found:
        if mime_type.startswith(("audio/", "video/")):
            return claimed
        if mime_type in ("application/ogg", "application/x-matroska"):
            return claimed
        if mime_type.startswith(("image/", "text/")):
            break
    if data.startswith(b"#!AMR"):
        return claimed
    raise Refused("type_mismatch")


def _text(data: bytes) -> bool:
    return b"\0" not in data and not _any_signature(data)


def _any_signature(data: bytes) -> bool:
    return data.startswith((b"MZ", b"\x7fELF", b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"GIF8", b"#!"))


def _starts(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(signatures)


def _names(data: bytes) -> list[str]:
    """The names in a zip's directory; nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.namelist()
    except Exception:
        return []


def _office(folder: str) -> Callable[[bytes], bool]:
    def check(data: bytes) -> bool:
        names = _names(data) if data.startswith(b"PK\x03\x04") else []
        return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)

    return check


def _open_document(data: bytes) -> bool:
    # Its first entry is stored unpacked and says the type, so that it can be read in place.
    return data.startswith(b"PK\x03\x04") and data[30:92].startswith(
        b"mimetype" + _OPEN_DOCUMENT.encode()
    )


_ZIP = _starts(b"PK\x03\x04", b"PK\x05\x06")
_RTF = _starts(b"{\\rtf")
_RAR = _starts(b"Rar!\x1a\x07")
_OLE = _starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_TEXTS = ("text/csv", "text/plain", "application/json")
_DOCUMENTS: dict[str, Callable[[bytes], bool]] = {
    **dict.fromkeys(_TEXTS, _text),
    "text/rtf": _RTF,
    "application/rtf": _RTF,
    "application/pdf": _starts(b"%PDF-"),
    "application/zip": _ZIP,
    "application/x-zip-compressed": _ZIP,
    "application/x-7z-compressed": _starts(b"7z\xbc\xaf\x27\x1c"),
    "application/vnd.rar": _RAR,
    "application/x-rar-compressed": _RAR,
    "application/x-tar": lambda data: data[257:262] == b"ustar",
    "application/msword": _OLE,
    "application/vnd.ms-excel": _OLE,
    "application/vnd.ms-powerpoint": _OLE,
    **{content_type: _office(folder) for content_type, folder in _OFFICE.items()},
    _OPEN_DOCUMENT: _open_document,
}
