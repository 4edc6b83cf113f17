"""How are rows printed? Aligned under a heading on a terminal, tab-separated lines in a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from indexer.cli.output import terminal
from indexer.cli.output.render import Screen
from indexer.cli.output.wrap import Line, columns_of


def show(screen: Screen, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows; a pipe gets them one by one as they come, and no heading."""
    if not screen.is_terminal:
        for row in rows:
            terminal.write("\t".join(screen.data(cell) for cell in row) + "\n")
        return
    cells = [[screen.data(cell) for cell in row] for row in rows]
    widths = [max(map(columns_of, column)) for column in zip(heading, *cells, strict=True)]
    screen.show([_aligned(screen, heading, widths, "bold")])
    screen.show(_aligned(screen, row, widths, "") for row in cells)


def _aligned(screen: Screen, row: Sequence[str], widths: Sequence[int], style: str) -> Line:
    line: Line = []
    for cell, width in zip(row, widths, strict=True):
        padding = " " * (width - columns_of(cell) + 2)
        line += [*screen.isolated([(cell, style)]), (padding, "")]
    return line[:-1]
