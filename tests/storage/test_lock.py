"""Who writes to an index, what others are told of it, and how long they wait."""

from __future__ import annotations

import errno
import fcntl
import os
import platform
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli_process import COMMAND, environment, run

from indexer import Index
from indexer.errors import IndexLockedError, IndexNotWritableError
from indexer.storage.lock import LOCK_WAIT_S, Lock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("شمس", "utf-8")
    with Index.create(tmp_path) as index:
        index.update()
    (tmp_path / "b.txt").write_text("قمر", "utf-8")
    return tmp_path


@contextmanager
def held(folder: Path, seconds: float = 60) -> Iterator[subprocess.Popen[bytes]]:
    """Another process holds the lock of an index, for so long or until the block ends."""
    code = (
        "import time; from indexer.storage.lock import Lock; "
        f"lock = Lock({str(folder / '.fahras')!r}); print(flush=True); time.sleep({seconds})"
    )
    process = subprocess.Popen([COMMAND[0], "-c", code], env=environment(), stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_process_host_and_time_of_who_writes_are_told(folder: Path) -> None:
    with held(folder) as process:
        done = run("index", "--wait", "0", cwd=folder)
        checked = run("verify", cwd=folder)
    assert done.code == 2
    day = time.strftime("%Y-%m-%d", time.gmtime())
    host = re.escape(re.sub(r"[^\w.-]", "-", platform.node()))
    told = rf"\(process {process.pid} on {host} since {day} \d\d:\d\d:\d\d UTC\)"
    assert re.search(rf"another fahras {told} is writing to .*: wait until it is done", done.err)
    assert checked.code == 0, "who only reads does not wait"
    assert run("index", cwd=folder).code == 0, "a killed process holds nothing"
    assert (folder / ".fahras" / "lock").read_bytes() == b""


def test_who_waits_longer_than_others_write_has_its_turn(folder: Path) -> None:
    with held(folder, LOCK_WAIT_S + 0.4):
        done = run("index", cwd=folder, FAHRAS_WAIT="30")
    assert (done.code, done.err) == (0, "")
    assert "1 added" in done.text


def test_a_repair_waits_as_long_as_it_is_told(folder: Path) -> None:
    (segment,) = folder.glob(".fahras/data-*/*.fhs")
    segment.write_bytes(segment.read_bytes()[:-1])
    with held(folder):
        done = run("verify", "--repair", "--wait", "0", cwd=folder)
    assert (done.code, "another fahras" in done.err) == (2, True)
    assert run("verify", "--repair", cwd=folder).code == 0


@pytest.mark.parametrize(
    "left",
    [b"", b"1 elsewhere 2020-01-01T00:00:00+00:00\n", b"\x1b[2J 7", b"\xff" * 600, b"x" * 100_000],
    ids=["nothing", "of-the-dead", "escape", "bytes", "long"],
)
def test_what_stands_in_the_lock_of_another_is_not_believed(folder: Path, left: bytes) -> None:
    path = folder / ".fahras" / "lock"
    path.write_bytes(left)
    with open(path, "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(IndexLockedError) as refused:
            Lock(str(folder / ".fahras"), 0)
    by_us = f" (process {os.getpid()})" if Path("/proc/locks").exists() else ""
    assert str(refused.value).startswith(f"another fahras{by_us} is writing to {folder}")


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_file_system_without_locks_is_named_and_not_written_to(
    folder: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(_descriptor: int, _operation: int) -> None:
        raise OSError(number, os.strerror(number))

    before = sorted(folder.rglob("*"))
    monkeypatch.setattr(fcntl, "flock", refuses)
    with (
        Index.open(folder) as index,
        pytest.raises(IndexNotWritableError, match=r"keeps no locks .* a disk of this machine"),
    ):
        index.update()
    assert sorted(folder.rglob("*")) == before
    with Index.open(folder) as index:
        assert index.search("شمس").total == 1


def test_a_writer_that_is_stopped_is_named_and_one_that_is_killed_is_not_waited_for(
    folder: Path,
) -> None:
    with held(folder) as process:
        process.send_signal(signal.SIGSTOP)
        with pytest.raises(IndexLockedError, match=f"process {process.pid}"):
            Lock(str(folder / ".fahras"), 0)
        process.kill()
        process.wait()
        Lock(str(folder / ".fahras"), 0).release()


def test_a_disk_that_is_full_does_not_keep_the_lock(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words in the lock are for others; who cannot write them holds it all the same."""

    def refuses(*_arguments: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", refuses)
    first = Lock(str(folder / ".fahras"), 0)
    with pytest.raises(IndexLockedError):
        Lock(str(folder / ".fahras"), 0)
    first.release()
