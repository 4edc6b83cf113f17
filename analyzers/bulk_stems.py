"""`stem` of very many words: what is left of each without its affixes?

The rules are those of `stemmer`, in the same order and from the same tables, where their reasons
stand; each function here is the one of that name there, on all words at once.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from pyarabic import araby

from analyzers.bulk_known import UNKNOWN, protected_stems
from analyzers.packed import (
    BITS,
    Array,
    Mask,
    Numbers,
    Words,
    letter_table,
    pack,
    pack_all,
    pair_table,
)
from analyzers.protected import waw_words
from analyzers.ranked import is_among
from analyzers.stemmer import (
    ALEF_HAMZA,
    ALEF_YEH,
    ARTICLE,
    BEFORE_OWN_KAF,
    BEFORE_PRONOUN,
    COMPOUNDS,
    FUTURE_MIN,
    KUNNA,
    LAST_LETTERS,
    MIN_AFTER_ARTICLE,
    MIN_STEM,
    NI,
    PLURALS,
    PRONOUNS,
    ROOTS_IN_KAF,
    ROOTS_IN_TEH,
    WEAK,
    WORDS_IN_KAF,
    WORDS_IN_TEH,
    YEH_NOON,
)

_LEAST = np.uint64(MIN_STEM)
_ALEF, _WAW, _YEH, _HAMZA, _TEH, _KAF, _MEEM = (
    np.uint64(pack(letter))
    for letter in (
        araby.ALEF, araby.WAW, araby.YEH, araby.HAMZA, araby.TEH, araby.KAF, araby.MEEM,
    )
)  # fmt: skip
_IS_WEAK = letter_table(WEAK)
_IS_LAST = letter_table(LAST_LETTERS)
_IS_BEFORE_OWN_KAF = letter_table(BEFORE_OWN_KAF)
_IN_KAF = pair_table(ROOTS_IN_KAF)
_IN_TEH = pair_table(ROOTS_IN_TEH)


@cache
def _waw_words() -> Numbers:
    return pack_all(waw_words())


def stems(words: Words) -> Words:
    """The light stem of each folded word; of one in و both with it and without, to choose from."""
    count = len(words.letters)
    in_waw = words.begin(araby.WAW) & ~begin_with_any(words, COMPOUNDS)
    waw = np.flatnonzero(in_waw & (words.sizes >= _LEAST))
    after_waw = words.take(waw).without_first(1)
    light = _without_suffixes(_without_future(Words.joined(_without_article(words), after_waw)))
    known = protected_stems(Words.joined(words, after_waw))
    where = np.flatnonzero(known)
    light.put(where, Words.of(known.take(where)))
    own = (known.take(waw) != UNKNOWN) | (words.sizes.take(waw) <= _LEAST)
    own |= is_among(light.letters.take(waw), _waw_words())
    conjoined = np.flatnonzero(~own)
    light.put(waw.take(conjoined), light.take(count + conjoined))
    short = np.flatnonzero(words.sizes < _LEAST)
    light.put(short, words.take(short))
    return Words(light.letters[:count], light.sizes[:count])


@cache
def by_size(affixes: tuple[str, ...]) -> tuple[tuple[int, Numbers], ...]:
    """(how many letters, the affixes that have so many), the longest first."""
    sizes = sorted({len(affix) for affix in affixes}, reverse=True)
    return tuple((n, pack_all(affix for affix in affixes if len(affix) == n)) for n in sizes)


def is_any(letters: Numbers, affixes: Numbers) -> Mask:
    """Which letters are one of a few affixes."""
    found = np.zeros(len(letters), np.bool_)
    for affix in affixes:  # they are few, and comparing is faster than to look them up
        found |= letters == affix
    return found


def begin_with_any(words: Words, beginnings: tuple[str, ...]) -> Mask:
    """Which words begin with any of these."""
    found = np.zeros(len(words.letters), np.bool_)
    for size, known in by_size(beginnings):
        found |= is_any(words.head(size), known)
    return found


def _without_article(words: Words) -> Words:
    counts = np.zeros(len(words.letters), np.uint64)
    for size, known in by_size(COMPOUNDS):
        takes = (counts == 0) & (words.sizes >= np.uint64(size + MIN_STEM))
        counts[takes & is_any(words.head(size), known)] = size
    takes = (counts == 0) & (words.sizes >= np.uint64(len(ARTICLE) + MIN_AFTER_ARTICLE))
    counts[takes & words.begin(ARTICLE)] = len(ARTICLE)
    return words.without_first(counts)


def _without_future(words: Words) -> Words:
    return words.without_first(
        words.begin(araby.SEEN + araby.YEH) & (words.sizes >= np.uint64(FUTURE_MIN))
    )


def _without_suffixes(words: Words) -> Words:
    result = words.copy()
    where = np.flatnonzero(_IS_LAST.take(words.last().astype(np.intp)))
    result.put(where, _without_some_suffix(words.take(where)))
    return result


def _without_some_suffix(words: Words) -> Words:
    bare = _without_pronoun(words)
    had_none = bare.sizes == words.sizes
    plural = np.where(had_none, _end_in_any(bare, PLURALS), _end_in_any(bare, BEFORE_PRONOUN))
    where = np.flatnonzero(plural)
    bare.put(where, _without_plural(bare.take(where)))
    words = _without_seatless_hamza(_without_feminine_teh(bare))
    where = np.flatnonzero((words.last() == _ALEF) & (words.sizes > _LEAST))
    words.put(where, _without_seatless_hamza(words.take(where).without_last(1)))
    where = np.flatnonzero((words.last() == _YEH) & (words.sizes > _LEAST))
    words.put(where, _without_nisba(words.take(where)))
    return words


def _end_in_any(words: Words, endings: tuple[str, ...]) -> Mask:
    found = np.zeros(len(words.letters), np.bool_)
    for size, known in by_size(endings):
        found |= is_any(words.tail(size), known)
    return found


def _without_nisba(words: Words) -> Words:
    words = _without_feminine_teh(words.without_last(1))
    words = words.without_last(words.end(ALEF_YEH) & (words.sizes > _LEAST))
    return words.without_last((words.last() == _ALEF) & (words.sizes > _LEAST))


def _without_plural(words: Words) -> Words:
    masdar = (words.sizes == 5) & (words.first() == _TEH) & words.end(YEH_NOON)
    bare = _without_one(words, PLURALS, ~masdar)
    verb = (bare.last() == _HAMZA) & (words.last(1) == _WAW) & (bare.last(1) != _ALEF) & ~masdar
    short = verb & (bare.sizes == _LEAST)
    bare = bare.without_last(verb & ~short)
    bare.letters[short] ^= _HAMZA ^ _ALEF
    return bare


def _without_one(words: Words, endings: tuple[str, ...], allowed: Mask) -> Words:
    counts = np.zeros(len(words.letters), np.uint64)
    for size, known in by_size(endings):
        takes = (counts == 0) & (words.sizes >= np.uint64(size + MIN_STEM)) & allowed
        counts[takes & is_any(words.tail(size), known)] = size
    return words.without_last(counts)


def _without_pronoun(words: Words) -> Words:
    bare = _without_one(words, PRONOUNS, np.ones(len(words.letters), np.bool_))
    unchanged = np.flatnonzero(bare.sizes == words.sizes)
    result = bare.without_last(
        (bare.sizes != words.sizes) & (bare.sizes > _LEAST) & (bare.last() == _WAW)
    )
    result.put(unchanged, _without_rare_pronoun(words.take(unchanged)))
    return result


def _without_rare_pronoun(words: Words) -> Words:
    counts = np.zeros(len(words.letters), np.uint64)
    where = np.flatnonzero(words.last() == _KAF)
    counts[where[_may_lose_kaf(words.take(where))]] = 1
    kunna = words.end(KUNNA) & (words.sizes > np.uint64(MIN_STEM + 2))
    counts[kunna & ~_IS_BEFORE_OWN_KAF.take(words.last(2).astype(np.intp))] = 2
    where = np.flatnonzero(words.end(NI) & (words.sizes >= np.uint64(MIN_STEM + 2)))
    counts[where[_are_verbs_before_ni(words.take(where).without_last(2))]] = 2
    return words.without_last(counts)


def _are_verbs_before_ni(rest: Words) -> Mask:
    strong = np.zeros(len(rest.letters), np.uint64)
    for before in range(MIN_STEM + 1):
        letter = rest.last(before)
        strong += (letter > 0) & ~_weak(letter)
    first = rest.first()
    pair = rest.head(2)
    alef = (first == _ALEF) | (pair & np.uint64((1 << BITS) - 1) == _ALEF)
    short = (first != _MEEM) & (strong == _LEAST)
    form_three = (rest.sizes == _LEAST + np.uint64(1)) & (strong == _LEAST) & alef
    longer = ~_weak(rest.last()) & ((first == _YEH) | (rest.last() == _TEH) | form_three)
    verbs: Mask = np.where(rest.sizes == _LEAST, short, longer)
    return verbs


def _may_lose_kaf(words: Words) -> Mask:
    after_teh = (words.sizes > np.uint64(MIN_STEM + 1)) & (words.last(1) == _TEH)
    own = _end_in_any(words, WORDS_IN_KAF) | _end_in_root(words, _IN_KAF)
    may: Mask = after_teh | ((words.sizes > _LEAST) & ~own)
    return may


def _without_seatless_hamza(words: Words) -> Words:
    return words.without_last(words.end(ALEF_HAMZA) & (words.sizes > _LEAST))


def _without_feminine_teh(words: Words) -> Words:
    where = np.flatnonzero((words.last() == _TEH) & (words.sizes > _LEAST))
    tried = words.take(where)
    own = _end_in_any(tried, WORDS_IN_TEH) | _end_in_root(tried, _IN_TEH)
    counts = np.zeros(len(words.letters), np.uint64)
    counts[where[~own]] = 1
    return words.without_last(counts)


def _end_in_root(words: Words, roots: Mask) -> Mask:
    body = words.without_last(1)
    weak = (body.sizes >= _LEAST) & _weak(body.last())
    return _have_root(body, roots) | (weak & _have_root(body.without_last(1), roots))


def _have_root(body: Words, roots: Mask) -> Mask:
    whole = roots.take(body.tail(2).astype(np.intp))
    around = body.last(2) << np.uint64(BITS) | body.last()
    weak = (body.sizes >= _LEAST) & _weak(body.last(1))
    having: Mask = whole | (weak & roots.take(around.astype(np.intp)))
    return having


def _weak(letters: Array) -> Mask:
    weak: Mask = _IS_WEAK.take(letters.astype(np.intp))
    return weak
