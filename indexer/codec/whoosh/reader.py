"""How does Whoosh read a columnar segment: its terms and its documents?

Adapters of `arrays.py`, `stored.py` and `matcher.py` to Whoosh's reader classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from whoosh.codec import base
from whoosh.reading import TermInfo, TermNotFound

from indexer.codec.arrays import FieldArrays, Slots
from indexer.codec.columns import read_column
from indexer.codec.container import Container
from indexer.codec.stored import BlobReader, decode_record
from indexer.codec.whoosh.matcher import ColumnarMatcher, length_bounds
from indexer.codec.whoosh.segment import TocSegment


class TermsReader(base.TermsReader):  # type: ignore[misc]
    """The terms of a segment. `field(name)` is the way to the arrays."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self._names: list[str] = sorted(container.meta["fields"])
        self._fields: dict[str, FieldArrays] = {}

    def field(self, name: str) -> FieldArrays | None:
        """The arrays of a field, None where the segment has no such field."""
        known = self._fields.get(name)
        if known is None and name in self.container.meta["fields"]:
            known = self._fields[name] = FieldArrays(self.container, name)
        return known

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

    def __init__(self, container: Container, segment: TocSegment) -> None:
        self._container = container
        self._segment = segment
        self._records = BlobReader(container, "records/")
        self._texts = {
            name: BlobReader(container, f"s/{name}/") for name in container.meta["stored"]
        }

    def close(self) -> None:
        """Nothing to do: the map goes with the last array that looks at it."""

    def doc_count(self) -> int:
        """Documents that are not deleted."""
        return self.doc_count_all() - self._segment.deleted_count()

    def doc_count_all(self) -> int:
        """All documents."""
        count: int = self._container.meta["documents"]
        return count

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
        return f"c/{fieldname}" in self._container

    def list_columns(self) -> list[str]:
        """The fields that have columns here."""
        return list(self._container.meta["columns"])

    def column_reader(self, fieldname: str, column: Any) -> Any:
        """Whoosh's reader of a column."""
        return read_column(self._container, fieldname, column)

    def numbers(self, fieldname: str) -> np.ndarray[Any, np.dtype[Any]] | None:
        """A column of unsigned 32-bit numbers by docnum, big-endian; None where there is none.

        Documents after the last that has a number are missing at the end, as Whoosh writes it.
        """
        if not self.has_column(fieldname):
            return None
        return np.frombuffer(self._container.view(f"c/{fieldname}"), ">u4")

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """The exact length of a document's field."""
        name = f"f/{fieldname}/lengths"
        return int(self._container.array(name)[docnum]) if name in self._container else default

    def field_length(self, fieldname: str) -> int:
        """The lengths of a field, summed."""
        meta = self._container.meta["fields"].get(fieldname)
        return meta["length_total"] if meta else 0

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
        values = self.record(docnum)
        for name, texts in self._texts.items():
            blob = texts.get(docnum)
            if blob is not None:
                values[name] = blob.decode("utf-8", "surrogatepass")
        return values

    def record(self, docnum: int) -> dict[str, Any]:
        """The stored values of a document, without its texts."""
        blob = self._records.get(docnum)
        return {} if blob is None else decode_record(blob)

    def text(self, docnum: int, fieldname: str) -> str | None:
        """The stored text of one form field, without unpacking anything else."""
        texts = self._texts.get(fieldname)
        blob = None if texts is None else texts.get(docnum)
        return None if blob is None else blob.decode("utf-8", "surrogatepass")
