"""Broken plurals: those of a word, and the words that it is a plural of.

طلاب is formed from طالب by another vowel pattern, which no rule about letters can reverse: شعار has
the same relation to شاعر. So they are listed in data/plurals.txt, one word and its relatives per
line, in both directions. `tools/plural_table.py` makes the list; docs/ranking.md gives its sources.

The list is looked up by folded forms (`f`) without clitics; relatives are listed as written (`u`),
so that أعلام, of علم, is not taken for إعلام. Clitics and endings are removed here with more care
than in the stemmer, because طلبة (students) has the stem of طلب (request): the ة of a word is never
its pronoun, and no verb ending is removed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cache, lru_cache

from pyarabic import araby_const as araby

from analyzers.lists import read_bytes
from analyzers.normalizer import fold
from analyzers.stemmer import ARTICLE, COMPOUNDS, LONE_PROCLITICS, stem, strip_article
from analyzers.suffixes import PRONOUNS

_FILE = "plurals.txt"
_SHORTEST = 2
_TEH, _HEH, _FEMININE = str(araby.TEH), str(araby.HEH), str(araby.TEH_MARBUTA)
_SEATS = araby.WAW + araby.YEH + araby.HAMZA
"""What a last hamza is folded to before a pronoun (أصدقاؤه, أصدقائي, أصدقاءه); at the end of a word
it is dropped."""

_ALEF = str(araby.ALEF)
_ENDINGS = (*PRONOUNS, "ان", "ين", _ALEF, araby.YEH, araby.KAF)
"""What may follow a noun: pronouns, the dual, the alef of tanween."""

AFTER = frozenset(_ENDINGS)
"""The same as a set, for lookup."""

BEFORE = LONE_PROCLITICS | {"", *COMPOUNDS}
"""What may stand before a noun."""

_LONGER_AFTER_LONE = 2
_BELOW, _ABOVE = araby.ALEF_HAMZA_BELOW, araby.ALEF_HAMZA_ABOVE + araby.ALEF_MADDA


@cache
def _lines() -> list[bytes]:
    """The lines of the list, sorted as bytes."""
    return read_bytes(_FILE).splitlines()


def plurals_of(word: str) -> tuple[str, ...]:
    """The relatives of a folded, clitic-free word, as written: its plurals or its singulars.

    Looked up by bisection in the raw bytes of the list, so that nothing is parsed at start-up.
    """
    lines, key = _lines(), word.encode() + b" "
    at = bisect_left(lines, key)
    if at < len(lines) and lines[at].startswith(key):
        return tuple(lines[at].decode().split()[1:])
    return ()


@lru_cache(maxsize=1 << 12)
def relatives(unmarked: str) -> tuple[str, ...]:
    """The relatives by plural of a word as written (`u`), which may have an article or a pronoun.

    Of the words that it may be without them, the first that is listed decides, if the stemmer
    agrees: وبالكتب, كتبهم and كتب belong to كتاب, and وزير is not و and زير.
    """
    own = stem(fold(unmarked))
    for word in dict.fromkeys(_readings(unmarked)):
        found = tuple(relative for relative in plurals_of(word) if _is_of(unmarked, relative))
        if found and (stem(word) == own or word.startswith(ARTICLE)):
            return found
    return ()


def _is_of(unmarked: str, relative: str) -> bool:
    """Whether the relative has a relative that the written form bears, hamzas included."""
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
    """The word that an ending was removed from: ة is ت before one, and a hamza has a seat."""
    if len(bare) >= _SHORTEST:
        yield bare
        if bare[-1] == _TEH:
            yield bare[:-1] + _HEH
        elif bare[-1] in _SEATS and len(bare) > _SHORTEST:
            yield bare[:-1]


@lru_cache(maxsize=1 << 12)
def bears(unmarked: str, word: str) -> bool:
    """Whether a written form (`u`) is this word, possibly with clitics and the endings of a noun.

    الطلبة and لطلبتهم bear طلبة; طلب, طلبوا and طالبات do not. Both are compared folded, but a
    hamza below the first alef differs from one above it, and ة is not a pronoun.
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
    """Whether different first letters were folded to one: إعلام and أعلام, الأم and آلام."""
    first = unmarked[start : start + 1]
    if word[0] in _ABOVE:
        return first == _BELOW or (fold(word).startswith(ARTICLE) and first == _ALEF)
    return word[0] == _BELOW and first in _ABOVE


def _may_follow(rest: str, core: str, last: str) -> bool:
    """Whether the rest may be the ending of a noun, given its last letter as written."""
    if rest == _HEH:
        return last != _FEMININE
    if rest == _ALEF:
        return last == _ALEF
    if not rest or rest in AFTER:
        return True
    return core[-1] == _ALEF and rest[0] in _SEATS and rest[1:] in AFTER
