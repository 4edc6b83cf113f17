"""`fahras show`: the text of one hit, from its line on, with the matches of a query marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from indexer.cli import exits
from indexer.cli.commands.access import open_index
from indexer.cli.line.options import (
    ColourOption,
    IndexOption,
    JsonOption,
    MatchOption,
    StrictOption,
    VariantsOption,
)
from indexer.cli.line.values import strict_switches
from indexer.cli.output import records, render, terminal
from indexer.errors import DocumentNotFoundError
from indexer.reports import Document
from indexer.results import Match, SearchOptions

if TYPE_CHECKING:
    from indexer.index import Index

SHOW_HELP = """Print the text of a hit as it was indexed.

HIT is what search prints: a path, a path and a line (the text from that line on, or the record at
that line), or the id of the JSON output. Into a pipe goes the text alone, unchanged.

\b
Examples
  fahras show news/2017/a.txt
  fahras show news/2017/a.txt:12 -Q 'مجلس الأمن'
  fahras show record-17 --json | jq -r .text

Exit codes: 0 shown, 2 an error."""

_PLACE = re.compile(r"(.+?):(\d+)(?::\d*)?:?", re.DOTALL)
_LINE_END = re.compile(r"\r\n|\n|\r")


def show_command(
    *,
    hit: Annotated[str, typer.Argument(metavar="HIT", help="PATH, PATH:LINE or a hit's id.")],
    query: Annotated[
        str | None,
        typer.Option("--query", "-Q", metavar="QUERY", help="Mark the words that meet this."),
    ] = None,
    match: MatchOption = "variant",
    strict: StrictOption = None,
    variants: VariantsOption = None,
    json: JsonOption = False,
    index: IndexOption = None,
    color: ColourOption = "auto",
) -> int:
    """Find the document and print it; the help is `SHOW_HELP`."""
    options = SearchOptions(
        match=match, strict=strict_switches(strict), variants_files=tuple(variants or ())
    )
    screen = render.Screen.of(color)
    with open_index(index) as opened:
        document, line = _found(opened, hit)
        matches: tuple[Match, ...] = ()
        if query is not None:
            words = terminal.utf8_argument(query)
            matches = tuple(opened.matches(document.text, words, options))
    if json:
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
        line = max(int(place[2]), 1)
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
