"""How good is the ranking on judged collections, beside published analyzers?

    python benchmarks/relevance.py --collections DIR
    python benchmarks/relevance.py --collections DIR --compare default match=stem

A setting is `default`, or KEY=VALUE with commas between several: a field of SearchOptions
(`match=stem`) or a constant by its module (`indexer.ranking.bm25.B=0.5`). Settings, or runs kept
with --save, are compared by a paired bootstrap. It tunes nothing by itself.
"""

from __future__ import annotations

import argparse
import ast
import dataclasses
import gzip
import hashlib
import importlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import significance
from report import ROOT, RUNS, Cell, Corpus, Report, Table, publish, use_checkout

use_checkout()

from indexer import evaluation  # noqa: E402
from indexer.index import Index  # noqa: E402
from indexer.results import SearchOptions  # noqa: E402

COLLECTIONS = ("arcd", "xquad_ar", "quranqa", "saudinews", "nsurl_q2q", "najiz_faq")
LUCENE = "Lucene ArabicAnalyzer"
PUBLISHED: dict[str, tuple[float, ...]] = {
    r"`\w+` tokens": (69.7, 89.0, 19.3, 66.0, 64.5, 51.4),
    "normalization only": (77.2, 89.0, 19.4, 65.8, 64.5, 51.2),
    LUCENE: (81.8, 93.8, 25.7, 69.9, 73.5, 61.5),
    "Snowball Arabic": (81.3, 93.5, 26.4, 69.8, 71.5, 60.0),
    "ISRI root stemmer": (79.3, 92.8, 28.6, 67.6, 75.8, 57.8),
    "Tashaphyne light stem": (79.3, 94.0, 27.0, 70.9, 71.5, 58.0),
    "light10 + stopwords + 0.5 ISRI": (83.9, 94.5, 29.0, 71.2, 75.9, 62.9),
    "padded character 4-grams": (84.7, 95.5, 28.6, 72.1, 77.8, 60.0),
    "best probe": (85.4, 96.2, 32.6, 73.3, 78.1, 63.1),
}
"""nDCG@10 x 100 in the order of COLLECTIONS, as the collections' own README gives them."""

DEPTH = 100
MEASURES = ("ndcg_10", "mrr_10", "recall_10", "recall_100")
SOURCES = ("analyzers", "indexer/codec", "indexer/extract", "indexer/engine.py",
           "indexer/schema.py", "indexer/storage.py", "indexer/update.py")  # fmt: skip
"""What an index depends on: a kept one serves as long as these stay the same."""

ByQuery = dict[str, evaluation.Measures]


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


def source_digest() -> str:
    """A digest of the code and the tables that decide what is in an index."""
    digest = hashlib.blake2b(digest_size=8)
    for source in SOURCES:
        path = os.path.join(ROOT, source)
        if not os.path.exists(path):
            continue
        found = [path] if os.path.isfile(path) else _code_below(path)
        for name in sorted(found):
            with open(name, "rb") as file:
                digest.update(name[len(ROOT) :].encode() + file.read())
    return digest.hexdigest()


def _code_below(folder: str) -> list[str]:
    return [
        os.path.join(base, name)
        for base, _, names in os.walk(folder)
        for name in names
        if name.endswith((".py", ".txt"))
    ]


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
        if evaluation.judged(judgements.get(record["id"], {}))
    ]
    measured: ByQuery = {}
    with Index.open(collection, index_dir=where) as index:
        started = time.perf_counter()
        for query, text in queries:
            ranking = sorted(index.rank(text, options, DEPTH), key=lambda hit: (-hit[1], hit[0]))
            names = [document for document, _ in ranking]
            measured[query] = evaluation.measure(names, judgements[query])
        elapsed = time.perf_counter() - started
    return measured, elapsed * 1000 / max(len(queries), 1)


@contextmanager
def setting(text: str) -> Iterator[SearchOptions]:
    """The options of a setting; constants are changed until the block ends."""
    options = SearchOptions(plain=True, fields=("text",), snippets=0, limit=DEPTH)
    undo: list[tuple[Any, str, Any]] = []
    try:
        for key, value in parse_setting(text).items():
            if "." in key:
                undo.append(_override(key, value))
            else:
                options = dataclasses.replace(options, **{key: _like(getattr(options, key), value)})
        yield options
    finally:
        for owner, name, before in reversed(undo):
            _assign(owner, name, before)


def parse_setting(text: str) -> dict[str, str]:
    """KEY=VALUE pairs of a setting; `default` has none. Raises SystemExit where it is neither."""
    pairs = {}
    for part in filter(None, text.split(",")):
        key, equals, value = part.partition("=")
        if equals:
            pairs[key.strip()] = value.strip()
        elif part.strip() != "default":
            raise SystemExit(f"{part!r} is no setting: write default or KEY=VALUE")
    known = {field.name for field in dataclasses.fields(SearchOptions)}
    for key in pairs:
        if "." not in key and key not in known:
            raise SystemExit(f"unknown option {key}: one of {', '.join(sorted(known))}")
    return pairs


def _like(present: Any, value: str) -> Any:
    """A value of the kind of the present one: `+` stands between several."""
    if isinstance(present, frozenset | tuple):
        return type(present)(filter(None, value.split("+")))
    if isinstance(present, str):
        return value
    return ast.literal_eval(value)


def _override(path: str, value: str) -> tuple[Any, str, Any]:
    """Change `package.module.NAME` or one of its attributes or keys; (owner, name, old value)."""
    names = path.split(".")
    for depth in range(len(names) - 1, 0, -1):
        try:
            owner: Any = importlib.import_module(".".join(names[:depth]))
        except ModuleNotFoundError:
            continue
        for name in names[depth:-1]:
            owner = owner[name] if isinstance(owner, dict) else getattr(owner, name)
        last = names[-1]
        before = owner[last] if isinstance(owner, dict) else getattr(owner, last)
        _assign(owner, last, _like(before, value))
        return owner, last, before
    raise SystemExit(f"no module for {path}")


def _assign(owner: Any, name: str, value: Any) -> None:
    if isinstance(owner, dict):
        owner[name] = value
    else:
        object.__setattr__(owner, name, value)


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
    measures = {
        name: {query: evaluation.Measures(**values) for query, values in by_query.items()}
        for name, by_query in kept["measures"].items()
    }
    return Outcome(kept["setting"], measures, kept["query_ms"])


def quality_table(outcome: Outcome) -> Table:
    """nDCG@10 beside the published figures, and whether Lucene's is reached."""
    names = list(outcome.measures)
    table = Table("nDCG@10 x 100, field text", ["analyzer", *names, "mean"])
    columns = [COLLECTIONS.index(name) if name in COLLECTIONS else None for name in names]
    for analyzer, figures in PUBLISHED.items():
        row = [None if column is None else figures[column] for column in columns]
        table.rows.append([analyzer, *map(_points, row), _points(_mean(row))])
    ours = [100 * evaluation.mean(m.values()).ndcg_10 for m in outcome.measures.values()]
    lucene = [None if c is None else PUBLISHED[LUCENE][c] for c in columns]
    table.rows.append(
        [f"**Fahras** ({outcome.setting})", *map(_points, ours), _points(_mean(ours))]
    )
    reached: list[Cell] = [
        None if bar is None else round(figure, 1) >= bar
        for figure, bar in zip([*ours, _mean(ours)], [*lucene, _mean(lucene)], strict=True)
    ]
    table.rows.append(["at least Lucene's", *reached])
    table.notes.append(
        "All but Fahras's own figures are cited from the collections' README: BM25 with k1 1.2 "
        "and b 0.75 over each analyzer's tokens."
    )
    return table


def _mean(figures: Sequence[float | None]) -> float | None:
    present = [figure for figure in figures if figure is not None]
    return sum(present) / len(present) if present and len(present) == len(figures) else None


def _points(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.1f}"


def measures_table(outcome: Outcome) -> Table:
    """All measures of a setting, and halves of the queries."""
    columns = ["collection", "queries", "nDCG@10", "MRR@10", "recall@10", "recall@100",
               "nDCG@10 of odd queries", "of even queries", "ms a query"]  # fmt: skip
    table = Table(f"Measures: {outcome.setting}", columns)
    for name, by_query in outcome.measures.items():
        measured = list(by_query.values())
        means = evaluation.mean(measured)
        halves = [evaluation.mean(measured[parity::2]).ndcg_10 for parity in (0, 1)]
        values = [f"{value:.4f}" for value in (*dataclasses.astuple(means), *halves)]
        table.rows.append([name, len(measured), *values, outcome.query_ms[name]])
    return table


def comparison_table(a: Outcome, b: Outcome, resamples: int) -> Table:
    """B against A: all queries, then the odd and the even ones."""
    columns = ["collection", "queries", "A", "B", "B - A", "95 % interval", "p"]
    table = Table(f"A: {a.setting}; B: {b.setting} (nDCG@10 x 100)", columns)
    parts = [
        ("", a.scores(), b.scores()),
        (", odd", significance.half(a.scores(), 0), significance.half(b.scores(), 0)),
        (", even", significance.half(a.scores(), 1), significance.half(b.scores(), 1)),
    ]
    for suffix, first, second in parts:
        for row in significance.compare(first, second, resamples):
            interval = f"{100 * row.low:+.2f} .. {100 * row.high:+.2f}"
            figures = (f"{100 * row.a:.2f}", f"{100 * row.b:.2f}", f"{100 * row.delta:+.2f}")
            cells = [*figures, interval, f"{row.p:.4f}"]
            table.rows.append([row.name + suffix, row.queries, *cells])
    table.notes.append(
        f"Paired bootstrap over queries, {resamples:,} resamples, seed {significance.SEED}; "
        "odd and even are every second query of each collection."
    )
    return table


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    add = parser.add_argument
    collections = os.environ.get("FAHRAS_COLLECTIONS")
    add("--collections", metavar="DIR", default=collections, help="(or FAHRAS_COLLECTIONS)")
    add("--only", nargs="+", metavar="NAME", help="these collections only")
    add("--set", "--options", dest="settings", action="append", default=[], metavar="KEY=VALUE")
    add("--compare", nargs=2, metavar=("A", "B"), help="two settings, or files from --save")
    add("--resamples", type=int, default=significance.RESAMPLES, metavar="N")
    add("--work", metavar="DIR", help="keep the indexes here for the next run")
    add("--save", metavar="FILE", help="keep every query's measures")
    add("--name", default="relevance", help="name of the report")
    add("--out", default=RUNS, metavar="DIR", help="folder of reports; - for none")
    return parser


def chosen(folder: str | None, only: Sequence[str] | None) -> list[str]:
    """The collections to measure, as folders, in the order of the published table."""
    if folder is None:
        raise SystemExit("where are the collections? give --collections DIR")
    names = only or [n for n in COLLECTIONS if os.path.isdir(os.path.join(folder, n))]
    paths = [os.path.join(os.path.abspath(folder), name) for name in names]
    for path in paths:
        if not os.path.isfile(os.path.join(path, "docs.jsonl.gz")):
            raise SystemExit(f"no collection {os.path.basename(path)} in the folder")
    if not paths:
        raise SystemExit("no collections in the folder")
    return paths


def main(argv: Sequence[str] | None = None) -> None:
    """Measure or compare, print, and write the report."""
    options = arguments().parse_args(argv)
    texts = options.compare or [",".join(options.settings) or "default"]
    kept = {text: load_outcome(text) for text in texts if os.path.isfile(text)}
    collections = chosen(options.collections, options.only) if len(kept) < len(texts) else []
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or temporary
        outcomes = [kept[t] if t in kept else measure(t, collections, work) for t in texts]
    if options.save:
        save_outcome(outcomes[-1], options.save)
    report = Report(options.name, [Corpus.of(path) for path in collections],
                    {"settings": "; ".join(outcome.setting for outcome in outcomes)})  # fmt: skip
    report.tables = [quality_table(outcome) for outcome in outcomes]
    report.tables += [measures_table(outcome) for outcome in outcomes]
    if options.compare:
        report.tables.append(comparison_table(*outcomes, options.resamples))
    publish(report, options.out)


if __name__ == "__main__":
    main()
