"""What is read of files of all formats, and what do hostile ones cost? Three tables.

    python benchmarks/refusals.py DIR [--out FOLDER]

DIR holds `other/`, `hostile/` and `pdf/`. Each file is read in a process of its own, with its
worker: what came of it, in how many seconds, with how much memory at most. Then a folder of all but
the hostile ones is indexed twice: MiB and files a second.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from typing import Any

from report import ROOT, RUNS, Cell, Corpus, Report, Table, publish, use_checkout

use_checkout()

from indexer.index import Index  # noqa: E402

_ONE = """
import json, resource, sys, time
sys.path.insert(0, sys.argv[1])
from indexer.errors import ExtractError
from indexer.extract import extract_path, worker
started = time.perf_counter()
found, problems = [], []
try:
    extraction = extract_path(sys.argv[2])
    found = [(r.title, r.title_from, r.date, r.date_from, len(r.text)) for r in extraction.records]
    problems = [problem.reason for problem in extraction.problems]
except ExtractError as error:
    problems = [str(error)]
elapsed = time.perf_counter() - started
worker._end()
peaks = [resource.getrusage(w).ru_maxrss for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps([found, problems, elapsed, [peak / 1024 for peak in peaks]]))
"""


def read_alone(path: str) -> tuple[list[list[Any]], list[str], float, list[float]]:
    """(records, problems, seconds, MiB of the process and of its worker)."""
    command = [sys.executable, "-c", _ONE, ROOT, path]
    done = subprocess.run(command, capture_output=True, check=True)
    found, problems, elapsed, peaks = json.loads(done.stdout)
    return found, problems, elapsed, peaks


def tables_of(folder: str) -> list[Table]:
    """What is read of the files of `other/`; what is refused of these and of `hostile/`."""
    read: list[list[Cell]] = []
    refused: list[list[Cell]] = []
    for part in ("other", "hostile"):
        inside = os.path.join(folder, part)
        for name in sorted(os.listdir(inside)) if os.path.isdir(inside) else []:
            found, problems, elapsed, (own, workers) = read_alone(os.path.join(inside, name))
            chars = sum(record[-1] for record in found)
            if found and part == "other":
                title, title_from, date, date_from, _ = found[0]
                read.append([name, len(found), chars, title, title_from, date, date_from])
            else:
                said = problems[0] if problems else f"read: {chars:,} characters"
                refused.append([name, f"{elapsed:.2f}", f"{own:.0f}", f"{workers:.0f}", said])
    columns = ["file", "documents", "characters", "first title", "given by", "first date", "by"]
    limits = ["file", "s", "MiB", "MiB of the worker", "what is said"]
    return [
        Table("Files of all formats", columns, read),
        Table("Hostile files, and bombs", limits, refused),
    ]


def rates(folder: str) -> Table:
    """How fast a mixed folder is indexed: all files but the hostile ones, twice."""
    with tempfile.TemporaryDirectory() as home:
        for part in ("pdf", "other"):
            if os.path.isdir(os.path.join(folder, part)):
                shutil.copytree(os.path.join(folder, part), os.path.join(home, part))
        sizes = [os.path.getsize(os.path.join(at, n)) for at, _, ns in os.walk(home) for n in ns]
        rows: list[list[Cell]] = []
        with Index.create(home) as index:
            for run in ("first", "second"):
                elapsed = index.update().elapsed_s
                mib = sum(sizes) / (1 << 20) / elapsed
                row = (f"{elapsed:.2f}", f"{mib:.2f}", f"{len(sizes) / elapsed:.1f}")
                rows.append([run, len(sizes), *row])
    return Table("A mixed folder", ["run", "files", "s", "MiB/s", "files/s"], rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", metavar="DIR")
    parser.add_argument("--out", default=RUNS, help="folder of the report; - for none")
    options = parser.parse_args()
    report = Report("documents", [Corpus.of(options.folder, "documents")], {})
    report.tables += [*tables_of(options.folder), rates(options.folder)]
    publish(report, options.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
