"""Ranking against an exhaustive oracle, on both codecs, over many segments and deletions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from ranking_cases import (
    BOTH,
    SCORED_KINDS,
    SETTINGS,
    SHAPES,
    VOCABULARY,
    Case,
    Create,
    Oracle,
    assert_ordered,
    assert_same,
    columnar,
    make_case,
    opened,
    random_fields,
    random_leaf,
    random_query,
    random_word,
    stock,
    words_of,
    write,
)
from whoosh import query as whoosh_query

from indexer.codec.whoosh.queries import as_whoosh
from indexer.codec.whoosh.snapshot import snapshot_of
from indexer.query.nodes import (
    AndQuery,
    EveryQuery,
    FilterQuery,
    ForeignQuery,
    OrQuery,
    PatternQuery,
    PhraseQuery,
    QueryWord,
    RequireQuery,
    StemQuery,
    WordsQuery,
)
from indexer.query.parser import QueryParser
from indexer.query.patterns import Fuzzy, Wildcard
from indexer.ranking.evaluator import Evaluator
from indexer.ranking.settings import RankingSettings
from indexer.results import MATCH_LEVELS


@pytest.fixture(scope="module", params=SHAPES.values(), ids=SHAPES)
def case(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    create, seed, segments, deletions = request.param
    made = make_case(tmp_path_factory.mktemp("index"), create, seed, segments, deletions)
    yield made
    made.searcher.close()


def test_the_same_hits_scores_and_order_as_the_oracle(case: Case) -> None:
    rng = random.Random(11)
    met = 0
    for _ in range(250):
        query = random_query(rng)
        expected = case.oracle.rank(query)
        assert_same(case.found(query), expected, query)
        ranked = case.evaluator.rank(query, None, lambda docs: docs)
        assert ranked.total == len(expected)
        assert_ordered(case.files(ranked.docs), expected)
        met += bool(expected)
    assert met > 100


TEXT_PIECES = (*VOCABULARY, *VOCABULARY, "AND", "OR", "NOT", "+", "-", "(", ")", "title:", "بيت*",
               "*كتا*", "«كتاب البيت»", '"بيت كتاب"~3', "^2", "date:2017", "؟")  # fmt: skip


def test_queries_as_people_write_them(case: Case) -> None:
    rng = random.Random(12)
    parser = QueryParser()
    done = 0
    while done < 80:
        text = " ".join(rng.choice(TEXT_PIECES) for _ in range(rng.randint(1, 5)))
        text = text.replace("+ ", "+").replace("- ", "-").replace(": ", ":").replace(" ^", "^")
        try:
            query = parser.parse(text).query
        except Exception:  # noqa: BLE001  what is refused is the parser's tests' business
            continue
        assert_same(case.found(query), case.oracle.rank(query), query)
        done += 1


@pytest.mark.parametrize("count", [0, 1, 3, 10, 1000])
def test_the_best_are_the_beginning_of_all(case: Case, count: int) -> None:
    rng = random.Random(13)
    for _ in range(40):
        query = random_query(rng)
        everything = case.evaluator.rank(query, None, lambda docs: docs)
        best = case.evaluator.rank(query, count, lambda docs: docs)
        assert best.docs.tolist() == everything.docs.tolist()[:count]
        assert best.scores.tolist() == everything.scores.tolist()[:count]
        assert best.total == everything.total


def test_words_within_a_window_however_often_they_are_asked_for(case: Case) -> None:
    rng = random.Random(23)
    for count in (2, 3, 5, 400):
        for slop in (0, 1, 4, 9, 1_000_000):
            words = tuple(random_word(rng) for _ in range(count))
            query = PhraseQuery(BOTH, words, slop=slop)
            assert_same(case.found(query), case.oracle.rank(query), query)
            repeated = PhraseQuery(BOTH, words[:2] * 200, slop=slop)
            assert_same(case.found(repeated), case.oracle.rank(repeated), repeated)


def test_ties_go_by_the_key(case: Case) -> None:
    query = EveryQuery()
    ranked = case.evaluator.rank(query, 7, lambda docs: -docs)
    assert ranked.docs.tolist() == sorted(ranked.docs.tolist(), reverse=True)
    assert len(ranked.docs) == 7


def test_stronger_tiers_are_within_weaker_ones(case: Case) -> None:
    for written in VOCABULARY:
        word = QueryWord(words_of(written)[0])
        found = [set(case.found(StemQuery(BOTH, word, match))) for match in MATCH_LEVELS]
        for stronger, weaker in pairwise(found):
            assert stronger <= weaker, written


def test_whoosh_searches_our_queries_with_the_same_answer(case: Case) -> None:
    rng = random.Random(14)
    for _ in range(120):
        query = random_query(rng, 2, SCORED_KINDS)
        results = case.searcher.search(as_whoosh(query), limit=None)
        found = {case.files([docnum])[0]: score for score, docnum in results.top_n}
        assert found.keys() == case.found(query).keys(), str(query)


def test_whoosh_filters_by_ours(case: Case) -> None:
    rng = random.Random(17)
    ours = FilterQuery(dates=("2017-11", "2017"))
    for _ in range(30):
        query = random_query(rng, 1, SCORED_KINDS)
        results = case.searcher.search(as_whoosh(query), filter=as_whoosh(ours), limit=None)
        found = {case.files([docnum])[0] for _, docnum in results.top_n}
        assert found == set(case.found(RequireQuery(query, ours)))


def test_whoosh_scores_a_word_as_we_do(case: Case) -> None:
    rng = random.Random(15)
    for _ in range(60):
        query = random_leaf(rng)
        results = case.searcher.search(as_whoosh(query), limit=None)
        found = {case.files([docnum])[0]: score for score, docnum in results.top_n}
        assert_same(found, case.found(query), query)


def test_proximity_only_adds_and_only_where_neighbours_are(case: Case) -> None:
    rng = random.Random(19)
    near_snapshot = snapshot_of(case.searcher, RankingSettings())
    far_snapshot = snapshot_of(case.searcher, RankingSettings(proximity=0.0))
    for _ in range(60):
        words = [StemQuery(BOTH, random_word(rng), "folded") for _ in range(2)]
        query = WordsQuery(tuple(words))
        docs, scores = Evaluator(near_snapshot).everything(query)
        found = dict(zip(case.files(docs), scores.tolist(), strict=True))
        docs, scores = Evaluator(far_snapshot).everything(query)
        plain = dict(zip(case.files(docs), scores.tolist(), strict=True))
        assert found.keys() == plain.keys()
        beside = case.found(near_of(words))
        for file, score in found.items():
            assert score > plain[file] - 1e-6
            assert file in beside or score == pytest.approx(plain[file], rel=1e-6)


def near_of(words: list[StemQuery]) -> PhraseQuery:
    slop = SETTINGS.proximity_window - 1
    return PhraseQuery(BOTH, tuple(word.word for word in words), slop=slop)


def test_whoosh_queries_stand_in_our_trees(case: Case) -> None:
    """A query without a rule of ours is asked for its own matcher."""
    dated = ForeignQuery(whoosh_query.Term("date", "2017"))
    query = AndQuery((StemQuery(BOTH, QueryWord.of("كتاب")), dated))
    ours = FilterQuery(dates=("2017", "2017"))
    expected = {
        doc.file
        for doc in case.oracle.docs
        if doc.date == "2017" and case.oracle.score(query.subqueries[0], doc)[0]
    }
    assert set(case.found(query)) == expected
    assert expected <= set(case.found(RequireQuery(query.subqueries[0], ours)))


def test_whoosh_scores_plain_terms_by_the_same_formula(case: Case) -> None:
    term = ForeignQuery(whoosh_query.Term("text", "لبنان"))
    ours = PhraseQuery(("text",), (QueryWord.of("لبنان"),))
    if case.searcher.reader().has_deletions():
        assert case.found(term).keys() == case.found(ours).keys()  # Whoosh's df counts the deleted
    else:
        assert_same(case.found(term), case.found(ours), term)


@pytest.mark.parametrize("create", [stock, columnar], ids=["stock", "columnar"])
def test_layout_does_not_change_the_ranking(tmp_path: Any, create: Create) -> None:
    """One segment, many, many merged, and many with deletions of what never mattered."""
    rng = random.Random(16)
    fields = [random_fields(rng, number) for number in range(1, 41)]
    strangers = [random_fields(rng, number) for number in range(41, 47)]
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    (tmp_path / "3").mkdir()
    many_index = create(str(tmp_path / "2"))
    searchers = [
        write(create(str(tmp_path / "1")), [fields], []),
        write(many_index, [fields[:7], fields[7:8], fields[8:25], fields[25:]], []),
        write(
            create(str(tmp_path / "3")),
            [fields[:20] + strangers[:3], strangers[3:] + fields[20:]],
            [f["file"] for f in strangers],
        ),
    ]
    many_index.writer().commit(optimize=True)
    searchers.append(opened(many_index))
    assert [len(s.leaf_searchers()) for s in searchers] == [1, 4, 2, 1]
    cases = [Case(s, Oracle([])) for s in searchers]
    for _ in range(60):
        query = random_query(rng)
        first, *others = [c.found(query) for c in cases]
        assert all(other == first for other in others), str(query)
    for searcher in searchers:
        searcher.close()


EMPTY = {"no document": [], "documents without words": [("", ""), ("", "، ؟")]}


@pytest.mark.parametrize("texts", EMPTY.values(), ids=EMPTY)
@pytest.mark.parametrize("create", [stock, columnar], ids=["stock", "columnar"])
def test_an_index_without_words(
    tmp_path: Any, create: Create, texts: list[tuple[str, str]]
) -> None:
    batch = [
        {**random_fields(random.Random(1), i), "title": title, "text": text}
        for i, (title, text) in enumerate(texts, 1)
    ]
    searcher = write(create(str(tmp_path)), [batch] if batch else [], [])
    found = Case(searcher, Oracle([]))
    assert found.found(StemQuery(BOTH, QueryWord.of("كتاب"))) == {}
    phrase = PhraseQuery(BOTH, (QueryWord.of("كتاب"), QueryWord.of("بيت")))
    assert found.found(OrQuery((phrase, PatternQuery(BOTH, Wildcard(("ك", "")))))) == {}
    assert len(found.found(EveryQuery())) == len(texts)
    filtered = RequireQuery(EveryQuery(), FilterQuery(dates=("1900", "")))
    assert len(found.found(filtered)) <= len(texts)
    assert searcher.search(as_whoosh(StemQuery(BOTH, QueryWord.of("كتاب")))).is_empty()
    searcher.close()


def pattern(pieces: tuple[str, ...]) -> PatternQuery:
    return PatternQuery(BOTH, Wildcard(pieces))


def test_equal_queries_are_equal() -> None:
    word = QueryWord.of("كتاب")
    assert StemQuery(BOTH, word) == StemQuery(BOTH, QueryWord.of("كتاب", 3, 7))
    assert StemQuery(BOTH, word) != StemQuery(("text",), word)
    assert StemQuery(BOTH, word) != StemQuery(BOTH, word, "exact")
    assert StemQuery(BOTH, word) != StemQuery(BOTH, word, boost=2.0)
    assert pattern(("كتا", "")) == pattern(("كتا", ""))
    assert pattern(("كتا", "")) != pattern(("", "كتا", ""))
    assert PatternQuery(BOTH, Fuzzy("كتا", 1)) != PatternQuery(BOTH, Fuzzy("كتا", 2))
    assert PhraseQuery(BOTH, (word, word)) != PhraseQuery(BOTH, (word, word), slop=0)
    assert FilterQuery(dates=("", "2017")) != FilterQuery(dates=("2017", ""))
    assert len({FilterQuery(files=frozenset({1})), FilterQuery(files=frozenset({1}))}) == 1
