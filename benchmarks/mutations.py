"""Does any damaged file break a reader? A thousand mutants of sound files for each format.

    python benchmarks/mutations.py FILE_OR_DIR... [--count 1000] [--seconds 20]

Bytes are flipped, cut, repeated, overwritten and exchanged, inside the parts of zips as well. Each
mutant is read as a run reads it: it gives records or is refused with a reason, within a time. Any
other exception is printed with the seed that makes the file again; the last column counts them.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import defaultdict

from report import RUNS, Cell, Corpus, Report, Table, publish, use_checkout

use_checkout()
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "tests", "helpers"))

from mutations import mutants  # noqa: E402

from indexer.errors import ExtractError  # noqa: E402
from indexer.extract import extension_of, extract  # noqa: E402
from indexer.extract.formats import BY_ENDING  # noqa: E402
from indexer.update.run import document_fields  # noqa: E402


def sources(paths: list[str]) -> dict[str, list[str]]:
    """The files given and those in the folders given, by format."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        inside = (
            [os.path.join(path, n) for n in sorted(os.listdir(path))]
            if os.path.isdir(path)
            else [path]
        )
        for name in inside:
            row = BY_ENDING.get(extension_of(name))
            if row is not None and os.path.isfile(name):
                found[row.name].append(name)
    return found


def outcome(name: str, data: bytes) -> str:
    """`read`, `refused`, or the exception that breaks a run."""
    try:
        extraction = extract(name, data)
        for record in extraction.records:
            document_fields(1, record, extraction.encoding)["text"].encode("utf-8")
    except ExtractError:
        return "refused"
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return f"{type(error).__name__}: {error}"[:200]
    return "read"


def measure(row: str, files: list[str], count: int, seconds: float) -> list[Cell]:
    outcomes: dict[str, int] = defaultdict(int)
    slowest, slow_file = 0.0, ""
    share = -(-count // len(files))
    for path in files:
        with open(path, "rb") as file:
            data = file.read()
        for number, mutant in enumerate(mutants(data, share, seed=len(data))):
            started = time.perf_counter()
            result = outcome(os.path.basename(path), mutant)
            elapsed = time.perf_counter() - started
            if elapsed > slowest:
                slowest, slow_file = elapsed, f"{os.path.basename(path)} #{number}"
            if result not in ("read", "refused") or elapsed > seconds:
                print(f"{path} #{number}: {result} ({elapsed:.1f} s)", flush=True)
            outcomes[result] += 1
    total = sum(outcomes.values())
    broken = total - outcomes["read"] - outcomes["refused"]
    return [
        row,
        len(files),
        total,
        outcomes["read"],
        outcomes["refused"],
        f"{slowest:.2f}",
        slow_file,
        broken,
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="+", metavar="FILE_OR_DIR")
    parser.add_argument("--count", type=int, default=1000, help="mutants of each format")
    parser.add_argument("--seconds", type=float, default=20, help="that a file may take")
    parser.add_argument("--only", default="", metavar="FORMAT")
    parser.add_argument("--out", default=RUNS, help="folder of the report; - for none")
    options = parser.parse_args()
    rows = []
    for row, files in sorted(sources(options.paths).items()):
        if options.only in row:
            rows.append(measure(row, files, options.count, options.seconds))
            print(rows[-1], flush=True)
    head = ["format", "files", "mutants", "read", "refused", "slowest s", "which", "broken"]
    corpora = [Corpus.of(path) for path in options.paths]
    report = Report("mutations", corpora, {"mutants of a format": options.count})
    report.tables.append(Table("Mutated files", head, rows))
    publish(report, options.out)
    return 1 if any(row[-1] for row in rows) else 0


if __name__ == "__main__":
    raise SystemExit(main())
