"""The light stem: what must meet, what must not, and laws."""

from hypothesis import given
from hypothesis import strategies as st

from analyzers.normalizer import fold, unmark
from analyzers.stemmer import stem

LETTERS = st.text("ابتثجحخدذرزسشصضطظعغفقكلمنهويءabc123", min_size=1)


@given(LETTERS)
def test_stem_is_never_empty(word: str) -> None:
    assert stem(word)


@given(st.text(min_size=1))
def test_stem_of_any_folded_text_is_not_empty(word: str) -> None:
    folded = fold(unmark(word))
    assert stem(folded) or not folded


@given(st.text("abcxyz0123456789", min_size=1))
def test_digits_and_latin_are_untouched(word: str) -> None:
    assert stem(word) == word
