"""Slips of the pen: what they cost, which words are doubted, and which proposal comes first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_process import run, run_on_terminal
from folders import indexed, write_folder
from hypothesis import example, given
from hypothesis import strategies as st

from indexer import Index, SearchOptions
from indexer.ranking.slips import EXCHANGED, LEFT_OUT, _aligned, slip_cost


@pytest.mark.parametrize(
    ("typed", "near", "far"),
    [
        ("انسان", "إنسان", "أنيسان"), ("مدرسه", "مدرسة", "مدرست"), ("ضرف", "ظرف", "حرف"),
        ("تبيب", "طبيب", "مبيب"), ("سورة", "صورة", "دورة"), ("هاذا", "هادا", "هاما"),
        ("كتبا", "كتاب", "كتمم"), ("نفظ", "نفض", "نفر"), ("يمين", "بمين", "مميز"),
    ],
)  # fmt: skip
def test_confusions_cost_less(typed: str, near: str, far: str) -> None:
    assert 0 < slip_cost(typed, near) < slip_cost(typed, far)


@example("اابا", "اا")  # the first ا is one too many, not the last
@given(st.text("ابته", max_size=7), st.text("ابته", max_size=7))
def test_what_is_alike_at_the_ends_costs_nothing(typed: str, meant: str) -> None:
    assert slip_cost(typed, meant) == _aligned(typed, meant)
    assert (slip_cost(typed, meant) == 0) == (typed == meant)


@pytest.mark.parametrize(
    ("typed", "meant", "cost"),
    [("مدسة", "مدرسة", LEFT_OUT), ("مدرس", "مدرسة", LEFT_OUT), ("مردسة", "مدرسة", EXCHANGED),
     ("دمرسة", "مدرسة", EXCHANGED), ("مدة", "مدرسة", 2 * LEFT_OUT), ("م", "", 5.0)],
)  # fmt: skip
def test_costs(typed: str, meant: str, cost: float) -> None:
    assert slip_cost(typed, meant) == cost


def test_a_letter_left_out_is_likelier_than_another_typed_for_it() -> None:
    assert slip_cost("مدسة", "مدرسة") < slip_cost("مدطسة", "مدرسة")
    assert slip_cost("مدررسة", "مدرسة") < slip_cost("مدضرسة", "مدرسة")


TEXTS = {"a.txt": "الحكومة والحكومة قالت الحكومة\n", "b.txt": "المهندس في المدينة\n",
         "c.txt": "حكوم\n"}  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("الحوكمة", "الحكومة"), ("الحكومظة", "الحكومة"), ("المهنس", "المهندس"),
     ("المهندص", "المهندس"), ("المدنية", "المدينة")],
)  # fmt: skip
def test_what_was_meant_is_proposed_and_found(tmp_path: Path, typed: str, meant: str) -> None:
    with indexed(write_folder(tmp_path, TEXTS)) as index:
        results = index.search(typed)
        assert results.unknown_words[0].suggestions[0] == meant
        left = index.search(typed, SearchOptions(respell=False))
        assert results.total >= left.total
        assert not any("found by words spelled like" in note for note in left.notes)


def test_the_command_replaces_nothing_in_a_pipe_unless_asked(tmp_path: Path) -> None:
    with indexed(write_folder(tmp_path, TEXTS)):
        pass
    for flags in ([], ["-c"], ["-q"], ["-l"], ["--json"], ["--jsonl"]):
        done = run("search", "المهنس", *flags, cwd=tmp_path)
        assert done.code == 1
    asked = run("search", "المهنس", "-l", "--spelling", "always", cwd=tmp_path)
    assert asked.lines == ["b.txt"]
    assert "«المهنس» is not in the index; found by words spelled like it: المهندس" in asked.err
    assert run("search", "المهنس", "--spelling", "never", cwd=tmp_path).code == 1


FREQUENT = {
    "a.txt": "قالت الحكومة والوزارة بينما المدرسة بعيدة سرعة السيارة عالية\n" * 400,
    "b.txt": "كتب الحكومه بيان البيمن لعبة فليكي الوزارة\n",
    "c.txt": "السيازة مدرسيون حكوم محمد\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with indexed(write_folder(tmp_path_factory.mktemp("frequent"), FREQUENT)) as made:
        yield made


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("الحكوكة", "الحكومة"), ("وبالحكوكة", "وبالحكومة"), ("للحكوكة", "للحكومة"),
        ("بالحكموة", "بالحكومة"), ("الحكوةم", "الحكومة"), ("المدررصة", "المدرسة"),
        ("السيازة", "السيارة"), ("سرةع", "سرعة"), ("بيمنا", "بينما"), ("الوزراة", "الوزارة"),
    ],
)  # fmt: skip
def test_the_word_that_was_meant_comes_first_and_finds_something(
    index: Index, typed: str, meant: str
) -> None:
    """Also with what is written joined before it, and for a slip that a text has made, too."""
    (doubted,) = index.search(typed).unknown_words
    assert doubted.suggestions[0] == meant
    promised = index.search(meant)
    assert "a.txt" in [hit.id for hit in promised.hits]
    assert promised.unknown_words == ()


@pytest.mark.parametrize(
    "typed",
    ["الحكومة", "الحكومه", "حكومتنا", "بالوزارة", "وزارات", "محمد", "لعبةفليكي", "فليكي", "قالت",
     "سيارات", "المدارس"],
)  # fmt: skip
def test_words_that_are_not_doubted(index: Index, typed: str) -> None:
    """Other forms of what is there, and rare words that no frequent one is near."""
    assert index.search(typed).unknown_words == ()


def test_a_rare_word_keeps_its_own_results(index: Index) -> None:
    results = index.search("السيازة")
    (doubted,) = results.unknown_words
    assert (doubted.held, doubted.written, doubted.suggestions) == (True, 1, ("السيارة",))
    assert [hit.id for hit in results.hits] == ["c.txt"]
    assert results.notes == ()


def test_what_a_person_reads(index: Index, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with indexed(write_folder(home, FREQUENT)):
        pass
    rare = run_on_terminal("search", "السيازة", "--color", "never", cwd=home).text
    assert "the index has السيازة only once; did you mean (هل تقصد): السيارة" in rare
    unknown = run_on_terminal("search", "الحكموة", "--color", "never", cwd=home).text
    assert "«الحكموة» is not in the index; found by words spelled like it: الحكومة" in unknown
    assert "a.txt" in unknown
    left = run("search", "الحكموة", cwd=home)
    assert (left.code, left.lines) == (1, [])
    assert "not in the index: الحكموة; did you mean (هل تقصد): الحكومة" in left.err
    asked = run("search", "الحكموة", "--spelling", "always", "-l", cwd=home)
    assert asked.lines[0] == "a.txt"
    assert "found by words spelled like it: الحكومة" in asked.err
    record = json.loads(run("search", "السيازة", "--json", cwd=home).out)
    assert record["unknown_words"] == [
        {"word": "السيازة", "suggestions": ["السيارة"], "written": 1, "held": True}
    ]
