"""How do documents become one segment file?

A builder takes documents (or whole segments) in the order of docnums, keeps what they hold in
bounded memory, and writes the file once. It knows no index, no TOC and no locks.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import IO, Any, NamedTuple

import numpy as np
from whoosh import fields
from whoosh.filedb.structfile import StructFile

from indexer.codec.collect import FormCollector, TermCollector
from indexer.codec.container import ContainerWriter
from indexer.codec.fieldwriter import DocumentValues, FieldData, write_field
from indexer.codec.format import LEVELS
from indexer.codec.formfield import FormField
from indexer.codec.scratch import Scratch
from indexer.codec.source import SegmentSource
from indexer.codec.stored import BlobReader, BlobWriter, encode_record
from indexer.codec.vocabulary import FormVocabulary

_ID_ANALYZER = fields.ID().analyzer


class Prepared(NamedTuple):
    """Everything that a document adds, worked out before anything is changed."""

    texts: list[tuple[str, str, bytes | None]]
    terms: list[tuple[str, Any, list[tuple[bytes, float, bytes]], int]]
    columns: list[tuple[str, Any, Any]]
    record: bytes | None


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
        self.doc_count = 0

    @property
    def token_count(self) -> int:
        """Tokens of form fields collected so far; what has to be held grows with it."""
        return sum(collector.token_count for collector in self._forms.values())

    # Documents

    def add_document(self, schema: Any, document: dict[str, Any]) -> None:
        """Add a document as `IndexWriter.add_document` takes it; all of it, or an error."""
        self.add(prepare(schema, document))

    def add(self, prepared: Prepared) -> None:
        """Add a document, as the next docnum."""
        docnum = self.doc_count
        for name, text, blob in prepared.texts:
            self._form_collector(name).add(docnum, text)
            if blob is not None:
                self.text_writer(name).add(docnum, blob)
        for name, fieldobj, items, length in prepared.terms:
            collector = self.term_collector(name, fieldobj)
            collector.add(docnum, items)
            if length:
                collector.add_length(docnum, length)
        for name, column, cell in prepared.columns:
            self.column_writer(name, column).add(docnum, cell)
        self.add_record(prepared.record)

    def add_record(self, record: bytes | None) -> None:
        """The stored values of the document at hand (see `stored.encode_record`); ends it."""
        if record is not None:
            self._records.add(self.doc_count, record)
        self.doc_count += 1

    def term_collector(self, name: str, fieldobj: Any) -> TermCollector:
        """The collector of a field that is not a form field."""
        if name not in self._terms:
            self._terms[name] = TermCollector(name, fieldobj)
        return self._terms[name]

    def _form_collector(self, name: str) -> FormCollector:
        if self._vocabulary is None:
            self._vocabulary = FormVocabulary()
        if name not in self._forms:
            self._forms[name] = FormCollector(name, self._vocabulary, self._scratch)
        return self._forms[name]

    def text_writer(self, name: str) -> BlobWriter:
        """Where a form field's texts are stored."""
        if name not in self._texts:
            self._texts[name] = BlobWriter(self._scratch.spool())
        return self._texts[name]

    def column_writer(self, name: str, column: Any) -> Any:
        """Whoosh's writer of a field's column."""
        if name not in self._columns:
            file = self._scratch.spool()
            self._columns[name] = (column.writer(StructFile(file)), file)
        return self._columns[name][0]

    # Whole segments

    def add_segment(self, schema: Any, source: SegmentSource) -> None:
        """Append the documents of another segment that are not deleted."""
        first = self.doc_count
        for data in source.fields(schema, first):
            self._merged.setdefault(data.name, []).append(data)
        for name in source.text_names(schema):
            self._copy_blobs(source, f"s/{name}/", self.text_writer(name))
        self._copy_blobs(source, "records/", self._records)
        for name, column, cells in source.columns(schema):
            writer = self.column_writer(name, column)
            for docnum, cell in enumerate(cells, first):
                writer.add(docnum, cell)
        self.doc_count += source.alive_count

    def _copy_blobs(self, source: SegmentSource, prefix: str, target: BlobWriter) -> None:
        target.fill(self.doc_count)
        BlobReader(source.container, prefix).copy_to(target, source.alive)

    # The file

    def write(self, file: IO[bytes]) -> None:
        """Write the segment; the builder is of no use afterwards."""
        writer = ContainerWriter(file)
        metas = {}
        for data in self._all_fields():
            metas[data.name] = write_field(writer, data, self.doc_count, self._scratch)
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
        writer.close()
        self.close()

    def close(self) -> None:
        """Give back the temporary files."""
        self._scratch.close()

    def write_to(self, path: str) -> int:
        """Write the segment to a new file and see it on the disk; its size in bytes."""
        with open(path, "xb") as file:
            self.write(file)
            os.fsync(file.fileno())
            return file.tell()

    def _all_fields(self) -> Iterable[FieldData]:
        own = [forms.finish() for forms in self._forms.values()]
        own += [terms.finish() for terms in self._terms.values()]
        self._forms, self._terms = {}, {}
        self._vocabulary = None  # it is large, and the dictionary is still to be built
        parts = {data.name: [data] for data in own}
        for name, merged in self._merged.items():
            parts[name] = [*parts.get(name, []), *merged]
        for name in sorted(parts):
            yield _joined(parts[name])


def prepare(schema: Any, document: dict[str, Any]) -> Prepared:
    """Analyze and encode a document as `IndexWriter.add_document` takes it.

    Raises, before anything is changed, what the field types raise, TypeError for values that
    cannot be stored or indexed, and KeyError for fields that the schema lacks.
    """
    prepared = Prepared([], [], [], None)
    options = {name: document[name] for name in document if name[0] == "_"}
    boost = float(options.get("_boost", 1.0))
    record = {}
    for name in sorted(document):
        value = stored = document[name]
        if value is None or name[0] == "_":
            continue
        fieldobj = schema[name]
        field_boost = boost
        if options:
            stored = options.get(f"_stored_{name}", value)
            field_boost = float(options.get(f"_{name}_boost", boost))
        if isinstance(fieldobj, FormField):
            prepared.texts.append(_prepared_text(name, fieldobj, value, stored, field_boost))
        else:
            if fieldobj.indexed:
                prepared.terms.append(_prepared_terms(name, fieldobj, value, field_boost))
                prepared.terms.extend(_spelling_terms(schema, name, fieldobj, value))
            if fieldobj.stored and stored is not None:
                record[name] = stored
        if fieldobj.column_type and stored is not None:
            cell = fieldobj.to_column_value(stored)
            prepared.columns.append((name, fieldobj.column_type, cell))
    return prepared._replace(record=encode_record(record) if record else None)


def _prepared_text(
    name: str, fieldobj: FormField, value: Any, stored: Any, boost: float
) -> tuple[str, str, bytes | None]:
    if not isinstance(value, str):
        raise TypeError(f"field {name!r} takes a text, not {type(value).__name__}")
    if boost != 1.0:
        raise ValueError(f"field {name!r} takes no boost: its terms are counted, not weighed")
    keep = fieldobj.stored and stored is not None
    return name, value, str(stored).encode("utf-8", "surrogatepass") if keep else None


def _prepared_terms(
    name: str, fieldobj: Any, value: Any, boost: float
) -> tuple[str, Any, list[tuple[bytes, float, bytes]], int]:
    if fieldobj.vector:
        raise TypeError(f"field {name!r}: this codec keeps no term vectors")
    if type(fieldobj) is fields.ID and isinstance(value, str) and _is_plain_id(fieldobj):
        weight = fieldobj.format.field_boost * boost
        return name, fieldobj, [(value.encode("utf-8"), weight, b"")] if value else [], 0
    items = []
    length = 0
    for term, freq, weight, posting_value in fieldobj.index(value):
        items.append((term, weight * boost, posting_value or b""))
        length += freq
    return name, fieldobj, items, length if fieldobj.scorable else 0


def _is_plain_id(fieldobj: Any) -> bool:
    """Whether the field's only term is the value as it stands; saves a generator chain each."""
    return bool(fieldobj.analyzer == _ID_ANALYZER)


def _spelling_terms(
    schema: Any, name: str, fieldobj: Any, value: Any
) -> list[tuple[str, Any, list[tuple[bytes, float, bytes]], int]]:
    """Terms of Whoosh's separate spelling field, for fields whose analyzer changes words."""
    if not fieldobj.separate_spelling():
        return []
    other = fieldobj.spelling_fieldname(name)
    words = fieldobj.spellable_words(value)
    one = (1).to_bytes(4, "big")
    return [(other, schema[other], [(word.encode("utf-8"), 1.0, one) for word in words], 0)]


def _joined(parts: list[FieldData]) -> FieldData:
    """The parts of one field, in the order of their documents."""
    first = parts[0]
    for part in parts[1:]:
        if part.format_name != first.format_name:
            raise ValueError(f"field {first.name!r} changed from one posting format to another")
        first.sources.extend(part.sources)
        first.samples.extend(part.samples)
        first.lengths = _values_joined(first.lengths, part.lengths)
        first.token_counts = _values_joined(first.token_counts, part.token_counts)
    return first


def _values_joined(
    one: DocumentValues | None, other: DocumentValues | None
) -> DocumentValues | None:
    if one is None or other is None:
        return one or other
    return DocumentValues([*one.docnums, *other.docnums], [*one.values, *other.values])
