"""The door to an index on disk: create it, open it, get readers, searchers and writers.

    index = create_index("folder", Schema(path=ID(unique=True), text=FormField()))
    with index.writer() as writer:
        writer.add_document(path="a.txt", text="ذهب الطالب إلى المدرسة")
    arrays = field_arrays(index.reader(), "text")

Whoosh's own `open_dir` opens these indexes too, trusting their TOC; `open_index` does not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from whoosh.filedb.filestore import FileStorage
from whoosh.index import _DEF_INDEX_NAME, TOC, FileIndex

from indexer.codec.arrays import FieldArrays
from indexer.codec.whoosh.codec import open_container
from indexer.codec.whoosh.reader import PerDocReader, TermsReader
from indexer.codec.whoosh.segment import ColumnarSegment
from indexer.codec.whoosh.toc import read_toc, write_toc

if TYPE_CHECKING:
    from indexer.codec.whoosh.writer import ColumnarWriter


class ColumnarIndex(FileIndex):  # type: ignore[misc]
    """An index in one folder, in segments of the columnar codec."""

    def __init__(self, storage: Any, schema: Any = None, indexname: str = _DEF_INDEX_NAME) -> None:
        self.storage = storage
        self._schema = schema
        self.indexname = indexname
        self._read_toc()

    @classmethod
    def create(cls, storage: Any, schema: Any, indexname: str = _DEF_INDEX_NAME) -> ColumnarIndex:
        """A new, empty index; one of that name that was there is gone."""
        for name in list(storage.list()):
            if name.startswith((f"_{indexname}_", f"{indexname}_")):
                storage.delete_file(name)
        write_toc(storage, indexname, TOC(schema, [], 0))
        return cls(storage, schema=None, indexname=indexname)

    def _read_toc(self) -> TOC:
        return read_toc(self.storage, self.indexname, self._schema)

    def writer(self, **options: Any) -> ColumnarWriter:
        """A writer; LockError where another one is at work (wait with `timeout` seconds)."""
        from indexer.codec.whoosh.writer import ColumnarWriter

        return ColumnarWriter(self, **options)

    def verify(self) -> list[str]:
        """Everything on disk that is not as it was written; [] means sound.

        Reads every byte of every segment.
        """
        problems = []
        for segment in self._read_toc().segments:
            if isinstance(segment, ColumnarSegment):
                container = open_container(self.storage, segment.file_name)
                problems.extend(container.verify())
                if container.meta["documents"] != segment.doc_count_all():
                    problems.append(f"{container.name}: not the number of documents of the TOC")
        return problems


def create_index(path: str | os.PathLike[str], schema: Any) -> ColumnarIndex:
    """A new, empty index in a folder, which is made where it is missing."""
    storage = FileStorage(os.fspath(path)).create()
    return ColumnarIndex.create(storage, schema)


def open_index(path: str | os.PathLike[str], *, schema: Any = None) -> ColumnarIndex:
    """The index in a folder; NoIndexError, IndexCorruptError. `schema` replaces the stored one."""
    return ColumnarIndex(FileStorage(os.fspath(path)), schema=schema)


class SegmentView(NamedTuple):
    """One segment of a reader: its first document, its documents and its terms."""

    offset: int
    """What to add to a docnum of the segment to get the reader's."""

    doc_count: int
    segment: ColumnarSegment
    documents: PerDocReader
    terms: TermsReader


def segment_views(reader: Any) -> Iterator[SegmentView]:
    """The segments of a Whoosh reader; TypeError where one is of another codec."""
    for leaf, offset in reader.leaf_readers():
        terms = getattr(leaf, "_terms", None)
        if terms is None and not leaf.doc_count_all():
            continue
        if not isinstance(terms, TermsReader):
            raise TypeError("the index has segments that are not columnar")
        yield SegmentView(offset, leaf.doc_count_all(), leaf.segment(), leaf._perdoc, terms)


def field_arrays(reader: Any, fieldname: str) -> list[tuple[int, FieldArrays]]:
    """(offset, arrays) of every segment that has the field."""
    views = ((view.offset, view.terms.field(fieldname)) for view in segment_views(reader))
    return [(offset, arrays) for offset, arrays in views if arrays is not None]
