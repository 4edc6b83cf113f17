"""Which segments a commit merges."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from indexer.codec.build.policy import level_of, segments_to_merge


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


def live(segment: Segment) -> int:
    return segment.docs - segment.deleted


def small(count: int, docs: int = 10) -> list[Segment]:
    return [Segment(docs, name=i) for i in range(count)]


@pytest.mark.parametrize(
    ("docs", "level"), [(0, 0), (63, 0), (64, 1), (511, 1), (512, 2), (4095, 2), (4096, 3)]
)
def test_levels(docs, level):
    assert level_of(docs) == level


LARGE = Segment(30_000)
WORN = [Segment(54_000, 36_000, name, 160 << 20) for name in range(4)]
"""After two thirds of the files of 700 MB changed: who changes the second third rewrites them."""


HALF_GONE = Segment(200_000, 110_000, 0, 640 << 20)
MOSTLY_GONE = replace(HALF_GONE, deleted=170_000)


@pytest.mark.parametrize(
    ("segments", "new_docs", "merged"),
    [
        ([], 10, []),
        (small(6), 10, []),
        (small(7), 10, small(7)),
        (small(7), 0, []),
        ([*small(7), LARGE], 10, small(7)),
        ([Segment(30_000, 9_000)], 10, []),
        ([Segment(30_000, 11_000)], 10, []),
        ([Segment(30_000, 11_000)], 19_000, [Segment(30_000, 11_000)]),
        ([Segment(30_000, 16_000)], 10, [Segment(30_000, 16_000)]),
        ([Segment(900, 400, 0, 16 << 20)], 1, []),
        ([Segment(900, 400, 0, 1 << 20)], 1, [Segment(900, 400, 0, 1 << 20)]),
        (WORN, 72_000, WORN),
        ([Segment(9, 9), Segment(60, 30), LARGE], 10, [Segment(9, 9), Segment(60, 30)]),
        ([Segment(30_000, 11_000), Segment(40_000, 30_000)], 10, [Segment(40_000, 30_000)]),
        ([*small(7, 500), LARGE], 500, small(7, 500)),
        ([*small(9, 500), LARGE], 500, small(8, 500)),
        (small(7, 7_000), 7_000, []),
        (small(20, 1_000), 1_000, small(2, 1_000)),
        ([*small(6, 10), Segment(400)], 10, []),
        ([*small(7, 10), Segment(400)], 10, small(7, 10)),
        ([Segment(10_000, 0, i, 100 << 20) for i in range(40)], 40_000,
         [Segment(10_000, 0, i, 100 << 20) for i in range(2)]),
        ([HALF_GONE], 1, []),
        ([HALF_GONE], 90_000, [HALF_GONE]),
        ([MOSTLY_GONE], 1, [MOSTLY_GONE]),
    ],
    ids=[
        "first", "few", "eighth", "nothing new", "large ones stay", "some deleted",
        "many deleted wait for a commit of that size", "that commit", "most deleted",
        "few documents, but long ones", "few and short ones", "all of them by who made them so",
        "small ones with many deleted", "one large one with many deleted", "next level",
        "as many as an eighth of the index", "larger ones stay", "two are enough",
        "not crowded", "a larger one is not rewritten for small ones", "too many bytes",
        "a single file waits for no large one", "who adds as much does", "little is left of it",
    ],
)  # fmt: skip
def test_choice(segments, new_docs, merged):
    assert segments_to_merge(segments, new_docs) == merged


@pytest.mark.parametrize(
    ("held", "new_docs", "most_work", "mean_work"),
    [(0, 1, 600, 7), (0, 10, 130, 3), (0, 1_000, 130, 3), (29_000, 290, 130, 3)],
)
def test_any_number_of_updates_leaves_few_segments_and_rewrites_little(
    held: int, new_docs: int, most_work: float, mean_work: float
) -> None:
    """Of an index that grows; work is documents rewritten for one that is new."""
    segments = [Segment(held)] if held else []
    work = []
    for n in range(1000):
        merged = segments_to_merge(segments, new_docs)
        docs = sum(segment.docs for segment in merged)
        made = [Segment(docs, name=-n)] if merged else []
        segments = [s for s in segments if s not in merged] + [*made, Segment(new_docs, name=n)]
        work.append(docs / new_docs)
        assert len(segments) <= 32
    assert max(work) <= most_work
    assert sum(work) / len(work) <= mean_work


def test_a_folder_that_changes_by_a_hundredth_each_time_waits_for_one_large_merge_at_most():
    """Each update replaces one document in a hundred, wherever it lies."""
    segments = [Segment(14_500, name=1), Segment(14_500, name=2)]
    for n in range(300):
        segments = [replace(s, deleted=s.deleted + -(-live(s) // 100)) for s in segments]
        merged = segments_to_merge(segments, 290)
        docs = sum(map(live, merged))
        assert docs <= 29_000 / 8 or len(merged) == 1
        kept = [s for s in segments if s not in merged]
        made = [Segment(docs, name=-n)] if merged else []
        segments = [*kept, *made, Segment(290, name=n + 3)]
        assert len(segments) <= 24


def test_after_a_third_of_the_files_changed_an_update_of_one_file_rewrites_little() -> None:
    segments = [Segment(4_000, name=n, size_bytes=90 << 20) for n in range(8)]
    segments = [replace(s, deleted=1_400) for s in segments]
    merged = segments_to_merge(segments, 8 * 1_400)
    assert 1 <= len(merged) <= 4  # the commit that changed them rewrites some
    left = [s for s in segments if s not in merged] + [Segment(8 * 1_400, name=9)]
    for n in range(100):
        merged = segments_to_merge(left, 1)
        assert sum(map(live, merged)) < 100
        made = [Segment(sum(map(live, merged)), name=-n)] if merged else []
        left = [*(s for s in left if s not in merged), *made, Segment(1, name=100 + n)]
