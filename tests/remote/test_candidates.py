"""Do documents of a cluster score as at home? With all of them, and with a few of them.

The documents are what a writer sends; the lexicon is one of dictionaries, by its definitions.
"""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from memory_engine import ToldStatistics
from word_lists import QUERIES, Dictionary

from analyzers.analyzer import analyze_form
from analyzers.variants import VariantTable
from indexer.index import Index
from indexer.query.nodes import PhraseQuery, leaves_of
from indexer.query.parser import QueryParser
from indexer.query.patterns import Wildcard
from indexer.ranking.evaluator import Evaluator
from indexer.ranking.expand import Expansion
from indexer.ranking.meanings import Words
from indexer.ranking.settings import DEFAULT
from indexer.ranking.snapshot import Snapshot
from indexer.reading.search import Search
from indexer.remote import lexicon
from indexer.remote.analysis import Terms, prepared
from indexer.remote.columns import unpacked
from indexer.remote.lexicon import stars
from indexer.remote.source import Candidate, CandidateSegment
from indexer.results import SearchOptions

CORPUS = Path(__file__).parent.parent.parent / "corpus"

OPTIONS: list[dict[str, Any]] = [
    {}, {"match": "root"}, {"match": "exact"}, {"strict": frozenset({"hamza", "ta"})},
    {"strict": frozenset({"marks"})}, {"explain": True}, {"fields": ("title",)},
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_a_search_is_answered_alike(
    query: str, local: Index, candidates: list[Candidate], dictionary: Dictionary
) -> None:
    """Hits, scores, passages, unknown words, notes and explanations."""
    segment = CandidateSegment(candidates, dictionary, lambda *names: {})
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
    query: str, local: Index, candidates: list[Candidate], dictionary: Dictionary
) -> None:
    parsed = QueryParser(variants=VariantTable.default()).parse(query).query
    whole = Evaluator(local._snapshot)
    docs, scores = whole.everything(parsed)
    chosen = docs[::3]
    leaves = leaves_of(parsed)
    leaves += [w for leaf in leaves if isinstance(leaf, PhraseQuery) for w in leaf.weighing]
    told = {leaf: whole.leaves.document_frequency(leaf) for leaf in leaves}
    some = [candidates[doc] for doc in chosen.tolist()]
    segment = CandidateSegment(some, dictionary, lambda *names: {})
    statistics = ToldStatistics(local._snapshot, told)
    found = Evaluator(Snapshot([segment], statistics=statistics)).scores(
        parsed, np.arange(len(some))
    )
    assert found.astype(np.float32).tolist() == scores[::3].tolist()


def test_documents_are_in_the_order_of_their_files_however_they_come(
    candidates: list[Candidate], dictionary: Dictionary
) -> None:
    segment = CandidateSegment(candidates[::-1], dictionary, lambda *names: {})
    assert segment.candidates == candidates
    assert segment.file_numbers.tolist() == sorted(segment.file_numbers.tolist())
    assert segment.text(0, "text") == candidates[0].shown["text"]  # type: ignore[index]


def test_what_is_shown_and_did_not_come_is_fetched_once(candidates: list[Candidate]) -> None:
    asked = []

    def fetch(names: Any, others: Any) -> dict[str, Any]:
        asked.append(list(names))
        return {name: {"text": f"text {name}"} for name in names}

    bare = [each._replace(shown=None) for each in candidates]
    names = [each.name for each in candidates]
    segment = CandidateSegment(bare, None, fetch)  # type: ignore[arg-type]
    segment.fetch([1, 2])
    texts = [segment.text(docnum, "text") for docnum in (1, 2, 3)]
    assert texts == [f"text {name}" for name in names[1:4]]
    assert asked == [names[1:3], names[3:4]]


@pytest.mark.parametrize(
    ("pieces", "wanted"),
    [(("كتا", ""), ["كتا*"]), (("", "تا", ""), ["*تا*"]), (("مسؤ", ""), ["مسو*", "مسء*"]),
     (("a*b", ""), ["a\\*b*"])],
)  # fmt: skip
def test_patterns_as_a_cluster_takes_them(pieces: tuple[str, ...], wanted: list[str]) -> None:
    assert sorted(stars(Wildcard(pieces))) == sorted(wanted)


def test_forms_that_stand_side_by_side_are_taken_one_by_one() -> None:
    """What a stem has taken must not be taken again by its root: كتاب, والكتاب and كتابه."""
    document = {"file": 1, "line": 1, "title": "", "text": "كتاب والكتاب كتابه"}
    (source,) = map(json.loads, prepared(Terms(), [document], [0]))
    ranked = unpacked(b64decode(source["ranked"]))
    segment = CandidateSegment([Candidate(*ranked[:3], ranked)], Dictionary([source]), dict)
    field = segment.field("text")
    assert field is not None
    assert field.group("stem", "كتاب").tolist() == [[0, 1], [1, 2], [2, 3]]
    expansions = (
        Expansion("stem", "كتاب", "stem", 1.0),
        Expansion("root", analyze_form("كتاب").root, "root", 0.5, stem="كتاب"),
    )
    words = Words([expansions], DEFAULT)
    (meaning,) = words.meanings(words.meant(field))
    assert meaning.expansion == expansions[0]
    assert meaning.spans.tolist() == [[0, 1], [1, 2], [2, 3]]


@pytest.mark.parametrize("pieces", [("مكت", ""), ("", "تاب"), ("", "ي", "")])
def test_where_too_many_forms_fit_texts_are_read(
    pieces: tuple[str, ...],
    candidates: list[Candidate],
    dictionary: Dictionary,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pattern = Wildcard(pieces)
    fields = []
    for most in (lexicon.MOST_FITTING, 0):
        monkeypatch.setattr(lexicon, "MOST_FITTING", most)
        field = CandidateSegment(candidates, dictionary, dict).field("text")
        assert field is not None
        fields.append(field.matching(pattern).tolist())
    assert dictionary.is_cut(pattern)
    assert fields[0] == fields[1] != []
