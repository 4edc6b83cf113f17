"""The steps that are taught are those that the rules go."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers import analyze, analyze_form
from analyzers.normalizer import fold
from analyzers.roots import root
from analyzers.stemmer import stem
from analyzers.steps import Change, steps

CORPUS = Path(__file__).resolve().parents[2] / "corpus"


@cache
def words() -> tuple[str, ...]:
    texts = [path.read_text("utf-8") for path in sorted((CORPUS / "news").glob("*-?-*.txt"))]
    return tuple(sorted({token.analysis.unmarked for text in texts for token in analyze(text)}))


def is_step(before: str, change: Change) -> bool:
    """Whether a change does to a word what it says."""
    match change.kind:
        case "known":
            return True
        case "ending":
            return before == change.result + change.letters
        case "letter":
            return len(before) == len(change.result) and before != change.result
    return before == change.letters + change.result


def test_the_steps_lead_from_every_word_to_its_stem() -> None:
    assert len(words()) > 2000
    for word in words():
        analysis = analyze_form(word)
        here = analysis.folded
        for change in steps(word, analysis).changes:
            assert is_step(here, change), (word, here, change)
            here = change.result
        assert here == analysis.stem, word


LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويءةىأإآؤئ"


@given(word=st.text(LETTERS, min_size=1, max_size=9))
def test_the_steps_lead_from_any_letters_to_their_stem(word: str) -> None:
    analysis = analyze_form(word)
    here = analysis.folded
    for change in steps(word, analysis).changes:
        assert is_step(here, change)
        here = change.result
    assert here == analysis.stem == stem(fold(word))
    assert analysis.root == root(analysis.stem)


CHANGES = [
    ("والكتاب", ["article وال"]),
    ("وبالمدرسة", ["article وبال", "ending ه"]),
    ("سيكتبون", ["future س", "ending ون"]),
    ("كتابها", ["ending ها"]),
    ("حكومتي", ["ending ي", "ending ت"]),
    ("ولبنان", ["proclitic و", "known"]),
    ("بلبنان", ["proclitic ب", "known"]),
    ("وزير", []),
    ("كتاب", []),
    ("123", []),
    ("cafe", []),
]


@pytest.mark.parametrize(("word", "expected"), CHANGES)
def test_what_the_stemmer_did(word: str, expected: list[str]) -> None:
    changes = steps(word, analyze_form(word)).changes
    assert [f"{change.kind} {change.letters}".rstrip() for change in changes] == expected


SPELLED = [
    ("كُتب", {"marks"}), ("كـتب", {"tatweel"}), ("ك\u200dتب", {"invisible"}), ("١٢", {"digits"}),
    ("Oil", {"capitals"}), ("ٱلصَّلَوٰةَ", {"marks", "quranic"}), ("عاااجل", {"run"}), ("كتب", set()),
    ("ﻛﺘﺐ", {"shapes"}),
]  # fmt: skip


@pytest.mark.parametrize(("word", "expected"), SPELLED)
def test_what_is_left_out(word: str, expected: set[str]) -> None:
    (token,) = analyze(word)
    assert set(steps(token.word, token.analysis).spelled) == expected


FOLDED = [
    ("أمن", {"alef"}), ("على", {"ya"}), ("مدرسة", {"ta"}), ("مسؤول", {"hamza"}),
    ("کتاب", {"keyboard"}), ("café", {"latin"}), ("1.500", {"thousands"}),
    ("مائة", {"hamza", "ta", "listed"}), ("كتب", set()),
]  # fmt: skip


@pytest.mark.parametrize(("word", "expected"), FOLDED)
def test_which_letters_are_one(word: str, expected: set[str]) -> None:
    assert set(steps(word, analyze_form(word)).folded) == expected


def test_nothing_is_said_of_words_that_are_their_own_form() -> None:
    for word in words():
        way = steps(word, analyze_form(word))
        assert not way.spelled
        assert bool(way.folded) == (fold(word) != word), word


def test_pattern_parts_and_plurals() -> None:
    assert steps("مكتوب", analyze_form("مكتوب")).pattern == "م--و-"
    assert steps("لحقوق", analyze_form("لحقوق")).parts == ("حقوق",)
    assert "كتب" in steps("الكتاب", analyze_form("الكتاب")).plurals
    assert steps("في", analyze_form("في"))[3:] == ("", (), ())
