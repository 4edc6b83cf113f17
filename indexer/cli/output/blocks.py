"""What does a hit look like on a terminal? Its place, its title, its passages, each on own rows.

So path and text cannot scramble each other. Texts are wrapped between words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from indexer.cli.output.figures import counted
from indexer.cli.output.records import relative_path
from indexer.cli.output.render import (
    LINE,
    PATH,
    QUIET,
    TITLE,
    WARNING,
    Screen,
    explanation_lines,
    marked,
    name_of,
    place_at,
)
from indexer.cli.output.wrap import Line, filled, words_of, wrapped

if TYPE_CHECKING:
    from indexer.results import Hit, Match, SearchResults, Snippet

_BAR_CELLS = 6
_EIGHTHS = " ▏▎▍▌▋▊▉█"

_INDENT = "  "
_BEFORE_HEADINGS = "#=* \t"

_COPIES_SHOWN = 5

_MEASURE = 120
"""Columns of a row of text, at most: the eye loses the way back on longer ones."""


def blocks(
    screen: Screen, results: SearchResults, query_id: str | None, *, numbered: bool = False
) -> Iterator[Line]:
    """A block for each hit: its place, its title, its passages; totals and next step at the end.

    numbered: whether each has its number before it, from 1.
    """
    if query_id is not None:
        yield [(f"{screen.data(query_id)}:", QUIET)]
        yield from _text(screen, [(screen.data(results.query), TITLE)])
        yield []
    best = max((hit.score for hit in results.hits), default=0.0)
    for number, hit in enumerate(results.hits, 1):
        own: list[Line] = [[(f"{number}.", TITLE)]] if numbered else []
        yield from _in_rows(screen, [*own, *_place(screen, hit, best)])
        yield from _copies(screen, hit)
        yield from _text(screen, marked(screen, hit.title, 0, hit.title_matches, TITLE))
        if hit.part_title and not _opens_with(hit.snippets, hit.part_title):
            yield from _text(screen, [(screen.data(hit.part_title), "")])
        for snippet in hit.snippets:
            yield from _text(screen, _beyond_title(screen, hit, snippet))
        if hit.explanation is not None:
            for line in explanation_lines(screen, hit.explanation):
                yield from _in_rows(screen, words_of(line), _INDENT * 2, " ")
        yield []
    end: list[Line] = [[(part, QUIET)] for part in (totals(results), *more(results))]
    yield from _in_rows(screen, end)


def _text(screen: Screen, line: Line) -> Iterator[Line]:
    """The rows of a text that is read: indented, wrapped between words, in their order."""
    rows = wrapped(line, min(screen.columns, _MEASURE) - len(_INDENT))
    for row in rows if screen.order is None else screen.order(rows):
        yield [(_INDENT, ""), *row]


def _in_rows(
    screen: Screen, parts: Iterable[Line], indent: str = "", gap: str = "  "
) -> Iterator[Line]:
    """Parts of a line, which goes on below, a little further in, where it is full."""
    width = screen.columns - len(indent) - len(_INDENT)
    for number, row in enumerate(filled(parts, width, [(gap, "")])):
        yield [(indent + _INDENT * bool(number), ""), *row]


def _place(screen: Screen, hit: Hit, best: float) -> list[Line]:
    """Where a hit is, and what else there is to know of it: each thing whole."""
    place: Line = [(name_of(screen, hit), PATH), *place_at(screen, hit.page, hit.line)]
    parts: list[Line] = [screen.linked(hit, place)]
    if hit.explanation is not None:
        bar = score_bar(hit.score / best if best > 0 else 0.0)
        parts.append([(bar, LINE), (f" {hit.score:.2f}", "")])
    if not (hit.path + hit.inside).endswith(hit.id):  # a record, which has a name of its own
        parts.append([(screen.data(hit.id), QUIET)])
    if hit.date:
        written = f" ({hit.date_text})" if hit.date_text else ""
        parts.append([(screen.data(hit.date + written), QUIET)])
    if hit.copies:
        parts.append([(f"+{copies_in_words(len(hit.copies))}", QUIET)])
    if hit.stale:
        parts.append([(f"({hit.stale} since it was indexed)", WARNING)])
    return parts


def _copies(screen: Screen, hit: Hit) -> Iterator[Line]:
    """The paths of the copies of a hit, of many the first."""
    most = _COPIES_SHOWN if len(hit.copies) > _COPIES_SHOWN + 1 else len(hit.copies)
    names = [screen.name(relative_path(name)) for name in hit.copies[:most]]
    if len(hit.copies) > most:
        names.append(f"and {len(hit.copies) - most:,} more: --copies")
    yield from _in_rows(screen, ([(name, QUIET)] for name in names), _INDENT * 2)


def copies_in_words(count: int) -> str:
    """`1 copy`, `2,000 copies`."""
    return f"{count:,} {'copy' if count == 1 else 'copies'}"


def _opens_with(snippets: Sequence[Snippet], title: str) -> bool:
    """Whether the first passage is the title itself, or begins with it."""
    return bool(snippets) and snippets[0].text.startswith(title)


def _beyond_title(screen: Screen, hit: Hit, snippet: Snippet) -> Line:
    return marked(screen, *without_title(hit.title, snippet), "")


def without_title(title: str, snippet: Snippet) -> tuple[str, int, tuple[Match, ...]]:
    """A passage without the title of its hit, where it begins with that, a heading perhaps.

    Its text, where that begins in the document, and the matches in it.
    """
    title, text = title.strip(), snippet.text
    begin = len(text) - len(text.lstrip(_BEFORE_HEADINGS)) + len(title)
    cut = title and text[:begin].endswith(title) and not text[begin : begin + 1].strip()
    if not cut:
        begin = 0
    offset = snippet.offset + begin
    return text[begin:], offset, tuple(m for m in snippet.matches if m.start >= offset)


def score_bar(share: float) -> str:
    """A bar of fixed width; `share` of the best score."""
    eighths = round(max(0.0, min(share, 1.0)) * _BAR_CELLS * 8)
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (_EIGHTHS[rest] if rest else "")).ljust(_BAR_CELLS)


def totals(results: SearchResults) -> str:
    """How many of how many, and how long it took."""
    shown, total = len(results.hits), results.hit_count
    extent = counted(total, results.by)
    if results.offset and shown and shown != total:
        first, last = results.offset + 1, results.offset + shown
        places = f"{first:,}" if first == last else f"{first:,}\u2013{last:,}"
        extent = f"number {places} of {extent}"
    elif shown != total:
        extent = f"{shown:,} of {extent}"
    if results.total > total:
        extent += f" and {copies_in_words(results.total - total)}"
    return f"{extent} in {milliseconds(results.elapsed_ms)}"


def more(results: SearchResults) -> list[str]:
    """How to see the hits after these, if there are any."""
    shown, reached = len(results.hits), results.offset + len(results.hits)
    if not shown or reached >= results.hit_count:
        return []
    return [f"(more: --offset {reached} or -n {2 * shown})"]


def milliseconds(elapsed_ms: float) -> str:
    """A time that a person reads."""
    return f"{elapsed_ms / 1000:.2f} s" if elapsed_ms >= 1000 else f"{elapsed_ms:.1f} ms"
