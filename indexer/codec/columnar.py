"""Implements `Segment` and `FieldSource`, which ranking needs, over opened segments.

A group is a single span here, so a stem is one slice of postings.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from analyzers.bulk.packed import ALPHABET
from analyzers.ranked import changes, distinct_of
from indexer.codec.arrays import FieldArrays
from indexer.codec.columns import read_numbers, read_texts
from indexer.codec.grams import likeness_of, nearest, shared
from indexer.codec.opened import OpenedSegment, SegmentReader
from indexer.codec.postings import slice_indices, starts_of
from indexer.codec.strings import Sought, encoded
from indexer.ranking.source import (
    NO_DOCS,
    Alike,
    Docs,
    FieldSource,
    Floats,
    Gathered,
    Level,
    Located,
    Near,
    Owned,
    Positions,
    Record,
    Spans,
    Written,
    joined,
    parted,
)

if TYPE_CHECKING:
    from indexer.query.patterns import Wildcard
    from indexer.ranking.keys import Keys, Places

_FEW_RANGES = 8
_SLICED_POSTINGS = 128
"""With at most so many ranges, or at least so many postings on average, slicing one by one is
faster than gathering by index."""


_TARGETS = 64
"""Of so many stems it is kept what bears them, and what is spelled alike: few queries have more."""


class LocalSegment:
    """A segment of an opened index."""

    def __init__(self, opened: OpenedSegment) -> None:
        self.base, self.size, self.live = opened.base, opened.size, opened.live
        self._reader = opened.reader
        self._fields: dict[str, FieldSource | None] = {}

    def field(self, name: str) -> FieldSource | None:
        """See Segment: of fields of text."""
        if name not in self._fields:
            arrays = self._reader.field(name)
            held = arrays is not None and arrays.grouped
            source = ColumnarField(arrays) if arrays is not None and held else None
            self._fields[name] = source
        return self._fields[name]

    def holding(self, field: str, term: str) -> Docs:
        """See Segment."""
        return holding(self._reader, field, term)

    def record(self, docnum: int) -> Record:
        """See Segment."""
        return cast("Record", self._reader.record(docnum))

    def text(self, docnum: int, field: str) -> str:
        """See Segment."""
        return self._reader.text(docnum, field) or ""

    @cached_property
    def dates(self) -> NDArray[np.str_]:
        """See Segment."""
        return read_texts(self._reader.container, "date")

    @cached_property
    def file_numbers(self) -> NDArray[np.int64]:
        """See Segment."""
        return read_numbers(self._reader.container, "file")


def holding(reader: SegmentReader, field: str, term: str) -> Docs:
    """The docnums of the documents with a term in a field, ascending."""
    arrays = reader.field(field)
    if arrays is None:
        return NO_DOCS
    return arrays.postings(arrays.slots_of_term(term))[0].astype(np.int64)


@lru_cache(maxsize=64)
def _once_edited(word: str, letters: str) -> Sought:
    """See `once_edited`; kept, as every field of every segment is asked for the same."""
    from indexer.ranking.edits import once_edited

    return Sought.of(sorted(map(encoded, once_edited(word, letters))))


@lru_cache(maxsize=64)
def _sought(texts: tuple[str, ...]) -> Sought:
    """Some texts; kept for the same reason."""
    return Sought.of(map(encoded, texts))


class ColumnarField:
    """One form field of a columnar segment."""

    def __init__(self, arrays: FieldArrays) -> None:
        self.arrays = arrays
        self._ranges: dict[str, tuple[int, int]] = {}
        self._bearing: dict[str, dict[str, Spans]] = {}
        self._near: dict[tuple[str, float], tuple[NDArray[np.int64], NDArray[np.float64]]] = {}

    def group(self, level: Level, key: str) -> Spans:
        """See FieldSource: no span or one."""
        return self.groups(level, (key,)).spans

    def groups(self, level: Level, keys: tuple[str, ...]) -> Owned:
        """See FieldSource."""
        if level == "exact":
            owners, slots = self.arrays.slots_of_terms(_sought(keys))
            return Owned(np.stack([slots, slots + 1], axis=1), owners)
        owners, groups = self.arrays.groups_named(level, _sought(keys))
        return Owned(self.arrays.group_starts(level).spans(groups), owners)

    def matching(self, pattern: Wildcard) -> Spans:
        """See FieldSource."""
        from indexer.ranking.stars import fitting

        terms, others = (fitting(pattern.spellings, keys) for keys in self._folded_keys)
        groups = self._folded_groups(terms[self.arrays.are_keys("folded", terms)], others)
        return joined(self._spans_of_folded(np.sort(groups)))

    @cached_property
    def _folded_keys(self) -> tuple[Keys, Keys]:
        """Where the keys of the folded groups are: among the terms, and those that no term is.

        Not every term is a key.
        """
        from indexer.ranking.keys import Keys

        tables = (self.arrays.terms, self.arrays.other_keys("folded"))
        terms, others = (Keys(table.data, table.starts, table.lengths) for table in tables)
        return terms, others

    def _folded_groups(self, terms: Places, others: Places) -> NDArray[np.int64]:
        """The groups of some of the folded keys."""
        groups = (
            self.arrays.groups_of_terms("folded", terms),
            self.arrays.groups_of_keys("folded", others),
        )
        return np.concatenate(groups)

    def _spans_of_folded(self, groups: NDArray[np.int64]) -> Spans:
        return self.arrays.group_starts("folded").spans(groups)

    def near(self, word: str, edits: int) -> Near:
        """See FieldSource."""
        from indexer.ranking.edits import can_be_listed, near

        if can_be_listed(word, edits):
            return self._once_edited(word)
        terms, others = self._folded_keys
        places, far = near(word, edits, terms)
        spelled = self.arrays.are_keys("folded", places)
        places, far = places[spelled], far[spelled]
        other_places, other_far = near(word, edits, others)
        groups = self._folded_groups(places, other_places)
        keys = terms.texts(places) + others.texts(other_places)
        return Near(keys, self._spans_of_folded(groups), np.concatenate([far, other_far]))

    def _once_edited(self, word: str) -> Near:
        """The terms at most one edit from an Arabic word: all that may be is looked up."""
        found: dict[str, int] = {}
        for letters in ("", ALPHABET, *filter(None, [self.arrays.other_letters])):
            sought = _once_edited(word, letters)
            numbers, groups = self.arrays.groups_named("folded", sought)
            for number, group in zip(numbers.tolist(), groups.tolist(), strict=True):
                found[sought.strings[number].decode("utf-8", "surrogatepass")] = group
        distances = np.array([key != word for key in found], np.uint8)
        spans = self._spans_of_folded(np.array([*found.values()], np.int64))
        return Near(list(found), spans, distances)

    def alike(self, stems: tuple[str, ...], least: float, roots: Owned) -> tuple[Alike, Alike]:
        """See FieldSource: the stems of a root lie side by side."""
        starts, grams = self.arrays.group_starts("stem"), self.arrays.stem_grams
        firsts, lasts = starts.groups_of(roots.spans - (0, 1)).T
        sizes = lasts - firsts + 1
        kin, places = slice_indices(firsts, sizes), np.arange(len(sizes)).repeat(sizes)
        kinship, likened_to = np.zeros(len(kin)), roots.owners.take(places)
        own = np.full(len(stems), -1)
        numbers, groups = self.arrays.groups_named("stem", _sought(stems))
        own[numbers] = groups
        near = [(kin[:0], kinship[:0])]
        if len(self._near) >= _TARGETS:
            self._near.clear()
        for number, stem in enumerate(stems):
            of = (likened_to == number).nonzero()[0]
            is_known = (stem, least) in self._near
            if len(of) or not is_known:
                common = shared(grams, stem)
                kinship[of] = likeness_of(grams, common, kin.take(of))
                if not is_known:
                    self._near[stem, least] = nearest(grams, common, least)
            found, likeness = self._near[stem, least]
            others = found != own[number]
            near.append((found[others], likeness[others]))
        sizes = np.array([len(found) for found, _ in near[1:]], np.int64)
        found, likeness = (np.concatenate(part) for part in zip(*near, strict=True))
        return (
            Alike(starts.spans(found), np.arange(len(stems)).repeat(sizes), likeness),
            Alike(starts.spans(kin), places, kinship),
        )

    def bearing(self, targets: tuple[str, ...]) -> list[dict[str, Spans]]:
        """See FieldSource."""
        unknown = [target for target in targets if target not in self._bearing]
        if unknown:
            if len(self._bearing) >= _TARGETS:
                self._bearing.clear()
                unknown = list(dict.fromkeys(targets))
            self._bearing |= zip(unknown, self._find_bearing(tuple(unknown)), strict=True)
        return [self._bearing[target] for target in targets]

    def _find_bearing(self, targets: tuple[str, ...]) -> list[dict[str, Spans]]:
        found: list[dict[str, Spans]] = [{} for _ in targets]
        numbers, groups = self.arrays.bearing(_sought(targets))
        if not len(groups):
            return found
        spans = self._spans_of_folded(groups)
        stems = self.arrays.group_starts("stem").groups_of(spans[:, 0])
        keys = self.arrays.keys_of_groups("stem", distinct_of(stems))
        of_stem = changes(numbers) | changes(stems)
        heads = parted(spans) | of_stem
        spans = joined(spans, heads)
        numbers, stems = numbers[of_stem], stems[of_stem]
        bounds = pairwise([*of_stem[heads].nonzero()[0].tolist(), len(spans)])
        own = zip(numbers.tolist(), stems.tolist(), bounds, strict=True)
        for number, stem, (first, last) in own:
            found[number][keys[stem]] = spans[first:last]
        return found

    def counts(self, spans: Spans) -> NDArray[np.int64]:
        """See FieldSource."""
        return self.arrays.counts_of(spans)

    def forms(self, spans: Spans) -> list[str]:
        """See FieldSource."""
        slots = slice_indices(spans[:, 0], spans[:, 1] - spans[:, 0])
        return self.arrays.terms_at(slots)

    def beginning(self, spans: Spans, letters: tuple[str, ...]) -> Spans:
        """See FieldSource: told by the ordinals of the terms; no term is read."""
        slots = slice_indices(spans[:, 0], spans[:, 1] - spans[:, 0])
        ordinals = self.arrays.ordinals_at(slots)
        begin = np.zeros(len(slots), np.bool_)
        for some in letters:
            first, last = self._range_of(some)
            begin |= (ordinals >= first) & (ordinals < last)
        found = slots[begin]
        return np.stack([found, found + 1], axis=1)

    def _range_of(self, letters: str) -> tuple[int, int]:
        """The places of the terms that begin with some letters, kept: few are ever asked for."""
        known = self._ranges.get(letters)
        if known is None:
            known = self._ranges[letters] = self.arrays.prefix_range(letters)
        return known

    def locate(self, spans: Spans) -> Located:
        """See FieldSource."""
        return self.locate_each(spans, np.array([0, len(spans)]))[0]

    def locate_each(self, spans: Spans, starts: NDArray[np.int64]) -> list[Located]:
        """See FieldSource."""
        bounds = self.arrays.doc_starts.take(spans)
        counts = bounds[:, 1] - bounds[:, 0]
        positions = self.arrays.position_starts.take(spans[:, 0])
        heads = parted(spans)
        heads[starts[starts < len(spans)]] = True
        ranges = joined(bounds, heads)
        before = starts_of(counts).take(starts)
        totals = (before[1:] - before[:-1]).tolist()
        places = pairwise(starts.tolist()), pairwise(starts_of(heads).take(starts).tolist())
        return [
            Located(spans[a:b], ranges[c:d], counts[a:b], total, positions[a:b])
            for total, (a, b), (c, d) in zip(totals, *places, strict=True)
        ]

    def gather(self, ranges: Spans, total: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """See FieldSource."""
        docs, tf = self.arrays.docs, self.arrays.tf
        self.arrays.check_postings(ranges)
        if len(ranges) > _FEW_RANGES and len(ranges) * _SLICED_POSTINGS > total:
            places = slice_indices(ranges[:, 0], ranges[:, 1] - ranges[:, 0])
            return docs.take(places), tf.take(places)
        slices = [slice(first, last) for first, last in ranges.tolist()]
        if len(slices) == 1:
            return docs[slices[0]], tf[slices[0]]
        return (
            np.concatenate([docs[here] for here in slices] or [docs[:0]]),
            np.concatenate([tf[here] for here in slices] or [tf[:0]]),
        )

    def positions(self, places: NDArray[np.int64]) -> Positions:
        """See FieldSource."""
        return self.arrays.positions_at(places)

    def forms_at(self, gathered: Gathered, chosen: NDArray[np.int64]) -> Sequence[str]:
        """See FieldSource."""
        starts = self.arrays.doc_starts
        spans, _, counts, _, _ = gathered.located
        lasts = counts.cumsum()
        shifts = starts.take(spans[:, 0])
        shifts[1:] -= lasts[:-1]
        owners = lasts.searchsorted(chosen, side="right")
        slots = starts.owners(chosen + shifts.take(owners), spans[owners])
        return self.arrays.terms_at(slots)

    def samples(self, docnum: int) -> NDArray[np.int64] | None:
        """See FieldSource."""
        if self.arrays.token_counts_by_docnum is None:
            return None
        return self.arrays.samples(docnum).astype(np.int64)

    def token_count(self, docnum: int) -> int | None:
        """See FieldSource."""
        counts = self.arrays.token_counts_by_docnum
        return None if counts is None else int(counts[docnum])

    def written(self, slots: NDArray[np.int64], places: NDArray[np.int64]) -> Written | None:
        """See FieldSource: stored of documents whose texts were read."""
        if self.arrays.token_counts_by_docnum is None:
            return None
        notes = self.arrays.notes
        return Written(notes.kinds_at(slots, places), notes.__getitem__)

    def part_starts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """See FieldSource."""
        return self.arrays.part_docs.astype(np.int64), self.arrays.part_tokens.astype(np.int64)

    def lengths(self) -> Floats:
        """See FieldSource."""
        lengths = self.arrays.lengths_by_docnum
        if lengths is None:
            return np.zeros(self.arrays.document_count, np.float32)
        return lengths.astype(np.float32)
