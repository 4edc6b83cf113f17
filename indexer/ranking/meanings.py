"""Which terms of a field are meant, and what does an occurrence of each count?

A word means groups of forms, from itself to what is spelled or derived like it. Here they become
spans of terms of one field of one segment, no term twice: the strongest group has it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from analyzers.analyzer import analyze_form
from analyzers.named import NamedTuple
from indexer.query.nodes import OtherName, PhraseWord, WordLevel
from indexer.ranking.expand import Expansion, is_part
from indexer.ranking.phrases import PhrasePlaces
from indexer.ranking.settings import RankingSettings
from indexer.ranking.source import (
    FieldSource,
    Floats,
    Located,
    Segment,
    Span,
    Spans,
    spans_of,
    without,
)


class Meaning(NamedTuple):
    """Terms that a query means in one field of one segment, and what one occurrence of each counts.

    `weights` go with `spans`, which are disjoint, in any order.
    """

    expansion: Expansion
    spans: Spans
    weights: Floats


def plain(expansion: Expansion, spans: Spans) -> Meaning:
    """Terms that each count what the expansion does."""
    return Meaning(expansion, spans, np.full(len(spans), expansion.weight, np.float32))


class Phrase(NamedTuple):
    """Words that count as one where they stand together, in order, or else at most `slop` apart.

    `others` may stand for some of them.
    """

    words: tuple[PhraseWord, ...]
    level: WordLevel
    slop: int | None
    weight: float
    others: tuple[OtherName, ...] = ()


class PhraseTerms(NamedTuple):
    """The terms of each word of a phrase in one field of one segment.

    weight: what the phrase counts there, the field's weight in it.
    """

    segment: Segment
    source: FieldSource
    places: PhrasePlaces
    slop: int | None
    weight: float


CORE, BESIDE, OTHER = range(3)
"""What terms are to a word: itself, what makes members besides, what only adds to scores."""


class Terms(NamedTuple):
    """Terms of one kind in one field of one segment.

    weights: what an occurrence counts, the field's weight in it, by span. kind: CORE, BESIDE or
    OTHER.
    """

    segment: Segment
    source: FieldSource
    field: str
    located: Located
    weights: Floats
    kind: int


def by_kind(meanings: Iterable[Meaning]) -> dict[int, list[Meaning]]:
    """Meanings by kind: few gathers of postings instead of many."""
    kinds: dict[int, list[Meaning]] = {}
    for meaning in meanings:
        if len(meaning.spans):
            kinds.setdefault(_kind_of(meaning.expansion), []).append(meaning)
    return kinds


def _kind_of(expansion: Expansion) -> int:
    if not expansion.retrieves:
        return OTHER
    return CORE if expansion.core else BESIDE


def meanings_of(
    expansions: tuple[Expansion, ...], source: FieldSource, settings: RankingSettings
) -> Iterator[Meaning]:
    """What the expansions of a word mean in one field, strongest first, no term twice."""
    taken: list[Span] = []
    narrow: list[Span] = []
    for expansion in _widest(expansions):
        if expansion.level == "nearest":
            found = _neighbours(expansion, source, taken, settings.likeness)
        elif expansion.level == "root":
            found = [_relatives(expansion, source, taken, settings.root_apart)]
        else:
            spans = expansion.terms(source)
            if not len(spans):
                continue
            # whole stems have nothing in common with one another, only with parts of them
            whole = expansion.level == "stem" and not expansion.narrowed
            hiding = narrow if whole else taken
            if hiding:
                spans = spans_of(without(pairs_of(spans), hiding))
            found = [plain(expansion, spans)]
            if not whole:
                narrow += pairs_of(spans)
        for meaning in found:
            taken += pairs_of(meaning.spans)
            yield meaning


def pairs_of(spans: Spans) -> list[Span]:
    """A list of some spans."""
    return [(first, last) for first, last in spans.tolist()]


def weighted(expansion: Expansion, parts: Sequence[tuple[Span, float]]) -> Meaning:
    """Terms that each count their own."""
    weights = np.array([weight for _, weight in parts], np.float32)
    return Meaning(expansion, spans_of([span for span, _ in parts]), weights)


def _neighbours(
    expansion: Expansion, source: FieldSource, taken: Sequence[Span], least: float
) -> list[Meaning]:
    """The spelling neighbours of a stem, but for what means something stronger already.

    Where they retrieve, those that are a piece of the stem, or it of them, are apart and do not.
    """
    spans, likeness = source.nearest(expansion.key, least)
    weights = (expansion.weight * likeness * likeness).tolist()
    only_scored = expansion._replace(retrieves=False)
    hiding = _taken_of(spans, taken)
    admitted: list[tuple[Span, float]] = []
    pieces: list[tuple[Span, float]] = []
    for place, (span, weight) in enumerate(zip(pairs_of(spans), weights, strict=True)):
        parts = without([span], hiding.get(place, ()))
        if parts:
            piece = expansion.retrieves and is_part(_stem_of(source, span), expansion.key)
            (pieces if piece else admitted).extend((part, weight) for part in parts)
    return [weighted(expansion, admitted), weighted(only_scored, pieces)]


def _relatives(
    expansion: Expansion, source: FieldSource, taken: Sequence[Span], apart: float
) -> Meaning:
    """The words of a root, but for what means something stronger already.

    A stem that has nothing in common with the expansion's own counts the share `apart` of its
    weight.
    """
    spans, likeness = source.relatives(expansion.key, expansion.stem)
    weights = (expansion.weight * (apart + (1 - apart) * likeness)).astype(np.float32)
    if not len(spans):
        return Meaning(expansion, spans, weights)
    hiding = _taken_of(spans, taken)
    free = np.ones(len(spans), np.bool_)
    free[list(hiding)] = False
    rest = weighted(
        expansion,
        [
            (part, float(weights[place]))
            for place, covering in hiding.items()
            for part in without(pairs_of(spans[place : place + 1]), covering)
        ],
    )
    return Meaning(
        expansion,
        np.concatenate([spans[free], rest.spans]),
        np.concatenate([weights[free], rest.weights]),
    )


def _taken_of(spans: Spans, taken: Sequence[Span]) -> dict[int, list[Span]]:
    """By place in some ascending spans, what is taken of each, of those of which something is.

    A span of `taken` lies within one of them or outside of all: it is of one stem.
    """
    # of [4, 7] and [9, 12], taken [5, 6] and [20, 22]: {0: [(5, 6)]}
    starts, ends = spans.T.tolist()
    found: dict[int, list[Span]] = {}
    for span in taken:
        place = bisect_right(starts, span[0]) - 1
        if place >= 0 and span[0] < ends[place]:
            found.setdefault(place, []).append(span)
    return found


def _stem_of(source: FieldSource, span: Span) -> str:
    return analyze_form(source.forms((span[0], span[0] + 1))[0]).stem


def _widest(expansions: tuple[Expansion, ...]) -> tuple[Expansion, ...]:
    """The expansions without the word's own narrower groups that count like the next wider one.

    What stands behind a proclitic is no wider: it is of the same level.
    """
    return tuple(
        expansion
        for expansion, wider in zip(expansions, (*expansions[1:], None), strict=True)
        if wider is None
        or expansion.tier not in ("exact", "folded")
        or expansion.level == wider.level
        or expansion.weight != wider.weight
    )
