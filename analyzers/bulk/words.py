"""The `operations` on many packed words at once, in numpy.

`operations` says what each means. A rule that changes words is given only the words it applies to,
and its results are put back in their places, so a rare rule costs little.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np

from analyzers.bulk.known import UNKNOWN, protected_stems
from analyzers.bulk.packed import (
    BITS,
    Mask,
    Numbers,
    Words,
    letter_table,
    pack,
    pack_all,
    pair_table,
)
from analyzers.named import NamedTuple
from analyzers.operations import RADICAL, Operations, WordList
from analyzers.ranked import is_among

Rule = Callable[[Operations[Words, Mask], Words], Words]
Question = Callable[[Operations[Words, Mask], Words], Mask]

_LETTER = np.uint64((1 << BITS) - 1)
_FEW = 16
"""Up to this many affixes are compared one by one, which is faster than looking them up."""


class Affixes(NamedTuple):
    """Affixes of one length, ascending."""

    letters: Numbers

    def of(self, letters: Numbers) -> Mask:
        """Which letters are one of them."""
        if len(self.letters) > _FEW:
            return is_among(letters, self.letters)
        found = np.zeros(len(letters), np.bool_)
        for affix in self.letters:
            found |= letters == affix
        return found


@cache
def by_size(affixes: tuple[str, ...]) -> tuple[tuple[int, Affixes], ...]:
    """(number of letters, the affixes of that length), longest first."""
    sizes = sorted({len(affix) for affix in affixes}, reverse=True)
    return tuple(
        (n, Affixes(pack_all(affix for affix in affixes if len(affix) == n))) for n in sizes
    )


_letters = cache(letter_table)
_pairs = cache(pair_table)


@cache
def _packed(words: WordList) -> Numbers:
    return pack_all(words())


class _ManyWords:
    """The operations on packed words. Flags are bool by word."""

    @staticmethod
    def longer(words: Words, size: int) -> Mask:
        longer: Mask = words.sizes > np.uint64(size)
        return longer

    @staticmethod
    def same(words: Words, before: Words) -> Mask:
        same: Mask = words.sizes == before.sizes
        return same

    @staticmethod
    def letter_in(words: Words, letters: str, place: int = 0) -> Mask:
        if len(letters) == 1:
            found: Mask = words.last(place) == np.uint64(pack(letters))
            return found
        return _letters(letters).take(words.last(place).astype(np.intp))

    @staticmethod
    def pair_in(words: Words, pairs: frozenset[str], place: int = 1) -> Mask:
        pair = words.last(place) << np.uint64(BITS) | words.last()
        return _pairs(pairs).take(pair.astype(np.intp))

    @staticmethod
    def begins(words: Words, beginnings: tuple[str, ...]) -> Mask:
        return _are_of(words, beginnings, words.head)

    @staticmethod
    def ends(words: Words, endings: tuple[str, ...]) -> Mask:
        return _are_of(words, endings, words.tail)

    @staticmethod
    def among(word: Words, words: WordList) -> Mask:
        return is_among(word.letters, _packed(words))

    @staticmethod
    def known(words: Words, least: int) -> Mask:
        known: Mask = protected_stems(words, least) != UNKNOWN
        return known

    @staticmethod
    def no(flag: Mask) -> Mask:
        return ~flag

    def also(self, words: Words, where: Mask, ask: Question) -> Mask:
        places = np.flatnonzero(where)
        found = np.zeros(len(words.letters), np.bool_)
        if len(places):
            found[places] = ask(self, words.take(places))
        return found

    @staticmethod
    def without_first(words: Words, count: int) -> Words:
        return words.without_first(np.minimum(words.sizes, np.uint64(count)))

    @staticmethod
    def without_last(words: Words, count: int) -> Words:
        return words.without_last(np.minimum(words.sizes, np.uint64(count)))

    @staticmethod
    def without_beginning(words: Words, beginnings: tuple[str, ...], leaving: int) -> Words:
        return words.without_first(_counts(words, beginnings, leaving, words.head))

    @staticmethod
    def without_ending(words: Words, endings: tuple[str, ...], leaving: int) -> Words:
        return words.without_last(_counts(words, endings, leaving, words.tail))

    @staticmethod
    def trimmed(words: Words, letters: str, leaving: int) -> Words:
        while (
            long := _ManyWords.longer(words, leaving) & _ManyWords.letter_in(words, letters)
        ).any():
            words = words.without_last(long)
        return words

    @staticmethod
    def put(words: Words, letter: str, place: int = 0) -> Words:
        shift = np.uint64(BITS * place)
        others = words.letters & ~(_LETTER << shift)
        return Words(others | np.uint64(pack(letter)) << shift, words.sizes)

    @staticmethod
    def radicals(words: Words, patterns: Mapping[int, tuple[str, ...]]) -> Words:
        found = words.copy()
        for length, fitting in patterns.items():
            where = np.flatnonzero(words.sizes == length)
            for pattern in fitting:
                letters = words.letters.take(where)
                fit = _fit(letters, pattern)
                found.put(where[fit], _radicals(letters[fit], pattern))
                where = where[~fit]
        return found

    def changed(
        self, words: Words, where: Mask, rule: Rule, otherwise: Words | None = None
    ) -> Words:
        places = np.flatnonzero(where)
        result = (words if otherwise is None else otherwise).copy()
        if len(places):
            result.put(places, rule(self, words.take(places)))
        return result

    def known_or(self, words: Words, rule: Rule) -> Words:
        known = Words.of(protected_stems(words))
        return self.changed(words, known.letters == UNKNOWN, rule, known)


def _counts(
    words: Words, affixes: tuple[str, ...], leaving: int, part: Callable[[int], Numbers]
) -> Numbers:
    """For each word, the number of letters in the affix that may be removed."""
    counts = np.zeros(len(words.letters), np.uint64)
    for size, known in by_size(affixes):
        takes = (counts == 0) & (words.sizes >= np.uint64(size + leaving))
        counts[takes & known.of(part(size))] = size
    return counts


def _fit(letters: Numbers, pattern: str) -> Mask:
    """Which words of the pattern's length have its letters in their places."""
    mask = value = 0
    for letter in pattern:
        is_fixed = letter != RADICAL
        mask = mask << BITS | ((1 << BITS) - 1) * is_fixed
        value = value << BITS | (pack(letter) if is_fixed else 0)
    fit: Mask = letters & np.uint64(mask) == np.uint64(value)
    return fit


def _are_of(words: Words, affixes: tuple[str, ...], part: Callable[[int], Numbers]) -> Mask:
    """Which words have one of the affixes as their part of its size."""
    found = np.zeros(len(words.letters), np.bool_)
    for size, known in by_size(affixes):
        found |= known.of(part(size))
    return found


def _radicals(letters: Numbers, pattern: str) -> Words:
    """The letters in the pattern's free places."""
    found = np.zeros(len(letters), np.uint64)
    for place, letter in enumerate(pattern, 1):
        if letter == RADICAL:
            radical = (letters >> np.uint64(BITS * (len(pattern) - place))) & _LETTER
            found = found << np.uint64(BITS) | radical
    return Words(found, np.full(len(found), pattern.count(RADICAL), np.uint64))


MANY: Operations[Words, Mask] = _ManyWords()
"""The operations on packed words."""
