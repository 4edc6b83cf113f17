"""Sorted strings end to end, as they stand in a dictionary, for work on all of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.codepoints import code_points
from analyzers.ranked import changes
from indexer.codec.postings import slice_indices, starts_of

Places = NDArray[np.int64]

_FIRST_LEAD, _AFTER_LEADS = 0xD8, 0xDC
"""The first bytes of the letters from U+0600 to U+06FF; each has one more byte."""

_CHUNK = 1 << 20
"""Bytes looked at together."""


class Keys:
    """Distinct strings in the order of their UTF-8 bytes; a string is named by its place.

    data: u1, their bytes. starts: int64 [n + 1], where each begins in them. lengths: their bytes.
    """

    def __init__(
        self, data: NDArray[np.uint8], starts: Places, lengths: NDArray[Any] | None = None
    ) -> None:
        self.data = data
        self.starts = starts
        self.lengths = np.diff(starts) if lengths is None else lengths

    @classmethod
    def of(cls, strings: Iterable[bytes]) -> Keys:
        """Keys of strings that are in order."""
        listed = list(strings)
        lengths = np.fromiter(map(len, listed), np.int64, len(listed))
        return cls(np.frombuffer(b"".join(listed), np.uint8), starts_of(lengths))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, place: int) -> bytes:
        return self.data[self.starts[place] : self.starts[place + 1]].tobytes()

    def lower_bound(self, key: bytes) -> int:
        """The place of the first string that is not below `key`."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) >> 1
            low, high = (middle + 1, high) if self[middle] < key else (low, middle)
        return low

    def beginning(self, prefix: bytes) -> tuple[int, int]:
        """(first, last + 1) of the strings that begin with `prefix`."""
        if not prefix:
            return 0, len(self)
        return self.lower_bound(prefix), self.lower_bound(prefix + b"\xff" * 4)

    @cached_property
    def arabic(self) -> tuple[int, int]:
        """(first, last + 1) of the strings that begin with a letter from U+0600 to U+06FF.

        All but the `mixed` ones have such letters only, of two bytes each.
        """
        return self.lower_bound(bytes([_FIRST_LEAD])), self.lower_bound(bytes([_AFTER_LEADS]))

    @cached_property
    def mixed(self) -> Places:
        """The strings of `arabic`, and those before them, with Arabic letters and others.

        Words of a text are never so mixed.
        """
        first, last = self.starts.take(self.arabic).tolist()
        before = np.flatnonzero(self.data[:first] >= _FIRST_LEAD)
        found = [
            np.flatnonzero(self.data[at : min(at + _CHUNK, last)] - np.uint8(0x80) > 0x5B) + at
            for at in range(first, last, _CHUNK)
        ]
        return distinct(self.owners(np.concatenate([before, *found])))

    def owners(self, offsets: Places) -> Places:
        """The string in which each of some offsets of `data` lies."""
        return self.starts.searchsorted(offsets, side="right") - 1

    def texts(self, places: Places) -> list[str]:
        """Some of the strings as text."""
        ends = self.starts.take(places + 1).tolist()
        data = self.data
        return [
            data[start:end].tobytes().decode("utf-8", "surrogatepass")
            for start, end in zip(self.starts.take(places).tolist(), ends, strict=True)
        ]

    def letters(self, places: Places) -> tuple[NDArray[np.uint32], Places]:
        """(code points of some strings end to end; int64 [n + 1], where those of each begin)."""
        lengths = self.lengths.take(places).astype(np.int64)
        data = self.data.take(slice_indices(self.starts.take(places), lengths))
        heads = np.append(0, (data & 0xC0 != 0x80).cumsum())
        return code_points(data.tobytes().decode("utf-8", "surrogatepass")), heads.take(
            starts_of(lengths)
        )


def distinct(ascending: Places) -> Places:
    """Ascending numbers, each once."""
    apart: Places = ascending[changes(ascending)]
    return apart
