"""Score documents for words side by side.

What each gives by itself, and more where they stand near, and where more of them stand.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from indexer.query.nodes import WordsQuery, parted
from indexer.ranking.closer import CloserLook, Gains
from indexer.ranking.leaves import Leaves, Scores
from indexer.ranking.openings import answering
from indexer.ranking.parts import Parts
from indexer.ranking.selection import least_of_best
from indexer.ranking.source import Docs

_MANY = 8
"""So many times the documents that are wanted: from there on not all are scored."""

_AGAIN = 6
"""For so many times the best that are wanted, it is found out at once which they may be: they are
asked for again where too many of them are copies."""


class WordsScores(NamedTuple):
    """The parts of the scores of `docs` for words side by side.

    (sums + gains) * coverage * answer.
    """

    docs: Docs
    sums: Scores
    gains: Gains
    coverage: Scores
    answer: Scores

    @property
    def total(self) -> Scores:
        """The scores of the documents."""
        return (self.sums + self.gains.total) * self.coverage * self.answer


class Scorer:
    """Scores documents for the leaves of a query that stand side by side."""

    def __init__(self, query: WordsQuery, leaves: Leaves) -> None:
        self.query = query
        self._words, self.others = parted(query.subqueries)
        self._leaves = leaves
        self._snapshot = leaves.snapshot
        self._idfs = [leaves.idf(word) for word in self._words]
        self._gathering, self._alike = leaves.alike(self._words)
        self._look = CloserLook(query, self._words, self._gathering, self._alike, leaves)
        self._reaching: tuple[Docs, int, Docs] | None = None
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
            own, covered = self._sums(docs)
            sums = own
            for score in others:
                sums = sums + score
            if self.query.boost != 1:
                sums = sums * self.query.boost
            gains = self._look.gains(docs, self._best(sums), own)
            coverage = self._coverage(covered)
            self._scored = WordsScores(docs, sums, gains, coverage, self._answer(docs))
        return self._scored

    def _coverage(self, covered: Scores) -> Scores:
        """1 and a share of the words' idf that each document holds. covered: that idf."""
        total = sum(self._idfs)
        return 1 + covered * (self._snapshot.settings.coverage / total if total > 0 else 0.0)

    def _answer(self, docs: Docs) -> Scores:
        """More than 1 for documents that answer as the question asks, less if they answer another.

        What begins with yes or no answers whether something is so, and not what or how.
        """
        answer, question = np.ones(len(docs)), self.query.question
        if question is not None:
            settings = self._snapshot.settings
            factor = 1 + settings.answers if question.whether else 1 - settings.evades
            for group in self._alike:
                answer[answering(self._snapshot, group.fields).take(docs)] = factor
        return answer

    def _at_least(self, docs: Docs, sums: Scores, floor: float) -> Scores:
        """What the closer look leaves of their sums to some documents; see `CloserLook`."""
        several = Parts.of(self._snapshot).among(docs)
        left = sums.copy()
        left[several] = np.minimum(sums.take(several), floor)
        return left

    def _best(self, sums: Scores) -> NDArray[np.int64]:
        """The places of the documents that are looked at closer."""
        reach = self._snapshot.settings.proximity_reach
        if len(sums) <= reach:
            return np.arange(len(sums))
        return (sums >= least_of_best(sums, reach)).nonzero()[0]

    def promising(self, docs: Docs, count: int) -> Docs:
        """Those of some documents that may be among the `count` best, with the same scores.

        The last answer is given again where no more are asked for than it has.
        """
        known = self._reaching
        if known is None or known[0] is not docs or known[1] < count:
            self._reaching = known = docs, count * _AGAIN, self._promising(docs, count * _AGAIN)
        return known[2]

    def _promising(self, docs: Docs, count: int) -> Docs:
        """The same, as it is found out.

        An upper bound of what the words give is known for all documents at little cost. Those that
        by it are the best are scored; any that cannot reach the worst of these is dropped.
        """
        settings = self._snapshot.settings
        wanted = max(count, settings.proximity_reach + 1)  # more than are looked at closer
        if not count or len(docs) < _MANY * wanted or self.others or self.query.boost <= 0:
            return docs
        bounds = self._leaves.bounds(self._gathering, self._alike, docs)
        tried = docs[bounds >= least_of_best(bounds, wanted)]
        sums, covered = self._sums(tried)
        # nobody outside is looked at closer, and what multiplies is less than its most
        question = self.query.question
        most = 1 + settings.coverage
        if question is not None and question.whether:
            most *= 1 + settings.answers
        by_words = least_of_best(sums, wanted)
        scores = self._at_least(tried, sums, by_words)
        scores *= self._coverage(covered) * self._answer(tried)
        covering = least_of_best(scores, count) / most
        reaching: Docs = docs[bounds >= min(by_words, covering)]
        return reaching
