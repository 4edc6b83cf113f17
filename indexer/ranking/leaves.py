"""The matches, weight and score of one word, phrase or pattern of a query.

Words are pooled before saturation: the weighted term frequencies of all their forms in all their
fields are summed, then saturated once, then weighted by one idf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from analyzers.named import NamedTuple
from indexer.query.nodes import Leaf, PhraseQuery, leaf_words
from indexer.ranking.bm25 import idf, saturation
from indexer.ranking.gathering import Frequencies, Gathering
from indexer.ranking.resolve import Resolver
from indexer.ranking.selection import held_in, intersection, union
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import NO_DOCS, Docs, Floats, Segment

Scores = NDArray[np.float64]


class Alike(NamedTuple):
    """Distinct words that are searched in the same fields.

    numbers: in their gathering. idfs: [words, 1], multiplied by how often the query has the word;
    weights: those, multiplied by boosts too.
    """

    fields: tuple[str, ...]
    numbers: list[int]
    idfs: NDArray[np.float64]
    weights: NDArray[np.float64]


Verify = Callable[[Leaf, Segment, Docs], NDArray[np.bool_]]


class Leaves:
    """The leaves of queries over one snapshot; gathered once however often they are met.

    `verify`, where given, is asked which documents of a segment bear a leaf as it was written; what
    the others hold of it does not count.
    """

    def __init__(self, snapshot: Snapshot, verify: Verify | None = None) -> None:
        self.snapshot = snapshot
        self.resolver = Resolver.of(snapshot)
        self._verify = verify
        self._gatherings: dict[Leaf, Gathering] = {}
        self._members: dict[Leaf, tuple[Docs, Docs]] = {}
        self._idfs: dict[Leaf, float] = {}

    def gather(self, words: Sequence[Leaf]) -> tuple[Gathering, list[int]]:
        """One gathering of the postings of all these words, and their numbers in it."""
        known = {self._gatherings.get(word) for word in words}
        gathering = known.pop() if len(known) == 1 else None
        if gathering is None:
            gathering = Gathering(words, self.resolver)
            self._gatherings |= dict.fromkeys(words, gathering)
        return gathering, [gathering.number_of[word] for word in words]

    def members_of_any(self, words: Sequence[Leaf]) -> Docs:
        """The live documents with any of these leaves, ascending."""
        if self._verify is not None:
            return union([self.members(word) for word in words], self.snapshot.size)
        gathering, numbers = self.gather(words)
        return gathering.members(list(dict.fromkeys(numbers)))

    def members(self, query: Leaf) -> Docs:
        """The live documents that hold a leaf of a query, ascending."""
        return self._held(query)[0]

    def members_of_all(self, words: Sequence[Leaf]) -> Docs:
        """The live documents with all of these leaves, ascending."""
        if self._verify is not None:
            return intersection([self.members(word) for word in words], self.snapshot.size)
        gathering, numbers = self.gather(words)
        return gathering.members_of_all(list(dict.fromkeys(numbers)))

    def pooled(
        self, gathering: Gathering, numbers: Sequence[int], docs: Docs
    ) -> Iterator[tuple[slice, Frequencies, NDArray[np.bool_]]]:
        """See `Gathering.frequencies`; what is not as it was written counts for nothing."""
        found = gathering.frequencies(numbers, docs)
        if self._verify is None:
            yield from found
            return
        for some, own_tfs, own_held in found:
            tfs, held = own_tfs.copy(), own_held.copy()
            for row, number in enumerate(numbers[some]):
                refused = self._refused(gathering.words[number], docs)
                tfs[row, refused] = held[row, refused] = 0
            yield some, tfs, held

    def _refused(self, query: Leaf, docs: Docs) -> NDArray[np.int64]:
        """The places in `docs` of those that hold a leaf but not as it was written."""
        if not self._verifies(query):
            return NO_DOCS
        return held_in(docs, self._held(query)[1], self.snapshot.size).nonzero()[0]

    def _held(self, query: Leaf) -> tuple[Docs, Docs]:
        """The members, and those that are refused."""
        known = self._members.get(query)
        if known is None:
            gathering, numbers = self.gather([query])
            docs, refused = gathering.members(numbers), NO_DOCS
            if self._verifies(query):
                kept = self._kept(query, docs)
                docs, refused = docs[kept], docs[~kept]
            known = self._members[query] = docs, refused
        return known

    def _verifies(self, query: Leaf) -> bool:
        return self._verify is not None and any(word.written for word in leaf_words(query))

    def _kept(self, query: Leaf, docs: Docs) -> NDArray[np.bool_]:
        """By place in `docs`, which documents hold a leaf as it was written."""
        assert self._verify is not None  # noqa: S101  asked only then
        kept = np.zeros(len(docs), np.bool_)
        for segment in self.snapshot.segments:
            first, last = docs.searchsorted((segment.base, segment.base + segment.size))
            here = docs[first:last] - segment.base
            if len(here):
                kept[first:last] = self._verify(query, segment, here)
        return kept

    def document_frequency(self, query: Leaf) -> int:
        """How many live documents hold a leaf: those behind its idf."""
        df = self._document_frequency(query)
        return min(df, len(self.members(query))) or df if self._verifies(query) else df

    def _document_frequency(self, query: Leaf) -> int:
        memory = self.snapshot.memory
        return memory.named(("frequency", query), lambda: self._counted_frequency(query))

    def _counted_frequency(self, query: Leaf) -> int:
        known = self.snapshot.statistics.document_frequency(query)
        if known is not None:
            return known
        gathering, (number,) = self.gather([query])
        return gathering.document_frequency(number)

    def idf(self, query: Leaf) -> float:
        """What a word weighs; a phrase, as much as its words together."""
        known = self._idfs.get(query)
        if known is None:
            if isinstance(query, PhraseQuery):
                known = self._phrase_idf(query)
            else:
                known = idf(self.snapshot.documents, self.document_frequency(query))
            self._idfs[query] = known
        return known

    def _phrase_idf(self, query: PhraseQuery) -> float:
        dfs = map(self._document_frequency, query.weighing)
        documents = self.snapshot.documents
        return sum(idf(documents, df) for df in dfs) or idf(documents, documents)

    def frequencies(self, query: Leaf, docs: Docs) -> Frequencies:
        """How often some documents, which ascend, hold a leaf or what only adds to its score."""
        gathering, numbers = self.gather([query])
        ((_, (tfs,), _),) = self.pooled(gathering, numbers, docs)
        held: Frequencies = tfs
        return held

    def alike(self, words: Sequence[Leaf]) -> tuple[Gathering, list[Alike]]:
        """Some words by the fields that they are searched in, and the gathering that has them."""
        gathering, numbers = self.gather(words)
        groups: dict[tuple[str, ...], dict[int, list[float]]] = {}
        for word, number in zip(words, numbers, strict=True):
            idf = self.idf(word)
            known = groups.setdefault(word.fields, {}).setdefault(number, [0.0, 0.0])
            known[0] += idf
            known[1] += idf * word.boost
        return gathering, [
            Alike(fields, list(group), *np.array(list(group.values())).T[:, :, np.newaxis])
            for fields, group in groups.items()
        ]

    def summed(
        self, gathering: Gathering, groups: Sequence[Alike], docs: Docs
    ) -> tuple[Scores, Scores]:
        """What words give to each of some documents, and the idf of those that it holds."""
        parts = [part for group in groups for part in self._parts(gathering, group, docs)]
        if len(parts) == 1:
            return parts[0]
        sums, covered = np.zeros(len(docs)), np.zeros(len(docs))
        for gained, held in parts:
            sums += gained
            covered += held
        return sums, covered

    def _parts(
        self, gathering: Gathering, group: Alike, docs: Docs
    ) -> Iterator[tuple[Scores, Scores]]:
        """What `summed` sums: as many words at once as memory allows."""
        fields, numbers, idfs, weights = group
        norms = self.snapshot.norms(fields).take(docs)
        for some, tfs, held in self.pooled(gathering, numbers, docs):
            gained = saturation(tfs, norms, self.snapshot.settings.k1)
            gained *= weights[some]
            yield gained.sum(axis=0), (held * idfs[some]).sum(axis=0)

    def bounds(self, gathering: Gathering, groups: Sequence[Alike], docs: Docs) -> Floats:
        """At least what words give to each of some documents, see `Gathering.bounds`."""
        bounds = np.zeros(len(docs), np.float32)
        for fields, numbers, _, weights in groups:
            norms, k1 = self.snapshot.norms(fields), self.snapshot.settings.k1
            bounds += gathering.bounds(numbers, weights[:, 0], norms, k1, docs)
        return bounds

    def scores(self, words: Sequence[Leaf], docs: Docs) -> Scores:
        """What some leaves give together to each of some documents, which ascend."""
        gathering, groups = self.alike(words)
        return self.summed(gathering, groups, docs)[0]
