"""How is a document read in a browser? Line by line, pages and headings named, matches marked.

Of a long text a part is shown, with the way to the parts before and after it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from analyzers.named import NamedTuple
from indexer.web import wording
from indexer.web.markup import Places, direction, marked, safe, safe_name
from indexer.web.page import document_page
from indexer.web.questions import Values, address, first, text_of

if TYPE_CHECKING:
    from indexer.parts.layout import Division
    from indexer.reports import Document
    from indexer.results import Match

PART_CHARS = 60_000
"""Code points of a long text that are shown at a time: thirty pages of a book."""

_LINE_END = re.compile(r"\r\n|[\n\r\f]")
_MOST_CONTENTS = 300

Marks = Callable[[str], Sequence["Match"]]
"""The words of a text that met the query; none without one."""


class _Part(NamedTuple):
    """What is shown of a text: `text[start:end]`."""

    start: int
    end: int


def page_of(document: Document, values: Values, places: Places, marks: Marks) -> str:
    """The page of a document, at the place that the address says."""
    part = _part(document.text, int(first(values, "at", "0")))
    text = document.text[part.start : part.end]
    matches = [m._replace(start=m.start + part.start, end=m.end + part.start) for m in marks(text)]
    title = document.title.strip() or document.id
    body = "".join(_lines(document, part, matches))
    main = (
        f"{_bar(document, values, len(matches))}"
        f'<main id="document"><h1 dir="{direction(title)}">{safe(title)}</h1>'
        f'<p class="facts">{" ".join(_facts(document, places))}</p>{_contents(document, values)}'
        f"{_more(document, part, values, 'prev')}"
        f'<div class="text">{body}</div>{_more(document, part, values, "next")}</main>'
    )
    return document_page(title, main)


def _part(text: str, at: int) -> _Part:
    """The part around a place, from the beginning of a line to the end of one."""
    if len(text) <= PART_CHARS * 3 // 2:
        return _Part(0, len(text))
    start = _after_line(text, max(min(at, len(text) - 1) - PART_CHARS // 4, 0))
    return _Part(start, _after_line(text, min(start + PART_CHARS, len(text))))


def _after_line(text: str, place: int) -> int:
    """Where the first line begins from a place on; the place itself where lines are very long."""
    if place in (0, len(text)) or _LINE_END.fullmatch(text, place - 1, place):
        return place
    found = _LINE_END.search(text, place, place + PART_CHARS // 8)
    return place if found is None else found.end()


def _lines(document: Document, part: _Part, matches: Sequence[Match]) -> Iterator[str]:
    """The lines of a part as paragraphs, before them the pages that begin there."""
    text, is_file = document.text, document.line is None
    divisions = list(document.layout.divisions) if document.layout else []
    starts = [match.start for match in matches]
    number = 1 + sum(1 for _ in _LINE_END.finditer(text, 0, part.start))
    coming = bisect_left(divisions, part.start, key=lambda division: division.start)
    start = part.start
    while start < part.end:
        found = _LINE_END.search(text, start, part.end)
        stop = part.end if found is None else found.start()
        begun = coming
        while coming < len(divisions) and divisions[coming].start <= stop:
            coming += 1
        here = divisions[begun:coming]
        yield from map(_separator, (d for d in here if d.kind in wording.DIVISIONS))
        line = text[start:stop]
        if line.strip():
            inside = matches[bisect_left(starts, start) : bisect_left(starts, stop)]
            name = f' id="L{number}" data-line="{number}"' if is_file else ""
            heading = next((d for d in here if d.kind not in wording.DIVISIONS), None)
            kind = "" if heading is None else ' class="heading"'
            yield f'<p{name}{kind} dir="{direction(line)}">'
            yield marked(line, start, inside, anchors=True) + "</p>\n"
        else:
            yield '<p class="blank"></p>'
        number += 1
        start = part.end if found is None else found.end()


def _separator(division: Division) -> str:
    """A page, slide or sheet begins."""
    name = division.title or division.label
    anchor = f' id="p{safe(division.label)}"' if division.label else ""
    kind = wording.DIVISIONS[division.kind]
    return f'<h2 class="division"{anchor}>{kind} <bdi>{safe(name)}</bdi></h2>'


def _bar(document: Document, values: Values, count: int) -> str:
    """The way back to the hits, and from match to match."""
    query = text_of(values)
    back = address("/", {n: v for n, v in values.items() if n in ("q", "match", "strict")})
    steps = ""
    if query.strip():
        shown = f'<span id="matches">{wording.matches(count) if count else "لا مطابقات هنا"}</span>'
        buttons = (
            '<button type="button" id="before" title="السابقة (k)">↑</button>'
            '<button type="button" id="after" title="التالية (j)">↓</button>'
        )
        steps = f'<div class="steps">{shown}{buttons if count else ""}</div>'
    told = f"<bdi>{safe(query)}</bdi>" if query.strip() else "البحث"
    return (
        f'<header class="top"><nav class="bar"><a class="name" href="/">{wording.NAME}</a>'
        f'<a id="back" href="{escape(back)}">→ {told}</a>{steps}</nav></header>'
    )


def _facts(document: Document, places: Places) -> list[str]:
    path = places.name(document.path) + document.inside
    line = "" if document.line is None else f":{document.line}"
    facts = [f'<bdi class="path" dir="ltr">{safe_name(path)}{line}</bdi>']
    if document.date:
        facts.append(f'<time dir="ltr">{safe(document.date)}</time>')
    if document.date_text and document.date_text != document.date:
        facts.append(f"<span>(<bdi>{safe(document.date_text)}</bdi>)</span>")
    return facts


def _contents(document: Document, values: Values) -> str:
    """The headings of a text, folded."""
    divisions = document.layout.divisions if document.layout else ()
    named = [division for division in divisions if division.title.strip()][:_MOST_CONTENTS]
    if len(named) < 2:
        return ""
    rows = "".join(
        f'<li class="level{min(division.level, 4)}">'
        f'<a href="{escape(_at(document, values, division.start))}"><bdi>{safe(division.title)}'
        "</bdi></a></li>"
        for division in named
    )
    return f'<details class="contents"><summary>المحتويات</summary><ol>{rows}</ol></details>'


def _at(document: Document, values: Values, place: int) -> str:
    """The address of a place in the text."""
    line = 1 + sum(1 for _ in _LINE_END.finditer(document.text, 0, place))
    return address("/document", values, at=str(place)) + f"#L{line}"


def _more(document: Document, part: _Part, values: Values, side: str) -> str:
    """The way to the part before or after, where there is one."""
    if side == "prev" and part.start:
        place, told = max(part.start - PART_CHARS * 3 // 4, 0), "↑ ما قبله"
    elif side == "next" and part.end < len(document.text):
        place, told = part.end + PART_CHARS // 4, "↓ ما بعده"
    else:
        return ""
    where = address("/document", values, at=str(place))
    return f'<p class="more"><a rel="{side}" href="{escape(where)}">{told}</a></p>'
