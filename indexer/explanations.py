"""Why has a hit its score? What `--explain` hands out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TermExplanation:
    """What one word of the query added to the score of one hit.

    Frequencies and lengths are summed over the fields, each weighted (a word of the title counts as
    several), so that `pooled_tf` is the sum of weight * tf over the terms. The contribution is
    idf * saturation of the pooled tf in a document of this length, times the word's boosts.
    """

    word: str
    terms: tuple[tuple[str, str, float, float], ...]
    """(written form, tier, tier weight, tf in the hit) of every form met in the hit."""
    df: int
    idf: float
    pooled_tf: float
    length: float
    contribution: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """The parts of a hit's score; contributions of the words + proximity + constant == score.

    `constant` is what belongs to no single word: the bonus for holding several of them.
    """

    words: tuple[TermExplanation, ...]
    proximity: float
    constant: float
    score: float
