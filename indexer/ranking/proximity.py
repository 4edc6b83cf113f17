"""Where do neighbours of the query stand near each other? Asked of the best documents only.

The bonus only adds, so it reorders the top and never drops a document. A place here is one number
over all segments and fields, (doc * fields + field) << 32 | position.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from indexer.ranking.phrases import DOC_SHIFT, NOWHERE, Places, places_of
from indexer.ranking.pools import summed_at
from indexer.ranking.queries import FormsQuery, StemQuery, Terms
from indexer.ranking.segment import Docs, Gathered
from indexer.ranking.snapshot import Snapshot

Counts = NDArray[np.float64]
LookUp = Callable[[StemQuery], Sequence[tuple[Terms, Gathered]]]


def neighbours_of(words: Sequence[FormsQuery]) -> list[tuple[StemQuery, StemQuery]]:
    """The pairs of words that follow one another in a query and are sought in the same fields."""
    return list(
        dict.fromkeys(
            (one, other)
            for one, other in pairwise(words)
            if isinstance(one, StemQuery) and isinstance(other, StemQuery)
            if one != other and one.fields == other.fields
        )
    )


class Neighbourhood:
    """The places of words in some documents of an index, each word looked up once.

    docs: the documents looked at, ascending. look_up: gives the terms that are a word itself, with
    their postings.
    """

    def __init__(self, snapshot: Snapshot, docs: Docs, look_up: LookUp) -> None:
        self._snapshot = snapshot
        self._look_up = look_up
        self._admitted = np.zeros(snapshot.size, np.bool_)
        self._admitted[docs] = True
        self._docs = docs
        self._known: dict[StemQuery, Places] = {}

    def pair_frequencies(self, one: StemQuery, other: StemQuery) -> tuple[Docs, Counts]:
        """(places in `docs` of documents with the words near each other, how near in all).

        Each place of the first word counts by how near the second is: side by side 1, from there on
        less by the place. Either may come first. Only forms of the words themselves count, not
        neighbours or roots.
        """
        first, second = self._places(one), self._places(other)
        if not len(first) or not len(second):
            return NOWHERE, np.zeros(0)
        near, closeness = _near(first, second, self._snapshot.settings.proximity_window)
        if not len(near):
            return NOWHERE, np.zeros(0)
        docs, fields = np.divmod(near >> DOC_SHIFT, len(one.fields))
        shares = np.array([self._snapshot.settings.field_weight(name) for name in one.fields])
        closeness *= shares.take(fields)
        counts = summed_at(self._docs.searchsorted(docs), closeness, len(self._docs))
        found = np.flatnonzero(counts > 0)
        return found, counts.take(found)

    def _places(self, query: StemQuery) -> Places:
        known = self._known.get(query)
        if known is None:
            known = self._known[query] = self._find(query)
        return known

    def _find(self, query: StemQuery) -> Places:
        """The places of a word's own forms in the documents looked at, ascending."""
        found = []
        count = len(query.fields)
        for part, postings in self._look_up(query):
            base = part.segment.base
            places = places_of(
                part.spans,
                part.source,
                postings,
                self._admitted[base : base + part.segment.size],
                scale=count,
                shift=base * count + query.fields.index(part.field),
            )
            if len(places):
                found.append(places)
        if len(found) == 1:
            only: Places = found[0]
            return only
        united: Places = np.concatenate([NOWHERE, *found])
        united.sort(kind="stable")
        return united


def _near(one: Places, other: Places, window: int) -> tuple[Places, Counts]:
    """The places of `one` with a place of `other` at most `window` away, and the closeness of each.

    Both ascend. Closeness falls evenly, from 1 side by side to 1 / window at the window's end.
    """
    after = other.searchsorted(one)
    before = np.maximum(after - 1, 0)
    after[after == len(other)] = 0
    distance = np.minimum(np.abs(other.take(after) - one), np.abs(other.take(before) - one))
    found = (distance <= window).nonzero()[0]
    closeness = 1 - (distance.take(found) - 1) / window
    return one.take(found), np.minimum(closeness, 1.0)
