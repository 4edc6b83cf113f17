"""Compose clauses side by side into one query: required, optional, excluded, and other names.

The parser finds the clauses; this file knows no syntax.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal, Protocol

from analyzers.named import NamedTuple
from indexer.query.negations import negated
from indexer.query.nodes import (
    LEAVES,
    AlternativeQuery,
    AndQuery,
    EveryQuery,
    ExceptQuery,
    Leaf,
    Node,
    NothingQuery,
    OrQuery,
    QueryWord,
    Question,
    RequireQuery,
    StemQuery,
    WordsQuery,
    leaves_of,
)

Sign = Literal["", "+", "-", "="]


class Clause(NamedTuple):
    """One item of a sequence: its query and its sign. `weak`: it holds stopwords only.

    '+' wanted, '-' not wanted, '=' a filter that restricts the others, '' as good as any other.
    """

    query: Node
    sign: Sign
    weak: bool = False


class Options(Protocol):
    """What composing asks of a parser."""

    @property
    def all_words(self) -> bool:
        """Whether every word is wanted."""

    @property
    def negation(self) -> float:
        """What a negator and its word count together."""

    @property
    def letters(self) -> frozenset[str]:
        """The foldings of letters that are turned off."""

    @property
    def longest_side(self) -> int:
        """How many words of a query the variant table can take together."""

    def sides_of(self, words: Sequence[QueryWord]) -> tuple[tuple[QueryWord, ...], ...]:
        """What the variant table sets beside these words."""


class Composer:
    """Composes the clauses of one query; `leaves` are what is scored and shown of it so far."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.leaves: list[Leaf] = []

    def conjoined(self, clauses: list[Clause]) -> Clause:
        """All the clauses as one: each is required unless it is excluded."""
        weak = all(clause.weak for clause in clauses)
        return Clause(self.combine([c._replace(sign=c.sign or "+") for c in clauses]), "", weak)

    def combine(self, clauses: Sequence[Clause], question: Question | None = None) -> Node:
        """One query from clauses side by side, without stopwords if there is anything else.

        question: what they ask, where they are the whole query.
        """
        kept = [c for c in clauses if not c.weak]
        negations = self.negations(clauses)
        if kept:
            self.forget(c for c in clauses if c.weak)
        else:
            kept = list(clauses)
        kept = self.with_alternatives(kept)
        wanted = ("+", "") if self._options.all_words else ("+",)
        return _assemble(
            scored=[*(c.query for c in kept if c.sign in ("+", "")), *negations],
            must=[c.query for c in kept if c.sign in wanted],
            never=[c.query for c in kept if c.sign == "-"],
            filters=[c.query for c in kept if c.sign == "="],
            question=question,
        )

    def negations(self, clauses: Sequence[Clause]) -> list[AlternativeQuery]:
        """For each word with a negator before it, the two together: scored, never asked for."""
        found = []
        for one, other in pairwise(clauses):
            if not (_is_loose(one) and _is_loose(other)) or other.weak:
                continue
            negator, word = one.query, other.query
            assert isinstance(negator, StemQuery)  # noqa: S101  _is_loose says so
            assert isinstance(word, StemQuery)  # noqa: S101
            sides = negated(negator.word, word.word) if negator.fields == word.fields else ()
            if sides and self._options.negation > 0:
                boost = word.boost * self._options.negation
                found.append(AlternativeQuery(word.fields, sides, boost, self._options.letters))
        self.leaves += found
        return found

    def with_alternatives(self, clauses: list[Clause]) -> list[Clause]:
        """The clauses, and beside words that are one name together, the other names for it.

        Where the words are all wanted, another name will do instead of them.
        """
        result: list[Clause] = []
        at = 0
        while at < len(clauses):
            name = self.name_at(clauses, at)
            named = clauses[at : at + max(len(name), 1)]
            at += len(named)
            if not name:
                result += named
                continue
            sides = self._options.sides_of([query.word for query in name])
            other = AlternativeQuery(name[0].fields, sides, strict=self._options.letters)
            self.leaves.append(other)
            if named[0].sign == "+" or self._options.all_words:
                result.append(Clause(OrQuery((AndQuery(tuple(name)), other)), "+"))
            else:
                result += [*named, Clause(other, "")]
        return result

    def name_at(self, clauses: list[Clause], at: int) -> list[StemQuery]:
        """The words from `at` on that are one name of the table, [] where there is none.

        They are words, not groups or the like, and alike: all wanted or all welcome, in the same
        fields.
        """
        words: list[StemQuery] = []
        for query, sign, _ in clauses[at : at + self._options.longest_side]:
            if not isinstance(query, StemQuery) or sign not in ("", "+"):
                break
            if words and (query.fields, sign) != (words[0].fields, clauses[at].sign):
                break
            words.append(query)
        for length in range(len(words), 1, -1):
            if self._options.sides_of([query.word for query in words[:length]]):
                return words[:length]
        return []

    def forget(self, clauses: Iterable[Clause]) -> None:
        """Take the leaves of clauses that are left out from those that are scored and shown."""
        gone = {id(leaf) for clause in clauses for leaf in leaves_of(clause.query)}
        if gone:
            self.leaves[:] = [leaf for leaf in self.leaves if id(leaf) not in gone]


def _is_loose(clause: Clause) -> bool:
    """Whether it is a word that may be written otherwise, and may be missing."""
    query = clause.query
    if not isinstance(query, StemQuery) or query.quoted or clause.sign:
        return False
    return query.match not in ("exact", "folded")


def _assemble(
    scored: list[Node],
    must: list[Node],
    never: list[Node],
    filters: list[Node],
    question: Question | None,
) -> Node:
    """One query of what is scored, in the order of the query, and the parts that must be there."""
    query: Node = NothingQuery()
    if scored:
        query = joined(WordsQuery, scored)
        if question is not None and all(isinstance(node, LEAVES) for node in scored):
            query = WordsQuery(tuple(scored), question=question)
        if must and len(scored) > 1:
            query = RequireQuery(query, joined(AndQuery, must))
    elif never or filters:
        query = EveryQuery()
    if filters:
        query = RequireQuery(query, joined(AndQuery, filters))
    if never:
        query = ExceptQuery(query, joined(OrQuery, never))
    return query


def joined(kind: type[WordsQuery | OrQuery | AndQuery], queries: Sequence[Node]) -> Node:
    """A query of a kind over some queries; of one, itself."""
    return queries[0] if len(queries) == 1 else kind(tuple(queries))
