"""Which words are the broken plurals of a word, and of which word is it one?

طلاب is made of طالب by another pattern of vowels, which no rule of letters finds back: شعار looks
the same beside شاعر. So they are listed, in data/plurals.txt, a word and its relatives a line, both
ways. `tools/plural_table.py` makes the list; docs/ranking.md says from what.

The list is looked up by folded forms (`f`) without clitics; relatives are listed as they are
written (`u`), so that the أعلام of علم are no إعلام. Clitics and endings are taken off here with
more care than by the stemmer, for the stem of طلبة, students, is that of طلب, request: the ة of a
word is never its pronoun, and no ending of a verb is taken off.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cache, lru_cache

from pyarabic import araby

from analyzers.lists import read_bytes
from analyzers.normalizer import fold
from analyzers.stemmer import ARTICLE, COMPOUNDS, LONE_PROCLITICS, stem, strip_article
from analyzers.suffixes import PRONOUNS

_FILE = "plurals.txt"
_SHORTEST = 2
_TEH, _HEH, _FEMININE = str(araby.TEH), str(araby.HEH), str(araby.TEH_MARBUTA)
_SEATS = araby.WAW + araby.YEH + araby.HAMZA
"""What a last hamza is folded to before a pronoun (أصدقاؤه, أصدقائي, أصدقاءه); final, it falls."""

_ALEF = str(araby.ALEF)
_ENDINGS = (*PRONOUNS, "ان", "ين", _ALEF, araby.YEH, araby.KAF)
"""What may follow a noun: pronouns, the dual, the alef of tanween."""

AFTER = frozenset(_ENDINGS)
"""The same, to look up."""

BEFORE = LONE_PROCLITICS | {"", *COMPOUNDS}
"""What may stand before a noun."""

_LONGER_AFTER_LONE = 2
_BELOW, _ABOVE = araby.ALEF_HAMZA_BELOW, araby.ALEF_HAMZA_ABOVE + araby.ALEF_MADDA


@cache
def _lines() -> list[bytes]:
    """The lines of the list, in the order of their bytes."""
    return read_bytes(_FILE).splitlines()


def plurals_of(word: str) -> tuple[str, ...]:
    """The relatives of a folded, clitic-free word, as written: its plurals or its singulars.

    Looked up by bisection in the list as it lies on the disk, so that a start takes no line apart.
    """
    lines, key = _lines(), word.encode() + b" "
    at = bisect_left(lines, key)
    if at < len(lines) and lines[at].startswith(key):
        return tuple(lines[at].decode().split()[1:])
    return ()


@lru_cache(maxsize=1 << 12)
def relatives(unmarked: str) -> tuple[str, ...]:
    """The relatives by plural of a word as it is written (`u`), with article and pronoun.

    Of all words that it may be without them the first that is listed decides, if the stemmer sees
    it, too: وبالكتب, كتبهم and كتب are of كتاب, and وزير is no و and زير.
    """
    own = stem(fold(unmarked))
    for word in dict.fromkeys(_readings(unmarked)):
        found = tuple(relative for relative in plurals_of(word) if _is_of(unmarked, relative))
        if found and (stem(word) == own or word.startswith(ARTICLE)):
            return found
    return ()


def _is_of(unmarked: str, relative: str) -> bool:
    """Whether the relative has a relative that the written form bears, hamzas and all."""
    return any(bears(unmarked, word) for word in plurals_of(fold(relative)))


def _readings(unmarked: str) -> Iterator[str]:
    """What a written word may be without و, article and endings, folded."""
    folded = fold(unmarked)
    starts = dict.fromkeys([folded, folded.removeprefix(araby.WAW), strip_article(folded)])
    yield from starts
    for word in starts:
        for ending in _ENDINGS:
            if word.endswith(ending):
                yield from _before_ending(word.removesuffix(ending))


def _before_ending(bare: str) -> Iterator[str]:
    """What a word that had an ending is without it: ة is ت before one, and a hamza has a seat."""
    if len(bare) >= _SHORTEST:
        yield bare
        if bare[-1] == _TEH:
            yield bare[:-1] + _HEH
        elif bare[-1] in _SEATS and len(bare) > _SHORTEST:
            yield bare[:-1]


@lru_cache(maxsize=1 << 14)
def bears(unmarked: str, word: str) -> bool:
    """Whether a written form (`u`) is a word as written, with clitics and the endings of a noun.

    الطلبة and لطلبتهم bear طلبة; طلب, طلبوا and طالبات do not. Both are compared folded, but a
    hamza below the first alef is none above it, and ة is no pronoun.
    """
    form, folded = fold(unmarked), fold(word)
    core = folded[:-1] if folded[-1] == _HEH else folded
    start = form.find(core)
    if start < 0 or not _may_precede(form[:start], core) or _parted(unmarked, start, word):
        return False
    rest = form[start + len(core) :]
    if core is not folded:
        return rest == _HEH or (rest[:1] in (_TEH, _HEH) and rest[1:] in AFTER)
    return _may_follow(rest, core, unmarked[-1])


def _may_precede(before: str, core: str) -> bool:
    if before in LONE_PROCLITICS - {araby.WAW}:
        return len(core) > _LONGER_AFTER_LONE
    return before in BEFORE


def _parted(unmarked: str, start: int, word: str) -> bool:
    """Whether the first letters are two words', folded to one: إعلام and أعلام, الأم and آلام."""
    first = unmarked[start : start + 1]
    if word[0] in _ABOVE:
        return first == _BELOW or (fold(word).startswith(ARTICLE) and first == _ALEF)
    return word[0] == _BELOW and first in _ABOVE


def _may_follow(rest: str, core: str, last: str) -> bool:
    """Whether a rest may be the ending of a noun, by the last letter as it is written."""
    if rest == _HEH:
        return last != _FEMININE
    if rest == _ALEF:
        return last == _ALEF
    if not rest or rest in AFTER:
        return True
    return core[-1] == _ALEF and rest[0] in _SEATS and rest[1:] in AFTER
