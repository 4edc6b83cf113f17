"""Lookup in sorted byte strings: terms, and the keys of groups."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from functools import cached_property
from itertools import pairwise
from typing import Any
from zlib import crc32

import numpy as np

from analyzers.bulk.packed import ALPHABET
from analyzers.named import NamedTuple
from analyzers.ranked import places
from indexer.codec.checks import Checks
from indexer.codec.container import Container
from indexer.codec.format import STRINGS_A_MARK
from indexer.codec.postings import Array, starts_of

FIRST_BYTES = 8
_IN_BLOCK = np.arange(STRINGS_A_MARK)

_ARABIC = re.compile("[\u0600-\u06ff]").search

_MARKED = tuple(
    1 << first | 1 << (first + 1 + second % 7) % 8 for second in range(8) for first in range(8)
)
"""By the lowest six bits of a string's checksum, the two bits that it sets in the sieve."""


_MARKS = np.array(_MARKED, np.uint8)


def encoded(text: bytes | str) -> bytes:
    """A text as the tables have it."""
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


class Sought(NamedTuple):
    """Strings to be looked for in several tables. sums: u8, the crc32 of each."""

    strings: tuple[bytes, ...]
    sums: Array

    @classmethod
    def of(cls, strings: Iterable[bytes]) -> Sought:
        """Some strings, and their checksums."""
        held = tuple(strings)
        return cls(held, np.fromiter(map(crc32, held), np.uint64, len(held)))


def _in_sieve(sums: Array, size: int) -> tuple[Array, Array]:
    """(the byte of a sieve that each of some checksums reads; the bits that it wants there)."""
    places = (sums * np.uint64(size) >> np.uint64(32)).astype(np.int64)
    return places, _MARKS.take((sums & np.uint64(63)).astype(np.int64))


def sieve_of(data: Array, starts: Array) -> Array:
    """u1 [strings]: what tells of most other strings that they are none of these.

    data: u1, the strings end to end. starts: int64 [strings + 1], where each begins. A filter as
    Bloom's (Space/time trade-offs in hash coding with allowable errors, 1970) in which a string has
    one byte: of 100 that are not there about 7 pass.
    """
    size, held = len(starts) - 1, data.tobytes()
    sums = np.fromiter((crc32(held[a:b]) for a, b in pairwise(starts.tolist())), np.uint64, size)
    sieve = np.zeros(size, np.uint8)
    np.bitwise_or.at(sieve, *_in_sieve(sums, size))
    return sieve


def first_bytes(data: Array, starts: Array, lengths: Array) -> Array:
    """u8: the first eight bytes of some strings as numbers that are in their order.

    data: u1. The first byte is the highest; shorter strings end in zeros.
    """
    # "ab" is 0x6162000000000000
    places = starts[:, np.newaxis] + np.arange(FIRST_BYTES)
    held = np.arange(FIRST_BYTES) < lengths[:, np.newaxis]
    found = np.where(held, np.append(data, np.uint8(0)).take(places, mode="clip"), np.uint8(0))
    return found.view(">u8").ravel().astype("<u8")


def other_letters_of(texts: Iterable[str]) -> str:
    """The letters of texts with one from U+0600 to U+06FF, but for the folded ones, in order."""
    return "".join(sorted(set().union(*filter(_ARABIC, texts)).difference(ALPHABET)))


class StringTable:
    """Sorted byte strings, laid end to end; looked up by bisection, without numpy's overhead.

    The first bytes of every sixteenth string are bisected as numbers, then those few strings that
    begin alike. Most strings that are not there are known by the sieve, without the rest.
    """

    def __init__(self, container: Container, prefix: str) -> None:
        self._container = container
        self._prefix = prefix
        self._sieve = memoryview(container.array(f"{prefix}sieve"))  # type: ignore[arg-type]
        self._size = len(self._sieve)

    def __len__(self) -> int:
        return self._size

    @cached_property
    def _bytes(self) -> memoryview:
        return self._container.raw(f"{self._prefix}bytes")

    @cached_property
    def _checks(self) -> Checks:
        return self._container.checks(f"{self._prefix}bytes")

    @cached_property
    def _lengths(self) -> Any:
        return _native(self._container.array(f"{self._prefix}lengths"))

    @cached_property
    def _marks(self) -> Any:
        return _native(self._container.array(f"{self._prefix}marks"))

    @cached_property
    def _firsts(self) -> Any:
        return _native(self._container.array(f"{self._prefix}firsts"))

    def __getitem__(self, index: int) -> bytes:
        mark = index // STRINGS_A_MARK
        start = self._marks[mark] + sum(self._lengths[mark * STRINGS_A_MARK : index])
        stop = start + self._lengths[index]
        self._checks.part(start, stop)
        return bytes(self._bytes[start:stop])

    def take(self, indexes: Array) -> list[bytes]:
        """Those of some indexes."""
        inside = indexes % STRINGS_A_MARK
        block = self.lengths.take((indexes - inside)[:, np.newaxis] + _IN_BLOCK, mode="clip")
        starts = np.asarray(self._marks).take(indexes // STRINGS_A_MARK).astype(np.int64)
        starts += (block * (inside[:, np.newaxis] > _IN_BLOCK)).sum(axis=1, dtype=np.int64)
        spans = np.stack([starts, starts + self.lengths.take(indexes)], axis=1)
        self._checks.parts(spans)
        return [bytes(self._bytes[first:last]) for first, last in spans.tolist()]

    @property
    def data(self) -> Array:
        """u1: all strings end to end."""
        self._checks.all()
        return np.frombuffer(self._bytes, np.uint8)

    @property
    def lengths(self) -> Array:
        """The bytes of each."""
        return np.asarray(self._lengths)

    @cached_property
    def starts(self) -> Array:
        """int64 [strings + 1]: where each begins. Counted when first asked for."""
        return starts_of(self.lengths)

    def lower_bound(self, key: bytes) -> int:
        """The index of the first string that is not below `key`."""
        return self._place(key)[0]

    def _place(self, key: bytes) -> tuple[int, bytes | None]:
        """That index, and the string there, unless that is above `key` and begins a block."""
        data, lengths, marks, check = self._bytes, self._lengths, self._marks, self._checks.part
        first = int.from_bytes(key[:FIRST_BYTES].ljust(FIRST_BYTES, b"\0"), "big")
        low = bisect_left(self._firsts, first)
        high = bisect_right(self._firsts, first, low)
        while low < high:
            middle = (low + high) >> 1
            start = marks[middle]
            stop = start + lengths[middle * STRINGS_A_MARK]
            check(start, stop)
            if bytes(data[start:stop]) <= key:
                low = middle + 1
            else:
                high = middle
        if not low:
            return 0, None
        start, index = marks[low - 1], (low - 1) * STRINGS_A_MARK
        block = lengths[index : low * STRINGS_A_MARK]
        stop = start + sum(block)
        check(start, stop)
        strings, at = bytes(data[start:stop]), 0
        for length in block:
            string = strings[at : at + length]
            if string >= key:
                return index, string
            at += length
            index += 1
        return index, None

    def prefix_range(self, prefix: bytes) -> tuple[int, int]:
        """(first, last + 1) of the strings that begin with `prefix`."""
        last = self.lower_bound(prefix + b"\xff" * 4) if prefix else len(self)
        return self.lower_bound(prefix), last

    def find_all(self, keys: Collection[bytes]) -> Array:
        """int64: the indexes of those keys that the table has.

        Strings of one length, such as numbers, are looked up all at once.
        """
        lengths = self.lengths
        width = int(lengths[0]) if len(lengths) else 0
        if not width or (lengths != width).any():
            return np.array([i for i in map(self.find, keys) if i >= 0], np.int64)
        strings = self.data.view(f"S{width}")
        wanted = np.array([key for key in keys if len(key) == width], strings.dtype)
        at = places(wanted, strings)
        found: Array = at[strings[at] == wanted]
        return found

    def find(self, key: bytes) -> int:
        """The index of `key`, -1 if the table does not have it."""
        checksum, size = crc32(key), self._size
        marks = _MARKED[checksum & 63]
        if not size or self._sieve[checksum * size >> 32] & marks != marks:
            return -1
        return self._index(key)

    def _index(self, key: bytes) -> int:
        index, string = self._place(key)
        return index if string == key else -1

    def find_some(self, sought: Sought) -> tuple[Array, Array]:
        """int64: (the number of each string among those sought that the table has; its index).

        The sieve is asked for all at once.
        """
        if not self._size:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        places, marks = _in_sieve(sought.sums, self._size)
        maybe = (np.asarray(self._sieve).take(places) & marks == marks).nonzero()[0]
        keys = map(sought.strings.__getitem__, maybe.tolist())
        found = np.array([self._index(key) for key in keys], np.int64)
        return maybe[found >= 0], found[found >= 0]


def _native(numbers: Array) -> Any:
    """Unsigned numbers as a memoryview, which gives single ones many times faster than numpy."""
    native = numbers.astype(numbers.dtype.newbyteorder("="), copy=False)
    return memoryview(native)  # type: ignore[arg-type]
