"""A wheel has every module and every table: what setuptools is told to look for is all there is."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
SETUPTOOLS = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
FILES = [
    path.relative_to(PROJECT)
    for package in ("analyzers", "indexer")
    for path in sorted((PROJECT / package).rglob("*"))
    if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_it_is_in_the_wheel(path: Path) -> None:
    if path.suffix == ".py":
        package = ".".join(path.parent.parts)
        assert (PROJECT / path.parent / "__init__.py").exists()
        assert any(fnmatchcase(package, p) for p in SETUPTOOLS["packages"]["find"]["include"])
    else:
        inside = path.relative_to(path.parts[0]).as_posix()
        assert any(fnmatchcase(inside, p) for p in SETUPTOOLS["package-data"][path.parts[0]])


def test_an_editable_install_is_a_path() -> None:
    """Otherwise setuptools looks modules up by a finder, which costs every start 20 ms."""
    assert SETUPTOOLS["package-dir"] == {"": "."}
