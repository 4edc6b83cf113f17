"""How are the words of a text written, that bear vowel marks or are not written as their form?

A word that is written as its form, but for what says nothing (tatweel, invisible characters), has
no note. Any other has one: for each letter of the form a dot and the marks on it, without the dots
at the end; or, where that would be read otherwise, the word itself.

    form    written    noted
    كتب     كَتَبَ       .َ.َ.َ
    كتب     كتبٌ        ...ٌ
    كتابا   كتاباً      ....ً
    كتب     كـتب
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from pyarabic import araby_const as araby

from analyzers.letters import READ_MARKS
from analyzers.tokenizer import BatchArrays
from analyzers.vowels import marks_of

_LETTER = "."

_SIMPLE_LETTERS = "".join(
    chr(code)
    for first, last in ((araby.HAMZA, araby.GHAIN), (araby.FEH, araby.YEH))
    for code in range(ord(first), ord(last) + 1)
)
_DOTS = str.maketrans(_SIMPLE_LETTERS, _LETTER * len(_SIMPLE_LETTERS), araby.TATWEEL)
_SIMPLE = _LETTER + "".join(map(chr, range(ord(araby.FATHATAN), ord(araby.SUKUN) + 1)))
"""Of what these are left of, each letter is one of its form, and what follows are its marks."""

LONGEST_WORD = 256
"""Of a longer word nothing is noted, so that a letter may bear a million marks."""


def notes_of(forms: Sequence[str], words: Sequence[str]) -> list[str]:
    """How words are written, each beside its form; see above."""
    dots = unicodedata.normalize("NFC", "\n".join(words).translate(_DOTS)).split("\n")
    return list(map(_note_of, forms, words, dots))


def _note_of(form: str, written: str, note: str) -> str:
    """How a word is written. note: what it is with a dot for each letter."""
    if not note.strip(_SIMPLE) and note[:1] == _LETTER and note.count(_LETTER) == len(form):
        if len(form) > 1 and form[-1] in "اى":
            note = _tanween_moved(note)
        return note.rstrip(_LETTER)
    letters, marks = found = marks_of(written)
    if letters == form:
        note = "".join(_LETTER + "".join(sorted(borne)) for borne in marks).rstrip(_LETTER)
        if marks_of(word_of(form, note)) == found:
            return note
    return written


def _tanween_moved(note: str) -> str:
    """A note on a word that ends in alef or ى, whose tanween counts to the letter before."""
    others, last, marks = note.rpartition(_LETTER)
    if araby.FATHATAN not in marks:
        return note
    moved = unicodedata.normalize("NFC", others + araby.FATHATAN)
    return moved + last + marks.replace(araby.FATHATAN, "")


def word_of(form: str, note: str) -> str:
    """A word with the marks of the one that was noted."""
    if not note.startswith(_LETTER):
        return note or form
    marks = note.split(_LETTER)[1:]
    return "".join(map(str.__add__, form, marks)) + form[len(marks) :]


class Notes:
    """Notes by number, each found once: `table[0]` is that of a word that has none."""

    def __init__(self) -> None:
        self.table = [""]
        self._numbers = {"": 0}
        self._known: dict[tuple[int, str], int] = {}

    def of_batch(
        self,
        texts: Sequence[str],
        batch: BatchArrays,
        forms: Sequence[str],
        lengths: NDArray[np.int64],
    ) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        """(the tokens of some texts that have a note, ascending; the number of each).

        lengths: by form. A word that is as long as its form has no note, unless a mark is read as
        one of its letters.
        """
        spans = batch.ends - batch.starts
        other = spans != lengths.take(batch.form_ids)
        read = np.array([any(mark in text for mark in READ_MARKS) for text in texts], np.bool_)
        if read.any():
            other |= read.repeat(np.diff(batch.bounds))
        tokens = np.flatnonzero(other & (spans <= LONGEST_WORD))
        owners = batch.bounds.searchsorted(tokens, "right") - 1
        form_ids, starts, ends = (column.take(tokens).tolist() for column in batch[:3])
        own_texts = map(texts.__getitem__, owners.tolist())
        words = [text[i:j] for text, i, j in zip(own_texts, starts, ends, strict=True)]
        keys = list(zip(form_ids, words, strict=True))
        found = [*map(self._known.get, keys)]
        missing = [place for place, number in enumerate(found) if number is None]
        if missing:
            self._meet({keys[place] for place in missing}, forms)
            for place in missing:
                found[place] = self._known[keys[place]]
        numbers = np.array(found, np.uint32)
        noted = numbers != 0
        return tokens[noted], numbers[noted]

    def _meet(self, fresh: Iterable[tuple[int, str]], forms: Sequence[str]) -> None:
        """Number the notes on words that were not met before: a form by id, how it is written."""
        ids, words = zip(*fresh, strict=True)
        for key, note in zip(fresh, notes_of([forms[i] for i in ids], words), strict=True):
            number = self._known[key] = self._numbers.setdefault(note, len(self.table))
            if number == len(self.table):
                self.table.append(note)
