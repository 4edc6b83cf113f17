"""The content of an existing segment, as a merge needs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from analyzers.bulk.packed import Numbering
from indexer.codec.arrays import FieldArrays, levels_of
from indexer.codec.build.dictionary import Level, Vocabulary, decoded
from indexer.codec.build.fieldwriter import DocumentValues, FieldData, FieldRuns, PartStarts
from indexer.codec.build.notes import NotedWays
from indexer.codec.container import Container
from indexer.codec.notes import FieldNotes
from indexer.codec.postings import Array, slice_indices, starts_of
from indexer.codec.whoosh.columns import read_column


class SegmentSource:
    """A segment without its deleted documents.

    deleted: bool by docnum. `alive` is None if no document is deleted. Raises IndexCorruptError if
    any byte of the segment is not as it was written: a merge gives its copies new checksums, so
    damage would never be found again.
    """

    def __init__(self, container: Container, deleted: npt.NDArray[np.bool_]) -> None:
        container.require_sound()
        self.container = container
        self.alive = ~deleted if deleted.any() else None
        self.doc_count: int = container.meta["documents"]
        self.alive_count = self.doc_count if self.alive is None else int(self.alive.sum())

    def fields(self, schema: Any, first: int) -> Iterator[FieldData]:
        """Each indexed field that the schema still has; its documents begin at docnum `first`."""
        docmap = self._docmap(first)
        for name in self.container.meta["fields"]:
            if name in schema:
                yield self._field(name, docmap)

    def _docmap(self, first: int) -> Array:
        if self.alive is None:
            return np.arange(first, first + self.doc_count)
        return np.where(self.alive, np.cumsum(self.alive) - 1 + first, -1)

    def _field(self, name: str, docmap: Array) -> FieldData:
        """All that a field has of documents alive: postings, lengths, token counts, samples."""
        arrays = FieldArrays(self.container, name)
        kept = self._kept_slots(arrays)
        ordinals = arrays.ordinal_by_slot
        data = FieldData(
            name,
            self.container.meta["fields"][name]["format"],
            [_field_source(arrays, kept, ordinals, docmap)],
        )
        if arrays.lengths_by_docnum is not None:
            data.lengths = self._document_values(arrays.lengths_by_docnum, docmap)
        if arrays.token_counts_by_docnum is not None:
            data.token_counts = self._document_values(arrays.token_counts_by_docnum, docmap)
            data.samples = [self._samples(arrays)]
        if len(arrays.part_docs):
            data.parts = [self._parts(arrays, docmap)]
        return data

    def _kept_slots(self, arrays: FieldArrays) -> npt.NDArray[np.bool_]:
        """Bool by slot: whether any document with the term is alive."""
        if self.alive is None:
            return np.ones(arrays.term_count, np.bool_)
        alive = starts_of(self.alive.take(arrays.docs))
        return np.diff(alive.take(arrays.doc_starts.whole)) > 0

    def _document_values(self, values: Array, docmap: Array) -> DocumentValues:
        result = DocumentValues()
        kept = slice(None) if self.alive is None else self.alive
        result.add(docmap[kept], values[kept])
        return result

    def _samples(self, arrays: FieldArrays) -> Array:
        if self.alive is None:
            return arrays.sample_offsets
        starts = arrays.sample_starts_by_docnum
        kept = np.flatnonzero(self.alive)
        return arrays.sample_offsets[slice_indices(starts[kept], np.diff(starts)[kept])]

    def _parts(self, arrays: FieldArrays, docmap: Array) -> PartStarts:
        docs = docmap.take(arrays.part_docs)
        return PartStarts(docs[docs >= 0], arrays.part_tokens[docs >= 0])

    def text_names(self, schema: Any) -> list[str]:
        """The form fields with stored texts that the schema still has."""
        return [name for name in self.container.meta["stored"] if name in schema]

    def columns(self, schema: Any) -> Iterator[tuple[str, Any, Iterable[Any]]]:
        """(field, Whoosh column, the cells of documents alive) of each column."""
        for name in self.container.meta["columns"]:
            if name in schema and schema[name].column_type:
                column = schema[name].column_type
                cells = read_column(self.container, name, column)
                alive = range(self.doc_count) if self.alive is None else np.flatnonzero(self.alive)
                yield name, column, (cells[int(docnum)] for docnum in alive)


def _field_source(
    arrays: FieldArrays, kept: npt.NDArray[np.bool_], ordinals: Array, docmap: Array
) -> FieldRuns:
    """The postings of a field, without terms and groups that no live document contains."""
    terms = arrays.all_terms()
    kept_ordinals = np.sort(ordinals[kept])
    place = np.full(len(terms), -1, np.int64)
    place[kept_ordinals] = np.arange(len(kept_ordinals))
    numbering = Numbering()
    levels = []
    for name in levels_of(arrays):
        keys = decoded(arrays.group_keys(name))
        groups = arrays.group_by_ordinal(name)[kept_ordinals]
        levels.append(Level.of(numbering.numbers(keys).take(groups)))
    kept_terms = [terms[i] for i in kept_ordinals.tolist()]
    vocabulary = Vocabulary(kept_terms, tuple(levels), numbering)
    own = place.take(ordinals)
    ways = _ways(arrays.notes, own) if arrays.notes.present else None
    return FieldRuns(vocabulary, own, arrays.as_postings(), docmap, ways=ways)


def _ways(notes: FieldNotes, places: Array) -> NotedWays:
    """How the words of a field are written. places: by slot, of its term in the vocabulary."""
    terms = np.append(-1, places.take(notes.slots))
    kinds = np.append(0, notes.kinds)
    return NotedWays(terms, kinds, notes.table, lambda slots, _: notes.ways_of(slots))
