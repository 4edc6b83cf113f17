"""The parts of a score add up to it, and the forms named in them are those of the document."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ranking_cases import SHAPES, make_case, random_query

from analyzers import analyze
from indexer import Index, SearchOptions
from indexer.codec.whoosh.snapshot import snapshot_of
from indexer.query.nodes import EveryQuery, RequireQuery, WordsQuery, leaves_of
from indexer.ranking.evaluator import Evaluator
from indexer.ranking.explain import Explainer
from indexer.ranking.snapshot import Snapshot
from indexer.reports import Explanation
from indexer.results import TIERS

EXPLAINED = SearchOptions(explain=True, limit=None)


def total(explanation: Explanation) -> float:
    words = sum(word.contribution for word in explanation.words)
    rest = (
        explanation.proximity,
        explanation.lead,
        explanation.question,
        explanation.part,
        explanation.constant,
    )
    return words + sum(rest)


def assert_adds_up(explanation: Explanation) -> None:
    assert total(explanation) == pytest.approx(explanation.score, rel=1e-4, abs=1e-6)
    for word in explanation.words:
        pooled = sum(weight * tf for _, _, weight, tf in word.terms)
        assert pooled == pytest.approx(word.pooled_tf, rel=1e-4)
        assert all(tier in TIERS for _, tier, _, _ in word.terms)


@pytest.fixture(scope="module", params=list(SHAPES)[1::4])
def snapshot(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    create, seed, segments, deletions = SHAPES[request.param]
    made = make_case(tmp_path_factory.mktemp("index"), create, seed, segments, deletions)
    yield snapshot_of(made.searcher)
    made.searcher.close()


def test_the_parts_of_random_queries_add_up(snapshot: Snapshot) -> None:
    rng = random.Random(21)
    hits = 0
    for _ in range(150):
        query = random_query(rng)
        evaluator = Evaluator(snapshot)
        docs, scores = evaluator.everything(query)
        explainer = Explainer(query, "", evaluator, docs[7::-1])
        for doc, score in list(zip(docs.tolist(), scores.tolist(), strict=True))[:8]:
            assert_adds_up(explainer.explain(doc, score))
            hits += 1
    assert hits > 200


def test_words_near_each_other_and_several_of_them(snapshot: Snapshot) -> None:
    rng = random.Random(22)
    near = several = 0
    for _ in range(400):
        words = [q for q in (random_query(rng, 0) for _ in range(4)) if q.boost]
        query = RequireQuery(WordsQuery(tuple(words)), EveryQuery())
        evaluator = Evaluator(snapshot)
        docs, scores = evaluator.everything(query)
        explainer = Explainer(query, "", evaluator, docs[7::-1])
        for doc, score in list(zip(docs.tolist(), scores.tolist(), strict=True))[:8]:
            explanation = explainer.explain(doc, score)
            assert_adds_up(explanation)
            assert len(explanation.words) == len(list(leaves_of(query.a)))
            near += explanation.proximity > 0
            several += explanation.constant > 0
    assert near > 10
    assert several > 50


TEXTS = {
    "a.txt": "كتاب الكاتب\n\nقرأ الكِتَابَ والكتب، ثم كتابهم في المكتبة.",
    "b.txt": "بيت\n\nفي البيت كتاب عن سورية وعن تشرين الثاني.",
    "c.txt": "نوفمبر\n\nسوريا في نوفمبر، وكتاب كتاب كتاب.",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    home: Path = tmp_path_factory.mktemp("explained")
    for name, text in TEXTS.items():
        (home / name).write_text(text, "utf-8")
    with Index.create(home) as made:
        made.update()
        yield made


@pytest.mark.parametrize(
    "query",
    ["كتاب", "كتاب البيت", "«البيت كتاب»", "+كتاب سوريا^2", "كت*", "*تاب*", "تشرين الثاني", "كتابب",
     "كتاب OR (بيت AND سورية)", "كتاب -نوفمبر", "title:كتاب في", '"بيت سورية"~5'],
)  # fmt: skip
def test_queries_as_people_write_them(index: Index, query: str) -> None:
    results = index.search(query, EXPLAINED)
    assert results.hits
    for hit in results.hits:
        assert hit.explanation is not None
        assert hit.explanation.score == hit.score
        assert_adds_up(hit.explanation)
        document = index.document(hit.id)
        forms = {t.analysis.unmarked for t in analyze(f"{document.title} {document.text}")}
        named = [term for word in hit.explanation.words for term, *_ in word.terms]
        assert all(term in forms for term in named if " " not in term)


def test_every_form_is_named_with_its_tier_and_count(index: Index) -> None:
    results = index.search("كِتاب", EXPLAINED)
    word = next(hit for hit in results.hits if hit.id == "a.txt").explanation.words[0]  # type: ignore[union-attr]
    met = {term: (tier, tf) for term, tier, _, tf in word.terms if tier != "root"}
    assert word.word == "كِتاب"
    assert word.df == 3
    assert met["كتاب"][0] == "exact"
    assert met["الكتاب"] == ("stem", 1.0)
    assert met["كتابهم"] == ("stem", 1.0)
    assert met["والكتب"][0] == "plural"
    assert {term for term, tier, *_ in word.terms if tier == "root"} >= {"الكاتب", "المكتبة"}


def test_leaves_are_named_as_they_were_written(index: Index) -> None:
    results = index.search("بيت* «في البيت»", EXPLAINED)
    names = [word.word for word in results.hits[0].explanation.words]  # type: ignore[union-attr]
    assert sorted(names) == sorted(["بيت*", "«في البيت»"])


def test_a_word_that_is_not_there_adds_nothing(index: Index) -> None:
    hit = next(h for h in index.search("كتاب نوفمبر", EXPLAINED).hits if h.id == "a.txt")
    absent = hit.explanation.words[1]  # type: ignore[union-attr]
    assert (absent.terms, absent.pooled_tf, absent.contribution) == ((), 0.0, 0.0)
    assert absent.df > 0


def test_nothing_is_explained_unasked(index: Index) -> None:
    assert all(hit.explanation is None for hit in index.search("كتاب").hits)
