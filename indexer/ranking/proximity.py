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
        self._known: dict[StemQuery, Places] = {}

    def pair_frequencies(self, one: StemQuery, other: StemQuery) -> tuple[Docs, Counts]:
        """(places in `docs` of documents with the words near each other, how near in all).

        Each place of the first word, or of a relative of it, counts by how near the second or a
        relative of that is: side by side 1, from there on less by the place, and a share of it
        where either is a relative. Either word may come first.
        """
        settings = self._snapshot.settings
        near, closeness = _near(
            self._marked_places(one),
            self._marked_places(other),
            settings.proximity_window,
            settings.proximity_relatives,
        )
        if not len(near):
            return NOWHERE, np.zeros(0)
        docs, fields = np.divmod(near >> DOC_SHIFT, len(one.fields))
        shares = np.array([settings.field_weight(name) for name in one.fields])
        closeness *= shares.take(fields)
        counts = summed_at(self._docs.searchsorted(docs), closeness, len(self._docs))
        found = np.flatnonzero(counts > 0)
        return found, counts.take(found)

    def _marked_places(self, query: StemQuery) -> Places:
        """The places of a word in the documents looked at, ascending: place << 1 | is a relative.

        Relatives are left out where they count for nothing.
        """
        known = self._known.get(query)
        if known is None:
            parts = [places << 1 for places in self._find(query, self._look_up(query))]
            if self._snapshot.settings.proximity_relatives:
                others = self._find(query, self._look_up_others(query))
                parts += [places << 1 | 1 for places in others]
            known = self._known[query] = np.concatenate([NOWHERE, *parts])
            known.sort(kind="stable")
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


def _near(one: Places, other: Places, window: int, share: float) -> tuple[Places, Counts]:
    """The places of `one` with a place of `other` at most `window` away, and the closeness of each.

    Both ascend and are marked. What counts is the nearest place, of two as near that of the word
    itself. Closeness falls evenly, from 1 side by side to 1 / window at the window's end; it is
    multiplied by `share` where a relative is met. A place that is of both words, by a common
    relative, counts for nothing.
    """
    at = one & ~_RELATIVE
    bounded = np.concatenate([_BEFORE_ALL, other, _AFTER_ALL])
    after = other.searchsorted(at) + 1
    following, preceding = bounded.take(after), bounded.take(after - 1)
    # twice the distance, and one more for a relative
    nearest = np.minimum(following - at, at - preceding + ((preceding & _RELATIVE) << 1))
    found = ((nearest > 1) & (nearest < (window + 1) << 1)).nonzero()[0]
    nearest = nearest.take(found)
    closeness = 1 - ((nearest >> 1) - 1) / window
    closeness[((nearest | one.take(found)) & _RELATIVE) > 0] *= share
    return at.take(found) >> 1, closeness


_RELATIVE = 1
_BEFORE_ALL: Places = np.array([-(1 << 62)])
_AFTER_ALL: Places = np.array([1 << 62])
