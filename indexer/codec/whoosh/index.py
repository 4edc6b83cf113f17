"""Create or open an index on disk, and get readers, searchers and writers.

    index = create_index("folder", Schema(path=ID(unique=True), text=FormField()))
    with index.writer() as writer:
        writer.add_document(path="a.txt", text="ذهب الطالب إلى المدرسة")
    arrays = field_arrays(index.reader(), "text")

`open_index` returns an index that works with Whoosh's searchers, parsers and writers. Whoosh's own
`open_dir` does not open it: that would need a pickle, which could run code.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from whoosh.filedb.filestore import FileStorage, RamStorage
from whoosh.index import TOC, FileIndex
from whoosh.searching import Searcher

from analyzers.named import NamedTuple
from indexer.codec import commits
from indexer.codec.arrays import FieldArrays
from indexer.codec.contents import INDEX_NAME, Fingerprint, Toc
from indexer.codec.opened import check_schema, damage_of
from indexer.codec.whoosh.codec import ColumnarSegment
from indexer.codec.whoosh.reader import PerDocReader, TermsReader
from indexer.storage import durable
from indexer.storage.untrusted import open_own

if TYPE_CHECKING:
    from indexer.codec.whoosh.writer import ColumnarWriter


class ColumnarIndex(FileIndex):  # type: ignore[misc]
    """An index in one folder, in segments of the columnar codec.

    schema: the fields of its documents. schema_version: the number that stands for them in the TOC.
    Raises IndexCorruptError, and IndexVersionError where the TOC has another version.
    """

    def __init__(self, folder: str, schema: Any, schema_version: int) -> None:
        self.storage = _Folder(folder)
        self.schema_version = schema_version
        self.indexname = INDEX_NAME
        self._schema = schema
        self._read_toc()

    def _read_toc(self) -> TOC:
        toc = commits.read_toc(self.storage.folder)
        check_schema(self.storage.folder, toc, self.schema_version)
        return TOC(self._schema, list(map(ColumnarSegment, toc.segments)), toc.generation)

    def lock(self, name: str) -> Any:
        """Whoosh's lock, which must not be a link to elsewhere."""
        path = os.path.join(self.storage.folder, f"{self.indexname}_{name}")
        os.close(open_own(path, os.O_WRONLY | os.O_CREAT))
        return super().lock(name)

    def writer(self, **options: Any) -> ColumnarWriter:
        """A writer; LockError if another one is at work (wait for `timeout` seconds)."""
        from indexer.codec.whoosh.writer import ColumnarWriter

        return ColumnarWriter(self, **options)

    def searcher_of(self, toc: Toc, weighting: Any) -> Any:
        """A searcher on a commit; its files may be gone if it is not the newest any more."""
        segments = list(map(ColumnarSegment, toc.segments))
        with commits.segments_in_place():
            reader = self._reader(self.storage, self._schema, segments, toc.generation)
        return Searcher(reader, weighting=weighting, fromindex=self)

    def verify(self) -> list[str]:
        """Everything on disk that is not as it was written; [] means sound.

        Reads every byte of every segment.
        """
        return damage_of(self.storage.folder)


class _Folder(FileStorage):  # type: ignore[misc]
    """The folder of an index. Our writers keep nothing where Whoosh would keep half-made runs."""

    def temp_storage(self, name: str | None = None) -> RamStorage:
        """Memory, not a folder: a folder would be emptied at the end, whatever it contained."""
        return RamStorage()


def create_index(
    path: str | os.PathLike[str],
    schema: Any,
    schema_version: int = 0,
    catalogue: Fingerprint | None = None,
) -> ColumnarIndex:
    """A new, empty index in a folder, which is made if missing; it replaces any older index."""
    folder = os.fspath(path)
    durable.make_folders(folder)
    toc = Toc(0, schema_version, (), catalogue)
    for name in commits.stale_names(os.listdir(folder), toc):
        durable.unlink(os.path.join(folder, name))
    commits.write_toc(folder, toc)
    return ColumnarIndex(folder, schema, schema_version)


def open_index(path: str | os.PathLike[str], schema: Any, schema_version: int = 0) -> ColumnarIndex:
    """The index in a folder. Raises as `ColumnarIndex` does."""
    return ColumnarIndex(os.fspath(path), schema, schema_version)


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
