"""Choose the passages of a text that best show why it was found.

Passages are slices of the original text. A passage is worth the query words in it, each counted
once by its idf, and a little more if they are close together; it never reaches across a blank line,
where scraped pages change the subject.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from indexer.results import Match, Snippet
from indexer.snippets.highlighter import Highlight

_PARAGRAPH_END = re.compile(r"\n[^\S\n]*\n|\r\n[^\S\r\n]*\r\n")
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
) -> tuple[Snippet, ...]:
    """The `count` best passages of about `width` code points, in order of worth.

    `weights` are the worths of the query's targets, by number. Without a highlight the text's
    beginning is the one passage. Passages do not overlap. What is `running` on every page (spans,
    ascending) is in none, unless nothing else has a highlight.
    """
    if count <= 0:
        return ()
    if not highlights:
        return (_opening(text, width),)
    if running:
        highlights = _apart_from(highlights, running)
    blanks = _blank_lines(text, running)
    chosen = _Apart()
    candidates = _windows(len(text), highlights, weights, width, blanks)
    for _, first, last in sorted(candidates, key=lambda c: (-c[0], c[1])):
        start, end = highlights[first].start, highlights[last].end
        if chosen.admits((start, end)):  # else no passage around it can be admitted
            chosen.add(_passage(text, start, end, width, blanks))
            if len(chosen.spans) == count:
                break
    return _snippets(text, chosen.spans, highlights)


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


def _windows(
    length: int,
    highlights: Sequence[Highlight],
    weights: Sequence[float],
    width: int,
    blanks: _BlankLines,
) -> list[tuple[float, int, int]]:
    """For each highlight the window that begins with it: (worth, first highlight, last).

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


def _opening(text: str, width: int) -> Snippet:
    """The first words of a text without matches."""
    first = _NOT_SPACE.search(text)
    start = first.start() if first else 0
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
