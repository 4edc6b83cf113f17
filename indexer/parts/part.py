r"""What is a part of a text, and how are the parts of a document stored?

A text of one part has nothing stored. Else there is a line for each part: by how much its offset,
and its line, are larger than those of the part before; as far as it has them its title and date,
apart by tabs. An article of 4,000 code points and 17 lines, and behind it another one::

    0\t1
    4000\t20\tهدنة غزة تقترب\t2025-01-18
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from analyzers.named import NamedTuple
from indexer.errors import IndexCorruptError

Stored = Sequence["StoredPart"]


class Part(NamedTuple):
    """The code points `start` to `end` of a text, which a reader would read as one piece.

    title: its own headline or that of its chapter, "" where it has only the document's. line: on
    which its first word stands, from 1. date: its own, ISO 8601, or "".
    """

    start: int
    end: int
    title: str
    line: int
    date: str = ""


class StoredPart(NamedTuple):
    """A part without its end, which is where the next one begins."""

    start: int
    title: str = ""
    line: int = 1
    date: str = ""


def pack(parts: Sequence[Part]) -> str | None:
    """What is stored of the parts of a text; None if it is all one."""
    if len(parts) < 2:
        return None
    from indexer.parts.layout import title_of

    lines = []
    start = line = 0
    for part in parts:
        values = [str(part.start - start), str(part.line - line), title_of(part.title), part.date]
        lines.append("\t".join(values).rstrip("\t"))
        start, line = part.start, part.line
    return "\n".join(lines)


def unpack(stored: str | None) -> tuple[StoredPart, ...]:
    """The parts of which `pack` made this, none of a text that is all one.

    Raises IndexCorruptError if it did not.
    """
    parts = []
    start = line = 0
    try:
        for entry in stored.split("\n") if stored else ():
            more, lines, title, date = (*entry.split("\t"), "", "")[:4]
            start, line = start + int(more), line + int(lines)
            parts.append(StoredPart(start, title, line, date))
    except ValueError as error:
        raise IndexCorruptError(f"the parts of a document are damaged: {error}") from error
    return tuple(parts)


def part_at(parts: Stored, offset: int) -> int:
    """The number, from 0, of the part that has a code point."""
    return max(bisect_right(parts, offset, key=lambda part: part.start) - 1, 0)


def span_of(parts: Stored, number: int, length: int) -> tuple[int, int]:
    """Where a part begins and ends in a text of this length."""
    after = parts[number + 1].start if number + 1 < len(parts) else length
    return parts[number].start, after
