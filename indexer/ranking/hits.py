"""Which parts of the documents found are hits? Of each document its best, or all with a word in it.

Documents of one part, which most are, cost nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from analyzers.named import NamedTuple
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


class PartChooser:
    """Chooses parts by the words of a query. words: all that are looked for in texts."""

    def __init__(self, words: Sequence[Leaf], leaves: Leaves) -> None:
        self._words = words
        self._leaves = leaves
        self._parts = Parts.of(leaves.snapshot)

    def best(self, docs: Sequence[int]) -> dict[int, int]:
        """The best part of each of some documents that have several; of equals the first."""
        if not len(self._parts.docs) or not self._words:
            return {}
        asked = np.sort(np.array(docs, np.int64))
        if not len(self._parts.among(asked)):
            return {}
        found = self._scored(asked)
        return {
            doc: int(found.scores[found.of(row)].argmax())
            for row, doc in enumerate(found.cells.docs.tolist())
        }

    def every(
        self, ranked: Ranked, first: int, last: int | None, *, by_score: bool
    ) -> tuple[list[Place], int]:
        """All documents of a ranking, by their parts: those from `first` to `last`, and how many.

        A part scores as much less than its document as it has less of the words than the best part.
        by_score: whether a part stands where its score does; else parts follow their document.
        """
        order = ranked.docs.argsort(kind="stable")
        found = self._scored(ranked.docs.take(order))
        rows = {doc: row for row, doc in enumerate(found.cells.docs.tolist())}
        held = np.bincount(found.cells.rows, found.held, len(rows)).astype(np.int64)
        total = len(ranked.docs) - len(rows) + int(np.maximum(held, 1).sum())
        pairs = zip(ranked.docs.tolist(), ranked.scores.tolist(), strict=True)
        places = (
            place
            for doc, score in islice(pairs, last)  # each has one hit at least, its best part
            for place in self._of(doc, score, rows.get(doc), found)
        )
        hits = sorted(places, key=lambda place: -place.score) if by_score else list(places)
        return hits[first:last], total

    def _scored(self, docs: Docs) -> PartScores:
        several = docs.take(self._parts.among(docs))
        gathering, groups = self._leaves.alike(self._words)
        return part_scores(gathering.chosen(several), gathering, groups, self._leaves)

    @staticmethod
    def _of(doc: int, score: float, row: int | None, found: PartScores) -> Iterator[Place]:
        """The hits of one document, in the order of its text."""
        here = slice(0, 0) if row is None else found.of(row)
        numbers = found.held[here].nonzero()[0].tolist()
        if not numbers:
            yield Place(doc, 0, score)
            return
        scores = found.scores[here]
        for number in numbers:
            yield Place(doc, number, score * float(scores[number] / scores.max()))
