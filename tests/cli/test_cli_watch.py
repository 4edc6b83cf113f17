"""`fahras watch` as a real process: what it tells, survives, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import IO, Any

import pytest
from cli_process import COMMAND, PATIENCE_S, environment, run

from indexer import Index
from indexer.folder.choices import Choices
from indexer.folder.matter import what_matters
from indexer.storage.lock import Lock


class Watching:
    """A process that watches; the lines that it prints."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def next(self) -> dict[str, Any]:
        """The next report; fails if none comes."""
        line = _out(self.process).readline()
        assert line, _err(self.process).read()
        report: dict[str, Any] = json.loads(line)
        return report

    def until(self, **counts: int) -> None:
        """Wait until reports have told so much since the last call, in one or several batches."""
        told = dict.fromkeys(counts, 0)
        while told != counts:
            report = self.next()
            told = {name: told[name] + report[name] for name in counts}
            assert all(told[name] <= counts[name] for name in counts), told


def _out(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout
    return process.stdout


def _err(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stderr
    return process.stderr


@contextmanager
def watching(
    folder: Path, end: signal.Signals = signal.SIGTERM, code: int = 0, **changes: str
) -> Iterator[Watching]:
    """Watch the index of a folder, until the end of the block; then check how it ends."""
    process = subprocess.Popen(
        [*COMMAND, "watch", "--json", "--no-resident"],
        cwd=folder,
        env=environment(**changes),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    guard = Timer(PATIENCE_S, process.kill)
    guard.start()
    try:
        yield Watching(process)
        process.send_signal(end)
        assert process.wait(timeout=PATIENCE_S) == code
    finally:
        guard.cancel()
        process.kill()
        process.communicate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "x.txt").write_text("نفط", "utf-8")
    with Index.create(folder) as index:
        index.update()
    return folder


def test_it_tells_of_what_changes_and_of_nothing_else(folder: Path) -> None:
    (folder / "before.txt").write_text("غاز", "utf-8")
    with watching(folder) as watch:
        watch.until(added=1)
        (folder / "a" / "x.txt.new").write_text("نفط آخر", "utf-8")  # as editors save
        os.replace(folder / "a" / "x.txt.new", folder / "a" / "x.txt")
        watch.until(changed=1)
        (folder / "n" / "m").mkdir(parents=True)
        (folder / "n" / "m" / "z.txt").write_text("ذهب", "utf-8")
        watch.until(added=1)
        (folder / ".hidden.txt").write_text("ذهب", "utf-8")
        (folder / "p.png").write_text("ذهب", "utf-8")
        (folder / "n").rename(folder / "o")
        watch.until(moved=1, added=0, removed=0)
        Lock(str(folder / ".fahras")).release()  # nobody holds it
        (folder / ".ignore").write_text("o/\n", "utf-8")
        watch.until(removed=1)
        run("index", "--hidden", cwd=folder)
        (folder / ".later.txt").write_text("ذهب", "utf-8")
        watch.until(added=1)
    with Index.open(folder) as index:
        assert index.search("ذهب").total == 2
        assert index.update().unchanged == 5  # with .ignore, a hidden text


def test_it_survives_a_folder_that_goes_and_a_failing_update(folder: Path) -> None:
    with watching(folder, signal.SIGINT, 130) as watch:
        watch.until(unchanged=1)
        (folder / ".fahrasignore").write_text("!\n", "utf-8")
        assert "line 1: no pattern" in _err(watch.process).readline()
        assert _err(watch.process).readline().endswith("it will be tried again\n")
        (folder / ".fahrasignore").unlink()
        (folder / "b.txt").write_text("غاز", "utf-8")
        watch.until(added=1)
    away = folder.with_name("away")
    run("index", "--index", str(folder.parent / "ix"), str(folder), cwd=folder.parent)
    with watching(folder.parent, FAHRAS_INDEX=str(folder.parent / "ix")) as watch:
        watch.until(unchanged=2)
        folder.rename(away)
        time.sleep(1.2)  # so that it is noticed
        (away / "c.txt").write_text("ذهب", "utf-8")
        away.rename(folder)
        watch.until(added=1, removed=0)


def test_ten_thousand_changes_at_once(folder: Path) -> None:
    with watching(folder) as watch:
        watch.until(unchanged=1)
        many = folder / "many"
        many.mkdir()
        for number in range(10_000):
            (many / f"{number}.txt").write_text("", "utf-8")
        watch.until(added=10_000)
    with Index.open(folder) as index:
        assert index.update().unchanged == 10_001


def test_without_an_index_it_says_what_to_do(tmp_path: Path) -> None:
    done = run("watch", cwd=tmp_path)
    assert (done.code, done.out) == (2, b"")
    assert "make one with fahras index" in done.err


def test_what_matters_is_what_a_walk_would_take(tmp_path: Path) -> None:
    (tmp_path / "d" / ".fahras").mkdir(parents=True)
    (tmp_path / "out").mkdir()
    (tmp_path / ".ignore").write_text("out/\n*.md\n")
    for name in ("d/a.txt", "d/b.md", "d/c.png", "d/e", "out/f.txt"):
        (tmp_path / name).write_text("")
    names = ["d/a.txt", "d/b.md", "d/c.png", "d/e", "d/gone.txt", "d/gone", "out/f.txt", "out",
             "d/.fahras/x", ".git/x", ".h.txt", "d/.ignore", "d"]  # fmt: skip
    paths = [str(tmp_path / name) for name in names]
    matter = what_matters(str(tmp_path), paths, Choices())
    assert [os.path.relpath(path, tmp_path) for path in matter] == [
        "d/a.txt", "d/e", "d/gone.txt", "d/gone", "d",
    ]  # fmt: skip
