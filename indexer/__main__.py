"""The process: `fahras …` and `python -m indexer …`. Turns the exit code of a run into an exit.

`--version` is answered here, before anything else is imported.
"""

from __future__ import annotations

import atexit
import errno
import os
import sys
from typing import NoReturn

from indexer import process
from indexer.cli import OUT_OF_MEMORY, VERSION


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
    if _memory_is_tight():
        sys.stderr.write(f"fahras: {_TIGHT}\n")
        _end(2)
    process.collect_seldom()
    # numpy's linear algebra starts a pool of threads when imported; nothing here would use it
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from indexer.cli.app import run

        code = run(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("fahras: interrupted\n")
        code = 130
    except ModuleNotFoundError as error:
        sys.stderr.write(f"fahras: {error.name} is missing; install with: pip install fahras\n")
        code = 2
    except (MemoryError, OSError) as error:
        if "--debug" in arguments or getattr(error, "errno", errno.ENOMEM) != errno.ENOMEM:
            raise
        sys.stderr.write(f"fahras: {OUT_OF_MEMORY}\n")
        code = 2
    _end(code)


def _end(code: int) -> NoReturn:
    """Exit without taking all objects apart first, which takes as long as an eighth of a search.

    What was registered for the exit is run, and what was written goes out. Where that fails,
    Python's own way to exit says so. No thread that it would wait for outlives a command.
    """
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(code)
    os._exit(code)


if __name__ == "__main__":
    main()
