"""What becomes of speed, memory and queries when a corpus grows?

    python benchmarks/growth.py --base DIR [--sizes-mb 100 300 1000] [--documents 1000000]

DIR is a folder of .txt files (or a .jsonl[.gz] with text). It is multiplied with new words coming
at its own Heaps rate (`corpora.grown`); each size contains the smaller ones. `--documents` short
synthetic documents are measured beside them (`corpora.write_short`).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial

import corpora
from bars import BARS, bar_table
from indexing import MIB, fahras_index, index_sizes
from plot import Panel, svg
from processes import interleaved, progress, run
from queries import prepare
from report import RUNS, Corpus, Report, Table, publish, source_digest
from searching import LATENCY, class_means

MILLION = 1_000_000
BAR_KEYS = ("memory_mib", "million_ms", "growth")


@dataclass(frozen=True, slots=True)
class Stage:
    """A corpus of one size: the paths to index, and what is in them."""

    name: str
    paths: tuple[str, ...]
    documents: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What a stage costs."""

    name: str
    text_mb: float
    documents: int
    seconds: float
    peak_mib: float
    index_over_text: float
    query_ms: dict[str, float]

    @property
    def mb_per_s(self) -> float:
        """Text indexed a second."""
        return self.text_mb / self.seconds


def stages(base: str, sizes_mb: Sequence[float], work: str, seed: int) -> list[Stage]:
    """Corpora of growing size, each the one before and more; made once a working folder."""
    plan = os.path.join(work, "stages.json")
    if not os.path.exists(plan):
        texts = [text for text in corpora.texts_of(base) if text.strip()]
        source = corpora.grown(texts, corpora.Vocabulary(texts), seed)
        made, paths, files, size = [], list[str](), 0, 0
        for megabytes in sorted(sizes_mb):
            paths.append(os.path.join(work, f"part-{megabytes:g}"))
            shutil.rmtree(paths[-1], ignore_errors=True)
            more = corpora.write_files(source, paths[-1], int(megabytes * 1e6) - size, files)
            files, size = files + more.files, size + more.size_bytes
            made.append(Stage(f"{megabytes:g} MB", tuple(paths), files, size))
            progress(f"written: {made[-1].name}")
        with open(plan, "w", encoding="utf-8") as file:
            json.dump([asdict(stage) for stage in made], file)
    with open(plan, encoding="utf-8") as file:
        kept = json.load(file)
    return [Stage(s["name"], tuple(s["paths"]), s["documents"], s["size_bytes"]) for s in kept]


def short_stage(base: str, documents: int, work: str, seed: int) -> Stage:
    """So many short documents, in one file of records."""
    path = os.path.join(work, f"short-{documents}.jsonl")
    if not os.path.exists(path):
        corpora.write_short(base, path + ".new", documents, seed=seed)
        os.replace(path + ".new", path)
    return Stage(f"{documents:,} short documents", (path,), documents, os.path.getsize(path))


class Growing:
    """Measures stages: timed runs in turn, then one watched run each, then queries."""

    def __init__(self, work: str, plan: str, rounds: int, query_rounds: int) -> None:
        self._work = work
        self._plan = plan
        self._rounds = rounds
        self._query_rounds = query_rounds

    def costs(self, measured: Sequence[Stage]) -> list[Cost]:
        """What each stage costs, in the order given."""
        runs = {stage.name: partial(self._timed, stage) for stage in measured}
        times = interleaved(runs, self._rounds)
        return [self._cost(stage, statistics.median(times[stage.name])) for stage in measured]

    def _index_dir(self) -> str:
        path = os.path.join(self._work, "grown-index")
        shutil.rmtree(path, ignore_errors=True)
        return path

    def _timed(self, stage: Stage) -> float:
        return fahras_index(stage.paths, self._index_dir()).elapsed_s

    def _cost(self, stage: Stage, seconds: float) -> Cost:
        index_dir = self._index_dir()
        peak_mib = fahras_index(stage.paths, index_dir, memory=True).peak_bytes / MIB
        progress(f"{stage.name}: {peak_mib:.0f} MiB")
        command = [sys.executable, LATENCY, self._plan, "--index", index_dir]
        rounds = ["--rounds", str(self._query_rounds), "--kinds", "default", "stem"]
        measured = json.loads(run([*command, *rounds]).output)
        means = {name: statistics.fmean(ms) for name, ms in measured["ms"].items()}
        means |= class_means(measured)["default"]
        size = index_sizes(index_dir)[0] / stage.size_bytes
        megabytes = stage.size_bytes / 1e6
        shutil.rmtree(index_dir, ignore_errors=True)
        return Cost(stage.name, megabytes, stage.documents, seconds, peak_mib, size, means)


def cost_table(costs: Sequence[Cost]) -> Table:
    """A row a stage."""
    columns = ["corpus", "MB", "documents", "index, s", "MB/s", "peak, MiB", "index / text",
               "query mean, ms", "--match stem, ms"]  # fmt: skip
    table = Table("Cost by size", columns)
    for cost in costs:
        speed = (cost.seconds, cost.mb_per_s, cost.peak_mib, cost.index_over_text)
        means = (cost.query_ms["default"], cost.query_ms["stem"])
        table.rows.append([cost.name, cost.text_mb, cost.documents, *speed, *means])
    table.notes.append(
        "Whole `fahras index` commands; peak memory (PSS of all processes) from runs of their own. "
        "Queries: default tiers, top 10, no snippets, warm, drawn from the base corpus."
    )
    return table


def class_table(costs: Sequence[Cost]) -> Table:
    """Query means by class, default tiers."""
    kinds = [kind for kind in costs[0].query_ms if kind not in ("default", "stem")]
    table = Table("Query means by class, default tiers, ms", ["corpus", *kinds])
    table.rows = [[cost.name, *(cost.query_ms[kind] for kind in kinds)] for cost in costs]
    return table


def bar_values(grown: Sequence[Cost], short: Cost | None) -> dict[str, float]:
    """The rows of the bar that growth decides, if the sizes are those that the bar is for."""
    every = [*grown, *([short] if short else [])]
    values = {"memory_mib": max(cost.peak_mib for cost in every)}
    if len(grown) > 1 and grown[0].text_mb < 110 and grown[-1].text_mb >= 1000:
        values["growth"] = grown[-1].mb_per_s / grown[0].mb_per_s
    if short and short.documents >= MILLION:
        values["million_ms"] = short.query_ms["default"]
    return values


def chart(grown: Sequence[Cost]) -> str:
    """Speed, memory and query mean over the size of the corpus."""
    label = "MB of text"
    speed = [(cost.text_mb, cost.mb_per_s) for cost in grown]
    memory = [(cost.text_mb, cost.peak_mib) for cost in grown]
    queries = [(cost.text_mb, cost.query_ms["default"]) for cost in grown]
    return svg(
        [
            Panel("Indexing, MB/s", label, speed),
            Panel("Peak memory, MiB", label, memory, limit=1024),
            Panel("Query mean, ms", label, queries),
        ]
    )


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    add = parser.add_argument
    add("--base", required=True, metavar="DIR", help="a folder of .txt files, or a .jsonl[.gz]")
    add("--base-name", metavar="NAME", help="what the report calls it")
    add("--sizes-mb", type=float, nargs="*", default=[100, 300, 1000])
    add("--documents", type=int, default=1_000_000, help="short documents; 0 for none")
    add("--rounds", type=int, default=3, help="how often each size is indexed")
    add("--queries", type=int, default=20, metavar="N", help="queries of each class")
    add("--query-rounds", type=int, default=5)
    add("--seed", type=int, default=corpora.SEED)
    add("--work", metavar="DIR", help="a folder for corpora; kept for the next run")
    add("--name", default="growth", help="name of the report")
    add("--out", default=RUNS, metavar="DIR", help="folder of reports; - for none")
    return parser


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print, and write the report and its chart."""
    options = arguments().parse_args(argv)
    if not options.sizes_mb and not options.documents:
        raise SystemExit("nothing to measure: give --sizes-mb or --documents")
    base = os.path.abspath(options.base)
    corpus = Corpus.of(base, options.base_name)
    settings = {"rounds": options.rounds, "seed": options.seed}
    report = Report(options.name, [corpus], settings)
    sizes = "-".join(f"{size:g}" for size in sorted(options.sizes_mb))
    with tempfile.TemporaryDirectory() as temporary:
        folder = f"{corpus.blake2b}-{options.seed}-{sizes}"
        work = os.path.join(os.path.abspath(options.work or temporary), folder)
        os.makedirs(work, exist_ok=True)
        plan = prepare(base, os.path.join(work, source_digest()), options.queries).plan
        growing = Growing(work, plan, options.rounds, options.query_rounds)
        grown = growing.costs(stages(base, options.sizes_mb, work, options.seed))
        short = None
        if options.documents:
            short = growing.costs([short_stage(base, options.documents, work, options.seed)])[0]
    costs = [*grown, *([short] if short else [])]
    values = bar_values(grown, short)
    bars = tuple(bar for bar in BARS if bar.key in BAR_KEYS)
    report.tables = [bar_table(values, bars), cost_table(costs), class_table(costs)]
    report.raw = {"values": values, "costs": [asdict(cost) for cost in costs]}
    stem = publish(report, options.out)
    if stem and len(grown) > 1:
        with open(stem + ".svg", "w", encoding="utf-8") as file:
            file.write(chart(grown))


if __name__ == "__main__":
    main()
