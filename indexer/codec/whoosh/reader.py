"""Lets Whoosh read the terms and documents of a columnar segment.

Adapters of `opened.py`, `arrays.py` and `matcher.py` to Whoosh's reader classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whoosh.codec import base
from whoosh.reading import TermInfo, TermNotFound

from indexer.codec.arrays import FieldArrays, Slots
from indexer.codec.columns import has_column
from indexer.codec.opened import SegmentReader
from indexer.codec.whoosh.columns import read_column
from indexer.codec.whoosh.matcher import ColumnarMatcher, length_bounds
from indexer.codec.whoosh.segment import TocSegment


class TermsReader(base.TermsReader):  # type: ignore[misc]
    """The terms of a segment. `field(name)` is the way to the arrays."""

    def __init__(self, reader: SegmentReader) -> None:
        self.reader = reader
        self.container = reader.container
        self.field = reader.field
        self._names = reader.field_names

    def _ordinal(self, fieldname: str, text: bytes) -> int:
        arrays = self.field(fieldname)
        return -1 if arrays is None else arrays.ordinal(text)

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._ordinal(*term) >= 0

    def indexed_field_names(self) -> list[str]:
        """The fields that have postings here."""
        return self._names

    def cursor(self, fieldname: str, fieldobj: Any) -> Any:
        """A cursor over the terms of a field."""
        arrays = self.field(fieldname)
        return base.EmptyCursor() if arrays is None else Cursor(arrays, fieldobj)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """Every (field, term), in order."""
        return (term for name in self._names for term in self._terms_of(name, 0))

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        """Every (field, term) from a term on, those of later fields too."""
        for name in self._names:
            if name == fieldname:
                yield from self._terms_of(name, self._arrays(name).terms.lower_bound(prefix))
            elif name > fieldname:
                yield from self._terms_of(name, 0)

    def _arrays(self, fieldname: str) -> FieldArrays:
        arrays = self.field(fieldname)
        if arrays is None:
            raise TermNotFound(f"No field {fieldname!r}")
        return arrays

    def _terms_of(self, fieldname: str, first: int) -> Iterator[tuple[str, bytes]]:
        arrays = self._arrays(fieldname)
        return ((fieldname, arrays.terms[i]) for i in range(first, arrays.term_count))

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """Every term with its statistics."""
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(
        self, fieldname: str, prefix: bytes
    ) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """Every term from a term on, with its statistics."""
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """Statistics of a term; TermNotFound where it is not held."""
        ordinal = self._ordinal(fieldname, text)
        if ordinal < 0:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        return term_info(self._arrays(fieldname), ordinal)

    def frequency(self, fieldname: str, text: bytes) -> float:
        """Total weight of a term, 0 where it is not held."""
        ordinal = self._ordinal(fieldname, text)
        return 0 if ordinal < 0 else term_info(self._arrays(fieldname), ordinal).weight()

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """How many documents hold a term, deleted ones too."""
        ordinal = self._ordinal(fieldname, text)
        return 0 if ordinal < 0 else self._arrays(fieldname).df(ordinal)

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> Any:
        """The postings of a term; TermNotFound where it is not held."""
        ordinal = self._ordinal(fieldname, text)
        if ordinal < 0:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        term = (fieldname, text)
        return ColumnarMatcher(self._arrays(fieldname), ordinal, term, format_, scorer)


def term_info(arrays: FieldArrays, ordinal: int) -> TermInfo:
    """Whoosh's statistics of a term."""
    slot = arrays.slot(ordinal)
    span = arrays.doc_range(Slots(slot, slot + 1))
    docs, weights = arrays.docs[span], arrays.weights[span]
    shortest, longest = length_bounds(arrays, docs)
    return TermInfo(
        weights.sum().item(),
        len(docs),
        shortest,
        longest,
        weights.max().item(),
        int(docs[0]),
        int(docs[-1]),
    )


class Cursor(base.FieldCursor):  # type: ignore[misc]
    """Goes through the terms of a field, as text."""

    def __init__(self, arrays: FieldArrays, fieldobj: Any) -> None:
        self._arrays = arrays
        self._fieldobj = fieldobj
        self._at = 0

    def first(self) -> Any:
        """Go to the first term."""
        self._at = 0
        return self.text()

    def find(self, text: Any) -> Any:
        """Go to the first term that is not before `text`."""
        key = text if isinstance(text, bytes) else self._fieldobj.to_bytes(text)
        self._at = self._arrays.terms.lower_bound(key)
        return self.text()

    def next(self) -> Any:
        """Go to the next term."""
        self._at += 1
        return self.text()

    def is_valid(self) -> bool:
        """Whether there is a term here."""
        return self._at < self._arrays.term_count

    def text(self) -> Any:
        """The term, None behind the last."""
        if not self.is_valid():
            return None
        return self._fieldobj.from_bytes(self._arrays.terms[self._at])

    def term_info(self) -> TermInfo:
        """Statistics of the term."""
        return term_info(self._arrays, self._at)


class PerDocReader(base.PerDocumentReader):  # type: ignore[misc]
    """The documents of a segment: stored values, columns, lengths, deletions."""

    def __init__(self, reader: SegmentReader, segment: TocSegment) -> None:
        self._reader = reader
        self._container = reader.container
        self._segment = segment

    def close(self) -> None:
        """Nothing to do: the map goes with the last array that looks at it."""

    def doc_count(self) -> int:
        """Documents that are not deleted."""
        return self.doc_count_all() - self._segment.deleted_count()

    def doc_count_all(self) -> int:
        """All documents."""
        return self._reader.document_count

    def has_deletions(self) -> bool:
        """Whether any document is deleted."""
        return bool(self._segment.has_deletions())

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted."""
        return self._segment.is_deleted(docnum)

    def deleted_docs(self) -> Iterator[int]:
        """The deleted documents."""
        return self._segment.deleted_docs()

    def supports_columns(self) -> bool:
        """Yes."""
        return True

    def has_column(self, fieldname: str) -> bool:
        """Whether a field has a column here."""
        return has_column(self._container, fieldname)

    def list_columns(self) -> list[str]:
        """The fields that have columns here."""
        return list(self._container.meta["columns"])

    def column_reader(self, fieldname: str, column: Any) -> Any:
        """Whoosh's reader of a column."""
        return read_column(self._container, fieldname, column)

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """The exact length of a document's field."""
        name = f"f/{fieldname}/lengths"
        return int(self._container.array(name)[docnum]) if name in self._container else default

    def field_length(self, fieldname: str) -> int:
        """The lengths of a field, summed."""
        return self._reader.total_length(fieldname)

    def min_field_length(self, fieldname: str) -> int:
        """The shortest length of a field."""
        name = f"f/{fieldname}/lengths"
        return int(self._container.array(name).min()) if name in self._container else 0

    def max_field_length(self, fieldname: str) -> int:
        """The longest length of a field."""
        name = f"f/{fieldname}/lengths"
        return int(self._container.array(name).max()) if name in self._container else 0

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """All stored values of a document, texts too."""
        values = self._reader.record(docnum)
        texts = ((name, self._reader.text(docnum, name)) for name in self._reader.text_names)
        return values | {name: text for name, text in texts if text is not None}
