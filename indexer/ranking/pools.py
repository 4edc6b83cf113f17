"""How often does a word stand in each document, all its forms and fields taken together?

Pooling comes before saturation: a document that holds كتاب twice and والكتب once holds the word
three times. Forms that met by a weaker tier count less. Sums are of 64 bits and of numbers of 24,
so that they are exact, and no order of forms or segments changes a score.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.codec.postings import changes
from indexer.ranking.phrases import phrase_frequencies
from indexer.ranking.queries import FormsQuery, Terms
from indexer.ranking.segment import Docs, Gathered
from indexer.ranking.snapshot import Segment, Snapshot

Frequencies = NDArray[np.float64]

_DENSE_SHARE = 8
"""One posting for so many documents: from there on a pass over all documents beats sorting."""


class Pool(NamedTuple):
    """Ascending docs (of the whole index, live), and the pooled tf in each."""

    docs: Docs
    tfs: Frequencies


class Occurrences(NamedTuple):
    """Postings of one segment with what they count, in any order, deleted documents among them.

    docs: docnums, of any integer type. `single`: they ascend and none comes twice.
    """

    segment: Segment
    docs: NDArray[Any]
    tfs: Frequencies
    single: bool


Found = Sequence[tuple[Terms, Gathered]]
"""Terms, and their postings."""

NO_DOCS = np.zeros(0, np.int64)
NOTHING = Pool(NO_DOCS, np.zeros(0))


def look_up(terms: Iterable[Terms]) -> Found:
    """The postings of some terms."""
    return [(part, part.source.gather(part.located)) for part in terms]


def occurrences_of(found: Found) -> list[Occurrences]:
    """Postings, weighted."""
    occurrences = []
    for part, postings in found:
        weights = part.weights[:1] if part.alike else part.weights.repeat(postings.counts)
        tfs = np.multiply(postings.tfs, weights, dtype=np.float64)
        occurrences.append(Occurrences(part.segment, postings.docs, tfs, part.is_term))
    return occurrences


def phrases_of(query: FormsQuery, snapshot: Snapshot) -> list[Occurrences]:
    """Where the phrases stand that count as a query, weighted."""
    found = []
    for phrase in query.phrases(snapshot):
        for segment in snapshot.segments:
            for name in query.fields:
                source = segment.field(name)
                if source is None:
                    continue
                share = np.float64(np.float32(phrase.weight * snapshot.settings.field_weight(name)))
                docs, counts = phrase_frequencies(
                    phrase.words, phrase.level, phrase.slop, source, query.strict
                )
                if len(docs):
                    found.append(Occurrences(segment, docs, counts * share, True))
    return found


def pooled(parts: Sequence[Occurrences], snapshot: Snapshot) -> Pool:
    """Sum by document."""
    count = sum(len(part.docs) for part in parts)
    if not count:
        return NOTHING
    if len({part.segment.base for part in parts if part.single}) == len(parts):
        parts = sorted(parts, key=lambda part: part.segment.base)
        docs, tfs = docs_of(parts), joined_tfs(parts)
    elif count * _DENSE_SHARE < snapshot.size:
        docs, tfs = _sorted(docs_of(parts), joined_tfs(parts))
    else:
        docs, tfs = _dense(parts, snapshot.size)
    if snapshot.live is not None:
        alive = snapshot.live.take(docs)
        docs, tfs = docs[alive], tfs[alive]
    return Pool(docs, tfs)


def docs_of(parts: Sequence[Occurrences]) -> Docs:
    """The documents of postings by their numbers in the index, end to end."""
    based = [np.add(part.docs, part.segment.base, dtype=np.int64) for part in parts]
    return based[0] if len(based) == 1 else np.concatenate([NO_DOCS, *based])


def joined_tfs(parts: Sequence[Occurrences]) -> Frequencies:
    """What postings count, end to end."""
    return parts[0].tfs if len(parts) == 1 else np.concatenate([part.tfs for part in parts])


def _dense(parts: Sequence[Occurrences], size: int) -> Pool:
    """Sum by document where many are met: one pass over an array of all documents."""
    summed = np.zeros(size)
    for part in parts:
        base, count = part.segment.base, part.segment.size
        summed[base : base + count] += np.bincount(part.docs, part.tfs, count)
    docs = (summed > 0).nonzero()[0]
    return Pool(docs, summed.take(docs))


def summed_at(places: Docs, values: Frequencies, size: int) -> Frequencies:
    """By place below `size`, the sum of the values that are there."""
    return np.bincount(places, values, size).astype(np.float64, copy=False)


def _sorted(docs: Docs, tfs: Frequencies) -> Pool:
    """Sum by document where few of all documents are met; lists that ascend merge fast."""
    order = np.argsort(docs, kind="stable")
    docs = docs.take(order)
    firsts = np.flatnonzero(changes(docs))
    return Pool(docs.take(firsts), np.add.reduceat(tfs.take(order), firsts))


def distinct(parts: Iterable[Occurrences], snapshot: Snapshot) -> int:
    """How many live documents hold any of these."""
    met = np.zeros(snapshot.size, np.bool_)
    for part in parts:
        met[part.segment.base : part.segment.base + part.segment.size][part.docs] = True
    if snapshot.live is not None:
        met &= snapshot.live
    return int(np.count_nonzero(met))
