"""What survives when nodes and writers are killed? Three nodes on loopback, one replica.

    python tests/cluster/killed_nodes.py --collections DIR [--documents 20000] [--writers 20]

It prints the table of docs/cluster.md, and ends with an error where anything that was acknowledged
is missing, where a search gives less than all, or where the list of files claims what is not there.
After every kill each record of the files is looked for on the cluster by its id, not only counted.
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
from indexer.remote.commit import OpenCommit
from indexer.remote.head import Meta
from indexer.results import SearchOptions

A_FILE = 250
RUN_S = 2400
STARTED = time.perf_counter()
TABLE: list[tuple[str, str]] = []


def say(*words: object) -> None:
    print(f"{time.perf_counter() - STARTED:7.1f} s", *words, flush=True)


def note(killed: str, then: str) -> None:
    """A row of the table."""
    TABLE.append((killed, then))
    say(f"{killed}: {then}")


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
        """What was seen. An error where a search gave another number: the index did not change."""
        self.ended.set()
        self.join()
        if len(self.totals) > 1:
            sys.exit(f"LOST: a search gives {sorted(self.totals)} of one and the same commit")
        failed = f"{len(self.errors)} failed ({self.errors[0]})" if self.errors else "none failed"
        return f"{len(self.times)} searches, {failed}, slowest {max(self.times):.1f} s"


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


def manager(client: Client) -> int:
    """The number of the elected manager."""
    state = client.ask("GET", "_cluster/state/cluster_manager_node,nodes")
    return int(state["nodes"][state["cluster_manager_node"]]["name"].removeprefix("node"))


def records_of(folder: Path) -> set[str]:
    """The ids of all records in some files."""
    rows = (row for path in folder.glob("*.jsonl") for row in path.read_text("utf-8").splitlines())
    return {json.loads(row)["id"] for row in rows}


def records_in(url: str) -> list[str]:
    """The ids of all documents of the newest commit, as the cluster has them."""
    client = Client(parse(url), patience=PATIENT)
    meta = Meta(client)
    commit = OpenCommit(client, meta, meta.read()[0])
    pages: dict[str, Any] = {"size": 5000, "sources": [{"r": {"terms": {"field": "record"}}}]}
    body = {"size": 0, "query": {"bool": commit.admitted}, "aggs": {"all": {"composite": pages}}}
    found: list[str] = []
    while True:
        answer = commit.search(body)["aggregations"]["all"]
        for bucket in answer["buckets"]:
            found += [bucket["key"]["r"]] * bucket["doc_count"]
        if "after_key" not in answer:
            return found
        pages["after"] = answer["after_key"]


def sound(url: str, folder: Path) -> str:
    """How many documents there are: exactly those of the files, or the end."""
    wanted, there = records_of(folder), records_in(url)
    missing, others = wanted - set(there), set(there) - wanted
    if missing or others or len(there) != len(wanted):
        sys.exit(f"LOST: {len(missing)} missing, {len(others)} others, {len(there)} there")
    claimed(url)
    return f"{len(there):,} of {len(wanted):,} documents there"


def claimed(url: str) -> None:
    """Nothing, or the end where the list of files claims what is not there."""
    damage = checkup.check(url).damage
    if damage:
        sys.exit(f"LOST: the list of files claims what is not there: {damage[:5]}")


def sent(client: Client, name: str) -> int:
    """Documents that the cluster has of an index that may not be committed."""
    try:
        client.ask("POST", f"{name}-d1/_refresh")
        return int(client.ask("POST", f"{name}-d1/_count", {})["count"])
    except FahrasError:
        return 0


def finished(process: subprocess.Popen[str]) -> str:
    """The last line that a run says, which must have ended well."""
    out, _ = process.communicate(timeout=RUN_S)
    if process.returncode:
        sys.exit(f"a run failed: {out[-500:]}")
    return out.strip()[-200:]


def manager_killed_in_a_bulk(nodes: Cluster, collections: Path, base: Path, count: int) -> str:
    folder, first = base / "news", base / "first"
    folder.mkdir()
    first.mkdir()
    files_of(collections, folder, 0, count)
    files_of(collections, first, 0, 1000)
    url = f"{nodes.url}/news?shards=3&replicas=1"
    client = Client(parse(url), patience=PATIENT)
    finished(writing(first, f"{nodes.url}/first?shards=3&replicas=1"))
    wait_for(client, "green", 3)
    searching = Searching(f"{nodes.url}/first")
    searching.start()
    started = time.perf_counter()
    process = writing(folder, url)
    while process.poll() is None and sent(client, "news") < count // 4:
        time.sleep(0.5)
    if process.poll() is not None:
        sys.exit("the run ended before the manager could be killed")
    victim = manager(client)
    nodes.kill(victim)
    say(f"killed -9 node{victim}, the elected manager; {sent(client, 'news')} documents sent")
    out, _ = process.communicate(timeout=RUN_S)
    ended = f"the run ended well by itself after {time.perf_counter() - started:.0f} s"
    if process.returncode:
        ended = f"the run failed ({out.strip()[-100:]}), the next one did it"
        say(out.strip()[-500:])
        finished(writing(folder, url))
    searches, there = searching.stop(), sound(url, folder)
    nodes.start([victim])
    green = wait_for(client, "green", 3)
    sound(url, folder)
    note(
        f"the elected manager in the middle of a run of {count:,}",
        f"{ended}, {there}; {searches}; green {green:.0f} s after the node was back",
    )
    return url


def data_node_killed_in_searches(nodes: Cluster, base: Path, url: str) -> None:
    client = Client(parse(url), patience=PATIENT)
    searching = Searching(url)
    searching.start()
    time.sleep(10)
    victim = next(n for n in range(3) if n != manager(client))
    nodes.kill(victim)
    say(f"killed -9 node{victim}")
    time.sleep(30)
    searches = searching.stop()
    sound(url, base / "news")
    nodes.start([victim])
    green = wait_for(client, "green", 3)
    note("a data node during searches", f"{searches}; green {green:.0f} s after the node was back")


def all_killed(nodes: Cluster, collections: Path, base: Path, url: str, count: int) -> None:
    folder = base / "news"
    files_of(collections, folder, count, count + 1000)
    say(finished(writing(folder, url)))
    for node in range(3):
        nodes.kill(node)
    started = time.perf_counter()
    nodes.start()
    wait_for(Client(parse(url), patience=PATIENT), "green", 3)
    green = time.perf_counter() - started
    there = sound(url, folder)
    note(
        "all three, right after a run of 1,000 more",
        f"green {green:.0f} s after the start, {there}",
    )


def changed(paths: list[Path], rng: random.Random, mark: str) -> int:
    """Change four files, each record of which gets a word; how many records have it."""
    count = 0
    for path in rng.sample(paths, 4):
        rows = [json.loads(row) for row in path.read_text("utf-8").splitlines()]
        rows = rows[: rng.randrange(100, A_FILE)]
        for row in rows:
            row["text"] += f" {mark}"
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        path.write_text(text, "utf-8")
        count += len(rows)
    return count


def mark_of(turn: int) -> str:
    """A word of letters only, which no other word is like."""
    return "zqx" + "".join(chr(ord("a") + int(digit)) for digit in f"{turn:03}")


def writers_killed(nodes: Cluster, collections: Path, base: Path, times: int) -> None:
    """Kill the writer of changed files at random moments; a reader sees one state or the other.

    Every other time only the first of its processes is killed, so that its workers go on.
    """
    folder = base / "small"
    folder.mkdir()
    files_of(collections, folder, 0, 2000)
    url = f"{nodes.url}/small?shards=3&replicas=1"
    finished(writing(folder, url))
    rng, paths = random.Random(3), sorted(folder.glob("*.jsonl"))
    changed(paths, rng, mark_of(999))
    started = time.perf_counter()
    finished(writing(folder, url))
    whole = time.perf_counter() - started
    say(f"a run that nobody kills takes {whole:.1f} s")
    kills, outcomes = 0, {"before": 0, "after": 0}
    sound(url, folder)
    for turn in itertools.count():
        if kills == times:
            break
        committed = set(records_in(url))
        marked = changed(paths, rng, mark_of(turn))
        process = writing(folder, url, "-q")
        time.sleep(rng.uniform(0.2, 1.1 * whole))  # each run has more to do than the first
        was_alive = process.poll() is None
        if was_alive and turn % 2:
            os.killpg(process.pid, signal.SIGKILL)
        elif was_alive:
            process.kill()
        process.wait()
        kills += was_alive
        with Index.open(index_dir=url) as index:
            seen = index.search(mark_of(turn), SearchOptions(match="exact")).total
        if seen not in (0, marked):
            sys.exit(f"LOST: a reader sees {seen} of {marked} documents of a run")
        if set(records_in(url)) != (records_of(folder) if seen else committed):
            sys.exit("LOST: a reader sees other documents than those of its commit")
        claimed(url)
        if was_alive:
            outcomes["after" if seen else "before"] += 1
        say(f"turn {turn}: alive {was_alive}, {seen} of {marked} documents seen")
    finished(writing(folder, url))
    there = sound(url, folder)
    strays = sent(Client(parse(url)), "small") - len(records_of(folder))
    if strays:
        sys.exit(f"{strays} documents of killed runs are left")
    note(
        f"the writer of changed files, at {times} random moments",
        f"readers saw the commit before ({outcomes['before']} times) or after "
        f"({outcomes['after']}), whole each time, and the list of files claimed nothing that was "
        f"not there; the next run finished the rest, {there}, nothing left of killed runs",
    )


def timed(what: Callable[..., Any], *arguments: Any) -> Any:
    say(f"--- {what.__name__}")
    return what(*arguments)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--collections", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--writers", type=int, default=20)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the nodes are stopped
    with tempfile.TemporaryDirectory(prefix="fahras-faults-") as name:
        base = Path(name)
        nodes = Cluster(base, 3, heap_mb=384)
        try:
            nodes.start()
            say("three nodes are up")
            url = timed(
                manager_killed_in_a_bulk, nodes, options.collections, base, options.documents
            )
            timed(data_node_killed_in_searches, nodes, base, url)
            timed(all_killed, nodes, options.collections, base, url, options.documents)
            timed(writers_killed, nodes, options.collections, base, options.writers)
        finally:
            nodes.stop()
            for row in TABLE:
                print(f"| {row[0]} | {row[1]} |")


if __name__ == "__main__":
    main()
