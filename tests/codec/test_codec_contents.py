"""A TOC says what it was given, and one that lies is refused, whatever its checksum."""

from __future__ import annotations

import re
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.codec import contents
from indexer.codec.contents import Fingerprint, SegmentEntry, Toc, decode, encode
from indexer.codec.format import FormatError

NAMES = st.text("0123456789abcdefghijklmnopqrstuvwxyz", min_size=16, max_size=16)
NUMBERS = st.integers(0, 2**32 - 1)
FILES = st.builds(Fingerprint, st.integers(1, 2**64 - 1), NUMBERS)


@st.composite
def entries(draw: st.DrawFn) -> SegmentEntry:
    deleted = draw(st.lists(st.booleans(), max_size=40))
    name, file = draw(NAMES), draw(FILES)
    if not any(deleted):
        return SegmentEntry(name, file, draw(NUMBERS))
    bits = "".join("01"[bit] for bit in deleted) + "0" * (-len(deleted) % 8)
    deletions = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return SegmentEntry(name, file, len(deleted), sum(deleted), deletions)


TOCS = st.builds(
    Toc,
    st.integers(0, 2**64 - 1),
    NUMBERS,
    st.lists(entries(), max_size=5, unique_by=lambda entry: entry.segment_id).map(tuple),
    st.none() | FILES,
    st.none() | FILES,
)


@given(TOCS)
def test_what_goes_in_comes_out(toc):
    assert decode(encode(toc)) == toc


@given(TOCS, st.data())
def test_a_toc_that_is_cut_or_changed_is_refused(toc, data):
    sound = encode(toc)
    place = data.draw(st.integers(0, len(sound) - 1))
    flipped = bytearray(sound)
    flipped[place] ^= 1 << data.draw(st.integers(0, 7))
    for damaged in (sound[:place], bytes(flipped), sound + b"\0"):
        with pytest.raises(FormatError):
            decode(damaged)


SEGMENT = SegmentEntry("0123456789abcdef", Fingerprint(229, 0xAABBCCDD), 3, 1, b"\x40")
EXAMPLE = Toc(2, 1, (SEGMENT,), Fingerprint(300, 0x12345678), Fingerprint(512, 0x89ABCDEF))


def test_the_worked_example_of_the_specification():
    lines = re.findall(r"^ +\d+  ((?:[0-9a-f]{2} )+)", contents.__doc__, re.MULTILINE)
    assert encode(EXAMPLE)[:-4] == bytes.fromhex("".join(lines))


def _sealed(body: bytes) -> bytes:
    return body + struct.pack("<I", zlib.crc32(body))


def _changed(place: int, form: str, value: object) -> bytes:
    body = bytearray(encode(EXAMPLE)[:-4])
    struct.pack_into("<" + form, body, place, value)
    return _sealed(bytes(body))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "cut off"),
        (_changed(0, "8s", b"FAHRASSG"), "no table of contents"),
        (_changed(8, "I", 2), "version 2, this program reads"),
        (_changed(24, "I", 0), "more in it"),
        (_changed(24, "I", 2**32 - 1), "no room for 4294967295 segments"),
        (_changed(52, "16s", b"../../etc/passwd"), "no name"),
        (_changed(52, "16s", b"MAIN_abc\0\0"), "no name"),
        (_changed(80, "I", 4_000_000_000), "deletions are not as many"),
        (_changed(80, "I", 1), "not there"),
        (_changed(80, "I", 0), "not as many"),
        (_changed(84, "I", 0), "more in it"),
        (_changed(84, "I", 2), "not as many"),
        (_changed(88, "B", 0x41), "not as many"),
        (_changed(88, "B", 0x10), "not there"),
        (_sealed(encode(EXAMPLE)[:-4] + b"\0"), "more in it"),
        (encode(EXAMPLE)[:-4] + bytes(4), "checksum"),
    ],
)
def test_a_toc_that_lies_is_refused(data, reason):
    with pytest.raises(FormatError, match=reason):
        decode(data)


def test_a_segment_is_named_once():
    twice = Toc(1, 1, (SEGMENT, SEGMENT))
    with pytest.raises(ValueError, match="named twice"):
        encode(twice)
