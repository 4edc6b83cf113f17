"""`fahras analyze --steps`: each step has its rule, and an index says what the word meets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest
from cli_process import run, run_on_terminal

from analyzers.steps import Affix, Change, Folding, Spelling
from indexer import Index
from indexer.cli.output import lessons
from indexer.results import TIERS


def test_every_code_has_a_sentence() -> None:
    assert set(lessons._SPELLED) == {*get_args(Spelling)}
    assert set(lessons._FOLDED) == {*get_args(Folding)}
    assert set(lessons._MEETINGS) == {*TIERS}
    assert all(lessons._told(Change(kind, "ها", "x")) for kind in get_args(Affix))


def test_each_step_has_a_row(tmp_path: Path) -> None:
    rows = [r.split("\t") for r in run("analyze", "--steps", "والكُتّاب", cwd=tmp_path).lines]
    assert [row[:3] for row in rows[:4]] == [
        ["والكُتّاب", "unmarked", "والكتاب"],
        ["والكُتّاب", "folded", "والكتاب"],
        ["والكُتّاب", "stem", "كتاب"],
        ["والكُتّاب", "root", "كتب"],
    ]
    assert rows[0][3] == "vowel marks left out"
    assert rows[2][3] == "without وال, the article with what is joined before it"
    assert not [row for row in rows if row[1].startswith("met")]


def test_an_index_says_what_is_met(texts: Path, tmp_path: Path) -> None:
    for done in (
        run("analyze", "--steps", "مدينتها", cwd=texts),
        run("analyze", "--steps", "--index", str(texts), "مدينتها", cwd=tmp_path),
    ):
        met = {row.split("\t")[1]: row.split("\t")[2] for row in done.lines}
        assert met["met: stem"] == "المدينة 4"
    assert run("analyze", "--steps", "--index", "none", "x", cwd=tmp_path).code == 2


def test_json_has_the_same(texts: Path) -> None:
    token = json.loads(run("analyze", "--steps", "--json", "مدينتها", cwd=texts).out)["tokens"][0]
    assert [step["name"] for step in token["steps"]][:2] == ["unmarked", "folded"]
    forms = {meeting["tier"]: meeting["forms"] for meeting in token["meets"]}
    assert forms["stem"] == [{"term": "المدينة", "count": 4}]
    plain = json.loads(run("analyze", "--json", "مدينتها", cwd=texts).out)["tokens"][0]
    assert "steps" not in plain


def test_a_terminal_teaches_a_single_word(texts: Path) -> None:
    assert "by which rule" in run_on_terminal("analyze", "مدينتها", cwd=texts).text
    assert "by which rule" not in run_on_terminal("analyze", "مدينتها هنا", cwd=texts).text


@pytest.mark.parametrize("word", ["المدينة", "قاذفات", "كاتب", "طغرغش", "من"])
def test_what_is_met_is_what_is_found(texts: Path, word: str) -> None:
    with Index.open(texts) as index:
        met = index.meetings(word)
        retrieved = {form for meeting in met if meeting.retrieves for form, _ in meeting.forms}
        counts = {row.term: row.collection_frequency for row in index.terms()}
        assert all(counts[form] == n for meeting in met for form, n in meeting.forms)
        found = {hit.id for hit in index.search(word).hits}
        holding = {hit.id for form in retrieved for hit in index.search(f'"{form}"').hits}
        assert found <= holding
        assert not (retrieved and not found)
