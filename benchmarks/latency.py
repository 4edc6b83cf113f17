"""The time of a query in a warm process, beside other engines with the same terms.

    python benchmarks/latency.py PLAN --index DIR [--tantivy DIR] [--fts5 DIR]

One process. In each round every engine runs all queries, one engine after the other, starting with
another one each time: an engine that runs its queries in a row finds its own data in the caches, as
in a process of its own, while one that alternates with others finds theirs. The first round warms
up and does not count. A query's time is its median over the rounds, that of a class the mean of its
queries.

Equal work is compared: "ready" is from a query made beforehand to ten documents and the count of
all; "whole" is from the text of a query to ten documents looked up. `plain` is a search for stems
without nearness and coverage.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from queries import BenchQuery, read_plan
from report import use_checkout

use_checkout()

from indexer.index import Index  # noqa: E402
from indexer.ranking.evaluator import Evaluator  # noqa: E402
from indexer.ranking.settings import RankingSettings  # noqa: E402
from indexer.ranking.snapshot import Snapshot  # noqa: E402
from indexer.results import SearchOptions  # noqa: E402

LIMIT = 10
OPTIONS = {
    "default": SearchOptions(limit=LIMIT, snippets=0),
    "snippets": SearchOptions(limit=LIMIT),
    "stem": SearchOptions(limit=LIMIT, snippets=0, match="stem"),
}

WAYS = [*OPTIONS, "plain", "ready"]

Ask = Callable[[], int | None]
"""Runs one query; how many documents it meets, where the engine says so."""


PLAIN = RankingSettings(proximity=0.0, coverage=0.0, exact=1.0)
"""Stems and nothing else: the sum of BM25 over the words."""


@contextmanager
def fahras(
    index_dir: str, kinds: Sequence[str]
) -> Iterator[dict[str, Callable[[BenchQuery], Ask]]]:
    """One open index, asked in several ways."""
    with ExitStack() as stack:

        def opened() -> Index:
            index = Index.open(os.path.dirname(index_dir), index_dir=index_dir)
            return stack.enter_context(index)

        index, plain = opened(), opened()
        segments = plain._snapshot.segments
        plain.__dict__["_snapshot"] = Snapshot(segments, PLAIN)

        def whole(options: SearchOptions, index: Index = index) -> Callable[[BenchQuery], Ask]:
            return lambda query: lambda: index.search(query.text, options).total

        ways = {name: whole(options) for name, options in OPTIONS.items()}
        ways["plain"] = whole(OPTIONS["stem"], plain)
        ways["ready"] = lambda query: ready(*made(index, query))
        yield {kind: ways[kind] for kind in kinds}


def made(index: Index, query: BenchQuery) -> tuple[Any, Snapshot]:
    """A query for stems that is ready to be evaluated, and on what."""
    search = index._search(query.text, OPTIONS["stem"])
    return search.query, search.snapshot


def ready(asked: Any, snapshot: Snapshot) -> Ask:
    """Searches; the query is made beforehand, no document is looked up."""
    return lambda: Evaluator(snapshot).rank(asked, LIMIT, _by_number).total


def _by_number(docs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Ties fall to the number of the document, as tantivy's do."""
    return docs


class Tantivy:
    """Tantivy's top ten with the count of all."""

    def __init__(self, folder: str) -> None:
        import tantivy

        self._index = tantivy.Index.open(folder)
        self._index.reload()
        self._searcher: Any = self._index.searcher()
        self._engine = tantivy

    def _made(self, query: BenchQuery) -> Any:
        """The query of terms that are there already."""
        schema, make = self._index.schema, self._engine.Query
        if query.kind == "phrase":
            return make.phrase_query(schema, "folded", list(query.terms))
        if query.kind == "prefix":
            return make.regex_query(schema, "folded", query.terms[0] + ".*")
        terms = [make.term_query(schema, "stem", t, index_option="freq") for t in query.terms]
        occur = (
            self._engine.Occur.Must if query.kind.startswith("AND") else self._engine.Occur.Should
        )
        return terms[0] if len(terms) == 1 else make.boolean_query([(occur, t) for t in terms])

    def _parsed(self, query: BenchQuery) -> Any:
        """The query of a text, by its own parser; a prefix has no words in that."""
        if query.kind == "prefix":
            return self._made(query)
        if query.kind == "phrase":
            return self._index.parse_query(f'"{" ".join(query.terms)}"', ["folded"])
        sign = "+" if query.kind.startswith("AND") else ""
        return self._index.parse_query(" ".join(sign + term for term in query.terms), ["stem"])

    def ready(self, query: BenchQuery) -> Ask:
        """Searches; the query object is made beforehand, no document is looked up."""
        made, search = self._made(query), self._searcher.search
        return lambda: int(search(made, limit=LIMIT, count=True).count)

    def whole(self, query: BenchQuery) -> Ask:
        """Parses the query, searches, and looks the stored number of ten documents up."""

        def ask() -> int:
            found = self._searcher.search(self._parsed(query), limit=LIMIT, count=True)
            for _, address in found.hits:
                self._searcher.doc(address)["number"]
            return int(found.count)

        return ask


def fts5(folder: str) -> Callable[[BenchQuery], Ask]:
    """The ten best of SQLite FTS5, by its own BM25, without a count."""
    connection = sqlite3.connect(os.path.join(folder, "fts5.db"))
    select = "SELECT rowid, rank FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?"

    def ask(query: BenchQuery) -> Ask:
        match = fts5_match(query)

        def run() -> None:
            connection.execute(select, (match, LIMIT)).fetchall()

        return run

    return ask


def fts5_match(query: BenchQuery) -> str:
    """The query in FTS5's language."""
    quoted = [f'"{term}"' for term in query.terms]
    if query.kind == "phrase":
        return f'folded : "{" ".join(query.terms)}"'
    if query.kind == "prefix":
        return f"folded : {quoted[0]} *"
    return f"stem : ({(' AND ' if query.kind.startswith('AND') else ' OR ').join(quoted)})"


def measure(
    asked: Sequence[BenchQuery], engines: dict[str, Callable[[BenchQuery], Ask]], rounds: int
) -> dict[str, Any]:
    """Milliseconds by engine and query, and the totals that each engine counted."""
    asks = [{name: engine(query) for name, engine in engines.items()} for query in asked]
    times = {name: [[0.0] * rounds for _ in asked] for name in engines}
    totals: dict[str, list[int | None]] = {name: [None] * len(asked) for name in engines}
    names = list(engines)
    for number in range(-1, rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            for place, by_engine in enumerate(asks):
                ask = by_engine[name]
                started = time.perf_counter()
                total = ask()
                if number < 0:
                    totals[name][place] = total
                else:
                    times[name][place][number] = (time.perf_counter() - started) * 1000
    return {
        "kinds": [query.kind for query in asked],
        "ms": {name: [statistics.median(t) for t in rows] for name, rows in times.items()},
        "totals": totals,
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("plan")
    parser.add_argument("--index", required=True)
    parser.add_argument("--tantivy")
    parser.add_argument("--fts5")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kinds", nargs="+", default=WAYS, choices=WAYS)
    options = parser.parse_args(argv)
    with fahras(options.index, options.kinds) as engines:
        if options.tantivy:
            peer = Tantivy(options.tantivy)
            engines |= {"tantivy": peer.ready, "tantivy whole": peer.whole}
        if options.fts5:
            engines["fts5"] = fts5(options.fts5)
        json.dump(measure(read_plan(options.plan), engines, options.rounds), sys.stdout)


if __name__ == "__main__":
    main()
