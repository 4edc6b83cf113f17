"""Where slices begin, from what is stored of them: counts, or a bit at each beginning.

A search asks for a few dozen of the hundreds of thousands of slices of a segment. To unpack all
takes ten times as long as all else that it does there, most of it for fresh memory. So sums of
eight are made instead, and what is asked for is counted from the nearest; all are unpacked only for
who goes through all of them, or asks often.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cache, cached_property

import numpy as np

from indexer.codec.format import LARGE_COUNT
from indexer.codec.postings import Array, starts_of

_OFTEN = 200
"""From so many questions on all are unpacked, which are then answered a few microseconds faster."""

_FEW = 4096
"""So few slices are always unpacked."""

_PAIRS, _SUM, _TOP = (np.uint64(n) for n in (0x00FF00FF00FF00FF, 0x0001000100010001, 48))
_BYTE = np.uint64(8)
_BEFORE = np.array([(1 << 8 * n) - 1 for n in range(8)], np.uint64)
"""What of eight bytes, the first the lowest, stands before each."""


def _sums(eights: Array) -> Array:
    """int64: the sum of the eight bytes of each number."""
    pairs = (eights & _PAIRS) + ((eights >> _BYTE) & _PAIRS)
    found: Array = (pairs * _SUM >> _TOP).view(np.int64)
    return found


class Starts:
    """int64 [n+1]: where slices of some counts begin when they are laid end to end, and the end.

    counts: u1, `LARGE_COUNT` where `large` has the next count. Used as an array of its numbers.
    """

    def __init__(self, counts: Array, large: Array) -> None:
        self._counts, self._large = counts, large
        self._asked = 0

    def __len__(self) -> int:
        return len(self._counts) + 1

    @cached_property
    def whole(self) -> Array:
        """All of them."""
        starts = np.empty(len(self), np.int64)
        starts[0] = 0
        counts = starts[1:]
        counts[:] = self._counts
        counts[self._large_places] = self._large
        return starts.cumsum(out=starts)

    @cached_property
    def _large_places(self) -> Array:
        return np.flatnonzero(self._counts == LARGE_COUNT)

    @cached_property
    def _beyond(self) -> Array:
        """int64 [large + 1]: by how much the large counts before each exceed what stands there."""
        return starts_of(self._large.astype(np.int64) - LARGE_COUNT)

    @cached_property
    def _eights(self) -> Array:
        """u8: the counts, eight in each; the last has the end."""
        held = np.zeros((len(self._counts) // 8 + 1) * 8, np.uint8)
        held[: len(self._counts)] = self._counts
        return held.view("<u8").astype(np.uint64, copy=False)

    @cached_property
    def _before(self) -> Array:
        """int64: what is counted before each eight."""
        return starts_of(_sums(self._eights))

    def take(self, places: Array) -> Array:
        """Those at some places."""
        if not places.size:
            return np.zeros(places.shape, np.int64)
        self._asked += 1
        if len(self) < _FEW or self._asked > _OFTEN:
            return self.whole.take(places)
        eights = places >> 3
        inside = self._eights.take(eights) & _BEFORE.take(places & 7)
        large = self._large_places.searchsorted(places)
        found: Array = self._before.take(eights) + _sums(inside) + self._beyond.take(large)
        return found

    def owners(self, places: Array, spans: Array) -> Array:
        """int64: the slice in which each of some places is.

        spans: int64 [n, 2], slices of which it is one, (first, last + 1); none of them is empty.
        """
        first, beyond = np.array(spans[:, 0]), np.array(spans[:, 1])
        while (beyond - first).max(initial=0) > 1:
            middle = (first + beyond) >> 1
            is_before = self.take(middle) <= places
            first, beyond = np.where(is_before, middle, first), np.where(is_before, beyond, middle)
        return first

    def __getitem__(self, place: int) -> int:
        large, before, beyond = self._single
        eight = place >> 3
        inside = sum(self._bytes[eight << 3 : place])
        return before[eight] + inside + beyond[bisect_left(large, place)]

    @cached_property
    def _single(self) -> tuple[memoryview, memoryview, memoryview]:
        """Places of large counts, `_before` and `_beyond`, of which one is asked at a time."""
        arrays = self._large_places, self._before, self._beyond
        large, before, beyond = (memoryview(array) for array in arrays)  # type: ignore[arg-type]
        return large, before, beyond

    @cached_property
    def _bytes(self) -> memoryview:
        return memoryview(self._counts)  # type: ignore[arg-type]


@cache
def _bits() -> tuple[Array, Array]:
    """By byte, how many bits are set; by byte and number, which is set first, second, ..."""
    bits = np.unpackbits(np.arange(256, dtype=np.uint8)[:, np.newaxis], axis=1)
    return bits.sum(axis=1, dtype=np.uint8), np.argsort(bits ^ 1, axis=1, kind="stable").ravel()


class Heads:
    """int64 [groups + 1]: the first slot of each group, and the end. Used as an array of them.

    bits: u1, bit 7 - i % 8 of byte i // 8 is set where slot i of `slots` begins a group; slot 0
    does.
    """

    def __init__(self, bits: Array, slots: int) -> None:
        self._slots = slots
        held = bytearray(slots // 8 + 1)  # with the end as the last head
        held[: len(bits)] = bits.tobytes()
        held[slots >> 3] |= 0x80 >> (slots & 7)
        self._held = np.frombuffer(held, np.uint8)
        self._asked = 0

    @cached_property
    def _before(self) -> Array:
        """int64: how many heads there are before each byte."""
        return starts_of(_bits()[0].take(self._held))

    @cached_property
    def whole(self) -> Array:
        """All of them."""
        return np.flatnonzero(np.unpackbits(self._held, count=self._slots + 1).view(np.bool_))

    def __len__(self) -> int:
        return int(self._before[-1])

    def _is_often(self) -> bool:
        self._asked += 1
        return self._slots < _FEW or self._asked > _OFTEN

    def take(self, groups: Array) -> Array:
        """The first slots of some groups."""
        if not groups.size:
            return np.zeros(groups.shape, np.int64)
        if self._is_often():
            return self.whole.take(groups)
        places = self._before.searchsorted(groups, side="right") - 1
        inside = self._held.take(places).astype(np.int64) << 3 | groups - self._before.take(places)
        found: Array = (places << 3) + _bits()[1].take(inside)
        return found

    def spans(self, groups: Array) -> Array:
        """int64 [n, 2]: (first, last + 1) of the slots of some groups."""
        return self.take(np.stack([groups, groups + 1], axis=1))

    def groups_of(self, slots: Array) -> Array:
        """int64: the group of each of some slots."""
        if not slots.size:
            return np.zeros(slots.shape, np.int64)
        if self._is_often():
            return self.whole.searchsorted(slots, side="right") - 1
        places = slots >> 3
        upto = self._held.take(places) & (0xFF00 >> (slots & 7) + 1 & 0xFF).astype(np.uint8)
        found: Array = self._before.take(places) + _bits()[0].take(upto) - 1
        return found
