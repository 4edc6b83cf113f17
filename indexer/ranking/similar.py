"""Which documents are like one? Those that share the words that tell it from others.

A word tells as much as it is frequent in the document and rare in the index (tf-idf over stems, as
Lucene's MoreLikeThis). The most telling ones become a query; a document belongs if it holds enough
of them, and is scored by BM25. Texts that are the same again are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from analyzers.analyzer import analyze_form
from analyzers.named import NamedTuple
from analyzers.ranked import distinct_of
from analyzers.tokenizer import shared_tokenizer
from indexer.copies.pairs import are_copies
from indexer.copies.prints import Grams, grams_of, hashes_in
from indexer.query.grammar import ParsedQuery
from indexer.query.nodes import Leaf, Node, OrQuery, QueryWord, StemQuery
from indexer.ranking.bm25 import idf
from indexer.ranking.evaluator import Evaluator, Ranked, TieKey
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import Docs

WORDS = 25
"""The most telling words of a document, by which others are found; Lucene takes as many."""

_CONSIDERED = 4 * WORDS
"""Words whose documents are counted, of those that tell most by their occurrences."""

_SHORTEST = 2
"""Letters of a stem; a single one is an initial or the number of a section."""

SHARE = 0.15
"""Of the weight of these words, what a document must hold to belong."""

_COMPARED = 20_000
"""Words of a text, from its beginning, that are compared."""


class Sample(NamedTuple):
    """The words of a document: its title and text, as they are stored."""

    title: str
    text: str

    @classmethod
    def of(cls, snapshot: Snapshot, doc: int) -> Sample:
        """That of a document of the snapshot."""
        return cls(snapshot.text(doc, "title"), snapshot.text(doc, "text"))


def considered(sample: Sample, snapshot: Snapshot, fields: tuple[str, ...]) -> list[StemQuery]:
    """The words that tell most by how often they occur, each weighed by its share of a document."""
    vocabulary, documents = snapshot.vocabulary(fields), snapshot.documents
    amounts = _amounts(sample, snapshot)
    rough = {
        stem: amount * idf(documents, min(vocabulary.count("stem", stem), documents))
        for stem, (_, amount) in amounts.items()
    }
    best = sorted(rough, key=lambda stem: (-rough[stem], stem))[:_CONSIDERED]
    return [
        StemQuery(fields, QueryWord.of(form), "stem", amount, respell=False)
        for form, amount in map(amounts.__getitem__, best)
    ]


def telling(leaves: Sequence[StemQuery], evaluator: Evaluator) -> ParsedQuery:
    """The most telling ones of some words as a query; no words where none is met elsewhere.

    The places of the words are those in `text_of`.
    """
    weights = {
        leaf: leaf.boost * evaluator.leaves.idf(leaf)
        for leaf in leaves
        if evaluator.leaves.document_frequency(leaf) > 1
    }
    best = sorted(weights, key=lambda leaf: (-weights[leaf], leaf.word.unmarked))[:WORDS]
    return as_query(best)


def as_query(leaves: Sequence[StemQuery]) -> ParsedQuery:
    """Words as a query, each with its place in the text that they make with spaces between."""
    placed, start = [], 0
    for leaf in leaves:
        end = start + len(leaf.word.unmarked)
        word = leaf.word._replace(start=start, end=end)
        placed.append(StemQuery(leaf.fields, word, leaf.match, leaf.boost, respell=False))
        start = end + 1
    return ParsedQuery(OrQuery((*placed,)), tuple(leaf.word for leaf in placed), (*placed,))


def text_of(parsed: ParsedQuery) -> str:
    """The words of such a query, as a reader sees them."""
    return " ".join(word.unmarked for word in parsed.words)


def _amounts(sample: Sample, snapshot: Snapshot) -> dict[str, tuple[str, float]]:
    """(the commonest form, how often the document has it) of each stem, 1 for the most frequent.

    Words of the title count several times, as in any search; stopwords and signs do not.
    """
    counts: Counter[str] = Counter()
    tokenizer = shared_tokenizer()
    for name, text in (("title", sample.title), ("text", sample.text)):
        ids, times = np.unique(tokenizer.tokenize(text).form_ids, return_counts=True)
        weight = snapshot.settings.field_weight(name)
        for form, count in zip(ids.tolist(), times.tolist(), strict=True):
            counts[tokenizer.forms[form]] += weight * count
    pooled: dict[str, tuple[str, float]] = {}
    for form, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        analysis = analyze_form(form)
        if analysis.stopword or len(analysis.stem) < _SHORTEST or not form.isalnum():
            continue
        first, before = pooled.get(analysis.stem, (form, 0.0))
        pooled[analysis.stem] = (first, before + count)
    most = max((tf for _, tf in pooled.values()), default=1.0)
    return {stem: (form, tf / most) for stem, (form, tf) in pooled.items()}


def weights_of(leaves: Sequence[Leaf], evaluator: Evaluator) -> dict[Leaf, float]:
    """What a document is credited with for holding each of some words."""
    return {leaf: evaluator.leaves.idf(leaf) * leaf.boost for leaf in leaves}


def enough(weights: Mapping[Leaf, float]) -> float:
    """What a document must be credited with to belong."""
    return max(SHARE * sum(weights.values()), float(np.finfo(float).tiny))


class Likeness:
    """The documents that are like one, by its telling words."""

    def __init__(self, evaluator: Evaluator, parsed: ParsedQuery, doc: int) -> None:
        self._evaluator = evaluator
        self._leaves = parsed.leaves
        self._query: Node = parsed.query
        self._doc = doc

    def ranked(self, admitted: Docs | None, count: int | None, ties: TieKey) -> Ranked:
        """The `count` best (all if None) of some documents, without the one itself and its copies.

        admitted: which may belong, None for all. Copies are looked for among the best, so that the
        total may count some that are further down.
        """
        docs, scores = self.ordered(admitted, ties)
        kept, copies = self._without_copies(docs, count)
        return Ranked(docs.take(kept), scores.take(kept), len(docs) - copies)

    def ordered(self, admitted: Docs | None, ties: TieKey) -> tuple[Docs, NDArray[np.float32]]:
        """(documents, their scores): all that belong but for the one itself, best first."""
        docs = self._belonging(admitted)
        scores = self._evaluator.scores(self._query, docs).astype(np.float32)
        order = np.lexsort((ties(docs), -scores))
        return docs.take(order), scores.take(order)

    def _belonging(self, admitted: Docs | None) -> Docs:
        """The documents that hold enough, ascending, but for the one itself."""
        evaluator = self._evaluator
        held = np.zeros(evaluator.snapshot.size)
        weights = weights_of(self._leaves, evaluator)
        for leaf, weight in weights.items():
            held[evaluator.leaves.members(leaf)] += weight
        held[self._doc] = 0.0
        docs: Docs = np.flatnonzero(held >= enough(weights))
        return docs if admitted is None else docs[np.isin(docs, admitted)]

    def _without_copies(self, docs: Docs, count: int | None) -> tuple[NDArray[np.int64], int]:
        """(the places of the first `count` that are no copies, how many copies are before them)."""
        own = _grams(Sample.of(self._evaluator.snapshot, self._doc).text)
        others = (
            place
            for place, doc in enumerate(docs.tolist())
            if not are_copies(own, _grams(Sample.of(self._evaluator.snapshot, doc).text))
        )
        kept = np.fromiter(islice(others, count), np.int64)
        seen = (
            len(docs) if count is None or len(kept) < count else int(kept[-1]) + 1 if count else 0
        )
        return kept, seen - len(kept)


def _grams(text: str) -> Grams:
    """The runs of five words of a text, each once, ascending."""
    (hashes,) = hashes_in([text])
    return distinct_of(grams_of(hashes[:_COMPARED]))
