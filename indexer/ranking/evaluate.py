"""Which documents answer a query, with which scores? Arrays in, arrays out.

A query tree is evaluated segment by segment into two dense arrays by docnum: who is a member, and
every document's score. Words are pooled before saturation: the weighted term frequencies of all
their forms in all their fields are summed, then saturated once, then weighted by one idf. Whoosh
queries that have no rule here are asked for their own matcher, see `_foreign`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from whoosh import query as whoosh_query

from indexer.ranking.bm25 import idf, saturation
from indexer.ranking.expand import QueryWord
from indexer.ranking.pools import Pool, pool_of
from indexer.ranking.proximity import Neighbourhood, least_of_best
from indexer.ranking.queries import (
    FilterQuery,
    FormsQuery,
    PhraseQuery,
    StemQuery,
    WordsQuery,
    filtered_docs,
    leaf_words,
)
from indexer.ranking.segment import Docs, Floats
from indexer.ranking.snapshot import Segment, Snapshot

Mask = NDArray[np.bool_]


class Partial(NamedTuple):
    """The state of one node in one segment: by docnum, membership and score.

    A score may stand at a document that is no member: it counts if another node makes it one.
    """

    member: Mask
    score: Floats


class Leaf(NamedTuple):
    """One word over all segments, by segment; `df` counts the live documents behind its idf."""

    pools: tuple[Pool, ...]
    df: int
    idf: float


class Ranked(NamedTuple):
    """Documents in order: global docnums and scores of the best, and how many there are in all."""

    docs: Docs
    scores: Floats
    total: int


Verify = Callable[[FormsQuery, Segment, Docs], Sequence[bool]]


class Evaluator:
    """Evaluates queries over one snapshot; words are pooled once however often they are met.

    `verify`, where given, is asked which documents of a segment bear a leaf as it was written; what
    the others hold of it does not count.
    """

    def __init__(self, snapshot: Snapshot, verify: Verify | None = None) -> None:
        self.snapshot = snapshot
        self._verify = verify
        self._leaves: dict[FormsQuery, Leaf] = {}
        self._words: dict[int, list[Partial]] = {}

    def leaf(self, query: FormsQuery) -> Leaf:
        """The pooled postings and the statistics of a word, phrase or pattern."""
        known = self._leaves.get(query)
        if known is None:
            pools = tuple(self._pool(query, segment) for segment in self.snapshot.segments)
            df = sum(p.core for p in pools) or sum(int(np.count_nonzero(p.member)) for p in pools)
            df = df or sum(len(p.docs) for p in pools)
            weight = self._phrase_idf(query) if isinstance(query, PhraseQuery) else self._idf(df)
            known = self._leaves[query] = Leaf(pools, df, weight)
        return known

    def _pool(self, query: FormsQuery, segment: Segment) -> Pool:
        pool = pool_of(query, segment, self.snapshot)
        if self._verify is None or not any(word.written for word in leaf_words(query)):
            return pool
        kept = ~pool.member
        kept[pool.member] = self._verify(query, segment, pool.docs[pool.member])
        member = pool.member[kept]
        core = min(pool.core, int(np.count_nonzero(member)))
        return Pool(pool.docs[kept], pool.tfs[kept], member, core)

    def _idf(self, df: int) -> float:
        return idf(self.snapshot.documents, df)

    def _phrase_idf(self, query: PhraseQuery) -> float:
        """A phrase weighs as much as its words together."""
        return sum(
            self.leaf(
                StemQuery(query.fields, QueryWord(word.analysis), "folded", strict=query.strict)
            ).idf
            for word in query.words
            if not word.analysis.stopword
        ) or self._idf(self.snapshot.documents)

    def contributions(self, query: FormsQuery, number: int) -> Floats:
        """What each document of a leaf's pool in segment `number` gains by it."""
        leaf = self.leaf(query)
        pool = leaf.pools[number]
        norms = self.snapshot.norms(query.fields)[number].take(pool.docs)
        gained = saturation(pool.tfs, norms, self.snapshot.settings.k1)
        return gained * np.float32(leaf.idf * query.boost)

    def partial(self, query: Any, number: int) -> Partial:
        """Evaluate a query tree in segment `number`."""
        rule = _RULES.get(type(query))
        if rule is None:
            rule = _forms if isinstance(query, FormsQuery) else _foreign
        return rule(self, query, number)

    def coverage(self, words: Sequence[FormsQuery], number: int) -> Floats:
        """By docnum, 1 and the share of the words' idf that the document holds, as weighted."""
        factor = np.ones(self.snapshot.segments[number].size, np.float32)
        total = sum(self.leaf(word).idf for word in words)
        for word in words if total > 0 else ():
            leaf = self.leaf(word)
            pool = leaf.pools[number]
            share = self.snapshot.settings.coverage * leaf.idf / total
            factor[pool.docs] += pool.member * np.float32(share)
        return factor

    def words(self, query: WordsQuery) -> list[Partial]:
        """Words side by side, in every segment: sums, then nearness, then coverage."""
        known = self._words.get(id(query))
        if known is None:
            parts = self.sums(query)
            self.add_proximity(query, parts)
            if self.snapshot.settings.coverage:
                words = [child for child in query.subqueries if isinstance(child, FormsQuery)]
                for number, part in enumerate(parts):
                    np.multiply(part.score, self.coverage(words, number), out=part.score)
            known = self._words[id(query)] = parts
        return known

    def sums(self, query: WordsQuery) -> list[Partial]:
        """Words side by side, in every segment: their sums alone, in arrays of the caller's."""
        return [_or(self, query, number) for number in range(len(self.snapshot.segments))]

    def add_proximity(self, query: WordsQuery, parts: Sequence[Partial]) -> None:
        """Reward the best documents so far in which neighbours of the query stand near."""
        settings = self.snapshot.settings
        words = [child for child in query.subqueries if isinstance(child, FormsQuery)]
        pairs = dict.fromkeys(
            (one, other)
            for one, other in pairwise(words)
            if isinstance(one, StemQuery) and isinstance(other, StemQuery) and one != other
        )
        if not pairs or not settings.proximity:
            return
        lowest = least_of_best([part.score for part in parts], settings.proximity_reach)
        for number, (segment, part) in enumerate(zip(self.snapshot.segments, parts, strict=True)):
            admitted = part.member & (part.score >= lowest)
            neighbourhood = Neighbourhood(segment, self.snapshot, admitted)
            for one, other in pairs:
                found, counts = neighbourhood.pair_frequencies(one, other)
                part.score[found] += self._nearness(one, other, number, found, counts)

    def _nearness(
        self, one: StemQuery, other: StemQuery, number: int, docs: Docs, counts: Floats
    ) -> Floats:
        """What documents gain in which two words stand near each other so many times."""
        settings = self.snapshot.settings
        weight = settings.proximity * (self.leaf(one).idf + self.leaf(other).idf) / 2
        norms = self.snapshot.norms(one.fields)[number].take(docs)
        return saturation(counts, norms, settings.k1) * np.float32(weight)

    def members(self, query: Any, number: int) -> tuple[Docs, Floats]:
        """The live members in segment `number`, ascending, and their scores."""
        partial = self.partial(query, number)
        docs = self.snapshot.segments[number].only_live(np.flatnonzero(partial.member))
        return docs, partial.score.take(docs)

    def rank(
        self, query: Any, count: int | None, tie_key: Callable[[Docs], NDArray[np.int64]]
    ) -> Ranked:
        """The `count` best documents (all if None), by score, then by `tie_key` ascending."""
        docs, scores = self.everything(query)
        total = len(docs)
        if count is not None and count < total:
            docs, scores = _at_least_kth(docs, scores, count)
        order = np.lexsort((tie_key(docs), -scores))[:count]
        return Ranked(docs.take(order), scores.take(order), total)

    def everything(self, query: Any) -> tuple[Docs, Floats]:
        """All members as global docnums, ascending, and their scores."""
        found = [self.members(query, i) for i in range(len(self.snapshot.segments))]
        bases = [segment.base for segment in self.snapshot.segments]
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        return (
            np.concatenate([docs + base for (docs, _), base in zip(found, bases, strict=True)]),
            np.concatenate([scores for _, scores in found]),
        )


def _at_least_kth(docs: Docs, scores: Floats, count: int) -> tuple[Docs, Floats]:
    """Only what scores no less than the best `count`, all that tie with the last included."""
    if count <= 0:
        return docs[:0], scores[:0]
    kth = np.partition(scores, len(scores) - count)[len(scores) - count]
    kept = np.flatnonzero(scores >= kth)
    return docs.take(kept), scores.take(kept)


def _empty(size: int) -> Partial:
    return Partial(np.zeros(size, np.bool_), np.zeros(size, np.float32))


def _forms(evaluator: Evaluator, query: Any, number: int) -> Partial:
    result = _empty(evaluator.snapshot.segments[number].size)
    _add_leaf(evaluator, query, number, result)
    return result


def _add_leaf(evaluator: Evaluator, query: FormsQuery, number: int, into: Partial) -> None:
    pool = evaluator.leaf(query).pools[number]
    into.score[pool.docs] += evaluator.contributions(query, number)
    into.member[pool.docs] |= pool.member


def _or(evaluator: Evaluator, query: Any, number: int) -> Partial:
    result = _empty(evaluator.snapshot.segments[number].size)
    for child in query.subqueries:
        if isinstance(child, FormsQuery):
            _add_leaf(evaluator, child, number, result)
        else:
            part = evaluator.partial(child, number)
            np.logical_or(result.member, part.member, out=result.member)
            np.add(result.score, part.score, out=result.score)
    return _boosted(result, query)


def _words(evaluator: Evaluator, query: Any, number: int) -> Partial:
    """Words side by side: their sum, more where they stand near, and where more of them stand."""
    return evaluator.words(query)[number]


def _and(evaluator: Evaluator, query: Any, number: int) -> Partial:
    parts = [evaluator.partial(child, number) for child in query.subqueries]
    if not parts:
        return _empty(evaluator.snapshot.segments[number].size)
    member, score = parts[0]
    for part in parts[1:]:
        member = member & part.member
        score = score + part.score
    return _boosted(Partial(member, score), query)


def _not(evaluator: Evaluator, query: Any, number: int) -> Partial:
    inner = evaluator.partial(query.query, number)
    return Partial(~inner.member, np.zeros_like(inner.score))


def _and_not(evaluator: Evaluator, query: Any, number: int) -> Partial:
    kept, dropped = evaluator.partial(query.a, number), evaluator.partial(query.b, number)
    return Partial(kept.member & ~dropped.member, kept.score)


def _and_maybe(evaluator: Evaluator, query: Any, number: int) -> Partial:
    wanted, welcome = evaluator.partial(query.a, number), evaluator.partial(query.b, number)
    return Partial(wanted.member, wanted.score + welcome.score)


def _require(evaluator: Evaluator, query: Any, number: int) -> Partial:
    scored, required = evaluator.partial(query.a, number), evaluator.partial(query.b, number)
    return Partial(scored.member & required.member, scored.score)


def _every(evaluator: Evaluator, query: Any, number: int) -> Partial:
    if query.fieldname is not None:
        return _foreign(evaluator, query, number)
    size = evaluator.snapshot.segments[number].size
    return Partial(np.ones(size, np.bool_), np.full(size, query.boost, np.float32))


def _filter(evaluator: Evaluator, query: Any, number: int) -> Partial:
    segment = evaluator.snapshot.segments[number]
    result = _empty(segment.size)
    result.member[filtered_docs(query, segment.reader)] = True
    return result


def _nothing(evaluator: Evaluator, query: Any, number: int) -> Partial:
    return _empty(evaluator.snapshot.segments[number].size)


def _foreign(evaluator: Evaluator, query: Any, number: int) -> Partial:
    """Any other Whoosh query, through its own matcher."""
    segment = evaluator.snapshot.segments[number]
    result = _empty(segment.size)
    searcher = segment.searcher
    matcher = query.matcher(searcher, searcher.context())
    while matcher.is_active():
        result.member[matcher.id()] = True
        result.score[matcher.id()] = matcher.score()
        matcher.next()
    return result


def _boosted(partial: Partial, query: Any) -> Partial:
    if query.boost != 1.0:
        np.multiply(partial.score, np.float32(query.boost), out=partial.score)
    return partial


_RULES: dict[type, Callable[[Evaluator, Any, int], Partial]] = {
    WordsQuery: _words,
    whoosh_query.Or: _or,
    whoosh_query.And: _and,
    whoosh_query.Not: _not,
    whoosh_query.AndNot: _and_not,
    whoosh_query.AndMaybe: _and_maybe,
    whoosh_query.Require: _require,
    whoosh_query.Every: _every,
    type(whoosh_query.NullQuery): _nothing,
    FilterQuery: _filter,
}
"""The one place that decides what is evaluated here and what by Whoosh's own matchers."""
