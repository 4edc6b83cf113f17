"""How does any Whoosh reader answer the evaluator? By reading a whole lexicon once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analyzers.analyzer import analyze_form
from analyzers.bulk.packed import Numbering
from analyzers.named import NamedTuple
from analyzers.proclitics import rests_in
from indexer.codec.grams import Grams, build_grams, likeness_of, nearest, shared
from indexer.ranking.edits import near
from indexer.ranking.keys import Keys
from indexer.ranking.source import (
    LEVELS,
    NO_DOCS,
    Alike,
    Docs,
    Floats,
    Gathered,
    Level,
    Located,
    Near,
    Owned,
    Positions,
    Span,
    Spans,
    alike_of_each,
    end_to_end,
    spans_of,
)
from indexer.ranking.strict import kept

if TYPE_CHECKING:
    from indexer.query.patterns import Wildcard

_NO_POSITIONS: Positions = np.zeros(0, np.int64)


class _Postings(NamedTuple):
    """Docnums of the segment, and the term frequency in each."""

    docs: Docs
    tfs: Floats


class LexiconField:
    """A field of any Whoosh reader of one segment, through Whoosh's public reader methods.

    Its slots are the terms in lexicographic order. Costs a reading of the whole lexicon.
    """

    def __init__(self, reader: Any, field: str) -> None:
        self._reader = reader
        self._field = field
        self._read: dict[int, tuple[_Postings, Positions]] = {}
        self._placed: dict[Span, int] = {}
        self._positions: list[Positions] = []
        self._position_count = 0

    @cached_property
    def _terms(self) -> list[bytes]:
        return list(self._reader.lexicon(self._field))

    @cached_property
    def _groups(self) -> dict[tuple[str, str], list[int]]:
        groups: dict[tuple[str, str], list[int]] = {}
        for slot in range(len(self._terms)):
            a = analyze_form(self._form(slot))
            keys = zip(LEVELS, (a.unmarked, a.folded, a.stem, a.root), strict=True)
            for named in keys:
                groups.setdefault(named, []).append(slot)
        return groups

    def _form(self, slot: int) -> str:
        return self._terms[slot].decode("utf-8", "surrogatepass")

    def group(self, level: Level, key: str) -> Spans:
        """See FieldSource."""
        return spans_of([(slot, slot + 1) for slot in self._groups.get((level, key), ())])

    def groups(self, level: Level, keys: tuple[str, ...]) -> Owned:
        """See FieldSource."""
        return end_to_end(self.group(level, key) for key in keys)

    def matching(self, pattern: Wildcard) -> Spans:
        """See FieldSource."""
        slots = [
            slot
            for (level, key), group in self._groups.items()
            if level == "folded" and pattern.tier(key)
            for slot in group
        ]
        return spans_of([(slot, slot + 1) for slot in sorted(slots)])

    @cached_property
    def _stems(self) -> tuple[list[str], Grams]:
        stems = [key for level, key in self._groups if level == "stem"]
        numbering = Numbering()
        return stems, build_grams(numbering, numbering.numbers(stems))

    def alike(self, stems: tuple[str, ...], least: float, roots: Owned) -> tuple[Alike, Alike]:
        """See FieldSource: here a span is of one term."""
        keys, grams = self._stems
        numbers = {key: number for number, key in enumerate(keys)}
        found = [self._nearest(stem, least) for stem in stems]
        likes = np.zeros(len(roots.spans))
        for place, (slot, of) in enumerate(zip(roots.spans[:, 0], roots.owners, strict=True)):
            number = numbers[analyze_form(self._form(int(slot))).stem]
            likes[place] = likeness_of(grams, shared(grams, stems[of]), np.array([number]))[0]
        return alike_of_each(found, roots.spans, likes.tolist())

    def _nearest(self, stem: str, least: float) -> tuple[Spans, NDArray[np.float64]]:
        stems, grams = self._stems
        keys, alike = nearest(grams, shared(grams, stem), least)
        found = [
            (tuple(span), like)
            for key, like in zip(keys.tolist(), alike.tolist(), strict=True)
            if stems[key] != stem
            for span in self.group("stem", stems[key]).tolist()
        ]
        found.sort()
        return spans_of([span for span, _ in found]), np.array([like for _, like in found])

    @cached_property
    def _folded_keys(self) -> tuple[list[str], Keys]:
        keys = sorted(key for level, key in self._groups if level == "folded")
        return keys, Keys.of(key.encode("utf-8", "surrogatepass") for key in keys)

    def near(self, word: str, edits: int) -> Near:
        """See FieldSource."""
        names, keys = self._folded_keys
        places, distances = near(word, edits, keys)
        found = [
            (names[place], (slot, slot + 1), distance)
            for place, distance in zip(places.tolist(), distances.tolist(), strict=True)
            for slot in self._groups["folded", names[place]]
        ]
        spans = spans_of([span for _, span, _ in found])
        return Near([key for key, _, _ in found], spans, np.array([d for *_, d in found], np.uint8))

    @cached_property
    def _bearing(self) -> dict[str, dict[str, list[Span]]]:
        bearing: dict[str, dict[str, list[Span]]] = {}
        for slot in range(len(self._terms)):
            form = self._form(slot)
            for target in rests_in(form):
                found = bearing.setdefault(target, {})
                found.setdefault(analyze_form(form).stem, []).append((slot, slot + 1))
        return bearing

    def bearing(self, targets: tuple[str, ...]) -> list[dict[str, Spans]]:
        """See FieldSource."""
        found = (self._bearing.get(target, {}) for target in targets)
        return [{key: spans_of(spans) for key, spans in borne.items()} for borne in found]

    def counts(self, spans: Spans) -> NDArray[np.int64]:
        """See FieldSource."""
        counts = (
            sum(int(self._term(slot)[0].tfs.sum()) for slot in range(*span))
            for span in spans.tolist()
        )
        return np.fromiter(counts, np.int64, len(spans))

    def forms(self, spans: Spans) -> list[str]:
        """See FieldSource."""
        return [self._form(slot) for span in spans.tolist() for slot in range(*span)]

    def beginning(self, spans: Spans, letters: tuple[str, ...]) -> Spans:
        """See FieldSource."""
        return kept(self, spans, lambda form: form.startswith(letters))

    def locate(self, spans: Spans) -> Located:
        """See FieldSource."""
        parts = [[self._term(slot)[0] for slot in range(*span)] for span in spans.tolist()]
        counts = [sum(len(part.docs) for part in of_span) for of_span in parts]
        positions = [self._place(first, last) for first, last in spans.tolist()]
        return Located(
            spans, spans, np.array(counts, np.int64), sum(counts), np.array(positions, np.int64)
        )

    def locate_each(self, spans: Spans, starts: NDArray[np.int64]) -> list[Located]:
        """See FieldSource."""
        return [self.locate(spans[a:b]) for a, b in pairwise(starts.tolist())]

    def _place(self, first: int, last: int) -> int:
        """Where the positions of a span begin among those that are placed."""
        known = self._placed.get((first, last))
        if known is None:
            known = self._placed[first, last] = self._position_count
            positions = [self._term(slot)[1] for slot in range(first, last)]
            self._positions += positions
            self._position_count += sum(map(len, positions))
        return known

    def gather(self, ranges: Spans, total: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """See FieldSource."""
        flat = [self._term(slot)[0] for span in ranges.tolist() for slot in range(*span)]
        return (
            np.concatenate([np.zeros(0, np.int64), *(part.docs for part in flat)]),
            np.concatenate([np.zeros(0, np.float32), *(part.tfs for part in flat)]),
        )

    def positions(self, places: NDArray[np.int64]) -> Positions:
        """See FieldSource."""
        if len(self._positions) != 1:
            self._positions = [np.concatenate([_NO_POSITIONS, *self._positions])]
        return self._positions[0].take(places)

    def forms_at(self, gathered: Gathered, chosen: NDArray[np.int64]) -> Sequence[str]:
        """See FieldSource."""
        slots = [slot for span in gathered.located.spans.tolist() for slot in range(*span)]
        counts = [len(self._term(slot)[0].docs) for slot in slots]
        owners = np.repeat(slots, counts).take(chosen)
        return [self._form(slot) for slot in owners.tolist()]

    def samples(self, docnum: int) -> NDArray[np.int64] | None:
        """See FieldSource: not stored."""
        return None

    def token_count(self, docnum: int) -> int | None:
        """See FieldSource: not stored."""
        return None

    def written(self, slots: Positions, places: Positions) -> None:
        """See FieldSource: not stored."""

    def part_starts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """See FieldSource: not stored."""
        return NO_DOCS, NO_DOCS

    def _term(self, slot: int) -> tuple[_Postings, Positions]:
        """The postings and positions of a term, read once by Whoosh's matcher."""
        known = self._read.get(slot)
        if known is None:
            matcher = self._reader.postings(self._field, self._terms[slot])
            docs, tfs, positions = [], [], []
            while matcher.is_active():
                here = matcher.value_as("positions")
                docs.append(matcher.id())
                tfs.append(len(here))
                positions.extend(here)
                matcher.next()
            postings = _Postings(np.array(docs, np.int64), np.array(tfs, np.float32))
            known = self._read[slot] = (postings, np.array(positions, np.int64))
        return known

    def lengths(self) -> Floats:
        """See FieldSource. Whoosh's stock codec keeps lengths in one lossy byte."""
        length = self._reader.doc_field_length
        count = self._reader.doc_count_all()
        known = (length(docnum, self._field) or 0 for docnum in range(count))
        return np.fromiter(known, np.float32)
