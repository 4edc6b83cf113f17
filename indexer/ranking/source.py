"""What does the evaluator ask of one field of one segment?

`FieldSource` says it; `lexicon` and `columnar` answer. Groups: every term is a written form `u`;
its folded form, stem and root are computed from it, so a group is named by its level and its key.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from indexer.ranking.patterns import FormPattern

LEVELS = ("exact", "folded", "stem", "root")

Docs = NDArray[np.int64]
Floats = NDArray[np.float32]
Positions = NDArray[np.int64]

NO_DOCS: Docs = np.zeros(0, np.int64)

Span = tuple[int, int]
"""(first, last): slots of terms, last exclusive."""

Spans = NDArray[np.int64]
"""[n, 2], a span a row: disjoint, ascending unless it is said otherwise."""

NO_SPANS: Spans = np.zeros((0, 2), np.int64)


def spans_of(spans: Sequence[Span]) -> Spans:
    """An array of some spans."""
    return np.array(spans, np.int64) if len(spans) else NO_SPANS


class Located(NamedTuple):
    """Some spans, and where what stands in them lies in the source's own arrays.

    spans: ascending. ranges: of postings; spans side by side share one. counts: postings by span;
    total: of all. positions: where those of each span begin.
    """

    spans: Spans
    ranges: Spans
    counts: NDArray[np.int64]
    total: int
    positions: NDArray[np.int64]


class Gathered(NamedTuple):
    """The postings of several spans end to end."""

    located: Located
    docs: NDArray[Any]
    tfs: NDArray[Any]


class FieldSource(Protocol):
    """One field of one segment.

    Terms are numbered by slots, in an order of the source's own. Sources keep the forms of a group
    side by side where they can, so that a group is few spans.
    """

    def group(self, level: str, key: str) -> Spans:
        """The spans of the terms whose form at `level` is `key`."""

    def matching(self, pattern: FormPattern) -> Spans:
        """The spans of the terms whose folded form fits a pattern."""

    def nearest(self, stem: str, least: float) -> tuple[Spans, NDArray[np.float64]]:
        """The other stems spelled like this one, no span of two stems, and how like each is."""

    def relatives(self, root: str, stem: str) -> tuple[Spans, NDArray[np.float64]]:
        """The terms of a root, no span of two stems, and how like `stem` that of each span is."""

    def bearing(self, target: str) -> list[tuple[str, Span]]:
        """The stems (key, span) with a form that may be a lone proclitic and a word of `target`."""

    def forms(self, span: Span) -> list[str]:
        """The terms of a span."""

    def count(self, span: Span) -> int:
        """How often the terms of a span occur."""

    def locate(self, spans: Spans) -> Located:
        """Where the postings of some ascending spans lie: what can be known once and for all."""

    def gather(self, ranges: Spans, total: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """(docs, tfs) of the postings of some ranges, one after the other; `total` in all.

        Docs ascend within a term only.
        """

    def positions(self, places: NDArray[np.int64]) -> Positions:
        """The positions in some places of the source's array of them."""

    def forms_at(self, gathered: Gathered, chosen: NDArray[np.int64]) -> Sequence[str]:
        """The term of each of some of the postings of some spans, by their places, which rise."""

    def samples(self, docnum: int) -> tuple[NDArray[np.int64], int] | None:
        """Where each `SAMPLE_TOKENS`-th token of a document begins, and how many tokens it has.

        In code points of its text. None where that is not stored.
        """

    def lengths(self) -> Floats:
        """Length of each document by docnum: its words that are not stopwords."""


def joined(spans: Spans) -> Spans:
    """Ascending spans with neighbours made one."""
    if len(spans) < 2:
        return spans
    parted = np.flatnonzero(spans[1:, 0] != spans[:-1, 1])
    firsts = np.concatenate([spans[:1, 0], spans[parted + 1, 0]])
    lasts = np.concatenate([spans[parted, 1], spans[-1:, 1]])
    return np.stack([firsts, lasts], axis=1)


def without(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """The parts of some spans that no span of `taken` covers; both in any order."""
    left = list(spans)
    for start, stop in taken:
        if all(last <= start or stop <= first for first, last in left):
            continue
        left = [
            part
            for first, last in left
            for part in ((first, min(last, start)), (max(first, stop), last))
            if part[0] < part[1]
        ]
    return left
