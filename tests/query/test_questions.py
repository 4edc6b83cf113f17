"""Which words of a question count less, and what it asks for where no word of it says so."""

from __future__ import annotations

from typing import Any

import pytest

from analyzers.analyzer import analyze_form
from analyzers.asking import asking_alike, helps_to_ask
from analyzers.lists import read_list, words_of
from analyzers.normalizer import fold, unmark
from analyzers.stopwords import is_stopword
from indexer.query.nodes import StemQuery, WordsQuery, leaves_of
from indexer.query.parser import QueryParser
from indexer.query.questions import QUESTION_WORDS
from indexer.ranking.settings import DEFAULT

ASKED = {
    "a kind of thing": ("كم مساحة مصر", "مساحه"),
    "a verb": ("متى ولد نابليون", "ولد"),
    "a noun": ("ما عاصمة فرنسا", "عاصمه"),
    "after a pronoun": ("ما هي أعراض المرض", "اعراض"),
    "in the middle": ("في أي عام سقطت بغداد", "عام"),
    "after a conjunction": ("وكيف تدور الساعة", "تدور"),
    "in the words of every day": ("شو عاصمة البلاد", "عاصمه"),
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
    first, second = QueryParser().parse("كم مساحة^2 الأرض").leaves
    assert (first.boost, second.boost) == (2 * DEFAULT.asked, 1.0)


def test_question_words_are_stopwords() -> None:
    """A word that counts as one itself would have to be skipped by other means."""
    assert all(is_stopword(word) for word in QUESTION_WORDS)


def test_what_the_word_asked_for_counts_is_a_setting() -> None:
    (first, _) = QueryParser(asked=0.25).parse("كم مساحة الأرض").leaves[-2:]
    assert first.boost == 0.25


REQUESTS = {
    "a verb": ("كيف يتم تجديد الجواز", ["يتم"]),
    "a noun with the article": ("ما المقصود بالزكاة", ["المقصود"]),
    "after a conjunction": ("شروط الحج وطريقة التسجيل", ["وطريقه"]),
    "without a question word": ("تعريف الربا", ["تعريف"]),
    "misspelt": ("متي سقطت غرناطة", ["متي"]),
    "a topic": ("حقوق الإنسان في الإسلام", []),
    "a topic that begins alike": ("تعريفات الشحن", []),
}


@pytest.mark.parametrize(("text", "folded"), REQUESTS.values(), ids=REQUESTS)
def test_words_that_only_help_to_ask_count_least(text: str, folded: list[str]) -> None:
    words = QueryParser(asked=1.0).parse(text).leaves
    less = {leaf.word.analysis.folded: leaf.boost for leaf in words if leaf.boost != 1.0}  # type: ignore[union-attr]
    assert less == dict.fromkeys(folded, DEFAULT.request)


def test_every_word_of_the_list_helps_to_ask_also_after_and() -> None:
    words = {fold(unmark(word)) for word in words_of(read_list("request_words.txt"))}
    for word in words:
        assert helps_to_ask(word)
        assert helps_to_ask("و" + word)
    for word in ("كتاب", "و", "بغداد", "طرق"):
        assert helps_to_ask(word) == (word in words)


QUESTIONS: dict[str, tuple[str, bool, str | None]] = {
    "what": ("ما هو النمش", False, "معنى"),
    "what, with a conjunction": ("وما الحديد", False, "معنى"),
    "when": ("متى سقطت غرناطة", False, "تاريخ"),
    "where": ("أين بغداد", False, "موقع"),
    "how many": ("كم جزيرة في فيجي", False, "عدد"),
    "it is named already": ("أين تقع بغداد", False, None),
    "it is named otherwise": ("ما المقصود بالنمش", False, None),
    "whether": ("هل يجوز الصيام", True, None),
    "a phrase": ('ما "فصل الخطاب"', False, "معنى"),
    "something required": ("ما هو +النمش", False, "معنى"),
}


def question_of(query: Any) -> Any:
    return query.question if isinstance(query, WordsQuery) else question_of(query.a)


@pytest.mark.parametrize(("text", "whether", "noun"), QUESTIONS.values(), ids=QUESTIONS)
def test_what_a_question_asks(text: str, whether: bool, noun: str | None) -> None:
    question = question_of(QueryParser().parse(text).query)
    assert question.whether is whether
    assert (question.noun and question.noun.word.unmarked) == noun


@pytest.mark.parametrize(
    "text", ["النمش", "غرناطة سقطت أمس", "في هذه المدينة كل ما يلزم", "كتاب OR (ما بيت)"]
)
def test_no_question(text: str) -> None:
    query = QueryParser().parse(text).query
    assert getattr(query, "question", None) is None


def test_a_narrow_match_asks_for_no_other_words() -> None:
    assert question_of(QueryParser(match="stem").parse("ما هو النمش").query).noun is None


ALIKE = [("معنى", "تعريف"), ("موقع", "تقع"), ("فوائد", "منافع"), ("بطريقة", "كيفية"),
         ("المكونات", "مقادير"), ("وأنواع", "أصناف"), ("عام", "متى")]  # fmt: skip
NOT_ALIKE = [("معنى", "موقع"), ("كتاب", "تعريف"), ("فوائد", "أضرار"), ("سبب", "نتيجة")]


def alike(one: str, other: str) -> bool:
    return other in asking_alike(analyze_form(one).stem)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_words_that_ask_for_the_same(one: str, other: str) -> None:
    assert alike(one, other) or alike(one[1:], other)


@pytest.mark.parametrize(("one", "other"), NOT_ALIKE)
def test_words_that_ask_for_something_else(one: str, other: str) -> None:
    assert not alike(one, other)
    assert not alike(other, one)
