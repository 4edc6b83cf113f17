"""The Quran's spelling: every word of the verses meets its spelling of today, and no other word."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers import analyze
from analyzers.letters import MARKS, QURANIC_LETTERS
from analyzers.normalizer import fold, unmark
from analyzers.proclitics import splits
from analyzers.stemmer import stem
from analyzers.uthmani import modern

DATA = Path(__file__).parent.parent / "data"


def lines(name: str) -> list[str]:
    text = (DATA / name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


VERSES = list(zip(lines("uthmani.txt")[::2], lines("uthmani.txt")[1::2], strict=True))
APART = [pair.split() for line in lines("uthmani_apart.txt") for pair in line.split(",")]


@pytest.mark.parametrize(("uthmani", "today"), VERSES)
def test_every_word_meets_its_spelling_of_today(uthmani: str, today: str) -> None:
    """Word by word, يا of a vocative a word of its own, so that phrases are found, too."""
    written, spelled = analyze(uthmani), analyze(today)
    assert [token.analysis.folded for token in written] == [t.analysis.folded for t in spelled]


@pytest.mark.parametrize(("uthmani", "other"), APART)
def test_no_other_word_is_met(uthmani: str, other: str) -> None:
    folded = fold(unmark(other))
    forbidden = {stem(folded), *(stem(rest) for rest in splits(folded))}
    for token in analyze(uthmani):
        own = token.analysis
        assert own.folded != folded
        assert own.stem not in forbidden
        assert stem(folded) not in {stem(rest) for rest in splits(own.folded)}


def test_the_tables_are_large_enough() -> None:
    words = {token.word for verse, _ in VERSES for token in analyze(verse)}
    assert sum(any(sign in word for sign in QURANIC_LETTERS + "\u0654") for word in words) >= 100
    assert len(words) >= 250
    assert len(APART) >= 120


BOTH_READINGS = {
    "dropped": ("هٰذا هٰذه هٰؤلاء ذٰلك كذٰلك لٰكن إلٰه الرحمٰن", "هذا هذه هؤلاء ذلك كذلك لكن إله الرحمن"),
    "with clitics": ("وهٰذا بالرحمٰن فذٰلكم ولٰكنهم لإلٰهكم", "وهذا بالرحمن فذلكم ولكنهم لإلهكم"),
    "as alef": ("كتٰب سلطٰن إنسٰن مسٰجد قيٰمة", "كتاب سلطان إنسان مساجد قيامة"),
    "other typists": ("الصّٰلحٰت اٰمنوا الصلٰوة الزكٰوة", "الصالحات آمنوا الصلاة الزكاة"),
    "sometimes written today": ("السمٰوات إسحٰق", "السموات إسحق"),
}


@pytest.mark.parametrize(("written", "today"), BOTH_READINGS.values(), ids=BOTH_READINGS)
def test_an_alef_above_is_dropped_or_read(written: str, today: str) -> None:
    assert [*map(unmark, written.split())] == today.split()


MARKED = st.text(
    st.sampled_from("ابلميوىهةتنكءئ") | st.sampled_from(sorted(MARKS | {"\u0653", "\u0654"})),
    max_size=12,
)


@given(MARKED)
def test_what_is_modern_stays_so(word: str) -> None:
    assert unmark(unmark(word)) == unmark(word)
    assert not set(modern(word)) & {"\u0670", "\u06e7", "\u06e8"}


@given(st.text("ابلميوىهةتنكءئ\u064e\u064f\u0650\u0651\u0652\u0640"))
def test_other_words_stay_as_they_are(word: str) -> None:
    assert modern(word) == word
