"""The contract of `codec_contract.py`, on the installed Whoosh and, where it is at hand, on 2.7.4.

For the old one: an environment with whoosh==2.7.4, numpy, zstandard and pyarabic, whose interpreter
FAHRAS_WHOOSH_274 names; `make check` makes one.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import codec_contract
import pytest

OLD_PYTHON = os.environ.get("FAHRAS_WHOOSH_274", "")


@pytest.mark.parametrize("check", codec_contract.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("engine", codec_contract.ENGINES, ids=lambda engine: engine.name)
def test_contract(engine, check, tmp_path):
    check(engine, str(tmp_path))


@pytest.mark.skipif(not OLD_PYTHON, reason="FAHRAS_WHOOSH_274 names no interpreter")
def test_contract_on_whoosh_2_7_4():
    script = Path(codec_contract.__file__)
    command = [OLD_PYTHON, "-W", "ignore", str(script)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout
