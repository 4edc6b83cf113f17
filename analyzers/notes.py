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
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyarabic import araby_const as araby

from analyzers.codepoints import code_points, text_of
from analyzers.letters import READ_MARKS
from analyzers.named import NamedTuple
from analyzers.ranked import numbered
from analyzers.spellings import Spellings, TextWords
from analyzers.tokenizer import BatchArrays, Tokenizer
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


# --- the same of many words at once

_MOST_PACKED = 16
_SHADDA = 8
_PACKED_MARKS = {
    araby.FATHATAN: 1,
    araby.DAMMATAN: 2,
    araby.KASRATAN: 3,
    araby.FATHA: 4,
    araby.DAMMA: 5,
    araby.KASRA: 6,
    araby.SUKUN: 7,
    araby.SHADDA: _SHADDA,
}
_UNPACKED = {
    f"{_SHADDA * shadda + code:x}": _LETTER + "".join(sorted(mark + araby.SHADDA * shadda))
    for mark, code in {"": 0, **_PACKED_MARKS}.items()
    for shadda in (0, 1)
    if code < _SHADDA
}
"""By a digit of a packed note, in hexadecimal, a letter of the note."""

_LETTER_CODE, _LEFT_OUT, _OTHER = 0, 9, 10
_CODES = 0x660


@cache
def _codes() -> NDArray[np.uint8]:
    """By code point: a number of `_PACKED_MARKS`, or another. The last stands for all behind."""
    found = np.full(_CODES, _OTHER, np.uint8)
    found[[*map(ord, _SIMPLE_LETTERS)]] = _LETTER_CODE
    found[ord(araby.TATWEEL)] = _LEFT_OUT
    for mark, code in _PACKED_MARKS.items():
        found[ord(mark)] = code
    return found


def _packed_notes(
    words: list[str], form_lengths: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """(the notes of words as numbers, which of them can be told so; the others are 0).

    Four bits for each letter, the first the lowest, are the marks on it. form_lengths: of the form
    of each word. Words that can be told have at most 16 letters, as many as their form, a shadda
    and another mark on each at most, and nothing else but tatweel.
    """
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    points = code_points("".join(words))
    codes = _codes().take(np.minimum(points, _CODES - 1))
    heads = lengths.cumsum() - lengths
    counted = (codes == _LETTER_CODE).cumsum()
    last_counted = counted.take(heads + lengths - 1)
    letters = last_counted - counted.take(heads) + 1
    fits = codes.take(heads) == _LETTER_CODE
    fits &= (letters == form_lengths) & (letters <= _MOST_PACKED)
    at = np.flatnonzero(codes)
    marks, owners = codes.take(at), np.arange(len(words)).repeat(lengths).take(at)
    on = counted.take(at)
    odd = marks == _OTHER
    at_once = marks != _LEFT_OUT
    marks, owners, on, odd = (column[at_once] for column in (marks, owners, on, odd))
    alike = (marks[1:] == _SHADDA) == (marks[:-1] == _SHADDA)
    odd[1:] |= (on[1:] == on[:-1]) & alike
    odd[2:] |= on[2:] == on[:-2]
    fits[owners[odd]] = False
    kept = fits.take(owners)
    marks, owners, on = marks[kept], owners[kept], on[kept]
    place = on - counted.take(heads).take(owners)
    sums = np.zeros(len(marks) + 1, np.uint64)
    (marks.astype(np.uint64) << (4 * place).astype(np.uint64)).cumsum(out=sums[1:])
    bounds = np.append(0, np.bincount(owners, minlength=len(words)).cumsum())
    packed = sums.take(bounds[1:]) - sums.take(bounds[:-1])
    which = np.flatnonzero(fits & (letters > 1))
    last_places = np.flatnonzero(codes == _LETTER_CODE).take(last_counted.take(which) - 1)
    ends = points.take(last_places)
    which = which[(ends == ord(araby.ALEF)) | (ends == ord(araby.ALEF_MAKSURA))]
    moved, can_be = _tanweens_moved(packed.take(which), letters.take(which))
    packed[which], fits[which] = moved, can_be
    return packed, fits


def _tanweens_moved(
    packed: NDArray[np.uint64], letters: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """(see `_tanween_moved`; which fit, as the letter before bears no other vowel; others are 0).

    letters: how many each word has.
    """
    shift = (4 * (letters - 2)).astype(np.uint64)
    two = packed >> shift
    has = (two >> np.uint64(4)) & np.uint64(7) == _PACKED_MARKS[araby.FATHATAN]
    can_be = ~has | (two & np.uint64(7) == 0)
    # 1 for the tanween is taken from the last letter, 0x10 in `two`, and added to the one before
    moved = np.where(has, packed - (np.uint64(0xF) << shift), packed)
    return np.where(can_be, moved, np.uint64(0)), can_be


def _unpacked(packed: int) -> str:
    """A note that was a number."""
    letters = f"{packed:x}" if packed else ""
    return "".join(map(_UNPACKED.__getitem__, reversed(letters)))


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
        self._packed: dict[int, int] = {}
        """Kinds by packed notes."""
        self._forms_of_ways = [np.zeros(1, np.int64)]
        self._kinds_of_ways = [np.zeros(1, np.int64)]
        self._way_count = 1

    @property
    def ways(self) -> Ways:
        """Those that were met."""
        return Ways(np.concatenate(self._forms_of_ways), np.concatenate(self._kinds_of_ways))

    def of_batch(
        self,
        texts: Sequence[str],
        batch: BatchArrays,
        tokenizer: Tokenizer,
        lengths: NDArray[np.int64],
    ) -> NDArray[np.uint32] | None:
        """The way in which each token of some texts is written; None where none has a note.

        tokenizer: whose tokens they are. lengths: by form. A word that is as long as its form has
        no note, unless a mark is read as one of its letters.
        """
        spans = batch.ends - batch.starts
        other = spans != lengths.take(batch.form_ids)
        marks = tokenizer.met_of(READ_MARKS)
        if marks:
            read = np.array([any(mark in text for mark in marks) for text in texts], np.bool_)
            other |= read.repeat(np.diff(batch.bounds))
        tokens = np.flatnonzero(other & (spans <= LONGEST_WORD))
        if not len(tokens):
            return None
        words = _words_at(texts, batch, tokens, spans.take(tokens))
        form_ids, forms = batch.form_ids.take(tokens), tokenizer.forms
        known = len(self._words)
        ids, fresh = self._words.ids(words)
        if fresh:
            first_forms = np.zeros(len(fresh), np.uint32)
            new = np.flatnonzero(ids >= known)
            first_forms[ids.take(new) - known] = form_ids.take(new)
            self._meet(known, fresh, first_forms, forms, lengths)
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
        self,
        first: int,
        fresh: list[str],
        form_ids: NDArray[np.uint32],
        forms: Sequence[str],
        lengths: NDArray[np.int64],
    ) -> None:
        """Number the ways of words that were not met before, the first of which is `first`."""
        if len(self._words) > self._of_word.shape[1]:
            grown = np.zeros((2, 2 * len(self._words)), np.uint32)
            grown[:, :first] = self._of_word[:, :first]
            self._of_word = grown
        packed, fits = _packed_notes(fresh, lengths.take(form_ids))
        distinct, _, numbers = numbered(packed)
        kinds = np.array([*map(self._kind_of_packed, distinct.tolist())], np.int64).take(numbers)
        others = np.flatnonzero(~fits).tolist()
        own = [forms[form] for form in form_ids[~fits].tolist()]
        kinds[others] = [*map(self._kind, notes_of(own, [fresh[place] for place in others]))]
        self._of_word[:, first : len(self._words)] = form_ids, self._numbered(form_ids, kinds)

    def _kind_of_packed(self, packed: int) -> int:
        known = self._packed.get(packed)
        if known is None:
            known = self._packed[packed] = self._kind(_unpacked(packed))
        return known

    def _kind(self, note: str) -> int:
        kind = self._kinds.setdefault(note, len(self.table))
        if kind == len(self.table):
            self.table.append(note)
        return kind

    def _way_of_other(self, form: int, word: str, spelled: str) -> int:
        known = self._others.get((form, word))
        if known is None:
            kinds = np.array([*map(self._kind, notes_of([spelled], [word]))], np.int64)
            (known,) = self._numbered(np.array([form], np.uint32), kinds).tolist()
            self._others[form, word] = known
        return known

    def _numbered(
        self, form_ids: NDArray[np.uint32], kinds: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """The ways of forms with these notes: new numbers, 0 for the empty note."""
        noted = kinds > 0
        ways = np.where(noted, noted.cumsum() + (self._way_count - 1), 0)
        self._forms_of_ways.append(form_ids[noted].astype(np.int64))
        self._kinds_of_ways.append(kinds[noted])
        self._way_count += int(noted.sum())
        return ways


def _words_at(
    texts: Sequence[str],
    batch: BatchArrays,
    tokens: NDArray[np.int64],
    spans: NDArray[np.int64],
) -> TextWords:
    """Some tokens as they are written. spans: how many code points each has."""
    starts = batch.starts.take(tokens)
    if len(tokens) * _FEW < len(batch.starts):
        owners = batch.bounds.searchsorted(tokens, "right") - 1
        ends = (starts + spans).tolist()
        own_texts = map(texts.__getitem__, owners.tolist())
        rows = zip(own_texts, starts.tolist(), ends, strict=True)
        codes = code_points("".join([text[start:end] for text, start, end in rows]))
        return TextWords(codes, spans.cumsum() - spans, spans)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    begins = lengths.cumsum() - lengths
    heads = starts + begins.repeat(np.diff(batch.bounds)).take(tokens)
    return TextWords(code_points("".join(texts)), heads, spans)
