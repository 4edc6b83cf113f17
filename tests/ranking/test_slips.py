"""One slip of the pen: who is one away, what it costs, and which proposal comes first."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cli_process import run
from folders import indexed, write_folder
from hypothesis import given
from hypothesis import strategies as st

from indexer import SearchOptions
from indexer.query.patterns import within
from indexer.ranking.slips import edit_cost, one_slip_away

WORDS = st.text("ابتكمن", min_size=3, max_size=6)


@given(WORDS, st.lists(WORDS, max_size=30))
def test_all_terms_one_slip_away_and_no_other(word: str, terms: list[str]) -> None:
    encoded = [term.encode() for term in terms]
    starts = np.cumsum([0, *map(len, encoded)])
    found = one_slip_away(word, b"".join(encoded), starts).tolist()
    assert found == [i for i, term in enumerate(terms) if within(word, term, 1)]


@pytest.mark.parametrize(
    ("typed", "near", "far"),
    [
        ("انسان", "إنسان", "أنيسان"), ("مدرسه", "مدرسة", "مدرست"), ("ضرف", "ظرف", "حرف"),
        ("تبيب", "طبيب", "مبيب"), ("سورة", "صورة", "دورة"), ("هاذا", "هادا", "هاما"),
        ("كتبا", "كتاب", "كتمم"), ("نفظ", "نفض", "نفر"), ("يمين", "بمين", "مميز"),
    ],
)  # fmt: skip
def test_confusions_cost_less(typed: str, near: str, far: str) -> None:
    assert 0 < edit_cost(typed, near) < edit_cost(typed, far)


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
