"""Which word of a question counts less: the one that names the kind of the answer."""

from __future__ import annotations

from typing import Any

import pytest

from analyzers.stopwords import is_stopword
from indexer.query.nodes import StemQuery, leaves_of
from indexer.query.parser import QueryParser
from indexer.query.questions import QUESTION_WORDS
from indexer.ranking.settings import DEFAULT

ASKED = {
    "a kind of thing": ("كم عدد سكان مصر", "عدد"),
    "a verb": ("متى ولد نابليون", "ولد"),
    "a noun": ("ما عاصمة فرنسا", "عاصمه"),
    "after a pronoun": ("ما هي أعراض المرض", "اعراض"),
    "in the middle": ("في أي عام سقطت بغداد", "عام"),
    "after a conjunction": ("وكيف تعمل الساعة", "تعمل"),
    "in the words of every day": ("شو معنى الكلمة", "معني"),
}
NOT_ASKED = {
    "with the article": "ما الصوم المكروه",
    "with the article and a proclitic": "لماذا للصوم فضل",
    "no question": "عاصمة فرنسا",
    "after hal": "هل يجوز الصيام",
    "after min": "من دمشق إلى بيروت",
    "a question word at the end": "العمل كيف",
    "quoted": 'ما "عاصمة" فرنسا',
    "after a phrase": "ما «عاصمة فرنسا» مدينة",
    "after a pattern": "ما عاصم* مدينة",
}


def counted_less(query: Any) -> list[str]:
    words = [leaf for leaf in leaves_of(query) if isinstance(leaf, StemQuery)]
    assert {word.boost for word in words} <= {1.0, DEFAULT.asked}
    return [word.word.analysis.folded for word in words if word.boost != 1.0]


@pytest.mark.parametrize(("text", "folded"), ASKED.values(), ids=ASKED)
def test_what_is_asked_for_counts_less(text: str, folded: str) -> None:
    assert counted_less(QueryParser().parse(text).query) == [folded]
    assert counted_less(QueryParser().plain_query(text).query) == [folded]


@pytest.mark.parametrize("text", NOT_ASKED.values(), ids=NOT_ASKED)
def test_the_topic_counts_in_full(text: str) -> None:
    assert counted_less(QueryParser().parse(text).query) == []


def test_a_boost_of_the_user_is_multiplied() -> None:
    first, second = QueryParser().parse("كم عدد^2 السكان").leaves
    assert (first.boost, second.boost) == (2 * DEFAULT.asked, 1.0)


def test_question_words_are_stopwords() -> None:
    """A word that counts as one itself would have to be skipped by other means."""
    assert all(is_stopword(word) for word in QUESTION_WORDS)


def test_what_the_word_asked_for_counts_is_a_setting() -> None:
    (first, _) = QueryParser(asked=0.25).parse("كم عدد السكان").leaves[-2:]
    assert first.boost == 0.25
