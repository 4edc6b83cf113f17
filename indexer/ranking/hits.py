"""Which parts of the documents found are hits? Of each document its best, or all with a word in it.

Documents of one part, which most are, cost nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from analyzers.ranked import is_among
from indexer.codec.postings import slice_indices
from indexer.query.nodes import Leaf
from indexer.ranking.evaluator import Ranked
from indexer.ranking.leaves import Leaves
from indexer.ranking.parts import Parts, PartScores, part_scores
from indexer.ranking.source import Docs


class Place(NamedTuple):
    """A hit: a document, which of its parts, from 0, and the score."""

    doc: int
    part: int
    score: float


class Places(NamedTuple):
    """Hits in their order, each as in `Place`."""

    docs: Docs
    parts: NDArray[np.int64]
    scores: NDArray[Any]


class PartChooser:
    """Chooses parts by the words of a query. words: all that are looked for in texts."""

    def __init__(self, words: Sequence[Leaf], leaves: Leaves) -> None:
        self._words = words
        self._leaves = leaves
        self.parts = Parts.of(leaves.snapshot)

    def best(self, docs: Docs) -> NDArray[np.int64]:
        """The best part of each of some documents, of equals the first; 0 where it has but one."""
        best = np.zeros(len(docs), np.int64)
        order = docs.argsort(kind="stable")
        several = self.parts.among(docs.take(order)) if self._words else order[:0]
        if len(several):
            found = self._scored(docs.take(order.take(several)))
            best[order.take(several)] = found.best_numbers()
        return best

    def texts(self, docs: Docs, groups: NDArray[np.uint32]) -> NDArray[np.int64]:
        """The number of the part that each of some documents, which ascend, is shown by.

        groups: by part of all documents, see `copies.folding`. Of a document none of whose parts is
        in a group, the first.
        """
        texts = self.parts.texts(docs)
        several = self.parts.among(docs)
        if len(several):
            counts = self.parts.counts(docs.take(several))
            grouped = groups.take(slice_indices(texts.take(several), counts)) > 0
            asked = several[np.logical_or.reduceat(grouped, counts.cumsum() - counts)]
            texts[asked] += self.best(docs.take(asked))
        return texts

    def every(self, ranked: Ranked, *, by_score: bool) -> Places:
        """All parts of the documents of a ranking that have a word; the first, where none has any.

        A part scores as much less than its document as it has less of the words than the best part.
        by_score: whether a part stands where its score does; else parts follow their document.
        """
        order = ranked.docs.argsort(kind="stable")
        docs = ranked.docs.take(order)
        found = self._scored(docs)
        cells = found.cells
        held = found.held.nonzero()[0]
        rows = cells.rows.take(held)
        owners = cells.docs.take(rows)
        whole = (~is_among(docs, owners)).nonzero()[0]
        at = np.concatenate([order.take(whole), order.take(docs.searchsorted(owners))])
        parts = np.concatenate([np.zeros(len(whole), np.int64), held - cells.firsts.take(rows)])
        shares = np.concatenate(
            [np.ones(len(whole)), found.scores.take(held) / found.best().take(rows)]
        )
        scores = ranked.scores.take(at) * shares
        keys = (parts, at, -scores) if by_score else (parts, at)
        first = np.lexsort(keys)
        return Places(ranked.docs.take(at.take(first)), parts.take(first), scores.take(first))

    def _scored(self, docs: Docs) -> PartScores:
        several = docs.take(self.parts.among(docs))
        gathering, groups = self._leaves.alike(self._words)
        return part_scores(gathering.chosen(several), gathering, groups, self._leaves)
