"""ArabicAnalyzer in Whoosh: offsets, positions, chains, and a small schema as the docs show it."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh import index as whoosh_index
from whoosh.analysis import LowercaseFilter, MultiFilter, PassFilter, StopFilter
from whoosh.fields import ID, TEXT, Schema
from whoosh.qparser import QueryParser

from analyzers import ArabicAnalyzer, analyze, analyze_form
from analyzers.whoosh_adapter import LEVELS

TEXT_OF_WORDS = "قَالَ الكاتبُ: «كتابي» في مكتبة المدرسة، رقم 12,500."


def spans(analyzer: Any, text: str, **arguments: Any) -> list[tuple[str, int, int, int]]:
    return [
        (token.text, token.pos, token.startchar, token.endchar)
        for token in analyzer(text, positions=True, chars=True, **arguments)
    ]


@pytest.mark.parametrize("level", LEVELS)
def test_levels_are_those_of_the_analyzer(level: str) -> None:
    found = [token.text for token in ArabicAnalyzer(level, stopwords=True)(TEXT_OF_WORDS)]
    assert found == [getattr(token.analysis, level) for token in analyze(TEXT_OF_WORDS)]


def test_unknown_level() -> None:
    with pytest.raises(ValueError, match="unknown level 'lemma'"):
        ArabicAnalyzer("lemma")


def test_the_default_is_the_stem() -> None:
    assert [t.text for t in ArabicAnalyzer()("والكتاب")] == [analyze_form("والكتاب").stem]


def test_offsets_slice_the_written_words() -> None:
    found = spans(ArabicAnalyzer(stopwords=True), TEXT_OF_WORDS)
    assert [TEXT_OF_WORDS[start:end] for _, _, start, end in found] == [
        "قَالَ", "الكاتبُ", "كتابي", "في", "مكتبة", "المدرسة", "رقم", "12,500",
    ]  # fmt: skip
    assert [position for _, position, _, _ in found] == list(range(8))


def test_stopwords_are_left_out_and_leave_no_gap() -> None:
    found = spans(ArabicAnalyzer("unmarked"), "كتاب من بيت في مدرسة")
    assert found == [("كتاب", 0, 0, 4), ("بيت", 1, 8, 11), ("مدرسة", 2, 15, 20)]


def test_stopwords_are_marked_where_they_are_not_removed() -> None:
    stopped = [(t.text, t.stopped) for t in ArabicAnalyzer("unmarked")("من بيت", removestops=False)]
    assert stopped == [("من", True), ("بيت", False)]


def test_stopwords_wanted_as_words() -> None:
    analyzer = ArabicAnalyzer("unmarked", stopwords=True)
    assert [(t.text, t.stopped) for t in analyzer("من بيت")] == [("من", False), ("بيت", False)]


def test_starts_are_added() -> None:
    found = spans(ArabicAnalyzer("unmarked"), "كتاب بيت", start_pos=10, start_char=100)
    assert found == [("كتاب", 10, 100, 104), ("بيت", 11, 105, 108)]


def test_original_is_kept_on_request() -> None:
    (token,) = ArabicAnalyzer()("الكِتَابُ", keeporiginal=True)
    assert token.original == "الكِتَابُ"


def test_chains() -> None:
    chain = ArabicAnalyzer("unmarked") | LowercaseFilter() | StopFilter(["بيت"], minsize=1)
    assert [t.text for t in chain("كتاب بيت NATO")] == ["كتاب", "nato"]
    several = ArabicAnalyzer("unmarked") | MultiFilter(index=PassFilter(), query=PassFilter())
    assert [t.text for t in several("كتاب", mode="query")] == ["كتاب"]


def test_two_at_once_do_not_disturb_each_other() -> None:
    first, second = ArabicAnalyzer("unmarked")("كتاب بيت"), ArabicAnalyzer("stem")("الأقلام قلم")
    woven = [(a.text, b.text) for a, b in zip(first, second, strict=True)]
    stems = [analyze_form("الأقلام").stem, analyze_form("قلم").stem]
    assert woven == list(zip(["كتاب", "بيت"], stems, strict=True))


def test_equality_and_pickling() -> None:
    """Whoosh writes schemas, with their analyzers, into its table of contents."""
    analyzer = ArabicAnalyzer("root", stopwords=True)
    again = pickle.loads(pickle.dumps(analyzer))
    assert again == analyzer
    assert hash(again) == hash(analyzer)
    assert ArabicAnalyzer() not in (analyzer, ArabicAnalyzer("root"))
    assert [t.text for t in again("كتاب")] == [t.text for t in analyzer("كتاب")]


@given(st.text("ابتكمنلو \u064e\u0640«».،12abc\n\u200f", max_size=40))
def test_offsets_and_positions_of_any_text(text: str) -> None:
    found = spans(ArabicAnalyzer("unmarked", stopwords=True), text)
    assert [(start, end) for _, _, start, end in found] == [(t.start, t.end) for t in analyze(text)]
    assert [position for _, position, _, _ in found] == list(range(len(found)))


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The schema of the documentation, filled."""
    folder = tmp_path_factory.mktemp("whoosh")
    schema = Schema(
        path=ID(stored=True), body=TEXT(analyzer=ArabicAnalyzer(), stored=True, chars=True)
    )
    index = whoosh_index.create_in(folder, schema)
    with index.writer() as writer:
        writer.add_document(path="a", body="قرأ الطالبُ كِتابَهُ في المكتبة")
        writer.add_document(path="b", body="اشترى كتاباً جديداً، وعاد إلى بيته.")
        writer.add_document(path="c", body="مدرسة بعيدة من البيت")
    with index.searcher() as opened:
        yield opened


FOUND = {
    "word": ("كتاب", "ab"),
    "word with affixes": ("والكتاب", "ab"),
    "vowelled word": ("كِتَاب", "ab"),
    "other spelling": ("المكتبه", "a"),
    "two words": ("كتاب بيت", "b"),
    "phrase": ('"كتاب جديد"', "b"),
    "phrase over a stopword": ('"بعيدة من البيت"', "c"),
    "phrase in the wrong order": ('"جديد كتاب"', ""),
    "or": ("مدرسة OR جديد", "bc"),
    "not": ("كتاب NOT جديد", "a"),
    "unknown word": ("قطار", ""),
}


@pytest.mark.parametrize(("text", "paths"), FOUND.values(), ids=FOUND)
def test_a_whole_schema(searcher: Any, text: str, paths: str) -> None:
    query = QueryParser("body", searcher.schema).parse(text)
    assert "".join(sorted(hit["path"] for hit in searcher.search(query))) == paths


def test_highlights_are_the_written_words(searcher: Any) -> None:
    query = QueryParser("body", searcher.schema).parse("كتاب")
    results = searcher.search(query, terms=True)
    marked = {hit["path"]: hit.highlights("body") for hit in results}
    assert ">كِتابَهُ<" in marked["a"]
    assert ">كتاباً<" in marked["b"]


def test_the_docs_show_this_schema() -> None:
    """The example in the module's docstring is the one that is run here."""
    module = Path(__file__).parents[2] / "analyzers" / "whoosh_adapter.py"
    assert "TEXT(analyzer=ArabicAnalyzer(), stored=True)" in module.read_text("utf-8")
