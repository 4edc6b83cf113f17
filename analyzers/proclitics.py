"""Where might a lone ب, ل, ف or ك be written together with a word? Candidates, not decisions.

بطاقة may be ب and طاقة by its letters; whether it is, only a collection's counts can tell. This
file says which splits the letters and the known words allow, and how a word looks with such a
proclitic. It counts nothing: the index does, when it expands a query.
"""

from __future__ import annotations

from functools import cache

from pyarabic import araby

from analyzers.lists import read_list, words_of
from analyzers.protected import protected_stem
from analyzers.stemmer import COMPOUNDS, MIN_STEM, stem
from analyzers.stopwords import is_stopword

_LETTERS = (araby.BEH, araby.LAM, araby.FEH, araby.KAF)
IMPERFECT = (araby.YEH, araby.TEH, araby.NOON)
FUTURE = araby.SEEN

PROCLITICS = tuple(
    conjunction + letter
    for letter in (*_LETTERS, FUTURE)
    for conjunction in ("", araby.WAW, araby.FEH)
    if conjunction != letter
)
"""ب ل ف ك, the future's س, and each after و or ف."""


@cache
def own_letters() -> frozenset[str]:
    """The stems whose first letter is no proclitic."""
    return frozenset(words_of(read_list("proclitic_letters.txt")))


def splits(folded: str) -> tuple[str, ...]:
    """What a folded form might be without its proclitic, the shortest proclitic first."""
    if folded[0] not in (*_LETTERS, FUTURE, araby.WAW) or folded.startswith(COMPOUNDS):
        return ()
    if protected_stem(folded) is not None:
        return ()
    own = own_letters()
    return tuple(
        folded[len(proclitic) :]
        for proclitic in PROCLITICS
        if folded.startswith(proclitic) and _may_part(folded, proclitic, own)
    )


def _may_part(folded: str, proclitic: str, own: frozenset[str]) -> bool:
    rest = folded[len(proclitic) :]
    # Particles are listed unfolded: of a folded rest this knows those that folding leaves alone,
    # so that لعلي keeps the name.
    if len(rest) < MIN_STEM or is_stopword(rest):
        return False
    if proclitic.endswith(FUTURE) and (len(rest) == MIN_STEM or rest[0] not in IMPERFECT):
        return False
    word = folded[len(proclitic) - 1 :]
    return word not in own and stem(word) not in own
