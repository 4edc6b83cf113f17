"""Number the distinct spellings among the words in an array of letters.

At sixteen bits a letter, four letters make one 64-bit number, so a word of up to sixteen letters is
at most four numbers (who asks for it may have more): they are hashed, looked up in an
open-addressing table and compared in full.
The hash has a random seed and equality never relies on it, so no input can make two words one or
make many words slow. Longer words, and those with letters beyond U+FFFE, are looked up as strings.
This file does not know what a spelling means.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analyzers.codepoints import text_of
from analyzers.named import NamedTuple
from analyzers.ranked import numbered

Letters = NDArray[np.uint32]
Offsets = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Ids = NDArray[np.uint32]

ABSENT = np.uint32(0xFFFFFFFF)

_LANES = 4
_QUADS = 4
_WIDE = 0xFFFF
_MASKS = np.array([(1 << 16 * count) - 1 for count in range(_LANES + 1)], np.uint64)


class TextWords(NamedTuple):
    """Words of one text: word i is `letters[heads[i]:heads[i] + lengths[i]]`. No letter is 0."""

    letters: Letters
    heads: Offsets
    lengths: Offsets


class _Packed(NamedTuple):
    """quads[k]: (which words have more than 4 k letters, the next four of each as one number).

    strings: the places of the words that do not fit.
    """

    quads: list[tuple[Offsets, Hashes]]
    lengths: NDArray[np.uint8]
    strings: Offsets


class Spellings:
    """The distinct words seen so far. quads: four times as many letters fit."""

    def __init__(self, seed: int, quads: int = _QUADS) -> None:
        self._multipliers = mix(np.arange(quads, dtype=np.uint64) + np.uint64(seed)) | np.uint64(1)
        self._table = _HashTable()
        self._count = 0
        self._id_of: dict[str, int] = {}
        """Words that the table cannot hold: they do not fit, or their hash collides."""
        self._quads = np.zeros((quads, 1 << 12), np.uint64)
        self._lengths = np.zeros(1 << 12, np.uint8)
        self._lanes = 0
        """Of the quads; in what is behind these, no word has letters."""

    def __len__(self) -> int:
        return self._count

    def ids(self, words: TextWords) -> tuple[Ids, Offsets]:
        """(the number of each word; of each new spelling a word, in the order of their numbers)."""
        fresh = np.zeros(0, np.int64)
        packed = _pack(words, _LANES * len(self._quads))
        hashes = self._hash(packed)
        ids = self._table.find(hashes)
        ids[packed.strings] = 0
        missing = np.flatnonzero(ids == ABSENT)
        if len(missing):
            new, place, inverse = numbered(hashes[missing])
            fresh = where = missing[place]
            new_ids = np.arange(self._count, self._count + len(where), dtype=np.uint32)
            self._count += len(where)
            self._keep(packed, where, new_ids)
            self._table.add(new, new_ids)
            ids[missing] = new_ids[inverse]
        wrong = self._mismatches(packed, ids)
        if len(wrong):
            first = self._count
            by_string = [self._id_of_string(word) for word in strings_of(words, wrong)]
            ids[wrong] = by_string
            place_of = dict(zip(by_string, wrong.tolist(), strict=True))
            others = [place_of[number] for number in range(first, self._count)]
            fresh = np.concatenate([fresh, np.array(others, np.int64)])
        return ids, fresh

    def _id_of_string(self, word: str) -> int:
        known = self._id_of.get(word)
        if known is None:
            known = self._id_of[word] = self._count
            self._count += 1
        return known

    def _hash(self, packed: _Packed) -> Hashes:
        hashes = packed.lengths.astype(np.uint64)
        for (where, values), multiplier in zip(packed.quads, self._multipliers, strict=False):
            if len(where) == len(hashes):
                hashes += values * multiplier
            else:
                hashes[where] += values * multiplier
        hashes ^= hashes >> np.uint64(32)
        hashes *= self._multipliers[0]
        hashes[hashes == 0] = 1
        return hashes

    def _keep(self, packed: _Packed, where: Offsets, ids: Ids) -> None:
        """Keep the letters of words with these ids, for comparison."""
        room = self._quads.shape[1]
        if self._count > room:
            grown = np.zeros((len(self._quads), 2 * self._count), np.uint64)
            grown[: self._lanes, :room] = self._quads[: self._lanes]
            self._quads = grown
            self._lengths = np.concatenate(
                [self._lengths, np.zeros(grown.shape[1] - room, np.uint8)]
            )
        self._lanes = max(self._lanes, len(packed.quads))
        self._lengths[ids] = packed.lengths[where]
        spread = np.zeros(len(packed.lengths), np.uint64)
        for number, (has, values) in enumerate(packed.quads):
            spread[:] = 0
            spread[has] = values
            self._quads[number][ids] = spread[where]

    def _mismatches(self, packed: _Packed, ids: Ids) -> Offsets:
        """The words whose letters differ from the spelling with the id they were given."""
        differ = self._lengths.take(ids) != packed.lengths
        for (where, values), known in zip(packed.quads, self._quads, strict=False):
            if len(where) == len(ids):
                differ |= known.take(ids) != values
            else:
                differ[where] |= known.take(ids[where]) != values
        differ[packed.strings] = True
        return np.flatnonzero(differ)


def strings_of(words: TextWords, where: Offsets) -> list[str]:
    """Some of the words as strings. No word contains a newline, so they are split at newlines."""
    lengths = words.lengths[where] + 1
    ends = np.cumsum(lengths)
    shifts = np.repeat(words.heads[where] - (ends - lengths), lengths)
    shifts[ends - 1] = 1 - ends  # the very first letter, where a newline will be
    flat = words.letters.take(np.arange(len(shifts)) + shifts)
    flat[ends - 1] = ord("\n")
    return text_of(flat).split("\n")[:-1]


def _pack(words: TextWords, most: int) -> _Packed:
    """The words as 64-bit numbers of four letters each, and the places of those that do not fit.

    most: letters that fit.
    """
    count = len(words.letters)
    narrow = np.zeros(count + most, "<u2")
    np.minimum(words.letters, _WIDE, out=narrow[:count], casting="unsafe")
    view = np.ndarray((count + most - _LANES + 1,), "<u8", narrow.data, 0, (2,))
    fours = np.ascontiguousarray(view, np.uint64)
    longest = min(int(words.lengths.max(initial=0)), most)
    lengths = np.minimum(words.lengths, most + 1).astype(np.uint8)
    where = np.arange(len(lengths))
    quads = []
    for reach in range(0, longest, _LANES):
        if reach:
            where = where.take(np.flatnonzero(lengths.take(where) > reach))
        values = fours.take(words.heads.take(where) + reach)
        rest = np.minimum(lengths.take(where), reach + _LANES) - np.uint8(reach)
        values &= _MASKS.take(rest)
        quads.append((where, values))
    misfit = lengths > most
    if int(words.letters.max(initial=0)) >= _WIDE:
        wide = np.cumsum(np.concatenate([np.zeros(1, np.int64), words.letters >= _WIDE]))
        misfit |= wide.take(words.heads + words.lengths) > wide.take(words.heads)
    return _Packed(quads, lengths, np.flatnonzero(misfit))


def mix(values: Hashes) -> Hashes:
    """Scatter 64-bit values (the finalizer of SplitMix64, Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


class _HashTable:
    """Open addressing from 64-bit hash to uint32 id, in numpy; keys are never 0."""

    def __init__(self, bits: int = 16) -> None:
        self._bits = bits
        self._keys = np.zeros(1 << bits, np.uint64)
        self._ids = np.zeros(1 << bits, np.uint32)
        self._count = 0

    def _slots(self, hashes: Hashes) -> NDArray[np.intp]:
        return (hashes >> np.uint64(64 - self._bits)).astype(np.intp)

    def find(self, hashes: Hashes) -> Ids:
        """The id of each hash, `ABSENT` where the table does not have it."""
        slots = self._slots(hashes)
        keys = self._keys.take(slots)
        ids = self._ids.take(slots)
        pending = np.flatnonzero(keys != hashes)
        while len(pending):
            free = self._keys.take(slots[pending]) == 0
            ids[pending[free]] = ABSENT
            pending = pending[~free]
            slots[pending] = (slots[pending] + 1) & ((1 << self._bits) - 1)
            met = self._keys.take(slots[pending]) == hashes[pending]
            ids[pending[met]] = self._ids.take(slots[pending[met]])
            pending = pending[~met]
        return ids

    def add(self, hashes: Hashes, ids: Ids) -> None:
        """Add hashes that are new and distinct."""
        while (self._count + len(hashes)) * 2 > 1 << self._bits:
            self._grow()
        self._place(hashes, ids)
        self._count += len(hashes)

    def _place(self, hashes: Hashes, ids: Ids) -> None:
        slots = self._slots(hashes)
        while len(hashes):
            free = self._keys.take(slots) == 0
            self._keys[slots[free]] = hashes[free]  # if several want a slot, the last one wins
            self._ids[slots[free]] = ids[free]
            lost = self._keys.take(slots) != hashes
            hashes, ids = hashes[lost], ids[lost]
            slots = (slots[lost] + 1) & ((1 << self._bits) - 1)

    def _grow(self) -> None:
        held = self._keys != 0
        keys, ids = self._keys[held], self._ids[held]
        self._bits += 2
        self._keys = np.zeros(1 << self._bits, np.uint64)
        self._ids = np.zeros(1 << self._bits, np.uint32)
        self._place(keys, ids)
