"""Do the documents say what is so? Paths exist, README examples run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli_process import PATIENCE_S

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def named_paths() -> list[str]:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    return sorted({p for p in re.findall(r"`([\w./-]+)`", text) if "/" in p})


@pytest.mark.parametrize("path", named_paths())
def test_architecture_names_only_what_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_module_is_in_the_architecture() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rooms = ("folder", "update", "storage", "query", "ranking", "snippets", "codec", "web")
    inner = ("codec/build", "codec/whoosh")
    folders = ("analyzers", "indexer", *(f"indexer/{room}" for room in (*rooms, *inner)))
    modules = [
        str(path.relative_to(ROOT))
        for folder in folders
        for path in (ROOT / folder).glob("*.py")
        if path.name not in ("__init__.py", "__main__.py")
    ]
    assert not [module for module in modules if module not in text]


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([\w./-]+)\)", README))))
def test_readme_links_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A home with texts as the README has them, and a `fahras` on the PATH."""
    home = tmp_path_factory.mktemp("home")
    texts = home / "texts"
    shutil.copytree(ROOT / "corpus", texts, ignore=shutil.ignore_patterns(".fahras"))
    (texts / "2017").mkdir()
    (texts / "news" / "oil.txt").write_text("أسعار النفط\n\nارتفع سعر النفط أمس.", "utf-8")
    for name in ("queries.jsonl", "qrels.tsv"):
        shutil.copy(ROOT / "corpus" / name, texts / "2017" / name)
    (texts / "2017" / "questions.txt").write_text("سيول وادي ريم\nنفط\n", "utf-8")
    programs = home / "bin"
    programs.mkdir()
    script = programs / "fahras"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m indexer "$@"\n', "utf-8")
    script.chmod(0o755)
    environment = {
        **os.environ,
        "HOME": str(home),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    subprocess.run(["fahras", "index", str(texts)], env=environment, check=True, timeout=PATIENCE_S)
    return texts / "2017", environment


def commands() -> list[str]:
    """The commands of the README's shell examples; a quoted program may have several lines."""
    found = []
    for block in blocks("sh"):
        held = ""
        for line in block.splitlines():
            held += line + "\n"
            bare = re.sub(r"\s#.*", "", held)
            if bare.count("'") % 2 == 0:
                found.append(held.strip())
                held = ""
    return found


@pytest.mark.parametrize("command", commands())
def test_readme_shell_examples_run(command: str, workplace: tuple[Path, dict[str, str]]) -> None:
    folder, environment = workplace
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    written = re.search(r" > (\S+)", command)
    assert (folder / written[1]).read_text("utf-8") if written else done.stdout


@pytest.mark.parametrize("block", blocks("python"))
def test_readme_python_examples_run(block: str, workplace: tuple[Path, dict[str, str]]) -> None:
    folder, environment = workplace
    done = subprocess.run(
        [sys.executable, "-c", block],
        cwd=folder.parent.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr


def test_the_examples_of_the_library_run(tmp_path: Path) -> None:
    page = str(ROOT / "docs/library.md")
    code = f"import doctest; print(doctest.testfile({page!r}, module_relative=False))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    outcome = done.stdout.splitlines()[-1]
    assert re.fullmatch(r"TestResults\(failed=0, attempted=\d\d+\)", outcome), done.stdout


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_links_and_paths_of_the_pages_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    links = re.findall(r"\]\(([\w./-]+)\)", text)
    named = re.findall(r"`((?:indexer|analyzers|tests|benchmarks|docs)/[\w./-]+)`", text)
    missing = [link for link in links if not (page.parent / link).exists()]
    assert not missing + [path for path in named if not (ROOT / path).exists()]


def test_the_readme_shows_the_figures_of_a_committed_run() -> None:
    named = re.findall(r"benchmarks/runs/[\w.-]+\.md", README)
    assert named
    assert all((ROOT / path).exists() for path in named)


def test_the_arabic_readme_has_the_same_ranking_and_leads_somewhere() -> None:
    arabic = (ROOT / "README.ar.md").read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([\w./-]+)\)", arabic):
        assert (ROOT / link).exists(), link
    row = re.search(r"\| \*\*Fahras\*\* \|.*\*\*([\d.]+)\*\* \|\n", README)
    assert row
    assert row[1] in arabic
    for line in re.findall(r"^fahras .*$", arabic, re.MULTILINE):
        assert re.sub(r"\s+#.*", "", line) in re.sub(r" +#.*", "", README), line
