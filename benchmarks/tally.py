"""What was tried, and what of it went wrong? The parts of `reliability.py` count into tables."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from report import Cell, Table


class Part(NamedTuple):
    """What a part of the proof found: its tables, and a line for everything that went wrong."""

    tables: list[Table]
    wrong: list[str]
    counts: dict[str, int]
    """What was tried and how often, for the summary of the page."""


class Tally:
    """A table of trials, a row a kind; the last column counts what went wrong."""

    def __init__(self, title: str, columns: tuple[str, ...], last: str = "lost") -> None:
        self.table = Table(title, [*columns, "trials", last])
        self.wrong: list[str] = []
        self.trials = 0

    def add(
        self,
        name: str,
        results: Iterable[tuple[str, str | None]],
        cells: Callable[[], Sequence[Cell]] = tuple,
    ) -> None:
        """Count results: what was done, and what was wrong then. Cells are asked for at the end."""
        before, trials = len(self.wrong), 0
        for what, wrong in results:
            trials += 1
            if wrong is not None:
                self.wrong.append(f"{name}, {what}: {wrong}")
                print(self.wrong[-1], file=sys.stderr, flush=True)
        found = len(self.wrong) - before
        self.trials += trials
        self.table.rows.append((name, *cells(), trials, found))
        print(f"{self.table.title}: {name}: {found} of {trials}", file=sys.stderr, flush=True)

    def part(self, count: str) -> Part:
        """The table by itself, its trials counted under a name."""
        blank = [None] * (len(self.table.columns) - 3)
        self.table.rows.append(("all", *blank, self.trials, len(self.wrong)))
        return Part([self.table], self.wrong, {count: self.trials})
