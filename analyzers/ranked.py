"""Sorted values: the distinct ones, and where given values are among them.

`np.unique` does part of this, but loads numpy.ma, which would add 50 ms to a first query.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Mask = NDArray[np.bool_]
Places = NDArray[np.int64]


def changes(values: Array) -> Mask:
    """True at the first value and where a value differs from the one before it."""
    changed = np.empty(len(values), np.bool_)
    changed[:1] = True
    np.not_equal(values[1:], values[:-1], out=changed[1:])
    return changed


def distinct_of(values: Array) -> Array:
    """The distinct values, ascending."""
    ranked = np.sort(values)
    distinct: Array = ranked[changes(ranked)]
    return distinct


def numbered(values: Array) -> tuple[Array, Places, Places]:
    """(distinct values, ascending; one place of each; the index of each value among them)."""
    order = np.argsort(values)
    ranked = values.take(order)
    heads = changes(ranked)
    numbers = np.empty(len(ranked), np.int64)
    numbers[order] = np.cumsum(heads) - 1
    return ranked[heads], order[heads], numbers


def inverse_of(order: Array) -> Places:
    """By value, its place in a permutation of 0, 1, ..."""
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return places


def places(values: Array, known: Array) -> Places:
    """The index of each value among ascending known ones; an arbitrary index if it is not there."""
    return np.minimum(known.searchsorted(values), len(known) - 1)


def is_among(values: Array, known: Array) -> Mask:
    """Whether each value is one of the known ones, which are ascending."""
    if not len(known):
        return np.zeros(len(values), np.bool_)
    among: Mask = known.take(places(values, known)) == values
    return among
