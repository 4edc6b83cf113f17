"""What is sent of a document to find its copies? The prints of its texts (`copies.prints`).

One binary value, little-endian 32-bit numbers::

    texts                                   how many there are: one for each part of the document
    words gram_counts line_counts           of each text, three times as many numbers as texts
    minima grams lines keys                 as in `Prints`, of all texts, end to end; a key is two

A text that was cut into pieces has one value for all of it, which its last piece bears.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.tokenizer import BatchArrays
from indexer.codec.build.forms import ByForm
from indexer.codec.build.prints import prints_in
from indexer.codec.postings import slice_indices, starts_of
from indexer.copies.prints import (
    BINS,
    LongPrint,
    Prints,
    TextsByDoc,
    hashes_of,
    line_breaks,
)
from indexer.errors import IndexCorruptError

Ints = NDArray[Any]

_NUMBER = np.dtype("<u4")
NOTHING = np.array([1, 0, 0, 0, 0, 0], _NUMBER).tobytes()
"""Of a document without a value: one text without words."""


class Printer:
    """The values of documents in the order in which they are sent."""

    def __init__(self) -> None:
        self._hashes = ByForm(hashes_of, np.uint64)
        self._long, self._long_words = LongPrint(), 0
        """Of the text whose pieces come."""

    def values(
        self,
        documents: Sequence[Mapping[str, Any]],
        texts: Sequence[str],
        batch: BatchArrays,
        parts: Sequence[Ints],
        forms: list[str],
    ) -> Iterator[str | None]:
        """The value of each of some documents in base64; None where a later piece of it has that.

        texts: of the documents, of which `batch` are the tokens. parts: with which of its tokens
        each part of a text begins but the first. forms: by form id.
        """
        hashes = self._hashes.of(forms)
        owners = np.arange(len(parts)).repeat([len(tokens) for tokens in parts])
        prints, found = prints_in(texts, batch, owners, np.concatenate(parts), hashes)
        spans = pairwise(batch.bounds.tolist())
        rows = zip(documents, texts, packed(prints, found), spans, strict=True)
        for document, text, value, span in rows:
            if "_goes_on" not in document:
                yield base64.b64encode(value).decode("ascii")
                continue
            within = slice(*span)
            words = hashes.take(batch.form_ids[within])
            self._long.add(words, batch.starts[within], line_breaks([text]))
            self._long_words += len(words)
            more = document["_goes_on"]
            yield None if more else base64.b64encode(self._whole()).decode("ascii")

    def _whole(self) -> bytes:
        """The value of the text whose last piece has come."""
        texts = TextsByDoc(np.zeros(1, np.int64), np.array([self._long_words]))
        (value,) = packed(self._long.finish(), texts)
        self._long, self._long_words = LongPrint(), 0
        return value


class _Layout:
    """Where the numbers of each document lie among those of all, by their counts.

    counts: of the texts of each document. rows, others, lines: by document, see `Prints`.
    """

    def __init__(self, counts: Ints, rows: Ints, others: Ints, lines: Ints) -> None:
        lengths = np.stack(
            [np.ones_like(counts), counts, counts, counts, BINS * rows, others, lines, 2 * counts]
        )
        self.bounds = starts_of(lengths.sum(axis=0))
        begins = self.bounds[:-1] + lengths.cumsum(axis=0) - lengths
        self._places = begins, lengths

    def __iter__(self) -> Iterator[Ints]:
        """The places of each kind of numbers, in the order of the docstring above."""
        return map(slice_indices, *self._places)


def _per_document(values: Ints, firsts: Ints) -> Ints:
    """The sum of what is known by text, by document. firsts: where its texts begin, and the end."""
    sums: Ints = np.diff(starts_of(values).take(firsts))
    return sums


def packed(prints: Prints, texts: TextsByDoc) -> list[bytes]:
    """The value of each document; each has a text."""
    counts = np.bincount(texts.docs)
    firsts = starts_of(counts)
    amounts = prints.has_grams, prints.others, prints.line_counts
    layout = _Layout(counts, *(_per_document(amount, firsts) for amount in amounts))
    numbers = np.zeros(int(layout.bounds[-1]), _NUMBER)
    keys = prints.keys.astype("<u8").view(_NUMBER)
    by_text = texts.words, prints.gram_counts, prints.line_counts
    columns: tuple[Ints, ...] = counts, *by_text, prints.minima, prints.grams, prints.lines, keys
    for places, column in zip(layout, columns, strict=True):
        numbers[places] = column
    data = numbers.tobytes()
    return [data[4 * first : 4 * last] for first, last in pairwise(layout.bounds.tolist())]


def unpacked(values: Sequence[bytes]) -> tuple[Prints, TextsByDoc]:
    """The prints of the texts of some documents by their values. Raises IndexCorruptError."""
    try:
        return _unpacked(values)
    except (ValueError, IndexError) as error:
        raise IndexCorruptError("what is kept to find copies is damaged") from error


def _unpacked(values: Sequence[bytes]) -> tuple[Prints, TextsByDoc]:
    numbers = np.frombuffer(b"".join(values), _NUMBER)
    sizes = np.fromiter(map(len, values), np.int64, len(values)) // _NUMBER.itemsize
    bases = starts_of(sizes)
    counts = numbers.take(bases[:-1]).astype(np.int64)
    words, gram_counts, line_counts = (
        numbers.take(slice_indices(bases[:-1] + 1 + place * counts, counts)).astype(np.int64)
        for place in range(3)
    )
    firsts = starts_of(counts)
    others = np.maximum(gram_counts - 1, 0)
    layout = _Layout(
        counts,
        *(_per_document(column, firsts) for column in (gram_counts > 0, others, line_counts)),
    )
    if not np.array_equal(layout.bounds, bases):
        raise ValueError("a value is too long or too short")
    *_, minima, grams, lines, keys = (numbers.take(places) for places in layout)
    prints = Prints(gram_counts, minima, grams, line_counts, lines, keys.view("<u8"))
    return prints, TextsByDoc(np.arange(len(values)).repeat(counts), words)
