"""`fahras.json` says what was written, and whatever else stands there is refused."""

from __future__ import annotations

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.codec.format import FORMAT_VERSION
from indexer.errors import IndexCorruptError
from indexer.storage.manifest import Manifest, decode, encode

SOUND = Manifest(FORMAT_VERSION, 2, "data-1", "..")
HOMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1).map(
    lambda home: home + "\udcff"
)  # a byte that is not UTF-8, as os.fsdecode gives it


NAMES = st.dictionaries(st.text("كاتبab_2", min_size=1, max_size=9), st.just("title"), max_size=3)


@given(HOMES, NAMES, st.integers(1, 999_999_999), st.integers(0, 2**31 - 1))
def test_what_is_written_is_read(home, names, number, analyzer):
    aliases = tuple(sorted(names.items()))
    manifest = Manifest(FORMAT_VERSION, analyzer, f"data-{number}", home, aliases)
    assert decode(encode(manifest), "x") == manifest


def test_no_changed_byte_goes_unseen():
    """But one of the format's number, which then is another format: refused for that."""
    sound = encode(SOUND)
    for place in range(len(sound)):
        for bit in range(8):
            data = bytearray(sound)
            data[place] ^= 1 << bit
            try:
                said = decode(bytes(data), "x")
            except IndexCorruptError:
                continue
            assert said.format != FORMAT_VERSION
    for length in range(len(sound)):
        with pytest.raises(IndexCorruptError):
            decode(sound[:length], "x")


def _sealed(said: dict[str, object]) -> bytes:
    form = {"separators": (",", ":"), "sort_keys": True}
    crc32 = zlib.crc32(json.dumps(said, **form).encode())
    return json.dumps(said | {"crc32": crc32}, **form).encode()


@pytest.mark.parametrize(
    "lie",
    [
        {"data": ".."}, {"data": "../data-1"}, {"data": "/etc"}, {"data": "data-"},
        {"data": "data-0"}, {"data": "data-1/.."}, {"data": "data-1\n"}, {"data": "data-١"},
        {"data": 1}, {"data": None}, {"data": ["data-1"]}, {"data": "data-12345678901"},
        {"home": "\0"}, {"home": ""}, {"home": "a\0b"}, {"home": 5}, {"home": {}},
        {"home": "\ud800"}, {"home": "x" * 5000},
        {"format": "3"}, {"format": None}, {"format": 3.0}, {"format": True}, {"format": -1},
        {"aliases": []}, {"aliases": {"": "title"}}, {"aliases": {"x": 5}}, {"aliases": None},
        {"aliases": {"x": ""}}, {"aliases": {"x" * 200: "title"}},
        {"format": 1 << 40}, {"analyzer": "2"}, {"analyzer": []}, {"analyzer": -1},
    ],
    ids=str,
)  # fmt: skip
def test_what_lies_is_refused_whatever_its_checksum(lie):
    said = {k: v for k, v in SOUND._asdict().items() if k != "aliases"}
    assert decode(_sealed(said), "x") == SOUND
    with pytest.raises(IndexCorruptError, match="x is damaged: "):
        decode(_sealed(said | lie), "x")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b"null", b"7", b'"x"', b"{}", b"\xff\xfe", b"[" * 60_000,
        b'{"a":' * 10_000, b'{"format": ' + b"9" * 5000 + b"}", b"NaN", b"\0" * 100,
    ],
    ids=range(13),
)  # fmt: skip
def test_what_is_no_manifest_is_refused(data):
    with pytest.raises(IndexCorruptError, match="x is damaged: "):
        decode(data, "x")


def test_another_format_is_known_as_that():
    """Formats 1 and 2 had no checksum."""
    old = {"format": 2, "analyzer": 2, "data": "data-7", "home": "/home"}
    assert decode(json.dumps(old).encode(), "x") == Manifest(2, 2, "data-7", "/home")
