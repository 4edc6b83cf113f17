"""Sets of documents as ascending arrays, and the best of many scores.

Small lists are looked up in large ones; where both are large, a pass over all documents is faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.ranked import distinct_of, is_among
from indexer.ranking.source import NO_DOCS, Docs

_LOOKED_UP_SHARE = 16
"""If one list is this many times shorter than another, its elements are looked up in the other."""

_CHUNK = 16
"""Scores of which only the best is looked at first."""


def intersection(lists: Sequence[Docs], size: int) -> Docs:
    """The documents that are in all lists. size: of the index, in documents."""
    if not lists:
        return NO_DOCS
    shortest, *others = sorted(lists, key=len)
    for other in others:
        if not len(shortest):
            break
        if other is not shortest:
            shortest = shortest[held_in(shortest, other, size)]
    return shortest


def without(docs: Docs, dropped: Docs, size: int) -> Docs:
    """The documents of the first list that are not in the second."""
    return docs[~held_in(docs, dropped, size)] if len(docs) and len(dropped) else docs


def held_in(docs: Docs, other: Docs, size: int) -> NDArray[np.bool_]:
    """Bool by place in `docs`: whether `other` has the document too."""
    if len(docs) * _LOOKED_UP_SHARE < len(other):
        return is_among(docs, other)
    met = np.zeros(size, np.bool_)
    met[other] = True
    return met.take(docs)


def union(lists: Sequence[Docs], size: int) -> Docs:
    """The documents that are in any list; a single list itself."""
    held = [docs for docs in lists if len(docs)]
    if len(held) <= 1:
        return held[0] if held else NO_DOCS
    return ascending(held, size)


def ascending(lists: Sequence[Docs], size: int) -> Docs:
    """Documents in any order, some of them repeatedly: each once, ascending."""
    if sum(map(len, lists)) * _LOOKED_UP_SHARE < size:
        return distinct_of(np.concatenate([NO_DOCS, *lists]))
    return marked(lists, size).nonzero()[0]


def marked(lists: Sequence[Docs], size: int) -> NDArray[np.bool_]:
    """By doc, whether it is in any of some lists."""
    met = np.zeros(size, np.bool_)
    for docs in lists:
        met[docs] = True
    return met


def least_of_best(scores: NDArray[Any], count: int) -> float:
    """The score of the `count`-th best, or less than all where there are fewer.

    Of many scores only those are sorted that reach the `count`-th best of the best of chunks: at
    least `count` scores do.
    """
    if count > len(scores):
        return -np.inf
    chunks = len(scores) // _CHUNK
    if chunks > 2 * count:
        best = np.maximum.reduce(scores[: chunks * _CHUNK].reshape(_CHUNK, chunks))
        scores = scores[scores >= _ranked(best, count)]
    return float(_ranked(scores, count))


def _ranked(scores: NDArray[Any], count: int) -> Any:
    """The `count`-th best of at least so many."""
    place = len(scores) - count
    parted = scores.copy()
    parted.partition(place)
    return parted[place]


def best_of(scores: NDArray[Any], count: int) -> NDArray[np.int64]:
    """Places, rising, of the best `count` scores, all that tie with the last included."""
    if count <= 0:
        return np.zeros(0, np.int64)
    return (scores >= least_of_best(scores, count)).nonzero()[0]
