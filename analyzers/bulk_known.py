"""`protected_stem` of very many words: which of them does the stemmer know?

The rules are those of `protected` and read its tables; only the way is another. Known words are
looked up by length, the longest first, and only where their first three letters and the ending
behind them allow it: both are asked of small tables before the list of words is.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from analyzers.packed import BITS, Array, Mask, Numbers, Words, fits, pack, pack_all, places
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


class _Known(NamedTuple):
    """The known words that fit. by length: those with so many letters, rising.

    stems: of each, packed. sets: of each, the number of its endings. lengths_by_head: by the first
    three letters, bit n is set where a known word has n letters.
    """

    by_length: dict[int, Numbers]
    stems: dict[int, Numbers]
    sets: dict[int, Array]
    lengths_by_head: Array
    endings: Numbers
    allowed: Mask
    """[ending, set of endings]; the endings are `endings`, and after them the empty one."""


@cache
def _known() -> _Known:
    by_length: dict[int, list[tuple[int, int, int]]] = {}
    heads = np.zeros(1 << BITS * HEAD_LETTERS, np.uint32)
    for form, (stem, endings) in lexicon().known.items():
        if fits(form):
            entry = (pack(form), pack(stem), int(endings))
            by_length.setdefault(len(form), []).append(entry)
            if len(form) >= HEAD_LETTERS:
                heads[pack(form[:HEAD_LETTERS])] |= 1 << len(form)
    columns = {
        length: [np.array(column, np.uint64) for column in zip(*sorted(entries), strict=True)]
        for length, entries in by_length.items()
    }
    return _Known(
        {length: column[0] for length, column in columns.items()},
        {length: column[1] for length, column in columns.items()},
        {length: column[2].astype(np.intp) for length, column in columns.items()},
        heads,
        *_endings(),
    )


def _endings() -> tuple[Numbers, Mask]:
    endings = pack_all(set().union(*ENDING_SETS))
    allowed = np.zeros((len(endings) + 1, len(ENDING_SETS)), np.bool_)
    for number, ending_set in enumerate(ENDING_SETS):
        for ending in ending_set:
            row = int(endings.searchsorted(pack(ending))) if ending else len(endings)
            allowed[row, number] = True
    return endings, allowed


def protected_stems(words: Words) -> Numbers:
    """The stem of each word that is known with its clitics, else `UNKNOWN`."""
    stems = _stems_after(words, 0, SHORTEST)
    for before in sorted(LEAST_AFTER, key=len):
        least = LEAST_AFTER[before]
        size = len(before)
        open_ = (stems == UNKNOWN) & (words.sizes >= np.uint64(size + SHORTEST))
        where = np.flatnonzero(open_ & words.begin(before))
        rest = words.take(where).without_first(size)
        stems[where] = _stems_after(rest, size, least)
    return stems


def _stems_after(words: Words, start: int, least: int) -> Numbers:
    """The stems of words before which `start` letters stood, if they have a known `least`."""
    known = _known()
    stems = np.zeros(len(words.letters), np.uint64)
    settled = np.zeros(len(words.letters), np.bool_)
    lengths = known.lengths_by_head.take(words.head(HEAD_LETTERS).astype(np.intp))
    lengths[words.sizes < HEAD_LETTERS] = 0
    some = np.flatnonzero(lengths)
    for length in sorted(known.by_length, reverse=True):
        if length >= HEAD_LETTERS:
            where = some[(lengths.take(some) >> length & 1).astype(np.bool_) & ~settled.take(some)]
            where, found = _of_length(words, where, length, start)
            settled[where] = True
            stems[where] = found if length >= least else UNKNOWN
    if least == SHORTEST:
        short = words.sizes <= np.uint64(SHORTEST + LONGEST_AFTER_SHORT)
        where = np.flatnonzero(short & ~settled & (words.sizes >= np.uint64(SHORTEST)))
        where, found = _of_length(words, where, SHORTEST, start)
        stems[where] = found
    return stems


def _of_length(words: Words, where: Array, length: int, start: int) -> tuple[Array, Numbers]:
    """(those of the words that are a known one of this length and an ending of it, its stems)."""
    known = _known()
    where = where[words.sizes.take(where) >= np.uint64(length)]
    tried = words.take(where)
    sizes = tried.sizes - np.uint64(length)
    tails = tried.without_first(length).letters
    rows = places(tails, known.endings)
    is_ending = known.endings.take(rows) == tails
    rows[sizes == 0] = len(known.endings)
    is_ending[sizes == 0] = True
    kept = np.flatnonzero(is_ending)
    forms = tried.letters.take(kept) >> sizes.take(kept) * np.uint64(BITS)
    found = places(forms, known.by_length[length])
    sets = known.sets[length].take(found)
    fit = (known.by_length[length].take(found) == forms) & known.allowed[rows.take(kept), sets]
    if start:
        fit &= sets != ENDING_SETS.index(ALONE)
    return where.take(kept[fit]), known.stems[length].take(found[fit])
