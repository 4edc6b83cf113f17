"""How are rows printed? Aligned under a heading on a terminal, tab-separated lines in a pipe.

A table wider than the terminal is wrapped within its widest columns, so that it stays one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from indexer.cli.output import terminal
from indexer.cli.output.render import Screen
from indexer.cli.output.wrap import Line, columns_of, wrapped

_GAP = 2
_LEAST = 12
"""Columns between cells, and below which no column of a table is narrowed."""


def show(screen: Screen, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows; a pipe gets them one by one as they come, and no heading."""
    if not screen.is_terminal:
        for row in rows:
            terminal.write("\t".join(screen.data(cell) for cell in row) + "\n")
        return
    cells = [[screen.data(cell) for cell in row] for row in rows]
    natural = [max(map(columns_of, column)) for column in zip(heading, *cells, strict=True)]
    widths = _fitting(natural, screen.columns - _GAP * (len(natural) - 1))
    screen.show(_aligned(screen, heading, widths, "bold"))
    for row in cells:
        screen.show(_aligned(screen, row, widths, ""))


def _fitting(widths: Sequence[int], columns: int) -> list[int]:
    """The widths of columns that share so many: the widest give way."""
    widest = max(widths)
    while widest > _LEAST and sum(min(width, widest) for width in widths) > columns:
        widest -= 1
    return [min(width, widest) for width in widths]


def _aligned(
    screen: Screen, row: Sequence[str], widths: Sequence[int], style: str
) -> Iterator[Line]:
    """The lines of a row of the table, as many as its cells need."""
    cells = [_folded(cell, width) for cell, width in zip(row, widths, strict=True)]
    for parts in zip_longest(*cells, fillvalue=""):
        line: Line = []
        for part, width in zip(parts, widths, strict=True):
            padding = " " * (max(width - columns_of(part), 0) + _GAP)
            line += [*screen.isolated([(part, style)]), (padding, "")]
        yield line[:-1]


def _folded(cell: str, width: int) -> list[str]:
    """A cell in rows of at most this width, unless a word of it is wider."""
    if columns_of(cell) <= width:
        return [cell]
    return ["".join(text for text, _ in row) for row in wrapped([(cell, "")], width)]
