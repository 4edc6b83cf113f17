"""How often does a word stand in each document, all its forms and fields taken together?

Pooling comes before saturation: a document that holds كتاب twice and والكتب once holds the word
three times. Forms that met by a weaker tier count less. Sums are of 64 bits and of numbers of 24,
so that they are exact, and no order of forms or segments changes a score.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.ranking.phrases import phrase_frequencies
from indexer.ranking.queries import FormsQuery, Terms
from indexer.ranking.segment import Docs, Gathered
from indexer.ranking.snapshot import Snapshot

Frequencies = NDArray[np.float64]

_DENSE_SHARE = 8
"""One posting for so many documents: from there on a pass over all documents beats sorting."""


class Pool(NamedTuple):
    """Ascending docs (of the whole index, live), and the pooled tf in each."""

    docs: Docs
    tfs: Frequencies


class Occurrences(NamedTuple):
    """Docs and weighted tfs of postings, in any order, deleted documents among them.

    `single`: the docs ascend and none comes twice.
    """

    docs: Docs
    tfs: Frequencies
    single: bool


Found = Sequence[tuple[Terms, Gathered]]
"""Terms, and their postings."""

NO_DOCS = np.zeros(0, np.int64)
NOTHING = Pool(NO_DOCS, np.zeros(0))


def look_up(terms: Iterable[Terms]) -> Found:
    """The postings of some terms."""
    return [(part, part.source.postings(part.spans)) for part in terms]


def occurrences_of(found: Found) -> Occurrences:
    """Postings over all segments and fields, weighted."""
    docs, tfs = [], []
    single, last_base = True, -1
    for part, postings in found:
        base = part.segment.base
        docs.append(np.add(postings.docs, base, dtype=np.int64))
        weights = part.weights[:1] if part.alike else part.weights.repeat(postings.counts)
        tfs.append(np.multiply(postings.tfs, weights, dtype=np.float64))
        single &= part.is_term and base > last_base
        last_base = base
    if len(docs) == 1:
        return Occurrences(docs[0], tfs[0], single)
    return Occurrences(np.concatenate(docs), np.concatenate(tfs), single)


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
                    found.append(Occurrences(docs + segment.base, counts * share, False))
    return found


def pooled(parts: Sequence[Occurrences], snapshot: Snapshot) -> Pool:
    """Sum by document."""
    parts = [part for part in parts if len(part.docs)]
    if not parts:
        return NOTHING
    if len(parts) == 1:
        docs, tfs, single = parts[0]
    else:
        docs = np.concatenate([part.docs for part in parts])
        tfs = np.concatenate([part.tfs for part in parts])
        single = False
    if not single and len(docs) * _DENSE_SHARE < snapshot.size:
        docs, tfs = _sorted(docs, tfs)
    elif not single:
        summed = summed_at(docs, tfs, snapshot.size)
        docs = np.flatnonzero(summed > 0)
        tfs = summed.take(docs)
    if snapshot.live is not None:
        alive = snapshot.live.take(docs)
        docs, tfs = docs[alive], tfs[alive]
    return Pool(docs, tfs)


def summed_at(places: Docs, values: Frequencies, size: int) -> Frequencies:
    """By place below `size`, the sum of the values that are there."""
    return np.bincount(places, values, size).astype(np.float64, copy=False)


def _sorted(docs: Docs, tfs: Frequencies) -> Pool:
    """Sum by document where few of all documents are met; lists that ascend merge fast."""
    order = np.argsort(docs, kind="stable")
    docs = docs.take(order)
    firsts = np.flatnonzero(np.concatenate([_FIRST, docs[1:] != docs[:-1]]))
    return Pool(docs.take(firsts), np.add.reduceat(tfs.take(order), firsts))


def distinct(docs: Docs, snapshot: Snapshot) -> int:
    """How many live documents are among these."""
    met = np.zeros(snapshot.size, np.bool_)
    met[docs] = True
    if snapshot.live is not None:
        met &= snapshot.live
    return int(np.count_nonzero(met))


_FIRST = np.ones(1, np.bool_)
