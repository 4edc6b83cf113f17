"""Merge the postings of several runs or segments into one, in bounded memory.

A merge goes through the slots of the result in blocks. For each block it gathers the slices of
every source and concatenates them: lists of one slot in the order of the sources, which is the
order of their documents. Postings are moved, never decoded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from analyzers.named import NamedTuple
from indexer.codec.postings import Array, Postings, slice_indices, starts_of

BLOCK_TOKENS = 1_000_000
"""Positions (or postings) of one block, unless a single group of terms has more."""


class Source(NamedTuple):
    """Postings to merge. Documents of later sources follow those of earlier ones.

    slots: the slot in the result of each of `postings.keys`, -1 for a list whose documents are all
    deleted. docmap: int64 by docnum of the source, the docnum in the result, -1 for a deleted
    document; None if nothing changes. goes_on: whether the first document is the last one of the
    previous source, continued here with the following positions. ways: gives the ways in which the
    words of some lists are written, by position, numbered as in the result; from the numbers of the
    lists and the places of their positions. None where no word has a note.
    """

    postings: Postings
    slots: Array
    docmap: Array | None
    goes_on: bool = False
    ways: Callable[[Array, Array | slice], Array] | None = None


class Block(NamedTuple):
    """The merged lists of slots `first` to `first + len(doc_counts)`.

    doc_counts, pos_counts: by slot. The other arrays are those of `Postings`; `ways` is numbered as
    in `Source`.
    """

    first: int
    doc_counts: Array
    pos_counts: Array
    docs: Array
    tf: Array
    positions: Array | None
    ways: Array | None
    weights: Array | None
    value_lengths: Array | None
    values: Array | None


class _Slices(NamedTuple):
    """The content of one source in one block: lists by slot, flat arrays in the same order."""

    slots: Array
    doc_counts: Array
    docs: Array
    tf: Array
    pos_counts: Array
    positions: Array | None
    ways: Array | None
    weights: Array | None
    value_lengths: Array | None
    values: Array | None


class _OrderedSource:
    """A source whose keys are sorted by their slot in the result."""

    def __init__(self, source: Source) -> None:
        self.postings = source.postings
        self.docmap = source.docmap
        self._ways = source.ways
        slots = source.slots
        ascending = bool(np.all(slots[1:] > slots[:-1])) and not np.any(slots[:1] < 0)
        order = None if ascending else np.argsort(slots)
        self.order = order if order is None else order[int(np.sum(slots < 0)) :]
        self.slots = slots if self.order is None else slots.take(self.order)

    def sizes(self) -> tuple[Array, Array]:
        """(slots, how many positions or postings each has)."""
        postings = self.postings
        starts = postings.doc_starts if postings.pos_starts is None else postings.pos_starts
        lengths = np.diff(starts.astype(np.int64))
        return self.slots, lengths if self.order is None else lengths.take(self.order)

    def slices(self, first: int, last: int) -> _Slices:
        """The lists of slots first to last (exclusive), renumbered, without deleted documents."""
        low, high = np.searchsorted(self.slots, (first, last)).tolist()
        rows = np.arange(low, high) if self.order is None else self.order[low:high]
        contiguous = self.order is None
        postings = self.postings
        where, doc_counts = _flat_rows(postings.doc_starts, rows, contiguous)
        docs, tf = postings.docs[where], postings.tf[where]
        weights = None if postings.weights is None else postings.weights[where]
        positions, pos_counts, ways = None, np.zeros(0, np.int64), None
        if postings.pos_starts is not None and postings.positions is not None:
            pos_where, pos_counts = _flat_rows(postings.pos_starts, rows, contiguous)
            positions = postings.positions[pos_where]
            ways = None if self._ways is None else self._ways(rows, pos_where)
        value_lengths, values = None, None
        if postings.value_starts is not None and postings.values is not None:
            value_lengths = np.diff(postings.value_starts)[where]
            value_at = slice_indices(postings.value_starts[:-1][where], value_lengths)
            values = postings.values[value_at]
        found = _Slices(
            self.slots[low:high], doc_counts, docs, tf, pos_counts, positions, ways, weights,
            value_lengths, values,
        )  # fmt: skip
        return found if self.docmap is None else _renumbered(found, self.docmap)


def _flat_rows(starts: Array, rows: Array, contiguous: bool) -> tuple[Array | slice, Array]:
    """(index of the rows' elements in the flat array, the rows' lengths)."""
    if not len(rows):
        return slice(0, 0), np.zeros(0, np.int64)
    if contiguous:
        bounds = starts[rows[0] : rows[-1] + 2].astype(np.int64)
        return slice(int(bounds[0]), int(bounds[-1])), np.diff(bounds)
    begins = starts.take(rows).astype(np.int64)
    lengths = starts.take(rows + 1).astype(np.int64) - begins
    return slice_indices(begins, lengths), lengths


def _renumbered(found: _Slices, docmap: Array) -> _Slices:
    """The lists with the docnums of the result, without documents whose new number is -1."""
    docs = docmap.take(found.docs)
    alive = docs >= 0
    if alive.all():
        return found._replace(docs=docs)
    kept_docs = _sum_rows(alive, found.doc_counts)
    positions, pos_counts, ways = found.positions, found.pos_counts, found.ways
    if positions is not None:
        kept = np.repeat(alive, found.tf)
        positions = positions[kept]
        ways = None if ways is None else ways[kept]
        pos_counts = _sum_rows(np.where(alive, found.tf, 0), found.doc_counts)
    values, value_lengths = found.values, found.value_lengths
    if values is not None and value_lengths is not None:
        values = values[np.repeat(alive, value_lengths)]
        value_lengths = value_lengths[alive]
    weights = None if found.weights is None else found.weights[alive]
    return _Slices(
        found.slots, kept_docs, docs[alive], found.tf[alive], pos_counts, positions, ways, weights,
        value_lengths, values,
    )  # fmt: skip


def _sum_rows(values: Array, counts: Array) -> Array:
    """int64 by row: the sum of its elements; rows are end to end."""
    sums = starts_of(values)
    return np.diff(sums.take(starts_of(counts)))


def merge(sources: Sequence[Source], slot_count: int) -> Iterator[Block]:
    """The merged lists of slots 0 to slot_count, in blocks that never split a list."""
    ordered = [_OrderedSource(source) for source in sources]
    parted = any(source.goes_on for source in sources)
    sizes = np.zeros(slot_count, np.int64)
    for source in ordered:
        slots, lengths = source.sizes()
        sizes[slots] += lengths
    reach = starts_of(sizes)
    first = 0
    while first < slot_count:
        last = int(np.searchsorted(reach, reach[first] + BLOCK_TOKENS, side="right")) - 1
        last = max(last, first + 1)
        block = _join([source.slices(first, last) for source in ordered], first, last)
        yield _united(block) if parted else block
        first = last


def _united(block: Block) -> Block:
    """The block with one posting per document of a list, joining documents that were split."""
    starts = starts_of(block.doc_counts)
    first = np.zeros(len(block.docs) + 1, np.bool_)
    first[starts] = True
    kept = first[:-1].copy()
    kept[1:] |= block.docs[1:] != block.docs[:-1]
    heads = np.flatnonzero(kept)
    return block._replace(
        doc_counts=_sum_rows(kept, block.doc_counts),
        docs=block.docs.take(heads),
        tf=np.add.reduceat(block.tf, heads, dtype=np.uint32) if len(heads) else block.tf,
    )


def _join(parts: list[_Slices], first: int, last: int) -> Block:
    """Concatenate the lists of several sources, slot by slot."""
    slots = np.concatenate([part.slots for part in parts])
    order = None if len(parts) == 1 else np.argsort(slots, kind="stable")
    doc_counts = np.concatenate([part.doc_counts for part in parts])
    pos_counts = np.concatenate([part.pos_counts for part in parts])
    posting_order = _row_order(doc_counts, order)
    block = Block(
        first=first,
        doc_counts=_counts_by_slot(slots - first, doc_counts, last - first),
        pos_counts=_counts_by_slot(slots - first, pos_counts, last - first),
        docs=_reordered([part.docs for part in parts], posting_order),
        tf=_reordered([part.tf for part in parts], posting_order),
        positions=None,
        ways=None,
        weights=None,
        value_lengths=None,
        values=None,
    )
    if parts[0].positions is not None:
        positions = [part.positions for part in parts if part.positions is not None]
        position_order = _row_order(pos_counts, order)
        block = block._replace(positions=_reordered(positions, position_order))
        if any(part.ways is not None for part in parts):
            sizes = map(len, positions)
            ways = [
                np.zeros(size, np.uint32) if part.ways is None else part.ways
                for part, size in zip(parts, sizes, strict=True)
            ]
            block = block._replace(ways=_reordered(ways, position_order))
    if any(part.weights is not None for part in parts):
        weights = [
            part.tf.astype("<f4") if p is None else p for part in parts for p in [part.weights]
        ]
        block = block._replace(weights=_reordered(weights, posting_order))
    return _with_values(block, parts, posting_order)


def _with_values(block: Block, parts: list[_Slices], posting_order: Array | None) -> Block:
    lengths = [part.value_lengths for part in parts if part.value_lengths is not None]
    values = [part.values for part in parts if part.values is not None]
    if not lengths:
        return block
    flat_lengths = np.concatenate(lengths)
    return block._replace(
        value_lengths=_reordered(lengths, posting_order),
        values=_reordered(values, _row_order(flat_lengths, posting_order)),
    )


def _row_order(counts: Array, order: Array | None) -> Array | None:
    """The order of the elements when rows of these lengths are put in `order`."""
    # Two sources hold slots 0 and 2 with the rows [a b] [c], and slot 0 with [d]. End to end that
    # is a b c d, counts 2 1 1, slots 0 2 0, and `order` 0 2 1. Rows begin at 0 2 3, in order at
    # 0 3 2 with lengths 2 1 1: the elements 0 1, 3, 2, so a b d c.
    if order is None or not len(counts):
        return None
    return slice_indices(starts_of(counts)[:-1].take(order), counts.take(order))


def _reordered(parts: list[Array], order: Array | None) -> Array:
    joined = parts[0] if len(parts) == 1 else np.concatenate(parts)
    return joined if order is None else joined.take(order)


def _counts_by_slot(slots: Array, counts: Array, slot_count: int) -> Array:
    totals = np.zeros(slot_count, np.int64)
    if len(counts):
        np.add.at(totals, slots.astype(np.intp), counts)
    return totals
