"""Which documents answer a query, with which scores? Arrays in, arrays out.

First who is a member, then what each member scores: two questions to every node of a query's tree,
so that a score is computed only where it is wanted. Both are answered for the whole index at once.
Whoosh queries that have no rule here are asked for their own matchers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from whoosh import query as whoosh_query

from indexer.query.filters import FilterQuery
from indexer.ranking.leaves import Leaves, Scores, Verify
from indexer.ranking.queries import FormsQuery, WordsQuery, leaves_of, parted
from indexer.ranking.scorer import Scorer, WordsScores
from indexer.ranking.selection import best_of, intersection, union, without
from indexer.ranking.snapshot import Segment, Snapshot
from indexer.ranking.source import NO_DOCS, Docs

TieKey = Callable[[Docs], NDArray[np.int64]]


class Ranked(NamedTuple):
    """Documents in order: docs and scores (f4) of the best, and how many there are in all."""

    docs: Docs
    scores: NDArray[np.float32]
    total: int


class Evaluator:
    """Evaluates queries over one snapshot; `verify` as with `Leaves`."""

    def __init__(self, snapshot: Snapshot, verify: Verify | None = None) -> None:
        self.snapshot = snapshot
        self.leaves = Leaves(snapshot, verify)
        self._scorers: dict[int, Scorer] = {}
        self._found: dict[int, tuple[Any, Docs, Scores]] = {}

    def members(self, query: Any) -> Docs:
        """The live documents that answer a query, ascending."""
        return self._rule(query).members(self, query)

    def scores(self, query: Any, docs: Docs) -> Scores:
        """What each of some documents scores; docs ascend and need not be members."""
        return self._rule(query).scores(self, query, docs)

    def _rule(self, query: Any) -> Rule:
        rule = RULES.get(type(query))
        if rule is None:
            rule = _FORMS if isinstance(query, FormsQuery) else _FOREIGN
        return rule

    def scorer(self, query: WordsQuery) -> Scorer:
        """What scores documents for words side by side."""
        known = self._scorers.get(id(query))
        if known is None or known.query is not query:
            known = self._scorers[id(query)] = Scorer(query, self.leaves)
        return known

    def words_scores(self, query: WordsQuery, docs: Docs) -> WordsScores:
        """The parts of the scores of some documents, which ascend, for words side by side."""
        scorer = self.scorer(query)
        others = [self.scores(child, docs) for child in scorer.others]
        return scorer.side_by_side(docs, others)

    def found_by_whoosh(self, query: Any) -> tuple[Docs, Scores]:
        """The documents and scores of a query without a rule here, by Whoosh's own matcher."""
        known = self._found.get(id(query))
        if known is None or known[0] is not query:
            docs, scores = [], []
            for segment in self.snapshot.segments:
                matcher = query.matcher(segment.searcher, segment.searcher.context())
                while matcher.is_active():
                    docs.append(segment.base + matcher.id())
                    scores.append(matcher.score())
                    matcher.next()
            known = self._found[id(query)] = (query, np.array(docs, np.int64), np.array(scores))
        return known[1:]

    # Answers

    def rank(self, query: Any, count: int | None, tie_key: TieKey) -> Ranked:
        """The `count` best documents (all if None), by score, then by `tie_key` ascending."""
        self.leaves.gather(leaves_of(query))
        docs = self.members(query)
        total = len(docs)
        if count is not None:
            docs = self._promising(query, docs, count)
        scores = self.scores(query, docs).astype(np.float32)
        if count is not None and count < len(docs):
            kept = best_of(scores, count)
            docs, scores = docs.take(kept), scores.take(kept)
        order = np.lexsort((tie_key(docs), -scores))[:count]
        return Ranked(docs.take(order), scores.take(order), total)

    def _promising(self, query: Any, docs: Docs, count: int) -> Docs:
        """Those of some documents that may be among the `count` best, with the same scores."""
        if isinstance(query, whoosh_query.Require | whoosh_query.AndNot):
            return self._promising(query.a, docs, count)
        if isinstance(query, WordsQuery):
            return self.scorer(query).promising(docs, count)
        return docs

    def everything(self, query: Any) -> tuple[Docs, NDArray[np.float32]]:
        """All members, ascending, and their scores."""
        self.leaves.gather(leaves_of(query))
        docs = self.members(query)
        return docs, self.scores(query, docs).astype(np.float32)

    def of_segment(self, query: Any, segment: Segment) -> tuple[Docs, NDArray[np.float32]]:
        """The members in one segment, as docnums of it, and their scores."""
        docs, scores = self.everything(query)
        first, last = docs.searchsorted((segment.base, segment.base + segment.size))
        return docs[first:last] - segment.base, scores[first:last]


class Rule(NamedTuple):
    """How a kind of query is evaluated: who is a member, and what documents score."""

    members: Callable[[Evaluator, Any], Docs]
    scores: Callable[[Evaluator, Any, Docs], Scores]


def _any(evaluator: Evaluator, query: Any) -> Docs:
    words, others = parted(query)
    lists = [evaluator.leaves.members_of_any(words)] if words else []
    return union([*lists, *map(evaluator.members, others)], evaluator.snapshot.size)


def _all(evaluator: Evaluator, query: Any) -> Docs:
    words, others = parted(query)
    lists = [evaluator.leaves.members_of_all(words)] if words else []
    return intersection([*lists, *map(evaluator.members, others)], evaluator.snapshot.size)


def _sum(evaluator: Evaluator, query: Any, docs: Docs) -> Scores:
    words, others = parted(query)
    scores = evaluator.leaves.scores(words, docs) if words else np.zeros(len(docs))
    for child in others:
        scores += evaluator.scores(child, docs)
    scores *= query.boost
    return scores


def _require(evaluator: Evaluator, query: Any) -> Docs:
    wanted = query.b.subqueries if type(query.b) is whoosh_query.And else [query.b]
    offered = query.a.subqueries if type(query.a) in (WordsQuery, whoosh_query.Or) else [query.a]
    required = evaluator.members(query.b)
    if any(one is other for one in wanted for other in offered):
        return required  # each of them is found by what is asked for beside
    return intersection([evaluator.members(query.a), required], evaluator.snapshot.size)


def _every(evaluator: Evaluator, query: Any) -> Docs:
    if query.fieldname is not None:
        return _found(evaluator, query)
    return evaluator.snapshot.only_live(np.arange(evaluator.snapshot.size))


def _constant(evaluator: Evaluator, query: Any, docs: Docs) -> Scores:
    if query.fieldname is not None:
        return _found_scores(evaluator, query, docs)
    return np.full(len(docs), float(query.boost))


def _passing(evaluator: Evaluator, query: FilterQuery) -> Docs:
    snapshot = evaluator.snapshot
    masks = [np.zeros(0, np.bool_), *(query.mask(segment) for segment in snapshot.segments)]
    return snapshot.only_live(np.flatnonzero(np.concatenate(masks)))


def _zeros(_evaluator: Evaluator, _query: Any, docs: Docs) -> Scores:
    return np.zeros(len(docs))


def _found(evaluator: Evaluator, query: Any) -> Docs:
    return evaluator.snapshot.only_live(evaluator.found_by_whoosh(query)[0])


def _found_scores(evaluator: Evaluator, query: Any, docs: Docs) -> Scores:
    found, scores = evaluator.found_by_whoosh(query)
    by_doc = np.zeros(evaluator.snapshot.size)
    by_doc[found] = scores
    return by_doc.take(docs)


def _not(evaluator: Evaluator, query: Any) -> Docs:
    snapshot = evaluator.snapshot
    everything = snapshot.only_live(np.arange(snapshot.size))
    return without(everything, evaluator.members(query.query), snapshot.size)


_FORMS = Rule(
    lambda e, q: e.leaves.members(q),
    lambda e, q, docs: e.leaves.scores([q], docs),
)
_FOREIGN = Rule(_found, _found_scores)

RULES: dict[type, Rule] = {
    WordsQuery: Rule(_any, lambda e, q, docs: e.words_scores(q, docs).total),
    whoosh_query.Or: Rule(_any, _sum),
    whoosh_query.And: Rule(_all, _sum),
    whoosh_query.Not: Rule(_not, _zeros),
    whoosh_query.AndNot: Rule(
        lambda e, q: without(e.members(q.a), e.members(q.b), e.snapshot.size),
        lambda e, q, docs: e.scores(q.a, docs),
    ),
    whoosh_query.AndMaybe: Rule(
        lambda e, q: e.members(q.a),
        lambda e, q, docs: e.scores(q.a, docs) + e.scores(q.b, docs),
    ),
    whoosh_query.Require: Rule(_require, lambda e, q, docs: e.scores(q.a, docs)),
    whoosh_query.Every: Rule(_every, _constant),
    type(whoosh_query.NullQuery): Rule(lambda e, q: NO_DOCS, _zeros),
    FilterQuery: Rule(_passing, _zeros),
}
"""The one place that decides what is evaluated here and what by Whoosh's own matchers."""
