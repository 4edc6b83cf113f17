"""Find the documents in which words occur together, and how often. Positions are sorted keys.

A place is one number, docnum << 32 | position, so that finding a phrase is intersecting sorted
arrays of places, each shifted back by the word's place in the phrase. Only documents that hold all
the words are looked at, so that a rare word makes a phrase cheap.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analyzers.ranked import changes, is_among
from indexer.query.nodes import PhraseLevel, QueryWord
from indexer.ranking.expand import phrase_groups
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
    words: Sequence[QueryWord], level: PhraseLevel, source: FieldSource, strict: frozenset[str]
) -> tuple[Located, ...]:
    """Where the terms of each word of a phrase lie; () where a word is not there at all.

    Words are compared at `level`, with the foldings of `strict` turned off.
    """
    located = []
    for word in words:
        terms = np.concatenate(
            [
                agreeing(source, group.terms(source), group.form, strict)
                for group in phrase_groups(word, level)
            ]
        )
        if not len(terms):
            return ()
        located.append(source.locate(terms[terms[:, 0].argsort()]))
    return tuple(located)


def phrase_frequencies(
    words: Sequence[Located], slop: int | None, source: FieldSource
) -> tuple[Docs, NDArray[np.float64]]:
    """Ascending docnums that hold the words as a phrase, and in how many places each.

    `slop` is None for the words in order with nothing between.
    """
    distinct = {located.spans.tobytes(): located for located in words}
    found = [gathered(source, located) for located in distinct.values()]
    if not found:
        return NOWHERE, np.zeros(0)
    admitted = _holding_all(found)
    places = {
        key: places_of(source, postings, admitted)
        for key, postings in zip(distinct, found, strict=True)
    }
    if any(not len(p) for p in places.values()):
        return NOWHERE, np.zeros(0)
    if slop is None:
        starts = _ordered([places[located.spans.tobytes()] for located in words])
    else:
        starts = _near(list(places.values()), len(words) + slop)
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


def _ordered(places: Sequence[Places]) -> Places:
    """The places where the words follow one another, given by the first."""
    rarest, *others = sorted(range(len(places)), key=lambda word: len(places[word]))
    starts = places[rarest] - rarest
    for word in others:
        starts = starts[is_among(starts + word, places[word])]
    return starts


def _near(places: Sequence[Places], width: int) -> Places:
    """Where all words stand, in any order, in a window of so many places, given by its last word.

    A word stands in the windows that end at its place or after it, before its next place and
    before it has left them: a stretch of ends. Where as many stretches overlap as there are words,
    all stand. In a window of three, one word at 1 and 8, the other at 3: [1, 4), [8, 11) and [3, 6)
    overlap at 3, where such a window ends. A word asked for twice may be met once (a known miss).
    """
    stops = [p + width for p in places]
    for stop, p in zip(stops, places, strict=True):
        np.minimum(stop[:-1], p[1:], out=stop[:-1])
    begun, ended = (np.sort(np.concatenate(ends), kind="stable") for ends in (places, stops))
    ends: Places = begun[changes(begun)]
    standing = begun.searchsorted(ends, side="right") - ended.searchsorted(ends, side="right")
    found: Places = ends[standing == len(places)]
    return found
