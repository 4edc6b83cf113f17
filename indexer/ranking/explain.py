"""Why does a hit have its score? The score of one document, taken apart along the query's tree.

The parts add up: every word's contribution, then what nearness and early words added, then what is
due to the question asked, then the rest, which is the bonus for holding several words and whatever
a query gives without words. Postings are looked up
again, so that ranking itself keeps nothing for this.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from analyzers.analyzer import analyze_form
from analyzers.named import NamedTuple
from analyzers.ranked import is_among
from indexer.query.nodes import (
    LEAVES,
    AlternativeQuery,
    AndQuery,
    EveryQuery,
    ExceptQuery,
    FilterQuery,
    ForeignQuery,
    Leaf,
    Node,
    NothingQuery,
    OrQuery,
    PatternQuery,
    PhraseQuery,
    RequireQuery,
    StemQuery,
    WordsQuery,
)
from indexer.ranking.bm25 import saturation
from indexer.ranking.evaluator import Evaluator
from indexer.ranking.expand import group_of
from indexer.ranking.occurrences import postings_of
from indexer.ranking.phrases import phrase_frequencies
from indexer.ranking.scorer import WordsScores
from indexer.ranking.source import NO_SPANS, Docs, FieldSource, Floats
from indexer.reports import Explanation, TermExplanation
from indexer.results import TIERS, Tier


class _Parts(NamedTuple):
    """What makes up a score, each already multiplied by the boosts above it."""

    words: tuple[TermExplanation, ...] = ()
    proximity: float = 0.0
    lead: float = 0.0
    question: float = 0.0
    part: float = 0.0
    constant: float = 0.0

    @property
    def score(self) -> float:
        words = sum(word.contribution for word in self.words)
        return words + self.proximity + self.lead + self.question + self.part + self.constant


class _Occurrences(NamedTuple):
    """Postings of the terms of a leaf: `terms[owners[i]]` stands `tfs[i]` times in `docs[i]`.

    `docs` ascend; `tfs` are multiplied by the weight of the field; `terms` are (written, tier,
    weight).
    """

    terms: list[tuple[str, Tier, float]]
    owners: NDArray[np.int64]
    docs: NDArray[Any]
    tfs: Floats


class Explainer:
    """Explains hits of one query: `query` as it was ranked by `evaluator`, `text` as written.

    shown: the documents that are to be explained; the postings of no others are looked at closely.
    """

    def __init__(self, query: Node, text: str, evaluator: Evaluator, shown: Docs) -> None:
        self._query = query
        self._text = text
        self._evaluator = evaluator
        self._snapshot = evaluator.snapshot
        self._resolver = evaluator.leaves.resolver
        self._shown = np.sort(shown)
        self._docs = evaluator.near(query, evaluator.found(query), shown)
        self._lengths: dict[tuple[tuple[str, ...], int], Floats] = {}
        self._found: dict[tuple[Leaf, int], list[_Occurrences]] = {}
        self._scored: dict[int, WordsScores] = {}
        self._pooled: dict[int, NDArray[np.float64]] = {}

    def explain(self, doc: int, score: float) -> Explanation:
        """The parts of a document's score; `doc` is its number in the whole index."""
        parts = self._parts(self._query, doc)
        return Explanation(*parts, score)

    def _parts(self, query: Node, doc: int) -> _Parts:
        """The parts of a node's score for a document; they add up to it."""
        if isinstance(query, LEAVES):
            gained = self._evaluator.part_gains(query, np.array([doc]))
            return _Parts((self._word(query, doc),), part=float(gained[0]))
        match query:
            case WordsQuery():
                return self._side_by_side(query, doc)
            case OrQuery() | AndQuery():
                return _scaled(_sum([self._beside(q, doc) for q in query.subqueries]), query.boost)
            case ExceptQuery() | RequireQuery():
                return self._parts(query.a, doc)
            case EveryQuery() | NothingQuery() | FilterQuery() | ForeignQuery():
                return _Parts(constant=float(self._evaluator.scores(query, np.array([doc]))[0]))
            case _:
                assert_never(query)

    def _beside(self, child: Node, doc: int) -> _Parts:
        """The parts of what a node gives beside others: of a leaf, what it has in all the text."""
        if isinstance(child, LEAVES):
            return _Parts((self._word(child, doc),))
        return self._parts(child, doc)

    def _side_by_side(self, query: WordsQuery, doc: int) -> _Parts:
        """A sum of words, what their nearness gained, and the bonus for several of them."""
        parts = [self._beside(child, doc) for child in query.subqueries]
        total = _scaled(_sum(parts), query.boost)
        place = int(self._docs.searchsorted(doc))
        scores = self._words_scores(query)
        nearness, lead, asked, part = (float(gain[place]) for gain in scores.gains)
        total = total._replace(
            proximity=total.proximity + nearness,
            lead=total.lead + lead,
            question=total.question + asked,
            part=total.part + part,
        )
        bonus = float(scores.coverage[place]) - 1.0
        total = total._replace(constant=total.constant + bonus * total.score)
        answer = float(scores.answer[place]) - 1.0
        return total._replace(question=total.question + answer * total.score)

    def _words_scores(self, query: WordsQuery) -> WordsScores:
        """The scores of all members, computed once however many of them are explained."""
        known = self._scored.get(id(query))
        if known is None:
            known = self._evaluator.words_scores(query, self._docs)
            self._scored[id(query)] = known
        return known

    def _frequencies(self, query: Leaf) -> NDArray[np.float64]:
        """How often each member holds a leaf, likewise."""
        known = self._pooled.get(id(query))
        if known is None:
            known = self._evaluator.leaves.frequencies(query, self._docs)
            self._pooled[id(query)] = known
        return known

    def _word(self, query: Leaf, doc: int) -> TermExplanation:
        """What a leaf alone gives to a document, and by which terms."""
        place = int(self._docs.searchsorted(doc))
        tf = self._frequencies(query)[place : place + 1]
        idf = self._evaluator.leaves.idf(query)
        norm = self._snapshot.norms(query.fields)[doc : doc + 1]
        gained = float(saturation(tf, norm, self._snapshot.settings.k1)[0])
        segment, docnum = self._snapshot.locate(doc)
        number = self._snapshot.segments.index(segment)
        return TermExplanation(
            word=_written(query, self._text),
            terms=tuple(self._terms(query, number, docnum)) if tf[0] else (),
            df=self._evaluator.leaves.document_frequency(query),
            idf=idf,
            pooled_tf=float(tf[0]),
            length=float(self._lengths_of(query.fields, number)[docnum]),
            contribution=gained * idf * query.boost,
        )

    def _lengths_of(self, fields: tuple[str, ...], number: int) -> Floats:
        if (fields, number) not in self._lengths:
            segment = self._snapshot.segments[number]
            self._lengths[fields, number] = self._snapshot.lengths(segment, fields)
        return self._lengths[fields, number]

    def _terms(self, query: Leaf, number: int, docnum: int) -> list[tuple[str, str, float, float]]:
        """The forms of a leaf that stand in a document, fields summed, strongest first."""
        counts: dict[tuple[str, str, float], float] = {}
        for terms, owners, docs, tfs in self._occurrences(query, number):
            first, last = docs.searchsorted((docnum, docnum + 1)).tolist()
            for place in range(first, last):
                term = terms[owners[place]]
                counts[term] = counts.get(term, 0.0) + float(tfs[place])
        found = [(*term, tf) for term, tf in counts.items()]
        return sorted(found, key=lambda t: (TIERS.index(t[1]), -t[2] * t[3], t[0]))

    def _occurrences(self, query: Leaf, number: int) -> list[_Occurrences]:
        known = self._found.get((query, number))
        if known is None:
            known = self._found[query, number] = list(self._look_up(query, number))
        return known

    def _look_up(self, query: Leaf, number: int) -> Iterator[_Occurrences]:
        for name in query.fields:
            source = self._snapshot.segments[number].field(name)
            if source is None:
                continue
            weight = np.float32(self._snapshot.settings.field_weight(name))
            here = self._shown_in(number)
            for found in (*self._phrases(query, source), *self._forms(query, source, here)):
                order = found.docs.argsort(kind="stable")
                owners, tfs = found.owners.take(order), found.tfs.take(order) * weight
                yield _Occurrences(found.terms, owners, found.docs.take(order), tfs)

    def _phrases(self, query: Leaf, source: FieldSource) -> Iterator[_Occurrences]:
        for phrase in self._resolver.phrases(query):
            places = self._resolver.phrase_places(phrase, query, source)
            docs, counts = phrase_frequencies(places, phrase.slop, source)
            own: Tier = "stem" if phrase.level == "joined" else phrase.level
            tier = own if isinstance(query, PhraseQuery) else "variant"
            written = " ".join(map(str, phrase.words))
            owners = np.zeros(len(docs), np.int64)
            found = counts.astype(np.float32)
            yield _Occurrences([(written, tier, phrase.weight)], owners, docs, found)

    def _shown_in(self, number: int) -> Docs:
        """The docnums of the documents of a segment that are explained."""
        segment = self._snapshot.segments[number]
        first, last = self._shown.searchsorted((segment.base, segment.base + segment.size))
        return self._shown[first:last] - segment.base

    def _forms(self, query: Leaf, source: FieldSource, shown: Docs) -> Iterator[_Occurrences]:
        """The postings of a word or a pattern in some documents, each with its written form."""
        meanings = list(self._resolver.spans(query, source))
        spans = np.concatenate([NO_SPANS, *(meaning.spans for meaning in meanings)])
        if not len(spans):
            return
        order = spans[:, 0].argsort()
        meaning_of = np.arange(len(meanings)).repeat([len(m.spans) for m in meanings]).take(order)
        weights = np.concatenate([meaning.weights for meaning in meanings]).take(order).tolist()
        postings = postings_of(source, spans.take(order, axis=0))
        chosen = is_among(postings.docs.astype(np.int64), shown).nonzero()[0]
        places = postings.located.counts.cumsum().searchsorted(chosen, side="right").tolist()
        groups = self._resolver.expansions(query) if isinstance(query, StemQuery) else ()
        terms: list[tuple[str, Tier, float]] = []
        for form, place in zip(source.forms_at(postings, chosen), places, strict=True):
            group = group_of(analyze_form(form), groups, self._snapshot.settings)
            own = meanings[meaning_of[place]].expansion
            terms.append((form, (group or own).tier, weights[place]))
        docs, tfs = postings.docs.take(chosen), postings.tfs.take(chosen).astype(np.float32)
        yield _Occurrences(terms, np.arange(len(chosen)), docs, tfs)


def _sum(parts: list[_Parts]) -> _Parts:
    return _Parts(
        tuple(word for part in parts for word in part.words),
        sum(part.proximity for part in parts),
        sum(part.lead for part in parts),
        sum(part.question for part in parts),
        sum(part.part for part in parts),
        sum(part.constant for part in parts),
    )


def _scaled(parts: _Parts, boost: float) -> _Parts:
    if boost == 1.0:
        return parts
    words = (word._replace(contribution=word.contribution * boost) for word in parts.words)
    rest = (part * boost for part in parts[1:])
    return _Parts(tuple(words), *rest)


def _written(query: Leaf, text: str) -> str:
    """How a leaf is written in the query; another name for several words, as the table has it."""
    match query:
        case StemQuery():
            return text[query.word.start : query.word.end] or query.word.unmarked
        case PhraseQuery():
            written = text[query.words[0].start : query.words[-1].end]
            return f"«{written or ' '.join(map(str, query.words))}»"
        case PatternQuery():
            return str(query.pattern)
        case AlternativeQuery():
            return " = ".join(" ".join(word.unmarked for word in side) for side in query.sides)
        case _:
            assert_never(query)
