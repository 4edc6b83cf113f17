"""Passages: slices of the text, whole words, within paragraphs, apart from each other."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from highlights import Words, highlighter, in_order
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers.tokenizer import Tokenizer
from indexer.results import Snippet
from indexer.snippets.highlighter import Highlight, Highlighter, Meetings
from indexer.snippets.passages import best_snippets, line_numbers, matches_of

WORDS = ("كتاب", "بيت", "سوق")
FILLER = "كلام كثير لا صلة له بشيء "


def snippets(text: str, count: int = 1, width: int = 60, words: tuple[str, ...] = WORDS):
    hits = highlighter(*words).of_text(text)
    return best_snippets(text, hits, [1.0] * len(words), count=count, width=width)


def test_hits_are_the_written_words() -> None:
    text = "قرأ كِتَابًا في كـتاب: «كِتاب»، كتابة"
    assert [text[h.start : h.end] for h in highlighter("كتابا", "كتاب").of_text(text)] == [
        "كِتَابًا", "كـتاب", "كِتاب",
    ]  # fmt: skip


def test_words_of_a_phrase_are_marked_only_together() -> None:
    text = "بيت كبير. كتاب صغير. بيت كتاب بيت"
    found = highlighter("بيت", "كتاب", phrases=((0, 1),)).of_text(text)
    assert [h.start for h in found] == [text.index("بيت كتاب"), text.index("كتاب بيت")]


def test_a_word_of_a_phrase_that_also_stands_alone_in_the_query() -> None:
    text = "روسيا تعلن. روسيا اليوم. اليوم"
    met = {"روسيا": ((0, "exact"), (1, "exact")), "اليوم": ((2, "exact"),)}
    known = Highlighter(Words(met, (in_order((1, 2)),), frozenset({0})), Tokenizer())
    assert [text[h.start : h.end] for h in known.of_text(text)] == ["روسيا", "روسيا", "اليوم"]


def test_phrase_at_the_end_of_the_text() -> None:
    assert len(highlighter("بيت", "كتاب", phrases=((0, 1),)).of_text("كتاب بيت")) == 0
    assert len(highlighter("بيت", "كتاب", phrases=((0, 1),)).of_text("في بيت كتاب")) == 2


def test_of_overlapping_phrases_each_token_has_one_place() -> None:
    met: dict[str, Meetings] = {"بيت": ((0, "exact"), (1, "stem"), (2, "folded"))}
    known = Highlighter(Words(met, (in_order((0, 1, 2)),)), Tokenizer())
    found = known.of_text("بيت بيت بيت بيت. كتاب بيت بيت")
    assert [(h.target, h.tier) for h in found] == [
        (0, "exact"), (0, "exact"), (1, "stem"), (2, "folded"),
    ]  # fmt: skip


def test_vowel_marks_are_asked_of_each_word_as_it_stands() -> None:
    met: dict[str, Meetings] = {"كتب": ((0, "exact"), (1, "stem"))}
    known = Highlighter(Words(met, loose=frozenset({0, 1}), written={0: "كُتُب"}), Tokenizer())
    found = known.of_text("كُتُب كَتَب كتب")
    assert [h.target for h in found] == [0, 1, 1]


def test_the_passage_with_most_words_wins() -> None:
    text = f"كتاب {FILLER * 6}. بيت كتاب سوق. {FILLER * 6} سوق"
    (best,) = snippets(text)
    assert {match.word for match in best.matches} == set(WORDS)


def test_weights_decide_between_words() -> None:
    text = f"كتاب {FILLER * 6} بيت"
    hits = highlighter(*WORDS).of_text(text)
    (best,) = best_snippets(text, hits, [1.0, 5.0, 1.0], width=40)
    assert [match.word for match in best.matches] == ["بيت"]


def test_the_opening_where_nothing_is_met() -> None:
    (only,) = snippets("\n\n  " + FILLER * 20)
    assert (only.matches, only.offset, only.line) == ((), 4, None)
    assert only.text.startswith("كلام")


@pytest.mark.parametrize("text", ["", " \n\n\t", "\n"])
def test_a_text_without_words(text: str) -> None:
    assert [s.text for s in snippets(text)] == [""]


def test_none_wanted() -> None:
    assert snippets("كتاب", count=0) == ()


def test_the_first_of_equal_passages_wins_whatever_the_length_of_its_word() -> None:
    text = f"كتاب {FILLER * 8}\n\nبيت {FILLER * 8}"
    assert snippets(text)[0].matches[0].word == "كتاب"


BREAKS = {"lf": "\n\n", "crlf": "\r\n\r\n", "spaces between": "\n \t\n", "many": "\n\n\n\n"}


@pytest.mark.parametrize("blank", BREAKS.values(), ids=BREAKS)
def test_no_passage_crosses_a_blank_line(blank: str) -> None:
    text = f"خبر عن كتاب{blank}خبر عن بيت"
    assert [s.text for s in snippets(text, count=2)] == ["خبر عن كتاب", "خبر عن بيت"]


def test_several_passages_stand_apart() -> None:
    text = f"كتاب {FILLER * 8}\n\nبيت {FILLER * 8}\n\nسوق {FILLER * 8}"
    found = snippets(text, count=3)
    assert [s.matches[0].word for s in found] == ["كتاب", "بيت", "سوق"]
    assert [s.line for s in found] == [1, 3, 5]


def test_a_passage_begins_with_its_sentence_where_it_fits() -> None:
    text = f"{FILLER * 3}. هذا كتاب جديد. {FILLER * 3}"
    assert snippets(text)[0].text.startswith("هذا كتاب")


def test_one_endless_word() -> None:
    text = "ب" * 5000 + " كتاب " + "ت" * 5000
    (only,) = snippets(text)
    assert "كتاب" in only.text
    assert [m.word for m in only.matches] == ["كتاب"]


def test_line_numbers() -> None:
    text = "أ\nب\r\nج\rد\n"
    lines = line_numbers(text, [text.index(c) for c in "دأجب"])
    assert [lines[text.index(c)] for c in "أبجد"] == [1, 2, 3, 3]


def test_matches_of() -> None:
    (match,) = matches_of("في بيت", [Highlight(3, 6, "stem", 0)])
    assert (match.word, match.start, match.end, match.tier) == ("بيت", 3, 6, "stem")


PIECES = st.sampled_from(
    ["كتاب", "بيت", "سوق", "كِتاب", "كلام", "طويلجداجداجداجداجداجداجدا", " ", " ", " ", "\n", "\n\n",
     "\r\n\r\n", ". ", "؟ ", "، ", "«", "»", "12,500", "\u200f", "\u0640", "😀", "a"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=80).map("".join)
BLANK_LINE = re.compile(r"\n[^\S\n]*\n|\r\n[^\S\r\n]*\r\n")


@given(TEXTS, st.integers(1, 4), st.integers(1, 120))
@settings(max_examples=300)
def test_laws_of_passages(text: str, count: int, width: int) -> None:
    hits = highlighter(*WORDS).of_text(text)
    found = best_snippets(text, hits, [1.0] * len(WORDS), count=count, width=width)
    assert 1 <= len(found) <= count
    tokens = Tokenizer().tokenize(text)
    spans = list(zip(tokens.starts.tolist(), tokens.ends.tolist(), strict=True))
    for snippet in found:
        assert_a_slice(text, snippet)
        end = snippet.offset + len(snippet.text)
        assert bool(snippet.matches) == bool(hits)
        assert not BLANK_LINE.search(snippet.text)
        assert all(snippet.offset <= m.start < m.end <= end for m in snippet.matches)
        inside = [h for h in hits if snippet.offset <= h.start and h.end <= end]
        assert [(m.start, m.end) for m in snippet.matches] == [(h.start, h.end) for h in inside]
        for edge in (snippet.offset, end):
            assert not any(s < edge < e for s, e in spans), "a word is cut open"
    assert_apart(found)


def assert_a_slice(text: str, snippet: Snippet) -> None:
    assert text[snippet.offset : snippet.offset + len(snippet.text)] == snippet.text
    assert snippet.text == snippet.text.strip()
    for match in snippet.matches:
        assert text[match.start : match.end] == match.word
    place = snippet.matches[0].start if snippet.matches else None
    assert snippet.line == (None if place is None else text.count("\n", 0, place) + 1)


def assert_apart(found: tuple[Snippet, ...]) -> None:
    spans = sorted((s.offset, s.offset + len(s.text)) for s in found)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


@given(TEXTS, st.integers(20, 200))
def test_passages_are_about_as_long_as_asked(text: str, width: int) -> None:
    """One match may be longer than the width; a sentence's beginning may add as much again."""
    for snippet in snippets(text, width=width):
        assert len(snippet.text) <= 2 * width + 60
