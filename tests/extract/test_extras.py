"""What needs more than the project installs: archives of 7-Zip, databases of Access, `.bok`."""

from __future__ import annotations

import importlib.util
import io
import lzma
import shutil
import sys
from pathlib import Path

import pytest
from archive_files import zip_of
from cli_process import PROJECT, run

from indexer.errors import ExtractError, PassingError
from indexer.extract import extract
from indexer.extract.access import _book
from indexer.extract.formats import readers

OTHER = PROJECT.parent.parent / "shared" / "documents" / "other"
if not OTHER.exists():
    OTHER = PROJECT.parent / "shared" / "documents" / "other"

has_py7zr = importlib.util.find_spec("py7zr") is not None
has_mdbtools = shutil.which("mdb-json") is not None
needs_7z = pytest.mark.skipif(not has_py7zr, reason="py7zr is not installed")
needs_mdbtools = pytest.mark.skipif(not has_mdbtools, reason="mdbtools are not installed")

BOOK = lzma.decompress((Path(__file__).parent.parent / "data" / "book.bok.xz").read_bytes())
"""Made by Jackcess 4.0.5: tables Main, b7 and t7 as those of a `.bok`, with two pages."""


def seven(files: dict[str, bytes], **how: object) -> bytes:
    import py7zr

    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", **how) as archive:
        for name, data in files.items():
            archive.writef(io.BytesIO(data), name)
    return buffer.getvalue()


@needs_7z
def test_what_is_in_a_7z_has_its_place() -> None:
    inner = zip_of({"c.txt": "في العمق"})
    data = seven({"مجلد/نص.txt": "عن القطن".encode(), "a.zip": inner, "x.png": b"\x89PNG\0"})
    extraction = extract("a.7z", data)
    assert {r.member: r.text for r in extraction.records} == {
        "!/مجلد/نص.txt": "عن القطن", "!/a.zip!/c.txt": "في العمق",
    }  # fmt: skip
    assert [p.reason for p in extraction.problems] == [
        "files of other kinds in it were skipped: 1 .png"
    ]


@needs_7z
def test_a_7z_is_read_within_limits() -> None:
    with pytest.raises(ExtractError, match="64 MiB"):
        list(extract("a.7z", seven({f"{n}.txt": bytes(33 << 20) for n in range(2)})).records)
    with pytest.raises(ExtractError, match="protected by a password"):
        extract("a.7z", seven({"a.txt": b"x"}, password="secret"))
    for damaged in (seven({"a.txt": b"x" * 99})[:-9], b"7z\xbc\xaf\x27\x1c" + bytes(40)):
        with pytest.raises(ExtractError):
            extract("a.7z", damaged)
    data = seven({"a.txt": b"x"})
    for _ in range(3):
        data = zip_of({"a.7z" if data.startswith(b"7z") else "a.zip": data})
    extraction = extract("a.zip", data)
    assert list(extraction.records) == []
    assert "more than 3 others" in extraction.problems[0].reason


@needs_7z
@pytest.mark.skipif(not OTHER.exists(), reason="no ../shared/documents")
def test_a_known_7z() -> None:
    (record,) = extract("a.7z", (OTHER / "a.7z").read_bytes()).records
    assert record.member == "!/نص.txt"
    assert record.text == (OTHER / "text.txt").read_text("utf-8")


def test_a_missing_library_is_said_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> object:
        from indexer.extract.formats import missing as error

        raise error("py7zr")

    monkeypatch.setattr("indexer.extract.worker.read_apart", missing)
    data = b"7z\xbc\xaf\x27\x1c" + bytes(40)
    with pytest.raises(PassingError, match=r"pip install 'fahras\[7z\]'"):
        extract("a.7z", data)
    extraction = extract("a.zip", zip_of({"a.7z": data, "b.txt": "نص"}))
    assert [record.text for record in extraction.records] == ["نص"]
    assert "pip install" in extraction.problems[0].reason
    assert not readers().issuperset(extraction.reader.split(","))  # so it is tried again


def test_missing_programs_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(PassingError, match="install the package mdbtools"):
        extract("a.bok", BOOK)


@needs_mdbtools
@pytest.mark.skipif(sys.platform != "linux", reason="read by way of /proc")
def test_a_book_of_shamela(tmp_path: Path) -> None:
    (record,) = extract("a.bok", BOOK).records
    assert record.title == "كتاب الأمثال - المؤلف"
    assert record.text == "مقدمة الكتاب\nوسطر\n\fفي القطن\n\f"
    assert [(d.kind, d.start, d.label or d.title, d.level) for d in record.layout.divisions] == [
        ("page", 0, "3", 1), ("heading", 0, "المقدمة", 1),
        ("page", 19, "2/5", 1), ("heading", 19, "فصل القطن", 2),
    ]  # fmt: skip
    (tmp_path / "book.bok").write_bytes(BOOK)
    assert run("index", cwd=tmp_path).code == 0
    assert run("search", "القطن", cwd=tmp_path).text == "book.bok:p2/5: في القطن\n"
    assert run("show", "book.bok:p2/5", cwd=tmp_path).text == "في القطن\n\f"
    with pytest.raises(ExtractError):
        extract("a.bok", BOOK[:5000])


def test_other_tables_are_no_book() -> None:
    pages = [{"Id": 2, "Nass": "ثان"}, {"Id": 1, "Nass": "أول"}]
    assert _book({"Main": [{"BkId": 7, "Bk": "ع"}], "b7": pages}).text == "أول\n\fثان\n\f"
    for tables in ({}, {"Main": []}, {"Main": [{"BkId": 7}], "b8": pages}, {"b7": pages},
                   {"Main": [{"BkId": 7}], "b7": [{"x": 1}]}):  # fmt: skip
        assert _book(tables) is None
