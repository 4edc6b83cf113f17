"""Choose the passages of a text that best show why it was found.

Passages are slices of the original text. A passage is worth the query words in it, each counted
once by its idf, and a little more if they are close together; it never reaches across a blank line,
where scraped pages change the subject.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence

from analyzers.late import late
from analyzers.named import NamedTuple
from indexer.results import Match, Snippet
from indexer.snippets.highlighter import Highlight

_PARAGRAPH_END = late(r"\n[^\S\n]*\n|\r\n[^\S\r\n]*\r\n")
_SENTENCE_START = re.compile(r"[.!?؟؛\n]\s*")
_NOT_SPACE = re.compile(r"\S")

_LONGEST_SENTENCE = 1000
"""How far before the first match to look for the beginning of a sentence."""


def matches_of(text: str, highlights: Sequence[Highlight]) -> tuple[Match, ...]:
    """The highlights as matches: the written words and their places."""
    return tuple(Match(text[h.start : h.end], h.start, h.end, h.tier) for h in highlights)


def best_snippets(
    text: str,
    highlights: Sequence[Highlight],
    weights: Sequence[float],
    *,
    count: int = 1,
    width: int = 160,
    running: Sequence[tuple[int, int]] = (),
    preferred: tuple[int, int] | None = None,
    told: Told | None = None,
) -> tuple[Snippet, ...]:
    """The `count` best passages of about `width` code points, in order of worth.

    `weights` are the worths of the query's targets, by number. Without a highlight the text's
    beginning is the one passage. Passages do not overlap. What is `running` on every page (spans,
    ascending) is in none, unless nothing else has a highlight. Passages outside the `preferred`
    span come after all that are in it. What is `told` already comes after what says as much of the
    query, or nearly; the passages chosen are added to it.
    """
    if count <= 0:
        return ()
    if not highlights:
        return (_opening(text, width, preferred[0] if preferred else 0),)
    if running:
        highlights = _apart_from(highlights, running)
    blanks = _blank_lines(text, running)
    chosen = _Apart()
    candidates = _windows(len(text), highlights, weights, width, blanks)
    ordered = sorted(candidates, key=lambda c: (-c[0], c[1]))
    headline = _headline(text, preferred)
    if preferred is not None:
        ordered = _preferring(highlights, ordered, preferred, headline)
    for _, first, last in _fresh(text, highlights, ordered, told, headline):
        start, end = highlights[first].start, highlights[last].end
        if chosen.admits((start, end)):  # else no passage around it can be admitted
            chosen.add(_passage(text, start, end, width, blanks))
            if len(chosen.spans) == count:
                break
    snippets = _snippets(text, chosen.spans, highlights)
    if told is not None:
        told.add(text, snippets)
    return snippets


def _headline(text: str, span: tuple[int, int] | None) -> range:
    """Where the headline of a part stands, or nowhere; a text itself is called by its headline."""
    if not span or not span[0]:
        return range(0)
    end = text.find("\n", span[0], span[0] + _HEADLINE_CHARS)
    return range(span[0], max(end, span[0]))


def _preferring(
    highlights: Sequence[Highlight],
    ordered: list[_Window],
    span: tuple[int, int],
    headline: range,
) -> list[_Window]:
    """The windows in a span first, and the headline of it a little before its equals."""
    start, end = span

    def key(window: _Window) -> tuple[bool, float]:
        place = highlights[window[1]].start
        share = _HEADLINE_SHARE if place in headline else 1.0
        return not start <= place < end, -window[0] * share

    return sorted(ordered, key=key)


def inside(highlights: Sequence[Highlight], span: tuple[int, int] | None) -> Sequence[Highlight]:
    """The highlights in a span; all, where that is None."""
    if span is None:
        return highlights
    return [highlight for highlight in highlights if span[0] <= highlight.start < span[1]]


class Told:
    """The sentences that hits above have shown, for those below to show others."""

    def __init__(self) -> None:
        self._sentences: set[str] = set()

    def knows(self, text: str, offset: int) -> bool:
        """Whether the sentence around an offset was shown."""
        return bool(self._sentences) and _sentence_at(text, offset) in self._sentences

    def add(self, text: str, snippets: Iterable[Snippet]) -> None:
        """Passages of a text are shown; each is known by its first match."""
        for snippet in snippets:
            if snippet.matches:
                self._sentences.add(_sentence_at(text, snippet.matches[0].start))


def _sentence_at(text: str, offset: int) -> str:
    """The sentence around an offset, or what is near of a long one; one blank between words."""
    low, high = max(offset - _KNOWN_BY, 0), offset + _KNOWN_BY
    start = _sentence_start(text, low, offset)
    end = _SENTENCE_START.search(text, offset, high)
    return " ".join(text[low if start is None else start : end.start() if end else high].split())


_KNOWN_BY = 200
"""Code points on each side by which a sentence is known."""

_CAPTION = late(r"[^\n]{0,150}[(（][^()\n]{2,30}[)）][ \t\r]*(?:\n|\Z)")
"""A line that ends in whom a picture is from: «... بقطاع غزة (رويترز)»."""

_KNOWN_SHARE, _CAPTION_SHARE = 0.5, 0.8
"""What a passage is worth that was shown before, or that is a caption."""

_HEADLINE_CHARS, _HEADLINE_SHARE = 200, 1.1

_LOOKED_AT = 16
"""Passages among which a fresh one is looked for."""


def _fresh(
    text: str,
    highlights: Sequence[Highlight],
    ordered: list[_Window],
    told: Told | None,
    headline: range,
) -> list[_Window]:
    """The windows, the first of them put in order once more by whether they say something new.

    A headline is as good as new: it says where another article begins.
    """

    def share(window: _Window) -> float:
        at = highlights[window[1]].start
        if at in headline:
            return 1.0
        known = told is not None and told.knows(text, at)
        caption = _CAPTION.match(text, text.rfind("\n", 0, at) + 1)
        return (_KNOWN_SHARE if known else 1.0) * (_CAPTION_SHARE if caption else 1.0)

    if len(ordered) < 2 or share(ordered[0]) == 1.0:
        return ordered
    first = ordered[:_LOOKED_AT]
    worth = {window: window[0] * share(window) for window in first}
    return [*sorted(first, key=lambda window: -worth[window]), *ordered[_LOOKED_AT:]]


class _BlankLines(NamedTuple):
    """Where the blank lines of a text begin and end, ascending."""

    starts: list[int]
    ends: list[int]

    def floor(self, offset: int, near: int) -> int:
        """The end of the last blank line up to an offset; `near` if it begins before that."""
        before = bisect_right(self.ends, offset) - 1
        return self.ends[before] if before >= 0 and self.starts[before] >= near else near

    def ceiling(self, offset: int, length: int) -> int:
        """The beginning of the first blank line from an offset on, or the text's `length`."""
        after = bisect_left(self.starts, offset)
        return self.starts[after] if after < len(self.starts) else length


def _apart_from(
    highlights: Sequence[Highlight], running: Sequence[tuple[int, int]]
) -> Sequence[Highlight]:
    """The highlights outside some spans; if there are none, those in the first that has any."""

    def place(highlight: Highlight) -> int | None:
        before = bisect_right(running, highlight.start, key=lambda span: span[0]) - 1
        return before if before >= 0 and highlight.start < running[before][1] else None

    places = [place(highlight) for highlight in highlights]
    wanted = None if None in places else places[0]
    return [h for h, at in zip(highlights, places, strict=True) if at == wanted]


def _blank_lines(text: str, running: Sequence[tuple[int, int]]) -> _BlankLines:
    """The blank lines of a text; what runs on every page parts its text as they do."""
    found = [match.span() for match in _PARAGRAPH_END.finditer(text)]
    if running:
        found = _united([*found, *running])
    return _BlankLines([start for start, _ in found], [end for _, end in found])


def _united(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans, ascending; those that overlap are one."""
    united: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


class _Apart:
    """Spans of which no two overlap: `spans` in the order in which they came."""

    def __init__(self) -> None:
        self.spans: list[tuple[int, int]] = []
        self._ascending: list[tuple[int, int]] = []

    def admits(self, span: tuple[int, int]) -> bool:
        """Whether a span overlaps none of these."""
        after = bisect_left(self._ascending, span)
        before = self._ascending[after - 1 : after]
        following = self._ascending[after : after + 1]
        return all(end <= span[0] for _, end in before) and all(
            span[1] <= start for start, _ in following
        )

    def add(self, span: tuple[int, int]) -> None:
        """Take a span, unless it overlaps another."""
        if self.admits(span):
            self.spans.append(span)
            insort(self._ascending, span)


class _Worth:
    """What a window is worth, while it moves over the highlights: each target counts once."""

    def __init__(self, weights: Sequence[float]) -> None:
        self._weights = weights
        self._counts: dict[int, int] = {}
        self._sum: float | None = 0.0

    def add(self, target: int) -> None:
        """A highlight comes into the window."""
        self._counts[target] = self._counts.get(target, 0) + 1
        if self._counts[target] == 1:
            self._sum = None

    def drop(self, target: int) -> None:
        """A highlight leaves it."""
        self._counts[target] -= 1
        if not self._counts[target]:
            del self._counts[target]
            self._sum = None

    @property
    def sum(self) -> float:
        """The weights of the targets, added in one order: alike windows are worth the same."""
        if self._sum is None:
            self._sum = sum(self._weights[target] for target in sorted(self._counts))
        return self._sum


_Window = tuple[float, int, int]
"""What it is worth, and its first and last highlight."""


def _windows(
    length: int,
    highlights: Sequence[Highlight],
    weights: Sequence[float],
    width: int,
    blanks: _BlankLines,
) -> list[_Window]:
    """For each highlight the window that begins with it.

    One walk over them: where a window ends only moves on, and its worth is kept up to date.
    """
    found = []
    worth = _Worth(weights)
    last = -1
    for first, highlight in enumerate(highlights):
        if first:
            worth.drop(highlights[first - 1].target)
        limit = min(blanks.ceiling(highlight.start, length), highlight.start + width)
        while last < first or (last + 1 < len(highlights) and highlights[last + 1].end <= limit):
            last += 1
            worth.add(highlights[last].target)
        spread = (highlights[last].start - highlight.start) / max(width, 1)
        gain = 1 + 0.02 * (last - first + 1)
        found.append((worth.sum * gain - 0.05 * spread, first, last))
    return found


def _passage(text: str, first: int, last: int, width: int, blanks: _BlankLines) -> tuple[int, int]:
    """Widen the span of some highlights to about `width`, to sentence or word bounds.

    `first` and `last` are offsets; the passage holds what is between, and no blank line. A third of
    the room goes before it, or as much as its sentence or paragraph needs.
    """
    near = max(first - width, 0)
    floor = blanks.floor(first, near)
    ceiling = blanks.ceiling(last, len(text))
    room = max(width - (last - first), 0)
    start = _sentence_start(text, max(floor, first - min(room, _LONGEST_SENTENCE)), first)
    if start is None and (floor == 0 or floor > near):
        start = floor
    if start is None:
        start = max(floor, first - room // 3)
        if start > floor:
            start = _word_start(text, start, first)
    end = min(ceiling, max(last, start + width))
    if end < ceiling:
        end = _word_end(text, end, last)
    return _trimmed(text, start, end)


def _sentence_start(text: str, start: int, stop: int) -> int | None:
    """Where the last sentence begins that does so between two offsets."""
    ends = [match.end() for match in _SENTENCE_START.finditer(text, start, stop)]
    return ends[-1] if ends else None


def _word_start(text: str, start: int, limit: int) -> int:
    while start < limit and not text[start - 1].isspace():
        start += 1
    return start


def _word_end(text: str, end: int, limit: int) -> int:
    while end > limit and not text[end].isspace():
        end -= 1
    return end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _opening(text: str, width: int, begin: int = 0) -> Snippet:
    """The first words, from an offset on, of a text without matches."""
    first = _NOT_SPACE.search(text, begin)
    start = first.start() if first else begin
    blank = _PARAGRAPH_END.search(text, start)
    blanks = _BlankLines([blank.start()], [blank.end()]) if blank else _BlankLines([], [])
    (snippet,) = _snippets(text, [_passage(text, start, start, width, blanks)], ())
    return snippet


def _snippets(
    text: str, spans: Sequence[tuple[int, int]], highlights: Sequence[Highlight]
) -> tuple[Snippet, ...]:
    """The passages at some spans, each with its matches and the line of the first."""
    inside = []
    for start, end in spans:
        low = bisect_left(highlights, start, key=lambda h: h.start)
        inside.append(highlights[low : bisect_right(highlights, end, key=lambda h: h.end)])
    lines = line_numbers(text, [here[0].start for here in inside if here])
    return tuple(
        Snippet(
            text[start:end],
            start,
            lines[here[0].start] if here else None,
            matches_of(text, here),
        )
        for (start, end), here in zip(spans, inside, strict=True)
    )


def line_numbers(text: str, offsets: Iterable[int]) -> dict[int, int]:
    """The line, from 1, in which each offset stands; a lone CR ends no line, as in editors.

    The text is read once for all.
    """
    lines: dict[int, int] = {}
    line, done = 1, 0
    for offset in sorted(offsets):
        line += text.count("\n", done, offset)
        lines[offset], done = line, offset
    return lines
