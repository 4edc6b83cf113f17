"""Does this word carry any weight in a query? The list is data/stopwords.txt.

Words are matched as unmarked, unfolded forms (`u`): folding first would drop the name علي with the
particle على. A stopword is still indexed with its position, so that phrases may hold it.
"""

from __future__ import annotations

from functools import cache

from pyarabic import araby

from analyzers.lists import read_list, words_of

CONJUNCTIONS = (araby.WAW, araby.FEH)
"""و and ف may stand before any particle of the list."""

_UNPREFIXED = "="
"""Before a word of the list: this one only as it stands, as فـ or وـ would make another word."""


def parse_stopwords(text: str) -> frozenset[str]:
    """The forms named by a stopword list: words between blanks, `#` begins a comment."""
    words: set[str] = set()
    for entry in words_of(text):
        if entry.startswith(_UNPREFIXED):
            words.add(entry.removeprefix(_UNPREFIXED))
        else:
            words.add(entry)
            words.update(conjunction + entry for conjunction in CONJUNCTIONS)
    return frozenset(words)


@cache
def stopwords() -> frozenset[str]:
    """All stopwords of the built-in list, with their conjunctions."""
    return parse_stopwords(read_list("stopwords.txt"))


def is_stopword(unmarked: str) -> bool:
    """Whether the unmarked form `u` is a stopword."""
    return unmarked in stopwords()
