"""`fahras show`: the text of a hit, from a line on, some lines or a page, with matches marked."""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from analyzers.named import NamedTuple
from indexer.cli import exits
from indexer.cli.line.kinds import UsageError
from indexer.cli.output import records, render, terminal
from indexer.cli.output.wrap import Piece
from indexer.errors import DocumentNotFoundError
from indexer.query import limits
from indexer.reports import Document
from indexer.results import Match, SearchOptions

if TYPE_CHECKING:
    from indexer.cli.line.options import ShowRequest
    from indexer.index import Index

Answer = TypeVar("Answer")

_PLACE = re.compile(r"(.+?):(\d+)(?:-(\d+)|:\d*)?:?", re.DOTALL)
_PARTED = re.compile(r"(.+?):part(\d+):?", re.DOTALL)
_PAGE = re.compile(r"(.+?):p([^:\s]+):?", re.DOTALL)
_LINE_END = re.compile(r"\r\n|\n|\r")


class _Lines(NamedTuple):
    """The lines that a name ends with, counted from 1; `last` where it says two."""

    first: int
    last: int | None = None


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
        document, lines, number = _found(opened, request.hit)
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


def asked_for(hit: str, ask: Callable[[str, int | None], Answer]) -> Answer:
    """What `ask` says of the name and the line of a hit, which may be a page of it.

    A name that ends like a line number is tried whole first. Raises DocumentNotFoundError.
    """
    try:
        return ask(hit, None)
    except DocumentNotFoundError:
        if (page := _PARTED.fullmatch(hit) or _PAGE.fullmatch(hit)) is not None:
            return ask(page[1], None)
        if (place := _PLACE.fullmatch(hit)) is not None:
            return ask(place[1], max(limits.number(place[2], sys.maxsize), 1))
        raise


def _found(index: Index, hit: str) -> tuple[Document, _Lines | None, int | None]:
    """The document, the lines and the part; a name that ends like one of these is tried whole."""
    try:
        return index.document(hit), None, None
    except DocumentNotFoundError:
        if (part := _PARTED.fullmatch(hit)) is not None:
            return index.document(part[1]), None, limits.number(part[2], sys.maxsize)
        if (page := _PAGE.fullmatch(hit)) is not None:
            return _with_page(index.document(page[1]), page[2]), None, None
        place = _PLACE.fullmatch(hit)
        if place is None:
            raise
    lines = _Lines(
        max(limits.number(place[2], sys.maxsize), 1),
        None if place[3] is None else limits.number(place[3], sys.maxsize),
    )
    return index.document(place[1], lines.first), lines, None


def _with_page(document: Document, label: str) -> Document:
    """The document with the page of this label asked for. Raises DocumentNotFoundError."""
    division = document.layout.named(label) if document.layout else None
    if division is None:
        raise DocumentNotFoundError(f"{document.id} has no page {label}: see fahras show --json")
    return document._replace(division=division)


def _own(document: Document, number: int) -> _Part:
    """A part of the document. Raises DocumentNotFoundError; a text that is all one is part 0."""
    if not document.parts and not number:
        return _Part(0, len(document.text), 1)
    if number >= len(document.parts):
        raise DocumentNotFoundError(f"{document.id} has no part {number}: see fahras show --json")
    part = document.parts[number]
    return _Part(part.start, part.end, _line_of(document.text, part.start))


def _part(document: Document, lines: _Lines | None, context: int | None) -> _Part:
    """What is to be shown: a page, all from a line on, or some lines with those around them.

    A record is shown whole: its line is where it stands in its file. Raises UsageError for lines
    in a record, and DocumentNotFoundError for a line beyond the last.
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
    ends = [found.end() for found in _LINE_END.finditer(document.text)]
    if not ends or ends[-1] < length:
        ends.append(length)
    last = lines.first if lines.last is None else lines.last
    if lines.first > len(ends):
        raise DocumentNotFoundError(f"{document.id} has no line {lines.first}: it has {len(ends)}")
    if last < lines.first:
        raise UsageError(f"lines {lines.first}-{last}: the first comes after the last")
    first = max(lines.first - (context or 0), 1)
    start = ends[first - 2] if first > 1 else 0
    end = ends[min(last + (context or 0), len(ends)) - 1] if chosen else length
    return _Part(start, end, first)


def _line_of(text: str, offset: int) -> int:
    """The line on which an offset is, counted from 1."""
    return 1 + sum(1 for _ in _LINE_END.finditer(text, 0, offset))


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
        found = _LINE_END.search(text, start, part.end)
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
