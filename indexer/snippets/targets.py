"""The targets that a query looks for in texts, made from the leaves of the parsed query.

They are the forms that make a document match: forms that only add to its score (relatives by root,
neighbours in spelling) are not highlighted, unless the query retrieved by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from analyzers.analyzer import Analysis, analyze_form
from indexer.query.letters import letters_agree, marks_agree
from indexer.query.nodes import (
    AlternativeQuery,
    Leaf,
    PatternQuery,
    PatternWord,
    PhraseQuery,
    PhraseWord,
    QueryWord,
    StemQuery,
    stretches,
)
from indexer.ranking.evaluator import Evaluator
from indexer.ranking.expand import Expansion, group_of, key_at
from indexer.ranking.meanings import Phrase
from indexer.ranking.resolve import Resolver
from indexer.ranking.settings import RankingSettings
from indexer.ranking.source import Level
from indexer.results import Tier
from indexer.snippets.highlighter import Meetings, Way

SoughtWord = tuple[tuple[Expansion, ...] | PatternQuery, str]
"""The groups of a word or its pattern, and how it is written if its vowel marks are asked for."""

SoughtWay = tuple[int, int, Sequence[SoughtWord]]
"""See `highlighter.Way`, with what is to be looked for."""


class Targets:
    """What to look for, numbered: a word's groups, or a pattern. `weights` by number.

    The numbers in `phrases` count only together; the others are `loose`.
    `written` has, by number, the words of the query whose vowel marks are asked for. `strict` are
    the foldings of letters that are turned off.
    """

    def __init__(self, settings: RankingSettings) -> None:
        self._settings = settings
        self.weights: list[float] = []
        self.phrases: list[tuple[Way, ...]] = []
        self.loose: set[int] = set()
        self.written: dict[int, str] = {}
        self.strict: frozenset[str] = frozenset()
        self._by_key: dict[Level, dict[str, list[tuple[int, int, Expansion]]]] = {}
        self._others: list[tuple[int, tuple[Expansion, ...] | PatternQuery]] = []

    def add(
        self, groups: tuple[Expansion, ...] | PatternQuery, weight: float, written: str = ""
    ) -> int:
        """Look for one thing more; its number. Groups are looked up by level and key."""
        number = len(self.weights)
        self.weights.append(weight)
        if written:
            self.written[number] = written
        if isinstance(groups, PatternQuery) or any(e.level == "nearest" for e in groups):
            self._others.append((number, groups))
            return number
        for rank, expansion in enumerate(groups):
            assert expansion.level != "nearest"  # noqa: S101  those were kept apart
            keys = self._by_key.setdefault(expansion.level, {})
            keys.setdefault(expansion.key, []).append((number, rank, expansion))
        return number

    def add_phrase(self, ways: Sequence[SoughtWay], weight: float) -> None:
        """Look for words that stand together, each with its groups."""
        share = weight / max(last for _, last, _ in ways)
        self.phrases.append(
            tuple(
                Way(first, last, tuple(self.add(sought, share, how) for sought, how in words))
                for first, last, words in ways
            )
        )

    def meetings(self, form: str) -> Meetings:
        """(number, tier) of each target that the form meets, the strongest tier of each."""
        analysis = analyze_form(form)
        found: dict[int, tuple[int, Expansion]] = {}
        for level, keys in self._by_key.items():
            for number, rank, expansion in keys.get(key_at(analysis, level), ()):
                stronger = number not in found or rank < found[number][0]
                if stronger and expansion.admits(form):
                    found[number] = (rank, expansion)
        met = [
            (number, group.tier)
            for number, (_, group) in found.items()
            if self._agrees(group, analysis)
        ]
        for number, groups in self._others:
            other = self._other_tier(groups, analysis)
            if other is not None:
                met.append((number, other))
        return tuple(met)

    def admits(self, target: int, word: str) -> bool:
        """Whether a word of a text has the required vowel marks."""
        return target not in self.written or marks_agree(self.written[target], word)

    def _other_tier(
        self, groups: tuple[Expansion, ...] | PatternQuery, analysis: Analysis
    ) -> Tier | None:
        if isinstance(groups, PatternQuery):
            return groups.tier(analysis)
        group = group_of(analysis, groups, self._settings)
        return group.tier if group is not None and self._agrees(group, analysis) else None

    def _agrees(self, group: Expansion, analysis: Analysis) -> bool:
        return not self.strict or letters_agree(group.form, analysis.unmarked, self.strict)


def targets_of(leaves: Iterable[Leaf], evaluator: Evaluator) -> Targets:
    """What the leaves of one query look for, weighted by idf."""
    targets = Targets(evaluator.snapshot.settings)
    for leaf in leaves:
        _add(targets, leaf, evaluator.leaves.resolver, evaluator.leaves.idf(leaf))
    return targets


def targets_of_leaf(leaf: Leaf, resolver: Resolver) -> Targets:
    """What a single leaf looks for, to whoever asks only whether it is there."""
    targets = Targets(resolver.snapshot.settings)
    _add(targets, leaf, resolver, 0.0)
    return targets


def _add(targets: Targets, leaf: Leaf, resolver: Resolver, weight: float) -> None:
    """Look for one leaf more; all leaves of a query have the same foldings turned off."""
    targets.strict = leaf.strict
    match leaf:
        case StemQuery():
            shown = tuple(group for group in resolver.expansions(leaf) if group.retrieves)
            targets.loose.add(targets.add(shown, weight, leaf.word.written))
            for phrase in resolver.phrases(leaf):
                targets.add_phrase([_side(leaf, phrase, resolver)], weight)
        case PatternQuery():
            targets.loose.add(targets.add(leaf, weight))
        case AlternativeQuery():
            for phrase in resolver.phrases(leaf):
                targets.add_phrase([_side(leaf, phrase, resolver)], weight)
        case PhraseQuery():
            _add_phrase(targets, leaf, resolver, weight)
        case _:
            assert_never(leaf)


def _add_phrase(targets: Targets, leaf: PhraseQuery, resolver: Resolver, weight: float) -> None:
    """Add the words of a phrase as one target; near words (with slop) as a target each."""
    names: list[SoughtWay] = []
    beside: dict[int, tuple[Expansion, ...]] = {}
    for other in leaf.others:
        groups = [
            resolver.phrase_groups(word, leaf.level, leaf.fields, named=True)
            for word in other.words
        ]
        if other.is_of_one_word:
            beside[other.first] = (*beside.get(other.first, ()), *groups[0])
        else:
            names.append((other.first, other.last, [(group, "") for group in groups]))
    words = [
        _sought(word, leaf, resolver, beside.get(at, ())) for at, word in enumerate(leaf.words)
    ]
    if leaf.slop is None:
        cut = stretches(len(words), ((first, last) for first, last, _ in names))
        own = [(first, last, words[first:last]) for first, last in cut]
        targets.add_phrase([*own, *names], weight)
        return
    share = weight / len(words)
    for sought, written in words:
        targets.loose.add(targets.add(sought, share, written))
    for _, _, name in names:
        targets.add_phrase([(0, len(name), name)], share)


def _sought(
    word: PhraseWord, leaf: PhraseQuery, resolver: Resolver, beside: tuple[Expansion, ...]
) -> SoughtWord:
    """What a word of a phrase looks for, other words that may stand for it `beside`."""
    if isinstance(word, PatternWord):
        return PatternQuery(leaf.fields, word.pattern, strict=leaf.strict), ""
    groups = resolver.phrase_groups(word, leaf.level, leaf.fields)
    return (*groups, *beside), word.written


def _side(leaf: StemQuery | AlternativeQuery, phrase: Phrase, resolver: Resolver) -> SoughtWay:
    """A side of the variant table."""
    words: list[SoughtWord] = []
    for word in phrase.words:
        assert isinstance(word, QueryWord)  # noqa: S101  a table has no stars
        groups = resolver.phrase_groups(word, phrase.level, leaf.fields)
        words.append((tuple(group._replace(tier="variant") for group in groups), ""))
    return (0, len(words), words)
