"""Lookup in sorted byte strings: terms, and the keys of groups."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection
from functools import cached_property
from typing import Any

import numpy as np

from analyzers.ranked import places
from indexer.codec.container import Container
from indexer.codec.format import STRINGS_A_MARK
from indexer.codec.postings import Array, starts_of

FIRST_BYTES = 8


def first_bytes(data: Array, starts: Array, lengths: Array) -> Array:
    """u8: the first eight bytes of some strings as numbers that are in their order.

    data: u1. The first byte is the highest; shorter strings end in zeros.
    """
    # "ab" is 0x6162000000000000
    places = starts[:, np.newaxis] + np.arange(FIRST_BYTES)
    held = np.arange(FIRST_BYTES) < lengths[:, np.newaxis]
    found = np.where(held, np.append(data, np.uint8(0)).take(places, mode="clip"), np.uint8(0))
    return found.view(">u8").ravel().astype("<u8")


class StringTable:
    """Sorted byte strings, laid end to end; looked up by bisection, without numpy's overhead.

    The first bytes of every sixteenth string are bisected as numbers, then those few strings that
    begin alike.
    """

    def __init__(self, container: Container, prefix: str) -> None:
        self._bytes = container.raw(f"{prefix}bytes")
        self._checks = container.checks(f"{prefix}bytes")
        self._lengths = _native(container.array(f"{prefix}lengths"))
        self._marks = _native(container.array(f"{prefix}marks"))
        self._firsts = _native(container.array(f"{prefix}firsts"))

    def __len__(self) -> int:
        return len(self._lengths)

    def __getitem__(self, index: int) -> bytes:
        mark = index // STRINGS_A_MARK
        start = self._marks[mark] + sum(self._lengths[mark * STRINGS_A_MARK : index])
        stop = start + self._lengths[index]
        self._checks.part(start, stop)
        return bytes(self._bytes[start:stop])

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
        index, string = self._place(key)
        return index if string == key else -1


def _native(numbers: Array) -> Any:
    """Unsigned numbers as a memoryview, which gives single ones many times faster than numpy."""
    native = numbers.astype(numbers.dtype.newbyteorder("="), copy=False)
    return memoryview(native)  # type: ignore[arg-type]
