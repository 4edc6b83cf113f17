"""Which words of a query are negated, and how is that written in texts?

غير نهائي is another thing than نهائي, though غير is a stopword. So the two together count as one
word more of the query, which texts have or not: it adds to scores and takes nothing away.
"""

from __future__ import annotations

from analyzers.stemmer import strip_article
from analyzers.stopwords import CONJUNCTIONS
from indexer.query.nodes import QueryWord, Side

_FAMILIES: tuple[tuple[str, ...], ...] = (
    ("غير",),
    ("عدم",),
    ("لا",),
    ("لم",),
    ("لن",),
    ("ليس", "ليست"),
    ("بلا", "بدون", "دون", "بغير"),
)
"""Negators that mean the same, as unmarked forms."""

_FAMILY_OF = {negator: family for family in _FAMILIES for negator in family}

_NO = "لا"
_JOINED = ("لا", "اللا")
_ABSTRACT = ("ي", "ية")
_FEWEST_LETTERS = 4


def negated(negator: QueryWord, word: QueryWord) -> tuple[Side, ...]:
    """What a negator and the word right behind it may be in texts; () where it is none.

    لا is also written joined: لا مركزية, لامركزية.
    """
    form = negator.unmarked
    family = _FAMILY_OF.get(form) or (
        _FAMILY_OF.get(form[1:], ()) if form.startswith(CONJUNCTIONS) else ()
    )
    sides: list[Side] = [(QueryWord.of(other), word) for other in family]
    if _NO in family and word.unmarked.isalpha():
        sides.append((QueryWord.of(_NO + strip_article(word.unmarked)),))
    return tuple(sides)


def parted(word: QueryWord) -> tuple[Side, ...]:
    """What an adjective or noun that begins with لا is in two words: اللامركزية, اللا مركزية.

    Words that only begin with these letters (اللاتينية) are never found so.
    """
    for before in _JOINED:
        rest = word.unmarked.removeprefix(before)
        found = rest != word.unmarked and rest.endswith(_ABSTRACT)
        if found and len(rest) >= _FEWEST_LETTERS:
            return ((QueryWord.of(_NO), QueryWord.of(rest)),)
    return ()
