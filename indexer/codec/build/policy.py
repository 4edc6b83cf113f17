"""Choose the segments that a commit merges, so that updates stay cheap and segments few.

Segments are sorted into levels by their live documents, each level eight times the one below. When
eight are in one level they become one of a higher level, so every document is rewritten once per
level. But no more than an eighth of the index is rewritten at once: larger merges are not made, and
a small update never waits for a large merge. A segment that has lost a third of its documents is
rewritten too, because queries still read deleted ones: by a commit that adds about as much itself,
never for the sake of a single file. One that has lost half of them is rewritten in any case, one a
commit, unless it is so large that a small commit would wait for it.
`docs/decisions/merging.md` has the figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

FANOUT = 8
SMALLEST_LEVEL = 64
"""Number of documents; all smaller segments are in one level."""

SMALL_MERGE = 1000
"""Number of documents that may always be merged, however small the index."""

SMALL_MERGE_BYTES = 4 << 20
"""So much is rewritten for the sake of deleted documents in a fraction of the smallest update."""

LARGEST_MERGE_BYTES = 256 << 20
"""No more than this is merged at once, so that no update waits for it, unless that adds as much
itself; `optimize` merges all."""

WORN_OUT_BYTES = 128 << 20
"""Nor is more rewritten by a commit that has nothing to do with it: about four seconds."""

DELETED_SHARE, WORN_OUT_SHARE = 1 / 3, 1 / 2


def level_of(doc_count: int) -> int:
    """The level of a segment with this many live documents."""
    level = 0
    while doc_count >= SMALLEST_LEVEL * FANOUT**level:
        level += 1
    return level


def segments_to_merge(segments: Sequence[Any], new_docs: int) -> list[Any]:
    """The segments to merge into one, along with the `new_docs` documents of a commit."""
    by_size = sorted(segments, key=_live)
    most_docs = max((_docs(segments) + new_docs) // FANOUT, SMALL_MERGE)
    worn, worn_out = (_having_lost(by_size, part) for part in (DELETED_SHARE, WORN_OUT_SHARE))
    small = _within(worn, SMALL_MERGE, SMALL_MERGE_BYTES)
    as_much = _within(worn, new_docs, max(LARGEST_MERGE_BYTES, _bytes_of(segments, new_docs)))
    chosen = max(as_much, small, key=len) or _within(worn_out, _docs(segments), WORN_OUT_BYTES)[:1]
    while True:
        rest = [s for s in by_size if s not in chosen]
        crowded = _crowded_level([new_docs, _docs(chosen), *map(_live, rest)])
        low = [s for s in rest if level_of(_live(s)) <= crowded]
        joined = _within([*chosen, *low], most_docs)
        if len(joined) <= max(len(chosen), 1) or not _is_worth_it(joined):
            return chosen
        chosen = joined


def _having_lost(segments: Sequence[Any], share: float) -> list[Any]:
    """Those that have lost more than this share of their documents."""
    return [s for s in segments if s.deleted_count() > _all(s) * share]


def _bytes_of(segments: Sequence[Any], docs: int) -> int:
    """About how many bytes so many documents have."""
    size_bytes: int = sum(s.size_bytes for s in segments)
    return size_bytes * docs // max(sum(map(_all, segments)), 1)


def _is_worth_it(segments: Sequence[Any]) -> bool:
    """Whether the merge is small, or rewrites no segment only because of smaller ones."""
    docs = _docs(segments)
    return docs < 2 * SMALLEST_LEVEL or docs >= 2 * max(map(_live, segments))


def _within(
    segments: Sequence[Any], most_docs: int, most_bytes: int = LARGEST_MERGE_BYTES
) -> list[Any]:
    """The first segments, with at most so many documents and bytes in all that are not deleted."""
    docs = accumulate(map(_live, segments))
    sizes = accumulate(s.size_bytes * _live(s) // max(_all(s), 1) for s in segments)
    fitting = [n <= most_docs and b <= most_bytes for n, b in zip(docs, sizes, strict=True)]
    return list(segments[: fitting.count(True)])


def _crowded_level(doc_counts: Iterable[int]) -> int:
    """The lowest level with too many segments, -1 if there is none."""
    counts = Counter(level_of(count) for count in doc_counts if count)
    return min((level for level, count in counts.items() if count >= FANOUT), default=-1)


def _docs(segments: Iterable[Any]) -> int:
    return sum(map(_live, segments))


def _live(segment: Any) -> int:
    live: int = _all(segment) - segment.deleted_count()
    return live


def _all(segment: Any) -> int:
    documents: int = segment.doc_count_all()
    return documents
