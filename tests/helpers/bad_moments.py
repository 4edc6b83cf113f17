"""Rows of the table in `bad_input`: runs that are ended, hindered or get in each other's way."""

from __future__ import annotations

import fcntl
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from bad_input import WORD, Case, write
from cli_process import COMMAND, PATIENCE_S, Run, environment, run

from indexer.update.run import PROCESSES

_INDEX = [*COMMAND, "index"]


@cache
def _much() -> bytes:
    """4 MB of text: a unit of work, so that two of them are read by two workers."""
    chance = random.Random(7)
    words = ["".join(chance.choices("ابتثجحخدذرزسشصضطظعغ", k=5)) for _ in range(20_000)]
    return " ".join(chance.choices(words, k=420_000)).encode()


def _with_work(folder: Path) -> None:
    for number in range(3):
        write(folder, f"much{number}.txt", _much())


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]


def _begun(folder: Path) -> subprocess.Popen[bytes]:
    """An `index` whose workers are at work: two, where one child alone looks at the files."""
    process = subprocess.Popen(
        _INDEX, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    deadline = time.monotonic() + 30
    while len(_children(process.pid)) < PROCESSES and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.05)
    return process


def _ended(process: subprocess.Popen[bytes]) -> Run:
    out, err = process.communicate(timeout=PATIENCE_S)
    return Run(process.returncode, out, err.decode("utf-8", "replace"))


def signalled(number: int) -> Callable[[Path], Run]:
    def act(folder: Path) -> Run:
        before = sorted(os.listdir(folder / ".fahras" / "data-1"))
        process = _begun(folder)
        process.send_signal(number)
        done = _ended(process)
        if number != signal.SIGKILL:
            assert sorted(os.listdir(folder / ".fahras" / "data-1")) == before
        return done

    return act


def _worker_killed(folder: Path) -> Run:
    process = _begun(folder)
    os.kill(_children(process.pid)[0], signal.SIGKILL)
    return _ended(process)


def _locked(folder: Path) -> Run:
    with open(folder / ".fahras" / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return run("index", cwd=folder)


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))


def _special(command: list[str], **options: Any) -> Callable[[Path], Run]:
    """The command in a process of special make."""

    def act(folder: Path) -> Run:
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(
            [*COMMAND, *command], cwd=folder, env=environment(), **streams, **options
        )
        return _ended(process)

    return act


def _by_shell(line: str) -> Callable[[Path], Run]:
    def act(folder: Path) -> Run:
        script = f'fahras() {{ "{sys.executable}" -m indexer "$@"; }}; {line}'
        done = subprocess.run(
            ["sh", "-c", script], cwd=folder, capture_output=True, env=environment()
        )
        return Run(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))

    return act


def _moment(
    key: str, met: str, command: Callable[[Path], Run], answer: str, code: int,
    prepare: Callable[[Path], object] = lambda folder: None, **more: Any,
) -> Case:  # fmt: skip
    return Case(key, "Runs that are ended or hindered", met, command, answer, code, prepare, **more)


_FULL = (
    "fahras: no room to write the index in PATH/.fahras (File too large); it is as it was: make "
    "room, or keep it elsewhere with --index DIR"
)

MOMENTS = [
    _moment("sigint", "Ctrl-C (SIGINT) during `index`", signalled(signal.SIGINT),
            "fahras: interrupted", 130, _with_work),
    _moment("sigterm", "SIGTERM during `index`", signalled(signal.SIGTERM),
            "fahras: interrupted", 143, _with_work),
    _moment("sigkill", "SIGKILL during `index`", signalled(signal.SIGKILL), "", -9, _with_work),
    _moment("worker", "a worker process killed", _worker_killed,
            "fahras: a worker process ended without a result, perhaps because memory ran out; "
            "the index is as it was: close other programs and run it again", 2, _with_work),
    _moment("two", "two `index` at once", _locked,
            "fahras: another fahras (process N) is writing to PATH/.fahras: wait until it is "
            "done", 2),
    _moment("full", "no room on the disk", _special(["index"], preexec_fn=_limited), _FULL, 2,
            _with_work),
    _moment("nowhere", "a current folder that was removed",
            _by_shell("mkdir gone; cd gone; rmdir ../gone; fahras search x"),
            "fahras: the current folder is gone: cd to another", 2),
    _moment("no-stdout", "a closed stdout", _by_shell(f"fahras search {WORD} >&-"),
            "fahras: stdin or stdout is closed, and is needed here", 2),
    _moment("no-stdout-index", "a closed stdout, nothing to print",
            _by_shell(f"fahras search -q {WORD} >&-"), "", 0),
    _moment("no-stdin", "a closed stdin that a command reads",
            _by_shell("fahras search --queries - <&-"),
            "fahras: stdin or stdout is closed, and is needed here", 2),
    _moment("no-stderr", "a closed stderr", _by_shell("fahras search AND 2>&-"), "", 2),
    _moment("no-home", "no HOME", _by_shell(f"unset HOME; fahras search -q {WORD}"), "", 0),
    _moment("c-locale", "LANG=C", _by_shell(f"LC_ALL=C fahras search -q {WORD}"), "", 0),
]  # fmt: skip
