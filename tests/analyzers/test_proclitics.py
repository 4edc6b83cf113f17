"""Lone proclitics: the splits that letters and known words allow."""

import pytest

from analyzers.lists import read_list
from analyzers.normalizer import fold
from analyzers.proclitics import PROCLITICS, nouns_behind, rests_in, splits, whole_stems
from tools import first_letters

PART = {
    "ba": ("بكتاب", "كتاب"),
    "lam": ("لمدرسه", "مدرسه"),
    "fa": ("فقال", "قال"),
    "kaf": ("كرجل", "رجل"),
    "waw and ba": ("وبكتاب", "كتاب"),
    "future": ("ستكتب", "تكتب"),
    "rest in aya": ("برعايتهم", "رعايتهم"),
    "rest in hamza and a pronoun": ("لبنايها", "بنايها"),
    "a noun in place of a rarer word": ("وبدوره", "دوره"),
    "a noun that is a particle too": ("لبنا", "بنا"),
    "the same stem as a whole form": ("بأخرى", "أخرى"),
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
    "a word of the dictionary": "كاهل",
    "a word of the dictionary, inflected": "وكاهلها",
    "a verb of the dictionary": "بادلهم",
    "a name": "بشار",
    "a form whose stem is another word behind a proclitic": "باخره",
    "latin": "bread",
}


@pytest.mark.parametrize(("folded", "rest"), PART.values(), ids=PART)
def test_a_proclitic_may_part(folded: str, rest: str) -> None:
    assert fold(rest) in splits(fold(folded))


@pytest.mark.parametrize("folded", STAY_WHOLE.values(), ids=STAY_WHOLE)
def test_known_words_stay_whole(folded: str) -> None:
    assert splits(folded) == ()


def test_every_proclitic_is_a_letter_after_a_conjunction_or_none() -> None:
    assert {proclitic[-1] for proclitic in PROCLITICS} == set("بلفكس")
    assert {proclitic[:-1] for proclitic in PROCLITICS} == {"", "و", "ف"}


def test_rests_are_given_as_stems() -> None:
    assert rests_in("وبصورتها") == {"صور"}
    assert rests_in("البصورة") == frozenset()
    assert rests_in("فكرة") == frozenset()


def test_the_list_of_first_letters_follows_the_hand() -> None:
    stems, forms, nouns = (
        set(part.split()) for part in read_list("first_letters.txt").split("\n\n")
    )
    hand = first_letters.judged()
    assert hand.stems <= stems
    assert not hand.refused & stems
    assert forms == hand.forms
    assert nouns == {form for noun in hand.nouns for form in first_letters.with_pronouns(noun)}
    assert all(word == fold(word) for word in stems | forms | nouns)


def test_no_stem_of_the_list_is_parted() -> None:
    parted = [word for word in whole_stems() if splits(word)]
    assert [word for word in parted if word[1:] not in nouns_behind()] == []


@pytest.mark.parametrize(
    ("noun", "form"), [("لغة", "لغتهم"), ("بناء", "بنايه"), ("معنى", "معناها"), ("دور", "دورها")]
)
def test_nouns_with_their_pronouns(noun: str, form: str) -> None:
    assert form in first_letters.with_pronouns(noun)
    assert fold(noun) in first_letters.with_pronouns(noun)
