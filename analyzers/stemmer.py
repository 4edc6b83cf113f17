"""Strip the affixes of a folded word: the light stem `s = stem(f)`.

Removes what is written together with a word but is not part of it: the article with everything
before it, و, the future particle س, and the endings in `suffixes`. It goes beyond light10 (Larkey,
Ballesteros and Connell 2007) in compounds, in handling all pronouns, in restoring ة before them,
and in the words that it knows (data/protected.txt).

It does not remove a lone ب ل ف ك: only a collection can tell whether بطاقة is ب and طاقة, so that
is decided when a query is expanded. Nor does it look for roots: see `roots`.

The rules are written over `operations`; `bulk.vocabulary.stem_all` applies them to many words.
"""

from __future__ import annotations

from functools import cache

from pyarabic import araby_const as araby

from analyzers.lists import read_list, words_of
from analyzers.operations import ONE, F, Operations, W
from analyzers.protected import SHORTEST, waw_words
from analyzers.suffixes import MIN_STEM, without_suffixes

_MIN_AFTER_ARTICLE = 2
"""Letters that the article must leave (اليد, والحج); the last of two must not be ه (إليه)."""

_FIRST, _LAST = araby.HAMZA, araby.YEH
"""The letters of folded Arabic words; a word that begins or ends with any other is left alone."""

ARTICLE = araby.ALEF + araby.LAM
_LI_ARTICLE = araby.LAM + araby.LAM
_CONJUNCTIONS = araby.WAW + araby.FEH

COMPOUNDS = tuple(
    conjunction + particle
    for conjunction in (*_CONJUNCTIONS, "")
    for particle in (araby.BEH + ARTICLE, araby.KAF + ARTICLE, _LI_ARTICLE, ARTICLE)
)
"""The article with what may come before it, longest first: وبال, كال, ولل, فال, ال."""

_FUTURE = (araby.SEEN + araby.YEH,)
_FUTURE_MIN = 5


LETTERS = (araby.BEH, araby.LAM, araby.FEH, araby.KAF)
"""The lone proclitics, which are removed only before known words."""

_TWO_LETTERS = tuple(araby.FEH + letter for letter in LETTERS if letter != araby.FEH)
LONE_PROCLITICS = frozenset(
    [araby.WAW, *LETTERS, *_TWO_LETTERS]
    + [araby.WAW + letter for letter in LETTERS if letter != araby.FEH]
)
"""One or two letters that are written together with a word: و, ب, ل, ف, ك, وب, فل, ..."""

_MIN_KNOWN = 4
"""Minimum letters of a known word after a lone proclitic: shorter ones occur by chance."""


@cache
def own_letters() -> frozenset[str]:
    """Stems whose first letter is no proclitic, although a word remains without it (فكرة, وزير)."""
    return frozenset(words_of(read_list("proclitic_letters.txt"))) | waw_words()


def stem(folded: str) -> str:
    """The light stem of a folded form; the form itself if nothing can safely be removed."""
    if len(folded) < MIN_STEM or not _FIRST <= folded[0] <= _LAST or not folded[-1] <= _LAST:
        return folded
    return ONE.known_or(folded, _stem_of_unknown)


def light_stem(on: Operations[W, F], word: W) -> W:
    """`stem` of words that consist of folded Arabic letters only."""
    return on.changed(word, on.longer(word, MIN_STEM - 1), _stem_of_long)


def _stem_of_long(on: Operations[W, F], word: W) -> W:
    return on.known_or(word, _stem_of_unknown)


def _stem_of_unknown(on: Operations[W, F], word: W) -> W:
    """The stem of an unknown word; after an article it is that of the word alone."""
    bare = without_article(on, word)
    no_article = on.same(bare, word)
    waw = on.begins(word, (araby.WAW,)) & no_article
    light = on.changed(word, no_article & on.no(waw), _stem_of_bare)
    light = on.changed(word, waw, _stem_after_waw, light)
    return on.changed(bare, on.no(no_article), light_stem, light)


def _stem_after_waw(on: Operations[W, F], word: W) -> W:
    """The stem of a word whose first و is a letter of its root (وزير) or the conjunction (وقال)."""
    whole = without_suffixes(on, word)
    conjunction = on.longer(word, MIN_STEM) & on.no(on.among(whole, waw_words))
    return on.changed(word, conjunction, _stem_after_conjunction, whole)


def _stem_after_conjunction(on: Operations[W, F], word: W) -> W:
    return on.known_or(on.without_first(word, 1), _stem_of_bare)


def _stem_of_bare(on: Operations[W, F], word: W) -> W:
    """The stem of a word without article or conjunction, or of a known word after a lone letter."""
    parts = on.begins(word, LETTERS)
    light = on.changed(word, on.no(parts), _without_affixes)
    return on.changed(word, parts, _stem_after_letter, light)


def _stem_after_letter(on: Operations[W, F], word: W) -> W:
    one, two = (bears_known(on, word, count) for count in (1, 2))
    light = on.changed(word, on.no(one | two), _without_affixes)
    light = on.changed(word, two, _known_after_two, light)
    return on.changed(word, one, _known_after_one, light)


def _known_after_one(on: Operations[W, F], word: W) -> W:
    return on.known_or(on.without_first(word, 1), _without_affixes)


def _known_after_two(on: Operations[W, F], word: W) -> W:
    return on.known_or(on.without_first(word, 2), _without_affixes)


def bears_known(on: Operations[W, F], word: W, count: int) -> F:
    """Whether the word is a lone proclitic of `count` letters and a known word (بلبنان).

    Not if a letter of it belongs to the word: برقية is not ب and رقية.
    """
    clitics, ask = (LETTERS, _knows_after_one) if count == 1 else (_TWO_LETTERS, _knows_after_two)
    return on.also(word, on.also(word, on.begins(word, clitics), ask), has_no_own_letter)


def _knows_after_one(on: Operations[W, F], word: W) -> F:
    return on.known(on.without_first(word, 1), _MIN_KNOWN)


def _knows_after_two(on: Operations[W, F], word: W) -> F:
    known = on.known(on.without_first(word, 2), _MIN_KNOWN)
    return known & has_no_own_letter(on, on.without_first(word, 1))


def has_no_own_letter(on: Operations[W, F], word: W) -> F:
    """Whether the first letter may be a proclitic: it is not known to belong to the word."""
    own = on.among(word, own_letters) | on.among(without_suffixes(on, word), own_letters)
    return on.no(own)


def is_known(folded: str) -> bool:
    """Whether a word is on the list of known words, with or without its clitics."""
    bare = strip_article(folded)
    if bare == folded and bare[:1] == araby.WAW:
        bare = bare[1:]
    known = [ONE.known(word, SHORTEST) for word in (folded, bare)]
    return any(known) or bears_known(ONE, bare, 1) or bears_known(ONE, bare, 2)


def _without_affixes(on: Operations[W, F], word: W) -> W:
    return without_suffixes(on, without_future(on, word))


def behind(before: str, word: str) -> str:
    """A word behind a proclitic: after ل an article loses its alef, and its ل before another.

    So للأمن of ل and الأمن, and للغة of ل and اللغة.
    """
    if not before.endswith(araby.LAM) or not word.startswith(ARTICLE):
        return before + word
    rest = word.removeprefix(ARTICLE)
    return before + (rest if rest.startswith(araby.LAM) else araby.LAM + rest)


def strip_article(word: str) -> str:
    """One word without its article and what comes before it."""
    return without_article(ONE, word)


def without_article(on: Operations[W, F], word: W) -> W:
    """The word without its article and what comes before it."""
    bare = on.without_beginning(word, COMPOUNDS, _MIN_AFTER_ARTICLE)
    stump = on.letter_in(bare, araby.HEH) & on.no(on.longer(bare, _MIN_AFTER_ARTICLE))
    return on.changed(word, on.no(stump), _without_compound)


def _without_compound(on: Operations[W, F], word: W) -> W:
    return on.without_beginning(word, COMPOUNDS, _MIN_AFTER_ARTICLE)


def without_future(on: Operations[W, F], word: W) -> W:
    """A verb without the future particle س (سيكتب)."""
    future = on.begins(word, _FUTURE) & on.longer(word, _FUTURE_MIN - 1)
    return on.changed(word, future, without_first_letter)


def without_first_letter(on: Operations[W, F], word: W) -> W:
    """The word without its first letter."""
    return on.without_first(word, 1)
