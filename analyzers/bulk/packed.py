"""Hold many words at once: a word of up to twelve folded letters is one number.

The folded alphabet has 29 letters, so a letter takes five bits and a word fits in 64: its last
letter in the lowest bits, 0 for no letter. Comparing an ending is a mask, removing it is a shift,
and whole vocabularies go through a rule in a few passes of numpy. Words that are longer or have
other characters do not fit; `Numbering` keeps them as strings and numbers them too.

This file knows no rules: see `bulk`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from pyarabic import araby_const as araby

from analyzers.codepoints import code_points, text_of
from analyzers.named import NamedTuple
from analyzers.ranked import distinct_of

ALPHABET = araby.HAMZA + araby.ALEF + "بتثجحخدذرزسشصضطظعغفقكلمنهوي"
"""The letters of folded words, in the order of their code points; the first is number 1."""

BITS = 5
MOST_LETTERS = 12
ODD = 1 << 63
"""Numbers from here on name words that do not fit."""

Numbers = npt.NDArray[np.uint64]
"""Words as numbers: the letters of those that fit, `ODD` plus an index for the others."""

Mask = npt.NDArray[np.bool_]
Array = npt.NDArray[Any]

_LETTER = np.uint64((1 << BITS) - 1)
_FULL = BITS * MOST_LETTERS
_MASKS = np.array([(1 << BITS * count) - 1 for count in range(MOST_LETTERS + 1)], np.uint64)
_NUMBER_OF = {letter: number for number, letter in enumerate(ALPHABET, 1)}
_UNICODE = 1 << 16
_SURROGATES = "surrogatepass"


def pack(word: str) -> int:
    """The number of one word; KeyError or OverflowError if it does not fit."""
    if not 0 < len(word) <= MOST_LETTERS:
        raise OverflowError(f"{word!r} has {len(word)} letters")
    number = 0
    for letter in word:
        number = number << BITS | _NUMBER_OF[letter]
    return number


def fits(word: str) -> bool:
    """Whether a word can be packed."""
    return 0 < len(word) <= MOST_LETTERS and _NUMBER_OF.keys() >= set(word)


def pack_all(words: Iterable[str]) -> Numbers:
    """The numbers of those words that fit, ascending and distinct."""
    numbers, fit = Spelled(list(words)).packed(own_letters())
    return distinct_of(numbers[fit])


def letter_table(letters: Iterable[str]) -> Mask:
    """Bool by letter number: whether the letter is one of these."""
    table = np.zeros(1 << BITS, np.bool_)
    table[[_NUMBER_OF[letter] for letter in letters]] = True
    return table


def pair_table(pairs: Iterable[str]) -> Mask:
    """Bool by packed pair of letters: whether the pair is one of these."""
    table = np.zeros(1 << 2 * BITS, np.bool_)
    table[[pack(pair) for pair in pairs]] = True
    return table


class Words(NamedTuple):
    """Words that fit. letters: uint64, as packed. sizes: uint64, how many letters each has."""

    letters: Numbers
    sizes: Numbers

    @classmethod
    def of(cls, letters: Numbers) -> Words:
        """The words of these numbers."""
        return cls(letters, _MASKS.searchsorted(letters).astype(np.uint64))

    @classmethod
    def joined(cls, *parts: Words) -> Words:
        """The words of all parts, concatenated."""
        return cls(
            np.concatenate([part.letters for part in parts]),
            np.concatenate([part.sizes for part in parts]),
        )

    def take(self, where: Array) -> Words:
        """Some of the words."""
        return Words(self.letters.take(where), self.sizes.take(where))

    def put(self, where: Array, words: Words) -> None:
        """Replace some of the words."""
        self.letters[where] = words.letters
        self.sizes[where] = words.sizes

    def copy(self) -> Words:
        """A copy that may be changed."""
        return Words(self.letters.copy(), self.sizes.copy())

    def aligned(self) -> Numbers:
        """The letters shifted so that the first is the highest: these sort in dictionary order."""
        aligned: Numbers = self.letters << (np.uint64(MOST_LETTERS) - self.sizes) * np.uint64(BITS)
        return aligned

    def last(self, before: int = 0) -> Numbers:
        """The number of the letter `before` places before the last; 0 if there is none."""
        return (self.letters >> np.uint64(BITS * before)) & _LETTER

    def first(self) -> Numbers:
        """The number of the first letter."""
        first: Numbers = self.letters >> (self.sizes - np.uint64(1)) * np.uint64(BITS)
        return first

    def head(self, count: int) -> Numbers:
        """The first `count` letters, packed; for shorter words, a number matching no beginning."""
        head: Numbers = self.aligned() >> np.uint64(_FULL - BITS * count)
        return head

    def tail(self, count: int) -> Numbers:
        """The last `count` letters, packed; the whole word if it is shorter."""
        tail: Numbers = self.letters & _MASKS[count]
        return tail

    def begin(self, beginning: str) -> Mask:
        """Which words have this beginning."""
        begin: Mask = self.head(len(beginning)) == np.uint64(pack(beginning))
        return begin

    def end(self, ending: str) -> Mask:
        """Which words have this ending."""
        end: Mask = self.tail(len(ending)) == np.uint64(pack(ending))
        return end

    def without_last(self, counts: Array | int) -> Words:
        """The words without their last `counts` letters."""
        counts = np.asarray(counts, np.uint64)
        return Words(self.letters >> counts * np.uint64(BITS), self.sizes - counts)

    def without_first(self, counts: Array | int) -> Words:
        """The words without their first `counts` letters."""
        sizes = self.sizes - np.asarray(counts, np.uint64)
        return Words(self.letters & _MASKS.take(sizes.astype(np.intp)), sizes)


class Spelled:
    """Words as characters, decoded once and then packed with any table.

    texts: the words. codes: uint32, their code points, each word followed by a newline. heads,
    lengths: int64, where each begins and how many characters it has.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        joined = "\n".join(texts) + "\n" if texts else ""
        self.codes = code_points(joined)
        self.lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        self._ends = np.cumsum(self.lengths + 1) - 1
        self.heads = self._ends - self.lengths

    def encoded(self, order: Array) -> list[bytes]:
        """The words in UTF-8, in another order. None may contain a newline.

        Characters are reordered, not strings: following each word to its place in memory would
        take three times as long.
        """
        lengths = self.lengths.take(order) + 1
        ends = np.cumsum(lengths)
        moves = np.repeat(self.heads.take(order) - (ends - lengths), lengths)
        text = text_of(self.codes.take(moves + np.arange(len(moves))))
        return text.encode("utf-8", _SURROGATES).split(b"\n")[:-1]

    @cached_property
    def _shifts(self) -> Numbers:
        """By character, the shift of its letter, `_FULL` where it is too far to fit."""
        after = np.repeat(self._ends, self.lengths + 1) - np.arange(1, len(self.codes) + 1)
        # after the last letter it is -1, which wraps around
        return np.minimum(after.view(np.uint64), np.uint64(MOST_LETTERS)) * np.uint64(BITS)

    def packed(self, table: Array) -> tuple[Numbers, Mask]:
        """(the packed letters of each word, whether it fits). table: of `letters_by_code`."""
        if not self.texts:
            return np.zeros(0, np.uint64), np.zeros(0, np.bool_)
        letters = table.take(np.minimum(self.codes, _UNICODE - 1))
        letters[self._ends] = 1  # so that newlines break no word
        fit = np.minimum.reduceat(letters, self.heads) > 0
        fit &= (self.lengths <= MOST_LETTERS) & (self.lengths > 0)
        letters[self._ends] = 0
        return np.bitwise_or.reduceat(letters.astype(np.uint64) << self._shifts, self.heads), fit


class Encoded(NamedTuple):
    """Words in UTF-8. data: u1, end to end. lengths: int64, how many bytes each has."""

    data: npt.NDArray[np.uint8]
    lengths: npt.NDArray[np.int64]


class Numbering:
    """Turns words into numbers and back: their letters if they fit, else an index in a list."""

    def __init__(self) -> None:
        self._odd: dict[str, int] = {}

    def numbers(self, words: Sequence[str]) -> Numbers:
        """The numbers of some words."""
        letters, fit = Spelled(words).packed(own_letters())
        rest = np.flatnonzero(~fit)
        letters[rest] = self._odd_numbers([words[i] for i in rest.tolist()])
        return letters

    def _odd_numbers(self, words: list[str]) -> Numbers:
        odd = self._odd
        found = np.array([odd.setdefault(word, len(odd)) for word in words], np.uint64)
        return found | np.uint64(ODD)

    def adopt(self, other: Numbering, numbers: Numbers) -> Numbers:
        """The numbers in this numbering of words that have these numbers in the other."""
        is_odd = numbers >= ODD
        if other is self or not is_odd.any():
            return numbers
        adopted = numbers.copy()
        adopted[is_odd] = self.numbers(other.texts(numbers[is_odd]))
        return adopted

    def texts(self, numbers: Numbers) -> list[str]:
        """The words of these numbers."""
        is_odd = numbers >= ODD
        pairs = _in_utf8(np.where(is_odd, 0, numbers)).reshape(-1).view(f"S{2 * MOST_LETTERS}")
        words = [word.decode("utf-8") for word in pairs.tolist()]
        for at, word in zip(np.flatnonzero(is_odd).tolist(), self._odd_texts(numbers), strict=True):
            words[at] = word
        return words

    def _odd_texts(self, numbers: Numbers) -> list[str]:
        """The words of those numbers that name words that do not fit."""
        places = (numbers[numbers >= ODD] - np.uint64(ODD)).tolist()
        listed = list(self._odd) if places else []
        return [listed[place] for place in places]

    def encoded(self, numbers: Numbers) -> Encoded:
        """The words of these numbers in UTF-8."""
        is_odd = numbers >= ODD
        pairs = _in_utf8(np.where(is_odd, 0, numbers))
        lengths = 2 * np.count_nonzero(pairs, axis=1)
        data = pairs[pairs > 0].view(np.uint8)
        if not is_odd.any():
            return Encoded(data, lengths)
        odd = [word.encode("utf-8", _SURROGATES) for word in self._odd_texts(numbers)]
        lengths[is_odd] = [len(word) for word in odd]
        mixed = np.empty(int(lengths.sum()), np.uint8)
        of_odd = np.repeat(is_odd, lengths)
        mixed[of_odd] = np.frombuffer(b"".join(odd), np.uint8)
        mixed[~of_odd] = data
        return Encoded(mixed, lengths)

    def order(self, numbers: Numbers) -> Array:
        """The order that sorts words by their code points, which is that of their UTF-8."""
        is_odd = numbers >= ODD
        keys = Words.of(np.where(is_odd, 0, numbers)).aligned()
        if is_odd.any():
            keys[is_odd] = _floors(self._odd_texts(numbers))
        return order_by(keys, lambda where: self.texts(numbers.take(where)))


@cache
def own_letters() -> npt.NDArray[np.uint8]:
    """The table of letters that stand for themselves."""
    return letters_by_code({letter: letter for letter in ALPHABET})


def letters_by_code(letter_of: dict[str, str]) -> npt.NDArray[np.uint8]:
    """A table for `Spelled.packed`: the letter that each character below 2**16 stands for.

    All others stand for no letter, which is 0.
    """
    table = np.zeros(_UNICODE, np.uint8)
    for char, letter in letter_of.items():
        table[ord(char)] = _NUMBER_OF[letter]
    return table


def order_by(keys: Numbers, texts: Callable[[Array], Sequence[str]]) -> Array:
    """The order that sorts words by their keys, and by their texts where keys are equal.

    texts: gives the words at some places, which are few. Keys never decrease in word order.
    """
    order = np.argsort(keys)
    ranked = keys.take(order)
    same = np.concatenate([[False], ranked[1:] == ranked[:-1], [False]])
    tied = np.flatnonzero(same[1:] | same[:-1])
    spelled = texts(order[tied])
    order[tied] = order[tied][sorted(range(len(tied)), key=spelled.__getitem__)]
    return order


def _in_utf8(letters: Numbers) -> npt.NDArray[np.uint16]:
    """The two bytes of each letter of packed words, [word, place]; 0 where there is no letter."""
    pairs = np.zeros(1 << BITS, "<u2")
    pairs[1 : len(ALPHABET) + 1] = np.frombuffer(ALPHABET.encode("utf-8"), "<u2")
    aligned = Words.of(letters).aligned()
    spelled = np.empty((len(letters), MOST_LETTERS), "<u2")
    for place in range(MOST_LETTERS):
        shift = np.uint64(_FULL - BITS * (place + 1))
        spelled[:, place] = pairs.take(((aligned >> shift) & _LETTER).astype(np.intp))
    return spelled


def _floors(words: Sequence[str]) -> Numbers:
    """A number like `Words.aligned` for any word, which never decreases in word order.

    A character that is no letter counts as the letter before it and the highest that could follow.
    """
    points = [word[:MOST_LETTERS].ljust(MOST_LETTERS, "\0") for word in words]
    codes = code_points("".join(points)).reshape(-1, MOST_LETTERS)
    places = np.arange(MOST_LETTERS)
    lengths = np.array([len(word) for word in words]).reshape(-1, 1)
    known = code_points("\0" + ALPHABET)
    letters = known.searchsorted(codes, side="right") - 1
    between = (known.take(letters) != codes) | ((codes == 0) & (places < lengths))
    after = np.logical_or.accumulate(between, axis=1)[:, :-1]
    letters[:, 1:][after] = (1 << BITS) - 1
    shifts = BITS * (MOST_LETTERS - 1 - places)
    floors: Numbers = np.bitwise_or.reduce(letters << shifts, axis=1).astype(np.uint64)
    return floors
