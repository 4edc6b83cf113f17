"""Lets Whoosh's own query types read our postings, one at a time.

Queries without vectorized evaluation use it; it is correct for all of Whoosh and not meant to be
fast.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
from whoosh import formats
from whoosh.matching import ReadTooFar
from whoosh.matching.mcore import LeafMatcher

from indexer.codec.arrays import FieldArrays, Slots
from indexer.codec.postings import starts_of

BLOCK_POSTINGS = 128
"""The size of a block for Whoosh's block skipping."""


class ColumnarMatcher(LeafMatcher):  # type: ignore[misc]
    """The postings of one term."""

    def __init__(
        self, arrays: FieldArrays, ordinal: int, term: tuple[str, bytes], format_: Any, scorer: Any
    ) -> None:
        self._arrays = arrays
        self._ordinal = ordinal
        self._term = term
        self.format = format_
        self.scorer = scorer
        slot = arrays.slot(ordinal)
        self._slots = Slots(slot, slot + 1)
        span = arrays.doc_range(self._slots)
        self._first = span.start
        self._docs = arrays.docs[span]
        self._weights = arrays.weights[span]
        self._count = len(self._docs)
        self._at = 0

    @cached_property
    def _doc_list(self) -> list[int]:
        docs: list[int] = self._docs.tolist()
        return docs

    @cached_property
    def _weight_list(self) -> list[float]:
        weights: list[float] = self._weights.tolist()
        return weights

    def is_active(self) -> bool:
        """Whether there is a posting to read."""
        return self._at < self._count

    def reset(self) -> None:
        """Go back to the first posting."""
        self._at = 0

    def copy(self) -> ColumnarMatcher:
        """A matcher at the same place."""
        other = ColumnarMatcher(self._arrays, self._ordinal, self._term, self.format, self.scorer)
        other._at = self._at
        return other

    def id(self) -> int:
        """Docnum of the posting."""
        return self._doc_list[self._at]

    def all_ids(self) -> Iterator[int]:
        """Every docnum from here on."""
        return iter(self._doc_list[self._at :])

    def weight(self) -> float:
        """Weight of the posting."""
        return self._weight_list[self._at]

    def next(self) -> bool:
        """Go to the next posting; True where a new block begins."""
        if self._at >= self._count:
            raise ReadTooFar
        self._at += 1
        return self._at % BLOCK_POSTINGS == 0

    def skip_to(self, docnum: int) -> None:
        """Go to the first posting, from here on, that is not before `docnum`."""
        if self._at >= self._count:
            raise ReadTooFar
        if self.id() < docnum:
            self._at += int(np.searchsorted(self._docs[self._at :], docnum))

    def supports(self, astype: str) -> bool:
        """Whether the field's format can give such values."""
        return bool(self.format.supports(astype))

    def value(self) -> Any:
        """Whoosh's posting value, made from the arrays if the format is one of those."""
        kind = type(self.format)
        if self._arrays.has_values:
            return self._arrays.values(self._first + self._at)
        if kind is formats.Existence:
            return b""
        if kind is formats.Frequency:
            return int(self._arrays.tf[self._first + self._at]).to_bytes(4, "big")
        return self.format.encode(self._positions())

    def value_as(self, astype: str) -> Any:
        """The posting's value as positions, frequency and so on."""
        if astype == "positions" and self._arrays.has_positions:
            return self._positions()
        if astype == "frequency" and not self._arrays.has_values:
            return int(self._arrays.tf[self._first + self._at])
        return super().value_as(astype)

    @cached_property
    def _position_data(self) -> tuple[list[int], list[int]]:
        tf = self._arrays.tf[self._first : self._first + self._count]
        return starts_of(tf).tolist(), self._arrays.positions(self._slots).tolist()

    def _positions(self) -> list[int]:
        starts, positions = self._position_data
        return positions[starts[self._at] : starts[self._at + 1]]

    @cached_property
    def _length_bounds(self) -> tuple[int, int]:
        return length_bounds(self._arrays, self._docs)

    def block_min_length(self) -> int:
        """The shortest field among the term's documents."""
        return self._length_bounds[0]

    def block_max_length(self) -> int:
        """The longest field among the term's documents."""
        return self._length_bounds[1]

    def block_max_weight(self) -> float:
        """The largest weight in this block."""
        start = self._at - self._at % BLOCK_POSTINGS
        return float(self._weights[start : start + BLOCK_POSTINGS].max())

    def skip_to_quality(self, minquality: float) -> int:
        """Skip blocks that cannot be good enough; returns how many."""
        skipped = 0
        while self._at < self._count and self.block_quality() <= minquality:
            block = self._at // BLOCK_POSTINGS
            self._at = min((block + 1) * BLOCK_POSTINGS, self._count)
            skipped += 1
        return skipped


def length_bounds(arrays: FieldArrays, docs: Any) -> tuple[int, int]:
    """(shortest, longest) field length among documents; (1, 1) where lengths are not kept."""
    lengths = arrays.lengths_by_docnum
    if lengths is None or not len(docs):
        return 1, 1
    found = lengths.take(docs)
    return int(found.min()), int(found.max())
