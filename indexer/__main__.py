"""The process: `fahras …` and `python -m indexer …`. Turns the exit code of a run into an exit.

`--version` is answered here, before anything else is imported.
"""

from __future__ import annotations

import os
import sys

from indexer.cli import VERSION


def main() -> None:
    """Run the command line of this process and exit with its code."""
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"]):
        sys.stdout.write(f"fahras {VERSION}\n")
        return
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
    sys.exit(code)


if __name__ == "__main__":
    main()
