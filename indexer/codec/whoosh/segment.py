"""What does the TOC remember of a segment? Its name, how many documents, which are deleted.

The segment's file never changes; deleting is a bit here, so a commit of deletions is one small TOC.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from whoosh.codec import base

from indexer.codec.format import EXTENSION

if TYPE_CHECKING:
    from indexer.codec.whoosh.codec import ColumnarCodec


class ColumnarSegment(base.Segment):  # type: ignore[misc]
    """A segment of this codec. Pickled into the TOC; holds no numpy object."""

    size_bytes = 0
    """Of the segment's file; 0 where it is not known."""

    def __init__(self, indexname: str, doc_count: int = 0) -> None:
        self.indexname = indexname
        self.segid = self._random_id()
        self.compound = False
        self._doc_count = doc_count
        self._deleted = b""
        """Bit 7 - d % 8 of byte d // 8 is set where document d is deleted; b"" where none is."""
        self._deleted_count = 0

    def codec(self) -> ColumnarCodec:
        """The codec that reads this segment."""
        from indexer.codec.whoosh.codec import ColumnarCodec

        return ColumnarCodec()

    @property
    def file_name(self) -> str:
        """The name of the segment's one file in the index's folder."""
        name: str = self.make_filename(EXTENSION)
        return name

    def set_doc_count(self, count: int) -> None:
        """Say how many documents the segment has; Whoosh calls this when it is written."""
        self._doc_count = count

    def doc_count_all(self) -> int:
        """Documents in the file, deleted ones too."""
        return self._doc_count

    def deleted_count(self) -> int:
        """How many documents are deleted."""
        return self._deleted_count

    def deleted_mask(self) -> npt.NDArray[np.bool_]:
        """Bool by docnum, a copy: True where the document is deleted."""
        bits = np.frombuffer(self._deleted, np.uint8)
        if not len(bits):
            return np.zeros(self._doc_count, np.bool_)
        return np.unpackbits(bits, count=self._doc_count).astype(np.bool_)

    def deleted_docs(self) -> Iterator[int]:
        """Docnums of the deleted documents, rising."""
        return iter(np.flatnonzero(self.deleted_mask()).tolist())

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted."""
        return bool(self._deleted) and bool(self._deleted[docnum >> 3] >> (7 - (docnum & 7)) & 1)

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        """Delete one document, or take its deletion back."""
        self.delete_documents(np.array([docnum]), delete=delete)

    def delete_documents(self, docnums: npt.NDArray[Any], *, delete: bool = True) -> int:
        """Delete many documents at once; how many changed. IndexError for one that is not there."""
        mask = self.deleted_mask()
        before = self._deleted_count
        mask[docnums] = delete
        self._deleted_count = int(mask.sum())
        self._deleted = np.packbits(mask).tobytes() if self._deleted_count else b""
        return abs(self._deleted_count - before)

    def should_assemble(self) -> bool:
        """No: there is nothing to assemble, the segment is one file already."""
        return False
