"""How long does a command take, and how much memory do all its processes hold together?

Whole processes only, from start to end. Memory is measured in runs of its own, because looking
takes time.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from report import ROOT

SAMPLE_S = 0.02
FAHRAS = (sys.executable, "-m", "indexer")


class CommandError(Exception):
    """A command that was to be measured failed."""


def environment() -> dict[str, str]:
    """This process' environment, with the checkout first among the places to import from.

    Modules are compiled once, as where they are installed, whatever this process was told.
    """
    left_out = ("FAHRAS_INDEX", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    kept = {k: v for k, v in os.environ.items() if k not in left_out}
    return {**kept, "PYTHONPATH": ROOT, "NO_COLOR": "1"}


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that ended well. cpu_s: of all its processes, user and system together."""

    elapsed_s: float
    output: str
    complaints: str = ""
    peak_bytes: int = 0
    cpu_s: float = 0.0


def run(
    command: Sequence[str], *, codes: Sequence[int] = (0,), cwd: str | None = None,
    memory: bool = False,
) -> Ran:  # fmt: skip
    """Run a command to its end. Raises CommandError with its last words where it fails."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as complaints:
        started, used = time.perf_counter(), children_cpu_s()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=complaints, env=environment(),
            cwd=cwd, start_new_session=True,
        )  # fmt: skip
        watch = Peak(lambda: session_bytes(process.pid)) if memory else None
        try:
            code = process.wait()
        finally:
            peak = watch.stop() if watch else 0
            if process.poll() is None:
                process.kill()
                process.wait()
        elapsed, used = time.perf_counter() - started, children_cpu_s() - used
        out.seek(0)
        complaints.seek(0)
        words = " / ".join(complaints.read().decode("utf-8", "replace").split("\n")[-4:])
        if code not in codes:
            raise CommandError(f"{os.path.basename(command[0])} ended with {code}: {words}")
        return Ran(elapsed, out.read().decode("utf-8", "replace"), words, peak, used)


def children_cpu_s() -> float:
    """What the processes that this one has started, and that have ended, took of the processor."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Peak:
    """Looks at a figure again and again until it is stopped, for the largest that it had.

    Looking takes at most a tenth of the time.
    """

    def __init__(self, figure: Callable[[], int], every_s: float = SAMPLE_S) -> None:
        self._figure = figure
        self._every_s = every_s
        self._stopped = threading.Event()
        self._largest = 0
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def _sample(self) -> None:
        pause = self._every_s
        while not self._stopped.wait(pause):
            started = time.perf_counter()
            self._largest = max(self._largest, self._figure())
            pause = max(self._every_s, 9 * (time.perf_counter() - started))

    def stop(self) -> int:
        """The largest that was seen."""
        self._stopped.set()
        self._thread.join()
        return self._largest


def session_bytes(session: int) -> int:
    """The proportional set size (PSS) of every process of a session."""
    return sum(pss_bytes(process) for process in processes_of(session))


def processes_of(session: int) -> list[int]:
    """The processes of a session, its leader among them."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            found.append(int(name))
    return found


def pss_bytes(process: int) -> int:
    """A process' own memory and its share of what it shares; 0 once it is gone."""
    try:
        with open(f"/proc/{process}/smaps_rollup", encoding="ascii") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def interleaved(
    contenders: Mapping[str, Callable[[], float]], rounds: int
) -> dict[str, list[float]]:
    """Run all contenders in turn, `rounds` times, so that a slow minute slows all of them.

    Every second round goes backwards. What a contender answers is its time. The disk is at rest
    before each: who syncs what it wrote does not wait for what another only left in memory.
    """
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds):
        order = list(contenders)[:: 1 if number % 2 == 0 else -1]
        for name in order:
            os.sync()
            found[name].append(contenders[name]())
            progress(f"round {number + 1} of {rounds}: {name} {found[name][-1]:.3f} s")
    return found


def medians(found: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """The median of each contender's times."""
    return {name: statistics.median(times) for name, times in found.items()}


def progress(line: str) -> None:
    """What is going on, for the person who waits."""
    print(line, file=sys.stderr, flush=True)


def folder_bytes(folder: str) -> int:
    """The bytes of all files below a folder, of which some may be removed meanwhile."""
    total = 0
    for base, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.path.getsize(os.path.join(base, name))
            except FileNotFoundError:
                continue
    return total
