"""How does a setting do on judged collections? Index, ask every query, keep every measure.

Indexes are kept in a working folder under a digest of the texts and of the code that decides what
is in an index, so that none is used after either has changed.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence

import significance
from overrides import DEPTH, setting
from report import source_digest, use_checkout

use_checkout()

from indexer import measures  # noqa: E402
from indexer.index import Index  # noqa: E402
from indexer.results import SearchOptions  # noqa: E402

ByQuery = dict[str, measures.Measures]


@dataclasses.dataclass(slots=True)
class Outcome:
    """What one setting reached: measures by collection and query, and milliseconds a query."""

    setting: str
    measures: dict[str, ByQuery]
    query_ms: dict[str, float]

    def scores(self) -> dict[str, significance.Scores]:
        """nDCG@10 by collection and query."""
        return {
            name: {query: m.ndcg_10 for query, m in by_query.items()}
            for name, by_query in self.measures.items()
        }


def read_lines(path: str) -> Iterator[dict[str, str]]:
    """The records of a .jsonl.gz."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def read_judgements(path: str) -> dict[str, dict[str, int]]:
    """Relevance by query and document, from a table of three columns."""
    judgements: dict[str, dict[str, int]] = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            query, document, relevance = line.rstrip("\n").split("\t")
            judgements.setdefault(query, {})[document] = int(relevance)
    return judgements


def index_of(collection: str, work: str) -> str:
    """The index of a collection's documents, made now or kept in `work` by an earlier run."""
    with open(os.path.join(collection, "docs.jsonl.gz"), "rb") as file:
        texts = hashlib.blake2b(file.read(), digest_size=8).hexdigest()
    name = f"{os.path.basename(collection)}-{texts}-{source_digest()}"
    where = os.path.join(work, "indexes", name)
    done = os.path.join(where, "complete")
    if not os.path.exists(done):
        started = time.perf_counter()
        with Index.create(collection, index_dir=where) as index:
            index.update([os.path.join(collection, "docs.jsonl.gz")])
        with open(done, "w", encoding="ascii"):
            pass
        took = time.perf_counter() - started
        print(f"{os.path.basename(collection)} indexed in {took:.1f} s", file=sys.stderr)
    return where


def evaluate(collection: str, where: str, options: SearchOptions) -> tuple[ByQuery, float]:
    """The measures of every judged query, and the mean of milliseconds a query."""
    judgements = read_judgements(os.path.join(collection, "qrels.tsv"))
    queries = [
        (record["id"], record["text"])
        for record in read_lines(os.path.join(collection, "queries.jsonl.gz"))
        if measures.judged(judgements.get(record["id"], {}))
    ]
    measured: ByQuery = {}
    with Index.open(collection, index_dir=where) as index:
        started = time.perf_counter()
        for query, text in queries:
            ranking = sorted(index.rank(text, options, DEPTH), key=lambda hit: (-hit[1], hit[0]))
            names = [document for document, _ in ranking]
            measured[query] = measures.measure(names, judgements[query])
        elapsed = time.perf_counter() - started
    return measured, elapsed * 1000 / max(len(queries), 1)


def measure(text: str, collections: Sequence[str], work: str) -> Outcome:
    """Evaluate a setting on collections (folders)."""
    outcome = Outcome(text, {}, {})
    for collection in collections:
        name = os.path.basename(collection)
        where = index_of(collection, work)
        with setting(text) as options:
            outcome.measures[name], outcome.query_ms[name] = evaluate(collection, where, options)
    return outcome


def save_outcome(outcome: Outcome, path: str) -> None:
    """Keep all measures of a setting, for --compare."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump(dataclasses.asdict(outcome), file)


def load_outcome(path: str) -> Outcome:
    """An outcome that was kept with --save."""
    with open(path, encoding="utf-8") as file:
        kept = json.load(file)
    measured = {
        name: {query: measures.Measures(**values) for query, values in by_query.items()}
        for name, by_query in kept["measures"].items()
    }
    name = os.path.basename(path).removesuffix(".json")
    return Outcome(f"{kept['setting']}, as kept in {name}", measured, kept["query_ms"])
