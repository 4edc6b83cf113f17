"""Which words of a text did a query mean? From the leaves of a parsed query to a highlighter.

Marked is what made a document belong: forms that only added to its score (relatives by root,
neighbours in spelling) are not shown as found, unless the query retrieved by them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from analyzers.analyzer import Analysis, analyze_form
from analyzers.tokenizer import shared_tokenizer
from indexer.ranking.evaluate import Evaluator
from indexer.ranking.expand import Expansion, QueryWord, key_at, tier_of, written_groups
from indexer.ranking.parser import ParsedQuery
from indexer.ranking.queries import (
    AlternativeQuery,
    FormsQuery,
    PatternQuery,
    PhraseQuery,
    StemQuery,
)
from indexer.snippets import Highlighter, Meetings


@dataclass(slots=True)
class Targets:
    """What to look for, numbered: a word's groups, or a pattern. `weights` by number.

    `phrases` are sequences of numbers that count only together; the other numbers are `loose`.
    """

    groups: list[tuple[Expansion, ...] | PatternQuery] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    phrases: list[tuple[int, ...]] = field(default_factory=list)
    loose: set[int] = field(default_factory=set)

    def add(self, groups: tuple[Expansion, ...] | PatternQuery, weight: float) -> int:
        """Look for one thing more; its number."""
        self.groups.append(groups)
        self.weights.append(weight)
        return len(self.groups) - 1

    def add_phrase(self, groups: list[tuple[Expansion, ...]], weight: float) -> None:
        """Look for words that stand together, each given by its groups."""
        self.phrases.append(tuple(self.add(group, weight / len(groups)) for group in groups))

    def highlighter(self) -> Highlighter:
        """What finds all this in texts."""
        finder = _Finder(self.groups)
        return Highlighter(finder.meetings, shared_tokenizer(), self.phrases, frozenset(self.loose))


class _Finder:
    """Says which targets an unmarked form meets, by a look-up a level."""

    def __init__(self, groups: list[tuple[Expansion, ...] | PatternQuery]) -> None:
        self._by_key: dict[str, dict[str, list[tuple[int, int, str]]]] = {}
        self._others: list[tuple[int, tuple[Expansion, ...] | PatternQuery]] = []
        for number, group in enumerate(groups):
            if isinstance(group, PatternQuery) or any(e.level == "nearest" for e in group):
                self._others.append((number, group))
                continue
            for rank, expansion in enumerate(group):
                keys = self._by_key.setdefault(expansion.level, {})
                keys.setdefault(expansion.key, []).append((number, rank, expansion.tier))

    def meetings(self, form: str) -> Meetings:
        """(number, tier) of each target that the form meets, the strongest tier of each."""
        analysis = analyze_form(form)
        found: dict[int, tuple[int, str]] = {}
        for level, keys in self._by_key.items():
            for number, rank, tier in keys.get(key_at(analysis, level), ()):
                if number not in found or rank < found[number][0]:
                    found[number] = (rank, tier)
        met = [(number, tier) for number, (_, tier) in found.items()]
        for number, group in self._others:
            other = _other_tier(group, analysis)
            if other is not None:
                met.append((number, other))
        return tuple(met)


def _other_tier(group: tuple[Expansion, ...] | PatternQuery, analysis: Analysis) -> str | None:
    if isinstance(group, PatternQuery):
        return "folded" if group.meets(analysis) else None
    return tier_of(analysis, group)


def targets_of(parsed: ParsedQuery, evaluator: Evaluator) -> Targets:
    """What a parsed query looks for, weighted by idf."""
    targets = Targets()
    for leaf in parsed.leaves:
        _add(targets, leaf, evaluator)
    return targets


def _add(targets: Targets, leaf: FormsQuery, evaluator: Evaluator) -> None:
    weight = evaluator.leaf(leaf).idf
    if isinstance(leaf, StemQuery):
        groups = leaf.expansions(evaluator.snapshot)
        shown = tuple(group for group in groups if group.retrieves)
        targets.loose.add(targets.add(shown, weight))
        for side in leaf.phrases:
            targets.add_phrase(_side(side), weight)
    elif isinstance(leaf, PatternQuery):
        targets.loose.add(targets.add(leaf, weight))
    elif isinstance(leaf, AlternativeQuery):
        for side in leaf.sides:
            targets.add_phrase(_side(side), weight)
    elif isinstance(leaf, PhraseQuery):
        settings = evaluator.snapshot.settings
        words = [tuple(written_groups(word, leaf.level, settings)) for word in leaf.words]
        if leaf.slop is None:
            targets.add_phrase(words, weight)
        else:
            targets.loose |= {targets.add(groups, weight / len(words)) for groups in words}


def _side(words: tuple[QueryWord, ...]) -> list[tuple[Expansion, ...]]:
    """A side of the variant table: each word by its stem."""
    return [(Expansion("stem", key_at(w.analysis, "stem"), "variant", 1.0),) for w in words]
