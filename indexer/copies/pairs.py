"""Which texts are copies of each other? Candidates, overlaps and groups, from their prints.

Everything here is a function of the set of texts: neither their order nor their number of updates
plays a part. Texts that are the same have one key and count once.

- *Candidates*. The smallest gram of a text in each of 16 bins is the same in two texts as often as
  grams are (one-permutation MinHash: Li, Owen, Zhang 2012). Two bins make a band. Of all texts that
  agree in a band, the shortest is compared with each of the others, so that the number of pairs
  grows with that of texts, however many are alike (a leader, as in canopies).
- *Overlap*. The share of the grams of the shorter one that are in the other, measured on the
  samples of both.
- *Groups*. From the shortest text on, each that is in no group begins one, and takes in those that
  overlap with it. So every member holds most of the shortest: no chain leads from one story to
  another, as it would over a page that holds both.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from analyzers.ranked import changes, distinct_of, is_among
from analyzers.spellings import mix
from indexer.codec.postings import slice_indices, starts_of
from indexer.copies.prints import BINS, EMPTY, Grams, Hashes, Prints, level_of

Ints = NDArray[Any]
"""Numbers of any type."""
Floats = NDArray[np.float64]

_STEPS = (1, 3, 7)
"""Bins so far apart make a band: 48 bands."""

FEWEST_AGREEING = 3
"""Bins in which a pair must agree to be compared."""

LEAST_LENGTH = 0.35
"""Of a copy, in grams of the other: less is a quotation, or a page that holds several stories."""

STORED_OVERLAP = 0.5
FOLDED_OVERLAP = 0.6
"""From where on pairs are kept, and from where on they are copies."""

_PAIRS_AT_ONCE = 1 << 16
"""Whose grams are compared at a time, to bound memory: 64 of a text at most, some 100 MB."""

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


class Texts(NamedTuple):
    """Distinct texts that have grams, ordered by length, then key: their number is their rank.

    sizes: how many grams each has. prints: of each, in this order.
    """

    keys: Hashes
    sizes: Ints
    prints: Prints

    @classmethod
    def of(cls, prints: Prints, sizes: Ints) -> Texts:
        """The distinct ones among some texts."""
        places = np.flatnonzero(prints.has_grams)
        order = places.take(np.lexsort((prints.keys.take(places), sizes.take(places))))
        order = order[changes(prints.keys.take(order))]
        ordered = prints.of(order)
        return cls(ordered.keys, sizes.take(order), ordered)

    @property
    def minima(self) -> Grams:
        """u4 [texts, BINS]."""
        return self.prints.minima.reshape(-1, BINS)

    def grams(self) -> Hashes:
        """All grams, ascending: rank << 32 | gram."""
        ranks = np.arange(len(self.keys), dtype=np.uint64)
        held = self.prints.minima != EMPTY
        owned = [
            (ranks.repeat(BINS) << _HALF | self.prints.minima)[held],
            ranks.repeat(self.prints.others) << _HALF | self.prints.grams,
        ]
        return np.sort(np.concatenate(owned))


class Pairs(NamedTuple):
    """Pairs of texts by key, the shorter first, and their overlap; the shortest pairs first.

    sizes: of the shorter, in grams.
    """

    sizes: Ints
    shorter: Ints
    longer: Ints
    overlaps: Ints

    @classmethod
    def none(cls) -> Pairs:
        """No pairs."""
        nothing = np.zeros(0, np.uint64)
        return cls(np.zeros(0, np.uint32), nothing, nothing, np.zeros(0, np.float32))

    def order(self) -> Ints:
        """What sorts them by sizes, then shorter ones."""
        # where two runs follow each other a stable sort of numbers is linear, other than lexsort
        first = self.sizes.astype(np.uint64) << _HALF | self.shorter >> _HALF
        order = first.argsort(kind="stable")
        alike = ~changes(first.take(order)) & changes(self.shorter.take(order))
        return np.lexsort((self.shorter, self.sizes)) if alike.any() else order

    def where(self, kept: NDArray[np.bool_]) -> Pairs:
        """Some of them."""
        return Pairs(*(column[kept] for column in self))

    def with_others(self, others: Pairs) -> Pairs:
        """These, which are in order, and others, in order."""
        if not len(others.sizes):
            return self
        columns: Iterator[tuple[Ints, Ints]] = zip(self, others, strict=True)
        both = Pairs(*map(np.concatenate, columns))
        order = both.order()
        return Pairs(*(column.take(order) for column in both))


def bands(least: Grams) -> Hashes:
    """u8 [bands, texts]: 32 bits that texts share where they agree in a band, 0 for no band."""
    columns = []
    for step in _STEPS:
        other = np.roll(least, -step, axis=1)
        key = mix((least.astype(np.uint64) << _HALF | other) + np.uint64(step)) >> _HALF
        key[(least == EMPTY) | (other == EMPTY)] = 0
        columns.append(key.T)
    return np.concatenate(columns)


def candidates(least: Grams) -> Ints:
    """int64 [n, 2]: pairs of ranks, the shorter text first, that are worth a comparison."""
    ranks = np.arange(len(least), dtype=np.uint64)
    packed = []
    for band in bands(least):
        has = band != 0
        ranked = np.sort(band[has] << _HALF | ranks[has])
        first = changes(ranked >> _HALF)
        heads = np.flatnonzero(first)
        leaders = ranked.take(heads).repeat(np.diff(heads, append=len(ranked)))
        packed.append(((leaders & _LOW) << _HALF | (ranked & _LOW))[~first])
    distinct = distinct_of(np.concatenate([np.zeros(0, np.uint64), *packed]))
    pairs = np.stack([distinct >> _HALF, distinct & _LOW], axis=1).astype(np.int64)
    one, other = least.take(pairs[:, 0], axis=0), least.take(pairs[:, 1], axis=0)
    agreeing = ((one == other) & (one != EMPTY)).sum(axis=1)
    found: Ints = pairs[agreeing >= FEWEST_AGREEING]
    return found


def overlaps(texts: Texts, pairs: Ints, common: Grams) -> Floats:
    """The overlap of each pair, 0 where one is too short for the other. common: of no weight.

    Both samples are taken as far as both go: the grams below 2**32 >> the higher level.
    """
    world = texts.grams()
    world = world[~is_among(world.astype(np.uint32), common)]
    starts = world.searchsorted(np.arange(len(texts.keys) + 1, dtype=np.uint64) << _HALF)
    found = np.zeros(len(pairs), np.float64)
    for first in range(0, len(pairs), _PAIRS_AT_ONCE):
        some = slice(first, first + _PAIRS_AT_ONCE)
        found[some] = _overlaps(texts.sizes, world, starts, pairs[some])
    return found


def _overlaps(sizes: Ints, world: Hashes, starts: Ints, pairs: Ints) -> Floats:
    """See `overlaps`. world: all grams, rank << 32 | gram; starts: where those of a rank begin."""
    levels = level_of(sizes.take(pairs))
    limits = np.uint64(1 << 32) >> levels.max(axis=1, initial=0).astype(np.uint64)
    counts = np.empty(pairs.shape, np.int64)
    for side in (0, 1):
        ends = world.searchsorted((pairs[:, side].astype(np.uint64) << _HALF) + limits)
        counts[:, side] = ends - starts.take(pairs[:, side])
    few = counts.argmin(axis=1)
    row = np.arange(len(pairs))
    short, long = pairs[row, few], pairs[row, 1 - few]
    lengths = counts[row, few]
    at = slice_indices(starts.take(short), lengths)
    wanted = long.astype(np.uint64).repeat(lengths) << _HALF | (world.take(at) & _LOW)
    shared = starts_of(is_among(wanted, world))
    ends = lengths.cumsum()
    met = shared.take(ends) - shared.take(ends - lengths)
    ordered = np.sort(sizes.take(pairs), axis=1)
    fits = (lengths > 0) & (ordered[:, 0] >= LEAST_LENGTH * ordered[:, 1])
    result: Floats = np.where(fits, met / np.maximum(lengths, 1), 0.0)
    return result


def pairs_among(texts: Texts, common: Grams, touched: Hashes | None = None) -> Pairs:
    """The pairs of texts that overlap, all or those with one of the `touched` keys."""
    found = candidates(texts.minima)
    if touched is not None and len(found):
        is_touched = is_among(texts.keys, touched)
        found = found[is_touched.take(found).any(axis=1)]
    measured = overlaps(texts, found, common)
    kept = measured >= STORED_OVERLAP
    found = found[kept]
    pairs = Pairs(
        texts.sizes.take(found[:, 0]).astype(np.uint32),
        texts.keys.take(found[:, 0]),
        texts.keys.take(found[:, 1]),
        measured[kept].astype(np.float32),
    )
    return Pairs.none().with_others(pairs)


def overlap_of(one: Grams, other: Grams) -> float:
    """The share of the grams of the shorter of two whole texts that are in the other one.

    Both ascend, each gram once. Of a text without any, all.
    """
    shorter, longer = sorted((one, other), key=len)
    return float(is_among(shorter, longer).mean()) if len(shorter) else 1.0


def are_copies(one: Grams, other: Grams) -> bool:
    """Whether two whole texts are copies, by the same rule as above. Grams: see `overlap_of`."""
    shorter, longer = sorted(map(len, (one, other)))
    fits = shorter > 0 and shorter >= LEAST_LENGTH * longer
    return fits and overlap_of(one, other) >= FOLDED_OVERLAP


def owners_of(copies: Pairs) -> tuple[Hashes, Hashes]:
    """(keys, ascending; by each the key of the text that its group began with): the groups.

    Only texts that are a copy of any other are in them.
    """
    owner: dict[int, int] = {}
    heads = changes(copies.shorter).nonzero()[0]
    others = copies.longer.tolist()
    bounds = [*heads.tolist(), len(others)]
    for short, span in zip(copies.shorter.take(heads).tolist(), pairwise(bounds), strict=True):
        if short not in owner:
            owner[short] = short
            for long in others[slice(*span)]:
                owner.setdefault(long, short)
    keys = np.fromiter(owner, np.uint64, len(owner))
    order = keys.argsort()
    return keys.take(order), np.fromiter(owner.values(), np.uint64, len(owner)).take(order)
