"""Every small shape of the query language against two plain answers.

Which documents belong is told twice: by `meaning`, which knows the grammar and sets of documents,
nothing of query trees; and by the exhaustive oracle, which gives the scores too. Shapes are all
ways to put brackets around up to four leaves, with every connective between them, and signs before
leaves and brackets. The kinds of leaves go round, so that each stands in every place.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product
from typing import Any

import pytest
from ranking_cases import SHAPES, Case, assert_ordered, assert_same, make_case

from analyzers.variants import VariantTable
from indexer.query.nodes import AlternativeQuery
from indexer.query.parser import QueryParser

FILES = frozenset(range(1, 20))
LEAVES = {
    "كتاب": "word",
    "الروسية": "word",
    "غائب": "word",
    "«البيت»": "phrase",
    "«من بيت»": "phrase",
    '"كتاب مدرسة"~6': "phrase",
    "مكت*": "word",
    "*كتا*": "word",
    "ك*ب": "word",
    "لبنن~1": "word",
    "title:رئيس": "word",
    "نص:«كتاب»": "phrase",
    "path:some": "filter",
    "date:2017-11..2017": "filter",
    "علم^2": "word",
    "من": "stopword",
}
CONNECTIVES = (" ", " AND ", " OR ")
SIGNS = ("", "+", "-", "NOT ")


@dataclass(frozen=True)
class Leaf:
    """A leaf of a query, with the sign before it."""

    text: str
    sign: str = ""


@dataclass(frozen=True)
class Group:
    """Items in brackets, with what stands between them, and the sign before it."""

    items: tuple[Item, ...]
    between: tuple[str, ...]
    sign: str = ""


Item = Leaf | Group


def written(item: Item, *, outermost: bool = False) -> str:
    if isinstance(item, Leaf):
        return item.sign + item.text
    parts = [written(item.items[0])]
    for connective, other in zip(item.between, item.items[1:], strict=True):
        parts += [connective, written(other)]
    inner = "".join(parts)
    return inner if outermost else f"{item.sign}({inner})"


# What it means


@dataclass(frozen=True)
class Clause:
    """Documents, and how they take part: '+' wanted, '-' not wanted, '=' a filter, '' welcome."""

    docs: frozenset[int]
    sign: str = ""
    weak: bool = False


class Meanings:
    """Who belongs, by the grammar as the page of the parser tells it."""

    def __init__(self, case: Case, parser: QueryParser, all_words: bool) -> None:
        self.everyone = frozenset(doc.file for doc in case.oracle.docs)
        self.all_words = all_words
        self.leaves = {
            text: frozenset(case.oracle.rank(parser.parse(text).query)) & self.everyone
            for text in LEAVES
        }

    def of(self, query: Group) -> frozenset[int]:
        return self.combined(self.sequence(query))

    def sequence(self, group: Group) -> list[Clause]:
        """OR binds tighter than standing side by side, AND tighter than OR."""
        stretches: list[list[list[Item]]] = [[[group.items[0]]]]
        for connective, item in zip(group.between, group.items[1:], strict=True):
            if connective == " ":
                stretches.append([[item]])
            elif connective == " OR ":
                stretches[-1].append([item])
            else:
                stretches[-1][-1].append(item)
        return [clause for stretch in stretches for clause in self.alternatives(stretch)]

    def alternatives(self, stretch: list[list[Item]]) -> list[Clause]:
        operands = [self.conjunction(items) for items in stretch]
        if len(operands) == 1:
            return operands[0]
        weak = all(clause.weak for operand in operands for clause in operand)
        held = [o for o in operands if weak or not all(clause.weak for clause in o)]
        docs = frozenset[int]().union(*(self.combined(operand) for operand in held))
        return [Clause(docs, "", weak)]

    def conjunction(self, items: list[Item]) -> list[Clause]:
        clauses = [self.clause(item) for item in items]
        if len(clauses) == 1:
            return clauses
        wanted = [Clause(c.docs, c.sign or "+", c.weak) for c in clauses]
        return [Clause(self.combined(wanted), "", all(c.weak for c in clauses))]

    def clause(self, item: Item) -> Clause:
        own = self.unsigned(item)
        if not item.sign:
            return own
        if item.sign == "+":
            return Clause(own.docs, own.sign or "+")
        return Clause(own.docs, "-")

    def unsigned(self, item: Item) -> Clause:
        if isinstance(item, Leaf):
            kind = LEAVES[item.text]
            sign = {"phrase": "+", "filter": "="}.get(kind, "")
            return Clause(self.leaves[item.text], sign, weak=kind == "stopword")
        clauses = self.sequence(item)
        return Clause(self.combined(clauses), "", all(clause.weak for clause in clauses))

    def combined(self, clauses: Sequence[Clause]) -> frozenset[int]:
        kept = [clause for clause in clauses if not clause.weak] or list(clauses)
        may = [c.docs for c in kept if c.sign == ""]
        must = [c.docs for c in kept if c.sign == "+"]
        if self.all_words:
            must, may = must + may, []
        filters = [c.docs for c in kept if c.sign == "="]
        never = [c.docs for c in kept if c.sign == "-"]
        found = self.everyone if must or not may else frozenset[int]().union(*may)
        return found.intersection(*must, *filters).difference(*never)


# All shapes


def bracketings(count: int) -> Iterator[Any]:
    """Every way to put brackets around stretches of so many leaves, as nested tuples of None."""
    if count == 1:
        yield None
        return
    for parts in range(2, count + 1):
        for cuts in combinations(range(1, count), parts - 1):
            sizes = [b - a for a, b in zip((0, *cuts), (*cuts, count), strict=True)]
            yield from product(*(list(bracketings(size)) for size in sizes))


def places_of(shape: Any) -> tuple[int, int]:
    """How many connectives a shape has, and how many places for a sign."""
    if shape is None:
        return 0, 1
    below = [places_of(part) for part in shape]
    return len(shape) - 1 + sum(b[0] for b in below), 1 + sum(b[1] for b in below)


def built(shape: Any, between: Iterator[str], signs: Iterator[str], leaves: Iterator[str]) -> Item:
    sign = next(signs)
    if shape is None:
        return Leaf(next(leaves), sign)
    items, own = [], []
    for number, part in enumerate(shape):
        if number:
            own.append(next(between))
        items.append(built(part, between, signs, leaves))
    return Group(tuple(items), tuple(own), sign)


def signings(places: int, most: int) -> Iterator[tuple[str, ...]]:
    """Signs for some places, at most so many of them; the first place, the whole, has none."""
    for signed in range(min(most, places - 1) + 1):
        for where in combinations(range(1, places), signed):
            for signs in product(SIGNS[1:], repeat=signed):
                chosen = dict(zip(where, signs, strict=True))
                yield tuple(chosen.get(place, "") for place in range(places))


MOST_SIGNS = {1: 1, 2: 2, 3: 2, 4: 1}
"""By number of leaves, how many signs are put at once."""

ONE_IN = {1: 1, 2: 1, 3: 2, 4: 5}
"""By number of leaves, how many of the queries with signs are asked; of those without, all are."""


def queries() -> Iterator[Group]:
    rng = random.Random(21)
    deck: list[str] = []

    def leaves() -> Iterator[str]:
        while True:
            if not deck:
                deck.extend(rng.sample(list(LEAVES), len(LEAVES)))
            yield deck.pop()

    for text, sign in product(LEAVES, SIGNS):
        yield Group((Leaf(text, sign),), ())
    number = 0
    for count in range(2, 5):
        for shape in bracketings(count):
            connectives, places = places_of(shape)
            for between in product(CONNECTIVES, repeat=connectives):
                for signs in signings(places, MOST_SIGNS[count]):
                    number += any(signs)
                    if any(signs) and number % ONE_IN[count]:
                        continue
                    item = built(shape, iter(between), iter(signs), leaves())
                    assert isinstance(item, Group)
                    yield item


ALL_QUERIES = list(queries())


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    create, seed, segments, deletions = SHAPES["segments and deletions"]
    made = make_case(tmp_path_factory.mktemp("index"), create, seed, segments, deletions)
    yield made
    made.searcher.close()


def parser_of(**settings: Any) -> QueryParser:
    return QueryParser(paths=lambda glob: FILES, **settings)


def test_shapes_are_all_there() -> None:
    assert len(list(bracketings(3))) == 3
    assert len(list(bracketings(4))) == 11
    texts = [written(query, outermost=True) for query in ALL_QUERIES]
    assert len(texts) > 2000
    for connective, sign in product(CONNECTIVES, SIGNS):
        for leaf in LEAVES:
            assert any(f"{sign}{leaf}{connective}" in text for text in texts), (sign, leaf)
        assert any(f"{connective}{sign}(" in text for text in texts), sign
    for kind, connective in product(set(LEAVES.values()), CONNECTIVES):
        leaves = [leaf for leaf in LEAVES if LEAVES[leaf] == kind]
        assert any(f"{leaf}{connective}(" in text for text in texts for leaf in leaves)
        assert any(f"){connective}{leaf}" in text for text in texts for leaf in leaves)


@pytest.mark.parametrize("all_words", [False, True], ids=["any word", "all words"])
def test_who_belongs_and_what_it_scores(case: Case, all_words: bool) -> None:
    parser = parser_of(all_words=all_words)
    meanings = Meanings(case, parser, all_words)
    for query in islice(ALL_QUERIES, 0, None, 3 if all_words else 1):
        text = written(query, outermost=True)
        parsed = parser.parse(text).query
        found = case.found(parsed)
        assert found.keys() == meanings.of(query), text
        assert_same(found, case.oracle.rank(parsed), text)


def test_the_best_come_first(case: Case) -> None:
    parser = parser_of()
    for query in islice(ALL_QUERIES, 0, None, 17):
        parsed = parser.parse(written(query, outermost=True)).query
        expected = case.oracle.rank(parsed)
        ranked = case.evaluator.rank(parsed, 5, lambda docs: docs)
        assert ranked.total == len(expected)
        assert_ordered(case.files(ranked.docs), expected)


BESIDE_A_GROUP = (
    "الحرب السلام OR النفط",
    "مصر (الحرب OR السلام)",
    "الحرب (السلام NOT النفط)",
    "«دير الزور» (روسيا OR غزة)",
    "الحرب AND (النفط OR الجامعة)",
    "تشرين (الثاني OR كانون)",
    "تشرين -الثاني",
    "+تشرين الثاني",
    "تشرين الثاني (كتاب OR نوفمبر)",
    "(تشرين الثاني) OR كتاب",
    "تشرين path:some الثاني",
)


@pytest.mark.parametrize("all_words", [False, True], ids=["any word", "all words"])
@pytest.mark.parametrize("text", BESIDE_A_GROUP)
def test_groups_beside_names_of_several_words(case: Case, text: str, all_words: bool) -> None:
    """With the table of variants, which takes words together where they are one name."""
    parser = parser_of(all_words=all_words, variants=VariantTable.default())
    query = parser.parse(text).query
    assert_same(case.found(query), case.oracle.rank(query), text)


def test_only_words_that_are_alike_are_one_name() -> None:
    parser = parser_of(variants=VariantTable.default())
    assert other_names("تشرين الثاني", parser)
    assert other_names("+تشرين +الثاني", parser)
    assert other_names("كتاب (تشرين الثاني)", parser)
    for text in ("تشرين -الثاني", "+تشرين الثاني", "تشرين (الثاني كتاب)", "title:تشرين الثاني",
                 "تشرين OR الثاني"):  # fmt: skip
        assert not other_names(text, parser), text


def other_names(text: str, parser: QueryParser) -> list[Any]:
    return [leaf for leaf in parser.parse(text).leaves if isinstance(leaf, AlternativeQuery)]
