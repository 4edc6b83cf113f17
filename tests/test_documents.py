"""Which document does a name mean? Records by their line, and ids that several records bear."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_process import run
from folders import indexed

from indexer import Index
from indexer.errors import DocumentNotFoundError


def record(own_id: str, text: str) -> str:
    return json.dumps({"id": own_id, "text": text}, ensure_ascii=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "texts"
    home.mkdir()
    first = ["", record("r1", "السفينة"), "broken", record("r2", "الميناء"), record("both", "بحر")]
    (home / "a.jsonl").write_text("\n".join(first), "utf-8")
    (home / "b.jsonl").write_text(record("both", "جبل") + "\n" + record("r9", "سهل"), "utf-8")
    (home / "plain.txt").write_text("البستان\nوالحديقة\n", "utf-8")
    return home


@pytest.fixture
def index(folder: Path) -> Iterator[Index]:
    with indexed(folder) as made:
        yield made


@pytest.mark.parametrize(
    ("line", "own_id"), [(None, "r1"), (1, "r1"), (2, "r1"), (3, "r1"), (4, "r2"), (99, "both")]
)
def test_a_record_by_the_line_of_its_file(index: Index, line: int | None, own_id: str) -> None:
    assert index.document("a.jsonl", line).id == own_id


def test_a_record_knows_its_line_and_a_file_has_none(index: Index) -> None:
    assert index.document("r2").line == 4
    assert index.document("plain.txt", 2).line is None
    assert index.document("plain.txt", 2).text == "البستان\nوالحديقة\n"


def test_an_id_of_several_records_is_refused_with_their_places(index: Index) -> None:
    with pytest.raises(DocumentNotFoundError) as caught:
        index.document("both")
    assert str(caught.value) == "2 records are called both: give one of a.jsonl:5, b.jsonl:1"
    assert index.document("b.jsonl", 1).text == "جبل"
    assert index.document("both", 1).text == "جبل"
    assert index.document("both", 5).text != "جبل"
    with pytest.raises(DocumentNotFoundError):
        index.document("both", 2)


def test_no_name_is_no_document(index: Index) -> None:
    with pytest.raises(DocumentNotFoundError):
        index.document("")


def test_what_a_message_needs_is_there_without_a_count_of_words(index: Index) -> None:
    assert index.document_count == index.stats().documents == 6
    assert index.problems() == index.stats().problems


def test_show_takes_the_line_of_a_record(index: Index, folder: Path) -> None:
    assert run("show", "a.jsonl:4", cwd=folder).text == "الميناء"
    shown = json.loads(run("show", "a.jsonl:3", "--json", cwd=folder).text)
    assert (shown["id"], shown["line"], shown["text"]) == ("r1", 2, "السفينة")
    refused = run("show", "both", cwd=folder)
    assert refused.code == 2
    assert "a.jsonl:5, b.jsonl:1" in refused.err
