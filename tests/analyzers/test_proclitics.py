"""Lone proclitics: the splits that letters and known words allow."""

import pytest

from analyzers.proclitics import PROCLITICS, splits

PART = {
    "ba": ("بكتاب", "كتاب"),
    "lam": ("لمدرسه", "مدرسه"),
    "fa": ("فقال", "قال"),
    "kaf": ("كرجل", "رجل"),
    "waw and ba": ("وبكتاب", "كتاب"),
    "future": ("ستكتب", "تكتب"),
}
STAY_WHOLE = {
    "own letter": "فكره",
    "own letter, inflected": "بطاقاتهم",
    "own letter after waw": "وبعيد",
    "name": "كريم",
    "country": "لبنان",
    "too short a rest": "بيت",
    "article": "بالكتاب",
    "a particle is left": "بذلك",
    "latin": "bread",
}


@pytest.mark.parametrize(("folded", "rest"), PART.values(), ids=PART)
def test_a_proclitic_may_part(folded: str, rest: str) -> None:
    assert rest in splits(folded)


@pytest.mark.parametrize("folded", STAY_WHOLE.values(), ids=STAY_WHOLE)
def test_known_words_stay_whole(folded: str) -> None:
    assert splits(folded) == ()


def test_every_proclitic_is_a_letter_after_a_conjunction_or_none() -> None:
    assert {proclitic[-1] for proclitic in PROCLITICS} == set("بلفكس")
    assert {proclitic[:-1] for proclitic in PROCLITICS} == {"", "و", "ف"}
