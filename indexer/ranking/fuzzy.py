"""Which forms of an index does a word mean that may be misspelled, and which are too many?

Forms are gathered over all segments, so that it does not depend on the division into segments which
of them are meant.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from analyzers.named import NamedTuple
from indexer.query.patterns import Fuzzy
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import NO_SPANS, FieldSource, Near, Segment, Spans

MOST_FORMS = 1_000
"""Forms that a misspelled word may mean. What is farther and rarer than so many is noise: of a word
of three letters with two of them changed hardly any form is the word that was meant."""


class Misspelled(NamedTuple):
    """What a pattern means: `forms` folded forms fit, of which at most MOST_FORMS are meant."""

    forms: int
    meant: frozenset[str] | None
    """None where all are."""
    found: dict[int, Near]
    """By id of the source."""

    @property
    def is_cut(self) -> bool:
        """Whether forms that fit are left out."""
        return self.meant is not None

    def spans(self, source: FieldSource) -> Spans:
        """The terms that are meant, ascending."""
        near = self.found.get(id(source))
        if near is None:
            return NO_SPANS
        spans = near.spans
        if self.meant is not None:
            spans = spans[[key in self.meant for key in near.keys]]
        return spans[spans[:, 0].argsort()]


def misspelled(pattern: Fuzzy, snapshot: Snapshot, fields: tuple[str, ...]) -> Misspelled:
    """The forms near a word, the nearest and then the most frequent where they are too many."""
    held = [
        (segment, source, source.near(pattern.word, pattern.edits))
        for segment in snapshot.segments
        for name in fields
        if (source := segment.field(name)) is not None
    ]
    found = {id(source): near for _, source, near in held}
    distances: dict[str, int] = {}
    for near in found.values():
        distances.update(zip(near.keys, near.distances.tolist(), strict=True))
    if len(distances) <= MOST_FORMS:
        return Misspelled(len(distances), None, found)
    counts: Counter[str] = Counter()
    for segment, source, near in held:
        for key, count in zip(near.keys, _documents(segment, source, near.spans), strict=True):
            counts[key] += count
    ranked = sorted(distances, key=lambda key: (distances[key], -counts[key], key))
    return Misspelled(len(distances), frozenset(ranked[:MOST_FORMS]), found)


def _documents(segment: Segment, source: FieldSource, spans: Spans) -> list[int]:
    """How many postings of live documents each of some spans has."""
    order = spans[:, 0].argsort()
    located = source.locate(spans.take(order, axis=0))
    counts = located.counts
    if segment.live is not None:
        docs, _ = source.gather(located.ranges, located.total)
        live = np.append(0, segment.live.take(docs).cumsum())
        ends = counts.cumsum()
        counts = live.take(ends) - live.take(ends - counts)
    of_span = np.empty(len(spans), np.int64)
    of_span[order] = counts
    return of_span.tolist()
