"""What does a search cost: in a process of its own, in a batch, in a warm process beside peers?"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import peers
from indexing import PEERS, Found
from processes import FAHRAS, interleaved, medians, progress, run
from queries import CLASSES, Prepared
from report import HERE, Cell, Table

LATENCY = os.path.join(HERE, "latency.py")
SHOWN = {"default": "default, ms", "snippets": "with snippets", "stem": "--match stem",
         "plain": "plain stems", "tantivy whole": "tantivy", "fts5": "FTS5",
         "ready": "--match stem, ready", "tantivy": "tantivy, ready"}  # fmt: skip
"""Engines, and what the table calls them."""


def cold(words: Sequence[str], index_dir: str, rounds: int) -> Found:
    """Whole processes of `fahras search` beside a bare `python -c pass`."""
    bare = [sys.executable, "-c", "pass"]
    kinds = {"search": [], "search --no-snippets": ["--no-snippets"], "search -l": ["-l"],
             "search -c": ["-c"]}  # fmt: skip
    asked = {name: iter_forever(words) for name in kinds}

    def search(name: str) -> float:
        command = [*FAHRAS, "search", *kinds[name], "--index", index_dir, next(asked[name])]
        return run(command, codes=(0, 1)).elapsed_s

    contenders: dict[str, Callable[[], float]] = {"python -c pass": lambda: run(bare).elapsed_s}
    contenders |= {name: partial(search, name) for name in kinds}
    for contender in contenders.values():
        contender()
    times = interleaved(contenders, rounds)
    middle = medians(times)
    floor = middle["python -c pass"]
    table = Table("Cold process", ["command", "ms", "ms over python -c pass"])
    for name, seconds in middle.items():
        table.rows.append([name, seconds * 1000, (seconds - floor) * 1000])
    return Found({"cold_ms": (middle["search"] - floor) * 1000}, [table], {"cold_s": times})


def iter_forever(words: Sequence[str]) -> Iterator[str]:
    """The words, again and again."""
    while True:
        yield from words


def batch(texts: Sequence[str], index_dir: str, work: str, count: int, rounds: int) -> Found:
    """A batch of `count` queries in one process, against a process for each of some of them."""
    path = os.path.join(work, "batch.txt")
    repeated = [texts[place % len(texts)] for place in range(count)]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(repeated) + "\n")
    table = Table(f"A batch of {count:,} queries", ["output", "ms a query, batch",
                  "ms a query, own process", "ratio"])  # fmt: skip
    found = Found(tables=[table])
    for name, flags in (("--jsonl", []), ("--jsonl --no-snippets", ["--no-snippets"])):
        base = [*FAHRAS, "search", "--jsonl", *flags, "--index", index_dir]
        asked = iter_forever(texts)

        def alone(base: Sequence[str] = base, asked: Iterator[str] = asked) -> float:
            commands = [[*base, "--", next(asked)] for _ in range(min(10, len(texts)))]
            return statistics.fmean(run(c, codes=(0, 1)).elapsed_s for c in commands)

        def together(base: Sequence[str] = base) -> float:
            return run([*base, "--queries", path], codes=(0, 1)).elapsed_s / count

        times = interleaved({"one process a query": alone, "batch": together}, min(rounds, 3))
        one, many = medians(times).values()
        table.rows.append([name, many * 1000, one * 1000, one / many])
        found.values.setdefault("batch", one / many)
        found.raw[f"batch_s {name}"] = times
    return found


def warm(prepared: Prepared, work: str, index_dir: str, rounds: int) -> Found:
    """Queries of every class in one warm process, beside peers that hold the same terms."""
    command = [sys.executable, LATENCY, prepared.plan, "--index", index_dir]
    for engine, present in (("tantivy", peers.has_tantivy()), ("fts5", peers.has_fts5())):
        if present:
            command += [f"--{engine}", _peer_postings(engine, prepared, work)]
    progress(f"queries: {len(prepared.queries)} of {len(CLASSES)} classes, {rounds} rounds")
    measured = json.loads(run([*command, "--rounds", str(rounds)]).output)
    table = latency_table(measured)
    return Found(latency_values(measured), [table], {"queries": measured})


def _peer_postings(engine: str, prepared: Prepared, work: str) -> str:
    """The peer's index of the analysed corpus, made once a working folder."""
    out = os.path.join(work, f"postings-{engine}")
    done = os.path.join(out, "complete")
    if not os.path.exists(done):
        shutil.rmtree(out, ignore_errors=True)
        files = [prepared.stems, prepared.folded]
        run([sys.executable, PEERS, engine, "--postings", *files, out])
        with open(done, "w", encoding="ascii"):
            pass
    return out


def class_means(measured: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Mean milliseconds by engine and class."""
    found: dict[str, dict[str, float]] = {}
    for engine, times in measured["ms"].items():
        by_class: dict[str, list[float]] = {}
        for kind, ms in zip(measured["kinds"], times, strict=True):
            by_class.setdefault(kind, []).append(ms)
        found[engine] = {kind: statistics.fmean(by_class[kind]) for kind in by_class}
    return found


def latency_values(measured: dict[str, Any]) -> dict[str, float]:
    """The figures for the bar; a mean is that of all queries, whatever their class."""
    means = class_means(measured)
    overall = {engine: statistics.fmean(times) for engine, times in measured["ms"].items()}
    values = {
        key: overall[engine]
        for key, engine in (("query_ms", "default"), ("snippets_ms", "snippets"))
        if engine in overall
    }
    if {"default", "plain"} <= overall.keys():
        values["default_plain"] = overall["default"] / overall["plain"]
    for key, ours, theirs in (
        ("tantivy_worst", "ready", "tantivy"),
        ("tantivy_whole_worst", "stem", "tantivy whole"),
    ):
        if {ours, theirs} <= means.keys():
            values[key] = max(means[ours][kind] / means[theirs][kind] for kind in means[ours])
    return values


def latency_table(measured: dict[str, Any]) -> Table:
    """Means by class, ratios, and whether the engines counted the same documents."""
    means = class_means(measured)
    overall = {engine: statistics.fmean(times) for engine, times in measured["ms"].items()}
    columns = ["class", "queries", *SHOWN.values(), "ready / tantivy ready",
               "--match stem / tantivy", "same count as tantivy"]  # fmt: skip
    table = Table("Warm queries, mean ms", columns)
    for kind in dict.fromkeys(measured["kinds"]):
        by_engine = {engine: by_class[kind] for engine, by_class in means.items()}
        queries = measured["kinds"].count(kind)
        table.rows.append([kind, queries, *_times(by_engine), _same_counts(measured, kind)])
    table.rows.append(["all", len(measured["kinds"]), *_times(overall), None])
    table.notes.append(
        "Peers hold the stems and folded forms that Fahras derives, so that all read the same "
        "postings; a dash stands for an engine that is not installed. Ready: a query made "
        "beforehand, from there to ten documents and the count of all. The others parse the text "
        "of a query, and look ten documents up (FTS5's do not). Plain stems: no nearness, no "
        "coverage. Counts differ where Fahras's stem tier takes more than one stem for a word."
    )
    return table


def _times(ms: dict[str, float]) -> list[Cell]:
    """The time of each engine that is shown, then two ratios to tantivy's."""
    ratios: list[Cell] = [
        ms[ours] / ms[theirs] if {ours, theirs} <= ms.keys() else None
        for ours, theirs in (("ready", "tantivy"), ("stem", "tantivy whole"))
    ]
    return [*(ms.get(engine) for engine in SHOWN), *ratios]


def _same_counts(measured: dict[str, Any], kind: str) -> str | None:
    totals = measured["totals"]
    if "tantivy" not in totals or "stem" not in totals:
        return None
    pairs = [
        (a, b)
        for k, a, b in zip(measured["kinds"], totals["stem"], totals["tantivy"], strict=True)
        if k == kind
    ]
    return f"{sum(a == b for a, b in pairs)} of {len(pairs)}"
