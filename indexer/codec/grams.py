"""Find keys with similar spelling: trigrams of padded strings, and the keys that contain each.

A key is padded with two marks on either side, so that its first and last letters weigh as much as
the others: موزارت and موتسارت match, which they do not with one mark. Likeness is Dice's: twice the
number of shared trigrams over the sum of both numbers, every trigram counted once.

The arrays here are built from the keys of a level and stored beside them (`format.py`); the same
class serves keys that are only in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

from analyzers.bulk.packed import ALPHABET, BITS, MOST_LETTERS, ODD, Numbering, Numbers, Words
from analyzers.codepoints import code_points
from analyzers.named import NamedTuple
from analyzers.ranked import distinct_of, places
from indexer.codec.postings import starts_of

Array = npt.NDArray[Any]

PAD = 2
_BITS = 21
_THREE = np.uint64((1 << 3 * BITS) - 1)
_MAX_LENGTH = 40
"""Longer keys are not words; they are left out."""


class Grams(NamedTuple):
    """codes: u8, ascending, the trigrams met. starts: u4 [codes + 1], into owners.

    owners: u4, the keys that hold each trigram, ascending within it. counts: u1 by key, how many
    distinct trigrams it has; 0 for a key that is left out.
    """

    codes: Array
    starts: Array
    owners: Array
    counts: Array
    check: Callable[[Array], object] | None = None
    """Of stored owners, checks ranges, int64 [n, 2], before they are read."""


def build_grams(numbering: Numbering, keys: Numbers) -> Grams:
    """The trigrams of all keys except overlong ones and those with a digit.

    keys: distinct, by their numbers. A pair of trigram and key is one number, to be sorted at once.
    """
    is_odd = keys >= ODD
    odd = np.flatnonzero(is_odd)
    texts = numbering.texts(keys.take(odd))
    words = [i for i, text in enumerate(texts) if _is_word(text)]
    odd_codes, odd_owners = _pairs([texts[i] for i in words])
    packed, owners = _packed_pairs(Words.of(np.where(is_odd, 0, keys)))
    met = np.flatnonzero(np.bincount(packed, minlength=1))
    codes = distinct_of(np.concatenate([_code_of(met), odd_codes]))
    rank_of = np.zeros(int(met.max(initial=0)) + 1, np.int64)
    rank_of[met] = codes.searchsorted(_code_of(met))
    odd_pairs = codes.searchsorted(odd_codes) << 32 | odd.take(words).take(odd_owners)
    pairs = distinct_of(np.concatenate([rank_of.take(packed) << 32 | owners, odd_pairs]))
    owners = pairs & 0xFFFFFFFF
    starts = starts_of(np.bincount(pairs >> 32, minlength=len(codes)))
    counts = np.bincount(owners, minlength=len(keys))
    return Grams(codes, starts.astype(np.uint32), owners.astype(np.uint32), counts.astype(np.uint8))


def _packed_pairs(words: Words) -> tuple[Array, Array]:
    """(trigram of packed letters, word) for every place in every word; 0 is no word."""
    # A trigram is three letters of five bits. Of the word b a (letters 2 and 1, the last lowest):
    #   place 0   letters << 10 & 15 bits    00001 00000 00000    a and two pads
    #   place 1   letters << 5               00010 00001 00000    b a and a pad
    #   place 2   letters >> 0               00000 00010 00001    a pad and b a
    #   place 3   letters >> 5               00000 00000 00010    two pads and b
    found, owners = [], []
    for place in range(MOST_LETTERS + PAD):  # from the end of the words
        here = np.flatnonzero((words.sizes > 0) & (words.sizes + np.uint64(PAD) > place))
        letters = words.letters.take(here)
        shift = np.uint64(BITS * abs(place - PAD))
        found.append((letters << shift if place < PAD else letters >> shift) & _THREE)
        owners.append(here)
    return np.concatenate(found).astype(np.int64), np.concatenate(owners)


def _code_of(packed: Array) -> Array:
    """The trigrams as `_pairs` gives them; in the same order, as packed letters are."""
    points = np.array([0, *map(ord, ALPHABET)], np.uint64)
    first, second, third = (points.take(packed >> BITS * n & (1 << BITS) - 1) for n in (2, 1, 0))
    shift = np.uint64(_BITS)
    return first << (shift + shift) | second << shift | third


def texts_of(codes: Array) -> list[str]:
    """Trigrams as texts, as `grams_in` gives them."""
    letter = (1 << _BITS) - 1
    places = [(codes >> np.uint64(_BITS * n) & np.uint64(letter)).tolist() for n in (2, 1, 0)]
    return [_shown("".join(map(chr, gram))) for gram in zip(*places, strict=True)]


def _shown(gram: str) -> str:
    return gram.replace("\0", "_")


def _is_word(text: str) -> bool:
    return len(text) <= _MAX_LENGTH and (text.isalpha() or not any(map(str.isdigit, text)))


def _pairs(texts: Sequence[str]) -> tuple[Array, Array]:
    """(trigram, text) for every place in every text; u8 and int64."""
    if not texts:
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    pad = "\0" * PAD
    joined = "".join(f"{pad}{text}{pad}" for text in texts)
    points = code_points(joined).astype(np.uint64)
    shift = np.uint64(_BITS)
    codes = points[:-2] << (shift + shift) | points[1:-1] << shift | points[2:]
    lengths = np.fromiter(map(len, texts), np.int64, len(texts)) + 2 * PAD
    owner = np.repeat(np.arange(len(texts)), lengths)[:-2]
    inside = np.ones(len(codes), np.bool_)
    ends = np.cumsum(lengths)[:-1]
    inside[ends - 1] = inside[ends - 2] = False  # trigrams that reach into the next text
    return codes[inside], owner[inside]


class Shared(NamedTuple):
    """The trigrams that the keys have in common with a text.

    by_key: u1, how many of its trigrams each key holds; may end before the last key. wanted: how
    many it has.
    """

    by_key: Array
    wanted: int


def shared(grams: Grams, text: str) -> Shared:
    """The trigrams that every key has in common with `text`."""
    wanted = _codes_in(text)
    if not len(grams.codes):
        return Shared(np.zeros(0, np.uint8), len(wanted))
    found = places(wanted, grams.codes)
    found = found[grams.codes.take(found) == wanted]
    ranges = grams.starts.take(np.stack([found, found + 1], axis=1)).astype(np.int64)
    if grams.check is not None:
        grams.check(ranges)
    held = [grams.owners[a:b] for a, b in ranges.tolist()]
    by_key = np.bincount(np.concatenate(held)) if held else np.zeros(0, np.int64)
    return Shared(by_key.astype(np.uint8), len(wanted))  # of `_MAX_LENGTH`, so no more than that


@lru_cache(maxsize=64)
def _codes_in(text: str) -> Array:
    """The distinct trigrams of a text, ascending; kept, as every segment is asked for the same."""
    return distinct_of(_pairs([text])[0])


def nearest(grams: Grams, common: Shared, least: float) -> tuple[Array, Array]:
    """(keys, likeness): all keys that are `least` or more like a text, keys ascending."""
    # 2 s >= least (n + m) and m >= s: keys that share less cannot be similar enough
    fewest = ceil(least * common.wanted / (2 - least))
    candidates = (common.by_key >= fewest).nonzero()[0]
    likeness = _dice(grams, common, candidates)
    kept = likeness >= least
    return candidates[kept], likeness[kept]


def likeness_of(grams: Grams, common: Shared, keys: Array) -> Array:
    """How like a text each of some keys is."""
    likeness = np.zeros(len(keys))
    held = keys < len(common.by_key)
    likeness[held] = _dice(grams, common, keys[held])
    return likeness


def _dice(grams: Grams, common: Shared, keys: Array) -> Array:
    sizes = grams.counts.take(keys) + float(max(common.wanted, 1))
    likeness: Array = 2 * common.by_key.take(keys) / sizes
    return likeness


def likeness(one: str, other: str) -> float:
    """Dice's likeness of two strings by their padded trigrams."""
    first, second = _trigrams(one), _trigrams(other)
    return 2 * len(first & second) / (len(first) + len(second))


@lru_cache(maxsize=1 << 12)
def _trigrams(text: str) -> frozenset[str]:
    padded = "\0" * PAD + text + "\0" * PAD
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def grams_in(text: str) -> list[str]:
    """The trigrams of a key as texts, the marks around it as underscores; none if it has none.

    Two keys that have neighbours are as like as these are: كتب gives __ك _كت كتب تب_ ب__.
    """
    if not text or not _is_word(text):
        return []
    return [_shown(gram) for gram in sorted(_trigrams(text))]
