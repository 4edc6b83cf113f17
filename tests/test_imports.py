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

FLOORS = (
    ("indexer.cli", "indexer.__main__"),
    ("indexer",),
    ("indexer.index",),
    ("indexer.update", "indexer.searching", "indexer.documents", "indexer.vocabulary"),
    ("indexer.marks",),
    ("indexer.highlighting", "indexer.marking"),
    ("indexer.snippets",),
    ("indexer.engine",),
    ("indexer.ranking",),
    ("indexer.schema",),
    ("indexer.codec",),
    ("indexer.ahead", "indexer.filetable"),
    ("indexer.storage", "indexer.changes"),
    ("indexer.scan",),
    ("indexer.extract", "indexer.catalogue", "indexer.evaluation"),
    (
        "indexer.results",
        "indexer.reports",
        "indexer.errors",
        "indexer.durable",
        "indexer.garbage",
        "indexer.heap",
        "indexer.files",
    ),
    ("analyzers",),
)
"""From the top of the house to its ground; a module imports from its own floor or a lower one."""

BY_NAME_ONLY = {"indexer": {"Index", "SearchOptions", "SearchResults", "__version__"}}
"""What the package itself hands out; importing these names of it is importing where they live."""

WHOOSH = (
    "indexer.engine", "indexer.schema", "indexer.codec", "indexer.ranking", "indexer.index",
    "indexer.searching", "analyzers.whoosh_adapter",
)  # fmt: skip
NUMPY = (
    "indexer.codec", "indexer.ranking", "indexer.searching", "indexer.marking", "indexer.marks",
    "indexer.filetable",
    "analyzers.codepoints", "analyzers.ranked", "analyzers.tokenizer", "analyzers.spellings",
    "analyzers.packed", "analyzers.bulk",
    "analyzers.bulk_fold", "analyzers.bulk_known", "analyzers.bulk_stems",
)  # fmt: skip


def floor_of(module: str) -> int:
    matching = [
        (len(name), floor)
        for floor, names in enumerate(FLOORS)
        for name in names
        if module == name or (name != "indexer" and module.startswith(name + "."))
    ]
    if not matching:
        pytest.fail(f"{module} has no floor in this test and in docs/architecture.md")
    return max(matching)[1]


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


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module: str) -> None:
    here = floor_of(module)
    upwards = {name for name in imports_of(module) if name in MODULES and floor_of(name) < here} - {
        module.rpartition(".")[0]
    }
    assert not upwards, f"{module} imports {', '.join(sorted(upwards))} from above"


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
    "the look ahead": ("import indexer.ahead, indexer.cli.follow", ["numpy", "whoosh"]),
    "the scan": ("import indexer.scan", ["numpy", "whoosh"]),
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
    "whoosh.qparser", "indexer.reports", "indexer.update", "indexer.scan", "indexer.extract",
    "indexer.codec.writer", "indexer.codec.builder", "indexer.codec.merge", "indexer.cli.commands",
    "indexer.cli.complaints", "indexer.evaluation", "indexer.ranking.explain",
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
    assert "indexer.update" in index.stdout
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
