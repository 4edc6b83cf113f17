"""Where are the words of a text, and which written form is each?

The one tokenizer of Fahras, for texts and queries alike. Offsets are born here, in code points of
the original text, and never change. It does not decide what a form means: `analyzer` does, once
per distinct form.

A word is a run of letters, digits and combining marks. Vowel marks, tatweel and invisible format
characters never split a word. An Arabic letter beside a digit does (الـ24 is ال and 24); a Latin
one does not (B52). A number keeps its decimal point and loses its thousands separators.

How it works: the text becomes an array of code points; a class table drops the marks; class
changes are word boundaries; a polynomial hash of each word (`np.add.reduceat`) finds its form in
an open-addressing table. The hash is seeded at random and every match is verified letter by
letter, so no input can make two words collide. After the prototype measured in the project's
notes: 4 to 6 times a regular expression with a dict.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from pyarabic import araby

from analyzers import letters
from analyzers.letters import (
    ARABIC,
    DIGIT,
    FORMAT,
    MARK,
    NUMBER_SEPARATOR,
    OTHER,
    SEPARATOR,
)
from analyzers.normalizer import unmark

Codes = NDArray[np.uint32]
Classes = NDArray[np.uint8]
Offsets = NDArray[np.int64]
Hashes = NDArray[np.uint64]
FormIds = NDArray[np.uint32]

CHUNK_CHARS = 1 << 18
"""Texts are joined, and long ones cut, to about this many code points a pass."""

_UNKNOWN = 255
_ABSENT = np.uint32(0xFFFFFFFF)
_CODE_POINTS = 0x110000
_PAGE = 256
_SPACE = re.compile(r"\s")
_NUMERIC_RUN = re.compile(r"\d+(?:[.,٫٬]\d+)*")
_GROUPED_NUMBER = re.compile(r"\d{1,3}(?:[,٬]\d{3})+(?:[.٫]\d+)?")
_DECIMAL_NUMBER = re.compile(r"\d+[.٫]\d+")


@dataclass(frozen=True, slots=True)
class TokenArrays:
    """The tokens of one text, in order.

    form_ids: uint32, indexes `Tokenizer.forms`. starts, ends: int64, code points of the text.
    """

    form_ids: FormIds
    starts: Offsets
    ends: Offsets


@dataclass(frozen=True, slots=True)
class BatchArrays:
    """The tokens of several texts: those of text i stand at `bounds[i]:bounds[i + 1]`.

    starts and ends count from the beginning of the token's own text. bounds: int64.
    """

    form_ids: FormIds
    starts: Offsets
    ends: Offsets
    bounds: Offsets


class _Words(NamedTuple):
    """Words of one chunk: `letters[heads[i]:heads[i] + lengths[i]]` spells word i."""

    letters: NDArray[np.uint32]
    heads: Offsets
    lengths: Offsets
    starts: Offsets
    ends: Offsets


class _CharTable:
    """Class, mapping and hash value of each code point, filled a page at a time when first met."""

    def __init__(self, seed: int) -> None:
        self.classes = np.full(_CODE_POINTS, _UNKNOWN, np.uint8)
        self.mapping = np.zeros(_CODE_POINTS, np.uint32)
        self.values = np.zeros(_CODE_POINTS, np.uint64)
        self._seed = np.uint64(seed)

    def classify(self, codes: Codes) -> Classes:
        """The class of each code point, as a fresh array."""
        found = self.classes.take(codes)
        unknown = found == _UNKNOWN
        if unknown.any():
            for page in np.flatnonzero(np.bincount(codes[unknown] // _PAGE)).tolist():
                self._fill(page)
            found = self.classes.take(codes)
        return found

    def _fill(self, page: int) -> None:
        span = range(page * _PAGE, (page + 1) * _PAGE)
        where = slice(span.start, span.stop)
        self.classes[where] = [letters.char_class(chr(code)) for code in span]
        self.mapping[where] = [ord(letters.char_mapping(chr(code))) for code in span]
        self.values[where] = _mix(self.mapping[where].astype(np.uint64) ^ self._seed)


def _mix(values: Hashes) -> Hashes:
    """Scatter 64-bit values (the finalizer of SplitMix64, Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


class _Powers:
    """Powers of an odd base modulo 2**64 and of its inverse, as many as were ever needed."""

    def __init__(self, base: int) -> None:
        self._base = base | 1
        self._inverse = pow(self._base, -1, 1 << 64)
        self.up = self.down = np.zeros(0, np.uint64)

    def reach(self, count: int) -> None:
        """Make at least `count` powers ready."""
        if count > len(self.up):
            self.up = _power_table(self._base, 2 * count)
            self.down = _power_table(self._inverse, 2 * count)


def _power_table(base: int, count: int) -> Hashes:
    table = np.empty(count, np.uint64)
    table[0] = 1
    known = 1
    while known < count:
        step = np.uint64(int(table[known - 1]) * base % (1 << 64))
        table[known : 2 * known] = table[: min(known, count - known)] * step
        known *= 2
    return table


class _HashTable:
    """Open addressing from 64-bit hash to uint32 id, in numpy; keys are never 0."""

    def __init__(self, bits: int = 16) -> None:
        self._bits = bits
        self._keys = np.zeros(1 << bits, np.uint64)
        self._ids = np.zeros(1 << bits, np.uint32)
        self._count = 0

    def _slots(self, hashes: Hashes) -> NDArray[np.intp]:
        return (hashes >> np.uint64(64 - self._bits)).astype(np.intp)

    def find(self, hashes: Hashes) -> FormIds:
        """The id of each hash, `_ABSENT` where it is not held."""
        slots = self._slots(hashes)
        keys = self._keys.take(slots)
        ids = self._ids.take(slots)
        pending = np.flatnonzero(keys != hashes)
        while len(pending):
            free = self._keys.take(slots[pending]) == 0
            ids[pending[free]] = _ABSENT
            pending = pending[~free]
            slots[pending] = (slots[pending] + 1) & ((1 << self._bits) - 1)
            met = self._keys.take(slots[pending]) == hashes[pending]
            ids[pending[met]] = self._ids.take(slots[pending[met]])
            pending = pending[~met]
        return ids

    def add(self, hashes: Hashes, ids: FormIds) -> None:
        """Hold new, distinct hashes."""
        while (self._count + len(hashes)) * 2 > 1 << self._bits:
            self._grow()
        self._place(hashes, ids)
        self._count += len(hashes)

    def _place(self, hashes: Hashes, ids: FormIds) -> None:
        slots = self._slots(hashes)
        while len(hashes):
            free = self._keys.take(slots) == 0
            self._keys[slots[free]] = hashes[free]  # where several want a slot the last one wins
            self._ids[slots[free]] = ids[free]
            lost = self._keys.take(slots) != hashes
            hashes, ids = hashes[lost], ids[lost]
            slots = (slots[lost] + 1) & ((1 << self._bits) - 1)

    def _grow(self) -> None:
        held = self._keys != 0
        keys, ids = self._keys[held], self._ids[held]
        self._bits += 2
        self._keys = np.zeros(1 << self._bits, np.uint64)
        self._ids = np.zeros(1 << self._bits, np.uint32)
        self._place(keys, ids)


def _distinct(hashes: Hashes) -> tuple[Hashes, Offsets, Offsets]:
    """(distinct values, where each is first, which of them each value is).

    `np.unique` does it too, but loads numpy.ma, which a first query would wait 50 ms for.
    """
    order = np.argsort(hashes, kind="stable")
    ranked = hashes.take(order)
    heads = np.ones(len(ranked), np.bool_)
    np.not_equal(ranked[1:], ranked[:-1], out=heads[1:])
    inverse = np.empty(len(ranked), np.int64)
    inverse[order] = np.cumsum(heads) - 1
    return ranked[heads], order[heads], inverse


class Tokenizer:
    """Finds words and numbers the distinct unmarked forms it meets: `forms[id]` is `u`.

    One instance a run: its vocabulary grows with what it reads. `seed` is for tests of collisions
    only; otherwise it is random.
    """

    def __init__(self, seed: int | None = None) -> None:
        self.forms: list[str] = []
        self._form_of: dict[str, int] = {}
        seed = secrets.randbits(64) if seed is None else seed
        self._chars = _CharTable(seed)
        self._powers = _Powers(int(_mix(np.array([seed], np.uint64))[0]))
        self._table = _HashTable()
        self._spellings = _Spellings()

    def tokenize(self, text: str) -> TokenArrays:
        """The tokens of a text, in order."""
        batch = self.tokenize_batch([text])
        return TokenArrays(batch.form_ids, batch.starts, batch.ends)

    def tokenize_batch(self, texts: Sequence[str]) -> BatchArrays:
        """The tokens of several texts, which are joined so that short ones cost little each."""
        counts = np.zeros(len(texts), np.int64)
        nowhere = np.zeros(0, np.int64)
        parts = [TokenArrays(np.zeros(0, np.uint32), nowhere, nowhere)]
        for pieces in _chunks(texts):
            lengths = np.array([len(piece.text) + 1 for piece in pieces])
            begins = np.cumsum(lengths) - lengths
            tokens = self._tokenize_chunk("\n".join(piece.text for piece in pieces))
            owner = np.searchsorted(begins, tokens.starts, side="right") - 1
            shift = (np.array([piece.offset for piece in pieces]) - begins).take(owner)
            parts.append(TokenArrays(tokens.form_ids, tokens.starts + shift, tokens.ends + shift))
            text_of_piece = np.array([piece.text_index for piece in pieces])
            counts += np.bincount(text_of_piece.take(owner), minlength=len(texts))
        return BatchArrays(
            np.concatenate([part.form_ids for part in parts]),
            np.concatenate([part.starts for part in parts]),
            np.concatenate([part.ends for part in parts]),
            np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]),
        )

    def _tokenize_chunk(self, text: str) -> TokenArrays:
        words = self._words(text)
        ids = self._spelling_ids(words)
        form_ids = self._spellings.form_ids.take(ids)
        kept = form_ids != _ABSENT
        if kept.all():
            return TokenArrays(form_ids, words.starts, words.ends)
        return TokenArrays(form_ids[kept], words.starts[kept], words.ends[kept])

    def _words(self, text: str) -> _Words:
        codes = code_points(text)
        classes = self._chars.classify(codes)
        _join_numbers(text, classes)
        _seat_hamzas(text, classes)
        kept = np.flatnonzero((classes != MARK) & (classes != FORMAT))
        plain = classes if len(kept) == len(codes) else classes.take(kept)
        plain[plain == NUMBER_SEPARATOR] = SEPARATOR
        heads, tails = _word_bounds(plain)
        spelled = self._chars.mapping.take(codes if len(kept) == len(codes) else codes.take(kept))
        starts, ends = kept.take(heads), kept.take(tails - 1) + 1 if len(tails) else tails
        return _Words(spelled, heads, tails - heads, starts, _extend_over_marks(ends, classes))

    def _spelling_ids(self, words: _Words) -> NDArray[np.uint32]:
        """The id of each word among the distinct spellings, new ones added."""
        hashes = self._hash(words)
        ids = self._table.find(hashes)
        missing = np.flatnonzero(ids == _ABSENT)
        if len(missing):
            fresh, first, inverse = _distinct(hashes[missing])
            new_ids = self._add_spellings(words, missing[first])
            self._table.add(fresh, new_ids)
            ids[missing] = new_ids[inverse]
        wrong = self._spellings.mismatches(words, ids)
        if len(wrong):
            for i in wrong.tolist():  # a collision of hashes: looked up by spelling instead
                ids[i] = self._add_spellings(words, np.array([i]))[0]
        return ids

    def _hash(self, words: _Words) -> Hashes:
        if not len(words.heads):
            return np.zeros(0, np.uint64)
        self._powers.reach(len(words.letters))
        terms = self._chars.values.take(words.letters)
        terms *= self._powers.up[: len(terms)]
        bounds = np.empty(2 * len(words.heads), np.intp)
        bounds[0::2] = words.heads
        bounds[1::2] = words.heads + words.lengths
        last_open = bounds[-1] == len(terms)
        sums = np.add.reduceat(terms, bounds[:-1] if last_open else bounds)[0::2]
        sums *= self._powers.down.take(words.heads)
        sums[sums == 0] = 1
        return sums

    def _add_spellings(self, words: _Words, where: Offsets) -> FormIds:
        lengths = words.lengths[where]
        ends = np.cumsum(lengths)
        shifts = np.repeat(words.heads[where] - (ends - lengths), lengths)
        flat = words.letters.take(np.arange(len(shifts)) + shifts)
        text = flat.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
        spelled = [text[a:b] for a, b in pairwise([0, *ends.tolist()])]
        return self._spellings.add(spelled, [self._form_id(word) for word in spelled])

    def _form_id(self, spelled: str) -> int:
        form = unmark(spelled)
        if not form:
            return int(_ABSENT)
        known = self._form_of.get(form)
        if known is None:
            known = self._form_of[form] = len(self.forms)
            self.forms.append(form)
        return known


_SHARED = threading.local()
_SHARED_FORMS = 1 << 20


def shared_tokenizer() -> Tokenizer:
    """A tokenizer for queries and single texts, one a thread: its tables cost more than they do.

    It is made anew when its vocabulary has grown large, so keep no form ids across calls.
    """
    known: Tokenizer | None = getattr(_SHARED, "tokenizer", None)
    if known is None or len(known.forms) > _SHARED_FORMS:
        known = _SHARED.tokenizer = Tokenizer()
    return known


class _Spellings:
    """The distinct words as spelled (marks dropped, letters mapped), and the form of each.

    Several spellings share a form: presentation forms, decomposed hamza.
    """

    def __init__(self) -> None:
        self._id_of: dict[str, int] = {}
        self._letters = np.zeros(1 << 16, np.uint32)
        self._ends = np.zeros(1 << 12, np.int64)
        self.form_ids = np.zeros(0, np.uint32)

    def add(self, spelled: list[str], form_ids: list[int]) -> FormIds:
        """The ids of these spellings, new where they are new."""
        base = len(self._id_of)
        ids = [self._id_of.setdefault(word, len(self._id_of)) for word in spelled]
        new = [i for i, known in enumerate(ids) if known >= base]
        if new:
            self._append([spelled[i] for i in new], [form_ids[i] for i in new], base)
        return np.array(ids, np.uint32)

    def _append(self, spelled: list[str], form_ids: list[int], base: int) -> None:
        flat = code_points("".join(spelled)).astype(np.uint32)
        used = int(self._ends[base - 1]) if base else 0
        self._letters = _with_room(self._letters, used + len(flat))
        self._letters[used : used + len(flat)] = flat
        self._ends = _with_room(self._ends, base + len(spelled))
        lengths = np.fromiter(map(len, spelled), np.int64, len(spelled))
        self._ends[base : base + len(spelled)] = used + np.cumsum(lengths)
        self.form_ids = np.concatenate([self.form_ids, np.array(form_ids, np.uint32)])

    def mismatches(self, words: _Words, ids: FormIds) -> Offsets:
        """Indices of the words whose letters are not those of the spelling they were given."""
        if not len(ids):
            return np.zeros(0, np.int64)
        ends = self._ends.take(ids)
        starts = np.where(ids > 0, self._ends.take(np.maximum(ids, 1) - 1), 0)
        lengths = words.lengths
        same_length = ends - starts == lengths
        if not same_length.all():
            lengths = np.minimum(lengths, ends - starts)
        reach = np.cumsum(lengths)
        within = np.arange(int(reach[-1])) - np.repeat(reach - lengths, lengths)
        here = words.letters.take(within + np.repeat(words.heads, lengths))
        there = self._letters.take(within + np.repeat(starts, lengths))
        if same_length.all() and np.array_equal(here, there):
            return np.zeros(0, np.int64)
        differing = np.searchsorted(reach, np.flatnonzero(here != there), side="right")
        return np.union1d(differing, np.flatnonzero(~same_length))


_Array = TypeVar("_Array", bound=np.generic)


def _with_room(array: NDArray[_Array], size: int) -> NDArray[_Array]:
    if size <= len(array):
        return array
    grown = np.zeros(max(size, 2 * len(array)), array.dtype)
    grown[: len(array)] = array
    return grown


def code_points(text: str) -> Codes:
    """The code points of a text, uint32. Lone surrogates pass."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


class _Piece(NamedTuple):
    """A text, or a part of one: `texts[text_index][offset:offset + len(text)] == text`."""

    text_index: int
    offset: int
    text: str


def _chunks(texts: Sequence[str]) -> Iterator[list[_Piece]]:
    """Gather the texts into chunks of about CHUNK_CHARS, long ones cut at white space."""
    chunk: list[_Piece] = []
    size = 0
    for index, text in enumerate(texts):
        for offset, piece in _cut(text):
            chunk.append(_Piece(index, offset, piece))
            size += len(piece)
            if size >= CHUNK_CHARS:
                yield chunk
                chunk, size = [], 0
    if chunk:
        yield chunk


def _cut(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    while len(text) - start > CHUNK_CHARS:
        space = _SPACE.search(text, start + CHUNK_CHARS)
        stop = space.end() if space else len(text)
        yield start, text[start:stop]
        start = stop
    yield start, text[start:]


def _join_numbers(text: str, classes: Classes) -> None:
    """Inside numbers turn thousands separators into FORMAT and decimal points into DIGIT.

    Only what reads as one number is joined: 12,500 and 3.5 and 1,250.75, but not 1.2.3, 14,00 or
    28.11.2017, whose parts are words of their own.
    """
    inner = np.flatnonzero(classes == NUMBER_SEPARATOR)
    inner = inner[(inner > 0) & (inner < len(classes) - 1)]
    inner = inner[(classes[inner - 1] == DIGIT) & (classes[inner + 1] == DIGIT)]
    done = 0
    for i in inner.tolist():
        if i < done:
            continue
        start = _number_start(classes, i)
        match = _NUMERIC_RUN.match(text, start)
        done = match.end() if match else i + 1
        run = text[start:done]
        if _GROUPED_NUMBER.fullmatch(run) or _DECIMAL_NUMBER.fullmatch(run):
            for k in range(start, done):
                if classes[k] == NUMBER_SEPARATOR:
                    classes[k] = FORMAT if text[k] in letters.THOUSANDS_SEPARATORS else DIGIT


def _seat_hamzas(text: str, classes: Classes) -> None:
    """Make a letter of each tatweel that carries a hamza, and of the hamza a mark on it."""
    if araby.HAMZA_ABOVE in text:
        for match in letters.HAMZA_ON_TATWEEL.finditer(text):
            classes[match.start()] = ARABIC
            classes[match.end() - 1] = MARK


def _number_start(classes: Classes, i: int) -> int:
    while i > 0 and classes[i - 1] == DIGIT:
        i -= 1
    return i


def _word_bounds(classes: Classes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where words begin and end (exclusive) in an array of classes free of marks."""
    if not len(classes):
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    edges = np.flatnonzero(classes[1:] != classes[:-1]) + 1
    before, after = classes.take(edges - 1), classes.take(edges)
    latin = ((before == DIGIT) & (after == OTHER)) | ((before == OTHER) & (after == DIGIT))
    edges, before, after = edges[~latin], before[~latin], after[~latin]
    heads, tails = edges[after != SEPARATOR], edges[before != SEPARATOR]
    if classes[0] != SEPARATOR:
        heads = np.concatenate([np.zeros(1, np.intp), heads])
    if classes[-1] != SEPARATOR:
        tails = np.concatenate([tails, np.array([len(classes)], np.intp)])
    return heads, tails


def _extend_over_marks(ends: Offsets, classes: Classes) -> Offsets:
    """Move each end behind the marks that follow it, so that a slice is the whole written word."""
    open_ends = np.flatnonzero(ends < len(classes))
    while len(open_ends):
        marked = classes.take(ends[open_ends]) == MARK
        open_ends = open_ends[marked]
        ends[open_ends] += 1
        open_ends = open_ends[ends[open_ends] < len(classes)]
    return ends
