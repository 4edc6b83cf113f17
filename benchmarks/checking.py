"""What do the checks of an index cost? Processor time of whole commands, with and without them.

Without: the functions that compute and compare checksums of segments do nothing. The two take
turns, forth and back, so that a slow minute slows both.
"""

from __future__ import annotations

import random
import resource
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from processes import environment
from report import Cell, Table
from tally import Part

_WITHOUT = """
from indexer.codec import checks, container
import zlib
class Crc:
    def __getattr__(self, name): return getattr(zlib, name)
    @staticmethod
    def crc32(data, value=0): return zlib.crc32(data, value) if len(data) < 33 else 0
for name in ("all", "part", "parts", "places"):
    setattr(checks.Checks, name, lambda self, *rest: None)
container.checksums_of = lambda data: []
container.zlib = Crc()
"""
_MAIN = "import sys; sys.argv[0] = 'fahras'; from indexer.__main__ import main; sys.exit(main())"
QUERIES = 200


def cost(work: Path, seed: int, trials: int) -> Part:
    """So many pairs of each: index a corpus, one cold search, 200 searches in one process."""
    home = _corpus(work / "corpus", seed)
    (home / "q.txt").write_text("\n".join(_queries(home, seed)), "utf-8")
    columns = ["command", "with, ms", "without, ms", "cost, %", "median of the pairs, %"]
    table = Table(f"Processor time of the checks, {trials} interleaved pairs", columns)
    kinds = {
        "index": ["index", "-q", "--index", "ix"],
        "one search": ["search", "كلمة1 كلمة77", "--index", "kept"],
        f"{QUERIES} searches": ["search", "--queries", "q.txt", "--index", "kept", "-n", "10"],
    }
    _cpu_s(["index", "-q", "--index", "kept"], home, checked=True)
    for name, words in kinds.items():
        pairs = []
        for number in range(trials):
            both = {}
            for checked in (True, False) if number % 2 else (False, True):
                shutil.rmtree(home / "ix", ignore_errors=True)
                both[checked] = _cpu_s(words, home, checked=checked)
            pairs.append((both[True], both[False]))
        table.rows.append([name, *_summary(pairs)])
        print(table.rows[-1], flush=True)
    return Part([table], [], {})


def _summary(pairs: list[tuple[float, float]]) -> list[Cell]:
    with_them, without = (statistics.median(times) * 1000 for times in zip(*pairs, strict=True))
    ratios = [(a / b - 1) * 100 for a, b in pairs]
    return [with_them, without, (with_them / without - 1) * 100, statistics.median(ratios)]


def _cpu_s(words: list[str], home: Path, *, checked: bool) -> float:
    """Processor time of a command and its children, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = ("" if checked else _WITHOUT) + _MAIN
    loaded = ("from indexer.codec import checks, container\n" if checked else "") + code
    done = subprocess.run(
        [sys.executable, "-c", loaded, *words], cwd=home, env=environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    if done.returncode > 1:
        raise SystemExit(done.stderr.decode())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _corpus(home: Path, seed: int) -> Path:
    chance = random.Random(seed)
    home.mkdir(parents=True)
    for number in range(400):
        words = (f"كلمة{min(int(chance.paretovariate(0.7)), 40_000)}" for _ in range(400))
        (home / f"{number}.txt").write_text(" ".join(words), "utf-8")
    return home


def _queries(home: Path, seed: int) -> list[str]:
    chance = random.Random(seed + 1)
    words = (home / "0.txt").read_text("utf-8").split()
    return [" ".join(chance.sample(words, 3)) for _ in range(QUERIES)]
