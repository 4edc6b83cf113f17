"""Which terms of a field are meant, and what does an occurrence of each count?

A word means groups of forms, from itself to what is spelled or derived like it. Here they become
spans of terms of one field of one segment, no term twice: the strongest group has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.analyzer import analyze_form
from analyzers.named import NamedTuple
from analyzers.ranked import changes, distinct_of
from indexer.codec.postings import slice_indices
from indexer.query.nodes import OtherName, PhraseWord, WordLevel
from indexer.ranking.expand import Expansion, is_part
from indexer.ranking.groups import NamedGroups
from indexer.ranking.phrases import PhrasePlaces
from indexer.ranking.settings import RankingSettings
from indexer.ranking.source import (
    Alike,
    FieldSource,
    Floats,
    Located,
    Owned,
    Segment,
    Spans,
    spans_of,
)


class Meaning(NamedTuple):
    """Terms that a query means in one field of one segment, and what one occurrence of each counts.

    `weights` go with `spans`, which ascend and are disjoint.
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


def _kind_of(expansion: Expansion) -> int:
    if not expansion.retrieves:
        return OTHER
    return CORE if expansion.core else BESIDE


_WORD = 32
"""By so many bits the number of a word is shifted, above that of a slot."""


class Meant(NamedTuple):
    """Terms that words mean in one field of one segment.

    groups: by span, the place of its group among those of the words.
    """

    spans: Spans
    groups: NDArray[np.int64]
    weights: NDArray[np.floating[Any]]

    def take(self, places: NDArray[np.int64]) -> Meant:
        """Those at some places."""
        spans, groups, weights = self
        return Meant(spans.take(places, axis=0), groups.take(places), weights.take(places))


class Words:
    """What some words mean, to be looked up in several fields. expansions: of each word.

    groups: word by word, strongest first; words: by group, the number of its word.
    """

    def __init__(
        self, expansions: Sequence[tuple[Expansion, ...]], settings: RankingSettings
    ) -> None:
        self._settings = settings
        owned = [(n, group) for n, of_word in enumerate(expansions) for group in _groups(of_word)]
        self.groups = groups = [group for _, group in owned]
        self.words = np.array([number for number, _ in owned], np.int64)
        self._kinds = np.array([_kind_of(group) for group in groups], np.int64)
        self._weights = np.array([group.weight for group in groups], np.float64)
        self._divided = np.array([_is_divided(group) for group in groups], np.bool_)
        named = [place for place, group in enumerate(groups) if group.level != "nearest"]
        self._places = np.array(named, np.int64)
        self._named = NamedGroups([groups[place] for place in named])
        stems: dict[tuple[int, str], int] = {}
        """By stem of a word, the group of what is spelled like it; -1: none."""
        for place, (number, group) in enumerate(owned):
            if group.level == "nearest" and stems.get((number, group.key), -1) < 0:
                stems[number, group.key] = place
            elif group.level == "root":
                stems.setdefault((number, group.stem), -1)
        self._stems = tuple(stem for _, stem in stems)
        self._nearest = np.array([*stems.values()], np.int64)
        numbers = {stem: number for number, stem in enumerate(stems)}
        self._likened_to = np.array([numbers.get((n, g.stem), -1) for n, g in owned], np.int64)
        """By group of a root, the number of the stem to which what it has is likened."""

    def meant(self, source: FieldSource) -> Meant:
        """What they mean in one field of one segment: word by word, ascending, no term twice."""
        found = self._strongest(self._terms(source))
        for place in self._divided.take(found.groups).nonzero()[0].tolist():
            stem = _stem_of(source, found.spans[place])
            found.groups[place] += is_part(stem, self.groups[found.groups[place]].key)
        return found

    def _terms(self, source: FieldSource) -> Meant:
        """The terms of every group."""
        spans, owners = self._named.terms(source)
        groups = self._places.take(owners)
        named = Meant(spans, groups, self._weights.take(groups))
        likened_to = self._likened_to.take(groups)
        roots = named.take((likened_to >= 0).nonzero()[0])
        of = Owned(roots.spans, likened_to[likened_to >= 0])
        near, kin = source.alike(self._stems, self._settings.likeness, of)
        found = (
            named.take((likened_to < 0).nonzero()[0]),
            self._neighbours(near),
            self._relatives(kin, roots),
        )
        return Meant(
            np.concatenate([some.spans for some in found]),
            np.concatenate([some.groups for some in found]),
            np.concatenate([some.weights for some in found]),
        )

    def _neighbours(self, near: Alike) -> Meant:
        """What is spelled like the stems."""
        groups = self._nearest.take(near.owners)
        weights = self._weights.take(groups) * near.likeness * near.likeness
        return Meant(near.spans, groups, weights).take((groups >= 0).nonzero()[0])

    def _relatives(self, kin: Alike, roots: Meant) -> Meant:
        """The stems of some roots: what has nothing in common with the word's counts less."""
        apart = self._settings.root_apart
        weights = roots.weights.take(kin.owners) * (apart + (1 - apart) * kin.likeness)
        return Meant(kin.spans, roots.groups.take(kin.owners), weights)

    def _strongest(self, found: Meant) -> Meant:
        """Of some terms, each only as what the strongest group of the word has that holds it."""
        # exact [5, 6), folded [4, 7) and root [0, 9) have the bounds 0 4 5 6 7 9; painted from the
        # weakest to the strongest, these become root, folded, exact, folded, root
        if not len(found.spans):
            return found
        found = found.take(found.groups.argsort(kind="stable")[::-1])
        words = self.words.take(found.groups) << _WORD
        starts, ends = found.spans.T + words
        bounds = distinct_of(np.concatenate([starts, ends]))
        firsts = bounds.searchsorted(starts)
        sizes = bounds.searchsorted(ends) - firsts
        owners = np.full(len(bounds), -1)
        owners[slice_indices(firsts, sizes)] = np.arange(len(sizes)).repeat(sizes)
        edges = changes(owners).nonzero()[0]
        owned = (owners.take(edges) >= 0).nonzero()[0]  # never the last, which is the end of all
        spans = bounds.take(edges.take(owned[:, np.newaxis] + (0, 1))) & (1 << _WORD) - 1
        own = found.take(owners.take(edges.take(owned)))
        return Meant(spans, own.groups, own.weights.astype(np.float32))

    def by_kind(self, meant: Meant) -> tuple[Meant, NDArray[np.int64], list[tuple[int, int]]]:
        """What they mean by word and kind, of a word the kind of the strongest first.

        With where each begins, and the end, and which word and kind it is: few gathers of postings
        instead of many.
        """
        of_kind = (self.words * (OTHER + 1) + self._kinds).take(meant.groups)
        strongest = np.full(of_kind.max(initial=0) + 1, len(self.groups))
        np.minimum.at(strongest, of_kind, meant.groups)
        meant, starts = _by_number(meant, strongest.take(of_kind))
        groups = meant.groups.take(starts[:-1])
        kinds = zip(
            self.words.take(groups).tolist(), self._kinds.take(groups).tolist(), strict=True
        )
        return meant, starts, list(kinds)

    def meanings(self, meant: Meant) -> Iterator[Meaning]:
        """What they mean by group, the strongest first."""
        (spans, groups, weights), starts = _by_number(meant, meant.groups)
        for first, last in pairwise(starts.tolist()):
            yield Meaning(self.groups[groups[first]], spans[first:last], weights[first:last])


def _by_number(meant: Meant, numbers: NDArray[np.int64]) -> tuple[Meant, NDArray[np.int64]]:
    """Some terms by a number of each, ascending, and where each number begins, and the end."""
    order = numbers.argsort(kind="stable")
    firsts = changes(numbers.take(order)).nonzero()[0]
    return meant.take(order), np.append(firsts, len(order))


def _groups(expansions: tuple[Expansion, ...]) -> Iterator[Expansion]:
    """The groups of a word, each that is divided followed by that of the pieces."""
    for group in _widest(expansions):
        yield group
        if _is_divided(group):
            yield group._replace(retrieves=False)


def _is_divided(group: Expansion) -> bool:
    """Whether of spelling neighbours those retrieve that are no piece of the stem, nor it of them.

    The others are apart and only scored.
    """
    return group.level == "nearest" and group.retrieves


def _stem_of(source: FieldSource, span: Any) -> str:
    first = int(span[0])
    return analyze_form(source.forms(spans_of([(first, first + 1)]))[0]).stem


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
