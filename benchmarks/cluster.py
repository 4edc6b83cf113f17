"""How does an index on a cluster compare with one on this machine? Figures for docs/cluster.md.

    python benchmarks/cluster.py quality  URL --collections DIR [--names xquad_ar arcd]
    python benchmarks/cluster.py language,latency URL --collections DIR [--documents 6000]
    python benchmarks/cluster.py bulk     URL --collections DIR [--documents 3000 6000]
    python benchmarks/cluster.py shards   URL --collections DIR [--shards 1 10 100]
    python benchmarks/cluster.py copies   URL --collections DIR [--documents 6000 24000]

URL is a cluster without the name of an index: opensearch://127.0.0.1:9201, if it was started by
`python tests/cluster/launcher.py --server`.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import processes
from report import use_checkout

use_checkout()

from indexer import measures  # noqa: E402
from indexer.index import Index  # noqa: E402
from indexer.remote.address import parse  # noqa: E402
from indexer.remote.client import PATIENT, Client  # noqa: E402
from indexer.results import SearchOptions  # noqa: E402

PLAIN = SearchOptions(plain=True, snippets=0)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def collected(collections: Path, name: str, folder: Path, most: int | None = None) -> Path:
    """A collection as a file of records."""
    path = folder / f"{name}.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for record in itertools.islice(lines(collections / name / "docs.jsonl.gz"), most):
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


def in_files(path: Path, records: int = 250) -> Path:
    """A file of records as a folder of such files, so that all workers have something to read."""
    folder = path.parent / f"{path.stem}-{records}"
    folder.mkdir(exist_ok=True)
    with path.open(encoding="utf-8") as file:
        pages = iter(lambda: "".join(itertools.islice(file, records)), "")
        for number, page in enumerate(pages):
            (folder / f"{number:04}.jsonl").write_text(page, "utf-8")
    return folder


def indexed(path: Path, where: str) -> tuple[Index, float]:
    """An index of a file or a folder at a place, and the seconds that it took."""
    started = time.perf_counter()
    index = Index.create(path.parent, index_dir=where)
    index.update([str(path)])
    return index, time.perf_counter() - started


@cache
def both(path: Path, url: str, name: str) -> tuple[Index, Index]:
    """The same file indexed here and there, anew; tasks of one run share it."""
    drop(url, name)
    local, here = indexed(path, str(path.parent / f"{path.stem}.index"))
    remote, there = indexed(path, f"{url}/{name}")
    print(f"{name}: {path.stat().st_size / 1e6:.1f} MB, here {here:.1f} s, there {there:.1f} s")
    return local, remote


def used_there(client: Client) -> float:
    """Seconds of CPU that the nodes have used: on a machine with others, time says little."""
    nodes = client.ask("GET", "_nodes/stats/process")["nodes"].values()
    return sum(node["process"]["cpu"]["total_in_millis"] for node in nodes) / 1e3


def used_here() -> float:
    """Seconds of CPU of this process and of those that it waited for."""
    return sum(os.times()[:4])


def drop(url: str, name: str) -> None:
    client = Client(parse(f"{url}/{name}"), patience=PATIENT)
    for index in (f"{name}-meta", f"{name}-d1", f"{name}-d1-words", f"{name}-arabic"):
        client.ask("DELETE", index, ignore_unavailable="true")


# Quality


def quality(url: str, collections: Path, folder: Path, options: argparse.Namespace) -> None:
    for name in options.names:
        path = collected(collections, name, folder)
        label = name.replace("_", "-")
        local, remote = both(path, url, label)
        judged: dict[str, dict[str, float]] = {}
        for row in (collections / name / "qrels.tsv").read_text("utf-8").splitlines():
            query, document, grade = row.split("\t")
            judged.setdefault(query, {})[document] = float(grade)
        asked = [q for q in lines(collections / name / "queries.jsonl.gz") if q["id"] in judged]
        runs: dict[str, dict[str, list[tuple[str, float]]]] = {}
        engines = {
            "here": ranker(local),
            "there": ranker(remote),
            "arabic": arabic(path, url, label),
        }
        for engine, rank in engines.items():
            started = time.perf_counter()
            runs[engine] = {q["id"]: rank(q["text"]) for q in asked}
            each = (time.perf_counter() - started) / len(asked) * 1e3
            found = [
                measures.ndcg([d for d, _ in runs[engine][q["id"]]], judged[q["id"]], 10)
                for q in asked
            ]
            print(f"  {engine}: nDCG@10 {statistics.mean(found) * 100:.2f}, {each:.1f} ms a query")
        compare(runs["here"], runs["there"], {q["id"]: q["text"] for q in asked})


def ranker(index: Index) -> Callable[[str], list[tuple[str, float]]]:
    return lambda text: index.rank(text, PLAIN)


def arabic(path: Path, url: str, name: str) -> Callable[[str], list[tuple[str, float]]]:
    """The cluster's own analyzer."""
    client = Client(parse(f"{url}/{name}"), patience=PATIENT)
    index = f"{name}-arabic"
    field = {"type": "text", "analyzer": "arabic"}
    body = {"settings": {"number_of_shards": 1, "number_of_replicas": 0},
            "mappings": {"properties": {"text": field, "title": field}}}  # fmt: skip
    client.ask("PUT", index, body)
    bulk_plain(client, index, path)

    def rank(text: str) -> list[tuple[str, float]]:
        query = {
            "multi_match": {"query": text, "fields": ["text", "title^2"], "type": "most_fields"}
        }
        answer = client.ask(
            "POST", f"{index}/_search", {"size": 100, "query": query, "_source": False}
        )
        return [(hit["_id"], hit["_score"]) for hit in answer["hits"]["hits"]]

    return rank


def bulk_plain(client: Client, index: str, path: Path, at_once: int = 500) -> float:
    """Send texts as they are; the seconds that it took."""
    started = time.perf_counter()
    with path.open(encoding="utf-8") as file:
        while page := list(itertools.islice(map(json.loads, file), at_once)):
            body = []
            for record in page:
                body.append(json.dumps({"index": {"_id": record["id"]}}))
                source = {"title": record.get("title") or "", "text": record["text"]}
                body.append(json.dumps(source, ensure_ascii=False))
            client.lines(f"{index}/_bulk", body)
    client.ask("POST", f"{index}/_refresh")
    return time.perf_counter() - started


Run = dict[str, list[tuple[str, float]]]


def compare(here: Run, there: Run, texts: dict[str, str]) -> None:
    """How many of the first ten have the same score to 1e-3, and are the same."""
    alike = total = same = 0
    worst: list[tuple[float, str]] = []
    for query, ranked in here.items():
        scores = dict(there[query])
        far = 0.0
        for document, score in ranked[:10]:
            total += 1
            apart = abs(scores.get(document, 0.0) - score) / max(score, 1e-9)
            alike += apart <= 1e-3
            far = max(far, apart)
        same += [d for d, _ in ranked[:10]] == [d for d, _ in there[query][:10]]
        worst.append((far, texts[query]))
    print(f"  scores equal to 1e-3: {alike} of {total} ({alike / max(total, 1):.2%}); "
          f"the same ten in order: {same} of {len(here)}")  # fmt: skip
    for far, text in sorted(worst, reverse=True)[:3]:
        if far > 1e-3:
            print(f"    {far:.3f} {text}")


# The language

OPTIONS: list[dict[str, Any]] = [
    {}, {"match": "exact"}, {"match": "folded"}, {"match": "stem"}, {"match": "plural"},
    {"match": "root"}, {"strict": frozenset({"hamza"})}, {"strict": frozenset({"ta", "ya"})},
    {"all_words": True}, {"fields": ("title",)}, {"fields": ("text",)}, {"sort": "path"},
    {"sort": "date"}, {"sort": "size"}, {"since": "2015"}, {"until": "2015-06"}, {"plain": True},
    {"respell": False}, {"explain": True}, {"offset": 10}, {"limit": 30}, {"limit": 300},
    {"within": ("*.jsonl",)}, {"strict": frozenset({"marks"})}, {"by": "part"},
]  # fmt: skip


def sentences(path: Path, count: int, seed: int = 7) -> Iterator[str]:
    """Queries of every construction, of words that stand near each other in some text."""
    rng = random.Random(seed)
    with path.open(encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    made = 0
    while made < count:
        words = [w for w in rng.choice(texts).split() if w.isalpha() and len(w) > 2]
        if len(words) < 8:
            continue
        at = rng.randrange(len(words) - 6)
        a, b, c, d = words[at : at + 4]
        shapes = [
            f"{a} {b} {c}", a, f"+{a} {b}", f"{a} -{c} {b}", f"{a} AND {c}", f"NOT {a} {b}",
            f"({a} OR {b}) AND {d}", f"«{a} {b}»", f'"{a} {b} {c}"', f'"{a} {c}"~4', f"{a[:4]}*",
            f"*{a[1:]}", f"*{a[1:4]}*", f"{a}~1", f"{a}~2", f"title:{a} {b}", f"{a}^3 {b}",
            f"{a}{b}",
            f"{a[:2]}{a[3:]} {b}", f"{a[1]}{a[0]}{a[2:]}", f"هل {a} {b}؟", f"ما {a} {b} {c}؟",
            f'"{a[:4]}* {b}"', f"{a} date:2014..2016", f"ب{a} {b}", f"لا {a} {b}",
        ]  # fmt: skip
        yield shapes[made % len(shapes)]
        made += 1


def language(url: str, collections: Path, folder: Path, options: argparse.Namespace) -> None:
    path = collected(collections, "saudinews", folder, options.documents[0])
    local, remote = both(path, url, "news")
    differ: Counter[str] = Counter()
    for number, query in enumerate(sentences(path, options.queries)):
        how = OPTIONS[number % len(OPTIONS)]
        asked = SearchOptions(copies=True, **how)
        here, there = (index.search(query, asked) for index in (local, remote))
        kinds = list(differences(here, there))
        differ.update(kinds or ["equal"])
        if kinds:
            print(f"  {query!r} {how}: {', '.join(kinds)}: {here.total} {there.total}")
    print(f"of {options.queries}: {dict(differ)}")


def differences(here: Any, there: Any) -> Iterator[str]:
    if here.total != there.total:
        yield "total"
    if [hit.id for hit in here.hits[:10]] != [hit.id for hit in there.hits[:10]]:
        yield "first ten"
    pairs = list(zip(here.hits, there.hits, strict=False))[:10]
    if any(abs(a.score - b.score) > 1e-3 * max(a.score, 1e-9) for a, b in pairs if a.id == b.id):
        yield "scores"
    if any(a.snippets != b.snippets for a, b in pairs if a.id == b.id):
        yield "passages"
    if here.unknown_words != there.unknown_words:
        yield "unknown words"


# Time


def latency(url: str, collections: Path, folder: Path, options: argparse.Namespace) -> None:
    path = collected(collections, "saudinews", folder, options.documents[0])
    local, remote = both(path, url, "news")
    every = lines(collections / "saudinews" / "queries.jsonl.gz")
    queries = [query["text"] for query in itertools.islice(every, options.queries)]
    times: dict[str, list[float]] = {"here": [], "there, first": [], "there, again": []}
    cpu: Counter[str] = Counter()
    there: Counter[str] = Counter()
    client = Client(parse(f"{url}/news"), patience=PATIENT)
    for query in queries:
        for name, index in (("here", local), ("there, first", remote), ("there, again", remote)):
            nodes = used_there(client)
            started, used = time.perf_counter(), time.process_time()
            index.search(query)
            times[name].append((time.perf_counter() - started) * 1e3)
            there[name] += (used_there(client) - nodes) * 1e3  # type: ignore[assignment]
            cpu[name] += (time.process_time() - used) * 1e3  # type: ignore[assignment]
    for name, found in times.items():
        middle, most = statistics.median(found), sorted(found)[int(len(found) * 0.95)]
        print(f"  {name}: median {middle:.1f} ms, 95 % {most:.1f} ms, our CPU "
              f"{cpu[name] / len(queries):.1f} ms, the node's "
              f"{there[name] / len(queries):.1f}")  # fmt: skip
    cold: dict[str, list[float]] = {"here": [], "there": []}
    for query in queries[:10]:
        for name, where in (("here", str(path.parent / f"{path.stem}.index")),
                            ("there", f"{url}/news")):  # fmt: skip
            started = time.perf_counter()
            os.spawnv(os.P_WAIT, sys.executable, [
                sys.executable, "-m", "indexer", "search", "-q", query, "--index", where,
            ])  # fmt: skip
            cold[name].append(time.perf_counter() - started)
    print("  a process:", {name: f"{statistics.median(t):.2f} s" for name, t in cold.items()})


def at_a_million(row: Sequence[float], before: Sequence[float]) -> list[float]:
    """What a million documents would take, as from one row to the next; documents come first."""
    more = (1_000_000 - row[0]) / (row[0] - before[0])
    return [a + more * (a - b) for a, b in zip(row[1:], before[1:], strict=True)]


class Sheet(NamedTuple):
    """What so many documents took: seconds of CPU, here and on the node, and bytes on its disk."""

    documents: int
    cpu: float
    forms: int
    disk: int

    def per_million(self, before: Sheet) -> str:
        """What a million would take if it went on as between two sizes."""
        cpu, forms, disk = at_a_million(self, before)
        return (
            f"  a million, as from {before.documents:,} to {self.documents:,}: {cpu / 3600:.1f} h "
            f"of CPU, {forms / 1e6:.1f} million forms, {disk / 1e9:.1f} GB"
        )


def bulk(url: str, collections: Path, folder: Path, options: argparse.Namespace) -> None:
    sheets: list[Sheet] = []
    for documents in options.documents:
        path = collected(collections, "saudinews", folder, documents)
        texts = in_files(path)
        size = path.stat().st_size / 1e6
        for turn in range(options.turns):
            name = f"bulk-{documents}-{turn}"
            drop(url, name)
            client = Client(parse(f"{url}/{name}"), patience=PATIENT)
            field = {"type": "text", "analyzer": "arabic"}
            body = {"settings": {"number_of_replicas": 0, "refresh_interval": -1},
                    "mappings": {"properties": {"text": field, "title": field}}}  # fmt: skip
            client.ask("PUT", f"{name}-arabic", body)
            marks = [used_here() + used_there(client)]
            plain = bulk_plain(client, f"{name}-arabic", path)
            marks.append(used_here() + used_there(client))
            index, ours = indexed(texts, f"{url}/{name}")
            marks.append(used_here() + used_there(client))
            plain_cpu, cpu = marks[1] - marks[0], marks[2] - marks[1]
            stats = index.stats()
            their = client.ask("GET", f"{name}-arabic/_stats/store")
            nodes = client.ask("GET", "_nodes/stats/jvm")["nodes"].values()
            heap = max(node["jvm"]["mem"]["heap_used_in_bytes"] for node in nodes) / 1e6
            print(
                f"  {documents} documents, {size:.1f} MB: ours {ours:.1f} s "
                f"({size / ours:.2f} MB/s), plain {plain:.1f} s "
                f"({size / plain:.2f} MB/s), share {plain / ours:.2f}; "
                f"CPU {cpu:.1f} and {plain_cpu:.1f} s, share {plain_cpu / cpu:.2f}; "
                f"{stats.index_bytes / 1e6:.1f} MB there, {stats.terms:,} forms, plain "
                f"{their['_all']['primaries']['store']['size_in_bytes'] / 1e6:.1f} MB, "
                f"heap {heap:.0f} MB"
            )
            index.close()
            drop(url, name)
        sheets.append(Sheet(documents, cpu, stats.terms, stats.index_bytes))
    for before, after in itertools.pairwise(sheets):
        print(after.per_million(before))


def shards(url: str, collections: Path, folder: Path, options: argparse.Namespace) -> None:
    path = collected(collections, "saudinews", folder, options.documents[0])
    every = lines(collections / "saudinews" / "queries.jsonl.gz")
    queries = [query["text"] for query in itertools.islice(every, options.queries)]
    first: list[Any] = []
    for count in options.shards:
        name = f"shards-{count}"
        drop(url, name)
        index, seconds = indexed(path, f"{url}/{name}?shards={count}")
        found = []
        times: dict[str, list[float]] = {"first": [], "again": []}
        for query in queries:
            for spent in times.values():
                started = time.perf_counter()
                results = index.search(query)
                spent.append((time.perf_counter() - started) * 1e3)
            found.append((results.total, [(hit.id, round(hit.score, 3)) for hit in results.hits]))
        first = first or found
        same = sum(a == b for a, b in zip(first, found, strict=True))
        print(f"  {count} shards: indexed in {seconds:.1f} s, "
              f"{index.stats().index_bytes / 1e6:.1f} MB, query "
              f"{ {turn: f'{statistics.median(t):.0f} ms' for turn, t in times.items()} }, "
              f"as with {options.shards[0]}: {same} of {len(queries)}")  # fmt: skip
        index.close()
        drop(url, name)


# Copies

ALL_TEXTS = {"found": ["duplicates", "no/such/folder"], "shown": ["duplicates", "--json"]}
"""Both ask for what copies are found by of all documents, the second for texts of groups, too."""

_STEADY_S = 1.5
"""Until a node tells what it has used."""


class Spent(NamedTuple):
    """Seconds of CPU here and on the node, and bytes of memory here, to look at all documents."""

    documents: int
    here: float
    node: float
    memory: float

    def per_million(self, before: Spent) -> str:
        """What a million would take if it went on as between two sizes."""
        here, node, memory = at_a_million(self, before)
        return (
            f"a million, as from {before.documents:,} to {self.documents:,}: our CPU {here:.0f} s, "
            f"the node's {node:.0f} s, {memory / 1e9:.1f} GB of memory"
        )


def answer(command: Sequence[str], where: str) -> tuple[str, float, float]:
    """What a command prints, the seconds of CPU of its process, and the bytes of its memory."""
    used = used_here()
    ran = processes.run([*processes.FAHRAS, *command, "--index", where], memory=True, codes=(0, 1))
    return ran.output, used_here() - used, ran.peak_bytes


def fold(local: Index, remote: Index, most: int) -> None:
    """Queries out of stories that have copies: is the first page the same?"""
    groups = list(local.duplicates())
    found: Counter[str] = Counter()
    for group in random.Random(17).sample(groups, min(most, len(groups))):
        words = local.document(group.copies[0].path).text.split()
        query = " ".join(words[:6])
        for kind, opened in (("folded", False), ("open", True)):
            asked = SearchOptions(plain=True, snippets=0, copies=opened)
            here, there = (index.search(query, asked).hits for index in (local, remote))
            found[f"pages, {kind}"] += [hit.id for hit in here] == [hit.id for hit in there]
            if not opened:
                found["queries"] += 1
                found["copies here"] += sum(len(hit.copies) for hit in here)
                found["copies there"] += sum(len(hit.copies) for hit in there)
    print(f"  first pages: {dict(found)}")


def copies(url: str, collections: Path, folder: Path, options: argparse.Namespace) -> None:
    spent: dict[str, list[Spent]] = {kind: [] for kind in ALL_TEXTS}
    for documents in options.documents:
        path = collected(collections, "saudinews", folder, documents)
        local, remote = both(path, url, "copies")
        fold(local, remote, options.queries)
        client = Client(parse(f"{url}/copies"), patience=PATIENT)
        for kind, command in ALL_TEXTS.items():
            time.sleep(_STEADY_S)
            node = used_there(client)
            there, seconds, memory = answer(command, f"{url}/copies")
            time.sleep(_STEADY_S)
            spent[kind].append(Spent(documents, seconds, used_there(client) - node, memory))
            here, local, _ = answer(command, str(path.parent / f"{path.stem}.index"))
            print(f"  {kind}, {documents:,} documents: alike {here == there}, CPU {seconds:.2f} s, "
                  f"the node's {spent[kind][-1].node:.2f}, {memory / 1e6:.0f} MB of memory; "
                  f"here {local:.2f} s")  # fmt: skip
        both.cache_clear()
    for kind, found in spent.items():
        for before, after in itertools.pairwise(found):
            print(f"  {kind}: {after.per_million(before)}")


TASKS = {each.__name__: each for each in (quality, language, latency, bulk, shards, copies)}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", help=f"some of {', '.join(TASKS)}, with commas between")
    parser.add_argument("url")
    parser.add_argument("--collections", type=Path, required=True)
    parser.add_argument("--names", nargs="+", default=["xquad_ar", "arcd", "nsurl_q2q"])
    parser.add_argument("--documents", nargs="+", type=int, default=[6000])
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--shards", nargs="+", type=int, default=[1, 10, 100])
    parser.add_argument("--turns", type=int, default=1)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        for task in options.tasks.split(","):
            TASKS[task](options.url, options.collections, Path(folder), options)


if __name__ == "__main__":
    main()
