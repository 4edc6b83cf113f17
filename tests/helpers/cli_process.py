"""Runs the real command in a process of its own: in pipes, and on a pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "indexer"]

PATIENCE_S = 600
"""Nothing takes so long, on a busy machine either, unless it hangs."""


def environment(**changes: str) -> dict[str, str]:
    """The environment of a run: ours without what would change the output."""
    unwanted = {"NO_COLOR", "FORCE_COLOR", "FAHRAS_INDEX", "PYTHONIOENCODING", "COLUMNS"}
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    path = os.pathsep.join(filter(None, (str(PROJECT), kept.get("PYTHONPATH", ""))))
    return {**kept, "TERM": "xterm-256color", "PYTHONPATH": path, **changes}


@dataclass(frozen=True)
class Run:
    """What a run left behind."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode("utf-8", "surrogateescape")

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def errors(self) -> list[str]:
        return self.err.splitlines()


def run(
    *arguments: str | bytes,
    cwd: Path,
    stdin: bytes = b"",
    timeout: float = PATIENCE_S,
    **changes: str,
) -> Run:
    """Run in pipes; keyword arguments in capitals are changes of the environment."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        env=environment(**changes),
        timeout=timeout,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


_ON_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(int(sys.argv[1]), termios.TIOCSCTTY, 0)
os.execv(sys.argv[2], sys.argv[2:])
"""


def run_beside_terminal(
    *arguments: str, cwd: Path, timeout: float = PATIENCE_S, **changes: str
) -> Run:
    """Run in pipes, with a terminal that programs may open, as /dev/tty is one."""
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", _ON_TERMINAL, str(theirs), *COMMAND, *arguments],
            cwd=cwd,
            input=b"",
            capture_output=True,
            env=environment(**changes),
            timeout=timeout,
            check=False,
            start_new_session=True,
            pass_fds=[theirs],
        )
    finally:
        os.close(theirs)
        os.close(ours)
    return Run(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


def run_on_terminal(
    *arguments: str,
    cwd: Path,
    timeout: float = PATIENCE_S,
    columns: int = 80,
    keys: str = "",
    **changes: str,
) -> Run:
    """Run with stdin, stdout and stderr on one pseudo-terminal, whose output is `out`.

    keys: what is typed.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=cwd,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(**{"PAGER": "cat", **changes}),
        close_fds=True,
    )
    os.close(theirs)
    os.write(ours, keys.encode())
    output = _read_to_end(ours, time.monotonic() + timeout)
    os.close(ours)
    code = process.wait(timeout=timeout)
    return Run(code, output.replace(b"\r\n", b"\n"), "")


def _read_to_end(descriptor: int, deadline: float) -> bytes:
    chunks = []
    while time.monotonic() < deadline:
        if not select.select([descriptor], [], [], 0.5)[0]:
            continue
        try:
            chunk = os.read(descriptor, 65536)
        except OSError:  # Linux says EIO where the other side has closed
            break
        if not chunk:
            break
        chunks.append(chunk)
    return b"".join(chunks)
