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
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyarabic import araby_const as araby

from analyzers.codepoints import code_points
from analyzers.late import late
from analyzers.named import NamedTuple
from analyzers.ranked import numbered
from analyzers.spellings import ABSENT
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

_LIGATURES = ((0xFBDD, 0xFBFB), (0xFC00, 0xFDFC), (0xFEF5, 0xFEFC))
"""Where the signs are that stand for several letters of a word."""

_a_ligature = late(f"[{''.join(f'{chr(a)}-{chr(b)}' for a, b in _LIGATURES)}]")

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
    counted = (codes == _LETTER_CODE).cumsum(dtype=np.int32)
    last_counted = counted.take(heads + lengths - 1)
    letters = last_counted - counted.take(heads) + 1
    fits = codes.take(heads) == _LETTER_CODE
    fits &= (letters == form_lengths) & (letters <= _MOST_PACKED)
    at = np.flatnonzero((codes != _LETTER_CODE) & (codes != _LEFT_OUT))
    marks, on = codes.take(at), counted.take(at)
    owners = np.arange(len(words), dtype=np.int32).repeat(lengths).take(at)
    odd = marks == _OTHER
    alike = (marks[1:] == _SHADDA) == (marks[:-1] == _SHADDA)
    odd[1:] |= (on[1:] == on[:-1]) & alike
    odd[2:] |= on[2:] == on[:-2]
    fits[owners[odd]] = False
    place = on - counted.take(heads).take(owners)
    sums = np.zeros(len(marks) + 1, np.uint64)
    shifts = (place << 2).astype(np.uint64)
    (marks.astype(np.uint64) << shifts).cumsum(out=sums[1:])
    bounds = np.append(0, np.bincount(owners, minlength=len(words)).cumsum())
    packed = np.where(fits, sums.take(bounds[1:]) - sums.take(bounds[:-1]), np.uint64(0))
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
    """The notes of the words of one tokenizer: `table[0]` is the empty one.

    A word is looked at when it is first met as it is written; pieces of runs each time.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.table = [""]
        self._kinds = {"": 0}
        self._packed: dict[int, int] = {}
        """Kinds by packed notes."""
        self._of_written = np.zeros(1 << 12, np.uint32)
        """Ways by number of a word as it is written."""
        self._known = 0
        self._of_pieces: dict[tuple[int, str], int] = {}
        self._forms_of_ways = [np.zeros(1, np.int64)]
        self._kinds_of_ways = [np.zeros(1, np.int64)]
        self._way_count = 1

    @property
    def ways(self) -> Ways:
        """Those that were met."""
        return Ways(np.concatenate(self._forms_of_ways), np.concatenate(self._kinds_of_ways))

    def of_batch(
        self, texts: Sequence[str], batch: BatchArrays, lengths: NDArray[np.int64]
    ) -> NDArray[np.uint32] | None:
        """The way in which each token of some texts is written; None where none has a note.

        batch: what the tokenizer last made of them. lengths: by form. A word that is as long as its
        form has no note, unless it is a piece of a run, where a mark may be read as a letter, or
        has a ligature, which may make up for a mark.
        """
        if len(self._tokenizer.written) > self._known:
            self._meet(texts, batch, lengths)
        ways = self._of_written.take(batch.written, mode="clip")
        pieces = np.flatnonzero(batch.written == ABSENT)
        if len(pieces):
            form_ids = batch.form_ids.take(pieces).tolist()
            words = _words_at(texts, batch, pieces)
            ways[pieces] = [*map(self._of_piece, form_ids, words)]
        return ways if ways.any() else None

    def _meet(self, texts: Sequence[str], batch: BatchArrays, lengths: NDArray[np.int64]) -> None:
        """Number the ways of words that are met for the first time."""
        known, self._known = self._known, len(self._tokenizer.written)
        if self._known > len(self._of_written):
            grown = np.zeros(2 * self._known, np.uint32)
            grown[:known] = self._of_written[:known]
            self._of_written = grown
        places = np.flatnonzero((batch.written >= known) & (batch.written != ABSENT))
        first = np.full(self._known - known, -1)
        first[batch.written.take(places) - known] = places
        tokens = first[first >= 0]
        spans = batch.ends.take(tokens) - batch.starts.take(tokens)
        own = lengths.take(batch.form_ids.take(tokens))
        noted = spans != own
        if any(self._tokenizer.has_met(first, last) for first, last in _LIGATURES):
            alike = np.flatnonzero(~noted)
            words = _words_at(texts, batch, tokens.take(alike))
            noted[alike] = [_a_ligature.search(word) is not None for word in words]
        noted &= spans <= LONGEST_WORD
        tokens, own = tokens[noted], own[noted]
        if not len(tokens):
            return
        words = _words_at(texts, batch, tokens)
        form_ids = batch.form_ids.take(tokens)
        packed, fits = _packed_notes(words, own)
        distinct, _, numbers = numbered(packed)
        kinds = np.array([*map(self._kind_of_packed, distinct.tolist())], np.int64).take(numbers)
        others = np.flatnonzero(~fits).tolist()
        forms = [self._tokenizer.forms[form] for form in form_ids[~fits].tolist()]
        kinds[others] = [*map(self._kind, notes_of(forms, [words[place] for place in others]))]
        self._of_written[batch.written.take(tokens)] = self._numbered(form_ids, kinds)

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

    def _of_piece(self, form_id: int, word: str) -> int:
        known = self._of_pieces.get((form_id, word))
        if known is None:
            form = self._tokenizer.forms[form_id]
            (note,) = notes_of([form], [word]) if len(word) <= LONGEST_WORD else ("",)
            kinds = np.array([self._kind(note)], np.int64)
            (known,) = self._numbered(np.array([form_id], np.uint32), kinds).tolist()
            self._of_pieces[form_id, word] = known
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


def _words_at(texts: Sequence[str], batch: BatchArrays, tokens: NDArray[np.int64]) -> list[str]:
    """Some tokens as they are written."""
    owners = batch.bounds.searchsorted(tokens, "right") - 1
    starts, ends = (column.take(tokens).tolist() for column in (batch.starts, batch.ends))
    own_texts = map(texts.__getitem__, owners.tolist())
    return [text[start:end] for text, start, end in zip(own_texts, starts, ends, strict=True)]
