"""No query breaks the search: a few of those that `benchmarks/answers.py` asks by the thousand."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from indexer import Index

PROJECT = Path(__file__).resolve().parents[2]
sys.path.append(str(PROJECT / "benchmarks"))

import answers  # noqa: E402


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("answers")
    for path in (PROJECT / "corpus" / "news").glob("*-?-*.txt"):
        shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="module")
def index(folder: Path) -> Index:
    made = Index.create(folder)
    made.update()
    return made


@pytest.fixture(scope="module")
def words(index: Index) -> list[str]:
    rows = index.terms(sort="count", limit=200)
    return [row.term for row in rows if len(row.term) >= answers.SHORTEST and row.term.isalpha()]


def test_random_queries_are_answered_or_refused(index: Index, words: list[str]) -> None:
    assert answers.failures(index, words, 100, answers.SEED) == []


def test_a_failure_is_seen(index: Index, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(query: str, options: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(index, "search", broken)
    found = answers.failures(index, words, 3, answers.SEED)
    assert [failure.what.rsplit(": ", 2)[1] for failure in found] == ["ZeroDivisionError"] * 3


def test_lines_of_random_options_end_with_an_exit_code(folder: Path, words: list[str]) -> None:
    found, codes = answers.process_failures(str(folder), words, 3, answers.SEED)
    assert found == []
    assert codes.total() == 3


def test_places_hold_matches(
    index: Index, folder: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "ASKED", 3)
    looked_at, wrong = answers.places(index, str(folder), ["سيول", "ديوان", "مخطوط"], 1)
    assert looked_at == 9
    assert wrong == []


def test_a_wrong_place_is_seen(index: Index, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "ASKED", 1)
    monkeypatch.setattr(index, "matches", lambda line, query: ())
    looked_at, wrong = answers.places(index, str(folder), ["سيول"], 1)
    assert looked_at == len(wrong) == 3
