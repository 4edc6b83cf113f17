"""Fixtures of the command line's tests: one small indexed folder, shared by the whole session."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_process import run
from small_texts import write_odd_names, write_texts


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
