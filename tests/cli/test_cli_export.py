"""Does `fahras export` give the texts of the index, all and only those asked for?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from indexer import Index
from indexer.results import SearchOptions
from tests.helpers.cli_process import run

FILES = {
    "news/a.txt": "قاذفات روسية\n\n2017-11-28\nفوق المدينة\n",
    "news/b.txt": "قاذفات تعبر\r\nالحدود\r\n",
    "poem.txt": "سفينة في البحر\u2028وحدها",
}
RECORDS = [
    {"id": "r1", "title": "خبر", "text": "سفينة\nبعيدة", "date": "2018-03-04"},
    {"id": "r2", "title": "آخر", "text": "قمر", "date": "2016-01-02"},
]
ALL = {*FILES, "r1", "r2"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    (folder / "news").mkdir()
    for name, text in FILES.items():
        (folder / name).write_bytes(text.encode())
    (folder / "r.jsonl").write_text("\n".join(map(json.dumps, RECORDS)), encoding="utf-8")
    (folder / "gone.txt").write_text("قاذفات زالت", encoding="utf-8")
    assert run("index", "-q", cwd=folder).code == 0
    (folder / "gone.txt").unlink()
    assert run("index", "-q", cwd=folder).code == 0
    return folder


def exported(folder: Path, *arguments: str) -> dict[str, dict[str, Any]]:
    records = [
        json.loads(line) for line in run("export", *arguments, cwd=folder).text.split("\n")[:-1]
    ]
    assert len({record["id"] for record in records}) == len(records)
    return {record["id"]: record for record in records}


def test_every_text_is_there_unchanged(folder: Path) -> None:
    records = exported(folder)
    assert set(records) == ALL
    for name, text in FILES.items():
        assert records[name]["text"] == text
        assert (records[name]["path"], records[name]["line"]) == (name, 1)
    record = records["r1"]
    assert record["text"] == RECORDS[0]["text"]
    assert (record["title"], record["date"], record["title_from"]) == ("خبر", "2018-03-04", "field")
    assert (records["r2"]["path"], records["r2"]["line"]) == ("r.jsonl", 2)


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["قاذفات"], {"news/a.txt", "news/b.txt"}),
        (["قاذفات", "-روسية"], {"news/b.txt"}),
        (["--in", "news/*"], {"news/a.txt", "news/b.txt"}),
        (["--in", "news/*", "سفينة"], set()),
        (["سفينة"], {"poem.txt", "r1"}),
        (["سفينة", "--since", "٢٠١٨"], {"r1"}),
        (["--until", "2017", "--in", "*.jsonl"], {"r2"}),
        (["--since", "2030"], set()),
        (["path:poem*"], {"poem.txt"}),
        (["قاذفاتت"], set()),
        ([" "], ALL),
    ],
)
def test_only_what_was_asked_for(folder: Path, arguments: list[str], names: set[str]) -> None:
    done = run("export", *arguments, cwd=folder)
    assert set(exported(folder, *arguments)) == names
    assert done.code == (0 if names else 1)
    assert len(done.errors) == (0 if names else 1)


def test_it_finds_what_search_finds(folder: Path) -> None:
    found = run("search", "--all", "--jsonl", "سفينة قاذفات", cwd=folder).text.split("\n")[:-1]
    assert {json.loads(line)["id"] for line in found} == set(exported(folder, "سفينة قاذفات"))


def test_errors_are_those_of_search(folder: Path, tmp_path: Path) -> None:
    assert "(" in run("export", "قمر AND (", cwd=folder).err
    assert run("export", "قمر AND (", cwd=folder).code == 2
    assert run("export", "--since", "أمس", cwd=folder).code == 2
    assert run("export", cwd=tmp_path).code == 2


def test_an_empty_index_has_nothing(tmp_path: Path) -> None:
    assert run("index", "-q", cwd=tmp_path).code == 0
    done = run("export", cwd=tmp_path)
    assert (done.code, done.text, len(done.errors)) == (1, "", 1)


def test_texts_are_read_one_by_one(folder: Path) -> None:
    with Index.open(folder) as index:
        documents = index.documents(options=SearchOptions(limit=1))
        assert next(documents).id in ALL
        assert len(list(documents)) == len(ALL) - 1
