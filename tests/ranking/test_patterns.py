"""Words with stars and words that may be misspelled: which folded forms fit, and which do not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.normalizer import fold
from indexer.query.patterns import FormPattern, Fuzzy, Wildcard, within

WORDS = st.text("ابتمكهيوءؤئة", min_size=1, max_size=6)

FITS = [
    (Wildcard(("كتا", "")), "كتاب"),
    (Wildcard(("كتا", "")), "كتا"),
    (Wildcard(("", "كتب")), "اكتب"),
    (Wildcard(("", "تا", "")), "كتاب"),
    (Wildcard(("م", "تب")), "مكتب"),
    (Wildcard(("م", "ت", "")), "مستشفى"),
    (Wildcard(("مسؤ", "")), "مسؤول"),
    (Wildcard(("مسؤ", "")), "مسؤولية"),
    (Wildcard(("مسئ", "")), "مسئول"),
    (Wildcard(("شي", "")), "شيء"),
    (Wildcard(("مكتبة", "")), "مكتبتهم"),
    (Wildcard(("مكتبة", "")), "مكتبة"),
    (Wildcard(("أحمد", "")), "احمدي"),
    (Fuzzy("موتسارت", 2), "موزارت"),
    (Fuzzy("كتاب", 1), "كتاب"),
    (Fuzzy("كتاب", 1), "كتب"),
    (Fuzzy("كتاب", 1), "كتابب"),
    (Fuzzy("كتاب", 1), "كناب"),
    (Fuzzy("كتاب", 1), "كاتب"),
    (Fuzzy("أحمد", 1), "احمدي"),
]

FITS_NOT = [
    (Wildcard(("كتا", "")), "مكتاب"),
    (Wildcard(("كتا", "")), "كتب"),
    (Wildcard(("", "كتب")), "كتبوا"),
    (Wildcard(("", "تا", "")), "كتب"),
    (Wildcard(("م", "تب")), "مكتبة"),
    (Wildcard(("ت", "ت")), "ت"),
    (Wildcard(("مسؤ", "")), "مسافر"),
    (Wildcard(("مكتبة", "")), "مكتبي"),
    (Wildcard(("سؤ", "")), "مسؤول"),
    (Fuzzy("كتاب", 1), "مكتب"),
    (Fuzzy("كتاب", 1), "كتبوا"),
    (Fuzzy("كتاب", 2), "بيت"),
    (Fuzzy("لبنان", 1), "لبن"),
]


@pytest.mark.parametrize(("pattern", "form"), FITS, ids=str)
def test_fits(pattern: FormPattern, form: str) -> None:
    assert pattern.tier(fold(form)) is not None


@pytest.mark.parametrize(("pattern", "form"), FITS_NOT, ids=str)
def test_fits_not(pattern: FormPattern, form: str) -> None:
    assert pattern.tier(fold(form)) is None


@given(st.lists(st.text("جبه", max_size=2), min_size=2, max_size=5), st.text("جبه", max_size=9))
def test_stars_stand_for_anything(pieces: list[str], form: str) -> None:
    tried = re.fullmatch(".*".join(map(re.escape, pieces)), form)
    assert (Wildcard(tuple(pieces)).tier(form) is not None) == (tried is not None)


def test_many_stars_try_no_place_twice() -> None:
    """Backtracking over the places of each piece takes hours here."""
    letters = "ه" * 800
    assert Wildcard(("", *("ه",) * 100, "ب")).tier(letters) is None
    assert Wildcard(("", *("ئ",) * 100, "")).tier(letters) is None
    assert Wildcard(("", *("ه",) * 100, "ب")).tier(letters + "ب") is not None
    assert Wildcard(("", *("ه",) * 800, "")).tier(letters) is not None
    assert Wildcard(("", *("ه",) * 801, "")).tier(letters) is None


@given(WORDS, st.data())
def test_a_word_so_many_edits_away_is_met(word: str, data: st.DataObject) -> None:
    edited = word
    for _ in range(2):
        at = data.draw(st.integers(0, len(edited)))
        letter = data.draw(st.sampled_from(["", "ا", "ب"]))
        edited = edited[:at] + letter + edited[at + data.draw(st.integers(0, 1)) :]
    assert within(word, edited, 2)
    assert within(edited, word, 2)
    assert not within(word, word + "ااا", 2)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("كتاب", "كاتب", 1), ("ab", "ba", 1), ("abcd", "badc", 2), ("ca", "abc", 3), ("", "ab", 2)],
)
def test_distances(one: str, other: str, distance: int) -> None:
    assert within(one, other, distance)
    assert not within(one, other, distance - 1)
