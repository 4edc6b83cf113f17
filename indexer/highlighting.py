"""Which words of a text did a query mean? From the leaves of a parsed query to a highlighter.

Marked is what made a document belong: forms that only added to its score (relatives by root,
neighbours in spelling) are not shown as found, unless the query retrieved by them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from analyzers.analyzer import Analysis, analyze_form
from analyzers.tokenizer import Tokenizer
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
from indexer.snippets import Highlighter


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

        def meetings(form: str) -> tuple[tuple[int, str], ...]:
            return _meetings(self.groups, analyze_form(form))

        return Highlighter(meetings, Tokenizer(), self.phrases, frozenset(self.loose))


def _meetings(
    groups: list[tuple[Expansion, ...] | PatternQuery], analysis: Analysis
) -> tuple[tuple[int, str], ...]:
    found = []
    for number, group in enumerate(groups):
        if isinstance(group, PatternQuery):
            tier = "folded" if group.meets(analysis) else None
        else:
            tier = tier_of(analysis, group)
        if tier is not None:
            found.append((number, tier))
    return tuple(found)


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
