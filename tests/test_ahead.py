"""A look ahead sees what a look sees, is relied on only while it may be, and leaves no process."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import Index, scan
from indexer.ahead import Ahead, look_ahead
from indexer.errors import FahrasError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an index, where a walk has something of each kind to tell."""
    home = tmp_path / "texts"
    (home / "inside").mkdir(parents=True)
    for name in ("b.txt", "a.txt", "inside/c.md", "left.txt", "d.pdf"):
        (home / name).write_text("نفط", encoding="utf-8")
    (home / os.fsdecode(b"\xff.txt")).write_text("غاز", encoding="utf-8")
    (home / "link.txt").symlink_to("nowhere")
    os.mkfifo(home / "pipe.txt")
    (home / ".fahrasignore").write_text("left.*\n", encoding="utf-8")
    with Index.create(home) as index:
        index.update()
    return home


def ahead_of(folder: Path, *paths: str) -> Ahead:
    ahead = look_ahead(str(folder), paths, None)
    assert ahead is not None
    return ahead


@pytest.mark.parametrize("named", [(), ("inside",), ("a.txt", "inside")], ids=str)
def test_it_sees_what_a_walk_sees(
    folder: Path, named: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [str(folder / name) for name in named]
    roots = paths or [str(folder)]
    looked = [scan.walk(root) for root in roots]
    with ahead_of(folder, *paths) as ahead:
        monkeypatch.setattr(scan, "walk", lambda root: pytest.fail(f"{root} was walked over again"))
        seen = [ahead.walk(root) for root in roots]
    assert seen == [replace(walk, ignore=None) for walk in looked]
    assert [list(walk.files) for walk in seen] == [list(walk.files) for walk in looked]


def test_what_is_wrong_is_raised_here(folder: Path) -> None:
    (folder / ".fahrasignore").write_text("!\n", encoding="utf-8")
    with ahead_of(folder) as ahead, pytest.raises(FahrasError, match="no pattern"):
        ahead.walk(str(folder))


def test_a_child_that_died_is_made_up_for(folder: Path) -> None:
    with ahead_of(folder) as ahead:
        os.kill(ahead._pid, signal.SIGKILL)
        assert list(ahead.walk(str(folder)).files) == list(scan.walk(str(folder)).files)


def test_without_another_process_it_looks_itself(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> int:
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(os, "fork", refuse)
    with ahead_of(folder) as ahead:
        assert ahead.walk(str(folder)).files == scan.walk(str(folder)).files
    monkeypatch.delattr(os, "fork")
    assert look_ahead(str(folder), (), None) is None


@pytest.mark.parametrize("asked", [True, False])
def test_no_process_is_left(folder: Path, asked: bool) -> None:
    ahead = ahead_of(folder)
    child = ahead._pid
    if asked:
        ahead.walk(str(folder))
    ahead.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_nothing_is_looked_at_where_there_is_no_filled_index(tmp_path: Path) -> None:
    assert look_ahead(str(tmp_path), (), None) is None
    Index.create(tmp_path).close()
    assert look_ahead(str(tmp_path), (), None) is None


def test_an_update_relies_on_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "e.txt").write_text("ذهب", encoding="utf-8")
    with Index.open(folder) as index, ahead_of(folder) as ahead:
        ahead.walk(str(folder))
        monkeypatch.setattr(scan, "walk", lambda root: pytest.fail(f"{root} was walked over again"))
        assert index.update(ahead=ahead).added == 1
        assert index.search("ذهب").total == 1


def test_what_another_writer_found_meanwhile_is_not_taken_for_gone(folder: Path) -> None:
    with Index.open(folder) as index, ahead_of(folder) as ahead:
        ahead.walk(str(folder))
        (folder / "e.txt").write_text("ذهب", encoding="utf-8")
        with Index.open(folder) as other:
            assert other.update().added == 1
        report = index.update(ahead=ahead)
        assert (report.added, report.removed) == (0, 0)
        assert index.search("ذهب").total == 1


def test_a_change_after_the_look_is_found_by_the_next_run(folder: Path) -> None:
    with Index.open(folder) as index, ahead_of(folder) as ahead:
        (folder / "e.txt").write_text("ذهب", encoding="utf-8")
        ahead.walk(str(folder))
        (folder / "a.txt").write_text("فضة", encoding="utf-8")
        index.update(ahead=ahead)
        index.update()
        assert index.search("فضة").total == 1
