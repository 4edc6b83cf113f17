"""A folder of all formats: each document as expected, each failure on a line, nothing twice."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cli_process import run
from many_files import EXPECTED, FILES, REFUSED, fill

from indexer import Index
from indexer.update import run as updating

OLD = 1_500_000_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("many")
    fill(made)
    for name in FILES:
        os.utime(made / name, (OLD, OLD))
    return made


def test_every_document_is_found_with_its_title_date_and_text(folder: Path) -> None:
    assert len(FILES) >= 60
    with Index.create(folder) as index:
        report = index.update()
        found = {}
        for wanted in EXPECTED:
            document = index.document(wanted.id)
            found[wanted.id] = (document.title, document.date, wanted.text in document.text)
        assert found == {w.id: (w.title, w.date, True) for w in EXPECTED}
        assert report.documents == len(EXPECTED)
        assert report.added == len(FILES) - len(REFUSED)
        fatal = {os.path.relpath(p.path, folder): p.reason for p in report.problems if p.fatal}
        assert sorted(fatal) == sorted(REFUSED)
        assert {name: REFUSED[name] in fatal[name] for name in fatal} == dict.fromkeys(fatal, True)
        assert not any("\n" in reason or len(reason) > 300 for reason in fatal.values())


def test_nothing_is_read_again_on_the_second_run(folder: Path, monkeypatch) -> None:
    def unread(path: str, **_: object) -> None:
        raise AssertionError(f"{path} was read again")

    with Index.create(folder) as index:
        index.update()
        monkeypatch.setattr(updating, "extract_path", unread)
        again = index.update()
    assert (again.added, again.changed, again.removed, again.problems) == (0, 0, 0, ())
    assert (again.unchanged, again.unread) == (len(FILES) - len(REFUSED), len(REFUSED))


def test_the_command_names_each_failure_on_one_line(folder: Path, tmp_path: Path) -> None:
    done = run("index", str(folder), "--index", str(tmp_path / "index"), "--json", cwd=folder)
    assert (done.code, "Traceback" in done.err) == (2, False)
    told = json.loads(done.out)
    assert len([p for p in told["problems"] if p["fatal"]]) == len(REFUSED)
    stats = run("stats", "--index", str(tmp_path / "index"), cwd=folder)
    assert stats.code == 0
