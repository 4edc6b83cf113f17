"""How is right-to-left text sent to a terminal? A row at a time, after it was wrapped.

none     as it is, in logical order: a terminal with bidi orders it, others show it reversed
isolate  each row between isolates: right where the terminal knows them, boxes in some fonts
visual   ordered and shaped here, for terminals without bidi; needs `fahras[visual]`
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from indexer.cli.line.kinds import UsageError
from indexer.cli.line.options import Bidi
from indexer.cli.output import terminal
from indexer.cli.output.wrap import Line, Piece, width_of

Order = Callable[[list[Line]], list[Line]]
"""From the rows of one text to what is sent for them."""


def order_of(choice: Bidi) -> Order | None:
    """What is done to the rows of a text, if anything is.

    Raises UsageError where `visual` is not installed.
    """
    if choice == "isolate":
        return _isolated
    return _visual_order() if choice == "visual" else None


def _isolated(rows: list[Line]) -> list[Line]:
    """Isolates end with a row: they do not carry over to the next on most terminals."""
    return [[(terminal.FIRST_STRONG_ISOLATE, ""), *row, (terminal.POP_ISOLATE, "")] for row in rows]


def _visual_order() -> Order:
    try:
        algorithm = import_module("bidi.algorithm")
        shaper = import_module("arabic_reshaper")
    except ImportError as error:
        raise UsageError(
            f"--bidi visual needs {error.name}: run pip install 'fahras[visual]'",
            points_to_help=False,
        ) from None
    reshape = shaper.ArabicReshaper({"delete_harakat": False}).reshape
    return partial(_visual, algorithm, reshape)


def _visual(algorithm: Any, reshape: Callable[[str], str], rows: list[Line]) -> list[Line]:
    """The rows in the order of the screen; those of a right-to-left text end at one column."""
    text = "".join(piece for row in rows for piece, _ in row)
    level = int(algorithm.get_base_level(text))
    shown = [_reordered(algorithm, _cells(reshape, row), level) for row in rows]
    if not level:
        return shown
    widths = [width_of(row) for row in shown]
    return [
        [(" " * (max(widths) - width), ""), *row] if width < max(widths) else row
        for row, width in zip(shown, widths, strict=True)
    ]


def _cells(reshape: Callable[[str], str], row: Line) -> list[Piece]:
    """What fills the cells of a row: each a letter in its shape with its marks, and its style."""
    cells: list[Piece] = []
    for text, style in row:
        for character in reshape(text):
            if cells and unicodedata.category(character) in ("Mn", "Me"):
                cells[-1] = (cells[-1][0] + character, cells[-1][1])
            else:
                cells.append((character, style))
    return cells


def _reordered(algorithm: Any, cells: list[Piece], level: int) -> Line:
    """Cells in the order of the screen, by the Unicode bidirectional algorithm.

    The algorithm sees letters only: a mark stays with its own, behind it. level: 1 for a text from
    right to left, else 0.
    """
    storage = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = level, ("L", "R")[level]
    algorithm.get_embedding_levels("".join(cell[0] for cell, _ in cells), storage)
    for place, (cell, style) in zip(storage["chars"], cells, strict=True):
        place["marks"], place["style"] = cell[1:], style
    for step in (
        algorithm.explicit_embed_and_overrides,
        algorithm.resolve_weak_types,
        algorithm.resolve_neutral_types,
        algorithm.resolve_implicit_levels,
        algorithm.reorder_resolved_levels,
        algorithm.apply_mirroring,
    ):
        step(storage, False)
    line: Line = []
    for place in storage["chars"]:
        text = place["ch"] + place["marks"]
        if line and line[-1][1] == place["style"]:
            text = line.pop()[0] + text
        line.append((text, place["style"]))
    return line
