"""What does a search cost that starts a process, and one that the resident process answers?

    python benchmarks/start.py --index DIR [--queries WORD ...] [--rounds 15] [--before CHECKOUT]

CPU time of whole processes as the kernel counts it (`wait4`), user and system together, in turn,
every second round backwards; the commands run once before. Given are median and minimum: on a busy
computer the minimum tells more. Beside them stand Python alone and Python with numpy, which no
search does without. `--before`: another checkout, to compare with, and `--before-index`, where that
has another format. With `--resident`, also how long an answer of `fahras serve --socket` takes
from start to end, beside `python -I -S -c pass`; each waits until the server has prepared for it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from processes import FAHRAS as MODULE
from processes import environment
from report import ROOT

PREPARED_S = 1.0
SCRIPT = os.path.join(os.path.dirname(sys.executable), "fahras")
FAHRAS = (sys.executable, SCRIPT) if os.path.exists(SCRIPT) else MODULE
"""As it is started: the installed script, which takes 3 ms less than `python -m`, runs the checkout
that is first among the places to import from."""
PYTHON = (sys.executable, "-c", "pass")
BARE = (sys.executable, "-I", "-S", "-c", "pass")


class Cost(NamedTuple):
    """Of one process, in ms."""

    cpu: float
    elapsed: float


class Command(NamedTuple):
    """A command line, with the checkout that it runs from, after a pause."""

    words: Sequence[str]
    checkout: str = ROOT
    pause_s: float = 0.0

    def cost(self) -> Cost:
        """Run it."""
        time.sleep(self.pause_s)
        variables = environment() | {"PYTHONPATH": self.checkout, "OPENBLAS_NUM_THREADS": "1"}
        started = time.perf_counter()
        process = subprocess.Popen(
            self.words, cwd="/", env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        elapsed = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{' '.join(self.words)} ended with {process.returncode}")
        return Cost((usage.ru_utime + usage.ru_stime) * 1000, elapsed * 1000)


def costs(commands: Mapping[str, Command], rounds: int) -> dict[str, list[Cost]]:
    """What each costs, round after round."""
    found: dict[str, list[Cost]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name in list(commands)[:: 1 if number % 2 else -1]:
            cost = commands[name].cost()
            if number:
                found[name].append(cost)
    return found


@contextmanager
def serving(index: str) -> Iterator[None]:
    """A resident process of an index."""
    process = subprocess.Popen(
        [*FAHRAS, "serve", "--socket", "--index", index], env=environment(), stdout=subprocess.PIPE
    )
    try:
        assert process.stdout
        process.stdout.readline()
        time.sleep(5 * PREPARED_S)
        yield
    finally:
        process.terminate()
        process.wait()


def show(found: Mapping[str, Sequence[Cost]], part: str) -> None:
    """A line for each: its median and minimum, and what they are above those of the first."""
    firsts = None
    for name, costs in found.items():
        times = [getattr(cost, part) for cost in costs]
        middle, least = statistics.median(times), min(times)
        firsts = firsts or (middle, least)
        over, ratio = middle - firsts[0], middle / firsts[0]
        print(
            f"{name:34} {middle:7.1f} (min {least:6.1f})  +{over:6.1f} (min +"
            f"{least - firsts[1]:6.1f})  x{ratio:.2f} ms of {part}"
        )


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    add = parser.add_argument
    add("--index", required=True, metavar="DIR")
    add("--queries", nargs="+", default=["السلام"], metavar="QUERY")
    add("--rounds", type=int, default=15)
    add("--before", metavar="CHECKOUT")
    add("--before-index", metavar="DIR")
    add("--resident", action="store_true")
    options = parser.parse_args(argv)
    index = os.path.abspath(options.index)
    for query in options.queries:
        search = [*FAHRAS, "search", query, "--index"]
        cold = {
            "python -c pass": Command(PYTHON),
            "import numpy": Command((sys.executable, "-c", "import numpy")),
            query: Command([*search, index, "--no-resident"]),
        }
        if options.before:
            other = os.path.abspath(options.before_index or index)
            words = [*search, other, "--no-resident"]
            cold[f"{query}, before"] = Command(words, os.path.abspath(options.before))
        show(costs(cold, options.rounds), "cpu")
        if options.resident:
            with serving(index):
                resident = {
                    "python -I -S -c pass": Command(BARE),
                    f"{query}, resident": Command([*search, index], pause_s=PREPARED_S),
                }
                found = costs(resident, options.rounds)
            show(found, "elapsed")
            show(found, "cpu")


if __name__ == "__main__":
    main()
