"""What in a text is no part of it: lines that recur in its folder, and links to other stories?

Such passages are found as any others, but they are not what a hit is shown by.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from analyzers.late import late

if TYPE_CHECKING:
    from indexer.copies.lines import Recurring


Span = tuple[int, int]

_LINKS = late(
    r"[^\w\n]*(?:"
    r"(?:[اأإ]قر[أا]|طالع|شاهد|تابع)\w?\s+(?:[اأ]يض[اً]*|المزيد|كذلك)"
    r"|(?:مواضيع|موضوعات|[اأ]خبار|مقالات|قصص|تقارير)\s+(?:ذات صلة|متعلقة|مرتبطة|مشابهة|قد تهمك)"
    r")(?!\w)"
)
"""How a line begins that leads to other stories: «اقرأ أيضا: …», «مواضيع ذات صلة».

One without more words heads a list: the lines below it, up to a blank or a long one.
"""

_LINKING = (
    "أيض", "ايض", "المزيد", "كذلك", "ذات صلة", "متعلقة", "مرتبطة", "مشابهة", "قد تهمك",
)  # fmt: skip
"""One of these is in every such line: looked for first, as few texts have any."""

_LINK_WORDS = 30
"""A line with more words is a text by itself."""

_LINK_CHARS = 500
"""More than these words have, and more space than a recurring line is written with."""

_LINE = r"[^\n]+"
_WORD = late(r"\w")


def by_folder(lines: Iterable[Recurring]) -> Mapping[str, frozenset[str]]:
    """The recurring lines of each folder, as `spans_in` compares them."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for line in lines:
        found[line.folder].add(line.text)
    return {folder: frozenset(texts) for folder, texts in found.items()}


def spans_in(text: str, recurring: frozenset[str]) -> list[Span]:
    """The spans of what is no part of a text, ascending: recurring lines and links."""
    may_link = any(word in text for word in _LINKING)
    if not recurring and not may_link:
        return []
    found: list[Span] = []
    listed_to = None
    longest = _LINK_CHARS + max(map(len, recurring), default=0)
    for line in re.finditer(_LINE, text):
        if line.end() - line.start() > longest:
            continue
        words = line.group().split()
        link = _LINKS.match(line.group()) if may_link and len(words) <= _LINK_WORDS else None
        is_listed = listed_to == line.start() - 1 and 0 < len(words) <= _LINK_WORDS
        if link or is_listed or " ".join(words) in recurring:
            found.append(line.span())
        heads = link is not None and not re.search(r"\w", line.group()[link.end() :])
        listed_to = line.end() if heads or is_listed else None
    return found


def whole(text: str, spans: list[Span], words: list[Span]) -> list[Span]:
    """The spans beyond whose ends no phrase goes on: none of the words stands right beside another.

    words: the spans of words of a query, ascending.
    """
    broken = set()
    for (start, end), (following, _) in pairwise(words) if spans else ():
        near, far = _place(spans, start), _place(spans, following)
        if near != far and not _WORD.search(text, end, following):
            broken |= {near, far}
    return [span for place, span in enumerate(spans) if place not in broken]


def _place(spans: list[Span], offset: int) -> int | None:
    """Which span has an offset."""
    place = bisect_right(spans, offset, key=lambda span: span[0]) - 1
    return place if place >= 0 and offset < spans[place][1] else None


def are_within(starts: Iterable[int], spans: Iterable[Span]) -> bool:
    """Whether all of some places are within spans."""
    known = list(spans)
    return all(any(start <= place < end for start, end in known) for place in starts)
