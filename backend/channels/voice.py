"""Voice notes as browsers record them (Opus in WebM), rewrapped the way messengers play them (Opus in Ogg).

The sound itself is not touched. RFC 8794 (EBML), RFC 9559 (Matroska), RFC 3533 (Ogg), RFC 7845 (Opus).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator

_HEADER, _SEGMENT, _CLUSTER, _TRACKS, _TRACK = 0x1A45DFA3, 0x18538067, 0x1F43B675, 0x1654AE6B, 0xAE
_CODEC, _CODEC_PRIVATE, _TRACK_NUMBER = 0x86, 0x63A2, 0xD7
_BLOCK_GROUP, _BLOCK, _SIMPLE_BLOCK = 0xA0, 0xA1, 0xA3
_CONTAINERS = {_SEGMENT, _CLUSTER, _TRACKS, _BLOCK_GROUP}
_LACED = 0x06

_SERIAL = 1
_FIRST, _LAST = 0x02, 0x04
_MOST_SEGMENTS = 255
_SAMPLES_PER_PAGE = 48_000  # a second
#: Samples of a frame at 48 kHz by the five bits of an Opus packet that say so.
_FRAME = (
    *((480, 960, 1920, 2880) * 3),  # SILK
    *((480, 960) * 2),  # both
    *((120, 240, 480, 960) * 4),  # CELT
)
_BITS_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def webm_to_ogg(data: bytes) -> bytes | None:
    """Return the same recording in an Ogg file; None when it is no plain WebM with Opus in it."""
    try:
        head, packets = _opus(data)
    except (IndexError, struct.error):  # cut off
        return None
    if head is None or not packets:
        return None
    return b"".join(_pages(head, packets))


def _opus(data: bytes) -> tuple[bytes | None, list[bytes]]:
    """Return the header and the packets of the first track with Opus."""
    head, track, packets = None, None, []
    for kind, body in _elements(data, 0, len(data)):
        if kind == _TRACK and head is None:
            fields = dict(_elements(body, 0, len(body)))
            if fields.get(_CODEC, b"").rstrip(b"\0") == b"A_OPUS":
                head = fields.get(_CODEC_PRIVATE)
                track = int.from_bytes(fields.get(_TRACK_NUMBER, b"\1"), "big")
        elif kind in (_SIMPLE_BLOCK, _BLOCK):
            number, start = _number(body, 0, keep_marker=False)
            if number != track:
                continue
            if body[start + 2] & _LACED:
                return None, []
            packets.append(body[start + 3 :])
    if head is None or not head.startswith(b"OpusHead"):
        return None, []
    return head, [packet for packet in packets if packet]


def _elements(data: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Walk the elements; those that only hold others are entered, also when their size is unknown."""
    while start < end:
        kind, start = _number(data, start, keep_marker=True)
        length = 8 - data[start].bit_length() + 1
        size, start = _number(data, start, keep_marker=False)
        if kind in _CONTAINERS:
            continue
        if size == (1 << 7 * length) - 1:  # an unknown size, of something that cannot be entered
            return
        yield kind, data[start : start + size]
        start += size


def _number(data: bytes, start: int, *, keep_marker: bool) -> tuple[int, int]:
    """Read a number of variable length; return it and the position behind it."""
    first = data[start]
    length = 8 - first.bit_length() + 1
    if length > 8:
        raise IndexError(start)
    value = first if keep_marker else first & ((1 << (8 - length)) - 1)
    for byte in data[start + 1 : start + length]:
        value = value << 8 | byte
    return value, start + length


def _pages(head: bytes, packets: list[bytes]) -> Iterator[bytes]:
    yield _page([head], 0, 0, _FIRST)
    vendor = b"Supadesk"
    tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
    yield _page([tags], 0, 1, 0)
    position, sequence = 0, 2
    held: list[bytes] = []
    samples = 0
    for packet in packets:
        full = sum(map(_segments, (*held, packet))) > _MOST_SEGMENTS
        if held and (full or samples >= _SAMPLES_PER_PAGE):
            position += samples
            yield _page(held, position, sequence, 0)
            held, samples, sequence = [], 0, sequence + 1
        held.append(packet)
        samples += _samples(packet)
    yield _page(held, position + samples, sequence, _LAST)


def _segments(packet: bytes) -> int:
    return len(packet) // 255 + 1


def _samples(packet: bytes) -> int:
    """Return how long a packet sounds, in samples at 48 kHz."""
    code = packet[0] & 0x03
    frames = (1, 2, 2)[code] if code < 3 else (packet[1] & 0x3F if len(packet) > 1 else 0)
    return _FRAME[packet[0] >> 3] * frames


def _page(packets: Iterable[bytes], position: int, sequence: int, flags: int) -> bytes:
    packets = list(packets)
    lacing = b"".join(
        b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets
    )
    head = struct.pack("<4sBBqII", b"OggS", 0, flags, position, _SERIAL, sequence)
    rest = bytes([len(lacing)]) + lacing + b"".join(packets)
    return head + struct.pack("<I", checksum(head + bytes(4) + rest)) + rest


def checksum(page: bytes) -> int:
    """Return Ogg's CRC: that of zlib with all bits the other way round, and nothing inverted."""
    crc = zlib.crc32(page.translate(_BITS_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{crc:032b}"[::-1], 2)
