"""An open index: the segments of one commit, as arrays, columns and stored values.

No Whoosh is needed: this is all that a search, `show`, `stats` and `terms` read. Whoosh's readers
are adapters of the same, see `codec.whoosh.reader`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from indexer.codec import commits
from indexer.codec.arrays import FieldArrays
from indexer.codec.container import Container
from indexer.codec.contents import SegmentEntry, Toc
from indexer.codec.stored import BlobReader, decode_record
from indexer.errors import IndexVersionError


class SegmentReader:
    """One segment's file: fields, opened on first use, stored values and texts."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self.document_count: int = container.meta["documents"]
        self.field_names: list[str] = sorted(container.meta["fields"])
        self.text_names: list[str] = list(container.meta["stored"])
        self._fields: dict[str, FieldArrays] = {}
        self._records = BlobReader(container, "records/")
        self._texts = {name: BlobReader(container, f"s/{name}/") for name in self.text_names}

    def field(self, name: str) -> FieldArrays | None:
        """The arrays of a field, None where the segment has no such field."""
        known = self._fields.get(name)
        if known is None and name in self.container.meta["fields"]:
            known = self._fields[name] = FieldArrays(self.container, name)
        return known

    def total_length(self, field: str) -> int:
        """The sum of the lengths of a field, including deleted documents."""
        meta = self.container.meta["fields"].get(field)
        return int(meta["length_total"]) if meta else 0

    def record(self, docnum: int) -> dict[str, Any]:
        """The stored values of a document, without its texts."""
        blob = self._records.get(docnum)
        return {} if blob is None else decode_record(blob)

    def misplaced(self) -> list[str]:
        """The prefixes of stored values whose blocks do not lie where documents look for them."""
        readers = {"records": self._records, **{f"s/{n}": r for n, r in self._texts.items()}}
        return [prefix for prefix, blobs in readers.items() if not blobs.bounds_are_right()]

    def text(self, docnum: int, field: str) -> str | None:
        """The stored text of one form field, without unpacking anything else."""
        texts = self._texts.get(field)
        blob = None if texts is None else texts.get(docnum)
        return None if blob is None else blob.decode("utf-8", "surrogatepass")


class OpenedSegment:
    """A segment of a commit: documents `base .. base + size` of the index, some of them deleted."""

    def __init__(self, reader: SegmentReader, entry: SegmentEntry, base: int) -> None:
        self.reader = reader
        self.entry = entry
        self.base = base
        self.size = entry.documents

    @cached_property
    def live(self) -> NDArray[np.bool_] | None:
        """By docnum, which documents are not deleted; None where none is."""
        return ~deleted_mask(self.entry) if self.entry.deleted else None


class OpenedIndex(NamedTuple):
    """One commit of the index in a folder."""

    folder: str
    toc: Toc
    segments: tuple[OpenedSegment, ...]

    @property
    def document_count(self) -> int:
        """The number of documents, without deleted ones."""
        return sum(entry.documents - entry.deleted for entry in self.toc.segments)

    def fields(self, name: str) -> Iterator[FieldArrays]:
        """The arrays of a field in each segment that has it."""
        found = (segment.reader.field(name) for segment in self.segments)
        return (arrays for arrays in found if arrays is not None)


def open_newest(folder: str, schema: int) -> OpenedIndex:
    """The newest commit of the index in a folder, whose documents have the fields of `schema`.

    Raises IndexCorruptError if a segment is missing, perhaps because a newer commit merged it away,
    or is damaged; IndexVersionError if documents have other fields.
    """
    toc = commits.read_toc(folder)
    check_schema(folder, toc, schema)
    segments, base = [], 0
    for entry in toc.segments:
        reader = SegmentReader(open_segment(folder, entry))
        segments.append(OpenedSegment(reader, entry, base))
        base += entry.documents
    return OpenedIndex(folder, toc, tuple(segments))


def open_segment(folder: str, entry: SegmentEntry) -> Container:
    """Map a segment's file. Raises as `open_newest`."""
    with commits.segments_in_place():
        return Container.open(os.path.join(folder, entry.file_name), entry)


def check_schema(folder: str, toc: Toc, schema: int) -> None:
    """Raise IndexVersionError where the documents of a commit have other fields."""
    if toc.schema != schema:
        raise IndexVersionError(
            f"the index in {folder} has documents of schema {toc.schema}; schema {schema} is needed"
        )


def damage_of(folder: str) -> list[str]:
    """Everything that differs from what was written; reads every byte of every segment."""
    entries = commits.read_toc(folder).segments
    return [problem for entry in entries for problem in open_segment(folder, entry).verify()]


def deleted_mask(entry: SegmentEntry) -> NDArray[np.bool_]:
    """Bool by docnum, a copy: True where the document is deleted."""
    bits = np.frombuffer(entry.deletions, np.uint8)
    if not len(bits):
        return np.zeros(entry.documents, np.bool_)
    return np.unpackbits(bits, count=entry.documents).astype(np.bool_)
