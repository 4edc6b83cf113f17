r"""Where do the pages, slides, chapters and headings of a text begin, and what are they called?

Formats that know it give a `Layout` beside the text; plain text has none and pays nothing. It is
stored as one line for each entry: a sign for its kind, by how much its offset is larger than the
one before, and as far as they are not what is expected, label, title and level, apart by tabs.
Pages 1 to 3 of 900 letters each, the second with a heading, all with a header of 20::

    p0
    r0\t20
    p900
    r0\t20
    h21\t\tالفصل الأول
    p879
    r0\t20
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal, get_args

from analyzers.named import NamedTuple
from indexer.errors import IndexCorruptError

Kind = Literal["page", "slide", "sheet", "chapter", "heading"]
KINDS: tuple[Kind, ...] = get_args(Kind)

PAGE_END = "\f"
"""Stands after each page, slide or chapter."""

MOST_TITLE_CHARS = 200
MOST_DIVISIONS = 100_000

_PAGED: tuple[Kind, ...] = ("page", "slide")
_SIGNS: dict[Kind, str] = {"page": "p", "slide": "s", "sheet": "t", "chapter": "c", "heading": "h"}
_KINDS = {sign: kind for kind, sign in _SIGNS.items()}
_RUNNING = "r"

_EDGE_LINES = 2
"""Of a page, above and below, among which running headers and footers are looked for."""

_FEWEST_PAGES = 3
_DIGITS = re.compile(r"\d+")


class Division(NamedTuple):
    """Something begins at the code point `start` of a text, and lasts to the next of its kind.

    label: what a place calls it, the number of a page; title: what it calls itself. level: of a
    heading or chapter, 1 the highest.
    """

    start: int
    kind: Kind
    label: str = ""
    title: str = ""
    level: int = 1


class Layout(NamedTuple):
    """The divisions of a text, ascending, and the spans (start, end) of what runs on every page."""

    divisions: tuple[Division, ...] = ()
    running: tuple[tuple[int, int], ...] = ()

    def page_at(self, offset: int) -> Division | None:
        """The page or slide that has an offset."""
        after = bisect_right(self.divisions, offset, key=lambda division: division.start)
        before = reversed(self.divisions[:after])
        return next((division for division in before if division.kind in _PAGED), None)

    def named(self, label: str, kinds: Iterable[Kind] = _PAGED) -> Division | None:
        """The first division of some kinds with a label or, if none has it, a title."""
        fitting = [division for division in self.divisions if division.kind in set(kinds)]
        for wanted in ("label", "title"):
            for division in fitting:
                if getattr(division, wanted) == label:
                    return division
        return None

    def end_of(self, division: Division, length: int) -> int:
        """Where a division ends in a text of this length."""
        later = (d.start for d in self.divisions if d.kind == division.kind)
        return next((start for start in later if start > division.start), length)


def page_number(label: str) -> int | str:
    """The label of a page as a number where it is one."""
    return int(label) if label.isdecimal() and label.isascii() and len(label) < 10 else label


def title_of(text: str) -> str:
    """A title on one line, and not more of it than a title has."""
    return " ".join(text[: 2 * MOST_TITLE_CHARS].split())[:MOST_TITLE_CHARS]


def pack(layout: Layout | None) -> str | None:
    """What is stored of a layout; None if there is nothing."""
    if layout is None or not (layout.divisions or layout.running):
        return None
    entries = [(d.start, 0, _division_line(d)) for d in layout.divisions[:MOST_DIVISIONS]]
    entries += [(start, 1, (_RUNNING, str(end - start))) for start, end in layout.running]
    entries.sort(key=lambda entry: entry[:2])
    lines = []
    before = page = 0
    for start, _, (sign, *rest) in entries:
        if sign in "ps":
            page += 1
            if rest[0] == str(page):
                rest[0] = ""
            else:
                page = page_after(rest[0], page)
        while rest and not rest[-1]:
            rest.pop()
        lines.append("\t".join([f"{sign}{start - before}", *rest]))
        before = start
    return "\n".join(lines)


def _division_line(division: Division) -> tuple[str, ...]:
    level = "" if division.level == 1 else str(division.level)
    return _SIGNS[division.kind], title_of(division.label), title_of(division.title), level


def unpack(stored: str | None) -> Layout:
    """The layout of which `pack` made this. Raises IndexCorruptError if it did not."""
    divisions: list[Division] = []
    running: list[tuple[int, int]] = []
    at = page = 0
    try:
        for line in stored.split("\n") if stored else ():
            head, *rest = line.split("\t")
            at += int(head[1:])
            if head[0] == _RUNNING:
                running.append((at, at + int(rest[0])))
                continue
            label, title, level = (*rest, *[""] * (3 - len(rest)))
            if head[0] in "ps":
                page = page + 1 if not label else page_after(label, page + 1)
                label = label or str(page)
            divisions.append(Division(at, _KINDS[head[0]], label, title, int(level or 1)))
    except (ValueError, LookupError) as error:
        raise IndexCorruptError(f"the layout of a document is damaged: {error}") from error
    return Layout(tuple(divisions), tuple(running))


def page_after(label: str, otherwise: int) -> int:
    """The number from which the next page counts on: that of the label if it is one."""
    number = page_number(label)
    return number if isinstance(number, int) else otherwise


def paged(text: str, kind: Kind = "page", headings: Sequence[Division] = ()) -> Layout:
    """The layout of a text whose pages end in form feeds, numbered from 1; with what runs on."""
    starts = [0, *(match.end() for match in re.finditer(PAGE_END, text))]
    if starts[-1] == len(text):
        starts.pop()
    pages = [Division(start, kind, str(number)) for number, start in enumerate(starts, 1)]
    bounds = [*starts, len(text)]
    return Layout(
        tuple(sorted((*pages, *headings), key=lambda division: division.start)),
        tuple(running_lines(text, list(pairwise(bounds)), numbered=kind == "page")),
    )


def running_lines(
    text: str, pages: Sequence[tuple[int, int]], *, numbered: bool = True
) -> list[tuple[int, int]]:
    """The spans of lines above and below that are the same on most of the pages.

    pages: their spans, ascending. numbered: whether lines that differ in numbers are the same.
    """
    if len(pages) < _FEWEST_PAGES:
        return []
    edges = [_edges(text, start, end) for start, end in pages]
    keys = [[_key(text[slice(*span)], numbered=numbered) for span in lines] for lines in edges]
    counts = Counter(key for lines in keys for key in set(lines))
    return [
        span
        for lines, of_lines in zip(edges, keys, strict=True)
        for span, key in zip(lines, of_lines, strict=True)
        if 2 * counts[key] > len(pages)
    ]


def _edges(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the first and last lines of a page that hold anything."""
    spans = []
    for match in re.finditer(r"[^\n\f]+", text[start:end]):
        if match.group().strip():
            spans.append((start + match.start(), start + match.end()))
    return spans if len(spans) <= 2 * _EDGE_LINES else [*spans[:_EDGE_LINES], *spans[-_EDGE_LINES:]]


def _key(line: str, *, numbered: bool) -> str:
    return " ".join((_DIGITS.sub("#", line) if numbered else line).split())
