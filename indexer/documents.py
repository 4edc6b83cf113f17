"""Which document does a name mean: a path, or the id of a record?"""

from __future__ import annotations

import os
from bisect import bisect_right
from typing import NamedTuple

from indexer.errors import DocumentNotFoundError
from indexer.folder.catalogue import Catalogue
from indexer.folder.lookup import FileTable
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import Record, Segment
from indexer.reports import Document

_PLACES_NAMED = 5
"""Records of one id that a message names."""


class _Found(NamedTuple):
    """A document, and its stored values without its texts."""

    segment: Segment
    docnum: int
    record: Record


class Documents:
    """The documents of one commit, by name."""

    def __init__(self, snapshot: Snapshot, catalogue: Catalogue, files: FileTable) -> None:
        self._snapshot = snapshot
        self._catalogue = catalogue
        self._files = files

    def document(self, name: str, line: int | None = None) -> Document:
        """See `Index.document`."""
        found = self._named(name, line)
        if found is None:
            raise DocumentNotFoundError(
                f"no document is called {name}: give a path, or an id as a search prints it"
            )
        stored = found.record
        entry = self._files.by_number[stored["file"]]
        return Document(
            id=stored["record"] or entry.path,
            path=self._catalogue.absolute(entry.path),
            title=found.segment.text(found.docnum, "title"),
            text=found.segment.text(found.docnum, "text"),
            date=stored["date"] or None,
            size=entry.size,
            encoding=stored["encoding"],
            line=stored["line"] if stored["record"] else None,
        )

    def holds(self, name: str) -> bool:
        """See `Index.holds`."""
        try:
            return self._named(name, None) is not None
        except DocumentNotFoundError:  # several do
            return True

    def _named(self, name: str, line: int | None) -> _Found | None:
        """The document that a name means."""
        key = self._catalogue.key(os.path.abspath(name))
        entry = self._catalogue.files.get(name) or self._catalogue.files.get(key)
        if entry is not None:
            of_file = sorted(self._of_file(entry.number), key=_line_of)
            after = bisect_right(of_file, line or 1, key=_line_of)
            if entry.failure and not of_file:
                raise DocumentNotFoundError(f"{name} could not be read: {entry.failure}")
            return of_file[max(after - 1, 0)] if of_file else None
        records = self._of_id(name) if name and _is_text(name) else []
        if len(records) > 1:
            raise DocumentNotFoundError(
                f"{len(records)} records are called {name}: give one of {self._places(records)}"
            )
        return records[0] if records else None

    def _of_file(self, number: int) -> list[_Found]:
        """The documents of a file."""
        docs = self._snapshot.only_live((self._snapshot.file_numbers == number).nonzero()[0])
        return [_found(*self._snapshot.locate(doc)) for doc in docs.tolist()]

    def _of_id(self, name: str) -> list[_Found]:
        """The documents that are records of this id."""
        return [
            _found(segment, docnum)
            for segment in self._snapshot.segments
            for docnum in segment.holding("record", name).tolist()
            if segment.live is None or segment.live[docnum]
        ]

    def _places(self, records: list[_Found]) -> str:
        """PATH:LINE of each record, of many the first."""
        stored = [found.record for found in records]
        places = sorted((self._files.by_number[s["file"]].path, s["line"]) for s in stored)
        named = [f"{path}:{line}" for path, line in places[:_PLACES_NAMED]]
        return ", ".join(named) + (", …" if len(places) > _PLACES_NAMED else "")


def _found(segment: Segment, docnum: int) -> _Found:
    return _Found(segment, docnum, segment.record(docnum))


def _line_of(found: _Found) -> int:
    return found.record["line"]


def _is_text(name: str) -> bool:
    """Whether a name may be the id of a record: bytes that are not UTF-8 are none."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
