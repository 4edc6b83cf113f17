"""How does the columnar codec answer the evaluator? `FieldSource` over one field's arrays.

Groups are single spans there, so a stem is one slice of postings.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.codec.arrays import FieldArrays, Slots
from indexer.codec.grams import nearest
from indexer.ranking.segment import Floats, Gathered, Positions, Span

_SEPARATOR = b"\n"

_REMEMBERED = 1 << 16
"""Groups whose span is kept."""

_REMEMBERED_NEAR = 1 << 12
"""Stems whose neighbours are kept."""


class ColumnarField:
    """One form field of a columnar segment."""

    def __init__(self, arrays: FieldArrays) -> None:
        self.arrays = arrays
        self._spans: dict[tuple[str, str], list[Span]] = {}
        self._nearest: dict[tuple[str, float], list[tuple[Span, float]]] = {}

    def group(self, level: str, key: str) -> Sequence[Span]:
        """See FieldSource: no span or one."""
        known = self._spans.get((level, key))
        if known is None:
            if len(self._spans) > _REMEMBERED:
                self._spans.clear()
            known = self._spans[level, key] = self._find(level, key)
        return known

    def _find(self, level: str, key: str) -> list[Span]:
        if level == "exact":
            slots = self.arrays.slots_of_term(key)
        else:
            slots = self.arrays.slots_of_key(level, key)
        return [(slots.first, slots.last)] if slots.first < slots.last else []

    @cached_property
    def _folded_keys(self) -> tuple[bytes, NDArray[np.int64]]:
        """The keys of all folded groups, one a line, and where each line begins."""
        keys = self.arrays.group_keys("folded")
        lengths = np.fromiter(map(len, keys), np.int64, len(keys)) + 1
        return _SEPARATOR + _SEPARATOR.join(keys) + _SEPARATOR, np.cumsum(lengths) - lengths

    def prefixed(self, prefix: str) -> Sequence[Span]:
        """See FieldSource."""
        return self._folded_with(_SEPARATOR + prefix.encode("utf-8", "surrogatepass"))

    def containing(self, infix: str) -> Sequence[Span]:
        """See FieldSource."""
        return self._folded_with(infix.encode("utf-8", "surrogatepass"))

    def _folded_with(self, wanted: bytes) -> list[Span]:
        keys, begins = self._folded_keys
        found = []
        at = keys.find(wanted)
        while at >= 0:
            found.append(at)
            at = keys.find(wanted, keys.find(_SEPARATOR, at + 1))
        groups = np.searchsorted(begins, found, side="right") - 1
        starts = self.arrays.group_starts("folded")
        spans = [(int(starts[g]), int(starts[g + 1])) for g in np.unique(groups).tolist()]
        return _joined(spans)

    def nearest(self, stem: str, least: float) -> list[tuple[Span, float]]:
        """See FieldSource."""
        known = self._nearest.get((stem, least))
        if known is None:
            if len(self._nearest) > _REMEMBERED_NEAR:
                self._nearest.clear()
            known = self._nearest[stem, least] = self._find_nearest(stem, least)
        return known

    def _find_nearest(self, stem: str, least: float) -> list[tuple[Span, float]]:
        groups, likeness = nearest(self.arrays.stem_grams, stem, least)
        own = self.group("stem", stem)
        starts = self.arrays.group_starts("stem")
        firsts, lasts = starts.take(groups).tolist(), starts.take(groups + 1).tolist()
        return [
            ((first, last), like)
            for first, last, like in zip(firsts, lasts, likeness.tolist(), strict=True)
            if (first, last) not in own
        ]

    def bearing(self, target: str) -> list[tuple[str, Span]]:
        """See FieldSource."""
        starts = self.arrays.group_starts("stem")
        found = []
        for group in self.arrays.bearing(target):
            key, span = (
                self.arrays.group_key("stem", group),
                (int(starts[group]), int(starts[group + 1])),
            )
            self._spans["stem", key] = [span]
            found.append((key, span))
        return found

    def count(self, span: Span) -> int:
        """See FieldSource."""
        return self.arrays.count_of(Slots(*span))

    def forms(self, span: Span) -> list[str]:
        """See FieldSource."""
        return [self.arrays.term(o) for o in self.arrays.ordinal_by_slot[slice(*span)].tolist()]

    def term_count(self) -> int:
        """See FieldSource."""
        return self.arrays.term_count

    def postings(self, spans: Sequence[Span]) -> Gathered:
        """See FieldSource."""
        starts = self.arrays.doc_starts
        ranges = [(int(starts[first]), int(starts[last])) for first, last in spans]
        docs, tf = self.arrays.docs, self.arrays.tf
        counts = [stop - start for start, stop in ranges]
        if len(ranges) == 1:
            start, stop = ranges[0]
            return Gathered(docs[start:stop], tf[start:stop], counts)
        return Gathered(
            np.concatenate([docs[start:stop] for start, stop in ranges]),
            np.concatenate([tf[start:stop] for start, stop in ranges]),
            counts,
        )

    def positions(self, span: Span) -> Positions:
        """See FieldSource."""
        return self.arrays.positions(Slots(*span)).astype(np.int64)

    def lengths(self) -> Floats:
        """See FieldSource."""
        lengths = self.arrays.lengths_by_docnum
        if lengths is None:
            return np.zeros(self.arrays.document_count, np.float32)
        return lengths.astype(np.float32)


def _joined(spans: list[Span]) -> list[Span]:
    """Ascending spans with neighbours made one."""
    joined: list[Span] = []
    for first, last in spans:
        if joined and joined[-1][1] == first:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined
