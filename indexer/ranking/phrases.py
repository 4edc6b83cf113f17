"""In which documents, and how often, do words stand together? Positions as sorted keys.

A place is one number, docnum << 32 | position, so that finding a phrase is intersecting sorted
arrays of places, each shifted back by the word's place in the phrase.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.ranking.expand import QueryWord, key_at
from indexer.ranking.segment import Docs, FieldSource, Floats, Span
from indexer.ranking.strict import agreeing

Places = NDArray[np.int64]

DOC_SHIFT = 32


def places_of(spans: Sequence[Span], source: FieldSource) -> Places:
    """All places of the terms of some spans in one field, ascending."""
    if not spans:
        return np.zeros(0, np.int64)
    postings = source.postings(spans)
    docs = np.repeat(postings.docs.astype(np.int64), postings.tfs.astype(np.int64))
    positions = np.concatenate([source.positions(span) for span in spans])
    return np.sort((docs << DOC_SHIFT) + positions, kind="stable")


def phrase_frequencies(
    words: Sequence[QueryWord],
    level: str,
    slop: int | None,
    source: FieldSource,
    strict: frozenset[str] = frozenset(),
) -> tuple[Docs, Floats]:
    """Ascending docnums that hold the words as a phrase, and in how many places each.

    Words are compared at `level`, with the foldings of `strict` turned off. `slop` is None for the
    words in order with nothing between.
    """
    groups = [source.group(level, key_at(word.analysis, level)) for word in words]
    places = [
        places_of(agreeing(source, group, word.unmarked, strict), source)
        for group, word in zip(groups, words, strict=True)
    ]
    if any(not len(p) for p in places):
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    starts = _ordered(places) if slop is None else _near(places, slop)
    docs, counts = np.unique(starts >> DOC_SHIFT, return_counts=True)
    return docs, counts.astype(np.float32)


def _ordered(places: list[Places]) -> Places:
    """Where the words follow one another: the place of the first."""
    shifted = [p - offset for offset, p in enumerate(places)]
    shifted.sort(key=len)
    starts = shifted[0]
    for other in shifted[1:]:
        starts = np.intersect1d(starts, other, assume_unique=True)
    return starts


def _near(places: list[Places], slop: int) -> Places:
    """Where all words stand, in any order, in a window of their number and `slop` more words.

    A window is counted at its last word. A word asked for twice may be met once (a known miss).
    """
    width = len(places) + slop
    windows = [_last_before(p, places) for p in places]
    found = [
        ends[(ends - firsts < width) & (ends >> DOC_SHIFT == firsts >> DOC_SHIFT)]
        for ends, firsts in windows
    ]
    return np.unique(np.concatenate(found))


def _last_before(ends: Places, places: list[Places]) -> tuple[Places, Places]:
    """For each place in `ends`, the earliest among the nearest places, up to it, of each word.

    Where a word has no place up to it in the document, the earliest is before the document.
    """
    firsts = ends.copy()
    for other in places:
        nearest = np.searchsorted(other, ends, side="right") - 1
        met = np.where(nearest >= 0, other.take(np.maximum(nearest, 0)), -1)
        firsts = np.minimum(firsts, met)
    return ends, firsts
