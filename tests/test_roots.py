"""Root keys: a weak signal that may err, but never falls silent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.normalizer import fold, unmark
from analyzers.roots import root
from analyzers.stemmer import stem

MEET = {
    "masdar of a verb": ("استخدم", "استخدام"),
    "broken plural": ("مدرسة", "مدارس"),
    "participle": ("كاتب", "مكتوب"),
    "imperfect": ("يكتب", "كتب"),
    "hollow verb": ("قال", "يقول"),
    "broken plural of a noun of place": ("مكتب", "مكاتب"),
}


def _root(word: str) -> str:
    return root(stem(fold(unmark(word))))


@pytest.mark.parametrize(("one", "other"), MEET.values(), ids=MEET)
def test_derived_forms_meet(one: str, other: str) -> None:
    assert _root(one) == _root(other)


@given(st.text("ابتثجحخدذرزسشصضطظعغفقكلمنهويء", min_size=1))
def test_root_keeps_three_letters(word: str) -> None:
    stemmed = stem(word)
    assert len(root(stemmed)) >= min(3, len(stemmed))
    assert root(stemmed)
