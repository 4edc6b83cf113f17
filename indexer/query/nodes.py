"""What is a query, once it is parsed? A small tree of plain frozen values: no Whoosh, no arrays.

What a node means in an index is told elsewhere: `ranking.resolve` finds the terms of a leaf,
`ranking.evaluator` who is a member and what it scores, `snippets.targets` what is marked. Each
goes through all kinds of `Leaf` or `Node` and ends in `assert_never`, so that mypy names every
place that a new kind must be added to.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from analyzers.analyzer import Analysis, analyze_form
from analyzers.named import NamedTuple
from indexer.query.values import Value

if TYPE_CHECKING:
    from indexer.query.patterns import FormPattern
    from indexer.results import Tier


class QueryWord(NamedTuple):
    """A word of a query: `query[start:end]` is where it was written.

    `written` is how, where its vowel marks are asked for; else it is empty.
    """

    analysis: Analysis
    start: int = 0
    end: int = 0
    written: str = ""

    @classmethod
    def of(cls, unmarked: str, start: int = 0, end: int = 0) -> QueryWord:
        """The word of an unmarked form."""
        return cls(analyze_form(unmarked), start, end)

    @property
    def unmarked(self) -> str:
        """The unmarked form, by which the word is named in messages."""
        return self.analysis.unmarked

    def __str__(self) -> str:
        return self.unmarked


class PatternWord(NamedTuple):
    """A word of a phrase with a star or a tilde: every form that fits."""

    pattern: FormPattern
    start: int = 0
    end: int = 0

    def __str__(self) -> str:
        return str(self.pattern)


PhraseWord = QueryWord | PatternWord

WordLevel = Literal["exact", "folded", "joined", "stem", "plural", "variant", "root"]
"""How a word is compared: a `MatchLevel`, or "joined", which is that of quoted words.

That is the folded form, also behind the proclitics that are written joined (لحقوق, وللأمن).
"""

Side = tuple[QueryWord, ...]
"""A side of a row of the variant table: words that count where they stand together."""


class OtherName(NamedTuple):
    """Words that may stand in a phrase for its words `first` to `last`, which is exclusive."""

    first: int
    last: int
    words: Side

    @property
    def is_of_one_word(self) -> bool:
        """Whether it is one word for one, which is one more form of that."""
        return self.last - self.first == len(self.words) == 1


def stretches(count: int, others: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The words of a phrase of `count`, cut where another name for some of them begins or ends."""
    return list(pairwise(sorted({0, count, *(end for span in others for end in span)})))


def _forms(side: Sequence[PhraseWord]) -> tuple[Hashable, ...]:
    return tuple(
        (word.unmarked, word.written)
        if isinstance(word, QueryWord)
        else (type(word.pattern).__name__, word.pattern)
        for word in side
    )


class _Compared(Value):
    """Compared and hashed by `identity`, which leaves out where words were written."""

    @property
    def identity(self) -> Hashable:
        raise NotImplementedError

    @cached_property
    def _key(self) -> Hashable:
        return (type(self).__name__, self.identity)

    @cached_property
    def _hash(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, _Compared) and self._key == other._key)

    def __hash__(self) -> int:
        return self._hash


class StemQuery(_Compared):
    """A word: all written forms that meet it at the tier `match` or a stronger one.

    A `quoted` word meets its letters behind joined proclitics at every level from "joined" on.
    `fields` are searched together: their term frequencies are pooled. `variants` are the unmarked
    forms that a table sets beside the word; `sides`, the sides of the table that are several words.
    `strict` are the foldings of letters that are turned off, see `query.letters`. With `respell` a
    word that the index lacks may be replaced by one that is spelled like it.
    """

    fields: tuple[str, ...]
    word: QueryWord
    match: WordLevel = "variant"
    boost: float = 1.0
    variants: tuple[str, ...] = ()
    sides: tuple[Side, ...] = ()
    strict: frozenset[str] = frozenset()
    respell: bool = True
    quoted: bool = False

    @property
    def identity(self) -> Hashable:
        """See _Compared."""
        word = (self.word.unmarked, self.word.written)
        sides = tuple(map(_forms, self.sides))
        how = (self.match, self.boost, self.strict, self.respell, self.quoted)
        return (self.fields, word, self.variants, sides, how)


class AlternativeQuery(_Compared):
    """Other names for several words of the query together: نوفمبر where it says تشرين الثاني.

    `sides` are words or phrases; a document that holds any of them belongs.
    """

    fields: tuple[str, ...]
    sides: tuple[Side, ...]
    boost: float = 1.0
    strict: frozenset[str] = frozenset()

    @property
    def identity(self) -> Hashable:
        """See _Compared."""
        return (self.fields, tuple(map(_forms, self.sides)), self.boost, self.strict)


class PatternQuery(_Compared):
    """A word with a star, or one that may be misspelled: every form that fits the pattern."""

    fields: tuple[str, ...]
    pattern: FormPattern
    boost: float = 1.0
    strict: frozenset[str] = frozenset()

    @property
    def identity(self) -> Hashable:
        """See _Compared."""
        kind = type(self.pattern).__name__
        return (self.fields, kind, self.pattern, self.boost, self.strict)

    def tier(self, analysis: Analysis) -> Tier | None:
        """The tier at which a written form is meant, None if it is not."""
        tier = self.pattern.tier(analysis.folded)
        strictly = not self.strict or self.pattern.agrees(analysis.unmarked, self.strict)
        return tier if strictly else None


class PhraseQuery(_Compared):
    """Words in this order, nothing between them, each compared at `level`.

    `others` are other names for some of them: a place of the phrase has one or the other. With
    `slop`, the words in any order with at most so many other words between them in all.
    """

    fields: tuple[str, ...]
    words: tuple[PhraseWord, ...]
    level: WordLevel = "folded"
    slop: int | None = None
    boost: float = 1.0
    strict: frozenset[str] = frozenset()
    others: tuple[OtherName, ...] = ()

    @property
    def identity(self) -> Hashable:
        """See _Compared."""
        others = tuple((name.first, name.last, _forms(name.words)) for name in self.others)
        how = (self.level, self.slop, self.boost, self.strict)
        return (self.fields, _forms(self.words), others, how)

    @cached_property
    def weighing(self) -> tuple[StemQuery | PatternQuery, ...]:
        """The words that make a phrase weigh what it does, each by itself."""
        return tuple(
            PatternQuery(self.fields, word.pattern, strict=self.strict)
            if isinstance(word, PatternWord)
            else StemQuery(
                self.fields,
                QueryWord(word.analysis),
                "stem" if self.level in ("plural", "variant", "root") else self.level,
                strict=self.strict,
                respell=False,
                quoted=True,
            )
            for word in self.words
            if isinstance(word, PatternWord) or not word.analysis.stopword
        )


Leaf = StemQuery | AlternativeQuery | PatternQuery | PhraseQuery
"""What has terms, and so a score of its own."""

LEAVES = (StemQuery, AlternativeQuery, PatternQuery, PhraseQuery)


class FilterQuery(_Compared):
    """Documents whose file or date passes a test; adds nothing to scores.

    `files`, where given, are the file numbers admitted; `dates`, where given, the first and the
    last ISO date prefix admitted, either of which may be empty. `written` is how the query has it.
    """

    files: frozenset[int] | None = None
    dates: tuple[str, str] | None = None
    written: str = ""

    @property
    def identity(self) -> Hashable:
        """See _Compared."""
        return (self.files, self.dates)


class Question(NamedTuple):
    """What a query asks that is a question.

    whether: it is answered by yes or no. noun: what names what its question word asks for, where no
    word of the query does: معنى for ما, تاريخ for متى.
    """

    whether: bool
    noun: StemQuery | None = None


class WordsQuery(Value):
    """Words side by side, in the order of the query: any makes a document belong.

    Documents that hold more of the words gain, and those that hold neighbours as neighbours, or
    that answer as the `question` asks.
    """

    subqueries: tuple[Node, ...]
    boost: float = 1.0
    question: Question | None = None


class OrQuery(Value):
    """Any of some queries; scores are summed."""

    subqueries: tuple[Node, ...]
    boost: float = 1.0


class AndQuery(Value):
    """All of some queries; scores are summed."""

    subqueries: tuple[Node, ...]
    boost: float = 1.0


class RequireQuery(Value):
    """What belongs to both; scored by the first alone."""

    a: Node
    b: Node


class ExceptQuery(Value):
    """What belongs to the first and not to the second; scored by the first."""

    a: Node
    b: Node


class EveryQuery(_Compared):
    """All documents, each with score 0."""

    @property
    def identity(self) -> Hashable:
        """See _Compared."""
        return ()


class NothingQuery(_Compared):
    """No document."""

    @property
    def identity(self) -> Hashable:
        """See _Compared."""
        return ()


class ForeignQuery(Value):
    """A query of another engine, asked for its own matcher; `query` is what that takes."""

    query: Any


Node = (
    Leaf
    | FilterQuery
    | WordsQuery
    | OrQuery
    | AndQuery
    | RequireQuery
    | ExceptQuery
    | EveryQuery
    | NothingQuery
    | ForeignQuery
)


def children_of(node: Node) -> tuple[Node, ...]:
    """The nodes right below a node, in their order."""
    if isinstance(node, WordsQuery | OrQuery | AndQuery):
        return node.subqueries
    return (node.a, node.b) if isinstance(node, RequireQuery | ExceptQuery) else ()


def leaves_of(node: Node) -> list[Leaf]:
    """The words, phrases and patterns in a query tree, in their order."""
    found: list[Leaf] = []
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, LEAVES):
            found.append(here)
        else:
            waiting += reversed(children_of(here))
    return found


def parted(nodes: Sequence[Node]) -> tuple[list[Leaf], list[Node]]:
    """The leaves among some nodes, and the others."""
    words = [node for node in nodes if isinstance(node, LEAVES)]
    return words, [node for node in nodes if not isinstance(node, LEAVES)]


def leaf_words(leaf: Leaf) -> tuple[QueryWord, ...]:
    """The words that a leaf stands for; a pattern stands for none, nor does another name."""
    if isinstance(leaf, StemQuery):
        return (leaf.word,)
    words = leaf.words if isinstance(leaf, PhraseQuery) else ()
    return tuple(word for word in words if isinstance(word, QueryWord))


def patterns_of(leaf: Leaf) -> tuple[FormPattern, ...]:
    """The patterns that a leaf has its forms compared with."""
    if isinstance(leaf, PatternQuery):
        return (leaf.pattern,)
    words = leaf.words if isinstance(leaf, PhraseQuery) else ()
    return tuple(word.pattern for word in words if isinstance(word, PatternWord))


def words_of(leaves: Sequence[Leaf]) -> Iterator[tuple[Leaf, QueryWord]]:
    """The words of some leaves, each with its leaf."""
    for leaf in leaves:
        yield from ((leaf, word) for word in leaf_words(leaf))
