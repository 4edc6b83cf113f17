"""How much is a word worth in a document? The one weighting model of Fahras.

BM25 as in Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), with Lucene's
never negative idf. Fields are combined before saturation, as in their BM25F: term frequencies and
lengths are sums weighted by field.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]


def idf(documents: int, document_frequency: int) -> float:
    """ln(1 + (N - df + 0.5) / (df + 0.5)): at least 0, largest for words of a single document."""
    return math.log(1 + (documents - document_frequency + 0.5) / (document_frequency + 0.5))


def length_norms(
    lengths: NDArray[np.float32], average: float, k1: float, b: float
) -> NDArray[np.float32]:
    """What a document's length adds to the denominator: k1 * (1 - b + b * length / average).

    More than 0 even where k1 is: then a word that is there counts one, and one that is not, none.
    """
    average = average if average > 0 else 1.0
    norms = lengths * np.float32(k1 * b / average) + np.float32(k1 * (1 - b))
    least: NDArray[np.float32] = np.maximum(norms, np.finfo(np.float32).tiny)
    return least


def saturation(frequencies: Floats, norms: Floats, k1: float) -> Floats:
    """Saturate: tf * (k1 + 1) / (tf + norm) grows with tf, never above k1 + 1."""
    saturated = frequencies + norms
    np.divide(frequencies, saturated, out=saturated)
    saturated *= k1 + 1
    return saturated
