"""What do stem, root and splits say of a whole vocabulary at once? (fold: `bulk_fold`.)

For whoever writes an index: many times faster than word by word. `stem`, `root` and `splits` are
what these functions mean; a test holds them to that on every word it can find. Words are numbers
(`packed`), those that do not fit are given to the plain functions.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from pyarabic import araby

from analyzers.bulk_known import UNKNOWN, protected_stems
from analyzers.bulk_stems import begin_with_any, by_size, is_any, stems
from analyzers.packed import (
    BITS,
    ODD,
    Array,
    Mask,
    Numbering,
    Numbers,
    Words,
    letter_table,
    pack,
    pack_all,
)
from analyzers.proclitics import FUTURE, IMPERFECT, PROCLITICS, own_letters, splits
from analyzers.ranked import is_among
from analyzers.roots import ENDINGS, PATTERNS, RADICAL, WEAK, root
from analyzers.stemmer import COMPOUNDS, MIN_STEM, stem
from analyzers.stopwords import stopwords

_LEAST = np.uint64(MIN_STEM)
_LETTER = np.uint64((1 << BITS) - 1)
_WAW, _YEH = np.uint64(pack(araby.WAW)), np.uint64(pack(araby.YEH))
_FUTURE = np.uint64(pack(FUTURE))
_IS_WEAK = letter_table(WEAK)
_IS_IMPERFECT = letter_table(IMPERFECT)
_IS_ENDING = letter_table(ENDINGS)


def stem_all(numbering: Numbering, folded: Numbers) -> Numbers:
    """`stem` of folded words."""
    return _derived(numbering, folded, lambda words: stems(words).letters, stem)


def root_all(numbering: Numbering, stemmed: Numbers) -> Numbers:
    """`root` of stems."""
    return _derived(numbering, stemmed, _roots, root)


def _derived(
    numbering: Numbering,
    numbers: Numbers,
    of_words: Callable[[Words], Numbers],
    of_word: Callable[[str], str],
) -> Numbers:
    is_odd = numbers >= ODD
    if not is_odd.any():
        return of_words(Words.of(numbers))
    result = np.empty(len(numbers), np.uint64)
    result[~is_odd] = of_words(Words.of(numbers[~is_odd]))
    odd = numbering.texts(numbers[is_odd])
    result[is_odd] = numbering.numbers([of_word(word) for word in odd])
    return result


def _roots(words: Words) -> Numbers:
    words = _without_ending(words)
    result = _even(words.letters, words.sizes)
    for length, patterns in PATTERNS.items():
        where = np.flatnonzero(words.sizes == length)
        for pattern in patterns:
            letters = words.letters.take(where)
            fit = _fit(letters, pattern)
            result[where[fit]] = _radicals(letters[fit], pattern)
            where = where[~fit]
    return result


def _without_ending(words: Words) -> Words:
    while (open_ := (words.sizes > _LEAST) & _IS_ENDING.take(words.last().astype(np.intp))).any():
        words = words.without_last(open_)
    return words


def _fit(letters: Numbers, pattern: str) -> Mask:
    """Whether words of the pattern's length have its letters in their places."""
    mask = value = 0
    for letter in pattern:
        is_fixed = letter != RADICAL
        mask = mask << BITS | ((1 << BITS) - 1) * is_fixed
        value = value << BITS | (pack(letter) if is_fixed else 0)
    fit: Mask = letters & np.uint64(mask) == np.uint64(value)
    return fit


def _radicals(letters: Numbers, pattern: str) -> Numbers:
    """The letters in the pattern's free places."""
    found = np.zeros(len(letters), np.uint64)
    for place, letter in enumerate(pattern, 1):
        if letter == RADICAL:
            radical = (letters >> np.uint64(BITS * (len(pattern) - place))) & _LETTER
            found = found << np.uint64(BITS) | radical
    return _even(found, np.full(len(found), pattern.count(RADICAL), np.uint64))


def _even(letters: Numbers, sizes: Numbers) -> Numbers:
    """One letter for the weak ones in the middle and at the end of words of three."""
    words = Words(letters, sizes)
    three = sizes == _LEAST
    last = np.where(_IS_WEAK.take(words.last().astype(np.intp)), _YEH, words.last())
    middle = np.where(_IS_WEAK.take(words.last(1).astype(np.intp)), _WAW, words.last(1))
    evened = words.last(2) << np.uint64(2 * BITS) | middle << np.uint64(BITS) | last
    return np.where(three, evened, letters)


class Splits(NamedTuple):
    """What words might be without a lone proclitic. owners: which word. rests: what is left."""

    owners: Array
    rests: Numbers


def splits_all(numbering: Numbering, folded: Numbers) -> Splits:
    """`splits` of folded words, in no order."""
    is_odd = folded >= ODD
    fitting = np.flatnonzero(~is_odd)
    owners, rests = _splits(Words.of(folded.take(fitting)))
    odd = np.flatnonzero(is_odd)
    texts = numbering.texts(folded.take(odd))
    parted = [
        (owner, splits(text)) for owner, text in zip(odd.tolist(), texts, strict=True) if text
    ]
    return Splits(
        np.concatenate(
            [fitting.take(owners), np.array([o for o, p in parted for _ in p], np.int64)]
        ),
        np.concatenate([rests, numbering.numbers([rest for _, p in parted for rest in p])]),
    )


def _splits(words: Words) -> Splits:
    may = begin_with_any(words, PROCLITICS) & ~begin_with_any(words, COMPOUNDS)
    where = np.flatnonzero(may)
    where = where[protected_stems(words.take(where)) == UNKNOWN]
    owners, bare, whole = [], [], []
    for size, proclitics in by_size(PROCLITICS):
        parts = where[words.sizes.take(where) >= np.uint64(size + MIN_STEM)]
        heads = words.take(parts).head(size)
        begin = np.flatnonzero(is_any(heads, proclitics))
        parts, heads = parts.take(begin), heads.take(begin)
        rest = words.take(parts).without_first(size)
        imperfect = (rest.sizes > _LEAST) & _IS_IMPERFECT.take(rest.first().astype(np.intp))
        may = ~is_among(rest.letters, _particles()) & ((heads & _LETTER != _FUTURE) | imperfect)
        owners.append(parts[may])
        bare.append(rest.letters[may])
        whole.append(words.take(parts[may]).without_first(size - 1).letters)
    letters = np.concatenate(whole)
    own = is_among(letters, _own_words())
    own |= is_among(stems(Words.of(letters)).letters, _own_words())
    return Splits(np.concatenate(owners)[~own], np.concatenate(bare)[~own])


@cache
def _particles() -> Numbers:
    return pack_all(stopwords())


@cache
def _own_words() -> Numbers:
    return pack_all(own_letters())
