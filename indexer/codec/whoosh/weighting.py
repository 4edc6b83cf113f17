"""Fahras's BM25 as a Whoosh weighting model, for query types that Whoosh evaluates itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from whoosh.scoring import BaseScorer, WeightingModel

from indexer.ranking.bm25 import idf
from indexer.ranking.settings import DEFAULT, RankingSettings


class FahrasWeighting(WeightingModel):  # type: ignore[misc]
    """The same idf, saturation and lengths as `ranking.bm25`, one field and one term at a time."""

    def __init__(self, settings: RankingSettings = DEFAULT) -> None:
        self._settings = settings

    def scorer(self, searcher: Any, fieldname: str, text: Any, qf: int = 1) -> Any:
        """The scorer of one term in one field."""
        return _TermScorer(searcher, fieldname, text, self._settings)


class _TermScorer(BaseScorer):  # type: ignore[misc]
    def __init__(self, searcher: Any, field: str, text: Any, settings: RankingSettings) -> None:
        self._settings = settings
        whole = searcher.get_parent()
        documents = whole.doc_count_all()
        self._idf = idf(documents, whole.doc_frequency(field, text))
        self._average = (whole.field_length(field) / max(documents, 1)) or 1.0
        self._length = searcher.doc_field_length
        self._field = field

    def supports_block_quality(self) -> bool:
        """No bounds are kept: every posting is scored."""
        return False

    def score(self, matcher: Any) -> float:
        """BM25 of the matcher's current posting."""
        tf = matcher.weight()
        k1, b = self._settings.k1, self._settings.b
        norm = k1 * (1 - b + b * self._length(matcher.id(), self._field) / self._average)
        return float(np.float32(self._idf * tf * (k1 + 1) / (tf + norm)))

    def max_quality(self) -> float:
        """The score that no posting reaches."""
        return float(self._idf * (self._settings.k1 + 1))
