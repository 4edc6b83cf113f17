"""Find the words of a text and the written form of each.

The only tokenizer of Fahras, for texts and queries alike. Offsets are set here, in code points of
the original text, and never change. It does not decide what a form means: `analyzer` does, once
per distinct form.

A word is a run of letters, digits and combining marks. Vowel marks, tatweel and invisible format
characters never split a word. An Arabic letter beside a digit does (الـ24 is ال and 24); a Latin
one does not (B52, F-16). A number keeps its decimal point and loses its thousands separators.
`pieces` splits a run that is not simply one word; `addresses` finds the words in a web address.

How it works: the text becomes an array of code points; a class table drops the marks; class
changes are word boundaries; `spellings` numbers the distinct words as they are written, and each
new one is unmarked once. This is many times faster than a regular expression with a dict.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import compress

import numpy as np
from numpy.typing import NDArray
from pyarabic import araby_const as araby

from analyzers import letters
from analyzers.addresses import spoken
from analyzers.codepoints import code_points
from analyzers.letters import (
    ARABIC,
    DIGIT,
    EMOJI,
    FORMAT,
    MARK,
    NUMBER_SEPARATOR,
    OTHER,
    SEPARATOR,
)
from analyzers.named import NamedTuple
from analyzers.normalizer import PLAIN_RANGES, unmark
from analyzers.pieces import pieces
from analyzers.ranked import distinct_of
from analyzers.spellings import ABSENT, Spellings, TextWords, strings_of

Codes = NDArray[np.uint32]
Classes = NDArray[np.uint8]
Offsets = NDArray[np.int64]
FormIds = NDArray[np.uint32]

CHUNK_CHARS = 1 << 18
"""Texts are joined, and long ones cut, to make about this many code points per pass."""

_UNKNOWN = 255
_SLASH = 253
"""Class of `/`, which may be of a web address, until `addresses` has seen it."""
_READ_MARK = 254
"""Class of a mark that may be read as a letter, until it is located: see `letters.MARK`."""

_SEVERAL = ABSENT - np.uint32(1)
"""Stands for the form of a spelling that is several words, or a sign."""

_FIRST_PLANE = 1 << 16
_OTHER_PLANES = 0x110000 - _FIRST_PLANE
_USUAL_MARKS = 4
"""Usually at most this many marks follow a word's last letter; if more do, they are looked up."""

_MOST_WRITTEN = 32
"""Longer words, with their marks, are numbered one by one."""

_LETTERS_OF_A_NAME = 2
_TEH_MARBUTA = ord(araby.TEH_MARBUTA)
_FIRST_SIGN = 0x2000
"""No sign that is a word has a smaller code point."""


_SPACE = re.compile(r"\s")
_NUMERIC_RUN = r"\d+(?:[.,٫٬،]\d+)*"
_GROUPED_NUMBER = r"\d{1,3}(?:[,٬،]\d{3})+(?:[.٫]\d+)?"
_DECIMAL_NUMBER = r"\d+[.٫]\d+"


class TokenArrays(NamedTuple):
    """The tokens of one text, in order.

    form_ids: uint32, indexes `Tokenizer.forms`. starts, ends: int64, code points of the text.
    """

    form_ids: FormIds
    starts: Offsets
    ends: Offsets


class BatchArrays(NamedTuple):
    """The tokens of several texts: those of text i are at `bounds[i]:bounds[i + 1]`.

    starts and ends count from the beginning of the token's own text. bounds: int64. written:
    uint32, which word, as it is written, see `Tokenizer.written`; `ABSENT` for a piece of a run.
    """

    form_ids: FormIds
    starts: Offsets
    ends: Offsets
    bounds: Offsets
    written: NDArray[np.uint32]


class _Tokens(NamedTuple):
    """The tokens of a chunk; see `BatchArrays`."""

    form_ids: FormIds
    starts: Offsets
    ends: Offsets
    written: NDArray[np.uint32]


class _ChunkWords(NamedTuple):
    """Words of one chunk, written from `starts` to `ends`.

    Word i is spelled by the code points at the places `kept[heads[i]:heads[i] + lengths[i]]`.
    """

    kept: Offsets
    heads: Offsets
    lengths: Offsets
    starts: Offsets
    ends: Offsets

    def without(self, several: Offsets) -> _ChunkWords:
        """All words except these."""
        return _ChunkWords(
            self.kept,
            np.delete(self.heads, several),
            np.delete(self.lengths, several),
            np.delete(self.starts, several),
            np.delete(self.ends, several),
        )


class _CharTable:
    """Class and mapping of each code point, found when it is first met.

    Most texts stay within the first plane, and a table for all planes takes a millisecond to make.
    """

    def __init__(self) -> None:
        self.classes = np.full(_FIRST_PLANE, _UNKNOWN, np.uint8)
        self.mapping = np.zeros(_FIRST_PLANE, np.uint32)

    def classify(self, codes: Codes) -> Classes:
        """The class of each code point, as a fresh array."""
        if len(self.classes) <= int(codes.max(initial=0)):
            self.classes = np.append(self.classes, np.full(_OTHER_PLANES, _UNKNOWN, np.uint8))
            self.mapping = np.append(self.mapping, np.zeros(_OTHER_PLANES, np.uint32))
        found = self.classes.take(codes)
        unknown = found == _UNKNOWN
        if unknown.any():
            met = np.zeros(len(self.classes), np.bool_)
            met[codes[unknown]] = True
            for code in np.flatnonzero(met).tolist():
                is_read = chr(code) in letters.READ_MARKS
                self.classes[code] = _READ_MARK if is_read else letters.char_class(chr(code))
                if chr(code) == "/":
                    self.classes[code] = _SLASH
                self.mapping[code] = ord(letters.char_mapping(chr(code)))
            found = self.classes.take(codes)
        return found


class WrittenWords:
    """The distinct words as they are written, with all their marks, and the form of each by number.

    spellings: numbers them. forms: uint32, with room behind; no form of a token for runs that are
    not simply one word. So a word is unmarked when it is first met, and never again.
    """

    def __init__(self, seed: int) -> None:
        self.spellings = Spellings(seed, _MOST_WRITTEN // 4)
        self.forms = np.zeros(1 << 12, np.uint32)
        self._count = 0

    def add(self, form_ids: FormIds) -> None:
        """The forms of the newest words."""
        count = self._count + len(form_ids)
        if count > len(self.forms):
            grown = np.zeros(2 * count, np.uint32)
            grown[: self._count] = self.forms[: self._count]
            self.forms = grown
        self.forms[self._count : count] = form_ids
        self._count = count

    def __len__(self) -> int:
        return self._count


class Tokenizer:
    """Finds words and numbers the distinct unmarked forms it meets: `forms[id]` is `u`.

    Use one instance per run: its vocabulary grows with what it reads. `seed` is only for tests of
    collisions; by default it is random.
    """

    def __init__(self, seed: int | None = None) -> None:
        self.forms: list[str] = []
        seed = int.from_bytes(os.urandom(8), "little") if seed is None else seed
        self._chars = _CharTable()
        self._spellings = Spellings(seed)
        self._form_of_spelling = np.zeros(1 << 12, np.uint32)
        self.written = WrittenWords(seed)

    def tokenize(self, text: str) -> TokenArrays:
        """The tokens of a text, in order."""
        batch = self.tokenize_batch([text])
        return TokenArrays(batch.form_ids, batch.starts, batch.ends)

    def tokenize_batch(self, texts: Sequence[str]) -> BatchArrays:
        """The tokens of several texts, which are joined so that short ones cost little."""
        counts = np.zeros(len(texts), np.int64)
        nowhere, none = np.zeros(0, np.int64), np.zeros(0, np.uint32)
        parts = [_Tokens(none, nowhere, nowhere, none)]
        for chunk in _chunks(texts):
            lengths = np.array([len(part.text) + 1 for part in chunk])
            begins = np.cumsum(lengths) - lengths
            tokens = self._tokenize_chunk("\n".join(part.text for part in chunk))
            first_tokens = np.append(tokens.starts.searchsorted(begins), len(tokens.starts))
            tokens_of_piece = np.diff(first_tokens)
            offsets = np.array([part.offset for part in chunk])
            shift = np.repeat(offsets - begins, tokens_of_piece)
            shifted = tokens.starts + shift, tokens.ends + shift
            parts.append(_Tokens(tokens.form_ids, *shifted, tokens.written))
            np.add.at(counts, [part.text_index for part in chunk], tokens_of_piece)
        return BatchArrays(
            np.concatenate([part.form_ids for part in parts]),
            np.concatenate([part.starts for part in parts]),
            np.concatenate([part.ends for part in parts]),
            np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]),
            np.concatenate([part.written for part in parts]),
        )

    def has_met(self, first: int, last: int) -> bool:
        """Whether any text had a code point from `first` to `last`, of the first plane."""
        return bool((self._chars.classes[first : last + 1] != _UNKNOWN).any())

    def _tokenize_chunk(self, text: str) -> _Tokens:
        codes = code_points(text)
        classes, slashes = self._classes(codes)
        said = spoken(text, slashes)
        if said != text:
            text, codes = said, code_points(said)
            classes, _ = self._classes(codes)
        words, marked = self._words(text, codes, classes)
        several = [(words.starts.take(marked), words.ends.take(marked))]
        if len(marked):
            words = words.without(marked)
        written, fresh = self.written.spellings.ids(
            TextWords(codes, words.starts, words.ends - words.starts)
        )
        if len(fresh):
            self.written.add(self._form_ids_of(self._spelled(words, fresh, codes)))
        form_ids = self.written.forms.take(written)
        tokens = _Tokens(form_ids, words.starts, words.ends, written)
        is_word = form_ids < _SEVERAL
        if not is_word.all():
            runs = np.flatnonzero(form_ids == _SEVERAL)
            several.append((tokens.starts.take(runs), tokens.ends.take(runs)))
            tokens = _Tokens(
                form_ids[is_word], tokens.starts[is_word], tokens.ends[is_word], written[is_word]
            )
        starts, ends = map(np.concatenate, zip(*several, strict=True))
        return self._with_pieces(text, tokens, starts, ends) if len(starts) else tokens

    def _with_pieces(
        self, text: str, tokens: _Tokens, run_starts: Offsets, run_ends: Offsets
    ) -> _Tokens:
        """The tokens, and those of runs that are not simply one word, in their places."""
        spans = sorted(zip(run_starts.tolist(), run_ends.tolist(), strict=True))
        found = [(start, piece) for start, end in spans for piece in pieces(text[start:end])]
        if not found:
            return tokens
        starts = np.array([start + piece.start for start, piece in found])
        ends = np.array([start + piece.end for start, piece in found])
        form_ids = self._form_ids_of(_as_words([piece.form for _, piece in found]))
        places = tokens.starts.searchsorted(starts)
        return _Tokens(
            np.insert(tokens.form_ids, places, form_ids),
            np.insert(tokens.starts, places, starts),
            np.insert(tokens.ends, places, ends),
            np.insert(tokens.written, places, ABSENT),
        )

    def _spelled(self, words: _ChunkWords, which: Offsets, codes: Codes) -> TextWords:
        """Some of the words, without marks, each letter as it is mapped."""
        heads, lengths = words.heads.take(which), words.lengths.take(which)
        own_heads = lengths.cumsum() - lengths
        at = np.arange(int(lengths.sum())) + (heads - own_heads).repeat(lengths)
        letters = self._chars.mapping.take(codes.take(words.kept.take(at)))
        return TextWords(letters, own_heads, lengths)

    def _classes(self, codes: Codes) -> tuple[Classes, list[int]]:
        """The class of each code point, and the places of those that are `/`."""
        classes = self._chars.classify(codes)
        slashes = np.flatnonzero(classes == _SLASH)
        classes[slashes] = SEPARATOR
        return classes, slashes.tolist()

    def _words(self, text: str, codes: Codes, classes: Classes) -> tuple[_ChunkWords, Offsets]:
        """The words, and the numbers of those with marks that `pieces` must read."""
        _join_numbers(text, classes)
        read = np.concatenate([_seat_hamzas(text, classes), _read_marks(classes)])
        kept = np.flatnonzero((classes != MARK) & (classes != FORMAT))
        plain = classes if len(kept) == len(codes) else classes.take(kept)
        plain[plain == NUMBER_SEPARATOR] = SEPARATOR
        heads, tails = _word_bounds(plain)
        starts, ends = kept.take(heads), kept.take(tails - 1) + 1 if len(tails) else tails
        ends = _extend_over_marks(ends, classes)
        words = _ChunkWords(kept, heads, tails - heads, starts, ends)
        if not len(read):
            return words, read
        numbers = distinct_of(starts.searchsorted(read, "right") - 1)
        numbers = numbers[numbers >= 0]
        first = plain.take(heads.take(numbers))
        return words, numbers[(first == ARABIC) | (first >= EMOJI)]

    def _form_ids_of(self, words: TextWords) -> FormIds:
        """The form of each word, `ABSENT` if it is but marks, `_SEVERAL` if it is not one word."""
        ids, fresh = self._spellings.ids(words)
        if len(fresh):
            self._number_forms(strings_of(words, fresh))
        return self._form_of_spelling.take(ids)

    def _number_forms(self, fresh: list[str]) -> None:
        """Give the newest spellings their forms. Most are spelled as their form is.

        The form of another spelling is itself looked up as a spelling, so that it has one number
        however it is first met.
        """
        first = len(self._spellings) - len(fresh)
        forms = list(fresh)
        own = np.ones(len(fresh), np.bool_)
        for i in _not_plain(fresh):
            forms[i] = unmark(fresh[i])
            own[i] = forms[i] == fresh[i]
        ids = np.full(len(fresh), ABSENT)
        for i in _may_be_several(fresh):
            if [piece[1:] for piece in pieces(fresh[i])] != [(0, len(fresh[i]))]:
                own[i], forms[i], ids[i] = False, "", _SEVERAL
        ids[own] = np.arange(len(self.forms), len(self.forms) + int(own.sum()))
        self.forms += compress(forms, own)
        if len(self._spellings) > len(self._form_of_spelling):
            grown = np.zeros(len(self._spellings), np.uint32)
            self._form_of_spelling = np.concatenate([self._form_of_spelling, grown])
        self._form_of_spelling[first : first + len(fresh)] = ids
        others = [i for i in np.flatnonzero(~own).tolist() if forms[i]]
        if others:
            found = self._form_ids_of(_as_words([forms[i] for i in others]))
            self._form_of_spelling[first + np.array(others)] = found


_SHARED = threading.local()
_SHARED_FORMS = 1 << 14


def shared_tokenizer() -> Tokenizer:
    """A tokenizer for queries and single texts, one per thread: its tables cost more than the text.

    It is replaced when its vocabulary has grown large, so keep no form ids across calls.
    """
    known: Tokenizer | None = getattr(_SHARED, "tokenizer", None)
    if known is None or len(known.forms) > _SHARED_FORMS:
        known = _SHARED.tokenizer = Tokenizer()
    return known


@cache
def _plain() -> NDArray[np.bool_]:
    """Bool by code point of the first plane: whether `unmark` leaves it alone."""
    plain = np.zeros(_FIRST_PLANE, np.bool_)
    for first, last in PLAIN_RANGES:
        plain[ord(first) : ord(last) + 1] = True
    return plain


def _not_plain(words: list[str]) -> list[int]:
    """Which of some words `unmark` might change."""
    letters, heads, _ = _as_words(words)
    plain = _plain().take(np.minimum(letters, _FIRST_PLANE - 1))
    twice = letters[1:] == letters[:-1]
    twice[heads[1:] - 1] = False  # of two words
    plain[1:-1] &= ~(twice[1:] & twice[:-1])  # عاااجل
    plain[1:] &= ~(twice & (letters[1:] == ord(araby.ALEF)))  # االله
    return np.flatnonzero(~np.logical_and.reduceat(plain, heads)).tolist()


def _may_be_several(words: list[str]) -> list[int]:
    """Which of some words are signs, or have a ة before their last letter."""
    letters, heads, lengths = _as_words(words)
    inside = letters == _TEH_MARBUTA
    inside[heads + lengths - 1] = False
    signs = np.flatnonzero(letters >= _FIRST_SIGN)
    places = np.concatenate([np.flatnonzero(inside), signs])
    numbers: list[int] = distinct_of(heads.searchsorted(places, "right") - 1).tolist()
    return numbers


def _as_words(words: list[str]) -> TextWords:
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    return TextWords(code_points("".join(words)), np.cumsum(lengths) - lengths, lengths)


class _Part(NamedTuple):
    """A text, or a part of one: `texts[text_index][offset:offset + len(text)] == text`."""

    text_index: int
    offset: int
    text: str


def _chunks(texts: Sequence[str]) -> Iterator[list[_Part]]:
    """Gather the texts into chunks of about CHUNK_CHARS, long ones cut at white space."""
    chunk: list[_Part] = []
    size = 0
    for index, text in enumerate(texts):
        for offset, piece in cut(text):
            chunk.append(_Part(index, offset, piece))
            size += len(piece)
            if size >= CHUNK_CHARS:
                yield chunk
                chunk, size = [], 0
    if chunk:
        yield chunk


def cut(text: str) -> Iterator[tuple[int, str]]:
    """(offset, piece) of about CHUNK_CHARS each; no word is split between two pieces."""
    start = 0
    while len(text) - start > CHUNK_CHARS:
        space = _SPACE.search(text, start + CHUNK_CHARS)
        stop = space.end() if space else len(text)
        yield start, text[start:stop]
        start = stop
    yield start, text[start:]


def _join_numbers(text: str, classes: Classes) -> None:
    """Turn thousands separators in numbers into FORMAT, decimal points into DIGIT.

    The hyphen of a name before a number becomes FORMAT too.
    Only what reads as one number is joined: 12,500 and 3.5 and 1,250.75, but not 1.2.3, 14,00 or
    28.11.2017, whose parts are words of their own.
    """
    inner = np.flatnonzero(classes == NUMBER_SEPARATOR)
    inner = inner[(inner > 0) & (inner < len(classes) - 1)]
    inner = inner[classes[inner + 1] == DIGIT]
    for i in inner[classes[inner - 1] == OTHER].tolist():
        if text[i] in letters.HYPHENS:
            _join_name(classes, i)
    inner = inner[classes[inner - 1] == DIGIT]
    if not len(inner):
        return
    numeric_run = re.compile(_NUMERIC_RUN)
    one_number = re.compile(f"{_GROUPED_NUMBER}|{_DECIMAL_NUMBER}")
    done = 0
    for i in inner.tolist():
        if i < done:
            continue
        start = _number_start(classes, i)
        match = numeric_run.match(text, start)
        done = match.end() if match else i + 1
        run = text[start:done]
        if one_number.fullmatch(run):
            for k in range(start, done):
                if classes[k] == NUMBER_SEPARATOR:
                    classes[k] = FORMAT if text[k] in letters.THOUSANDS_SEPARATORS else DIGIT


def _join_name(classes: Classes, hyphen: int) -> None:
    """Turn the hyphen between one Latin letter or two and a number into FORMAT: F-16 is F16.

    Longer words are searched for by themselves: COVID-19 is two.
    """
    before = classes[max(hyphen - _LETTERS_OF_A_NAME - 1, 0) : hyphen][::-1].tolist()
    run = next((k for k, c in enumerate(before) if c != OTHER), len(before))
    if run <= _LETTERS_OF_A_NAME and DIGIT not in before[run : run + 1]:
        classes[hyphen] = FORMAT


def _seat_hamzas(text: str, classes: Classes) -> Offsets:
    """Make each tatweel that carries a hamza a letter, and the hamza a mark on it.

    Returns where they are.
    """
    seats = []
    if araby.HAMZA_ABOVE in text:
        for match in letters.HAMZA_ON_TATWEEL.finditer(text):
            classes[match.start()] = ARABIC
            classes[match.end() - 1] = MARK
            seats.append(match.start())
    return np.array(seats, np.int64)


def _read_marks(classes: Classes) -> Offsets:
    """Where the marks are that may be read as letters; they become marks like others."""
    rare = np.flatnonzero(classes >= _READ_MARK)
    classes[rare] = MARK
    return rare


def _number_start(classes: Classes, i: int) -> int:
    while i > 0 and classes[i - 1] == DIGIT:
        i -= 1
    return i


def _word_bounds(classes: Classes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where words begin and end (exclusive) in an array of classes without marks."""
    if not len(classes):
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    edges = np.flatnonzero(classes[1:] != classes[:-1]) + 1
    before, after = classes.take(edges - 1), classes.take(edges)
    latin = ((before == DIGIT) & (after == OTHER)) | ((before == OTHER) & (after == DIGIT))
    if latin.any():
        edges, before, after = edges[~latin], before[~latin], after[~latin]
    heads = edges.take(np.flatnonzero(after != SEPARATOR))
    tails = edges.take(np.flatnonzero(before != SEPARATOR))
    if classes[0] != SEPARATOR:
        heads = np.concatenate([np.zeros(1, np.intp), heads])
    if classes[-1] != SEPARATOR:
        tails = np.concatenate([tails, np.array([len(classes)], np.intp)])
    return heads, tails


def _extend_over_marks(ends: Offsets, classes: Classes) -> Offsets:
    """Move each end past the marks that follow it, so that a slice is the whole written word."""
    open_ends = np.flatnonzero(ends < len(classes))
    for _ in range(_USUAL_MARKS):
        marked = classes.take(ends[open_ends]) == MARK
        open_ends = open_ends[marked]
        ends[open_ends] += 1
        open_ends = open_ends[ends[open_ends] < len(classes)]
        if not len(open_ends):
            return ends
    others = np.append(np.flatnonzero(classes != MARK), len(classes))
    ends[open_ends] = others.take(others.searchsorted(ends[open_ends]))
    return ends
