"""Words that the index does not hold: which they are, what is suggested, what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_process import run, run_on_terminal
from folders import indexed, write_folder

from indexer import Index, SearchOptions, SearchResults
from indexer.results import UnknownWord

EVERYTHING = SearchOptions(limit=None)
TEXTS = {
    "a.txt": "طرغوزال\n\nعزف طرغوزال في فيينا، وطرغوزال شاب.\n",
    "b.txt": "بستان\n\nفي البستان أشجار. البستان بعيد، والبستان قريب. رأى بستانا.\n",
    "c.txt": "سورية\n\nقاذفات عبرت الحدود من سورية. قال عبد الله: نعم.\n",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("unknown"), TEXTS)


@pytest.fixture(scope="module")
def index(home: Path) -> Iterator[Index]:
    with indexed(home) as made:
        yield made


def search(index: Index, query: str, **options: object) -> SearchResults:
    return index.search(query, EVERYTHING._replace(**options))


def unknown(index: Index, query: str, **options: object) -> list[str]:
    return [word.word for word in search(index, query, **options).unknown_words]


@pytest.mark.parametrize(
    "query",
    ["طرغوزال", "والبستانِ", "سوريا", "بالبستان", "عبدالله", "«عبد الله»", "بست*", "-غائب البستان",
     "title:سورية", "path:*.txt", ""],
)  # fmt: skip
def test_words_that_are_held(index: Index, query: str) -> None:
    assert search(index, query).unknown_words == ()


@pytest.mark.parametrize("match", ["exact", "folded", "stem", "plural", "variant", "root"])
def test_a_word_is_held_whatever_tier_is_asked_for(index: Index, match: str) -> None:
    assert unknown(index, "بساتننن كبستان", match=match) == ["بساتننن"]


def test_words_that_are_not_held_in_the_order_of_the_query(index: Index) -> None:
    assert unknown(index, "طغرغ البستان شخبطة «قاذفات غائبة»") == ["طغرغ", "شخبطة", "غائبة"]
    assert unknown(index, "طَرغوظالُ طرغوظال طَرغوظالُ") == ["طَرغوظالُ", "طرغوظال"]


def test_fields_have_words_of_their_own(index: Index) -> None:
    assert unknown(index, "title:قاذفات") == ["قاذفات"]
    assert unknown(index, "قاذفات", fields=("title",)) == ["قاذفات"]


def test_the_nearest_form_of_the_nearest_stem(index: Index) -> None:
    assert search(index, "طرغوظال").unknown_words == (UnknownWord("طرغوظال", ("طرغوزال",)),)
    assert search(index, "بسطان").unknown_words[0].suggestions == ("بستان",)
    assert search(index, "بسستان").unknown_words[0].suggestions == ("بستان",)
    assert search(index, "غظثخذ").unknown_words == (UnknownWord("غظثخذ", ()),)


def test_what_was_found_by_spelling_is_said_and_marked(index: Index) -> None:
    results = search(index, "طرغوظال")
    assert [hit.id for hit in results.hits] == ["a.txt"]
    assert {match.tier for match in results.hits[0].matches} == {"spelling"}
    assert {match.word for match in results.hits[0].matches} <= {"طرغوزال", "وطرغوزال"}
    assert results.notes == (
        "«طرغوظال» is not in the index; found by words spelled like it: طرغوزال",
    )


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("طرغوظال", {"match": "stem"}),  # spelling does not retrieve
        ("غظثخذ", {}),  # nothing is like it
        ("طرغوظال path:c.txt", {}),  # the filter leaves nothing of it
        ("طرغوزال", {}),  # it is there
    ],
)
def test_nothing_is_said_where_nothing_was_found_by_spelling(
    index: Index, query: str, options: dict[str, str]
) -> None:
    assert search(index, query, **options).notes == ()


def test_the_command_says_one_thing_of_a_word(index: Index, home: Path) -> None:
    shown = run_on_terminal("search", "طرغوظال طغرغ", "--color", "never", cwd=home).text
    assert shown.count("طرغوظال") == 1
    assert "«طرغوظال» is not in the index; found by words spelled like it: طرغوزال" in shown
    assert "not in the index: طغرغ" in shown
    absent = run("search", "طرغوظال", "--match", "folded", cwd=home)
    assert absent.code == 1
    assert "not in the index: طرغوظال; did you mean (هل تقصد): طرغوزال" in absent.err
