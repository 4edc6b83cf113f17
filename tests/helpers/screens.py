"""What a terminal shows: the real command on a pseudo-terminal, drawn by an emulator of one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyte
from cli_process import run_on_terminal

ROWS = 300


@dataclass(frozen=True)
class View:
    """The rows of a screen without the blanks at their ends, and what of them is painted."""

    rows: list[str]
    painted: list[tuple[str, str]]
    """(style, text) of each run of one style, in order."""

    def texts(self, style: str) -> list[str]:
        """What is painted in one style."""
        return [text for name, text in self.painted if name == style]


def view(*arguments: str, cwd: Path, columns: int, **changes: str) -> View:
    """What `fahras` with these arguments shows on a terminal of so many columns."""
    done = run_on_terminal(*arguments, cwd=cwd, columns=columns, **changes)
    return drawn(done.text, columns)


def drawn(output: str, columns: int) -> View:
    """What a terminal shows of an output."""
    screen = pyte.Screen(columns, ROWS)
    pyte.Stream(screen).feed(output.replace("\n", "\r\n"))
    rows = [row.rstrip() for row in screen.display]
    while rows and not rows[-1]:
        rows.pop()
    return View(rows, list(_runs(screen, len(rows))))


def _runs(screen: pyte.Screen, rows: int):
    """The runs of one style, those without any left out."""
    for number in range(rows):
        style, text = "", ""
        for column in range(screen.columns):
            cell = screen.buffer[number][column]
            own = _style(cell)
            if own != style:
                if style:
                    yield style, text
                style, text = own, ""
            text += cell.data
        if style:
            yield style, text


def _style(cell: pyte.screens.Char) -> str:
    names = [name for name in ("bold", "underscore") if getattr(cell, name)]
    return " ".join([*names, *([] if cell.fg == "default" else [cell.fg])])
