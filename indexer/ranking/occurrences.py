"""Read the postings of terms and the positions of their occurrences from a source."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.ranked import changes
from indexer.codec.postings import slice_indices, starts_of
from indexer.ranking.source import FieldSource, Gathered, Located, Positions, Spans

_BLOCK_SHIFT = 6
_BLOCK = 1 << _BLOCK_SHIFT
"""So many values are summed together: 16 bits hold the sum of so many of 8 bits."""

_FEW_SHARE = 128
"""One place in so many values: from there on blocks are summed, not each value by itself."""


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
    before = RunningSums(tfs)
    begins = position_starts(before, lasts - located.counts, located.positions, chosen, spans)
    return lengths, slice_indices(begins, lengths)


class RunningSums:
    """The sums of all values before given places; values: unsigned, of 8 bits or any.

    Of few places, only blocks of values are summed, and what is before them in their own blocks.
    """

    def __init__(self, values: NDArray[Any]) -> None:
        self._values = values

    def before(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """int64: the sum of the values before each of some places, at most the end of all."""
        if len(places) * _FEW_SHARE > len(self._values):
            return self._whole.take(places)
        sums = self._blocks.take(places >> _BLOCK_SHIFT)
        inside = (places & -_BLOCK)[:, np.newaxis] + np.arange(_BLOCK)
        own = self._values.take(inside, mode="clip")
        own *= inside < places[:, np.newaxis]
        sums += own.sum(axis=1, dtype=_wide_enough(own))
        return sums

    @cached_property
    def _whole(self) -> NDArray[np.int64]:
        return starts_of(self._values)

    @cached_property
    def _blocks(self) -> NDArray[np.int64]:
        """By block, the sum of those before it."""
        whole = len(self._values) >> _BLOCK_SHIFT
        blocks = self._values[: whole << _BLOCK_SHIFT].reshape(-1, _BLOCK)
        return starts_of(blocks.sum(axis=1, dtype=_wide_enough(blocks)))


def _wide_enough(values: NDArray[Any]) -> type[np.integer[Any]]:
    """What holds the sum of a block of values; the narrowest is summed in a fifth of the time."""
    return np.uint16 if values.dtype == np.uint8 else np.int64


def position_starts(
    before: RunningSums,
    firsts: NDArray[np.int64],
    positions: NDArray[np.int64],
    chosen: NDArray[np.int64],
    spans: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Where the positions of some postings begin: as many are before as is the tf before.

    before: of the tfs of all postings.
    firsts, positions: by span, its first posting and where its positions begin. chosen: the places
    of the postings, rising; spans: the span of each.
    """
    # tfs 2 1 | 3 1 of two spans, whose positions begin at 10 and 40: before each are 0 2 3 6, so
    # the spans are shifted by 10 - 0 and 40 - 3; those of postings 1 and 3 begin at 12 and 43.
    begins = before.before(chosen)
    heads = changes(spans).nonzero()[0]
    met = spans.take(heads)
    shifts = positions.take(met) - before.before(firsts.take(met))
    begins += shifts.repeat(np.diff(heads, append=len(spans)))
    return begins
