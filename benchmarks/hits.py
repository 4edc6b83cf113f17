"""What does a hit cost, in a text with one and in a text with a million?

    python benchmarks/hits.py [--most N] [--rounds N]

One text a row; each of its lines holds the word of the query. Measured in one process with the
index open: the search without passages, as `-l` does it; with one passage; with a hundred; and the
marking of the whole text, as `show -Q` does it. CPU time, the best of some rounds. The time per hit
falls until a text has some thousands, and must not rise after.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence

from report import Cell, Table, use_checkout

use_checkout()

from indexer import Index  # noqa: E402
from indexer.results import SearchOptions  # noqa: E402

LINE = "كتاب ثم كلام كثير\n"
PARAGRAPH = 20
"""Lines before a blank one."""

QUERY = "كتاب"
WAYS = {
    "-l": SearchOptions(snippets=0),
    "1 passage": SearchOptions(),
    "100 passages": SearchOptions(snippets=100),
}


def text_of(hits: int) -> str:
    """A text with this many hits."""
    paragraphs, rest = divmod(hits, PARAGRAPH)
    return (LINE * PARAGRAPH + "\n") * paragraphs + LINE * rest


def best(ask: Callable[[], object], rounds: int) -> float:
    """Seconds of CPU time of the fastest of some rounds; one goes ahead."""
    times = []
    for _ in range(rounds + 1):
        before = time.process_time()
        ask()
        times.append(time.process_time() - before)
    return min(times[1:])


def measure(hits: int, rounds: int) -> list[Cell]:
    """A row: hits, size in MB, and for each way its ms and its microseconds a hit."""
    text = text_of(hits)
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "text.txt"), "w", encoding="utf-8") as file:
            file.write(text)
        with Index.create(folder) as index:
            index.update()
            asked: list[Callable[[], object]] = [
                lambda options=options: index.search(QUERY, options) for options in WAYS.values()
            ]
            asked.append(lambda: index.matches(text, QUERY))
            seconds = [best(ask, rounds) for ask in asked]
    row: list[Cell] = [f"{hits:,}", len(text.encode()) / 1e6]
    for taken in seconds:
        row += [taken * 1e3, taken * 1e6 / hits]
    return row


def table(most: int, rounds: int) -> Table:
    """A row for each power of ten up to `most`."""
    columns = ["hits", "MB"]
    for way in (*WAYS, "show"):
        columns += [f"{way}, ms", "us a hit"]
    found = Table("Time per hit", columns)
    hits = 1
    while hits <= most:
        found.rows.append(measure(hits, rounds))
        hits *= 10
    return found


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--most", type=int, default=1_000_000, help="hits of the largest text")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(argv)
    print(table(options.most, options.rounds).markdown())


if __name__ == "__main__":
    main()
