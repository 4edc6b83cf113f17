"""Collect the prints of documents (`copies.prints`) until their segment is written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analyzers.tokenizer import BatchArrays
from indexer.codec.container import Container, ContainerWriter
from indexer.codec.postings import Array, smallest_unsigned
from indexer.codec.prints import has_prints, read_prints
from indexer.copies.prints import Hashes, LongPrint, Prints, joined, line_breaks, prints_of

PRINTED_FIELD = "text"


class PrintsCollector:
    """The prints of the documents of one segment, in any order."""

    def __init__(self) -> None:
        self._docnums: list[Array] = []
        self._prints: list[Prints] = []
        self._long: list[tuple[int, LongPrint]] = []

    def add(self, docnums: Array, texts: Sequence[str], batch: BatchArrays, hashes: Hashes) -> None:
        """Some texts and their tokens. hashes: by form id."""
        lengths = np.array([len(text) + 1 for text in texts])
        begins = lengths.cumsum() - lengths
        starts = batch.starts + begins.repeat(np.diff(batch.bounds))
        found = prints_of(hashes.take(batch.form_ids), starts, batch.bounds, line_breaks(texts))
        self._docnums.append(docnums)
        self._prints.append(found)

    def long(self, docnum: int) -> LongPrint:
        """What takes the pieces of a long text."""
        print_ = LongPrint()
        self._long.append((docnum, print_))
        return print_

    def add_segment(self, container: Container, alive: Array | None, first: int) -> None:
        """Those of another segment's documents that are `alive`, numbered from `first` on."""
        if not has_prints(container):
            return
        prints = read_prints(container)
        if alive is not None:
            prints = prints.of(np.flatnonzero(alive))
        self._docnums.append(np.arange(first, first + len(prints.keys)))
        self._prints.append(prints)

    def write(self, writer: ContainerWriter, doc_count: int) -> None:
        """Write the arrays `prints/...`; none where no document has prints."""
        for docnum, long in self._long:
            self._docnums.append(np.array([docnum]))
            self._prints.append(long.finish())
        if not self._docnums:
            return
        docnums, prints = np.concatenate(self._docnums), joined(self._prints)
        self._docnums, self._prints, self._long = [], [], []
        if len(docnums) > 1 and (docnums[1:] < docnums[:-1]).any():
            order = docnums.argsort(kind="stable")
            docnums, prints = docnums.take(order), prints.of(order)
        for name, column in prints._asdict().items():
            values = column
            if name in ("gram_counts", "line_counts", "keys"):
                values = np.zeros(doc_count, column.dtype)
                values[docnums] = column
            if name == "gram_counts":
                values = values.astype("u1")
            if name == "line_counts":
                values = values.astype(smallest_unsigned(int(values.max(initial=0))))
            writer.add(f"prints/{name}", values)
