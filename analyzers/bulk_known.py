"""`protected_stem` of very many words: which of them does the stemmer know?

The rules are those of `protected` and read its tables; only the way is another. Known words are
looked up by length, the longest first, and only where their first three letters and the ending
behind them allow it: both are asked of small tables before the list of words is.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from analyzers.packed import (
    BITS,
    MOST_LETTERS,
    Array,
    Mask,
    Numbering,
    Numbers,
    Words,
    fits,
    pack,
    pack_all,
    places,
)
from analyzers.protected import (
    ALONE,
    ENDING_SETS,
    HEAD_LETTERS,
    LEAST_AFTER,
    LONGEST_AFTER_SHORT,
    SHORTEST,
    lexicon,
)

UNKNOWN = np.uint64(0)
"""No word: what stands for the stem of a word that is not known."""


class _OfLength(NamedTuple):
    """The known words of one length, rising: stem and number of the endings of each."""

    forms: Numbers
    stems: Numbers
    sets: Array


class _Known(NamedTuple):
    """The known words that fit, by length, the longest first.

    lengths_by_head: by the first three letters, bit n is set where a known word has n letters.
    endings: rising. allowed: [ending, set of endings], where the last row is that of no ending.
    """

    by_length: dict[int, _OfLength]
    lengths_by_head: Array
    endings: Numbers
    allowed: Mask


@cache
def _known() -> _Known:
    listed = {form: entry for form, entry in lexicon().known.items() if fits(form)}
    numbering = Numbering()
    forms = Words.of(numbering.numbers(list(listed)))
    stems = numbering.numbers([stem for stem, _ in listed.values()])
    sets = np.array([int(endings) for _, endings in listed.values()])
    heads = np.zeros(1 << BITS * HEAD_LETTERS, np.uint32)
    by_length = {}
    for length in range(MOST_LETTERS, SHORTEST - 1, -1):
        where = np.flatnonzero(forms.sizes == length)
        where = where[np.argsort(forms.letters.take(where))]
        if len(where):
            found = forms.letters.take(where)
            by_length[length] = _OfLength(found, stems.take(where), sets.take(where))
            if length >= HEAD_LETTERS:
                heads[found >> np.uint64(BITS * (length - HEAD_LETTERS))] |= 1 << length
    return _Known(by_length, heads, *_endings())


def _endings() -> tuple[Numbers, Mask]:
    endings = pack_all(set().union(*ENDING_SETS))
    allowed = np.zeros((len(endings) + 1, len(ENDING_SETS)), np.bool_)
    for number, ending_set in enumerate(ENDING_SETS):
        for ending in ending_set:
            row = int(endings.searchsorted(pack(ending))) if ending else len(endings)
            allowed[row, number] = True
    return endings, allowed


class _Tries(NamedTuple):
    """What may be known words and their endings: the rests of `owners` after `before` letters.

    least: letters that the known word must have there.
    """

    rests: Words
    owners: Array
    before: Array
    least: Array

    def take(self, where: Array) -> _Tries:
        return _Tries(
            self.rests.take(where),
            self.owners.take(where),
            self.before.take(where),
            self.least.take(where),
        )


def protected_stems(words: Words) -> Numbers:
    """The stem of each word that is known with its clitics, else `UNKNOWN`."""
    tries = _tries(words)
    found = _stems_of(tries)
    where = np.flatnonzero(found)[::-1]  # so that of several the one after the fewest letters stays
    stems = np.zeros(len(words.letters), np.uint64)
    stems[tries.owners.take(where)] = found.take(where)
    return stems


def _tries(words: Words) -> _Tries:
    """Every word as it is, then without each clitic that it begins with, the shortest first."""
    everyone = np.arange(len(words.letters))
    parts = [(words, everyone, 0, SHORTEST)]
    for before in sorted(LEAST_AFTER, key=len):
        size = len(before)
        long_enough = words.sizes >= np.uint64(size + SHORTEST)
        where = np.flatnonzero(long_enough & words.begin(before))
        parts.append((words.take(where).without_first(size), where, size, LEAST_AFTER[before]))
    counts = [len(owners) for _, owners, _, _ in parts]
    return _Tries(
        Words(
            np.concatenate([rest.letters for rest, _, _, _ in parts]),
            np.concatenate([rest.sizes for rest, _, _, _ in parts]),
        ),
        np.concatenate([owners for _, owners, _, _ in parts]),
        np.repeat([size for _, _, size, _ in parts], counts),
        np.repeat([least for _, _, _, least in parts], counts),
    )


def _stems_of(tries: _Tries) -> Numbers:
    """The stem of each try that has a known word in front; the longest known word decides."""
    known = _known()
    sizes = tries.rests.sizes
    stems = np.zeros(len(sizes), np.uint64)
    settled = np.zeros(len(sizes), np.bool_)
    lengths = known.lengths_by_head.take(tries.rests.head(HEAD_LETTERS).astype(np.intp))
    lengths[sizes < HEAD_LETTERS] = 0
    some = np.flatnonzero(lengths)
    for length in known.by_length:
        if length >= HEAD_LETTERS:
            where = some[(lengths.take(some) >> length & 1).astype(np.bool_) & ~settled.take(some)]
        else:
            short = (sizes >= length) & (sizes <= length + LONGEST_AFTER_SHORT)
            where = np.flatnonzero(short & ~settled & (tries.least == length))
        where, found = _of_length(tries, where, length)
        settled[where] = True
        stems[where] = np.where(tries.least.take(where) <= length, found, UNKNOWN)
    return stems


def _of_length(tries: _Tries, where: Array, length: int) -> tuple[Array, Numbers]:
    """(those of the tries that have a known word of this length in front, its stems)."""
    known = _known()
    where = where[tries.rests.sizes.take(where) >= length]
    tried = tries.take(where)
    sizes = tried.rests.sizes - np.uint64(length)
    tails = tried.rests.without_first(length).letters
    rows = places(tails, known.endings)
    is_ending = known.endings.take(rows) == tails
    rows[sizes == 0] = len(known.endings)
    kept = np.flatnonzero(is_ending | (sizes == 0))
    forms = tried.rests.letters.take(kept) >> sizes.take(kept) * np.uint64(BITS)
    words = known.by_length[length]
    found = places(forms, words.forms)
    sets = words.sets.take(found)
    fit = (words.forms.take(found) == forms) & known.allowed[rows.take(kept), sets]
    fit &= (sets != ENDING_SETS.index(ALONE)) | (tried.before.take(kept) == 0)
    return where.take(kept[fit]), words.stems.take(found[fit])
