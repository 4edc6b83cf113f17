"""Is anything lost when a change of an index is broken, killed, or loses its power?

Each trial takes one change (`tests/helpers/scenarios.py`), breaks it at one place, and compares the
whole index with what it was and with what it was to be (`tests/helpers/trials.py`).

`faults`: every step of every change, in every way. `kills`: places by chance, the process killed,
half of the time losing what was not synced. `calls`: the real command, killed at exact system
calls. `signals`: the real command, signals and errors around its commit. Both need strace.
`watching`: `fahras watch` and its child, killed at any time. `pairs`: two first runs at once.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from faults import BREAKS
from processes import FAHRAS, environment
from scenarios import AGES_S, SCENARIOS, leftovers, update
from tally import Part, Tally
from trials import WHEN_DONE, Trial

from indexer import Index

KILLS = ("killed", "killed within a write", "power lost", "power lost")
CALLS = (
    "openat", "write", "fsync", "rename", "unlink", "rmdir", "mkdir", "flock", "close", "chmod",
    "fchmod", "mmap",
)  # fmt: skip
AROUND_COMMIT = ("signal=SIGINT", "signal=SIGTERM", "error=EIO", "error=ENOSPC")
_TRACED = re.compile(r"(\d+) +(\w+)\(.*")
_PATIENCE_S = 300
_ENDED = (-9, 130, 143)

_DONE_BEFORE = ("the index is repaired", "still damaged", "--field-alias is done")
"""What says of two changes of one command that the first is done, though the second failed."""

Results = Iterator[tuple[str, str | None]]


def faults(work: Path, seed: int, _trials: int = 0) -> Part:
    """Break every step in every way, the index looking of some age."""
    chance = random.Random(seed)
    tally = Tally("Faults at every step of every change", ("change", "steps", "ended by it"))
    for name in SCENARIOS:
        trial = Trial(name, work / name)

        def results(trial: Trial = trial) -> Results:
            for place, step in enumerate(trial.steps):
                for way in BREAKS:
                    age_s, own = chance.choice(AGES_S), chance.randrange(1 << 32)
                    yield f"{way} at {step}, {own}", trial.run(place, BREAKS[way], age_s, own)

        tally.add(name, results(), lambda trial=trial: (len(trial.steps), trial.ended))
    return tally.part("faults injected")


def kills(work: Path, seed: int, trials: int) -> Part:
    """Kill a change at a step by chance, so many times in all."""
    chance = random.Random(seed)
    tally = Tally(f"Kills by chance, seed {seed}", ("change", "steps", "ended by it"))
    for number, name in enumerate(SCENARIOS):
        trial = Trial(name, work / name)
        share = trials // len(SCENARIOS) + (number < trials % len(SCENARIOS))

        def results(trial: Trial = trial, share: int = share) -> Results:
            for _ in range(share):
                way, own = chance.choice(KILLS), chance.randrange(1 << 32)
                places = range(len(trial.steps) + 1)
                place = chance.choice(places)
                if place == len(trial.steps):
                    way, place = "power lost", WHEN_DONE
                age_s = chance.choice(AGES_S)
                yield f"{way} at {place}, {own}", trial.run(place, BREAKS[way], age_s, own)

        tally.add(name, results(), lambda trial=trial: (len(trial.steps), trial.ended))
    return tally.part("kills in a child process")


# By strace


class Point(NamedTuple):
    """One system call of a run: the `nth` of its name, and what strace showed."""

    call: str
    nth: int
    shown: str


def calls(work: Path, seed: int, trials: int) -> Part:
    """Kill the real command at system calls on files of the index."""
    tally = Tally(f"Real commands killed at system calls, seed {seed}", ("change", "calls"))
    _by_strace(tally, work, seed, trials, ("signal=SIGKILL",), late=False)
    return tally.part("kills of real commands")


def signals(work: Path, seed: int, trials: int) -> Part:
    """Interrupt the real command, or let its system calls fail, around its commit."""
    title = f"Real commands interrupted, or refused by the disk, around the commit, seed {seed}"
    tally = Tally(title, ("change", "calls"))
    _by_strace(tally, work, seed, trials, AROUND_COMMIT, late=True)
    return tally.part("signals and errors of real commands")


def _by_strace(
    tally: Tally, work: Path, seed: int, trials: int, ways: tuple[str, ...], *, late: bool
) -> None:
    if shutil.which("strace") is None:
        tally.table.notes.append("Not run: strace is not installed.")
        return
    chance = random.Random(seed)
    for number, name in enumerate(SCENARIOS):
        trial = Trial(name, work / name)
        found = points(trial, work / "log")
        found = around_commit(found) if late else found
        share = trials // len(SCENARIOS) + (number < trials % len(SCENARIOS))
        chosen = [
            (point, way) for point in found for way in ways
            if point.call != "close" or not way.startswith("error")  # strace would not close at all
        ]  # fmt: skip
        chance.shuffle(chosen)

        def results(
            trial: Trial = trial, chosen: list[tuple[Point, str]] = chosen, share: int = share
        ) -> Results:
            for n in range(share):
                point, way = chosen[n % len(chosen)]
                age_s = chance.choice(AGES_S)
                yield f"{way} at {point.shown}", _broken(trial, point, way, age_s)

        tally.add(name, results(), lambda found=found: (len(found),))


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
    """Those from the last file on whose renaming makes the commit."""
    made = [n for n, p in enumerate(found) if p.call == "openat" and ".new" in p.shown]
    return found[made[-1] :]


def _strace(options: list[str], trial: Trial) -> subprocess.CompletedProcess[bytes]:
    # without --seccomp-bpf, with which strace 6.1 sends no signals
    command, said = trial.scenario.command(trial.home)
    return subprocess.run(
        ["strace", "-f", "-qq", *options, *command], cwd=trial.home, env=environment(),
        input=said, capture_output=True, timeout=_PATIENCE_S, check=False,
    )  # fmt: skip


def _broken(trial: Trial, point: Point, how: str, age_s: int) -> str | None:
    """What is wrong after a run in which that happened at that system call."""
    trial.restore(age_s)
    options = ["-o", os.devnull, "-e", f"trace={point.call}"]
    try:
        done = _strace([*options, "-e", f"inject={point.call}:{how}:when={point.nth}"], trial)
    except subprocess.TimeoutExpired:
        return f"it hangs: {_PATIENCE_S} s"
    said = done.stderr.decode("utf-8", "replace")
    if done.returncode not in (0, 2, *_ENDED):
        return f"exit code {done.returncode}: {said}"
    error: BaseException | None = None
    if done.returncode and not any(word in said for word in _DONE_BEFORE):
        error = OSError(said) if done.returncode == 2 else KeyboardInterrupt()
    wrong = trial.judge(error)
    raw = "internal error" in said or "Traceback" in said
    return wrong or (f"nothing lost, but said: {said}" if raw else None)


# Processes that meet


def watching(work: Path, seed: int, trials: int) -> Part:
    """Change files below `fahras watch` and kill it and its child, at any time."""
    chance = random.Random(seed)
    tally = Tally(f"fahras watch and its child killed, seed {seed}", ("change",))
    home = work / "watched"
    home.mkdir(parents=True)
    for number in range(20):
        (home / f"{number}.txt").write_text(f"كتاب رقم {number}", "utf-8")
    update(home)

    def results() -> Results:
        for number in range(trials):
            yield f"trial {number}", _watched_and_killed(home, chance)

    tally.add("files changed while it runs", results())
    return tally.part("kills of fahras watch")


def _watched_and_killed(home: Path, chance: random.Random) -> str | None:
    process = subprocess.Popen(
        [*FAHRAS, "watch"], cwd=home, env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout
    process.stdout.readline()
    ends = time.monotonic() + chance.uniform(0.2, 1.5)
    for step in count():
        if time.monotonic() > ends:
            break
        (home / f"{chance.randrange(20)}.txt").write_text(f"قلم {step}", "utf-8")
        time.sleep(0.1)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for pid in (process.pid, *map(int, children)):
        os.kill(pid, signal.SIGKILL)
    process.communicate()
    index_dir = home / ".fahras"
    with Index.open(home) as index:
        if damage := index._whoosh.verify():
            return f"damaged: {damage}"
    update(home)
    with Index.open(home) as index:
        held = {name: index.document(name).text for name in index._catalogue.files}
    if held != {path.name: path.read_text("utf-8") for path in home.glob("*.txt")}:
        return "the next run did not find what had changed"
    left = leftovers(index_dir)
    return f"left: {left}" if left else None


def pairs(work: Path, seed: int, trials: int) -> Part:
    """Two first runs on one folder at once, so often."""
    tally = Tally("Two first runs at once", ("change",))

    def results() -> Results:
        for number in range(trials):
            home = work / "pairs"
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            for name in range(20):
                (home / f"{name}.txt").write_text(f"كتاب رقم {name} {seed}", "utf-8")
            yield f"pair {number}", _pair(home)

    tally.add("first runs", results())
    return tally.part("pairs of first runs")


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
