"""Find the documents that match a query, and their scores. Arrays in, arrays out.

First who is a member, then what each member scores: two questions to every node of a query's tree,
so that a score is computed only where it is wanted. Both are answered for the whole index at once.
Queries of another engine are asked for their own matchers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from indexer.query.nodes import (
    LEAVES,
    AndQuery,
    EveryQuery,
    ExceptQuery,
    FilterQuery,
    ForeignQuery,
    Leaf,
    Node,
    NothingQuery,
    OrQuery,
    RequireQuery,
    WordsQuery,
    leaves_of,
    parted,
)
from indexer.ranking.filters import passing
from indexer.ranking.leaves import Leaves, Scores, Verify
from indexer.ranking.parts import Parts, part_scores
from indexer.ranking.scorer import Scorer, WordsScores
from indexer.ranking.selection import best_of, intersection, union, without
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import NO_DOCS, Docs, Segment

TieKey = Callable[[Docs], NDArray[np.int64]]


class Ranked(NamedTuple):
    """Documents in order: docs and scores (f4) of the best, and how many there are in all.

    members: all of these, ascending, where they are known.
    """

    docs: Docs
    scores: NDArray[np.float32]
    total: int
    members: Docs = NO_DOCS


class Evaluator:
    """Evaluates queries over one snapshot; `verify` as with `Leaves`."""

    def __init__(self, snapshot: Snapshot, verify: Verify | None = None) -> None:
        self.snapshot = snapshot
        self.leaves = Leaves(snapshot, verify)
        self._scorers: dict[WordsQuery, Scorer] = {}
        self._answers: dict[Node, Docs] = {}
        self._found: dict[ForeignQuery, tuple[Docs, Scores]] = {}

    def members(self, query: Node) -> Docs:
        """The live documents that answer a query, ascending."""
        if isinstance(query, LEAVES):
            return self.leaves.members(query)
        match query:
            case WordsQuery() | OrQuery():
                return self._any(query)
            case AndQuery():
                return self._all(query)
            case RequireQuery():
                return self._required(query)
            case ExceptQuery():
                return without(self.members(query.a), self.members(query.b), self.snapshot.size)
            case EveryQuery():
                return self.snapshot.only_live(np.arange(self.snapshot.size))
            case NothingQuery():
                return NO_DOCS
            case FilterQuery():
                return passing(query, self.snapshot)
            case ForeignQuery():
                return self.snapshot.only_live(self._found_by(query)[0])
            case _:
                assert_never(query)

    def scores(self, query: Node, docs: Docs) -> Scores:
        """The scores of given documents, which are ascending and need not be members."""
        if isinstance(query, LEAVES):
            return self.leaves.scores([query], docs) + self.part_gains(query, docs)
        match query:
            case WordsQuery():
                return self.words_scores(query, docs).total
            case OrQuery() | AndQuery():
                return self._sum(query, docs)
            case RequireQuery() | ExceptQuery():
                return self.scores(query.a, docs)
            case EveryQuery() | NothingQuery() | FilterQuery():
                return np.zeros(len(docs))
            case ForeignQuery():
                found, scores = self._found_by(query)
                by_doc = np.zeros(self.snapshot.size)
                by_doc[found] = scores
                return by_doc.take(docs)
            case _:
                assert_never(query)

    def part_gains(self, leaf: Leaf, docs: Docs) -> Scores:
        """What documents gain, or lose, that count as their best part for a leaf by itself."""
        gained = np.zeros(len(docs))
        share, rows = self.snapshot.settings.part, Parts.of(self.snapshot).among(docs)
        if share and len(rows):
            several = docs.take(rows)
            gathering, groups = self.leaves.alike([leaf])
            found = part_scores(gathering.chosen(several), gathering, groups, self.leaves)
            gained[rows] = share * (found.best() - self.leaves.scores([leaf], several))
        return gained

    def _any(self, query: WordsQuery | OrQuery) -> Docs:
        words, others = parted(query.subqueries)
        lists = [self.leaves.members_of_any(words)] if words else []
        return union([*lists, *map(self.members, others)], self.snapshot.size)

    def _all(self, query: AndQuery) -> Docs:
        words, others = parted(query.subqueries)
        lists = [self.leaves.members_of_all(words)] if words else []
        return intersection([*lists, *map(self.members, others)], self.snapshot.size)

    def _required(self, query: RequireQuery) -> Docs:
        wanted = query.b.subqueries if isinstance(query.b, AndQuery) else (query.b,)
        first = query.a
        offered = first.subqueries if isinstance(first, WordsQuery | OrQuery) else (first,)
        required = self.members(query.b)
        if any(one is other for one in wanted for other in offered):
            return required  # each of them is found by what is asked for beside
        return intersection([self.members(query.a), required], self.snapshot.size)

    def _sum(self, query: OrQuery | AndQuery, docs: Docs) -> Scores:
        words, others = parted(query.subqueries)
        scores = self.leaves.scores(words, docs) if words else np.zeros(len(docs))
        for child in others:
            scores += self.scores(child, docs)
        scores *= query.boost
        return scores

    def scorer(self, query: WordsQuery) -> Scorer:
        """What scores documents for words side by side."""
        known = self._scorers.get(query)
        if known is None:
            known = self._scorers[query] = Scorer(query, self.leaves)
        return known

    def words_scores(self, query: WordsQuery, docs: Docs) -> WordsScores:
        """The parts of the scores of some documents, which ascend, for words side by side."""
        scorer = self.scorer(query)
        others = [self.scores(child, docs) for child in scorer.others]
        return scorer.side_by_side(docs, others)

    def _found_by(self, query: ForeignQuery) -> tuple[Docs, Scores]:
        """The documents and scores of another engine's query, as that finds them."""
        known = self._found.get(query)
        if known is None:
            if self.snapshot.foreign is None:
                raise TypeError("no other engine is there to be asked")
            docs, scores = self.snapshot.foreign(query.query)
            known = self._found[query] = (np.array(docs, np.int64), np.array(scores))
        return known

    # Answers

    def rank(self, query: Node, count: int | None, tie_key: TieKey) -> Ranked:
        """The `count` best documents (all if None), by score, then by `tie_key` ascending."""
        docs = members = self.found(query)
        if count is not None:
            docs = self._promising(query, docs, count)
        scores = self.scores(query, docs).astype(np.float32)
        if count is not None and count < len(docs):
            kept = best_of(scores, count)
            docs, scores = docs.take(kept), scores.take(kept)
        order = np.lexsort((tie_key(docs), -scores))[:count]
        return Ranked(docs.take(order), scores.take(order), len(members), members)

    def _promising(self, query: Node, docs: Docs, count: int) -> Docs:
        """Those of some documents that may be among the `count` best, with the same scores."""
        if isinstance(query, RequireQuery | ExceptQuery):
            return self._promising(query.a, docs, count)
        if isinstance(query, WordsQuery):
            return self.scorer(query).promising(docs, count)
        return docs

    def found(self, query: Node) -> Docs:
        """All members, ascending; the postings of all words of the query are gathered at once.

        They are kept: a query is ranked again where too many of its best are copies.
        """
        known = self._answers.get(query)
        if known is None:
            self.leaves.gather(leaves_of(query))
            known = self._answers[query] = self.members(query)
        return known

    def scores_among(self, query: Node, docs: Docs, chosen: Docs) -> NDArray[np.float32]:
        """The scores that some members, in any order, have among all of them, `docs`."""
        near = self.near(query, docs, chosen)
        scores = self.scores(query, near).astype(np.float32)
        return scores.take(near.searchsorted(chosen))

    def near(self, query: Node, docs: Docs, chosen: Docs) -> Docs:
        """Documents, ascending, among which some have the scores that they have among `docs`.

        What is gained by a closer look depends on who else is there: the best are among them.
        """
        return union([self._promising(query, docs, 1), np.sort(chosen)], self.snapshot.size)

    def everything(self, query: Node) -> tuple[Docs, NDArray[np.float32]]:
        """All members, ascending, and their scores."""
        docs = self.found(query)
        return docs, self.scores(query, docs).astype(np.float32)

    def of_segment(self, query: Node, segment: Segment) -> tuple[Docs, NDArray[np.float32]]:
        """The members in one segment, as docnums of it, and their scores."""
        docs, scores = self.everything(query)
        first, last = docs.searchsorted((segment.base, segment.base + segment.size))
        return docs[first:last] - segment.base, scores[first:last]
