"""Turn token streams into postings, and gather slices of postings.

Pure numpy; nothing here knows about files, fields or Whoosh.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from analyzers.named import NamedTuple
from analyzers.ranked import changes

Array = npt.NDArray[Any]


class Postings(NamedTuple):
    """The inverted lists of some terms, each list in the order of documents.

    keys: K ascending numbers that name the lists (a form id, an ordinal or a slot).
    doc_starts: int64 [K+1], into docs and tf. docs: docnums. tf: occurrences.
    pos_starts: int64 [K+1], into positions; None with positions where they are not kept.
    weights: f4 by posting, None where they are the tf.
    value_starts: int64 by posting + 1, into values (u1); None for formats without values.
    ways: u4 by position, the way in which the word is written (`analyzers.notes`); None where no
    word has a note, and where they are read as they are wanted.
    """

    keys: Array
    doc_starts: Array
    docs: Array
    tf: Array
    pos_starts: Array | None = None
    positions: Array | None = None
    weights: Array | None = None
    value_starts: Array | None = None
    values: Array | None = None
    ways: Array | None = None

    @property
    def max_tf(self) -> int:
        """The largest tf, 1 if there are no postings."""
        return int(self.tf.max()) if len(self.tf) else 1


def smallest_unsigned(largest: int, least_bytes: int = 1) -> np.dtype[Any]:
    """The narrowest little-endian unsigned type that holds `largest`."""
    for size in (1, 2, 4, 8):
        if size >= least_bytes and largest < 1 << (8 * size):
            return np.dtype(f"<u{size}")
    raise OverflowError(f"{largest} does not fit in 64 bits")


def starts_of(lengths: Array) -> Array:
    """int64 [n+1]: where slices of these lengths begin when laid end to end, and the end."""
    starts = np.zeros(len(lengths) + 1, np.int64)
    lengths.cumsum(out=starts[1:])
    return starts


def slice_indices(starts: Array, lengths: Array) -> Array:
    """The indices of all elements of the slices `starts[i]:starts[i]+lengths[i]`, in order."""
    ends = lengths.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    indices = np.arange(total, dtype=np.int64)
    indices += (starts - (ends - lengths)).repeat(lengths)
    return indices


def stable_order(ids: Array, limit: int) -> Array:
    """Stable argsort of uint32 ids below `limit`, in linear time: radix sort with 16 bits per pass.

    numpy sorts 16-bit integers by radix, wider ones by comparison, which is several times slower.
    """
    order = np.argsort(ids.astype(np.uint16), kind="stable")
    if limit > 1 << 16:
        high = (ids >> np.uint32(16)).astype(np.uint16).take(order)
        order = order.take(np.argsort(high, kind="stable"))
    return order


def invert(
    ids: Array,
    counts: Array,
    docnums: Array,
    limit: int,
    first: int = 0,
    ways: Array | None = None,
) -> Postings:
    """Invert a run of tokens.

    ids: uint32, the tokens' ids (below `limit`), document after document. counts: tokens of each
    document. docnums: of the documents, ascending. Positions count from 0 in each document, in the
    first one from `first`. ways: of the tokens.
    """
    order = stable_order(ids, limit)
    sorted_ids = ids.take(order)
    owner = np.repeat(np.arange(len(counts), dtype=np.uint32), counts).take(order)
    positions = order.astype(np.uint32)
    begins = starts_of(counts)[:-1]
    begins[:1] -= first  # wraps around below 0, and back
    positions -= begins.astype(np.uint32).take(owner)
    new_list = changes(sorted_ids)
    heads = np.flatnonzero(new_list | changes(owner))
    tf = np.diff(heads, append=len(ids))
    key_heads = np.flatnonzero(new_list)
    first_postings = np.searchsorted(heads, key_heads)
    return Postings(
        keys=sorted_ids.take(key_heads),
        doc_starts=np.append(first_postings, len(heads)),
        docs=docnums.astype(np.uint32).take(owner.take(heads)),
        tf=tf.astype(smallest_unsigned(int(tf.max()) if len(tf) else 0)),
        pos_starts=np.append(key_heads, len(ids)),
        positions=positions.astype(smallest_unsigned(int(positions.max(initial=0)), 2)),
        ways=None if ways is None else ways.take(order),
    )
