"""How does a long text reach a reader on a terminal? Through a pager, as git does it."""

from __future__ import annotations

import os
import shlex
import subprocess
from contextlib import suppress

from indexer.cli.output import terminal

_LESS = "FRX"
"""What less is told unless LESS says otherwise: short texts are printed, colours are kept."""


def show(text: str) -> None:
    """Give a text to $PAGER, or less; print it where there is none, or where it is `cat`."""
    command: list[str] = []
    with suppress(ValueError):  # a quotation mark without its partner
        command = shlex.split(os.environ.get("PAGER", "less"))
    if not command or command == ["cat"] or not _paged(command, text):
        terminal.write(text)


def _paged(command: list[str], text: str) -> bool:
    """Whether the pager could be started; a reader may leave it before the end."""
    terminal.flush()
    environment = {"LESS": _LESS, "LESSCHARSET": "utf-8", **os.environ}
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)  # noqa: S603
    except OSError:
        return False
    assert process.stdin is not None  # noqa: S101  a pipe was asked for
    with suppress(BrokenPipeError, KeyboardInterrupt), process.stdin as pipe:
        pipe.write(text.encode("utf-8", "replace"))
    while True:
        with suppress(KeyboardInterrupt):  # Ctrl-C is the pager's, too
            process.wait()
            return True
