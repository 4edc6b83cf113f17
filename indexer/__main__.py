"""The process: `fahras …` and `python -m indexer …`. Turns the exit code of a run into an exit.

`--version` is answered here, and what the resident process of an index can answer is handed over,
before anything else is imported.
"""

from __future__ import annotations

import atexit
import errno
import os
import sys

from indexer.cli import OUT_OF_MEMORY, VERSION
from indexer.cli.resident import client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def _open_closed_streams() -> None:
    """Put something in the place of a closed stdin, stdout or stderr.

    Else the next file that is opened, one of the index, would stand there. What is put there
    answers with an error when it is read or written, so that nothing is lost silently.
    """
    modes = {"stdin": os.O_WRONLY, "stdout": os.O_RDONLY, "stderr": os.O_RDWR}
    for number, (name, mode) in enumerate(modes.items()):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, mode)
            if descriptor != number:
                os.dup2(descriptor, number)
                os.close(descriptor)
            kind = "r" if name == "stdin" else "w"
            setattr(sys, name, open(number, kind, encoding="utf-8", closefd=False))  # noqa: SIM115


_LEAST_MEMORY = 200_000_000
_TIGHT = "less than 200 MB of memory is allowed to it: raise the limit with ulimit -v"


def _memory_is_tight() -> bool:
    """Whether the system allows less than numpy's import takes, which would end the process."""
    try:
        import resource
    except ImportError:  # not on Windows
        return False
    allowed = resource.getrlimit(resource.RLIMIT_AS)[0]
    return allowed != resource.RLIM_INFINITY and allowed < _LEAST_MEMORY


def main() -> None:
    """Run the command line of this process and exit with its code."""
    _open_closed_streams()
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"]) and sys.stdout.writable():
        sys.stdout.write(f"fahras {VERSION}\n")
        return
    try:
        code = client.answer(arguments)
    except KeyboardInterrupt:
        code = interrupted()
    _end(_on_our_own(arguments) if code is None else code)


def _on_our_own(arguments: list[str]) -> int:
    """Carry a line out in this process."""
    if _memory_is_tight():
        sys.stderr.write(f"fahras: {_TIGHT}\n")
        return 2
    from indexer import process

    process.collect_seldom()
    # numpy's linear algebra starts a pool of threads when imported; nothing here would use it
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return carried_out(arguments)


def carried_out(arguments: list[str]) -> int:
    """Run one command line and return its exit code, whatever happens."""
    try:
        from indexer.cli.app import run

        return run(arguments)
    except KeyboardInterrupt:
        return interrupted()
    except ModuleNotFoundError as error:
        sys.stderr.write(f"fahras: {error.name} is missing; install with: pip install fahras\n")
    except (MemoryError, OSError) as error:
        if "--debug" in arguments or getattr(error, "errno", errno.ENOMEM) != errno.ENOMEM:
            raise
        sys.stderr.write(f"fahras: {OUT_OF_MEMORY}\n")
    return 2


def interrupted() -> int:
    """Say that Ctrl-C has ended a line; the exit code."""
    sys.stderr.write("fahras: interrupted\n")
    return 130


def is_all_written() -> bool:
    """Run what was registered for the exit, and send out what was written, if that can be done."""
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return False
    return True


def _end(code: int) -> NoReturn:
    """Exit without taking all objects apart first, which takes as long as an eighth of a search.

    Where not everything can be written, Python's own way to exit says so. No thread that it would
    wait for outlives a command.
    """
    if not is_all_written():
        sys.exit(code)
    os._exit(code)


if __name__ == "__main__":
    main()
