"""How good is a ranking, by judged queries? nDCG, reciprocal rank, recall, as in trec_eval.

Pure functions over document ids; refuses to search or to read files. Gains are linear, discounts
log2, and a query without any answer counts 0.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

Judgements = Mapping[str, int]
"""Relevance by document id, for one query; a document is relevant if above 0."""


@dataclass(frozen=True, slots=True)
class Measures:
    """The four measures, of one query or as the mean of many."""

    ndcg_10: float
    mrr_10: float
    recall_10: float
    recall_100: float


def ndcg(ranking: Sequence[str], judgements: Judgements, depth: int) -> float:
    """Discounted gain of the first `depth` documents over that of the best order there could be."""
    ideal = _discounted(sorted(judgements.values(), reverse=True)[:depth])
    if not ideal:
        return 0.0
    return _discounted([judgements.get(document, 0) for document in ranking[:depth]]) / ideal


def _discounted(gains: Sequence[int]) -> float:
    return sum(max(gain, 0) / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def reciprocal_rank(ranking: Sequence[str], judgements: Judgements, depth: int) -> float:
    """One over the rank of the first relevant document; 0 if it is not among the first `depth`."""
    for rank, document in enumerate(ranking[:depth], 1):
        if judgements.get(document, 0) > 0:
            return 1 / rank
    return 0.0


def recall(ranking: Sequence[str], judgements: Judgements, depth: int) -> float:
    """The share of the relevant documents that are among the first `depth`."""
    relevant = {document for document, gain in judgements.items() if gain > 0}
    if not relevant:
        return 0.0
    return len(relevant.intersection(ranking[:depth])) / len(relevant)


def measure(ranking: Sequence[str], judgements: Judgements) -> Measures:
    """All measures of one query."""
    return Measures(
        ndcg_10=ndcg(ranking, judgements, 10),
        mrr_10=reciprocal_rank(ranking, judgements, 10),
        recall_10=recall(ranking, judgements, 10),
        recall_100=recall(ranking, judgements, 100),
    )


def mean(measured: Collection[Measures]) -> Measures:
    """The mean over queries, each counting the same; 0 for none."""
    count = max(len(measured), 1)
    return Measures(
        ndcg_10=math.fsum(m.ndcg_10 for m in measured) / count,
        mrr_10=math.fsum(m.mrr_10 for m in measured) / count,
        recall_10=math.fsum(m.recall_10 for m in measured) / count,
        recall_100=math.fsum(m.recall_100 for m in measured) / count,
    )


def judged(judgements: Judgements) -> bool:
    """Whether a query has an answer at all, so that it can be measured."""
    return any(gain > 0 for gain in judgements.values())
