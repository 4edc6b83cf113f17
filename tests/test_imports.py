"""No modules import each other in a circle, and the start is cheap: see docs/architecture.md."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
sys.path.append(str(PROJECT / "benchmarks"))

from imports import circles, graph_of  # noqa: E402

GRAPH = graph_of(PROJECT)

WHOOSH = (
    "indexer.codec.whoosh", "indexer.codec.build", "analyzers.whoosh_adapter",
)  # fmt: skip
NUMPY = (
    "indexer.codec", "indexer.copies", "indexer.query", "indexer.ranking", "indexer.reading.search",
    "indexer.reading.showing", "indexer.snippets.locate", "indexer.snippets.vowels",
    "indexer.folder.lookup", "analyzers.codepoints", "analyzers.ranked", "analyzers.tokenizer",
    "analyzers.spellings", "analyzers.bulk", "analyzers.notes", "indexer.remote",
)  # fmt: skip


def within(module: str, places: tuple[str, ...]) -> bool:
    return any(module == place or module.startswith(place + ".") for place in places)


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circles(GRAPH) == []


def test_circles_are_found_wherever_the_import_stands(tmp_path: Path) -> None:
    written = {
        "analyzers/__init__.py": "",
        "indexer/__init__.py": "from indexer.far import f\n",
        "indexer/near.py": "import os\nfrom indexer import far\n",
        "indexer/far.py": "def f():\n    from indexer.room.deep import g\n    return g\n",
        "indexer/room/__init__.py": "",
        "indexer/room/deep.py": "from ..near import os\ndef g(): pass\n",
        "indexer/typed.py": "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import indexer.near\nelse:\n    import indexer.other\n",
        "indexer/other.py": "import indexer.near, indexer.typed\n",
        "indexer/alone.py": "import indexer.near, indexer.alone_too\n",
        "indexer/alone_too.py": "import indexer.far\n",
    }
    for name, source in written.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source, "utf-8")
    assert circles(graph_of(tmp_path)) == [
        ["indexer.far", "indexer.near", "indexer.room.deep"],
        ["indexer.other", "indexer.typed"],
    ]


LOOSE = 9
"""Modules that lie in `indexer/` itself, at most; the rest has rooms."""


def test_few_modules_lie_loose() -> None:
    loose = [name for name in GRAPH if name.count(".") == 1 and name.startswith("indexer.")]
    rooms = {name.rpartition(".")[0] for name in GRAPH}
    assert len([name for name in loose if name not in rooms]) <= LOOSE


@pytest.mark.parametrize("module", [name for name in GRAPH if name.startswith("analyzers")])
def test_analyzers_know_of_no_index(module: str) -> None:
    assert not [name for name in GRAPH[module] if name.split(".")[0] == "indexer"]


@pytest.mark.parametrize("module", GRAPH)
def test_whoosh_and_numpy_stay_in_their_rooms(module: str) -> None:
    tops = {name.split(".")[0] for name in GRAPH[module]}
    assert "whoosh" not in tops or within(module, WHOOSH)
    assert "numpy" not in tops or within(module, NUMPY)


ARITHMETIC = ("indexer.codec.format", "indexer.codec.grams", "indexer.codec.postings")
"""Of the codec, what is only numbers: sizes, likeness of words, places in arrays."""


@pytest.mark.parametrize("room", ["query", "ranking", "snippets", "search", "documents"])
def test_what_answers_a_query_knows_of_no_engine(room: str) -> None:
    modules = [name for name in GRAPH if within(name, (f"indexer.{room}",))]
    used = {name for module in modules for name in GRAPH[module]}
    engines = {name for name in used if within(name, ("indexer.codec", "whoosh"))}
    assert not [name for name in engines if not within(name, ARITHMETIC)]


LIGHT = {
    "the library": ("import indexer", ["numpy", "whoosh", "typer", "rich"]),
    "the analyzers": ("import analyzers", ["numpy", "whoosh", "pyarabic"]),
    "the types": ("import indexer.results, indexer.errors", ["numpy", "whoosh"]),
    "the look ahead": (
        "import indexer.update.lookahead, indexer.cli.commands.index",
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
    "indexer.web", "starlette", "uvicorn",
    "fcntl", "glob", "selectolax", "pathspec", "charset_normalizer", "whoosh",
    "indexer.reports", "indexer.update.run", "indexer.folder.walk",
    "indexer.extract", "indexer.codec.whoosh", "indexer.codec.build.builder",
    "indexer.codec.build.merge", "indexer.cli.line.typer_app",
    "indexer.cli.output.errors", "indexer.measures", "indexer.ranking.explain",
    "indexer.copies.pairs", "indexer.copies.prints", "indexer.parts.layout",
    "base64", "dataclasses", "decimal", "fnmatch", "pyarabic.araby",
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
