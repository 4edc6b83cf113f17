"""Which strings of a dictionary are at most so many edits from a word, and how many is each?

An edit is a letter more, less, other, or two neighbours exchanged, no place touched twice: the
optimal string alignment distance (Damerau, A technique for computer detection and correction of
spelling errors, 1964). Its table is filled for thousands of strings at once, a cell at a time, and
only near the diagonal (Ukkonen, Algorithms for approximate string matching, 1985).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.codepoints import code_points
from analyzers.named import NamedTuple
from analyzers.ranked import distinct_of
from indexer.codec.postings import slice_indices, starts_of
from indexer.ranking.keys import Keys, Places

Distances = NDArray[np.uint8]

_LONGEST_LETTER = 4
_TOGETHER = 1 << 15
"""Strings compared at once: their columns stay in the cache of a processor."""

_FEW = 1 << 7
"""Of so few strings all are compared to the end."""

_WORTHWHILE = 0.7
"""The hopeless strings are dropped where not more than this share is left."""


class Written(NamedTuple):
    """Some strings of one size: letter j of string i is `letters[firsts[i] + stride * j]`."""

    letters: NDArray[Any]
    firsts: Places
    stride: int
    size: int

    def part(self, where: NDArray[Any]) -> Written:
        """Some of the strings."""
        return self._replace(firsts=self.firsts[where])

    def table(self) -> NDArray[Any]:
        """All letters, a row for each string."""
        return self.letters.take(self.firsts[:, np.newaxis] + self.stride * np.arange(self.size))

    def column(self, place: int) -> NDArray[Any]:
        """The letter in a place of each string."""
        return self.letters[self.stride * place :].take(self.firsts)


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
    found, distances = [np.zeros(0, np.int64)], [np.zeros(0, np.uint8)]
    if len(places):
        points, (letters, starts) = code_points(word), keys.letters(places)
        sizes = np.diff(starts)
        for size in range(max(len(points) - edits, 0), len(points) + edits + 1):
            here = np.flatnonzero(sizes == size)
            kept, far = within(points, Written(letters, starts.take(here), 1, size), edits)
            found.append(places.take(here.take(kept)))
            distances.append(far)
    return np.concatenate(found), np.concatenate(distances)


def _by_last_bytes(word: str, edits: int, keys: Keys) -> tuple[Places, Distances]:
    """Of the unmixed Arabic keys those near an Arabic word, told by the second byte of each letter.

    Letters from U+0600 to U+06FF have two. The second alone tells the plain ones apart; others that
    share it make two strings seem nearer, never farther.
    """
    found, distances = [np.zeros(0, np.int64)], [np.zeros(0, np.uint8)]
    if _is_arabic(word):
        encoded = np.frombuffer(word.encode("utf-8", "surrogatepass"), np.uint8)
        for size in range(max(len(word) - edits, 1), len(word) + edits + 1):
            places = keys.sized(2 * size)
            written = Written(keys.data[1:], keys.starts.take(places), 2, size)
            kept, far = within(encoded[1::2], written, edits)
            found.append(places.take(kept))
            distances.append(far)
    return np.concatenate(found), np.concatenate(distances)


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


def within(word: NDArray[Any], written: Written, edits: int) -> tuple[Places, Distances]:
    """(places, distances) of those strings of one size that are at most so many edits away."""
    found, distances = [np.zeros(0, np.int64)], [np.zeros(0, np.uint8)]
    for begin in range(0, len(written.firsts), _TOGETHER):
        some = written._replace(firsts=written.firsts[begin : begin + _TOGETHER])
        kept, far = _Table(word, some, edits).filled()
        found.append(kept + begin)
        distances.append(far)
    return np.concatenate(found), np.concatenate(distances)


Row = dict[int, Distances]
"""Cells of one row of a table, by column: a number for each string."""


class _Table:
    """Distances between each beginning of a word and each beginning of some strings of one size.

    Row i, column j: after i letters of the word and j of the strings. Only cells are filled by
    which the end may be reached: |i - j| edits brought there, as many as the sizes differ by from
    there on lie ahead.
    """

    def __init__(self, word: NDArray[Any], written: Written, edits: int) -> None:
        self._word, self._edits = word, edits
        self._too_far = np.uint8(edits + 1)
        self._written = written
        self._left = np.arange(len(written.firsts))
        self._columns: dict[int, NDArray[Any]] = {}
        self._rows: tuple[Row, Row] = ({}, {})

    def filled(self) -> tuple[Places, Distances]:
        """(places, distances) of the strings at most so many edits away."""
        for i in range(len(self._word) + 1):
            self._rows = self._rows[1], self._next_row(i)
            if i and len(self._left) > _FEW:
                self._drop_hopeless(i)
        far = np.full(len(self._left), self._edits + 1, np.uint8)
        last = self._rows[1].get(self._written.size, far)
        kept = last <= self._edits
        return self._left[kept], last[kept]

    def _ahead(self, i: int, j: int) -> int:
        """The fewest edits from a cell to the end."""
        return abs((len(self._word) - i) - (self._written.size - j))

    def _next_row(self, i: int) -> Row:
        row: Row = {}
        for j in range(max(i - self._edits, 0), min(i + self._edits, self._written.size) + 1):
            if abs(i - j) + self._ahead(i, j) <= self._edits:
                row[j] = self._cell(i, j, row)
        return row

    def _cell(self, i: int, j: int, row: Row) -> Distances:
        earlier, before = self._rows
        if i == 0 or j == 0:
            return np.full(len(self._left), i + j, np.uint8)
        letters, word = self._column(j), self._word
        found: Distances = before[j - 1] + (letters != word[i - 1])
        if j in before:
            np.minimum(found, before[j] + np.uint8(1), out=found)
        if j - 1 in row:
            np.minimum(found, row[j - 1] + np.uint8(1), out=found)
        if i > 1 and j > 1:
            exchanged = (letters == word[i - 2]) & (self._column(j - 1) == word[i - 1])
            # 255 for those that are not
            cost = (earlier[j - 2] + np.uint8(1)) | -(~exchanged).view(np.uint8)
            np.minimum(found, cost, out=found)
        return np.minimum(found, self._too_far, out=found)

    def _column(self, j: int) -> NDArray[Any]:
        known = self._columns.get(j)
        if known is None:
            known = self._columns[j] = self._written.column(j - 1)
        return known

    def _drop_hopeless(self, i: int) -> None:
        """Forget the strings that no cell of this row, nor an exchange over it, leads on."""
        alive = np.zeros(len(self._left), np.bool_)
        for row, at, more in ((self._rows[1], i, 0), (self._rows[0], i - 1, 1)):
            for j, cell in row.items():
                if at >= 0 and (bar := self._edits - more - self._ahead(at, j)) >= 0:
                    alive |= cell <= bar
        kept = np.flatnonzero(alive)
        if len(kept) > _WORTHWHILE * len(alive):
            return
        self._left = self._left.take(kept)
        self._written = self._written.part(kept)
        self._columns = {
            j: self._columns[j].take(kept) for j in (i - 1, i, i + 1, i + 2) if j in self._columns
        }
        one, two = self._rows
        self._rows = (
            {j: c.take(kept) for j, c in one.items()},
            {j: c.take(kept) for j, c in two.items()},
        )
