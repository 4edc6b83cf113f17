"""`fahras show`: the text of a hit, from a line on, some lines or a page, with matches marked."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzers.named import NamedTuple
from indexer.cli import exits
from indexer.cli.commands.named import LINE_END, Lines, line_ends, named
from indexer.cli.line.kinds import UsageError
from indexer.cli.output import records, render, terminal
from indexer.cli.output.wrap import Piece
from indexer.reports import Document
from indexer.results import Match, SearchOptions

if TYPE_CHECKING:
    from indexer.cli.line.options import ShowRequest


class _Part(NamedTuple):
    """What is shown of a text: `text[start:end]`, which begins on line `line`."""

    start: int
    end: int
    line: int


def run(request: ShowRequest) -> int:
    """Find the document and print it."""
    from indexer.cli.opening import open_index

    options = SearchOptions(
        match=request.match, strict=frozenset(request.strict), variants_files=request.variants
    )
    screen = render.Screen.of(request.color)
    with open_index(request.index) as opened:
        document, _, lines, number = named(opened, request.hit)
        part = _part(document, lines, request.context) if number is None else _own(document, number)
        matches: tuple[Match, ...] = ()
        if request.query is not None:
            words = terminal.utf8_argument(request.query)
            matches = tuple(opened.matches(document.text, words, options))
    if request.json:
        line = (lines.first if lines else 1) if document.line is None else document.line
        record = records.document_record(document, line, matches)
        terminal.write(records.json_line(record, for_terminal=screen.is_terminal))
        return exits.FOUND
    shown = _numbered if request.number else _whole
    text = shown(screen, document.text, part, matches)
    if screen.is_terminal and not request.no_pager:
        from indexer.cli.output import pager

        pager.show(text)
    else:
        terminal.write(text)
    return exits.FOUND


def _own(document: Document, number: int) -> _Part:
    """A part of the document that it has; a text that is all one is part 0."""
    if not document.parts:
        return _Part(0, len(document.text), 1)
    part = document.parts[number]
    return _Part(part.start, part.end, _line_of(document.text, part.start))


def _part(document: Document, lines: Lines | None, context: int | None) -> _Part:
    """What is to be shown: a page, all from a line on, or some lines with those around them.

    A record is shown whole: its line is where it stands in its file. Raises UsageError for lines
    in a record.
    """
    length = len(document.text)
    chosen = context is not None or (lines is not None and lines.last is not None)
    if document.layout is not None and document.division is not None:
        start = document.division.start
        end = document.layout.end_of(document.division, length)
        return _Part(start, end, _line_of(document.text, start))
    if document.line is not None:
        if chosen:
            raise UsageError(f"{document.id} is a record, not lines of a file: show it whole")
        return _Part(0, length, 1)
    if lines is None:
        if context is not None:
            raise UsageError("-C needs a line: PATH:LINE or PATH:FIRST-LAST")
        return _Part(0, length, 1)
    ends = line_ends(document.text)
    last = lines.first if lines.last is None else lines.last
    if last < lines.first:
        raise UsageError(f"lines {lines.first}-{last}: the first comes after the last")
    first = max(lines.first - (context or 0), 1)
    start = ends[first - 2] if first > 1 else 0
    end = ends[min(last + (context or 0), len(ends)) - 1] if chosen else length
    return _Part(start, end, first)


def _line_of(text: str, offset: int) -> int:
    """The line on which an offset is, counted from 1."""
    return 1 + sum(1 for _ in LINE_END.finditer(text, 0, offset))


def _whole(screen: render.Screen, text: str, part: _Part, matches: tuple[Match, ...]) -> str:
    """The part as it is, into a pipe; on a terminal, or with colour, made safe and marked."""
    shown = text[part.start : part.end]
    if not screen.guarded:
        return shown
    pieces = list(_pieces(shown, part.start, matches))
    if pieces and not shown.endswith("\n"):
        pieces.append(("\n", ""))
    return _painted(screen, pieces)


def _numbered(screen: render.Screen, text: str, part: _Part, matches: tuple[Match, ...]) -> str:
    """The part, before each line its number and a tab, as `cat -n` does."""
    pieces: list[Piece] = []
    starts = [match.start for match in matches]
    start = part.start
    number = part.line
    while start < part.end:
        found = LINE_END.search(text, start, part.end)
        end = part.end if found is None else found.end()
        line = text[start:end]
        pieces.append((f"{number:6}\t", render.LINE))
        here = matches[bisect_left(starts, start) : bisect_left(starts, end)]
        pieces += _pieces(line, start, here) if screen.guarded else [(line, "")]
        if found is None:
            pieces.append(("\n", ""))
        start, number = end, number + 1
    return _painted(screen, pieces)


def _painted(screen: render.Screen, pieces: list[Piece]) -> str:
    painted = render.paint([pieces]) if screen.colour else render.plain([pieces])
    return painted.removesuffix("\n")


def _pieces(text: str, start: int, matches: tuple[Match, ...]) -> Iterator[Piece]:
    for passage, tier in render.highlighted(text, start, matches):
        yield terminal.safe_lines(passage), render.TIER_STYLES.get(tier or "", "")
