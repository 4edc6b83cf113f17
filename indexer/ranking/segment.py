"""What does the evaluator ask of one field of one segment?

`FieldSource` says it; `LexiconField` answers for a field of any Whoosh reader, by reading its
whole lexicon once. Groups: every term is a written form `u`; its folded form, stem and root are
computed from it, so a group is named by its level and its key.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from analyzers.analyzer import analyze_form

LEVELS = ("exact", "folded", "stem", "root")

Docs = NDArray[np.int64]
Floats = NDArray[np.float32]
Positions = NDArray[np.int64]


class Postings(NamedTuple):
    """A postings list: ascending docnums of the segment, and the term frequency in each."""

    docs: Docs
    tfs: Floats


class FieldSource(Protocol):
    """One field of one segment. Terms are numbered in lexicographic order of their UTF-8 bytes."""

    def group(self, level: str, key: str) -> Sequence[int]:
        """Ordinals of the terms whose form at `level` is `key`, ascending."""

    def prefixed(self, prefix: str) -> Sequence[int]:
        """Ordinals of the terms that begin with `prefix`, compared on folded forms."""

    def containing(self, infix: str) -> Sequence[int]:
        """Ordinals of the terms that hold `infix` anywhere, compared on folded forms."""

    def form(self, ordinal: int) -> str:
        """The term itself."""

    def term_count(self) -> int:
        """How many distinct terms the field has in this segment."""

    def document_frequency(self, ordinal: int) -> int:
        """In how many documents, deleted ones included, the term stands."""

    def postings(self, ordinal: int) -> Postings:
        """The postings of one term."""

    def positions(self, ordinal: int) -> Positions:
        """The positions of one term, posting after posting, ascending in each."""

    def lengths(self) -> Floats:
        """Length of each document by docnum: its words that are not stopwords."""


class LexiconField:
    """A field of any Whoosh reader of one segment, through Whoosh's public reader methods."""

    def __init__(self, reader: Any, field: str) -> None:
        self._reader = reader
        self._field = field
        self._postings: dict[int, tuple[Postings, Positions]] = {}

    @cached_property
    def _terms(self) -> list[bytes]:
        return list(self._reader.lexicon(self._field))

    @cached_property
    def _groups(self) -> dict[tuple[str, str], list[int]]:
        groups: dict[tuple[str, str], list[int]] = {}
        for ordinal, term in enumerate(self._terms):
            a = analyze_form(term.decode("utf-8"))
            keys = zip(LEVELS, (a.unmarked, a.folded, a.stem, a.root), strict=True)
            for named in keys:
                groups.setdefault(named, []).append(ordinal)
        return groups

    @cached_property
    def _folded(self) -> list[tuple[str, int]]:
        """(folded form, ordinal), sorted, for prefixes."""
        return sorted(
            (key, ordinal)
            for (level, key), ordinals in self._groups.items()
            if level == "folded"
            for ordinal in ordinals
        )

    def group(self, level: str, key: str) -> Sequence[int]:
        """See FieldSource."""
        return self._groups.get((level, key), ())

    def prefixed(self, prefix: str) -> Sequence[int]:
        """See FieldSource."""
        first = bisect_left(self._folded, (prefix, -1))
        last = bisect_left(self._folded, (prefix + "\U0010ffff", -1))
        return sorted(ordinal for _, ordinal in self._folded[first:last])

    def containing(self, infix: str) -> Sequence[int]:
        """See FieldSource."""
        return sorted(ordinal for folded, ordinal in self._folded if infix in folded)

    def form(self, ordinal: int) -> str:
        """See FieldSource."""
        return self._terms[ordinal].decode("utf-8")

    def term_count(self) -> int:
        """See FieldSource."""
        return len(self._terms)

    def document_frequency(self, ordinal: int) -> int:
        """See FieldSource."""
        return int(self._reader.doc_frequency(self._field, self._terms[ordinal]))

    def postings(self, ordinal: int) -> Postings:
        """See FieldSource."""
        return self._read(ordinal)[0]

    def positions(self, ordinal: int) -> Positions:
        """See FieldSource."""
        return self._read(ordinal)[1]

    def _read(self, ordinal: int) -> tuple[Postings, Positions]:
        known = self._postings.get(ordinal)
        if known is None:
            matcher = self._reader.postings(self._field, self._terms[ordinal])
            docs, tfs, positions = [], [], []
            while matcher.is_active():
                here = matcher.value_as("positions")
                docs.append(matcher.id())
                tfs.append(len(here))
                positions.extend(here)
                matcher.next()
            postings = Postings(np.array(docs, np.int64), np.array(tfs, np.float32))
            known = self._postings[ordinal] = (postings, np.array(positions, np.int64))
        return known

    def lengths(self) -> Floats:
        """See FieldSource. Whoosh's stock codec keeps lengths in one lossy byte."""
        length = self._reader.doc_field_length
        count = self._reader.doc_count_all()
        known = (length(docnum, self._field) or 0 for docnum in range(count))
        return np.fromiter(known, np.float32)


def open_field(reader: Any, field: str) -> FieldSource:
    """The source for a field of one segment's reader: the codec's own, or the general one."""
    own = getattr(reader, "field_source", None)
    return own(field) if own is not None else LexiconField(reader, field)
