"""The processes beside `fahras watch`: one for each update, and the one that answers who reads.

The memory of an update goes with its process, and so does its lock.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from indexer.cli import exits
from indexer.cli.output import terminal
from indexer.process import keep_freed_memory

START = (
    "import sys; sys.path[:] = sys.argv[2:]; "
    "from indexer.cli.commands.updating import main; main(sys.argv[1])"
)
"""The program of the process; its arguments are the index and where modules are."""

_EVERYTHING = b"*"


_ANSWER = (
    "import sys; sys.path[:] = sys.argv[2:]; "
    "from indexer.cli.resident.serving import answer_lines; answer_lines(sys.argv[1], 0)"
)


@contextmanager
def answering(index_dir: str) -> Iterator[None]:
    """The resident process of an index, until the end of the block, or of this process.

    Where there is one already, or cannot be one, there is none: nothing depends on it.
    """
    process = subprocess.Popen(  # noqa: S603  our own code
        [sys.executable, "-c", _ANSWER, index_dir, *sys.path],
        stdin=subprocess.PIPE,  # it ends when this is closed
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={"OPENBLAS_NUM_THREADS": "1", **os.environ},
    )
    try:
        yield
    finally:
        process.communicate()


class Updating:
    """Starts the process; knows the one that runs."""

    def __init__(self, index_dir: str) -> None:
        self._index_dir = index_dir
        self._process: subprocess.Popen[bytes] | None = None

    def update(self, paths: list[str] | None) -> dict[str, Any] | None:
        """The report on an update of some paths, or of everything; None if it failed.

        What went wrong is on stderr by then.
        """
        asked = _EVERYTHING if paths is None else b"\0".join(map(os.fsencode, paths))
        self._process = subprocess.Popen(  # noqa: S603  our own code
            [sys.executable, "-c", START, self._index_dir, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for us, who pass it on
        )
        try:
            answer, _ = self._process.communicate(asked)
            if self._process.returncode:
                return None
            report: dict[str, Any] = json.loads(answer)
            return report
        finally:
            self._process = None

    def end(self) -> None:
        """Let the process that runs take back what it began."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)


def main(index_dir: str) -> None:
    """The process: what to do comes on stdin, the report goes to stdout."""
    terminal.prepare_streams()
    terminal.end_on_closed_pipe(False)
    terminal.interrupt_on_end_signals()
    asked = sys.stdin.buffer.read()
    paths = None if asked == _EVERYTHING else list(map(os.fsdecode, asked.split(b"\0")))
    try:
        sys.exit(_update(index_dir, paths))
    except KeyboardInterrupt:
        sys.exit(exits.INTERRUPTED)


def _update(index_dir: str, paths: list[str] | None) -> int:
    from indexer.cli.commands.index import summary
    from indexer.cli.output import errors, records
    from indexer.index import Index

    keep_freed_memory()
    try:
        with Index.open(index_dir=index_dir) as opened:
            report = opened.update(changed=paths)
    except Exception as error:  # noqa: BLE001  whatever it was, it is said in one line
        return errors.report(error, ["--index", index_dir])
    errors.report_problems(report.problems)
    record = records.report_record(report) | {"summary": summary(report)}
    terminal.write(json.dumps(record))
    terminal.flush()
    return exits.FOUND
