"""`fahras show`: the text of one hit, from its line on, with the matches of a query marked."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from indexer.cli import exits
from indexer.cli.output import records, render, terminal
from indexer.errors import DocumentNotFoundError
from indexer.query import limits
from indexer.reports import Document
from indexer.results import Match, SearchOptions

if TYPE_CHECKING:
    from indexer.cli.line.options import ShowRequest
    from indexer.index import Index

_PLACE = re.compile(r"(.+?):(\d+)(?::\d*)?:?", re.DOTALL)
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
        matches: tuple[Match, ...] = ()
        if request.query is not None:
            words = terminal.utf8_argument(request.query)
            matches = tuple(opened.matches(document.text, words, options))
    if request.json:
        record = records.document_record(document, line, matches)
        terminal.write(records.json_line(record, for_terminal=screen.is_terminal))
    else:
        start = line_start(document.text, line) if document.line is None else 0
        _print_text(screen, document.text, start, matches)
    return exits.FOUND


def _found(index: Index, hit: str) -> tuple[Document, int]:
    """The document and the line; a name that ends like a line number is tried whole first.

    The line of a record is that of its file.
    """
    line = 1
    try:
        document = index.document(hit)
    except DocumentNotFoundError:
        place = _PLACE.fullmatch(hit)
        if place is None:
            raise
        line = max(limits.number(place[2], sys.maxsize), 1)
        document = index.document(place[1], line)
    return document, line if document.line is None else document.line


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


def _pieces(text: str, start: int, matches: tuple[Match, ...]) -> Iterator[render.Piece]:
    for passage, tier in render.highlighted(text, start, matches):
        yield terminal.safe_lines(passage), render.TIER_STYLES.get(tier or "", "")
