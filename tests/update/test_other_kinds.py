"""Files whose names tell nothing: those that are text are indexed, the others met only once."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cli_process import run

from indexer import Index
from indexer.reports import UpdateReport
from indexer.update import run as updating


def updated(folder: Path) -> UpdateReport:
    with Index.create(folder) as index:
        return index.update()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notes").write_text("عن القطن", "utf-8")
    (tmp_path / "a.txt").write_text("عن الحرير", "utf-8")
    (tmp_path / "cache.dat").write_bytes(bytes(100))
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "index.dat").write_bytes(b"\x7fELF" + bytes(99))
    return tmp_path


def counts(report: UpdateReport) -> tuple[int, int, int, int]:
    return report.added, report.unchanged, report.documents, report.unread


NOTE = "files of other kinds were skipped: 2 .dat, 1 .jpg"


def test_a_file_that_is_no_text_is_skipped_and_not_read_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = updated(folder)
    assert (counts(first), first.notes, first.problems) == ((2, 0, 2, 0), (NOTE,), ())
    for path in folder.rglob("*"):  # older than any clock that is in doubt
        os.utime(path, ns=(10**18, 10**18))
    updated(folder)
    read: list[str] = []
    monkeypatch.setattr(updating, "extract_path", read.append)
    later = updated(folder)
    assert (counts(later), later.notes, later.problems, read) == ((0, 2, 2, 0), (NOTE,), (), [])


def test_it_is_indexed_when_it_becomes_text_and_leaves_when_it_is_none(folder: Path) -> None:
    updated(folder)
    (folder / "cache.dat").write_text("عن الكتان", "utf-8")
    (folder / "notes").write_bytes(bytes(50))
    report = updated(folder)
    assert (report.changed, report.documents) == (1, 2)
    with Index.open(folder) as index:
        assert [hit.id for hit in index.search("الكتان OR القطن").hits] == ["cache.dat"]
        assert index.stats().files == 2
    (folder / "sub" / "index.dat").unlink()
    assert updated(folder).notes == (
        "files of other kinds were skipped: 1 without extension, 1 .jpg",
    )


def test_the_command_line_takes_it_for_no_problem(folder: Path) -> None:
    done = run("index", "--json", cwd=folder)
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.text)["notes"] == [NOTE]
    assert run("index", cwd=folder).code == 0


def test_a_text_that_its_name_promises_is_a_problem_still(folder: Path) -> None:
    (folder / "b.txt").write_bytes(bytes(9))
    report = updated(folder)
    assert [problem.path for problem in report.problems] == [str(folder / "b.txt")]
