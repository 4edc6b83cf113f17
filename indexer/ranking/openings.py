"""Which documents begin with yes or no? Those answer whether something is so, and nothing else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.ranking.occurrences import occurrences_of, postings_of
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import NO_DOCS, Docs, FieldSource

_YES, _NO = "نعم", "لا"
"""As unmarked forms."""

_OFTENER = 4
"""No begins other sentences, too. It is an answer where at most so many times as many texts begin
with it as with yes."""

Mask = NDArray[np.bool_]


def answering(snapshot: Snapshot, fields: tuple[str, ...]) -> Mask:
    """Bool by doc: whether one of some fields begins with yes or no. Found once for a snapshot."""
    return snapshot.memory.get(_answering, snapshot, fields)


def _answering(snapshot: Snapshot, fields: tuple[str, ...]) -> Mask:
    agreeing = _beginning(snapshot, fields, _YES)
    refusing = _beginning(snapshot, fields, _NO)
    seldom: bool = refusing.sum() <= _OFTENER * agreeing.sum()
    return agreeing | refusing if seldom else agreeing


def _beginning(snapshot: Snapshot, fields: tuple[str, ...], word: str) -> Mask:
    """Bool by doc, False if deleted: whether one of some fields begins with a word."""
    mask = np.zeros(snapshot.size, np.bool_)
    for segment in snapshot.segments:
        for name in fields:
            source = segment.field(name)
            if source is not None:
                mask[segment.base + _docs_beginning(source, word)] = True
    return mask if snapshot.live is None else mask & snapshot.live


def _docs_beginning(source: FieldSource, word: str) -> Docs:
    """The docnums of a field's documents that begin with a word."""
    spans = source.group("exact", word)
    if not len(spans):
        return NO_DOCS
    postings = postings_of(source, spans)
    counts, positions = occurrences_of(source, postings, np.arange(len(postings.docs)))
    firsts = np.asarray(positions)[counts.cumsum() - counts]
    found: Docs = postings.docs[firsts == 0].astype(np.int64)
    return found
