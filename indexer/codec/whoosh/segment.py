"""The TOC's data about a segment: its name, its documents, and which are deleted.

The segment's file never changes; deleting is a bit here, so a commit of deletions is one small TOC.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.codec import base

from indexer.codec.contents import INDEX_NAME, NO_FILE, SegmentEntry, new_segment_id
from indexer.codec.opened import deleted_mask


class TocSegment(base.Segment):  # type: ignore[misc]
    """A segment in Whoosh's sense, with its data in the TOC, present or future; it has no codec."""

    compound = False
    indexname = INDEX_NAME

    def __init__(self, entry: SegmentEntry | None = None) -> None:
        self.entry = entry or SegmentEntry(new_segment_id(), NO_FILE, 0)
        self.segid = self.entry.segment_id

    @property
    def file_name(self) -> str:
        """The name of the segment's one file in the index's folder."""
        return self.entry.file_name

    @property
    def size_bytes(self) -> int:
        """The size of that file; 0 where it is not written yet."""
        return self.entry.file.size_bytes

    def set_doc_count(self, count: int) -> None:
        """Say how many documents the segment has; Whoosh calls this when it is written."""
        self.entry = self.entry._replace(documents=count)

    def doc_count_all(self) -> int:
        """Documents in the file, deleted ones too."""
        return self.entry.documents

    def deleted_count(self) -> int:
        """How many documents are deleted."""
        return self.entry.deleted

    def deleted_mask(self) -> npt.NDArray[np.bool_]:
        """Bool by docnum, a copy: True where the document is deleted."""
        return deleted_mask(self.entry)

    def deleted_docs(self) -> Iterator[int]:
        """Docnums of the deleted documents, ascending."""
        return iter(np.flatnonzero(self.deleted_mask()).tolist())

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted."""
        bits = self.entry.deletions
        return bool(bits) and bool(bits[docnum >> 3] >> (7 - (docnum & 7)) & 1)

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        """Delete one document, or take its deletion back."""
        self.delete_documents(np.array([docnum]), delete=delete)

    def delete_documents(self, docnums: npt.NDArray[Any], *, delete: bool = True) -> int:
        """Delete many documents at once; returns how many changed. IndexError for a bad docnum."""
        mask = self.deleted_mask()
        before = self.entry.deleted
        mask[docnums] = delete
        deleted = int(mask.sum())
        deletions = np.packbits(mask).tobytes() if deleted else b""
        self.entry = self.entry._replace(deleted=deleted, deletions=deletions)
        return abs(deleted - before)

    def should_assemble(self) -> bool:
        """No: there is nothing to assemble, the segment is one file already."""
        return False
