"""What does an update cost in a large folder, and after any history of changes?

    python benchmarks/history.py CORPUS [--work DIR] [--singles 8] [--shares 100 3 3]

A first run, an update that finds nothing, then updates of single files after each of these: nothing
else, a hundredth of the files changed, a third of them, another third (`--shares`). A changed file
has one line more. CORPUS stays as it is: what changes is a folder of hard links in DIR.

Of each update: CPU time of all its processes, time from start to end, what their memory came to at
most (in a first run and an update of many; looking takes time), what the disk held of the index
at most, and what the index has afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from corpora import SEED, add_line, linked
from indexing import MIB, fahras_index
from processes import FAHRAS, Peak, folder_bytes, progress, run
from report import RUNS, Corpus, Report, Table, publish

DISK_LOOKS_S = 0.25
FIRST, NOTHING, SINGLE = "first run", "nothing changed", "one file"
SHARES = (100, 3, 3)
"""What changes, one after another: one file of so many."""

COLUMNS = ["update", "files changed", "CPU, s", "elapsed, s", "memory, MiB", "index, MB",
           "disk at most, MB", "segments"]  # fmt: skip


class Update(NamedTuple):
    """An update, and the index after it. peak_bytes: of memory, 0 where nobody looked."""

    after: str
    name: str
    files: int
    cpu_s: float
    elapsed_s: float
    peak_bytes: int
    index_bytes: int
    disk_bytes: int
    segments: int


class History:
    """A folder that changes, and its index."""

    def __init__(self, corpus: str, work: str, seed: int) -> None:
        self._folder = os.path.join(work, "history-texts")
        self._index = os.path.join(work, "history-fahras")
        self._names = linked(corpus, self._folder)
        self._random = random.Random(seed)
        self._random.shuffle(self._names)
        self._changed = 0
        self._after = FIRST

    def updates(self, singles: int, shares: Sequence[int]) -> Iterator[Update]:
        """One after another, so many of a single file after each other one."""
        yield self._update(FIRST, 0, watched=True)
        yield self._update(NOTHING, 0)
        for _ in range(singles):
            yield self._update(SINGLE, 1)
        for number, share in enumerate(shares, 1):
            self._after = f"{number}: one file of {share}"
            count = max(len(self._names) // share, 1)
            yield self._update(self._after, count, watched=True)
            for _ in range(singles):
                yield self._update(SINGLE, 1)

    def _update(self, name: str, count: int, *, watched: bool = False) -> Update:
        """Change the next so many files, which come in an order by chance, then update."""
        for place in range(self._changed, self._changed + count):
            path = os.path.join(self._folder, self._names[place % len(self._names)])
            add_line(path, f"تعديل {place}")
        self._changed += count
        os.makedirs(self._index, exist_ok=True)
        disk = Peak(lambda: folder_bytes(self._index), DISK_LOOKS_S)
        ran = fahras_index(self._folder, self._index, memory=watched)
        most, now = disk.stop(), folder_bytes(self._index)
        said = json.loads(run([*FAHRAS, "stats", "--index", self._index, "--json"]).output)
        found = Update(
            self._after, name, count, ran.cpu_s, ran.elapsed_s, ran.peak_bytes, now,
            max(most, now), said["segments"],
        )  # fmt: skip
        progress(f"{name}: {ran.cpu_s:.1f} s of CPU, {found.segments} segments")
        return found


def tables(updates: Sequence[Update]) -> list[Table]:
    """Every update of many files; then those of single ones, by what was before them."""
    every = Table("Updates", COLUMNS)
    for one in updates:
        if one.name != SINGLE:
            every.rows.append(
                [one.name, one.files, one.cpu_s, one.elapsed_s,
                 one.peak_bytes / MIB if one.peak_bytes else None, one.index_bytes / 1e6,
                 one.disk_bytes / 1e6, one.segments]
            )  # fmt: skip
    columns = ["after", "updates", "CPU, s, median", "least", "most", "most / usual",
               "disk at most, MB", "segments at most"]  # fmt: skip
    single = Table("Updates of a single file, after what happened before", columns)
    single.notes.append("Usual is the least of the medians.")
    groups: dict[str, list[Update]] = {}
    for one in updates:
        if one.name == SINGLE:
            groups.setdefault(one.after, []).append(one)
    usual = min(statistics.median(one.cpu_s for one in some) for some in groups.values())
    for after, some in groups.items():
        costs = [one.cpu_s for one in some]
        single.rows.append(
            [after, len(some), statistics.median(costs), min(costs), max(costs),
             max(costs) / usual, max(one.disk_bytes for one in some) / 1e6,
             max(one.segments for one in some)]
        )  # fmt: skip
    return [every, single]


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    add = parser.add_argument
    add("corpus")
    add("--corpus-name", metavar="NAME", help="what the report calls it")
    add("--work", metavar="DIR", help="an empty folder for texts and index; kept")
    add("--singles", type=int, default=8, help="updates of a single file after each change")
    add("--shares", type=int, nargs="+", default=SHARES, metavar="N", help="one file of N changes")
    add("--seed", type=int, default=SEED)
    add("--name", default="history", help="name of the report")
    add("--out", default=RUNS, metavar="DIR", help="folder of reports; - for none")
    options = parser.parse_args(argv)
    corpus = Corpus.of(options.corpus, options.corpus_name)
    settings = {"singles": options.singles, "seed": options.seed}
    report = Report(options.name, [corpus], settings)
    with tempfile.TemporaryDirectory() as temporary:
        history = History(options.corpus, options.work or temporary, options.seed)
        updates = list(history.updates(options.singles, options.shares))
    report.tables = tables(updates)
    report.raw = {"updates": [one._asdict() for one in updates]}
    publish(report, options.out)


if __name__ == "__main__":
    main()
