"""How is a result read by a person? Lines of styled pieces, and grep's lines in a pipe.

In a pipe nothing is wrapped and nothing added; what stands on a terminal is made in `blocks`.
Styles are the sixteen colours of the terminal itself, which its owner chose to be read on its
background.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from analyzers.named import NamedTuple
from indexer.cli.output import terminal
from indexer.cli.output.records import relative_path

if TYPE_CHECKING:
    from indexer.cli.line.options import Bidi
    from indexer.cli.output.bidi import Order
    from indexer.cli.output.wrap import Line
    from indexer.reports import Explanation
    from indexer.results import Hit, Match, SearchResults, Snippet

TIER_STYLES = {
    "exact": "bold red",
    "folded": "bold red",
    "stem": "bold underline red",
    "plural": "bold underline red",
    "variant": "bold underline red",
    "spelling": "underline magenta",
    "root": "underline magenta",
}
"""The word itself, its other forms underlined, and what is only like it in another colour, thin: so
they differ for who sees no colours, too."""

PATH, LINE, QUIET, TITLE, WARNING = "magenta", "green", "dim", "bold", "yellow"
_CODES = {
    "bold": "1", "dim": "2", "underline": "4",
    "red": "31", "green": "32", "yellow": "33", "magenta": "35",
}  # fmt: skip


class Screen(NamedTuple):
    """What stands at the other end of stdout.

    columns: of its rows. order: what is done to the rows of a text, if anything is. link: the
    format of links to files, empty where there are none.
    """

    is_terminal: bool
    colour: bool
    columns: int = 80
    order: Order | None = None
    link: str = ""

    @classmethod
    def of(cls, colour: str, bidi: Bidi = "auto", hyperlink: str = "never") -> Screen:
        """The one that this process writes to."""
        is_terminal, paints = terminal.is_terminal(sys.stdout), terminal.wants_colour(colour)
        screen = cls(is_terminal, paints)
        if is_terminal or hyperlink not in ("auto", "never"):
            from indexer.cli.output import links

            link = links.format_of(hyperlink, os.environ, paints=is_terminal and paints)
            screen = screen._replace(link=link)
        if not is_terminal:
            return screen
        if bidi in ("isolate", "visual"):
            from indexer.cli.output.bidi import order_of

            screen = screen._replace(order=order_of(bidi))
        return screen._replace(columns=terminal.columns(sys.stdout))

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

    def linked(self, hit: Hit, pieces: Line) -> Line:
        """The path of a hit as a link to its place, where links are wanted."""
        if not self.link:
            return pieces
        from indexer.cli.output import links

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


def marked(screen: Screen, text: str, offset: int, matches: Iterable[Match], own: str) -> Line:
    """A text as pieces, its matches styled by tier and all else in a style of its own."""
    return [
        (screen.data(part), own if tier is None else TIER_STYLES[tier])
        for part, tier in highlighted(text, offset, matches)
        if part
    ]


def highlighted_pieces(screen: Screen, snippet: Snippet) -> Line:
    """A snippet on one line, its matches styled by tier."""
    return marked(screen, snippet.text, snippet.offset, snippet.matches, "")


def grep_lines(screen: Screen, results: SearchResults, query_id: str | None) -> Iterator[Line]:
    """`path:line: snippet`, a line for each snippet, headed by the query's id in a batch.

    A file that is not as it was has `[changed]` or `[vanished]` before its text.
    """
    head: Line = [] if query_id is None else [(screen.data(query_id) + "\t", "")]
    for hit in results.hits:
        path = screen.linked(hit, [(name_of(screen, hit), PATH)])
        mark: Line = [(f"[{hit.stale}] ", WARNING)] if hit.stale else []
        for snippet in hit.snippets:
            at = place_at(screen, snippet.page, snippet.line)
            yield [*head, *path, *at, (": ", ""), *mark, *highlighted_pieces(screen, snippet)]
        if not hit.snippets:
            end: Line = [(": ", ""), *mark] if mark else []
            yield [*head, *path, *place_at(screen, hit.page, hit.line), *end]
        if hit.explanation is not None:
            yield from explanation_lines(screen, hit.explanation)


def name_of(screen: Screen, hit: Hit) -> str:
    """The file of a hit, and which document in it that is: `show` takes both in one."""
    return screen.name(relative_path(hit.path) + hit.inside)


def place_at(screen: Screen, page: int | str | None, line: int | None) -> Line:
    """A page, or else a line, as `show` takes it."""
    place = line if page is None else f"p{page}"
    return [] if place is None else [(":", ""), (screen.data(str(place)), LINE)]


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
        yield [(text, QUIET)]
    rest = (
        (explanation.proximity, "nearness of the words"),
        (explanation.lead, "words near the beginning"),
        (explanation.question, "the question asked"),
        (explanation.part, "its best part, not the whole"),
        (explanation.constant, "constant"),
    )
    for gained, name in rest:
        if gained:
            yield [(f"    {gained:8.4f}  {name}", QUIET)]
    yield [(f"    {explanation.score:8.4f}  score", QUIET)]
