"""Which documents are there to rank? A searcher's segments, their live documents and lengths.

A snapshot is bound to one Whoosh searcher and is as unchanging as that is. Statistics (number of
documents, average length, document frequencies) count live documents only, over all segments, so
that a score depends neither on the division into segments nor on deletions not yet merged away.
What is counted in the dictionary is kept.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.codec.whoosh.reader import PerDocReader
from indexer.ranking.bm25 import length_norms
from indexer.ranking.columnar import ColumnarField
from indexer.ranking.expand import Expansion
from indexer.ranking.occurrences import postings_of
from indexer.ranking.settings import DEFAULT, RankingSettings
from indexer.ranking.source import (
    NO_DOCS,
    Docs,
    FieldSource,
    Floats,
    Spans,
    spans_of,
)

_ARTICLES = ("ال", "وال")

_REMEMBERED = 1 << 14
"""Groups whose count is kept."""


class Segment:
    """One segment: documents `base .. base + size` of the index, and its fields when asked."""

    def __init__(self, searcher: Any, base: int) -> None:
        self.searcher = searcher
        reader = self.reader = searcher.reader()
        self.base = base
        self.size = int(reader.doc_count_all())
        self.live = _live_mask(reader, self.size)
        self._fields: dict[str, FieldSource | None] = {}
        documents = getattr(reader, "_perdoc", None)
        self._columnar = documents if isinstance(documents, PerDocReader) else None

    def record(self, docnum: int) -> dict[str, Any]:
        """The stored values of a document; without its texts where they lie apart."""
        if self._columnar is not None:
            return self._columnar.record(docnum)
        return dict(self.reader.stored_fields(docnum))

    def text(self, docnum: int, field: str) -> str:
        """The stored text of a field."""
        if self._columnar is not None:
            return self._columnar.text(docnum, field) or ""
        return str(self.reader.stored_fields(docnum).get(field, ""))

    def field(self, name: str) -> FieldSource | None:
        """The field's terms and postings, None where no document of the segment has it."""
        if name not in self._fields:
            held = name in self.reader.indexed_field_names()
            self._fields[name] = open_field(self.reader, name) if held else None
        return self._fields[name]

    @cached_property
    def dates(self) -> NDArray[np.str_]:
        """The date of each document as it was given, by docnum; empty where there is none."""
        if not self.size:
            return np.zeros(0, "<U1")
        column = self.reader.column_reader("date")
        return np.array([column[docnum] for docnum in range(self.size)])

    @cached_property
    def file_numbers(self) -> NDArray[np.int64]:
        """The number of each document's file, by docnum."""
        if not self.size:  # Whoosh's empty reader has no columns
            return np.zeros(0, np.int64)
        numbers = None if self._columnar is None else self._columnar.numbers("file")
        if numbers is None:
            numbers = np.array(list(self.reader.column_reader("file")))
        files = np.zeros(self.size, np.int64)
        files[: len(numbers)] = numbers
        return files

    def only_live(self, docs: Docs) -> Docs:
        """`docs` without the deleted ones."""
        return docs if self.live is None else docs[self.live.take(docs)]


def _live_mask(reader: Any, size: int) -> NDArray[np.bool_] | None:
    if not reader.has_deletions():
        return None
    deleted_mask = getattr(reader.segment(), "deleted_mask", None)
    if deleted_mask is not None:
        live: NDArray[np.bool_] = ~deleted_mask()
        return live
    return np.array([not reader.is_deleted(docnum) for docnum in range(size)], np.bool_)


class Snapshot:
    """All segments of a searcher, with what ranking counts over them."""

    def __init__(self, searcher: Any, settings: RankingSettings = DEFAULT) -> None:
        self.settings = settings
        self.segments = [Segment(leaf, offset) for leaf, offset in searcher.leaf_searchers()]
        self.documents = int(searcher.doc_count())
        self.size = sum(segment.size for segment in self.segments)
        self.kept: dict[str, object] = {}
        """What others work out of it and want again with the next query, by its name."""
        self.norms = lru_cache(maxsize=8)(self._norms)
        self.vocabulary = lru_cache(maxsize=8)(self._vocabulary)

    @classmethod
    def of(cls, searcher: Any) -> Snapshot:
        """The snapshot of a searcher or of the searcher it is a leaf of; made once a searcher."""
        whole = searcher.get_parent()
        known: Snapshot | None = getattr(whole, "fahras_snapshot", None)
        if known is None:
            known = whole.fahras_snapshot = cls(whole)
        return known

    def segment_of(self, searcher: Any) -> Segment:
        """The segment of one of the searcher's leaves."""
        reader = searcher.reader()
        return next(segment for segment in self.segments if segment.reader is reader)

    @cached_property
    def live(self) -> NDArray[np.bool_] | None:
        """By doc, which documents are not deleted; None where none is."""
        if all(segment.live is None for segment in self.segments):
            return None
        masks = [
            np.ones(segment.size, np.bool_) if segment.live is None else segment.live
            for segment in self.segments
        ]
        return np.concatenate(masks)

    def only_live(self, docs: Docs) -> Docs:
        """`docs` without the deleted ones."""
        return docs if self.live is None else docs[self.live.take(docs)]

    def locate(self, doc: int) -> tuple[Segment, int]:
        """The segment of a document, and its docnum there."""
        place = bisect_right(self.segments, doc, key=lambda segment: segment.base) - 1
        segment = self.segments[place]
        return segment, doc - segment.base

    @cached_property
    def file_numbers(self) -> NDArray[np.int64]:
        """The number of the file of each document, by doc."""
        return np.concatenate([NO_DOCS, *(segment.file_numbers for segment in self.segments)])

    def _norms(self, fields: tuple[str, ...]) -> NDArray[np.float32]:
        """BM25's length norm of each document, by doc, fields combined."""
        lengths = np.concatenate(
            [np.zeros(0, np.float32), *(self.lengths(s, fields) for s in self.segments)]
        )
        counted = lengths if self.live is None else lengths[self.live]
        # in 64 bits lengths sum up exactly, in whatever order segments have them
        average = float(counted.sum(dtype=np.float64)) / max(self.documents, 1)
        return length_norms(lengths, average, self.settings.k1, self.settings.b)

    def lengths(self, segment: Segment, fields: tuple[str, ...]) -> Floats:
        """The length of each document of a segment, fields weighted and summed."""
        lengths = np.zeros(segment.size, np.float32)
        for name in fields:
            source = segment.field(name)
            if source is not None:
                lengths += source.lengths() * np.float32(self.settings.field_weight(name))
        return lengths

    def _vocabulary(self, fields: tuple[str, ...]) -> FieldsVocabulary:
        """The dictionary of some fields, over all segments."""
        return FieldsVocabulary(self, fields)


def open_field(reader: Any, field: str) -> FieldSource:
    """The source for a field of one segment's reader: the codec's own, or the general one."""
    from indexer.codec.whoosh.index import segment_views

    try:
        arrays = next(segment_views(reader)).terms.field(field)
    except TypeError:  # a segment of another codec
        arrays = None
    if arrays is not None and arrays.grouped:
        return ColumnarField(arrays)
    from indexer.codec.whoosh.lexicon import LexiconField

    return LexiconField(reader, field)


class FieldsVocabulary:
    """The dictionary of some fields over all segments, as expansion asks for it."""

    def __init__(self, snapshot: Snapshot, fields: tuple[str, ...]) -> None:
        self._snapshot = snapshot
        self._fields = fields
        self.count = lru_cache(maxsize=_REMEMBERED)(self._count)
        self.article_count = lru_cache(maxsize=_REMEMBERED)(self._article_count)

    def sources(self) -> Iterator[FieldSource]:
        """Each field in each segment that has it."""
        for _, source in self._held():
            yield source

    def _held(self) -> Iterator[tuple[Segment, FieldSource]]:
        for segment in self._snapshot.segments:
            for name in self._fields:
                source = segment.field(name)
                if source is not None:
                    yield segment, source

    def _count(self, level: str, key: str) -> int:
        return sum(
            _live_count(segment, source, source.group(level, key))
            for segment, source in self._held()
        )

    def holds(self, group: Expansion) -> bool:
        """Whether any term that a named group means occurs."""
        if not group.narrowed:
            return self.count(group.level, group.key) > 0
        return any(
            _live_count(segment, source, group.terms(source)) for segment, source in self._held()
        )

    def _article_count(self, stem: str) -> int:
        return sum(
            _live_count(segment, source, _with_article(source, source.group("stem", stem)))
            for segment, source in self._held()
        )

    def bearing(self, target: str) -> frozenset[str]:
        """The stems with a form that may be a lone proclitic and a word of the stem `target`."""
        return frozenset(key for source in self.sources() for key, _ in source.bearing(target))


def _with_article(source: FieldSource, spans: Spans) -> Spans:
    """The terms of some spans that are written with the article."""
    return spans_of(
        [
            (slot, slot + 1)
            for first, last in spans.tolist()
            for slot, form in enumerate(source.forms((first, last)), first)
            if form.startswith(_ARTICLES)
        ]
    )


def _live_count(segment: Segment, source: FieldSource, spans: Spans) -> int:
    """How often the terms of some spans occur in documents that are not deleted."""
    if segment.live is None or not len(spans):
        return sum(source.count(tuple(span)) for span in spans.tolist())
    postings = postings_of(source, spans)
    return int(postings.tfs[segment.live.take(postings.docs)].sum())
