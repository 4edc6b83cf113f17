"""Build one segment file from documents.

A builder takes documents (or whole segments) in the order of docnums, keeps their content in
bounded memory, and writes the file once. It knows nothing about indexes, TOCs or locks.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import IO, Any

import numpy as np

from indexer.codec.build.collect import FormCollector, TermCollector
from indexer.codec.build.fieldwriter import DocumentValues, FieldData, write_field
from indexer.codec.build.forms import FormVocabulary
from indexer.codec.build.prepare import Document, prepare
from indexer.codec.build.prints import PrintsCollector
from indexer.codec.build.scratch import Scratch
from indexer.codec.build.source import SegmentSource
from indexer.codec.container import ContainerWriter
from indexer.codec.contents import NO_FILE, Fingerprint, SegmentEntry
from indexer.codec.format import LEVELS
from indexer.codec.prints import PRINTED_FIELD
from indexer.codec.stored import BlobReader, BlobWriter
from indexer.codec.whoosh.columns import column_writer
from indexer.storage import durable


class SegmentBuilder:
    """Collects the documents 0, 1, 2, ... of one segment.

    folder: where temporary files go; None for the system's place.
    """

    def __init__(self, folder: str | None) -> None:
        self._scratch = Scratch(folder)
        self._vocabulary: FormVocabulary | None = None
        self._forms: dict[str, FormCollector] = {}
        self._terms: dict[str, TermCollector] = {}
        self._texts: dict[str, BlobWriter] = {}
        self._records = BlobWriter(self._scratch.spool())
        self._columns: dict[str, tuple[Any, IO[bytes]]] = {}
        self._merged: dict[str, list[FieldData]] = {}
        self._prints = PrintsCollector()
        self.doc_count = 0

    @property
    def token_count(self) -> int:
        """Tokens of form fields collected so far; memory grows with their number."""
        return sum(collector.token_count for collector in self._forms.values())

    # Documents

    def add_documents(self, schema: Any, documents: Sequence[Document]) -> None:
        """Add documents as `IndexWriter.add_document` takes them; all, or none and an error."""
        prepared = prepare(schema, documents)
        first = self.doc_count
        for texts in prepared.texts:
            parts = {first + doc: starts for doc, starts in texts.parts.items()}
            docs = [first + doc for doc in texts.docs]
            self._form_collector(texts.name).add(docs, texts.texts, parts)
            blobs = self.text_writer(texts.name)
            for doc, text in zip(texts.docs, texts.stored, strict=True):
                if text is not None:
                    blobs.add_text(first + doc, text)
        for terms in prepared.terms:
            collector = self.term_collector(terms.name, terms.field)
            docs = [first + doc for doc in terms.docs]
            collector.add(docs, terms.terms, terms.weights, terms.values)
            for doc, length in terms.lengths:
                collector.add_length(first + doc, length)
        for name, column, docs, cells in prepared.columns:
            writer = self.column_writer(name, column)
            for doc, cell in zip(docs, cells, strict=True):
                writer.add(first + doc, cell)
        for record in prepared.records:
            self.add_record(record)

    def add_record(self, record: bytes | None) -> None:
        """The stored values of the current document (see `stored.encode_records`); ends it."""
        if record is not None:
            self._records.add(self.doc_count, record)
        self.doc_count += 1

    def term_collector(self, name: str, fieldobj: Any) -> TermCollector:
        """The collector of a field that is not a form field."""
        known = self._terms.get(name)
        if known is None:
            known = self._terms[name] = TermCollector(name, fieldobj)
        return known

    def _form_collector(self, name: str) -> FormCollector:
        if self._vocabulary is None:
            self._vocabulary = FormVocabulary()
        known = self._forms.get(name)
        if known is None:
            prints = self._prints if name == PRINTED_FIELD else None
            known = FormCollector(name, self._vocabulary, self._scratch, prints)
            self._forms[name] = known
        return known

    def text_writer(self, name: str) -> BlobWriter:
        """Where a form field's texts are stored."""
        known = self._texts.get(name)
        if known is None:
            known = self._texts[name] = BlobWriter(self._scratch.spool())
        return known

    def column_writer(self, name: str, column: Any) -> Any:
        """Whoosh's writer of a field's column."""
        known = self._columns.get(name)
        if known is None:
            file = self._scratch.spool()
            known = self._columns[name] = (column_writer(column, file), file)
        return known[0]

    # Whole segments

    def add_segment(self, schema: Any, source: SegmentSource) -> None:
        """Append the documents of another segment that are not deleted."""
        first = self.doc_count
        for data in source.fields(schema, first):
            self._merged.setdefault(data.name, []).append(data)
        for name in source.text_names(schema):
            self._copy_blobs(source, f"s/{name}/", self.text_writer(name))
        self._copy_blobs(source, "records/", self._records)
        self._prints.add_segment(source.container, source.alive, first)
        for name, column, cells in source.columns(schema):
            writer = self.column_writer(name, column)
            for docnum, cell in enumerate(cells, first):
                writer.add(docnum, cell)
        self.doc_count += source.alive_count

    def _copy_blobs(self, source: SegmentSource, prefix: str, target: BlobWriter) -> None:
        target.fill(self.doc_count)
        BlobReader(source.container, prefix).copy_to(target, source.alive)

    # The file

    def write(self, file: IO[bytes]) -> Fingerprint:
        """Write the segment; the builder cannot be used afterwards."""
        writer = ContainerWriter(file)
        metas = {}
        for data in self._all_fields():
            metas[data.name] = write_field(writer, data, self.doc_count, self._scratch)
        self._prints.write(writer, self.doc_count)
        for name in sorted(self._texts):
            self._texts[name].finish(writer, f"s/{name}/", self.doc_count)
        self._records.finish(writer, "records/", self.doc_count)
        for name in sorted(self._columns):
            column, stream = self._columns[name]
            column.finish(self.doc_count)
            writer.add_stream(f"c/{name}", np.dtype("u1"), stream)
        writer.meta = {
            "documents": self.doc_count,
            "fields": metas,
            "stored": sorted(self._texts),
            "columns": sorted(self._columns),
            "level_names": list(LEVELS),
        }
        written = writer.close()
        self.close()
        return written

    def close(self) -> None:
        """Release the temporary files."""
        self._scratch.close()

    def write_segment(self, folder: str, segment_id: str) -> SegmentEntry:
        """Write the segment durably to a new file in a folder, and return its entry for the TOC."""
        entry = SegmentEntry(segment_id, NO_FILE, self.doc_count)
        try:
            with durable.created(os.path.join(folder, entry.file_name)) as file:
                return entry._replace(file=self.write(file))
        finally:
            self.close()

    def _all_fields(self) -> Iterable[FieldData]:
        own = self._form_fields()
        own += [terms.finish() for terms in self._terms.values()]
        self._terms = {}
        parts = {data.name: [data] for data in own}
        for name, merged in self._merged.items():
            parts[name] = [*parts.get(name, []), *merged]
        for name in sorted(parts):
            yield _joined(parts[name])

    def _form_fields(self) -> list[FieldData]:
        """The form fields, each with only the part of the large vocabulary that it needs."""
        collectors = list(self._forms.values())
        for collector in collectors:
            collector.close()
        if self._vocabulary is not None:
            self._vocabulary.analyze()
        self._forms, self._vocabulary = {}, None
        return [collector.finish() for collector in collectors]


def _joined(parts: list[FieldData]) -> FieldData:
    """The parts of one field, in the order of their documents."""
    first = parts[0]
    for part in parts[1:]:
        if part.format_name != first.format_name:
            raise ValueError(f"field {first.name!r} changed from one posting format to another")
        first.sources.extend(part.sources)
        first.samples.extend(part.samples)
        first.parts.extend(part.parts)
        first.lengths = _values_joined(first.lengths, part.lengths)
        first.token_counts = _values_joined(first.token_counts, part.token_counts)
    return first


def _values_joined(
    one: DocumentValues | None, other: DocumentValues | None
) -> DocumentValues | None:
    if one is None or other is None:
        return one or other
    return DocumentValues([*one.docnums, *other.docnums], [*one.values, *other.values])
