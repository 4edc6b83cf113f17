"""What became of a file is remembered: who read it, or why its content cannot be read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_process import run

from indexer import Index
from indexer.errors import DocumentNotFoundError, PassingError
from indexer.extract import extract_path, formats
from indexer.update import run as updating

BROKEN = b"%PDF-1.7\nnothing that follows is one"
OLD = 1_500_000_000


def write(path: Path, data: bytes, mtime: int = OLD) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (mtime, mtime))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "good.txt", "قال البستاني: نعم.\n".encode())
    write(tmp_path / "note.md", "# سفينة\n\nرست السفينة.\n".encode())
    write(tmp_path / "broken.pdf", BROKEN)
    write(tmp_path / "zeros.txt", b"\x7fELF\0\0")
    return tmp_path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Gives the names of the files that were opened to be read since it was last asked."""
    names: list[str] = []

    def noting(path: str, *args: object, **options: object) -> object:
        names.append(os.path.basename(path))
        return extract_path(path, *args, **options)

    def since() -> list[str]:
        told = sorted(names)
        names.clear()
        return told

    monkeypatch.setattr(updating, "extract_path", noting)
    return since


def reasons(index: Index) -> dict[str, str]:
    return {os.path.basename(problem.path): problem.reason for problem in index.problems()}


def test_a_file_that_cannot_be_read_is_not_tried_again_until_it_changes(folder, read) -> None:
    with Index.create(folder) as index:
        first = index.update()
        assert read() == ["broken.pdf", "good.txt", "note.md", "zeros.txt"]
        assert (first.added, first.unread, len(first.problems)) == (2, 0, 2)
        known = reasons(index)
        assert sorted(known) == ["broken.pdf", "zeros.txt"]

        again = index.update()
        assert read() == []
        assert (again.unchanged, again.unread, again.problems) == (2, 2, ())
        assert reasons(index) == known

        write(folder / "new.txt", "خبر".encode())  # another commit keeps what is known
        assert index.update().unread == 2
        assert read() == ["new.txt"]
        assert reasons(index) == known
        assert (index.stats().files, index.stats().documents) == (3, 3)

        write(folder / "broken.pdf", BROKEN + b", still", OLD + 9)
        changed = index.update()
        assert read() == ["broken.pdf"]
        assert (changed.changed, changed.unread, len(changed.problems)) == (0, 1, 1)

        write(folder / "zeros.txt", "نص سليم".encode(), OLD + 9)
        assert index.update().changed == 1
        assert sorted(reasons(index)) == ["broken.pdf"]
        (folder / "broken.pdf").unlink()
        assert index.update().removed == 1
        assert reasons(index) == {}


def test_what_cannot_be_read_keeps_its_reason_where_it_is_moved_and_touched(folder, read) -> None:
    with Index.create(folder) as index:
        index.update()
        known = reasons(index)["broken.pdf"]
        read()
        (folder / "broken.pdf").rename(folder / "moved.pdf")
        os.utime(folder / "moved.pdf", (OLD + 5, OLD + 5))
        report = index.update()
        assert (report.moved, report.added, report.problems) == (1, 0, ())
        assert (read(), reasons(index)["moved.pdf"]) == ([], known)


def test_documents_of_a_file_that_cannot_be_read_any_more_stay_and_are_stale(folder, read) -> None:
    with Index.create(folder) as index:
        index.update()
        write(folder / "note.md", b"\0\1\2\3", OLD + 5)
        index.update()
        read()
        assert index.update().unread == 3
        assert read() == []
        (hit,) = index.search("السفينة").hits
        assert (os.path.basename(hit.path), hit.stale) == ("note.md", "changed")
        assert index.stats().files == 2
        with pytest.raises(DocumentNotFoundError, match="could not be read: "):
            index.document("broken.pdf")


@pytest.fixture
def fail_on_note(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Have the reading of note.md raise an error."""

    def fail(error: Exception) -> None:
        def failing(path: str, **options: object) -> object:
            if path.endswith("note.md"):
                raise error
            return extract_path(path, **options)

        monkeypatch.setattr(updating, "extract_path", failing)

    return fail


def test_a_fault_that_is_not_in_the_file_is_no_reason_to_give_it_up(
    folder, fail_on_note, monkeypatch
) -> None:
    fail_on_note(PassingError("no permission to read it"))
    with Index.create(folder) as index:
        assert index.update().added == 1
        assert "note.md" in reasons(index)
        monkeypatch.setattr(updating, "extract_path", extract_path)
        assert index.update().added == 1
        assert "note.md" not in reasons(index)


@pytest.mark.parametrize(
    ("name", "again"),
    [("Markdown", ["note.md"]), ("PDF", ["broken.pdf"]), ("text", ["good.txt", "zeros.txt"]),
     ("RTF", [])],
)  # fmt: skip
def test_a_better_reader_reads_its_files_again_and_no_others(
    folder: Path, read, monkeypatch: pytest.MonkeyPatch, name: str, again: list[str]
) -> None:
    with Index.create(folder) as index:
        index.update()
        documents = index.stats().documents
        read()
        table = tuple(
            row._replace(version=row.version + 1) if row.name == name else row
            for row in formats.FORMATS
        )
        monkeypatch.setattr(formats, "FORMATS", table)
        by_ending = {ending: row for row in table for ending in row.endings}
        for module in ("indexer.extract", "indexer.extract.formats"):
            monkeypatch.setattr(f"{module}.BY_ENDING", by_ending)
        report = index.update()
        assert read() == again
        assert report.added == 0
        assert index.stats().documents == documents
        assert index.update().changed == 0
        assert read() == []


def test_the_command_says_of_them_on_one_line(folder: Path) -> None:
    assert len(run("index", cwd=folder).errors) == 2
    again = run("index", cwd=folder)
    assert again.code == 2
    assert "Nothing changed: 2 files, 2 documents" in again.text
    (line,) = again.errors
    assert line.startswith("fahras: 2 files could not be read before and did not change")
    told = json.loads(run("index", "--json", cwd=folder).out)
    assert (told["unread"], told["problems"]) == (2, [])
    stats = run("stats", cwd=folder)
    assert sorted(line.split(": ")[1] for line in stats.errors) == ["broken.pdf", "zeros.txt"]


def test_no_file_ends_a_run_whatever_its_reader_raises(folder: Path, fail_on_note) -> None:
    fail_on_note(KeyError("no rule foresees it"))
    with Index.create(folder) as index:
        assert index.update().added == 1
        assert "(KeyError)" in reasons(index)["note.md"]
