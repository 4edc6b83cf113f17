"""How often does each word stand in each document, all its forms and fields taken together?

Pooling comes before saturation: a document that holds كتاب twice and والكتب once holds the word
three times. Forms that met by a weaker tier count less. Sums are of 64 bits and of numbers of 24,
so that they are exact, and no order of forms or segments changes a score.

The words of a query are gathered together, so that a step is one call of numpy for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.codec.postings import changes, starts_of
from indexer.ranking.bm25 import saturation
from indexer.ranking.meanings import BESIDE, CORE, OTHER, PhraseTerms, Terms
from indexer.ranking.phrases import phrase_frequencies
from indexer.ranking.queries import FormsQuery
from indexer.ranking.segment import (
    NO_SPANS,
    Docs,
    FieldSource,
    Floats,
    Located,
    Positions,
    position_places,
)
from indexer.ranking.selection import ascending
from indexer.ranking.snapshot import Snapshot

Frequencies = NDArray[np.float64]

_ROUNDING = 1 + 1e-5

_MOST_CELLS = 1 << 21
"""Words times documents that are counted at once."""

_BISECTED_SHARE = 64
"""One posting for so many documents: then documents are bisected, not put into a table."""

_DENSE_SHARE = 8
"""One posting for so many documents: from there on a pass over all documents is fast."""

_NO_POSITIONS = np.zeros(1, np.int64)

_FEW_SHARE = 8
"""One posting in so many: from there on runs are bisected, not repeated by posting."""


class Block(NamedTuple):
    """The terms of all words in one field of one segment, looked up together.

    first: the place of its first posting among all. runs: how many it has.
    """

    source: FieldSource
    field: str
    first: int
    runs: int


class Runs(NamedTuple):
    """By run: its word, how its terms belong to that (CORE, BESIDE, OTHER), its block.

    positions: where those of its first posting begin in the source.
    """

    words: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    blocks: NDArray[np.int64]
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


class Gathering:
    """The postings of some words, end to end.

    docs: int64, of the whole index, deleted ones too, in any order; tfs: as counted. They are
    divided into `runs`, each of a span of terms of one word. What is found as a phrase has no
    positions and comes last, as if in one block more.
    """

    def __init__(self, words: Sequence[FormsQuery], snapshot: Snapshot) -> None:
        self.words = words
        self._snapshot = snapshot
        parts = _Parts(len(words))
        by_field = _by_field(words, snapshot)
        self.blocks = [parts.add_block(*place, here) for place, here in by_field.items()]
        for number, word in enumerate(words):
            for phrase in snapshot.phrase_terms(word):
                parts.add_phrase(number, phrase)
        self._parts = parts
        self.tfs = _joined(parts.tfs, np.uint8)
        self._weights = _joined(parts.weights, np.float32)
        self._counts = _joined(parts.counts, np.int64)
        self._widest = max(parts.kinds, default=CORE)
        self._has_phrases = len(parts.docs) > len(self.blocks)
        self._docs: Docs | None = None
        self._runs: Runs | None = None
        self._chosen: Chosen | None = None

    @property
    def docs(self) -> Docs:
        """int64, by posting: its document in the whole index."""
        if self._docs is None:
            self._docs = self._parts.all_docs()
        return self._docs

    @property
    def runs(self) -> Runs:
        """What the runs are."""
        if self._runs is None:
            self._runs = self._described()
        return self._runs

    def _described(self) -> Runs:
        sizes = [len(weights) for weights in self._parts.weights]
        in_blocks = [block.runs for block in self.blocks]
        in_blocks.append(sum(sizes) - sum(in_blocks))
        return Runs(
            np.array(self._parts.words, np.int64).repeat(sizes),
            np.array(self._parts.kinds, np.uint8).repeat(sizes),
            np.arange(len(in_blocks)).repeat(in_blocks),
            _joined(self._parts.positions, np.int64),
        )

    def members(self, numbers: Sequence[int]) -> Docs:
        """The live documents that hold any of some words, ascending."""
        if self._is_alone:
            return self._alone[0]
        return self._holding(numbers, BESIDE)

    def members_of_all(self, numbers: Sequence[int]) -> Docs:
        """The live documents that hold each of some words, ascending. numbers: no word twice."""
        first, *others = numbers
        docs, size = self._docs_of([first], BESIDE), self._snapshot.size
        for number in others:
            held = np.zeros(size, np.bool_)
            held[docs] = True
            docs = self._docs_of([number], BESIDE)
            docs = docs[held.take(docs)]
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
        docs = self._docs_of(numbers, kind)
        return self._snapshot.only_live(ascending(docs, self._snapshot.size))

    def _docs_of(self, numbers: Sequence[int], kind: int) -> Docs:
        """The document of every posting of such terms."""
        if len(numbers) == len(self.words) and kind >= self._widest:
            return self.docs
        docs = [
            self.docs[first:last]
            for number in numbers
            for first, last, of_kind in self._parts.stretches[number]
            if of_kind <= kind
        ]
        return _joined(docs, np.int64)

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
        tfs, size = self._weighted_tfs(), self._snapshot.size
        if len(tfs) * _DENSE_SHARE > size:
            by_doc = np.zeros(size)
            at = 0
            for base, docnums in self._parts.docs:
                here = np.bincount(docnums, tfs[at : at + len(docnums)])
                by_doc[base : base + len(here)] += here
                at += len(docnums)
            docs = (by_doc > 0).nonzero()[0]
            tfs = by_doc.take(docs)
        else:
            order = self.docs.argsort(kind="stable")
            docs = self.docs.take(order)
            firsts = changes(docs).nonzero()[0]
            docs, tfs = docs.take(firsts), np.add.reduceat(tfs.take(order), firsts)
        live = self._snapshot.live
        if live is None:
            return docs, tfs
        alive = live.take(docs)
        return docs[alive], tfs[alive]

    def bounds(
        self, numbers: Sequence[int], weights: Frequencies, norms: NDArray[np.float32], k1: float
    ) -> Frequencies:
        """By doc, at least what some words give to its score, and as a rule just that.

        numbers: no word twice; weights: of each, by which its saturated frequency is multiplied.
        norms: by doc, of BM25. Each posting is saturated by itself here, which for a word that
        stands in several comes to more: saturation is subadditive. In 32 bits, with a margin.
        """
        weight_of = np.zeros(len(self.words), np.float32)
        weight_of[numbers] = weights * _ROUNDING
        gained = saturation(self._weighted_tfs(np.float32), norms.take(self.docs), k1)
        gained *= weight_of.take(self.runs.words).repeat(self._counts)
        return summed_at(self.docs, gained, len(norms))

    def _weighted_tfs(self, dtype: type[np.floating[Any]] = np.float64) -> NDArray[Any]:
        """What each posting counts."""
        weights = self._weights[:1]
        if (self._weights != weights).any():
            weights = self._weights.repeat(self._counts)
        counts: NDArray[Any] = np.multiply(self.tfs, weights, dtype=dtype)
        return counts

    def chosen(self, docs: Docs) -> Chosen:
        """The postings of some documents, which ascend; the last answer is kept."""
        if self._chosen is None or self._chosen.docs is not docs:
            at, rows = self._choose(docs)
            self._chosen = Chosen(docs, at, rows, self._runs_of(at))
        return self._chosen

    def _choose(self, docs: Docs) -> tuple[NDArray[np.int64], NDArray[Any]]:
        size = self._snapshot.size
        if len(self.docs) * _BISECTED_SHARE < size and len(docs):
            rows = docs.searchsorted(self.docs)
            rows[rows == len(docs)] = 0
            at = (docs.take(rows) == self.docs).nonzero()[0]
            return at, rows.take(at)
        met = np.zeros(size, np.bool_)
        met[docs] = True
        at = met.take(self.docs).nonzero()[0]
        row_of = np.empty(size, np.int32)
        row_of[docs] = np.arange(len(docs), dtype=np.int32)
        return at, row_of.take(self.docs.take(at))

    def _runs_of(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        if len(at) * _FEW_SHARE < len(self.docs):
            return self._counts.cumsum().searchsorted(at, side="right")
        runs = np.arange(len(self._counts)).repeat(self._counts)
        return runs if len(at) == len(runs) else runs.take(at)

    def positions(self, at: NDArray[np.int64], runs: NDArray[np.int64]) -> Positions:
        """The positions of some postings, none of a phrase, ascending in each.

        at: places of the postings, rising; runs: of each.
        """
        places = position_places(self.tfs, self._counts, self.runs.positions, at, runs)
        ends = starts_of(self.tfs.take(at))
        starts = [block.first for block in self.blocks]
        bounds = ends.take(at.searchsorted([*starts, len(self.docs)])).tolist()
        found = [
            block.source.positions(places[first:stop])
            for block, (first, stop) in zip(self.blocks, pairwise(bounds), strict=True)
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
            yield (some, *self._pooled(numbers[some], docs))

    def _pooled(self, numbers: Sequence[int], docs: Docs) -> tuple[Frequencies, NDArray[np.bool_]]:
        if self._is_alone and docs is self._alone[0]:
            return self._alone[1][np.newaxis], np.ones((1, len(docs)), np.bool_)
        _, at, rows, runs = self.chosen(docs)
        place_of = np.full(len(self.words), -1, np.int64)
        place_of[numbers] = np.arange(len(numbers)) * len(docs)
        keys = place_of.take(self.runs.words).take(runs)
        if len(numbers) < len(self.words):
            wanted = (keys >= 0).nonzero()[0]
            keys, rows, runs, at = (array.take(wanted) for array in (keys, rows, runs, at))
        keys += rows
        tfs = np.multiply(self.tfs.take(at), self._weights.take(runs), dtype=np.float64)
        shape = len(numbers), len(docs)
        pooled = summed_at(keys, tfs, shape[0] * shape[1]).reshape(shape)
        if self._widest < OTHER:
            return pooled, pooled > 0
        held = np.zeros(shape, np.bool_)
        held.ravel()[keys[self.runs.kinds.take(runs) < OTHER]] = True
        return pooled, held


class _Parts:
    """What is to be laid end to end: postings by block, the rest by word and kind of terms.

    stretches: by word, (first posting, last, kind) of each part; last exclusive. docs: with the
    number of the first document of their segment.
    """

    def __init__(self, word_count: int) -> None:
        self.stretches: list[list[tuple[int, int, int]]] = [[] for _ in range(word_count)]
        self.docs: list[tuple[int, NDArray[Any]]] = []
        self.tfs: list[NDArray[Any]] = []
        self.positions: list[NDArray[np.int64]] = []
        self.counts: list[NDArray[np.int64]] = []
        self.weights: list[Floats] = []
        self.words: list[int] = []
        self.kinds: list[int] = []
        self.postings = 0

    def add_block(self, base: int, name: str, here: Sequence[tuple[int, Terms]]) -> Block:
        """Look up the terms of some words, given with their numbers, in one field of a segment."""
        first, ranges = self.postings, []
        for number, (*_, located, weights, kind) in here:
            self._add(number, located, weights, kind)
            ranges.append(located.ranges)
        source = here[0][1].source
        docs, tfs = source.gather(_joined(ranges, np.int64), self.postings - first)
        self.docs.append((base, docs))
        self.tfs.append(tfs)
        runs = sum(len(weights) for weights in self.weights[-len(here) :])
        return Block(source, name, first, runs)

    def add_phrase(self, number: int, phrase: PhraseTerms) -> None:
        """Look up one of the phrases that count as a word."""
        docs, counts = phrase_frequencies(phrase.words, phrase.slop, phrase.source)
        if len(docs):
            located = Located(NO_SPANS, NO_SPANS, np.array([len(docs)]), len(docs), _NO_POSITIONS)
            self._add(number, located, np.array([phrase.weight], np.float32), CORE)
            self.docs.append((phrase.segment.base, docs))
            self.tfs.append(counts)

    def _add(self, number: int, located: Located, weights: Floats, kind: int) -> None:
        self.stretches[number].append((self.postings, self.postings + located.total, kind))
        self.words.append(number)
        self.kinds.append(kind)
        self.weights.append(weights)
        self.counts.append(located.counts)
        self.positions.append(located.positions)
        self.postings += located.total

    def all_docs(self) -> Docs:
        """The documents by their numbers in the whole index."""
        based = [np.add(docs, base, dtype=np.int64) for base, docs in self.docs]
        return _joined(based, np.int64)


def _by_field(
    words: Sequence[FormsQuery], snapshot: Snapshot
) -> dict[tuple[int, str], list[tuple[int, Terms]]]:
    """The terms of all words, with the number of each word, by base of a segment and field."""
    found: dict[tuple[int, str], list[tuple[int, Terms]]] = {}
    for number, word in enumerate(words):
        for terms in snapshot.terms(word):
            found.setdefault((terms.segment.base, terms.field), []).append((number, terms))
    return found


def summed_at(places: NDArray[np.int64], values: Frequencies, size: int) -> Frequencies:
    """By place below `size`, the sum of the values that are there."""
    return np.bincount(places, values, size).astype(np.float64, copy=False)


def _joined(arrays: Sequence[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    """Arrays end to end; of none, an empty one of a type."""
    if len(arrays) == 1:
        return arrays[0]
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype)
