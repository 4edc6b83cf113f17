"""Words that may begin with a lone ب, ل, ف or ك.

By its letters, بطاقة may be ب and طاقة; that it is not is listed: known words, the words of
data/proclitic_letters.txt, and those of data/first_letters.txt, which `tools/first_letters.py`
makes from a dictionary. What no list has, as لحقوق, may be a proclitic and the rest of the word,
and is where a reader asks for that rest. So a word and a form of a text meet or do not whatever
else an index holds; its counts only weigh them.
"""

from __future__ import annotations

from functools import cache, lru_cache

from pyarabic import araby_const as araby

from analyzers.lists import read_list
from analyzers.normalizer import fold
from analyzers.operations import ONE, F, Operations, W
from analyzers.protected import SHORTEST
from analyzers.stemmer import (
    COMPOUNDS,
    LETTERS,
    bears_known,
    has_no_own_letter,
    light_stem,
    own_letters,
    stem,
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
_PREPOSITIONS = araby.BEH + araby.LAM + araby.KAF
_FIRST_LETTERS = frozenset(proclitic[0] for proclitic in PROCLITICS)
"""ب ل ف ك, the future particle س, and each of them after و or ف."""

_BEFORE_NOUNS = {
    count: tuple(p for p in PROCLITICS if len(p) == count and p[-1] in _PREPOSITIONS)
    for count in (1, 2)
}

_AY = (araby.ALEF + araby.YEH,)
_AFTER_AY = ("تهما", "تها", "تهم", "تنا", "تكم", "ات", "ته", "تك", "تي", "ها", "هم", "ه")
"""Endings of words such as رعاية and بناء."""

_FIRST_LETTERS_FILE = "first_letters.txt"


@cache
def _listed() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(part.split()) for part in read_list(_FIRST_LETTERS_FILE).split("\n\n"))


def whole_stems() -> frozenset[str]:
    """Stems of the dictionary's words whose first letter is no proclitic (كاهل, فستان)."""
    return _listed()[0]


def whole_forms() -> frozenset[str]:
    """The same, folded forms, of words whose stem is more often a proclitic's (لثم, لثمان)."""
    return _listed()[1]


def nouns_behind() -> frozenset[str]:
    """Folded forms of nouns that are read behind a proclitic whatever is listed (دوره in بدوره)."""
    return _listed()[2]


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
    free = on.also(word, on.no(known), _may_be_proclitic)
    return free | _is_before_noun(on, word, 1) | _is_before_noun(on, word, 2)


def _is_before_noun(on: Operations[W, F], word: W, count: int) -> F:
    before = on.begins(word, _BEFORE_NOUNS[count]) & on.no(on.among(word, whole_forms))
    return before & on.among(on.without_first(word, count), nouns_behind)


def may_part(on: Operations[W, F], word: W, count: int) -> F:
    """Whether the proclitic of `count` letters may be removed from words that `may_bear` one.

    What remains must be long enough, must not be a particle, and must be a verb if س is removed;
    and the second of two letters must not belong to the word.
    """
    rest = on.without_first(word, count)
    with_letter = on.without_first(word, count - 1)
    # Particles are listed unfolded: this finds only those that folding leaves alone, so that لعلي
    # keeps the name.
    noun = _is_before_noun(on, word, count)
    stands = on.longer(rest, MIN_STEM - 1) & (noun | on.no(on.among(rest, stopwords)))
    verb = on.longer(rest, MIN_STEM) & on.begins(rest, IMPERFECT)
    stands &= verb | on.no(on.begins(with_letter, (FUTURE,)))
    if count == 1:
        return stands
    return (noun & stands) | on.also(with_letter, stands, _may_be_proclitic)


def _may_be_proclitic(on: Operations[W, F], word: W) -> F:
    """Whether the first letter belongs to no listed word, as it does in بارعين.

    The stemmer takes اية for an ending, so what it leaves of برعايتهم is not looked at.
    """
    bare = on.without_ending(word, _AFTER_AY, MIN_STEM)
    ay = on.ends(bare, _AY) & on.longer(bare, MIN_STEM + 1)
    listed = on.among(word, whole_forms)
    for form in (word, bare):
        listed |= on.among(form, own_letters) | on.among(form, whole_stems)
    return on.also(word, on.no(listed), _has_no_own_stem) | (ay & on.no(listed))


def _has_no_own_stem(on: Operations[W, F], word: W) -> F:
    light = light_stem(on, word)
    own = on.among(light, own_letters) | on.among(light, whole_stems)
    return on.no(own) & has_no_own_letter(on, word)


@lru_cache(maxsize=1 << 12)
def rests_in(unmarked: str) -> frozenset[str]:
    """The stems of what an unmarked form might be without its proclitic."""
    return frozenset(map(stem, splits(fold(unmarked))))
