"""Do searches keep to the lists of plurals and of nouns in ة? An index of a document a word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from folders import indexed, write_folder

from analyzers.feminines import pairs
from analyzers.lists import lines_of
from analyzers.normalizer import fold
from analyzers.stemmer import stem
from indexer import Index, SearchOptions
from indexer.results import MATCH_LEVELS

DATA = Path(__file__).parent.parent / "data"
EVERYTHING = SearchOptions(limit=None, snippets=0)
MORE = ["وبالكتب", "لطلبتهم", "طلب", "مكتبه", "المكتبات", "مكتبتهم", "كتبوا", "والأدوية"]


def rows(name: str) -> list[list[str]]:
    return [line.split() for _, line in lines_of((DATA / name).read_text(encoding="utf-8"))]


PLURALS = [(one, other) for one, *others in rows("plurals_must_meet.txt") for other in others]
STRANGERS = [(one, other) for one, other in rows("plurals_must_not_meet.txt")]
FEMININES = [(one, other) for one, other in rows("feminines_must_meet.txt")]
PARTED = [tuple(pair) for pair in pairs()]
WORDS = sorted(
    {w for pair in (*PLURALS, *STRANGERS, *FEMININES, *PARTED) for w in pair} | set(MORE)
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    texts = {f"{number:04}.txt": word for number, word in enumerate(WORDS)}
    with indexed(write_folder(tmp_path_factory.mktemp("words"), texts)) as made:
        yield made


def found(index: Index, query: str, **options: str) -> set[str]:
    hits = index.search(query, EVERYTHING._replace(plain=True, **options)).hits
    return {WORDS[int(hit.id.removesuffix(".txt"))] for hit in hits}


def unmet(index: Index, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [
        (query, text)
        for pair in pairs
        for query, text in (pair, pair[::-1])
        if text not in found(index, query)
    ]


def test_plurals_are_found_both_ways(index: Index) -> None:
    assert unmet(index, PLURALS[::2]) == []


def test_words_that_only_share_letters_are_not(index: Index) -> None:
    pairs = STRANGERS[::2]
    assert len(unmet(index, pairs)) == 2 * len(pairs)


def test_a_feminine_of_the_same_word_is_found_both_ways(index: Index) -> None:
    assert unmet(index, FEMININES[::2]) == []


def test_a_noun_in_ta_and_the_other_word_are_not(index: Index) -> None:
    pairs = PARTED[::2]
    assert len(unmet(index, pairs)) == 2 * len(pairs)


@pytest.mark.parametrize(
    ("query", "text", "tier"),
    [
        ("كتاب", "وبالكتب", "plural"),
        ("طالب", "لطلبتهم", "plural"),
        ("دواء", "والأدوية", "plural"),
        ("طالب", "طلب", "root"),
        ("طلبة", "طلب", "root"),
        ("مكتبة", "مكتب", "root"),
        ("مكتب", "مكتبتهم", "root"),
        ("مكتبة", "مكتبه", "folded"),
        ("مكتب", "مكتبه", "stem"),
        ("مكتب", "المكتبات", "stem"),
        ("مكتبة", "المكتبات", "stem"),
        ("كتاب", "كتبوا", "root"),
    ],
)
def test_the_tier_by_which_a_form_is_met(index: Index, query: str, text: str, tier: str) -> None:
    levels = [match for match in MATCH_LEVELS if text in found(index, query, match=match)]
    assert levels == list(MATCH_LEVELS[MATCH_LEVELS.index(tier) :])


def test_what_is_met_is_shown_with_its_tier(index: Index) -> None:
    shown = index.search("دواء", EVERYTHING._replace(snippets=1, plain=True))
    met = {m.word: m.tier for hit in shown.hits for m in hit.snippets[0].matches}
    assert met["والأدوية"] == "plural"
    assert met["دواء"] == "exact"
    shown = index.search("مكتبة", EVERYTHING._replace(snippets=1, plain=True))
    met = {m.word: m.tier for hit in shown.hits for m in hit.snippets[0].matches}
    assert met == {
        "مكتبة": "exact", "مكتبه": "folded", "المكتبات": "stem", "مكتبتهم": "stem"
    }  # fmt: skip


@pytest.mark.parametrize("word", ["مكتبة", "طلبة"])
def test_a_word_of_which_the_index_holds_only_the_other_is_missing(
    tmp_path: Path, word: str
) -> None:
    other = {"مكتبة": "المكتب", "طلبة": "طلب"}[word]
    with indexed(write_folder(tmp_path, {"a.txt": other})) as made:
        results = made.search(word)
        assert results.hits == ()
        assert [unknown.word for unknown in results.unknown_words] == [word]


def test_words_of_the_lists_share_no_stem_that_is_not_spelled_out() -> None:
    """A guard of this file: the pairs are told apart by the lists, not by the stemmer alone."""
    shared = [pair for pair in PARTED if len({stem(fold(word)) for word in pair}) == 1]
    assert len(shared) > len(PARTED) // 2
