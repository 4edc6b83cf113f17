"""How many columns does a text take, and where is it wrapped? Between words, never inside one.

A matched word that is cut in two is shaped as two words, so what a terminal would wrap by itself is
wrapped here. Text stays in its logical order; each row is a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

Piece = tuple[str, str]
"""Text and the names of its style, as `render.paint` knows them."""

Line = list[Piece]

_NARROW = re.compile("[ -~«»\u060c\u061b\u061f\u0621-\u064a\u0660-\u066d\u2013-\u201e…]*")
"""Texts without marks and wide letters, as most are: a column a letter."""

_BLANK: Piece = (" ", "")
_SPACE = re.compile(r"(\s+)")


def columns_of(text: str) -> int:
    """Columns that a text takes: none for marks and format characters, two for wide ones."""
    if text.isascii() or _NARROW.fullmatch(text):
        return len(text)
    import unicodedata

    return sum(
        0
        if unicodedata.category(character) in ("Mn", "Me", "Cf")
        else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )


def width_of(line: Line) -> int:
    """Columns that a line takes; a piece that begins with an escape sequence takes none."""
    return sum(columns_of(text) for text, _ in line if text[:1] != "\x1b")


def wrapped(line: Line, columns: int) -> list[Line]:
    """The rows of a line of text, no wider than `columns` unless a single word is.

    Runs of white space become one space.
    """
    return [_merged(row) for row in filled(words_of(line), columns, [_BLANK])]


def _merged(row: Line) -> Line:
    """A row with the words of one style in one piece, unless it would underline the gaps."""
    merged: Line = []
    for piece in row:
        gap = merged.pop() if merged[-1:] == [_BLANK] and piece != _BLANK else None
        text, style = piece
        joins = merged and merged[-1][1] == style and piece != _BLANK
        if joins and not (gap and "underline" in style):
            merged[-1] = (merged[-1][0] + (" " if gap else "") + text, style)
        else:
            merged += [piece] if gap is None else [gap, piece]
    return merged


def filled(parts: Iterable[Line], columns: int, between: Line) -> list[Line]:
    """Rows of parts that are not broken themselves, with something between them in a row."""
    rows: list[Line] = []
    gap = width_of(between)
    room = 0
    for part in parts:
        width = width_of(part)
        if rows and gap + width <= room:
            rows[-1] += [*between, *part]
            room -= gap + width
        else:
            rows.append(list(part))
            room = columns - width
    return rows


def words_of(line: Line) -> Iterator[Line]:
    """What stands between the white space of a line, each of several pieces if a part is marked."""
    word: Line = []
    for text, style in line:
        for number, part in enumerate(_SPACE.split(text)):
            if number % 2:  # white space
                if word:
                    yield word
                word = []
            elif part:
                word.append((part, style))
    if word:
        yield word
