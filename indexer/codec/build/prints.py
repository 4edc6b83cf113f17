"""Collect the prints of documents' texts (`copies.prints`) until their segment is written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analyzers.tokenizer import BatchArrays
from indexer.codec.build.fieldwriter import PartStarts
from indexer.codec.container import Container, ContainerWriter
from indexer.codec.postings import Array, smallest_unsigned, starts_of
from indexer.codec.prints import has_prints, read_prints, read_texts
from indexer.copies.lookup import order_of
from indexer.copies.prints import (
    Hashes,
    LongPrint,
    Prints,
    TextsByDoc,
    joined,
    line_breaks,
    prints_of,
)

_BY_TEXT = ("gram_counts", "line_counts", "keys")


def prints_in(
    texts: Sequence[str], batch: BatchArrays, owners: Array, tokens: Array, hashes: Hashes
) -> tuple[Prints, TextsByDoc]:
    """The prints of the parts of some texts, of which `batch` are the tokens.

    owners, tokens: where parts begin but for the first of a text: in which of the texts, and with
    which of its tokens. hashes: by form id.
    """
    lengths = np.array([len(text) + 1 for text in texts])
    begins = lengths.cumsum() - lengths
    starts = batch.starts + begins.repeat(np.diff(batch.bounds))
    bounds = np.sort(np.append(batch.bounds, batch.bounds.take(owners) + tokens))
    found = prints_of(hashes.take(batch.form_ids), starts, bounds, line_breaks(texts))
    docs = np.arange(len(texts)).repeat(1 + np.bincount(owners, minlength=len(texts)))
    return found, TextsByDoc(docs, np.diff(bounds))


class PrintsCollector:
    """The prints of the documents of one segment, in any order; of each, in that of its parts."""

    def __init__(self) -> None:
        self._docnums: list[Array] = []
        self._prints: list[Prints] = []

    def add(
        self,
        docnums: Array,
        texts: Sequence[str],
        batch: BatchArrays,
        parts: PartStarts,
        hashes: Hashes,
    ) -> None:
        """Some texts and their tokens. parts: of documents among them. hashes: by form id."""
        owners = docnums.searchsorted(parts.docs)
        prints, found = prints_in(texts, batch, owners, parts.tokens, hashes)
        self.put(docnums.take(found.docs), prints)

    def long(self, docnum: int) -> LongPrints:
        """What takes the pieces of a long text, and ends before other documents come."""
        return LongPrints(docnum, self)

    def put(self, docnums: Array, prints: Prints) -> None:
        """Those of some texts. docnums: by text."""
        self._docnums.append(docnums)
        self._prints.append(prints)

    def add_segment(self, container: Container, alive: Array | None, first: int) -> None:
        """Those of another segment's documents that are `alive`, numbered from `first` on."""
        if not has_prints(container):
            return
        prints, docnums = read_prints(container), read_texts(container).docs
        if alive is not None:
            kept = np.flatnonzero(alive.take(docnums))
            prints, docnums = prints.of(kept), (alive.cumsum() - 1).take(docnums.take(kept))
        self.put(first + docnums, prints)

    def write(self, writer: ContainerWriter, doc_count: int) -> None:
        """Write the arrays `prints/...`; none where no document has prints."""
        if not self._docnums:
            return
        docnums, prints = np.concatenate(self._docnums), joined(self._prints)
        self._docnums, self._prints = [], []
        if (docnums[1:] < docnums[:-1]).any():
            order = docnums.argsort(kind="stable")
            docnums, prints = docnums.take(order), prints.of(order)
        counts = np.bincount(docnums, minlength=doc_count)
        others = starts_of(counts == 0).take(docnums)  # before it, documents without prints
        rows = np.arange(len(docnums)) + others
        for name, column in prints._asdict().items():
            values = column
            if name in _BY_TEXT:
                values = np.zeros(int(np.maximum(counts, 1).sum()), column.dtype)
                values[rows] = column
            if name == "gram_counts":
                values = values.astype("u1")
            if name == "line_counts":
                values = values.astype(smallest_unsigned(int(values.max(initial=0))))
            writer.add(f"prints/{name}", values)
        writer.add("prints/order", order_of(prints.minima))


class LongPrints:
    """The prints of one document whose words come piece by piece: those of each of its parts."""

    def __init__(self, docnum: int, collector: PrintsCollector) -> None:
        self._docnum = docnum
        self._collector = collector
        self._open = LongPrint()
        """Of the part that may go on in the next piece."""

    def add(self, tokens: BatchArrays, piece: str, firsts: Array, hashes: Hashes) -> None:
        """The words of a piece. firsts: those with which a part begins. hashes: by form id."""
        words, starts, breaks = hashes.take(tokens.form_ids), tokens.starts, line_breaks([piece])
        if len(firsts):
            first, last = firsts[0], firsts[-1]
            self._open.add(words[:first], starts[:first], breaks)
            self.end()
            whole = words[first:last], starts[first:last], firsts - first, breaks
            self._put(prints_of(*whole))
            words, starts = words[last:], starts[last:]
        self._open.add(words, starts, breaks)

    def end(self) -> None:
        """The open part is whole."""
        self._put(self._open.finish())
        self._open = LongPrint()

    def _put(self, prints: Prints) -> None:
        self._collector.put(np.full(len(prints.keys), self._docnum), prints)
