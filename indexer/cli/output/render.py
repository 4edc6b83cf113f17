"""How is a result read by a person? Hits as blocks on a terminal, as grep's lines in a pipe.

On a terminal a hit is its place, its title, and passages that are wrapped between words, each text
on rows of its own, so that path and text cannot scramble each other. In a pipe nothing is wrapped
and nothing added. Styles are the sixteen colours of the terminal itself, which its owner chose to
be read on its background.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from indexer.cli.output import links, terminal
from indexer.cli.output.bidi import Order, order_of
from indexer.cli.output.records import relative_path
from indexer.cli.output.wrap import Line, filled, words_of, wrapped

if TYPE_CHECKING:
    from indexer.cli.line.options import Bidi
    from indexer.reports import Explanation
    from indexer.results import Hit, Match, SearchResults, Snippet

TIER_STYLES = {
    "exact": "bold red",
    "folded": "bold red",
    "stem": "underline red",
    "plural": "underline red",
    "variant": "underline red",
    "spelling": "underline magenta",
    "root": "underline magenta",
}
"""The word itself bold, its other forms underlined, what is only like it in another colour: so
they differ without colours, too."""

_PATH, _LINE, _QUIET, _TITLE, _WARNING = "magenta", "green", "dim", "bold", "yellow"
_BAR_CELLS = 6
_EIGHTHS = " ▏▎▍▌▋▊▉█"

_CODES = {
    "bold": "1", "dim": "2", "underline": "4",
    "red": "31", "green": "32", "yellow": "33", "magenta": "35",
}  # fmt: skip

_INDENT = "  "
_BEFORE_HEADINGS = "#=* \t"

_MEASURE = 120
"""Columns of a row of text, at most: the eye loses the way back on longer ones."""


class Screen(NamedTuple):
    """What stands at the other end of stdout.

    columns: of its rows. order: what is done to the rows of a text. link: the format of links to
    files, empty where there are none.
    """

    is_terminal: bool
    colour: bool
    columns: int = 80
    order: Order = order_of("none")
    link: str = ""

    @classmethod
    def of(cls, colour: str, bidi: Bidi = "auto", hyperlink: str = "never") -> Screen:
        """The one that this process writes to."""
        is_terminal, paints = terminal.is_terminal(sys.stdout), terminal.wants_colour(colour)
        link = links.format_of(hyperlink, os.environ, paints=is_terminal and paints)
        if not is_terminal:
            return cls(is_terminal, paints, link=link)
        return cls(is_terminal, paints, terminal.columns(sys.stdout), order_of(bidi), link)

    @property
    def guarded(self) -> bool:
        """Whether data must be made harmless: colour in a pipe ends on a terminal as well."""
        return self.is_terminal or self.colour

    def data(self, text: str) -> str:
        """A document's text on one line, as this screen may see it."""
        return terminal.safe(text) if self.guarded else terminal.one_line(text)

    def name(self, path: str) -> str:
        """A file name as this screen may see it."""
        return terminal.safe_name(path) if self.guarded else terminal.utf8_name(path)

    def isolated(self, pieces: Line) -> Line:
        """A cell of a table kept apart from its neighbours on a terminal; as it is in a pipe."""
        if not self.is_terminal:
            return pieces
        return [(terminal.FIRST_STRONG_ISOLATE, ""), *pieces, (terminal.POP_ISOLATE, "")]

    def text(self, line: Line) -> Iterator[Line]:
        """The rows of a text that is read: indented, wrapped between words, in their order."""
        width = min(self.columns, _MEASURE) - len(_INDENT)
        for row in self.order(wrapped(line, width)):
            yield [(_INDENT, ""), *row]

    def linked(self, hit: Hit, pieces: Line) -> Line:
        """The path of a hit as a link to its place, where links are wanted."""
        if not self.link:
            return pieces
        line = hit.line if hit.page is None else None
        opening = links.opening(self.link, hit.path, line, hit.column)
        return [(opening, ""), *pieces, (links.CLOSING, "")]

    def show(self, lines: Iterable[Line]) -> None:
        """Write lines, painted where there is colour."""
        terminal.write(paint(lines) if self.colour else plain(lines))


def plain(lines: Iterable[Line]) -> str:
    """The lines without their styles."""
    return "".join("".join(text for text, _ in line) + "\n" for line in lines)


def paint(lines: Iterable[Line]) -> str:
    """The lines with their styles as escape sequences."""
    return "".join("".join(_painted(*piece) for piece in line) + "\n" for line in lines)


def _painted(text: str, style: str) -> str:
    if not style or not text:
        return text
    return f"\x1b[{';'.join(_CODES[name] for name in style.split())}m{text}\x1b[0m"


def highlighted(
    text: str, offset: int, matches: Iterable[Match]
) -> Iterator[tuple[str, str | None]]:
    """A passage that begins at `offset`, cut into its plain text and its (text, tier) matches."""
    place = 0
    for match in sorted(matches, key=lambda match: match.start):
        start, end = match.start - offset, match.end - offset
        if start < place or end > len(text):
            continue
        yield text[place:start], None
        yield text[start:end], match.tier
        place = end
    yield text[place:], None


def _marked(screen: Screen, text: str, offset: int, matches: Iterable[Match], own: str) -> Line:
    """A text as pieces, its matches styled by tier and all else in a style of its own."""
    return [
        (screen.data(part), own if tier is None else TIER_STYLES[tier])
        for part, tier in highlighted(text, offset, matches)
        if part
    ]


def highlighted_pieces(screen: Screen, snippet: Snippet) -> Line:
    """A snippet on one line, its matches styled by tier."""
    return _marked(screen, snippet.text, snippet.offset, snippet.matches, "")


def score_bar(share: float) -> str:
    """A bar of fixed width; `share` of the best score."""
    eighths = round(max(0.0, min(share, 1.0)) * _BAR_CELLS * 8)
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (_EIGHTHS[rest] if rest else "")).ljust(_BAR_CELLS)


def grep_lines(screen: Screen, results: SearchResults, query_id: str | None) -> Iterator[Line]:
    """`path:line: snippet`, a line for each snippet, headed by the query's id in a batch.

    A file that is not as it was has `[changed]` or `[vanished]` before its text.
    """
    head: Line = [] if query_id is None else [(screen.data(query_id) + "\t", "")]
    for hit in results.hits:
        path = screen.linked(hit, [(name_of(screen, hit), _PATH)])
        mark: Line = [(f"[{hit.stale}] ", _WARNING)] if hit.stale else []
        for snippet in hit.snippets:
            at = _at(screen, snippet.page, snippet.line)
            yield [*head, *path, *at, (": ", ""), *mark, *highlighted_pieces(screen, snippet)]
        if not hit.snippets:
            end: Line = [(": ", ""), *mark] if mark else []
            yield [*head, *path, *_at(screen, hit.page, hit.line), *end]
        if hit.explanation is not None:
            yield from explanation_lines(screen, hit.explanation)


def blocks(screen: Screen, results: SearchResults, query_id: str | None) -> Iterator[Line]:
    """A block for each hit: its place, its title, its passages; totals and next step at the end."""
    if query_id is not None:
        yield [(f"{screen.data(query_id)}:", _QUIET)]
        yield from screen.text([(screen.data(results.query), _TITLE)])
        yield []
    best = max((hit.score for hit in results.hits), default=0.0)
    for hit in results.hits:
        yield from _in_rows(screen, _place(screen, hit, best))
        yield from screen.text(_marked(screen, hit.title, 0, hit.title_matches, _TITLE))
        for snippet in hit.snippets:
            yield from screen.text(_beyond_title(screen, hit, snippet))
        if hit.explanation is not None:
            for line in explanation_lines(screen, hit.explanation):
                yield from _in_rows(screen, words_of(line), _INDENT * 2, " ")
        yield []
    end: list[Line] = [[(part, _QUIET)] for part in (totals(results), *more(results))]
    yield from _in_rows(screen, end)


def _in_rows(
    screen: Screen, parts: Iterable[Line], indent: str = "", gap: str = "  "
) -> Iterator[Line]:
    """Parts of a line, which goes on below, a little further in, where it is full."""
    width = screen.columns - len(indent) - len(_INDENT)
    for number, row in enumerate(filled(parts, width, [(gap, "")])):
        yield [(indent + _INDENT * bool(number), ""), *row]


def _place(screen: Screen, hit: Hit, best: float) -> list[Line]:
    """Where a hit is, and what else there is to know of it: each thing whole."""
    place: Line = [(name_of(screen, hit), _PATH), *_at(screen, hit.page, hit.line)]
    parts: list[Line] = [screen.linked(hit, place)]
    if hit.explanation is not None:
        bar = score_bar(hit.score / best if best > 0 else 0.0)
        parts.append([(bar, _LINE), (f" {hit.score:.2f}", "")])
    if not (hit.path + hit.inside).endswith(hit.id):  # a record, which has a name of its own
        parts.append([(screen.data(hit.id), _QUIET)])
    if hit.date:
        written = f" ({hit.date_text})" if hit.date_text else ""
        parts.append([(screen.data(hit.date + written), _QUIET)])
    if hit.copies:
        noun = "copy" if len(hit.copies) == 1 else "copies"
        parts.append([(f"+{len(hit.copies)} {noun}", _QUIET)])
    if hit.stale:
        parts.append([(f"({hit.stale} since it was indexed)", _WARNING)])
    return parts


def name_of(screen: Screen, hit: Hit) -> str:
    """The file of a hit, and which document in it that is: `show` takes both in one."""
    return screen.name(relative_path(hit.path) + hit.inside)


def _beyond_title(screen: Screen, hit: Hit, snippet: Snippet) -> Line:
    """A passage without the title of the hit, where it begins with that, a heading perhaps."""
    title, text = hit.title.strip(), snippet.text
    begin = len(text) - len(text.lstrip(_BEFORE_HEADINGS)) + len(title)
    cut = title and text[:begin].endswith(title) and not text[begin : begin + 1].strip()
    if not cut:
        begin = 0
    offset = snippet.offset + begin
    inside = [match for match in snippet.matches if match.start >= offset]
    return _marked(screen, text[begin:], offset, inside, "")


def _at(screen: Screen, page: int | str | None, line: int | None) -> Line:
    """A page, or else a line, as `show` takes it."""
    place = line if page is None else f"p{page}"
    return [] if place is None else [(":", ""), (screen.data(str(place)), _LINE)]


def totals(results: SearchResults) -> str:
    """How many of how many, and how long it took."""
    shown, total = len(results.hits), results.total
    noun = "document" if total == 1 else "documents"
    if shown == total:
        extent = f"{total:,} {noun}"
    elif results.offset and shown:
        first, last = results.offset + 1, results.offset + shown
        places = f"{first:,}" if first == last else f"{first:,}\u2013{last:,}"
        extent = f"number {places} of {total:,} {noun}"
    else:
        extent = f"{shown:,} of {total:,} {noun}"
    return f"{extent} in {milliseconds(results.elapsed_ms)}"


def more(results: SearchResults) -> list[str]:
    """How to see the hits after these, if there are any."""
    shown, reached = len(results.hits), results.offset + len(results.hits)
    if not shown or reached >= results.total:
        return []
    return [f"(more: --offset {reached} or -n {2 * shown})"]


def milliseconds(elapsed_ms: float) -> str:
    """A time that a person reads."""
    return f"{elapsed_ms / 1000:.2f} s" if elapsed_ms >= 1000 else f"{elapsed_ms:.1f} ms"


def size(size_bytes: int) -> str:
    """Bytes as a person reads them, in decimal units."""
    if size_bytes < 1000:
        return f"{size_bytes} bytes"
    value, unit = size_bytes / 1000, "kB"
    for larger in ("MB", "GB", "TB"):
        if value < 999.95:
            break
        value, unit = value / 1000, larger
    return f"{value:.1f} {unit}"


def explanation_lines(screen: Screen, explanation: Explanation) -> Iterator[Line]:
    """The parts of a score, a line for each word of the query and one for the rest."""
    for word in explanation.words:
        forms = ", ".join(
            f"{screen.data(term)} ({tier}, weight {weight:g}, tf {tf:g})"
            for term, tier, weight, tf in word.terms
        )
        text = (
            f"    {word.contribution:8.4f}  {screen.data(word.word)}: df {word.df}, "
            f"idf {word.idf:.4f}, pooled tf {word.pooled_tf:g}, length {word.length:g}; {forms}"
        )
        yield [(text, _QUIET)]
    if explanation.proximity:
        yield [(f"    {explanation.proximity:8.4f}  nearness of the words", _QUIET)]
    if explanation.constant:
        yield [(f"    {explanation.constant:8.4f}  constant", _QUIET)]
    yield [(f"    {explanation.score:8.4f}  score", _QUIET)]
