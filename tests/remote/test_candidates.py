"""Do documents of a cluster score as at home? With all of them, and with a few of them.

The documents are what a writer sends; the lexicon is one of dictionaries, by its definitions.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from memory_engine import ToldStatistics
from word_lists import QUERIES, Dictionary

from analyzers import analyze
from analyzers.variants import VariantTable
from indexer.index import Index
from indexer.query.nodes import PhraseQuery, leaves_of
from indexer.query.parser import QueryParser
from indexer.query.patterns import Wildcard
from indexer.ranking.evaluator import Evaluator
from indexer.ranking.snapshot import Snapshot
from indexer.reading.search import Search
from indexer.remote.forms import FormTable
from indexer.remote.lexicon import stars
from indexer.remote.source import CandidateSegment
from indexer.results import SearchOptions

CORPUS = Path(__file__).parent.parent.parent / "corpus"

OPTIONS: list[dict[str, Any]] = [
    {}, {"match": "root"}, {"match": "exact"}, {"strict": frozenset({"hamza", "ta"})},
    {"strict": frozenset({"marks"})}, {"explain": True}, {"fields": ("title",)},
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_a_search_is_answered_alike(
    query: str, local: Index, hits: list[dict[str, Any]], dictionary: Dictionary
) -> None:
    """Hits, scores, passages, unknown words, notes and explanations."""
    segment = CandidateSegment(hits, FormTable(), dictionary, lambda names: {})
    for options in OPTIONS:
        results = [
            Search(snapshot, local._files, VariantTable.default(), query,
                   SearchOptions(limit=None, **options), {}).results()
            for snapshot in (local._snapshot, Snapshot([segment]))
        ]  # fmt: skip
        wanted, given = (found._replace(elapsed_ms=0) for found in results)
        assert given == wanted, options


@pytest.mark.parametrize("query", QUERIES)
def test_a_few_candidates_score_as_in_the_whole(
    query: str, local: Index, hits: list[dict[str, Any]], dictionary: Dictionary
) -> None:
    parsed = QueryParser(variants=VariantTable.default()).parse(query).query
    whole = Evaluator(local._snapshot)
    docs, scores = whole.everything(parsed)
    chosen = docs[::3]
    leaves = leaves_of(parsed)
    leaves += [w for leaf in leaves if isinstance(leaf, PhraseQuery) for w in leaf.weighing]
    told = {leaf: whole.leaves.document_frequency(leaf) for leaf in leaves}
    some = [hits[doc] for doc in chosen.tolist()]
    segment = CandidateSegment(some, FormTable(), dictionary, lambda names: {})
    statistics = ToldStatistics(local._snapshot, told)
    found = Evaluator(Snapshot([segment], statistics=statistics)).scores(
        parsed, np.arange(len(some))
    )
    assert found.astype(np.float32).tolist() == scores[::3].tolist()


def test_documents_are_in_the_order_of_their_files_however_they_come(
    hits: list[dict[str, Any]], dictionary: Dictionary
) -> None:
    segment = CandidateSegment(hits[::-1], FormTable(), dictionary, lambda names: {})
    assert segment.hits == hits
    assert segment.file_numbers.tolist() == sorted(segment.file_numbers.tolist())
    assert segment.text(0, "text") == hits[0]["_source"]["text"]


def test_texts_that_did_not_come_are_fetched_once(hits: list[dict[str, Any]]) -> None:
    asked = []

    def fetch(names: Any) -> dict[str, str]:
        asked.append(list(names))
        return {name: f"text {name}" for name in names}

    bare = [
        {**hit, "_source": {k: v for k, v in hit["_source"].items() if k != "text"}} for hit in hits
    ]
    segment = CandidateSegment(bare, FormTable(), None, fetch)  # type: ignore[arg-type]
    segment.fetch_texts([1, 2])
    assert [segment.text(docnum, "text") for docnum in (1, 2, 3)] == [
        f"text {hit['_id']}" for hit in hits[1:4]
    ]
    assert asked == [[hit["_id"] for hit in hits[1:3]], [hits[3]["_id"]]]


@pytest.mark.parametrize(
    ("pieces", "wanted"),
    [(("كتا", ""), ["كتا*"]), (("", "تا", ""), ["*تا*"]), (("مسؤ", ""), ["مسو*", "مسء*"]),
     (("a*b", ""), ["a\\*b*"])],
)  # fmt: skip
def test_patterns_as_a_cluster_takes_them(pieces: tuple[str, ...], wanted: list[str]) -> None:
    assert sorted(stars(Wildcard(pieces))) == sorted(wanted)


def test_forms_of_a_text_are_those_of_the_analyzer() -> None:
    forms = [token.analysis for token in analyze("والكتب كتاب؛ وَلَد")]
    table = FormTable()
    ids = table.ids([a.unmarked for a in forms])
    for level in ("folded", "stem", "root"):
        keys = table.numbering.texts(table.keys(level).take(ids))
        assert keys == [getattr(a, level) for a in forms]
    assert table.known(["ليس", "كتاب"]) == table.ids(["كتاب"]).tolist()
