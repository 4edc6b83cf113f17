"""Which terms does a word of a query mean? A word becomes named groups of terms with weights.

An expansion names a group by level and key ("stem", "كتاب") instead of listing terms: each segment
resolves it against its own term dictionary. Groups are in order of strength; a term belongs to the
first that holds it, which gives it its tier and its weight.
"""

from __future__ import annotations

from dataclasses import dataclass

from analyzers.analyzer import Analysis, analyze_form

TIER_WEIGHTS = {"exact": 1.0, "folded": 1.0, "stem": 1.0}
"""What one occurrence counts, by the tier at which it met the word."""

LEVEL_OF_TIER = {"exact": "exact", "folded": "folded", "stem": "stem"}


@dataclass(frozen=True, slots=True)
class Expansion:
    """A group of terms: all whose form at `level` is `key`. `retrieves`: it makes members."""

    level: str
    key: str
    tier: str
    weight: float
    retrieves: bool = True


@dataclass(frozen=True, slots=True)
class QueryWord:
    """A word of a query: `query[start:end]` is where it was written."""

    analysis: Analysis
    start: int = 0
    end: int = 0

    @classmethod
    def of(cls, unmarked: str, start: int = 0, end: int = 0) -> QueryWord:
        """The word of an unmarked form."""
        return cls(analyze_form(unmarked), start, end)

    @property
    def unmarked(self) -> str:
        """The unmarked form, by which the word is named in messages."""
        return self.analysis.unmarked


def key_at(analysis: Analysis, level: str) -> str:
    """The form of a term at a level, which names its group there."""
    return analysis.unmarked if level == "exact" else str(getattr(analysis, level))


def expand(word: QueryWord, match: str) -> tuple[Expansion, ...]:
    """The groups that `word` means when documents may belong by the tier `match` or a stronger."""
    tiers = ("exact", "folded", "stem")
    last = tiers.index(match) if match in tiers else len(tiers) - 1
    return tuple(
        Expansion(tier, key_at(word.analysis, tier), tier, TIER_WEIGHTS[tier])
        for tier in tiers[: last + 1]
    )


def tier_of(analysis: Analysis, expansions: tuple[Expansion, ...]) -> str | None:
    """The tier at which a written form meets the word so expanded, None if it does not."""
    for expansion in expansions:
        if key_at(analysis, expansion.level) == expansion.key:
            return expansion.tier
    return None
