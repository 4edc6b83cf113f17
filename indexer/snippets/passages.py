"""Which passages of a text show best why it was found, and which words in them met the query?

Passages are cut from the original text and are slices of it. A passage is worth the query words it
holds, each counted once by its idf, a little more where they stand close; it never reaches across
a blank line, where scraped pages change the subject.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from analyzers.tokenizer import Tokenizer
from indexer.results import Match, Snippet

_PARAGRAPH_END = re.compile(r"\n[^\S\n]*\n|\r\n[^\S\r\n]*\r\n")
_SENTENCE_START = re.compile(r"[.!?؟؛\n]\s*")
_NOT_SPACE = re.compile(r"\S")

_LONGEST_SENTENCE = 1000
"""How far before its first match a passage looks for the beginning of a sentence."""

_NO_END = sys.maxsize


class WordHit(NamedTuple):
    """A token that met the query: its span, its tier, and which word of the query it met."""

    start: int
    end: int
    tier: str
    word: int


Meetings = tuple[tuple[int, str], ...]
"""(which word of the query, tier) of all that a form meets."""


class Highlighter:
    """Finds the words of texts that meet one query.

    `meets` is asked once per distinct unmarked form. `phrases` are sequences of numbers of words
    that are marked only where they stand together; words in `loose` are marked wherever they stand.
    `admits`, where given, decides of each place by the word as it is written there.
    """

    def __init__(
        self,
        meets: Callable[[str], Meetings],
        tokenizer: Tokenizer,
        phrases: Sequence[tuple[int, ...]] = (),
        loose: frozenset[int] = frozenset(),
        admits: Callable[[int, str], bool] | None = None,
    ) -> None:
        self._meets = meets
        self._tokenizer = tokenizer
        self._phrases = phrases
        self._loose = loose
        self._admits = admits
        self._met: dict[int, Meetings] = {}
        self._meetings: dict[str, Meetings] = {}

    def hits(self, text: str) -> list[WordHit]:
        """The tokens of `text` that met the query, in order."""
        tokens = self._tokenizer.tokenize(text)
        form_ids = tokens.form_ids.tolist()
        for form in set(form_ids).difference(self._met):
            self._met[form] = self.meetings(self._tokenizer.forms[form])
        met = {place: self._met[form] for place, form in enumerate(form_ids) if self._met[form]}
        places = list(met)
        starts, ends = tokens.starts.take(places).tolist(), tokens.ends.take(places).tolist()
        return self.marked(
            text, met, dict(zip(places, zip(starts, ends, strict=True), strict=True))
        )

    def meetings(self, form: str) -> Meetings:
        """What a form meets."""
        known = self._meetings.get(form)
        if known is None:
            known = self._meetings[form] = self._meets(form)
        return known

    def marked(
        self, text: str, met: Mapping[int, Meetings], spans: Mapping[int, tuple[int, int]]
    ) -> list[WordHit]:
        """The hits of a text, of whose tokens those that meet anything are known.

        met: what the token of each number meets, rising; spans: where in the text each stands.
        """
        if self._admits is not None:
            met = {
                place: tuple(m for m in meetings if self._admits(m[0], text[slice(*spans[place])]))
                for place, meetings in met.items()
            }
        marked = self._marked_in_phrases(met)
        for place, meetings in met.items():
            for word, tier in meetings:
                if word in self._loose:
                    marked.setdefault(place, (word, tier))
        return [
            WordHit(*spans[place], tier, word) for place, (word, tier) in sorted(marked.items())
        ]

    def _marked_in_phrases(self, met: Mapping[int, Meetings]) -> dict[int, tuple[int, str]]:
        """By token, the word of a phrase that it is, and its tier; of two the later phrase."""
        tiers = {place: dict(meetings) for place, meetings in met.items()} if self._phrases else {}
        marked: dict[int, tuple[int, str]] = {}
        for phrase in self._phrases:
            begins = [
                first
                for first in tiers
                if all(word in tiers.get(first + i, ()) for i, word in enumerate(phrase))
            ]
            following = begins[1:]  # a token of two phrases belongs to the later
            for first, end in zip_longest(begins, following, fillvalue=_NO_END):
                for i, word in enumerate(phrase[: end - first]):
                    marked[first + i] = (word, tiers[first + i][word])
        return marked


def matches_of(text: str, hits: Sequence[WordHit]) -> tuple[Match, ...]:
    """The hits as matches: the written words and their places."""
    return tuple(Match(text[h.start : h.end], h.start, h.end, h.tier) for h in hits)


def best_snippets(
    text: str,
    hits: Sequence[WordHit],
    weights: Sequence[float],
    *,
    count: int = 1,
    width: int = 160,
) -> tuple[Snippet, ...]:
    """The `count` best passages of about `width` code points, in order of worth.

    `weights` are the worths of the query's words. Without a hit the text's beginning is the one
    passage. Passages do not overlap.
    """
    if count <= 0:
        return ()
    if not hits:
        return (_opening(text, width),)
    blanks = _blank_lines(text)
    chosen = _Apart()
    candidates = _windows(len(text), hits, weights, width, blanks)
    for _, first, last in sorted(candidates, key=lambda c: (-c[0], c[1])):
        start, end = hits[first].start, hits[last].end
        if chosen.admits((start, end)):  # else no passage around it can be admitted
            chosen.add(_passage(text, start, end, width, blanks))
            if len(chosen.spans) == count:
                break
    return _snippets(text, chosen.spans, hits)


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


def _blank_lines(text: str) -> _BlankLines:
    found = [match.span() for match in _PARAGRAPH_END.finditer(text)]
    return _BlankLines([start for start, _ in found], [end for _, end in found])


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
    """What the hits of a window are worth, while it moves on: each word counts once."""

    def __init__(self, weights: Sequence[float]) -> None:
        self._weights = weights
        self._counts: dict[int, int] = {}
        self._sum: float | None = 0.0

    def add(self, word: int) -> None:
        """A hit of a word comes into the window."""
        self._counts[word] = self._counts.get(word, 0) + 1
        if self._counts[word] == 1:
            self._sum = None

    def drop(self, word: int) -> None:
        """A hit of a word leaves it."""
        self._counts[word] -= 1
        if not self._counts[word]:
            del self._counts[word]
            self._sum = None

    @property
    def sum(self) -> float:
        """The weights of the words, added in one order, so that equal windows are worth as much."""
        if self._sum is None:
            self._sum = sum(self._weights[word] for word in sorted(self._counts))
        return self._sum


def _windows(
    length: int, hits: Sequence[WordHit], weights: Sequence[float], width: int, blanks: _BlankLines
) -> list[tuple[float, int, int]]:
    """For each hit the passage that begins with it: (worth, first hit, last hit).

    One walk over the hits: where a window ends only moves on, and its worth is kept up to date.
    """
    found = []
    worth = _Worth(weights)
    last = -1
    for first, hit in enumerate(hits):
        if first:
            worth.drop(hits[first - 1].word)
        limit = min(blanks.ceiling(hit.start, length), hit.start + width)
        while last < first or (last + 1 < len(hits) and hits[last + 1].end <= limit):
            last += 1
            worth.add(hits[last].word)
        spread = (hits[last].start - hit.start) / max(width, 1)
        gain = 1 + 0.02 * (last - first + 1)
        found.append((worth.sum * gain - 0.05 * spread, first, last))
    return found


def _passage(text: str, first: int, last: int, width: int, blanks: _BlankLines) -> tuple[int, int]:
    """Widen the span of some hits to about `width`, to sentence or word bounds."""
    near = max(first - width, 0)
    floor = blanks.floor(first, near)
    ceiling = blanks.ceiling(last, len(text))
    room = max(width - (last - first), 0)
    start = max(floor, first - room // 3)
    if start > floor:
        start = _word_start(text, start, first)
    back = max(floor, first - min(room, _LONGEST_SENTENCE))
    sentence = max(
        (m.end() for m in _SENTENCE_START.finditer(text, back, first)),
        default=floor if floor == 0 or floor > near else -1,
    )
    if sentence >= 0:
        start = sentence
    end = min(ceiling, max(last, start + width))
    if end < ceiling:
        end = _word_end(text, end, last)
    return _trimmed(text, start, end)


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
    """The first words of a text in which nothing was met."""
    first = _NOT_SPACE.search(text)
    start = first.start() if first else 0
    blank = _PARAGRAPH_END.search(text, start)
    blanks = _BlankLines([blank.start()], [blank.end()]) if blank else _BlankLines([], [])
    (snippet,) = _snippets(text, [_passage(text, start, start, width, blanks)], ())
    return snippet


def _snippets(
    text: str, spans: Sequence[tuple[int, int]], hits: Sequence[WordHit]
) -> tuple[Snippet, ...]:
    """The passages at some spans, with the hits in each."""
    inside = []
    for start, end in spans:
        low = bisect_left(hits, start, key=lambda h: h.start)
        inside.append(hits[low : bisect_right(hits, end, key=lambda h: h.end)])
    anchors = [here[0].start if here else span[0] for here, span in zip(inside, spans, strict=True)]
    lines = line_numbers(text, anchors)
    return tuple(
        Snippet(text[start:end], start, lines[anchor], matches_of(text, here))
        for (start, end), anchor, here in zip(spans, anchors, inside, strict=True)
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
