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


class Word(NamedTuple):
    """Terms with their postings: those that are a word itself, and its relatives."""

    core: Found
    others: Found


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
    words: Sequence[Word],
    pairs: Sequence[Neighbours],
    fields: tuple[str, ...],
    docs: Docs,
    snapshot: Snapshot,
) -> Counts:
    """[pairs, docs]: how near the two words of a pair stand in a document, in all.

    Each place of the first word, or of a relative of it, counts by how near the second or a
    relative of that is: side by side 1, from there on less by the place, and a share of it where
    either is a relative; as much as its field, of which all words have the same. Either word may
    come first. docs: ascending.
    """
    settings = snapshot.settings
    places = _marked_places(words, pairs, fields, docs, snapshot)
    size = len(docs) * len(fields) << DOC_SHIFT + 1
    first = np.concatenate([places[pair.one] + n * size for n, pair in enumerate(pairs)])
    second = np.concatenate([places[pair.other] + n * size for n, pair in enumerate(pairs)])
    near, closeness = _near(first, second, settings.proximity_window, settings.proximity_relatives)
    rows, field = np.divmod(near >> DOC_SHIFT, len(fields))
    closeness *= np.array([settings.field_weight(name) for name in fields]).take(field)
    count = len(pairs) * len(docs)
    return summed_at(rows, closeness, count).reshape(len(pairs), len(docs))


def _marked_places(
    words: Sequence[Word],
    pairs: Sequence[Neighbours],
    fields: tuple[str, ...],
    docs: Docs,
    snapshot: Snapshot,
) -> list[Places]:
    """The places of each word of a pair, ascending, as place << 1 | it is a relative.

    Relatives are left out where they count for nothing.
    """
    paired = {number for pair in pairs for number in pair}
    count = len(words)
    sought: list[Found] = [word.core if n in paired else () for n, word in enumerate(words)]
    if snapshot.settings.proximity_relatives:
        sought += [word.others if n in paired else () for n, word in enumerate(words)]
    found = _places(sought, fields, docs, snapshot)
    marked = [places << 1 for places in found[:count]]
    for number, places in enumerate(found[count:]):
        if len(places):
            marked[number] = np.concatenate([marked[number], places << 1 | _RELATIVE])
            marked[number].sort(kind="stable")
    return marked


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


def _near(one: Places, other: Places, window: int, share: float) -> tuple[Places, Counts]:
    """The places of `one` with a place of `other` at most `window` away, and the closeness of each.

    Both ascend and are marked. What counts is the nearest place, of two as near that of the word
    itself. Closeness falls evenly, from 1 side by side to 1 / window at the window's end; it is
    multiplied by `share` where a relative is met. A place that is of both words, by a common
    relative, counts for nothing.
    """
    at = one & ~_RELATIVE
    bounded = np.concatenate([_BEFORE_ALL, other, _AFTER_ALL])
    after = other.searchsorted(at) + 1
    following, preceding = bounded.take(after), bounded.take(after - 1)
    # twice the distance, and one more for a relative
    nearest = np.minimum(following - at, at - preceding + ((preceding & _RELATIVE) << 1))
    found = ((nearest > 1) & (nearest < (window + 1) << 1)).nonzero()[0]
    nearest = nearest.take(found)
    closeness = 1 - ((nearest >> 1) - 1) / window
    closeness[((nearest | one.take(found)) & _RELATIVE) > 0] *= share
    return at.take(found) >> 1, closeness


_RELATIVE = 1
_BEFORE_ALL: Places = np.array([-(1 << 62)])
_AFTER_ALL: Places = np.array([1 << 62])
