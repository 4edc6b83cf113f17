"""The minimum that numpy needs for a query of two words, beside ours and tantivy's.

    python benchmarks/floor.py PLAN --index DIR --tantivy DIR

The least is a straight line of calls that holds for this class alone: two words that must both be
there, their postings looked up beforehand, no deletions, forms that all count one; the documents
that hold both, their BM25, the ten best and the count. No nearness, no coverage, no objects. What
it takes is what an evaluator in numpy cannot be faster than. Measured as latency.py does.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from latency import LIMIT, Ask, Tantivy, made, measure, ready
from numpy.typing import NDArray
from queries import BenchQuery, read_plan
from report import use_checkout

use_checkout()

from indexer.index import Index  # noqa: E402
from indexer.query.nodes import leaves_of  # noqa: E402
from indexer.ranking.bm25 import saturation  # noqa: E402
from indexer.ranking.evaluator import Evaluator  # noqa: E402
from indexer.ranking.meanings import OTHER  # noqa: E402
from indexer.ranking.resolve import Resolver  # noqa: E402

KIND = "AND of 2"
LEAST, OURS = "least in numpy", "fahras, ready"

Slice = tuple[NDArray[Any], NDArray[Any], int]
"""Docs and term frequencies of neighbouring postings; the number of their first document."""


def least(query: Any, snapshot: Any) -> Ask:
    """The straight line for one query; all that can be known beforehand is."""
    words = leaves_of(query)
    slices = [_slices(word, snapshot) for word in words]
    norms, size = snapshot.norms(words[0].fields), snapshot.size
    idfs = [Evaluator(snapshot).leaves.idf(word) for word in words]

    def ask() -> int:
        docs = [
            np.concatenate([np.add(d, base, dtype=np.int64) for d, _, base in s]) for s in slices
        ]
        tfs = [np.concatenate([tf for _, tf, _ in s]) for s in slices]
        first = np.zeros(size, np.bool_)
        first[docs[0]] = True
        both = np.zeros(size, np.bool_)
        both[docs[1][first.take(docs[1])]] = True
        found = both.nonzero()[0]
        places = np.empty(size, np.int32)
        places[found] = np.arange(len(found))
        here, scores = norms.take(found), np.zeros(len(found))
        for word_docs, word_tfs, idf in zip(docs, tfs, idfs, strict=True):
            at = both.take(word_docs).nonzero()[0]
            rows = places.take(word_docs.take(at))
            tf = np.bincount(rows, word_tfs.take(at), len(found))
            scores += idf * saturation(tf, here, snapshot.settings.k1)
        np.lexsort((found, -scores))[:LIMIT]
        return len(found)

    return ask


def _slices(word: Any, snapshot: Any) -> list[Slice]:
    return [
        (*terms.source.gather(span[np.newaxis], int(span[1] - span[0])), terms.segment.base)
        for terms in Resolver.of(snapshot).terms(word)
        if terms.kind < OTHER
        for span in terms.located.ranges
    ]


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("plan")
    parser.add_argument("--index", required=True)
    parser.add_argument("--tantivy", required=True)
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args(argv)
    asked = [query for query in read_plan(options.plan) if query.kind == KIND]
    with Index.open(os.path.dirname(options.index), index_dir=options.index) as index:
        engines: dict[str, Callable[[BenchQuery], Ask]] = {
            LEAST: lambda query: least(*made(index, query)),
            OURS: lambda query: ready(*made(index, query)),
            "tantivy, ready": Tantivy(options.tantivy).ready,
        }
        measured = measure(asked, engines, options.rounds)
    if measured["totals"][LEAST] != measured["totals"][OURS]:
        raise SystemExit("the straight line does not count what the evaluator counts")
    for name, times in measured["ms"].items():
        print(f"{name:16} {statistics.mean(times) * 1000:6.1f} us")


if __name__ == "__main__":
    main()
