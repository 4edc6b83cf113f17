"""What is kept of a text, to find its copies and the lines that it shares with others?

A text is here one part of a document, which for most documents is all of it. Its *grams*, the runs
of five words, of which a sample is kept that is the same in every text: a gram is a 32-bit number,
and of a text with n grams those below 2**32 >> level(n) are kept, about 32 to 64 of them, all where
there are no more (Broder 1997; the smallest hashes, not random ones, so that samples of two texts
can be compared). Its lines, a 32-bit number each. And a key, 64 bits, that only the same words on
the same lines have.

All are functions of the words as they are written, without vowel marks: no index, no folder and no
order plays a role in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.codepoints import code_points
from analyzers.named import NamedTuple
from analyzers.ranked import changes, distinct_of, numbered
from analyzers.spellings import mix
from analyzers.tokenizer import shared_tokenizer
from indexer.codec.postings import slice_indices, starts_of

Hashes = NDArray[np.uint64]
Grams = NDArray[np.uint32]
Ints = NDArray[Any]

GRAM_WORDS = 5
FEWEST_WORDS = 30
"""Shorter texts have no copies: a formula and a name make all of them."""

_SAMPLE_BITS = 6
BINS = 16
EMPTY = np.uint32(0xFFFFFFFF)
MOST_OTHERS = 254
"""More are never kept of a text, and never needed: 64 are expected at most."""

_WEIGHTS = mix(np.arange(1, 65, dtype=np.uint64)) | np.uint64(1)
_HALF = np.uint64(32)
_NEWLINE = 10


class TextsByDoc(NamedTuple):
    """By text of some documents: docnum, ascending, and how many words it has."""

    docs: Ints
    words: Ints


class Starts(NamedTuple):
    """By text, and the end: where its row of minima, its other grams and its lines begin."""

    rows: Ints
    grams: Ints
    lines: Ints


class Prints(NamedTuple):
    """Of some texts, end to end.

    gram_counts: by text, 0 where no grams are kept, else 1 and how many there are in `grams`.
    minima: u4, of each text that has grams the smallest of each bin, `EMPTY` where there is none;
    a gram's bin is its lowest four bits. grams: u4, the others, ascending within a text. lines: u4,
    in their order, line_counts of each text. keys: u8, by text.
    """

    gram_counts: Ints
    minima: Grams
    grams: Grams
    line_counts: Ints
    lines: Grams
    keys: Hashes

    @property
    def has_grams(self) -> NDArray[np.bool_]:
        """By text."""
        return self.gram_counts > 0

    @property
    def others(self) -> Ints:
        """By text, how many grams it has in `grams`."""
        return np.maximum(self.gram_counts.astype(np.int64) - 1, 0)

    @property
    def starts(self) -> Starts:
        """Where those of each text begin."""
        rows = starts_of(self.has_grams.astype(np.int64))
        return Starts(rows, starts_of(self.others), starts_of(self.line_counts))

    def of(self, places: Ints, starts: Starts | None = None) -> Prints:
        """Those of some of the texts, by their places. starts: of all, if they are known."""
        begins = self.starts if starts is None else starts
        has = self.gram_counts.take(places) > 0
        rows = begins.rows.take(places[has])
        return Prints(
            self.gram_counts.take(places),
            self.minima.reshape(-1, BINS).take(rows, axis=0).reshape(-1),
            self.grams.take(_slices(begins.grams, places)),
            self.line_counts.take(places),
            self.lines.take(_slices(begins.lines, places)),
            self.keys.take(places),
        )

    @classmethod
    def none(cls) -> Prints:
        """Those of no texts."""
        zero, number = np.zeros(0, np.int64), np.zeros(0, np.uint32)
        return cls(zero, number, number, zero, number, np.zeros(0, np.uint64))


def _slices(starts: Ints, places: Ints) -> Ints:
    begins = starts.take(places)
    return slice_indices(begins, starts.take(places + 1) - begins)


def joined(parts: Sequence[Prints]) -> Prints:
    """The prints of several runs of texts as those of one."""
    if len(parts) == 1:
        return parts[0]
    return Prints(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def level_of(grams: Ints) -> Ints:
    """How many times the sample of texts with so many grams is halved."""
    over = np.maximum(grams - 1, 0).astype(np.int64) >> _SAMPLE_BITS
    levels: Ints = np.frexp(over.astype(np.float64))[1].astype(np.int64)
    return levels


def grams_in(words: Ints) -> Ints:
    """How many grams texts of so many words have: none where they are too short for copies."""
    return np.where(words < FEWEST_WORDS, 0, words.astype(np.int64) - GRAM_WORDS + 1)


def hashes_of(forms: Sequence[str]) -> Hashes:
    """The hash of each of some written forms, the same in every run."""
    lengths = np.fromiter(map(len, forms), np.int64, len(forms))
    ends = lengths.cumsum()
    codes = code_points("".join(forms))
    within = np.arange(len(codes)) - (ends - lengths).repeat(lengths)
    sums = _sums_before(codes * _WEIGHTS.take(within & 63))
    return mix(sums.take(ends) - sums.take(ends - lengths))


def hashes_in(texts: Sequence[str]) -> list[Hashes]:
    """The hashes of the words of each of some texts."""
    tokenizer = shared_tokenizer()
    batch = tokenizer.tokenize_batch(texts)
    met, _, which = numbered(batch.form_ids)
    hashes = hashes_of([tokenizer.forms[i] for i in met.tolist()]).take(which)
    return [hashes[first:last] for first, last in pairwise(batch.bounds.tolist())]


def grams_of(hashes: Hashes) -> Grams:
    """The gram that begins with each word, but for the last four."""
    count = max(len(hashes) - GRAM_WORDS + 1, 0)
    grams = np.zeros(count, np.uint64)
    for place in range(GRAM_WORDS):
        grams += hashes[place : place + count] * _WEIGHTS[place]
    grams ^= grams >> _HALF
    grams *= _WEIGHTS[GRAM_WORDS]
    return (grams >> _HALF).astype(np.uint32)


def line_breaks(texts: Sequence[str]) -> Ints:
    """Where lines end in some texts that are joined by line breaks."""
    return np.flatnonzero(code_points("\n".join(texts)) == _NEWLINE)


def heads_of(starts: Ints, breaks: Ints) -> Ints:
    """The first word of each line that has any. starts: of words; breaks: of lines."""
    if not len(starts):
        return np.zeros(0, np.int64)
    heads = np.concatenate([np.zeros(1, np.int64), starts.searchsorted(breaks)])
    heads = heads[changes(heads)]
    return heads[heads < len(starts)]


def line_sums(hashes: Hashes, heads: Ints, before: int = 0) -> Hashes:
    """What `mix` makes the hash of each line of: of its words, in their order.

    before: how many words of the first line went before.
    """
    if not len(heads):
        return np.zeros(0, np.uint64)
    lengths = np.diff(heads, append=len(hashes))
    within = np.arange(len(hashes)) - heads.repeat(lengths)
    within[: lengths[0]] += before
    sums: Hashes = np.add.reduceat(hashes * _WEIGHTS.take(within & 63), heads)
    return sums


def line_hashes(hashes: Hashes, heads: Ints) -> Hashes:
    """The hash of each line of some words."""
    return mix(line_sums(hashes, heads))


def prints_of(hashes: Hashes, starts: Ints, bounds: Ints, breaks: Ints) -> Prints:
    """The prints of texts whose words are end to end.

    hashes, starts: of each word, where it begins among `breaks`. bounds: the first word of each
    text, and the end. A text begins a line, even where it goes on with one of the text before.
    """
    words = np.diff(bounds)
    begun = bounds[:-1][words > 0]
    heads = distinct_of(np.concatenate([heads_of(starts, breaks), begun]))
    lines = line_hashes(hashes, heads)
    owners = bounds.searchsorted(heads, "right") - 1
    line_counts = np.bincount(owners, minlength=len(words)) if len(heads) else 0 * words
    sample = _sample(grams_of(hashes), words, bounds)
    keys = keys_of(lines, line_counts)
    return Prints(*sample, line_counts, (lines >> _HALF).astype(np.uint32), keys)


def keys_of(lines: Hashes, line_counts: Ints, before: int = 0) -> Hashes:
    """The key of each text, from its lines; of one that goes on, after so many lines."""
    starts = starts_of(line_counts)
    within = np.arange(len(lines)) - starts[:-1].repeat(line_counts) + before
    weighed = _sums_before(lines * (mix(within.astype(np.uint64)) | np.uint64(1)))
    return weighed.take(starts[1:]) - weighed.take(starts[:-1])


def _sums_before(values: Hashes) -> Hashes:
    """Sums, modulo 2**64, of the values before each place, and of all."""
    sums = np.zeros(len(values) + 1, np.uint64)
    values.cumsum(out=sums[1:])
    return sums


def _sample(grams: Grams, words: Ints, bounds: Ints) -> tuple[Ints, Grams, Grams]:
    """(counts, minima, grams): the samples. grams: of all words, also across texts."""
    limits = (np.uint64(1) << _HALF) >> level_of(grams_in(words)).astype(np.uint64)
    limits[words < FEWEST_WORDS] = 0
    per_word = limits.repeat(words)[: len(grams)]
    for back in range(1, GRAM_WORDS):  # these reach into the next text
        reaching = bounds[1:-1] - back
        per_word[reaching[(reaching >= 0) & (reaching < len(grams))]] = 0
    places = np.flatnonzero(grams < per_word)
    owners = bounds.searchsorted(places, "right") - 1
    return _divided((owners.astype(np.uint64) << _HALF) | grams.take(places), len(words))


def _divided(owned: Hashes, texts: int) -> tuple[Ints, Grams, Grams]:
    """(counts, minima, grams) of grams with the number of their text: number << 32 | gram."""
    found = distinct_of(owned)
    owners = (found >> _HALF).astype(np.int64)
    grams = found.astype(np.uint32)
    bins = owners * BINS + (grams & np.uint32(BINS - 1))
    first = np.full(texts * BINS, -1)
    first[bins[::-1]] = np.arange(len(found) - 1, -1, -1)  # ascending: the smallest is the last
    held = first >= 0
    minima = np.full(texts * BINS, EMPTY)
    minima[held] = grams.take(first[held])
    is_other = np.ones(len(found), np.bool_)
    is_other[first[held]] = False
    others = np.bincount(owners[is_other], minlength=texts)
    if int(others.max(initial=0)) > MOST_OTHERS:
        rank = is_other.cumsum() - 1 - starts_of(others)[:-1].take(owners)
        is_other &= rank < MOST_OTHERS
        others = np.minimum(others, MOST_OTHERS)
    has = held.reshape(-1, BINS).any(axis=1)
    return has + others, minima.reshape(-1, BINS)[has].reshape(-1), grams[is_other]


class LongPrint:
    """The prints of one text whose words come piece by piece; they are those of the whole."""

    def __init__(self) -> None:
        self._words = 0
        self._last: Hashes = np.zeros(0, np.uint64)
        """The last words, with which grams begin that go on in the next piece."""
        self._grams: list[Grams] = [np.zeros(0, np.uint32)]
        self._lines: list[Grams] = [np.zeros(0, np.uint32)]
        self._line_count = 0
        self._key = np.zeros(1, np.uint64)
        self._open = np.zeros(1, np.uint64), 0
        """(sum, words) of a line that may go on in the next piece."""

    def add(self, hashes: Hashes, starts: Ints, breaks: Ints) -> None:
        """The words of a piece."""
        if not len(hashes):
            if len(breaks):
                self._end_line()
            return
        grams = grams_of(np.concatenate([self._last, hashes]))
        self._last = np.concatenate([self._last, hashes])[1 - GRAM_WORDS :]
        self._grams.append(distinct_of(grams[grams < _limit(len(grams))]))
        self._words += len(hashes)
        if len(breaks) and breaks[0] < starts[0]:
            self._end_line()
        heads, (before, words) = heads_of(starts, breaks), self._open
        lengths = np.diff(heads, append=len(hashes))
        sums = line_sums(hashes, heads, words)
        sums[:1] += before
        lengths[0] += words
        self._add_lines(sums[:-1])
        self._open = sums[-1:], int(lengths[-1])
        if len(breaks) and breaks[-1] > starts[-1]:
            self._end_line()

    def _end_line(self) -> None:
        sums, words = self._open
        if words:
            self._add_lines(sums)
        self._open = np.zeros(1, np.uint64), 0

    def _add_lines(self, sums: Hashes) -> None:
        lines = mix(sums)
        self._key += keys_of(lines, np.array([len(lines)]), self._line_count)
        self._lines.append((lines >> _HALF).astype(np.uint32))
        self._line_count += len(lines)

    def finish(self) -> Prints:
        """All of it."""
        self._end_line()
        total = int(grams_in(np.array([self._words]))[0])
        grams = distinct_of(np.concatenate(self._grams))
        kept = grams[grams < _limit(total)] if total else grams[:0]
        lines = np.concatenate(self._lines)
        return Prints(
            *_divided(kept.astype(np.uint64), 1), np.array([len(lines)]), lines, self._key
        )


def _limit(grams: int) -> int:
    """Of a text with so many grams, all below this are kept."""
    return (1 << 32) >> int(level_of(np.array([grams]))[0])
