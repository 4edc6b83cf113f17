"""`fold` of many words at once: one spelling for letters that writers exchange.

The rules and their tables are those of `normalizer`, which gives the reasons. While they run, the
seats of hamza are letters 30 and 31, which fit in five bits; folded words have neither.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from pyarabic import araby_const as araby

from analyzers.bulk.packed import (
    ALPHABET,
    BITS,
    MOST_LETTERS,
    Array,
    Mask,
    Numbering,
    Numbers,
    Spelled,
    Words,
    fits,
    letters_by_code,
    pack,
)
from analyzers.bulk.words import by_size
from analyzers.normalizer import (
    ARTICLES,
    CLOSED_LIST,
    FOLD_LETTERS,
    HAMZA_ALEFS,
    MIN_LETTERS_BEFORE_HAMZA,
    QURANIC_MADDA,
    WAW_ENDINGS,
    fold,
)
from analyzers.ranked import places

_HAMZA, _WAW, _YEH = (np.uint64(pack(letter)) for letter in (araby.HAMZA, araby.WAW, araby.YEH))
_ON_WAW, _ON_YEH = np.uint64(30), np.uint64(31)
_MADDA = np.uint64(pack(QURANIC_MADDA))
_WITHOUT_SEATS = np.array([*range(30), _WAW, _YEH], np.uint64)
_EACH = np.uint64(sum(1 << BITS * place for place in range(MOST_LETTERS)))
_PAIR = np.uint64((1 << 2 * BITS) - 1)


@cache
def _folded_letters() -> Array:
    """The letter that each character folds to, except the seats of hamza."""
    becomes = {letter: letter for letter in ALPHABET}
    becomes |= {chr(code): letter for code, letter in FOLD_LETTERS.items()}
    table = letters_by_code(becomes)
    table[ord(araby.WAW_HAMZA)] = _ON_WAW
    table[ord(araby.YEH_HAMZA)] = _ON_YEH
    return table


@cache
def _closed_list() -> tuple[Numbers, Numbers]:
    """(spellings of listed words, ascending; what each is folded to)."""
    pairs = sorted((pack(a), pack(b)) for a, b in CLOSED_LIST.items() if fits(a) and a != b)
    return np.array([a for a, _ in pairs], np.uint64), np.array([b for _, b in pairs], np.uint64)


def fold_all(numbering: Numbering, forms: Spelled) -> Numbers:
    """`fold` of unmarked forms."""
    folded, fit = forms.packed(_folded_letters())
    folded[~fit] = 0
    words = Words.of(folded)
    rare = ~fit | _have_hamza_before_lam(forms) | words.begin(araby.ALEF + araby.ALEF)
    for ending in WAW_ENDINGS:
        rare |= words.end(araby.ALEF + ending)
    seated = np.flatnonzero(_have_hamza(folded) & ~rare)
    bare = _have_bare_hamza_inside(words.take(seated))
    rare[seated[bare]] = True
    seated = seated[~bare]
    madda = _have_madda(folded.take(seated)) | _have_two_hamzas(words.take(seated))
    rare[seated[madda]] = True
    seated = seated[~madda]
    folded[seated] = _with_hamza(words.take(seated))
    spelled, becomes = _closed_list()
    at = places(folded, spelled)
    where = np.flatnonzero(spelled.take(at) == folded)
    folded[where] = becomes.take(at[where])
    where = np.flatnonzero(rare)
    folded[where] = numbering.numbers([fold(forms.texts[i]) for i in where.tolist()])
    return folded


def _have_hamza_before_lam(forms: Spelled) -> Mask:
    """Which forms contain what might be the hamza of ألغاز."""
    places = np.flatnonzero(forms.codes[1:] == ord(araby.LAM))
    before_lam = forms.codes.take(places)
    hamza = np.zeros(len(before_lam), np.bool_)
    for alef in HAMZA_ALEFS:
        hamza |= before_lam == ord(alef)
    found = np.zeros(len(forms.texts), np.bool_)
    found[forms.heads.searchsorted(places[hamza], "right") - 1] = True
    return found


def _have_hamza(letters: Numbers) -> Mask:
    """Which words have a hamza, seated or not; all letters are tested at once."""
    others = letters ^ _HAMZA * _EACH
    without = (others - _EACH) & ~others & _EACH << np.uint64(BITS - 1)  # where one became 0
    halves = letters & letters >> np.uint64(1)
    seated = halves & halves >> np.uint64(2) & _EACH << np.uint64(1)  # four bits of 30 and 31
    have: Mask = (without | seated) > 0
    return have


def _have_bare_hamza_inside(words: Words) -> Mask:
    """Which words have a hamza without a seat between their first and last letters."""
    have = np.zeros(len(words.letters), np.bool_)
    for place in range(1, MOST_LETTERS - 1):
        have |= (words.last(place) == _HAMZA) & (words.sizes > np.uint64(place + 1))
    return have


def _have_two_hamzas(words: Words) -> Mask:
    """Which words have two hamzas in a row, seated or not."""
    have, before = np.zeros((2, len(words.letters)), np.bool_)
    for place in range(MOST_LETTERS):
        letter = words.last(place)
        hamza = (letter == _HAMZA) | (letter >= _ON_WAW)
        have |= hamza & before
        before = hamza
    return have


def _have_madda(letters: Numbers) -> Mask:
    have = np.zeros(len(letters), np.bool_)
    for place in range(MOST_LETTERS - 1):
        have |= (letters >> np.uint64(BITS * place)) & _PAIR == _MADDA
    return have


def _with_hamza(words: Words) -> Numbers:
    """Hamza by its place: kept before waw, dropped at the end of a long word, else its seat."""
    letters, following = np.zeros((2, len(words.letters)), np.uint64)
    for place in range(MOST_LETTERS):
        letter = words.last(place)
        before_waw = (following == _WAW) & ((letter == _HAMZA) | (letter >= _ON_WAW))
        kept = np.where(before_waw, _HAMZA, _WITHOUT_SEATS.take(letter.astype(np.intp)))
        letters |= kept << np.uint64(BITS * place)
        following = letter
    last, before = words.last(), words.last(1)
    after_yeh = (before == _YEH) & ((last == _HAMZA) | (last == _ON_YEH))
    long = words.sizes - _article_letters(words) > np.uint64(MIN_LETTERS_BEFORE_HAMZA)
    return Words(letters, words.sizes).without_last(after_yeh | ((last == _HAMZA) & long)).letters


def _article_letters(words: Words) -> Numbers:
    """The number of letters in the article and its proclitics, 0 where there is no article."""
    counts = np.zeros(len(words.letters), np.uint64)
    for size, articles in by_size(ARTICLES):
        counts[(counts == 0) & articles.of(words.head(size))] = size
    return counts
