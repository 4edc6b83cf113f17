"""Which segments a commit merges."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from indexer.codec.policy import level_of, segments_to_merge


@dataclass(frozen=True)
class Segment:
    docs: int
    deleted: int = 0
    name: int = 0
    size_bytes: int = 0

    def doc_count_all(self) -> int:
        return self.docs

    def deleted_count(self) -> int:
        return self.deleted


def small(count: int, docs: int = 10) -> list[Segment]:
    return [Segment(docs, name=i) for i in range(count)]


@pytest.mark.parametrize(
    ("docs", "level"), [(0, 0), (7999, 0), (8000, 1), (63_999, 1), (64_000, 2)]
)
def test_levels(docs, level):
    assert level_of(docs) == level


@pytest.mark.parametrize(
    ("segments", "new_docs", "merged"),
    [
        ([], 10, []),
        (small(6), 10, []),
        (small(7), 10, small(7)),
        (small(7), 0, []),
        ([*small(7), Segment(30_000)], 10, small(7)),
        ([Segment(30_000, 9_000)], 10, []),
        ([Segment(30_000, 11_000)], 10, [Segment(30_000, 11_000)]),
        (small(7, 7_000), 7_000, small(7, 7_000)),
        ([Segment(40_000, 0, i, 100 << 20) for i in range(7)], 40_000, []),
    ],
    ids=[
        "first", "few", "eighth", "nothing new", "large ones stay", "some deleted", "many deleted",
        "next level", "too large",
    ],
)  # fmt: skip
def test_choice(segments, new_docs, merged):
    assert segments_to_merge(segments, new_docs) == merged


def test_any_number_of_updates_leaves_few_segments_and_rewrites_little():
    segments: list[Segment] = []
    written = 0
    for n in range(5000):
        merged = segments_to_merge(segments, 10)
        docs = 10 + sum(segment.docs for segment in merged)
        segments = [s for s in segments if s not in merged] + [Segment(docs, name=-n)]
        written += docs
        assert len(segments) <= 16
    assert written < 50_000 * 200
