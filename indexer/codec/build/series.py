"""Write many documents into as many segments as the limit on memory requires."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

import numpy as np

from indexer.codec.build.builder import SegmentBuilder
from indexer.codec.build.prepare import Document
from indexer.codec.build.source import SegmentSource
from indexer.codec.contents import SegmentEntry, new_segment_id
from indexer.codec.opened import open_segment
from indexer.process import seldom_collected
from indexer.storage import durable

SEGMENT_TOKENS = 16_000_000
"""A segment is closed when it has this many tokens (about 170 MB of text), to bound memory: its
vocabulary and the arrays that write it take about 400 MB in each worker."""

MERGED_AT_ONCE = 4
"""So many segments of one worker become one: a query costs more the more there are. That takes a
sixth of the time that they took, and about 700 MB of memory, so not more at once."""

DOCUMENTS_AT_ONCE = 256
CHARS_AT_ONCE = 1 << 18
"""Documents are given to a builder when there are this many, or this many characters in them."""

Unit = TypeVar("Unit")
Made = TypeVar("Made")
Read = Callable[[Unit], Iterable[Document | Any]]


class Series(Protocol[Made]):
    """Takes documents one after the other and makes something of all of them."""

    def add(self, document: Document) -> None:
        """Add a document; an error about it may be raised only when a later one is added."""

    def finish(self) -> list[Made]:
        """What was made of all of them."""

    def remove(self) -> None:
        """Take back what was made; for a series that was not finished."""


class SegmentSeries:
    """Writes documents into segments of an index's folder: as few as memory allows."""

    def __init__(self, folder: str, schema: Any) -> None:
        self._folder = folder
        self._schema = schema
        self._builder = SegmentBuilder(folder)
        self._waiting: list[Document] = []
        self._waiting_chars = 0
        self._merged: list[SegmentEntry] = []
        self._segments: list[SegmentEntry] = []

    def add(self, document: Document) -> None:
        """Add a document; an error about it may be raised only when a later one is added."""
        self._waiting.append(document)
        self._waiting_chars += sum(len(v) for v in document.values() if isinstance(v, str))
        if len(self._waiting) >= DOCUMENTS_AT_ONCE or self._waiting_chars >= CHARS_AT_ONCE:
            self._add_waiting()

    def _add_waiting(self) -> None:
        self._builder.add_documents(self._schema, self._waiting)
        self._waiting, self._waiting_chars = [], 0
        if self._builder.token_count >= SEGMENT_TOKENS:
            self._close()
            self._builder = SegmentBuilder(self._folder)

    def _close(self) -> None:
        if self._builder.doc_count:
            self._segments.append(self._builder.write_segment(self._folder, new_segment_id()))
        self._builder.close()
        if len(self._segments) == MERGED_AT_ONCE:
            self._merge()

    def _merge(self) -> None:
        """Make one segment of those that are not merged yet."""
        builder = SegmentBuilder(self._folder)
        try:
            for entry in self._segments:
                none_deleted = np.zeros(entry.documents, np.bool_)
                source = SegmentSource(open_segment(self._folder, entry), none_deleted)
                builder.add_segment(self._schema, source)
            self._merged.append(builder.write_segment(self._folder, new_segment_id()))
        finally:
            builder.close()
        while self._segments:
            self._unlink(self._segments[-1])
            self._segments.pop()

    def finish(self) -> list[SegmentEntry]:
        """Write what is left; returns the segments, whose files are on disk."""
        self._add_waiting()
        self._close()
        return [*self._merged, *self._segments]

    def remove(self) -> None:
        """Remove the files that were written; for a series that was not finished."""
        self._builder.close()
        for segment in (*self._merged, *self._segments):
            self._unlink(segment)

    def _unlink(self, segment: SegmentEntry) -> None:
        durable.unlink(os.path.join(self._folder, segment.file_name))


def build_here(
    series: Series[Made], units: Iterable[Unit], read: Read[Unit], tell: Callable[[Any], None]
) -> list[Made]:
    """What is made of these units in this process; `tell` gets what is not a document."""
    try:
        with seldom_collected():
            for unit in units:
                for item in read(unit):
                    if isinstance(item, dict):
                        series.add(item)
                    else:
                        tell(item)
            return series.finish()
    except BaseException:
        series.remove()
        raise
