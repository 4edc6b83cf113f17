"""Where do neighbours of the query stand near each other? Asked of the best documents only.

The bonus only adds, so it reorders the top and never drops a document.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.ranking.phrases import DOC_SHIFT, Places
from indexer.ranking.queries import StemQuery
from indexer.ranking.segment import Docs, Floats
from indexer.ranking.snapshot import Segment, Snapshot

Mask = NDArray[np.bool_]


def least_of_best(scores: Sequence[Floats], count: int) -> float:
    """The score of the `count`-th best of all segments; 0 where there are fewer."""
    united = np.concatenate(scores) if scores else np.zeros(0, np.float32)
    if count >= len(united):
        return 0.0
    return float(np.partition(united, len(united) - count)[len(united) - count])


class Neighbourhood:
    """The places of words in the admitted documents of one segment, each word looked up once."""

    def __init__(self, segment: Segment, snapshot: Snapshot, admitted: Mask) -> None:
        self._segment = segment
        self._snapshot = snapshot
        self._admitted = admitted
        self._known: dict[tuple[StemQuery, str], Places] = {}

    def pair_frequencies(self, one: StemQuery, other: StemQuery) -> tuple[Docs, Floats]:
        """Ascending admitted docnums in which the two words stand near, and how often the first.

        Either may come first. Only forms of the words themselves count, not neighbours or roots.
        """
        docs: list[Docs] = []
        weights: list[Floats] = []
        for name in one.fields:
            first, second = self._places(one, name), self._places(other, name)
            if len(first) and len(second):
                here = _near(first, second, self._snapshot.settings.proximity_window)
                docs.append(here >> DOC_SHIFT)
                weight = self._snapshot.settings.field_weight(name)
                weights.append(np.full(len(here), weight, np.float32))
        if not docs:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        counts = np.bincount(np.concatenate(docs), np.concatenate(weights))
        found = np.flatnonzero(counts)
        return found, counts.take(found).astype(np.float32)

    def _places(self, query: StemQuery, field: str) -> Places:
        known = self._known.get((query, field))
        if known is None:
            known = self._known[query, field] = self._find(query, field)
        return known

    def _find(self, query: StemQuery, field: str) -> Places:
        """The places of a word's own forms in the admitted documents, ascending."""
        source = self._segment.field(field)
        if source is None:
            return _NOWHERE
        spans = [s for m in query.own_spans(source, self._snapshot) for s in m.spans]
        if not spans:
            return _NOWHERE
        postings = source.postings(spans)
        kept = self._admitted.take(postings.docs)
        if not kept.any():
            return _NOWHERE
        positions = np.concatenate([source.positions(span) for span in spans])
        positions = positions[np.repeat(kept, postings.tfs.astype(np.int64))]
        docs = np.repeat(postings.docs[kept], postings.tfs[kept].astype(np.int64))
        return np.sort((docs.astype(np.int64) << DOC_SHIFT) + positions)


_NOWHERE = np.zeros(0, np.int64)


def _near(one: Places, other: Places, window: int) -> Places:
    """The places of `one` with a place of `other` at most `window` away; both ascend."""
    after = other.searchsorted(one)
    before = np.maximum(after - 1, 0)
    after[after == len(other)] = 0
    distance = np.minimum(np.abs(other.take(after) - one), np.abs(other.take(before) - one))
    found: Places = one[distance <= window]
    return found
