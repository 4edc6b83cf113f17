"""How often does a word stand in each document, all its forms and fields taken together?

Pooling comes before saturation: a document that holds كتاب twice and والكتب once holds the word
three times. Forms that met by a weaker tier count less.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.ranking.phrases import phrase_frequencies
from indexer.ranking.queries import (
    AlternativeQuery,
    FormsQuery,
    Meaning,
    PhraseQuery,
    StemQuery,
)
from indexer.ranking.segment import Docs, Floats
from indexer.ranking.snapshot import Segment, Snapshot

Mask = NDArray[np.bool_]


class Pool(NamedTuple):
    """One word in one segment: ascending live docnums, the pooled tf of each, who is a member.

    `core`: how many of the documents hold the word itself, not only a neighbour or a relative.
    """

    docs: Docs
    tfs: Floats
    member: Mask
    core: int


class _Part(NamedTuple):
    """Postings of one kind: docs ascend within a term only; tfs are weighted already."""

    docs: NDArray[Any]
    tfs: Floats
    retrieves: bool
    core: bool


_NO_POOL = Pool(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.bool_), 0)


def pool_of(query: FormsQuery, segment: Segment, snapshot: Snapshot) -> Pool:
    """Pool all that a query means in one segment."""
    parts = list(_parts(query, segment, snapshot))
    return _pooled(parts, segment) if parts else _NO_POOL


def _parts(query: FormsQuery, segment: Segment, snapshot: Snapshot) -> Iterator[_Part]:
    for name in query.fields:
        source = segment.field(name)
        if source is None:
            continue
        weight = snapshot.settings.field_weight(name)
        for words, level, slop, share in phrases_of(query, snapshot):
            docs, counts = phrase_frequencies(words, level, slop, source, query.strict)
            yield _Part(docs, counts * np.float32(share * weight), True, True)
        if isinstance(query, PhraseQuery | AlternativeQuery):
            continue
        for kind, meanings in _by_kind(query.spans(source, snapshot)).items():
            postings = source.postings([span for m in meanings for span in m.spans])
            weights = np.array([w * weight for m in meanings for w in m.weights], np.float32)
            tfs = postings.tfs * np.repeat(weights, postings.counts)
            yield _Part(postings.docs, tfs, *kind)


def phrases_of(
    query: FormsQuery, snapshot: Snapshot
) -> Iterator[tuple[Any, str, int | None, float]]:
    """(words, level, slop, weight) of each phrase that a query means."""
    if isinstance(query, PhraseQuery):
        yield query.words, query.level, query.slop, 1.0
    elif isinstance(query, AlternativeQuery):
        for side in query.sides:
            yield side, "stem", None, 1.0
    elif isinstance(query, StemQuery):
        for side in query.phrases:
            yield side, "stem", None, snapshot.settings.variant


def _by_kind(meanings: Iterable[Meaning]) -> dict[tuple[bool, bool], list[Meaning]]:
    """Meanings by (retrieves, core): few gathers of postings instead of many."""
    kinds: dict[tuple[bool, bool], list[Meaning]] = {}
    for meaning in meanings:
        if meaning.spans:
            expansion = meaning.expansion
            kinds.setdefault((expansion.retrieves, expansion.core), []).append(meaning)
    return kinds


def _pooled(parts: list[_Part], segment: Segment) -> Pool:
    docs = np.concatenate([part.docs for part in parts])
    if not len(docs):
        return _NO_POOL
    tfs = np.concatenate([part.tfs for part in parts])
    marks = np.repeat(
        np.array([part.retrieves + 2 * part.core for part in parts], np.uint8),
        [len(part.docs) for part in parts],
    )
    pool = _sorted(docs, tfs, marks) if len(docs) * 8 < segment.size else None
    found, summed, kinds = pool or _dense(docs, tfs, marks, segment.size)
    if segment.live is not None:
        alive = segment.live.take(found)
        found, summed, kinds = found[alive], summed[alive], kinds[alive]
    return Pool(
        found,
        summed.astype(np.float32),
        (kinds & 1).astype(np.bool_),
        int(np.count_nonzero(kinds & 2)),
    )


_Summed = tuple[Docs, NDArray[np.float64], NDArray[np.uint8]]


def _sorted(docs: NDArray[Any], tfs: Floats, marks: NDArray[np.uint8]) -> _Summed:
    """Sum by document where few of the segment's documents are met."""
    order = np.argsort(docs, kind="stable")
    docs = docs.take(order)
    firsts = np.flatnonzero(np.concatenate([_FIRST, docs[1:] != docs[:-1]]))
    return (
        docs.take(firsts).astype(np.int64),
        np.add.reduceat(tfs.take(order).astype(np.float64), firsts),
        np.bitwise_or.reduceat(marks.take(order), firsts),
    )


def _dense(docs: NDArray[Any], tfs: Floats, marks: NDArray[np.uint8], size: int) -> _Summed:
    """Sum by document where many are met: one pass over an array of all documents."""
    summed = np.bincount(docs, weights=tfs, minlength=size).astype(np.float64)
    found = np.flatnonzero(summed > 0)
    met = np.zeros(size, np.uint8)
    for mark in (1, 2, 3):
        met[docs[marks == mark]] |= mark
    return found, summed.take(found), met.take(found)


_FIRST = np.ones(1, np.bool_)
