"""Words of a query are looked up together: each means what it does alone, and little is asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.feminines import pairs_of
from indexer import Index
from indexer.codec.columnar import ColumnarField
from indexer.query.nodes import Leaf, leaves_of
from indexer.query.parser import QueryParser
from indexer.ranking.expand import Expansion
from indexer.ranking.meanings import Terms, Words
from indexer.ranking.resolve import Resolver
from indexer.ranking.settings import DEFAULT
from indexer.ranking.snapshot import Snapshot
from indexer.ranking.source import LEVELS, Alike, Owned, end_to_end, spans_of
from indexer.results import MATCH_LEVELS

CORPUS = Path(__file__).parents[2] / "corpus"
QUERIES = [
    json.loads(x)["text"] for x in (CORPUS / "queries.jsonl").read_text("utf-8").splitlines()
]
ODD = ["المكتبة والطلبة", "كتا* الحكومة~1 «مجلس الأمن»", "غائبببب 2017 في", "title:حرب بصورة"]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("texts")
    with Index.create(folder) as index:
        for number, path in enumerate(sorted(CORPUS.rglob("*.txt"))):
            (folder / f"{number:02}.txt").write_bytes(path.read_bytes())
            if number % 20 == 0:
                index.update()
        yield index


def described(terms: tuple[Terms, ...]) -> list[Any]:
    return [
        (
            t.segment.base,
            t.field,
            t.kind,
            t.weights.tolist(),
            *map(np.ndarray.tolist, arrays),
            total,
        )
        for t in terms
        for *arrays, total in [(*t.located[:3], t.located.positions, t.located.total)]
    ]


@pytest.mark.parametrize("match", [None, *MATCH_LEVELS])
@pytest.mark.parametrize("strict", [(), ("hamza", "ta")])
def test_words_mean_together_what_each_means_alone(
    index: Index, match: Any, strict: tuple[str, ...]
) -> None:
    how = {} if match is None else {"match": match}
    parser = QueryParser(**how, strict=frozenset(strict))
    leaves: list[Leaf] = []
    for text in [*QUERIES[:30], *ODD]:
        leaves += leaves_of(parser.parse(text).query)
    segments = index._snapshot.segments
    together = Resolver(Snapshot(segments)).terms_of(leaves)
    alone = [Resolver(Snapshot(segments)).terms(leaf) for leaf in leaves]
    assert list(map(described, together)) == list(map(described, alone))
    assert sum(map(len, together)) > len(leaves)


def test_a_field_is_asked_no_more_often_for_more_words(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Counter[tuple[int, str]] = Counter()
    for name in ("groups", "alike", "beginning", "locate_each"):
        own = getattr(ColumnarField, name)

        def counted(self: ColumnarField, *given: Any, name: str = name, own: Any = own) -> Any:
            asked[id(self), name] += 1
            return own(self, *given)

        monkeypatch.setattr(ColumnarField, name, counted)
    words = QueryParser().parse("الحرب المدينة الرئيس الدولة المنطقة السكان").query
    # where whole stems are held, no more is asked to know that the words are
    leaves = [leaf for leaf in leaves_of(words) if not pairs_of(leaf.word.analysis.stem)]
    assert len(leaves) > 3
    segments = index._snapshot.segments
    for some in leaves[:1], leaves:
        asked.clear()
        Resolver(Snapshot(segments)).terms_of(some)
        assert max(n for (_, name), n in asked.items() if name == "groups") <= 1 + len(LEVELS)
        assert all(n == 1 for (_, name), n in asked.items() if name != "groups")


class Given:
    """A field of which the terms of each group are given, by key."""

    def __init__(self, spans: dict[str, list[tuple[int, int]]]) -> None:
        self._spans = spans

    def groups(self, _: str, keys: tuple[str, ...]) -> Owned:
        return end_to_end(spans_of(self._spans[key]) for key in keys)

    def bearing(self, _: tuple[str, ...]) -> list[Any]:
        return []

    def alike(self, *_: object) -> tuple[Alike, Alike]:
        nothing = Alike(spans_of([]), np.zeros(0, np.int64), np.zeros(0))
        return nothing, nothing


SPANS = st.lists(st.integers(0, 30), unique=True, max_size=8).map(
    lambda bounds: list(pairwise(sorted(bounds)))[::2]
)


@given(st.lists(st.lists(SPANS, min_size=1, max_size=6), max_size=4))
def test_a_term_counts_as_what_the_strongest_group_has(
    groups: list[list[list[tuple[int, int]]]],
) -> None:
    keys = [[f"{word} {n}" for n in range(len(of_word))] for word, of_word in enumerate(groups)]
    weight = iter(range(1, 100))
    expansions = [
        tuple(Expansion("stem", key, "stem", float(next(weight))) for key in of_word)
        for of_word in keys
    ]
    spans = dict(zip(chain(*keys), chain(*groups), strict=True))
    words = Words(expansions, DEFAULT)
    found = words.meant(Given(spans))  # type: ignore[arg-type]
    expected = {
        (word, slot): expansion
        for word, of_word in enumerate(expansions)
        for expansion in reversed(of_word)
        for first, last in spans[expansion.key]
        for slot in range(first, last)
    }
    rows = list(
        zip(found.spans.tolist(), found.groups.tolist(), found.weights.tolist(), strict=True)
    )
    met = [(int(words.words[g]), slot, g) for (a, b), g, _ in rows for slot in range(a, b)]
    assert met == sorted(met)
    assert {(word, slot): words.groups[g] for word, slot, g in met} == expected
    assert len(met) == len(expected)
    assert all(words.groups[g].weight == weight for _, g, weight in rows)
