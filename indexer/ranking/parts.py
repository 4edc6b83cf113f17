"""In which part of a document do the words stand, and what would that part score by itself?

Only documents of several parts are asked, and only with positions that are gathered already: where
parts begin is stored by token, so that no text is read. Words of the title count for every part.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from analyzers.ranked import changes
from indexer.codec.postings import slice_indices, starts_of
from indexer.ranking.bm25 import length_norms, saturation
from indexer.ranking.gathering import Chosen, Frequencies, Gathering, summed_at
from indexer.ranking.leaves import Alike, Leaves, Scores
from indexer.ranking.phrases import DOC_SHIFT, phrase_starts
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import NO_DOCS, Docs, Floats

FIELD = "text"
"""The field that has parts."""

_TOGETHER = 1 << 15
"""Postings whose occurrences are looked at together: they stay in the cache of a processor."""

_SHIFT = DOC_SHIFT
_TOKEN = (1 << _SHIFT) - 1


class Parts:
    """Where parts begin in the documents of a snapshot, but for the first of each.

    docs: those of several parts, ascending. keys: int64, ascending: doc << 32 | token.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        found = [NO_DOCS]
        for segment in snapshot.segments:
            source = segment.field(FIELD)
            if source is not None:
                docs, tokens = source.part_starts()
                found.append(docs + segment.base << _SHIFT | tokens)
        self.keys: NDArray[np.int64] = np.concatenate(found)
        docs = self.keys >> _SHIFT
        self.docs: Docs = docs[changes(docs)]
        self._tokens = self.keys & _TOKEN
        self._firsts = starts_of(np.bincount(docs, minlength=snapshot.size))
        self._snapshot = snapshot
        self._lengths: dict[str, Floats] = {}

    @classmethod
    def of(cls, snapshot: Snapshot) -> Parts:
        """Those of a snapshot, which keeps them."""
        return snapshot.memory.get(cls, snapshot)

    def among(self, docs: Docs) -> NDArray[np.int64]:
        """The places in `docs`, which ascend, of those of several parts."""
        places = docs.searchsorted(self.docs)
        known = (places < len(docs)).nonzero()[0]
        places = places.take(known)
        return places.compress(docs.take(places) == self.docs.take(known))

    def counts(self, docs: Docs) -> NDArray[np.int64]:
        """How many parts each of some documents has."""
        return 1 + self._before(docs + 1) - self._before(docs)

    def numbers(
        self, docs: Docs, rows: NDArray[np.int64], tokens: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """The number, from 0, of the part in which each token stands; rows: places in `docs`.

        All tokens are bisected together, among the parts of their documents only.
        """
        numbers = np.zeros(len(tokens), np.int64)
        lasts = self.counts(docs) - 1
        before, last = self._before(docs).take(rows) - 1, lasts.take(rows)
        step = 1 << int(lasts.max(initial=0)).bit_length()
        while step := step >> 1:
            later = numbers + step
            begun = self._tokens.take(before + later, mode="clip") <= tokens
            numbers += (begun & (later <= last)) * step
        return numbers

    def starts(self, docs: Docs) -> NDArray[np.int64]:
        """With which token each part of some documents begins, end to end."""
        counts = self.counts(docs)
        firsts = counts.cumsum() - counts
        starts = np.zeros(int(counts.sum()), np.int64)
        later = np.ones(len(starts), np.bool_)
        later[firsts] = False
        starts[later] = self.keys.take(slice_indices(self._before(docs), counts - 1)) & _TOKEN
        return starts

    @property
    def count(self) -> int:
        """How many parts there are, of deleted documents, too."""
        return self._snapshot.size + len(self.keys)

    def texts(self, docs: Docs, parts: NDArray[np.int64] | int = 0) -> NDArray[np.int64]:
        """The number of each of some parts among those of all documents, in their order."""
        return docs + self._before(docs) + parts

    def places(self, texts: NDArray[np.int64]) -> tuple[Docs, NDArray[np.int64]]:
        """(the document of each of some texts, which part of it): what `texts` makes them of."""
        others = (self.keys >> _SHIFT) + 1 + np.arange(len(self.keys))
        docs = texts - others.searchsorted(texts, side="right")
        return docs, texts - self.texts(docs)

    def lengths(self, docs: Docs, field: str) -> NDArray[np.float64]:
        """The length of a field of each of some documents."""
        known = self._lengths.get(field)
        if known is None:
            found = [np.zeros(0, np.float32)]
            for segment in self._snapshot.segments:
                source = segment.field(field)
                none = np.zeros(segment.size, np.float32)
                found.append(none if source is None else source.lengths())
            known = self._lengths[field] = np.concatenate(found)
        return known.take(docs).astype(np.float64)

    def tokens(self, docs: Docs) -> NDArray[np.int64]:
        """How many tokens each of some ascending documents has, -1 where nobody knows."""
        counts: list[int | None] = []
        for segment in self._snapshot.segments:
            source, base = segment.field(FIELD), segment.base
            first, last = docs.searchsorted((base, base + segment.size)).tolist()
            here = (docs[first:last] - base).tolist()
            counts += [None] * len(here) if source is None else map(source.token_count, here)
        return np.array([-1 if count is None else count for count in counts], np.int64)

    def _before(self, docs: Docs) -> NDArray[np.int64]:
        """How many parts, but for the first of each document, are of documents before these."""
        return self._firsts.take(docs)


class Cells(NamedTuple):
    """The parts of some documents, end to end.

    rows: by part, its document's place in `docs`. firsts: by place in `docs`, its first part.
    lengths: by part, the words that it has of its document's length.
    """

    docs: Docs
    rows: NDArray[np.int64]
    firsts: NDArray[np.int64]
    lengths: NDArray[np.float64]


def cells_of(docs: Docs, parts: Parts) -> Cells:
    """The parts of some documents, which ascend."""
    counts = parts.counts(docs)
    ends = counts.cumsum()
    rows = np.arange(len(docs)).repeat(counts)
    return Cells(docs, rows, ends - counts, _lengths(docs, rows, ends, parts))


def _lengths(
    docs: Docs, rows: NDArray[np.int64], ends: NDArray[np.int64], parts: Parts
) -> NDArray[np.float64]:
    """The tokens of each part as a share of its document's length, stopwords left out.

    Where an engine does not know how many tokens there are, at least as many as count for that.
    """
    starts, lengths, tokens = parts.starts(docs), parts.lengths(docs, FIELD), parts.tokens(docs)
    least = np.maximum(lengths, starts.take(ends - 1) + 1)
    counts = np.where(tokens < 0, least, np.maximum(tokens, 1))
    stops = np.zeros(len(starts))
    stops[:-1] = starts[1:]
    stops[ends - 1] = counts
    found: NDArray[np.float64] = (stops - starts) * (lengths / counts).take(rows)
    return found


class PartScores(NamedTuple):
    """What parts would score for some words, by part of `cells`, and whether any stands in it.

    rows: the places, in the documents asked for, of those of several parts.
    """

    rows: NDArray[np.int64]
    cells: Cells
    scores: Scores
    held: NDArray[np.bool_]

    def best(self) -> Scores:
        """The score of the best part of each document."""
        return np.maximum.reduceat(self.scores, self.cells.firsts) if len(self.rows) else NO_SCORES

    def best_numbers(self) -> NDArray[np.int64]:
        """Which part of each document that is, from 0; of equals the first."""
        rows = self.cells.rows
        at = (self.scores == self.best().take(rows)).nonzero()[0]
        numbers: NDArray[np.int64] = at.compress(changes(rows.take(at))) - self.cells.firsts
        return numbers


NO_SCORES: Scores = np.zeros(0)


def part_scores(
    chosen: Chosen, gathering: Gathering, groups: Sequence[Alike], leaves: Leaves
) -> PartScores:
    """What each part would score that belongs to a document of several.

    chosen: of these and other documents. groups: all words, as `Leaves.alike` gives them.
    """
    snapshot = leaves.snapshot
    parts = Parts.of(snapshot)
    rows = parts.among(chosen.docs)
    cells = cells_of(chosen.docs.take(rows), parts)
    scores, held = np.zeros(len(cells.rows)), np.zeros(len(cells.rows), np.bool_)
    if len(rows):
        chosen = chosen.among(rows)
        own = _own(chosen, cells, gathering, parts)
        own += _phrases(cells, gathering, parts, leaves)
        held |= (own > 0).any(axis=0)
        own += _elsewhere(chosen, cells, gathering)
        for group in groups:
            norms = _norms(cells, group.fields, parts, snapshot)
            gained = saturation(own[group.numbers], norms, snapshot.settings.k1)
            scores += (gained * group.weights).sum(axis=0)
    return PartScores(rows, cells, scores, held)


def _own(chosen: Chosen, cells: Cells, gathering: Gathering, parts: Parts) -> Frequencies:
    """[words, parts]: how often each part has each word."""
    size, runs = len(cells.rows), gathering.runs
    in_text = np.array([*(block.field == FIELD for block in gathering.blocks), False])
    own = chosen.only(in_text.take(runs.blocks))
    places, values = [np.zeros(0, np.int64)], [np.zeros(0)]
    for first in range(0, len(own.at), _TOGETHER):
        some = slice(first, first + _TOGETHER)
        its_runs = own.runs[some]
        counts, positions = gathering.occurrences(own.at[some], its_runs)
        rows = own.rows[some].repeat(counts)
        at = cells.firsts.take(rows) + parts.numbers(cells.docs, rows, positions)
        at += (runs.words.take(its_runs) * size).repeat(counts)
        places.append(at)
        values.append(gathering.weights.take(its_runs).astype(np.float64).repeat(counts))
    words = len(gathering.words)
    found = summed_at(np.concatenate(places), np.concatenate(values), words * size)
    return found.reshape(words, size)


def _phrases(cells: Cells, gathering: Gathering, parts: Parts, leaves: Leaves) -> Frequencies:
    """Likewise of the words that are found as phrases, which a gathering has without places."""
    found = np.zeros((len(gathering.words), len(cells.rows)))
    for number, word in enumerate(gathering.words):
        for phrase in leaves.resolver.phrase_terms(word):
            if phrase.source is not phrase.segment.field(FIELD):
                continue
            starts = phrase_starts(phrase.places, phrase.slop, phrase.source)
            docs = (starts >> _SHIFT) + phrase.segment.base
            here = np.isin(docs, cells.docs).nonzero()[0]
            rows, tokens = cells.docs.searchsorted(docs.take(here)), starts.take(here) & _TOKEN
            at = cells.firsts.take(rows) + parts.numbers(cells.docs, rows, tokens)
            found[number] += phrase.weight * np.bincount(at, minlength=len(cells.rows))
    return found


def _elsewhere(chosen: Chosen, cells: Cells, gathering: Gathering) -> Frequencies:
    """[words, parts]: how often the title of the document of each part has each word."""
    words, size = len(gathering.words), len(cells.docs)
    runs = gathering.runs
    of_title = [block.field != FIELD for block in gathering.blocks]
    others = chosen.only(np.array([*of_title, False]).take(runs.blocks))
    tfs = gathering.tfs.take(others.at) * gathering.weights.take(others.runs).astype(np.float64)
    at = runs.words.take(others.runs) * size + others.rows
    by_doc = summed_at(at, tfs, words * size).reshape(words, size)
    found: Frequencies = by_doc.take(cells.rows, axis=1)
    return found


def _norms(
    cells: Cells, fields: tuple[str, ...], parts: Parts, snapshot: Snapshot
) -> NDArray[np.float32]:
    """BM25's length norm of each part, as if it were a document with the title of its own."""
    settings = snapshot.settings
    lengths = np.zeros(len(cells.rows))
    for name in fields:
        own = cells.lengths if name == FIELD else parts.lengths(cells.docs, name).take(cells.rows)
        lengths += own * settings.field_weight(name)
    average = snapshot.average_length(fields)
    return length_norms(lengths.astype(np.float32), average, settings.k1, settings.b)
