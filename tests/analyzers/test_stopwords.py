"""Stopwords are matched on unfolded letters, with their conjunctions, and name nobody."""

import pytest

from analyzers.normalizer import unmark
from analyzers.stopwords import is_stopword, stopwords

PARTICLES = "من إلى على وفي فإن ولا متى كيف أين كم هل لماذا ماذا الذي وهذا ثم لكن"
WORDS = "علي فهم فلك وزير وجد كلمة عمان مصر هند بيان حسن منى ليلى قلم كتاب حق"


@pytest.mark.parametrize("word", PARTICLES.split())
def test_particles_weigh_nothing(word: str) -> None:
    assert is_stopword(word)


@pytest.mark.parametrize("word", WORDS.split())
def test_names_and_nouns_weigh(word: str) -> None:
    assert not is_stopword(word)


def test_the_list_is_unmarked() -> None:
    assert not [word for word in stopwords() if unmark(word) != word]
