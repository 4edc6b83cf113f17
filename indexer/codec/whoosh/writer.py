"""Whoosh's writer, with our own ways to add, merge, build and commit.

All of `whoosh.writing.IndexWriter` works. New are: documents are added completely or not at all,
`delete_by_values` deletes many at once, `build` uses several processes, a merge policy, and commits
that are on disk when they return.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence, Set
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import numpy as np
from whoosh import fields as whoosh_fields
from whoosh.writing import SegmentWriter

from indexer.codec import commits
from indexer.codec.arrays import FieldArrays
from indexer.codec.build.builder import SegmentBuilder
from indexer.codec.build.policy import segments_to_merge
from indexer.codec.build.series import SEGMENT_TOKENS, SegmentSeries, build_here
from indexer.codec.build.source import SegmentSource
from indexer.codec.contents import Fingerprint, SegmentEntry, Toc
from indexer.codec.whoosh.codec import ColumnarCodec, ColumnarSegment
from indexer.codec.whoosh.reader import TermsReader
from indexer.errors import FahrasError
from indexer.storage import durable
from indexer.storage.untrusted import naming

Unit = TypeVar("Unit")


def _ignore(_message: Any) -> None:
    return


def merge_crowded(writer: ColumnarWriter, segments: list[Any]) -> list[Any]:
    """The merge policy of `commit`: see `policy.py`."""
    chosen = segments_to_merge(segments, writer.doc_count())
    for segment in chosen:
        writer.add_old_segment(segment)
    return [segment for segment in segments if segment not in chosen]


class ColumnarWriter(SegmentWriter):  # type: ignore[misc]
    """Writes one index; holds its lock from beginning to commit or cancel."""

    newsegment: ColumnarSegment
    segments: list[Any]
    _searcher: Any

    catalogue: Fingerprint | None = None
    """Of the catalogue that goes with the commit, if one does."""

    renew_copies: Callable[[Sequence[SegmentEntry]], Fingerprint | None] | None = None
    """Writes what is known of copies among the segments of the commit."""

    moved_files: Sequence[int] = ()
    """The numbers of files that are in another folder than before."""

    def __init__(self, ix: Any, **options: Any) -> None:
        options.update(codec=ColumnarCodec(), compound=False)
        self._written: list[ColumnarSegment] = []
        self.notes: list[str] = []
        """What could not be done after the commit, which is valid; the next run does it."""
        with naming(ix.storage.folder):
            super().__init__(ix, **options)
        self._schema_version = ix.schema_version

    @property
    def _builder(self) -> SegmentBuilder:
        builder: SegmentBuilder = self.codec.builder(self.storage, self.newsegment)
        return builder

    # Adding

    def add_document(self, **document: Any) -> None:
        """Add a document; if this raises, nothing of it was added."""
        self._check_state()
        for name in document:
            if not name.startswith("_") and name not in self.schema:
                raise whoosh_fields.UnknownFieldError(f"No field named {name!r}")
        self._builder.add_documents(self.schema, [document])
        self._added = True
        self.docnum = self._builder.doc_count
        if self._builder.token_count >= SEGMENT_TOKENS:
            self._close_full_segment()

    def add_documents(self, documents: Iterable[dict[str, Any]]) -> int:
        """Add documents, each a dictionary of fields; returns how many."""
        count = 0
        for document in documents:
            self.add_document(**document)
            count += 1
        return count

    def build(
        self,
        units: Sequence[Unit],
        read: Callable[[Unit], Iterable[dict[str, Any] | Any]],
        *,
        processes: int = 2,
        on_message: Callable[[Any], None] | None = None,
    ) -> int:
        """Add the documents that `read` yields for each unit of work, in several processes.

        `read` runs in the workers; in this process where one is enough or fork is missing. What it
        yields that is not a dictionary is given to `on_message` in this process, in the order in
        which each worker yields it. Returns how many documents were added. Raises what a worker
        raised; then nothing was added.
        """
        self._check_state()
        folder, tell = self.storage.folder, on_message or _ignore
        workers = min(processes, len(units))
        if workers > 1 and hasattr(os, "fork"):
            from indexer.codec.build.parallel import build_with

            begin = partial(SegmentSeries, folder, self.schema)
            built = build_with(workers, begin, units, read, tell)
        else:
            built = build_here(SegmentSeries(folder, self.schema), units, read, tell)
        self._written.extend(map(ColumnarSegment, built))
        return sum(entry.documents for entry in built)

    def add_reader(self, reader: Any) -> None:
        """Add all documents of a reader that are not deleted."""
        self._check_state()
        if not isinstance(getattr(reader, "_terms", None), TermsReader):
            super().add_reader(reader)
            return
        deleted = reader.segment().deleted_mask()
        self._builder.add_segment(self.schema, SegmentSource(reader._terms.container, deleted))
        self.docnum = self._builder.doc_count
        self._added = True

    def add_old_segment(self, segment: Any) -> None:
        """Merge a segment of this index into the one being written."""
        from whoosh.reading import SegmentReader

        reader = SegmentReader(self.storage, self.schema, segment)
        try:
            if reader.doc_count():
                self.add_reader(reader)
        finally:
            reader.close()

    def doc_count(self) -> int:
        """Documents added so far."""
        return int(super().doc_count()) + sum(s.doc_count_all() for s in self._written)

    def add_field(self, fieldname: str, fieldspec: Any, **options: Any) -> None:
        """Refused, as `remove_field` is."""
        raise TypeError("the fields of an index are those that it was made with")

    def remove_field(self, fieldname: str) -> None:
        """Refused: a TOC does not contain the schema, only its version."""
        raise TypeError("the fields of an index are those that it was made with")

    # Deleting

    def leave_out(self, file_names: Set[str]) -> None:
        """Commit without some segments; nothing of their files is read."""
        self.segments = [s for s in self.segments if s.file_name not in file_names]
        self._setup_doc_offsets()

    def delete_by_values(self, fieldname: str, values: Iterable[str | bytes]) -> int:
        """Delete every committed document that has one of these terms in a field; returns how many.

        One lookup per term and segment, fast enough for an update of thousands of documents.
        """
        self._check_state()
        to_bytes = self.schema[fieldname].to_bytes
        terms = [v if isinstance(v, bytes) else to_bytes(v) for v in values]
        count = 0
        for segment in self.segments:
            if not isinstance(segment, ColumnarSegment):
                raise TypeError("delete_by_values needs columnar segments; use delete_by_term")
            found = self._docs_of(segment, fieldname, terms)
            if len(found):
                count += segment.delete_documents(found)
        return count

    def _docs_of(self, segment: ColumnarSegment, fieldname: str, terms: list[bytes]) -> Any:
        container = self.codec.reader(self.storage, segment).container
        if fieldname not in container.meta["fields"]:
            return np.zeros(0, np.int64)
        arrays = FieldArrays(container, fieldname)
        return arrays.docs_of(arrays.ordinals(terms))

    # Finishing

    def _close_full_segment(self) -> None:
        """Write the current segment and begin another."""
        self.codec.finish(self.storage, self.newsegment)
        self._written.append(self.get_segment())
        self.newsegment = self.codec.new_segment(self.storage, self.indexname)
        self.perdocwriter = self.codec.per_document_writer(self.storage, self.newsegment)
        self.fieldwriter = self.codec.field_writer(self.storage, self.newsegment)
        self.docnum = 0
        self._added = False

    def _merge_segments(self, mergetype: Any, optimize: Any, merge: Any) -> list[Any]:
        mergetype = mergetype or self.mergetype
        optimize = self.optimize if optimize is None else optimize
        merge = self.merge if merge is None else merge
        if mergetype is None and optimize:
            return self._merge_everything()
        if mergetype is None and merge:
            mergetype = merge_crowded
        kept = super()._merge_segments(mergetype, False, merge)
        return [*kept, *self._written]

    def _merge_everything(self) -> list[Any]:
        several = len(self.segments) + len(self._written) + bool(self._added) > 1
        if not several and not any(segment.has_deletions() for segment in self.segments):
            return [*self.segments, *self._written]
        for segment in [*self.segments, *self._written]:
            self.add_old_segment(segment)
        self._written = []
        return []

    def _flush_segment(self) -> None:
        self.perdocwriter.close()
        self.fieldwriter.add_postings(self.schema, None, self.pool.iter_postings())
        self.fieldwriter.close()

    def _close_segment(self) -> None:
        if not self.fieldwriter.is_closed:
            self.codec.discard(self.newsegment)
            self.fieldwriter.is_closed = True
        self.perdocwriter.is_closed = True
        self.pool.cleanup()

    def _commit_toc(self, segments: list[Any]) -> None:
        live = [segment for segment in segments if segment.doc_count()]
        toc = self._toc(live)
        if self.renew_copies is not None:
            toc = toc._replace(copies=self.renew_copies(toc.segments))
        commits.write_toc(self.storage.folder, toc)
        folder, notes = self.storage.folder, self.notes
        with durable.noting(notes, durable.NOT_SYNCED):
            durable.sync_folder(folder)
            with durable.noting(notes, durable.NOT_REMOVED):
                commits.remove_stale_files(folder)

    def _toc(self, segments: list[ColumnarSegment]) -> Toc:
        entries = tuple(segment.entry for segment in segments)
        return Toc(self.generation, self._schema_version, entries, self.catalogue)

    def cancel(self) -> None:
        """Discard everything that is not committed; files that were written are removed."""
        self._check_state()
        self._clean()
        super().cancel()

    def _cleanup_on_error(self) -> None:
        """Also discard what was collected and written, if a commit fails."""
        self._close_segment()
        self._clean()
        self._finish()

    def _clean(self) -> None:
        with suppress(OSError, FahrasError):  # else the next run does it
            commits.remove_stale_files(self.storage.folder)

    def _finish(self) -> None:
        """Let others write; a failure here does not affect the commit."""
        if getattr(self, "_searcher", None) is not None:  # Whoosh 2.7.4 has none
            self._searcher._orig_close()
        with suppress(OSError):
            self._tempstorage.destroy()
        with suppress(OSError):
            if self.writelock:
                self.writelock.release()
        self.is_closed = True
