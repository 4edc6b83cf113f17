"""Does a clause admit whom our evaluator admits? Clauses are answered by their definition."""

from __future__ import annotations

from fnmatch import translate
from itertools import pairwise, product
from re import compile as compiled
from typing import Any

import pytest
from word_lists import QUERIES, Dictionary

from analyzers.analyzer import analyze_form
from analyzers.variants import VariantTable
from indexer.index import Index
from indexer.query.nodes import FilterQuery, leaves_of
from indexer.query.parser import QueryParser
from indexer.ranking.evaluator import Evaluator
from indexer.ranking.meanings import BESIDE, CORE, OTHER
from indexer.ranking.resolve import Resolver
from indexer.ranking.snapshot import Snapshot
from indexer.remote.clauses import Clauses, filters_of
from indexer.remote.mapping import BOTH, MOST_TERMS
from indexer.remote.source import CandidateSegment

Source = dict[str, Any]


def admits(clause: dict[str, Any], source: Source) -> bool:
    """Whether a clause of the query DSL admits a document."""
    ((kind, said),) = clause.items()
    if kind == "bool":
        needed = [*said.get("must", ()), *said.get("filter", ())]
        some = said.get("should", ())
        least = said.get("minimum_should_match", 0 if needed else 1)
        return (
            all(admits(part, source) for part in needed)
            and not any(admits(part, source) for part in said.get("must_not", ()))
            and sum(admits(part, source) for part in some) >= (least if some else 0)
        )
    if kind in ("match_all", "match_none"):
        return kind == "match_all"
    if kind == "dis_max":
        return any(admits(part, source) for part in said["queries"])
    ((field, asked),) = ((f, a) for f, a in said.items() if f != "boost")
    held = source.get(field, "")
    words = held.split(" ") if isinstance(held, str) else [held]
    if kind == "terms":
        return bool(set(asked) & set(words))
    if kind == "match":
        return bool(set(asked["query"].split("|")) & set(words))
    if kind == "wildcard":
        return any(map(compiled(translate(asked["value"])).match, words))
    if kind == "range":
        return asked["gte"] <= held <= asked.get("lte", "\uffff\uffff")
    assert kind == "intervals"
    return bool(places(asked, words))


def places(rule: dict[str, Any], words: list[str]) -> set[tuple[int, int]]:
    """Where a rule of intervals is met: first and last word."""
    ((kind, said),) = rule.items()
    if kind == "match":
        return {(at, at) for at, word in enumerate(words) if word == said["query"]}
    if kind == "any_of":
        found = {place for part in said["intervals"] for place in places(part, words)}
        if "filter" in said:
            wholes = places(said["filter"]["contained_by"], words)
            found = {(a, b) for a, b in found if any(c <= a and b <= d for c, d in wholes)}
        return found
    found = set()
    for some in product(*(places(part, words) for part in said["intervals"])):
        first, last = min(a for a, _ in some), max(b for _, b in some)
        gaps = last - first + 1 - sum(b - a + 1 for a, b in some)
        in_order = all(a[1] < b[0] for a, b in pairwise(some))
        if gaps <= said["max_gaps"] and (in_order or not said["ordered"]):
            found.add((first, last))
    return found


@pytest.fixture(scope="module")
def clauses(dictionary: Dictionary, local: Index) -> Clauses:
    bare = CandidateSegment([], dictionary, lambda names: {})
    snapshot = Snapshot([bare], statistics=local._snapshot.statistics)
    return Clauses(Resolver.of(snapshot), dictionary)


MORE = [
    "«أسعار المياه»", '"الماء من"~3', "«مجلس* الإدارة»", "كتاب OR مكتبة", "-كتاب", "NOT (ماء سعر)",
    "title:مكت*", "«تشرين الثاني»", '"كانون الأول"~2', "شركة~2", "قطار^0 ماء",
]  # fmt: skip
SWITCHES: list[dict[str, Any]] = [
    {}, {"match": "exact"}, {"match": "folded"}, {"match": "root"}, {"all_words": True},
    {"strict": frozenset({"hamza", "ta"})}, {"respell": False}, {"fields": ("title",)},
]  # fmt: skip


@pytest.mark.parametrize("text", [*QUERIES, *MORE])
def test_a_clause_admits_who_is_a_member(
    text: str, local: Index, hits: list[dict[str, Any]], clauses: Clauses
) -> None:
    for switches in SWITCHES:
        parser = QueryParser(variants=VariantTable.default(), **switches)
        query = parser.parse(text).query
        wanted = Evaluator(local._snapshot).members(query).tolist()
        clauses.share_among(leaves_of(query))
        clause = clauses.of(query)
        given = [doc for doc, hit in enumerate(hits) if admits(clause, hit["_source"])]
        assert given == wanted, switches


@pytest.mark.parametrize("text", QUERIES)
def test_as_many_documents_are_counted_as_hold_a_leaf(
    text: str, local: Index, hits: list[dict[str, Any]], clauses: Clauses
) -> None:
    query = QueryParser(variants=VariantTable.default()).parse(text).query
    evaluator = Evaluator(local._snapshot)
    clauses.share_among(leaves_of(query))
    for leaf in leaves_of(query):
        counts = [
            sum(admits(clauses.holding(leaf, kind), hit["_source"]) for hit in hits)
            for kind in (CORE, BESIDE, OTHER)
        ]
        wanted = evaluator.leaves.document_frequency(leaf)
        assert next(filter(None, counts), 0) == wanted, leaf


def test_filters_of_dates_and_many_files() -> None:
    between = filters_of(FilterQuery(dates=("2015-03", "2016")))
    dates = ["", "2014-12-31", "2015-02-28", "2015-03-01", "2016-12-31", "2016", "2017"]
    admitted = [date for date in dates if all(admits(c, {"date": date}) for c in between)]
    assert admitted == ["2015-03-01", "2016-12-31", "2016"]
    (files,) = filters_of(FilterQuery(files=frozenset(range(0, 2 * MOST_TERMS + 2, 2))))
    found = [number for number in (0, 1, 2, MOST_TERMS * 2) if admits(files, {"file": number})]
    assert found == [0, 2, MOST_TERMS * 2]
    assert all(len(part["terms"]["file"]) <= MOST_TERMS for part in files["bool"]["should"])
    assert not admits(filters_of(FilterQuery(files=frozenset()))[0], {"file": 1})


@pytest.mark.parametrize("text", ["الماء", "قطار", "في"])
def test_an_occurrence_counts_once(text: str, clauses: Clauses) -> None:
    """Forms of a stem that is looked for are not looked for beside it; none is looked for twice."""
    (leaf,) = leaves_of(QueryParser(variants=VariantTable.default()).parse(text).query)
    clauses.share_among([leaf])
    scored = clauses.of(leaf)["bool"]["should"]
    (best,) = (part["dis_max"] for part in scored if "dis_max" in part)
    stems: set[str] = set()
    forms: list[str] = []
    for part in best["queries"]:
        for field, asked in part.get("match", {}).items():
            words = asked["query"].split("|")
            if field == BOTH:
                stems.update(words)
            elif field == "text_u":
                forms += words
    assert (analyze_form(text).stem in stems) != (text in forms)
    assert len(forms) == len(set(forms))
    assert not {analyze_form(form).stem for form in forms} & stems
