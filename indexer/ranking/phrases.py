"""In which documents, and how often, do words stand together? Positions as sorted keys.

A place is one number, docnum << 32 | position, so that finding a phrase is intersecting sorted
arrays of places, each shifted back by the word's place in the phrase. Only documents that hold all
the words are looked at, so that a rare word makes a phrase cheap.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analyzers.ranked import changes, distinct_of, is_among
from indexer.ranking.expand import QueryWord, key_at
from indexer.ranking.occurrences import gathered, occurrences_of
from indexer.ranking.source import Docs, FieldSource, Gathered, Located
from indexer.ranking.strict import agreeing

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]

DOC_SHIFT = 32

NOWHERE: Places = np.zeros(0, np.int64)


def places_of(source: FieldSource, postings: Gathered, admitted: Mask) -> Places:
    """The places of some terms in the admitted documents, ascending. admitted: bool by docnum."""
    chosen = admitted.take(postings.docs).nonzero()[0]
    if not len(chosen):
        return NOWHERE
    keys = postings.docs.take(chosen).astype(np.int64)
    keys <<= DOC_SHIFT
    counts, positions = occurrences_of(source, postings, chosen)
    keys = keys.repeat(counts)
    keys += positions
    keys.sort(kind="stable")
    return keys


def located_words(
    words: Sequence[QueryWord], level: str, source: FieldSource, strict: frozenset[str]
) -> tuple[Located, ...]:
    """Where the terms of each word of a phrase lie; () where a word is not there at all.

    Words are compared at `level`, with the foldings of `strict` turned off.
    """
    located = []
    for word in words:
        group = source.group(level, key_at(word.analysis, level))
        terms = agreeing(source, group, word.unmarked, strict)
        if not len(terms):
            return ()
        located.append(source.locate(terms))
    return tuple(located)


def phrase_frequencies(
    words: Sequence[Located], slop: int | None, source: FieldSource
) -> tuple[Docs, NDArray[np.float64]]:
    """Ascending docnums that hold the words as a phrase, and in how many places each.

    `slop` is None for the words in order with nothing between.
    """
    found = [gathered(source, located) for located in words]
    if not found:
        return NOWHERE, np.zeros(0)
    admitted = _holding_all(found)
    places = [places_of(source, postings, admitted) for postings in found]
    if any(not len(p) for p in places):
        return NOWHERE, np.zeros(0)
    starts = _ordered(places) if slop is None else _near(places, slop)
    if not len(starts):
        return NOWHERE, np.zeros(0)
    docs = starts >> DOC_SHIFT
    firsts = changes(docs).nonzero()[0]
    lasts = np.concatenate([firsts[1:], [len(docs)]])
    return docs.take(firsts), (lasts - firsts).astype(np.float64)


def _holding_all(found: Sequence[Gathered]) -> Mask:
    """Bool by docnum, up to the last that any list names: which documents are in every list."""
    size = max(int(postings.docs.max(initial=0)) for postings in found) + 1
    rarest, *others = sorted((postings.docs for postings in found), key=len)
    admitted = np.zeros(size, np.bool_)
    admitted[rarest] = True
    for docs in others:
        both = np.zeros(size, np.bool_)
        both[docs[admitted.take(docs)]] = True
        admitted = both
    return admitted


def _ordered(places: list[Places]) -> Places:
    """Where the words follow one another: the place of the first."""
    shifted = [p - offset for offset, p in enumerate(places)]
    shifted.sort(key=len)
    starts = shifted[0]
    for other in shifted[1:]:
        starts = starts[is_among(starts, other)]
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
    return distinct_of(np.concatenate(found))


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
