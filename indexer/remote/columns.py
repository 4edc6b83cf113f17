"""What does ranking read of a document on a cluster, and in which bytes?

All of it is one value of the field `ranked`, so that a candidate costs the cluster one look-up and
neither side a word of JSON. Little-endian, nothing aligned:

    head       int64 file, int64 place, uint8 letters of the date
               for each of FORM_FIELDS uint32: its length, forms, words and parts
    date       UTF-8
    for each of FORM_FIELDS:
      numbers    uint64[forms]   of its distinct written forms, see `number_of`; in any order
      counts     uintN[forms]    how often each occurs
      positions  uintN[words]    where: those of the first form ascending, then of the next
      parts      uintN[parts]    before which words a part begins, but for the first
      samples    uint32[]        where each SAMPLE_TOKENS-th word begins, the first one, too

N is 8, 16 or 32, the least that holds how many words there are. The length of a field is the number
of its words that are not stopwords. Of كتب الولد كتب the numbers are of two forms, the counts 2 1,
the positions 0 2 1.

A form is told by a number, not by its letters: whoever ranks knows the letters of all that is
looked for. Numbers have 64 bits, so that two forms of an index of ten million words share one with
a chance of one to 400,000; what such a form would do is count for the other one.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from analyzers.ranked import changes
from indexer.codec.format import SAMPLE_TOKENS
from indexer.codec.postings import smallest_unsigned
from indexer.remote.mapping import key_of
from indexer.schema import FORM_FIELDS

Numbers = NDArray[np.uint64]

_HEAD = struct.Struct(f"<qqB{4 * len(FORM_FIELDS)}I")


@lru_cache(maxsize=1 << 16)
def number_of(form: str) -> int:
    """The number of a written form: the same wherever and whenever it is worked out."""
    letters = key_of(form).encode("utf-8", "replace")
    return int.from_bytes(blake2b(letters, digest_size=8).digest(), "little")


class Column(NamedTuple):
    """One field of a document.

    numbers: uint64, its distinct forms; counts: of each; positions: form by form. parts: in words.
    samples: in code points of the text. length: without stopwords. Of no field are there more than
    2**32 words.
    """

    numbers: Numbers
    counts: NDArray[Any]
    positions: NDArray[Any]
    parts: NDArray[Any]
    samples: NDArray[Any]
    length: int


class Ranked(NamedTuple):
    """What ranking reads of a document. columns: by the place of the field in FORM_FIELDS."""

    file: int
    place: int
    date: str
    columns: tuple[Column, ...]


def packed(ranked: Ranked) -> bytes:
    """The bytes of a document."""
    date = ranked.date.encode("utf-8")
    sizes: list[int] = []
    arrays: list[bytes] = []
    for numbers, counts, positions, parts, samples, length in ranked.columns:
        width = smallest_unsigned(len(positions))
        sizes += (length, len(numbers), len(positions), len(parts))
        arrays.append(numbers.astype("<u8", copy=False).tobytes())
        arrays += (part.astype(width, copy=False).tobytes() for part in (counts, positions, parts))
        arrays.append(samples.astype("<u4", copy=False).tobytes())
    head = _HEAD.pack(ranked.file, ranked.place, len(date), *sizes)
    return b"".join((head, date, *arrays))


def unpacked(data: bytes) -> Ranked:
    """The document of some bytes; its arrays are views of these."""
    file, place, letters, *sizes = _HEAD.unpack_from(data)
    at = _HEAD.size + letters
    columns = []
    for first in range(0, len(sizes), 4):
        length, forms, words, parts = sizes[first : first + 4]
        width = smallest_unsigned(words)
        numbers = np.frombuffer(data, "<u8", forms, at)
        rest = np.frombuffer(data, width, forms + words + parts, at + numbers.nbytes)
        at += numbers.nbytes + rest.nbytes
        samples = np.frombuffer(data, "<u4", -(-words // SAMPLE_TOKENS), at)
        at += samples.nbytes
        last = forms + words
        own = numbers, rest[:forms], rest[forms:last], rest[last:], samples, length
        columns.append(Column(*own))
    return Ranked(file, place, data[_HEAD.size : _HEAD.size + letters].decode("utf-8"), (*columns,))


def columns_of(
    ids: NDArray[Any],
    starts: NDArray[np.int64],
    bounds: NDArray[np.int64],
    numbers: Numbers,
    lengths: NDArray[np.int64],
    parts: Sequence[NDArray[Any]],
) -> Iterator[Column]:
    """A field of several documents.

    ids: by word, its form; starts: where it begins in its text; bounds: where the words of each
    document begin, and the end. numbers: by form. lengths, parts: by document, see `Column`.
    """
    words = np.diff(bounds)
    docs = np.arange(len(words)).repeat(words)
    places = docs * len(numbers) + ids
    order = places.argsort(kind="stable")
    positions = order - bounds[:-1].repeat(words)
    begins = changes(places.take(order)).nonzero()[0]
    counts = np.diff(begins, append=len(ids))
    forms = numbers.take(ids.take(order.take(begins)))
    cuts = begins.searchsorted(bounds).tolist()
    ends = bounds.tolist()
    for doc, length in enumerate(lengths.tolist()):
        own = slice(cuts[doc], cuts[doc + 1])
        here = slice(ends[doc], ends[doc + 1])
        samples = starts[here][::SAMPLE_TOKENS]
        yield Column(forms[own], counts[own], positions[here], parts[doc], samples, length)
