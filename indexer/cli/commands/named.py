"""Which document, and what of it, does a hit name that is given on the command line?"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from analyzers.named import NamedTuple
from indexer.errors import DocumentNotFoundError
from indexer.query import limits
from indexer.reports import Document

if TYPE_CHECKING:
    from indexer.index import Index

_PLACE = re.compile(r"(.+?):(\d+)(?:-(\d+)|:\d*)?:?", re.DOTALL)
_PARTED = re.compile(r"(.+?):part(\d+):?", re.DOTALL)
_PAGE = re.compile(r"(.+?):p([^:\s]+):?", re.DOTALL)
LINE_END = re.compile(r"\r\n|\n|\r")


class Lines(NamedTuple):
    """The lines that a name ends with, counted from 1; `last` where it says two."""

    first: int
    last: int | None = None


class Named(NamedTuple):
    """A document, by the name that the index has for it, and the lines or the part named.

    The page that was named, if one was, is the document's `division`.
    """

    document: Document
    name: str
    lines: Lines | None = None
    part: int | None = None


def named(index: Index, hit: str) -> Named:
    """What a name means; one that ends like a line, a page or a part is tried whole first.

    Raises DocumentNotFoundError, also where the document has no such line, page or part.
    """
    try:
        return Named(index.document(hit), hit)
    except DocumentNotFoundError:
        if (part := _PARTED.fullmatch(hit)) is not None:
            number = limits.number(part[2], sys.maxsize)
            return Named(_with_part(index.document(part[1]), number), part[1], None, number)
        if (page := _PAGE.fullmatch(hit)) is not None:
            return Named(_with_page(index.document(page[1]), page[2]), page[1])
        place = _PLACE.fullmatch(hit)
        if place is None:
            raise
    lines = Lines(
        max(limits.number(place[2], sys.maxsize), 1),
        None if place[3] is None else limits.number(place[3], sys.maxsize),
    )
    return Named(_with_line(index.document(place[1], lines.first), lines.first), place[1], lines)


def _with_page(document: Document, label: str) -> Document:
    """The document with the page of this label asked for. Raises DocumentNotFoundError."""
    division = document.layout.named(label) if document.layout else None
    if division is None:
        divisions = document.layout.divisions if document.layout else ()
        labels = [each.label for each in divisions if each.kind in ("page", "slide")]
        known = f"its pages are {labels[0]} to {labels[-1]}" if labels else "it has none"
        raise DocumentNotFoundError(f"{document.id} has no page {label}: {known}")
    return document._replace(division=division)


def _with_part(document: Document, number: int) -> Document:
    """The document, if it has a part of this number; a text that is all one is part 0."""
    last = max(len(document.parts) - 1, 0)
    if number > last:
        known = f"its parts are 0 to {last}" if last else "it is all one, part 0"
        raise DocumentNotFoundError(f"{document.id} has no part {number}: {known}")
    return document


def _with_line(document: Document, line: int) -> Document:
    """The document, if it has this line; of a record, the line is one of its file."""
    if document.line is None:
        count = len(line_ends(document.text))
        if line > count:
            raise DocumentNotFoundError(f"{document.id} has no line {line}: it has {count}")
    return document


def line_ends(text: str) -> list[int]:
    """Where each line of a text ends, behind what ends it."""
    ends = [found.end() for found in LINE_END.finditer(text)]
    if not ends or ends[-1] < len(text):
        ends.append(len(text))
    return ends
