"""The texts of some documents, end to end, and what is kept of them.

A text is one part of a document, see `prints`; texts are numbered in the order of the documents and
the parts of these. Where their prints and the documents themselves lie, this does not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from analyzers.ranked import numbered
from analyzers.tokenizer import shared_tokenizer
from indexer.codec.postings import starts_of
from indexer.copies.pairs import Texts
from indexer.copies.prints import (
    BINS,
    Grams,
    Hashes,
    Prints,
    Starts,
    TextsByDoc,
    grams_in,
    heads_of,
    joined,
    line_breaks,
)
from indexer.schema import part_span

Ints = NDArray[Any]
Record = Mapping[str, Any]
"""The stored values of a document, see `schema`."""


class Contents(NamedTuple):
    """A document as it is stored."""

    record: Record
    title: str
    text: str


class Library(Protocol):
    """Reads documents by their numbers in a corpus, each as it is asked for, or some ahead."""

    def records(self, docs: Iterable[int]) -> Iterator[Record]:
        """The stored values of each of some documents, in their order."""

    def contents(self, docs: Iterable[int]) -> Iterator[Contents]:
        """Each of some documents, in their order."""


class Printed(Protocol):
    """Some documents, and what is kept of their texts."""

    @property
    def texts(self) -> TextsByDoc:
        """All texts."""

    @property
    def prints(self) -> Prints:
        """Of all texts, in the same order."""

    @property
    def file_numbers(self) -> Ints:
        """By document, the number of its file."""

    @property
    def live(self) -> NDArray[np.bool_]:
        """By document, whether it is not deleted."""


class Corpus:
    """The texts of some documents, in pieces. library: where the documents can be read.

    size: the number of texts.
    """

    def __init__(self, pieces: Sequence[Printed], library: Library) -> None:
        self._pieces = pieces
        self.library = library
        self._texts = [piece.texts for piece in pieces]
        self._bases = starts_of(np.array([len(texts.docs) for texts in self._texts], np.int64))
        self.size = int(self._bases[-1])

    def _joined(self, columns: Sequence[Ints], kind: Any) -> Ints:
        return np.concatenate([np.zeros(0, kind), *columns])

    def _by_text(self, columns: Iterable[Ints], kind: Any) -> Ints:
        """By text, what is known by document of each piece."""
        pairs = zip(columns, self._texts, strict=True)
        return self._joined([column.take(texts.docs) for column, texts in pairs], kind)

    @cached_property
    def _prints(self) -> list[Prints]:
        """By piece."""
        return [piece.prints for piece in self._pieces]

    @cached_property
    def _starts(self) -> list[Starts]:
        return [prints.starts for prints in self._prints]

    def of(self, texts: Ints) -> Prints:
        """The prints of some texts, which ascend."""
        bounds = texts.searchsorted(self._bases).tolist()
        bases = self._bases.tolist()
        parts = [
            prints.of(texts[first:last] - base, starts)
            for prints, starts, base, (first, last) in zip(
                self._prints, self._starts, bases[:-1], pairwise(bounds), strict=True
            )
            if first < last
        ]
        return joined(parts or [Prints.none()])

    def _of_all(self, name: str, kind: Any) -> Ints:
        return self._joined([getattr(prints, name) for prints in self._prints], kind)

    @cached_property
    def keys(self) -> Hashes:
        """By text, its key."""
        return self._of_all("keys", np.uint64)

    @cached_property
    def has_grams(self) -> NDArray[np.bool_]:
        """By text."""
        return self._of_all("has_grams", np.bool_)

    @cached_property
    def docs(self) -> Ints:
        """By text, the number of its document in the pieces together."""
        bases = starts_of(np.array([len(piece.live) for piece in self._pieces], np.int64))
        pairs = zip(self._texts, bases.tolist(), strict=False)
        return self._joined([texts.docs + base for texts, base in pairs], np.int64)

    @cached_property
    def live(self) -> NDArray[np.bool_]:
        """By text, whether its document is not deleted."""
        return self._by_text((piece.live for piece in self._pieces), np.bool_)

    @cached_property
    def sizes(self) -> Ints:
        """By text, how many grams it has."""
        return grams_in(self._joined([texts.words for texts in self._texts], np.int64))

    @cached_property
    def file_numbers(self) -> Ints:
        """By text, the number of its file."""
        return self._by_text((piece.file_numbers for piece in self._pieces), np.int64)

    def voices(self, texts: Ints) -> Grams:
        """The smallest gram of each of some texts; of one without grams half of its key."""
        voices = self.keys.take(texts).astype(np.uint32)
        known, _, place = numbered(texts)
        prints = self.of(known)
        if prints.has_grams.any():
            smallest = known.astype(np.uint32)
            smallest[prints.has_grams] = prints.minima.reshape(-1, BINS).min(axis=1)
            has = prints.has_grams.take(place)
            voices[has] = smallest.take(place[has])
        return voices

    def distinct(self, texts: Ints) -> Texts:
        """The distinct ones among some texts, as far as they have grams."""
        return Texts.of(self.of(texts), self.sizes.take(texts))

    def part_of(self, text: int) -> int:
        """Which part of its document a text is, from 0."""
        return text - int(self.docs.searchsorted(self.docs[text]))

    def written(self, wanted: Mapping[int, Sequence[int]]) -> Iterator[str]:
        """Lines as texts write them that have them, without their blanks.

        wanted: some lines of each text, by their numbers. They come in the order of the texts.
        """
        texts = sorted(wanted)
        docs = self.docs.take(texts).tolist()
        contents = self.library.contents(dict.fromkeys(docs))
        for _, parts in groupby(zip(docs, texts, strict=True), itemgetter(0)):
            record, _, whole = next(contents)
            breaks = line_breaks([whole])
            for _, text in parts:
                start, end = part_span(record, self.part_of(text), len(whole)) or (0, len(whole))
                starts = start + shared_tokenizer().tokenize(whole[start:end]).starts
                heads = starts.take(heads_of(starts, breaks)).tolist()
                numbers, firsts = np.unique(self.of(np.array([text])).lines, return_index=True)
                places = firsts.take(numbers.searchsorted(wanted[text])).tolist()
                yield from (_line_at(heads, place, whole) for place in places)


def _line_at(heads: Sequence[int], place: int, whole: str) -> str:
    """A line by its number, of which the first words are at `heads`, without its blanks."""
    if place >= len(heads):  # it is stored otherwise than it was indexed
        return ""
    after = whole.find("\n", heads[place])
    begin = whole.rfind("\n", 0, heads[place]) + 1
    return " ".join(whole[begin : after if after >= 0 else None].split())
