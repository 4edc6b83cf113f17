"""Interactive shells on a pseudo-terminal, in which Tab is pressed."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

from cli_process import PATIENCE_S, environment

SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(fahras completion bash)"'),
    "zsh": (
        ["zsh", "-f", "-i"],
        'autoload -Uz compinit; compinit -u -D; eval "$(fahras completion zsh)"',
    ),
}
"""How each is started, and what it is told first."""

_TO_START, _TAB, _RETURN = "\x01", "\t", "\r"


def with_fahras(folder: Path) -> dict[str, str]:
    """An environment with a program `fahras`, which is put in the folder, and UTF-8."""
    folder.mkdir()
    program = folder / "fahras"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m indexer "$@"\n', "utf-8")
    program.chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return environment(PATH=path, LC_ALL="C.UTF-8", TERM="dumb", HOME=str(folder), PS1="$ ")


def pressed(
    shell: str, line: str, *, cwd: Path, env: dict[str, str], timeout: float = PATIENCE_S
) -> list[str]:
    """The words of a line after Tab was pressed at its end."""
    command, setup = SHELLS[shell]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command, cwd=cwd, env=env, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    deadline = time.monotonic() + timeout
    try:
        _type(ours, f"{setup}; printf 'RE%s' ADY{_RETURN}")
        _wait(ours, "READY", deadline)
        _type(ours, f"{line}{_TAB}{_TO_START}printf '<%s>' {_RETURN}printf 'DO%s' NE{_RETURN}")
        shown = _wait(ours, "DONE", deadline)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return re.findall("<([^<>]+)>", re.sub(r"<%s>", "", shown))


def _type(descriptor: int, keys: str) -> None:
    os.write(descriptor, keys.encode())


def _wait(descriptor: int, word: str, deadline: float) -> str:
    """What is shown until a word is."""
    shown = b""
    while word.encode() not in shown:
        if time.monotonic() > deadline:
            raise TimeoutError(shown.decode("utf-8", "replace"))
        if select.select([descriptor], [], [], 0.2)[0]:
            shown += os.read(descriptor, 65536)
    return shown.decode("utf-8", "replace")
