"""Words that may begin with a lone ب, ل, ف or ك: candidates, not decisions.

By its letters, بطاقة may be ب and طاقة; only the counts of a collection can tell whether it is.
This file says which splits the letters and the known words allow, and how a word looks with such a
proclitic. It counts nothing: the index does, when it expands a query.
"""

from __future__ import annotations

from pyarabic import araby

from analyzers.operations import ONE, F, Operations, W
from analyzers.protected import SHORTEST
from analyzers.stemmer import (
    COMPOUNDS,
    LETTERS,
    bears_known,
    has_no_own_letter,
    light_stem,
    own_letters,
)
from analyzers.stopwords import stopwords
from analyzers.suffixes import MIN_STEM

IMPERFECT = (araby.YEH, araby.TEH, araby.NOON)
FUTURE = araby.SEEN

PROCLITICS = tuple(
    conjunction + letter
    for letter in (*LETTERS, FUTURE)
    for conjunction in ("", araby.WAW, araby.FEH)
    if conjunction != letter
)
_FIRST_LETTERS = frozenset(proclitic[0] for proclitic in PROCLITICS)
"""ب ل ف ك, the future particle س, and each of them after و or ف."""


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
    """Whether words may have a lone proclitic: no article follows it, and the word is not known."""
    alone = on.begins(word, PROCLITICS) & on.no(on.begins(word, COMPOUNDS))
    return on.also(word, alone, _is_free)


def _is_free(on: Operations[W, F], word: W) -> F:
    known = on.known(word, SHORTEST) | bears_known(on, word, 1) | bears_known(on, word, 2)
    return on.no(known) & has_no_own_letter(on, word)


def may_part(on: Operations[W, F], word: W, count: int) -> F:
    """Whether the proclitic of `count` letters that words begin with may be removed.

    What remains must be long enough, must not be a particle, and must be a verb if س is removed;
    and the proclitic's last letter must not belong to the word.
    """
    rest = on.without_first(word, count)
    with_letter = on.without_first(word, count - 1)
    # Particles are listed unfolded: this finds only those that folding leaves alone, so that لعلي
    # keeps the name.
    stands = on.longer(rest, MIN_STEM - 1) & on.no(on.among(rest, stopwords))
    verb = on.longer(rest, MIN_STEM) & on.begins(rest, IMPERFECT)
    stands &= verb | on.no(on.begins(with_letter, (FUTURE,)))
    return on.also(with_letter, stands, _has_no_own_stem)


def _has_no_own_stem(on: Operations[W, F], word: W) -> F:
    return has_no_own_letter(on, word) & on.no(on.among(light_stem(on, word), own_letters))
