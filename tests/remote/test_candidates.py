"""Do documents of a cluster score as at home? With all of them, and with a few of them.

The documents are what a writer sends; the lexicon is one of dictionaries, by its definitions.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from memory_engine import ToldStatistics

from analyzers import Analysis, analyze, analyze_form
from analyzers.proclitics import rests_in
from analyzers.variants import VariantTable
from indexer.codec.grams import grams_in, likeness
from indexer.index import Index
from indexer.query.nodes import PhraseQuery, leaves_of
from indexer.query.parser import QueryParser
from indexer.query.patterns import Fuzzy, Wildcard
from indexer.ranking.evaluator import Evaluator
from indexer.ranking.snapshot import Snapshot
from indexer.remote.analysis import Terms, prepared
from indexer.remote.forms import FormTable
from indexer.remote.lexicon import Count, Lexicon, stars
from indexer.remote.source import CandidateSegment
from indexer.results import SearchOptions
from indexer.search import Search

CORPUS = Path(__file__).parent.parent.parent / "corpus"

QUERIES = [
    "قطار المدينة", "أسعار الماء", "+كتاب -مكتبة", "«مجلس الإدارة»", '"مياه البحر"~6', "مكت*",
    "كتابب", "المكتبةة", "شركه~1", "title:الماء سعر", "(قطار OR ماء) AND مدينة", "*تاب",
    "ما معنى الماء الجوفي", "بالقطار", "طلاب المدارس", "والكتب الجديده", "غائبببب",
    "تشرين الثاني", "كتب^2 ماء", "لم يكتب",
]  # fmt: skip
OPTIONS: list[dict[str, Any]] = [
    {}, {"match": "root"}, {"match": "exact"}, {"strict": frozenset({"hamza", "ta"})},
    {"strict": frozenset({"marks"})}, {"explain": True}, {"fields": ("title",)},
]  # fmt: skip


class Dictionary(Lexicon):
    """A lexicon that holds the words of some documents."""

    def __init__(self, sources: list[dict[str, Any]]) -> None:
        super().__init__(None, "", "", (), "")  # type: ignore[arg-type]  # nobody is asked
        self._held: dict[str, Counter[str]] = {}
        self._in: dict[str, Counter[str]] = {}
        for name in ("title", "text"):
            texts = [source[f"{name}_u"].split() for source in sources]
            self._held[name] = Counter(form for text in texts for form in text)
            self._in[name] = Counter(form for text in texts for form in set(text))
        forms = sorted(set().union(*self._held.values()))
        self._analyses = [analyze_form(form) for form in forms]

    def _fetch_words(self, forms: list[tuple[str, str]], near: list[Fuzzy]) -> None:
        for sort, key in forms:
            self._forms[sort, key] = tuple(
                a.unmarked for a in self._analyses if key in _keys(a, sort)
            )
        for pattern in near:
            self._near[pattern] = tuple(
                (a.unmarked, a.folded) for a in self._analyses if pattern.tier(a.folded)
            )

    def _fetch_counts(self, wanted: list[tuple[str, str]]) -> None:
        for sort, key in wanted:
            forms = [a.unmarked for a in self._analyses if key in _keys(a, sort)]
            for name, held in self._held.items():
                count = Count(0, sum(held[form] for form in forms))
                self._counts[name, sort, key] = count

    def _find_nearest(self, stem: str) -> Iterator[tuple[str, float]]:
        for other in sorted({a.stem for a in self._analyses} - {stem}):
            if grams_in(other) and grams_in(stem) and likeness(stem, other) >= 0.5:
                yield other, likeness(stem, other)


def _keys(a: Analysis, sort: str) -> set[str]:
    if sort == "p":
        return set(rests_in(a.unmarked))
    if sort == "a":
        return {a.stem} if a.unmarked.startswith(("ال", "وال")) else set()
    return {{"u": a.unmarked, "f": a.folded, "s": a.stem, "r": a.root}[sort]}


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("texts")
    for number, path in enumerate(sorted(CORPUS.rglob("*.txt"))[:30]):
        text = " ".join(path.read_text("utf-8", "replace").split()[:150])
        (folder / f"{number:02}.txt").write_text(text, "utf-8")
    with Index.create(folder) as index:
        index.update()
        yield index


@pytest.fixture(scope="module")
def hits(local: Index) -> list[dict[str, Any]]:
    """What a cluster would hold of them."""
    snapshot, documents = local._snapshot, []
    for doc in range(snapshot.size):
        segment, docnum = snapshot.locate(doc)
        texts = {name: segment.text(docnum, name) for name in ("title", "text")}
        documents.append({**segment.record(docnum), **texts})
    sources = prepared(Terms(), documents, [0] * len(documents))
    return [{"_id": str(n), "_source": json.loads(source)} for n, source in enumerate(sources)]


@pytest.fixture(scope="module")
def dictionary(hits: list[dict[str, Any]]) -> Dictionary:
    return Dictionary([hit["_source"] for hit in hits])


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
    assert [segment.text(docnum, "text") for docnum in (1, 2, 3)] == ["text 1", "text 2", "text 3"]
    assert asked == [["1", "2"], ["3"]]


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
