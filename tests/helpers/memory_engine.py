"""A second engine, the smallest there can be: dictionaries of words, no codec, no Whoosh.

It answers the protocols of `indexer.ranking.source`, by their definitions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from oracles import edits_between

from analyzers import Analysis, analyze
from analyzers.proclitics import rests_in
from indexer.codec.format import SAMPLE_TOKENS
from indexer.query.nodes import Leaf
from indexer.query.patterns import Wildcard
from indexer.ranking.expand import key_at
from indexer.ranking.settings import RankingSettings
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import (
    Alike,
    FieldSource,
    Gathered,
    Located,
    Near,
    Owned,
    Record,
    Segment,
    Span,
    Statistics,
    Vocabulary,
    alike_of_each,
    end_to_end,
)
from indexer.ranking.strict import kept

Fields = Mapping[str, Any]
"""A document as a writer is given it: stored values and texts by name."""


class Posting(NamedTuple):
    doc: int
    positions: tuple[int, ...]


def likeness(one: str, other: str) -> float:
    """Dice of trigrams, two marks around each word; what has digits has no neighbours."""
    if any(map(str.isdigit, other)):
        return 0.0
    a, b = ({f"##{word}##"[i : i + 3] for i in range(len(word) + 2)} for word in (one, other))
    return 2 * len(a & b) / (len(a) + len(b))


class MemoryField:
    """See FieldSource. Slots are places in the list of terms, which stand by root, stem, form."""

    def __init__(self, texts: Sequence[str], parts: Sequence[Sequence[int]]) -> None:
        self._size = len(texts)
        self._parts = parts
        self._postings: dict[str, list[Posting]] = {}
        self._lengths = [0.0] * len(texts)
        self._starts: list[list[int]] = [[] for _ in texts]
        analyses: dict[str, Analysis] = {}
        for doc, text in enumerate(texts):
            places: dict[str, list[int]] = {}
            for position, token in enumerate(analyze(text)):
                analyses[token.analysis.unmarked] = token.analysis
                places.setdefault(token.analysis.unmarked, []).append(position)
                self._starts[doc].append(token.start)
                self._lengths[doc] += not token.analysis.stopword
            for form, positions in places.items():
                self._postings.setdefault(form, []).append(Posting(doc, tuple(positions)))
        order = sorted(analyses.values(), key=lambda a: (a.root, a.stem, a.folded, a.unmarked))
        self._analyses = order
        self._terms = [analysis.unmarked for analysis in order]
        self._places: list[int] = []
        """All positions, of the terms in their order."""
        self._begins = []
        for term in self._terms:
            self._begins.append(len(self._places))
            self._places += [at for posting in self._postings[term] for at in posting.positions]

    def _spans(self, slots: Iterable[int]) -> NDArray[np.int64]:
        """Slots as spans of one each, ascending."""
        found = [(slot, slot + 1) for slot in sorted(slots)]
        return np.array(found, np.int64).reshape(-1, 2)

    def group(self, level: str, key: str) -> NDArray[np.int64]:
        return self._spans(i for i, a in enumerate(self._analyses) if key_at(a, level) == key)

    def groups(self, level: str, keys: tuple[str, ...]) -> Owned:
        return end_to_end(self.group(level, key) for key in keys)

    def matching(self, pattern: Wildcard) -> NDArray[np.int64]:
        return self._spans(i for i, a in enumerate(self._analyses) if pattern.tier(a.folded))

    def alike(self, stems: tuple[str, ...], least: float, roots: Owned) -> tuple[Alike, Alike]:
        own = [self._analyses[slot].stem for slot in roots.spans[:, 0].tolist()]
        likes = [likeness(stems[of], s) for of, s in zip(roots.owners.tolist(), own, strict=True)]
        return alike_of_each([self._nearest(stem, least) for stem in stems], roots.spans, likes)

    def _nearest(self, stem: str, least: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        likes = {i: likeness(stem, a.stem) for i, a in enumerate(self._analyses) if a.stem != stem}
        near = {slot: like for slot, like in likes.items() if like >= least}
        return self._spans(near), np.array([near[slot] for slot in sorted(near)])

    def near(self, word: str, edits: int) -> Near:
        far = {i: edits_between(word, a.folded) for i, a in enumerate(self._analyses)}
        slots = [slot for slot, distance in far.items() if distance <= edits]
        keys = [self._analyses[slot].folded for slot in slots]
        return Near(keys, self._spans(slots), np.array([far[slot] for slot in slots], np.uint8))

    def bearing(self, targets: tuple[str, ...]) -> list[dict[str, NDArray[np.int64]]]:
        return [self._bearing(target) for target in targets]

    def _bearing(self, target: str) -> dict[str, NDArray[np.int64]]:
        found: dict[str, list[int]] = {}
        for slot, a in enumerate(self._analyses):
            if target in rests_in(a.unmarked):
                found.setdefault(a.stem, []).append(slot)
        return {key: self._spans(slots) for key, slots in found.items()}

    def forms(self, spans: NDArray[np.int64]) -> list[str]:
        return [term for span in spans.tolist() for term in self._terms[slice(*span)]]

    def _forms(self, span: Span) -> list[str]:
        return self._terms[slice(*span)]

    def beginning(self, spans: NDArray[np.int64], letters: tuple[str, ...]) -> NDArray[np.int64]:
        return kept(self, spans, lambda form: form.startswith(letters))

    def counts(self, spans: NDArray[np.int64]) -> NDArray[np.int64]:
        held = [
            [p for t in self._forms(span) for p in self._postings[t]] for span in spans.tolist()
        ]
        return np.array([sum(len(p.positions) for p in of_span) for of_span in held], np.int64)

    def locate(self, spans: NDArray[np.int64]) -> Located:
        pairs = [(first, last) for first, last in spans.tolist()]
        counts = [sum(len(self._postings[t]) for t in self._forms(span)) for span in pairs]
        begins = [self._begins[first] for first, _ in pairs]
        return Located(
            spans, spans, np.array(counts, np.int64), sum(counts), np.array(begins, np.int64)
        )

    def locate_each(self, spans: NDArray[np.int64], starts: NDArray[np.int64]) -> list[Located]:
        return [self.locate(spans[a:b]) for a, b in pairwise(starts.tolist())]

    def gather(
        self, ranges: NDArray[np.int64], total: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        found = [
            posting
            for first, last in ranges.tolist()
            for term in self._forms((first, last))
            for posting in self._postings[term]
        ]
        assert len(found) == total
        docs = [posting.doc for posting in found]
        return np.array(docs, np.int64), np.array([len(p.positions) for p in found], np.int64)

    def positions(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.array([self._places[place] for place in places.tolist()], np.int64)

    def forms_at(self, gathered: Gathered, chosen: NDArray[np.int64]) -> list[str]:
        terms = [
            term
            for first, last in gathered.located.spans.tolist()
            for term in self._forms((first, last))
            for _ in self._postings[term]
        ]
        return [terms[place] for place in chosen.tolist()]

    def samples(self, docnum: int) -> NDArray[np.int64] | None:
        return np.array(self._starts[docnum][::SAMPLE_TOKENS], np.int64)

    def token_count(self, docnum: int) -> int | None:
        return len(self._starts[docnum])

    def written(self, slots: NDArray[np.int64], places: NDArray[np.int64]) -> None:
        """Texts are read for it."""

    def part_starts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        found = [
            (doc, sum(start < part for start in self._starts[doc]))
            for doc, parts in enumerate(self._parts)
            for part in parts
        ]
        docs, tokens = np.array(found, np.int64).reshape(-1, 2).T
        return docs, tokens

    def lengths(self) -> NDArray[np.float32]:
        return np.array(self._lengths, np.float32)


class MemorySegment:
    """See Segment: some documents, none of them deleted."""

    live = None

    def __init__(self, documents: Sequence[Fields], base: int) -> None:
        self._documents = documents
        self.base = base
        self.size = len(documents)
        self._fields: dict[str, FieldSource] = {}

    def field(self, name: str) -> FieldSource | None:
        if name not in self._fields and name in ("title", "text"):
            texts = [fields[name] for fields in self._documents]
            parts = [fields.get(f"_parts_{name}", ()) for fields in self._documents]
            self._fields[name] = MemoryField(texts, parts)
        return self._fields.get(name)

    def holding(self, field: str, term: str) -> NDArray[np.int64]:
        held = (i for i, fields in enumerate(self._documents) if fields[field] == term)
        return np.fromiter(held, np.int64)

    def record(self, docnum: int) -> Record:
        fields = self._documents[docnum]
        return Record(
            file=fields["file"], record=fields["record"], line=fields["line"],
            date=fields["date"], encoding=fields["encoding"],
        )  # fmt: skip

    def text(self, docnum: int, field: str) -> str:
        return str(self._documents[docnum][field])

    @cached_property
    def dates(self) -> NDArray[np.str_]:
        return np.array([fields["date"] for fields in self._documents], np.str_)

    @cached_property
    def file_numbers(self) -> NDArray[np.int64]:
        return np.array([fields["file"] for fields in self._documents], np.int64)


class ToldStatistics:
    """See Statistics: those of a whole index, told to whoever holds a few of its documents."""

    def __init__(self, whole: Snapshot, frequencies: Mapping[Leaf, int]) -> None:
        self._whole = whole.statistics
        self._frequencies = frequencies
        self.documents = self._whole.documents

    def total_length(self, field: str) -> float:
        return self._whole.total_length(field)

    def vocabulary(self, fields: tuple[str, ...]) -> Vocabulary:
        return self._whole.vocabulary(fields)

    def document_frequency(self, leaf: Leaf) -> int | None:
        return self._frequencies[leaf]


def memory_snapshot(
    documents: Sequence[Fields],
    segments: int = 1,
    settings: RankingSettings | None = None,
    statistics: Statistics | None = None,
) -> Snapshot:
    """A snapshot of documents in so many segments."""
    cuts = [len(documents) * i // segments for i in range(segments + 1)]
    made: list[Segment] = [
        MemorySegment(documents[first:last], first) for first, last in pairwise(cuts)
    ]
    return Snapshot(made, settings or RankingSettings(), statistics)
