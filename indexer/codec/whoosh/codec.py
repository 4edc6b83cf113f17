"""The Whoosh codec for columnar segments, and its readers and writers.

This file only has adapters, of `builder.py`; the readers are in `reader.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whoosh.codec import base

from indexer.codec.opened import SegmentReader, open_segment
from indexer.codec.stored import encode_records
from indexer.codec.whoosh.formfield import FormField
from indexer.codec.whoosh.reader import PerDocReader, TermsReader
from indexer.codec.whoosh.segment import TocSegment

if TYPE_CHECKING:
    from indexer.codec.build.builder import SegmentBuilder  # searches never build


class ColumnarCodec(base.Codec):  # type: ignore[misc]
    """The codec. One instance serves one writer, or one segment's reader."""

    length_stats = False
    """Whoosh need not read lengths back while it writes: we keep exact ones ourselves."""

    def __init__(self) -> None:
        self._builders: dict[str, SegmentBuilder] = {}
        self._readers: dict[str, SegmentReader] = {}

    def builder(self, storage: Any, segment: ColumnarSegment) -> SegmentBuilder:
        """The builder of a segment in the making."""
        name = segment.segment_id()
        known = self._builders.get(name)
        if known is None:
            from indexer.codec.build.builder import SegmentBuilder

            known = self._builders[name] = SegmentBuilder(storage.folder)
        return known

    def finish(self, storage: Any, segment: ColumnarSegment) -> None:
        """Write the segment's file, if the segment has any document."""
        builder = self._builders.pop(segment.segment_id(), None)
        if builder is None:
            return
        if not builder.doc_count:
            builder.close()
            return
        segment.entry = builder.write_segment(storage.folder, segment.entry.segment_id)

    def discard(self, segment: ColumnarSegment) -> None:
        """Forget a segment in the making."""
        builder = self._builders.pop(segment.segment_id(), None)
        if builder is not None:
            builder.close()

    def reader(self, storage: Any, segment: ColumnarSegment) -> SegmentReader:
        """The reader of the segment's file, opened once."""
        name = segment.file_name
        known = self._readers.get(name)
        if known is None:
            known = SegmentReader(open_segment(storage.folder, segment.entry))
            self._readers[name] = known
        return known

    def per_document_writer(self, storage: Any, segment: ColumnarSegment) -> PerDocWriter:
        """Whoosh's way to give documents."""
        return PerDocWriter(self.builder(storage, segment))

    def field_writer(self, storage: Any, segment: ColumnarSegment) -> FieldWriter:
        """Whoosh's way to give postings; closing it writes the file."""
        return FieldWriter(self, storage, segment)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> Any:
        """Refused: postings have no file of their own."""
        raise TypeError("the columnar codec writes whole segments, not single postings files")

    def postings_reader(self, dbfile: Any, terminfo: Any, format_: Any, **kwargs: Any) -> Any:
        """Refused: postings have no file of their own."""
        raise TypeError("the columnar codec reads whole segments, not single postings files")

    def terms_reader(self, storage: Any, segment: ColumnarSegment) -> TermsReader:
        """Terms and postings of a segment."""
        return TermsReader(self.reader(storage, segment))

    def per_document_reader(self, storage: Any, segment: ColumnarSegment) -> PerDocReader:
        """Documents of a segment."""
        return PerDocReader(self.reader(storage, segment), segment)

    def new_segment(self, storage: Any, indexname: str) -> ColumnarSegment:
        """A segment to be written."""
        return ColumnarSegment()


class ColumnarSegment(TocSegment):
    """A segment of this codec."""

    def codec(self) -> ColumnarCodec:
        """The codec that reads this segment."""
        return ColumnarCodec()


class PerDocWriter(base.PerDocumentWriter):  # type: ignore[misc]
    """Takes documents field by field, from Whoosh's own writer and its merges.

    Nothing reaches the builder before the document is finished, so it can be cancelled.
    """

    def __init__(self, builder: SegmentBuilder) -> None:
        self._builder = builder
        self._record: dict[str, Any] = {}
        self._texts: dict[str, bytes] = {}
        self._lengths: list[tuple[str, Any, int]] = []
        self._cells: list[tuple[str, Any, Any]] = []
        self.is_closed = False

    def start_doc(self, docnum: int) -> None:
        """Begin the next document."""
        if docnum != self._builder.doc_count:
            raise ValueError(f"document {docnum} is not the next, {self._builder.doc_count}")
        self.cancel_doc()

    def add_field(self, fieldname: str, fieldobj: Any, value: Any, length: int) -> None:
        """Stored value (None: none) and length of a field."""
        if value is not None and isinstance(fieldobj, FormField):
            self._texts[fieldname] = str(value).encode("utf-8", "surrogatepass")
        elif value is not None:
            self._record[fieldname] = value
        if length and fieldobj.scorable:
            self._lengths.append((fieldname, fieldobj, length))

    def add_column_value(self, fieldname: str, columnobj: Any, value: Any) -> None:
        """Value of a field's column."""
        self._cells.append((fieldname, columnobj, value))

    def add_vector_items(self, fieldname: str, fieldobj: Any, items: Any) -> None:
        """Refused: see `prepare`."""
        raise TypeError(f"field {fieldname!r}: this codec keeps no term vectors")

    def finish_doc(self) -> None:
        """End the document."""
        (record,) = encode_records([self._record])
        docnum = self._builder.doc_count
        for fieldname, blob in self._texts.items():
            self._builder.text_writer(fieldname).add(docnum, blob)
        for fieldname, fieldobj, length in self._lengths:
            self._builder.term_collector(fieldname, fieldobj).add_length(docnum, length)
        for fieldname, column, cell in self._cells:
            self._builder.column_writer(fieldname, column).add(docnum, cell)
        self._builder.add_record(record)

    def cancel_doc(self) -> None:
        """Discard the fields of the document."""
        self._record, self._texts, self._lengths, self._cells = {}, {}, [], []

    def close(self) -> None:
        """No more documents."""
        self.is_closed = True


class FieldWriter(base.FieldWriter):  # type: ignore[misc]
    """Takes postings term by term, from Whoosh's own writer and its merges."""

    def __init__(self, codec: ColumnarCodec, storage: Any, segment: ColumnarSegment) -> None:
        self._codec = codec
        self._storage = storage
        self._segment = segment
        self._builder = codec.builder(storage, segment)
        self._collector: Any = None
        self._term = b""
        self.is_closed = False

    def start_field(self, fieldname: str, fieldobj: Any) -> None:
        """Begin a field."""
        self._collector = self._builder.term_collector(fieldname, fieldobj)

    def start_term(self, text: bytes) -> None:
        """Begin a term."""
        self._term = text

    def add(self, docnum: int, weight: float, vbytes: bytes, length: int) -> None:
        """Add a posting."""
        self._collector.add([docnum], [self._term], [weight], [vbytes])

    def finish_term(self) -> None:
        """End a term."""

    def add_spell_word(self, fieldname: str, text: str) -> None:
        """Nothing: suggestions come from the term dictionary."""

    def close(self) -> None:
        """Write the segment's file."""
        if not self.is_closed:
            self.is_closed = True
            self._codec.finish(self._storage, self._segment)
