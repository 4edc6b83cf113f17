"""Is a noun in ة kept apart where it is another word, and only there?"""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzers import feminines
from analyzers.feminines import Pair, Side, pairs, pairs_of, parted, side
from analyzers.lists import lines_of
from analyzers.normalizer import fold
from analyzers.plurals import bears, relatives
from analyzers.stemmer import stem

TABLE = Path(__file__).parent.parent / "data" / "feminines_must_meet.txt"
FEMININES = [line.split() for _, line in lines_of(TABLE.read_text(encoding="utf-8"))]


def one_word(one: str, other: str) -> bool:
    return stem(fold(one)) == stem(fold(other)) and not parted(one, other)


def test_the_tables_are_as_long_as_they_should_be() -> None:
    assert len(pairs()) > 300
    assert len(FEMININES) > 200


def test_both_words_of_a_pair_are_kept_apart() -> None:
    assert [pair for pair in pairs() if one_word(pair.noun, pair.other)] == []


def test_a_feminine_of_the_same_word_meets_it() -> None:
    assert [pair for pair in FEMININES if not one_word(*pair)] == []


def test_every_pair_is_found_by_the_stem_of_its_words() -> None:
    lost = [
        pair
        for pair in pairs()
        if stem(fold(pair.noun)) == stem(fold(pair.other))
        and pair not in pairs_of(stem(fold(pair.noun)))
    ]
    assert lost == []


def test_a_stem_finds_the_pairs_that_a_look_at_each_finds() -> None:
    stems = {pair: feminines._stems_of(pair) for pair in pairs()}
    for stem_ in {stem_ for found in stems.values() for stem_ in found} | {"كتاب", "", "ه"}:
        assert pairs_of(stem_) == tuple(pair for pair in pairs() if stem_ in stems[pair])


def test_no_noun_stands_twice_or_beside_itself() -> None:
    assert len({pair.noun for pair in pairs()}) == len(pairs())
    assert not [pair for pair in pairs() if fold(pair.noun) == fold(pair.other)]


def test_no_pair_is_a_word_and_its_plural() -> None:
    both = [
        (noun, other)
        for pair in pairs()
        for noun, other in (pair, pair[::-1])
        if any(bears(other, word) for word in relatives(noun))
    ]
    assert both == []


@pytest.mark.parametrize(
    ("form", "which"),
    [
        ("مكتبة", Side.NOUN),
        ("المكتبة", Side.NOUN),
        ("وللمكتبة", Side.NOUN),
        ("بمكتبة", Side.NOUN),
        ("مكتبتهم", Side.NOUN),
        ("مكتبتان", Side.NOUN),
        ("مكتبه", Side.EITHER),
        ("مكتبات", Side.EITHER),
        ("مكتبي", Side.OTHER),
        ("المكتب", Side.OTHER),
        ("مكتبها", Side.OTHER),
        ("مكتبا", Side.OTHER),
    ],
)
def test_which_word_a_form_is(form: str, which: Side) -> None:
    assert side(form, Pair("مكتبة", "مكتب")) is which


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("ثورة", "ثور", True),
        ("الثورة", "للثور", True),
        ("حرب", "بالحربة", True),
        ("حرب", "حربه", False),  # his war, or a spear without its dots
        ("حربية", "حرب", False),
        ("عملة", "عملوا", True),
        ("الألبان", "ألبانيا", True),
        ("قرنية", "القرن", True),
        ("كاتبة", "كاتب", False),
    ],
)
def test_what_is_parted(one: str, other: str, apart: bool) -> None:
    assert parted(one, other) is apart
    assert parted(other, one) is apart
