"""Voice notes, out of one wrapping and into another. `voice.webm` was recorded by Chromium."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.channels.voice import webm_to_ogg
from tests.channels.payloads import PAYLOADS

RECORDING = (PAYLOADS.parent / "voice.webm").read_bytes()


def crc(page: bytes) -> int:
    """Ogg's checksum as its specification describes it, bit by bit."""
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
            value &= 0xFFFFFFFF
    return value


def pages(data: bytes) -> list[tuple[int, int, int, list[bytes]]]:
    """Flags, position, sequence number and packets of every page, checksums verified."""
    found = []
    start = 0
    while start < len(data):
        capture, version, flags, position, _, sequence, checksum, count = struct.unpack_from(
            "<4sBBqIIIB", data, start
        )
        assert (capture, version) == (b"OggS", 0)
        lacing = data[start + 27 : start + 27 + count]
        end = start + 27 + count + sum(lacing)
        page = data[start:end]
        assert crc(page[:22] + bytes(4) + page[26:]) == checksum
        packets, held, at = [], b"", start + 27 + count
        for length in lacing:
            held += data[at : at + length]
            at += length
            if length < 255:
                packets.append(held)
                held = b""
        assert held == b""
        found.append((flags, position, sequence, packets))
        start = end
    return found


def test_the_sound_is_the_same_and_the_wrapping_is_ogg() -> None:
    ogg = webm_to_ogg(RECORDING)
    assert ogg is not None
    first, second, *rest = pages(ogg)
    assert (first[0], first[3][0][:8]) == (2, b"OpusHead")
    assert second[3][0][:8] == b"OpusTags"
    assert [page[2] for page in (first, second, *rest)] == list(range(len(rest) + 2))
    assert [page[0] for page in rest] == [0] * (len(rest) - 1) + [4]
    packets = [packet for page in rest for packet in page[3]]
    assert rest[-1][1] == 0.36 * 48_000  # as long as Chromium hears it
    at = 0
    for packet in packets:
        at = RECORDING.index(packet, at) + len(packet)


@pytest.mark.parametrize("data", [b"", b"\x1a", b"RIFF....WAVE", b"\0" * 50, b"\xff" * 50])
def test_other_files_are_left_alone(data: bytes) -> None:
    assert webm_to_ogg(data) is None


def test_a_recording_that_was_cut_off_is_taken_as_far_as_it_goes_or_not_at_all() -> None:
    for end in range(0, len(RECORDING), 97):
        ogg = webm_to_ogg(RECORDING[:end])
        assert ogg is None or pages(ogg)


@given(st.integers(0, len(RECORDING) - 1), st.binary(max_size=8))
@settings(max_examples=100, deadline=None)
def test_damage_raises_nothing(at: int, noise: bytes) -> None:
    webm_to_ogg(RECORDING[:at] + noise + RECORDING[at + len(noise) :])
