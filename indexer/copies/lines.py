"""Which lines of a folder recur in files that have nothing else in common?

Captions, navigation, footers, «اقرأ أيضا». A line recurs if it is in documents of many voices. The
voice of a text is its smallest gram, which its copies mostly share: so the lines of a story do
not become recurring by its being copied. Learned from the documents that are there, for each
folder by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from analyzers.ranked import changes

if TYPE_CHECKING:
    from indexer.copies.prints import Grams, Hashes

Ints = NDArray[Any]

FEWEST_VOICES = 5
SHARE = 4
"""A line of n documents of a folder recurs if they have more than 5 + n / 4 voices: copies that
share four fifths of their grams have n / 5."""

FEWEST_DOCUMENTS = 7
"""Fewer cannot have so many."""

_HALF = np.uint64(32)


class Recurring(NamedTuple):
    """A line that recurs, as one of the documents writes it. documents: how many have it."""

    folder: str
    text: str
    line: int
    documents: int


class Rows(NamedTuple):
    """Which line is in which document of which folder; a row for each. By row: all of one length.

    lines, folders: u4. docs: int64. voices: u4, of the text.
    """

    lines: Grams
    folders: Grams
    docs: Ints
    voices: Grams


def recurring(rows: Rows) -> tuple[Hashes, Ints, Ints]:
    """(folder << 32 | line, ascending; how many documents have it; one of its rows) of what recurs.

    The row is that of the smallest voice, then document.
    """
    keys = rows.folders.astype(np.uint64) << _HALF | rows.lines
    order = np.lexsort((rows.docs, keys))
    order = order[_distinct(keys.take(order), rows.docs.take(order))]
    keys = keys.take(order)
    heads = np.flatnonzero(changes(keys))
    counts = np.diff(heads, append=len(keys))
    order = order[(counts >= FEWEST_DOCUMENTS).repeat(counts)]
    keys = rows.folders.take(order).astype(np.uint64) << _HALF | rows.lines.take(order)
    again = np.lexsort((rows.docs.take(order), rows.voices.take(order), keys))
    order, keys = order.take(again), keys.take(again)
    heads = np.flatnonzero(changes(keys))
    counts = np.diff(heads, append=len(keys))
    new_voice = _distinct(keys, rows.voices.take(order))
    voices = np.add.reduceat(new_voice, heads, dtype=np.int64) if len(heads) else heads
    kept = voices >= FEWEST_VOICES + counts / SHARE
    return keys.take(heads[kept]), counts[kept], order.take(heads[kept])


def _distinct(first: Ints, second: Ints) -> NDArray[np.bool_]:
    """True where a pair differs from the one before it."""
    return changes(first) | changes(second)
