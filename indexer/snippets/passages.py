"""Which passages of a text show best why it was found, and which words in them met the query?

Passages are cut from the original text and are slices of it. A passage is worth the query words it
holds, each counted once by its idf, a little more where they stand close; it never reaches across
a blank line, where scraped pages change the subject.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from analyzers.tokenizer import Tokenizer
from indexer.results import Match, Snippet

_PARAGRAPH_END = re.compile(r"\n[^\S\n]*\n|\r\n[^\S\r\n]*\r\n")
_SENTENCE_START = re.compile(r"[.!?؟؛\n]\s*")
_NOT_SPACE = re.compile(r"\S")


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
        marked: dict[int, tuple[int, str]] = {}
        for phrase in self._phrases:
            for first in met:
                window = [dict(met.get(first + i, ())) for i in range(len(phrase))]
                if all(word in tiers for word, tiers in zip(phrase, window, strict=True)):
                    for i, (word, tiers) in enumerate(zip(phrase, window, strict=True)):
                        marked[first + i] = (word, tiers[word])
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
    chosen: list[tuple[int, int]] = []
    candidates = _windows(text, hits, weights, width)
    for _, first, last in sorted(candidates, key=lambda c: (-c[0], c[1])):
        span = _passage(text, hits[first].start, hits[last].end, width)
        if all(span[1] <= begin or end <= span[0] for begin, end in chosen):
            chosen.append(span)
            if len(chosen) == count:
                break
    if not chosen:
        chosen.append(_opening(text, width))
    return tuple(_snippet(text, span, hits) for span in chosen)


def _windows(
    text: str, hits: Sequence[WordHit], weights: Sequence[float], width: int
) -> list[tuple[float, int, int]]:
    """For each hit the passage that begins with it: (worth, first hit, last hit)."""
    barriers = [match.start() for match in _PARAGRAPH_END.finditer(text)] if hits else []
    found = []
    last = 0
    for first, hit in enumerate(hits):
        after = bisect_left(barriers, hit.start)
        limit = barriers[after] if after < len(barriers) else len(text)
        limit = min(limit, hit.start + width)
        last = max(last, first)
        while last + 1 < len(hits) and hits[last + 1].end <= limit:
            last += 1
        inside = hits[first : last + 1]
        worth = sum(weights[word] for word in {h.word for h in inside})
        spread = (inside[-1].start - hit.start) / max(width, 1)
        found.append((worth * (1 + 0.02 * len(inside)) - 0.05 * spread, first, last))
    return found


def _passage(text: str, first: int, last: int, width: int) -> tuple[int, int]:
    """Widen the span of some hits to about `width`, to sentence or word bounds."""
    near = max(first - width, 0)
    floor = max((m.end() for m in _PARAGRAPH_END.finditer(text, near, first)), default=near)
    barrier = _PARAGRAPH_END.search(text, last)
    ceiling = barrier.start() if barrier else len(text)
    room = max(width - (last - first), 0)
    start = max(floor, first - room // 3)
    if start > floor:
        start = _word_start(text, start, first)
    sentence = max(
        (m.end() for m in _SENTENCE_START.finditer(text, max(floor, first - room), first)),
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


def _opening(text: str, width: int) -> tuple[int, int]:
    first = _NOT_SPACE.search(text)
    start = first.start() if first else 0
    return _passage(text, start, start, width)


def _snippet(text: str, span: tuple[int, int], hits: Sequence[WordHit]) -> Snippet:
    start, end = span
    low = bisect_left(hits, start, key=lambda h: h.start)
    high = bisect_right(hits, end, key=lambda h: h.end)
    anchor = hits[low].start if low < high else start
    return Snippet(
        text[start:end],
        start,
        line_number(text, anchor),
        matches_of(text, hits[low:high]),
    )


def line_number(text: str, offset: int) -> int:
    """The line, from 1, in which `offset` stands; a lone CR ends no line, as in editors."""
    return text.count("\n", 0, offset) + 1
