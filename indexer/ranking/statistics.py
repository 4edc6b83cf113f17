"""Statistics over all live documents of an index, over all segments.

So a score depends neither on the division into segments nor on deletions not yet merged away.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.codec.postings import starts_of
from indexer.query.nodes import Leaf
from indexer.ranking.expand import Expansion
from indexer.ranking.groups import NamedGroups
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


class _CountedVocabulary:
    """The dictionary of some fields over all segments."""

    def __init__(
        self, segments: Sequence[Segment], fields: tuple[str, ...], memory: Memory
    ) -> None:
        self._segments = segments
        self._fields = fields
        self._memory = memory

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
        return self._memory.named(self._name("count", level, key), lambda: self._count(level, key))

    def _count(self, level: Level, key: str) -> int:
        groups = ((*held, held[1].group(level, key)) for held in self._held)
        return sum(int(_live_counts(*group).sum()) for group in groups)

    def holds(self, groups: Sequence[Expansion]) -> bool:
        """See Vocabulary."""
        known, whole = self._memory.known, [group for group in groups if not group.narrowed]
        if any(known(self._name("count", group.level, group.key)) for group in whole):
            return True
        unknown = [group for group in groups if not known(self._name("lacking", *group))]
        named = NamedGroups(unknown)
        for segment, source in self._held if unknown else ():
            spans = named.terms(source).spans
            if _live_counts(segment, source, spans.take(spans[:, 0].argsort(), axis=0)).any():
                return True
        for group in unknown:
            self._memory.keep(self._name("lacking", *group), True)
        return False

    def article_count(self, stem: str) -> int:
        """See Vocabulary."""
        name = self._name("with the article", stem)
        return self._memory.named(name, lambda: self._stems_counted((stem,))[1][0])

    def bearing(self, target: str) -> frozenset[str]:
        """See Vocabulary."""
        name = self._name("bearing", target)
        return self._memory.named(name, lambda: self._bearing((target,))[0])

    def _bearing(self, targets: tuple[str, ...]) -> list[frozenset[str]]:
        """Of each target, see `bearing`."""
        borne = [source.bearing(targets) for _, source in self._held]
        return [
            frozenset[str]().union(*(of_all[place] for of_all in borne))
            for place in range(len(targets))
        ]

    def learn(self, targets: Iterable[str]) -> None:
        """See Vocabulary."""
        known = self._memory.known
        new = [t for t in dict.fromkeys(targets) if known(self._name("bearing", t)) is None]
        if not new:
            return
        stems = dict.fromkeys(new)
        for target, keys in zip(new, self._bearing(tuple(new)), strict=True):
            self._memory.keep(self._name("bearing", target), keys)
            stems |= dict.fromkeys(keys)
        for stem, count, with_article in zip(
            stems, *self._stems_counted(tuple(stems)), strict=True
        ):
            self._memory.keep(self._name("count", "stem", stem), count)
            self._memory.keep(self._name("with the article", stem), with_article)

    def _stems_counted(self, stems: tuple[str, ...]) -> tuple[list[int], list[int]]:
        """How often the terms of each of some stems occur, and those with the article."""
        counts, with_article = np.zeros((2, len(stems)), np.int64)
        for segment, source in self._held:
            spans, owners = source.groups("stem", stems)
            if not len(spans):
                continue
            order = spans[:, 0].argsort()
            spans, owners = spans.take(order, axis=0), owners.take(order)
            np.add.at(counts, owners, _live_counts(segment, source, spans))
            terms = source.beginning(spans, _ARTICLES)
            own = owners.take(spans[:, 0].searchsorted(terms[:, 0], side="right") - 1)
            np.add.at(with_article, own, _live_counts(segment, source, terms))
        return counts.tolist(), with_article.tolist()

    def _name(self, *what: Hashable) -> tuple[Hashable, ...]:
        return (_CountedVocabulary, self, *what)


def _live_counts(segment: Segment, source: FieldSource, spans: Spans) -> NDArray[np.int64]:
    """How often the terms of each of some ascending spans occur in documents not deleted."""
    if segment.live is None or not len(spans):
        return source.counts(spans)
    located, docs, tfs = postings_of(source, spans)
    before = starts_of(tfs * segment.live.take(docs))
    lasts = located.counts.cumsum()
    counts: NDArray[np.int64] = before.take(lasts) - before.take(lasts - located.counts)
    return counts
