"""Do singular and broken plural find each other, and only they? Tables, and the list's laws."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.lists import lines_of, read_list
from analyzers.normalizer import fold
from analyzers.plurals import bears, plurals_of, relatives
from analyzers.stemmer import stem
from tools.plural_table import SHAPES, agree, judged

DATA = Path(__file__).parent.parent / "data"


def rows(name: str) -> list[list[str]]:
    text = (DATA / name).read_text(encoding="utf-8")
    return [line.split() for _, line in lines_of(text)]


MUST_MEET = [(first, other) for first, *others in rows("plurals_must_meet.txt") for other in others]
MUST_NOT_MEET = [(first, other) for first, other in rows("plurals_must_not_meet.txt")]
LISTED = [line.split() for line in read_list("plurals.txt").splitlines()]


def related(query: str, text: str) -> bool:
    return any(bears(text, word) for word in relatives(query))


def test_the_tables_are_as_long_as_they_should_be() -> None:
    assert len(MUST_MEET) > 500
    assert len(MUST_NOT_MEET) > 250


def test_singular_and_plural_are_related_both_ways() -> None:
    missed = [
        (query, text)
        for pair in MUST_MEET
        for query, text in (pair, pair[::-1])
        if not related(query, text) and stem(fold(query)) != stem(fold(text))
    ]
    assert missed == []


def test_words_that_share_letters_are_not_related() -> None:
    met = [
        (query, text)
        for pair in MUST_NOT_MEET
        for query, text in (pair, pair[::-1])
        if related(query, text) or stem(fold(query)) == stem(fold(text))
    ]
    assert met == []


def with_pronoun(word: str) -> str:
    return word[:-1] + "تهم" if word[-1] == "ة" else word + "هم"


@pytest.mark.parametrize("before", ["ال", "وال", "وبال", "و"])
def test_clitics_before_either_word_change_nothing(before: str) -> None:
    missed = [
        (query, text)
        for pair in MUST_MEET[::3]
        for query, text in (pair, pair[::-1])
        if text not in ("ماء", "عبء")  # the hamza of so short a word falls after و: وما, وعب
        if related(query, text) and not related(query, before + text)
    ]
    assert missed == []


def test_a_pronoun_after_a_strong_letter_changes_nothing() -> None:
    missed = [
        (query, text)
        for query, text in MUST_MEET
        if text[-1] not in "ءايوى" and related(query, text)
        if not related(query, with_pronoun(text))
    ]
    assert missed == []


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("وبالكتب", "كتاب"),
        ("كتابهم", "للكتب"),
        ("كتاب", "كتبه"),
        ("الأدوية", "دواء"),
        ("دواؤه", "الأدوية"),
        ("أصدقائي", "صديق"),
        ("صديق", "أصدقاؤه"),
        ("صديق", "أصدقاءهم"),
        ("صديقًا".replace("ً", ""), "أصدقاء"),
        ("مدارسنا", "مدرسة"),
        ("المدارس", "مدرستنا"),
        ("وزيران", "الوزراء"),
        ("طالب", "طلبة"),
        ("طالب", "لطلبتهم"),
        ("وجه", "وجوههم"),
        ("للآلام", "ألم"),
        ("بالألوان", "لون"),
        ("أسئلتكم", "السؤال"),
    ],
)
def test_clitics_and_endings(query: str, text: str) -> None:
    assert related(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("طالب", "طلب"),
        ("طالب", "طلبوا"),
        ("كاتب", "كتب"),
        ("مكتبة", "مكاتب"),
        ("مكاتب", "مكتبة"),
        ("مدارس", "مدرس"),
        ("مدرس", "مدارس"),
        ("محاكم", "محكم"),
        ("ألم", "الأم"),
        ("الأم", "ألم"),
        ("لسان", "السنة"),
        ("السنة", "لسان"),
        ("عمل", "إعمال"),
        ("عمر", "إعمار"),
        ("إعمار", "عمر"),
        ("وزير", "زير"),
        ("باب", "أب"),
        ("فن", "فناء"),
    ],
)
def test_what_only_looks_like_a_relative(query: str, text: str) -> None:
    assert not related(query, text)


def test_the_list_is_in_order_and_goes_both_ways() -> None:
    words = [word for word, *_ in LISTED]
    assert words == sorted(set(words))
    assert [word.encode() for word in words] == sorted(word.encode() for word in words)
    by_word = {word: {fold(other) for other in others} for word, *others in LISTED}
    assert all(word in by_word[other] for word, others in by_word.items() for other in others)
    assert all(word == fold(word) for word in words)


def test_every_word_of_the_list_is_found_and_no_other() -> None:
    assert all(plurals_of(word) == tuple(others) for word, *others in LISTED)
    words = {word for word, *_ in LISTED}
    pieces = {word[:-1] for word in words} | {word + "ا" for word in words} | {"", "ء", "يييي"}
    assert not any(plurals_of(piece) for piece in pieces - words)


@given(st.text("ابتكلمنهوي", max_size=6))
def test_a_look_up_ends(word: str) -> None:
    assert plurals_of(word) == next((tuple(o) for w, *o in LISTED if w == word), ())


def test_the_hand_is_followed() -> None:
    listed = {(word, fold(other)) for word, *others in LISTED for other in others}
    by_hand = judged()
    assert {(fold(singular), fold(plural)) for singular, plural in by_hand.kept} <= listed
    refused = {(fold(singular), fold(plural)) for singular, plural in by_hand.refused}
    assert not refused & listed


def test_the_sample_that_was_judged() -> None:
    """300 pairs drawn from the list before the faults among them were refused."""
    listed = {(word, fold(other)) for word, *others in LISTED for other in others}
    sample = rows("plurals_sample.txt")
    faults = [row for row in sample if row[0] == "-"]
    assert (len(sample), len(faults)) == (300, 11)
    assert not any((fold(row[1]), fold(row[2])) in listed for row in faults)
    assert all((fold(row[0]), fold(row[1])) in listed for row in sample if row[0] != "-")


@pytest.mark.parametrize(
    ("singular", "plural", "agrees"),
    [
        ("طالب", "طلاب", True),
        ("دواء", "أدوية", True),
        ("غزال", "غزلان", True),
        ("مدينة", "مدن", True),
        ("شارع", "شوارع", True),
        ("قضية", "قضايا", True),
        ("رجل", "رجالات", False),  # ات
        ("نجمة", "نجم", False),  # one and many of a kind
        ("أكبر", "كبرى", False),  # masculine and feminine
        ("قدم", "وقد", False),  # letters
        ("ولد", "ولدة", False),
        ("باحة", "بوح", False),  # shape of the singular
    ],
)
def test_the_rules_that_clean_the_dictionary(singular: str, plural: str, agrees: bool) -> None:
    assert agree(singular, plural) is agrees
    assert len(SHAPES) == 15
