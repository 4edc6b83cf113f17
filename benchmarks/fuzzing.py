"""How much was fuzzed? The targets of `tests/fuzz/` for some time, and what came of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from report import ROOT, Cell, Table
from tally import Part

TARGETS = ("analyzer", "query", "extractors", "segment")
_executed = re.compile(r"number_of_executed_units: *(\d+)").search
_added = re.compile(r"new_units_added: *(\d+)").search


def fuzz(work: Path, _seed: int, trials: int) -> Part:
    """Each target for so many seconds."""
    table = Table(f"Fuzzed for {trials} seconds each", ["target", "inputs", "kept", "broken"])
    wrong: list[str] = []
    inputs = 0
    for name in TARGETS:
        corpus = work / name
        command = [sys.executable, os.path.join(ROOT, "tests", "fuzz", "run.py"), name]
        done = subprocess.run(
            [*command, "--seconds", str(trials), "--corpus", str(corpus)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        executed, added = _executed(done.stderr), _added(done.stderr)
        count = int(executed[1]) if executed else 0
        cells: list[Cell] = [count, int(added[1]) if added else None, int(bool(done.returncode))]
        table.rows.append([name, *cells])
        inputs += count
        if done.returncode:
            wrong.append(f"{name}: {done.stderr[-500:]}")
        if "atheris is not installed" in done.stderr:
            table.notes.append(f"{name}: atheris is not installed here.")
    return Part([table], wrong, {"inputs fuzzed": inputs})
