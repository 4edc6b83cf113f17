"""The light stem: words that must meet, as many that must not, and its laws.

The pairs stand in data/must_meet.txt and data/must_not_meet.txt, by class.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.lists import read_list
from analyzers.normalizer import fold, unmark
from analyzers.proclitics import splits
from analyzers.protected import derive
from analyzers.stemmer import stem
from analyzers.variants import VariantTable

DATA = Path(__file__).parents[1] / "data"
LETTERS = st.text("ابتثجحخدذرزسشصضطظعغفقكلمنهويء", min_size=1)


def _pairs(name: str) -> Iterator[tuple[str, list[str]]]:
    """Each pair of a table with the class it stands under."""
    heading = ""
    for line in (DATA / name).read_text("utf-8").splitlines():
        if line.startswith("["):
            heading = line.strip("[]")
        elif line and not line.startswith("#"):
            for pair in line.split(","):
                yield heading, pair.split()


MEET = list(_pairs("must_meet.txt"))
STAY_APART = list(_pairs("must_not_meet.txt"))


def _ids(pairs: list[tuple[str, list[str]]]) -> list[str]:
    return [f"{heading}: {' '.join(words)}" for heading, words in pairs]


def _stem(word: str) -> str:
    return stem(fold(unmark(word)))


def _stems_after_proclitics(word: str) -> set[str]:
    folded = fold(unmark(word))
    return {stem(folded), *(stem(rest) for rest in splits(folded))}


def _meet_as_variants(words: list[str]) -> bool:
    """Whether some division of the words is two sides of one group."""
    sides = [(tuple(words[:i]), tuple(words[i:])) for i in range(1, len(words))]
    return any(
        [_stem(w) for w in other] == [_stem(w) for w in side]
        for one, other in sides
        for side in VariantTable.default().sides_of(one)
    )


@pytest.mark.parametrize(("heading", "words"), MEET, ids=_ids(MEET))
def test_words_meet_at_their_tier(heading: str, words: list[str]) -> None:
    tier = heading.split(": ")[1]
    if tier == "variant":
        assert _meet_as_variants(words) or _stem(words[0]) == _stem(words[1])
        return
    one, other = words
    if tier == "unmarked":
        assert unmark(one) == unmark(other)
    elif tier == "folded":
        assert fold(unmark(one)) == fold(unmark(other))
    elif tier == "stem":
        assert _stem(one) == _stem(other)
    else:
        assert _stem(one) in _stems_after_proclitics(other)


@pytest.mark.parametrize(("heading", "words"), STAY_APART, ids=_ids(STAY_APART))
def test_words_stay_apart(heading: str, words: list[str]) -> None:
    one, other = words
    assert _stem(one) != _stem(other)
    assert _stem(other) not in _stems_after_proclitics(one)
    assert _stem(one) not in _stems_after_proclitics(other)


def test_the_tables_are_large_enough() -> None:
    assert len(MEET) >= 150
    assert len(STAY_APART) >= 150


@given(LETTERS | st.text(min_size=1))
def test_stem_is_never_empty(word: str) -> None:
    folded = fold(unmark(word))
    assert stem(folded) or not folded


@given(LETTERS)
def test_no_affix_leaves_a_stump(word: str) -> None:
    assert len(stem(word)) >= min(len(word), 2)


@given(st.text("abcxyz0123456789", min_size=1))
def test_digits_and_latin_are_untouched(word: str) -> None:
    assert stem(word) == word


def test_the_known_words_are_spelled_out() -> None:
    assert read_list("known.txt") == derive(), "python -m analyzers.protected rewrites it"
