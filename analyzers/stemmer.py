"""What is left of a folded word without its affixes? The light stem `s = stem(f)`.

Takes off what is written together with a word but is not the word: the article with all that
stands before it, و, the future's س, and the endings of `suffixes`. It goes beyond light10 (Larkey,
Ballesteros and Connell 2007) in the compounds, in all the pronouns, in giving ة back before them,
and in the words that it knows (data/protected.txt).

It does not take off a lone ب ل ف ك: whether بطاقة is ب and طاقة only a collection can tell, so
that is decided when a query is expanded. Nor does it seek roots: see `roots`.

The rules are written over `operations`; `bulk.words.stem_all` has many words go through them.
"""

from __future__ import annotations

from pyarabic import araby

from analyzers.operations import ONE, F, Operations, W
from analyzers.protected import waw_words
from analyzers.suffixes import MIN_STEM, without_suffixes

MIN_AFTER_ARTICLE = 2
"""Letters that the article must leave (اليد, الأب)."""

_FIRST, _LAST = araby.HAMZA, araby.YEH
"""The letters of folded Arabic words; a word that begins or ends with another is left alone."""

ARTICLE = araby.ALEF + araby.LAM
_LI_ARTICLE = araby.LAM + araby.LAM
_CONJUNCTIONS = araby.WAW + araby.FEH

COMPOUNDS = tuple(
    conjunction + particle
    for conjunction in (*_CONJUNCTIONS, "")
    for particle in (araby.BEH + ARTICLE, araby.KAF + ARTICLE, _LI_ARTICLE, ARTICLE)
)
"""The article with what may stand before it, longest first: وبال, كال, ولل, فال, ال."""

_FUTURE = (araby.SEEN + araby.YEH,)
_FUTURE_MIN = 5


def stem(folded: str) -> str:
    """The light stem of a folded form; the form itself where nothing can safely go."""
    if len(folded) < MIN_STEM or not _FIRST <= folded[0] <= _LAST or not folded[-1] <= _LAST:
        return folded
    return ONE.known_or(folded, _stem_of_unknown)


def light_stem(on: Operations[W, F], word: W) -> W:
    """`stem` of words that have folded Arabic letters only."""
    return on.changed(word, on.longer(word, MIN_STEM - 1), _stem_of_long)


def _stem_of_long(on: Operations[W, F], word: W) -> W:
    return on.known_or(word, _stem_of_unknown)


def _stem_of_unknown(on: Operations[W, F], word: W) -> W:
    waw = on.begins(word, (araby.WAW,)) & on.no(on.begins(word, COMPOUNDS))
    light = on.changed(word, on.no(waw), _without_affixes)
    return on.changed(word, waw, _stem_after_waw, light)


def _without_affixes(on: Operations[W, F], word: W) -> W:
    return without_suffixes(on, without_future(on, without_article(on, word)))


def _stem_after_waw(on: Operations[W, F], word: W) -> W:
    """The stem of a word in و, which is a letter of its root (وزير) or the conjunction (وقال)."""
    whole = without_suffixes(on, word)
    conjunction = on.longer(word, MIN_STEM) & on.no(on.among(whole, waw_words))
    return on.changed(word, conjunction, _stem_after_conjunction, whole)


def _stem_after_conjunction(on: Operations[W, F], word: W) -> W:
    return on.known_or(on.without_first(word, 1), _stem_of_conjoined)


def _stem_of_conjoined(on: Operations[W, F], word: W) -> W:
    return without_suffixes(on, without_future(on, word))


def strip_article(word: str) -> str:
    """One word without its article and what stands before it."""
    return without_article(ONE, word)


def without_article(on: Operations[W, F], word: W) -> W:
    """The word without its article and what stands before it."""
    bare = on.without_beginning(word, COMPOUNDS, MIN_STEM)
    return on.changed(word, on.same(bare, word), _without_plain_article, bare)


def _without_plain_article(on: Operations[W, F], word: W) -> W:
    return on.without_beginning(word, (ARTICLE,), MIN_AFTER_ARTICLE)


def without_future(on: Operations[W, F], word: W) -> W:
    """A verb without the future's س (سيكتب)."""
    future = on.begins(word, _FUTURE) & on.longer(word, _FUTURE_MIN - 1)
    return on.changed(word, future, without_first_letter)


def without_first_letter(on: Operations[W, F], word: W) -> W:
    """The word without its first letter."""
    return on.without_first(word, 1)
