"""Rebuilds, first runs, locks and leftovers, by the command: nothing of an index is lost."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_process import COMMAND, PATIENCE_S, Run, environment, run
from scenarios import AGES_S, age, leftovers

from indexer import Index, SearchOptions
from indexer.errors import IndexLockedError, NoIndexError
from indexer.storage import lock as locks
from indexer.storage.location import home_and_roots

KEPT = ("--index", "ix")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder `t` whose index is `ix` beside it, and a text that is not indexed."""
    write(tmp_path / "other.txt", "قمر بعيد")
    write(tmp_path / "t" / "a.txt", "شمس قريبة")
    assert run("index", "t", *KEPT, cwd=tmp_path).code == 0
    return tmp_path


def found(place: Path, query: str) -> list[str]:
    with Index.open(index_dir=str(place / "ix")) as index:
        return sorted(hit.id for hit in index.search(query, SearchOptions(limit=None)).hits)


def by_shell(line: str, cwd: Path) -> Run:
    """A line for a shell, in which `$FAHRAS` is the command."""
    done = subprocess.run(
        ["sh", "-c", line], cwd=cwd, capture_output=True, timeout=PATIENCE_S,
        env=environment(FAHRAS=" ".join(COMMAND)),
    )  # fmt: skip
    return Run(done.returncode, done.stdout, done.stderr.decode())


# Rebuilding


@pytest.mark.parametrize("age_s", AGES_S)
def test_a_refused_rebuild_leaves_an_index_of_any_age(place: Path, age_s: int) -> None:
    age(place / "ix", age_s)
    (place / "t").rename(place / "away")
    for _ in range(2):
        done = run("index", "--rebuild", *KEPT, cwd=place)
        assert (done.code, found(place, "شمس")) == (2, ["a.txt"])
        assert f"{place / 't'} is not there" in done.err
        assert leftovers(place / "ix") == []
    (place / "away").rename(place / "t")
    assert run("index", "--rebuild", *KEPT, cwd=place).code == 0
    assert (found(place, "شمس"), found(place, "قمر")) == (["a.txt"], [])


def test_a_rebuild_without_room_leaves_the_index(place: Path) -> None:
    write(place / "t" / "large.txt", " ".join(f"كلمة{n} {n}" for n in range(20_000)))
    assert run("index", *KEPT, cwd=place).code == 0
    age(place / "ix", AGES_S[1])
    done = by_shell("ulimit -f 100; exec $FAHRAS index --rebuild --index ix", place)
    assert done.code == 2
    assert "no room to write the index" in done.err
    assert "it is as it was" in done.err
    assert found(place, "شمس") == ["a.txt"]
    assert leftovers(place / "ix") == []


def test_a_killed_rebuild_leaves_the_index_and_its_roots(place: Path) -> None:
    code = """
import os, signal, sys
from indexer import Index
with Index.rebuild(index_dir="ix") as index:
    index.update(progress=lambda p: p.phase == "commit" and os.kill(os.getpid(), signal.SIGKILL))
"""
    age(place / "ix", AGES_S[2])
    killed = subprocess.run([COMMAND[0], "-c", code], cwd=place, env=environment())
    assert killed.returncode == -signal.SIGKILL
    assert leftovers(place / "ix") == ["data-2"]
    assert found(place, "شمس") == ["a.txt"]
    assert run("index", "--rebuild", *KEPT, cwd=place).code == 0
    assert (found(place, "شمس"), found(place, "قمر")) == (["a.txt"], [])
    assert leftovers(place / "ix") == []


def _without_catalogue(place: Path) -> None:
    for path in (place / "ix").glob("data-*/files-*"):
        path.unlink()


def _without_identity(place: Path) -> None:
    (place / "ix" / "fahras.json").write_text("{")


def _without_either(place: Path) -> None:
    _without_catalogue(place)
    _without_identity(place)


def test_the_list_of_files_knows_the_roots_too(place: Path) -> None:
    _without_identity(place)
    assert run("index", "--rebuild", *KEPT, cwd=place).code == 0
    assert (found(place, "شمس"), found(place, "قمر")) == (["a.txt"], [])


@pytest.mark.parametrize(
    ("spoil", "name"), [(_without_catalogue, "a.txt"), (_without_either, "t/a.txt")]
)
def test_roots_that_cannot_be_read_are_asked_for(
    place: Path, spoil: Callable[[Path], None], name: str
) -> None:
    spoil(place)
    done = run("index", "--rebuild", *KEPT, cwd=place)
    assert done.code == 2
    assert "fahras index --rebuild PATH --index" in done.err
    assert run("index", "--rebuild", "t", *KEPT, cwd=place).code == 0
    assert (found(place, "شمس"), found(place, "قمر")) == ([name], [])
    assert len(list((place / "ix").glob("data-*"))) == 1


def test_a_rebuild_of_one_path_reads_all_roots(place: Path) -> None:
    write(place / "u" / "b.txt", "نجم")
    assert run("index", "u", *KEPT, cwd=place).code == 0
    assert run("index", "--rebuild", "u", *KEPT, cwd=place).code == 0
    assert (found(place, "شمس"), found(place, "نجم")) == (["a.txt"], [str(place / "u" / "b.txt")])


def test_the_roots_are_those_of_the_commit_not_of_a_later_catalogue(place: Path) -> None:
    data = place / "ix" / "data-1"
    (data / "files-9.fhc").write_bytes(b'{"roots": ["elsewhere"]}\n')
    assert home_and_roots(str(place / "ix"))[:2] == (str(place / "t"), ["."])


# First runs, and who may write


def test_first_runs_at_once_make_one_index(tmp_path: Path) -> None:
    for number in range(3):
        home = tmp_path / str(number)
        for name in range(20):
            write(home / f"{name}.txt", f"شمس {name}")
        runs = [
            subprocess.Popen([*COMMAND, "index"], cwd=home, env=environment(), stderr=-1, stdout=-1)
            for _ in range(2)
        ]
        ended = [(*process.communicate(timeout=PATIENCE_S), process.returncode) for process in runs]
        assert any(code == 0 for _, _, code in ended)
        for _, complaint, code in ended:
            assert code == 0 or b"is writing to" in complaint
        with Index.open(home) as index:
            assert index.document_count == 20
        assert leftovers(home / ".fahras") == []


def test_there_is_no_index_before_the_first_commit(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "شمس")
    with Index.create(tmp_path) as index:
        with pytest.raises(NoIndexError):
            Index.open(tmp_path)
        index.update()
        with Index.open(tmp_path) as opened:
            assert opened.document_count == 1
    Index.create(tmp_path / "never").close()
    assert os.listdir(tmp_path / "never" / ".fahras") == ["lock"]


@pytest.mark.parametrize("command", [["index"], ["index", "--rebuild"], ["index", "--forget", "t"]])
def test_who_holds_the_lock_is_told(place: Path, command: list[str]) -> None:
    before = sorted(path.name for path in (place / "ix").rglob("*"))
    with open(place / "ix" / "lock", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run(*command, *KEPT, cwd=place)
    assert done.code == 2
    assert "another fahras" in done.err
    assert f"(process {os.getpid()})" in done.err or not Path("/proc/locks").exists()
    assert sorted(path.name for path in (place / "ix").rglob("*")) == before


def test_a_short_lock_is_waited_for(place: Path) -> None:
    with open(place / "ix" / "lock", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = subprocess.Popen([*COMMAND, "index", *KEPT], cwd=place, env=environment())
        time.sleep(locks.LOCK_WAIT_S / 4)
    assert waiting.wait(timeout=PATIENCE_S) == 0


def test_a_new_index_is_held_until_it_is_closed(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "LOCK_WAIT_S", 0)
    where = str(place / "ix")
    with Index.rebuild(index_dir=where), Index.open(index_dir=where) as other:
        with pytest.raises(IndexLockedError):
            Index.rebuild(index_dir=where)
        with pytest.raises(IndexLockedError):
            other.update()
    with Index.open(index_dir=where) as other:
        assert other.update().unchanged == 1


# What is left


def test_the_next_run_removes_what_killed_ones_left_and_nothing_else(place: Path) -> None:
    index_dir, data = place / "ix", place / "ix" / "data-1"
    ours = (
        "ix/fahras.json.new", "ix/data-7/_MAIN_1.toc", "ix/data-7/MAIN_0123456789abcdef.fhs",
        "ix/data-7/files-1.fhc", "ix/data-8/files-0.json", "ix/data-1/files-9.fhc",
        "ix/data-1/_MAIN_9.toc.new", "ix/data-1/MAIN_0123456789abcdef.fhs",
    )  # fmt: skip
    others = (
        "ix/variants.txt", "ix/data-x/files-1.fhc", "ix/data-01/files-1.fhc", "ix/notes-1.fhc",
        "ix/data-1/files-backup.zip", "ix/data-1/MAIN_report.key", "ix/data-9/MAIN_report.docx",
        "ix/data-1/files-1.fhc.bak", "ix/data-1/_MAIN_9.toc.txt", "ix/data-3",
    )  # fmt: skip
    for name in (*ours, *others):
        write(place / name, "")
    (data / "MAIN.tmp").mkdir()
    os.symlink(place / "t", index_dir / "data-4")
    assert run("index", *KEPT, cwd=place).code == 0
    assert [name for name in ours if (place / name).exists()] == []
    assert [name for name in others if not (place / name).exists()] == []
    assert not (data / "MAIN.tmp").exists()
    assert not (index_dir / "data-7").exists()
    assert (index_dir / "data-4" / "a.txt").exists()
    assert found(place, "شمس") == ["a.txt"]


def test_a_data_folder_is_removed_only_while_it_is_known_which_one_is_used(place: Path) -> None:
    paths = [place / "ix" / "fahras.json", *(place / "ix" / "data-1").glob("files-*")]
    sound = [path.read_bytes() for path in paths]
    write(place / "ix" / "data-5" / "files-1.fhc", "")
    for path in paths:
        path.write_text("{")
    assert run("index", "--rebuild", *KEPT, cwd=place).code == 2
    assert (place / "ix" / "data-5").exists()
    for path, data in zip(paths, sound, strict=True):
        path.write_bytes(data)
    assert found(place, "شمس") == ["a.txt"]
    assert run("index", *KEPT, cwd=place).code == 0
    assert not (place / "ix" / "data-5").exists()
