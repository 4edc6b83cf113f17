"""Where does another article begin, one that has nothing to do with what stands before it?

A scraped page often holds a second article behind some blank lines. What gives it away: the blank
lines, a headline after them, and that the words behind are others than those before. Likeness is
the cosine of the counts of stems. It falls with length, so that what is asked falls with it: of
1,500 pairs of unrelated news, and 505 places in real ones where a headline follows blank lines, the
likeness lies (5th to 95th percentile) in ::

    words of the shorter side      40-80       80-150      150-300     300 and more
    unrelated articles             0 - .10     .01 - .13   .02 - .14   .04 - .18
    sections of one article       .11 - .36    .10 - .52   .13 - .47   .26 - .52

Those of the second row that are least alike were, when read, columns of unrelated items.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import islice, pairwise
from math import log, sqrt
from operator import sub

from analyzers.normalizer import fold
from analyzers.stemmer import stem
from analyzers.stopwords import is_stopword
from indexer.extract.text import heading

_BLANKS = re.compile(r"\n[^\S\n]*\n(?:[^\S\n]*(?:[-=*_~–—•·]{3,}[^\S\n]*)?\n)+[^\S\n]*")
"""Two blank lines or more, or a blank line and a rule."""

_SIGNS = ".,،؛;:؟?!()[]«»\"'“”…-–"
_ARTICLE = re.compile("^[وفبك]?(?:ال|لل)")

_FEWEST_WORDS = 40
"""Less on either side says too little of what it is about."""

_LONGEST_CHARS = 200_000
_MOST_PLACES = 64
"""What is longer, or has more headlines behind blank lines, is a book with chapters, no page."""

_LEAD_CHARS = 4096
"""As many as `heading` looks at."""


def headlines(text: str) -> list[int]:
    """Where something that reads like a headline follows several blank lines, ascending."""
    places = (match.end() for match in _BLANKS.finditer(text))
    return [place for place in places if heading(text[place : place + _LEAD_CHARS])]


def unrelated(text: str, places: list[int]) -> list[int]:
    """Those of some places, ascending, where something begins that is about something else."""
    if not 0 < len(places) <= _MOST_PLACES or len(text) > _LONGEST_CHARS:
        return []
    bounds = _apart([0, *places, len(text)], text)
    if len(bounds) == 2:  # one span, with nothing to compare it with
        return []
    spans = list(pairwise(bounds))
    pieces = [text[start:end] for start, end in spans]
    enough = [words_in(text, start, end) >= _FEWEST_WORDS for start, end in spans]
    if not _where_unlike([_by_key(Counter(piece.split()), _bare) for piece in pieces], enough):
        return []  # nearly always; it takes little time
    words = [_by_key(forms, _stem) for forms in _forms_of(pieces)]
    return [spans[number][0] for number in _where_unlike(words, enough)]


def _where_unlike(words: list[Counter[str]], enough: list[bool]) -> list[int]:
    """The numbers of the pieces, with words enough, that are unlike what was before them."""
    found = []
    before: Counter[str] = Counter()
    for number, own in enumerate(words):
        if number and enough[number] and _are_unlike(before, own):
            found.append(number)
            before = Counter()
        before.update(own)
    return found


def words_in(text: str, start: int, end: int) -> int:
    """About how many words stand between two places; quick, and whether vowelled or not."""
    return text.count(" ", start, end) + text.count("\n", start, end) + 1


def _apart(bounds: list[int], text: str) -> list[int]:
    """The bounds without those before which there is too little to compare."""
    kept = bounds[:1]
    for place in bounds[1:-1]:
        if words_in(text, kept[-1], place) >= _FEWEST_WORDS:
            kept.append(place)
    return [*kept, bounds[-1]]


def _forms_of(texts: list[str]) -> list[Counter[str]]:
    """How often each written form occurs in each text."""
    from analyzers.tokenizer import shared_tokenizer  # with numpy, which few texts need here

    tokenizer = shared_tokenizer()
    batch = tokenizer.tokenize_batch(texts)
    forms = map(tokenizer.forms.__getitem__, batch.form_ids.tolist())
    lengths = map(sub, batch.bounds[1:].tolist(), batch.bounds.tolist())
    return [Counter(islice(forms, length)) for length in lengths]


def _by_key(forms: Counter[str], key: Callable[[str], str]) -> Counter[str]:
    """The counts of forms with one key together; without those whose key is empty."""
    found: dict[str, int] = {}
    for form, count in forms.items():
        if word := key(form):
            found[word] = found.get(word, 0) + count
    return Counter(found)


@lru_cache(maxsize=1 << 16)
def _bare(written: str) -> str:
    """What stands between blanks without signs and article, empty if it says nothing.

    Texts that are alike in these are alike in their stems, which take longer: so it was in all 372
    of 454 comparisons in 29,000 news that these decide.
    """
    word = written.strip(_SIGNS)
    return _ARTICLE.sub("", word) if _says_something(word) else ""


@lru_cache(maxsize=1 << 16)
def _stem(form: str) -> str:
    """The stem of a word, empty if it says nothing."""
    return stem(fold(form)) if _says_something(form) else ""


def _says_something(form: str) -> bool:
    return len(form) > 2 and not is_stopword(form)


def _are_unlike(one: Counter[str], other: Counter[str]) -> bool:
    shorter = min(one.total(), other.total())  # without stopwords
    return likeness(one, other) < min(0.2, 0.0125 * sqrt(shorter))


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """The cosine of two counts, each 1 + its logarithm: 0 for nothing in common, 1 for the same."""
    common = sum(_weight(one[word]) * _weight(other[word]) for word in one.keys() & other.keys())
    first, second = map(_size, (one, other))
    return common / sqrt(first * second) if first and second else 0.0


def _size(words: Counter[str]) -> float:
    """The square of the length of the weights of some counts; most words have the same few."""
    return sum(times * _weight(count) ** 2 for count, times in Counter(words.values()).items())


@cache
def _weight(count: int) -> float:
    return 1 + log(count)
