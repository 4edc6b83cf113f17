"""Phrases of random texts against an oracle that rewrites the query, and the order of levels.

The oracle knows neither segments nor lattices: it writes the phrase in all the ways that the rows
of `ROWS` allow, and looks for each way word by word.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import pytest
from folders import indexed, write_folder
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ranking_cases import unjoined

from analyzers.analyzer import analyze_form
from analyzers.normalizer import fold
from indexer import Index, SearchOptions
from indexer.results import MATCH_LEVELS, MatchLevel

ROWS = (
    ("عبدالله", "عبد الله"),
    ("نوفمبر", "تشرين الثاني", "تشرين ثاني", "نونبر"),
    ("سوريا", "سورية"),
    ("نيويورك", "نيو يورك"),
)
"""Rows of the built-in table."""

SONS = ("بن", "ابن")
"""One word before another."""

PLAIN = ("كتاب", "الكتاب", "كتب", "بيت", "محمد", "عليّ", "من", "2017")
NAMES = tuple(dict.fromkeys(word for row in ROWS for side in row for word in side.split()))
WORDS = (*PLAIN, *NAMES, *SONS)
BEFORE = ("", "", "", "", "و", "ب", "ل", "ف", "ك", "وب", "ول", "س", "ال", "وال", "لل")
EVERYTHING = SearchOptions(limit=None)


def random_word(rng: random.Random) -> str:
    word = rng.choice(WORDS)
    return word if word.isdigit() else rng.choice(BEFORE) + word


def random_texts(count: int) -> list[str]:
    rng = random.Random(14)
    return [" ".join(random_word(rng) for _ in range(rng.randint(2, 12))) for _ in range(count)]


TEXTS = random_texts(600)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    texts = {f"{number}.txt": text for number, text in enumerate(TEXTS)}
    with indexed(write_folder(tmp_path_factory.mktemp("laws"), texts)) as made:
        yield made


PHRASES = st.lists(st.sampled_from(WORDS), min_size=2, max_size=4)
BEFORE_FIRST = st.sampled_from(["", "", "و", "ل", "وب"])


@st.composite
def phrases(draw: st.DrawFn) -> str:
    """Words of the texts, or a stretch of one of them."""
    if draw(st.booleans()):
        words = draw(st.sampled_from(TEXTS)).split()
        first = draw(st.integers(0, len(words) - 2))
        return " ".join(words[first : first + draw(st.integers(2, 4))])
    first, *rest = draw(PHRASES)
    return " ".join([first if first.isdigit() else draw(BEFORE_FIRST) + first, *rest])


def found(index: Index, query: str, match: MatchLevel | None = None) -> set[int]:
    hits = index.search(query, EVERYTHING._replace(match=match, snippets=0)).hits
    return {int(hit.id.removesuffix(".txt")) for hit in hits}


def ways(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """All that a phrase may be written as, its first word as it is or by another name."""
    if not words:
        yield ()
        return
    for rest in ways(words[1:]):
        yield (words[0], *rest)
    if words[0] in SONS and len(words) > 1:
        for rest in ways(words[1:]):
            yield (SONS[words[0] == SONS[0]], *rest)
    for row in ROWS:
        for side in row:
            name = side.split()
            before = bare(words[0], name[0])
            if before is None or list(words[1 : len(name)]) != name[1:]:
                continue
            for other in set(row) - {side}:
                first, *others = other.split()
                for rest in ways(words[len(name) :]):
                    yield (before + first, *others, *rest)


def bare(word: str, name: str) -> str | None:
    """What stands before a name in a word, None where it is another word."""
    before = word.removesuffix(name)
    known = before in ("", "و", "ف", "ب", "ل", "ك", "وب", "ول", "ال", "وال")
    return before if word.endswith(name) and known else None


def holds(text: str, phrase: str) -> bool:
    """Whether a text holds a phrase in one of its ways, each word behind joined proclitics."""
    folded = folded_of(text)
    return any(
        all(fold(word) in folded[at + i] for i, word in enumerate(way))
        for way in ways_of(phrase)
        for at in range(len(folded) - len(way) + 1)
    )


@cache
def folded_of(text: str) -> list[set[str]]:
    return [{fold(form) for form in unjoined(unmarked)} for unmarked in unmarked_of(text)]


@cache
def ways_of(phrase: str) -> list[tuple[str, ...]]:
    return list(ways(unmarked_of(phrase)))


@cache
def unmarked_of(text: str) -> tuple[str, ...]:
    return tuple(analyze_form(word.replace("ّ", "")).unmarked for word in text.split())


@given(phrases())
@settings(max_examples=120)
@example("تشرين الثاني 2017")
@example("عبد الله بن محمد")
@example("لعبدالله ابن عليّ")
def test_a_phrase_is_found_where_the_oracle_finds_it(index: Index, phrase: str) -> None:
    expected = {number for number, text in enumerate(TEXTS) if holds(text, phrase)}
    assert found(index, f'"{phrase}"') == expected, phrase


@given(phrases())
@settings(max_examples=40)
def test_each_level_finds_what_the_one_before_does(index: Index, phrase: str) -> None:
    query = f'"{phrase}"'
    by_level = [found(index, query, match) for match in MATCH_LEVELS]
    for before, after in pairwise(by_level):
        assert before <= after, phrase
    usual = found(index, query)
    assert by_level[MATCH_LEVELS.index("folded")] <= usual
    assert usual <= by_level[MATCH_LEVELS.index("variant")]
    if all(word in PLAIN for word in phrase.split()):
        assert usual <= by_level[MATCH_LEVELS.index("stem")]


@given(st.sampled_from(TEXTS), st.data())
@settings(max_examples=40)
def test_a_pattern_in_a_phrase_meets_what_it_meets_alone(
    index: Index, text: str, data: st.DataObject
) -> None:
    words = text.split()
    at = data.draw(st.integers(0, len(words) - 2))
    one, other = words[at], fold(*unmarked_of(words[at + 1]))
    cut = data.draw(st.integers(1, len(other)))
    if data.draw(st.booleans()):
        pattern, fits = f"{other[:cut]}*", lambda form: form.startswith(other[:cut])
    else:
        pattern, fits = f"*{other[-cut:]}", lambda form: form.endswith(other[-cut:])
    (own,) = unmarked_of(one)
    expected = {
        number
        for number, held in enumerate(map(unmarked_of, TEXTS))
        for first, second in pairwise(held)
        if fold(own) == fold(first) and fits(fold(second))
    }
    assert found(index, f'"{one} {pattern}"', "folded") == expected


@given(phrases())
@settings(max_examples=40)
def test_words_that_met_are_marked_side_by_side(index: Index, phrase: str) -> None:
    for hit in index.search(f'"{phrase}"', EVERYTHING).hits:
        text = TEXTS[int(hit.id.removesuffix(".txt"))]
        (snippet,) = hit.snippets
        marked = [(m.start, m.end) for m in snippet.matches]
        assert marked, (phrase, text)
        whole = text[marked[0][0] : marked[-1][1]]
        assert holds(whole, phrase), (phrase, text)
