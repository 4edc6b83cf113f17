"""Which documents answer a query, with which scores? Arrays in, arrays out.

First who is a member, then what each member scores: two questions to every node of a query's tree,
so that a score is computed only where it is wanted. Both are answered for the whole index at once.
Words are pooled before saturation: the weighted term frequencies of all their forms in all their
fields are summed, then saturated once, then weighted by one idf. Whoosh queries that have no rule
here are asked for their own matchers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from whoosh import query as whoosh_query

from indexer.ranking.bm25 import idf, saturation
from indexer.ranking.expand import QueryWord
from indexer.ranking.filters import FilterQuery
from indexer.ranking.pools import (
    NO_DOCS,
    Found,
    Frequencies,
    Pool,
    distinct,
    look_up,
    occurrences_of,
    phrases_of,
    pooled,
    summed_at,
)
from indexer.ranking.proximity import Word, neighbours_of, pair_frequencies
from indexer.ranking.queries import (
    FormsQuery,
    PhraseQuery,
    StemQuery,
    Terms,
    WordsQuery,
    leaf_words,
)
from indexer.ranking.segment import Docs
from indexer.ranking.selection import best_of, intersection, least_of_best, union, without
from indexer.ranking.snapshot import Segment, Snapshot

Scores = NDArray[np.float64]
TieKey = Callable[[Docs], NDArray[np.int64]]
Verify = Callable[[FormsQuery, Segment, Docs], Sequence[bool]]


class Leaf(NamedTuple):
    """One word, phrase or pattern: its members and their pooled tf, as far as they make members.

    `refused`: documents that hold the forms but not as they were asked for. `core`: the terms that
    are the word itself; `others`: those that only add to scores. `df` counts the live documents
    behind the idf.
    """

    docs: Docs
    tfs: Frequencies
    refused: Docs
    core: Found
    others: Sequence[Terms]
    df: int
    idf: float


class WordsScores(NamedTuple):
    """The parts of the scores of `docs` for words side by side: (sums + nearness) * coverage."""

    docs: Docs
    sums: Scores
    nearness: Scores
    coverage: Scores


class Ranked(NamedTuple):
    """Documents in order: docs and scores (f4) of the best, and how many there are in all."""

    docs: Docs
    scores: NDArray[np.float32]
    total: int


class Evaluator:
    """Evaluates queries over one snapshot; words are pooled once however often they are met.

    `verify`, where given, is asked which documents of a segment bear a leaf as it was written; what
    the others hold of it does not count.
    """

    def __init__(self, snapshot: Snapshot, verify: Verify | None = None) -> None:
        self.snapshot = snapshot
        self._verify = verify
        self._leaves: dict[FormsQuery, Leaf] = {}
        self._others: dict[FormsQuery, Found] = {}
        self._found: dict[int, Pool] = {}
        self._places: tuple[Docs, NDArray[np.int64]] | None = None
        self._own: dict[FormsQuery, NDArray[np.int64]] = {}
        self._words: dict[int, WordsScores] = {}

    # Words

    def leaf(self, query: FormsQuery) -> Leaf:
        """The members and the statistics of a word, phrase or pattern."""
        known = self._leaves.get(query)
        if known is None:
            known = self._leaves[query] = self._look_up(query)
        return known

    def _look_up(self, query: FormsQuery) -> Leaf:
        snapshot = self.snapshot
        terms = snapshot.terms(query)
        core = look_up(part for part in terms if part.retrieves and part.core)
        beside = look_up(part for part in terms if part.retrieves and not part.core)
        others = [part for part in terms if not part.retrieves]
        parts = occurrences_of(core) + phrases_of(query, snapshot)
        docs, tfs = pooled(parts + occurrences_of(beside), snapshot)
        df = distinct(parts, snapshot) if beside else len(docs)
        refused = NO_DOCS
        if self._verify is not None and any(word.written for word in leaf_words(query)):
            kept = self._kept(query, docs)
            docs, tfs, refused = docs[kept], tfs[kept], docs[~kept]
            df = min(df, len(docs))
        if not (df or len(docs)) and others:
            df = distinct(occurrences_of(look_up(others)), snapshot)
        df = df or len(docs)
        weight = self._phrase_idf(query) if isinstance(query, PhraseQuery) else self._idf(df)
        return Leaf(docs, tfs, refused, core, others, df, weight)

    def _kept(self, query: FormsQuery, docs: Docs) -> NDArray[np.bool_]:
        """By place in `docs`, which documents hold a leaf as it was written."""
        assert self._verify is not None  # noqa: S101  asked only then
        kept = np.zeros(len(docs), np.bool_)
        for segment in self.snapshot.segments:
            first, last = docs.searchsorted((segment.base, segment.base + segment.size))
            here = docs[first:last] - segment.base
            if len(here):
                kept[first:last] = self._verify(query, segment, here)
        return kept

    def _idf(self, df: int) -> float:
        return idf(self.snapshot.documents, df)

    def _phrase_idf(self, query: PhraseQuery) -> float:
        """A phrase weighs as much as its words together."""
        return sum(
            self._idf(self.snapshot.document_frequency(word))
            for word in (
                StemQuery(query.fields, QueryWord(word.analysis), "folded", strict=query.strict)
                for word in query.words
                if not word.analysis.stopword
            )
        ) or self._idf(self.snapshot.documents)

    def frequencies(self, query: FormsQuery, docs: Docs) -> Pool:
        """(places in `docs`, ascending; the pooled tf of each) of the documents that hold a leaf.

        Counts what makes members and what only adds. docs: ascending.
        """
        leaf = self.leaf(query)
        if not leaf.others:
            if docs is leaf.docs:
                return Pool(np.arange(len(docs)), leaf.tfs)
            own = self._places_in(query, docs)
            return _kept(own, leaf.tfs)
        own = self._places_in(query, docs)
        places = self._places_of(docs)
        if len(leaf.refused):
            places = places.copy()
            places[leaf.refused] = 0
        at, tfs = [own], [leaf.tfs]
        for part in occurrences_of(self._beside(query)):
            base = part.segment.base
            at.append(places[base : base + part.segment.size].take(part.docs))
            tfs.append(part.tfs)
        summed = summed_at(np.concatenate(at), np.concatenate(tfs), len(docs) + 1)
        summed[0] = 0.0
        found = (summed > 0).nonzero()[0]
        if len(found) == len(docs):
            return Pool(found - 1, summed[1:])
        return Pool(found - 1, summed.take(found))

    def _beside(self, query: FormsQuery) -> Found:
        """The terms that only add to the scores of a leaf, and their postings."""
        known = self._others.get(query)
        if known is None:
            known = self._others[query] = look_up(self.leaf(query).others)
        return known

    def _places_of(self, docs: Docs) -> NDArray[np.int64]:
        """By doc, its place in `docs` plus one; 0 where it is not among them."""
        if self._places is None or self._places[0] is not docs:
            places = np.zeros(self.snapshot.size, np.int64)
            places[docs] = np.arange(1, len(docs) + 1)
            self._places = (docs, places)
            self._own = {}
        return self._places[1]

    def _places_in(self, query: FormsQuery, docs: Docs) -> NDArray[np.int64]:
        """The place in `docs` plus one of each member of a leaf; 0 for those that are not there."""
        places = self._places_of(docs)
        known = self._own.get(query)
        if known is None:
            known = self._own[query] = places.take(self.leaf(query).docs)
        return known

    def contributions(self, query: FormsQuery, docs: Docs) -> Pool:
        """(places in `docs`, what the leaf adds to the score of each)."""
        places, tfs = self.frequencies(query, docs)
        if not len(places):
            return Pool(places, tfs)
        norms = self.snapshot.norms(query.fields).take(
            docs if len(places) == len(docs) else docs.take(places)
        )
        gained = saturation(tfs, norms, self.snapshot.settings.k1)
        gained *= self.leaf(query).idf * query.boost
        return Pool(places, gained)

    # Trees

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

    def words_scores(self, query: WordsQuery, docs: Docs) -> WordsScores:
        """The parts of the scores of words side by side."""
        known = self._words.get(id(query))
        if known is None or known.docs is not docs:
            known = self._words[id(query)] = self._score_words(query, docs)
        return known

    def _score_words(self, query: WordsQuery, docs: Docs) -> WordsScores:
        settings = self.snapshot.settings
        sums = np.zeros(len(docs))
        for child in query.subqueries:
            if isinstance(child, FormsQuery):
                places, gained = self.contributions(child, docs)
                _add(sums, places, gained)
            else:
                sums += self.scores(child, docs)
        sums *= query.boost
        words = [child for child in query.subqueries if isinstance(child, FormsQuery)]
        nearness = np.zeros(0)
        if settings.proximity:
            nearness = self._nearness(words, docs, sums)
        return WordsScores(docs, sums, nearness, self._coverage(words, docs))

    def _nearness(self, words: Sequence[FormsQuery], docs: Docs, sums: Scores) -> Scores:
        """What the best documents gain in which neighbours of the query stand near; may be []."""
        settings = self.snapshot.settings
        pairs = neighbours_of(words)
        if not pairs or not len(docs):
            return np.zeros(0)
        best = (sums >= least_of_best(sums, settings.proximity_reach)).nonzero()[0]
        nearness = np.zeros(len(docs))
        leaves = [self.leaf(word) for word in words]
        looked_up = [
            Word(leaf.core, self._beside(w)) for leaf, w in zip(leaves, words, strict=True)
        ]
        for fields in {words[pair.one].fields for pair in pairs}:
            here = [pair for pair in pairs if words[pair.one].fields == fields]
            best_docs = docs.take(best)
            counts = pair_frequencies(looked_up, here, fields, best_docs, self.snapshot)
            norms = self.snapshot.norms(fields).take(best_docs)
            idfs = np.array([leaves[pair.one].idf + leaves[pair.other].idf for pair in here])
            weights = settings.proximity * idfs / 2
            nearness[best] += weights @ saturation(counts, norms, settings.k1)
        return nearness

    def _coverage(self, words: Sequence[FormsQuery], docs: Docs) -> Scores:
        """1 and the share of the words' idf that each document holds, as weighted."""
        factor = np.ones(len(docs))
        total = sum(self.leaf(word).idf for word in words)
        if not self.snapshot.settings.coverage or total <= 0:
            return factor
        for word in words:
            leaf = self.leaf(word)
            share = self.snapshot.settings.coverage * leaf.idf / total
            if docs is leaf.docs:
                factor += share
            else:
                places, _ = _kept(self._places_in(word, docs), leaf.tfs)
                factor[places] += share
        return factor

    def found_by_whoosh(self, query: Any) -> Pool:
        """The documents and scores of a query without a rule here, by Whoosh's own matcher."""
        known = self._found.get(id(query))
        if known is None:
            docs, scores = [], []
            for segment in self.snapshot.segments:
                matcher = query.matcher(segment.searcher, segment.searcher.context())
                while matcher.is_active():
                    docs.append(segment.base + matcher.id())
                    scores.append(matcher.score())
                    matcher.next()
            known = self._found[id(query)] = Pool(np.array(docs, np.int64), np.array(scores))
        return known

    # Answers

    def rank(self, query: Any, count: int | None, tie_key: TieKey) -> Ranked:
        """The `count` best documents (all if None), by score, then by `tie_key` ascending."""
        docs, scores = self.everything(query)
        total = len(docs)
        if count is not None and count < total:
            kept = best_of(scores, count)
            docs, scores = docs.take(kept), scores.take(kept)
        order = np.lexsort((tie_key(docs), -scores))[:count]
        return Ranked(docs.take(order), scores.take(order), total)

    def everything(self, query: Any) -> tuple[Docs, NDArray[np.float32]]:
        """All members, ascending, and their scores."""
        docs = self.members(query)
        return docs, self.scores(query, docs).astype(np.float32)

    def of_segment(self, query: Any, segment: Segment) -> tuple[Docs, NDArray[np.float32]]:
        """The members in one segment, as docnums of it, and their scores."""
        docs, scores = self.everything(query)
        first, last = docs.searchsorted((segment.base, segment.base + segment.size))
        return docs[first:last] - segment.base, scores[first:last]


def _kept(places: NDArray[np.int64], values: Frequencies) -> Pool:
    """Places plus one, and a value each: only those that are not 0, less the one."""
    inside = places > 0
    if inside.all():
        return Pool(places - 1, values)
    return Pool(places[inside] - 1, values[inside])


def _add(sums: Scores, places: NDArray[np.int64], gained: Scores) -> None:
    """Add at distinct places."""
    if len(places) == len(sums):
        sums += gained
    else:
        np.add.at(sums, places, gained)


class Rule(NamedTuple):
    """How a kind of query is evaluated: who is a member, and what documents score."""

    members: Callable[[Evaluator, Any], Docs]
    scores: Callable[[Evaluator, Any, Docs], Scores]


def _leaf_members(evaluator: Evaluator, query: FormsQuery) -> Docs:
    return evaluator.leaf(query).docs


def _leaf_scores(evaluator: Evaluator, query: FormsQuery, docs: Docs) -> Scores:
    places, gained = evaluator.contributions(query, docs)
    if len(places) == len(docs):
        return gained
    scores = np.zeros(len(docs))
    scores[places] = gained
    return scores


def _any(evaluator: Evaluator, query: Any) -> Docs:
    lists = [evaluator.members(child) for child in query.subqueries]
    return union(lists, evaluator.snapshot.size)


def _all(evaluator: Evaluator, query: Any) -> Docs:
    lists = [evaluator.members(child) for child in query.subqueries]
    return intersection(lists, evaluator.snapshot.size)


def _sum(evaluator: Evaluator, query: Any, docs: Docs) -> Scores:
    scores = np.zeros(len(docs))
    for child in query.subqueries:
        scores += evaluator.scores(child, docs)
    scores *= query.boost
    return scores


def _side_by_side(evaluator: Evaluator, query: Any, docs: Docs) -> Scores:
    """Words side by side: their sum, more where they stand near, and where more of them stand."""
    parts = evaluator.words_scores(query, docs)
    total = parts.sums + parts.nearness if len(parts.nearness) else parts.sums
    return total * parts.coverage


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
    return evaluator.snapshot.only_live(evaluator.found_by_whoosh(query).docs)


def _found_scores(evaluator: Evaluator, query: Any, docs: Docs) -> Scores:
    found = evaluator.found_by_whoosh(query)
    scores = np.zeros(evaluator.snapshot.size)
    scores[found.docs] = found.tfs
    return scores.take(docs)


def _not(evaluator: Evaluator, query: Any) -> Docs:
    snapshot = evaluator.snapshot
    everything = snapshot.only_live(np.arange(snapshot.size))
    return without(everything, evaluator.members(query.query), snapshot.size)


_FORMS = Rule(_leaf_members, _leaf_scores)
_FOREIGN = Rule(_found, _found_scores)

RULES: dict[type, Rule] = {
    WordsQuery: Rule(_any, _side_by_side),
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
