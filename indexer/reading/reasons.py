"""Why does a query find nothing? Each reason with a code, in numbers and words of the query.

Asked only where nothing was found: it goes through the tree of the query to the place where the
last documents are lost, and asks what there would be without a filter. The command line words it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Literal

from analyzers.named import NamedTuple
from indexer.query.nodes import (
    AlternativeQuery,
    AndQuery,
    ExceptQuery,
    FilterQuery,
    Leaf,
    Node,
    NothingQuery,
    OrQuery,
    PatternQuery,
    PatternWord,
    PhraseQuery,
    PhraseWord,
    QueryWord,
    RequireQuery,
    StemQuery,
    WordsQuery,
    children_of,
    words_of,
)
from indexer.results import FIELD_NAMES, SearchOptions, SearchResults, UnknownWord

if TYPE_CHECKING:
    from indexer.folder.newer import Newer
    from indexer.reading.search import Search
    from indexer.reports import FileProblem

Code = Literal[
    "no_words", "empty_index", "unknown_word", "doubted_word", "other_field", "other_form",
    "no_form", "apart", "phrase", "excluded", "filter", "no_file", "no_place", "no_dates",
    "other_dates", "old_index", "unreadable", "other_kinds",
]  # fmt: skip


class Reason(NamedTuple):
    """A reason why nothing was found.

    no_words     the query holds none
    empty_index  the index holds no documents
    unknown_word words: one that no document holds; names: those nearest to it
    doubted_word words: one that is rare; names: what was probably meant; counts: how often it is
                 written
    other_field  words: one that stands elsewhere; names: the fields where it was looked for;
                 counts: how many documents hold it
    other_form   words: one whose own letters are asked for; counts: how many documents hold other
                 forms of it
    no_form      words: a pattern that no form of the index fits
    apart        words: wanted, and never in one document; counts: how many hold each, or, where
                 any two of them do meet, how many hold all but the word at its place
    phrase       words: the phrase; counts: how many documents hold its words apart
    excluded     words: what is not wanted; counts: how many documents there are without that
    filter       names: what filters, an option or a piece of the query; counts: how many documents
                 there are without it
    no_file      names: the pattern of paths that no indexed file has
    no_place     names: the folder, below which no file is indexed
    no_dates     names: the filter by date; counts: how many documents there are without it, none
                 of which has a date
    other_dates  names: that filter, and the first and the last date of those documents; counts: how
                 many they are, how many have none
    old_index    counts: how many files are new in the folder, how many may have changed
    unreadable   counts: how many files could not be read
    other_kinds  names: endings of files that are never read; counts: how many there are of each
    """

    code: Code
    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()


Count = Callable[[SearchOptions], int]
"""How many documents the query finds with other options."""

_RELAXED = ("field", "strict", "all_words", "match")
"""Options that narrow what a word means or how many are wanted; the others filter documents."""

_NARROWING = {name: name for name in (*_RELAXED, "since", "until")} | {
    "field": "fields",
    "in": "within",
    "here": "below",
    "files_from": "only",
}
"""The names of the command line, and what `SearchOptions` calls them."""

_LEADING = ("phrase", "excluded", "filter", "no_dates", "other_dates")
"""Reasons without which there would be documents."""

_MOST_WORDS = 12
"""Wanted words of which any two are compared."""

_MOST_KINDS = 5


def of_query(search: Search, results: SearchResults, count: Count) -> list[Reason]:
    """What in a query keeps it from finding anything."""
    if not search.parsed.leaves and isinstance(search.parsed.query, NothingQuery):
        return [Reason("no_words")]
    tree = _Tree(search)
    reasons = [*tree.unknown(results.unknown_words), *tree.why(search.query)]
    led = any(reason.code in _LEADING for reason in reasons)
    reasons += without_options(search.options, count, led=led)
    return list(dict.fromkeys(reasons))


def of_index(documents: int, problems: Sequence[FileProblem], newer: Newer) -> list[Reason]:
    """What in the index, or beside it, may be missing."""
    reasons = [] if documents else [Reason("empty_index")]
    if newer.added or newer.changed:
        reasons.append(Reason("old_index", counts=(newer.added, newer.changed)))
    unreadable = sum(problem.fatal for problem in problems)
    if unreadable:
        reasons.append(Reason("unreadable", counts=(unreadable,)))
    kinds = sorted(newer.other_kinds.items(), key=lambda kind: (-kind[1], kind[0]))[:_MOST_KINDS]
    if kinds:
        names, counts = zip(*kinds, strict=True)
        reasons.append(Reason("other_kinds", names=names, counts=counts))
    return reasons


def without_options(options: SearchOptions, count: Count, *, led: bool) -> list[Reason]:
    """What there would be without each option, or without all where none alone is to blame.

    led: whether it is known already what leads to documents.
    """
    default = SearchOptions()
    bare = options._replace(
        limit=1, offset=0, snippets=0, places=False, mark_titles=False, explain=False
    )
    values = {
        name: {field: getattr(default, field)}
        for name, field in _NARROWING.items()
        if getattr(options, field, None) != getattr(default, field, None)
    }
    single = [
        Reason("filter", names=(name,), counts=(total,))
        for name in values
        if name in _RELAXED and (total := count(bare._replace(**values[name])))
    ]
    if single or led or not values:
        return single
    together = {field: value for one in values.values() for field, value in one.items()}
    total = count(bare._replace(**together))
    return [Reason("filter", names=tuple(values), counts=(total,))] if total else []


class _Tree:
    """Goes through the tree of a query that has no members, to where the last are lost."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._text = search.text
        self._members = search.evaluator.members
        self._words = list(words_of(search.parsed.leaves))

    def unknown(self, words: Sequence[UnknownWord]) -> list[Reason]:
        """Words that no document holds where they were looked for."""
        leaves = {self._written((word,)): (leaf, word) for leaf, word in self._words}
        reasons = []
        for unknown in words:
            if unknown.held:
                named = (unknown.word,), unknown.suggestions, (unknown.written,)
                reasons.append(Reason("doubted_word", *named))
                continue
            if unknown.word not in leaves:  # letters that were read as two words
                reasons.append(Reason("unknown_word", (unknown.word,), unknown.suggestions))
                continue
            leaf, word = leaves[unknown.word]
            elsewhere = self._count(StemQuery(FIELD_NAMES, word, strict=leaf.strict, respell=False))
            if elsewhere and leaf.fields != FIELD_NAMES:
                found = (unknown.word,), leaf.fields, (elsewhere,)
                reasons.append(Reason("other_field", *found))
            else:
                reasons.append(Reason("unknown_word", (unknown.word,), unknown.suggestions))
        return reasons

    def why(self, node: Node) -> list[Reason]:
        """Why a node has no members."""
        if isinstance(node, ExceptQuery):
            count = self._count(node.a)
            if not count:
                return self.why(node.a)
            return [Reason("excluded", self._labels(node.b), counts=(count,))]
        if isinstance(node, RequireQuery):
            return self._unmet(node)
        if isinstance(node, AndQuery):
            return self._never_together(node.subqueries)
        if isinstance(node, PhraseQuery):
            return self._torn(node)
        if isinstance(node, PatternQuery):
            return [Reason("no_form", (self._label(node),))]
        if isinstance(node, StemQuery):
            others = self._count(
                StemQuery(node.fields, node.word, strict=node.strict, respell=False)
            )
            return [Reason("other_form", (self._label(node),), counts=(others,))] * bool(others)
        return [reason for child in children_of(node) for reason in self.why(child)]

    def _unmet(self, node: RequireQuery) -> list[Reason]:
        """What is wanted of the members of `a`, words or filters, and met by none of them."""
        wanted = node.b.subqueries if isinstance(node.b, AndQuery) else (node.b,)
        filters = [part for part in wanted if isinstance(part, FilterQuery)]
        if not filters:
            return self._never_together(wanted)
        found = [] if self._count(node.a) else self.why(node.a)
        return found + [reason for part in filters for reason in self._filtered(part, node.a)]

    def _never_together(self, wanted: Sequence[Node]) -> list[Reason]:
        """Why no document holds all of some nodes."""
        absent = [node for node in wanted if not self._count(node)]
        if absent:
            return [reason for node in absent for reason in self.why(node)]
        sets = [frozenset(self._members(node).tolist()) for node in wanted[:_MOST_WORDS]]
        labels = [self._label(node) for node in wanted[:_MOST_WORDS]]
        for (a, first), (b, second) in combinations(zip(labels, sets, strict=True), 2):
            if not first & second:
                return [Reason("apart", (a, b), counts=(len(first), len(second)))]
        if len(sets) < 2 or frozenset.intersection(*sets):
            return []  # more words than are compared
        others = (sets[:place] + sets[place + 1 :] for place in range(len(sets)))
        counts = (len(frozenset.intersection(*rest)) for rest in others)
        return [Reason("apart", tuple(labels), counts=tuple(counts))]

    def _torn(self, phrase: PhraseQuery) -> list[Reason]:
        """Why a phrase stands nowhere though its words do."""
        words = [self._loose(phrase, word) for word in phrase.words]
        together = self._count(AndQuery(tuple(dict.fromkeys(words))))
        if together:
            return [Reason("phrase", (self._label(phrase),), counts=(together,))]
        return self._never_together(words)

    def _loose(self, phrase: PhraseQuery, word: PhraseWord) -> Leaf:
        """A word of a phrase by itself, wherever it stands."""
        if isinstance(word, PatternWord):
            return PatternQuery(phrase.fields, word.pattern, strict=phrase.strict)
        return StemQuery(phrase.fields, word, strict=phrase.strict, respell=False)

    def _filtered(self, part: FilterQuery, others: Node) -> list[Reason]:
        """What a filter takes from what is found without it."""
        names = (part.written,) if part.written else self._filter_options()
        reasons: list[Reason] = []
        if part.written and part.files is not None and not part.files:
            reasons.append(Reason("no_file", names=(part.written,)))
        elif not part.written:
            reasons += self._nowhere()
        docs = self._members(others)
        if not len(docs):
            return reasons
        if part.dates is None:
            return reasons or [Reason("filter", names=names, counts=(len(docs),))]
        dates = [date for doc in docs.tolist() if (date := self._dates[doc])]
        if not dates:
            return [*reasons, Reason("no_dates", names=names, counts=(len(docs),))]
        counts = (len(docs), len(docs) - len(dates))
        spread = (*names, min(dates), max(dates))
        return [*reasons, Reason("other_dates", names=spread, counts=counts)]

    def _filter_options(self) -> tuple[str, ...]:
        """The options that make a filter that the query does not write."""
        options, admitted = self._search.options, self._search.admitted
        given = [(name, _NARROWING[name] in admitted) for name in ("in", "here", "files_from")]
        given += [(name, bool(getattr(options, name, ""))) for name in ("since", "until")]
        return tuple(name for name, is_given in given if is_given)

    def _nowhere(self) -> list[Reason]:
        """The patterns of paths, or the folder, that no indexed file is in."""
        options = self._search.options
        empty = {name for name, files in self._search.admitted.items() if not files}
        globs = options.within if "within" in empty else ()
        found = [Reason("no_file", names=(glob,)) for glob in globs]
        return found + [Reason("no_place", names=(options.below,))] * ("below" in empty)

    @cached_property
    def _dates(self) -> list[str]:
        """The date of each document, empty where it has none."""
        return [d for s in self._search.snapshot.segments for d in s.dates.tolist()]

    def _count(self, node: Node) -> int:
        return len(self._members(node))

    def _labels(self, node: Node) -> tuple[str, ...]:
        parts = node.subqueries if isinstance(node, OrQuery) else (node,)
        return tuple(map(self._label, parts))

    def _label(self, node: Node) -> str:
        """A node as the query writes it, as far as that is known."""
        if isinstance(node, StemQuery):
            return self._written((node.word,))
        if isinstance(node, PhraseQuery):
            return f"«{self._written(node.words)}»"
        if isinstance(node, PatternQuery):
            return str(node.pattern)
        if isinstance(node, AlternativeQuery):
            return ""
        if isinstance(node, FilterQuery):
            return node.written
        parts = [label for child in children_of(node) if (label := self._label(child))]
        sign = " OR " if isinstance(node, OrQuery) else " "
        bare = len(parts) == 1 or not isinstance(node, OrQuery | WordsQuery)
        return sign.join(parts) if bare else f"({sign.join(parts)})"

    def _written(self, words: Sequence[PhraseWord]) -> str:
        written = self._text[words[0].start : words[-1].end]
        return written or " ".join(
            word.unmarked if isinstance(word, QueryWord) else str(word) for word in words
        )
