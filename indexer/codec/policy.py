"""Which segments does a commit merge, so that updates stay cheap and segments few?

Segments are sorted into levels by their live documents, each level eight times the one below. When
eight are in one level they become one, of a higher level: every document is rewritten once a level,
and no level ever holds more than seven. A segment that has lost a third of its documents is
rewritten too, since queries still read what is deleted. Segments too large to merge stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

FANOUT = 8
SMALLEST_LEVEL = 1000
"""Documents; all segments below it are of one level."""

LARGEST_MERGE_BYTES = 256 << 20
"""More than so much is not merged at once, so that no update waits for it. `optimize` does."""

DELETED_SHARE = 1 / 3


def level_of(doc_count: int) -> int:
    """The level of a segment with so many live documents."""
    level = 0
    while doc_count >= SMALLEST_LEVEL * FANOUT ** (level + 1):
        level += 1
    return level


def segments_to_merge(segments: Sequence[Any], new_docs: int) -> list[Any]:
    """Those segments that go into the one being written, which has `new_docs` documents."""
    chosen = [s for s in segments if s.deleted_count() > s.doc_count_all() * DELETED_SHARE]
    rest = sorted((s for s in segments if s not in chosen), key=_live)
    size = new_docs + sum(map(_live, chosen))
    while True:
        crowded = _crowded_level(rest, size)
        joined = [s for s in rest if level_of(_live(s)) <= crowded]
        if not joined or sum(s.size_bytes for s in [*chosen, *joined]) > LARGEST_MERGE_BYTES:
            return chosen
        chosen, size = [*chosen, *joined], size + sum(map(_live, joined))
        rest = [s for s in rest if s not in joined]


def _crowded_level(segments: Sequence[Any], new_size: int) -> int:
    """The lowest level with too many segments, -1 where none has."""
    counts: dict[int, int] = {}
    sizes = [_live(s) for s in segments] + ([new_size] if new_size else [])
    for size in sizes:
        level = level_of(size)
        counts[level] = counts.get(level, 0) + 1
    return min((level for level, count in counts.items() if count >= FANOUT), default=-1)


def _live(segment: Any) -> int:
    live: int = segment.doc_count_all() - segment.deleted_count()
    return live
