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
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice, pairwise
from math import log, sqrt
from operator import mul, sub

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
    is_long = words_in(text, *spans[-1]) >= _FEWEST_WORDS  # as all spans before it are
    pieces = [text[start:end] for start, end in spans]
    if not _where_unlike([piece.split() for piece in pieces], _BARE, is_long):
        return []  # nearly always; it takes little time
    return [spans[number][0] for number in _where_unlike(_forms_of(pieces), _STEMS, is_long)]


def _where_unlike(pieces: Iterable[Iterable[str]], keys: _Keys, is_long: bool) -> list[int]:
    """The numbers of the pieces, with words enough, that are unlike what was before them.

    pieces: the words of each. is_long: whether the last has enough; all others have.
    """
    found = []
    before: Counter[str] = Counter()
    numbered = list(enumerate(list(map(keys.__getitem__, words)) for words in pieces))
    for number, words in numbered:
        own = _counts(words)
        is_compared = number > 0 and (is_long or number < len(numbered) - 1)
        if is_compared and _are_unlike(before, own):
            found.append(number)
            before = own
        else:
            before.update(words)
            del before[_NOTHING]
    return found


def _counts(keys: list[str]) -> Counter[str]:
    """How often each key occurs that says something."""
    counts = Counter(keys)
    del counts[_NOTHING]
    return counts


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


def _forms_of(texts: list[str]) -> Iterator[Iterator[str]]:
    """The written forms of each text, which are consumed one text after the other."""
    from analyzers.tokenizer import shared_tokenizer  # with numpy, which few texts need here

    tokenizer = shared_tokenizer()
    batch = tokenizer.tokenize_batch(texts)
    forms = map(tokenizer.forms.__getitem__, batch.form_ids.tolist())
    lengths = map(sub, batch.bounds[1:].tolist(), batch.bounds.tolist())
    return (islice(forms, length) for length in lengths)


_NOTHING = ""
"""The key of words that say nothing."""

_REMEMBERED = 1 << 16


class _Keys(dict[str, str]):
    """The key of each word, found when it is first met; at most so many are remembered."""

    def __init__(self, key: Callable[[str], str]) -> None:
        self._key = key

    def __missing__(self, word: str) -> str:
        if len(self) == _REMEMBERED:
            self.clear()
        key = self[word] = self._key(word)
        return key


def _bare(written: str) -> str:
    """What stands between blanks without signs and article, empty if it says nothing.

    Texts that are alike in these are alike in their stems, which take longer: so it was in all 372
    of 454 comparisons in 29,000 news that these decide.
    """
    word = written.strip(_SIGNS)
    return _ARTICLE.sub("", word) if _says_something(word) else _NOTHING


def _stem(form: str) -> str:
    """The stem of a word, empty if it says nothing."""
    return stem(fold(form)) if _says_something(form) else _NOTHING


_BARE, _STEMS = _Keys(_bare), _Keys(_stem)


def _says_something(form: str) -> bool:
    return len(form) > 2 and not is_stopword(form)


def _are_unlike(one: Counter[str], other: Counter[str]) -> bool:
    shorter = min(one.total(), other.total())  # without stopwords
    return likeness(one, other) < min(0.2, 0.0125 * sqrt(shorter))


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """The cosine of two counts, each 1 + its logarithm: 0 for nothing in common, 1 for the same."""
    words = one.keys() & other.keys()
    here, there = (map(_weight, map(counts.__getitem__, words)) for counts in (one, other))
    common = sum(map(mul, here, there))
    first, second = map(_size, (one, other))
    return common / sqrt(first * second) if first and second else 0.0


def _size(words: Counter[str]) -> float:
    """The square of the length of the weights of some counts; most words have the same few."""
    return sum(times * _weight(count) ** 2 for count, times in Counter(words.values()).items())


@cache
def _weight(count: int) -> float:
    return 1 + log(count)
