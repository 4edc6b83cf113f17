"""In which order are documents listed that are sorted by date, path or size?

Every document has its place in each order, counted from columns once for an open index: a search
takes the places of those that it finds, and reads the records of none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.folder.lookup import FileTable
from indexer.ranking.selection import best_of
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import Docs

Numbers = NDArray[np.int64]


def first_of(docs: Docs, places: Numbers, count: int | None) -> Docs:
    """Some documents in order, all or the first `count`. places: by doc, from `places_by`."""
    here = places.take(docs)
    if count is not None and count < len(docs):
        kept = best_of(-here, count)
        docs, here = docs.take(kept), here.take(kept)
    return docs.take(here.argsort())


def path_ranks(snapshot: Snapshot, files: FileTable, docs: Docs) -> Numbers:
    """The rank of each document in the order of paths; records of a file keep their order."""
    return (files.ranks(snapshot.file_numbers.take(docs)) << 32) + docs


def places_by(snapshot: Snapshot, files: FileTable, sort: str) -> Numbers:
    """By doc, its place in an order, of documents that are not deleted; ties are in that of paths.

    By date, the newest are first and those without one last; by size, the largest.
    """
    return snapshot.memory.get(_places_by, snapshot, files, sort)


def _places_by(snapshot: Snapshot, files: FileTable, sort: str) -> Numbers:
    docs = snapshot.only_live(np.arange(snapshot.size))
    keys = [path_ranks(snapshot, files, docs)]
    if sort == "size":
        keys.append(-files.sizes(snapshot.file_numbers.take(docs)))
    if sort == "date":
        keys.append(-_date_ranks(snapshot).take(docs))
    places = np.zeros(snapshot.size, np.int64)
    places[docs.take(np.lexsort(keys))] = np.arange(len(docs))
    return places


def _date_ranks(snapshot: Snapshot) -> Numbers:
    """By doc, the rank of its date among all; 0 without one."""
    dates = [date for segment in snapshot.segments for date in segment.dates.tolist()]
    rank_of = {date: rank for rank, date in enumerate(sorted({"", *dates}))}
    return np.fromiter(map(rank_of.__getitem__, dates), np.int64, len(dates))
