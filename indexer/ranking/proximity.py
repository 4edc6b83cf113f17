"""Where do neighbours of the query stand side by side? Looked up for the best documents only.

The bonus only adds, so it reorders the top and never drops a document.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.ranking.phrases import DOC_SHIFT, Places
from indexer.ranking.queries import StemQuery
from indexer.ranking.segment import Docs, FieldSource, Floats
from indexer.ranking.snapshot import Segment, Snapshot

Mask = NDArray[np.bool_]


def best_mask(scores: Floats, members: Mask, count: int) -> Mask:
    """The members whose score is among the `count` best, all that tie with the last included."""
    if count >= len(scores):
        return members
    lowest = np.partition(scores, len(scores) - count)[len(scores) - count]
    best: Mask = members & (scores >= lowest)
    return best


def pair_frequencies(
    one: StemQuery, other: StemQuery, segment: Segment, snapshot: Snapshot, admitted: Mask
) -> tuple[Docs, Floats]:
    """Ascending admitted docnums in which the two words are neighbours, and how often.

    Either may come first. Only forms of the words themselves count, not neighbours or roots.
    """
    docs: list[Docs] = []
    weights: list[Floats] = []
    for name in one.fields:
        source = segment.field(name)
        if source is None:
            continue
        first = _places(one, source, snapshot, admitted)
        second = _places(other, source, snapshot, admitted)
        if len(first) and len(second):
            here = np.concatenate([_common(first + 1, second), _common(second + 1, first)])
            docs.append(here >> DOC_SHIFT)
            weight = snapshot.settings.field_weight(name)
            weights.append(np.full(len(here), weight, np.float32))
    if not docs:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    found, inverse = np.unique(np.concatenate(docs), return_inverse=True)
    return found, np.bincount(inverse, np.concatenate(weights)).astype(np.float32)


def _places(query: StemQuery, source: FieldSource, snapshot: Snapshot, admitted: Mask) -> Places:
    """The places of a word's own forms in the admitted documents, ascending."""
    spans = [
        span
        for expansion, spans in query.spans(source, snapshot)
        if expansion.core
        for span in spans
    ]
    if not spans:
        return np.zeros(0, np.int64)
    postings = source.postings(spans)
    kept = admitted.take(postings.docs)
    if not kept.any():
        return np.zeros(0, np.int64)
    tfs = postings.tfs.astype(np.int64)
    positions = np.concatenate([source.positions(span) for span in spans])[np.repeat(kept, tfs)]
    docs = np.repeat(postings.docs[kept].astype(np.int64), tfs[kept])
    return np.sort((docs << DOC_SHIFT) + positions)


def _common(one: Places, other: Places) -> Places:
    """The places of `one` that are places of `other`; both ascending, without repetition."""
    where = np.searchsorted(other, one)
    where[where == len(other)] = 0
    found: Places = one[other.take(where) == one]
    return found
