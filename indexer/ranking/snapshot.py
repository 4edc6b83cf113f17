"""The documents to rank: the segments of an index, and statistics over them.

A snapshot is as unchanging as the segments are that it is made of. Which engine answers for them it
does not know: see the protocols in `source`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.ranking.bm25 import length_norms
from indexer.ranking.memory import Memory, most_bytes_of
from indexer.ranking.settings import DEFAULT, RankingSettings
from indexer.ranking.source import (
    NO_DOCS,
    Docs,
    FieldSource,
    Floats,
    Record,
    Segment,
    Statistics,
    Vocabulary,
)
from indexer.ranking.statistics import CountedStatistics

ForeignSearch = Callable[[object], tuple[Sequence[int], Sequence[float]]]
"""Asks another engine's query for its documents, ascending, and their scores."""


class Snapshot:
    """Some segments, whose documents are numbered on from one to the next, and how to rank them.

    statistics: of the whole index, where the segments are but a part of it; else they are counted.
    foreign: what answers a `ForeignQuery`, where there can be one. memory: for what is worked out
    and wanted again with the next query; words: for what the statistics alone decide of that, which
    snapshots of the same index may share.
    """

    def __init__(
        self,
        segments: Sequence[Segment],
        settings: RankingSettings = DEFAULT,
        statistics: Statistics | None = None,
        foreign: ForeignSearch | None = None,
        memory: Memory | None = None,
        words: Memory | None = None,
    ) -> None:
        self.settings = settings
        self.segments = segments
        self.size = sum(segment.size for segment in segments)
        self.memory = Memory(most_bytes_of(self.size)) if memory is None else memory
        self.words = self.memory if words is None else words
        self.statistics = statistics or CountedStatistics(segments, self.memory)
        self.documents = self.statistics.documents
        self.foreign = foreign

    @cached_property
    def live(self) -> NDArray[np.bool_] | None:
        """By doc, which documents are not deleted; None where none is."""
        if all(segment.live is None for segment in self.segments):
            return None
        masks = [
            np.ones(segment.size, np.bool_) if segment.live is None else segment.live
            for segment in self.segments
        ]
        return np.concatenate(masks)

    def only_live(self, docs: Docs) -> Docs:
        """`docs` without the deleted ones."""
        return docs if self.live is None else docs[self.live.take(docs)]

    def locate(self, doc: int) -> tuple[Segment, int]:
        """The segment of a document, and its docnum there."""
        place = bisect_right(self.segments, doc, key=lambda segment: segment.base) - 1
        segment = self.segments[place]
        return segment, doc - segment.base

    def record(self, doc: int) -> Record:
        """The stored values of a document but its texts."""
        segment, docnum = self.locate(doc)
        return segment.record(docnum)

    def text(self, doc: int, field: str) -> str:
        """A stored text of a document."""
        segment, docnum = self.locate(doc)
        return segment.text(docnum, field)

    @cached_property
    def file_numbers(self) -> NDArray[np.int64]:
        """The number of the file of each document, by doc."""
        return np.concatenate([NO_DOCS, *(segment.file_numbers for segment in self.segments)])

    def norms(self, fields: tuple[str, ...]) -> NDArray[np.float32]:
        """BM25's length norm of each document, by doc, fields combined."""
        return self.memory.get(self._norms, fields)

    def _norms(self, fields: tuple[str, ...]) -> NDArray[np.float32]:
        lengths = np.concatenate(
            [np.zeros(0, np.float32), *(self.lengths(s, fields) for s in self.segments)]
        )
        average = self.average_length(fields)
        return length_norms(lengths, average, self.settings.k1, self.settings.b)

    def average_length(self, fields: tuple[str, ...]) -> float:
        """The mean length of the live documents, fields weighted and summed."""
        return self.memory.get(self._average_length, fields)

    def _average_length(self, fields: tuple[str, ...]) -> float:
        weights = map(self.settings.field_weight, fields)
        totals = map(self.statistics.total_length, fields)
        total = sum(weight * total for weight, total in zip(weights, totals, strict=True))
        return total / max(self.documents, 1)

    def lengths(self, segment: Segment, fields: tuple[str, ...]) -> Floats:
        """The length of each document of a segment, fields weighted and summed."""
        lengths = np.zeros(segment.size, np.float32)
        for name in fields:
            source = segment.field(name)
            if source is not None:
                lengths += source.lengths() * np.float32(self.settings.field_weight(name))
        return lengths

    def vocabulary(self, fields: tuple[str, ...]) -> Vocabulary:
        """The dictionary of some fields of the whole index."""
        return self.statistics.vocabulary(fields)

    def sources(self, fields: tuple[str, ...]) -> Iterator[FieldSource]:
        """Each of some fields in each segment that has it."""
        for segment in self.segments:
            for name in fields:
                source = segment.field(name)
                if source is not None:
                    yield source
