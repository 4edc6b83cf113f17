"""How is analyzers/data/plurals.txt made? From a dictionary's plurals, cleaned, and a list of ours.

    python -m tools.plural_table [--dictionary FILE]

The dictionary is Arramooz (see `tools.arramooz`); `tools/plurals.txt` is what was judged by hand.
A pair of the dictionary is kept if

1. both words have the same strong letters, in their order;
2. the plural has one of the shapes of broken plurals; one of the shapes that other words have, too
   (شعار, شهود, كتب), needs a singular of a shape that takes it;
3. its spelling is no other entry's, neither singular (محافظ) nor particle;
4. the dictionary says it both ways, of the singular and of the plural, or at least of the
   singular: plurals that name a singular in فاعل were generated, and mostly never written;
5. the hand has not refused it.

What the hand has listed is kept as it is.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from analyzers.lists import lines_of
from analyzers.normalizer import fold, unmark
from analyzers.stopwords import stopwords
from tools import arramooz

HAND = os.path.join(os.path.dirname(__file__), "plurals.txt")
TABLE = "plurals.txt"
REFUSED = "-"

_WEAK = re.compile("[اأإآوىيءؤئة]")
_ARTICLE = "ال"
_AGENT = re.compile(r"[^م]ا[^اوي].|آ..").fullmatch
_THREE = r"..ّ?.?ة?|.[اوي].ة?"


class Shape(NamedTuple):
    """A shape of plurals, and of the singulars that take it; None where any may."""

    plural: re.Pattern[str]
    singular: re.Pattern[str] | None


SHAPES = tuple(
    Shape(re.compile(plural), re.compile(singular) if singular else None)
    for plural, singular in (
        ("أ..ا.|آ.ا.|أ.واء|أ.ياء|آ.اء", None),  # أقلام, آثار, أضواء, أحياء, آراء
        ("أ...ة|أ..ة|آ..ة", None),  # أسلحة, أدلة, آلهة
        ("...اء|أ...اء|أ..اء", None),  # وزراء, أصدقاء, أطباء
        (".وا..|.وا.ي.|.وا.|.وا.ي", None),  # شوارع, قوانين, مواد, نوادي
        ("..ائ.|..ا[يى]|..ايا", None),  # رسائل, صحاري, هدايا
        ("[مأت].ا..|[مأت].ا.ي.|[مأ].ا.ي?|[مأ]آ.ي?", None),  # مصانع, أساليب, مواعيد, أياد
        ("..ا..|..ا.ي.|..ا..ة", None),  # جداول, صناديق, أساتذة
        ("..اة", None),  # قضاة
        ("...ان|.ي.ان", None),  # جيران, غزلان
        ("..و.", rf"{_THREE}|.ا.[^ة]"),  # قلوب, شهود
        ("..ا.", rf"{_THREE}|..ي.ة?|.ا..|..لان"),  # رجال, كبار, تجار
        ("أ...", rf"{_THREE}|..ا."),  # أشهر, أذرع
        ("...", r"..[اوي].ة?|أ...|..اء|.ا.[^ة]|[^ا][^ا]ة"),  # كتب, مدن, سود, غرف
        ("...ة|.ا.ة", rf"{_THREE}|.ا..|..ي.|.ي."),  # طلبة, باعة, قردة
        ("...ى|.و.ى", "..ي.|.ا..|.ي.|أ..."),  # مرضى, موتى
    )
)


class Pair(NamedTuple):
    """A singular and its plural as the dictionary spells them (`u`), and which of them names it."""

    singular: str
    plural: str
    told_by: frozenset[str]


def pairs_of(nouns: Iterable[arramooz.Noun]) -> Iterator[Pair]:
    """All pairs that the dictionary tells, as they stand."""
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for noun in nouns:
        if noun.is_plural:
            told[unmark(noun.singular), noun.word].add("plural")
        for plural in noun.plurals:
            told[noun.word, _without_article(noun.word, unmark(plural))].add("singular")
    for (singular, plural), by in told.items():
        if singular and plural:
            yield Pair(singular, plural, frozenset(by))


def _without_article(singular: str, plural: str) -> str:
    bare = plural.removeprefix(_ARTICLE)
    return bare if skeleton(bare) == skeleton(singular) else plural


def skeleton(word: str) -> str:
    """The strong letters of a word; of a doubled one the first, as no spelling doubles it."""
    return "".join(letter for letter, _ in groupby(_WEAK.sub("", word)))


def agree(singular: str, plural: str) -> bool:
    """Whether two words may be singular and plural by their letters and shapes."""
    own, others = skeleton(singular), skeleton(plural)
    if own != others and not (plural.endswith("ان") and own == others[:-1]):
        return False
    if plural.endswith("ات") or plural + "ة" == singular or singular + "ة" == plural:
        return False
    if re.fullmatch("[أآ]...", singular) and re.fullmatch("...[ىيا]|آ..", plural):
        return False  # أكبر and كبرى are no plural
    return any(
        shape.plural.fullmatch(plural)
        and (shape.singular is None or shape.singular.fullmatch(singular))
        for shape in SHAPES
    )


class Judged(NamedTuple):
    """What the hand says: pairs that belong together and pairs that do not, as written."""

    kept: list[tuple[str, str]]
    refused: frozenset[tuple[str, str]]


def judged(path: str = HAND) -> Judged:
    """The pairs of `tools/plurals.txt`."""
    kept: list[tuple[str, str]] = []
    refused: set[tuple[str, str]] = set()
    with open(path, encoding="utf-8") as file:
        for _, line in lines_of(file.read()):
            words = line.split()
            if words[0] == REFUSED:
                refused.update((words[1], plural) for plural in words[2:])
            else:
                kept.extend((words[0], plural) for plural in words[1:])
    return Judged(kept, frozenset(refused))


def clean(
    entries: Iterable[arramooz.Noun], refused: frozenset[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """The pairs of the dictionary that the rules keep, as written."""
    nouns = list(entries)
    singulars = {fold(noun.word) for noun in nouns if not noun.is_plural}
    particles = {fold(word) for word in stopwords()}
    for pair in pairs_of(nouns):
        singular, plural = fold(pair.singular), fold(pair.plural)
        if "singular" not in pair.told_by and _AGENT(pair.singular):
            continue
        if plural in singulars or particles & {singular, plural}:
            continue
        if (pair.singular, pair.plural) in refused or not agree(pair.singular, pair.plural):
            continue
        if min(len(singular), len(plural)) > 1:
            yield pair.singular, pair.plural


def derive(dictionary: str) -> str:
    """The text of the table: `word relative ...` a line, in order, both ways.

    The word is folded, its relatives are as written.
    """
    listed = judged()
    relatives: dict[str, set[str]] = defaultdict(set)
    for singular, plural in (*listed.kept, *clean(arramooz.nouns(dictionary), listed.refused)):
        relatives[fold(singular)].add(plural)
        relatives[fold(plural)].add(singular)
    lines = (f"{word} {' '.join(sorted(found))}" for word, found in sorted(relatives.items()))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    arramooz.rewrite(TABLE, derive, __doc__)
