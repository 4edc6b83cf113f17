"""Look closer at the best documents: what do they gain in which words stand where they should?

Near each other, near the beginning, as what a question asks for, and in one part of a long text.
Only the best documents by their words alone are looked at, and no gain takes one of them below the
last of them, so that none of the others need be.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from indexer.query.nodes import Leaf, Question, StemQuery, WordsQuery
from indexer.ranking.bm25 import saturation
from indexer.ranking.gathering import Chosen, Gathering
from indexer.ranking.leaves import Alike, Leaves, Scores
from indexer.ranking.meanings import OTHER
from indexer.ranking.parts import Parts, part_scores
from indexer.ranking.proximity import Pair, neighbours_of, pair_frequencies
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import Docs

_NOWHERE = 1 << 40


class Gains(NamedTuple):
    """What each of some documents gains.

    By words near each other, early words, what is asked, and its best part.
    """

    nearness: Scores
    lead: Scores
    asked: Scores
    part: Scores

    @classmethod
    def none(cls, size: int) -> Gains:
        """Those of documents that are not looked at."""
        return cls(*(np.zeros(size) for _ in cls._fields))

    @property
    def total(self) -> Scores:
        """All together."""
        return self.nearness + self.lead + self.asked + self.part


class CloserLook:
    """Looks at documents for some words of a query side by side, all of one gathering."""

    def __init__(
        self,
        query: WordsQuery,
        words: Sequence[Leaf],
        gathering: Gathering,
        alike: Sequence[Alike],
        leaves: Leaves,
    ) -> None:
        self._question = query.question
        self._words = words
        self._leaves = leaves
        self._snapshot = leaves.snapshot
        self._gathering = gathering
        self._alike = alike
        self._idfs = [leaves.idf(word) for word in words]
        self._numbers = [gathering.number_of[word] for word in words]
        wanted = self._snapshot.settings.proximity
        self._neighbours = neighbours_of(query.subqueries) if wanted else []

    def gains(self, docs: Docs, best: NDArray[np.int64], sums: Scores) -> Gains:
        """What the best of some documents gain, the others nothing.

        best: places in `docs`. sums: what the words give to each of `docs`.
        """
        gains = Gains.none(len(docs))
        if len(best) and self._words:
            chosen = self._gathering.chosen_among(docs, best)
            gains.nearness[best] = self._nearness(chosen)
            gains.lead[best] = self._lead(chosen)
            gains.asked[best] = self._asked(self._question, chosen.docs)
            gains.part[best] = self._part(chosen, sums.take(best), len(best) == len(docs))
        return gains

    def _part(self, chosen: Chosen, sums: Scores, all_are_looked_at: bool) -> Scores:
        """What is gained, or lost, where a document counts for as much as its best part.

        None falls behind the last of those that are looked at, which those that are not do not
        reach.
        """
        gained, share = np.zeros(len(chosen.docs)), self._snapshot.settings.part
        if share and len(Parts.of(self._snapshot).docs):
            found = part_scores(chosen, self._gathering, self._alike, self._leaves)
            floor = 0.0 if all_are_looked_at else sums.min()
            gained[found.rows] = share * (np.maximum(found.best(), floor) - sums.take(found.rows))
        return gained

    def _nearness(self, chosen: Chosen) -> Scores:
        """What is gained where neighbours of the query stand near each other."""
        nearness = np.zeros(len(chosen.docs))
        for fields in {self._words[one].fields for one, _ in self._neighbours}:
            idfs = {
                (self._numbers[one], self._numbers[other]): self._idfs[one] + self._idfs[other]
                for one, other in self._neighbours
                if self._words[one].fields == fields and self._numbers[one] != self._numbers[other]
            }
            if idfs:
                nearness += self._near(idfs, fields, chosen)
        return nearness

    def _near(self, idfs: dict[Pair, float], fields: tuple[str, ...], chosen: Chosen) -> Scores:
        """What is gained by pairs of words. idfs: of both together."""
        settings = self._snapshot.settings
        counts = pair_frequencies(list(idfs), self._gathering, fields, chosen, settings)
        norms = self._snapshot.norms(fields).take(chosen.docs)
        weights = settings.proximity / 2 * np.array(list(idfs.values()))
        gained: Scores = weights @ saturation(counts, norms, settings.k1)
        return gained

    def _lead(self, chosen: Chosen) -> Scores:
        """What is gained by words that stand early: a long text says first what it is about."""
        settings, runs = self._snapshot.settings, self._gathering.runs
        weights = np.zeros(len(self._gathering.words))
        for number, idf, word in zip(self._numbers, self._idfs, self._words, strict=True):
            length = self._snapshot.average_length(word.fields)
            weights[number] += (
                settings.lead * idf * word.boost * min(1.0, length / settings.lead_length)
            )
        own = chosen.only((runs.kinds < OTHER) & (runs.blocks < len(self._gathering.blocks)))
        firsts = np.full(len(weights) * len(chosen.docs), _NOWHERE)
        at = runs.words.take(own.runs) * len(chosen.docs) + own.rows
        np.minimum.at(firsts, at, self._gathering.first_positions(own.at, own.runs))
        early = 1 / (1 + firsts / settings.lead_words)
        early[firsts == _NOWHERE] = 0.0
        gained: Scores = weights @ early.reshape(len(weights), -1)
        return gained

    def _asked(self, question: Question | None, docs: Docs) -> Scores:
        """What is gained by words that name what the question word asks for."""
        settings = self._snapshot.settings
        if question is None or question.noun is None or not settings.noun:
            return np.zeros(len(docs))
        frequencies = self._frequencies(question.noun).take(docs)
        norms = self._snapshot.norms(question.noun.fields).take(docs)
        weight = settings.noun * self._leaves.idf(question.noun)
        return weight * saturation(frequencies, norms, settings.k1)

    def _frequencies(self, noun: StemQuery) -> NDArray[np.float32]:
        """By doc, how often it holds a noun. Few are ever asked for, so they are kept."""
        return self._snapshot.memory.get(_frequencies, self._snapshot, noun)


def _frequencies(snapshot: Snapshot, noun: StemQuery) -> NDArray[np.float32]:
    everyone = np.arange(snapshot.size)
    return Leaves(snapshot).frequencies(noun, everyone).astype(np.float32)
