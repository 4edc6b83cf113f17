"""The texts of some segments as a corpus, and which of them share something with others?

What a commit needs that renews what the one before knew: texts are looked up by what they have, and
those of segments that are gone can be asked as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.ranked import distinct_of
from indexer.codec.container import Container
from indexer.codec.contents import SegmentEntry
from indexer.codec.opened import SegmentReader, deleted_mask
from indexer.codec.postings import starts_of
from indexer.codec.prints import PRINTED_FIELD, PrintedSegment
from indexer.copies.corpus import Contents, Corpus, Record
from indexer.copies.lookup import holding, rows_with
from indexer.copies.prints import BINS, Grams
from indexer.errors import IndexCorruptError

Ints = NDArray[Any]
Segment = tuple[SegmentEntry, Container]


class SegmentCorpus(Corpus):
    """The texts of some segments, and behind them those of others, none of which is live.

    size: the number of texts of the former.
    """

    def __init__(self, segments: Sequence[Segment], gone: Sequence[Segment] = ()) -> None:
        self._segments = [PrintedSegment(*segment, gone=False) for segment in segments]
        self._segments += [PrintedSegment(*segment, gone=True) for segment in gone]
        super().__init__(self._segments, SegmentLibrary([*segments, *gone]))
        self.size = int(self._bases[len(segments)])

    def live_in(self, entries: Sequence[SegmentEntry]) -> NDArray[np.bool_]:
        """By text, whether it is live in a commit of these segments."""
        live = {entry.segment_id: ~deleted_mask(entry) for entry in entries}
        columns = (
            live.get(segment.name, np.zeros(len(segment.live), np.bool_))
            for segment in self._segments
        )
        return self._by_text(columns, np.bool_)

    def of_commit(self, entries: Sequence[SegmentEntry], known: Ints) -> Ints:
        """By text what a commit of these segments, which all are here, knows of it; else 0.

        Raises IndexCorruptError if it does not know as many texts.
        """
        names = [segment.name for segment in self._segments]
        spans = dict(zip(names, pairwise(self._bases.tolist()), strict=True))
        places = [spans[entry.segment_id] for entry in entries]
        if sum(end - base for base, end in places) != len(known):
            raise IndexCorruptError("what is known of copies is not of these texts")
        found = np.zeros(int(self._bases[-1]), known.dtype)
        first = 0
        for base, end in places:
            found[base:end] = known[first : first + end - base]
            first += end - base
        return found

    def near(self, grams: Grams) -> Ints:
        """The live texts that have at least two of some grams among their minima."""
        found = []
        for segment, prints, base in zip(
            self._segments, self._prints, self._bases.tolist(), strict=False
        ):
            rows = np.sort(rows_with(grams, prints.minima, segment.order))
            twice = distinct_of(rows[1:][rows[1:] == rows[:-1]])
            if len(twice):
                found.append(base + np.flatnonzero(prints.has_grams).take(twice))
        return self._living(found)

    def having(self, grams: Grams) -> Ints:
        """The live texts that have any of some grams, which ascend."""
        found = []
        for prints, starts, base in zip(
            self._prints, self._starts, self._bases.tolist(), strict=False
        ):
            rows = holding(prints.minima, grams) // BINS
            others = starts.grams.searchsorted(holding(prints.grams, grams), "right") - 1
            found += [base + np.flatnonzero(prints.has_grams).take(rows), base + others]
        return self._living(found)

    def with_lines(self, lines: Grams) -> Ints:
        """The live texts that have any of some lines, which ascend."""
        found = [
            base + starts.lines.searchsorted(holding(prints.lines, lines), "right") - 1
            for prints, starts, base in zip(
                self._prints, self._starts, self._bases.tolist(), strict=False
            )
        ]
        return self._living(found)

    def _living(self, found: Sequence[Ints]) -> Ints:
        texts = distinct_of(self._joined(found, np.int64))
        living: Ints = texts[self.live.take(texts)]
        return living


class SegmentLibrary:
    """The documents of some segments, numbered on from one to the next."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._readers = [SegmentReader(container) for _, container in segments]
        counts = [reader.document_count for reader in self._readers]
        self._bases = starts_of(np.array(counts, np.int64))

    def _located(self, docs: Iterable[int]) -> Iterator[tuple[SegmentReader, int]]:
        for doc in docs:
            place = int(self._bases.searchsorted(doc, "right")) - 1
            yield self._readers[place], doc - int(self._bases[place])

    def records(self, docs: Iterable[int]) -> Iterator[Record]:
        """See Library."""
        return (reader.record(docnum) for reader, docnum in self._located(docs))

    def contents(self, docs: Iterable[int]) -> Iterator[Contents]:
        """See Library."""
        for reader, docnum in self._located(docs):
            texts = (reader.text(docnum, name) or "" for name in ("title", PRINTED_FIELD))
            yield Contents(reader.record(docnum), *texts)
