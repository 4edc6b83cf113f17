"""The manual and the start: every option documented, nothing imported before it is needed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from cli_process import COMMAND, PROJECT, environment, run

from indexer.cli import VERSION
from indexer.cli.line import manpage, reference
from indexer.cli.line.kinds import Row
from indexer.cli.line.options import COMMANDS, FahrasRequest
from indexer.results import MATCH_LEVELS, SORT_KEYS

ROWS = [
    pytest.param(request.command, row, id=f"{request.command}-{row.name}")
    for request in (FahrasRequest, *COMMANDS.values())
    for row in request.rows().values()
]


def test_the_reference_is_up_to_date() -> None:
    page = (PROJECT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert page == reference.reference(), "run: python -m indexer.cli.line.reference > docs/cli.md"


def test_the_man_page_is_up_to_date() -> None:
    page = (PROJECT / "docs" / "fahras.1").read_text(encoding="utf-8")
    assert page == manpage.manpage(), "run: python -m indexer.cli.line.manpage > docs/fahras.1"


def test_lines_of_a_man_page_are_text_not_requests() -> None:
    row = reference.Entry(("--x",), "", ".fahrasignore, 'quoted' and \\t")
    assert list(manpage.lines_of(row))[-1] == r"\&.fahrasignore, 'quoted' and \et"
    row = reference.Entry(("--x",), "", "'quoted'")
    assert list(manpage.lines_of(row))[-1] == r"\&'quoted'"


@pytest.mark.skipif(shutil.which("groff") is None, reason="no groff")
def test_the_man_page_is_printed_without_warnings() -> None:
    command = ["groff", "-man", "-Tutf8", "-ww", "-Kutf8", str(PROJECT / "docs" / "fahras.1")]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert done.stderr == ""
    shown = re.sub(r".\x08|\x1b\[[\d;]*m", "", done.stdout)  # bold, by either way
    for name, request in COMMANDS.items():
        assert f"fahras {name}" in shown
        assert all(option.label in shown for option in request.options())
    assert "عنوان:حرب" in shown


def section(command: str) -> str:
    """The part of the reference for a command."""
    heading = f"## `fahras {command}`" if command else "## Options of `fahras` itself"
    return reference.reference().split(heading + "\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_reference_has_every_command(command: str) -> None:
    assert "Examples" in section(command)
    assert "Exit codes" in section(command)


@pytest.mark.parametrize(("command", "row"), ROWS)
def test_every_option_has_help_and_is_in_the_reference(command: str, row: Row[object]) -> None:
    assert row.help
    text = section(command)
    assert row.help.split("|")[0] in text
    assert all(f"`{name}`" in text for name in getattr(row, "names", ()))


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_names_every_option_once(command: str, tmp_path: Path) -> None:
    shown = run(*([command] if command else []), "--help", cwd=tmp_path).text
    for option in (COMMANDS[command] if command else FahrasRequest).options():
        pattern = rf"^  (-\w, )?{option.label}( |$)"
        assert len(re.findall(pattern, shown, re.MULTILINE)) == 1, option.label


def test_choices_are_those_of_the_library() -> None:
    page = reference.reference()
    assert "\\|".join(MATCH_LEVELS) in page
    assert "\\|".join(SORT_KEYS) in page


def test_version_is_that_of_the_distribution() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == VERSION


def imported(*arguments: str, cwd: Path) -> set[str]:
    """The modules that a run imports, by Python's own account."""
    command = [sys.executable, "-X", "importtime", *COMMAND[1:], *arguments]
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, env=environment(), check=False, text=True
    )
    rows = (line for line in done.stderr.splitlines() if line.startswith("import time:"))
    return {row.rsplit("|", 1)[1].strip() for row in rows}


def test_version_imports_nothing(tmp_path: Path) -> None:
    assert not imported("--version", cwd=tmp_path) & {"typer", "numpy", "whoosh", "rich"}


@pytest.mark.parametrize("arguments", [["search", "--json", "قاذفات"], ["search", "-l", "قاذفات"]])
def test_search_in_a_pipe_does_not_import_rich(texts: Path, arguments: list[str]) -> None:
    modules = imported(*arguments, cwd=texts)
    assert "indexer.cli.output.printing" in modules
    assert not {name for name in modules if name.split(".")[0] == "rich"}
    unneeded = {
        "indexer.cli.commands.eval",
        "indexer.cli.commands.index",
        "indexer.extract",
        "indexer.update.run",
    }
    assert not modules & unneeded


def test_help_imports_neither_numpy_nor_whoosh(tmp_path: Path) -> None:
    assert not imported("search", "--help", cwd=tmp_path) & {"numpy", "whoosh", "rich"}


def test_bare_command_is_the_help(tmp_path: Path) -> None:
    assert run(cwd=tmp_path).out == run("--help", cwd=tmp_path).out
