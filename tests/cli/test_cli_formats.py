"""`fahras index --formats`: what is read, with what, and what is missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_process import run

from indexer.cli.output import formats
from indexer.extract.formats import FORMATS


def test_every_format_is_listed(tmp_path: Path) -> None:
    done = run("index", "--formats", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    rows = [line.split("\t") for line in done.text.splitlines()]
    assert {len(row) for row in rows} == {4}
    assert [row[0] for row in rows] == [*(row.name for row in FORMATS), "other text"]
    assert [row[1] for row in rows if row[0] == "PDF"] == [".pdf"]
    record = json.loads(run("index", "--formats", "--json", cwd=tmp_path).text)
    assert [(row["kind"], row["reader"]) for row in record["formats"]] == [
        (row[0], row[2].split()[0]) for row in rows
    ]
    assert all(row["installed"] != bool(row["install"]) for row in record["formats"])


@pytest.mark.parametrize(
    ("kind", "install"), [("PDF", "pip install pypdfium2"), ("7z", "pip install 'fahras[7z]'")]
)
def test_what_is_missing_says_how_to_install_it(
    kind: str, install: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = next(row for row in FORMATS if row.name == kind)
    monkeypatch.setattr(formats, "metadata_version", lambda _: None)
    assert formats.reader_of(row) == formats.Reader(row.library, None, install)


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    row = next(row for row in FORMATS if row.name == "Access")
    monkeypatch.setattr(formats.shutil, "which", lambda name: name if name == "apt" else None)
    assert formats.reader_of(row) == formats.Reader("mdbtools", None, "apt install mdbtools")
    monkeypatch.setattr(formats.shutil, "which", lambda _: None)
    assert "mdbtools" in formats.reader_of(row).install
    monkeypatch.setattr(formats.shutil, "which", lambda name: name)
    assert formats.reader_of(row) == formats.Reader("mdbtools", "", "")
