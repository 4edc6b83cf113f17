"""Imports point down only, and the start is cheap: see docs/architecture.md."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
MODULES = {
    ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("analyzers", "indexer")
    for path in sorted((PROJECT / package).rglob("*.py"))
}

BY_NAME_ONLY = {"indexer": {"Index", "SearchOptions", "SearchResults", "__version__"}}
"""What the package itself hands out; importing these names of it is importing where they live."""

WHOOSH = (
    "indexer.schema", "indexer.codec", "indexer.query", "indexer.ranking", "indexer.index",
    "indexer.search", "analyzers.whoosh_adapter",
)  # fmt: skip
NUMPY = (
    "indexer.codec", "indexer.query", "indexer.ranking", "indexer.search",
    "indexer.snippets.locate", "indexer.snippets.vowels", "indexer.folder.lookup",
    "analyzers.codepoints", "analyzers.ranked", "analyzers.tokenizer", "analyzers.spellings",
    "analyzers.bulk",
)  # fmt: skip


def imports_of(module: str) -> set[str]:
    """The modules that a module imports, wherever in it, TYPE_CHECKING blocks aside."""
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            node.body = [ast.Pass()]
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}: relative import"
            source = node.module or ""
            names = {f"{source}.{alias.name}" for alias in node.names}
            inner = {name for name in names if name in MODULES}
            handed_out = {alias.name for alias in node.names} <= BY_NAME_ONLY.get(source, set())
            found |= inner if inner or handed_out else {source}
    return found


def within(module: str, places: tuple[str, ...]) -> bool:
    return any(module == place or module.startswith(place + ".") for place in places)


def reached_from(start: str) -> set[str]:
    """The modules that importing `start` may import, late imports included."""
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        fresh = {name for name in IMPORTS[ahead.pop()] if name in MODULES} - seen
        seen |= fresh
        ahead.extend(fresh)
    return seen


IMPORTS = {module: imports_of(module) for module in MODULES}
STANDING = {"indexer.codec", "indexer.query", "indexer.ranking", "indexer.snippets.passages"}
"""Rooms in which circles still stand; a new one belongs to none of them."""


def test_no_circle_of_imports():
    reached = {module: reached_from(module) for module in MODULES}
    circle = {
        a for a in MODULES for b in reached[a] if a in reached[b] and not within(a, tuple(STANDING))
    }
    assert not circle, f"these modules import each other: {', '.join(sorted(circle))}"


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("analyzers")])
def test_analyzers_know_of_no_index(module: str) -> None:
    assert not [name for name in imports_of(module) if name.split(".")[0] == "indexer"]


@pytest.mark.parametrize("module", MODULES)
def test_whoosh_and_numpy_stay_in_their_rooms(module: str) -> None:
    tops = {name.split(".")[0] for name in imports_of(module)}
    assert "whoosh" not in tops or within(module, WHOOSH)
    assert "numpy" not in tops or within(module, NUMPY)


LIGHT = {
    "the library": ("import indexer", ["numpy", "whoosh", "typer", "rich"]),
    "the analyzers": ("import analyzers", ["numpy", "whoosh", "pyarabic"]),
    "the types": ("import indexer.results, indexer.errors", ["numpy", "whoosh"]),
    "the look ahead": (
        "import indexer.update.lookahead, indexer.cli.commands.follow",
        ["numpy", "whoosh"],
    ),
    "the scan": ("import indexer.folder.walk", ["numpy", "whoosh"]),
    "results": ("from indexer.results import Hit", ["indexer.reports", "numpy", "whoosh"]),
    "one form": ("from analyzers import analyze_form; analyze_form('كتاب')", ["numpy", "whoosh"]),
}


@pytest.mark.parametrize(("statement", "absent"), LIGHT.values(), ids=LIGHT)
def test_what_an_import_does_not_bring(statement: str, absent: list[str]) -> None:
    code = f"import sys; {statement}; print(*[m for m in {absent} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_what_is_no_search_s_is_found_among_the_results_all_the_same() -> None:
    from indexer import reports, results

    assert all(getattr(results, name) is getattr(reports, name) for name in reports.__all__)
    assert not hasattr(results, "Nothing")


NO_PART_OF_A_SEARCH = [
    "typer", "click", "rich", "argparse", "subprocess", "multiprocessing", "hashlib", "secrets",
    "fcntl", "glob", "selectolax", "pathspec", "charset_normalizer", "whoosh.writing",
    "whoosh.qparser", "indexer.reports", "indexer.update.run", "indexer.folder.walk",
    "indexer.extract", "indexer.codec.whoosh.writer", "indexer.codec.build.builder",
    "indexer.codec.build.merge", "indexer.cli.line.typer_app",
    "indexer.cli.output.errors", "indexer.measures", "indexer.ranking.explain",
]  # fmt: skip


def test_what_a_search_does_not_import(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("نفط", encoding="utf-8")
    code = f"""
import sys
before = set(sys.modules)  # what Python itself and how we are installed bring, here and there glob
from indexer.cli.app import run
code = run(sys.argv[1:])
print(code, *[name for name in {NO_PART_OF_A_SEARCH} if name in {{*sys.modules}} - before])
"""
    index, search = (
        subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            capture_output=True,
            text=True,
            check=True,
        )
        for arguments in (["index", "."], ["search", "نفط"])
    )
    assert "indexer.update.run" in index.stdout
    assert search.stdout.splitlines()[-1] == "0"


def test_an_update_that_changes_nothing_needs_neither_numpy_nor_whoosh(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("نفط", encoding="utf-8")
    code = """
import sys
from indexer.cli.app import run
run(["index"])
print(*[m for m in ("numpy", "whoosh") if m in sys.modules])
"""
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            capture_output=True,
            text=True,
            check=True,
        )
        for _ in range(2)
    ]
    assert [run.stdout.splitlines()[1] for run in runs] == ["numpy whoosh", ""]
