"""What does the evaluator ask of one field of one segment?

`FieldSource` says it; `LexiconField` answers for a field of any Whoosh reader, by reading its
whole lexicon once. Groups: every term is a written form `u`; its folded form, stem and root are
computed from it, so a group is named by its level and its key.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from analyzers.analyzer import analyze_form
from analyzers.packed import Numbering
from analyzers.proclitics import splits
from analyzers.stemmer import stem
from indexer.codec.grams import Grams, build_grams, likeness_of, nearest, shared
from indexer.codec.postings import slice_indices, starts_of

if TYPE_CHECKING:
    from indexer.ranking.patterns import FormPattern

LEVELS = ("exact", "folded", "stem", "root")

Docs = NDArray[np.int64]
Floats = NDArray[np.float32]
Positions = NDArray[np.int64]


NO_DOCS: Docs = np.zeros(0, np.int64)

Span = tuple[int, int]
"""(first, last): slots of terms, last exclusive."""

Spans = NDArray[np.int64]
"""[n, 2], a span a row: disjoint, ascending unless it is said otherwise."""

_NOWHERE: Positions = np.zeros(0, np.int64)

NO_SPANS: Spans = np.zeros((0, 2), np.int64)


def spans_of(spans: Sequence[Span]) -> Spans:
    """An array of some spans."""
    return np.array(spans, np.int64) if len(spans) else NO_SPANS


class Postings(NamedTuple):
    """Docnums of the segment, and the term frequency in each."""

    docs: Docs
    tfs: Floats


class Located(NamedTuple):
    """Some spans, and where what stands in them lies in the source's own arrays.

    spans: ascending. ranges: of postings; spans side by side share one. counts: postings by span;
    total: of all. positions: where those of each span begin.
    """

    spans: Spans
    ranges: Spans
    counts: NDArray[np.int64]
    total: int
    positions: NDArray[np.int64]


class Gathered(NamedTuple):
    """The postings of several spans end to end."""

    located: Located
    docs: NDArray[Any]
    tfs: NDArray[Any]


class FieldSource(Protocol):
    """One field of one segment.

    Terms are numbered by slots, in an order of the source's own. Sources keep the forms of a group
    side by side where they can, so that a group is few spans.
    """

    def group(self, level: str, key: str) -> Spans:
        """The spans of the terms whose form at `level` is `key`."""

    def matching(self, pattern: FormPattern) -> Spans:
        """The spans of the terms whose folded form fits a pattern."""

    def nearest(self, stem: str, least: float) -> tuple[Spans, NDArray[np.float64]]:
        """The other stems spelled like this one, and the likeness of each span."""

    def relatives(self, root: str, stem: str) -> tuple[Spans, NDArray[np.float64]]:
        """The terms of a root, no span of two stems, and how like `stem` that of each span is."""

    def bearing(self, target: str) -> list[tuple[str, Span]]:
        """The stems (key, span) with a form that may be a lone proclitic and a word of `target`."""

    def forms(self, span: Span) -> list[str]:
        """The terms of a span."""

    def count(self, span: Span) -> int:
        """How often the terms of a span occur."""

    def term_count(self) -> int:
        """How many distinct terms the field has in this segment."""

    def locate(self, spans: Spans) -> Located:
        """Where the postings of some ascending spans lie: what can be known once and for all."""

    def gather(self, ranges: Spans, total: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """(docs, tfs) of the postings of some ranges, one after the other; `total` in all.

        Docs ascend within a term only.
        """

    def positions(self, places: NDArray[np.int64]) -> Positions:
        """The positions in some places of the source's array of them."""

    def forms_at(self, gathered: Gathered, chosen: NDArray[np.int64]) -> Sequence[str]:
        """The term of each of some of the postings of some spans, by their places, which rise."""

    def samples(self, docnum: int) -> tuple[NDArray[np.int64], int] | None:
        """Where each `SAMPLE_TOKENS`-th token of a document begins, and how many tokens it has.

        In code points of its text. None where that is not stored.
        """

    def lengths(self) -> Floats:
        """Length of each document by docnum: its words that are not stopwords."""


class LexiconField:
    """A field of any Whoosh reader of one segment, through Whoosh's public reader methods.

    Its slots are the terms in lexicographic order. Costs a reading of the whole lexicon.
    """

    def __init__(self, reader: Any, field: str) -> None:
        self._reader = reader
        self._field = field
        self._read: dict[int, tuple[Postings, Positions]] = {}
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

    def group(self, level: str, key: str) -> Spans:
        """See FieldSource."""
        return spans_of([(slot, slot + 1) for slot in self._groups.get((level, key), ())])

    def matching(self, pattern: FormPattern) -> Spans:
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

    def nearest(self, stem: str, least: float) -> tuple[Spans, NDArray[np.float64]]:
        """See FieldSource."""
        stems, grams = self._stems
        keys, alike = nearest(grams, shared(grams, stem), least)
        found = [
            (tuple(span), like)
            for key, like in zip(keys.tolist(), alike.tolist(), strict=True)
            if stems[key] != stem
            for span in self.group("stem", stems[key]).tolist()
        ]
        return spans_of([span for span, _ in found]), np.array([like for _, like in found])

    def relatives(self, root: str, stem: str) -> tuple[Spans, NDArray[np.float64]]:
        """See FieldSource."""
        spans = self.group("root", root)
        numbers = {key: number for number, key in enumerate(self._stems[0])}
        stems = [analyze_form(self._form(slot)).stem for slot in spans[:, 0].tolist()]
        return spans, np.array([self._likeness(stem, numbers[other]) for other in stems])

    def _likeness(self, stem: str, number: int) -> float:
        grams = self._stems[1]
        return float(likeness_of(grams, shared(grams, stem), number, number + 1)[0])

    @cached_property
    def _bearing(self) -> dict[str, set[str]]:
        bearing: dict[str, set[str]] = {}
        for level, folded in self._groups:
            if level == "folded":
                for rest in splits(folded):
                    bearing.setdefault(stem(rest), set()).add(stem(folded))
        return bearing

    def bearing(self, target: str) -> list[tuple[str, Span]]:
        """See FieldSource."""
        keys = sorted(self._bearing.get(target, ()))
        return [(key, tuple(span)) for key in keys for span in self.group("stem", key).tolist()]

    def count(self, span: Span) -> int:
        """See FieldSource."""
        return sum(int(self._term(slot)[0].tfs.sum()) for slot in range(*span))

    def forms(self, span: Span) -> list[str]:
        """See FieldSource."""
        return [self._form(slot) for slot in range(*span)]

    def term_count(self) -> int:
        """See FieldSource."""
        return len(self._terms)

    def locate(self, spans: Spans) -> Located:
        """See FieldSource."""
        parts = [[self._term(slot)[0] for slot in range(*span)] for span in spans.tolist()]
        counts = [sum(len(part.docs) for part in of_span) for of_span in parts]
        positions = [self._place(first, last) for first, last in spans.tolist()]
        return Located(
            spans, spans, np.array(counts, np.int64), sum(counts), np.array(positions, np.int64)
        )

    def _place(self, first: int, last: int) -> int:
        """Where the positions of a span begin among those that are placed."""
        if (first, last) not in self._placed:
            self._placed[first, last] = self._position_count
            positions = [self._term(slot)[1] for slot in range(first, last)]
            self._positions += positions
            self._position_count += sum(map(len, positions))
        return self._placed[first, last]

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
            self._positions = [np.concatenate([_NOWHERE, *self._positions])]
        return self._positions[0].take(places)

    def forms_at(self, gathered: Gathered, chosen: NDArray[np.int64]) -> Sequence[str]:
        """See FieldSource."""
        slots = [slot for span in gathered.located.spans.tolist() for slot in range(*span)]
        counts = [len(self._term(slot)[0].docs) for slot in slots]
        owners = np.repeat(slots, counts).take(chosen)
        return [self._form(slot) for slot in owners.tolist()]

    def samples(self, docnum: int) -> tuple[NDArray[np.int64], int] | None:
        """See FieldSource: not stored."""
        return None

    def _term(self, slot: int) -> tuple[Postings, Positions]:
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
            postings = Postings(np.array(docs, np.int64), np.array(tfs, np.float32))
            known = self._read[slot] = (postings, np.array(positions, np.int64))
        return known

    def lengths(self) -> Floats:
        """See FieldSource. Whoosh's stock codec keeps lengths in one lossy byte."""
        length = self._reader.doc_field_length
        count = self._reader.doc_count_all()
        known = (length(docnum, self._field) or 0 for docnum in range(count))
        return np.fromiter(known, np.float32)


def postings_of(source: FieldSource, spans: Spans) -> Gathered:
    """The postings of some ascending spans, located and gathered at once."""
    return gathered(source, source.locate(spans))


def gathered(source: FieldSource, located: Located) -> Gathered:
    """The postings of what is located."""
    return Gathered(located, *source.gather(located.ranges, located.total))


def positions_of(source: FieldSource, gathered: Gathered, chosen: NDArray[np.int64]) -> Positions:
    """The positions of some postings, by their places, which rise; ascending in each posting."""
    _, _, counts, _, positions = gathered.located
    spans = counts.cumsum().searchsorted(chosen, side="right")
    return source.positions(position_places(gathered.tfs, counts, positions, chosen, spans))


def position_places(
    tfs: NDArray[Any],
    counts: NDArray[np.int64],
    positions: NDArray[np.int64],
    chosen: NDArray[np.int64],
    spans: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Where the positions of some postings lie: those before one are as many as the tf before it.

    counts, positions: by span, how many postings it has and where its positions begin. chosen: the
    places of the postings, rising; spans: the span of each.
    """
    before = starts_of(tfs)
    lengths = tfs.take(chosen).astype(np.int64)
    shifts = positions - before.take(counts.cumsum() - counts)
    begins = before.take(chosen) + shifts.take(spans)
    return begins if int(lengths.sum()) == len(chosen) else slice_indices(begins, lengths)


def joined(spans: Spans) -> Spans:
    """Ascending spans with neighbours made one."""
    if len(spans) < 2:
        return spans
    parted = np.flatnonzero(spans[1:, 0] != spans[:-1, 1])
    firsts = np.concatenate([spans[:1, 0], spans[parted + 1, 0]])
    lasts = np.concatenate([spans[parted, 1], spans[-1:, 1]])
    return np.stack([firsts, lasts], axis=1)


def without(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """The parts of some spans that no span of `taken` covers; both in any order."""
    left = list(spans)
    for start, stop in taken:
        if all(last <= start or stop <= first for first, last in left):
            continue
        left = [
            part
            for first, last in left
            for part in ((first, min(last, start)), (max(first, stop), last))
            if part[0] < part[1]
        ]
    return left


def open_field(reader: Any, field: str) -> FieldSource:
    """The source for a field of one segment's reader: the codec's own, or the general one."""
    from indexer.codec.index import segment_views
    from indexer.ranking.columnar import ColumnarField

    try:
        arrays = next(segment_views(reader)).terms.field(field)
    except TypeError:  # a segment of another codec
        return LexiconField(reader, field)
    if arrays is None or not arrays.grouped:
        return LexiconField(reader, field)
    return ColumnarField(arrays)
