"""Check an array of a segment when it is read, and no more of it than is read.

A long array has a checksum a block of 8 KiB (`format.py`); each block is checked once.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.codec.format import CHECKED_BYTES
from indexer.errors import IndexCorruptError

_SHIFT = CHECKED_BYTES.bit_length() - 1
_FEW = 8
"""So many ranges are looked at one by one."""


def checksums_of(data: bytes | memoryview) -> list[int]:
    """The crc32 of each block of some bytes that begin with a block."""
    with memoryview(data) as view:
        starts = range(0, len(view), CHECKED_BYTES)
        return [zlib.crc32(view[start : start + CHECKED_BYTES]) for start in starts]


class Checks:
    """The checks of one array of `item_bytes` a value; each raises IndexCorruptError.

    blocks: u4, the crc32 of each block; None where the array has only one for all of it.
    `sound` is set when nothing is left to check.
    """

    def __init__(
        self,
        name: str,
        data: memoryview,
        item_bytes: int,
        crc32: int,
        blocks: npt.NDArray[Any] | None,
    ) -> None:
        self.sound = False
        self._name = name
        self._data = data
        self._item_bytes = item_bytes
        self._crc32 = crc32
        self._blocks = blocks
        self._done = bytearray(-(-len(data) // CHECKED_BYTES))
        if blocks is not None and len(blocks) != len(self._done):
            self._refuse()

    def all(self) -> None:
        """Check everything."""
        if not self.sound:
            if zlib.crc32(self._data) != self._crc32:
                self._refuse()
            self.sound = True

    def part(self, first: int, last: int) -> None:
        """Check the values `first` to `last` (exclusive)."""
        if self.sound or first >= last:
            return
        if self._blocks is None:
            self.all()
            return
        low = first * self._item_bytes >> _SHIFT
        high = (last * self._item_bytes - 1 >> _SHIFT) + 1
        if self._done.find(0, low, high) >= 0:
            self._check(block for block in range(low, high) if not self._done[block])

    def parts(self, spans: npt.NDArray[Any]) -> None:
        """Check the values of several ranges, int64 [n, 2]."""
        if self.sound or not len(spans):
            return
        if self._blocks is None:
            self.all()
            return
        if len(spans) <= _FEW:
            for first, last in spans.tolist():
                self.part(first, last)
            return
        kept = spans[spans[:, 0] < spans[:, 1]] * self._item_bytes
        # +1 where a range begins, -1 behind its end: the sums are above 0 within ranges
        edges = np.zeros(len(self._done) + 1, np.int64)
        limit = len(self._done)
        np.add.at(edges, np.minimum(kept[:, 0] >> _SHIFT, limit), 1)
        np.add.at(edges, np.minimum((kept[:, 1] - 1 >> _SHIFT) + 1, limit), -1)
        self._check_where(edges.cumsum()[:-1] > 0)

    def places(self, places: npt.NDArray[Any]) -> None:
        """Check the values at some places, which must be in the array."""
        if self.sound or not len(places):
            return
        if self._blocks is None:
            self.all()
            return
        wanted = np.zeros(len(self._done), np.bool_)
        wanted[places * self._item_bytes >> _SHIFT] = True
        self._check_where(wanted)

    def _check_where(self, wanted: npt.NDArray[np.bool_]) -> None:
        self._check(np.flatnonzero(wanted & ~np.frombuffer(self._done, np.bool_)).tolist())

    def _check(self, blocks: Iterable[int]) -> None:
        """Check some blocks, of which none is done."""
        expected, data, done = self._blocks, self._data, self._done
        for block in blocks:
            start = block * CHECKED_BYTES
            found = zlib.crc32(data[start : start + CHECKED_BYTES])
            if expected is None or found != expected[block]:
                self._refuse()
            done[block] = 1
        self.sound = 0 not in done

    def _refuse(self) -> None:
        raise IndexCorruptError(f"{self._name} does not match")
