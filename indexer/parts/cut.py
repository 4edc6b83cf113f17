"""Where would a reader cut a text?

Before an article that has nothing to do with the one before it, at the headings of chapters and
sections as far as these are not too short, and what is still long at the ends of paragraphs. Short
texts, which are nearly all of a folder of news, are looked at once for blank lines and are one
part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from analyzers.named import NamedTuple
from indexer.parts.layout import Layout
from indexer.parts.part import Part
from indexer.parts.tails import headlines, unrelated, words_in

if TYPE_CHECKING:
    from indexer.parts.layout import Division

FEWEST_WORDS, MOST_WORDS = 300, 3000
"""Of a part, about; an article that has nothing to do with the others may be shorter."""

PIECE_WORDS = 500
"""Of a piece of what has too many."""

_UNTITLED_LEVEL = 99
"""Of what only looks like a heading: it counts where nothing better parts a long text."""

_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
_LINE = re.compile(r"\n\s*")
_SENTENCE = re.compile(r"[.!?؟۔]\s+")
_SPACE = re.compile(r"\s+")


class _Heading(NamedTuple):
    start: int
    level: int
    title: str


class _Span(NamedTuple):
    start: int
    end: int
    title: str


def cut(text: str, layout: Layout | None = None) -> tuple[Part, ...]:
    """The parts of a text, end to end: `"".join(text[p.start : p.end] for p in parts) == text`.

    layout: of the text, with its divisions; None where nothing is known of them. An empty text is
    one empty part. Takes time in proportion to the text, and next to none for a short one.
    """
    places = headlines(text) if "\n" in text else []
    if not places and not (layout and layout.divisions) and _is_short(text):
        return tuple(_parts(text, [_Span(0, len(text), "")], set()))
    headings = _headings_of(layout, places)
    paged = layout is not None and any(d.kind in _PAGED for d in layout.divisions)
    tails = [] if paged else unrelated(text, places)
    spans: list[_Span] = []
    for start, end in pairwise([0, *tails, len(text)]):
        title = _line_at(text, start) if start else ""
        own = [heading for heading in headings if start <= heading.start < end]
        spans += _divided(text, _Span(start, end, title), own)
    return tuple(_parts(text, spans, set(tails)))


def _is_short(text: str) -> bool:
    """Whether a text has few enough words for one part; a very short one is not looked at."""
    return len(text) < MOST_WORDS or words_in(text, 0, len(text)) <= MOST_WORDS


_PAGED = ("page", "slide", "sheet")


def _headings_of(layout: Layout | None, places: Sequence[int]) -> list[_Heading]:
    """What a layout names, ascending; if nothing, what looks like headlines in the text."""
    named = layout.divisions if layout else ()
    found = [_heading(d) for d in named if d.kind in ("chapter", "heading", "sheet")]
    return found or [_Heading(place, _UNTITLED_LEVEL, "") for place in places]


def _heading(division: Division) -> _Heading:
    is_heading = division.kind == "heading"
    return _Heading(division.start, division.level if is_heading else 0, division.title)


def _divided(text: str, article: _Span, headings: Sequence[_Heading]) -> Iterable[_Span]:
    """An article cut at its headings, the highest first, and then by size."""
    spans = [article]
    for level, own in groupby(sorted(headings, key=lambda h: h.level), lambda h: h.level):
        places = sorted(own)
        spans = [piece for span in spans for piece in _at_headings(text, span, places, level)]
    return [piece for span in spans for piece in _by_size(text, span)]


def _at_headings(
    text: str, span: _Span, headings: Sequence[_Heading], level: int
) -> Iterable[_Span]:
    """A span cut at those headings of one level that lie in it."""
    inside = [heading for heading in headings if span.start <= heading.start < span.end]
    least = 2 * FEWEST_WORDS if level < _UNTITLED_LEVEL else MOST_WORDS
    if not inside or words_in(text, span.start, span.end) < least:
        return [span]
    begun = [] if inside[0].start == span.start else [_Heading(span.start, level, span.title)]
    starts = [*begun, *inside]
    ends = [*(heading.start for heading in starts[1:]), span.end]
    sections = [
        (heading, words_in(text, heading.start, end))
        for heading, end in zip(starts, ends, strict=True)
    ]
    groups = _grouped(sections)
    bounds = [*(group[0][0].start for group in groups), span.end]
    titles = [_title_of(text, group, span.title) for group in groups]
    return [_Span(*place, title) for place, title in zip(pairwise(bounds), titles, strict=True)]


_Sections = list[tuple[_Heading, int]]
"""Each with its words."""


def _grouped(sections: _Sections) -> list[_Sections]:
    """Neighbours together, until each group has words enough."""
    groups: list[_Sections] = [[]]
    words = 0
    for section in sections:
        if words >= FEWEST_WORDS:
            groups.append([])
            words = 0
        groups[-1].append(section)
        words += section[1]
    if words < FEWEST_WORDS and len(groups) > 1:
        last = groups.pop()
        groups[-1] += last
    return groups


def _title_of(text: str, group: _Sections, otherwise: str) -> str:
    """The title of the first section that is no mere title page or the like."""
    words = sum(count for _, count in group)
    first = next((h for h, count in group if 4 * count >= words), group[0][0])
    title = first.title
    if not title and first.level == _UNTITLED_LEVEL and first.start:
        title = _line_at(text, first.start)
    return title or otherwise


def _by_size(text: str, span: _Span) -> Iterable[_Span]:
    """Pieces of about the same size of what is too long, as far as possible whole paragraphs."""
    words = words_in(text, span.start, span.end)
    if words <= MOST_WORDS:
        return [span]
    pieces = -(-words // PIECE_WORDS)
    size = (span.end - span.start) // pieces
    bounds = [span.start]
    for number in range(1, pieces):
        place = _end_near(text, span.start + number * size, size // 3)
        if bounds[-1] < place < span.end:
            bounds.append(place)
    return [_Span(start, end, span.title) for start, end in pairwise([*bounds, span.end])]


def _end_near(text: str, place: int, reach: int) -> int:
    """The end of a paragraph at most `reach` from a place; else of a line, sentence or word."""
    first, last = max(place - reach, 0), min(place + reach, len(text))
    for pattern in (_PARAGRAPH, _LINE, _SENTENCE, _SPACE):
        ends = [match.end() for match in pattern.finditer(text, first, last)]
        if ends:
            return min(ends, key=lambda end: abs(end - place))
    return place


def _line_at(text: str, start: int) -> str:
    end = text.find("\n", start)
    return text[start : end if end >= 0 else None].strip()


def _parts(text: str, spans: Sequence[_Span], tails: set[int]) -> Iterable[Part]:
    """The spans as parts, with lines, and of articles by themselves their dates."""
    line, counted = 1, 0
    for start, end, title in spans:
        first = start + len(text[start:end]) - len(text[start:end].lstrip())
        first = first if first < end else start
        line += text.count("\n", counted, first)
        counted = first
        yield Part(start, end, title, line, _date_of(text[start:end]) if start in tails else "")


def _date_of(text: str) -> str:
    from indexer.extract.origin import date_of_line

    dated = date_of_line(text)
    return dated.date if dated else ""
