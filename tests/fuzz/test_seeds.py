"""What broke a target once does not break it again: the kept seeds of `make fuzz`."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
import targets

SEEDS = [
    (name, number) for name in targets.TARGETS for number in range(len(targets.seeds_of(name)))
]


@pytest.mark.parametrize(("name", "number"), SEEDS)
def test_a_seed_is_answered_or_refused(name: str, number: int) -> None:
    targets.TARGETS[name](targets.seeds_of(name)[number])


@pytest.mark.parametrize("name", ["analyzer", "query", "segment"])
def test_so_are_random_bytes(name: str) -> None:
    chance = random.Random(name)
    for size in (0, 1, 6, 12, 60, 600):
        targets.TARGETS[name](chance.randbytes(size))


def test_a_target_that_breaks_is_told(tmp_path: Path) -> None:
    """The runner by itself: a second of one target, without atheris."""
    code = (
        "import sys, runpy; sys.modules['atheris'] = None; "
        f"sys.argv = ['run', 'query', '--seconds', '1', '--corpus', {str(tmp_path)!r}]; "
        "import importlib.util as u; real = u.find_spec; "
        "u.find_spec = lambda name, *rest: None if name == 'atheris' else real(name, *rest); "
        f"sys.path[:0] = {sys.path!r}; import targets; "
        "targets.TARGETS['query'] = lambda data: 1 / 0; "
        f"runpy.run_path({str(Path(__file__).with_name('run.py'))!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert len(list((tmp_path / "crashes").iterdir())) == 1
