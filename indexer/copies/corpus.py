"""The texts of some segments, end to end, and what is kept of them.

A text is one part of a document, see `prints`; texts are numbered in the order of the segments,
their documents and the parts of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.ranked import distinct_of, numbered
from analyzers.tokenizer import shared_tokenizer
from indexer.codec.columns import read_numbers
from indexer.codec.container import Container
from indexer.codec.contents import SegmentEntry
from indexer.codec.opened import SegmentReader, deleted_mask
from indexer.codec.postings import starts_of
from indexer.codec.prints import PRINTED_FIELD, SegmentTexts, read_order, read_prints, read_texts
from indexer.copies.lookup import holding, rows_with
from indexer.copies.pairs import Texts
from indexer.copies.prints import (
    BINS,
    Grams,
    Hashes,
    Prints,
    Starts,
    grams_in,
    heads_of,
    joined,
    line_breaks,
)
from indexer.errors import IndexCorruptError
from indexer.schema import part_span

Ints = NDArray[Any]
Segment = tuple[SegmentEntry, Container]


class Corpus:
    """The texts of some segments, and behind them those of others, none of which is live.

    size: the number of texts of the former.
    """

    def __init__(self, segments: Sequence[Segment], gone: Sequence[Segment] = ()) -> None:
        self.segments = segments
        self._all = [*segments, *gone]
        self._texts: list[SegmentTexts] = [read_texts(container) for _, container in self._all]
        self._bases = starts_of(np.array([len(texts.docs) for texts in self._texts], np.int64))
        self.size = int(self._bases[len(segments)])
        self._latest: tuple[tuple[SegmentReader, int], tuple[str, Ints]] | None = None

    def _joined(self, columns: Sequence[Ints], kind: Any) -> Ints:
        return np.concatenate([np.zeros(0, kind), *columns])

    def _by_text(self, columns: Sequence[Ints], kind: Any) -> Ints:
        """By text, what is known by document of each segment."""
        pairs = zip(columns, self._texts, strict=True)
        return self._joined([column.take(texts.docs) for column, texts in pairs], kind)

    @cached_property
    def _prints(self) -> list[Prints]:
        """By segment."""
        return [read_prints(container) for _, container in self._all]

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
        """By text, the number of its document in the segments together."""
        bases = starts_of(np.array([entry.documents for entry, _ in self._all], np.int64))
        pairs = zip(self._texts, bases.tolist(), strict=False)
        return self._joined([texts.docs + base for texts, base in pairs], np.int64)

    @cached_property
    def live(self) -> NDArray[np.bool_]:
        """By text, whether its document is not deleted."""
        return self.live_in([entry for entry, _ in self.segments])

    def live_in(self, entries: Sequence[SegmentEntry]) -> NDArray[np.bool_]:
        """By text, whether it is live in a commit of these segments."""
        live = {entry.segment_id: ~deleted_mask(entry) for entry in entries}
        columns = [
            live.get(entry.segment_id, np.zeros(entry.documents, np.bool_))
            for entry, _ in self._all
        ]
        return self._by_text(columns, np.bool_)

    def of_commit(self, entries: Sequence[SegmentEntry], known: Ints) -> Ints:
        """By text what a commit of these segments, which all are here, knows of it; else 0.

        Raises IndexCorruptError if it does not know as many texts.
        """
        ids = [entry.segment_id for entry, _ in self._all]
        spans = dict(zip(ids, pairwise(self._bases.tolist()), strict=True))
        places = [spans[entry.segment_id] for entry in entries]
        if sum(end - base for base, end in places) != len(known):
            raise IndexCorruptError("what is known of copies is not of these texts")
        found = np.zeros(int(self._bases[-1]), known.dtype)
        first = 0
        for base, end in places:
            found[base:end] = known[first : first + end - base]
            first += end - base
        return found

    @cached_property
    def sizes(self) -> Ints:
        """By text, how many grams it has."""
        return grams_in(self._joined([texts.words for texts in self._texts], np.int64))

    @cached_property
    def file_numbers(self) -> Ints:
        """By text, the number of its file."""
        columns = [read_numbers(container, "file") for _, container in self._all]
        return self._by_text(columns, np.int64)

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

    def near(self, grams: Grams) -> Ints:
        """The live texts that have at least two of some grams among their minima."""
        found = []
        for (_, container), prints, base in zip(
            self._all, self._prints, self._bases.tolist(), strict=False
        ):
            rows = np.sort(rows_with(grams, prints.minima, read_order(container)))
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

    def distinct(self, texts: Ints) -> Texts:
        """The distinct ones among some texts, as far as they have grams."""
        return Texts.of(self.of(texts), self.sizes.take(texts))

    def written(self, text: int, lines: Grams) -> list[str]:
        """The lines with these numbers as a text writes them that has them, without its blanks."""
        reader, docnum, part = self.place_of(text)
        whole, breaks = self._printed(reader, docnum)
        start, end = part_span(reader.record(docnum), part, len(whole)) or (0, len(whole))
        starts = start + shared_tokenizer().tokenize(whole[start:end]).starts
        heads = starts.take(heads_of(starts, breaks)).tolist()
        numbers, firsts = np.unique(self.of(np.array([text])).lines, return_index=True)
        found = []
        for place in firsts.take(numbers.searchsorted(lines)).tolist():
            if place >= len(heads):  # it is stored otherwise than it was indexed
                found.append("")
                continue
            after = whole.find("\n", heads[place])
            begin = whole.rfind("\n", 0, heads[place]) + 1
            found.append(" ".join(whole[begin : after if after >= 0 else None].split()))
        return found

    def _printed(self, reader: SegmentReader, docnum: int) -> tuple[str, Ints]:
        """The whole text of a document and where its lines end; the latest is remembered."""
        if self._latest is None or self._latest[0] != (reader, docnum):
            whole = reader.text(docnum, PRINTED_FIELD) or ""
            self._latest = (reader, docnum), (whole, line_breaks([whole]))
        return self._latest[1]

    def place_of(self, text: int) -> tuple[SegmentReader, int, int]:
        """(its segment, its docnum there, which part of that document) of a text."""
        place = int(self._bases.searchsorted(text, "right")) - 1
        docs, within = self._texts[place].docs, text - int(self._bases[place])
        docnum = int(docs[within])
        return self._readers[place], docnum, within - int(docs.searchsorted(docnum))

    @cached_property
    def _readers(self) -> list[SegmentReader]:
        return [SegmentReader(container) for _, container in self._all]
