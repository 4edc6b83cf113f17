"""Is one setting better than another, or is it luck? Paired bootstrap over queries.

Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 16: queries are drawn again
with replacement, within each collection; the mean of collections counts each the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
SEED = 20_261_122
_CELLS = 4_000_000

Scores = Mapping[str, float]
"""A measure by query id."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference:
    """How much B is above A: mean difference, 95 % interval, and p, two-sided."""

    name: str
    queries: int
    a: float
    b: float
    low: float
    high: float
    p: float

    @property
    def delta(self) -> float:
        """B minus A."""
        return self.b - self.a


def compare(
    a: Mapping[str, Scores], b: Mapping[str, Scores], resamples: int = RESAMPLES
) -> list[Difference]:
    """A row a collection, then their mean. Raises ValueError where the queries differ."""
    rng = np.random.default_rng(SEED)
    rows, means = [], []
    for name in a:
        if name not in b or a[name].keys() != b[name].keys():
            raise ValueError(f"{name}: the two runs answer different queries")
        if not a[name]:
            continue
        first = np.array([a[name][query] for query in a[name]])
        second = np.array([b[name][query] for query in a[name]])
        drawn = _resampled_means(second - first, resamples, rng)
        rows.append(_difference(name, len(first), float(first.mean()), float(second.mean()), drawn))
        means.append(drawn)
    if len(rows) > 1:
        count = sum(row.queries for row in rows)
        mean_a = float(np.mean([row.a for row in rows]))
        mean_b = float(np.mean([row.b for row in rows]))
        rows.append(_difference("mean", count, mean_a, mean_b, np.mean(means, axis=0)))
    return rows


def half(scores: Mapping[str, Scores], parity: int) -> dict[str, Scores]:
    """Every second query of each collection, from the first (parity 0) or the second (1)."""
    return {name: dict(list(by_query.items())[parity::2]) for name, by_query in scores.items()}


def _resampled_means(differences: Floats, resamples: int, rng: np.random.Generator) -> Floats:
    count = len(differences)
    step = max(1, _CELLS // count)
    means = np.empty(resamples)
    for start in range(0, resamples, step):
        size = (min(step, resamples - start), count)
        means[start : start + size[0]] = differences[rng.integers(0, count, size)].mean(axis=1)
    return means


def _difference(name: str, queries: int, a: float, b: float, drawn: Floats) -> Difference:
    low, high = np.quantile(drawn, [0.025, 0.975])
    worse, better = float((drawn <= 0).mean()), float((drawn >= 0).mean())
    p = min(1.0, 2 * min(worse, better))
    return Difference(name, queries, a, b, float(low), float(high), p)
