"""How fast is Fahras, in ratios to other engines on the same files, in one interleaved run?

    python benchmarks/speed.py --corpus DIR [--work DIR] [--only index slice memory ...]

Prints every row of the project's bar, and the tables that it comes from. DIR is a folder of .txt
files, such as `corpora.py files` writes. A peer that is not installed is a line that says so.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Sequence

import searching
from bars import bar_table
from indexing import Found, Indexing
from processes import progress
from queries import prepare
from report import RUNS, Corpus, Report, publish, source_digest

PARTS = ("index", "update", "slice", "memory", "queries", "cold", "batch")
GROWTH_KEYS = ("million_ms", "growth")


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    add = parser.add_argument
    add("--corpus", required=True, metavar="DIR", help="a folder of .txt files")
    add("--work", metavar="DIR", help="a folder for indexes; kept, and used again for queries")
    add("--only", nargs="+", choices=PARTS, default=list(PARTS), help="these parts only")
    add("--rounds", type=int, default=5, help="how often each command runs")
    add("--cold-rounds", type=int, default=15)
    add("--slice-mb", type=float, default=10.0, help="size of the slice for stock Whoosh")
    add("--queries", type=int, default=20, metavar="N", help="queries of each class")
    add("--batch", type=int, default=1000, metavar="N", help="queries of a batch")
    add("--growth", metavar="JSON", help="a report of growth.py, whose rows are to be shown too")
    add("--corpus-name", metavar="NAME", help="what the report calls the corpus")
    add("--name", default="speed", help="name of the report")
    add("--out", default=RUNS, metavar="DIR", help="folder of reports; - for none")
    return parser


def measure(options: argparse.Namespace, corpus: Corpus, work: str) -> Found:
    """Run the parts that are wanted, and gather what they found."""
    wanted = set(options.only)
    indexing = Indexing(corpus, os.path.abspath(options.corpus), work, options.rounds)
    parts: list[Found] = []
    searches = wanted & {"queries", "cold", "batch"}
    if wanted & {"index", "update"} or not os.path.isdir(indexing.index_dir):
        competitors, updates = "index" in wanted, "update" in wanted
        parts.append(indexing.whole(updates=updates, competitors=competitors))
    if "slice" in wanted:
        parts.append(indexing.against_whoosh(int(options.slice_mb * 1e6)))
    if "memory" in wanted:
        parts.append(indexing.memory())
    if searches:
        parts += searched(options, indexing.index_dir, work, searches)
    return gathered(parts)


def searched(
    options: argparse.Namespace, index_dir: str, work: str, wanted: set[str]
) -> list[Found]:
    """The parts that need an index and queries."""
    progress("drawing queries")
    prepared = prepare(os.path.abspath(options.corpus), work, options.queries)
    texts = [query.text for query in prepared.queries]
    words = [query.text for query in prepared.queries if query.kind == "mid"] or texts
    parts = []
    if "queries" in wanted:
        parts.append(searching.warm(prepared, work, index_dir, options.rounds))
    if "cold" in wanted:
        parts.append(searching.cold(words, index_dir, options.cold_rounds))
    if "batch" in wanted:
        parts.append(searching.batch(texts, index_dir, work, options.batch, options.rounds))
    return parts


def gathered(parts: Sequence[Found]) -> Found:
    """All parts as one."""
    whole = Found()
    for part in parts:
        whole.values |= part.values
        whole.tables += part.tables
        whole.raw |= part.raw
    return whole


def growth_values(path: str | None) -> dict[str, float]:
    """The bar's rows that growth.py measured in a run of its own."""
    if path is None:
        return {}
    with open(path, encoding="utf-8") as file:
        values = json.load(file)["raw"]["values"]
    return {key: values[key] for key in GROWTH_KEYS if key in values}


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print, and write the report."""
    options = arguments().parse_args(argv)
    if not os.path.isdir(options.corpus):
        raise SystemExit("--corpus is no folder")
    corpus = Corpus.of(options.corpus, options.corpus_name)
    if not corpus.files:
        raise SystemExit("the corpus is empty")
    settings = {"rounds": options.rounds, "parts": " ".join(options.only)}
    report = Report(options.name, [corpus], settings)
    folder = f"{corpus.blake2b}-{source_digest()}"
    with tempfile.TemporaryDirectory() as temporary:
        work = os.path.join(os.path.abspath(options.work or temporary), folder)
        os.makedirs(work, exist_ok=True)
        found = measure(options, corpus, work)
    values = found.values | growth_values(options.growth)
    bars = bar_table(values)
    bars.notes.append(
        f"On {corpus.files:,} files; queries and the run without changes are asked of 30,000."
    )
    report.tables = [bars, *found.tables]
    report.raw = {"values": values, **found.raw}
    publish(report, options.out)


if __name__ == "__main__":
    main()
