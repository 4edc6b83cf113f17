"""What survives when nodes and writers are killed? Three nodes on loopback, one replica.

    python tests/cluster/killed_nodes.py --collections DIR [--documents 20000] [--writers 20]

It prints figures for docs/cluster.md and ends with an error where anything acknowledged is missing.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent.parent.parent), str(Path(__file__).parent)]

from launcher import Cluster, ClusterError

from indexer.errors import FahrasError
from indexer.index import Index
from indexer.remote import checkup
from indexer.remote.address import parse
from indexer.remote.client import PATIENT, Client
from indexer.remote.head import Meta

A_FILE = 250
STARTED = time.perf_counter()


def say(*words: object) -> None:
    print(f"{time.perf_counter() - STARTED:7.1f} s", *words, flush=True)


def files_of(collections: Path, folder: Path, first: int, last: int) -> None:
    """Documents of the news as files of records."""
    with gzip.open(collections / "saudinews" / "docs.jsonl.gz", "rt", encoding="utf-8") as file:
        lines = itertools.islice(file, first, last)
        for number in itertools.count(first // A_FILE):
            page = list(itertools.islice(lines, A_FILE))
            if not page:
                return
            (folder / f"{number:04}.jsonl").write_text("".join(page), "utf-8")


def writing(folder: Path, url: str, *options: str) -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parent.parent.parent
    return subprocess.Popen(
        [sys.executable, "-m", "indexer", "index", ".", "--index", url, *options],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(root)}, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


class Searching(threading.Thread):
    """Searches all the time, as a process that stays; counts what failed."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url = url
        self.ended = threading.Event()
        self.times: list[float] = []
        self.errors: list[str] = []
        self.totals: set[int] = set()

    def run(self) -> None:
        index = Index.open(index_dir=self.url)
        while not self.ended.is_set():
            started = time.perf_counter()
            try:
                self.totals.add(index.search("أسعار النفط").total)
            except FahrasError as error:
                self.errors.append(str(error))
            self.times.append(time.perf_counter() - started)
            time.sleep(0.1)

    def stop(self) -> str:
        self.ended.set()
        self.join()
        return (
            f"{len(self.times)} searches, {len(self.errors)} failed, slowest "
            f"{max(self.times):.1f} s, totals seen {sorted(self.totals)} {self.errors[:2]}"
        )


def wait_for(client: Client, status: str, nodes: int) -> float:
    """Seconds until the cluster is green, or yellow, with so many nodes."""
    started = time.perf_counter()
    for _ in range(120):
        try:
            health = client.ask(
                "GET", "_cluster/health", wait_for_status=status, wait_for_nodes=nodes, timeout="2s"
            )
            if not health["timed_out"]:
                return time.perf_counter() - started
        except FahrasError:
            time.sleep(0.5)
    raise ClusterError(f"not {status} in time")


def documents_in(url: str) -> int:
    return Meta(Client(parse(url), patience=PATIENT)).read()[0].documents


def manager(client: Client) -> int:
    """The number of the elected manager."""
    state = client.ask("GET", "_cluster/state/cluster_manager_node,nodes")
    return int(state["nodes"][state["cluster_manager_node"]]["name"].removeprefix("node"))


def sound(url: str, wanted: int) -> None:
    found = checkup.check(url)
    say(f"verify: {found.documents} of {wanted} documents, {len(found.damage)} kinds of damage")
    if found.damage or found.documents != wanted:
        sys.exit(f"LOST: {found.damage[:5]}")


def sent(client: Client, name: str) -> int:
    """Documents that the cluster has of an index that may not be committed."""
    try:
        client.ask("POST", f"{name}-d1/_refresh")
        return int(client.ask("POST", f"{name}-d1/_count", {})["count"])
    except FahrasError:
        return 0


def manager_killed_in_a_bulk(nodes: Cluster, collections: Path, base: Path, count: int) -> str:
    folder = base / "news"
    folder.mkdir()
    files_of(collections, folder, 0, count)
    url = f"{nodes.url}/news?shards=3&replicas=1"
    client = Client(parse(url), patience=PATIENT)
    first = base / "first"
    first.mkdir()
    files_of(collections, first, 0, 1000)
    writing(first, f"{nodes.url}/first?shards=3&replicas=1", "-q").wait(300)
    wait_for(client, "green", 3)
    searching = Searching(f"{nodes.url}/first")
    searching.start()
    process = writing(folder, url)
    while process.poll() is None and sent(client, "news") < count // 4:
        time.sleep(0.2)
    victim = manager(client)
    nodes.kill(victim)
    say(f"killed -9 node{victim}, the elected manager, at {sent(client, 'news')} documents or more")
    out, _ = process.communicate(timeout=900)
    say(f"the run ended with {process.returncode}: {out.strip()[-200:]}")
    if process.returncode:
        again = writing(folder, url)
        say("run again:", again.communicate(timeout=900)[0].strip()[-200:])
    say("meanwhile", searching.stop())
    sound(url, count)
    nodes.start([victim])
    say(f"node{victim} is back; green after {wait_for(client, 'green', 3):.1f} s more")
    sound(url, count)
    return url


def data_node_killed_in_searches(nodes: Cluster, url: str) -> None:
    client = Client(parse(url), patience=PATIENT)
    searching = Searching(url)
    searching.start()
    time.sleep(5)
    victim = next(n for n in range(3) if n != manager(client))
    nodes.kill(victim)
    say(f"killed -9 node{victim}")
    time.sleep(20)
    say("meanwhile", searching.stop())
    nodes.start([victim])
    say(f"green after {wait_for(client, 'green', 3):.1f} s")


def all_killed(nodes: Cluster, collections: Path, base: Path, url: str, count: int) -> None:
    folder = base / "news"
    files_of(collections, folder, count, count + 1000)
    out, _ = writing(folder, url).communicate(timeout=600)
    for node in range(3):
        nodes.kill(node)
    say(f"killed -9 all three after: {out.strip()[-100:]}")
    started = time.perf_counter()
    nodes.start()
    client = Client(parse(url), patience=PATIENT)
    wait_for(client, "green", 3)
    say(f"green {time.perf_counter() - started:.1f} s after the start")
    sound(url, count + 1000)


def writers_killed(nodes: Cluster, collections: Path, base: Path, times: int) -> None:
    """Kill the writer of changed files at random moments; a reader sees one state or the other."""
    folder = base / "small"
    folder.mkdir()
    files_of(collections, folder, 0, 2000)
    url = f"{nodes.url}/small?shards=3&replicas=1"
    started = time.perf_counter()
    writing(folder, url).communicate(timeout=300)
    whole = time.perf_counter() - started
    rng, before, outcomes = random.Random(3), documents_in(url), {"as it was": 0, "committed": 0}
    paths = sorted(folder.glob("*.jsonl"))
    for turn in range(times):
        for path in rng.sample(paths, 4):
            rows = [json.loads(row) for row in path.read_text("utf-8").splitlines()]
            rows = rows[: rng.randrange(100, A_FILE)]
            for row in rows:
                row["text"] += f" تغيير {turn}"
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            path.write_text(text, "utf-8")
        after = sum(len(path.read_text("utf-8").splitlines()) for path in paths)
        process = writing(folder, url, "-q")
        time.sleep(rng.uniform(0.2, max(whole * 0.7, 1.0)))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        now = documents_in(url)
        if now not in (before, after):
            sys.exit(f"a reader sees {now}, neither {before} nor {after}")
        outcomes["committed" if now == after else "as it was"] += 1
        found = checkup.check(url)
        if found.damage:
            sys.exit(f"after a kill the list of files claims what is not there: {found.damage}")
        before = now
    out, _ = writing(folder, url).communicate(timeout=300)
    say(f"{times} writers killed: {outcomes}; then: {out.strip()[-120:]}")
    sound(url, after)


def timed(what: Callable[..., Any], *arguments: Any) -> Any:
    say(f"--- {what.__name__}")
    return what(*arguments)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--collections", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--writers", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fahras-faults-") as name:
        base = Path(name)
        nodes = Cluster(base, 3, heap_mb=384)
        try:
            nodes.start()
            say("three nodes are up")
            url = timed(
                manager_killed_in_a_bulk, nodes, options.collections, base, options.documents
            )
            timed(data_node_killed_in_searches, nodes, url)
            timed(all_killed, nodes, options.collections, base, url, options.documents)
            timed(writers_killed, nodes, options.collections, base, options.writers)
        finally:
            nodes.stop()


if __name__ == "__main__":
    main()
