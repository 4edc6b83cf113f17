"""How good is the ranking on judged collections, beside published analyzers?

    python benchmarks/relevance.py --collections DIR
    python benchmarks/relevance.py --collections DIR --compare default match=stem

    python benchmarks/relevance.py --collections DIR --ablate root=0 spelling=0 proximity=0

What a setting is stands in `overrides.py`. Settings, or runs kept with --save, are compared by a
paired bootstrap. It tunes nothing by itself.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import tempfile
from collections.abc import Sequence

import significance
from judged import Outcome, load_outcome, measure, save_outcome
from report import RUNS, Cell, Corpus, Report, Table, publish, use_checkout

use_checkout()

from indexer import measures  # noqa: E402

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


def quality_table(outcome: Outcome) -> Table:
    """nDCG@10 beside the published figures, and whether Lucene's is reached."""
    names = list(outcome.measures)
    table = Table("nDCG@10 x 100, field text", ["analyzer", *names, "mean"])
    columns = [COLLECTIONS.index(name) if name in COLLECTIONS else None for name in names]
    for analyzer, figures in PUBLISHED.items():
        row = [None if column is None else figures[column] for column in columns]
        table.rows.append([analyzer, *map(_points, row), _points(_mean(row))])
    ours = [100 * measures.mean(m.values()).ndcg_10 for m in outcome.measures.values()]
    lucene = [None if c is None else PUBLISHED[LUCENE][c] for c in columns]
    table.rows.append(
        [f"**Fahras** ({outcome.setting})", *map(_points, ours), _points(_mean(ours))]
    )
    reached: list[Cell] = [
        None if bar is None or figure is None else round(figure, 1) >= bar
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
        means = measures.mean(measured)
        halves = [measures.mean(measured[parity::2]).ndcg_10 for parity in (0, 1)]
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
            least = 2 / resamples
            cells = [*figures, interval, f"{row.p:.4f}" if row.p >= least else f"< {least:.4f}"]
            table.rows.append([row.name + suffix, row.queries, *cells])
    table.notes.append(
        f"Paired bootstrap over queries, {resamples:,} resamples, seed {significance.SEED}; "
        "odd and even are every second query of each collection."
    )
    return table


def ablation_table(outcomes: Sequence[Outcome], resamples: int) -> Table:
    """Each setting against the first: nDCG@10 by collection, and the mean's difference."""
    base = outcomes[0]
    columns = ["setting", *base.measures, "mean", "difference", "95 % interval", "odd", "even"]
    table = Table("Ablations (nDCG@10 x 100)", columns)
    for outcome in outcomes:
        points = [100 * measures.mean(m.values()).ndcg_10 for m in outcome.measures.values()]
        row: list[Cell] = [outcome.setting, *(f"{figure:.2f}" for figure in points)]
        row.append(f"{sum(points) / len(points):.2f}")
        if outcome is base:
            table.rows.append([*row, None, None, None, None])
            continue
        a, b = base.scores(), outcome.scores()
        whole = significance.compare(a, b, resamples)[-1]
        halves = [
            significance.compare(significance.half(a, p), significance.half(b, p), resamples)[-1]
            for p in (0, 1)
        ]
        row.append(f"{100 * whole.delta:+.2f}")
        row.append(f"{100 * whole.low:+.2f} .. {100 * whole.high:+.2f}")
        table.rows.append([*row, *(f"{100 * half.delta:+.2f}" for half in halves)])
    table.notes.append("Differences of the mean, over all queries and over every second one.")
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
    add("--ablate", nargs="+", metavar="SETTING", help="each of these against the default")
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
    base = ",".join(options.settings) or "default"
    before = f"{base}," if options.settings else ""
    texts = options.compare or [base, *(before + change for change in options.ablate or ())]
    kept = {text: load_outcome(text) for text in texts if os.path.isfile(text)}
    collections = chosen(options.collections, options.only) if len(kept) < len(texts) else []
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or temporary
        outcomes = [kept[t] if t in kept else measure(t, collections, work) for t in texts]
    if options.save:
        save_outcome(outcomes[0] if options.ablate else outcomes[-1], options.save)
    settings: dict[str, Cell] = {"settings": "; ".join(outcome.setting for outcome in outcomes)}
    report = Report(options.name, [Corpus.of(path) for path in collections], settings)
    report.tables = tables(outcomes, options)
    publish(report, options.out)


def tables(outcomes: Sequence[Outcome], options: argparse.Namespace) -> list[Table]:
    """What the report shows: quality and measures, then what is compared."""
    if options.ablate:
        first = outcomes[0]
        shown = ablation_table(outcomes, options.resamples)
        return [quality_table(first), measures_table(first), shown]
    made = [quality_table(outcome) for outcome in outcomes]
    made += [measures_table(outcome) for outcome in outcomes]
    if options.compare:
        made.append(comparison_table(outcomes[0], outcomes[1], options.resamples))
    return made


if __name__ == "__main__":
    main()
