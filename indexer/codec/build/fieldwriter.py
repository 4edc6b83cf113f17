"""Write the arrays of one field, inverted in any number of runs or segments, to a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from analyzers.named import NamedTuple
from indexer.codec.build.dictionary import (
    Dictionary,
    Vocabulary,
    build_dictionary,
    write_dictionary,
)
from indexer.codec.build.merge import Block, Source, merge
from indexer.codec.build.notes import NotedWays, NotesWriter, WaysOfSlots
from indexer.codec.build.scratch import ArraySpool, Scratch
from indexer.codec.container import ContainerWriter
from indexer.codec.format import LARGE_COUNT
from indexer.codec.postings import (
    Array,
    Postings,
    smallest_unsigned,
    starts_of,
)


class FieldRuns(NamedTuple):
    """Some of a field's postings and the vocabulary that names their lists.

    terms: by key of the postings, the index in the vocabulary; -1 for a list that is gone.
    docmap, goes_on: as in `merge.Source`. ways: how their words are written; None where none has a
    note.
    """

    vocabulary: Vocabulary
    terms: Array
    postings: Postings
    docmap: Array | None = None
    goes_on: bool = False
    ways: NotedWays | None = None


class DocumentValues:
    """Numbers by document that come in pieces, in the order of docnums; gaps are 0.

    If a document comes more than once, its numbers are added up.
    """

    def __init__(self, docnums: Iterable[Array] = (), values: Iterable[Array] = ()) -> None:
        self.docnums = list(docnums)
        self.values = list(values)

    def add(self, docnums: Array, values: Array) -> None:
        """Values of some documents."""
        self.docnums.append(docnums)
        self.values.append(values)

    def by_docnum(self, doc_count: int) -> Array:
        """int64 [doc_count]."""
        result = np.zeros(doc_count, np.int64)
        if self.docnums:
            np.add.at(result, np.concatenate(self.docnums), np.concatenate(self.values))
        return result


class PartStarts(NamedTuple):
    """Where parts of documents begin, but for the first of each: docnum, and number of a token."""

    docs: Array
    tokens: Array


class FieldData:
    """Everything in a segment that belongs to one field.

    sources: in the order of their documents. lengths: None if the field is not scorable.
    samples: offsets in pieces, in the order of documents; with token_counts, form fields only.
    parts: likewise, ascending.
    """

    def __init__(
        self,
        name: str,
        format_name: str,
        sources: list[FieldRuns],
        lengths: DocumentValues | None = None,
        token_counts: DocumentValues | None = None,
        samples: Iterable[Array] = (),
        parts: Iterable[PartStarts] = (),
    ) -> None:
        self.name = name
        self.format_name = format_name
        self.sources = sources
        self.lengths = lengths
        self.token_counts = token_counts
        self.samples = list(samples)
        self.parts = list(parts)


def write_field(
    writer: ContainerWriter, data: FieldData, doc_count: int, scratch: Scratch
) -> dict[str, Any]:
    """Write the arrays of a field; returns its entry for the file's `meta`."""
    prefix = f"f/{data.name}/"
    dictionary, sources, ways = _united(data.sources)
    write_dictionary(writer, prefix, dictionary)
    output = _Output(sources, ways, doc_count, scratch)
    for block in merge(sources, len(dictionary.terms)):
        output.add(block)
        del block  # it may be a view of a run
        scratch.release()
    output.finish(writer, prefix)
    meta = {
        "format": data.format_name,
        "postings": output.posting_count,
        "positions": output.position_count,
        "max_tf": output.max_tf,
        "length_total": 0,
    }
    if data.lengths is not None:
        lengths = data.lengths.by_docnum(doc_count)
        writer.add(f"{prefix}lengths", _narrow(lengths))
        meta["length_total"] = int(lengths.sum())
    if data.token_counts is not None:
        writer.add(f"{prefix}token_counts", _narrow(data.token_counts.by_docnum(doc_count)))
        samples = np.concatenate([np.zeros(0, "<u4"), *data.samples])
        writer.add(f"{prefix}sample_offsets", samples.astype("<u4"))
    if any(len(parts.docs) for parts in data.parts):
        for name, arrays in zip(PartStarts._fields, zip(*data.parts, strict=True), strict=True):
            writer.add(f"{prefix}part_{name}", np.concatenate(arrays).astype("<u4"))
    return meta


def _narrow(values: Array) -> Array:
    return values.astype(smallest_unsigned(int(values.max(initial=0))))


def _united(sources: list[FieldRuns]) -> tuple[Dictionary, list[Source], WaysOfSlots]:
    """One dictionary for all sources, the sources in its slots, and how their words are written."""
    vocabularies: list[Vocabulary] = []
    places = []
    for source in sources:
        known = [i for i, v in enumerate(vocabularies) if v is source.vocabulary]
        if not known:
            vocabularies.append(source.vocabulary)
        places.append(known[0] if known else len(vocabularies) - 1)
    dictionary = build_dictionary(vocabularies)
    slots = [np.append(dictionary.slots_of(i), -1) for i in range(len(vocabularies))]
    noted = [
        (source.ways, slots[place])
        for source, place in zip(sources, places, strict=True)
        if source.ways is not None
    ]
    ways, numbered = WaysOfSlots.of(noted)
    each = iter(numbered)
    return (
        dictionary,
        [
            Source(
                source.postings,
                slots[place].take(source.terms),
                source.docmap,
                source.goes_on,
                None if source.ways is None else next(each),
            )
            for source, place in zip(sources, places, strict=True)
        ],
        ways,
    )


class _Output:
    """The posting arrays of one field while they are written."""

    def __init__(
        self, sources: list[Source], ways: WaysOfSlots, doc_count: int, scratch: Scratch
    ) -> None:
        self._notes = NotesWriter(ways, scratch)
        postings = [source.postings for source in sources]
        self._doc_counts = [np.zeros(0, np.int64)]
        self._pos_counts = [np.zeros(0, np.int64)]
        self._value_lengths = [np.zeros(0, np.int64)]
        self.max_tf = 0
        max_tf = max((p.max_tf for p in postings), default=1)
        if any(source.goes_on for source in sources):
            max_tf = sum(p.max_tf for p in postings)
        self._spools = {
            "docs": ArraySpool(scratch, smallest_unsigned(doc_count, 2)),
            "tf": ArraySpool(scratch, smallest_unsigned(max_tf)),
        }
        positions = [p.positions for p in postings if p.positions is not None]
        if positions:
            largest = max(int(p.max(initial=0)) for p in positions)
            self._spools["positions"] = ArraySpool(scratch, smallest_unsigned(largest, 2))
        if any(p.weights is not None for p in postings):
            self._spools["weights"] = ArraySpool(scratch, np.dtype("<f4"))
        if any(p.values is not None for p in postings):
            self._spools["values"] = ArraySpool(scratch, np.dtype("u1"))

    @property
    def posting_count(self) -> int:
        return int(sum(counts.sum() for counts in self._doc_counts))

    @property
    def position_count(self) -> int:
        return int(sum(counts.sum() for counts in self._pos_counts))

    def add(self, block: Block) -> None:
        for name, spool in self._spools.items():
            array = getattr(block, name)
            if name == "weights" and array is None:
                array = block.tf
            if array is not None:
                spool.append(array)
        self.max_tf = max(self.max_tf, int(block.tf.max(initial=0)))
        self._doc_counts.append(block.doc_counts)
        if block.positions is not None:
            self._pos_counts.append(block.pos_counts)
            self._notes.add(block.first, block.pos_counts, block.ways)
        if block.value_lengths is not None:
            self._value_lengths.append(block.value_lengths)

    def finish(self, writer: ContainerWriter, prefix: str) -> None:
        write_counts(writer, f"{prefix}doc_", np.concatenate(self._doc_counts))
        if "positions" in self._spools:
            write_counts(writer, f"{prefix}pos_", np.concatenate(self._pos_counts))
        if "values" in self._spools:
            value_starts = starts_of(np.concatenate(self._value_lengths))
            writer.add(f"{prefix}value_starts", value_starts.astype("<u8"))
        for name, spool in self._spools.items():
            spool.finish(writer, prefix + name)
        self._notes.finish(writer, prefix)


def write_counts(writer: ContainerWriter, prefix: str, counts: Array) -> None:
    """Write counts: `<prefix>counts`, and `<prefix>large` of those that do not fit in a byte."""
    large = counts[counts >= LARGE_COUNT]
    writer.add(f"{prefix}counts", np.minimum(counts, LARGE_COUNT).astype("u1"))
    writer.add(f"{prefix}large", large.astype(smallest_unsigned(int(large.max(initial=0)), 4)))
