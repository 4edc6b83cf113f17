"""How do the readers of a Whoosh searcher answer ranking? Those of our codec as we read it.

A searcher of Whoosh is as unchanging as a snapshot: each has one.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from indexer.codec.columnar import LocalSegment
from indexer.codec.opened import OpenedSegment
from indexer.codec.whoosh.lexicon import LexiconField
from indexer.codec.whoosh.reader import TermsReader
from indexer.ranking.settings import DEFAULT, RankingSettings
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import Docs, FieldSource, Record, Segment


def snapshot_of(searcher: Any, settings: RankingSettings | None = None) -> Snapshot:
    """The snapshot of a searcher or of the searcher it is a leaf of; made once a searcher.

    One with settings of its own is made each time.
    """
    whole = searcher.get_parent()
    if settings is not None:
        return _snapshot_of(whole, settings)
    known: Snapshot | None = getattr(whole, "fahras_snapshot", None)
    if known is None:
        known = whole.fahras_snapshot = _snapshot_of(whole, DEFAULT)
    return known


def _snapshot_of(searcher: Any, settings: RankingSettings) -> Snapshot:
    segments = [_segment_of(leaf, base) for leaf, base in searcher.leaf_searchers()]
    return Snapshot(segments, settings, foreign=partial(found_by, searcher))


def _segment_of(leaf: Any, base: int) -> Segment:
    reader = leaf.reader()
    terms = getattr(reader, "_terms", None)
    if isinstance(terms, TermsReader):
        return LocalSegment(OpenedSegment(terms.reader, reader.segment().entry, base))
    return WhooshSegment(reader, base)


def base_of(searcher: Any) -> int:
    """The number of the first document of a leaf of a searcher."""
    leaves = searcher.get_parent().leaf_searchers()
    return next(int(base) for leaf, base in leaves if leaf.reader() is searcher.reader())


def found_by(searcher: Any, query: Any) -> tuple[list[int], list[float]]:
    """The documents of a query of Whoosh, ascending, and their scores, by its own matchers."""
    docs, scores = [], []
    for leaf, base in searcher.leaf_searchers():
        matcher = query.matcher(leaf, leaf.context())
        while matcher.is_active():
            docs.append(base + matcher.id())
            scores.append(matcher.score())
            matcher.next()
    return docs, scores


class WhooshSegment:
    """A segment of another codec, by Whoosh's public reader methods. See Segment."""

    def __init__(self, reader: Any, base: int) -> None:
        self._reader = reader
        self.base = base
        self.size = int(reader.doc_count_all())
        self._fields: dict[str, FieldSource | None] = {}

    @cached_property
    def live(self) -> NDArray[np.bool_] | None:
        """See Segment."""
        if not self._reader.has_deletions():
            return None
        return np.array([not self._reader.is_deleted(d) for d in range(self.size)], np.bool_)

    def field(self, name: str) -> FieldSource | None:
        """See Segment."""
        if name not in self._fields:
            held = name in self._reader.indexed_field_names()
            self._fields[name] = LexiconField(self._reader, name) if held else None
        return self._fields[name]

    def holding(self, field: str, term: str) -> Docs:
        """See Segment."""
        if (field, term) not in self._reader:
            return np.zeros(0, np.int64)
        return np.array(list(self._reader.postings(field, term).all_ids()), np.int64)

    def record(self, docnum: int) -> Record:
        """See Segment; with the texts, which Whoosh keeps in one."""
        return cast("Record", dict(self._reader.stored_fields(docnum)))

    def text(self, docnum: int, field: str) -> str:
        """See Segment."""
        return str(self._reader.stored_fields(docnum).get(field, ""))

    @cached_property
    def dates(self) -> NDArray[np.str_]:
        """See Segment."""
        if not self.size:  # Whoosh's empty reader has no columns
            return np.zeros(0, "<U1")
        column = self._reader.column_reader("date")
        return np.array([column[docnum] for docnum in range(self.size)])

    @cached_property
    def file_numbers(self) -> NDArray[np.int64]:
        """See Segment."""
        files = np.zeros(self.size, np.int64)
        if self.size:
            numbers = list(self._reader.column_reader("file"))
            files[: len(numbers)] = numbers
        return files
