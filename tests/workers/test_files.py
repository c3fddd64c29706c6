"""A file is what its bytes say; what lies, explodes or could run is refused."""

from __future__ import annotations

import contextlib
import io
import struct
import time
import wave
import zipfile
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from workers.files import MAX_BYTES, Refused, inspect

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"


def image(form: str, size: tuple[int, int] = (400, 200), **options: Any) -> bytes:
    """A picture."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, form, **options)
    return out.getvalue()


def archive(*names: str, mimetype: str | None = None) -> bytes:
    """A zip with these empty files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        if mimetype:
            zipped.writestr("mimetype", mimetype)
        for name in names:
            zipped.writestr(name, "")
    return out.getvalue()


def sound() -> bytes:
    """A short silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(8000)
        wav.writeframes(b"\0" * 1600)
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of 20,000 by 20,000 pixels in a few hundred bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1_000_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("form", "claimed"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("WEBP", "image/webp"),
     ("BMP", "image/bmp"), ("TIFF", "image/tiff"), ("AVIF", "image/avif")],
)  # fmt: skip
def test_an_image_has_a_size_and_a_thumbnail(form: str, claimed: str) -> None:
    found = inspect(image(form), claimed)
    assert (found.content_type, found.width, found.height) == (claimed, 400, 200)
    assert found.thumbnail is not None
    with Image.open(io.BytesIO(found.thumbnail)) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("WEBP", (250, 125))


def test_a_turned_photograph_is_measured_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    found = inspect(image("JPEG", exif=exif), "image/jpeg")
    assert (found.width, found.height) == (200, 400)


@pytest.mark.parametrize(
    ("data", "claimed"),
    [
        (sound(), "audio/wav"),
        (b"ID3\x03\0\0\0\0\0\0" + b"\xff\xfb\x90\0" + b"\0" * 200, "audio/mpeg"),
        (b"OggS\0\x02" + b"\0" * 20 + b"\x01\x1eOpusHead" + b"\0" * 80, "audio/ogg"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 100, "video/mp4"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42" + b"\0" * 100, "audio/mp4"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + b"\0" * 100, "video/quicktime"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"
         + b"\0" * 100, "video/webm"),
        (b"#!AMR\n" + b"\0" * 50, "audio/amr"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"a;b\n1;2\n", "text/csv"),
        ("Grüße 😀".encode(), "text/plain"),
        ("Grüße".encode("latin-1"), "text/plain"),
        (b'{"a": 1}', "application/json"),
        (b"{\\rtf1 x}", "application/rtf"),
        (archive("a.txt"), "application/zip"),
        (archive("[Content_Types].xml", "word/document.xml"), DOCX),
        (archive("content.xml", mimetype=ODT), ODT),
        (b"7z\xbc\xaf\x27\x1c" + b"\0" * 20, "application/x-7z-compressed"),
        (b"Rar!\x1a\x07\x01\0", "application/vnd.rar"),
        (b"\0" * 257 + b"ustar\x0000", "application/x-tar"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 20, "application/msword"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "image/heic"),
    ],
)  # fmt: skip
def test_what_may_be_attached_is_recognised(data: bytes, claimed: str) -> None:
    found = inspect(data, claimed)
    assert (found.content_type, found.byte_size) == (claimed, len(data))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (image("PNG"), "image/png"),
        (image("JPEG"), "image/jpeg"),
        (sound(), "audio/wav"),
        (b"%PDF-1.7\n", "application/pdf"),
        (archive("[Content_Types].xml", "word/document.xml"), DOCX),
        (archive("content.xml", mimetype=ODT), ODT),
        (archive("a.txt"), "application/zip"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "image/heic"),
        ("Grüße".encode(), "text/plain"),
    ],
)
def test_of_a_file_that_claims_nothing_the_bytes_say_what_it_is(data: bytes, found: str) -> None:
    assert inspect(data, None).content_type == found


@pytest.mark.parametrize("data", [b"MZ\x90\0", b"<svg><script/></svg>", b"\xff\xfe\0\x01"])
def test_what_claims_nothing_and_is_nothing_we_know_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        inspect(data, None)


@pytest.mark.parametrize(
    ("data", "claimed", "reason"),
    [
        (b"", "image/png", "empty_file"),
        (b"\0" * (MAX_BYTES + 1), "application/pdf", "too_large"),
        (bomb(), "image/png", "too_many_pixels"),
        (image("PNG"), "image/jpeg", "type_mismatch"),
        (image("JPEG"), "image/png", "type_mismatch"),
        (b"MZ\x90\0", "image/png", "type_mismatch"),
        (b"MZ\x90\0", "text/plain", "type_mismatch"),
        (b"\x7fELF", "application/pdf", "type_mismatch"),
        (image("PNG")[:100], "image/png", "unreadable"),
        (b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>", "image/png", "type_mismatch"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "image/png", "active_content"),
        (b"<?xml version='1.0'?><svg/>", "text/plain", "active_content"),
        (b"\xef\xbb\xbf  <!DOCTYPE html>", "text/plain", "active_content"),
        (b"<ScRiPt>alert(1)</script>", "text/csv", "active_content"),
        (b"<html>", "audio/mpeg", "active_content"),
        (b"hello", "video/mp4", "type_mismatch"),
        (image("PNG"), "audio/mpeg", "type_mismatch"),
        (archive("a.txt"), DOCX, "type_mismatch"),
        (b"PK\x03\x04 broken", DOCX, "type_mismatch"),
        (b"a\0b", "text/plain", "type_mismatch"),
        (b"<svg/>", "image/svg+xml", "active_content"),
        (b"hello", "application/octet-stream", "type_mismatch"),
        (b"hello", "", "type_mismatch"),
        (image("PNG"), "image/heic", "type_mismatch"),
    ],
)  # fmt: skip
def test_what_lies_explodes_or_could_run_is_refused(data: bytes, claimed: str, reason: str) -> None:
    started = time.process_time()
    with pytest.raises(Refused) as refusal:
        inspect(data, claimed)
    assert refusal.value.reason == reason
    assert time.process_time() - started < 5


def test_a_film_of_many_frames_costs_one() -> None:
    out = io.BytesIO()
    frames = [Image.new("P", (50, 50), n % 255) for n in range(300)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    started = time.process_time()
    assert inspect(out.getvalue(), "image/gif").width == 50
    assert time.process_time() - started < 2


@given(
    st.binary(max_size=300), st.sampled_from([None, "image/png", "audio/mpeg", "text/csv", DOCX])
)
def test_no_bytes_do_anything_but_pass_or_be_refused(data: bytes, claimed: str | None) -> None:
    with contextlib.suppress(Refused):
        assert inspect(data, claimed).byte_size == len(data)
