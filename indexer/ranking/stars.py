"""Which strings of a dictionary are made of some pieces, with anything between them?

Their bytes are searched as they stand, all strings at once: UTF-8 has no letter inside another.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.ranking.keys import Keys, Places, distinct

_CHUNK = 1 << 18
"""Bytes searched at once: what is worked out of them stays in the cache of a processor."""

_LEADS = 0xC0
"""From here on a byte is the first one of a letter of several."""


def fitting(pieces: Sequence[Sequence[str]], keys: Keys) -> Places:
    """The places of the keys that are made of some pieces, in their order; ascending.

    A piece is given by its spellings, which are equally long in bytes. A key begins with the first
    and ends with the last; the others are between them, and none overlap. Each is taken where it
    stands first: if the rest fits after any place of it, it fits after that one.
    """
    first, *rest, last = map(_encoded, pieces)
    middle = [piece for piece in rest if piece[0]]
    ranges = sorted(keys.beginning(prefix) for prefix in first)
    if not middle:
        return _ending(last, len(first[0]), ranges, keys)
    found = {piece: _occurrences(piece, keys, ranges) for piece in middle}
    places = _candidates(ranges, min(found.values(), key=len), keys)
    at = keys.starts.take(places) + len(first[0])
    ends = keys.starts.take(places + 1) - len(last[0])
    fits = at <= ends
    for piece in middle:
        places, at, ends = places[fits], at[fits], ends[fits]
        at = _after(found[piece], at) + len(piece[0])
        fits = at <= ends
    here = fits.nonzero()[0]
    return places.take(here.take(_standing_at(last, keys, ends.take(here))))


def _ending(
    spellings: Sequence[bytes], before: int, ranges: Sequence[tuple[int, int]], keys: Keys
) -> Places:
    """The keys of some ranges that end with any of these strings, and have `before` bytes first."""
    found, size = [np.zeros(0, np.int64)], len(spellings[0])
    if len(keys.data) < before + size:
        return found[0]
    for first, last in ranges:
        here = _standing_at(spellings, keys, keys.starts[first + 1 : last + 1] - size) + first
        found.append(here[keys.lengths.take(here) >= before + size])
    return np.concatenate(found)


def _candidates(ranges: Sequence[tuple[int, int]], rarest: Places, keys: Keys) -> Places:
    """The keys of some ranges, if possible only those with an occurrence of the rarest piece."""
    if len(rarest) >= len(keys):
        return np.concatenate([np.arange(*span) for span in ranges])
    held = distinct(keys.owners(rarest))
    return np.concatenate([held[slice(*held.searchsorted(span))] for span in ranges])


def _encoded(piece: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(spelling.encode("utf-8", "surrogatepass") for spelling in piece)


def _standing_at(spellings: Sequence[bytes], keys: Keys, at: Places) -> Places:
    """The numbers of those of some offsets at which any of these strings stands, ascending.

    None of the offsets is so near the end that a string would reach over it; what is said of those
    below 0 is arbitrary. The first bytes of Arabic letters are alike: they are looked at where the
    others agree.
    """
    found = []
    for spelling in spellings:
        here: Places | None = None
        for place in sorted(range(len(spelling)), key=lambda place: spelling[place] >= _LEADS):
            left = at if here is None else at.take(here)
            agree = keys.data.take(left + place, mode="clip") == spelling[place]
            kept = agree.nonzero()[0]
            here = kept if here is None else here.take(kept)
        found.append(np.arange(len(at)) if here is None else here)
    return found[0] if len(found) == 1 else distinct(np.sort(np.concatenate(found)))


def _after(occurrences: Places, at: Places) -> Places:
    """The first occurrence from each of some offsets on; beyond all offsets if there is none."""
    beyond = np.append(occurrences, np.iinfo(np.int64).max >> 1)
    return beyond.take(occurrences.searchsorted(at))


def _occurrences(
    spellings: Sequence[bytes], keys: Keys, ranges: Sequence[tuple[int, int]]
) -> Places:
    """The offsets of some strings in the data of the keys, from the first range to the last.

    Ascending. Some may reach over the end of a key; who looks for them sees that.
    """
    first, last = keys.starts.take((ranges[0][0], ranges[-1][1])).tolist()
    data = keys.data[first:last]
    found = [np.zeros(0, np.int64)]
    for spelling in spellings:
        for begin in range(0, len(data) - len(spelling) + 1, _CHUNK):
            chunk = data[begin : begin + _CHUNK + len(spelling) - 1]
            found.append(_starts_in(chunk, spelling) + (first + begin))
    return np.sort(np.concatenate(found))


def _starts_in(chunk: NDArray[np.uint8], wanted: bytes) -> Places:
    """Where a string begins in some bytes.

    The first bytes of Arabic letters are alike, so those are looked at where all others agree.
    """
    count = len(chunk) - len(wanted) + 1
    telling = [place for place, byte in enumerate(wanted) if byte < _LEADS]
    agree = np.ones(count, np.bool_)
    for place in telling:
        agree &= chunk[place : place + count] == wanted[place]
    starts = np.flatnonzero(agree)
    for place, byte in enumerate(wanted):
        if place not in telling:
            starts = starts[chunk.take(starts + place) == byte]
    return starts
