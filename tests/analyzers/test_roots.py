"""Root keys: a weak signal that may err, but never falls silent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.normalizer import fold, unmark
from analyzers.roots import kindred, root
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


KINDRED = {
    "waw has gone": ("يقع", "موقع"),
    "waw has gone, of the text": ("وصل", "يصل"),
    "doubled": ("يحد", "حدود"),
    "ending in a weak letter": ("ينشئ", "نشأ"),
    "masdar ending in a weak letter": ("إلغاء", "لغى"),
    "hollow masdar": ("إضافة", "يضيف"),
    "hollow participle": ("مدير", "يدير"),
    "hollow, both": ("إدارة", "مدير"),
}
STRANGERS = {
    "sound roots": ("كتاب", "حساب"),
    "one letter of the root": ("يقع", "يفيد"),
}


def _kin(word: str) -> set[str]:
    stemmed = stem(fold(unmark(word)))
    return {root(stemmed), *kindred(stemmed)}


@pytest.mark.parametrize(("one", "other"), KINDRED.values(), ids=KINDRED)
def test_weak_and_doubled_roots_meet(one: str, other: str) -> None:
    """By what either is read as: one of a pair is in the query, the other in a text."""
    assert _root(one) != _root(other)
    assert _root(other) in _kin(one)
    assert _root(one) in _kin(other)


@pytest.mark.parametrize(("one", "other"), STRANGERS.values(), ids=STRANGERS)
def test_strangers_stay_apart(one: str, other: str) -> None:
    assert _root(other) not in _kin(one)


def test_a_sound_root_has_no_other() -> None:
    assert kindred("كتاب") == ()


@given(st.text("ابتثجحخدذرزسشصضطظعغفقكلمنهويء", min_size=1))
def test_root_keeps_three_letters(word: str) -> None:
    stemmed = stem(word)
    assert len(root(stemmed)) >= min(3, len(stemmed))
    assert root(stemmed)
