"""What do queries of each class cost, of those that look at much of an index, beside others?

    python benchmarks/scale.py CORPUS [--work DIR] [--lucene DIR] [--rounds 3] [--only fuzzy infix]

CORPUS is a folder of text files, `corpora.py multiply` makes large ones. Every query is asked in a
process of its own for each engine, in turn: first after another query that opens the index and
imports what searches need, then again five times. CPU time, without snippets. `CLASSES` is the
table: a class has a name, its queries for us, for tantivy, and whether Lucene takes them, too.
Lucene is compiled from `lucene/Lucene.java` with the jars in DIR (`lucene.py`).
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import lucene
import peers
from indexing import fahras_index
from processes import progress, run
from report import HERE, RUNS, Cell, Corpus, Report, Table, publish, use_checkout

use_checkout()

FAHRAS, TANTIVY, LUCENE = "fahras", "tantivy", "lucene"
OPENING = "السلام"
"""A word that is asked before anything is measured."""

AGAIN = 5


class Class(NamedTuple):
    """A class of queries. options: of our search. peer: tantivy's method and what it is given.

    lucene: by which of its fields Lucene sorts, "" by score; None if it is not asked. Its parser
    takes our queries as they are.
    """

    queries: tuple[str, ...]
    options: dict[str, Any] = {}  # noqa: RUF012  never changed
    peer: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    lucene: str | None = None


def fuzzy(*words: str, edits: int) -> Class:
    """Words that may be misspelled."""
    peer = tuple(("fuzzy_term_query", (word, edits)) for word in words)
    return Class(tuple(f"{word}~{edits}" for word in words), peer=peer, lucene="")


def starred(*patterns: str) -> Class:
    """Words with stars."""
    peer = tuple(("regex_query", (p.replace("*", ".*"),)) for p in patterns)
    return Class(patterns, peer=peer, lucene="")


def words(*queries: str, **options: Any) -> Class:
    """Words, AND and OR among them; the parsers of others take those as they are."""
    asked = tuple(query for query in queries if not options)
    peer = tuple(("parse", (query,)) for query in asked)
    return Class(queries, options, peer, lucene=None if options else "")


CLASSES: dict[str, Class] = {
    "fuzzy 1": fuzzy("كتب", "المستشفى", "الحكومة", edits=1),
    "fuzzy 2": fuzzy("كتب", "المستشفى", "الحكومة", edits=2),
    "prefix": starred("كتا*", "مستش*"),
    "infix": starred("*كتب*", "*ستش*"),
    "star inside": starred("ك*ب", "م*ات"),
    "suffix": starred("*تين"),
    "misspelled": Class(("المستشفىى", "الحكزمة", "الانتحابات")),
    "common word": words("الرئيس", "العالم"),
    "AND of 2": words("الرئيس AND العالم"),
    "OR of 3": words("الرئيس العالم الحكومة"),
    "OR of 8": words("الرئيس العالم الحكومة السوق الماضي الشركة المملكة اليوم"),
    "phrase": Class(('"المملكة العربية"',), lucene=""),
    "sort by date": words("الرئيس", sort="date"),
    "sort by path": words("الرئيس", sort="path"),
    "sort by size": words("الرئيس", sort="size")._replace(lucene="size"),
    "--in GLOB": words("الرئيس", within=("*/01*",)),
    "path:": Class(("الرئيس path:00*",)),
    "--since": words("الرئيس", since="2015"),
    "--explain": words("الرئيس", explain=True),
    "--strict marks": words("كِتَاب", strict=frozenset({"marks"})),
}


class Cost(NamedTuple):
    """Of one query of one engine, in ms. total: the documents found."""

    first: float
    again: float
    total: int


def worker(engine: str, index: str, kind: str, place: int) -> Cost:
    """Ask one query; runs in a process of its own."""
    ask = ours(index, kind, place) if engine == FAHRAS else tantivys(index, kind, place)
    times = []
    for _ in range(1 + AGAIN):
        started = time.process_time()
        total = ask()
        times.append((time.process_time() - started) * 1000)
    return Cost(times[0], statistics.median(times[1:]), total)


def ours(index: str, kind: str, place: int) -> Callable[[], int]:
    """What asks us."""
    from indexer import Index, SearchOptions
    from indexer.process import take_large_pages

    take_large_pages()  # as a process of ours does that answers queries
    opened = Index.open(index_dir=index)
    options = SearchOptions(snippets=0, **CLASSES[kind].options)
    opened.search(OPENING, options)
    return lambda: opened.search(CLASSES[kind].queries[place], options).total


def tantivys(index: str, kind: str, place: int) -> Callable[[], int]:
    """What asks tantivy."""
    import tantivy

    opened = tantivy.Index.open(index)
    searcher = opened.searcher()
    searcher.search(tantivy.Query.term_query(opened.schema, "body", OPENING), 10)
    method, given = CLASSES[kind].peer[place]
    if method == "parse":
        return lambda: int(searcher.search(opened.parse_query(*given, ["body"]), 10).count)
    make = getattr(tantivy.Query, method)
    return lambda: int(searcher.search(make(opened.schema, "body", *given), 10).count)


def asked(engine: str, index: str, kind: str, place: int) -> Cost:
    """The cost of a query, from a process that asks nothing else."""
    if engine == LUCENE:
        query, field = CLASSES[kind].queries[place], CLASSES[kind].lucene
        total, times = lucene.ask(index, OPENING, 1 + AGAIN, query, field or None)
        return Cost(times[0], statistics.median(times[1:]), total)
    command = [sys.executable, __file__, "--worker", engine, index, kind, str(place)]
    return Cost(*json.loads(run(command).output))


def measured(indexes: dict[str, str], kinds: Sequence[str], rounds: int) -> Table:
    """A row a query: the medians of all rounds, engines in turn."""
    columns = ["class", "query", "documents", "first, ms", "again, ms", "tantivy first, ms",
               "tantivy again, ms", "first / tantivy's", "Lucene first, ms", "Lucene again, ms",
               "first / Lucene's"]  # fmt: skip
    table = Table("Queries over the whole dictionary", columns)
    for kind in kinds:
        for place, query in enumerate(CLASSES[kind].queries):
            costs: dict[str, list[Cost]] = {name: [] for name in indexes}
            for _ in range(rounds):
                for name, index in indexes.items():
                    if is_asked(name, CLASSES[kind]):
                        costs[name].append(asked(name, index, kind, place))
            table.rows.append([kind, query, *_cells(costs)])
            progress(f"{kind}: {query}")
    table.notes.append(
        "CPU ms without snippets: the first query of its kind in a process, and the same again. "
        "Words of tantivy and Lucene are not normalised: they find other documents. Lucene's first "
        "query runs in code that is not compiled yet; what compiles it is not counted."
    )
    if LUCENE not in indexes:
        table.notes.append("Lucene was not asked: it needs javac and its jars (`--lucene DIR`).")
    return table


def is_asked(engine: str, kind: Class) -> bool:
    """Whether an engine takes the queries of a class."""
    return {FAHRAS: True, TANTIVY: bool(kind.peer), LUCENE: kind.lucene is not None}[engine]


def _cells(costs: dict[str, list[Cost]]) -> list[Cell]:
    def middle(name: str, part: int) -> float | None:
        found = [cost[part] for cost in costs.get(name, ())]
        return statistics.median(found) if found else None

    first = middle(FAHRAS, 0)
    cells: list[Cell] = [costs[FAHRAS][0].total, first, middle(FAHRAS, 1)]
    for peer in (TANTIVY, LUCENE):
        theirs = middle(peer, 0)
        cells += [theirs, middle(peer, 1), first / theirs if first and theirs else None]
    return cells


def build(corpus: str, work: str, jars: str | None = None) -> dict[str, str]:
    """The indexes of all engines that are there, made once a working folder."""
    indexes = {FAHRAS: os.path.join(work, "scale-fahras")}
    if not os.path.exists(indexes[FAHRAS]):
        fahras_index((corpus,), indexes[FAHRAS])
    if peers.has_tantivy():
        indexes[TANTIVY] = os.path.join(work, "scale-tantivy")
        if not os.path.exists(indexes[TANTIVY]):
            peers.main(["tantivy", corpus, indexes[TANTIVY], "--threads", "1"])
    if lucene.is_there(jars):
        indexes[LUCENE] = os.path.join(work, "scale-lucene")
        lucene.use(jars, os.path.join(work, "lucene-classes"))
        if not os.path.exists(indexes[LUCENE]):
            lucene.index(corpus, indexes[LUCENE])
    return indexes


def compiled() -> None:
    """Compile what is measured, as installing does: no first query pays for it."""
    for package in ("analyzers", "indexer"):
        compileall.compile_dir(os.path.join(os.path.dirname(HERE), package), quiet=1)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print, and write the report."""
    given = list(sys.argv[1:] if argv is None else argv)
    if given[:1] == ["--worker"]:
        engine, index, kind, place = given[1:]
        print(json.dumps(worker(engine, index, kind, int(place))))
        return
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("corpus")
    parser.add_argument("--corpus-name", metavar="NAME", help="what the report calls it")
    parser.add_argument("--work", metavar="DIR", help="a folder for indexes; kept for the next run")
    parser.add_argument("--lucene", metavar="DIR", help="a folder with Lucene's jars")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=list(CLASSES), choices=list(CLASSES))
    parser.add_argument("--name", default="scale", help="name of the report")
    parser.add_argument("--out", default=RUNS, metavar="DIR", help="folder of reports; - for none")
    options = parser.parse_args(given)
    corpus = Corpus.of(options.corpus, options.corpus_name)
    report = Report(options.name, [corpus], {"rounds": options.rounds})
    compiled()
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or temporary
        indexes = build(os.path.abspath(options.corpus), work, options.lucene)
        report.tables = [measured(indexes, options.only, options.rounds)]
        if LUCENE in indexes:
            report.tables[0].notes.append(f"Lucene {lucene.version(options.lucene)}.")
    publish(report, options.out)


if __name__ == "__main__":
    main()
