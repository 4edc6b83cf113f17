"""How is a result read by a person? Hits as blocks on a terminal, as grep's lines in a pipe.

Rich's styles paint the pieces where there is colour; where there is none, Rich is not imported.
Neither its markup nor its console is used: no document can speak to it, no data is wrapped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from indexer.cli.output import terminal
from indexer.cli.output.records import relative_path

if TYPE_CHECKING:
    from indexer.reports import Explanation
    from indexer.results import Hit, Match, SearchResults, Snippet

TIER_STYLES = {
    "exact": "bold red",
    "folded": "bold red",
    "stem": "bold yellow",
    "plural": "bold green",
    "variant": "bold cyan",
    "spelling": "underline magenta",
    "root": "underline blue",
}
"""Strong tiers bold, weak ones underlined; a reader without colours still sees the difference."""

_PATH, _LINE, _QUIET, _TITLE, _WARNING = "magenta", "green", "dim", "bold", "yellow"
_BAR_CELLS = 6
_EIGHTHS = " ▏▎▍▌▋▊▉█"

Piece = tuple[str, str]
"""Text and its Rich style."""

Line = list[Piece]


class Screen(NamedTuple):
    """What stands at the other end of stdout."""

    is_terminal: bool
    colour: bool

    @classmethod
    def of(cls, colour_choice: str) -> Screen:
        """The one that this process writes to."""
        import sys

        return cls(terminal.is_terminal(sys.stdout), terminal.wants_colour(colour_choice))

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
        """A text kept apart from its neighbours on a terminal; as it is in a pipe."""
        if not self.is_terminal:
            return pieces
        return [(terminal.FIRST_STRONG_ISOLATE, ""), *pieces, (terminal.POP_ISOLATE, "")]

    def show(self, lines: Iterable[Line]) -> None:
        """Write lines, painted where there is colour."""
        terminal.write(paint(lines) if self.colour else plain(lines))


def plain(lines: Iterable[Line]) -> str:
    """The lines without their styles."""
    return "".join("".join(text for text, _ in line) + "\n" for line in lines)


def paint(lines: Iterable[Line]) -> str:
    """The lines with their styles as escape sequences, neither wrapped nor interpreted."""
    from rich.color import ColorSystem
    from rich.style import Style

    def painted(text: str, style: str) -> str:
        if not style:
            return text
        return Style.parse(style).render(text, color_system=ColorSystem.STANDARD)

    return "".join("".join(painted(*piece) for piece in line) + "\n" for line in lines)


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


def highlighted_pieces(screen: Screen, snippet: Snippet) -> Line:
    """A snippet on one line, its matches styled by tier."""
    return [
        (screen.data(text), TIER_STYLES.get(tier or "", ""))
        for text, tier in highlighted(snippet.text, snippet.offset, snippet.matches)
        if text
    ]


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
        path: Piece = (name_of(screen, hit), _PATH)
        for snippet in hit.snippets:
            at = _at(screen, snippet.page, snippet.line)
            yield [*head, path, *at, (": ", ""), *_mark(hit), *highlighted_pieces(screen, snippet)]
        if not hit.snippets:
            mark: Line = [(": ", ""), *_mark(hit)] if hit.stale else []
            yield [*head, path, *_at(screen, hit.page, hit.line), *mark]
        if hit.explanation is not None:
            yield from explanation_lines(screen, hit.explanation)


def blocks(screen: Screen, results: SearchResults, query_id: str | None) -> Iterator[Line]:
    """A block for each hit: where it is and how good, then its snippets; totals at the end."""
    if query_id is not None:
        query = screen.isolated([(screen.data(results.query), _TITLE)])
        yield [(f"{screen.data(query_id)}: ", _QUIET), *query]
    best = max((hit.score for hit in results.hits), default=0.0)
    for hit in results.hits:
        yield _heading(screen, hit, best)
        for snippet in hit.snippets:
            yield [("  ", ""), *screen.isolated(highlighted_pieces(screen, snippet))]
        if hit.explanation is not None:
            yield from explanation_lines(screen, hit.explanation)
        yield []
    yield [(totals(results), _QUIET)]


def _heading(screen: Screen, hit: Hit, best: float) -> Line:
    """The first line of a hit: where it is, its score, title and date, and what else to know."""
    place = _at(screen, hit.page, hit.line)
    line: Line = [(name_of(screen, hit), _PATH), *place, ("  ", "")]
    line += [(score_bar(hit.score / best if best > 0 else 0.0), _LINE), (f" {hit.score:.2f}", "")]
    if hit.title:
        line += [("  ", ""), *screen.isolated([(screen.data(hit.title), _TITLE)])]
    if hit.date:
        line += [("  ", ""), (screen.data(hit.date), _QUIET)]
    if hit.copies:
        noun = "copy" if len(hit.copies) == 1 else "copies"
        line.append((f"  +{len(hit.copies)} {noun}", _QUIET))
    if hit.stale:
        line.append((f"  ({hit.stale} since it was indexed)", _WARNING))
    return line


def name_of(screen: Screen, hit: Hit) -> str:
    """The file of a hit, and which document in it that is: `show` takes both in one."""
    return screen.name(relative_path(hit.path) + hit.inside)


def _mark(hit: Hit) -> Line:
    """What became of a file, before its text."""
    return [(f"[{hit.stale}] ", _WARNING)] if hit.stale else []


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
