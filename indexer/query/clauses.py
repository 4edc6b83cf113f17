"""How do clauses side by side become one query? Wanted, welcome, not wanted, and other names.

The parser finds the clauses; what stands here knows no syntax.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from whoosh import query as whoosh_query

from indexer.ranking.expand import QueryWord
from indexer.ranking.queries import (
    AlternativeQuery,
    FormsQuery,
    StemQuery,
    WordsQuery,
    leaves_of,
)


class Clause(NamedTuple):
    """One item of a sequence: its query and its sign. `weak`: it holds stopwords only.

    '+' wanted, '-' not wanted, '=' a filter that restricts the others, '' as good as any other.
    """

    query: Any
    sign: str
    weak: bool = False


class Options(Protocol):
    """What composing asks of a parser."""

    @property
    def all_words(self) -> bool:
        """Whether every word is wanted."""

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
        self.leaves: list[FormsQuery] = []

    def conjoined(self, clauses: list[Clause]) -> Clause:
        """All the clauses as one: each is wanted, unless it says itself that it is not."""
        weak = all(clause.weak for clause in clauses)
        return Clause(self.combine([c._replace(sign=c.sign or "+") for c in clauses]), "", weak)

    def combine(self, clauses: Sequence[Clause]) -> Any:
        """One query from clauses side by side, stopwords left out where anything else stands."""
        kept = [c for c in clauses if not c.weak]
        if kept:
            self.forget(c for c in clauses if c.weak)
        else:
            kept = list(clauses)
        kept = self.with_alternatives(kept)
        wanted = ("+", "") if self._options.all_words else ("+",)
        return _assemble(
            scored=[c.query for c in kept if c.sign in ("+", "")],
            must=[c.query for c in kept if c.sign in wanted],
            never=[c.query for c in kept if c.sign == "-"],
            filters=[c.query for c in kept if c.sign == "="],
        )

    def with_alternatives(self, clauses: list[Clause]) -> list[Clause]:
        """The clauses, and beside words that are one name together, the other names for it.

        Where the words are all wanted, another name will do instead of them.
        """
        result: list[Clause] = []
        at = 0
        while at < len(clauses):
            length = self.name_length(clauses, at)
            named = clauses[at : at + length]
            at += length
            if length == 1:
                result += named
                continue
            first = named[0].query
            sides = self._options.sides_of([clause.query.word for clause in named])
            other = AlternativeQuery(first.fields, sides, strict=self._options.letters)
            self.leaves.append(other)
            if all(clause.sign == "+" for clause in named) or self._options.all_words:
                together = whoosh_query.And([clause.query for clause in named])
                result.append(Clause(whoosh_query.Or([together, other]), "+"))
            else:
                result += [*named, Clause(other, "")]
        return result

    def name_length(self, clauses: list[Clause], at: int) -> int:
        """How many clauses from `at` on are the words of one name of the table; 1 if none are.

        They are words, not groups or the like, and alike: all wanted or all welcome, in the same
        fields.
        """
        first = clauses[at]
        words: list[QueryWord] = []
        for clause in clauses[at : at + self._options.longest_side]:
            query = clause.query
            if not isinstance(query, StemQuery) or clause.sign not in ("", "+"):
                break
            if (query.fields, clause.sign) != (first.query.fields, first.sign):
                break
            words.append(query.word)
        for length in range(len(words), 1, -1):
            if self._options.sides_of(words[:length]):
                return length
        return 1

    def forget(self, clauses: Iterable[Clause]) -> None:
        """Take the leaves of clauses that are left out from those that are scored and shown."""
        gone = {id(leaf) for clause in clauses for leaf in leaves_of(clause.query)}
        if gone:
            self.leaves[:] = [leaf for leaf in self.leaves if id(leaf) not in gone]


def _assemble(scored: list[Any], must: list[Any], never: list[Any], filters: list[Any]) -> Any:
    """One query of what is scored, in the order of the query, and the parts that must be there."""
    query: Any = whoosh_query.NullQuery
    if scored:
        query = joined(WordsQuery, scored)
        if must and len(scored) > 1:
            query = whoosh_query.Require(query, joined(whoosh_query.And, must))
    elif never or filters:
        query = whoosh_query.Every(boost=0.0)
    if filters:
        query = whoosh_query.Require(query, joined(whoosh_query.And, filters))
    if never:
        query = whoosh_query.AndNot(query, joined(whoosh_query.Or, never))
    return query


def joined(kind: Any, queries: list[Any]) -> Any:
    """A Whoosh query of a kind over some queries; of one, itself."""
    return queries[0] if len(queries) == 1 else kind(queries)
