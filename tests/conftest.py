"""What all tests share: one small indexed folder for the whole session; no limit of time.

Hypothesis would by itself fail a test that takes 0.2 s, or makes its input slowly.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_process import run
from hypothesis import HealthCheck, settings
from small_texts import write_odd_names, write_texts

settings.register_profile("timeless", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("timeless")


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of texts with its index; tests must leave it as it is."""
    folder = tmp_path_factory.mktemp("texts")
    write_texts(folder)
    indexed = run("index", cwd=folder)
    assert indexed.code == 0, indexed.err
    return folder


@pytest.fixture(scope="session")
def odd_names(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    """An indexed folder of files with odd names, and the names."""
    folder = tmp_path_factory.mktemp("odd") / "names"
    names = write_odd_names(folder)
    indexed = run("index", cwd=folder)
    assert indexed.code == 0, indexed.err
    return folder, names
