"""Nouns in ة that are a different word from the same letters without it.

The stemmer removes ة: كاتبة becomes كاتب, but مكتبة (library) is not مكتب (office). Such nouns are
listed in data/feminines.txt, each with the other word. Their forms share a stem, since مكتبه,
written without its dots, is also "his office"; a search for one of the two leaves out the forms of
the other.

The list is matched on unmarked forms (`u`), because only they distinguish ة from ه.
"""

from __future__ import annotations

from enum import Enum, auto
from functools import cache, lru_cache

from pyarabic import araby_const as araby

from analyzers.lists import lines_of, read_list
from analyzers.named import NamedTuple
from analyzers.normalizer import TO_BARE, fold
from analyzers.plurals import AFTER, BEFORE, bears
from analyzers.stemmer import stem

_TEH_MARBUTA, _HEH, _TEH = str(araby.TEH_MARBUTA), str(araby.HEH), str(araby.TEH)
_PLURAL = "ات"
_WEAK = araby.YEH + araby.ALEF


class Side(Enum):
    """Which word of a pair a form is; the letters of مكتبات and مكتبه do not tell."""

    NOUN = auto()
    OTHER = auto()
    EITHER = auto()


class Pair(NamedTuple):
    """A noun and the other word with its stem, as written."""

    noun: str
    other: str


@cache
def pairs() -> tuple[Pair, ...]:
    """All pairs of the list."""
    return tuple(Pair(*line.split()) for _, line in lines_of(read_list("feminines.txt")))


@cache
def _by_bare() -> dict[str, list[Pair]]:
    """The pairs by what is left of their words without the letters that folding changes."""
    found: dict[str, list[Pair]] = {}
    for pair in pairs():
        for bare in {pair.other.translate(TO_BARE), pair.noun[:-1].translate(TO_BARE)}:
            found.setdefault(bare, []).append(pair)
    return found


def _stems_of(pair: Pair) -> frozenset[str]:
    """What the stemmer may leave of the words of a pair; computing each stem would be too slow."""
    words = {fold(pair.other), fold(pair.noun)[:-1]}
    return frozenset(words | {word.rstrip(_WEAK) for word in words})


def pairs_of(stemmed: str) -> tuple[Pair, ...]:
    """The pairs whose words have this stem."""
    alike = _by_bare().get(stemmed.translate(TO_BARE), ())
    return tuple(pair for pair in alike if stemmed in _stems_of(pair))


@lru_cache(maxsize=1 << 10)
def _pairs_of_form(unmarked: str) -> tuple[Pair, ...]:
    return pairs_of(stem(fold(unmarked)))


@lru_cache(maxsize=1 << 12)
def parted(one: str, other: str) -> bool:
    """Whether two unmarked forms of one stem are the two words of a pair, as مكتبتهم and المكتب."""
    return any(
        {side(one, pair), side(other, pair)} == {Side.NOUN, Side.OTHER}
        for pair in _pairs_of_form(one)
    )


def side(unmarked: str, pair: Pair) -> Side:
    """Which word of a pair an unmarked form of its stem is."""
    if pair.noun[-1] != _TEH_MARBUTA:
        return Side.NOUN if bears(unmarked, pair.noun) else Side.OTHER
    folded, core = fold(unmarked), fold(pair.noun)[:-1]
    start = folded.find(core)
    if start < 0 or folded[:start] not in BEFORE:
        return Side.OTHER
    rest = folded[start + len(core) :]
    if rest == _HEH:
        return Side.NOUN if unmarked[-1] == _TEH_MARBUTA else Side.EITHER
    if rest[:1] == _TEH and rest[1:] in AFTER:
        return Side.NOUN
    return Side.EITHER if rest.startswith(_PLURAL) else Side.OTHER
