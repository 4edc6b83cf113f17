"""Count how often each word occurs in each document, all its forms and fields together.

Pooling comes before saturation: a document that holds كتاب twice and والكتب once holds the word
three times. Forms that met by a weaker tier count less. Sums are of 64 bits and of numbers of 24,
so that they are exact, and no order of forms or segments changes a score.

The words of a query are gathered together, so that a step is one call of numpy for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from analyzers.ranked import changes, places
from indexer.codec.postings import slice_indices, starts_of
from indexer.query.nodes import Leaf
from indexer.ranking.bm25 import saturation
from indexer.ranking.meanings import BESIDE, CORE, OTHER, PhraseTerms, Terms
from indexer.ranking.occurrences import RunningSums, position_starts
from indexer.ranking.phrases import phrase_frequencies
from indexer.ranking.resolve import Resolver
from indexer.ranking.selection import ascending, marked
from indexer.ranking.source import (
    NO_SPANS,
    Docs,
    FieldSource,
    Floats,
    Located,
    Positions,
)

Frequencies = NDArray[np.float64]

_ROUNDING = 1 + 1e-5

_MOST_CELLS = 1 << 21
"""Words times documents that are counted at once."""

_MOST_KEPT = 1 << 25
"""Words times documents whose counts are kept while a query is evaluated: 300 MB."""

_BISECTED_SHARE = 64
"""With at most one posting per this many documents, bisection replaces a table of documents."""

_DENSE_SHARE = 4
"""One posting a word for so many documents: from there on words are counted in all documents at
once, and all that is asked is read from that; work on the postings of some would be slower."""

_NO_POSITIONS = np.zeros(1, np.int64)

_FEW_SHARE = 8
"""One posting in so many: from there on runs are bisected, not repeated by posting."""


class FieldTerms(NamedTuple):
    """The terms of all words in one field of one segment, looked up together.

    first: the place of its first posting among all.
    """

    source: FieldSource
    field: str
    first: int


class Runs(NamedTuple):
    """By run: its word, how its terms belong to that (CORE, BESIDE, OTHER), its block.

    firsts: its first posting. positions: where those of that begin in the source.

    Two words, كتاب with the spans [4, 7] and [9, 10], البيت with the span [2, 3], are three runs,
    of words 0 0 1. If those have 5, 1 and 2 postings, firsts are 0 5 6, and posting 5 is of run 1.
    """

    words: NDArray[np.int64]
    kinds: NDArray[np.int64]
    blocks: NDArray[np.int64]
    firsts: NDArray[np.int64]
    positions: NDArray[np.int64]


class Chosen(NamedTuple):
    """The postings that are of some documents.

    docs: ascending. at: int64, places of postings, rising. rows: of each, its document's place in
    docs. runs: of each, its run.
    """

    docs: Docs
    at: NDArray[np.int64]
    rows: NDArray[Any]
    runs: NDArray[np.int64]

    def among(self, best: NDArray[np.int64]) -> Chosen:
        """Those of fewer documents: best, places in `docs`, rising."""
        if len(best) == len(self.docs):
            return self
        row_of = np.full(len(self.docs), -1, np.int64)
        row_of[best] = np.arange(len(best))
        rows = row_of.take(self.rows)
        kept = (rows >= 0).nonzero()[0]
        docs = self.docs.take(best)
        return Chosen(docs, self.at.take(kept), rows.take(kept), self.runs.take(kept))

    def only(self, wanted: NDArray[np.bool_]) -> Chosen:
        """Those of some runs. wanted: by run."""
        kept = wanted.take(self.runs).nonzero()[0]
        return Chosen(self.docs, self.at.take(kept), self.rows.take(kept), self.runs.take(kept))


class Gathering:
    """The postings of some words, each taken once, end to end.

    docs: int64, of the whole index, deleted ones too, in any order; tfs: as counted. They are
    divided into `runs`, each of a span of terms of one word. What is found as a phrase has no
    positions and comes last, as if in one block more.
    """

    def __init__(self, words: Sequence[Leaf], resolver: Resolver) -> None:
        self.number_of = {word: number for number, word in enumerate(dict.fromkeys(words))}
        self.words = words = list(self.number_of)
        self._snapshot = resolver.snapshot
        parts = _Parts()
        by_field = _by_field(words, resolver)
        self.blocks = [parts.add_block(*place, here) for place, here in by_field.items()]
        for number, word in enumerate(words):
            for phrase in resolver.phrase_terms(word):
                parts.add_phrase(number, phrase, len(self.blocks))
        self._parts = parts
        self.tfs = _joined(parts.tfs, np.uint8)
        self._weights = _joined([part.weights for part in parts.all], np.float32)
        self._counts = _joined([part.located.counts for part in parts.all], np.int64)
        self._widest = max((part.kind for part in parts.all), default=CORE)
        self._has_phrases = len(parts.docs) > len(self.blocks)
        self._everyone: Docs | None = None
        self._chosen: Chosen | None = None
        self._counted: dict[int, tuple[Frequencies, NDArray[np.bool_]]] = {}

    @cached_property
    def docs(self) -> Docs:
        """int64, by posting: its document in the whole index."""
        return self._parts.all_docs()

    @cached_property
    def runs(self) -> Runs:
        """The kinds of the runs."""
        parts = self._parts.all
        described = np.array([part[:3] for part in parts], np.int64).reshape(-1, 3)
        words, kinds, blocks = described.T.repeat([len(part.weights) for part in parts], axis=1)
        firsts = self._counts.cumsum() - self._counts
        positions = _joined([part.located.positions for part in parts], np.int64)
        return Runs(words, kinds, blocks, firsts, positions)

    @cached_property
    def is_dense(self) -> bool:
        """Whether the words stand in so many documents that each is counted in all at once."""
        return len(self.tfs) * _DENSE_SHARE > self._snapshot.size * len(self.words)

    @property
    def _keeps_counts(self) -> bool:
        """Whether the words are so counted, and that is kept."""
        return self.is_dense and len(self.words) * self._snapshot.size <= _MOST_KEPT

    @property
    def weights(self) -> NDArray[np.float32]:
        """By run, what an occurrence of its terms counts."""
        return self._weights

    def members(self, numbers: Sequence[int]) -> Docs:
        """The live documents with any of these words, ascending. numbers: no word twice."""
        if self._keeps_counts:
            held = np.logical_or.reduce([self._in_all(number)[1] for number in numbers])
            return self._snapshot.only_live(held.nonzero()[0])
        if self._is_alone:
            return self._alone[0]
        docs = self._holding(numbers, BESIDE)
        if len(numbers) == len(self.words) and self._widest < OTHER and self._snapshot.live is None:
            self._everyone = docs
        return docs

    def members_of_all(self, numbers: Sequence[int]) -> Docs:
        """The live documents with all of these words, ascending. numbers: no word twice."""
        if self._keeps_counts:
            held = np.logical_and.reduce([self._in_all(number)[1] for number in numbers])
            return self._snapshot.only_live(held.nonzero()[0])
        first, *others = numbers
        docs, size = self._docs_of([first], BESIDE), self._snapshot.size
        for number in others:
            held = marked(docs, size)
            docs = [some[held.take(some)] for some in self._docs_of([number], BESIDE)]
        return self._snapshot.only_live(ascending(docs, size))

    def document_frequency(self, number: int) -> int:
        """How many live documents hold the word itself, or at least what stands for it."""
        for kind in CORE, BESIDE, OTHER:
            held = len(self._holding([number], kind))
            if held:
                return held
        return 0

    def _holding(self, numbers: Sequence[int], kind: int) -> Docs:
        """The live documents, ascending, that hold terms of that kind, or closer to the words."""
        docs = ascending(self._docs_of(numbers, kind), self._snapshot.size)
        return self._snapshot.only_live(docs)

    def _docs_of(self, numbers: Sequence[int], kind: int) -> list[Docs]:
        """The documents of the postings of such terms, by parts of these."""
        if len(numbers) == len(self.words) and kind >= self._widest:
            return [self.docs]
        return [
            self.docs[part.first : part.first + part.located.total]
            for number in numbers
            for part in self._parts.by_word.get(number, ())
            if part.kind <= kind
        ]

    @property
    def is_plain(self) -> bool:
        """Whether all that was found are the words themselves, each with its positions."""
        return self._widest == CORE and not self._has_phrases

    @property
    def _is_alone(self) -> bool:
        """Whether there is but one word, all of whose terms make members."""
        return len(self.words) == 1 and self._widest < OTHER

    @cached_property
    def _alone(self) -> tuple[Docs, Frequencies]:
        """The live documents of the only word, ascending, and how often each holds it."""
        order = self.docs.argsort(kind="stable")
        docs, tfs = self.docs.take(order), _weighted(self.tfs, self._weights, self._counts)
        firsts = changes(docs).nonzero()[0]
        docs, tfs = docs.take(firsts), np.add.reduceat(tfs.take(order), firsts)
        live = self._snapshot.live
        if live is None:
            return docs, tfs
        alive = live.take(docs)
        return docs[alive], tfs[alive]

    def bounds(
        self,
        numbers: Sequence[int],
        weights: Frequencies,
        norms: NDArray[np.float32],
        k1: float,
        docs: Docs,
    ) -> NDArray[np.float32]:
        """At least what some words give to the scores of documents, and hardly more.

        numbers: no word twice; weights: of each, by which its saturated frequency is multiplied.
        norms: by doc, of BM25. docs: ascending. In 32 bits, with a margin.
        """
        in_all = self.is_dense and len(docs) * _DENSE_SHARE > self._snapshot.size
        if in_all:
            frequencies = (self._in_all(number)[0] for number in numbers)
        else:
            norms = norms.take(docs)
            frequencies = (row for _, rows, _ in self.frequencies(numbers, docs) for row in rows)
        bounds = np.zeros(len(norms), np.float32)
        for tfs, weight in zip(frequencies, weights.tolist(), strict=True):
            gained = saturation(tfs.astype(np.float32), norms, k1)
            gained *= weight * _ROUNDING
            bounds += gained
        return bounds.take(docs) if in_all else bounds

    def chosen(self, docs: Docs) -> Chosen:
        """The postings of some documents, which ascend; the last answer is kept."""
        if self._chosen is None or self._chosen.docs is not docs:
            at, rows = self._choose(docs)
            self._chosen = Chosen(docs, at, rows, self._runs_of(at))
        return self._chosen

    def chosen_among(self, docs: Docs, best: NDArray[np.int64]) -> Chosen:
        """Those of a few of them. best: places in `docs`, rising."""
        if self._chosen is not None and self._chosen.docs is docs:
            return self._chosen.among(best)
        return self.chosen(docs if len(best) == len(docs) else docs.take(best))

    def _choose(self, docs: Docs) -> tuple[NDArray[np.int64], NDArray[Any]]:
        """The places of the postings of `docs`, ascending, and of the document of each."""
        size = self._snapshot.size
        if docs is self._everyone:
            return np.arange(len(self.docs)), _places_in(docs, size).take(self.docs)
        if len(self.docs) * _BISECTED_SHARE < size and len(docs):
            rows = places(self.docs, docs)
            at = (docs.take(rows) == self.docs).nonzero()[0]
            return at, rows.take(at)
        met = np.zeros(size, np.bool_)
        met[docs] = True
        at = met.take(self.docs).nonzero()[0]
        return at, _places_in(docs, size).take(self.docs.take(at))

    def _runs_of(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        if len(at) * _FEW_SHARE < len(self.docs):
            return self.runs.firsts.searchsorted(at, side="right") - 1
        runs = np.arange(len(self._counts)).repeat(self._counts)
        return runs if len(at) == len(runs) else runs.take(at)

    @cached_property
    def _before(self) -> RunningSums:
        """By posting, how many occurrences those before it have."""
        return RunningSums(self.tfs)

    def occurrences(
        self, at: NDArray[np.int64], runs: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], Positions]:
        """How often some postings, none of a phrase, occur, and at which positions.

        The positions are those of one posting after the other, ascending in each. at: places of
        the postings, rising; runs: of each.
        """
        lengths = self.tfs.take(at).astype(np.int64)
        places = slice_indices(self._position_starts(at, runs), lengths)
        return lengths, self._positions(places, at, starts_of(lengths))

    def first_positions(self, at: NDArray[np.int64], runs: NDArray[np.int64]) -> Positions:
        """The first position of each of some postings, given as for `occurrences`."""
        return self._positions(self._position_starts(at, runs), at, np.arange(len(at) + 1))

    def _position_starts(self, at: NDArray[np.int64], runs: NDArray[np.int64]) -> NDArray[np.int64]:
        return position_starts(self._before, self.runs.firsts, self.runs.positions, at, runs)

    def _positions(
        self, places: NDArray[np.int64], at: NDArray[np.int64], starts: NDArray[np.int64]
    ) -> Positions:
        """The positions in some places of their sources. starts: by posting, its first place."""
        bounds = at.searchsorted([*(block.first for block in self.blocks), len(self.docs)])
        ends = starts.take(bounds).tolist()
        found = [
            block.source.positions(places[first:stop])
            for block, (first, stop) in zip(self.blocks, pairwise(ends), strict=True)
            if first < stop
        ]
        return _joined(found, np.int64).astype(np.int64)

    def frequencies(
        self, numbers: Sequence[int], docs: Docs
    ) -> Iterator[tuple[slice, Frequencies, NDArray[np.bool_]]]:
        """How often each of some documents holds each of some words, and whether as a member.

        numbers: no word twice. docs: ascending. Yields (which of the words, pooled tf, bool),
        [words, docs] each: as many words at once as memory allows.
        """
        at_once = max(_MOST_CELLS // max(len(docs), 1), 1)
        for first in range(0, len(numbers), at_once):
            some = slice(first, first + at_once)
            if self.is_dense:
                counted = [self._in_all(number) for number in numbers[some]]
                tfs, held = (
                    np.stack([row.take(docs) for row in rows])
                    for rows in zip(*counted, strict=True)
                )
                yield some, tfs, held
            else:
                yield (some, *self._pooled(numbers[some], docs))

    def _in_all(self, number: int) -> tuple[Frequencies, NDArray[np.bool_]]:
        """By doc, how often it holds a word, weighted, and whether it is a member by it."""
        known = self._counted.get(number)
        if known is None:
            known = self._count_in_all(number)
            if self._keeps_counts:
                self._counted[number] = known
        return known

    def _count_in_all(self, number: int) -> tuple[Frequencies, NDArray[np.bool_]]:
        parts = sorted(self._parts.by_word.get(number, ()), key=lambda part: part.kind)
        places = [slice(part.first, part.first + part.located.total) for part in parts]
        docs = _joined([self.docs[place] for place in places], np.int64)
        tfs = _weighted(
            _joined([self.tfs[place] for place in places], np.uint8),
            _joined([part.weights for part in parts], np.float32),
            _joined([part.located.counts for part in parts], np.int64),
        )
        pooled = summed_at(docs, tfs, self._snapshot.size)
        if self._widest < OTHER:
            return pooled, pooled > 0
        held = np.zeros(len(pooled), np.bool_)
        held[docs[: sum(part.located.total for part in parts if part.kind < OTHER)]] = True
        return pooled, held

    def _pooled(self, numbers: Sequence[int], docs: Docs) -> tuple[Frequencies, NDArray[np.bool_]]:
        """How often each document holds each word, weighted, and whether it is a member by it."""
        if self._is_alone and docs is self._alone[0]:
            return self._alone[1][np.newaxis], np.ones((1, len(docs)), np.bool_)
        _, at, rows, runs = self.chosen(docs)
        place_of = np.full(len(self.words), -1, np.int64)
        place_of[numbers] = np.arange(len(numbers)) * len(docs)
        keys = place_of.take(self.runs.words).take(runs)
        if len(numbers) < len(self.words):
            wanted = (keys >= 0).nonzero()[0]
            keys, rows, runs, at = (array.take(wanted) for array in (keys, rows, runs, at))
        keys += rows  # of two words and three documents, word 1 in document 2 is cell 1 * 3 + 2
        tfs = np.multiply(self.tfs.take(at), self._weights.take(runs), dtype=np.float64)
        shape = len(numbers), len(docs)
        pooled = summed_at(keys, tfs, shape[0] * shape[1]).reshape(shape)
        if self._widest < OTHER:
            return pooled, pooled > 0
        held = np.zeros(shape, np.bool_)
        held.ravel()[keys[self.runs.kinds.take(runs) < OTHER]] = True
        return pooled, held


class _Part(NamedTuple):
    """Terms of one kind that a word has in a block. first: the place of their first posting."""

    word: int
    kind: int
    block: int
    first: int
    located: Located
    weights: Floats


class _Parts:
    """What is to be laid end to end.

    docs: by block, with the number of the first document of its segment.
    """

    def __init__(self) -> None:
        self.all: list[_Part] = []
        self.by_word: dict[int, list[_Part]] = {}
        self.docs: list[tuple[int, NDArray[Any]]] = []
        self.tfs: list[NDArray[Any]] = []
        self._postings = 0

    def add_block(self, base: int, name: str, here: Sequence[tuple[int, Terms]]) -> FieldTerms:
        """Look up the terms of some words, given with their numbers, in one field of a segment."""
        block, first, source = len(self.docs), self._postings, here[0][1].source
        for number, (*_, located, weights, kind) in here:
            self._add(number, kind, block, located, weights)
        ranges = _joined([terms.located.ranges for _, terms in here], np.int64)
        docs, tfs = source.gather(ranges, self._postings - first)
        self.docs.append((base, docs))
        self.tfs.append(tfs)
        return FieldTerms(source, name, first)

    def add_phrase(self, number: int, phrase: PhraseTerms, block: int) -> None:
        """Look up one of the phrases that count as a word."""
        docs, counts = phrase_frequencies(phrase.places, phrase.slop, phrase.source)
        if len(docs):
            located = Located(NO_SPANS, NO_SPANS, np.array([len(docs)]), len(docs), _NO_POSITIONS)
            self._add(number, CORE, block, located, np.array([phrase.weight], np.float32))
            self.docs.append((phrase.segment.base, docs))
            self.tfs.append(counts)

    def _add(self, word: int, kind: int, block: int, located: Located, weights: Floats) -> None:
        part = _Part(word, kind, block, self._postings, located, weights)
        self.all.append(part)
        self.by_word.setdefault(word, []).append(part)
        self._postings += located.total

    def all_docs(self) -> Docs:
        """The documents by their numbers in the whole index."""
        found, first = np.empty(self._postings, np.int64), 0
        for base, docs in self.docs:
            np.add(docs, base, out=found[first : first + len(docs)], dtype=np.int64)
            first += len(docs)
        return found


def _by_field(
    words: Sequence[Leaf], resolver: Resolver
) -> dict[tuple[int, str], list[tuple[int, Terms]]]:
    """The terms of all words, with the number of each word, by base of a segment and field."""
    found: dict[tuple[int, str], list[tuple[int, Terms]]] = {}
    for number, each in enumerate(resolver.terms_of(words)):
        for terms in each:
            found.setdefault((terms.segment.base, terms.field), []).append((number, terms))
    return found


def _places_in(docs: Docs, size: int) -> NDArray[np.int32]:
    """By doc, the place in `docs` of those that are there. size: of the index, in documents."""
    places = np.empty(size, np.int32)
    places[docs] = np.arange(len(docs), dtype=np.int32)
    return places


def summed_at(places: NDArray[np.int64], values: Frequencies, size: int) -> Frequencies:
    """By place below `size`, the sum of the values that are there."""
    return np.bincount(places, values, size).astype(np.float64, copy=False)


def _weighted(tfs: NDArray[Any], weights: Floats, counts: NDArray[np.int64]) -> Frequencies:
    """The weight of each posting: its tf times what an occurrence counts in its run.

    weights, counts: by run, and how many postings that has.
    """
    weighted: Frequencies = weights.astype(np.float64).repeat(counts)
    weighted *= tfs
    return weighted


def _joined(arrays: Sequence[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    """Arrays end to end; of none, an empty one of a type."""
    if len(arrays) == 1:
        return arrays[0]
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype)
