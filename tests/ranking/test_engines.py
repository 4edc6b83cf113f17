"""The protocols of `ranking.source` are enough: a second engine of dictionaries answers alike."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from memory_engine import Fields, ToldStatistics, memory_snapshot

from analyzers.variants import VariantTable
from indexer import Index
from indexer.query.nodes import PhraseQuery, leaves_of
from indexer.query.parser import QueryParser
from indexer.ranking.evaluator import Evaluator
from indexer.ranking.snapshot import Snapshot
from indexer.reading.search import Search
from indexer.results import SearchOptions

CORPUS = Path(__file__).parents[2] / "corpus"
_LINES = (CORPUS / "queries.jsonl").read_text("utf-8").splitlines()
PLAIN = [json.loads(line)["text"] for line in _LINES[:40]]
WORDS = [word for text in PLAIN for word in text.split() if len(word) > 3]
LEVELS: list[dict[str, Any]] = [
    {}, {"match": "exact"}, {"match": "folded"}, {"match": "stem"}, {"match": "root"},
    {"strict": frozenset({"hamza", "ta"})}, {"all_words": True}, {"fields": ("title",)},
    {"sort": "date"}, {"explain": True}, {"plain": True}, {"strict": frozenset({"marks"})},
]  # fmt: skip


def signed() -> Iterator[str]:
    """Words of the queries in every construction of the language."""
    for at in range(0, 24, 3):
        a, b, c = WORDS[at : at + 3]
        yield from (
            f"+{a} {b}", f"{a} -{b} {c}", f"{a} AND {b}", f"({a} OR {b}) AND {c}", f"«{a} {b}»",
            f'"{a} {c}"~9', f"{a[:4]}* {b}", f"*{a[1:4]}*", f"{a}~1", f"title:{a} {b}^2",
            f"{a} date:2015..", f"path:*.txt {c}",
        )  # fmt: skip


QUERIES = [*PLAIN, *signed(), "غائبببب", "", "تشرين الثاني"]


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("texts")
    for number, path in enumerate(sorted(CORPUS.rglob("*.txt"))[:24]):
        text = " ".join(path.read_text("utf-8", "replace").split()[:120])
        (folder / f"{number:02}.txt").write_text(text, "utf-8")
    with Index.create(folder) as index:
        index.update()
        yield index


def documents_of(index: Index) -> list[Fields]:
    """What the index was given, in the order of its numbers."""
    snapshot = index._snapshot
    places = map(snapshot.locate, range(snapshot.size))
    return [
        {**segment.record(doc), **{name: segment.text(doc, name) for name in ("title", "text")}}
        for segment, doc in places
    ]


def search(index: Index, snapshot: Snapshot, query: str, **options: Any) -> Search:
    table = VariantTable.default()
    return Search(snapshot, index._files, table, query, SearchOptions(limit=None, **options), {})


@pytest.mark.parametrize("segments", [1, 3])
def test_a_search_is_answered_alike(local: Index, segments: int) -> None:
    """Hits, scores, passages, unknown words and explanations."""
    other = memory_snapshot(documents_of(local), segments)
    found = 0
    for number, query in enumerate(QUERIES):
        options = LEVELS[number % len(LEVELS)]
        wanted = search(local, local._snapshot, query, **options).results()
        given = search(local, other, query, **options).results()
        assert given._replace(elapsed_ms=0) == wanted._replace(elapsed_ms=0), (query, options)
        found += bool(wanted.hits)
    assert found > 50


def test_candidates_score_as_in_the_whole_with_its_statistics(local: Index) -> None:
    """What a cluster would do: a few documents here, the counts told by whoever has them all."""
    documents, whole = documents_of(local), local._snapshot
    evaluator = Evaluator(whole)
    rng, compared = random.Random(5), 0
    for text in QUERIES:
        parser = QueryParser(variants=VariantTable.default())
        query = parser.parse(text).query
        docs, scores = evaluator.everything(query)
        chosen = sorted(rng.sample(docs.tolist(), min(7, len(docs))))
        leaves = leaves_of(query)
        leaves += [w for leaf in leaves if isinstance(leaf, PhraseQuery) for w in leaf.weighing]
        told = {leaf: evaluator.leaves.document_frequency(leaf) for leaf in leaves}
        part = memory_snapshot(
            [documents[doc] for doc in chosen], statistics=ToldStatistics(whole, told)
        )
        found = Evaluator(part).scores(query, np.arange(len(chosen)))
        by_doc = dict(zip(docs.tolist(), scores.tolist(), strict=True))
        assert found.astype(np.float32).tolist() == [by_doc[doc] for doc in chosen], text
        compared += len(chosen)
    assert compared > 100
