"""Which document does a name mean: a path, or the id of a record?"""

from __future__ import annotations

import os
from bisect import bisect_right
from typing import Any

from indexer.errors import DocumentNotFoundError
from indexer.folder.catalogue import Catalogue
from indexer.folder.lookup import FileTable
from indexer.ranking.snapshot import Snapshot
from indexer.reports import Document

_PLACES_NAMED = 5
"""Records of one id that a message names."""


class Documents:
    """The documents of one commit, by name."""

    def __init__(self, searcher: Any, catalogue: Catalogue, files: FileTable) -> None:
        self._searcher = searcher
        self._catalogue = catalogue
        self._files = files

    def document(self, name: str, line: int | None = None) -> Document:
        """See `Index.document`."""
        stored = self._named(name, line)
        if stored is None:
            raise DocumentNotFoundError(
                f"no document is called {name}: give a path, or an id as a search prints it"
            )
        entry = self._files.by_number[stored["file"]]
        segment, docnum = stored["segment"], stored["docnum"]
        return Document(
            id=stored["record"] or entry.path,
            path=self._catalogue.absolute(entry.path),
            title=segment.text(docnum, "title"),
            text=segment.text(docnum, "text"),
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

    def _named(self, name: str, line: int | None) -> dict[str, Any] | None:
        """The stored values of the document that a name means, without its texts."""
        key = self._catalogue.key(os.path.abspath(name))
        entry = self._catalogue.files.get(name) or self._catalogue.files.get(key)
        if entry is not None:
            of_file = sorted(self._stored(file=entry.number), key=lambda stored: stored["line"])
            after = bisect_right(of_file, line or 1, key=lambda stored: stored["line"])
            return of_file[max(after - 1, 0)] if of_file else None
        records = self._stored(record=name) if name and _is_text(name) else []
        if len(records) > 1:
            raise DocumentNotFoundError(
                f"{len(records)} records are called {name}: give one of {self._places(records)}"
            )
        return records[0] if records else None

    def _stored(self, **wanted: Any) -> list[dict[str, Any]]:
        """The stored values of the documents with this value, and where they lie."""
        snapshot = Snapshot.of(self._searcher)
        found = []
        for doc in self._searcher.document_numbers(**wanted):
            segment, docnum = snapshot.locate(doc)
            found.append({**segment.record(docnum), "segment": segment, "docnum": docnum})
        return found

    def _places(self, records: list[dict[str, Any]]) -> str:
        """PATH:LINE of each record, of many the first."""
        places = sorted(
            (self._files.by_number[record["file"]].path, record["line"]) for record in records
        )
        named = [f"{path}:{line}" for path, line in places[:_PLACES_NAMED]]
        return ", ".join(named) + (", …" if len(places) > _PLACES_NAMED else "")


def _is_text(name: str) -> bool:
    """Whether a name may be the id of a record: bytes that are not UTF-8 are none."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
