"""What does the project ask of itself? The rows of its bar, and whether a run reaches them.

The figures are the project's own, set before it was written; each run prints all of them, those
that it did not measure too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from report import Cell, Table, shown

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure that is wanted: at least (or at most) so much, and the aim beyond it."""

    key: str
    what: str
    unit: str
    at_least: float | None
    aim: float
    more_is_better: bool = True

    def reaches(self, value: float, wanted: float | None) -> Cell:
        """Whether a measured value is as good as wanted; None where nothing is."""
        if wanted is None:
            return None
        return value >= wanted if self.more_is_better else value <= wanted

    def shown(self, figure: float | None) -> str:
        """A figure with its unit."""
        return "-" if figure is None else f"{shown(float(figure))} {self.unit}".strip()

    def asked(self, figure: float | None) -> str:
        """The required value, with the direction."""
        if figure is None:
            return "-"
        return ("at least " if self.more_is_better else "at most ") + self.shown(figure)


BARS = (
    Bar("index_tantivy_1", "index: speed over tantivy's, one thread", "x", 0.7, 1.0),
    Bar("index_tantivy_n", "index: speed over tantivy's, default threads", "x", None, 1.0),
    Bar("index_whoosh", "index: speed over stock Whoosh's, same analyzer, slice", "x", 12, 25),
    Bar("batch", "batch of queries over one process a query", "x", 20, 100),
    Bar("memory_mib", "index: peak memory of all processes, PSS", "MiB", 1024, 600e6 / MIB, False),
    Bar("size_with", "index with stored text / text", "", 1.0, 0.7, False),
    Bar("size_without", "index without stored text / text", "", 0.6, 0.4, False),
    Bar("query_ms", "warm query mean, default tiers, top 10", "ms", 5, 1.5, False),
    Bar("snippets_ms", "the same with snippets", "ms", 10, 4, False),
    Bar("tantivy_worst", "--match stem / tantivy, both ready, worst class", "x", 4, 1, False),
    Bar("tantivy_whole_worst", "the same from text to documents, worst class", "x", 4, 1, False),
    Bar("default_plain", "default query / plain stem query, mean", "x", 2.5, 1.5, False),
    Bar("million_ms", "1 M documents (synthetic): query mean", "ms", 60, 20, False),
    Bar("cold_ms", "search, cold process, over python -c pass", "ms", 200, 120, False),
    Bar("changed", "1 % of the files changed / full run", "", 1 / 20, 1 / 60, False),
    Bar("unchanged_s", "nothing changed", "s", 1.5, 0.3, False),
    Bar("growth", "growth: MB/s of the largest / of the smallest corpus", "", 0.8, 1.0),
)


def bar_table(values: Mapping[str, float], bars: tuple[Bar, ...] = BARS) -> Table:
    """Every bar beside what was measured."""
    table = Table("The bar", ["what", "measured", "bar", "aim", "bar reached", "aim reached"])
    for bar in bars:
        value = values.get(bar.key)
        reached: list[Cell] = ["not measured", None]
        if value is not None:
            reached = [bar.reaches(value, bar.at_least), bar.reaches(value, bar.aim)]
        table.rows.append(
            [bar.what, bar.shown(value), bar.asked(bar.at_least), bar.asked(bar.aim), *reached]
        )
    return table
