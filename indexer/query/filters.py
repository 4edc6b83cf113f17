"""Which documents pass a filter? By file, by date; filters add nothing to scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from whoosh import query as whoosh_query
from whoosh.matching import ListMatcher, NullMatcher

if TYPE_CHECKING:
    from indexer.ranking.snapshot import Segment

Mask = NDArray[np.bool_]


class FilterQuery(whoosh_query.Query):  # type: ignore[misc]
    """Documents whose catalogue or column data pass a test.

    `files`, where given, are the file numbers admitted; `dates`, where given, the first and the
    last ISO date prefix admitted, either of which may be empty.
    """

    def __init__(
        self,
        *,
        files: frozenset[int] | None = None,
        dates: tuple[str, str] | None = None,
    ) -> None:
        self.files = files
        self.dates = dates
        self.boost = 1.0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FilterQuery) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.files, self.dates))

    def __repr__(self) -> str:
        return f"FilterQuery(files={self.files!r}, dates={self.dates!r})"

    __str__ = __repr__

    def mask(self, segment: Segment) -> Mask:
        """By docnum, which documents of a segment pass, deleted ones among them."""
        passing = np.ones(segment.size, np.bool_)
        if self.files is not None:
            admitted = np.fromiter(self.files, np.int64, len(self.files))
            passing &= np.isin(segment.file_numbers, admitted)
        if self.dates is not None:
            passing &= _between(segment.dates, *self.dates)
        return passing

    def matcher(self, searcher: Any, context: Any = None) -> Any:
        """A Whoosh matcher over the live documents that pass, each with score 0."""
        from indexer.ranking.snapshot import Snapshot

        segment = Snapshot.of(searcher).segment_of(searcher)
        docs = segment.only_live(np.flatnonzero(self.mask(segment))).tolist()
        return ListMatcher(docs, [0.0] * len(docs)) if docs else NullMatcher()


def _between(dates: NDArray[np.str_], first: str, last: str) -> Mask:
    """Which dates are known and lie between two prefixes, the last with all that begins with it."""
    passing: Mask = (dates != "") & (dates >= first)
    if last:
        passing &= dates.astype(f"<U{len(last)}") <= last
    return passing
