"""Which strings of a dictionary are at most so many edits from a word, and how many is each?

An edit is a letter more, less, other, or two neighbours exchanged, no place touched twice: the
optimal string alignment distance (Damerau, A technique for computer detection and correction of
spelling errors, 1964). Its table is filled for all strings at once, letter by letter and only near
the diagonal (Ukkonen, Algorithms for approximate string matching, 1985). Strings that begin alike
share their rows, as in the trie of Shang and Merrettal (Tries for approximate string matching,
1996), and what is too far after some letters goes no farther.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.codepoints import code_points
from analyzers.named import NamedTuple
from analyzers.ranked import changes, distinct_of
from indexer.codec.postings import slice_indices, starts_of
from indexer.ranking.keys import Keys, Places

Distances = NDArray[np.uint8]

_LONGEST_LETTER = 4

_TOGETHER = 1 << 16
"""Strings of which the letters are looked at together: they stay in the cache of a processor."""

_LOOKED_AT = 16
"""Letters of a word that are looked for in all strings: more hardly tell more."""


class Strings(NamedTuple):
    """Some strings: letter j of string i is `letters[firsts[i] + stride * j]`, of `sizes[i]`."""

    letters: NDArray[Any]
    firsts: Places
    stride: int
    sizes: NDArray[Any]

    def column(self, place: int, firsts: Places) -> NDArray[Any]:
        """The letter in a place of those that begin at `firsts`; of shorter ones any."""
        letters = self.letters[self.stride * place :]
        return letters.take(firsts, mode="clip") if len(letters) else np.zeros_like(firsts)


def near(word: str, edits: int, keys: Keys) -> tuple[Places, Distances]:
    """(places, distances) of the keys at most so many edits away, by place."""
    likely, far = _by_last_bytes(word, edits, keys)
    sure = _all_plain(likely, keys) if _is_plain(word) else np.zeros(len(likely), np.bool_)
    # a mixed key may be among both
    rest = distinct_of(np.concatenate([likely[~sure], _others(word, edits, keys)]))
    more, more_far = _by_letters(word, edits, keys, rest)
    places = np.concatenate([likely[sure], more])
    order = places.argsort()
    return places.take(order), np.concatenate([far[sure], more_far]).take(order)


def can_be_listed(word: str, edits: int) -> bool:
    """Whether all that is so near to a word is little, and holds a letter from U+0600 to U+06FF.

    Then `once_edited` gives it, by the letters that stand in any such string.
    """
    return edits == 1 and len(word) > 1 and _is_arabic(word)


def once_edited(word: str, letters: str) -> set[str]:
    """What comes of a word by one more letter, or one other, of these; but for the word.

    Without letters, the word itself, and what comes of it by one less or by exchanging two.
    """
    parts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    if letters:
        found = {before + letter + after for before, after in parts for letter in letters}
        found |= {before + letter + after[1:] for before, after in parts for letter in letters}
        found.discard(word)
    else:
        found = {before + after[1:] for before, after in parts}
        found |= {before + after[1::-1] + after[2:] for before, after in parts}
    return found


def _by_letters(word: str, edits: int, keys: Keys, places: Places) -> tuple[Places, Distances]:
    """(places, distances) of those of some keys that are at most so many edits away."""
    letters, starts = keys.letters(places)
    strings = Strings(letters, starts[:-1], 1, np.diff(starts))
    kept, far = within(code_points(word), strings, edits)
    return places.take(kept), far


def _by_last_bytes(word: str, edits: int, keys: Keys) -> tuple[Places, Distances]:
    """Of the unmixed Arabic keys those near an Arabic word, told by the second byte of each letter.

    Letters from U+0600 to U+06FF have two. The second alone tells the plain ones apart; others that
    share it make two strings seem nearer, never farther.
    """
    if not _is_arabic(word):
        return np.zeros(0, np.int64), np.zeros(0, np.uint8)
    encoded = np.frombuffer(word.encode("utf-8", "surrogatepass"), np.uint8)
    first, last = keys.arabic
    lengths = keys.lengths[first:last]
    sizes = (lengths >> 1) * (lengths & 1 == 0)  # no key that is told so has an odd number
    strings = Strings(keys.data[1:], keys.starts[first:last], 2, sizes)
    kept, far = within(encoded[1::2], strings, edits)
    named = sizes.take(kept) > 0
    return kept[named] + first, far[named]


def _all_plain(places: Places, keys: Keys) -> NDArray[np.bool_]:
    """Whether each of some keys, none of them empty and all of an even length, is plain."""
    lengths = keys.lengths.take(places).astype(np.int64)
    if not len(places):
        return np.zeros(0, np.bool_)
    starts = starts_of(lengths)
    pairs = keys.data.take(slice_indices(keys.starts.take(places), lengths)).reshape(-1, 2)
    first, second = pairs.T
    plain = (first == 0xD8) & (second >= 0xA1) | (first == 0xD9) & (second <= 0x8A)
    all_of: NDArray[np.bool_] = np.logical_and.reduceat(plain, starts[:-1] // 2)
    return all_of


def _is_plain(word: str) -> bool:
    """Whether a word has only letters from U+0621 to U+064A, whose second bytes all differ."""
    return bool(word) and all("\u0621" <= letter <= "\u064a" for letter in word)


def _others(word: str, edits: int, keys: Keys) -> Places:
    """The keys that `_by_last_bytes` leaves out and that may be as near, told by their length."""
    size = len(word.encode("utf-8", "surrogatepass"))
    widest = max((len(letter.encode("utf-8", "surrogatepass")) for letter in word), default=0)
    least, most = size - widest * edits, size + _LONGEST_LETTER * edits
    if not _is_arabic(word):
        return np.flatnonzero((keys.lengths >= max(least, 0)) & (keys.lengths <= most))
    first, last = keys.arabic
    # a word that is longer than its edits keeps a letter, which is Arabic
    before = np.arange(0 if len(word) <= edits else first, first)
    others = np.concatenate([before, keys.mixed, np.arange(last, len(keys))])
    lengths = keys.lengths.take(others)
    return others[(lengths >= max(least, 0)) & (lengths <= most)]


def _is_arabic(word: str) -> bool:
    return bool(word) and all("\u0600" <= letter <= "\u06ff" for letter in word)


def within(word: NDArray[Any], strings: Strings, edits: int) -> tuple[Places, Distances]:
    """(places, ascending, distances) of the strings at most so many edits from a word.

    Where they are sorted, it is faster.
    """
    least, most = max(len(word) - edits, 0), len(word) + edits
    left = ((strings.sizes >= least) & (strings.sizes <= most)).nonzero()[0]
    looked_at = min(len(word), _LOOKED_AT)
    if looked_at - edits > 1 and len(left):
        held = _letters_held(word[:looked_at], strings, strings.firsts.take(left), edits)
        left = left[held >= looked_at - edits]
    at, sizes, beginnings = strings.firsts.take(left), strings.sizes.take(left), np.zeros_like(left)
    found, distances = [left[:0]], [np.zeros(0, np.uint8)]
    rows = _Rows.first(word, edits)
    for size in range(most + 1):
        kept = rows.may_be_near().take(beginnings)
        if size >= least:
            ended = (kept & (sizes == size)).nonzero()[0]
            found.append(left.take(ended))
            distances.append(rows.ends(size).take(beginnings.take(ended)))
            kept &= sizes > size
        left, at, sizes, beginnings = (of[kept] for of in (left, at, sizes, beginnings))
        if not len(left):
            break
        letters = strings.column(size, at)
        heads = changes(beginnings) | changes(letters)
        firsts = heads.nonzero()[0]
        rows = rows.longer(size, beginnings.take(firsts), letters.take(firsts))
        beginnings = heads.cumsum() - 1
    places, far = np.concatenate(found), np.concatenate(distances)
    order = (far <= edits).nonzero()[0]
    order = order.take(places.take(order).argsort())
    return places.take(order), far.take(order)


def _letters_held(
    word: NDArray[Any], strings: Strings, firsts: Places, edits: int
) -> NDArray[np.uint8]:
    """How many letters of a word the strings have where so many edits may have brought them.

    An edit takes away one at most. firsts: where the strings begin; what stands behind one may make
    it more.
    """
    held = np.zeros(len(firsts), np.uint8)
    for begin in range(0, len(held), _TOGETHER):
        some = slice(begin, begin + _TOGETHER)
        columns = [strings.column(at, firsts[some]) for at in range(len(word) + edits)]
        for place, letter in enumerate(word):
            first, *others = columns[max(place - edits, 0) : place + edits + 1]
            here = first == letter
            for column in others:
                here |= column == letter
            held[some] += here
    return held


class _Rows(NamedTuple):
    """How far each beginning of a word is from some beginnings of one size of other strings.

    cells: [2 * edits + 1, beginnings]: those of the word that are `edits` shorter than the others,
    and so on to as much longer; what is more than `edits` is one more. before: of the beginnings
    that are shorter by a letter. last: the last letter of each.
    """

    word: NDArray[Any]
    edits: int
    cells: Distances
    before: Distances
    last: NDArray[Any]

    @classmethod
    def first(cls, word: NDArray[Any], edits: int) -> _Rows:
        """Those of the empty string."""
        cells = np.full((2 * edits + 1, 1), edits + 1, np.uint8)
        for i in range(min(edits, len(word)) + 1):
            cells[edits + i] = i
        return cls(word, edits, cells, cells, np.zeros(1, word.dtype))

    def may_be_near(self) -> NDArray[np.bool_]:
        """Whether what begins so may be near the word."""
        may_be: NDArray[np.bool_] = self.cells.min(axis=0) <= self.edits
        return may_be

    def ends(self, size: int) -> Distances:
        """How far each beginning, of that size, is from the whole word."""
        far: Distances = self.cells[len(self.word) - size + self.edits]
        return far

    def longer(self, size: int, parents: Places, letters: NDArray[Any]) -> _Rows:
        """Those of beginnings that are longer by a letter than some of these, which have `size`."""
        word, edits, cells = self.word, self.edits, self.cells.take(parents, axis=1)
        before, last = self.before.take(parents, axis=1), self.last.take(parents)
        found = np.full_like(cells, edits + 1)
        for cell in range(2 * edits + 1):
            i = size + 1 - edits + cell
            if not 0 <= i <= len(word):
                continue
            far = found[cell]
            if i:
                np.minimum(far, cells[cell] + (letters != word[i - 1]), out=far)
            if cell < 2 * edits:
                np.minimum(far, cells[cell + 1] + np.uint8(1), out=far)
            if cell:
                np.minimum(far, found[cell - 1] + np.uint8(1), out=far)
            if i > 1 and size:
                exchanged = (letters == word[i - 2]) & (last == word[i - 1])
                # 255 for those that are not
                cost = (before[cell] + np.uint8(1)) | -(~exchanged).view(np.uint8)
                np.minimum(far, cost, out=far)
        return _Rows(word, edits, found, cells, letters)
