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
from indexer.ranking.pools import Found, summed_at
from indexer.ranking.queries import FormsQuery, StemQuery
from indexer.ranking.segment import Docs
from indexer.ranking.snapshot import Snapshot

Counts = NDArray[np.float64]
LookUp = Callable[[StemQuery], Found]


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

    docs: the documents looked at, ascending. look_up, look_up_others: give the terms that are a
    word itself, and its relatives by root and spelling, with their postings.
    """

    def __init__(
        self, snapshot: Snapshot, docs: Docs, look_up: LookUp, look_up_others: LookUp
    ) -> None:
        self._snapshot = snapshot
        self._look_up = look_up
        self._look_up_others = look_up_others
        self._admitted = np.zeros(snapshot.size, np.bool_)
        self._admitted[docs] = True
        self._docs = docs
        self._own: dict[StemQuery, Places] = {}
        self._all: dict[StemQuery, Places] = {}

    def pair_frequencies(self, one: StemQuery, other: StemQuery) -> tuple[Docs, Counts]:
        """(places in `docs` of documents with the words near each other, how near in all).

        Each place of the first word counts by how near the second is: side by side 1, from there on
        less by the place. Either may come first. What relatives of the words add to that counts a
        share of it.
        """
        share = self._snapshot.settings.proximity_relatives
        counts = (1 - share) * self._nearness(one, other, self._own_places)
        if share:
            counts += share * self._nearness(one, other, self._all_places)
        found = np.flatnonzero(counts > 0)
        return found, counts.take(found)

    def _nearness(
        self, one: StemQuery, other: StemQuery, places: Callable[[StemQuery], Places]
    ) -> Counts:
        """By document looked at, how near the words are, each at some places of its own."""
        settings = self._snapshot.settings
        near, closeness = _near(places(one), places(other), settings.proximity_window)
        docs, fields = np.divmod(near >> DOC_SHIFT, len(one.fields))
        shares = np.array([settings.field_weight(name) for name in one.fields])
        closeness *= shares.take(fields)
        return summed_at(self._docs.searchsorted(docs), closeness, len(self._docs))

    def _own_places(self, query: StemQuery) -> Places:
        """The places of a word's own forms in the documents looked at, ascending."""
        known = self._own.get(query)
        if known is None:
            known = self._own[query] = _united(self._find(query, self._look_up(query)))
        return known

    def _all_places(self, query: StemQuery) -> Places:
        """The places of a word and of its relatives in the documents looked at, ascending."""
        known = self._all.get(query)
        if known is None:
            others = self._find(query, self._look_up_others(query))
            known = self._all[query] = _united([self._own_places(query), *others])
        return known

    def _find(self, query: StemQuery, found: Found) -> list[Places]:
        """The places of some terms in the documents looked at."""
        count = len(query.fields)
        return [
            places_of(
                part.spans,
                part.source,
                postings,
                self._admitted[part.segment.base : part.segment.base + part.segment.size],
                scale=count,
                shift=part.segment.base * count + query.fields.index(part.field),
            )
            for part, postings in found
        ]


def _united(parts: Sequence[Places]) -> Places:
    """All of some places, ascending."""
    held = [places for places in parts if len(places)]
    if len(held) == 1:
        return held[0]
    united: Places = np.concatenate([NOWHERE, *held])
    united.sort(kind="stable")
    return united


def _near(one: Places, other: Places, window: int) -> tuple[Places, Counts]:
    """The places of `one` with a place of `other` at most `window` away, and the closeness of each.

    Both ascend. Closeness falls evenly, from 1 side by side to 1 / window at the window's end. A
    word is not near itself: a place that is of both, by a common relative, counts for nothing.
    """
    if not len(one) or not len(other):
        return NOWHERE, np.zeros(0)
    after = other.searchsorted(one)
    before = np.maximum(after - 1, 0)
    after[after == len(other)] = 0
    distance = np.minimum(np.abs(other.take(after) - one), np.abs(other.take(before) - one))
    found = ((distance <= window) & (distance > 0)).nonzero()[0]
    return one.take(found), 1 - (distance.take(found) - 1) / window
