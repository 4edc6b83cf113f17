"""How many questions does the site answer in a second, and what does one cost?

    python benchmarks/serve.py --index DIR --queries QUERIES [--requests N] [--path /api/search]

Starts `fahras serve` on the index and asks it with a few connections that stay open, the first one,
two or three words of queries drawn from a file (a query a line, or JSON lines with text; .gz is
unpacked), no two the same. Some others warm up; the first round is of queries that are new to the
server, the second asks the same again in another order. Every answer is a whole page with ten hits
and their snippets.

CPU time is that of the server and its workers, and on a shared computer the figure to compare: two
cores answer at most 2000 / (CPU ms of server and client) requests a second.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

CHECKOUT = Path(__file__).resolve().parent.parent
CONNECTIONS = 4
TARGET = 200
"""Requests a second, of queries that were asked before."""
WARMING = 40
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def read_queries(path: Path, count: int, seed: int = 1) -> list[str]:
    """The first words of some queries, each once."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        texts = [json.loads(line)["text"] if line[:1] == "{" else line for line in file]
    drawn = random.Random(seed)
    drawn.shuffle(texts)
    short = (" ".join(text.split()[: drawn.randint(1, 3)]) for text in texts)
    return list(dict.fromkeys(filter(None, short)))[:count]


@contextmanager
def serving(index: Path) -> Iterator[tuple[int, int]]:
    """The process of a server and its port."""
    server = subprocess.Popen(
        [sys.executable, "-m", "indexer", "serve", "--port", "0", "--index", str(index)],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        found = re.search(r":(\d+)/", server.stdout.readline())
        assert found is not None
        yield server.pid, int(found[1])
    finally:
        server.terminate()
        server.wait()


def cpu_s(pid: int) -> float:
    """CPU seconds of a process and of those that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) * TICK_S
    return own + sum(cpu_s(int(child)) for child in children)


def ask_all(port: int, targets: Sequence[str]) -> list[float]:
    """Ask in turn on one connection; the seconds that each took."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    taken = []
    for target in targets:
        started = time.perf_counter()
        connection.request("GET", target)
        reply = connection.getresponse()
        reply.read()
        assert reply.status == 200, (reply.status, target)
        taken.append(time.perf_counter() - started)
    connection.close()
    return taken


def measure(port: int, pid: int, targets: Sequence[str]) -> dict[str, float]:
    """One round on all connections."""
    shares = [targets[start::CONNECTIONS] for start in range(CONNECTIONS)]
    cpu, own, started = cpu_s(pid), time.process_time(), time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        taken = [
            one for some in pool.map(lambda share: ask_all(port, share), shares) for one in some
        ]
    elapsed = time.perf_counter() - started
    taken.sort()
    return {
        "requests": len(taken),
        "requests_per_s": len(taken) / elapsed,
        "median_ms": statistics.median(taken) * 1e3,
        "p95_ms": taken[int(len(taken) * 0.95)] * 1e3,
        "cpu_ms": (cpu_s(pid) - cpu) / len(taken) * 1e3,
        "client_cpu_ms": (time.process_time() - own) / len(taken) * 1e3,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--queries", type=Path, required=True)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--path", default="/")
    given = parser.parse_args(arguments)
    queries = read_queries(given.queries, WARMING + given.requests)
    asked = [f"{given.path}?q={quote(query)}" for query in queries]
    warming, targets = asked[:WARMING], asked[WARMING:]
    with serving(given.index) as (pid, port):
        measure(port, pid, warming)
        for name in "new", "asked before":
            found = measure(port, pid, targets)
            print(f"{name}:", " ".join(f"{name}={value:.1f}" for name, value in found.items()))
            free = 2000 / (found["cpu_ms"] + found["client_cpu_ms"])
            print(f"  two cores to themselves would answer {free:.0f} requests/s")
            random.Random(2).shuffle(targets)
    print(f"target: {TARGET} requests/s of queries asked before")


if __name__ == "__main__":
    main()
