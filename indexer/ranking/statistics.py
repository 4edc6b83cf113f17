"""Statistics over all live documents of an index, over all segments.

So a score depends neither on the division into segments nor on deletions not yet merged away.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from indexer.query.nodes import Leaf
from indexer.ranking.expand import Expansion
from indexer.ranking.memory import Memory
from indexer.ranking.occurrences import postings_of
from indexer.ranking.source import FieldSource, Level, Segment, Spans, Vocabulary

_ARTICLES = ("ال", "وال")


class CountedStatistics:
    """`Statistics` of the documents in some segments, counted when they are asked for."""

    def __init__(self, segments: Sequence[Segment], memory: Memory) -> None:
        self._segments = segments
        self._memory = memory

    @cached_property
    def documents(self) -> int:
        """How many documents there are."""
        return sum(s.size if s.live is None else int(s.live.sum()) for s in self._segments)

    def total_length(self, field: str) -> float:
        """The lengths of a field, summed. In 64 bits, so that the order of documents is no matter.

        The lengths are whole numbers.
        """
        total = 0.0
        for segment in self._segments:
            source = segment.field(field)
            if source is not None:
                lengths = source.lengths()
                counted = lengths if segment.live is None else lengths[segment.live]
                total += float(counted.sum(dtype=np.float64))
        return total

    def document_frequency(self, leaf: Leaf) -> int | None:
        """See Statistics: whoever gathers the postings of the leaf counts them."""
        return None

    def vocabulary(self, fields: tuple[str, ...]) -> Vocabulary:
        """See Statistics."""
        return self._memory.get(self._vocabulary, fields)

    def _vocabulary(self, fields: tuple[str, ...]) -> Vocabulary:
        return _CountedVocabulary(self._segments, fields, self._memory)


_Group = tuple[Segment, FieldSource, Spans]


class _CountedVocabulary:
    """The dictionary of some fields over all segments."""

    def __init__(
        self, segments: Sequence[Segment], fields: tuple[str, ...], memory: Memory
    ) -> None:
        self._segments = segments
        self._fields = fields
        self._memory = memory
        self._last: tuple[Level, str, list[_Group]] | None = None

    def _groups(self, level: Level, key: str) -> list[_Group]:
        """A group in each field of each segment that has it; the last answer is kept."""
        last = self._last
        if last is None or last[:2] != (level, key):
            groups = [(*held, held[1].group(level, key)) for held in self._held]
            last = self._last = level, key, [group for group in groups if len(group[2])]
        return last[2]

    @cached_property
    def _held(self) -> list[tuple[Segment, FieldSource]]:
        """Each of the fields in each segment that has it."""
        return [
            (segment, source)
            for segment in self._segments
            for name in self._fields
            if (source := segment.field(name)) is not None
        ]

    def count(self, level: Level, key: str) -> int:
        """See Vocabulary."""
        return self._memory.get(self._count, level, key)

    def _count(self, level: Level, key: str) -> int:
        return sum(_live_count(*group) for group in self._groups(level, key))

    def holds(self, group: Expansion) -> bool:
        """See Vocabulary."""
        if not group.narrowed:
            assert group.level != "nearest"  # noqa: S101  neighbours are found, not named
            return self.count(group.level, group.key) > 0
        return any(
            _live_count(segment, source, group.terms(source)) for segment, source in self._held
        )

    def article_count(self, stem: str) -> int:
        """See Vocabulary."""
        return self._memory.get(self._article_count, stem)

    def _article_count(self, stem: str) -> int:
        return sum(
            _live_count(segment, source, source.beginning(spans, _ARTICLES))
            for segment, source, spans in self._groups("stem", stem)
        )

    def bearing(self, target: str) -> frozenset[str]:
        """See Vocabulary."""
        return frozenset(key for _, source in self._held for key in source.bearing(target))


def _live_count(segment: Segment, source: FieldSource, spans: Spans) -> int:
    """How often the terms of some spans occur in documents that are not deleted."""
    if segment.live is None or not len(spans):
        return sum(source.count(tuple(span)) for span in spans.tolist())
    postings = postings_of(source, spans)
    return int(postings.tfs[segment.live.take(postings.docs)].sum())
