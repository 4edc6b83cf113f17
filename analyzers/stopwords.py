"""Stopwords: words that carry no weight in a query. The list is data/stopwords.txt.

Words are matched as unmarked, unfolded forms (`u`): folding first would drop the name علي along
with the particle على. A stopword is still indexed with its position, so phrases may contain it.
"""

from __future__ import annotations

from functools import cache

from pyarabic import araby_const as araby

from analyzers.lists import read_list, words_of

CONJUNCTIONS = (araby.WAW, araby.FEH)
"""و and ف may come before any particle of the list."""

_UNPREFIXED = "="
"""Marks a word of the list that takes no conjunction: فـ or وـ would make another word."""


def parse_stopwords(text: str) -> frozenset[str]:
    """The forms in a stopword list: words separated by white space; `#` begins a comment."""
    entries = words_of(text)
    words = frozenset(entry.removeprefix(_UNPREFIXED) for entry in entries)
    free = [entry for entry in entries if not entry.startswith(_UNPREFIXED)]
    return words.union(*([before + entry for entry in free] for before in CONJUNCTIONS))


@cache
def stopwords() -> frozenset[str]:
    """All stopwords of the built-in list, with their conjunctions."""
    return parse_stopwords(read_list("stopwords.txt"))


def is_stopword(unmarked: str) -> bool:
    """Whether the unmarked form `u` is a stopword."""
    return unmarked in stopwords()
