"""Which document does a name mean: a path, or the id of a record?"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzers.named import NamedTuple
from indexer.errors import DocumentNotFoundError
from indexer.folder.catalogue import Catalogue
from indexer.folder.columns import FileEntry
from indexer.folder.lookup import FileTable
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import Docs, Record, Segment
from indexer.reports import Document
from indexer.schema import copy_within, id_of, is_record, layout_of, parts_of, place_within

if TYPE_CHECKING:
    from indexer.parts.layout import Division, Layout
    from indexer.parts.part import Part

_PARTING = re.compile(r"#|!/")
"""Between the path of a file and a place within it."""

_PLACES_NAMED = 5
"""Records of one id that a message names."""


class Found(NamedTuple):
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
        return self._document(*self._placed(name, line))

    def number(self, name: str, line: int | None = None) -> int:
        """The number in the snapshot of the document that `document` would give."""
        found, *_ = self._placed(name, line)
        return found.segment.base + found.docnum

    def _placed(self, name: str, line: int | None) -> tuple[Found, Layout | None, Division | None]:
        """The document of a name, its layout and the division named. DocumentNotFoundError."""
        found, label = self._named(name, line), ""
        if found is None and "#" in name:
            path, _, label = name.rpartition("#")
            found = self._named(path, line)
        layout = None if found is None else layout_of(found.record)
        division = layout.named(label, ("slide", "sheet")) if layout and label else None
        if found is None or (label and division is None):
            raise DocumentNotFoundError(
                f"no document is called {name}: give a path, or an id as a search prints it"
            )
        return found, layout, division

    def each(self, docs: Docs) -> Iterator[Document]:
        """Some documents of the snapshot, in turn: one text at a time is in memory."""
        for doc in docs.tolist():
            found = _found(*self._snapshot.locate(doc))
            yield self._document(found, layout_of(found.record), None)

    def _document(self, found: Found, layout: Layout | None, division: Division | None) -> Document:
        stored = found.record
        entry = self._files.entry(stored["file"])
        text = found.segment.text(found.docnum, "text")
        return Document(
            id=id_of(stored, entry.path),
            path=self._catalogue.absolute(entry.path),
            title=found.segment.text(found.docnum, "title"),
            text=text,
            date=stored["date"] or None,
            size=entry.size,
            encoding=stored["encoding"],
            line=stored["line"] if is_record(stored) else None,
            inside=place_within(stored),
            layout=layout,
            division=division,
            title_from=stored.get("title_from"),
            date_from=stored.get("date_from"),
            date_text=stored.get("date_text") or stored["date"] or None,
            calendar=stored.get("calendar"),
            parts=_parts(stored, len(text)),
        )

    def holds(self, name: str) -> bool:
        """See `Index.holds`."""
        try:
            return self._named(name, None) is not None
        except DocumentNotFoundError:  # several do
            return True

    def _named(self, name: str, line: int | None) -> Found | None:
        """The document that a name means."""
        entry = self._entry(name)
        if entry is not None:
            of_file = self._of_file(entry.number)
            if entry.failure and not of_file:
                raise DocumentNotFoundError(f"{name} could not be read: {entry.failure}")
            own = [found for found in of_file if not found.record.get("member")]
            return _at_line(own, line) or next(iter(of_file), None)
        within = self._within(name, line)
        if within is not None:
            return within
        records = self._of_id(name) if name and _is_text(name) else []
        if len(records) > 1:
            records = [found for found in records if _line_of(found) == line] or records
        if len(records) > 1:
            raise DocumentNotFoundError(
                f"{len(records)} records are called {name}: give one of {self._places(records)}"
            )
        return records[0] if records else None

    def _within(self, name: str, line: int | None) -> Found | None:
        """The document that a path and a place within that file name."""
        for found in _PARTING.finditer(name):
            entry = self._entry(name[: found.start()])
            place = name[found.start() :]
            if entry is not None:
                of_file = self._of_file(entry.number)
                return _at_line([f for f in of_file if place in _places(f.record)], line)
        return None

    def _entry(self, name: str) -> FileEntry | None:
        """The file of a path below the home, or of the file system."""
        files = self._catalogue.files
        return files.get(name) or files.get(self._catalogue.key(os.path.abspath(name)))

    def _of_file(self, number: int) -> list[Found]:
        """The documents of a file."""
        docs = self._snapshot.only_live((self._snapshot.file_numbers == number).nonzero()[0])
        return [_found(*self._snapshot.locate(doc)) for doc in docs.tolist()]

    def _of_id(self, name: str) -> list[Found]:
        """The documents that are records of this id."""
        return [
            _found(segment, docnum)
            for segment in self._snapshot.segments
            for docnum in segment.holding("record", name).tolist()
            if segment.live is None or segment.live[docnum]
        ]

    def _places(self, records: list[Found]) -> str:
        """PATH:LINE of each record, of many the first."""
        stored = [found.record for found in records]
        places = sorted((self._files.entry(s["file"]).path, s["line"]) for s in stored)
        named = [f"{path}:{line}" for path, line in places[:_PLACES_NAMED]]
        return ", ".join(named) + (", …" if len(places) > _PLACES_NAMED else "")


def _parts(stored: Record, length: int) -> tuple[Part, ...]:
    """The parts of a document that has several. length: of its text."""
    begun = parts_of(stored)
    if not begun:
        return ()
    from indexer.parts.part import Part

    ends = [*(part.start for part in begun[1:]), length]
    pairs = zip(begun, ends, strict=True)
    return tuple(Part(p.start, end, p.title, p.line, p.date) for p, end in pairs)


def _found(segment: Segment, docnum: int) -> Found:
    return Found(segment, docnum, segment.record(docnum))


def _at_line(found: list[Found], line: int | None) -> Found | None:
    """Of some documents the one that is at a line, or the last before it."""
    ordered = sorted(found, key=_line_of)
    after = bisect_right(ordered, line or 1, key=_line_of)
    return ordered[max(after - 1, 0)] if ordered else None


def _places(stored: Record) -> tuple[str, ...]:
    """The places within its file by which a document can be named."""
    return (place_within(stored), copy_within(stored))


def _line_of(found: Found) -> int:
    return found.record["line"]


def _is_text(name: str) -> bool:
    """Whether a name may be the id of a record: bytes that are not UTF-8 are none."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
