"""Feed the targets for some time: `make fuzz MINUTES=10`, or one as

    python tests/fuzz/run.py query --seconds 60 --corpus FOLDER

With atheris what reaches new code is kept in the corpus and mutated further; where atheris is not
installed, it is said, and the seeds alone are mutated, without that guidance. Input that breaks a
target is written to FOLDER/crashes: mend it, and keep the input in `seeds/`.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import subprocess
import sys
import tempfile
import time
import traceback
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent / "helpers"), str(HERE)]

NAMES = ("analyzer", "query", "extractors", "segment")
_TIMEOUT_S, _MEMORY_MB, _LARGEST_BYTES = 60, 3072, 1 << 16


def guided(name: str, seconds: int, corpus: Path) -> None:
    """Let atheris run; it ends this process."""
    import atheris

    with atheris.instrument_imports(include=["analyzers", "indexer"]):
        import targets
    for data in targets.seeds_of(name):
        (corpus / hashlib.blake2b(data, digest_size=10).hexdigest()).write_bytes(data)
    crashes = corpus / "crashes"
    crashes.mkdir(exist_ok=True)
    options = [
        f"-max_total_time={seconds}", f"-timeout={_TIMEOUT_S}", f"-rss_limit_mb={_MEMORY_MB}",
        f"-max_len={_LARGEST_BYTES}", f"-artifact_prefix={crashes}/", "-print_final_stats=1",
        "-verbosity=0",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(corpus)], targets.TARGETS[name])
    atheris.Fuzz()


def unguided(name: str, seconds: int, corpus: Path) -> int:
    """Mutate the seeds; how many inputs were tried."""
    import targets
    from mutations import mutants

    ends, runs = time.monotonic() + seconds, 0
    chance = random.Random(seconds)
    seeds = targets.seeds_of(name)
    while time.monotonic() < ends:
        for data in mutants(chance.choice(seeds), 20, chance.randrange(1 << 32)):
            runs += 1
            try:
                targets.TARGETS[name](data)
            except Exception:  # noqa: BLE001  that is what is looked for
                traceback.print_exc()
                crash = corpus / "crashes" / hashlib.blake2b(data, digest_size=10).hexdigest()
                crash.parent.mkdir(exist_ok=True)
                crash.write_bytes(data)
                sys.exit(f"{name}: broken by {crash}")
    return runs


def all_of_them(seconds: int, corpus: Path) -> int:
    """Every target in a process of its own, for its share of the time; 1 if any broke."""
    broken = 0
    for name in NAMES:
        share = ["--seconds", str(max(1, seconds // len(NAMES))), "--corpus", str(corpus / name)]
        done = subprocess.run([sys.executable, __file__, name, *share], check=False)
        broken |= bool(done.returncode)
    return broken


def main() -> int:
    """One target, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", nargs="?", choices=NAMES)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path, default=Path(tempfile.gettempdir(), "fahras-fuzz"))
    asked = parser.parse_args()
    if asked.target is None:
        return all_of_them(asked.seconds, asked.corpus)
    asked.corpus.mkdir(parents=True, exist_ok=True)
    if find_spec("atheris") is not None:
        guided(asked.target, asked.seconds, asked.corpus)
    sys.stderr.write("atheris is not installed here: the seeds are mutated without its guidance\n")
    runs = unguided(asked.target, asked.seconds, asked.corpus)
    sys.stderr.write(f"stat::number_of_executed_units: {runs}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
