"""Is anything lost, whatever breaks, and whenever?

    python benchmarks/reliability.py [--kills 1000] [--breaks 300] [--pairs 200] [--only PART ...]

Four parts. `steps`: each step of a change (`tests/helpers/faults.py`) is broken in each way, for
an index of each age. `kills`: the command is killed at exact system calls on files of the index.
`breaks`: signals and errors at the system calls around the commit. Both need strace. `pairs`: two
first runs on one folder at once. After each trial the index must be what it was or what it was to
be, say so truly, and the next run must leave no trace: anything else counts as lost.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from processes import FAHRAS, environment
from report import ROOT, RUNS, Report, Table, publish, use_checkout

use_checkout()
sys.path.append(os.path.join(ROOT, "tests", "helpers"))

from faults import AGES_S, BREAKS, SCENARIOS, Trial, leftovers  # noqa: E402

from indexer import Index  # noqa: E402

PARTS = ("steps", "kills", "breaks", "pairs")
CALLS = (
    "openat", "write", "fsync", "rename", "unlink", "rmdir", "mkdir", "flock", "close", "chmod",
    "fchmod", "mmap",
)  # fmt: skip
AROUND_COMMIT = ("signal=SIGINT", "signal=SIGTERM", "error=EIO", "error=ENOSPC")
_TRACED = re.compile(r"(\d+) +(\w+)\(.*")
_ENDED = {-9: "killed", 130: "interrupted", 143: "ended"}


class Point(NamedTuple):
    """One system call of a run: the `nth` of its name, and what strace showed."""

    call: str
    nth: int
    shown: str


def points(trial: Trial, log: Path) -> list[Point]:
    """The system calls of the main process that have to do with the index, in their order."""
    trace = ["-y", "-o", str(log), "-e", f"trace={','.join(CALLS)}"]
    for _ in range(2):  # the first run may compile modules, which are system calls too
        trial.restore(0)
        done = _strace(trace, trial)
    if done.returncode:
        raise SystemExit(f"strace does not work here: {done.stderr.decode()}")
    counts: Counter[str] = Counter()
    found, main = [], None
    for line in log.read_text("utf-8", "replace").splitlines():
        traced = _TRACED.match(line)
        if not traced:
            continue
        main = main or traced[1]
        if traced[1] == main:
            counts[traced[2]] += 1
            if ".fahras" in line:
                found.append(Point(traced[2], counts[traced[2]], line))
    return found


def around_commit(found: list[Point]) -> list[Point]:
    """Those from the last TOC on."""
    made = [n for n, p in enumerate(found) if p.call == "openat" and ".toc.new" in p.shown]
    return found[made[-1] :]


def _strace(options: list[str], trial: Trial) -> subprocess.CompletedProcess[bytes]:
    # without --seccomp-bpf, with which strace 6.1 sends no signals
    command = ["strace", "-f", "-qq", *options, *FAHRAS, *trial.words]
    return subprocess.run(
        command, cwd=trial.home, env=environment(), capture_output=True, timeout=120, check=False
    )


def broken(trial: Trial, point: Point, how: str, age_s: int) -> str | None:
    """What is wrong after a run in which that happened at that system call."""
    trial.restore(age_s)
    options = ["-o", os.devnull, "-e", f"trace={point.call}"]
    done = _strace([*options, "-e", f"inject={point.call}:{how}:when={point.nth}"], trial)
    if done.returncode not in (0, 2, *_ENDED):
        return f"exit code {done.returncode}: {done.stderr.decode()}"
    said = done.stderr.decode("utf-8", "replace")
    error: BaseException | None = None
    if done.returncode:
        error = OSError(said) if done.returncode == 2 else KeyboardInterrupt()
    wrong = trial.judge(error)
    raw = "internal error" in said or "Traceback" in said
    return wrong or (f"nothing lost, but said: {said}" if raw else None)


class Tally:
    """Trials and what was lost, by scenario."""

    def __init__(self, title: str) -> None:
        self.table = Table(title, ("scenario", "places", "trials", "ended by it", "lost"))
        self.lost: list[str] = []

    def add(
        self,
        scenario: str,
        places: int,
        results: Iterator[tuple[str, str | None]],
        trial: Trial | None = None,
    ) -> None:
        """Count the results: what was done, and what was wrong then."""
        trials = 0
        before = len(self.lost)
        for what, wrong in results:
            trials += 1
            if wrong is not None:
                self.lost.append(f"{scenario}, {what}: {wrong}")
                print(self.lost[-1], file=sys.stderr, flush=True)
        self.table.rows.append(
            (scenario, places, trials, trial and trial.ended, len(self.lost) - before)
        )
        lost = len(self.lost) - before
        print(f"{self.table.title}: {scenario}: {lost} of {trials}", file=sys.stderr, flush=True)


def steps(tally: Tally, work: Path) -> None:
    """Break every step in every way at every age."""
    for name in SCENARIOS:
        trial = Trial(name, work / "steps" / name)

        def results(trial: Trial = trial) -> Iterator[tuple[str, str | None]]:
            for place, step in enumerate(trial.steps):
                for way in BREAKS:
                    for age_s in AGES_S:
                        yield f"{way} at {step}", trial.run(place, BREAKS[way], age_s)

        tally.add(name, len(trial.steps), results(), trial)


def by_strace(tally: Tally, work: Path, count: int, ways: tuple[str, ...], *, late: bool) -> None:
    """Break the command at system calls, each in turn, up to this many trials."""
    chance = random.Random(count)
    for number, name in enumerate(SCENARIOS):
        trial = Trial(name, work / tally.table.title.split(":")[0] / name)
        found = points(trial, work / "log")
        found = around_commit(found) if late else found
        share = count // len(SCENARIOS) + (number < count % len(SCENARIOS))
        chosen = [(point, way) for point in found for way in ways]
        chance.shuffle(chosen)

        def results(
            trial: Trial = trial, chosen: list[tuple[Point, str]] = chosen, share: int = share
        ) -> Iterator[tuple[str, str | None]]:
            for n in range(share):
                point, way = chosen[n % len(chosen)]
                age_s = chance.choice(AGES_S)
                yield f"{way} at {point.shown}", broken(trial, point, way, age_s)

        tally.add(name, len(found), results(), trial)


def pairs(tally: Tally, work: Path, count: int) -> None:
    """Two first runs at once, so often."""

    def results() -> Iterator[tuple[str, str | None]]:
        for number in range(count):
            home = work / "pairs"
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            for name in range(20):
                (home / f"{name}.txt").write_text(f"كتاب رقم {name}", "utf-8")
            yield f"pair {number}", _pair(home)

    tally.add("first runs", 1, results())


def _pair(home: Path) -> str | None:
    runs = [
        subprocess.Popen(
            [*FAHRAS, "index"], cwd=home, env=environment(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [run.communicate(timeout=120)[1].decode() for run in runs]
    codes = [run.returncode for run in runs]
    for code, words in zip(codes, said, strict=True):
        if code and "is writing to" not in words:
            return f"exit code {code}: {words}"
    with Index.open(home) as index:
        if index.document_count != 20 or 0 not in codes:
            return f"{index.document_count} documents, exit codes {codes}"
    left = leftovers(home / ".fahras")
    return f"left: {left}" if left else None


def main() -> int:
    """Run the requested parts; 1 if anything was lost."""
    raw = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--breaks", type=int, default=300)
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--out", default=RUNS, help="folder of the report, - for none")
    parser.add_argument("--name", default="reliability")
    asked = parser.parse_args()
    counts = {"kills": asked.kills, "breaks": asked.breaks, "pairs": asked.pairs}
    report = Report(asked.name, [], dict(counts))
    lost: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for part in asked.only:
            tally = Tally(f"{part}: what was lost")
            if part == "steps":
                steps(tally, work)
            elif part == "pairs":
                pairs(tally, work, asked.pairs)
            elif shutil.which("strace") is None:
                tally.table.notes.append("not run: strace is not installed")
            elif part == "kills":
                by_strace(tally, work, asked.kills, ("signal=SIGKILL",), late=False)
            else:
                by_strace(tally, work, asked.breaks, AROUND_COMMIT, late=True)
            report.tables.append(tally.table)
            lost += tally.lost
    report.raw["lost"] = lost
    publish(report, asked.out)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
