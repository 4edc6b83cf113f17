"""How many modules does a search pass, and which of them call each other both ways?

    python benchmarks/structure.py [CHECKOUT ...]

For each checkout (this one if none is named) one search of three words is traced in a process of
its own: `fahras search` over this checkout's corpus/, the second time that the process answers it.
A switch is a call from a function of one of our modules to one of another, whatever of other
packages lies between. Import circles are read from the source. A column for each checkout.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from imports import PACKAGES, circles, graph_of, modules_of
from report import ROOT, Cell, Table

QUERY = "حرية الرأي والتعبير"


class Trace:
    """The calls of our functions: which modules and functions, and from which module to which."""

    def __init__(self, root: Path) -> None:
        self.functions: set[tuple[str, int]] = set()
        self.switches: Counter[tuple[str, str]] = Counter()
        self._module_of = {str(path): name for name, path in modules_of(root).items()}

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        """Take a call in; what `sys.setprofile` asks for."""
        if event != "call":
            return
        called = self._module_of.get(frame.f_code.co_filename)
        if called is None:
            return
        self.functions.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))
        caller = self._caller(frame.f_back)
        if caller is not None and caller != called:
            self.switches[caller, called] += 1

    def _caller(self, frame: FrameType | None) -> str | None:
        """The module of the nearest of our functions on the stack."""
        while frame is not None:
            found = self._module_of.get(frame.f_code.co_filename)
            if found is not None:
                return found
            frame = frame.f_back
        return None

    def both_ways(self) -> list[str]:
        """The pairs of modules that call each other."""
        pairs = {tuple(sorted(pair)) for pair in self.switches if pair[::-1] in self.switches}
        return [" / ".join(pair) for pair in sorted(pairs)]


def traced(root: Path, ask: Callable[[], object]) -> Trace:
    """What a call passes."""
    trace = Trace(root)
    sys.setprofile(trace)
    try:
        ask()
    finally:
        sys.setprofile(None)
    return trace


def trace_here(root: Path, folder: str) -> dict[str, object]:
    """Trace a search in this process, which has only the modules of one checkout."""
    from indexer.cli.app import run

    def ask() -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            run(["search", "--index", os.path.join(folder, ".fahras"), QUERY])

    with contextlib.redirect_stdout(io.StringIO()):
        run(["index", folder])
    ask()
    trace = traced(root, ask)
    graph = graph_of(root)
    return {
        "modules": len({file for file, _ in trace.functions}),
        "functions": len(trace.functions),
        "switches": sum(trace.switches.values()),
        "both ways": trace.both_ways(),
        "all modules": len(graph),
        "circles": [", ".join(circle) for circle in circles(graph)],
    }


def figures(checkout: Path) -> dict[str, object]:
    """The same in a process of its own, over a copy of the corpus."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = os.path.join(temporary, "corpus")
        shutil.copytree(os.path.join(ROOT, "corpus"), folder)
        command = [sys.executable, __file__, "--here", folder, str(checkout)]
        environment = {**os.environ, "PYTHONPATH": str(checkout)}
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def table(checkouts: Sequence[Path]) -> Table:
    """A row for each figure, and the pairs and circles by name below."""
    measured = [figures(checkout) for checkout in checkouts]
    names = [checkout.name for checkout in checkouts]
    found = Table(f"What a search passes: {QUERY}", ["", *names])
    for label in ("modules", "functions", "switches", "both ways", "all modules", "circles"):
        values = [figure[label] for figure in measured]
        cells: list[Cell] = [len(v) if isinstance(v, list) else int(str(v)) for v in values]
        found.rows.append([ROWS[label], *cells])
    for name, figure in zip(names, measured, strict=True):
        for label in ("both ways", "circles"):
            listed = figure[label]
            assert isinstance(listed, list)
            if listed:
                found.notes.append(f"{name}, {ROWS[label]}: {'; '.join(listed)}.")
    return found


ROWS = {
    "modules": "modules passed",
    "functions": "functions",
    "switches": "switches between modules",
    "both ways": "pairs of modules that call each other",
    "all modules": "modules in all",
    "circles": "import circles",
}


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("checkouts", nargs="*", default=[ROOT], metavar="CHECKOUT")
    parser.add_argument("--here", metavar="FOLDER", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    checkouts = [Path(checkout).resolve() for checkout in options.checkouts]
    for checkout in checkouts:
        if not all((checkout / package).is_dir() for package in PACKAGES):
            raise SystemExit(f"{checkout} is no checkout: it has no {' and '.join(PACKAGES)}")
    if options.here:
        print(json.dumps(trace_here(checkouts[0], options.here)))
    else:
        print(table(checkouts).markdown())


if __name__ == "__main__":
    main()
