"""Score documents for words side by side.

What each gives by itself, and more where they stand near, and where more of them stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.query.nodes import WordsQuery, parted
from indexer.ranking.bm25 import saturation
from indexer.ranking.leaves import Leaves, Scores
from indexer.ranking.proximity import Pair, neighbours_of, pair_frequencies
from indexer.ranking.selection import least_of_best
from indexer.ranking.source import Docs

_MANY = 32
"""So many times the documents that are wanted: from there on not all are scored."""

_TRIED = 0.6
"""Documents that may score so much of the best are scored at once."""


class WordsScores(NamedTuple):
    """The parts of the scores of `docs` for words side by side: (sums + nearness) * coverage."""

    docs: Docs
    sums: Scores
    nearness: Scores
    coverage: Scores

    @property
    def total(self) -> Scores:
        """The scores of the documents."""
        sums = self.sums + self.nearness if len(self.nearness) else self.sums
        return sums * self.coverage


class Scorer:
    """Scores documents for the leaves of a query that stand side by side."""

    def __init__(self, query: WordsQuery, leaves: Leaves) -> None:
        self.query = query
        self._words, self.others = parted(query.subqueries)
        self._leaves = leaves
        self._snapshot = leaves.snapshot
        self._idfs = [leaves.idf(word) for word in self._words]
        self._gathering, self._alike = leaves.alike(self._words)
        self._numbers = [self._gathering.number_of[word] for word in self._words]
        self._summed: tuple[Docs, Scores, Scores] | None = None
        self._scored: WordsScores | None = None

    def _sums(self, docs: Docs) -> tuple[Scores, Scores]:
        """See `Leaves.summed`; the last answer is kept."""
        if self._summed is None or self._summed[0] is not docs:
            self._summed = (docs, *self._leaves.summed(self._gathering, self._alike, docs))
        return self._summed[1:]

    def side_by_side(self, docs: Docs, others: Sequence[Scores] = ()) -> WordsScores:
        """The parts of the scores of some documents, which ascend; the last answer is kept.

        others: what each of the other children of the query scores.
        """
        if self._scored is None or self._scored.docs is not docs:
            sums, covered = self._sums(docs)
            for score in others:
                sums = sums + score
            if self.query.boost != 1:
                sums = sums * self.query.boost
            nearness = self._nearness(docs, sums)
            self._scored = WordsScores(docs, sums, nearness, self._coverage(covered))
        return self._scored

    def _coverage(self, covered: Scores) -> Scores:
        """1 and a share of the words' idf that each document holds. covered: that idf."""
        total = sum(self._idfs)
        return 1 + covered * (self._snapshot.settings.coverage / total if total > 0 else 0.0)

    def _nearness(self, docs: Docs, sums: Scores) -> Scores:
        """What the best documents gain in which neighbours of the query stand near; may be []."""
        settings = self._snapshot.settings
        neighbours = neighbours_of(self.query.subqueries) if settings.proximity else []
        if not neighbours or not len(docs):
            return np.zeros(0)
        best = np.arange(len(docs))
        if len(docs) > settings.proximity_reach:
            best = (sums >= least_of_best(sums, settings.proximity_reach)).nonzero()[0]
        nearness = np.zeros(len(docs))
        for fields in {self._words[one].fields for one, _ in neighbours}:
            idfs = {
                (self._numbers[one], self._numbers[other]): self._idfs[one] + self._idfs[other]
                for one, other in neighbours
                if self._words[one].fields == fields and self._numbers[one] != self._numbers[other]
            }
            if idfs:
                nearness[best] += self._near(idfs, fields, docs, best)
        return nearness

    def _near(
        self,
        idfs: dict[Pair, float],
        fields: tuple[str, ...],
        docs: Docs,
        best: NDArray[np.int64],
    ) -> Scores:
        """What some documents gain by pairs of words. idfs: of both; best: places in `docs`."""
        settings, chosen = self._snapshot.settings, self._gathering.chosen(docs)
        counts = pair_frequencies(list(idfs), self._gathering, fields, best, chosen, settings)
        norms = self._snapshot.norms(fields).take(docs.take(best))
        weights = settings.proximity / 2 * np.array(list(idfs.values()))
        gained: Scores = weights @ saturation(counts, norms, settings.k1)
        return gained

    def promising(self, docs: Docs, count: int) -> Docs:
        """Those of some documents that may be among the `count` best, with the same scores.

        An upper bound of what the words give is known at once for all documents. Those of which it
        comes near to that of the best are scored; those that cannot
        reach the worst of these are dropped.
        """
        settings = self._snapshot.settings
        wanted = max(count, settings.proximity_reach)
        bounded = not self.others and len(self._alike) == 1 and self.query.boost > 0
        if not count or len(docs) < _MANY * wanted or not bounded:
            return docs
        (group,) = self._alike
        norms = self._snapshot.norms(group.fields)
        weights = group.weights[:, 0]
        bounds = self._gathering.bounds(group.numbers, weights, norms, settings.k1).take(docs)
        bar = least_of_best(bounds, wanted) * _TRIED
        tried = docs[bounds >= bar]
        sums, covered = self._sums(tried)
        # nobody outside is near, and coverage multiplies by less than its most
        covering = least_of_best(sums * self._coverage(covered), count) / (1 + settings.coverage)
        least = min(least_of_best(sums, wanted), covering)
        if least >= bar:
            return tried
        reaching: Docs = docs[bounds >= least]
        return reaching
