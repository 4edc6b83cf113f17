"""`fahras show`: the text of a hit, from a line on or of a page, with matches marked."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from indexer.cli import exits
from indexer.cli.output import records, render, terminal
from indexer.cli.output.wrap import Piece
from indexer.errors import DocumentNotFoundError
from indexer.query import limits
from indexer.reports import Document
from indexer.results import Match, SearchOptions

if TYPE_CHECKING:
    from indexer.cli.line.options import ShowRequest
    from indexer.index import Index

_PLACE = re.compile(r"(.+?):(\d+)(?::\d*)?:?", re.DOTALL)
_PAGE = re.compile(r"(.+?):p([^:\s]+):?", re.DOTALL)
_LINE_END = re.compile(r"\r\n|\n|\r")


def run(request: ShowRequest) -> int:
    """Find the document and print it."""
    from indexer.index import Index

    options = SearchOptions(
        match=request.match, strict=frozenset(request.strict), variants_files=request.variants
    )
    screen = render.Screen.of(request.color)
    with Index.open(".", index_dir=request.index) as opened:
        document, line = _found(opened, request.hit)
        first, last = _span(document, line)
        matches: tuple[Match, ...] = ()
        if request.query is not None:
            words = terminal.utf8_argument(request.query)
            matches = tuple(opened.matches(document.text, words, options))
    if request.json:
        record = records.document_record(document, line, matches)
        terminal.write(records.json_line(record, for_terminal=screen.is_terminal))
    else:
        _print_text(screen, document.text[:last], first, matches)
    return exits.FOUND


def _found(index: Index, hit: str) -> tuple[Document, int]:
    """The document and the line; a name that ends like a line number is tried whole first.

    The line of a record is that of its file.
    """
    line = 1
    try:
        document = index.document(hit)
    except DocumentNotFoundError:
        if (page := _PAGE.fullmatch(hit)) is not None:
            return _with_page(index.document(page[1]), page[2]), line
        place = _PLACE.fullmatch(hit)
        if place is None:
            raise
        line = max(limits.number(place[2], sys.maxsize), 1)
        document = index.document(place[1], line)
    return document, line if document.line is None else document.line


def _with_page(document: Document, label: str) -> Document:
    """The document with the page of this label asked for. Raises DocumentNotFoundError."""
    division = document.layout.named(label) if document.layout else None
    if division is None:
        raise DocumentNotFoundError(f"{document.id} has no page {label}: see fahras show --json")
    return document._replace(division=division)


def _span(document: Document, line: int) -> tuple[int, int]:
    """What is to be shown of a text: a division of it, or all from a line on."""
    length = len(document.text)
    if document.layout is not None and document.division is not None:
        return document.division.start, document.layout.end_of(document.division, length)
    return (line_start(document.text, line) if document.line is None else 0), length


def line_start(text: str, line: int) -> int:
    """The offset at which a line, counted from 1, begins; the end of the text if it has fewer."""
    if line <= 1:
        return 0
    for number, end in enumerate(_LINE_END.finditer(text), 2):
        if number == line:
            return end.end()
    return len(text)


def _print_text(screen: render.Screen, text: str, start: int, matches: tuple[Match, ...]) -> None:
    shown = text[start:]
    if not screen.guarded:
        terminal.write(shown)
        return
    pieces = list(_pieces(shown, start, matches))
    if pieces and not shown.endswith("\n"):
        pieces.append(("\n", ""))
    painted = render.paint([pieces]) if screen.colour else render.plain([pieces])
    terminal.write(painted.removesuffix("\n"))


def _pieces(text: str, start: int, matches: tuple[Match, ...]) -> Iterator[Piece]:
    for passage, tier in render.highlighted(text, start, matches):
        yield terminal.safe_lines(passage), render.TIER_STYLES.get(tier or "", "")
