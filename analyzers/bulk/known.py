"""`protected_stem` of very many words: which of them does the stemmer know?

The rules are those of `protected` and read its tables; only the way is another. What may be a known
word with its ending is tried in all its lengths at once, and only where its first three letters
and what is left as an ending allow it: both are asked of small tables before the list of words is.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from analyzers.bulk.packed import (
    BITS,
    MOST_LETTERS,
    Array,
    Mask,
    Numbers,
    Spelled,
    Words,
    own_letters,
    pack,
    pack_all,
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
from analyzers.ranked import places

UNKNOWN = np.uint64(0)
"""No word: what stands for the stem of a word that is not known."""


class _Known(NamedTuple):
    """The known words that fit.

    forms: rising. stems, sets: by form, its stem and the number of its endings. lengths_by_head: by
    the first three letters, bit n is set where a known word has n letters. endings: rising.
    allowed: [ending, set of endings], where the last row is that of no ending.
    """

    forms: Numbers
    stems: Numbers
    sets: Array
    lengths_by_head: Array
    endings: Numbers
    allowed: Mask


@cache
def _known() -> _Known:
    listed = lexicon().known
    forms, fit = Spelled(list(listed)).packed(own_letters())
    stems, _ = Spelled([stem for stem, _ in listed.values()]).packed(own_letters())
    sets = np.array([int(endings) for _, endings in listed.values()])
    where = np.flatnonzero(fit)
    where = where[np.argsort(forms.take(where))]
    words = Words.of(forms.take(where))
    heads = np.zeros(1 << BITS * HEAD_LETTERS, np.uint32)
    lengths = np.left_shift(1, words.sizes.astype(np.int64))
    np.bitwise_or.at(heads, words.head(HEAD_LETTERS).astype(np.intp), lengths.astype(np.uint32))
    return _Known(words.letters, stems.take(where), sets.take(where), heads, *_endings())


def _endings() -> tuple[Numbers, Mask]:
    endings = pack_all(set().union(*ENDING_SETS))
    allowed = np.zeros((len(endings) + 1, len(ENDING_SETS)), np.bool_)
    for number, ending_set in enumerate(ENDING_SETS):
        for ending in ending_set:
            row = int(endings.searchsorted(pack(ending))) if ending else len(endings)
            allowed[row, number] = True
    return endings, allowed


class _Clitics(NamedTuple):
    """What may stand before a known word, of one length.

    clitics: rising. least: by clitic, how many letters the known word must have.
    """

    clitics: Numbers
    least: Array


@cache
def _clitics() -> dict[int, _Clitics]:
    """By how many letters they have."""
    found = {}
    for size in sorted({len(clitic) for clitic in LEAST_AFTER}):
        least = {pack(clitic): n for clitic, n in LEAST_AFTER.items() if len(clitic) == size}
        ranked = sorted(least)
        found[size] = _Clitics(np.array(ranked, np.uint64), np.array([least[n] for n in ranked]))
    return found


class _Tries(NamedTuple):
    """What may be known words and their endings: the rests of `owners` after `before` letters.

    least: letters that the known word must have there.
    """

    rests: Words
    owners: Array
    before: Array
    least: Array


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
    rests, owners = [words], [everyone]
    before, least = [np.zeros(len(everyone), np.int64)], [np.full(len(everyone), SHORTEST)]
    for size, known in _clitics().items():
        heads = words.head(size)
        at = places(heads, known.clitics)
        begins = known.clitics.take(at) == heads
        where = np.flatnonzero(begins & (words.sizes >= np.uint64(size + SHORTEST)))
        rests.append(words.take(where).without_first(size))
        owners.append(where)
        before.append(np.full(len(where), size))
        least.append(known.least.take(at.take(where)))
    return _Tries(
        Words.joined(*rests),
        np.concatenate(owners),
        np.concatenate(before),
        np.concatenate(least),
    )


def _stems_of(tries: _Tries) -> Numbers:
    """The stem of each try that has a known word in front; the longest known word decides."""
    known = _known()
    where, lengths = _lengths(tries)
    words = tries.rests.take(where)
    sizes = words.sizes - lengths
    tails = words.without_first(lengths).letters
    rows = places(tails, known.endings)
    bare = sizes == 0
    kept = np.flatnonzero((known.endings.take(rows) == tails) | bare)
    rows[bare] = len(known.endings)
    where, lengths = where.take(kept), lengths.take(kept)
    forms = words.letters.take(kept) >> sizes.take(kept) * np.uint64(BITS)
    found = places(forms, known.forms)
    sets = known.sets.take(found)
    fit = (known.forms.take(found) == forms) & known.allowed[rows.take(kept), sets]
    fit &= (sets != ENDING_SETS.index(ALONE)) | (tries.before.take(where) == 0)
    where, lengths, found = where[fit], lengths[fit], found[fit]
    long_enough = tries.least.take(where).astype(np.uint64) <= lengths
    stems = np.zeros(len(tries.owners), np.uint64)
    # from the shortest on, so that the longest stays
    stems[where] = np.where(long_enough, known.stems.take(found), UNKNOWN)
    return stems


def _lengths(tries: _Tries) -> tuple[Array, Numbers]:
    """(try, letters) of all known words that may stand in front, the shortest first.

    Those of two letters are known by nothing but themselves; they need a short word.
    """
    sizes = tries.rests.sizes
    lengths = _known().lengths_by_head.take(tries.rests.head(HEAD_LETTERS).astype(np.intp))
    lengths &= np.left_shift(np.uint32(2), sizes.astype(np.uint32)) - np.uint32(1)
    lengths &= ~np.uint32((1 << HEAD_LETTERS) - 1)
    short = (sizes >= SHORTEST) & (sizes <= SHORTEST + LONGEST_AFTER_SHORT)
    lengths |= (short & (tries.least == SHORTEST)).astype(np.uint32) << np.uint32(SHORTEST)
    some = np.flatnonzero(lengths)
    bits = lengths.take(some)
    found = [
        some[(bits >> np.uint32(length) & 1).astype(np.bool_)]
        for length in range(SHORTEST, MOST_LETTERS + 1)
    ]
    counts = [len(part) for part in found]
    return np.concatenate(found), np.repeat(
        np.arange(SHORTEST, MOST_LETTERS + 1, dtype=np.uint64), counts
    )
