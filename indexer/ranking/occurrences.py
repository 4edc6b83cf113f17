"""Read the postings of terms and the positions of their occurrences from a source."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.codec.postings import slice_indices, starts_of
from indexer.ranking.source import FieldSource, Gathered, Located, Positions, Spans


def postings_of(source: FieldSource, spans: Spans) -> Gathered:
    """The postings of some ascending spans, located and gathered at once."""
    return gathered(source, source.locate(spans))


def gathered(source: FieldSource, located: Located) -> Gathered:
    """The postings of what is located."""
    return Gathered(located, *source.gather(located.ranges, located.total))


def occurrences_of(
    source: FieldSource, gathered: Gathered, chosen: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Positions]:
    """How often some postings, given by their places, which rise, occur, and at which positions.

    The positions are those of one posting after the other, ascending in each.
    """
    lengths, places = places_of(gathered, chosen)
    return lengths, source.positions(places)


def places_of(
    gathered: Gathered, chosen: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The same, for the positions where these are among all that the source has."""
    located, tfs = gathered.located, gathered.tfs
    lasts = located.counts.cumsum()
    spans = lasts.searchsorted(chosen, side="right")
    lengths = tfs.take(chosen).astype(np.int64)
    before = starts_of(tfs)
    begins = position_starts(before, lasts - located.counts, located.positions, chosen, spans)
    return lengths, slice_indices(begins, lengths)


def position_starts(
    before: NDArray[np.int64],
    firsts: NDArray[np.int64],
    positions: NDArray[np.int64],
    chosen: NDArray[np.int64],
    spans: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Where the positions of some postings begin: as many are before as is the tf before.

    before: by posting, the sum of the tfs of those before it.
    firsts, positions: by span, its first posting and where its positions begin. chosen: the places
    of the postings, rising; spans: the span of each.
    """
    # tfs 2 1 | 3 1 of two spans, whose positions begin at 10 and 40: before each are 0 2 3 6, so
    # the spans are shifted by 10 - 0 and 40 - 3; those of postings 1 and 3 begin at 12 and 43.
    shifts = positions - before.take(firsts)
    begins = before.take(chosen)
    begins += shifts.take(spans)
    return begins
