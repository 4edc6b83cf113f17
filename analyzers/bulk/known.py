"""`protected_stem` of many words at once: which of them does the stemmer know?

The rules are those of `protected` and use its tables; only the method differs. Every beginning of
a word that may be a known word is tried at once, and only where its first three letters and the
ending that is left allow it: small tables answer both before the list of words is searched.
"""

from __future__ import annotations

from functools import cache

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
from analyzers.named import NamedTuple
from analyzers.protected import (
    ENDING_SETS,
    HEAD_LETTERS,
    LONGEST_AFTER_SHORT,
    SHORTEST,
    lexicon,
)
from analyzers.ranked import places

UNKNOWN = np.uint64(0)
"""No word: given instead of a stem for a word that is not known."""


class _Known(NamedTuple):
    """The known words that fit.

    forms: ascending. stems, sets: by form, its stem and the number of its set of endings.
    lengths_by_head: by the first three letters, bit n is set if a known word has n letters.
    endings: ascending. allowed: [ending, set of endings]; the last row stands for no ending.
    """

    forms: Numbers
    stems: Numbers
    sets: Array
    lengths_by_head: Array
    endings: Numbers
    allowed: Mask


@cache
def _known() -> _Known:
    """The known words that fit, from the lexicon, sorted and with tables for lookup."""
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


def protected_stems(words: Words, least: int = SHORTEST) -> Numbers:
    """The stem of each word that is a known word of `least` or more letters, else `UNKNOWN`.

    The longest known word that it begins with decides.
    """
    known = _known()
    where, lengths = _lengths(words, least)
    tried = words.take(where)
    sizes = tried.sizes - lengths
    tails = tried.without_first(lengths).letters
    rows = places(tails, known.endings)
    bare = sizes == 0
    kept = np.flatnonzero((known.endings.take(rows) == tails) | bare)
    rows[bare] = len(known.endings)
    where, lengths = where.take(kept), lengths.take(kept)
    forms = tried.letters.take(kept) >> sizes.take(kept) * np.uint64(BITS)
    found = places(forms, known.forms)
    fit = (known.forms.take(found) == forms) & known.allowed[
        rows.take(kept), known.sets.take(found)
    ]
    where, lengths, found = where[fit], lengths[fit], found[fit]
    stems = np.zeros(len(words.letters), np.uint64)
    # shortest first, so that the longest has the last word
    stems[where] = np.where(lengths >= np.uint64(least), known.stems.take(found), UNKNOWN)
    return stems


def _lengths(words: Words, least: int) -> tuple[Array, Numbers]:
    """(word, letters) for every known word that a word may begin with, shortest first.

    Known words of two letters are found only where the word itself is short.
    """
    sizes = words.sizes
    lengths = _known().lengths_by_head.take(words.head(HEAD_LETTERS).astype(np.intp))
    lengths &= np.left_shift(np.uint32(2), sizes.astype(np.uint32)) - np.uint32(1)
    lengths &= ~np.uint32((1 << HEAD_LETTERS) - 1)
    if least == SHORTEST:
        short = (sizes >= SHORTEST) & (sizes <= SHORTEST + LONGEST_AFTER_SHORT)
        lengths |= short.astype(np.uint32) << np.uint32(SHORTEST)
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
