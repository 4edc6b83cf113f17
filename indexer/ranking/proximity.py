"""Where do neighbours of the query stand near each other? Asked of the best documents only.

The bonus only adds, so it reorders the top and never drops a document. All words are looked up at
once, and all pairs compared at once: a place is one number,
((pair * documents + document) * fields + field) << 32 | position.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.ranking.phrases import DOC_SHIFT, NOWHERE, Places
from indexer.ranking.pools import Found, summed_at
from indexer.ranking.queries import FormsQuery, StemQuery, Terms
from indexer.ranking.segment import Docs, Gathered
from indexer.ranking.snapshot import Snapshot

Counts = NDArray[np.float64]


class Neighbours(NamedTuple):
    """A pair of words of a query; `one` and `other` are their numbers among its words."""

    one: int
    other: int


def neighbours_of(words: Sequence[FormsQuery]) -> list[Neighbours]:
    """The pairs of words that follow one another and are sought in the same fields, each once."""
    pairs = {
        (one, other): Neighbours(number, number + 1)
        for number, (one, other) in enumerate(pairwise(words))
        if isinstance(one, StemQuery) and isinstance(other, StemQuery)
        if one != other and one.fields == other.fields
    }
    return list(pairs.values())


def pair_frequencies(
    words: Sequence[Found],
    pairs: Sequence[Neighbours],
    fields: tuple[str, ...],
    docs: Docs,
    snapshot: Snapshot,
) -> Counts:
    """[pairs, docs]: how often the first word of a pair has the second near it in a document.

    Either may come first. words: the terms that are each word itself, with their postings. docs:
    ascending. An occurrence counts as much as its field, of which all words have the same.
    """
    paired = {number for pair in pairs for number in pair}
    sought = [parts if number in paired else () for number, parts in enumerate(words)]
    places = _places(sought, fields, docs, snapshot)
    size = len(docs) * len(fields) << DOC_SHIFT
    first = np.concatenate([places[pair.one] + n * size for n, pair in enumerate(pairs)])
    second = np.concatenate([places[pair.other] + n * size for n, pair in enumerate(pairs)])
    counts = np.zeros((len(pairs), len(docs)))
    if len(first) and len(second):
        near = _near(first, second, snapshot.settings.proximity_window) >> DOC_SHIFT
        rows, field = np.divmod(near, len(fields))
        weights = np.array([snapshot.settings.field_weight(name) for name in fields])
        counts = summed_at(rows, weights.take(field), counts.size).reshape(counts.shape)
    return counts


def _places(
    words: Sequence[Found], fields: tuple[str, ...], docs: Docs, snapshot: Snapshot
) -> list[Places]:
    """The places of each word in some documents, ascending, as if there were one pair only."""
    row_of = np.full(snapshot.size, -1, np.int64)
    row_of[docs] = np.arange(len(docs))
    held: dict[tuple[int, str], list[_Held]] = {}
    for word, parts in enumerate(words):
        for part, postings in parts:
            held.setdefault((part.segment.base, part.field), []).append((word, part, postings))
    found: list[list[Places]] = [[] for _ in words]
    for (base, field), here in held.items():
        rows = row_of[base : base + here[0][1].segment.size]
        _add_places(found, here, rows, len(fields), fields.index(field))
    united = [parts[0] if len(parts) == 1 else np.concatenate([NOWHERE, *parts]) for parts in found]
    for places in united:
        places.sort(kind="stable")
    return united


_Held = tuple[int, Terms, Gathered]
"""A word, its terms in one field of one segment, and their postings."""


def _add_places(
    found: list[list[Places]],
    held: Sequence[_Held],
    row_of: NDArray[np.int64],
    field_count: int,
    field: int,
) -> None:
    """Add the places of all words in one field of one segment, looked up together.

    row_of: by docnum, -1 for documents that are not looked at.
    """
    spans, gathered = held[0][1].located.spans, held[0][2]
    if len(held) > 1:
        spans = np.concatenate([part.located.spans for _, part, _ in held])
        gathered = Gathered(*map(np.concatenate, zip(*(p for *_, p in held), strict=True)))
    rows = row_of.take(gathered.docs)
    chosen = (rows >= 0).nonzero()[0]
    if not len(chosen):
        return
    tfs = gathered.tfs.take(chosen).astype(np.int64)
    places = rows.take(chosen).repeat(tfs)
    places *= field_count
    places += field
    places <<= DOC_SHIFT
    places += held[0][1].source.positions(spans, gathered, chosen)
    ends = np.array([len(postings.docs) for *_, postings in held]).cumsum()
    stops = np.concatenate([_NO_TOKENS, tfs.cumsum()]).take(chosen.searchsorted(ends)).tolist()
    start = 0
    for (word, *_), stop in zip(held, stops, strict=True):
        if start < stop:
            found[word].append(places[start:stop])
        start = stop


_NO_TOKENS = np.zeros(1, np.int64)


def _near(one: Places, other: Places, window: int) -> Places:
    """The places of `one` with a place of `other` at most `window` away; both ascend."""
    after = other.searchsorted(one)
    before = np.maximum(after - 1, 0)
    after[after == len(other)] = 0
    distance = np.minimum(np.abs(other.take(after) - one), np.abs(other.take(before) - one))
    found: Places = one[distance <= window]
    return found
