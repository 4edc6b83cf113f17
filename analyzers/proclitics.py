"""Where might a lone ب, ل, ف or ك be written together with a word? Candidates, not decisions.

بطاقة may be ب and طاقة by its letters; whether it is, only a collection's counts can tell. This
file says which splits the letters and the known words allow, and how a word looks with such a
proclitic. It counts nothing: the index does, when it expands a query.
"""

from __future__ import annotations

from functools import cache

from pyarabic import araby

from analyzers.lists import read_list, words_of
from analyzers.operations import ONE, F, Operations, W
from analyzers.stemmer import COMPOUNDS, light_stem
from analyzers.stopwords import stopwords
from analyzers.suffixes import MIN_STEM

_LONE = (araby.BEH, araby.LAM, araby.FEH, araby.KAF)
IMPERFECT = (araby.YEH, araby.TEH, araby.NOON)
FUTURE = araby.SEEN

PROCLITICS = tuple(
    conjunction + letter
    for letter in (*_LONE, FUTURE)
    for conjunction in ("", araby.WAW, araby.FEH)
    if conjunction != letter
)
_FIRST_LETTERS = frozenset(proclitic[0] for proclitic in PROCLITICS)
"""ب ل ف ك, the future's س, and each after و or ف."""


@cache
def own_letters() -> frozenset[str]:
    """The stems whose first letter is no proclitic."""
    return frozenset(words_of(read_list("proclitic_letters.txt")))


def splits(folded: str) -> tuple[str, ...]:
    """What a folded form might be without its proclitic, the shortest proclitic first."""
    if folded[0] not in _FIRST_LETTERS or not may_bear(ONE, folded):
        return ()
    return tuple(
        folded[len(proclitic) :]
        for proclitic in PROCLITICS
        if folded.startswith(proclitic) and may_part(ONE, folded, len(proclitic))
    )


def may_bear(on: Operations[W, F], word: W) -> F:
    """Whether words may have a proclitic at all: one, no article behind it, and no known word."""
    return on.begins(word, PROCLITICS) & on.no(on.begins(word, COMPOUNDS)) & on.unknown(word)


def may_part(on: Operations[W, F], word: W, count: int) -> F:
    """Whether the proclitic of `count` letters with which words begin may go from them.

    What remains must be long enough, no particle, a verb where س goes; and the proclitic's last
    letter no letter of the word.
    """
    rest = on.without_first(word, count)
    with_letter = on.without_first(word, count - 1)
    # Particles are listed unfolded: of a folded rest this knows those that folding leaves alone,
    # so that لعلي keeps the name.
    stands = on.longer(rest, MIN_STEM - 1) & on.no(on.among(rest, stopwords))
    verb = on.longer(rest, MIN_STEM) & on.begins(rest, IMPERFECT)
    stands &= verb | on.no(on.begins(with_letter, (FUTURE,)))
    own = on.among(with_letter, own_letters) | on.among(light_stem(on, with_letter), own_letters)
    return stands & on.no(own)
