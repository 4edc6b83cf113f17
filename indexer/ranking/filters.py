"""Filter documents by file or date; filters add nothing to scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analyzers.ranked import is_among
from indexer.query.nodes import FilterQuery
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import Docs, Segment

Mask = NDArray[np.bool_]


def passing(query: FilterQuery, snapshot: Snapshot) -> Docs:
    """The live documents that pass, ascending."""
    return snapshot.memory.get(_passing, query, snapshot)


def _passing(query: FilterQuery, snapshot: Snapshot) -> Docs:
    masks = [np.zeros(0, np.bool_), *(_mask(query, segment) for segment in snapshot.segments)]
    return snapshot.only_live(np.flatnonzero(np.concatenate(masks)))


def _mask(query: FilterQuery, segment: Segment) -> Mask:
    """By docnum, which documents of a segment pass, deleted ones among them."""
    passed = np.ones(segment.size, np.bool_)
    if query.files is not None:
        admitted = np.fromiter(query.files, np.int64, len(query.files))
        admitted.sort()
        passed &= is_among(segment.file_numbers, admitted)
    if query.dates is not None:
        passed &= _between(segment.dates, *query.dates)
    return passed


def _between(dates: NDArray[np.str_], first: str, last: str) -> Mask:
    """Which dates are known and lie between two prefixes, the last with all that begins with it."""
    passing: Mask = (dates != "") & (dates >= first)
    if last:
        passing &= dates.astype(f"<U{len(last)}") <= last
    return passing
