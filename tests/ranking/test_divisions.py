"""A score does not depend on how documents fall into segments: real texts, divided at random."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from ranking_cases import BOTH, Case, Oracle, columnar, write

from indexer.codec.whoosh.snapshot import snapshot_of
from indexer.query.nodes import Node, leaves_of
from indexer.query.parser import QueryParser
from indexer.ranking.resolve import Resolver
from indexer.results import MATCH_LEVELS

CORPUS = Path(__file__).parents[2] / "corpus"


NOUNS = ("اتفاقي", "محافظ", "جامع", "شرك", "مدرس", "رسال", "مقابل", "منافس", "ولاي", "مكافأ")
FORMS = [f"{before}{noun}{end}" for noun in NOUNS for before in ("", "ب", "ك", "ال")
         for end in ("ة", "ه", "ات", "ته")]  # fmt: skip
"""Words that may bear a proclitic, and are spelled like what is left without it."""


def pieces() -> list[str]:
    """The texts of the judged example, cut in pieces of about 300 words."""
    texts = [path.read_text("utf-8", "replace") for path in sorted(CORPUS.rglob("*.txt"))]
    words = [text.split() for text in texts]
    return [" ".join(w[at : at + 300]) for w in words for at in range(0, len(w), 300)]


def document(number: int, text: str) -> dict[str, Any]:
    title = " ".join(text.split()[:6])
    return {"file": number, "record": "", "date": "", "title": title, "text": text}


def divided(folder: Path, texts: list[str], segments: int, rng: random.Random) -> Case:
    """The texts in a random order, in segments of random sizes, with some that were deleted."""
    numbered = [document(number, text) for number, text in enumerate(texts)]
    strangers = [document(len(texts) + i, rng.choice(texts)) for i in range(segments - 1)]
    mixed = rng.sample(numbered + strangers, len(numbered) + len(strangers))
    cuts = [0, *sorted(rng.sample(range(1, len(mixed)), segments - 1)), len(mixed)]
    batches = [mixed[a:b] for a, b in pairwise(cuts)]
    searcher = write(columnar(str(folder)), batches, [s["file"] for s in strangers])
    return Case(searcher, Oracle([]))


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Case]]:
    rng, texts = random.Random(31), pieces()
    texts += [" ".join(rng.choices(FORMS, k=12)) for _ in range(40)]
    made = [divided(tmp_path_factory.mktemp("index"), texts, n, rng) for n in (1, 2, 5, 12)]
    yield made
    for case in made:
        case.searcher.close()


def queries() -> list[Node]:
    """Those of the example, and words from the texts at random, by every level in turn."""
    rng = random.Random(7)
    lines = (CORPUS / "queries.jsonl").read_text("utf-8").splitlines()
    asked = [json.loads(line)["text"] for line in lines[:60]]
    words = [word for text in pieces() for word in text.split() if word.isalpha()]
    asked += [" ".join(rng.sample(words, rng.randint(1, 6))) for _ in range(150)]
    asked += [f"{word}{rng.choice('حتمنةه')}" for word in rng.sample(words, 40)]
    asked += FORMS
    levels = ["variant", *MATCH_LEVELS]
    return [
        QueryParser(match=levels[i % len(levels)]).plain_query(text).query
        for i, text in enumerate(asked)
    ]


def test_the_same_scores_however_documents_are_divided(cases: list[Case]) -> None:
    for query in queries():
        first, *others = [case.found(query) for case in cases]
        assert all(other == first for other in others), str(query)


def test_no_term_counts_twice_for_a_word(cases: list[Case]) -> None:
    met = 0
    for case in cases:
        snapshot = snapshot_of(case.searcher)
        resolver = Resolver.of(snapshot)
        for leaf in (leaf for query in queries() for leaf in leaves_of(query)):
            for source in snapshot.sources(BOTH):
                meanings = list(resolver.spans(leaf, source))
                spans = sorted(pair for m in meanings for pair in m.spans.tolist())
                assert all(a[1] <= b[0] for a, b in pairwise(spans)), str(leaf)
                met += len(spans) > 1
    assert met


def test_what_two_stems_have_near_counts_once(tmp_path: Path) -> None:
    """باتفاقية may be اتفاقية with ب, and is spelled like it: باتفاقيات is met by its own stem."""
    texts = ["باتفاقية باتفاقيات", "اتفاقية اتفاقيه اتفاقيات", "باتفاقيات اتفاقية"]
    batches = [[document(number, text)] for number, text in enumerate(texts)]
    case = Case(write(columnar(str(tmp_path)), batches, []), Oracle([]))
    (leaf,) = leaves_of(QueryParser().plain_query("باتفاقية").query)
    snapshot = snapshot_of(case.searcher)
    resolver = Resolver.of(snapshot)
    for source in snapshot.sources(("text",)):
        spans = [pair for m in resolver.spans(leaf, source) for pair in m.spans.tolist()]
        slots = [slot for first, last in spans for slot in range(first, last)]
        assert len(slots) == len(set(slots))
    case.searcher.close()
