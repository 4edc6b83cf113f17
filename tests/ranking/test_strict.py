"""Foldings turned off: which words still meet, in the dictionary, in texts, and what is marked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from cli_process import run
from folders import indexed, write_folder
from hypothesis import given
from hypothesis import strategies as st

from analyzers.analyzer import analyze_form
from analyzers.normalizer import fold, unmark
from indexer import Index, SearchOptions, SearchResults
from indexer.query.letters import _pieces, letters_agree, marks_agree, pieces_agree
from indexer.results import MATCH_LEVELS, STRICT_SWITCHES

EVERYTHING = SearchOptions(limit=None, snippets=100)
WORDS = st.text("اأإآٱبتثجدرسعفقكلمنهويىةءؤئی", min_size=1, max_size=8)
SWITCHES = st.frozensets(st.sampled_from(["hamza", "ta", "ya"]))


@pytest.mark.parametrize(
    ("one", "other", "switch", "agree"),
    [
        ("مدرسة", "والمدرسة", "ta", True),
        ("مدرسة", "مدرسه", "ta", False),
        ("مدرسة", "والمدرسه", "ta", False),
        ("مدرسة", "مدرستهم", "ta", True),
        ("مدرسة", "مدرسه", "hamza", True),
        ("سورية", "سوريه", "ta", False),
        ("سورية", "سوريا", "ta", True),
        ("مسؤول", "المسؤولين", "hamza", True),
        ("مسؤول", "مسئول", "hamza", False),
        ("مسؤول", "المسئولين", "hamza", False),
        ("أحمد", "لأحمد", "hamza", True),
        ("أحمد", "لاحمد", "hamza", False),
        ("آثار", "أثار", "hamza", False),
        ("ٱسم", "اسم", "hamza", False),
        ("الكتاب", "ٱلكتاب", "hamza", True),
        ("شيء", "شئ", "hamza", False),
        ("شيء", "شي", "hamza", False),
        ("وفاء", "وفا", "hamza", False),
        ("وفاء", "الوفاء", "hamza", True),
        ("مئة", "مائة", "hamza", True),
        ("مئة", "ماية", "hamza", False),
        ("مئة", "المائه", "ta", False),
        ("يقرأون", "يقرؤون", "hamza", False),
        ("هدى", "هدي", "ya", False),
        ("مصطفى", "لمصطفى", "ya", True),
        ("مستشفى", "المستشفي", "ya", False),
        ("مستشفى", "مستشفياتهم", "ya", True),
        ("إيران", "إیران", "ya", False),
        ("شئ", "شى", "ya", True),
        ("كتاب", "المدرسة", "ta", True),  # nothing in common: not for letters to decide
    ],
)
def test_letters(one: str, other: str, switch: str, agree: bool) -> None:
    assert letters_agree(one, other, frozenset({switch})) is agree
    assert letters_agree(other, one, frozenset({switch})) is agree


@pytest.mark.parametrize(
    ("pieces", "form", "agree"),
    [
        (("أحم", ""), "أحمد", True),
        (("أحم", ""), "احمد", False),
        (("", "أحم", ""), "لأحمد", True),
        (("", "أحم", ""), "لاحمد", False),
        (("أحم", ""), "لأحمد", False),
        (("", "سؤ", ""), "مسئولة", False),
        (("أ", "د"), "أحمد", True),
        (("أ", "د"), "احمد", False),
        (("", "أ", "أ", ""), "تأمأن", True),
        (("", "أ", "أ", ""), "تأمان", False),
        (("", "أحمد"), "لأحمد", True),
        (("", "أحمد"), "أحمدي", False),
    ],
)
def test_patterns(pieces: tuple[str, ...], form: str, agree: bool) -> None:
    assert pieces_agree(pieces, form, frozenset({"hamza"})) is agree


@pytest.mark.parametrize(
    ("asked", "written", "agree"),
    [
        ("كتب", "كَتَبَ", True),
        ("كُتُب", "كُتُب", True),
        ("كُتُب", "الكُتُبِ", True),
        ("كُتُب", "كَتَبَ", False),
        ("كُتُب", "كتب", False),
        ("كُتُب", "كـُـتُب", True),
        ("عُلِّم", "عُلِم", False),
        ("عُلِّم", "عُلِّم", True),
        ("مُدَرِّسة", "وَالمُدَرِّسَةِ", True),
        ("مَدْرَسَة", "مَدْرَسَتِهِم", True),
        ("مَدْرَسَةٌ", "مَدْرَسَةً", False),
        ("كتابًا", "كتاباً", True),
        ("كتابًا", "كتابا", False),
        ("كتابٌ", "كتابًا", False),
        ("أَحمد", "ا\u0654\u064eحمد", True),
        ("شيءٌ", "شيءٌ", True),
        ("شيءٌ", "شيءٍ", False),
        ("ﻛُﺘُﺐ", "كُتُب", True),
    ],
)
def test_marks(asked: str, written: str, agree: bool) -> None:
    assert marks_agree(asked, written) is agree


@given(WORDS)
def test_pieces_make_up_the_word(word: str) -> None:
    form = unmark(word)
    pieces = _pieces(form, fold(form))
    assert "".join(pieces) == form
    assert len(pieces) == len(fold(form))


@given(WORDS, WORDS, SWITCHES)
def test_agreement_is_symmetric_and_a_word_agrees_with_itself(
    one: str, other: str, switches: frozenset[str]
) -> None:
    one, other = unmark(one), unmark(other)
    assert letters_agree(one, other, switches) == letters_agree(other, one, switches)
    assert letters_agree(one, one, switches)
    assert letters_agree(one, other, frozenset())


@given(WORDS)
def test_with_all_switches_no_folded_letter_is_as_good_as_another(word: str) -> None:
    form = unmark(word)
    plain = form.replace("أ", "ا").replace("ة", "ه").replace("ى", "ي")
    if plain != form and fold(plain) == fold(form):
        assert not letters_agree(form, plain, frozenset({"hamza", "ta", "ya"}))


TEXTS = {
    "closed.txt": "المدرسة\n\nوالمدرسة قريبة. قال المسؤولون إن أحمد هنا.",
    "open.txt": "المدرسه\n\nوالمدرسه قريبه. قال المسئولون ان احمد هنا.",
    "syria.txt": "سوريا\n\nعاد إلى سوريا.",
    "syria-ta.txt": "سورية\n\nعاد إلى سورية.",
    "syria-ha.txt": "سوريه\n\nعاد إلى سوريه.",
    "books.txt": "كُتُبٌ\n\nقرأ الكُتُبَ كلها، وكَتَبَ عنها.",
    "wrote.txt": "خبر\n\nكَتَبَ الرجل رسالة، ثم كَتَبَ أخرى.",
    "bare.txt": "كتب\n\nكتب كثيرة على الرف.",
    "on.txt": "على\n\nجلس على الرف عند مستشفى كبير.",
    "ali.txt": "علي\n\nجلس علي عند مستشفي كبير.",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("strict"), TEXTS)


@pytest.fixture(scope="module")
def index(home: Path) -> Iterator[Index]:
    with indexed(home) as made:
        yield made


def search(index: Index, query: str, *strict: str, match: str = "variant") -> SearchResults:
    options = EVERYTHING._replace(strict=frozenset(strict), match=match)
    return index.search(query, options)


def names(results: SearchResults) -> set[str]:
    return {hit.id.removesuffix(".txt") for hit in results.hits}


def marked(results: SearchResults, name: str) -> set[str]:
    hit = next(hit for hit in results.hits if hit.id == f"{name}.txt")
    return {match.word for match in hit.matches}


@pytest.mark.parametrize(
    ("query", "strict", "expected"),
    [
        ("مدرسة", [], {"closed", "open"}),
        ("مدرسة", ["ta"], {"closed"}),
        ("بالمدرسه", ["ta"], {"open"}),
        ("مدرسة", ["hamza", "ya"], {"closed", "open"}),
        ("مسؤول", ["hamza"], {"closed"}),
        ("المسئولين", ["hamza"], {"open"}),
        ("أحمد", ["hamza"], {"closed"}),
        ("«إن أحمد»", [], {"closed", "open"}),
        ("«إن أحمد»", ["hamza"], {"closed"}),
        ("«ان احمد»", ["hamza"], {"open"}),
        ('"إن أحمد"~3', ["hamza"], {"closed"}),
        ("«إن احمد»", ["hamza"], set()),
        ("أحم*", [], {"closed", "open"}),
        ("أحم*", ["hamza"], {"closed"}),
        ("احم*", ["hamza"], {"open"}),
        ("*سؤو*", ["hamza"], {"closed"}),
        ("*مدرسة*", ["ta"], {"closed"}),
        ("سوريا", [], {"syria", "syria-ta", "syria-ha"}),
        ("سورية", ["ta"], {"syria", "syria-ta"}),
        ("سوريه", ["ta"], {"syria", "syria-ha"}),
        ("مستشفى", ["ya"], {"on"}),
        ("مستشفي", ["ya"], {"ali"}),
        ("علي", ["ya"], {"ali"}),
        ("قريبة -مدرسة", ["ta"], set()),
        ("كُتُب", [], {"books", "wrote", "bare"}),
        ("كُتُب", ["marks"], {"books"}),
        ("كَتَبَ", ["marks"], {"books", "wrote"}),
        ("كتب", ["marks"], {"books", "wrote", "bare"}),
        ("كُتُبٍ", ["marks"], set()),
        ("title:كُتُبٌ", ["marks"], {"books"}),
        ("«كَتَبَ الرجل»", ["marks"], {"wrote"}),
        ("«كُتُبَ الرجل»", ["marks"], set()),
        ('"كَتَبَ رسالة"~3', ["marks"], {"wrote"}),
        ('"كُتُبَ رسالة"~3', ["marks"], set()),
        ("رف كُتُب", ["marks"], {"books", "on", "bare"}),
    ],
)
def test_retrieval(index: Index, query: str, strict: list[str], expected: set[str]) -> None:
    assert names(search(index, query, *strict)) == expected


@pytest.mark.parametrize("switches", [[], ["ta"], ["hamza"], ["ya"], ["marks"], STRICT_SWITCHES])
def test_tiers_nest_and_every_hit_shows_a_match(index: Index, switches: list[str]) -> None:
    for word in ["مدرسة", "سورية", "سوريه", "أحمد", "كُتُب", "مستشفى", "مسؤول", "المسئولين"]:
        found = [names(search(index, word, *switches, match=match)) for match in MATCH_LEVELS]
        assert all(stronger <= weaker for stronger, weaker in pairwise(found)), word
        loose = search(index, word)
        assert names(search(index, word, *switches)) <= names(loose)
        for hit in search(index, word, *switches, match="stem").hits:
            assert hit.matches, (word, hit.id)


@pytest.mark.parametrize("match", ["exact", "folded", "stem"])
def test_the_first_three_tiers_stay_symmetric(index: Index, match: str) -> None:
    forms = [unmark(word) for text in TEXTS.values() for word in text.split()]
    for one in forms:
        for other in forms:
            a, b = analyze_form(one), analyze_form(other)
            if getattr(a, match, one) == getattr(b, match, other):
                switches = frozenset({"ta", "ya", "hamza"})
                assert letters_agree(one, other, switches) == letters_agree(other, one, switches)


def test_only_what_agrees_is_marked(index: Index) -> None:
    assert marked(search(index, "كُتُب", "marks"), "books") == {"الكُتُبَ", "كُتُبٌ"}
    assert marked(search(index, "كَتَبَ", "marks"), "books") == {"وكَتَبَ"}
    both = search(index, "مدرسة مسؤول", "ta")
    assert marked(both, "open") == {"المسئولون"}
    assert marked(search(index, "المدرسة قريبه", "ta"), "open") == {"قريبه"}


def test_show_marks_the_same(index: Index) -> None:
    options = SearchOptions(strict=frozenset({"hamza"}))
    text = "أحمد واحمد ولأحمد"
    assert [match.word for match in index.matches(text, "أحمد", options)] == ["أحمد", "ولأحمد"]


def test_a_leaf_is_worth_what_agrees(index: Index) -> None:
    """Frequencies count only what agrees, so that rare spellings weigh as rare words."""
    options = EVERYTHING._replace(explain=True)
    loose = index.search("مدرسة", options).hits[0].explanation
    strict = index.search("مدرسة", options._replace(strict=frozenset({"ta"}))).hits[0].explanation
    assert loose is not None
    assert strict is not None
    assert (loose.words[0].df, strict.words[0].df) == (2, 1)
    marks = options._replace(strict=frozenset({"marks"}))
    assert index.search("كُتُب", marks).hits[0].explanation.words[0].df == 1  # type: ignore[union-attr]


def test_the_command(home: Path) -> None:
    assert run("search", "-l", "--strict", "ta", "مدرسة", cwd=home).lines == ["closed.txt"]
    assert run("search", "-l", "--strict", "marks", "كُتُب", cwd=home).lines == ["books.txt"]
    none = run("search", "--strict", "hamza", "«إن احمد»", cwd=home)
    assert none.code == 1
    assert "without --strict: 2 documents" in none.err
