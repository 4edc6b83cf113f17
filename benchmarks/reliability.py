"""Is anything lost, let in, or answered wrongly, whatever machines and people do to an index?

    python benchmarks/reliability.py PART [PART ...] [--trials 1000] [--seeds 1 2 3]
    python benchmarks/reliability.py --page > docs/reliability.md

Each part is in a module of its own (`killing.py`, `damaging.py`, ...), and each run of one makes a
report in `runs/`. The page gathers the newest report of each part. Exits with 1 if a trial showed
anything but what is promised.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from report import ROOT, RUNS, Report, publish, use_checkout

use_checkout()
sys.path.append(os.path.join(ROOT, "tests", "helpers"))

import checking  # noqa: E402
import damaging  # noqa: E402
import enduring  # noqa: E402
import fuzzing  # noqa: E402
import killing  # noqa: E402
import reliability_page  # noqa: E402
import rivals  # noqa: E402
import strangers  # noqa: E402
from tally import Part  # noqa: E402

PARTS: dict[str, tuple[Callable[[Path, int, int], Part], int]] = {
    "faults": (killing.faults, 0),
    "kills": (killing.kills, 2000),
    "calls": (killing.calls, 600),
    "signals": (killing.signals, 150),
    "watching": (killing.watching, 20),
    "pairs": (killing.pairs, 50),
    "small": (damaging.small, 0),
    "large": (damaging.large, 10_000),
    "files": (damaging.files, 0),
    "updates": (damaging.updates, 1000),
    "forged": (strangers.forged, 2000),
    "texts": (strangers.texts, 0),
    "queries": (strangers.queries, 0),
    "fuzz": (fuzzing.fuzz, 60),
    "endurance": (enduring.endurance, 1000),
    "rivals": (rivals.rivals, 100),
    "checks": (checking.cost, 10),
}
"""What can be run, and in how many trials with each seed; 0 where a part decides itself."""


def run(name: str, seeds: list[int], trials: int | None) -> tuple[Report, list[str]]:
    """The report on one part, and what was wrong."""
    act, usual = PARTS[name]
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    settings = {"part": name, "seeds": " ".join(map(str, seeds)), "trials": trials or usual or None}
    report = Report(f"reliability-{name}", [], settings)
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            part = act(Path(folder), seed, usual if trials is None else trials)
        report.tables += part.tables
        counts.update(part.counts)
        wrong += part.wrong
    report.raw = {"counts": dict(counts), "wrong": wrong}
    return report, wrong


def main() -> int:
    """Run the requested parts, or print the page; 1 if anything was not as promised."""
    raw = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART")
    parser.add_argument("--trials", type=int, help="with each seed")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    parser.add_argument("--out", default=RUNS, help="folder of the reports, - for none")
    parser.add_argument("--page", action="store_true", help="print docs/reliability.md")
    asked = parser.parse_args()
    if asked.page:
        sys.stdout.write(reliability_page.page(reliability_page.newest()))
        return 0
    failed = False
    for name in asked.parts:
        report, wrong = run(name, asked.seeds, asked.trials)
        publish(report, asked.out)
        failed = failed or bool(wrong)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
