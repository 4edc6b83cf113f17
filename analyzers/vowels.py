"""Which vowel marks does a word bear, and on which of its letters?"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from pyarabic import araby_const as araby

from analyzers.letters import DECOMPOSED_HAMZA, MARKS, SUPERSCRIPT_ALEF
from analyzers.normalizer import unmark

Marks = tuple[frozenset[str], ...]
"""By letter of a word, the vowel marks on it."""

_VOWELS = {mark: mark for mark in (*araby.TASHKEEL, SUPERSCRIPT_ALEF)} | {
    "\u08f0": araby.FATHATAN,  # the open tanweens and the sukun of Quranic texts
    "\u08f1": araby.DAMMATAN,
    "\u08f2": araby.KASRATAN,
    "\u06e1": araby.SUKUN,
}
_FIRST_PRESENTATION_FORM = "\ufb50"
_REMEMBERED = 1 << 16


@lru_cache(maxsize=_REMEMBERED)
def marks_of(written: str) -> tuple[str, Marks]:
    """The unmarked form of a word, and the marks on each of its letters.

    The form is empty where letters and marks cannot be told apart. The tanween of كتاباً counts to
    the letter before the alef, where others write it.
    """
    if any(char >= _FIRST_PRESENTATION_FORM for char in written):
        written = unicodedata.normalize("NFKC", written).replace(" ", "")  # on which a mark stood
    letters, marks = [], []
    for cluster in _clusters(written):
        own = unmark(cluster)
        letters.append(own)
        if own:
            borne = frozenset(_VOWELS[char] for char in cluster if char in _VOWELS)
            marks += [frozenset[str]()] * (len(own) - 1) + [borne]
    unmarked = "".join(letters)
    if unmarked != unmark(written):
        return "", ()
    if len(marks) > 1 and unmarked[-1] in "اى" and araby.FATHATAN in marks[-1]:
        marks[-2:] = [marks[-2] | {araby.FATHATAN}, marks[-1] - {araby.FATHATAN}]
    return unmarked, tuple(marks)


def _clusters(written: str) -> Iterator[str]:
    """Letters, each with all that stands on it."""
    start = 0
    for at in range(1, len(written)):
        char = written[at]
        if char not in MARKS and char not in DECOMPOSED_HAMZA:
            yield written[start:at]
            start = at
    yield written[start:]
