"""What cannot be among the best is not scored: that must not show, where documents are many.

Words have many forms here, documents hold several of them, and most words are rare.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ranking_cases import (
    BOTH,
    Case,
    Oracle,
    assert_same,
    columnar,
    doc_of,
    random_question,
    words_of,
    write,
)

from indexer.codec.whoosh.snapshot import snapshot_of
from indexer.query.nodes import (
    AndQuery,
    ExceptQuery,
    OrQuery,
    QueryWord,
    StemQuery,
    WordsQuery,
    leaves_of,
)
from indexer.ranking import gathering, scorer
from indexer.ranking.evaluator import Evaluator
from indexer.ranking.occurrences import RunningSums
from indexer.ranking.settings import RankingSettings
from indexer.results import MATCH_LEVELS

STEMS = """
قطار مسرح زيتون بحيرة جسر شاعر سفينة مرفأ نهر طبيب ملعب حديقة خيمة دفتر رصيف سحاب شارع صندوق طاولة
عصفور غابة فندق قميص كرسي لوحة متحف نافذة هاتف وردة يخت برتقال تفاح ثلاجة جبال حقيبة خروف دجاجة
""".split()  # noqa: SIM905  as text it can be read
AFFIXES = [("", ""), ("ال", ""), ("وال", ""), ("بال", ""), ("", "ات"), ("", "هم"), ("ال", "ين")]
DOCUMENTS = 900
NEVER, ALWAYS = 0, 1 << 30
"""By which share of the documents all are counted at once."""
FAR_REACH = 1 << 30
"""So far reaches nearness that it is for all documents, as with the oracle."""


def form(rng: random.Random) -> str:
    """A form of a word; the first ones are common, the last ones rare."""
    before, after = rng.choice(AFFIXES)
    place = min(int(rng.expovariate(0.12)), len(STEMS) - 1)
    return before + STEMS[place] + after


def document(number: int, title: str, text: str) -> dict[str, Any]:
    fixed = {"record": "", "date": "", "encoding": "utf-8"}
    return {"file": number, **fixed, "title": title, "text": text}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    yield from made(tmp_path_factory.mktemp("many"), parted=False)


@pytest.fixture(scope="module", params=[False, True], ids=["whole", "parted"])
def cases(tmp_path_factory: pytest.TempPathFactory, request: Any) -> Iterator[Case]:
    yield from made(tmp_path_factory.mktemp("cases"), parted=request.param)


def made(folder: Path, *, parted: bool) -> Iterator[Case]:
    """parted: whether every third document has several parts."""
    rng = random.Random(31)
    fields = [
        document(
            number,
            " ".join(form(rng) for _ in range(rng.randint(0, 3))),
            " ".join(form(rng) for _ in range(rng.randint(1, 40))),
        )
        for number in range(DOCUMENTS)
    ]
    deleted = rng.sample(range(DOCUMENTS), 50)
    for given in fields[::3] if parted else ():
        starts = sorted(rng.sample(range(len(given["text"])), min(3, len(given["text"]))))
        given["_parts_text"] = tuple(starts)
    searcher = write(columnar(str(folder)), [fields[:600], fields[600:]], deleted)
    live = [doc_of(f) for f in fields if f["file"] not in deleted]
    yield Case(searcher, Oracle(live, snapshot_of(searcher)))
    searcher.close()


def random_words(rng: random.Random, count: int) -> WordsQuery:
    match = rng.choice(MATCH_LEVELS)
    words = [
        StemQuery(BOTH, QueryWord(words_of(form(rng))[0]), match, rng.choice([1.0, 1.0, 3.0]))
        for _ in range(count)
    ]
    return WordsQuery(tuple(words), rng.choice([1.0, 1.0, 0.5]), random_question(rng))


def test_as_the_oracle(many: Case) -> None:
    rng = random.Random(32)
    snapshot = snapshot_of(many.searcher, RankingSettings(proximity_reach=FAR_REACH))
    for count in (1, 1, 1, 2, 3, 6):
        query = random_words(rng, count)
        docs, scores = Evaluator(snapshot).everything(query)
        found = dict(zip(many.files(docs), scores.tolist(), strict=True))
        assert_same(found, many.oracle.rank(query), query)


def test_a_rare_word_that_is_there_in_other_forms_only(tmp_path: Path) -> None:
    texts = ["نهر وجسر"] * 60 + ["والسفينة قرب السفينة", "سفينات والسفينة", "جسر"]
    fields = [document(number, "", text) for number, text in enumerate(texts)]
    searcher = write(columnar(str(tmp_path)), [fields], [])
    case = Case(searcher, Oracle([doc_of(f) for f in fields], snapshot_of(searcher)))
    query = StemQuery(BOTH, QueryWord(words_of("سفينتها")[0]), "stem")
    assert sorted(case.found(query)) == [60, 61]
    assert_same(case.found(query), case.oracle.rank(query), query)
    searcher.close()


@pytest.mark.parametrize(
    ("share", "kept", "again"),
    [(NEVER, 0, 3), (ALWAYS, 0, 1), (ALWAYS, 1 << 23, 1), (ALWAYS, 1 << 23, 3)],
)
def test_the_best_are_the_beginning_of_all(
    cases: Case, share: int, kept: int, again: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(33)
    monkeypatch.setattr(gathering, "_DENSE_SHARE", share)
    monkeypatch.setattr(gathering, "_MOST_KEPT", kept)
    monkeypatch.setattr(scorer, "_AGAIN", again)
    monkeypatch.setattr(scorer, "_MANY", 2)
    snapshot = snapshot_of(cases.searcher, RankingSettings(proximity_reach=20))
    left_out = 0
    for _ in range(120):
        query = random_words(rng, rng.randint(1, 8))
        if rng.random() < 0.2:
            query = ExceptQuery(query, random_words(rng, 1))
        everything = Evaluator(snapshot).rank(query, None, lambda docs: docs)
        evaluator = Evaluator(snapshot)
        for count in (0, 1, 60, 10):
            best = evaluator.rank(query, count, lambda docs: docs)
            assert best.docs.tolist() == everything.docs.tolist()[:count]
            assert best.scores.tolist() == everything.scores.tolist()[:count]
            assert best.total == everything.total
            words = query if isinstance(query, WordsQuery) else query.a
            members = evaluator.members(query)
            left_out += len(evaluator.scorer(words).promising(members, count)) < len(members)
    assert left_out > 50, "nothing was left out: this proves nothing"


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int64])
@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 5000])
def test_sums_of_what_is_before(count: int, dtype: Any) -> None:
    rng = np.random.default_rng(36)
    values = rng.integers(0, np.iinfo(np.uint8).max, count, endpoint=True).astype(dtype)
    expected = np.append(0, values.cumsum(dtype=np.int64))
    for places in (np.arange(count + 1), np.array([0, count]), rng.integers(0, count + 1, 9)):
        assert RunningSums(values).before(places).tolist() == expected[places].tolist()


def test_all_documents_counted_at_once_get_the_same_scores(
    many: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(34)
    snapshot = snapshot_of(many.searcher, RankingSettings(proximity_reach=20))
    at_once = 0
    for _ in range(120):
        query: WordsQuery | ExceptQuery | OrQuery | AndQuery = random_words(rng, rng.randint(1, 8))
        if rng.random() < 0.4:
            kind = rng.choice([OrQuery, AndQuery])
            query = kind((*query.subqueries, random_words(rng, 2)))
        elif rng.random() < 0.2:
            query = ExceptQuery(query, random_words(rng, 1))
        count = rng.choice([None, 0, 1, 10])
        answers = []
        for share in (NEVER, ALWAYS):
            monkeypatch.setattr(gathering, "_DENSE_SHARE", share)
            evaluator = Evaluator(snapshot)
            docs, scores, total, _ = evaluator.rank(query, count, lambda docs: docs)
            answers.append((docs.tolist(), scores.tolist(), total))
            found = evaluator.leaves.gather(leaves_of(query))[0]
            at_once += found.is_dense
        assert answers[0] == answers[1], query
    assert at_once == 120


@pytest.mark.parametrize("share", [NEVER, ALWAYS])
def test_some_have_the_scores_that_they_have_among_all(
    many: Case, share: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(35)
    monkeypatch.setattr(gathering, "_DENSE_SHARE", share)
    monkeypatch.setattr(scorer, "_MANY", 2)
    snapshot = snapshot_of(many.searcher, RankingSettings(proximity_reach=20))
    scored = 0
    for _ in range(60):
        query = random_words(rng, rng.randint(1, 8))
        docs, scores = Evaluator(snapshot).everything(query)
        places = rng.sample(range(len(docs)), min(9, len(docs)))
        evaluator = Evaluator(snapshot)
        chosen = docs[places]
        among = evaluator.scores_among(query, evaluator.found(query), chosen)
        assert among.tolist() == scores[places].tolist(), query
        scored += len(evaluator.near(query, docs, chosen))
        assert set(evaluator.near(query, docs, chosen).tolist()) >= set(chosen.tolist())
    assert scored
