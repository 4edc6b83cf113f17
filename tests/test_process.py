"""What a process of ours asks of the system's memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
LARGE = Path("/sys/kernel/mm/transparent_hugepage/enabled")

FAULTS = """
import resource, sys
import numpy as np
from indexer import process

def faults() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

np.ones(1)
if sys.argv[1] == "large":
    process.take_large_pages()
before = faults()
kept = [np.ones(1 << 17) for _ in range(24)]
print(faults() - before, all(array.all() for array in kept))
"""


@pytest.mark.skipif(
    not LARGE.exists() or "[never]" in LARGE.read_text(), reason="needs pages of 2 MiB"
)
def test_a_search_takes_its_memory_in_large_pages_where_it_is_not_limited() -> None:
    def faults(kind: str, limit: int = resource.RLIM_INFINITY) -> int:
        done = subprocess.run(
            [sys.executable, "-c", FAULTS, kind],
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
            capture_output=True,
            text=True,
            check=True,
        )
        count, is_right = done.stdout.split()
        assert is_right == "True"
        return int(count)

    small = faults("small")
    assert faults("large") < small / 3
    assert faults("large", 4 << 30) > small / 2


def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from indexer import process

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setitem(sys.modules, "ctypes", None)  # an import of it would raise
    process.take_large_pages()
    process.keep_freed_memory()
