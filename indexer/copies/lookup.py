"""Which of many texts have some grams or lines?

Two of the smallest grams are shared by texts that may be copies. They are looked up by bisection,
however many texts there are: an order beside the minima says, for each bin, where each text would
come if they were sorted. All else, which few commits ask for, is looked for from end to end.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.ranked import is_among
from indexer.codec.postings import slice_indices, smallest_unsigned
from indexer.copies.prints import BINS, Grams

Ints = NDArray[Any]

_HALF = np.uint64(32)
_SHORT = np.uint32(0xFFFF)


def order_of(minima: Grams) -> Ints:
    """For each bin the rows of minima, ascending by the minimum of that bin, then by number."""
    by_bin = np.ascontiguousarray(minima.reshape(-1, BINS).T).astype(np.uint64) << _HALF
    rows = by_bin.shape[1]
    by_bin |= np.arange(rows, dtype=np.uint64)
    by_bin.sort(axis=1)
    return by_bin.astype(np.uint32).astype(smallest_unsigned(max(rows - 1, 0), 2)).reshape(-1)


def rows_with(grams: Grams, minima: Grams, order: Ints) -> Ints:
    """The rows that have some grams among their minima, once for each that they have."""
    rows = len(order) // BINS
    wide = grams.astype(np.uint64)
    limits = np.concatenate([wide, wide + np.uint64(1)])  # the first of each gram, and behind it
    bins = np.tile((grams % BINS).astype(np.int64), 2)
    low, high = np.zeros(len(limits), np.int64), np.full(len(limits), rows)
    for _ in range(rows.bit_length()):
        middle = np.minimum((low + high) >> 1, rows - 1)
        row = order.take(bins * rows + middle).astype(np.int64)
        below = (minima.take(row * BINS + bins) < limits) & (low < high)
        low, high = np.where(below, middle + 1, low), np.where(below, high, middle)
    begins, ends = low[: len(grams)], low[len(grams) :]
    first = bins[: len(grams)] * rows + begins
    return order.take(slice_indices(first, ends - begins)).astype(np.int64)


def holding(values: Grams, wanted: Grams) -> Ints:
    """The places, ascending, of the wanted among many values; `wanted` ascends.

    A table of 2**16 bits leaves few to be looked up.
    """
    table = np.zeros(1 << 16, np.bool_)
    table[wanted & _SHORT] = True
    near = table.take((values & _SHORT).astype(np.uint16)).nonzero()[0]
    held: Ints = near[is_among(values.take(near), wanted)]
    return held
