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

import os
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pyarabic import araby_const as araby

from analyzers.codepoints import code_points, text_of
from analyzers.letters import READ_MARKS
from analyzers.named import NamedTuple
from analyzers.spellings import Spellings, TextWords
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

_MOST_LETTERS = 32
"""Longer words, with their marks, are numbered one by one."""

_FEW = 8
"""Where only one token in so many may have a note, these are cut out of their texts."""


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


class Ways(NamedTuple):
    """The ways in which forms are written, by number: 0 is that of words that have no note.

    forms, kinds: int64, by number the id of the form, and which note, 0 being the empty one.
    """

    forms: NDArray[np.int64]
    kinds: NDArray[np.int64]


class Notes:
    """The notes of words, found once for each as it is written: `table[0]` is the empty one."""

    def __init__(self) -> None:
        self.table = [""]
        self._kinds = {"": 0}
        self._words = Spellings(int.from_bytes(os.urandom(8), "little"), _MOST_LETTERS // 4)
        self._of_word = np.zeros((2, 1 << 12), np.uint32)
        """By number of a word as it is written: its form, and its way."""
        self._others: dict[tuple[int, str], int] = {}
        """Ways of words of which others are written alike, and have another form."""
        self._form_of_way = [0]
        self._kind_of_way = [0]

    @property
    def ways(self) -> Ways:
        """Those that were met."""
        return Ways(np.array(self._form_of_way, np.int64), np.array(self._kind_of_way, np.int64))

    def of_batch(
        self,
        texts: Sequence[str],
        batch: BatchArrays,
        forms: Sequence[str],
        lengths: NDArray[np.int64],
    ) -> NDArray[np.uint32] | None:
        """The way in which each token of some texts is written; None where none has a note.

        lengths: by form. A word that is as long as its form has no note, unless a mark is read as
        one of its letters.
        """
        spans = batch.ends - batch.starts
        other = spans != lengths.take(batch.form_ids)
        read = np.array([any(mark in text for mark in READ_MARKS) for text in texts], np.bool_)
        if read.any():
            other |= read.repeat(np.diff(batch.bounds))
        tokens = np.flatnonzero(other & (spans <= LONGEST_WORD))
        if not len(tokens):
            return None
        words = _words_at(texts, batch, tokens, spans.take(tokens))
        form_ids = batch.form_ids.take(tokens)
        known = len(self._words)
        ids, fresh = self._words.ids(words)
        if fresh:
            first_forms = np.zeros(len(fresh), np.uint32)
            new = np.flatnonzero(ids >= known)
            first_forms[ids.take(new) - known] = form_ids.take(new)
            self._meet(known, fresh, first_forms, forms)
        form_of_word, way_of_word = self._of_word
        found = way_of_word.take(ids)
        for place in np.flatnonzero(form_of_word.take(ids) != form_ids).tolist():
            head, form = int(words.heads[place]), int(form_ids[place])
            word = text_of(words.letters[head : head + int(words.lengths[place])])
            found[place] = self._way_of_other(form, word, forms[form])
        ways = np.zeros(len(spans), np.uint32)
        ways[tokens] = found
        return ways

    def _meet(
        self, first: int, fresh: list[str], form_ids: NDArray[np.uint32], forms: Sequence[str]
    ) -> None:
        """Number the ways of words that were not met before, the first of which is `first`."""
        if len(self._words) > self._of_word.shape[1]:
            grown = np.zeros((2, 2 * len(self._words)), np.uint32)
            grown[:, :first] = self._of_word[:, :first]
            self._of_word = grown
        own = form_ids.tolist()
        notes = notes_of([forms[form] for form in own], fresh)
        ways = list(map(self._way, own, notes))
        self._of_word[:, first : len(self._words)] = form_ids, ways

    def _way_of_other(self, form: int, word: str, spelled: str) -> int:
        known = self._others.get((form, word))
        if known is None:
            way = self._way(form, *notes_of([spelled], [word]))
            known = self._others[form, word] = way
        return known

    def _way(self, form: int, note: str) -> int:
        """A number for a form with a note."""
        if not note:
            return 0
        kind = self._kinds.setdefault(note, len(self.table))
        if kind == len(self.table):
            self.table.append(note)
        self._form_of_way.append(form)
        self._kind_of_way.append(kind)
        return len(self._form_of_way) - 1


def _words_at(
    texts: Sequence[str],
    batch: BatchArrays,
    tokens: NDArray[np.int64],
    spans: NDArray[np.int64],
) -> TextWords:
    """Some tokens as they are written. spans: how many code points each has."""
    starts = batch.starts.take(tokens)
    owners = batch.bounds.searchsorted(tokens, "right") - 1
    if len(tokens) * _FEW < len(batch.starts):
        ends = (starts + spans).tolist()
        own_texts = map(texts.__getitem__, owners.tolist())
        rows = zip(own_texts, starts.tolist(), ends, strict=True)
        codes = code_points("".join([text[start:end] for text, start, end in rows]))
        return TextWords(codes, spans.cumsum() - spans, spans)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    begins = lengths.cumsum() - lengths
    return TextWords(code_points("".join(texts)), starts + begins.take(owners), spans)
